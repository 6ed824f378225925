"""What the laws of tables leave untold, found by changing the prover in small ways (`tests/mutants.py`)."""

from __future__ import annotations

import pytest

from ruleproof.finding import Finding
from ruleproof.pipeline import check_tables
from ruleproof.readers.csv_table import read_csv


def found(text: str, name: str) -> list[Finding]:
    checked = check_tables(read_csv("t.csv", text.encode()))
    return [finding for finding in checked.findings if finding.name == name]


@pytest.mark.parametrize(
    ("count", "ending"),
    [
        (2, '"o1" and "o2"'),
        (3, '"o1", "o2", "o3"'),
        (4, '"o1", "o2", "o3", "o4"'),
        (5, '"o1", "o2", "o3", "o4" and 1 more'),
    ],
)
def test_so_many_outputs_of_a_conflict_are_named(count: int, ending: str) -> None:
    (conflict,) = found("x,y\n" + "".join(f"<9,o{number}\n" for number in range(1, count + 1)), "conflict")
    assert conflict.message.endswith(f"but give {ending}")


def test_a_rule_with_an_undecided_cell_inside_another_one_adds_nothing() -> None:
    text = 'ANY,x,z,y\nr1,<10,-,a\nr2,<5,"odd(?)",a\n'
    (redundant,) = found(text, "redundant_rule")
    assert redundant.rules == ("2", "1")
    assert not found(text.replace("<10", "<4"), "redundant_rule")


def test_how_much_is_found_is_told_without_an_end() -> None:
    lines = [f"{number},{number},o{number}" for number in range(300)]
    text = "x,z,y\n" + "\n".join(lines) + "\n"
    told: list[tuple[str, int, int]] = []
    check_tables(read_csv("t.csv", text.encode()), progress=lambda *what: told.append(what))
    assert {(done, of) for what, done, of in told if what == "gaps"} >= {(256, 0)}
