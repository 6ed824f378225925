"""Graphs, and for rows that know the same dimensions the number of what is left of each graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ruleproof.runtime.batch.cascade import cascade_of
from ruleproof.runtime.batch.coded import Coded, Numbers
from ruleproof.runtime.batch.lookups import Follower
from ruleproof.runtime.batch.residuals import Nodes
from ruleproof.runtime.batch.walking import ends_by_walking
from ruleproof.runtime.kernel.graphs import Open

Known: TypeAlias = tuple[bool, ...]
"""For each dimension whether its cell is known."""

_MOST_PATTERNS = 64
"""For how many sets of known dimensions the tables of a graph are kept."""
_MOST_REMEMBERED = 100_000


@dataclass(frozen=True, eq=False)
class Rows:
    """Some rows that know the same dimensions: the cells of each dimension, where it is known."""

    count: int
    cells: tuple[Coded | None, ...]

    @property
    def known(self) -> Known:
        return tuple(cells is not None for cells in self.cells)

    def of(self, dimension: int) -> Coded:
        cells = self.cells[dimension]
        assert cells is not None
        return cells


class Graph:
    """One graph, as the kernel follows it."""

    def __init__(self, nodes: Nodes, said: Sequence[Any]) -> None:
        self.nodes, self.said = nodes, said
        self.asks = frozenset(node[0] for node in nodes if node[0] >= 0)

    def known(self, known: Known) -> Known:
        """Tell which dimensions that the graph asks are known."""
        return tuple(there and place in self.asks for place, there in enumerate(known))


class Followed:
    """One graph, and for each set of known dimensions the tables that lead through it."""

    def __init__(self, graph: Graph, sizes: Sequence[int]) -> None:
        self.graph, self._sizes = graph, sizes
        self._followers: dict[Known, Follower | None] = {}
        self._opened: dict[tuple[Known, int], Open] = {}
        self._numbers: dict[tuple[object, ...], int] = {}

    def ends(self, rows: Rows) -> tuple[Numbers, Callable[[int], Open]]:
        """Give for each row the number of what is left of the graph, and what makes of such a number the open graph.

        Numbers mean the same in every batch that knows the same dimensions, unless the graph has no tables.
        """
        known = self.graph.known(rows.known)
        follower = self._follower(known)
        if follower is None:
            return walked(self.graph, self._sizes, rows)
        cascade = follower.cascade

        def opened(end: int) -> Open:
            if (known, end) not in self._opened:
                self._opened[known, end] = cascade.residuals.opened(cascade.ends[end][0], self.graph.said)
            return self._opened[known, end]

        return follower.follow(rows.of, rows.count), opened

    def has_tables(self, known: Known) -> bool:
        return self._follower(known) is not None

    def _follower(self, known: Known) -> Follower | None:
        if known not in self._followers:
            if len(self._followers) >= _MOST_PATTERNS:
                self._followers.clear()
                self._opened.clear()
                self._numbers.clear()
            cascade = cascade_of([self.graph.nodes], self._sizes, known)
            self._followers[known] = None if cascade is None else Follower(cascade)
        return self._followers[known]

    def remembered(self, about: tuple[object, ...], number: Callable[[], int]) -> int:
        """Give the number of what is said of something about this graph; it is worked out when it is first asked for."""
        if about not in self._numbers:
            if len(self._numbers) >= _MOST_REMEMBERED:
                self._numbers.clear()
            self._numbers[about] = number()
        return self._numbers[about]


def walked(graph: Graph, sizes: Sequence[int], rows: Rows) -> tuple[Numbers, Callable[[int], Open]]:
    """Give the same for a graph that has no tables: rows walk through it."""
    known = graph.known(rows.known)
    return ends_by_walking(graph.nodes, graph.said, sizes, known, lambda place: rows.of(place).plain(), rows.count)
