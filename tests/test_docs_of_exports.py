"""The page about tables for other programs is true: what it shows is written, read back and said."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from ruleproof.artifacts import EMITTERS, WORKBOOKS
from ruleproof.artifacts.derived import MOST_ROWS
from ruleproof.artifacts.exported.columns import MOST_NAMED
from ruleproof.artifacts.xlsx import book
from ruleproof.cli import main
from ruleproof.readers.feel.from_text import LONGEST_TEXT

openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed")

PAGE = Path(__file__).parents[1] / "docs" / "exports.md"
TEXT = PAGE.read_text("utf-8")
((POLICY),) = re.findall(r"```policy\n(.*?)```", TEXT, re.DOTALL)
SAID = dict(re.findall(r"<!-- said: (.+?) -->\n```text\n(.*?)```", TEXT, re.DOTALL))
MADE = dict(re.findall(r"<!-- made: (.+?) -->\n```csv\n(.*?)```", TEXT, re.DOTALL))


def run(command: str) -> str:
    done = CliRunner().invoke(main, shlex.split(command))
    assert done.exit_code in (0, 1), done.output
    return re.sub(r", \d+\.\d\d s\n", "\n", done.output)


@pytest.fixture
def _there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do what the page says was done before."""
    monkeypatch.chdir(tmp_path)
    Path("fines.policy").write_text(POLICY, "utf-8")
    run("build fines.policy -o out --only dmn,csv,xlsx")
    table = Path("out/fines.fine.csv").read_text("utf-8")
    Path("edited.csv").write_text(table.replace("[1 .. 14]", "[1 .. 21]").replace(">= 15", ">= 22"), "utf-8")
    workbook = openpyxl.load_workbook("out/fines.xlsx")
    workbook["fine"]["B5"].value, workbook["fine"]["C6"].value = "14..", "=1+1"
    workbook.save("broken.xlsx")


def _keep(marker: str, language: str, before: str, now: str) -> None:
    start = f"<!-- {marker} -->\n```{language}\n"
    PAGE.write_text(PAGE.read_text("utf-8").replace(f"{start}{before}```", f"{start}{now}```"), encoding="utf-8")


@pytest.mark.usefixtures("_there")
@pytest.mark.parametrize("command", SAID)
def test_a_command_says_what_the_page_says(command: str, rewrite: bool) -> None:
    now = run(command)
    if rewrite:
        _keep(f"said: {command}", "text", SAID[command], now)
        return
    assert SAID[command] == now


@pytest.mark.usefixtures("_there")
@pytest.mark.parametrize("name", MADE)
def test_a_file_is_as_the_page_shows_it(name: str, rewrite: bool) -> None:
    now = Path(name).read_text("utf-8")
    if rewrite:
        _keep(f"made: {name}", "csv", MADE[name], now)
        return
    assert MADE[name] == now


def test_the_page_names_every_kind_and_every_limit() -> None:
    assert len(SAID) > 4
    assert {"dmn", "csv", "xlsx"} <= {*EMITTERS, *WORKBOOKS}
    for number in (MOST_ROWS, book.MOST_LETTERS, book.MOST_ROWS, LONGEST_TEXT):
        assert f"{number:,} " in TEXT
    assert f"more than {MOST_NAMED} codes" in TEXT


def test_the_sheets_are_those_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    policies = Path(__file__).parents[1] / "policies" / "tumor_ngs" / "tumor_ngs.policy"
    run(f"build {policies} -o out --only xlsx")
    names = {name for name in openpyxl.load_workbook("out/tumor_ngs.xlsx").sheetnames if "_" not in name}
    table = TEXT[TEXT.index("| sheet | what it holds |") : TEXT.index("Headings stay in sight")]
    listed = {name.strip() for row in table.splitlines()[2:] if row for name in row.split("|")[1].split(",")}
    assert names <= listed
    assert listed - names <= {"DECISION", "DECISION as written"}
