"""What is proved of decision tables agrees with brute force: one case of every cell, judged by what a table means."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from random import Random
from typing import Any

import pytest

from brute_force_tables import Case, Judged, expressions_in, regions_with, states
from random_tables import cases_of, random_table
from ruleproof.model import tables
from ruleproof.model.scalars import below, kind_of, same
from ruleproof.model.table_meaning import matches
from ruleproof.model.tables import HIT_POLICIES, UNKNOWN, DecisionTable, Months
from ruleproof.prover.boxes import split
from ruleproof.prover.expressions import FALSE, TRUE, InCells, every
from ruleproof.prover.rows import Rows
from ruleproof.prover.scales import Cell
from ruleproof.prover.space import Box, bits_of
from ruleproof.prover.table_regions import regions_of, row_tests
from ruleproof.prover.table_space import TableSpace
from ruleproof.prover.table_study import TableStudy
from ruleproof.prover.table_worth import ADDS_NOTHING, NEVER_HOLDS, NEVER_WINS, SUBSUMED, Worth

TABLES = 1000 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 50
"""How many random tables of each kind every law is tried on."""
KINDS = {"plain": {}, "related": {"related": True}, "undecided": {"undecided": True}}
_OTHER_ORDER_IN_FINDINGS = (datetime.time, datetime.datetime, datetime.timedelta, Months)


def random_tables(hit_policy: str, kind: str, times: int = 1) -> Iterator[tuple[DecisionTable, list[dict[str, Any]]]]:
    """Give random tables, the same in every run; `times` as many where what is looked for is rare."""
    for seed in range((TABLES // 4 if kind == "related" else TABLES) * times):
        table = random_table(Random(f"{hit_policy} {kind} {seed}"), hit_policy, **KINDS[kind])
        yield table, list(cases_of(table, related=kind == "related"))


# ---------------------------------------------------------------- where a case lies


def _holds(cell: Cell, value: Any) -> bool:
    if cell.missing or value is None:
        return cell.missing and value is None
    if not cell.stretch:
        return cell.others or any(same(named, value) for named in cell.values)
    if kind_of(cell.sample) != kind_of(value):
        return False
    above = cell.low is None or below(cell.low, value) or (cell.low_closed and same(cell.low, value))
    return bool(
        above and (cell.high is None or below(value, cell.high) or (cell.high_closed and same(value, cell.high)))
    )


def lies_in(space: TableSpace, case: Case, box: Box) -> bool:
    """Tell whether a case lies in a box."""
    for place, name in enumerate(space.names):
        cells = space.axes[place].cells
        number = min(
            (index for index, cell in enumerate(cells) if _holds(cell, case[name])),
            key=lambda index: cells[index].others,
        )
        if not box[place] >> number & 1:
            return False
    for index, relation in enumerate(space.relations):
        state = next(states(case[space.names[relation.left]], case[space.names[relation.right]]))
        if state not in relation.states(box[len(space.axes) + index]):
            return False
    return True


def boxes_with(space: TableSpace, boxes: Sequence[Box], case: Case) -> int:
    return sum(lies_in(space, case, box) for box in boxes)


def all_gaps(study: TableStudy) -> list[Box]:
    return [*study.gaps.boxes, *(box for boxes in study.gaps.unnamed.values() for box in boxes)]


def said_in_findings(table: DecisionTable, case: Case) -> bool:
    """Tell whether findings carry every value as itself; texts stand for times, and *any other* for other kinds."""
    plain = not any(isinstance(value, _OTHER_ORDER_IN_FINDINGS) for value in case.values())
    return plain and all(column.type != UNKNOWN for column in table.columns)


# ---------------------------------------------------------------- laws


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hit_policy", HIT_POLICIES)
def test_gaps_are_exactly_the_cases_in_no_row(hit_policy: str, kind: str) -> None:
    seen = 0
    for table, cases in random_tables(hit_policy, kind):
        study, judged = TableStudy(table), Judged(table, cases)
        boxes = all_gaps(study)
        regions = regions_of(study.space, boxes)
        for case, sure, maybe in zip(cases, judged.sure, judged.maybe, strict=True):
            expected = not sure and not maybe
            seen += expected
            assert boxes_with(study.space, boxes, case) == expected, (table, case)
            if said_in_findings(table, case):
                assert len(regions_with(regions, case)) == expected, (table, case)
        assert study.gaps.all_found
        depends = any(maybe and not sure for sure, maybe in zip(judged.sure, judged.maybe, strict=True))
        assert study.gaps.depends == depends, table
    assert seen > TABLES


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hit_policy", HIT_POLICIES)
def test_overlaps_name_exactly_the_rows_that_hold(hit_policy: str, kind: str) -> None:
    seen = 0
    for table, cases in random_tables(hit_policy, kind):
        study, judged = TableStudy(table), Judged(table, cases)
        found = study.overlaps
        for case, sure in zip(cases, judged.sure, strict=True):
            there = [rows for rows, boxes in found.boxes.items() for box in boxes if lies_in(study.space, case, box)]
            assert there == ([sure] if len(sure) > 1 else []), (table, case)
            seen += len(sure) > 1
        shown = [
            any(study.outputs.clash((row, other)) for row in maybe for other in (*sure, *maybe) if row != other)
            for sure, maybe in zip(judged.sure, judged.maybe, strict=True)
        ]
        assert found.depends == any(shown), table
        meet = any(len(sure) + len(maybe) > 1 for sure, maybe in zip(judged.sure, judged.maybe, strict=True))
        assert study.meet == meet, table
    assert seen > (TABLES // 2 if kind == "related" else TABLES)


@pytest.mark.parametrize("kind", KINDS)
def test_every_region_has_a_case_that_shows_it(kind: str) -> None:
    seen = 0
    for hit_policy in HIT_POLICIES:
        for table, _ in random_tables(hit_policy, kind):
            study = TableStudy(table)
            shown = [((), box) for box in all_gaps(study)]
            shown += [(rows, box) for rows, boxes in study.overlaps.boxes.items() for box in boxes]
            for rows, box in shown:
                case = study.cases.case(box)
                assert case is not None
                held = tuple(index for index, row in enumerate(table.rows) if matches(row, table, case))
                assert held == rows, (table, case)
                assert lies_in(study.space, case, box)
                seen += 1
    assert seen > 5 * TABLES // 4


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hit_policy", HIT_POLICIES)
def test_rows_without_effect_are_exactly_those_that_change_nothing(hit_policy: str, kind: str) -> None:
    seen = {NEVER_HOLDS: 0, NEVER_WINS: 0, ADDS_NOTHING: 0, SUBSUMED: 0}
    for table, cases in random_tables(hit_policy, kind):
        study, judged = TableStudy(table), Judged(table, cases)
        found = {item.row: item for item in Worth(study).worthless}
        for row in range(len(table.rows)):
            how = found[row].how if row in found else ""
            seen[how] = seen.get(how, 0) + 1
            holds = any(row in rows for rows in (*judged.sure, *judged.maybe))
            assert (how == NEVER_HOLDS) == (not holds), (table, row)
            if not holds:
                continue
            if judged.is_open or study.outputs.places is None:
                assert how not in (ADDS_NOTHING, NEVER_WINS) or judged.without(row), (table, row)
                continue
            if hit_policy in (tables.FIRST, tables.PRIORITY):
                assert (how == NEVER_WINS) == (not judged.wins(row)), (table, row)
            if how not in (NEVER_WINS, SUBSUMED) and (not table.aggregation or how == ADDS_NOTHING):
                assert (how == ADDS_NOTHING) == judged.without(row), (table, row)
            if how:
                only_where_it_wins = how == ADDS_NOTHING and study.outputs.first_wins
                assert _because(judged, row, found[row].because_of, only_where_it_wins), (table, row, found[row])
            if study.outputs.collects:
                inside = any(_lies_within(judged, row, other) for other in range(len(table.rows)) if other != row)
                assert how != SUBSUMED or inside, (table, row)
                assert how or not _plainly_subsumed(table, row), (table, row)
    assert seen[NEVER_HOLDS] > TABLES // 100
    assert seen[NEVER_WINS] > (kind != "related") or hit_policy not in (tables.FIRST, tables.PRIORITY)
    assert (
        any(seen[how] for how in (NEVER_WINS, ADDS_NOTHING, SUBSUMED))
        or hit_policy == tables.COLLECT
        or kind == "related"
    )


def _because(judged: Judged, row: int, others: Sequence[int], only_where_it_wins: bool) -> bool:
    """Tell whether wherever a row holds (or wins) one of the rows named holds too."""
    return all(
        set(others) & set(rows)
        for rows in judged.sure
        if row in rows and (not only_where_it_wins or judged.winner(rows) == row)
    )


def _lies_within(judged: Judged, row: int, other: int) -> bool:
    agree = judged.table.rows[row].outputs == judged.table.rows[other].outputs
    return agree and all(other in rows for rows in judged.sure if row in rows)


def _plainly_subsumed(table: DecisionTable, row: int) -> bool:
    """Tell whether an earlier row has the same tests and outputs."""
    earlier = table.rows[:row]
    return any(
        repr(other.tests) == repr(table.rows[row].tests) and other.outputs == table.rows[row].outputs
        for other in earlier
    ) and not any("compared" in str(test) or "Related" in str(test) for test in table.rows[row].tests)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hit_policy", HIT_POLICIES)
def test_joined_rows_mean_the_same(hit_policy: str, kind: str) -> None:
    seen = 0
    for table, cases in random_tables(hit_policy, kind, times=5 if kind == "plain" else 1):
        study, judged = TableStudy(table), Judged(table, cases)
        for group in Worth(study).joinable:
            joined = _joined(study, table, group.rows, group.dimension, group.mask)
            if joined is None:
                continue
            seen += 1
            after = Judged(joined, cases)
            for before, rows in zip(judged.sure, after.sure, strict=True):
                assert judged.said(before) == after.said(rows), (table, group)
    assert seen > 0 or kind != "plain"


def _joined(
    study: TableStudy, table: DecisionTable, rows: tuple[int, ...], dimension: int, mask: int
) -> DecisionTable | None:
    """Put some rows together: the first of them becomes wider, the others go."""
    first = study.space.rows[rows[0]].sure[0]
    tests = row_tests(study.space, (*first[:dimension], mask, *first[dimension + 1 :]))
    if tests is None:
        return None
    kept = [
        replace(row, tests=tests) if index == rows[0] else row
        for index, row in enumerate(table.rows)
        if index not in rows[1:]
    ]
    return replace(table, rows=tuple(replace(row, number=number) for number, row in enumerate(kept, start=1)))


def test_rows_that_differ_in_one_list_of_values_are_joined() -> None:
    seen = 0
    for table, _ in random_tables(tables.UNIQUE, "plain", times=6):
        study = TableStudy(table)
        groups = [set(group.rows) for group in Worth(study).joinable]
        for one, other in combinations(range(len(table.rows)), 2):
            boxes = [study.space.rows[row].sure for row in (one, other)]
            if not all(boxes) or not study.outputs.agree((one, other)):
                continue
            apart = [
                place for place, pair in enumerate(zip(*(own[0] for own in boxes), strict=True)) if len(set(pair)) > 1
            ]
            masks = [own[0][apart[0]] for own in boxes] if apart else []
            inside = masks and (not masks[0] & ~masks[1] or not masks[1] & ~masks[0])
            if len(apart) == 1 and not inside and not study.space.axes[apart[0]].ordered:
                seen += 1
                assert any({one, other} <= group for group in groups) or len(table.rows) > 2, table
    assert seen > 5


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hit_policy", HIT_POLICIES)
def test_inputs_without_effect_are_exactly_those_that_change_nothing(hit_policy: str, kind: str) -> None:
    seen = 0
    for table, cases in random_tables(hit_policy, kind):
        if not cases:
            continue
        study, judged = TableStudy(table), Judged(table, cases)
        found = {study.space.names[place] for place in Worth(study).irrelevant}
        compared = {study.space.names[place] for item in study.space.relations for place in (item.left, item.right)}
        for name in {column.expression for column in table.columns}:
            matters = _matters(judged, name)
            seen += name in found
            if name in found:
                assert not matters, (table, name)
            elif (
                kind == "plain"
                and not table.aggregation
                and not (expressions_in(table) and study.outputs.places is None)
            ):
                place = study.space.names.index(name)
                only_one = study.space.axes[place].size(study.space.whole[place]) == 1
                assert matters or only_one or name in compared, (table, name)
    assert seen > TABLES // 50 or kind == "related"


def _matters(judged: Judged, name: str) -> bool:
    said: dict[object, object] = {}
    for case, sure, maybe in zip(judged.cases, judged.sure, judged.maybe, strict=True):
        rest = repr([value for other, value in case.items() if other != name])
        answer = judged.said(sure), maybe
        if said.setdefault(rest, answer) != answer:
            return True
    return False


def test_a_row_made_from_a_gap_closes_it() -> None:
    seen = 0
    for kind in KINDS:
        for table, cases in random_tables(tables.UNIQUE, kind):
            study = TableStudy(table)
            for box in all_gaps(study)[:3]:
                tests = row_tests(study.space, box)
                if tests is None:
                    continue
                seen += 1
                added = replace(table.rows[0], number=len(table.rows) + 1, tests=tests)
                after = replace(table, rows=(*table.rows, added))
                for case in cases:
                    assert matches(added, after, case) is lies_in(study.space, case, box), (table, tests, case)
    assert seen > TABLES // 4


@pytest.mark.parametrize("hit_policy", HIT_POLICIES)
def test_rows_agree_with_the_search_by_expressions(hit_policy: str) -> None:
    """Two searches that share no code but the joining of boxes: each cell in no row, and each in several."""
    for table, _ in random_tables(hit_policy, "plain"):
        study = TableStudy(table)
        if study.space.empty or not all(len(row.sure) == 1 for row in study.space.rows):
            continue
        boxes = [row.sure[0] for row in study.space.rows]
        rows = Rows(study.space.whole, study.space.ordered, boxes)
        asked = [every(InCells(place, mask) for place, mask in enumerate(box)) for box in boxes]
        said = {
            cell: key
            for box, key in split(
                study.space.whole,
                asked,
                lambda left: (
                    tuple(part == TRUE for part in left) if all(part in (TRUE, FALSE) for part in left) else None
                ),
            )
            for cell in _cells(box)
        }
        gaps = [cell for box in rows.gaps() for cell in _cells(box)]
        assert sorted(gaps) == sorted(cell for cell, key in said.items() if not any(key))
        several = {cell: held for held, own in rows.overlaps().items() for box in own for cell in _cells(box)}
        assert several == {
            cell: tuple(index for index, there in enumerate(key) if there) for cell, key in said.items() if sum(key) > 1
        }
        assert rows.pairs() == len({pair for held in several.values() for pair in combinations(held, 2)})


def _cells(box: Box) -> Iterator[Box]:
    found: list[Box] = [()]
    for mask in box:
        found = [(*cell, number) for cell in found for number in bits_of(mask)]
    yield from found
