"""Dimensions of a space as columns of a table: what they are called, what they may hold, and cells as unary tests."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, assert_never

from ruleproof.artifacts.exported.names import Names
from ruleproof.model import nodes as model
from ruleproof.model.tables import (
    BOOLEAN,
    DATE,
    NUMBER,
    STRING,
    WHOLE,
    AnyOf,
    AnyValue,
    CellTest,
    Negated,
    OneOf,
    Scalar,
    Within,
)
from ruleproof.prover.cells import Cell, Dimension
from ruleproof.prover.regions import runs
from ruleproof.prover.space import Space, bits_of

MOST_NAMED = 60
"""Up to so many codes are named in one cell of a table; where a cell would name more, the column holds groups of codes."""

GIVEN, HAS, GROUP = "given", "has", "group"
"""How a column comes by its value: a fact as given, whether one of several codes is of a group, or the group of a code."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `type` is one of those of `model/tables.py`; `values` or `range` say what it may hold, if anything does."""

    place: int
    name: str
    label: str
    how: str
    item: model.Input
    dimension: Dimension
    type: str
    values: tuple[str, ...] = ()
    range: Within | None = None

    @property
    def allowed(self) -> CellTest:
        """What the column may hold; null apart."""
        if self.values:
            return OneOf(frozenset(self.values))
        return self.range or AnyValue()


def column_of(space: Space, names: Names, place: int, lists: Sequence[model.CodeList]) -> Column:
    """Give the column of a dimension."""
    dimension = space.dimensions[place]
    item = space.inputs[dimension.input]
    if dimension.group is not None:
        label = f"{item.label}: {dimension.group_name}"
        return Column(place, names.places[place], label, HAS, item, dimension, BOOLEAN)
    if any(len(cell.values) > MOST_NAMED for cell in dimension.cells):
        groups = _groups(dimension, lists)
        return Column(place, names.places[place], f"{item.label}, by group", GROUP, item, dimension, STRING, groups)
    name = names.inputs[item.name]
    given = (place, name, item.label, GIVEN, item, dimension)
    match item.domain:
        case model.YesNo():
            return Column(*given, BOOLEAN)
        case model.Choice(values):
            return Column(*given, STRING, values)
        case model.WholeNumber(low, high):
            return Column(*given, WHOLE, range=Within(Decimal(low), Decimal(high), True, True))
        case model.DecimalNumber(low, high):
            return Column(*given, NUMBER, range=Within(low, high, True, True))
        case model.Day(low, high):
            return Column(*given, DATE, range=Within(low, high, True, high is not None))
        case model.OneCode() | model.CodePattern() | model.SeveralCodes():
            return Column(*given, STRING)
        case _:
            assert_never(item.domain)


def group_of(column: Column, cell: int) -> str:
    """Give the name of the group that a cell of the column stands for."""
    present = [number for number, item in enumerate(column.dimension.cells) if not item.missing]
    return column.values[present.index(cell)]


def _groups(dimension: Dimension, lists: Sequence[model.CodeList]) -> tuple[str, ...]:
    """Name the cells of a long list of codes: by the lists that hold them, else by a code."""
    found: list[str] = []
    for cell in (cell for cell in dimension.cells if not cell.missing):
        holding = [item.name for item in lists if cell.values and set(cell.values) <= set(item.codes)]
        name = " and ".join(holding) or ("other" if cell.others else cell.values[0])
        several = len(cell.values) > 1 and not holding
        name = f"{name} and {len(cell.values) - 1} more" if several else name
        found.append(name if name not in found else f"{name} ({len(found) + 1})")
    return tuple(found)


# ---------------------------------------------------------------- cells as tests


def test_of(column: Column, mask: int) -> CellTest:
    """Give the test that passes in exactly the cells of a mask."""
    dimension = column.dimension
    if mask == dimension.full:
        return AnyValue()
    if column.how == HAS:
        return OneOf(frozenset({mask == 0b10}))
    numbers = list(bits_of(mask))
    cells = [dimension.cells[number] for number in numbers]
    missing = any(cell.missing for cell in cells)
    there = [cell for cell in cells if not cell.missing]
    if len(there) == sum(not cell.missing for cell in dimension.cells):
        return Negated(OneOf(frozenset({None})))
    if column.how == GROUP:
        words = {group_of(column, number) for number in numbers if not dimension.cells[number].missing}
        return OneOf(frozenset((*words, *_null(missing))))
    if any(cell.stretch for cell in dimension.cells):
        return _any_of([*_stretches(column, mask), *([OneOf(frozenset({None}))] if missing else [])])
    if any(cell.others for cell in there):
        left_out = [cell for number, cell in enumerate(dimension.cells) if number not in numbers]
        values = [value for cell in left_out for value in cell.values]
        return Negated(OneOf(frozenset((*values, *_null(any(cell.missing for cell in left_out))))))
    return OneOf(frozenset((*(value for cell in there for value in _values(cell)), *_null(missing))))


def _null(wanted: bool) -> tuple[None, ...]:
    return (None,) if wanted else ()


def _values(cell: Cell) -> tuple[Scalar, ...]:
    return (cell.sample,) if isinstance(cell.sample, bool) else cell.values


def _any_of(tests: Sequence[CellTest]) -> CellTest:
    return tests[0] if len(tests) == 1 else AnyOf(tuple(tests))


def _stretches(column: Column, mask: int) -> Iterator[CellTest]:
    """Give the runs of neighbouring cells; one that reaches an end of what can be is left open there.

    Of numbers with so many decimals a run ends before the next one begins, so that a table holds every number between too.
    """
    ends = [cell for cell in column.dimension.cells if cell.stretch]
    stepped = isinstance(column.item.domain, model.DecimalNumber) and column.item.domain.places is not None
    for first, last in runs(column.dimension, mask):
        low = None if first is ends[0] else _exact(first.low)
        if first.low is not None and first.low == last.high and not stepped:
            yield OneOf(frozenset({_exact(first.low)}))
        elif last is ends[-1]:
            yield Within(low, None, first.low_closed, False)
        elif stepped:
            yield Within(low, _exact(ends[ends.index(last) + 1].low), low is not None, False)
        else:
            yield Within(low, _exact(last.high), low is not None and first.low_closed, last.high_closed)


def _exact(bound: Any) -> Decimal | datetime.date | None:
    return Decimal(bound) if isinstance(bound, int) else bound
