"""Findings about decision tables by samples: a small table in `tests/tables/findings/<finding>/`, with what is said of it beside.

`pytest --rewrite` accepts what is said now; read the diff.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ruleproof.checks import PAGES
from ruleproof.checks.tables import CHECK_PAGES
from ruleproof.finding import Finding
from ruleproof.pages import TABLE_PAGES
from ruleproof.pipeline import check_tables
from ruleproof.readers import ENDINGS, read_table
from ruleproof.source import Source

ROOT = Path(__file__).parent / "tables" / "findings"
SAMPLES = tuple(sorted(path for path in ROOT.glob("*/*") if path.suffix in ENDINGS))
SHARED = {"gap", "conflict", "agreement", "unreachable_rule", "redundant_rule", "not_decided"}
"""Findings that policies have too."""
LONGEST_SAMPLE = 14


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def said_of(path: Path) -> str:
    """Give what is said of a table, one paragraph for each finding."""
    checked = check_tables(read_table(path.name, path.read_bytes()))
    return "\n".join("\n".join(_lines(finding, checked.source)) + "\n" for finding in checked.findings)


def _lines(finding: Finding, source: Source) -> Iterator[str]:
    line, column = source.line_and_column(finding.places[0].span.start)
    yield f"{finding.code} {finding.name}, {finding.severity.value}, line {line}, column {column}"
    yield f"  {finding.message}"
    labelled = {"for example": finding.claim, "help": finding.help}
    yield from (f"  {label}: {text}" for label, text in labelled.items() if text)
    yield from (f"  way out: {repair.title}" for repair in finding.repairs)


@pytest.mark.parametrize("path", SAMPLES, ids=_name)
def test_what_is_said_of_a_table_stands_beside_it(path: Path, rewrite: bool) -> None:
    beside, now = path.with_suffix(".said"), said_of(path)
    if rewrite:
        beside.write_text(now, encoding="utf-8")
        return
    assert beside.read_text("utf-8") == now


@pytest.mark.parametrize("path", SAMPLES, ids=_name)
def test_a_sample_shows_what_its_folder_is_named_for(path: Path) -> None:
    findings = check_tables(read_table(path.name, path.read_bytes())).findings
    assert path.parent.name in {finding.name for finding in findings}


def test_samples_are_small() -> None:
    assert len(SAMPLES) > 25
    assert max(len(path.read_text("utf-8").splitlines()) for path in SAMPLES) <= LONGEST_SAMPLE


def test_every_finding_about_tables_has_a_sample() -> None:
    wanted = {page.name for page in (*TABLE_PAGES, *CHECK_PAGES)} | SHARED
    assert {path.parent.name for path in SAMPLES} == wanted
    assert {page.name for page in PAGES} >= wanted
