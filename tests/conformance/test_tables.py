"""Tables in use elsewhere: each is read, and none of its rules is left out."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ruleproof.finding import Severity
from ruleproof.model.tables import DecisionTable, Expression, Undecided
from ruleproof.readers import read_table
from ruleproof.readers.reading import Reading

from .conftest import SUITES, files_of, named, others_of

DROOLS = files_of("drools-dtanalysis/*.dmn")
PROBES = files_of("limit-probes/*.dmn")
COURTS = files_of("hmcts-dmn/**/*.dmn")
LENDING = files_of("bench-lending/*.csv")


def _read(path: Path) -> Reading:
    return read_table(path.name, path.read_bytes(), others=others_of(path))


def _undecided(table: DecisionTable) -> list[Undecided]:
    return [test for row in table.rows for test in row.tests if isinstance(test, Undecided)]


def _errors(reading: Reading) -> list[str]:
    return [finding.name for finding in reading.findings if finding.severity is Severity.ERROR]


def _rules_in(path: Path) -> int:
    return len(re.findall(r"<(?:\w+:)?rule[ >]", path.read_text("utf-8")))


@pytest.mark.parametrize("path", COURTS, ids=named)
def test_every_court_table_is_read_and_every_rule_decided(path: Path) -> None:
    reading = _read(path)
    assert not _errors(reading)
    assert sum(len(table.rows) for table in reading.tables) == _rules_in(path)
    assert not [test for table in reading.tables for test in _undecided(table)]


def test_the_court_tables_in_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    tables = [table for path in COURTS for table in _read(path).tables]
    policies = Counter(table.hit_policy for table in tables)
    cells = sum(len(row.tests) for table in tables for row in table.rows)
    outputs = sum(isinstance(cell, Expression) for table in tables for row in table.rows for cell in row.outputs)
    with capsys.disabled():
        print(
            f"\ncourt tables: {len(COURTS)} files, {len(tables)} tables, {sum(len(table.rows) for table in tables)} rules, "
            f"{cells} input cells, {sum(len(_undecided(table)) for table in tables)} undecided, "
            f"{outputs} outputs that are expressions; {dict(policies)}"
        )
    assert tables


def _expected_tables() -> list[dict[str, Any]]:
    if SUITES is None:
        return []
    found: list[dict[str, Any]] = json.loads((SUITES / "drools-dtanalysis/expected.json").read_text("utf-8"))["tables"]
    return found


@pytest.mark.parametrize("wanted", _expected_tables(), ids=lambda item: f"{item['dmn'][0]}-{item['owner']}")
def test_every_analysed_table_is_read_as_described(wanted: dict[str, Any]) -> None:
    assert SUITES is not None
    reading = _read(SUITES / "drools-dtanalysis" / wanted["dmn"][0])
    (table,) = [table for table in reading.tables if table.id == wanted["table_id"]]
    assert table.name == wanted["owner"]
    assert table.hit_policy == wanted["hit_policy_in_file"]
    assert [column.expression for column in table.columns] == [item["expression"] for item in wanted["inputs"]]
    assert len(table.rows) == wanted["n_rules"]
    spelt = {"number": {"number"}, "string": {"string"}, "boolean": {"boolean"}, "date": {"date"}}
    for column, item in zip(table.columns, wanted["inputs"], strict=True):
        assert column.type in spelt.get(item["type"], {column.type})


@pytest.mark.parametrize("path", [*DROOLS, *PROBES], ids=named)
def test_every_rule_is_read(path: Path) -> None:
    reading = _read(path)
    assert sum(len(table.rows) for table in reading.tables) == _rules_in(path)
    undecided = {test.text for table in reading.tables for test in _undecided(table)}
    assert undecided <= {'><"a"'}
    assert set(_errors(reading)) <= {"outside_values"}


@pytest.mark.parametrize("path", LENDING, ids=named)
def test_every_lending_table_is_read(path: Path) -> None:
    (table,) = _read(path).tables
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert [column.expression for column in table.columns] == header[:-1]
    assert [output.name for output in table.outputs] == header[-1:]
    assert len(table.rows) == len(rows)
    assert not _undecided(table)
    assert {column.type for column in table.columns} <= {"string", "whole number"}
