"""`diff` and `simplify` for decision tables as people use them: what is printed and written, and what is never written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ruleproof.cli import main
from ruleproof.prover.table_difference import compare_tables
from ruleproof.readers import read_table
from workbooks import workbook

OLD = 'age,kind,price\n<12,"""cat""",5\n>=12,"""cat""",7\n-,"not(""cat"")",9\n'
NEW = 'age,kind,price\n<14,"""cat""",5\n>=14,"""cat""",7\n-,"not(""cat"")",9\n'
SPLIT = (
    "number,place,note: why,output: grade\n<= 5,north,small,A\n(5..9],north,middle,A\n> 9,north,,B\n-,south,sunny,B\n"
)
MODEL = """<?xml version="1.0" encoding="UTF-8"?>
<!-- kept as it is -->
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="m" namespace="n" id="m">
  <inputData name="age" id="i"><variable name="age" typeRef="number"/></inputData>
  <decision name="Price" id="d">
    <variable name="Price" typeRef="number"/>
    <informationRequirement><requiredInput href="#i"/></informationRequirement>
    <decisionTable id="t">
      <input><inputExpression typeRef="number"><text>age</text></inputExpression></input>
      <output typeRef="number"/>
      <rule id="r1"><inputEntry><text>&lt; 12</text></inputEntry><outputEntry><text>5</text></outputEntry></rule>
      <rule id="r2"><inputEntry><text>[12..20]</text></inputEntry><outputEntry><text>5</text></outputEntry></rule>
      <rule id="r3"><inputEntry><text>&gt; 20</text></inputEntry><outputEntry><text>9</text></outputEntry></rule>
    </decisionTable>
  </decision>
  <decision name="Second" id="e">
    <decisionTable id="u">
      <input><inputExpression typeRef="number"><text>age</text></inputExpression></input>
      <output typeRef="number"/>
      <rule><inputEntry><text/></inputEntry><outputEntry><text>1</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in (("old.csv", OLD), ("new.csv", NEW), ("split.csv", SPLIT), ("model.dmn", MODEL)):
        Path(name).write_bytes(text.encode())


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), prog_name="ruleproof")


def failed(*arguments: str) -> str:
    """Give what is said where a command cannot do its work: two lines at most, and nothing else."""
    found = run(*arguments)
    assert found.exit_code == 2, found.output
    assert "made a mistake" not in found.stderr
    assert len(found.stderr.strip().splitlines()) <= 2
    return found.stderr


def same(one: str, other: str, *, hit_policy: str = "") -> bool:
    read = [read_table(name, Path(name).read_bytes(), hit_policy=hit_policy).tables for name in (one, other)]
    return len(read[0]) == len(read[1]) and all(compare_tables(*pair).equal for pair in zip(*read, strict=True))


# ---------------------------------------------------------------- diff


def test_diff_shows_the_region_with_both_answers_and_a_case() -> None:
    found = run("diff", "old.csv", "new.csv", "--exit-code")
    assert found.exit_code == 1
    assert found.stdout.splitlines() == [
        'old: age 12 to 13, kind "cat"',
        "  before  7 (by rule 2)",
        "  after   5 (by rule 1)",
        '  case    age = 12, kind = "cat"',
        "",
        "1 difference",
    ]


def test_diff_of_equal_tables_says_so() -> None:
    found = run("diff", "old.csv", "old.csv", "--exit-code")
    assert (found.exit_code, found.stdout) == (0, "no difference\n")


def test_diff_as_json_has_the_shape_of_policies() -> None:
    found = json.loads(run("diff", "old.csv", "new.csv", "--format", "json").stdout)
    assert found["count"] == 1
    (difference,) = found["differences"]
    assert difference["subject"] == "old"
    assert difference["before"] == {"kind": "value", "value": 7, "reason": "", "rules": ["2"]}
    assert difference["after"] == {"kind": "value", "value": 5, "reason": "", "rules": ["1"]}
    assert difference["witness"] == {"age": 12, "kind": "cat"}
    assert difference["size"] == "2"
    (region,) = difference["regions"]
    assert (region["age"]["low"], region["age"]["high"]) == ("12", "13")
    assert json.loads(run("diff", "old.csv", "new.csv", "--format", "json", "--limit", "0").stdout)["differences"] == []


def test_diff_of_different_kinds_of_files_and_inputs() -> None:
    rows = [["age", "kind", "price"], ["<12", '"cat"', 5], [">=12", '"cat"', 7], ["-", 'not("cat")', 9]]
    Path("old.xlsx").write_bytes(workbook({"prices": rows}))
    assert run("diff", "old.csv", "old.xlsx", "--exit-code").exit_code == 0
    found = run("diff", "old.csv", "model.dmn", "--table", "Price").stdout
    assert "input only before: kind" in found
    assert "  after   9 (by rule 3)" in found


def test_a_cell_that_cannot_be_decided_is_never_equal_in_silence() -> None:
    Path("odd.csv").write_text(OLD.replace("<12", "odd(?)"))
    Path("odd_too.csv").write_text(OLD.replace("<12", "even(?)"))
    assert run("diff", "odd.csv", "odd.csv", "--exit-code").exit_code == 0
    found = run("diff", "odd.csv", "odd_too.csv", "--exit-code")
    assert found.exit_code == 1
    assert "not decided" in found.stdout
    assert "no difference; " in found.stdout
    assert json.loads(run("diff", "odd.csv", "odd_too.csv", "--format", "json").stdout)["not_decided_count"] >= 1


def test_diff_says_what_it_cannot_compare() -> None:
    Path("p.policy").write_text("policy p\n")
    assert "`ruleproof import old.csv`" in failed("diff", "p.policy", "old.csv")
    assert "`ruleproof import old.csv`" in failed("diff", "old.csv", "p.policy")
    assert "there is no such file" in failed("diff", "old.csv", "none.csv")
    assert "`model.dmn` has no table called `Prize`" in failed("diff", "old.csv", "model.dmn", "--table", "Prize")
    assert "no table has the same name or id" in failed("diff", "old.csv", "model.dmn")
    assert "--table chooses among decision tables" in failed("diff", "p.policy", "p.policy", "--table", "x")


def test_tables_without_a_partner_are_named() -> None:
    Path("less.dmn").write_text(
        MODEL.replace('name="Second" id="e"', 'name="Third" id="f"').replace('id="u"', 'id="v"')
    )
    found = run("diff", "model.dmn", "less.dmn", "--exit-code")
    assert found.exit_code == 1
    assert found.stdout == "no difference; tables only before: Second; tables only after: Third\n"


# ---------------------------------------------------------------- simplify


def test_simplify_keeps_everything_else_of_a_csv_file() -> None:
    Path("split.csv").write_bytes(SPLIT.replace("\n", "\r\n").encode("utf-8-sig"))
    found = run("simplify", "split.csv", "-o", "fewer.csv")
    assert found.exit_code == 0, found.output
    assert found.stdout.splitlines() == [
        "split: 4 rules before, 3 after",
        "  rules 1 and 2 → rule 1",
        "written: fewer.csv",
    ]
    wanted = "number,place,note: why,output: grade\n<=9,north,small,A\n> 9,north,,B\n-,south,sunny,B\n"
    assert Path("fewer.csv").read_bytes() == wanted.replace("\n", "\r\n").encode("utf-8-sig")
    assert same("split.csv", "fewer.csv")


def test_simplify_keeps_everything_else_of_a_dmn_file() -> None:
    found = run("simplify", "model.dmn")
    assert found.exit_code == 0
    assert "Price: 3 rules before, 2 after" in found.stderr
    assert "Second: 1 rule, and no fewer found that mean the same" in found.stderr
    lines = [line for line in MODEL.splitlines(keepends=True) if "r2" not in line]
    assert found.stdout == "".join(lines).replace("&lt; 12", "&lt;=20")


def test_simplify_to_first_and_to_csv() -> None:
    found = run("simplify", "model.dmn", "--table", "Price", "--to", "FIRST", "-o", "first.dmn")
    assert found.exit_code == 0, found.output
    assert '<decisionTable hitPolicy="FIRST" id="t">' in Path("first.dmn").read_text()
    assert same("model.dmn", "first.dmn")
    assert run("simplify", "model.dmn", "--table", "Price", "-o", "price.csv").exit_code == 0
    assert Path("price.csv").read_text() == "UNIQUE,age,Price\n,number,number\nr1,<=20,5\nr3,>20,9\n"
    Path("clash.csv").write_text("a,b\n<5,1\n<7,2\n")
    assert "would not answer the same with the hit policy FIRST" in failed("simplify", "clash.csv", "--to", "FIRST")


def test_simplify_reads_hit_policies_and_writes_workbooks_as_csv() -> None:
    Path("rates.csv").write_text("a,b\n<5,1\n<7,1\n-,2\n")
    assert "rules 1 and 2 → rule 1" in run("simplify", "rates.csv", "--hit-policy", "FIRST").stderr
    Path("book.xlsx").write_bytes(workbook({"rates": [["FIRST", "a", "b"], [1, "<5", 1], [2, "<7", 1], [3, "-", 2]]}))
    assert run("simplify", "book.xlsx", "-o", "book.csv").exit_code == 0
    assert Path("book.csv").read_text() == "FIRST,a,b\n,whole number,number\n2,<7,1\n3,-,2\n"


def test_simplify_as_json() -> None:
    found = json.loads(run("simplify", "split.csv", "--format", "json").stdout)
    (table,) = found["tables"]
    assert (table["before"], table["after"], table["dropped"]) == (4, 3, [])
    assert table["rules"][0] == {"rule": 1, "from": [1, 2], "instead_of": 1}
    assert found["content"].startswith("number,place")


def test_simplify_never_writes_over_a_file_that_was_not_named() -> None:
    before = Path("old.csv").read_bytes()
    assert "is there already" in failed("simplify", "split.csv", "-o", "old.csv")
    assert Path("old.csv").read_bytes() == before
    assert run("simplify", "split.csv", "-o", "old.csv", "--force").exit_code == 0
    assert same("split.csv", "old.csv")
    assert run("simplify", "split.csv").exit_code == 0
    assert Path("split.csv").read_text() == SPLIT
    assert run("simplify", "split.csv", "-o", "split.csv").exit_code == 0  # named: meant
    assert Path("split.csv").read_text() != SPLIT


def test_eval_never_writes_over_what_it_reads() -> None:
    Path("case.json").write_text('{"age": 3, "kind": "cat"}')
    Path("link.csv").symlink_to("old.csv")
    for name in ("old.csv", "case.json", "link.csv"):
        assert "is a file that is read" in failed("eval", "old.csv", "case.json", "-o", name)
    assert Path("old.csv").read_text() == OLD
    assert run("eval", "old.csv", "case.json", "-o", "answer.txt").exit_code == 0
    assert run("eval", "old.csv", "case.json", "-o", "answer.txt").exit_code == 0


def test_simplify_says_what_it_cannot_do() -> None:
    Path("empty.csv").write_text("a\n")
    assert "there is no such file" in failed("simplify", "none.csv")
    assert "is no file of decision tables" in failed("simplify", "p.policy")
    assert "there is no folder `nowhere`" in failed("simplify", "old.csv", "-o", "nowhere/x.csv")
    assert "the result is .csv" in failed("simplify", "old.csv", "-o", "x.dmn")
    assert "a CSV file holds one table" in failed("simplify", "model.dmn", "-o", "x.csv")
    assert "has no table called `x`" in failed("simplify", "model.dmn", "--table", "x")
    assert run("simplify", "empty.csv").exit_code == 1
    output = "<output><defaultOutputEntry><text>0</text></defaultOutputEntry></output>"
    Path("default.dmn").write_text(MODEL.replace('<output typeRef="number"/>', output, 1))
    assert "a default output" in failed("simplify", "default.dmn", "--table", "Price", "-o", "x.csv")
    assert not Path("x.csv").exists()


def test_a_result_that_means_something_else_is_never_written(monkeypatch: pytest.MonkeyPatch) -> None:
    from ruleproof.artifacts import edited_table

    right = edited_table.csv_changes
    monkeypatch.setattr(edited_table, "csv_changes", lambda *given, **how: right(*given, **how)[1:])
    found = run("simplify", "split.csv", "-o", "fewer.csv")
    assert found.exit_code == 2
    assert "would mean something else; nothing is written" in found.stderr
    assert not Path("fewer.csv").exists()


def test_what_stands_in_an_empty_cell_is_written_with_its_tags() -> None:
    from ruleproof.artifacts.edited_table import _entry_change, changed_text

    for entry, wanted in (
        ("<text/>", "<text>&lt;5</text>"),
        ('<d:inputEntry id="x" />', '<d:inputEntry id="x"><d:text>&lt;5</d:text></d:inputEntry>'),
        ('<inputEntry id="x"></inputEntry>', '<inputEntry id="x"><text>&lt;5</text></inputEntry>'),
    ):
        assert changed_text(entry, [_entry_change(entry, 0, 5, "<5")]) == wanted
