"""Two decision tables over one space, whose cells the tests of neither can tell apart.

Columns are paired by the expression of their input; an input that one table alone asks about is an input of the cases all the
same.  The cases are those that one of the two tables lets be.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ruleproof.model.tables import (
    NUMBER,
    UNKNOWN,
    WHOLE,
    AnyOf,
    AnyValue,
    CellTest,
    DecisionTable,
    InputColumn,
    TableRow,
)
from ruleproof.prover.boxes import meets, without
from ruleproof.prover.space import Box
from ruleproof.prover.table_outputs import Key, Outputs
from ruleproof.prover.table_space import RowBoxes, TableSpace, undecided_in


@dataclass(frozen=True)
class Side:
    """One of the two tables: its rows as boxes of the joint space, and what it lets its inputs be."""

    table: DecisionTable
    outputs: Outputs
    rows: tuple[RowBoxes, ...]
    domain: Box
    signatures: tuple[tuple[Key, object], ...]
    """Equal for two rows, of either table, that give the same; of a row that cannot be decided, that test the same too."""


class Joint:
    """The joint space of two tables; `missing` lets every input be absent."""

    def __init__(self, before: DecisionTable, after: DecisionTable, *, missing: bool = False) -> None:
        tables = (before, after)
        columns = _columns(tables)
        rows = [
            _padded(row, number * len(before.columns), len(columns))
            for number, table in enumerate(tables)
            for row in (*table.rows, _limits_of(table))  # so that what inputs can be is told apart too
        ]
        references = {item.expression: item for table in tables for item in table.references}
        self.space = TableSpace(
            replace(
                before,
                columns=columns,
                rows=tuple(replace(row, number=number) for number, row in enumerate(rows, 1)),
                references=tuple(references.values()),
            ),
            missing=missing,
        )
        count = len(before.rows)
        self.before = self._side(before, self.space.rows[:count])
        self.after = self._side(after, self.space.rows[count + 1 : -1])

    def _side(self, table: DecisionTable, boxes: tuple[RowBoxes, ...]) -> Side:
        domain = list(self.space.whole)
        for column in table.columns:
            place = self.space.names.index(column.expression)
            axis = self.space.axes[place]
            domain[place] &= axis.masks(column.allowed)[1] | axis.missing
        outputs = Outputs(table)
        tested = [_tests_by_input(table, row) if own.maybe else () for row, own in zip(table.rows, boxes, strict=True)]
        return Side(table, outputs, boxes, tuple(domain), tuple(zip(outputs.keys, tested, strict=True)))

    def parts(self) -> tuple[Box | None, list[Box], list[Box]]:
        """Part the cases: those that both tables let be, those of the first alone, and those of the second alone."""
        before, after = self.before.domain, self.after.domain
        first = [before] if all(before) else []
        second = [after] if all(after) else []
        return meets(before, after), without(first, after), without(second, before)


def _limits_of(table: DecisionTable) -> TableRow:
    """Give a row that matches what the inputs can be, as far as that can be decided."""
    allowed = [column.allowed for column in table.columns]
    any_value: CellTest = AnyValue()
    return TableRow(0, tuple(any_value if any(True for _ in undecided_in(test)) else test for test in allowed), ())


def _tests_by_input(table: DecisionTable, row: TableRow) -> tuple[tuple[str, CellTest], ...]:
    pairs = zip(table.columns, row.tests, strict=True)
    return tuple((column.expression, test) for column, test in pairs if type(test) is not AnyValue)


def _padded(row: TableRow, before: int, width: int) -> TableRow:
    after = width - before - len(row.tests)
    any_value: CellTest = AnyValue()
    padding = [any_value] * before, [any_value] * after
    return replace(row, tests=(*padding[0], *row.tests, *padding[1]), texts=())


def _columns(tables: tuple[DecisionTable, DecisionTable]) -> tuple[InputColumn, ...]:
    """Give the columns of both tables, one after the other, so that each input has one type and all that it can be."""
    own = [{column.expression: column for column in table.columns} for table in tables]
    names = dict.fromkeys(name for columns in own for name in columns)
    types = {name: _type([columns[name].type for columns in own if name in columns]) for name in names}
    allowed = {name: _allowed(tables, name) for name in names}
    return tuple(
        replace(column, type=types[column.expression], allowed=allowed[column.expression])
        for table in tables
        for column in table.columns
    )


def _type(types: list[str]) -> str:
    """Give a type that holds the values of all; where there is none, every kind of value that the cells name."""
    known = {kind for kind in types if kind != UNKNOWN}
    if known == {NUMBER, WHOLE}:
        return NUMBER
    return known.pop() if len(known) == 1 else UNKNOWN


def _allowed(tables: tuple[DecisionTable, DecisionTable], name: str) -> CellTest:
    """Give what an input can be in one table at least."""
    found: list[CellTest] = []
    for table in tables:
        own = [column.allowed for column in table.columns if column.expression == name]
        if any(True for test in own for _ in undecided_in(test)):
            return next(test for test in own if any(True for _ in undecided_in(test)))
        if own:
            limits = [test for test in own if type(test) is not AnyValue]
            if not limits:
                return AnyValue()
            found.append(limits[0])
    return found[0] if len(found) == 1 else AnyOf(tuple(found))
