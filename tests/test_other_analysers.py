"""The page about other analysers is true: what it says of each table is said, and is what looking at every case finds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from brute_force_tables import Judged
from random_tables import cases_of
from ruleproof.model.tables import Related
from ruleproof.pipeline import check_tables
from ruleproof.prover.table_study import TableStudy
from ruleproof.readers.csv_table import read_csv
from test_table_study import all_gaps, boxes_with, lies_in

PAGE = Path(__file__).parents[1] / "docs" / "decisions" / "other-analysers.md"
SECTIONS = PAGE.read_text("utf-8").split("\n## ")[1:]
_CASE = re.compile(r"<!-- case: (\w+) -->\n```csv\n(.*?)```", re.DOTALL)
_SAID = re.compile(r"```said\n(.*?)```", re.DOTALL)
CASES = {name: text for section in SECTIONS for name, text in _CASE.findall(section)}


def said_of(name: str, text: str) -> str:
    findings = check_tables(read_csv(f"{name}.csv", text.encode())).findings
    lines = [f"{name}: {finding.code} {finding.message}\n" for finding in findings]
    return "".join(lines or [f"{name}: nothing\n"])


@pytest.mark.parametrize("section", SECTIONS, ids=[section.partition("\n")[0] for section in SECTIONS])
def test_what_is_said_of_each_table_stands_on_the_page(section: str, rewrite: bool) -> None:
    now = "".join(said_of(name, text) for name, text in _CASE.findall(section))
    found = _SAID.search(section)
    assert found is not None
    if rewrite:
        changed = section[: found.start(1)] + now + section[found.end(1) :]
        PAGE.write_text(PAGE.read_text("utf-8").replace(section, changed), encoding="utf-8")
        return
    assert found[1] == now


@pytest.mark.parametrize("name", CASES)
def test_what_is_proved_is_what_looking_at_every_case_finds(name: str) -> None:
    (table,) = read_csv(f"{name}.csv", CASES[name].encode()).tables
    related = any(isinstance(test, Related) for row in table.rows for test in row.tests)
    cases = list(cases_of(table, related=related))
    study, judged = TableStudy(table), Judged(table, cases)
    assert len(cases) > 8
    for case, sure, maybe in zip(cases, judged.sure, judged.maybe, strict=True):
        assert boxes_with(study.space, all_gaps(study), case) == (not sure and not maybe), case
        there = [rows for rows, own in study.overlaps.boxes.items() for box in own if lies_in(study.space, case, box)]
        assert there == ([sure] if len(sure) > 1 else []), case


def test_the_tables_are_there() -> None:
    assert len(CASES) > 7
