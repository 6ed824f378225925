"""Two tables differ exactly in the cases in which brute force finds different answers, each judged by what a table means."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from brute_force_tables import expressions_in, regions_with
from random_tables import cases_of, random_table
from ruleproof.model import tables
from ruleproof.model.table_meaning import NOTHING_BEYOND, Beyond, answer, passes
from ruleproof.model.tables import HIT_POLICIES, AnyValue, DecisionTable, Literal
from ruleproof.prover.table_difference import Difference, TableComparison, compare_tables
from ruleproof.prover.table_regions import regions_of
from test_table_study import boxes_with, said_in_findings

TABLES = 600 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 24
KINDS = {"plain": {}, "related": {"related": True}, "undecided": {"undecided": True}}
Case = dict[str, Any]


def changed(rng: Random, table: DecisionTable) -> DecisionTable:
    """Give a table that somebody has changed in one to three places."""
    for _ in range(rng.randint(1, 3)):
        table = rng.choice(_CHANGES)(rng, table)
    return table


def _numbered(table: DecisionTable, rows: list[tables.TableRow]) -> DecisionTable:
    return replace(table, rows=tuple(replace(row, number=number) for number, row in enumerate(rows, 1)))


def _other_test(rng: Random, table: DecisionTable) -> DecisionTable:
    rows = list(table.rows)
    place, column = rng.randrange(len(rows)), rng.randrange(len(table.columns))
    test = rng.choice([AnyValue(), *(row.tests[column] for row in rows)])
    tests = list(rows[place].tests)
    tests[column] = test
    rows[place] = replace(rows[place], tests=tuple(tests))
    return _numbered(table, rows)


def _other_output(rng: Random, table: DecisionTable) -> DecisionTable:
    rows = list(table.rows)
    place = rng.randrange(len(rows))
    given = tuple(Literal(tables.Decimal(rng.randint(1, 3))) for _ in table.outputs)
    rows[place] = replace(rows[place], outputs=given)
    return _numbered(table, rows)


def _other_rows(rng: Random, table: DecisionTable) -> DecisionTable:
    rows = list(table.rows)
    if rng.random() < 0.4 and len(rows) > 1:
        rows.pop(rng.randrange(len(rows)))
    elif rng.random() < 0.5:
        rows.insert(rng.randrange(len(rows) + 1), rng.choice(rows))
    else:
        rng.shuffle(rows)
    return _numbered(table, rows)


def _other_policy(rng: Random, table: DecisionTable) -> DecisionTable:
    return replace(table, hit_policy=rng.choice(HIT_POLICIES), aggregation="")


def _other_columns(rng: Random, table: DecisionTable) -> DecisionTable:
    if rng.random() < 0.5:
        return replace(table, columns=tuple(replace(column, allowed=AnyValue()) for column in table.columns))
    if len(table.columns) == 1 or any(_is_named(table, column.expression) for column in table.columns):
        return table
    kept = len(table.columns) - 1
    rows = tuple(replace(row, tests=row.tests[:kept]) for row in table.rows)
    return replace(table, columns=table.columns[:kept], rows=rows)


def _is_named(table: DecisionTable, name: str) -> bool:
    return f"other='{name}'" in repr(table.rows)


_CHANGES = (_other_test, _other_test, _other_output, _other_rows, _other_policy, _other_columns)


def pairs(hit_policy: str, kind: str) -> Iterator[tuple[DecisionTable, DecisionTable, list[Case]]]:
    for seed in range(TABLES // 4 if kind == "related" else TABLES):
        rng = Random(f"difference {hit_policy} {kind} {seed}")
        table = random_table(rng, hit_policy, **KINDS[kind])
        other = changed(rng, table)
        if expressions_in(table) or expressions_in(other):
            continue  # compared as written, see below
        nullable = {column.expression for column in (*table.columns, *other.columns) if column.nullable}
        asked = tuple(
            replace(column, allowed=AnyValue(), nullable=column.expression in nullable) for column in table.columns
        )
        yield table, other, list(cases_of(replace(table, columns=asked), related=kind == "related"))


def said(table: DecisionTable, case: Case, beyond: Beyond = NOTHING_BEYOND, *, is_bag: bool) -> object:
    """Give what a table says of a case, such that equal values mean the same answer; `None` where that is open."""
    for column in table.columns:
        value = case[column.expression]
        if value is not None and passes(column.allowed, value, case) is False:
            return "not allowed"
    free = tuple(replace(column, allowed=AnyValue()) for column in table.columns)
    found = answer(replace(table, columns=free), case, beyond)
    if found.open:
        return None
    if found.error:
        return "error"
    if is_bag and isinstance(found.value, tuple):
        return sorted(map(repr, found.value))
    return repr(found.value)


def _can_be(table: DecisionTable, other: DecisionTable, case: Case) -> bool:
    """Tell whether inputs that the first table alone asks about are what it lets them be."""
    shared = {column.expression for column in other.columns}
    own = [column for column in table.columns if column.expression not in shared]
    return all(
        case[column.expression] is None or passes(column.allowed, case[column.expression], case) is not False
        for column in own
    )


def _deciding(held: bool) -> Beyond:
    return Beyond(decides=lambda _cell, _value: held)


def regions_holding(comparison: TableComparison, found: tuple[Difference, ...], case: Case) -> int:
    return boxes_with(comparison.space, [item.box for item in found], case)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hit_policy", HIT_POLICIES)
def test_tables_differ_exactly_where_their_answers_do(hit_policy: str, kind: str) -> None:
    seen = same = 0
    for table, other, cases in pairs(hit_policy, kind):
        comparison = compare_tables(table, other)
        is_bag = tables.COLLECT in (table.hit_policy, other.hit_policy)
        regions = regions_of(comparison.space, [item.box for item in comparison.differences])
        for case in cases:
            one, two = (said(each, case, is_bag=is_bag) for each in (table, other))
            if one == two == "not allowed" or not _can_be(table, other, case):
                continue
            differing = regions_holding(comparison, comparison.differences, case)
            undecided = regions_holding(comparison, comparison.not_decided, case)
            if one is not None and two is not None:
                assert (differing, undecided) == (int(one != two), 0), (table, other, case)
                seen, same = seen + (one != two), same + (one == two)
                if said_in_findings(table, case):
                    assert len(regions_with(regions, case)) == (one != two), (table, other, case)
                continue
            assert not differing, (table, other, case)
            assert undecided <= 1
            if not undecided:
                for beyond in map(_deciding, (True, False)):
                    assert said(table, case, beyond, is_bag=is_bag) == said(other, case, beyond, is_bag=is_bag)
    assert min(seen, same) > TABLES


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hit_policy", HIT_POLICIES)
def test_a_table_does_not_differ_from_itself(hit_policy: str, kind: str) -> None:
    for seed in range(TABLES):
        table = random_table(Random(f"itself {hit_policy} {kind} {seed}"), hit_policy, **KINDS[kind])
        assert compare_tables(table, table).equal, table


@pytest.mark.parametrize("hit_policy", HIT_POLICIES)
def test_every_difference_shows_a_case_with_its_answers(hit_policy: str) -> None:
    seen = 0
    for table, other, _ in pairs(hit_policy, "related"):
        for item in compare_tables(table, other).differences:
            assert item.witness
            is_bag = tables.COLLECT in (table.hit_policy, other.hit_policy)
            case = {column.expression: item.witness[column.expression] for column in table.columns}
            assert said(table, case, is_bag=is_bag) != said(other, case, is_bag=is_bag), (table, other, case)
            seen += 1
    assert seen > 2
