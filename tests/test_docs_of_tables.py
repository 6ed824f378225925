"""The page about tables is true: its files are read, its commands say what it says, its cells pass what it says they pass."""

from __future__ import annotations

import re
import shlex
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ruleproof.cli import main
from ruleproof.model.table_meaning import passes
from ruleproof.model.tables import HIT_POLICIES, Literal, Related, Undecided
from ruleproof.readers import csv_table, xlsx_parts, xml_tree
from ruleproof.readers.columns import MOST_RULES
from ruleproof.readers.csv_table import read_csv
from ruleproof.readers.feel.names import Names
from ruleproof.readers.hit_policies import LETTERS, hit_policy_of
from ruleproof.readers.unary_tests import Cells

PAGE = Path(__file__).parents[1] / "docs" / "tables.md"
TEXT = PAGE.read_text("utf-8")
FILES = dict(re.findall(r"<!-- file: (\S+) -->\n```csv\n(.*?)```", TEXT, re.DOTALL))
SAID = dict(re.findall(r"<!-- said: (.+?) -->\n```text\n(.*?)```", TEXT, re.DOTALL))


def _table(heading: str) -> list[list[str]]:
    """Give the rows of the table below some headings."""
    found = re.search(rf"^\| {re.escape(heading)} \|\n\|[ -|]+\|\n((?:\|.*\|\n)+)", TEXT, re.MULTILINE)
    assert found is not None, heading
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in found[1].splitlines()]


@pytest.mark.parametrize("command", SAID)
def test_a_command_says_what_the_page_says(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rewrite: bool
) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, shlex.split(command))
    assert done.exit_code in (0, 1)
    now = re.sub(r", \d+\.\d\d s\n", "\n", done.output)
    if rewrite:
        marker = f"<!-- said: {command} -->\n```text\n"
        text = PAGE.read_text("utf-8").replace(f"{marker}{SAID[command]}```", f"{marker}{now}```")
        PAGE.write_text(text, encoding="utf-8")
        return
    assert SAID[command] == now


def test_the_examples_are_there() -> None:
    assert len(FILES) > 2
    assert len(SAID) > 2
    assert all(any(name in command for command in SAID) for name in FILES)


def test_a_table_is_read_as_the_page_says() -> None:
    (table,) = read_csv("grades.csv", FILES["grades.csv"].encode()).tables
    assert table.hit_policy == "FIRST"
    assert [column.expression for column in table.columns] == ["age", "code"]
    assert [output.name for output in table.outputs] == ["grade", "points"]
    assert [row.id for row in table.rows] == ["a", "b", "c"]
    assert table.rows[0].annotation == "minors"
    assert passes(table.columns[0].allowed, Decimal(-1), {}) is False


def _value(text: str) -> Any:
    cell = Cells(Names()).output(text.strip("`"))
    assert isinstance(cell, Literal)
    return cell.value


def test_cells_pass_what_the_page_says() -> None:
    rows = _table("cell | passes | does not pass")
    assert len(rows) > 12
    for cell, inside, outside in rows:
        test = Cells(Names(), ["limit"]).test(cell.strip("`"), "x")
        if isinstance(test, Related):
            assert test == Related(">", "limit")
            continue
        assert passes(test, _value(inside), {}) is True, cell
        assert not outside or passes(test, _value(outside), {}) is False, cell


def test_cells_that_are_not_decided_say_why() -> None:
    rows = _table("cell | what is said")
    assert len(rows) > 3
    for cell, reason in rows:
        test = Cells(Names()).test(cell.strip("`"), "x")
        assert isinstance(test, Undecided)
        assert test.reason == reason


def test_the_hit_policies_of_the_page_are_all_there_are() -> None:
    rows = _table("hit policy | letter | no rule matches (RP201) | rules match together")
    assert [name for name, *_ in rows] == [*list(HIT_POLICIES)[:2], "FIRST", "PRIORITY", *list(HIT_POLICIES)[4:]]
    letters = [letter for _, written, *_ in rows for letter in written.split(", ")]
    assert sorted(letters) == sorted(LETTERS)
    for name, written, *_ in rows:
        assert all((hit_policy_of(letter) or ("", ""))[0] == name for letter in written.split(", "))


def test_the_limits_of_the_page_are_those_of_the_readers() -> None:
    megabyte = 1024 * 1024
    said = dict(_table("limit |"))
    assert csv_table.LARGEST_FILE == xlsx_parts.LARGEST_FILE == xml_tree.LARGEST_FILE == 64 * megabyte
    assert said["file, packed"] == "64 MB"
    assert said["workbook, unpacked"] == f"{xlsx_parts.LARGEST_UNPACKED // megabyte} MB"
    assert said["cells"] == f"{csv_table.MOST_CELLS:,}" == f"{xlsx_parts.MOST_CELLS:,}"
    assert said["rules of a table"] == f"{MOST_RULES:,}"
    assert said["elements of a DMN file"].startswith(f"{xml_tree.MOST_ELEMENTS:,}, and {xml_tree.DEEPEST} ")
