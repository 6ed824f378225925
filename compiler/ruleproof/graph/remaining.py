"""What can still come out where only a part of a case is known, read off an exact graph in one pass.

An exact graph leaves out what cannot happen for reasons that share no input with what it asks; that takes the same share
from every answer, so it changes no answer and no share.

A box says what is known: an input that is known keeps one cell, one that is not keeps all its cells.  Cases are counted
by cells, every cell of an unknown input counting as one, so that the counts are whole numbers and exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import log2, prod
from typing import TypeAlias

from ruleproof.graph.nodes import Graph, Leaf, Node, Question
from ruleproof.model.meaning import Answer
from ruleproof.prover.space import Box, bits_of

Said: TypeAlias = tuple[object, ...] | str
"""What a leaf tells a person, rules apart; of a requirement its state."""


def said(answer: Answer | str) -> Said:
    """Give what an answer tells a person: two leaves agree where this is equal."""
    return answer if isinstance(answer, str) else answer.said


@dataclass(frozen=True, slots=True)
class Worth:
    """What asking one input is worth, over the values that it can still have."""

    input: str
    worst: int
    """How many answers can be left after the least helpful value."""
    expected: Fraction
    """How many answers are left on average, every case that can happen counting the same."""
    information: float
    """How much less is open on average, in bits; what chooses the question."""


class Remaining:
    """An exact graph under what is known of a case."""

    def __init__(self, graph: Graph, box: Box) -> None:
        self.graph = graph
        self.box = box
        self.space = graph.space

    # -------------------------------------------------------------- what can still come out

    @cached_property
    def _below(self) -> dict[int, dict[Said, int]]:
        """For each node the numbers of cases that lead from it to each answer, over all cells of the box."""
        below: dict[int, dict[Said, int]] = {}
        for node in reversed(self.graph.nodes):
            if isinstance(node, Leaf):
                below[id(node)] = {} if node.answer is None else {said(node.answer): self._all}
                continue
            known = self.box[node.dimension]
            size, found = known.bit_count(), dict[Said, int]()
            for branch in node.branches:
                share = (branch.cells & known).bit_count()
                if share:
                    for key, count in below[id(branch.node)].items():
                        found[key] = found.get(key, 0) + count * share // size
            below[id(node)] = found
        return below

    @cached_property
    def _all(self) -> int:
        return prod(mask.bit_count() for mask in self.box)

    @cached_property
    def counts(self) -> Mapping[Said, int]:
        """For each answer that is still possible the number of cases that lead to it; none where nothing can happen."""
        return self._below[id(self.graph.root)]

    @property
    def settled(self) -> bool:
        """Tell whether only one answer is left."""
        return len(self.counts) == 1

    @cached_property
    def answers(self) -> Mapping[Said, tuple[Answer | str, Box]]:
        """For each answer that is still possible one leaf, and a box of cases that lead to it."""
        found: dict[Said, tuple[Answer | str, Box]] = {}
        for wanted in self.counts:
            node, box = self.graph.root, list(self.box)
            while isinstance(node, Question):
                branch = next(
                    branch
                    for branch in node.branches
                    if branch.cells & box[node.dimension] and wanted in self._below[id(branch.node)]
                )
                box[node.dimension] &= branch.cells
                node = branch.node
            assert node.answer is not None
            found[wanted] = (node.answer, tuple(box))
        return found

    def rules(self) -> frozenset[str]:
        """Give the rules behind the answers that are still possible."""
        leaves = (node.answer for node in self.reached if isinstance(node, Leaf))
        return frozenset(name for answer in leaves if isinstance(answer, Answer) for name in answer.rules)

    @cached_property
    def _reach(self) -> dict[int, int]:
        """For each node that can be reached the number of cases that come by it."""
        reach = {id(self.graph.root): self._all}
        for node in self.graph.nodes:
            count = reach.get(id(node))
            if count is None or isinstance(node, Leaf):
                continue
            known = self.box[node.dimension]
            size = known.bit_count()
            for branch in node.branches:
                share = (branch.cells & known).bit_count()
                if share:
                    reach[id(branch.node)] = reach.get(id(branch.node), 0) + count * share // size
        return reach

    @property
    def reached(self) -> Iterator[Node]:
        """Give the nodes that can be reached, each before those it leads to."""
        return (node for node in self.graph.nodes if id(node) in self._reach)

    def told(self, node: Node) -> int:
        """Give how many answers can still come out below a node; none where nothing that can happen leads on."""
        return len(self._below[id(node)])

    # -------------------------------------------------------------- what to ask next

    @cached_property
    def open_inputs(self) -> tuple[str, ...]:
        """The inputs not known yet that a question still tells apart, in the order declared."""
        asked = {
            node.dimension
            for node in self.reached
            if isinstance(node, Question) and self.box[node.dimension].bit_count() > 1 and self._tells(node)
        }
        return tuple(name for name, places in self.space.places.items() if asked & set(places))

    def _tells(self, node: Question) -> bool:
        """Tell whether a question can still have several answers, and leads to several ends."""
        known = self.box[node.dimension]
        ways = sum(bool(branch.cells & known and self._below[id(branch.node)]) for branch in node.branches)
        return ways > 1 and len(self._below[id(node)]) > 1

    def classes(self, place: int) -> list[int]:
        """Give the cells of a dimension that can still be, as masks of those that no open question tells apart."""
        classes = [self.box[place]]
        for node in self.reached:
            if isinstance(node, Question) and node.dimension == place:
                for branch in node.branches:
                    classes = [part for mask in classes for part in (mask & branch.cells, mask & ~branch.cells) if part]
        return classes

    def worth(self) -> tuple[Worth, ...]:
        """Give what each open input is worth, the best question first; in the order declared where they are worth the same.

        The best question leaves the least open on average; where several do, the one that leaves fewer answers at worst.
        """
        if self.settled or not self.counts:
            return ()
        order = {name: number for number, name in enumerate(self.space.places)}
        found = [self._worth(name) for name in self.open_inputs]
        return tuple(sorted(found, key=lambda one: (-round(one.information, 9), one.worst, order[one.input])))

    def _worth(self, name: str) -> Worth:
        total = sum(self.counts.values())
        worst, expected, left = 0, Fraction(0), 0.0
        for counts in self._by_value(name):
            cases = sum(counts.values())
            if cases:
                worst = max(worst, len(counts))
                expected += Fraction(len(counts) * cases, total)
                left += cases / total * _bits(counts)
        return Worth(name, worst, expected, _bits(self.counts) - left)

    def _by_value(self, name: str) -> list[dict[Said, int]]:
        """Give the counts of answers for each value that the input can still have."""
        places = self.space.places[name]
        if len(places) == 1:
            return self._by_cell(places[0])
        found: list[dict[Said, int]] = []
        boxes = [self.box]
        for place in places:
            boxes = [(*box[:place], 1 << cell, *box[place + 1 :]) for box in boxes for cell in bits_of(self.box[place])]
            if len(boxes) > MOST_VALUES:
                return [dict(self.counts)]
        for box in boxes:
            found.append(dict(Remaining(self.graph, box).counts))
        return found

    def _by_cell(self, place: int) -> list[dict[Said, int]]:
        """Give the counts for each cell of a dimension, from one pass: what asks it, and an even share of all the rest."""
        known = self.box[place]
        size = known.bit_count()
        cells = {cell: dict[Said, int]() for cell in bits_of(known)}
        rest = dict(self.counts)
        for node in self.reached:
            if not isinstance(node, Question) or node.dimension != place:
                continue
            reach = self._reach[id(node)]
            for branch in node.branches:
                own = list(bits_of(branch.cells & known))
                if not own:
                    continue
                for key, count in self._below[id(branch.node)].items():
                    each = reach * count // self._all // size
                    rest[key] -= each * len(own)
                    for cell in own:
                        cells[cell][key] = cells[cell].get(key, 0) + each
        for counts in cells.values():
            for key, count in rest.items():
                if count:
                    counts[key] = counts.get(key, 0) + count // size
        return list(cells.values())


MOST_VALUES = 64
"""An input of several codes with more combinations than this is not weighed, and counts as telling nothing."""


def _bits(counts: Mapping[Said, int]) -> float:
    """Give the entropy of counts, in bits."""
    total = sum(counts.values())
    return sum(count / total * log2(total / count) for count in counts.values() if count)
