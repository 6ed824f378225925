"""An interview: asks the most deciding open input next until the answers are settled; a value for any front end.

Every step gives a new interview, so a front end can keep the old one; `state` is all there is to save.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.graph.nodes import Leaf
from ruleproof.graph.remaining import Remaining, Worth
from ruleproof.model.nodes import Input
from ruleproof.prover.space import Box


@dataclass(frozen=True, slots=True)
class Asked:
    """What has been said to one question; `told` is false for *don't know*."""

    input: str
    value: Value
    told: bool = True


@dataclass(frozen=True)
class Interview:
    """What is known of a case, and what to ask next."""

    compiled: Compiled
    decisions: tuple[str, ...]
    """The decisions to settle, the first first."""
    facts: Mapping[str, Value]
    """What is known without asking."""
    asked: tuple[Asked, ...] = ()

    # -------------------------------------------------------------- steps

    def answer(self, name: str, value: Value) -> Interview:
        """Give the interview in which an input has a value, one of its domain."""
        return self._with(Asked(name, value))

    def dont_know(self, name: str) -> Interview:
        """Give the interview in which an input stays unknown; it is not asked again."""
        return self._with(Asked(name, None, told=False))

    def back(self) -> Interview:
        """Give the interview before the last answer; the first one stays as it is."""
        return replace(self, asked=self.asked[:-1])

    def _with(self, asked: Asked) -> Interview:
        kept = tuple(item for item in self.asked if item.input != asked.input)
        return replace(self, asked=(*kept, asked))

    # -------------------------------------------------------------- what is known

    @cached_property
    def known(self) -> Mapping[str, Value]:
        """All facts, told and asked."""
        return {**self.facts, **{item.input: item.value for item in self.asked if item.told}}

    @property
    def unknown(self) -> frozenset[str]:
        """The inputs that nobody knows."""
        return frozenset(item.input for item in self.asked if not item.told)

    @cached_property
    def box(self) -> Box:
        return self.compiled.study.box_of(self.known)

    @cached_property
    def remaining(self) -> Mapping[str, Remaining]:
        """For each decision what can still come out."""
        return {name: Remaining(self.compiled.exact_graphs[name], self.box) for name in self.decisions}

    @cached_property
    def open(self) -> tuple[str, ...]:
        """The decisions that are not settled and that a question could still bring on."""
        return tuple(name for name, left in self.remaining.items() if not left.settled and self._candidates(left))

    @property
    def settled(self) -> bool:
        """Tell whether every decision has one answer."""
        return all(left.settled for left in self.remaining.values())

    # -------------------------------------------------------------- what to ask

    @cached_property
    def question(self) -> Worth | None:
        """What to ask next, and what it is worth for the first open decision; `None` where nothing is left to ask."""
        if not self.open:
            return None
        left = self.remaining[self.open[0]]
        candidates = self._candidates(left)
        bound = depth(left) - 1
        for worth in candidates:
            if self._depth_after(left, worth.input) <= bound:
                return worth
        return candidates[0]

    @property
    def most_left(self) -> int:
        """No more questions than this are left: the depth of the graphs under what is known."""
        return sum(depth(self.remaining[name]) for name in self.open)

    def input(self, name: str) -> Input:
        return self.compiled.space.inputs[name]

    def _candidates(self, left: Remaining) -> list[Worth]:
        return [worth for worth in left.worth() if worth.input not in self.unknown]

    def _depth_after(self, left: Remaining, name: str) -> int:
        places = self.compiled.space.places[name]
        if len(places) > 1:
            return 0
        box, place = left.box, places[0]
        boxes = [(*box[:place], mask, *box[place + 1 :]) for mask in left.classes(place)]
        return max(depth(Remaining(left.graph, one)) for one in boxes)

    # -------------------------------------------------------------- saving

    @property
    def state(self) -> dict[str, Any]:
        """All that must be kept to go on another day, as JSON can hold it."""
        return {
            "policy": self.compiled.policy.name,
            "sha256": self.compiled.source.sha256,
            "decisions": list(self.decisions),
            "facts": {name: _plain(value) for name, value in self.facts.items()},
            "asked": [{"input": item.input, "value": _plain(item.value), "known": item.told} for item in self.asked],
        }


def depth(left: Remaining) -> int:
    """Give the most questions that a way through the graph still asks, an input of several codes counted once a group."""
    deepest: dict[int, int] = {}
    for node in reversed(left.graph.nodes):
        if isinstance(node, Leaf) or left.told(node) < 2:
            deepest[id(node)] = 0
            continue
        known = left.box[node.dimension]
        ways = [deepest[id(branch.node)] for branch in node.branches if branch.cells & known and left.told(branch.node)]
        deepest[id(node)] = max(ways, default=0) + (len(ways) > 1)
    return deepest[id(left.graph.root)]


def _plain(value: object) -> object:
    return (
        value if isinstance(value, bool | int | str | None) else list(value) if isinstance(value, tuple) else str(value)
    )


def interview_of(compiled: Compiled, facts: Mapping[str, Value], decisions: Sequence[str] = ()) -> Interview:
    """Begin an interview about some decisions, or all of them, where `facts` are known already."""
    return Interview(compiled, tuple(decisions) or tuple(item.name for item in compiled.decisions), dict(facts))
