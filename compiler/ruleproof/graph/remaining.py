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

from ruleproof.graph.nodes import Graph, Leaf, Node
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

    # -------------------------------------------------------------- what can be reached

    @cached_property
    def _said(self) -> tuple[dict[int, int], list[Said]]:
        """The number of what each leaf tells, by the leaf's own number, and everything told in that order."""
        numbers: dict[Said, int] = {}
        leaves = {
            place: numbers.setdefault(said(node.answer), len(numbers))
            for place, node in enumerate(self.graph.nodes)
            if isinstance(node, Leaf) and node.answer is not None
        }
        return leaves, list(numbers)

    @cached_property
    def _open(self) -> dict[int, tuple[int, list[tuple[int, int]]]]:
        """For each node that can be reached, in order, its dimension and the ways that are open: cells known, and node."""
        ways, box, found = self.graph.ways, self.box, {}
        seen = bytearray(len(ways))
        seen[0] = 1
        for place, (dimension, branches) in enumerate(ways):
            if not seen[place]:
                continue
            known = box[dimension] if dimension >= 0 else 0
            left = [(cells & known, to) for cells, to in branches if cells & known]
            for _, to in left:
                seen[to] = 1
            found[place] = (dimension, left)
        return found

    @property
    def reached(self) -> Iterator[Node]:
        """Give the nodes that can be reached, each before those it leads to."""
        return (self.graph.nodes[place] for place in self._open)

    # -------------------------------------------------------------- what can still come out

    @cached_property
    def _below(self) -> dict[int, dict[int, int]]:
        """For each node reached the numbers of cases that lead from it to each answer, over all cells of the box."""
        below: dict[int, dict[int, int]] = {}
        leaves, _ = self._said
        for place in reversed(self._open):
            dimension, ways = self._open[place]
            if dimension < 0:
                below[place] = {leaves[place]: self._all} if place in leaves else {}
            elif len(ways) == 1:
                below[place] = below[ways[0][1]]
            else:
                size, found = self.box[dimension].bit_count(), dict[int, int]()
                for cells, to in ways:
                    share = cells.bit_count()
                    for key, count in below[to].items():
                        found[key] = found.get(key, 0) + count * share // size
                below[place] = found
        return below

    @cached_property
    def _all(self) -> int:
        return prod(mask.bit_count() for mask in self.box)

    @cached_property
    def counts(self) -> Mapping[Said, int]:
        """For each answer that is still possible the number of cases that lead to it; none where nothing can happen."""
        _, told = self._said
        return {told[key]: count for key, count in self._below[0].items()}

    @property
    def settled(self) -> bool:
        """Tell whether only one answer is left."""
        return len(self._below[0]) == 1

    @cached_property
    def answers(self) -> Mapping[Said, tuple[Answer | str, Box]]:
        """For each answer that is still possible one leaf, and a box of cases that lead to it."""
        found: dict[Said, tuple[Answer | str, Box]] = {}
        leaves, told = self._said
        for wanted in self._below[0]:
            place, box = 0, list(self.box)
            while place not in leaves:
                dimension, ways = self._open[place]
                cells, place = next((cells, to) for cells, to in ways if wanted in self._below[to])
                box[dimension] = cells
            leaf = self.graph.nodes[place]
            assert isinstance(leaf, Leaf)
            assert leaf.answer is not None
            found[told[wanted]] = (leaf.answer, tuple(box))
        return found

    def rules(self) -> frozenset[str]:
        """Give the rules behind the answers that are still possible."""
        leaves = (node.answer for node in self.reached if isinstance(node, Leaf))
        return frozenset(name for answer in leaves if isinstance(answer, Answer) for name in answer.rules)

    # -------------------------------------------------------------- what to ask next

    @cached_property
    def open_inputs(self) -> tuple[str, ...]:
        """The inputs not known yet that a question still tells apart, in the order declared."""
        asked = {dimension for place, (dimension, ways) in self._open.items() if len(ways) > 1 and self._tells(place)}
        return tuple(name for name, places in self.space.places.items() if asked & set(places))

    def _tells(self, place: int) -> bool:
        """Tell whether a question can still have several answers, and leads to several ends."""
        _, ways = self._open[place]
        return sum(bool(self._below[to]) for _, to in ways) > 1 and len(self._below[place]) > 1

    def depth(self, box: Box | None = None) -> int:
        """Give the most questions that a way through the graph still asks; with a `box`, once so much more is known.

        An input of several codes is counted once for each group of them that is asked.
        """
        known = box or self.box
        told: dict[int, int] = {}
        deepest: dict[int, int] = {}
        leaves, _ = self._said
        for place in reversed(self._open):
            dimension, branches = self._open[place]
            if dimension < 0:
                told[place], deepest[place] = 1 << leaves[place] if place in leaves else 0, 0
                continue
            mask, all_told, most, ways = known[dimension], 0, 0, 0
            for cells, to in branches:
                if cells & mask and told[to]:
                    all_told |= told[to]
                    most = deepest[to] if deepest[to] > most else most  # faster than `max`
                    ways += 1
            told[place] = all_told
            deepest[place] = most + (ways > 1) if all_told & (all_told - 1) else 0
        return deepest[0]

    def classes(self, place: int) -> list[int]:
        """Give the cells of a dimension that can still be, as masks of those that no open question tells apart."""
        classes = [self.box[place]]
        for cells in self._masks.get(place, ()):
            classes = [part for mask in classes for part in (mask & cells, mask & ~cells) if part]
        return classes

    @cached_property
    def _masks(self) -> dict[int, dict[int, None]]:
        """For each dimension asked the different sets of cells that branches take."""
        found: dict[int, dict[int, None]] = {}
        for dimension, ways in self._open.values():
            if len(ways) > 1:
                found.setdefault(dimension, {}).update((cells, None) for cells, _ in ways)
        return found

    @cached_property
    def worth(self) -> tuple[Worth, ...]:
        """What each open input is worth, the best question first; in the order declared where they are worth the same.

        The best question leaves the least open on average; where several do, the one that leaves fewer answers at worst.
        """
        if self.settled or not self._below[0]:
            return ()
        order = {name: number for number, name in enumerate(self.space.places)}
        found = [self._worth(name) for name in self.open_inputs]
        return tuple(sorted(found, key=lambda one: (-round(one.information, 9), one.worst, order[one.input])))

    def _worth(self, name: str) -> Worth:
        total = sum(self._below[0].values())
        worst, expected, left = 0, 0, 0.0
        for weight, counts in self._by_value(name):
            cases = weight * sum(counts.values())
            if cases:
                worst = max(worst, len(counts))
                expected += len(counts) * cases
                left += cases / total * _bits(counts)
        return Worth(name, worst, Fraction(expected, total), _bits(self._below[0]) - left)

    def _by_value(self, name: str) -> list[tuple[int, dict[int, int]]]:
        """Give the counts of answers for the values that the input can still have, with how many values count so."""
        places = self.space.places[name]
        if len(places) == 1:
            return self._by_cell(places[0])
        boxes = [self.box]
        for place in places:
            boxes = [(*box[:place], 1 << cell, *box[place + 1 :]) for box in boxes for cell in bits_of(self.box[place])]
            if len(boxes) > MOST_VALUES:
                return [(1, self._below[0])]
        return [(1, Remaining(self.graph, box)._below[0]) for box in boxes]

    @cached_property
    def _reach(self) -> dict[int, int]:
        """For each node that can be reached the number of cases that come by it."""
        reach = dict.fromkeys(self._open, 0)
        reach[0] = self._all
        for place, (dimension, ways) in self._open.items():
            if dimension >= 0:
                count, size = reach[place], self.box[dimension].bit_count()
                for cells, to in ways:
                    reach[to] += count * cells.bit_count() // size
        return reach

    def _by_cell(self, place: int) -> list[tuple[int, dict[int, int]]]:
        """Give the counts for each class of cells of a dimension: what asks it, and an even share of all the rest."""
        size, everything = self.box[place].bit_count(), self._all
        classes = self.classes(place)
        counted = [dict[int, int]() for _ in classes]
        rest = dict(self._below[0])
        for asking, (dimension, ways) in self._open.items():
            if dimension != place:
                continue
            reach = self._reach[asking]
            for cells, to in ways:
                share = [(key, reach * count // everything // size) for key, count in self._below[to].items()]
                for key, each in share:
                    rest[key] -= each * cells.bit_count()
                for mask, counts in zip(classes, counted, strict=True):
                    if mask & cells:
                        for key, each in share:
                            counts[key] = counts.get(key, 0) + each
        for key, count in rest.items():
            if count:
                for counts in counted:
                    counts[key] = counts.get(key, 0) + count // size
        return [(mask.bit_count(), counts) for mask, counts in zip(classes, counted, strict=True)]


MOST_VALUES = 64
"""An input of several codes with more combinations than this is not weighed, and counts as telling nothing."""


def _bits(counts: Mapping[int, int]) -> float:
    """Give the entropy of counts, in bits."""
    total = sum(counts.values())
    return sum(count / total * log2(total / count) for count in counts.values() if count)
