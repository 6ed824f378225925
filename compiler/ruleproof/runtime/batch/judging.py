"""The cells of a batch to answers: every decision and every requirement, also where values are unknown.

Rows that know the same dimensions go through the same tables; the kernel itself then says what each end of them answers,
so that the answers are its answers.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from ruleproof.runtime.batch.coded import Coded, Numbers
from ruleproof.runtime.batch.following import Followed, Graph, Known, Rows, walked
from ruleproof.runtime.batch.joint import CAN_HAPPEN, Group, groups_of, said_of
from ruleproof.runtime.kernel.answers import Answer, Requirement
from ruleproof.runtime.kernel.graphs import Decision, Open, RequirementTable, standing
from ruleproof.runtime.kernel.program import Program

Said: TypeAlias = Answer | Requirement
Table: TypeAlias = Decision | RequirementTable

_MOST_PATTERNS = 64
"""For how many sets of known dimensions the graphs are kept in groups."""


@dataclass
class Numbered:
    """The different things that a decision or a requirement has said so far, each with its number."""

    name: str
    said: list[Said] = field(default_factory=list)
    told: dict[str, tuple[int, Any, Any]] = field(default_factory=dict)
    """For words about answers: how many things were said, and what was then told of them, as `answers.py` keeps it."""
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


@dataclass(frozen=True)
class Judged:
    """What is said of rows by each decision and requirement, as numbers; -1 where a row cannot happen."""

    said: tuple[Coded, ...]
    impossible: Numbers | None
    """Which rows cannot happen, as a mask; nothing where all can."""


class Judge:
    """A policy as it was posted on a day, ready to judge rows of cells."""

    def __init__(
        self, program: Program, sizes: Sequence[int], posted: datetime.date | None, only: Sequence[str]
    ) -> None:
        """`sizes` counts the cells of each dimension, `only` names the decisions and requirements to judge."""
        self._names, self._sizes = program._dimension_names, sizes
        self._graphs = [Graph(standing(program._never, program._never_earlier, posted), (True, False))]
        self._tables: list[Table] = []
        self.numbered: list[Numbered] = []
        every: tuple[Table, ...] = (*program.decisions, *program.requirements)
        for table in every:
            if table.name in only:
                known: Table = standing(table, table.earlier, posted)
                self._tables.append(known)
                self._graphs.append(Graph(known.nodes, known.said))
                self.numbered.append(Numbered(table.name))
        for known, numbered in zip(self._tables, self.numbered, strict=True):
            for said in known.answers if isinstance(known, Decision) else known.states.values():
                numbered.number(said)
        self.asked = frozenset(place for graph in self._graphs for place in graph.asks)
        self._followed = [Followed(graph, sizes) for graph in self._graphs]
        self._groups: dict[Known, tuple[tuple[Group, ...], tuple[int, ...]]] = {}

    # ------------------------------------------------------------ nothing presumed

    def judge(self, rows: Rows) -> Judged:
        """Say of each row what each decision and requirement says."""
        said: list[Coded | None] = [None] * len(self._graphs)
        impossible: Numbers | None = None
        groups, without = self._groups_of(rows.known)
        for group in groups:
            cannot, found = said_of(group, self._graphs, rows, self._number_of)
            impossible = cannot if cannot is not None else impossible
            for place, coded in found:
                said[place] = coded
        for place in without:
            if place:
                said[place] = self._walked(place, rows)
            else:
                happens = self.can_happen(rows)
                impossible = None if happens.all() else ~happens
        return Judged(tuple(coded for coded in said if coded is not None), impossible)

    def _groups_of(self, every: Known) -> tuple[tuple[Group, ...], tuple[int, ...]]:
        known = tuple(there and place in self.asked for place, there in enumerate(every))
        if known not in self._groups:
            if len(self._groups) >= _MOST_PATTERNS:
                self._groups.clear()
            self._groups[known] = groups_of(self._graphs, self._sizes, known)
        return self._groups[known]

    def _walked(self, place: int, rows: Rows) -> Coded:
        ends, opened = walked(self._graphs[place], self._sizes, rows)
        there, codes = np.unique(ends, return_inverse=True)
        numbers = [self._number_of(place, opened(end)) for end in there.tolist()]
        return Coded(codes, np.array([*numbers, -1], np.int32))

    def can_happen(self, rows: Rows) -> Numbers:
        """Tell for each row whether something that can happen is left."""
        ends, opened = self._followed[0].ends(rows)
        there, places = np.unique(ends, return_inverse=True)
        return np.array([CAN_HAPPEN in opened(end).reached for end in there.tolist()], bool).take(places)

    def _number_of(self, place: int, opened: Open) -> int:
        return self._number(self._tables[place - 1], self.numbered[place - 1], opened)

    def _number(
        self, table: Table, numbered: Numbered, opened: Open, bare: Open | None = None, names: tuple[str, ...] = ()
    ) -> int:
        """Number what a table says of a graph left open; with `bare`, the same graph where nothing is presumed."""
        if opened.root < 0:
            return -1
        if bare is not None and set(opened.left()[0]) == set(bare.left()[0]):
            names = ()
        return numbered.number(table.partial(opened, self._names, names))

    # ------------------------------------------------------------ with what is presumed

    def judge_presuming(self, rows: Rows, presumed: Presumed) -> Judged:
        """Say the same where the policy presumes something of what is unknown in these rows."""
        said = []
        for table, followed, numbered in zip(self._tables, self._followed[1:], self.numbered, strict=True):
            said.append(self._presuming(table, followed, numbered, rows, presumed))
        happens = self.can_happen(rows)
        return Judged(tuple(said), None if happens.all() else ~happens)

    def _presuming(self, table: Table, followed: Followed, numbered: Numbered, rows: Rows, presumed: Presumed) -> Coded:
        ends, opened = followed.ends(rows)
        known = followed.graph.known(rows.known)
        lasting = followed.has_tables(known)

        def alone(end: int) -> int:
            if not lasting:
                return self._number(table, numbered, opened(end))
            return followed.remembered((known, end), lambda: self._number(table, numbered, opened(end)))

        if not _differ(rows, presumed.rows, followed.graph.asks):
            return _by_number(ends, alone)
        filled_ends, filled = followed.ends(presumed.rows)
        width = int(filled_ends.max(initial=0)) + 1
        pairs = (ends.astype(np.int64) * width + filled_ends) * 2 + presumed.can_happen

        def said(pair: int) -> int:
            both, possible = divmod(pair, 2)
            bare, other = divmod(both, width)
            if not possible:
                return alone(bare)
            return self._number(table, numbered, filled(other), opened(bare), presumed.names)

        return _by_number(pairs, said)


def _differ(rows: Rows, filled: Rows, asks: frozenset[int]) -> bool:
    """Tell whether something that is asked is unknown in some rows, and known once they are filled."""
    return any(rows.cells[place] is None and filled.cells[place] is not None for place in asks)


def _by_number(numbers: Numbers, said: Callable[[int], int]) -> Coded:
    """Give each row what is said of its number; each number that occurs is asked once, and a code more is for rejects."""
    there, codes = np.unique(numbers, return_inverse=True)
    return Coded(codes, np.array([*(said(number) for number in there.tolist()), -1], np.int32))
