"""A simpler table means the same, by brute force over all cases, has no more rows, and cannot be made simpler again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from brute_force_tables import expressions_in
from random_tables import cases_of, random_table
from ruleproof.model import tables
from ruleproof.model.table_meaning import NOTHING_BEYOND, Beyond
from ruleproof.model.tables import (
    AGGREGATIONS,
    COLLECT,
    FIRST,
    HIT_POLICIES,
    NUMBER,
    RULE_ORDER,
    STRING,
    UNIQUE,
    WHOLE,
    AnyValue,
    CellTest,
    DecisionTable,
    InputColumn,
    Literal,
    OneOf,
    OutputColumn,
    TableRow,
    Undecided,
    Within,
)
from ruleproof.prover.box_groups import holds_well, hull, joined, parted_anew
from ruleproof.prover.boxes import meets
from ruleproof.prover.table_difference import compare_tables
from ruleproof.prover.table_simplify import Simplified, simplified
from test_table_difference import said

TABLES = 600 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 40
KINDS = {"plain": {}, "related": {"related": True}, "undecided": {"undecided": True}}


def random_tables(hit_policy: str, kind: str) -> Iterator[tuple[DecisionTable, list[dict[str, Any]]]]:
    for seed in range(TABLES // 8 if kind == "related" else TABLES):
        rng = Random(f"simplify {hit_policy} {kind} {seed}")
        table = random_table(rng, hit_policy, **KINDS[kind])
        rows = [
            with_output_of(row, table.rows[row.number % 2 - 1]) for row in table.rows
        ]  # so that there is something to do
        table = replace(table, rows=tuple(part for row in rows for part in _halved(rng, table, row)))
        yield _numbered(table), list(cases_of(table, related=kind == "related"))


def with_output_of(row: TableRow, other: TableRow) -> TableRow:
    return replace(row, outputs=other.outputs)


def _halved(rng: Random, table: DecisionTable, row: TableRow) -> list[TableRow]:
    """Give one or two rows, disjoint, that hold where a row does."""
    column = rng.randrange(len(row.tests))
    kind = table.columns[column].type
    if kind not in (NUMBER, WHOLE) or type(row.tests[column]) is not AnyValue or rng.random() < 0.2:
        return [row]
    at = Decimal(2)
    parts = (Within(None, at, False, True), Within(at, None, False, False))
    return [replace(row, tests=(*row.tests[:column], part, *row.tests[column + 1 :])) for part in parts]


def _numbered(table: DecisionTable) -> DecisionTable:
    return replace(table, rows=tuple(replace(row, number=number) for number, row in enumerate(table.rows, 1)))


def grids(hit_policy: str, aggregation: str = "") -> Iterator[tuple[DecisionTable, list[dict[str, Any]]]]:
    """Give tables whose rows are the fields of a grid, some joined already, with few outputs."""
    for seed in range(TABLES // 4):
        rng = Random(f"grid {hit_policy} {aggregation} {seed}")
        rows = []
        for low, high, kind in _fields(rng):
            test = Within(Decimal(low), Decimal(high), True, True) if high > low else OneOf(frozenset({Decimal(low)}))
            rows.append(
                TableRow(len(rows) + 1, (test, OneOf(frozenset({kind}))), (Literal(Decimal(rng.randint(1, 2))),))
            )
        rng.shuffle(rows)
        columns = (InputColumn("size", "size", WHOLE, AnyValue()), InputColumn("kind", "kind", STRING, AnyValue()))
        outputs = (OutputColumn("price", "price", NUMBER, (Decimal(2), Decimal(1))),)
        table = DecisionTable("grid", "decision", hit_policy, aggregation, columns, outputs, tuple(rows))
        cases = [{"size": Decimal(size), "kind": kind} for size in range(-1, 8) for kind in ("a", "b", "c", "d")]
        yield _numbered(table), cases


def _fields(rng: Random) -> Iterator[tuple[int, int, str]]:
    for kind in "abc":
        low = 0
        while low < 6:
            high = min(5, low + rng.randint(0, 2))
            yield low, high, kind
            low = high + 1
    if rng.random() < 0.5:  # a second answer in some cases
        yield 1, 3, "b"


def _deciding(held: bool) -> Beyond:
    return Beyond(decides=lambda _cell, _value: held)


def assert_same(table: DecisionTable, found: Simplified, cases: list[dict[str, Any]]) -> None:
    is_bag = table.hit_policy == tables.COLLECT
    for beyond in (NOTHING_BEYOND, _deciding(True), _deciding(False)):
        for case in cases:
            one, two = (said(each, case, beyond, is_bag=is_bag) for each in (table, found.table))
            assert one == two, (table, found.table, case)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hit_policy", HIT_POLICIES)
def test_a_simpler_table_means_the_same(hit_policy: str, kind: str) -> None:
    fewer = changed = 0
    for table, cases in (*random_tables(hit_policy, kind), *(grids(hit_policy) if kind == "plain" else ())):
        found = simplified(table)
        if not expressions_in(table):
            assert_same(table, found, cases)
        assert compare_tables(table, found.table).equal
        assert len(found.table.rows) <= len(table.rows)
        assert len(simplified(found.table).table.rows) == len(found.table.rows)
        _assert_origins(table, found)
        fewer += len(found.table.rows) < len(table.rows)
        changed += any(
            table.rows[item.row].tests != row.tests for item, row in zip(found.rows, found.table.rows, strict=True)
        )
    assert fewer > TABLES // 10 or kind == "related"
    assert changed or kind != "plain"


def _assert_origins(table: DecisionTable, found: Simplified) -> None:
    """Each row of the simpler table keeps outputs, notes and id of the row in whose place it stands."""
    assert len(found.rows) == len(found.table.rows)
    places = [item.row for item in found.rows]
    assert places == sorted(set(places))
    named = {index for item in found.rows for index in item.of} | set(found.dropped)
    assert named == set(range(len(table.rows)))
    for number, (item, row) in enumerate(zip(found.rows, found.table.rows, strict=True), 1):
        before = table.rows[item.row]
        assert (row.outputs, row.annotation, row.id, row.number) == (
            before.outputs,
            before.annotation,
            before.id,
            number,
        )
        assert all(table.rows[index].outputs == row.outputs for index in item.of)


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_a_simpler_table_aggregates_the_same(aggregation: str) -> None:
    fewer = 0
    for table, cases in grids(COLLECT, aggregation):
        found = simplified(table)
        assert_same(table, found, cases)
        assert compare_tables(table, found.table).equal
        _assert_origins(table, found)
        fewer += len(found.table.rows) < len(table.rows)
    assert fewer > TABLES // 5


def _table(hit_policy: str, *rows: tuple[CellTest, CellTest, int]) -> DecisionTable:
    columns = (InputColumn("a", "a", WHOLE, AnyValue()), InputColumn("b", "b", WHOLE, AnyValue()))
    outputs = (OutputColumn("x", "x", NUMBER, ()),)
    made = tuple(TableRow(number, (a, b), (Literal(Decimal(given)),)) for number, (a, b, given) in enumerate(rows, 1))
    return DecisionTable("t", "decision", hit_policy, "", columns, outputs, made)


def _from_to(low: int, high: int) -> CellTest:
    return Within(Decimal(low), Decimal(high), True, True)


def test_a_row_does_not_grow_past_one_that_cannot_be_decided() -> None:
    odd = Undecided("odd(?)", "a function")
    ends = (_from_to(0, 5), AnyValue(), 1), (_from_to(10, 12), AnyValue(), 1)
    between = (_from_to(6, 9), odd, 2), (_from_to(6, 9), AnyValue(), 1)
    table = _table(FIRST, ends[0], *between, ends[1])
    assert simplified(table).table == table
    assert len(simplified(_table(FIRST, ends[0], between[1], ends[1])).table.rows) == 1


def test_rows_that_are_listed_in_order_keep_their_order() -> None:
    rows = (_from_to(0, 2), AnyValue(), 1), (_from_to(1, 3), AnyValue(), 2), (_from_to(3, 5), AnyValue(), 1)
    assert simplified(_table(RULE_ORDER, *rows)).table == _table(RULE_ORDER, *rows)
    assert len(simplified(_table(COLLECT, *rows)).table.rows) == 2


def test_no_time_leaves_the_table_as_it_is() -> None:
    for table, _ in random_tables(FIRST, "plain"):
        assert compare_tables(table, simplified(table, still_time=lambda: False).table).equal


def test_boxes_parted_anew_hold_the_same_and_stay_apart() -> None:
    seen = 0
    for seed in range(TABLES * 2):
        rng = Random(f"boxes {seed}")
        ordered = [rng.random() < 0.7 for _ in range(3)]
        boxes: list[tuple[int, ...]] = []
        for _ in range(12):
            masks = []
            for order in ordered:
                low, high = sorted(rng.choices(range(6), k=2))
                masks.append((1 << high + 1) - (1 << low) if order else rng.randint(1, 63))
            if all(meets(tuple(masks), box) is None for box in boxes):
                boxes.append(tuple(masks))
        fewer = parted_anew(boxes, ordered, frozenset(), lambda: True)
        assert _cells(fewer) == _cells(boxes)  # a list: a cell in two boxes would show
        assert len(fewer) <= len(joined(boxes, ordered, range(3))) <= len(boxes)
        seen += len(fewer) < len(boxes)
        assert holds_well(hull(boxes, ordered), [(box, True) for box in boxes]) == (
            len(_cells(boxes)) == len(_cells([hull(boxes, ordered)]))
        )
    assert seen > 2


def _cells(boxes: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    def bits(mask: int) -> list[int]:
        return [place for place in range(mask.bit_length()) if mask >> place & 1]

    return sorted((x, y, z) for box in boxes for x in bits(box[0]) for y in bits(box[1]) for z in bits(box[2]))


def test_a_table_without_overlaps_needs_fewer_rows_where_the_first_wins() -> None:
    seen = 0
    for table, cases in grids(UNIQUE):
        first = replace(table, hit_policy=FIRST)
        if expressions_in(table) or not compare_tables(table, first).equal:
            continue
        found = simplified(first)
        for case in cases:
            assert said(table, case, is_bag=False) == said(found.table, case, is_bag=False)
        seen += len(found.table.rows) < len(simplified(table).table.rows)
    assert seen > 1
