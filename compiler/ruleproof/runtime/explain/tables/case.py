"""A case of a decision table as cells: an input that is known keeps one cell, one that is not keeps all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ruleproof.model.scalars import below, kind_of, same
from ruleproof.model.table_meaning import passes
from ruleproof.model.tables import AnyValue, OneOf, Scalar, Within
from ruleproof.prover.relations import ALIKE, APART, EQUAL, GREATER, LESS
from ruleproof.prover.scales import Cell
from ruleproof.prover.space import Box
from ruleproof.prover.table_cells import Axis
from ruleproof.prover.table_space import Relation, TableSpace


class OutsideError(ValueError):
    """A value that its column does not allow."""


def space_around(space: TableSpace, case: Mapping[str, Any]) -> TableSpace:
    """Give a space in which the values of a case have cells of their own, where inputs are compared with each other.

    Elsewhere the values of one cell do the same; but whether one input is above another hangs on the values themselves.
    """
    names = [space.names[place] for item in space.relations for place in (item.left, item.right)]
    pinned = {name: case[name] for name in names if name in case}
    if not pinned:
        return space
    table = space.table
    known = {column.expression for column in table.columns}
    more = tuple(
        column for column in table.references if column.expression in pinned and column.expression not in known
    )
    columns = (*table.columns, *more)
    rows = tuple(replace(row, tests=(*row.tests, *(AnyValue() for _ in more))) for row in table.rows)
    tests = tuple(
        OneOf(frozenset({pinned[column.expression]})) if column.expression in pinned else AnyValue()
        for column in columns
    )
    last = replace(rows[-1], number=len(rows) + 1, tests=tests, texts=(), spans=())
    return TableSpace(replace(table, columns=columns, rows=(*rows, last)))


def box_of(space: TableSpace, case: Mapping[str, Any]) -> Box:
    """Give the cells that a case leaves; raises `OutsideError` for a value that its column does not allow."""
    masks = [
        axis.full if name not in case else cell_of(axis, name, case[name])
        for name, axis in zip(space.names, space.axes, strict=True)
    ]
    relations = [_relation(space, item, case) for item in space.relations]
    return (*masks, *relations)


def cell_of(axis: Axis, name: str, value: Scalar) -> int:
    """Give the cell of a value, as a mask."""
    for number, cell in enumerate(axis.cells):
        if not cell.others and _holds(cell, value):
            return 1 << number
    if axis.others and value is not None:
        return axis.others & -axis.others
    raise OutsideError(
        f"`{name}` cannot be {'null' if value is None else value}: it is outside the values that it can have"
    )


def _holds(cell: Cell, value: Scalar) -> bool:
    if cell.missing or value is None:
        return cell.missing and value is None
    if cell.values:
        return any(same(value, other) for other in cell.values)
    inside = Within(cell.low, cell.high, cell.low_closed, cell.high_closed)
    return cell.stretch and kind_of(value) == kind_of(cell.sample) and passes(inside, value, {}) is True


def _relation(space: TableSpace, relation: Relation, case: Mapping[str, Any]) -> int:
    """Give how two inputs compare, as the cells of their own dimension; all where one of them is unknown."""
    names = space.names[relation.left], space.names[relation.right]
    if not all(name in case for name in names):
        return (1 << len(relation.classes)) - 1
    left, right = (case[name] for name in names)
    if left is None or right is None or not relation.ordered:
        state = ALIKE if same(left, right) else APART
    else:
        state = EQUAL if same(left, right) else LESS if below(left, right) else GREATER
    return relation.mask(frozenset({state})) or next(
        1 << index for index, group in enumerate(relation.classes) if state in group
    )
