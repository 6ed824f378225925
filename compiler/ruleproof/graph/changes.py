"""The smallest changes of a case that lead to another answer, read off an exact graph.

A graph asks each input at most once on a path, and what it does not ask is free.  So a set of inputs can lead to an answer
by changing them alone exactly where a path to that answer leaves the case at those inputs only.  What cannot happen has a
leaf of its own, so every change that is found can happen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from typing import TypeAlias

from ruleproof.graph.nodes import Graph, Leaf, Node, Question
from ruleproof.model.meaning import Answer
from ruleproof.prover.boxes import merged
from ruleproof.prover.space import Box

Wanted: TypeAlias = Callable[[Answer | str], bool]
"""Tells whether a leaf is what somebody wants to get to."""

MOST_STATES = 200_000
"""How many states of the search are looked at before it is given up."""
MOST_PATHS = 2_000
"""How many ways to one set of changes are looked at before the values are cut short."""


class TooManyChangesError(Exception):
    """The search for changes would take too long."""


@dataclass(frozen=True, slots=True)
class Change:
    """Inputs that, changed together, lead to what is wanted; no part of them does."""

    inputs: tuple[str, ...]
    """In the order declared; empty where the case already leads there, or can, by what is not known of it."""
    cost: int
    boxes: tuple[Box, ...]
    """Disjoint boxes of all cases that the change can lead to: what is not changed keeps its cell."""
    all_boxes: bool
    """False where there are more ways than were looked at."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What would lead to an answer."""

    found: tuple[Change, ...]
    """All minimal sets of changes, the cheapest first, up to the limit asked for."""
    more: bool
    """True where there are more than the limit."""


class Search:
    """Searches the changes of one case, given as a box: an input whose box has several cells is not known, and free.

    With `within`, an input can only be changed to the cells of that box.
    """

    def __init__(
        self,
        graph: Graph,
        box: Box,
        wanted: Wanted,
        *,
        fixed: frozenset[str] = frozenset(),
        costs: Mapping[str, int] | None = None,
        within: Box | None = None,
    ) -> None:
        self.within = within or graph.space.whole
        self.graph = graph
        self.box = box
        self.wanted = wanted
        self.fixed = fixed
        self.costs = costs or {}
        self.names = tuple(graph.space.places)
        self._number = {name: number for number, name in enumerate(self.names)}
        self._single = {name: len(places) == 1 for name, places in graph.space.places.items()}

    def cost(self, name: str) -> int:
        """Give what changing an input costs: a whole number, at least 1."""
        return max(1, self.costs.get(name, 1))

    def run(self, limit: int) -> Changes:
        """Give the minimal sets of changes, the cheapest first, and of the same cost those of fewer inputs."""
        found: list[int] = []
        for inputs in self._sets():
            if len(found) == limit:
                return Changes(tuple(map(self._change, found)), True)
            found.append(inputs)
        return Changes(tuple(map(self._change, found)), False)

    @property
    def possible(self) -> bool:
        """Tell whether any change leads there, what is fixed kept."""
        return id(self.graph.root) in self._least

    def fault(self) -> tuple[str, ...]:
        """Give a smallest part of what is fixed that alone shuts the answer out; empty where nothing fixed does."""
        if self.possible:
            return ()
        kept = [name for name in self.names if name in self.fixed and self._known(name)]
        for name in tuple(kept):
            without = frozenset(kept) - {name}
            if not Search(self.graph, self.box, self.wanted, fixed=without, within=self.within).possible:
                kept.remove(name)
        return tuple(kept)

    def _known(self, name: str) -> bool:
        return any(self.box[place].bit_count() == 1 for place in self.graph.space.places[name])

    # -------------------------------------------------------------- the search

    @cached_property
    def _least(self) -> dict[int, int]:
        """For each node that leads to what is wanted no more than what the way there costs."""
        least: dict[int, int] = {}
        for node in reversed(self.graph.nodes):
            if isinstance(node, Leaf):
                if node.answer is not None and self.wanted(node.answer):
                    least[id(node)] = 0
                continue
            costs = [
                least[id(target)] + (self.cost(name) if name and self._single[name] else 0)
                for name, target in self._steps(node)
                if id(target) in least
            ]
            if costs:
                least[id(node)] = min(costs)
        return least

    def _steps(self, node: Question) -> Iterator[tuple[str, Node]]:
        """Give where a question leads: without change (no name), or by changing an input."""
        known = self.box[node.dimension]
        name = self.graph.space.dimensions[node.dimension].input
        for branch in node.branches:
            if branch.cells & known:
                yield "", branch.node
            elif name not in self.fixed and branch.cells & self.within[node.dimension]:
                yield name, branch.node

    def _sets(self) -> Iterator[int]:
        """Give the minimal sets as masks of inputs, the cheapest first."""
        if not self.possible:
            return
        found: list[int] = []
        seen: dict[int, list[int]] = {}
        turn = looked = 0
        waiting: list[tuple[int, int, int, int, int, Node]] = []
        heappush(waiting, (self._least[id(self.graph.root)], 0, 0, turn, 0, self.graph.root))
        while waiting:
            _, _, _, _, inputs, node = heappop(waiting)
            before = seen.setdefault(id(node), [])
            if _covered(inputs, found) or _covered(inputs, before):
                continue
            before.append(inputs)
            looked += 1
            if looked > MOST_STATES:
                raise TooManyChangesError
            if isinstance(node, Leaf):
                found.append(inputs)
                yield inputs
                continue
            for name, target in self._steps(node):
                if id(target) not in self._least:
                    continue
                more = inputs | (1 << self._number[name] if name else 0)
                if _covered(more, found):
                    continue
                turn += 1
                so_far = self._cost_of(more)
                heappush(waiting, (so_far + self._least[id(target)], more.bit_count(), more, turn, more, target))

    def _cost_of(self, inputs: int) -> int:
        return sum(self.cost(name) for name, number in self._number.items() if inputs >> number & 1)

    # -------------------------------------------------------------- the values

    def _change(self, inputs: int) -> Change:
        names = tuple(name for name, number in self._number.items() if inputs >> number & 1)
        places = {place for name in names for place in self.graph.space.places[name]}
        start = tuple(self.within[place] if place in places else mask for place, mask in enumerate(self.box))
        boxes: list[Box] = []
        for box in self._ways(start):
            if len(boxes) == MOST_PATHS:
                return Change(names, self._cost_of(inputs), merged(boxes), False)
            boxes.append(box)
        return Change(names, self._cost_of(inputs), merged(boxes), True)

    def _ways(self, start: Box) -> Iterator[Box]:
        """Give the boxes of the paths inside a box that lead to what is wanted."""
        reached = Search(self.graph, start, self.wanted, fixed=frozenset(self.names))._least
        stack: list[tuple[Node, Box]] = [(self.graph.root, start)]
        while stack:
            node, box = stack.pop()
            if id(node) not in reached:
                continue
            if isinstance(node, Leaf):
                yield box
                continue
            place = node.dimension
            for branch in reversed(node.branches):
                if box[place] & branch.cells:
                    stack.append((branch.node, (*box[:place], box[place] & branch.cells, *box[place + 1 :])))


def _covered(inputs: int, sets: list[int]) -> bool:
    """Tell whether one of some sets lies inside a set."""
    return any(one & inputs == one for one in sets)
