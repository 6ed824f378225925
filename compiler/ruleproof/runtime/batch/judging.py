"""The cells of a batch to answers: every decision and every requirement, also where values are unknown.

Rows that know the same dimensions go through the same tables; the kernel itself then says what each end of them answers,
so that the answers are its answers.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from ruleproof.runtime.batch.cascade import Cascade, cascade_of
from ruleproof.runtime.batch.columns import Numbers
from ruleproof.runtime.batch.residuals import Nodes
from ruleproof.runtime.batch.walking import ends_by_walking
from ruleproof.runtime.kernel.answers import Answer, Requirement
from ruleproof.runtime.kernel.graphs import Decision, Open, RequirementTable, standing
from ruleproof.runtime.kernel.program import Program

Known: TypeAlias = tuple[bool, ...]
"""For each dimension whether its cell is known."""
Said: TypeAlias = Answer | Requirement
Table: TypeAlias = Decision | RequirementTable

_MOST_PATTERNS = 64
"""For how many sets of known dimensions the tables of a graph are kept."""
_MOST_REMEMBERED = 100_000
_FEW_ENDS = 256
"""So few ends are asked all, whether they occur or not."""
_CAN_HAPPEN = 1


@dataclass(frozen=True)
class Rows:
    """Some rows that know the same dimensions: the cells of each dimension, where it is known."""

    count: int
    cells: tuple[Numbers | None, ...]

    @property
    def known(self) -> Known:
        return tuple(cells is not None for cells in self.cells)

    def of(self, dimension: int) -> Numbers:
        cells = self.cells[dimension]
        assert cells is not None
        return cells


class Followed:
    """One graph, and for each set of known dimensions the tables that lead through it."""

    def __init__(self, nodes: Nodes, said: Sequence[Any], sizes: Sequence[int]) -> None:
        self.nodes, self.said, self._sizes = nodes, said, sizes
        self.asks = frozenset(node[0] for node in nodes if node[0] >= 0)
        self._cascades: dict[Known, Cascade | None] = {}
        self._opened: dict[tuple[Known, int], Open] = {}
        self._numbers: dict[tuple[object, ...], int] = {}

    def ends(self, rows: Rows) -> tuple[Numbers, Callable[[int], Open]]:
        """Give for each row the number of what is left of the graph, and what makes of such a number the open graph.

        Numbers mean the same in every batch that knows the same dimensions, unless the graph has no tables.
        """
        known = self.known(rows)
        cascade = self._cascade(known)
        if cascade is None:
            return ends_by_walking(self.nodes, self.said, self._sizes, known, rows.of, rows.count)

        def opened(end: int) -> Open:
            if (known, end) not in self._opened:
                self._opened[known, end] = cascade.residuals.opened(cascade.ends[end], self.said)
            return self._opened[known, end]

        return cascade.follow(rows.of, rows.count), opened

    def known(self, rows: Rows) -> Known:
        """Tell which dimensions that the graph asks are known."""
        return tuple(there and place in self.asks for place, there in enumerate(rows.known))

    def has_tables(self, known: Known) -> bool:
        return self._cascade(known) is not None

    def _cascade(self, known: Known) -> Cascade | None:
        if known not in self._cascades:
            if len(self._cascades) >= _MOST_PATTERNS:
                self._cascades.clear()
                self._opened.clear()
                self._numbers.clear()
            self._cascades[known] = cascade_of(self.nodes, self._sizes, known)
        return self._cascades[known]

    def remembered(self, about: tuple[object, ...], number: Callable[[], int]) -> int:
        """Give the number of what is said of something about this graph; it is worked out when it is first asked for."""
        if about not in self._numbers:
            if len(self._numbers) >= _MOST_REMEMBERED:
                self._numbers.clear()
            self._numbers[about] = number()
        return self._numbers[about]


@dataclass
class Numbered:
    """The different things that a decision or a requirement has said so far, each with its number."""

    name: str
    said: list[Said] = field(default_factory=list)
    _numbers: dict[Said, int] = field(default_factory=dict)

    def number(self, said: Said) -> int:
        found = self._numbers.setdefault(said, len(self.said))
        if found == len(self.said):
            self.said.append(said)
        return found


@dataclass(frozen=True)
class Presumed:
    """The same rows with unknown inputs filled as the policy presumes, and which of them can then happen."""

    rows: Rows
    can_happen: Numbers
    names: tuple[str, ...]


class Judge:
    """A policy as it was posted on a day, ready to judge rows of cells."""

    def __init__(
        self, program: Program, sizes: Sequence[int], posted: datetime.date | None, only: Sequence[str]
    ) -> None:
        """`sizes` counts the cells of each dimension, `only` names the decisions and requirements to judge."""
        self._names = program._dimension_names
        never = standing(program._never, program._never_earlier, posted)
        self._never = Followed(never, (True, False), sizes)
        self.asked = set(self._never.asks)
        self._tables: list[tuple[Table, Followed]] = []
        self.numbered: list[Numbered] = []
        every: tuple[Table, ...] = (*program.decisions, *program.requirements)
        for table in every:
            if table.name in only:
                known: Table = standing(table, table.earlier, posted)
                self._tables.append((known, Followed(known.nodes, known.said, sizes)))
                self.asked |= self._tables[-1][1].asks
                self.numbered.append(Numbered(table.name, [], {}))
        for (table, _), numbered in zip(self._tables, self.numbered, strict=True):
            for said in table.answers if isinstance(table, Decision) else table.states.values():
                numbered.number(said)

    def can_happen(self, rows: Rows) -> Numbers:
        """Tell for each row whether something that can happen is left."""
        ends, opened = self._never.ends(rows)
        return _by_end(ends, lambda end: int(_CAN_HAPPEN in opened(end).reached)).astype(bool)

    def judge(self, rows: Rows, presumed: Presumed | None) -> Iterator[Numbers]:
        """Give for each decision and requirement the number of what it says of each row; rows that cannot happen say -1."""
        for (table, followed), numbered in zip(self._tables, self.numbered, strict=True):
            yield self._say(table, followed, numbered, rows, presumed)

    def _say(
        self, table: Table, followed: Followed, numbered: Numbered, rows: Rows, presumed: Presumed | None
    ) -> Numbers:
        ends, opened = followed.ends(rows)
        known = followed.known(rows)
        lasting = followed.has_tables(known)

        def alone(end: int) -> int:
            if not lasting:
                return self._number(table, numbered, opened(end))
            return followed.remembered((known, end), lambda: self._number(table, numbered, opened(end)))

        if presumed is None or not _differ(rows, presumed.rows, followed.asks):
            return _by_end(ends, alone)
        filled_ends, filled = followed.ends(presumed.rows)
        width = int(filled_ends.max(initial=0)) + 1
        pairs = (ends.astype(np.int64) * width + filled_ends) * 2 + presumed.can_happen

        def said(pair: int) -> int:
            both, possible = divmod(pair, 2)
            bare, other = divmod(both, width)
            if not possible:
                return alone(bare)
            return self._number(table, numbered, filled(other), opened(bare), presumed.names)

        there, places = np.unique(pairs, return_inverse=True)
        return np.array([said(int(pair)) for pair in there], np.int32).take(places)

    def _number(
        self, table: Table, numbered: Numbered, opened: Open, bare: Open | None = None, names: tuple[str, ...] = ()
    ) -> int:
        """Number what a table says of a graph left open; with `bare`, the same graph where nothing is presumed."""
        if opened.root < 0:
            return -1
        if bare is not None and set(opened.left()[0]) == set(bare.left()[0]):
            names = ()
        return numbered.number(table.partial(opened, self._names, names))


def _differ(rows: Rows, filled: Rows, asks: frozenset[int]) -> bool:
    """Tell whether something that is asked is unknown in some rows, and known once they are filled."""
    return any(rows.cells[place] is None and filled.cells[place] is not None for place in asks)


def _by_end(ends: Numbers, said: Callable[[int], int]) -> Numbers:
    """Give each row what is said of its end; each end that occurs is asked once."""
    if not len(ends):
        return np.zeros(0, np.int32)
    most = int(ends.max())
    if most < _FEW_ENDS:
        return np.array([said(end) for end in range(most + 1)], np.int32).take(ends)
    there, places = np.unique(ends, return_inverse=True)
    return np.array([said(int(end)) for end in there], np.int32).take(places)
