"""What if: two cases compared, and over which values of an input the answer stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.graph.changes import Search
from ruleproof.graph.nodes import Graph
from ruleproof.graph.remaining import Remaining, said
from ruleproof.model.meaning import Answer
from ruleproof.prover.space import Box
from ruleproof.runtime.explain.english import English, listed
from ruleproof.runtime.explain.paragraphs import capital, in_one_line


@dataclass(frozen=True, slots=True)
class Range:
    """Values of an input that lead to one answer, everything else as in the case."""

    words: str
    """`genes analysed: 5 to 50 genes`."""
    answers: tuple[str, ...]
    """What comes out, in words; several where the rest of the case leaves it open, none where that cannot happen."""
    here: bool
    """True for the range that the case lies in."""

    def as_dict(self) -> dict[str, object]:
        return {"values": self.words, "answers": list(self.answers), "here": self.here}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two cases side by side."""

    differ: tuple[tuple[str, str, str], ...]
    """The inputs that differ: name, and both values in words."""
    answers: Mapping[str, tuple[str, str]]
    """For each decision both answers in words."""
    because: Mapping[str, tuple[tuple[str, ...], ...]]
    """For each decision with different answers the smallest sets of those inputs that lead from the first answer to the
    second."""
    text: str

    def as_dict(self) -> dict[str, object]:
        return {
            "differ": [{"input": name, "before": before, "after": after} for name, before, after in self.differ],
            "answers": {name: {"before": one, "after": other} for name, (one, other) in self.answers.items()},
            "because": {name: [list(inputs) for inputs in sets] for name, sets in self.because.items()},
            "text": self.text,
        }

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class WhatIf:
    """Answers the question what if for one policy."""

    compiled: Compiled
    english: English

    def ranges(self, decision: str, name: str, facts: Mapping[str, Value]) -> tuple[Range, ...]:
        """Give the values of an input in the order of its domain, joined where they lead to the same answers."""
        space, graph = self.compiled.space, self.compiled.exact_graphs[decision]
        known = self.compiled.study.box_of(facts)
        places = space.places[name]
        boxes = [known]
        for place in places:
            whole = (*known[:place], space.dimensions[place].full, *known[place + 1 :])
            classes = sorted(Remaining(graph, whole).classes(place), key=lambda mask: mask & -mask)
            boxes = [(*box[:place], mask, *box[place + 1 :]) for box in boxes for mask in classes]
        groups: dict[tuple[object, ...], list[int]] = {}
        told: dict[tuple[object, ...], tuple[str, ...]] = {}
        for number, box in enumerate(boxes):
            left = Remaining(graph, box)
            key: tuple[object, ...] = tuple(left.counts)
            groups.setdefault(key, []).append(number)
            told[key] = tuple(self.english.answer(answer) for answer, _ in left.answers.values())
        found = []
        for key, numbers in groups.items():
            here = (
                name in facts
                and name not in self.english.hidden
                and any(all(boxes[number][place] & known[place] for place in places) for number in numbers)
            )
            joined = list(boxes[numbers[0]])
            for place in places if len(places) == 1 else ():
                joined[place] = 0
                for number in numbers:
                    joined[place] |= boxes[number][place]
            words = (
                self.english.box(name, tuple(joined))
                if len(places) == 1
                else "; or ".join(self.english.box(name, boxes[number]) for number in numbers)
            )
            found.append(Range(words, told[key], here))
        return tuple(found)

    def compare(self, before: Mapping[str, Value], after: Mapping[str, Value]) -> Comparison:
        """Compare two cases: what differs, what each decision answers, and which of the differences bring that about."""
        names = [name for name in self.compiled.space.places if before.get(name, _UNKNOWN) != after.get(name, _UNKNOWN)]
        differ = tuple((name, self._value(name, before), self._value(name, after)) for name in names)
        boxes = self.compiled.study.box_of(before), self.compiled.study.box_of(after)
        answers: dict[str, tuple[str, str]] = {}
        because: dict[str, tuple[tuple[str, ...], ...]] = {}
        for decision in self.compiled.decisions:
            graph = self.compiled.exact_graphs[decision.name]
            left = [Remaining(graph, box) for box in boxes]
            words = [listed((self.english.answer(answer) for answer, _ in one.answers.values()), "or") for one in left]
            answers[decision.name] = (words[0], words[1])
            if left[0].settled and left[1].settled and list(left[0].counts) != list(left[1].counts):
                because[decision.name] = self._because(decision.name, names, before, after, next(iter(left[1].counts)))
        return Comparison(differ, answers, because, self._text(differ, answers, because))

    def _because(
        self, decision: str, names: list[str], before: Mapping[str, Value], after: Mapping[str, Value], wanted: object
    ) -> tuple[tuple[str, ...], ...]:
        """Give the smallest sets of differences that lead to the second answer, each input taking its second value."""
        space, graph = self.compiled.space, self.compiled.exact_graphs[decision]
        first, second = self.compiled.study.box_of(before), self.compiled.study.box_of(after)
        if any(len(space.places[name]) > 1 for name in names):
            return self._tried(graph, names, first, second, wanted)
        fixed = frozenset(space.places) - frozenset(names)
        between = tuple(one | other for one, other in zip(first, second, strict=True))

        def is_wanted(answer: Answer | str) -> bool:
            return said(answer) == wanted

        search = Search(graph, first, is_wanted, fixed=fixed, within=between)
        return tuple(change.inputs for change in search.run(MOST_SETS).found)

    def _tried(
        self, graph: Graph, names: list[str], first: Box, second: Box, wanted: object
    ) -> tuple[tuple[str, ...], ...]:
        """Give them by trying, the smallest first: an input of several codes takes all of its second value, or none of it."""
        found: list[tuple[str, ...]] = []
        places = self.compiled.space.places
        tried = 0
        for inputs in (chosen for size in range(1, len(names) + 1) for chosen in combinations(names, size)):
            if len(found) == MOST_SETS or tried == MOST_TRIED:
                break
            if any(set(one) <= set(inputs) for one in found):
                continue
            tried += 1
            taken = {place for name in inputs for place in places[name]}
            box = tuple(second[place] if place in taken else mask for place, mask in enumerate(first))
            if wanted in Remaining(graph, box).counts:
                found.append(inputs)
        return tuple(found)

    def _value(self, name: str, facts: Mapping[str, Value]) -> str:
        return self.english.value(name, facts[name]) if name in facts else "not known"

    def _text(
        self,
        differ: tuple[tuple[str, str, str], ...],
        answers: Mapping[str, tuple[str, str]],
        because: Mapping[str, tuple[tuple[str, ...], ...]],
    ) -> str:
        if not differ:
            return "The two cases are the same."
        told = listed([f"{self.english.label(name)} ({one}, then {other})" for name, one, other in differ])
        said_so = [f"The cases differ in {told}."]
        for name, (one, other) in answers.items():
            label = self.english.decisions[name]
            if one == other:
                said_so.append(f"{capital(label)} stays {one}.")
                continue
            sets = because.get(name, ())
            ways = [listed([self.english.label(item) for item in inputs]) for inputs in sets]
            grounds = f", because of {', or of '.join(ways)}" if ways else ""
            said_so.append(f"{capital(label)} was {one} and is {other}{grounds}.")
        return in_one_line(said_so)


MOST_SETS = 5
"""How many sets of differences are named."""
MOST_TRIED = 5_000
"""How many sets of differences are tried, where an input of several codes is among them."""
_UNKNOWN = object()
