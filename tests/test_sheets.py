"""CSV files and workbooks: the same table by the same conventions, and one clear finding for each thing that is wrong."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruleproof.model.tables import AnyValue, Expression, Literal, Negated, OneOf, Related, Undecided, Within
from ruleproof.readers import read_table, xlsx, xlsx_parts
from ruleproof.readers.csv_table import read_csv
from ruleproof.readers.reading import Reading
from ruleproof.readers.xlsx import read_xlsx
from workbooks import Cell, Error, Formula, workbook

TABLES = Path(__file__).parent / "tables"


def csv_of(text: str, hit_policy: str = "") -> Reading:
    return read_csv("t.csv", text.encode(), hit_policy)


def sheet_of(rows: Sequence[Sequence[Cell]], *merged: str) -> Reading:
    return read_xlsx("t.xlsx", workbook({"Rules": rows}, {"Rules": merged}))


def one(*values: object) -> OneOf:
    return OneOf(frozenset(values))  # type: ignore[arg-type]


# ---------------------------------------------------------------------------------------------------------------- csv


def test_the_last_column_is_the_output_and_words_are_texts() -> None:
    reading = read_table("grades.csv", (TABLES / "grades.csv").read_bytes())
    assert not reading.findings
    (table,) = reading.tables
    assert (table.name, table.hit_policy) == ("grades", "UNIQUE")
    assert [(column.expression, column.type) for column in table.columns] == [
        ("kind", "string"),
        ("amount", "whole number"),
        ("opened", "date"),
    ]
    assert table.rows[1].tests == (
        one("car", "house"),
        Within(Decimal(1000), Decimal(5000), False, True),
        Within(datetime.date(2024, 1, 1), None, True, False),
    )
    assert [row.outputs for row in table.rows] == [(Literal("A"),), (Literal("B"),), (Literal("C, or worse"),)]
    assert [reading.source.slice(span) for span in table.rows[1].spans] == [
        '"car, house"',
        "(1000..5000]",
        ">= 2024-01-01",
    ]


def test_headings_and_a_row_of_types_say_more() -> None:
    reading = read_table("typed.csv", (TABLES / "typed.csv").read_bytes())
    assert not reading.findings
    (table,) = reading.tables
    age, code = table.columns
    assert table.hit_policy == "FIRST"
    assert (age.type, age.allowed) == ("number", Within(Decimal(0), Decimal(120), True, True))
    assert code.type == "string"
    assert [output.name for output in table.outputs] == ["grade", "points"]
    assert table.outputs[0].allowed == ("good", "bad")
    first, second = table.rows
    assert (first.id, first.annotation, first.tests[1]) == ("a", "minors", one("0012", "81445"))
    assert second.tests[1] == Negated(one("0012"))
    assert second.outputs == (Literal("bad"), Literal(None))


def test_texts_in_quotes_are_read_whatever_the_file_puts_around_them() -> None:
    (table,) = csv_of('kind,x,y\n"""car"",""house""",5,A\nnot("car"),-,"""B"""\n').tables
    assert [row.tests[0] for row in table.rows] == [one("car", "house"), Negated(one("car"))]
    assert [row.outputs for row in table.rows] == [(Literal("A"),), (Literal("B"),)]


def test_a_word_beside_texts_in_quotes_is_not_guessed_at() -> None:
    reading = csv_of('kind,y\n"""car""",A\nhouse,B\n')
    assert isinstance(reading.tables[0].rows[1].tests[0], Undecided)
    (finding,) = reading.findings
    assert finding.message == (
        "the cell `house` under `kind` is not decided: `house` is the name of no input; a text stands in quotes"
    )
    assert reading.source.line_and_column(finding.places[0].span.start) == (3, 1)


def test_a_word_that_names_an_input_is_that_input() -> None:
    (table,) = csv_of("a,b,y\n> b,1,A\nb,-,a * 2\n").tables
    assert [row.tests[0] for row in table.rows] == [Related(">", "b"), Related("=", "b")]
    assert table.rows[1].outputs == (Expression("a * 2"),)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ("1|2|[3..4]", "whole number"),
        ("1|2.5", "number"),
        ("1.0|2", "whole number"),
        ("true|false", "boolean"),
        ("0012|81445", "string"),
        ("1|high", "string"),
        ("1-5", "unknown"),
        ("a|-", "string"),
        ("-|", "unknown"),
        ("2024-01-01", "date"),
    ],
)
def test_types_come_from_the_cells(cells: str, kind: str) -> None:
    (table,) = csv_of("x,z,y\n" + "".join(f"{cell},-,A\n" for cell in cells.split("|"))).tables
    assert table.columns[0].type == kind


def test_outputs_are_constants_or_the_text_that_stands_there() -> None:
    def given(*cells: str) -> list[object]:
        (table,) = csv_of("x,y\n" + "".join(f"-,{cell}\n" for cell in cells)).tables
        return [cell.value for row in table.rows for cell in row.outputs if isinstance(cell, Literal)]

    assert given("1", "2.5") == [Decimal(1), Decimal("2.5")]
    assert given("81445", "0001U") == ["81445", "0001U"]
    assert given("10-20", "", "-") == ["10-20", None, None]
    assert given("true", '@"2024-01-01"') == [True, datetime.date(2024, 1, 1)]
    assert given("2024-01-01") == [datetime.date(2024, 1, 1)]
    assert given("deny: no record") == ["deny: no record"]


def test_the_hit_policy_is_named_in_the_corner_or_asked_for() -> None:
    text = "{}x,y\n{}1,A\n"
    assert csv_of(text.format("", "")).tables[0].hit_policy == "UNIQUE"
    assert csv_of(text.format("COLLECT SUM,", "r1,")).tables[0].aggregation == "SUM"
    assert csv_of(text.format("hit policy: C+,", "r1,")).tables[0].aggregation == "SUM"
    assert csv_of(text.format("FIRST,", "r1,"), "ANY").tables[0].hit_policy == "ANY"
    assert csv_of(text.format("A,", "1,")).tables[0].columns[0].expression == "A"


BROKEN_CSV = {
    "": "the table is empty",
    "\n \n": "the table is empty",
    "note: x,y\n1,A\n": "the headings name `x`, `y`; a table has at least one input and one output",
    "x,y\n1,A\n2,\0\n": "a byte of value zero",
    'x,y\nnumber: "a",\n1,A\n': "of `x` are not used: the column holds numbers, they are texts",
    "x\n1\n": "at least one input and one output",
    'x,y\n"1,A\n': "a quote that is not closed",
    'x,y\n"1"2,A\n': "a quote that is not closed, or text after",
    "x,,y\n1,2,A\n": "a column without a name",
    "x,y\n1\n": "rule 1 has 1 cells, the table has 2 columns",
    "x,y\n1,A,B\n": "rule 1 has 3 cells, the table has 2 columns",
    "x,y\n5..,A\n": "the cell `5..` under `x` is not decided",
    "x,z,y\nnumber: 5..,,\n1,2,A\n": "the allowed values `5..` of `x` are not used",
    "OUTPUT ORDER,x,y\n1,5,A\n": "output values that give the order are not listed",
}


@pytest.mark.parametrize("text", BROKEN_CSV)
def test_each_fault_of_a_csv_file_is_one_finding(text: str) -> None:
    reading = csv_of(text)
    (finding,) = reading.findings
    assert BROKEN_CSV[text] in finding.message
    assert finding.places[0].path == "t.csv"


def test_bytes_that_are_no_text_are_refused() -> None:
    assert "UTF-8" in read_csv("t.csv", b"x,y\n\xff,A").findings[0].message
    assert "no text" in read_csv("t.csv", b"PK\x03\x04\0\0").findings[0].message
    assert read_csv("t.csv", "x,y\n1,é\n".encode("utf-16")).tables[0].rows[0].outputs == (Literal("é"),)


def test_an_uneven_row_claims_nothing() -> None:
    (table,) = csv_of("x,z,y\n1,2,A\n1\n3,4,B\n").tables
    assert [isinstance(row.tests[0], Undecided) for row in table.rows] == [False, True, False]
    assert [row.number for row in table.rows] == [1, 2, 3]


@given(st.text('x,;"\n015-<[.]AU ', max_size=40))
def test_no_csv_file_is_too_much(text: str) -> None:
    reading = csv_of(text)
    assert reading.findings or reading.tables


# ---------------------------------------------------------------------------------------------------------- workbooks

SHEET: list[list[Cell]] = [
    ["Which grade?"],
    ["F", "age", "score", "seen", "member", "grade"],
    [1, ">= 18", 5, datetime.date(2024, 3, 21), True, '"A"'],
    [2, "[1..5)", 0.5, "> 2024-01-01", None, "B"],
    [3, "-", None, None, False, "81445"],
]


def test_a_sheet_holds_values_and_tests() -> None:
    reading = sheet_of(SHEET)
    assert not reading.findings
    (table,) = reading.tables
    assert (table.name, table.hit_policy) == ("Rules", "FIRST")
    assert [(column.expression, column.type) for column in table.columns] == [
        ("age", "whole number"),
        ("score", "number"),
        ("seen", "date"),
        ("member", "boolean"),
    ]
    assert table.rows[0].tests == (
        Within(Decimal(18), None, True, False),
        one(Decimal(5)),
        one(datetime.date(2024, 3, 21)),
        one(True),
    )
    assert table.rows[1].tests[3] == AnyValue()
    assert [row.outputs for row in table.rows] == [(Literal("A"),), (Literal("B"),), (Literal("81445"),)]
    assert [row.id for row in table.rows] == ["1", "2", "3"]
    assert reading.source.slice(table.rows[1].span) == "2 | [1..5) | 0.5 | > 2024-01-01 |  | B"


def test_every_sheet_with_a_table_is_read() -> None:
    rows: list[list[Cell]] = [["x", "y"], [1, "A"]]
    reading = read_xlsx("t.xlsx", workbook({"One": rows, "Notes": [["nothing here"]], "Two": rows}))
    assert [table.name for table in reading.tables] == ["One", "Two"]
    (finding,) = reading.findings
    assert (finding.name, finding.message) == ("no_table", "the sheet `Notes` holds no table")


def test_formulas_errors_and_merged_cells_are_named_and_not_guessed_at() -> None:
    rows: list[list[Cell]] = [
        ["x", "z", "y"],
        [1, 2, "A"],
        [Formula("1+1", 2), 3, "B"],
        [4, Error("#DIV/0!"), "C"],
        [5, 6, "D"],
        [None, 7, "E"],
        ["High", 8, "F"],
    ]
    reading = sheet_of(rows, "A5:A6")
    messages = [finding.message.partition("not decided: ")[2] for finding in reading.findings]
    assert messages == [
        "sheet `Rules`, cell A3 is a formula; only its last result is in the file",
        "sheet `Rules`, cell A5 is merged with others (A5:A6)",
        "sheet `Rules`, cell A6 is merged with others (A5:A6)",
        "sheet `Rules`, cell A7: `High` is the name of no input; a text stands in quotes",
        "sheet `Rules`, cell B4 is in error",
    ]
    undecided = [isinstance(row.tests[0], Undecided) for row in reading.tables[0].rows]
    assert undecided == [False, True, False, True, True, True]


def test_a_broken_workbook_is_one_finding() -> None:
    good = workbook({"Rules": SHEET})
    for data in (b"", b"PK\x03\x04", b"x,y\n1,2\n", good[:400], good[:-40]):
        (finding,) = read_xlsx("t.xlsx", data).findings
        assert finding.name == "unreadable_table"
        assert "\n" not in finding.message


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_parts, "LARGEST_UNPACKED", 1000)
    (finding,) = sheet_of([["x", "y"], ["a" * 5000, "A"]]).findings
    assert "unpacks to more than" in finding.message


def test_a_sheet_that_reaches_too_far_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_CELLS", 5)
    (finding,) = sheet_of(SHEET).findings
    assert "reaches over more than" in finding.message


def test_without_the_extra_a_workbook_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "calamine", None)
    (finding,) = sheet_of(SHEET).findings
    assert "ruleproof[tables]" in finding.help


def test_a_csv_file_and_a_sheet_with_the_same_cells_are_the_same_table() -> None:
    rows: list[list[Cell]] = [["x", "kind", "y"], ["> 5", "car, house", "A"], ["[1..5]", "-", "B"]]
    text = 'x,kind,y\n> 5,"car, house",A\n[1..5],-,B\n'
    (left,), (right,) = sheet_of(rows).tables, csv_of(text).tables
    assert [row.tests for row in left.rows] == [row.tests for row in right.rows]
    assert [row.outputs for row in left.rows] == [row.outputs for row in right.rows]
