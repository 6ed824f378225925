"""What is proved of other people's tables, compared with what is known of them: point by point, never by counting boxes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import combinations, product
from math import prod
from pathlib import Path
from typing import Any

import pytest

from ruleproof.checks.tables import TABLE_CHECKS
from ruleproof.compiled import NOT_DECIDED, PROVED, REFUTED, CheckedTables
from ruleproof.finding import Finding
from ruleproof.model.scalars import below, same
from ruleproof.model.table_meaning import matches
from ruleproof.model.tables import DecisionTable, OneOf, Scalar
from ruleproof.pipeline import check_table, check_tables
from ruleproof.prover.scales import Cell
from ruleproof.prover.space import Box, bits_of
from ruleproof.prover.table_study import TableStudy
from ruleproof.prover.table_worth import NEVER_WINS, Worth
from ruleproof.readers import read_table
from ruleproof.readers.reading import Reading

from .conftest import SUITES, files_of, named, others_of


def _read(path: Path) -> Reading:
    return read_table(path.name, path.read_bytes(), others=others_of(path))


# ---------------------------------------------------------------- tables of the Drools analyser


def _expected() -> list[dict[str, Any]]:
    if SUITES is None:
        return []
    found: list[dict[str, Any]] = json.loads((SUITES / "drools-dtanalysis/expected.json").read_text("utf-8"))["tables"]
    return found


@cache
def _drools_reading(name: str) -> Reading:
    assert SUITES is not None
    return _read(SUITES / "drools-dtanalysis" / name)


def _drools_table(wanted: Mapping[str, Any]) -> DecisionTable:
    (table,) = [table for table in _drools_reading(wanted["dmn"][0]).tables if table.id == wanted["table_id"]]
    return replace(table, hit_policy=wanted["hit_policy"])


def _name(wanted: Mapping[str, Any]) -> str:
    return f"{wanted['dmn'][0]}-{wanted['owner']}-{wanted['hit_policy']}"


@pytest.mark.parametrize("wanted", _expected(), ids=_name)
def test_what_another_analyser_found_is_found(wanted: dict[str, Any]) -> None:
    study = TableStudy(_drools_table(wanted))
    worth = Worth(study)
    expected = wanted["expected"]
    _compare_gaps(study, wanted)
    _compare_overlaps(study, expected)
    masked = {(item["rule"], item["masked_by"]) for item in expected.get("masked", ())}
    ours = {
        (item.row + 1, other + 1) for item in worth.worthless if item.how == NEVER_WINS for other in item.because_of
    }
    assert masked <= ours
    if "contractions_2nf_count" in expected:
        groups = [tuple(row + 1 for row in group.rows) for group in worth.joinable]
        assert len(groups) == expected["contractions_2nf_count"]
        for item in expected.get("contractions_2nf", ()):
            assert any({item["rule"], *item["paired"]} <= set(group) for group in groups)
    findings, _ = check_table(study.table)
    names = {finding.name for finding in findings}
    if "recommended_hit_policy" in expected:
        assert any(
            finding.name == "hit_policy_too_strong" and expected["recommended_hit_policy"] in finding.message
            for finding in findings
        )
    elif any(item["expect"] == "absent" and "RECOMMENDER" in item["type"] for item in expected.get("messages", ())):
        assert "hit_policy_too_strong" not in names
    for rows in expected.get("duplicate_tuples", ()):
        said = {
            finding.rules
            for finding in findings
            if finding.name in ("redundant_rule", "unreachable_rule", "subsumed_rule")
        }
        assert any(set(map(str, rows)) <= set(rules) for rules in said)


def _compare_gaps(study: TableStudy, wanted: Mapping[str, Any]) -> None:
    expected = wanted["expected"]
    boxes = [*study.gaps.boxes, *(box for own in study.gaps.unnamed.values() for box in own)]
    if wanted["exact_gap_expected"]:
        assert boxes
        return
    if "gaps" in expected:
        for point, cells in _points(study):
            there = any(_inside(cells, box) for box in boxes)
            stated = sum(_stated(study, gap["edges"], point) for gap in expected["gaps"])
            assert there == (stated == 1), (point, stated)
    elif "gap_count" in expected:
        assert bool(boxes) == bool(expected["gap_count"])


def _compare_overlaps(study: TableStudy, expected: Mapping[str, Any]) -> None:
    if "overlaps" not in expected:
        assert expected.get("overlap_count", 0) == 0 or study.overlaps.boxes
        assert expected.get("overlap_count") != 0 or not study.overlaps.boxes
        return
    for point, cells in _points(study):
        ours = [rows for rows, own in study.overlaps.boxes.items() for box in own if _inside(cells, box)]
        theirs = [
            tuple(rule - 1 for rule in item["rules"])
            for item in expected["overlaps"]
            if _stated(study, item["edges"], point)
        ]
        assert ours == theirs, point


Point = tuple[Scalar, ...]


def _points(study: TableStudy) -> Iterator[tuple[Point, tuple[int, ...]]]:
    """Give one case of every cell, nulls apart: its values, and its cells."""
    cells = [
        [(number, cell) for number, cell in enumerate(axis.cells) if not cell.missing] for axis in study.space.axes
    ]
    assert not study.space.relations
    for chosen in product(*cells):
        yield tuple(_sample(cell) for _, cell in chosen), tuple(number for number, _ in chosen)


def _sample(cell: Cell) -> Scalar:
    return cell.sample


def _inside(cells: tuple[int, ...], box: Box) -> bool:
    return all(mask >> cell & 1 for cell, mask in zip(cells, box, strict=True))


def _stated(study: TableStudy, edges: Sequence[Mapping[str, Any] | None], point: Point) -> bool:
    return all(
        edge is None or _on_edge(edge, point[place]) for edge, place in zip(edges, study.space.columns, strict=True)
    )


def _on_edge(edge: Mapping[str, Any], value: Scalar) -> bool:
    if "values" in edge:
        return any(same(listed, value) for listed in edge["values"])
    low, high = _bound(edge["lo"], value), _bound(edge["hi"], value)
    above = low is None or below(low, value) or (edge["lo_closed"] and same(low, value))
    return bool(above and (high is None or below(value, high) or (edge["hi_closed"] and same(value, high))))


def _bound(text: str | None, like: Scalar) -> Scalar:
    """Read a bound as a value of the same kind as another one."""
    if text is None:
        return None
    if isinstance(like, Decimal):
        return Decimal(text)
    if isinstance(like, str):
        return text
    quoted = f'"{text}"'
    wrapped = {"date": f"date({quoted})", "Months": f"duration({quoted})"}[type(like).__name__]
    from ruleproof.readers.feel.names import Names
    from ruleproof.readers.unary_tests import Cells

    test = Cells(Names()).test(wrapped)
    assert isinstance(test, OneOf)
    (value,) = test.values
    return value


# ---------------------------------------------------------------- probes


def _probe(name: str) -> CheckedTables:
    assert SUITES is not None
    return check_tables(_read(SUITES / "limit-probes" / name))


def _found(checked: CheckedTables, name: str) -> list[Finding]:
    return [finding for finding in checked.findings if finding.name == name]


def test_probe_of_duplicate_cover() -> None:
    checked = _probe("p02.dmn")
    assert [finding.rules for finding in _found(checked, "subsumed_rule")] == [("2", "1")]
    assert [finding.message for finding in _found(checked, "gap")] == ["no rule matches for x 10 or more"]


def test_probe_of_a_rule_masked_by_a_set() -> None:
    (finding,) = _found(_probe("p04.dmn"), "unreachable_rule")
    assert finding.rules == ("3", "1", "2")


@pytest.mark.parametrize("name", ["p06.dmn", "p08.dmn", "p12.dmn", "p16.dmn"])
def test_probe_of_complete_tables(name: str) -> None:
    checked = _probe(name)
    assert [(proof.complete, proof.consistent) for proof in checked.proofs] == [(PROVED, PROVED)]
    assert not _found(checked, "agreement")


def test_probe_of_a_cell_that_compares_inputs() -> None:
    checked = _probe("p10.dmn")
    both = [finding for finding in _found(checked, "conflict") if {"1", "2"} <= set(finding.rules)]
    assert {finding.rules for finding in both} == {("1", "2"), ("1", "2", "3")}
    assert all(region["x"].high == 5 and not region["x"].high_closed for finding in both for region in finding.regions)  # type: ignore[union-attr]
    assert not _found(checked, "not_decided")


def test_probe_of_texts_in_order() -> None:
    (finding,) = _found(_probe("p14.dmn"), "gap")
    bounds = {(getattr(region["s"], "low", 0), getattr(region["s"], "high", 0)) for region in finding.regions}
    assert bounds == {(None, "a"), ("z", None)}


# ---------------------------------------------------------------- tables in the shape of the published benchmark


def _lending() -> dict[str, Any]:
    if SUITES is None:
        return {"tables": [], "merge_tables": [], "category_values": {}, "numeric_ranges": {}}
    found: dict[str, Any] = json.loads((SUITES / "bench-lending/expected.json").read_text("utf-8"))
    return found


LENDING = _lending()


@pytest.mark.parametrize("wanted", LENDING["tables"] + LENDING["merge_tables"], ids=lambda item: str(item["file"]))
def test_pairs_and_uncovered_cells_are_exact(wanted: dict[str, Any]) -> None:
    assert SUITES is not None
    path = SUITES / "bench-lending" / wanted["file"]
    if not path.exists():
        pytest.skip("the file is described, but not there")
    (table,) = _read(path).tables
    limits = {name: OneOf(frozenset(values)) for name, values in LENDING["category_values"].items()}
    study = TableStudy(table, limits=limits)
    assert study.rows.pairs() == wanted["overlapping_pairs"]
    if "overlapping_pairs_different_output" in wanted:
        clashing = sum(
            not study.outputs.agree((row, other))
            for row, others in enumerate(study.rows.neighbours)
            for other in bits_of(others)
            if other > row
        )
        assert clashing == wanted["overlapping_pairs_different_output"]
    sets = study.overlaps.boxes
    assert len({pair for rows in sets for pair in combinations(rows, 2)}) == wanted["overlapping_pairs"]
    uncovered = sum(_cells(study, box) for box in study.gaps.boxes)
    assert not study.gaps.unnamed
    assert uncovered == int(wanted.get("uncovered_cells", 0))
    if "rules_changed" in wanted:
        assert len(study.gaps.boxes) <= 2 * wanted["rules_changed"]


def _cells(study: TableStudy, box: Box) -> int:
    """Count the whole numbers, within their ranges, and the named values in a box."""
    return prod(_values(study, place, mask) for place, mask in enumerate(box))


def _values(study: TableStudy, place: int, mask: int) -> int:
    axis, name = study.space.axes[place], study.space.names[place]
    if name in LENDING["category_values"]:
        return len(axis.named(mask))
    lowest, highest = LENDING["numeric_ranges"][name]  # what lies above the lowest, as in a cell `(low..high]`
    total = 0
    for first, last in axis.runs(mask):
        low = lowest + 1 if first.low is None else max(lowest + 1, int(str(first.low)))
        high = highest if last.high is None else min(highest, int(str(last.high)))
        total += max(0, high - low + 1)
    return total


# ---------------------------------------------------------------- tables in use


@pytest.mark.parametrize("path", files_of("hmcts-dmn/**/*.dmn"), ids=named)
def test_every_court_table_is_proved(path: Path) -> None:
    reading = _read(path)
    checked = check_tables(reading)
    assert len(checked.proofs) == len(reading.tables) > 0
    for table, proof in zip(reading.tables, checked.proofs, strict=True):
        assert NOT_DECIDED not in (proof.complete, proof.consistent)
        assert proof.rules == len(table.rows)
        _agrees_at_its_own_points(table, proof.complete)


def _agrees_at_its_own_points(table: DecisionTable, complete: str) -> None:
    """Compare with the meaning of the table at one case of each row, and at one beside all of them."""
    study = TableStudy(table)
    cases = [study.cases.case(box) for row in study.space.rows for box in row.sure]
    gaps = [*study.gaps.boxes, *(box for own in study.gaps.unnamed.values() for box in own)]
    assert bool(gaps) == (complete == REFUTED)
    for case in cases:
        assert case is not None
        assert any(matches(row, table, case) for row in table.rows)
    for gap in gaps:
        case = study.cases.case(gap)
        assert case is not None
        assert not any(matches(row, table, case) for row in table.rows)
    for rows, boxes in study.overlaps.boxes.items():
        for box in boxes:
            case = study.cases.case(box)
            assert case is not None
            assert tuple(index for index, row in enumerate(table.rows) if matches(row, table, case)) == rows


# ---------------------------------------------------------------- the score


def test_the_score(capsys: pytest.CaptureFixture[str]) -> None:
    def passes(check: Any, *arguments: Any) -> bool:
        try:
            check(*arguments)
        except AssertionError:
            return False
        return True

    drools = [passes(test_what_another_analyser_found_is_found, wanted) for wanted in _expected()]
    probes = [
        *(
            passes(test)
            for test in (
                test_probe_of_duplicate_cover,
                test_probe_of_a_rule_masked_by_a_set,
                test_probe_of_a_cell_that_compares_inputs,
                test_probe_of_texts_in_order,
            )
        ),
        *(passes(test_probe_of_complete_tables, name) for name in ("p06.dmn", "p08.dmn", "p12.dmn", "p16.dmn")),
    ]
    courts = [passes(test_every_court_table_is_proved, path) for path in files_of("hmcts-dmn/**/*.dmn")]
    with capsys.disabled():
        print(
            f"\nanalysis: {sum(drools)} of {len(drools)} tables of the other analyser, {sum(probes)} of {len(probes)} probes, "
            f"{sum(courts)} of {len(courts)} court files, with {len(TABLE_CHECKS)} checks"
        )
    assert all([*drools, *probes, *courts])
