"""Needs, answers and cases in plain English, with the labels and units of the policy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import assert_never

from ruleproof.model import nodes as model
from ruleproof.model.meaning import OUTCOME
from ruleproof.model.nodes import REPORT, Choice, Input, Policy
from ruleproof.prover.regions import cells_in_words
from ruleproof.prover.space import Box, Space, bits_of
from ruleproof.runtime.explain.needs import Asks, Counted, Named, Need, Needed

FEW = 3
"""So many values of a choice or more are named by the only one that is not among them, where there is just one."""
HIDDEN = "not shown"
"""What stands for the value of an input that is not to be printed."""


class English:
    """Says things of one policy; of the inputs that are `hidden` it says no value of a case."""

    def __init__(self, space: Space, hidden: frozenset[str] = frozenset()) -> None:
        self.space = space
        self.hidden = hidden
        self._said: dict[int, tuple[Needed, str]] = {}
        self.policy: Policy = space.policy
        self.definitions = {item.name: item.label for item in self.policy.definitions}
        self.decisions = {item.name: item.label for item in self.policy.decisions}
        self.lists = {item.name: item.label for item in self.policy.code_lists}

    # -------------------------------------------------------------- values

    def label(self, name: str) -> str:
        """Give the words for an input; of one that looks at the history, those of the kind of service that it counts."""
        item = self.space.inputs[name]
        subject = item.derived.subject if isinstance(item.derived, model.HistoryTest) else None
        words = item.label
        if isinstance(subject, model.Defined):
            words = re.sub(rf"\b{re.escape(subject.name)}\b", f"“{self.definitions[subject.name]}”", words)
        return _of_the_past(words) if isinstance(item.derived, model.HistoryTest) else words

    def values(self, dimension: int, mask: int) -> str:
        """Say which values some cells hold: `5 to 50 genes`, `blood cells or marrow`, `missing`."""
        item = self._input(dimension)
        if mask == self._given(dimension):
            return "given"
        if not isinstance(item.domain, Choice):
            return cells_in_words(self.space, dimension, mask)
        full = self.space.dimensions[dimension].full
        if mask.bit_count() >= FEW and (full & ~mask).bit_count() == 1:
            return f"anything but {self._choices(dimension, full & ~mask)}"
        return self._choices(dimension, mask)

    def _given(self, dimension: int) -> int:
        """Give the cells of every value that is not missing, of an input that may be missing; else none."""
        cells = self.space.dimensions[dimension].cells
        there = sum(1 << number for number, cell in enumerate(cells) if not cell.missing)
        return there if there.bit_count() < len(cells) else 0

    def _choices(self, dimension: int, mask: int) -> str:
        return listed([in_words(cells_in_words(self.space, dimension, 1 << cell)) for cell in bits_of(mask)], "or")

    def value(self, name: str, value: object) -> str:
        """Say one value of an input: `3 genes`, `yes`, `missing`."""
        item = self.space.inputs[name]
        if name in self.hidden:
            return HIDDEN
        match value:
            case None | ():
                return "missing"
            case bool():
                return "yes" if value else "no"
            case tuple():
                return ", ".join(map(str, value))
            case str() if isinstance(item.domain, Choice):
                return value.replace("_", " ")
            case _:
                unit = item.unit.removesuffix("s") if value == 1 else item.unit
                return f"{value} {unit}".strip()

    def fact(self, name: str, value: object) -> str:
        """Say a fact of a case: `genes analysed: 3 genes`."""
        return f"{self.label(name)}: {self.value(name, value)}"

    def box(self, name: str, box: Box) -> str:
        """Say which values of an input a box lets through: `genes analysed: 5 to 50 genes`."""
        places = self.space.places[name]
        if len(places) == 1 and self.space.dimensions[places[0]].group is None:
            return f"{self.label(name)}: {self.values(places[0], box[places[0]])}"
        dimensions = [(self.space.dimensions[place], box[place]) for place in places]
        some = [self._group(dimension.group_name) for dimension, mask in dimensions if mask == 0b10]
        none = [self._group(dimension.group_name) for dimension, mask in dimensions if mask == 0b01]
        parts = ([f"with {listed(some)}"] if some else []) + ([f"without {listed(none)}"] if none else [])
        return f"{self.label(name)}: {' and '.join(parts) or 'any'}"

    def _group(self, name: str) -> str:
        return self.lists.get(name, name)

    def _input(self, dimension: int) -> Input:
        return self.space.inputs[self.space.dimensions[dimension].input]

    # -------------------------------------------------------------- needs

    def need(self, needed: Needed) -> str:
        """Say what is needed: `tumour: solid organ`; several parts are joined by semicolons."""
        known = self._said.get(id(needed))
        if known is None:
            known = self._said[id(needed)] = needed, self._need(needed)
        return known[1]

    def _need(self, needed: Needed) -> str:
        match needed:
            case Need(dimension, cells):
                return f"{self.label(self.space.dimensions[dimension].input)}: {self.values(dimension, cells)}"
            case Named(name, holds):
                return f"“{self.definitions[name]}”: {'yes' if holds else 'no'}"
            case Counted(_, ()):
                return "nothing more"
            case Counted(count, parts):
                if count == len(parts):
                    return "; ".join(map(self.need, parts))
                return f"{'one' if count == 1 else count} of ({'; or '.join(map(self._inner, parts))})"
            case Asks():
                return self._asks(needed)
            case _:
                assert_never(needed)

    def _inner(self, needed: Needed) -> str:
        """Say a need that stands among others of which not all count."""
        if isinstance(needed, Counted) and needed.all and needed.parts:
            return listed(map(self._inner, needed.parts))
        return self.need(needed)

    def _asks(self, asks: Asks) -> str:
        match asks.condition:
            case model.DecisionIs(name, outcomes):
                words = listed(map(in_words, sorted(outcomes)), "or")
                return f"{self.decisions[name]}: {words if asks.holds else f'anything but {words}'}"
            case model.DecisionIsNothing(name):
                return f"{self.decisions[name]}: {'no outcome' if asks.holds else 'some outcome'}"
            case model.SomeIn(name, quantifier, _, codes):
                how = {
                    ("any", True): "at least one in",
                    ("all", True): "all in",
                    ("none", True): "given, and none in",
                    ("any", False): "missing, or none in",
                    ("all", False): "missing, or one outside",
                    ("none", False): "missing, or one in",
                }[quantifier, asks.holds]
                return f"{self.label(name)}: {how} {self._group(codes)}"
            case model.IsMissing(name):
                return f"{self.label(name)}: {'missing' if asks.holds else 'given'}"
            case _:
                return "a test of several facts"

    # -------------------------------------------------------------- answers

    def answer(self, answer: object) -> str:
        """Say what a decision answers: `report CPT 81479`, `no rule speaks of it`, `outside its scope: …`."""
        kind, force = getattr(answer, "kind", ""), getattr(answer, "force", "")
        outcomes: Sequence[str] = getattr(answer, "outcomes", ())
        reason = getattr(answer, "reason", "")
        if not kind:
            return str(answer)
        if kind == OUTCOME:
            said = listed(map(in_words, outcomes))
            plain = force == REPORT and not any(" " in outcome for outcome in outcomes)  # a word, and no code
            return said if plain or force == "several" else f"{force} {said}"
        words = {
            "nothing": "nothing to report" if getattr(answer, "barred", ()) else "no rule speaks of it",
            "left open": "left open",
            "out of scope": "outside its scope",
            "cannot answer": "no answer",
            "not known yet": "not known yet",
        }[kind]
        return f"{words}: {reason}" if reason else words


def _of_the_past(words: str) -> str:
    """Say what is looked for among the earlier services, as it is named and not as it is asked.

    >>> _of_the_past("after a paid biopsy on the same patient less than 30 days ago")
    'an earlier paid biopsy of the same patient less than 30 days before'
    >>> _of_the_past("after 2 biopsy on the same specimen")
    'at least 2 earlier services “biopsy” on the same specimen'
    """
    if not words.startswith("after "):
        return words
    words = words.replace(" on the same patient", " of the same patient").replace(" days ago", " days before")
    words = re.sub(r"^after an? ", "an earlier ", words)
    return re.sub(
        r"^after ([0-9]+) (paid )?“?([^”]+?)”?(?= (?:on|of) the same |$)", r"at least \1 earlier \2services “\3”", words
    )


def in_words(name: str) -> str:
    """Give a value or an outcome as people write it.

    >>> in_words("solid_organ")
    'solid organ'
    """
    return name.replace("_", " ")


def listed(words: Iterable[str], joiner: str = "and") -> str:
    """Join words as a sentence does.

    >>> listed(["a", "b", "c"]), listed(["a", "b"], "or"), listed([])
    ('a, b and c', 'a or b', '')
    """
    known = list(words)
    return f" {joiner} ".join([", ".join(known[:-1]), known[-1]] if len(known) > 1 else known)
