"""`ruleproof import`, and `ruleproof eval` of decision tables: what is printed where, and with which exit status."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from imported import policy_of_text
from ruleproof.artifacts.imported.written import words
from ruleproof.cli import main

TABLES = Path(__file__).parent / "tables"

RATES = """score,age,rate
< 500,-,high
>= 500,[18..25),middle
>= 500,>= 25,low
"""
COMPARES = """score,limit,rate
> limit,-,high
<= 5,> 3,low
> 5,> 3,middle
"""
INVOKED = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="m" namespace="urn:m">
  <inputData id="p" name="Points"><variable name="Points" typeRef="number"/></inputData>
  <businessKnowledgeModel id="f" name="grade of">
    <encapsulatedLogic><formalParameter name="n" typeRef="number"/>
      <decisionTable hitPolicy="FIRST">
        <input><inputExpression typeRef="number"><text>n</text></inputExpression></input><output typeRef="string"/>
        <rule><inputEntry><text>&gt;= 50</text></inputEntry><outputEntry><text>"pass"</text></outputEntry></rule>
        <rule><inputEntry><text>-</text></inputEntry><outputEntry><text>"fail"</text></outputEntry></rule>
      </decisionTable></encapsulatedLogic>
  </businessKnowledgeModel>
  <decision id="d" name="Grade"><variable name="Grade" typeRef="string"/>
    <informationRequirement><requiredInput href="#p"/></informationRequirement>
    <knowledgeRequirement><requiredKnowledge href="#f"/></knowledgeRequirement>
    <literalExpression><text>grade of(Points)</text></literalExpression>
  </decision>
  <decision id="e" name="Twice"><variable name="Twice" typeRef="number"/>
    <informationRequirement><requiredInput href="#p"/></informationRequirement>
    <literalExpression><text>Points * 2</text></literalExpression>
  </decision>
</definitions>
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "RULEPROOF_DEBUG"):
        monkeypatch.delenv(name, raising=False)


def run(*arguments: object, input: str = "") -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=input, prog_name="ruleproof")


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.write_text(text, "utf-8")
    return path


def answers(policy: Path, facts: dict[str, Any], *more: str) -> dict[str, Any]:
    result = run("eval", policy, "-", "--format", "json", *more, input=json.dumps(facts))
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)["decisions"]
    return {name: answer["outcome"] for name, answer in found.items()}


# ---------------------------------------------------------------- import


def test_a_table_becomes_a_policy_that_checks_and_answers_alike() -> None:
    rates = write("rates.csv", RATES)
    result = run("import", rates, "-o", "rates.policy")
    assert result.exit_code == 0, result.output
    assert result.stdout == "written: rates.policy (1 decision)\n"
    assert run("fmt", "--check", "rates.policy").exit_code == 0
    checked = json.loads(run("check", "rates.policy", "--format", "json").stdout)
    assert {finding["name"] for finding in checked["findings"]} == {"gap"}  # nobody below 18 has a rate
    facts = {"score": 600, "age": 20}
    assert answers(Path("rates.policy"), facts, "--allow", "gap") == {"rates": "middle"} == answers(rates, facts)


def test_the_policy_goes_to_standard_output() -> None:
    result = run("import", write("rates.csv", RATES), "--hit-policy", "F")
    assert result.exit_code == 0
    assert result.stdout.startswith('policy rates "rates.csv"\n')
    assert result.stdout.endswith("|\n")
    assert result.stderr == ""
    assert "was chosen" in run("import", "rates.csv", "--notes").stderr


def test_decisions_ask_one_another() -> None:
    assert run("import", TABLES / "chained.dmn", "-o", "chained.policy").exit_code == 0
    for score in (400, 500):
        facts = {"Score": score}
        told = {name: str(value) for name, value in answers(TABLES / "chained.dmn", facts).items()}
        assert answers(Path("chained.policy"), facts) == told


def test_a_function_is_put_where_it_is_called_and_an_expression_is_told() -> None:
    model = write("model.dmn", INVOKED)
    result = run("import", model, "-o", "model.policy")
    assert result.exit_code == 1
    assert "the decision `Twice` is worked out by an expression: recorded, not run" in result.stderr
    assert "Grade" in Path("model.policy").read_text("utf-8")
    assert "grade of" not in Path("model.policy").read_text("utf-8")
    assert answers(Path("model.policy"), {"Points": 50}) == {"Grade": "pass"}
    assert answers(model, {"Points": 50}) == {"Grade": "pass", "Twice": 100}


def test_a_rule_that_compares_inputs_is_told_and_the_rest_is_written() -> None:
    result = run("import", write("compares.csv", COMPARES), "-o", "compares.policy")
    assert result.exit_code == 1
    assert (
        "rule 1 of `compares` could not be imported: the cell `> limit` under `score` compares it with another input"
        in result.stderr
    )
    text = Path("compares.policy").read_text("utf-8")
    assert 'note "Not in this policy: rule 1 of `compares`' in text
    assert "R2" in text
    assert "R1" not in text


def test_a_first_rule_that_is_lacking_leaves_its_cases_open() -> None:
    run("import", write("compares.csv", COMPARES), "--hit-policy", "FIRST", "-o", "compares.policy")
    result = run("eval", "compares.policy", "-", "--format", "json", input='{"score": 5, "limit": 4}')
    (answer,) = json.loads(result.stdout)["decisions"].values()
    assert answer["kind"] == "left open"
    assert "`> limit`" in answer["because"]


def test_what_adds_up_is_recorded_and_told() -> None:
    result = run("import", write("fees.csv", "n,fee\n> 1,10\n> 2,10\n"), "--hit-policy", "C+", "-o", "fees.policy")
    assert result.exit_code == 1
    assert "`fees` takes the SUM of its outputs: recorded, not run" in result.stderr
    given = run("eval", "fees.policy", "-", "--format", "json", input='{"n": 3}')
    assert json.loads(given.stdout)["decisions"]["fees"]["outcomes"] == ["row 1: 10", "row 2: 10"]


def test_json_holds_the_text_and_the_findings() -> None:
    found = json.loads(run("import", write("compares.csv", COMPARES), "--format", "json").stdout)
    assert found["text"].startswith("policy compares")
    assert found["inputs"] == {"score": "score", "limit": "limit"}
    assert found["decisions"] == ["compares"]
    assert [item["name"] for item in found["findings"] if item["severity"] == "error"] == ["not_imported"]
    written = json.loads(run("import", "compares.csv", "--format", "json", "-o", "a.policy").stdout)
    assert (written["written"], written["text"]) == ("a.policy", "")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["rates.txt"], 2, "so it is no file of decision tables"),
        (["nowhere.csv"], 2, "there is no such file"),
        (["rates.csv", "-o", "rates.csv"], 2, "is the file that is read"),
        (["rates.csv", "-o", "there.policy"], 2, "is there already"),
        (["rates.csv", "-o", "no/folder.policy"], 2, "there is no folder `no`"),
        (["rates.csv", "--hit-policy", "best"], 2, "there is no hit policy `best`"),
        (["broken.dmn"], 1, "error[RP120]"),
        (["empty.csv", "-o", "new.policy"], 1, "nothing was written"),
    ],
)
def test_bad_input_is_told_in_a_sentence(arguments: list[str], status: int, said: str) -> None:
    write("rates.csv", RATES)
    write("rates.txt", RATES)
    write("there.policy", "mine")
    write("broken.dmn", "<definitions>")
    write("empty.csv", "")
    result = run("import", *arguments)
    assert result.exit_code == status, result.output
    assert said in result.output
    assert "Traceback" not in result.output
    assert Path("there.policy").read_text("utf-8") == "mine"
    assert not Path("new.policy").exists()


def test_force_writes_over_a_policy() -> None:
    write("there.policy", "mine")
    assert run("import", write("rates.csv", RATES), "-o", "there.policy", "--force").exit_code == 0
    assert Path("there.policy").read_text("utf-8").startswith("policy rates")


def test_every_word_of_the_language_can_be_a_name_and_a_value() -> None:
    names = sorted(words())
    assert len(names) > 100
    cells = [
        [f'"{name}"' if place == number else "-" for place in range(len(names))] for number, name in enumerate(names)
    ]
    with Path("words.csv").open("w", encoding="utf-8", newline="") as stream:
        lines = csv.writer(stream)
        lines.writerow([*names, "word"])
        lines.writerows([*row, f'"{name}"'] for name, row in zip(names, cells, strict=True))
    assert run("import", "words.csv", "-o", "words.policy").exit_code == 0
    policy = policy_of_text(Path("words.policy").read_text("utf-8"))
    assert len(policy.inputs) == len(names)
    assert set(policy.decision("words").outcomes) == set(names)


def test_odd_names_and_values_are_quoted() -> None:
    rows = (
        'not a name,rule,`odd`,is\n"""a \\""q\\"" | b""","""missing""",1,"""yes"""\n"""-""","""or""",2,"""no value"""\n'
    )
    result = run("import", write("1 odd-name.csv", rows), "-o", "odd.policy")
    assert result.exit_code == 0, result.output
    checked = json.loads(run("check", "odd.policy", "--format", "json").stdout)
    assert {finding["code"][:3] for finding in checked["findings"]} <= {"RP2"}
    facts = {"not a name": "-", "rule in the table": "or", "input_3": 2}
    assert answers(Path("odd.policy"), facts, "--allow", "gap") == {"1 odd-name": "no value"}


# ---------------------------------------------------------------- eval


def test_a_case_is_answered_by_a_table() -> None:
    result = run("eval", write("rates.csv", RATES), "-", input='{"score": 400}')
    assert result.exit_code == 0
    assert result.stdout == "rates: high\n  by            rule 1\n"
    found = json.loads(run("eval", "rates.csv", "-", "--format", "json", input='{"score": 900, "age": 3}').stdout)
    assert found["decisions"] == {"rates": {"kind": "nothing", "outcome": None, "reason": "", "rules": []}}
    assert found["file"]["path"] == "rates.csv"


def test_one_decision_is_picked() -> None:
    found = run("eval", TABLES / "chained.dmn", "-", "--decision", "Risk", input='{"Score": 1}')
    assert found.stdout == "Risk: high\n  by            rule 1\n"
    result = run("eval", TABLES / "chained.dmn", "-", "--table", "Risc", input='{"Score": 1}')
    assert result.exit_code == 2
    assert "did you mean `Risk`?" in result.stderr


def test_a_table_that_breaks_its_hit_policy_cannot_answer() -> None:
    result = run("eval", write("twice.csv", "n,d\n> 1,a\n> 2,b\n"), "-", input='{"n": 3}')
    assert result.exit_code == 1
    assert result.stdout == "twice: cannot answer: several rules match\n  by            rules 1, 2\n"
    assert run("eval", "twice.csv", "-", "--hit-policy", "FIRST", input='{"n": 3}').exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "claim", "status", "said"),
    [
        (["rates.csv"], '{"skore": 1}', 1, "did you mean `score`?"),
        (["rates.csv"], '{"score": "many"}', 1, '`score` cannot be "many"'),
        (["rates.csv"], "[1]", 1, "a claim is one JSON object"),
        (["rates.csv"], "{", 1, "this is no JSON"),
        (["nowhere.csv"], "{}", 2, "there is no such file"),
        (["broken.dmn"], "{}", 1, "error[RP120]"),
        (["rates.csv", "--as-posted-on", "2024-01-01"], "{}", 2, "have no texts that are posted"),
        (["my.policy", "--table", "x"], "{}", 2, "are for decision tables made elsewhere"),
    ],
)
def test_a_bad_case_is_told_in_a_sentence(arguments: list[str], claim: str, status: int, said: str) -> None:
    write("rates.csv", RATES)
    write("broken.dmn", "<definitions>")
    write("my.policy", "policy my\n")
    result = run("eval", *arguments[:1], "-", *arguments[1:], input=claim)
    assert result.exit_code == status, result.output
    assert said in result.output
    assert "Traceback" not in result.output


def test_an_output_spelt_left_open_leaves_the_case_open() -> None:
    """A policy says `left open` of a case that no rule answers, so no rule can answer with it."""
    Path("t.csv").write_text('UNIQUE,a,output: d\n,"whole number: [0 .. 3]",string\n1,0,left open\n2,>= 1,b\n', "utf-8")
    result = CliRunner().invoke(main, ["import", "t.csv", "-o", "t.policy"])
    assert result.exit_code == 0
    assert "rule 1 of `t` gives `left open`: the policy leaves its case open" in result.output
    Path("case.json").write_text('{"a": 0}', "utf-8")
    judged = CliRunner().invoke(main, ["eval", "t.policy", "case.json", "--format", "json"])
    assert json.loads(judged.output)["decisions"]["t"]["kind"] == "left open"


def test_a_name_that_no_expression_of_a_model_speaks_of_is_refused() -> None:
    Path("m.dmn").write_text(INVOKED, encoding="utf-8")
    for name in ("Points", "name", "definitions", "namespace", "pass", "typeRef"):
        Path("case.json").write_text(json.dumps({"Points": 60, name: 60}), encoding="utf-8")
        result = CliRunner().invoke(main, ["eval", "m.dmn", "case.json"])
        assert ("is no input of m.dmn" in result.output) == (name != "Points"), name
