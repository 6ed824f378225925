"""Files of tables that are broken, huge or made to do harm: one clear finding each, in bounded time and memory."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from ruleproof.cli import main
from ruleproof.compiled import NOT_DECIDED, CheckedTables
from ruleproof.pipeline import check_tables
from ruleproof.prover import table_study
from ruleproof.readers import columns, read_table, xlsx_parts
from ruleproof.readers.circles import circles
from ruleproof.readers.reading import LONGEST_MESSAGE
from test_dmn_reader import one_table, whole
from workbooks import Cell, workbook


def checked(name: str, data: bytes | str) -> CheckedTables:
    return check_tables(read_table(name, data.encode() if isinstance(data, str) else data))


# ---------------------------------------------------------------- text

NO_TEXT = {
    "latin1.csv": ("x,y\n<5,a\n>=5,caf\xe9\n".encode("latin-1"), "byte 17 of the file is no text in UTF-8", 3),
    "half.csv": ("x,y\n<5,a\n".encode("utf-16") + b"\0", "byte 21 of the file is no text in UTF-16", 3),
    "nul.csv": ("x,y\n" + "1,a\n" * 3000 + "2,\0\n", "a byte of value zero", 3002),
    "quote.csv": ('x,y\n<5,a\n>=5,"b\n' + "1,a\n" * 50, "a quote that is not closed", 3),
    "latin1.dmn": (one_table('"a"').replace('"a"', '"\xe9"').encode("latin-1"), "is no text in UTF-8", 2),
    "none.dmn": ("<definitions>\n</definitions>", "has no namespace", 1),
    "nul.dmn": (one_table("<5").replace("<5", "<\0"), "the XML is broken", 2),
}


@pytest.mark.parametrize("name", NO_TEXT)
def test_what_is_no_text_is_pointed_at_by_line(name: str) -> None:
    data, message, line = NO_TEXT[name]
    found = checked(name, data)
    (finding,) = found.findings
    assert finding.name == "unreadable_table"
    assert message in finding.message
    assert found.source.line_and_column(finding.places[0].span.start)[0] == line
    assert not found.tables


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    "text", ["x,y\n<5,a\n>=5,b\n", "x;y\n<5;a\n>=5;b\n", "x\ty\n<5\ta\n>=5\tb\n", "x,y\r<5,a\r>=5,b\r"]
)
def test_marks_separators_and_line_ends_change_nothing(text: str, encoding: str) -> None:
    found = checked("t.csv", text.encode(encoding))
    assert not found.findings
    assert len(found.tables[0].rows) == 2


def test_control_characters_are_never_printed(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("x\x1b[31m,y\n\x1b]0;t\x07red,a\n", "utf-8")
    done = CliRunner().invoke(main, ["check", str(file)])
    assert "U+001B" in done.output
    assert "\x1b" not in done.output


# ---------------------------------------------------------------- expressions


@pytest.mark.parametrize(
    "cell",
    [
        "not(" * 5000 + "1" + ")" * 5000,
        "< " + "+".join(["1"] * 20_000),
        "-" * 5000 + "1",
        "if x then " * 3000 + "1" + " else 2" * 3000,
        "a" + ".b" * 20_000,
        ",".join(map(str, range(60_000))),
        'matches("' + "a" * 40 + '!", "(a+)+$")',
        'replace("' + "a" * 40 + '!", "(a+)+$", "")',
        "9**9**9**9",
        "1e1000000",
        'duration("P999999999999999999Y")',
        "\ue0001\ue001",
    ],
    ids=lambda cell: cell[:12],
)
def test_a_cell_that_asks_too_much_stays_undecided(cell: str) -> None:
    start = time.perf_counter()
    quoted = cell.replace('"', '""')
    found = checked("t.csv", f'x,y\n"{quoted}",a\n<5,"{quoted}"\n<3,b\n')
    (finding,) = [finding for finding in found.findings if finding.name in ("unreadable_cell", "not_decided")]
    assert finding.rules == ("1",)
    assert len(finding.message) <= LONGEST_MESSAGE
    assert any(finding.name == "conflict" and finding.rules == ("2", "3") for finding in found.findings)
    assert time.perf_counter() - start < 20


# ---------------------------------------------------------------- models


def _decision(number: int, requires: Mapping[int, object] | range) -> str:
    asked = "".join(
        f'<informationRequirement><requiredDecision href="#d{other}"/></informationRequirement>'
        for other in requires
        if other != number
    )
    return f'<decision id="d{number}" name="d{number}">{asked}</decision>'


def test_requirements_that_all_go_round_are_one_finding() -> None:
    start = time.perf_counter()
    found = checked("t.dmn", whole("\n".join(_decision(number, range(120)) for number in range(120))))
    (finding,) = found.findings
    assert finding.message == (
        "what is required goes round in a circle: `d0` → `d1` → `d0` (120 decisions and functions require one another)"
    )
    assert time.perf_counter() - start < 20


def test_a_long_circle_is_shortened() -> None:
    (finding,) = checked("t.dmn", whole("\n".join(_decision(n, {(n + 1) % 300: 0}) for n in range(300)))).findings
    assert "`d10` → `d11` → … → `d0`" in finding.message


def test_circles_are_those_of_the_definition() -> None:
    for seed in range(200):
        rng = Random(f"circles {seed}")
        names = "abcdefg"[: rng.randint(1, 7)]
        graph = {name: [other for other in names if rng.random() < 0.25] for name in names}
        reach = {name: _reached(graph, name) for name in names}
        expected = {
            frozenset(other for other in names if other in reach[name] and name in reach[other]) for name in names
        }
        found = list(circles(graph))
        assert {group for group, _ in found} == expected - {frozenset()}
        for group, circle in found:
            assert circle[0] == circle[-1] in group
            assert all(other in graph[one] for one, other in pairwise(circle))


def _reached(graph: Mapping[str, list[str]], start: str) -> set[str]:
    seen: set[str] = set()
    todo = list(graph[start])
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += graph[name]
    return seen


def test_types_made_of_one_another_without_end_are_given_up() -> None:
    chain = "".join(f'<itemDefinition name="t{n}"><typeRef>t{n + 1}</typeRef></itemDefinition>' for n in range(2000))
    table = one_table("<5", ">=5").partition("\n")[2].rpartition("\n")[0]
    found = checked("t.dmn", whole(chain + table))
    assert {finding.name for finding in found.findings} == {"unknown_type"}
    assert "more than 100 deep" in found.findings[0].message
    assert [proof.complete for proof in found.proofs] == ["proved"]


def test_many_decisions_are_read_in_little_time() -> None:
    table = one_table("<5").partition("\n")[2].rpartition("\n")[0]
    many = "\n".join(table.replace('id="D" name="D"', f'id="D{n}" name="D{n}"') for n in range(600))
    start = time.perf_counter()
    assert len(checked("t.dmn", whole(many)).tables) == 600
    assert time.perf_counter() - start < 20


# ---------------------------------------------------------------- size


def test_a_table_with_too_many_rules_is_refused() -> None:
    lines = "".join(f"{n},a\n" for n in range(columns.MOST_RULES + 1))
    (finding,) = checked("t.csv", "x,y\n" + lines).findings
    assert finding.message == "30,001 rules are more than are analysed in one table (30,000)"


def test_a_table_with_too_many_different_values_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "MOST_CONSTANTS", 100)
    (finding,) = checked("t.csv", "x,y\n" + "".join(f"{n},a\n" for n in range(11))).findings
    assert finding.message == "11 rules with 11 different values are more than are analysed in one table"
    assert checked("t.csv", "x,y\n" + "".join(f"{n},a\n" for n in range(9))).tables


def test_very_many_columns_are_not_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_study, "MOST_MASKS", 100_000)
    wide = 1000
    text = ",".join(f"c{n}" for n in range(wide)) + ",out\n"
    text += "".join(",".join(f"<{row}" if (n + row) % 7 else "-" for n in range(wide)) + ",a\n" for row in range(1, 4))
    start = time.perf_counter()
    found = checked("t.csv", text)
    assert any(finding.message.startswith("not all gaps are found: there are more than") for finding in found.findings)
    assert time.perf_counter() - start < 60


def _pigeons(holes: int) -> str:
    """A table that matches every case, which is as hard to see as that so many pigeons and one more need another hole."""
    names = [f"p{pigeon}h{hole}" for pigeon in range(holes + 1) for hole in range(holes)]
    rows = [{f"p{pigeon}h{hole}": "false" for hole in range(holes)} for pigeon in range(holes + 1)]
    rows += [
        {f"p{one}h{hole}": "true", f"p{other}h{hole}": "true"}
        for hole in range(holes)
        for one in range(holes + 1)
        for other in range(one)
    ]
    lines = [",".join(row.get(name, "-") for name in names) + ",a" for row in rows]
    return "\n".join([",".join(names) + ",out", *lines]) + "\n"


def test_a_proof_that_is_too_hard_is_given_up_and_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checked("t.csv", _pigeons(3)).proofs[0].complete == "proved"
    monkeypatch.setattr(table_study, "MOST_STEPS", 5000)
    found = checked("t.csv", _pigeons(6))
    assert found.proofs[0].complete == NOT_DECIDED
    stopped = [finding.message for finding in found.findings if finding.name == "not_decided"]
    assert "not all gaps are found: the rules leave too many combinations of values to look at" in stopped


def test_rules_that_match_everywhere_are_not_compared_in_pairs() -> None:
    start = time.perf_counter()
    found = checked("t.csv", "FIRST,x,y\n" + "".join(f"r{n},-,a{n}\n" for n in range(1500)))
    never = [finding for finding in found.findings if finding.name == "unreachable_rule"]
    assert len(never) == 1499
    assert all(finding.rules[1:] == ("1",) for finding in never)
    assert time.perf_counter() - start < 30


def test_a_rule_that_compares_inputs_in_too_many_ways_stays_undecided() -> None:
    names = [f"c{n}" for n in range(14)]
    cells = [f'"< c{(n + 1) % 14}, > c{(n + 3) % 14}, > 5"' for n in range(14)]
    start = time.perf_counter()
    found = checked("t.csv", ",".join(names) + ",out\n" + ",".join(cells) + ",a\n")
    assert any("the rule compares inputs in too many ways" in finding.message for finding in found.findings)
    assert time.perf_counter() - start < 30


# ---------------------------------------------------------------- workbooks

ROWS: list[list[Cell]] = [["x", "y"], ["<5", "A"], [">=5", "B"]]
SHEET = "xl/worksheets/s1.xml"


def _changed(part: str, change: Callable[[bytes], bytes], more: Mapping[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook({"Rules": ROWS}))) as good,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for item in good.infolist():
            content = good.read(item)
            bad.writestr(item.filename, change(content) if item.filename == part else content)
        for name, content in (more or {}).items():
            bad.writestr(name, content)
    return out.getvalue()


def _with_row(row: bytes) -> bytes:
    return _changed(SHEET, lambda xml: xml.replace(b"</sheetData>", row + b"</sheetData>"))


SHARED = b"".join((b"<sst><si><t>", b"a" * 3_000_000, b"</t></si></sst>"))
BOOKS: dict[str, tuple[bytes, str]] = {
    "far": (
        _with_row(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "reaches over 1,048,576 rows and 16,384",
    ),
    "nowhere": (_with_row(b'<row r="4"><c r="A99999999"><v>1</v></c></row>'), "a cell that no sheet has: A99999999"),
    "no column": (_with_row(b'<row r="4"><c r="ZZZZZZ1"><v>1</v></c></row>'), "a cell that no sheet has: ZZZZZZ1"),
    "shared": (
        _changed(
            SHEET,
            lambda xml: xml.replace(b"</sheetData>", b'<row><c t="s"><v>0</v></c></row>' * 40 + b"</sheetData>"),
            {"xl/sharedStrings.xml": SHARED},
        ),
        "the texts of all cells have more than 64 MB",
    ),
    "hidden from the count": (
        _changed(
            SHEET,
            lambda xml: xml.replace(
                b"</sheetData>", b'<row><c t="s"><v><!-- -->0</v></c></row>' * 40 + b"</sheetData>"
            ),
            {"xl/sharedStrings.xml": SHARED},
        ),
        "holds what no sheet needs",
    ),
    "parts": (_changed("", bytes, {f"n/{n}": b"" for n in range(2001)}), "more than 2,000 parts"),
    "old": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an old workbook (.xls), or one with a password"),
    "entity": (_changed(SHEET, lambda xml: xml.replace(b"&lt;5", b"&b;")), "the workbook is broken"),
}


@pytest.mark.parametrize("name", BOOKS)
def test_a_workbook_that_would_do_harm_is_refused(name: str) -> None:
    data, message = BOOKS[name]
    start = time.perf_counter()
    (finding,) = checked("t.xlsx", data).findings
    assert finding.name == "unreadable_table"
    assert message in finding.message
    assert time.perf_counter() - start < 20


def test_merged_cells_beyond_the_sheet_cost_nothing() -> None:
    start = time.perf_counter()
    found = read_table("t.xlsx", workbook({"Rules": ROWS}, {"Rules": ["A1:XFD1048576"] * 100}))
    assert all("is merged with others (A1:XFD1048576)" in finding.message for finding in found.findings)
    assert time.perf_counter() - start < 20


def test_very_many_merged_cells_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from ruleproof.readers import xlsx

    monkeypatch.setattr(xlsx, "MOST_CELLS", 20)
    (finding,) = read_table("t.xlsx", workbook({"Rules": ROWS}, {"Rules": ["A1:B3"] * 10})).findings
    assert finding.message == "more than 20 cells are merged with others"


def test_numbers_that_are_none_stay_undecided() -> None:
    found = checked("t.xlsx", _with_row(b'<row r="4"><c r="A4"><v>INF</v></c><c r="B4"><v>NaN</v></c></row>'))
    said = [finding.message for finding in found.findings if finding.name == "unreadable_cell"]
    assert [re.sub(".*(cell [A-Z0-9]+)", r"\1", text) for text in said] == [
        "cell A4 holds no number",
        "cell B4: the output holds no number",
    ]


def test_a_workbook_without_a_sheet_that_is_shown_says_so() -> None:
    hidden = _changed("xl/workbook.xml", lambda xml: xml.replace(b'sheetId="1"', b'sheetId="1" state="hidden"'))
    for data in (hidden, workbook({})):
        (finding,) = checked("t.xlsx", data).findings
        assert finding.message == "the workbook holds no sheet that is shown"


def test_a_column_has_the_number_that_its_letters_say() -> None:
    assert [xlsx_parts.column_number(letters) for letters in ("A", "Z", "AA", "XFD")] == [0, 25, 26, 16383]


# ---------------------------------------------------------------- files beside


def test_files_beside_a_model_are_read_only_where_they_are_files(tmp_path: Path) -> None:
    (tmp_path / "other.dmn").mkdir()
    file = tmp_path / "t.dmn"
    file.write_text(
        whole(
            '<import name="o" namespace="urn:o" importType=""/>' + one_table("-").partition("\n")[2].rpartition("\n")[0]
        )
    )
    done = CliRunner().invoke(main, ["check", str(file)])
    assert "is not among the files at hand" in done.output
    assert done.exit_code == 1
