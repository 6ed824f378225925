"""A decision table by brute force: each case judged by `model/table_meaning.py`, and what follows from that.

What the prover says of tables is compared with what is found here; nothing here knows of boxes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ruleproof.finding import Range, Region, Restriction, Values
from ruleproof.model import tables
from ruleproof.model.table_meaning import combined, matches
from ruleproof.model.tables import DecisionTable, Expression, Literal, Scalar
from ruleproof.prover.relations import ALIKE, APART, EQUAL, GREATER, LESS

Case = Mapping[str, Any]


class Judged:
    """A table, some cases, and which rows (indexes) hold in each: for certain, and perhaps."""

    def __init__(self, table: DecisionTable, cases: Sequence[Case]) -> None:
        self.table, self.cases = table, cases
        judged = [[matches(row, table, case) for row in table.rows] for case in cases]
        self.sure = [tuple(row for row, found in enumerate(line) if found) for line in judged]
        self.maybe = [tuple(row for row, found in enumerate(line) if found is None) for line in judged]

    @property
    def is_open(self) -> bool:
        return any(self.maybe)

    def said(self, rows: Sequence[int]) -> object:
        """Give what rows say together, such that equal values mean the same answer; none where no row is given."""
        table = self.table
        if not rows:
            return "nothing"
        found = [table.rows[row] for row in rows]
        outputs = [tuple(map(_plain, row.outputs)) for row in found]
        if table.hit_policy in (tables.UNIQUE, tables.ANY):
            return frozenset(outputs)
        if table.hit_policy == tables.COLLECT and not table.aggregation:
            return tuple(sorted(map(repr, outputs)))
        return repr(combined(table, found).value)

    def without(self, row: int) -> bool:
        """Tell whether leaving out a row changes no answer."""
        return all(
            self.said(rows) == self.said([other for other in rows if other != row]) for rows in self.sure if row in rows
        )

    def wins(self, row: int) -> bool:
        """Tell whether a row is the one that an answer comes from, somewhere."""
        return any(row in rows and self.winner(rows) == row for rows in self.sure)

    def winner(self, rows: Sequence[int]) -> int:
        """Give the row whose output is taken, where one of several wins."""
        return combined(self.table, [self.table.rows[row] for row in rows]).rules[0] - 1


def _plain(cell: tables.OutputCell) -> object:
    return (type(cell.value).__name__, cell.value) if isinstance(cell, Literal) else cell.text


def expressions_in(table: DecisionTable) -> bool:
    return any(isinstance(cell, Expression) for row in table.rows for cell in row.outputs)


def with_tests(table: DecisionTable, row: int, tests: Sequence[tables.CellTest]) -> DecisionTable:
    rows = list(table.rows)
    rows[row] = replace(rows[row], tests=tuple(tests))
    return replace(table, rows=tuple(rows))


# ---------------------------------------------------------------- regions


def regions_with(regions: Sequence[Region], case: Case) -> list[int]:
    """Give the numbers of the regions that a case lies in."""
    return [number for number, region in enumerate(regions) if lies_in(region, case)]


def lies_in(region: Region, case: Case) -> bool:
    for name, part in region.items():
        left, compared, right = name.partition(" compared with ")
        if compared:
            assert isinstance(part, Values)
            if not set(part.values) & set(states(case[left], case[right])):
                return False
        elif not _passes(part, case[name]):
            return False
    return True


def states(one: Scalar, other: Scalar) -> Iterator[str]:
    if one is None or other is None or isinstance(one, bool):
        yield ALIKE if one is other else APART
    else:
        first: Any = one
        yield LESS if first < other else GREATER if first > other else EQUAL


def _passes(part: Restriction, value: Any) -> bool:
    if value is None:
        return part.missing
    if isinstance(part, Range):
        low: Any = part.low
        high: Any = part.high
        if (
            isinstance(value, Decimal) != isinstance(low if low is not None else high, int | Decimal)
            and low is not high
        ):
            return False
        above = low is None or value > low or (part.low_closed and value == low)
        return bool(above and (high is None or value < high or (part.high_closed and value == high)))
    assert isinstance(part, Values)
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return text in part.values or (part.others and text not in part.but)
