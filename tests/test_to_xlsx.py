"""The law of sheets: a table that was written, edited or not, is read back as what it says, and nothing runs in it."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings

from brute_force import compiled
from imported import compiled_text, facts_of
from random_policies import RandomPolicy, policies
from ruleproof.artifacts.exported.columns import GIVEN, GROUP, HAS
from ruleproof.artifacts.exported.grid import answer_text
from ruleproof.artifacts.to_csv import to_csv
from ruleproof.artifacts.to_policy_text import policy_text
from ruleproof.artifacts.to_xlsx import to_xlsx
from ruleproof.artifacts.xlsx import book
from ruleproof.artifacts.xlsx.book import Book, Cell, SheetNames
from ruleproof.cli import main
from ruleproof.compiled import VERSION, Compiled
from ruleproof.model.meaning import OPEN, answer_of, impossible
from ruleproof.model.tables import DecisionTable
from ruleproof.pipeline import check_tables
from ruleproof.readers import read_table
from ruleproof.readers.dmn_model import evaluate_table
from ruleproof.readers.reading import Reading
from tables_elsewhere import MANY_SHAPES, answers_expected, cases_to_try, exported_once, facts_of_columns
from test_bundled import bundled, every_policy, named

openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed")
calamine = pytest.importorskip("python_calamine", reason="the extra `tables` is not installed")


def written(found: Compiled) -> bytes:
    ((name, data),) = to_xlsx(found).items()
    assert name.endswith(".xlsx")
    return data


def read(data: bytes) -> Reading:
    return read_table("made.xlsx", data)


def tables_of_csv(found: Compiled) -> list[DecisionTable]:
    tables = []
    for name, text in to_csv(found).items():
        reading = read_table(name, text.encode())
        assert not reading.findings
        (table,) = reading.tables
        tables.append(table)
    return tables


# ---------------------------------------------------------------- the law


def _answers_alike(found: Compiled, count: int) -> int:
    """Compare what the sheets and the CSV files answer with what the policy means; give how many cases can happen."""
    tables = exported_once(found)
    reading = read(written(found))
    assert not [item.message for item in reading.findings if item.name != "no_table"]
    sheets = {table.outputs[0].name: table for table in reading.tables}
    files = {table.outputs[0].name: table for table in tables_of_csv(found)}
    assert set(sheets) == set(files) == {table.name for table in tables.decisions if table.columns}
    compared = 0
    for number, case in enumerate(cases_to_try(found, count)):
        expected = answers_expected(tables, case)
        facts = facts_of_columns(tables, case)
        compared += bool(expected)
        for name, table in (sheets if number % 3 else files).items():
            own = {column.expression: facts[column.expression] for column in table.columns}
            answer = evaluate_table(table, own)
            assert not answer.error
            assert not expected or answer.value == expected[name], (name, own)
    return compared


@every_policy
def test_bundled_policies_are_read_back_alike(path: Path) -> None:
    assert _answers_alike(bundled(path), 30) > 8


@every_policy
@pytest.mark.slow
@pytest.mark.skipif("RULEPROOF_DMN" not in os.environ, reason="`make dmn` tries thousands of cases")
def test_bundled_policies_are_read_back_alike_in_thousands_of_cases(path: Path) -> None:
    assert _answers_alike(bundled(path), 2_000) > 20


def test_columns_of_every_kind_are_read_back_alike() -> None:
    found = compiled(MANY_SHAPES)
    assert {column.how for column in exported_once(found).columns} == {GIVEN, GROUP, HAS}
    assert _answers_alike(found, 600) > 100


@settings(max_examples=25)
@given(policies())
def test_random_policies_are_read_back_alike(policy: RandomPolicy) -> None:
    _answers_alike(compiled(policy.text), 30)


@every_policy
def test_every_sheet_is_proved_complete_and_free_of_overlaps(path: Path) -> None:
    proofs = check_tables(read(written(bundled(path)))).proofs
    assert {(proof.complete, proof.consistent) for proof in proofs} == {("proved", "proved")}


@pytest.mark.parametrize("stem", ["tumor_ngs", "overview_81455", "myeloid_ngs", "code_facts"])
def test_a_policy_made_of_the_sheets_answers_alike(stem: str) -> None:
    found = named(stem)
    tables = exported_once(found)
    reading = read(written(found))
    imported = policy_text(reading.tables, "again", "again.xlsx")
    policy = compiled_text(imported.text).policy
    compared = 0
    for case in cases_to_try(found, 60):
        expected = answers_expected(tables, case)
        facts = facts_of(policy, imported, facts_of_columns(tables, case))
        if expected and facts is not None and not impossible(policy, facts):
            compared += 1
            for decision in policy.decisions:
                answer = answer_of(policy, decision, facts)
                # a value that is spelt so is one that is left open
                assert answer.outcomes == (expected[decision.name],) or answer.kind == expected[decision.name] == OPEN
    assert compared > 20


# ---------------------------------------------------------------- edits


def edited(data: bytes, edit: Callable[[Any], None]) -> bytes:
    """Give a workbook as openpyxl saves it after an edit."""
    workbook = openpyxl.load_workbook(io.BytesIO(data))
    edit(workbook)
    kept = io.BytesIO()
    workbook.save(kept)
    return kept.getvalue()


def difference(tmp_path: Path, data: bytes, edit: Callable[[Any], None]) -> dict[str, Any]:
    """Give what `diff` says of a workbook before and after an edit."""
    (tmp_path / "old.xlsx").write_bytes(data)
    (tmp_path / "new.xlsx").write_bytes(edited(data, edit))
    result = CliRunner().invoke(
        main, ["diff", str(tmp_path / "old.xlsx"), str(tmp_path / "new.xlsx"), "--format", "json"]
    )
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def is_equal(found: dict[str, Any]) -> bool:
    return not (found["count"] or found["only_before"] or found["only_after"])


OVERVIEW = "overview_code"
FIRST_RULE = 4
"""The row of a sheet that holds the first rule: below the title, the headings and the types."""


def _at(sheet: Any, heading: str, rule: int) -> Any:
    """Give the cell of a rule under a heading."""
    column = next(cell.column for cell in sheet[2] if cell.value == heading)
    return sheet.cell(FIRST_RULE + rule - 1, column)


def test_an_edit_that_changes_nothing_is_no_difference(tmp_path: Path) -> None:
    def edit(workbook: Any) -> None:
        sheet = workbook[OVERVIEW]
        assert _at(sheet, "genes", 1).value == "<= 4"
        _at(sheet, "genes", 1).value = "[1 .. 4]"

    assert is_equal(difference(tmp_path, written(named("overview_81455")), edit))


def test_a_changed_bound_is_the_only_difference(tmp_path: Path) -> None:
    def edit(workbook: Any) -> None:
        sheet = workbook[OVERVIEW]
        for number in range(1, 9):
            cell = _at(sheet, "genes", number)
            cell.value = {"<= 4": "<= 5", "[5 .. 50]": "[6 .. 50]"}.get(cell.value, cell.value)

    found = difference(tmp_path, written(named("overview_81455")), edit)
    regions = [region for change in found["differences"] for region in change["regions"]]
    assert regions
    assert {(region["genes"]["low"], region["genes"]["high"]) for region in regions} == {("5", "5")}


def test_a_changed_outcome_is_the_only_difference(tmp_path: Path) -> None:
    def edit(workbook: Any) -> None:
        cell = _at(workbook[OVERVIEW], "output: overview_code", 2)
        assert cell.value == "consider CPT 81445"
        cell.value = "CPT 99999"

    found = difference(tmp_path, written(named("overview_81455")), edit)
    (change,) = found["differences"]
    assert (change["before"]["value"], change["after"]["value"]) == ("consider CPT 81445", "CPT 99999")
    (region,) = change["regions"]
    assert set(region) == {"tissue", "analyte", "genes"}


def test_a_deleted_rule_is_a_gap_exactly_there() -> None:
    data = edited(written(named("overview_81455")), lambda workbook: workbook[OVERVIEW].delete_rows(FIRST_RULE + 1))
    checked = check_tables(read(data))
    (gap,) = [item for item in checked.findings if item.name == "gap"]
    assert gap.message == 'no rule matches for tissue "solid_organ", analyte "dna", genes 5 to 50'


def _faulty(edit: Callable[[Any], None]) -> tuple[list[str], Reading]:
    reading = read(edited(written(named("overview_81455")), edit))
    return [f"{item.name}: {item.message}" for item in reading.findings], reading


def test_every_cell_that_cannot_be_read_is_named_and_the_rest_is_read() -> None:
    def edit(workbook: Any) -> None:
        sheet = workbook[OVERVIEW]
        sheet["D4"] = "5.."
        sheet["D5"] = "=1+1"
        sheet["C6"] = "dna or so, perhaps ("
        sheet.merge_cells("B8:B9")
        sheet["F10"] = "=A1"

    said, reading = _faulty(edit)
    for place in ("D4", "D5", "C6", "B8", "B9", "F10"):
        about = [text for text in said if f"sheet `{OVERVIEW}`, cell {place}" in text]
        assert len(about) == 1, (place, said)
    assert len(said) == 6
    (table,) = reading.tables
    assert len(table.rows) == 8
    imported = policy_text(reading.tables, "again", "again.xlsx")
    assert "CPT" in imported.text


def test_a_deleted_column_leaves_a_table_that_overlaps() -> None:
    said, reading = _faulty(lambda workbook: workbook[OVERVIEW].delete_cols(3))
    assert not said
    assert [column.expression for column in reading.tables[0].columns] == ["tissue", "genes", "structure"]
    assert "conflict" in {item.name for item in check_tables(reading).findings}


def test_a_deleted_output_leaves_the_last_column_to_be_the_output() -> None:
    _, reading = _faulty(lambda workbook: workbook[OVERVIEW].delete_cols(6))
    assert reading.tables
    assert reading.tables[0].outputs[0].name == "structure"


def test_a_renamed_sheet_is_the_same_table(tmp_path: Path) -> None:
    def edit(workbook: Any) -> None:
        workbook[OVERVIEW].title = "my table"

    assert is_equal(difference(tmp_path, written(named("overview_81455")), edit))


def test_a_renamed_sheet_among_several_is_told(tmp_path: Path) -> None:
    def edit(workbook: Any) -> None:
        workbook["barred_codes"].title = "my table"

    found = difference(tmp_path, written(named("tumor_ngs")), edit)
    assert (found["only_before"], found["only_after"], found["count"]) == (["barred_codes"], ["my table"], 0)


# ---------------------------------------------------------------- what is in the file


HOSTILE = """
policy hostile "=HYPERLINK(\\"http://evil\\")"

source paper "+1 @SUM(1)"
  authority is binding
  note "see https://example.org/paper?a=1&b=2."

input late is yes or no

input code "=1+1" is one of "=cmd|calc", "@x", "-1", "+2", "0012", "1E10", "plain"

decision d "-2+3" gives one of "=1+1", "@y", "-", "007", "2024-01-01"

rule R1 "=1+1" for d
  when code is one of ("=cmd|calc", "@x")
  then d is "=1+1"
  cite paper a.1 says "=1+1"

rule R2 "@SUM(A1)" for d
  when code is one of ("-1", "+2")
  then d is "@y"

rule R3 for d
  when code is "0012"
  then d is "-"

rule R4 for d
  when code is "1E10"
  then d is "007"

rule R5 for d
  when code is plain and late
  then d is "2024-01-01"

leave open G1 for d when code is plain and not late because "=1+1"
"""


def test_nothing_that_an_author_wrote_is_a_formula_a_number_or_a_date() -> None:
    data = written(compiled(HOSTILE))
    workbook = openpyxl.load_workbook(io.BytesIO(data))
    texts = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert len(texts) > 60
    assert {cell.data_type for cell in texts} == {"s"}
    assert any(str(cell.value).startswith("=") for cell in texts)
    assert all(cell.quotePrefix for cell in texts)
    sheets = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    values = [
        value for name in sheets.sheet_names for row in sheets.get_sheet_by_name(name).to_python() for value in row
    ]
    assert {type(value) for value in values} == {str}
    for part in zipfile.ZipFile(io.BytesIO(data)).namelist():
        xml = zipfile.ZipFile(io.BytesIO(data)).read(part)
        assert b"<f>" not in xml, part
    _answers_alike(compiled(HOSTILE), 100)


def test_no_cell_of_a_csv_file_begins_like_a_formula() -> None:
    import csv

    ((_, text),) = to_csv(compiled(HOSTILE)).items()
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert len(cells) > 40
    assert not [
        cell for cell in cells if cell.startswith(("=", "+", "@", "\t")) or (cell.startswith("-") and cell != "-")
    ]


def test_links_lead_to_places_and_to_the_web_only_by_https() -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(written(compiled(HOSTILE))))
    links = [cell.hyperlink for sheet in workbook for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    addresses = {link.target for link in links if link.target}
    assert addresses == {"https://example.org/paper?a=1&b=2"}
    for link in links:
        if link.location:
            sheet, _, place = link.location.rpartition("!")
            assert workbook[sheet.strip("'")][place].value is not None
    cites = next(cell for row in workbook["d"].iter_rows() for cell in row if cell.value == "paper a.1")
    assert cites.hyperlink.location == "'Sources'!A3"
    assert workbook["Sources"]["A3"].value == "paper a.1"


def test_a_sheet_has_filters_and_headings_that_stay() -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(written(named("tumor_ngs"))))
    sheet = workbook["billing_code"]
    assert sheet.freeze_panes == "B4"
    assert sheet.auto_filter.ref.startswith("A3:")
    assert {
        "Summary",
        "Requirements",
        "Limits",
        "Code lists",
        "Sources",
        "Questions",
        "billing_code as written",
    } <= set(workbook.sheetnames)
    assert all(
        cell.number_format == "@" for row in workbook["Code lists"].iter_rows(min_row=3) for cell in row if cell.value
    )
    summary = [str(cell.value) for row in workbook["Summary"].iter_rows() for cell in row if cell.value]
    found = named("tumor_ngs")
    assert {found.revision, found.source.sha256, f"ruleproof {VERSION}", "tumor_ngs"} <= set(summary)


def test_sheets_for_reading_are_no_tables() -> None:
    reading = read(written(named("tumor_ngs")))
    assert [table.name for table in reading.tables] == ["billing_code", "further_line", "barred_codes"]
    assert not reading.findings


def test_names_of_sheets_are_valid_and_different() -> None:
    names = SheetNames()
    wanted = ["a" * 50, "A" * 50, "x:y/z\\?*[]", "'quoted'", "History", "", "a" * 31, "summary", "Summary"]
    found = [names.name(text) for text in wanted]
    assert len({name.casefold() for name in found}) == len(wanted)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in found)
    assert not any(name.startswith("'") or name.endswith("'") or name.casefold() == "history" for name in found)


def test_what_is_too_long_is_cut_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "MOST_ROWS", 10)
    made = Book("t", "s", "c")
    made.add("one")
    made.write(
        "one", "ruleproof: t", [[Cell("a"), Cell("b")]], [[Cell("x" * 40_000), Cell(str(row))] for row in range(20)]
    )
    assert "the sheet one holds 9 rows; 12 more have no place" in made.cut
    assert "a cell of the sheet one, row 3, holds the first 32,767 of 40,000 letters" in made.cut
    sheet = openpyxl.load_workbook(io.BytesIO(made.bytes()))["one"]
    assert len(sheet["A3"].value) == 32_767
    assert sheet.max_row <= 10


def test_the_same_policy_gives_the_same_bytes() -> None:
    found = named("overview_81455")
    data = written(found)
    assert data == written(found)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {item.compress_type for item in archive.infolist()} == {zipfile.ZIP_STORED}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("CPT 81445", "CPT 81445"),
        ("left open", "left open"),
        ("a - b", '"a - b"'),
        ("x", '"x"'),
        ("true", '"true"'),
        ("007", '"007"'),
        ("=1", '"=1"'),
        ("not x", '"not x"'),
    ],
)
def test_an_answer_stands_in_quotes_where_it_could_be_read_as_something_else(answer: str, expected: str) -> None:
    assert answer_text(answer, {"x"}) == expected
