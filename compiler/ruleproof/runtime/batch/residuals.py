"""What is left of a graph once some of its dimensions are known: nodes that are equal are the same number."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import chain
from typing import Any, TypeAlias

from ruleproof.runtime.kernel.graphs import Open

Nodes = tuple[tuple[int, ...], ...]
"""A graph as the kernel follows it: see `Open` in `runtime/kernel/graphs.py`."""


_Node: TypeAlias = tuple[int, tuple[int, ...], tuple[int, ...]]


class TooLargeError(Exception):
    """More nodes than are worth making; the graph is then followed as it is."""


class Residuals:
    """The nodes of some graphs and of everything that is left of them, each as its dimension, stretches of cells, and their ways.

    Stretches that lead the same way are not joined, since the evaluator does not: it then says the same of what is left.
    """

    def __init__(self, graphs: Sequence[Nodes], sizes: Sequence[int], most: int) -> None:
        """`sizes` counts the cells of each dimension; more than `most` nodes are a `TooLargeError`."""
        self._sizes, self._most = sizes, most
        self._made: list[_Node] = []
        self._asks: list[int] = []
        self._numbers: dict[_Node, int] = {}
        self._memo: dict[tuple[int, int], dict[int, int]] = {}
        self.roots = tuple(self._rooted(nodes) for nodes in graphs)

    def _rooted(self, nodes: Nodes) -> int:
        kept: dict[int, int] = {}
        for index in range(len(nodes) - 1, -1, -1):
            dimension, *rest = nodes[index]
            starts, ways = ((), rest) if dimension < 0 else (rest[::2], [kept[way] for way in rest[1::2]])
            kept[index] = self._node(dimension, tuple(starts), tuple(ways))
        return kept[0]

    def _node(self, dimension: int, starts: tuple[int, ...], ways: tuple[int, ...]) -> int:
        if dimension >= 0 and ways.count(ways[0]) == len(ways):
            return ways[0]
        key = (dimension, starts, ways)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._made)
            if number >= self._most:
                raise TooLargeError
            self._made.append(key)
            asks = 0
            if dimension >= 0:
                asks = 1 << dimension
                for way in set(ways):
                    asks |= self._asks[way]
            self._asks.append(asks)
        return number

    def leaf(self, node: int) -> int | None:
        """Give the number that a leaf holds (-1: cannot happen); nothing for a question."""
        dimension, _, ways = self._made[node]
        return ways[0] if dimension < 0 else None

    def asks(self, node: int, dimension: int) -> bool:
        """Tell whether a dimension is asked at a node or below it."""
        return bool(self._asks[node] >> dimension & 1)

    def ways(self, node: int, dimension: int, size: int) -> list[int]:
        """Give what is left of a node for each cell of a dimension."""
        if not self._asks[node] >> dimension & 1:
            return [node] * size
        return [self.where(node, dimension, cell) for cell in range(size)]

    def where(self, node: int, dimension: int, cell: int) -> int:
        """Give what is left of a node where the cell of a dimension is known."""
        if not self._asks[node] >> dimension & 1:
            return node
        return self._where(node, dimension, cell, self._memo.setdefault((dimension, cell), {}))

    def _where(self, node: int, dimension: int, cell: int, memo: dict[int, int]) -> int:
        found = memo.get(node)
        if found is None:
            asked, starts, ways = self._made[node]
            if asked == dimension:
                way = ways[max(0, bisect_right(starts, cell) - 1)]
                found = self._where(way, dimension, cell, memo) if self._asks[way] >> dimension & 1 else way
            else:
                known = {
                    way: self._where(way, dimension, cell, memo) if self._asks[way] >> dimension & 1 else way
                    for way in set(ways)
                }
                found = self._node(asked, starts, tuple([known[way] for way in ways]))
            memo[node] = found
        return found

    def opened(self, node: int, said: Sequence[Any]) -> Open:
        """Ask what is left at a node, with nothing more known."""
        order, seen, waiting = [], set(), [(node, False)]
        while waiting:
            number, done = waiting.pop()
            if done:
                order.append(number)
            elif number not in seen:
                seen.add(number)
                waiting.append((number, True))
                if self._made[number][0] >= 0:
                    waiting += [(way, False) for way in self._made[number][2]]
        order.reverse()
        places = {number: place for place, number in enumerate(order)}
        opened = Open(tuple(self._row(number, places) for number in order), said)
        opened.root = opened.walk([-1] * len(self._sizes))
        return opened

    def _row(self, number: int, places: dict[int, int]) -> tuple[int, ...]:
        dimension, starts, ways = self._made[number]
        if dimension < 0:
            return (-1, *ways)
        return (dimension, *chain.from_iterable(zip(starts, (places[way] for way in ways), strict=True)))


def ways_by_cell(node: tuple[int, ...], size: int) -> list[int]:
    """Give the node that a question leads to for each of its cells.

    >>> ways_by_cell((3, 0, 7, 2, 8), 4)
    [7, 7, 8, 8]
    """
    starts, ways = [*node[1::2], size], node[2::2]
    found = [ways[0]] * starts[0]  # cells before the first cannot happen
    for place, way in enumerate(ways):
        found += [way] * (starts[place + 1] - starts[place])
    return found
