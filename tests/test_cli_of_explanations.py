"""`explain`, `ask`, `replay`, `eval --record` and `diff --input` as people use them."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from test_cli import run, write
from test_explanations import FACTS, TEXT

POLICY = "lamps.policy"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "RULEPROOF_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    write(POLICY, TEXT)
    write("facts.json", json.dumps(FACTS))


# ---------------------------------------------------------------- explain


def test_explain_says_why() -> None:
    result = run("explain", POLICY, "--facts", "facts.json")
    assert result.exit_code == 0
    paragraphs = result.output.rstrip("\n").split("\n\n")
    assert paragraphs[0].startswith("Where to put it: hall. Rule R1 (halls) says so: ")
    assert paragraphs[1].startswith("Requirement Q1 (a member is named) is failed; ")
    assert paragraphs[-1].startswith("By the policy “Lamps”, content ")


def test_explain_as_json() -> None:
    found = json.loads(run("explain", POLICY, "--facts", "facts.json", "--format", "json").output)
    assert found["decisions"]["place"]["why"][0]["rule"] == "R1"
    assert found["findings"] == ["Q1"]


def test_explain_each_line_of_a_claim() -> None:
    write("claim.json", json.dumps({"colour": "warm_white", "lines": [{"watts": 60}, {"watts": 5}]}))
    said = run("explain", POLICY, "--facts", "claim.json").output
    assert said.index("line 1") < said.index("hall") < said.index("line 2") < said.index("desk")
    result = run("explain", POLICY, "--facts", "claim.json", "--why-not", "desk")
    assert result.exit_code == 2
    assert "the claim has several lines" in result.output


def test_why_not_on_the_command_line() -> None:
    said = run("explain", POLICY, "--facts", "facts.json", "--why-not", "shed").output
    assert said == (
        "Where to put it would be shed with indoors: no. "
        "Rule R3 (sheds) also needs one of (colour: red; or indoors: no) (here colour: warm white, indoors: yes).\n"
    )
    fixed = ("--fix", "indoors", "--cost", "colour=3", "--limit", "1", "--format", "json")
    found = json.loads(run("explain", POLICY, "--facts", "facts.json", "--why-not", "shed", *fixed).output)["why_not"]
    assert found["changes"] == []
    assert found["fault"] == ["indoors"]


def test_possible_range_and_compare() -> None:
    write("some.json", json.dumps({"colour": "warm_white"}))
    write("other.json", json.dumps({**FACTS, "watts": 5}))
    assert "Ask first for indoors" in run("explain", POLICY, "--facts", "some.json", "--possible").output
    assert run("explain", POLICY, "--facts", "facts.json", "--range", "watts").output == (
        "place: power: up to 49 watts: desk; power: 50 or more watts (here): hall.\n"
    )
    said = run("explain", POLICY, "--facts", "facts.json", "--compare", "other.json").output
    assert said.endswith("Where to put it was hall and is desk, because of power.\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--why-not", "attic"), "`attic` is no answer of `place`"),
        (("--why-not", "desk", "--fix", "watt"), "what is fixed: there is no input `watt`; did you mean `watts`?"),
        (("--why-not", "desk", "--cost", "watts"), "--cost: `watts` is not of the form INPUT=N"),
        (("--why-not", "desk", "--cost", "watts=0"), "with a whole number from 1"),
        (("--fix", "watts"), "--fix and --cost say what --why-not may change"),
        (("--why-not", "desk", "--possible"), "choose one of --why-not, --possible, --range and --compare"),
        (("--range", "size"), "there is no input `size`"),
        (("--as-posted-on", "soon"), "`soon` is no date"),
        (("--hit-policy", "F"), "--hit-policy is for decision tables"),
        (("--why-not", "desk", "--decision", "lamp"), "`lamp` is no decision and no requirement"),
    ],
)
def test_what_cannot_be_asked_is_said(arguments: tuple[str, ...], said: str) -> None:
    result = run("explain", POLICY, "--facts", "facts.json", *arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


def test_facts_that_cannot_happen_name_their_smallest_part() -> None:
    write("bad.json", json.dumps({**FACTS, "colour": "red"}))
    result = run("explain", POLICY, "--facts", "bad.json")
    assert result.exit_code == 1
    assert "these facts cannot happen together (colour is red, indoors is yes) by X1: none is made" in result.output


def test_a_redacted_value_is_never_shown() -> None:
    write("bad.json", json.dumps({"member_id": "Jane Doe"}))
    for kind in ("text", "json"):
        result = run("explain", POLICY, "--facts", "bad.json", "--format", kind)
        assert result.exit_code == 1
        assert "Jane" not in result.output
    assert (
        "60"
        not in run("explain", POLICY, "--facts", "facts.json", "--redact", "watts", "--unfold").output.split("content")[
            0
        ]
    )


def test_explain_a_table() -> None:
    write("risk.csv", 'age,income,risk\n<18,-,"""none"""\n>=18,<1000,"""high"""\n>=18,>=1000,"""low"""\n')
    write("case.json", '{"age": 30, "income": 500}')
    assert run("explain", "risk.csv", "--facts", "case.json").output == (
        "risk: high. Rule 2 says high: age >=18 (here 30); income <1000 (here 500).\n"
    )
    found = json.loads(
        run("explain", "risk.csv", "--facts", "case.json", "--why-not", "low", "--format", "json").output
    )
    assert found["why_not"][0]["changes"] == [
        {"inputs": ["income"], "cost": 1, "ways": ["income: 1000 or more"], "rules": [3]}
    ]
    for arguments, said in (
        (("--why-not", "middling"), "no rule of `risk` gives `middling`"),
        (("--why-not", "low", "--fix", "wealth"), "`risk` has no input `wealth`"),
        (("--possible",), "this is for policies"),
        (("--decision", "chance"), "has no table `chance`"),
    ):
        result = run("explain", "risk.csv", "--facts", "case.json", *arguments)
        assert result.exit_code == 2
        assert said in result.output


# ---------------------------------------------------------------- ask


def test_ask_puts_numbered_choices_and_says_why() -> None:
    result = run("ask", POLICY, input="why\n1\nback\nyes\n60\n")
    assert result.exit_code == 0
    said = result.output
    assert said.startswith(
        "where to put it: at most 3 questions; back, why, unknown and quit work everywhere.\n"
        "\n1. Indoors? (at most 2 questions after this one)\n   1  yes\n   2  no\n> "
        "   Where to put it: 3 answers are still possible; "
    )
    assert said.endswith(
        "\nAfter 2 questions:\nWhere to put it: hall. Rule R1 (halls) says so whatever is still unknown: "
        "“strong”: yes; colour: warm white or cold white (not known); indoors: yes.\n"
    )


def test_ask_refuses_what_is_no_value_or_cannot_be() -> None:
    result = run("ask", POLICY, "--facts", _facts({"indoors": True}), input="1000\nmany\n\n60\n")
    assert "`watts` cannot be '1000'" in result.output
    assert "`watts` cannot be 'many'" in result.output
    assert result.exit_code == 0


def test_ask_saves_and_resumes() -> None:
    first = run("ask", POLICY, "--save", "kept.json", input="1\nquit\n")
    assert first.exit_code == 0
    assert "saved; go on with --resume kept.json" in first.output
    assert json.loads(Path("kept.json").read_text("utf-8"))["asked"] == [
        {"input": "indoors", "value": True, "known": True}
    ]
    second = run("ask", POLICY, "--resume", "kept.json", "--format", "json", input="5\n")
    found = json.loads(second.stdout)
    assert second.exit_code == 0
    assert found["settled"]
    assert found["explanation"]["decisions"]["place"]["outcome"] == "desk"
    write(POLICY, TEXT.replace("at least 50", "at least 51"))
    other = run("ask", POLICY, "--resume", "kept.json")
    assert other.exit_code == 2
    assert "the interview was about another text of `lamps`" in other.output


def test_answers_that_end_too_early_are_told() -> None:
    result = run("ask", POLICY, input="1\n")
    assert result.exit_code == 1
    assert "Stopped before it is settled (not saved; --save keeps an interview)." in result.output


def test_what_nobody_knows_is_not_asked_again() -> None:
    result = run("ask", POLICY, input="unknown\nunknown\nunknown\n")
    assert result.exit_code == 0
    assert "not known yet" in result.output


def test_ask_takes_any_lines() -> None:
    """Whatever is typed, there is no traceback, and the answers that ended it are counted."""
    rng = random.Random(11)
    words = [
        "1",
        "2",
        "3",
        "9",
        "yes",
        "no",
        "back",
        "why",
        "?",
        "unknown",
        "quit",
        "",
        " ",
        "60",
        "-1",
        "ä\u202e",
        "x" * 20_000,
        "\x00",
        "red",
        "warm white",
        "1e9",
        "None",
        "b",
        "u",
        "\t",
    ]
    for _ in range(60):
        lines = "\n".join(rng.choice(words) for _ in range(rng.randint(0, 14)))
        result = run("ask", POLICY, input=lines)
        assert result.exit_code in (0, 1), (lines, result.output)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        assert "mistake of its own" not in result.output


def _facts(facts: dict[str, object]) -> str:
    write("known.json", json.dumps(facts))
    return "known.json"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--decision", "lamp"), "`lamp` is no decision of the policy"),
        (("--resume", "kept.json", "--decision", "place"), "--resume brings its own facts"),
        (("--facts", "-"), "standard input is for the answers"),
    ],
)
def test_what_cannot_be_an_interview_is_said(arguments: tuple[str, ...], said: str) -> None:
    result = run("ask", POLICY, *arguments)
    assert result.exit_code == 2
    assert said in result.output


# ---------------------------------------------------------------- records


def test_records_are_appended_and_replayed() -> None:
    for facts in (FACTS, {"watts": 5, "colour": "cold_white"}):
        assert run("eval", POLICY, _facts(facts), "--record", "log.ndjson", "--redact", "colour").exit_code == 0
    lines = Path("log.ndjson").read_text("utf-8").splitlines()
    assert len(lines) == 2
    assert "m2" not in lines[0]
    assert "white" not in "".join(json.dumps(json.loads(line)["claim"]) for line in lines)
    Path("log.ndjson").unlink()
    run("eval", POLICY, _facts({"watts": 5, "colour": "cold_white"}), "--record", "log.ndjson")
    assert run("replay", "log.ndjson", "--policy", POLICY).output == (
        "1 record: 1 with the same answers, 0 with others\n"
    )
    write(POLICY, TEXT.replace("at least 50", "at least 3"))
    result = run("replay", "log.ndjson", "--policy", POLICY)
    assert result.exit_code == 1
    assert "line 1: differs\n  decisions.place." in result.output
    assert "the policy had another text then: " in result.output
    found = json.loads(run("replay", "log.ndjson", "--policy", POLICY, "--format", "json").output)
    assert (found["records"], found["different"], found["other_text"]) == (1, 1, 1)


def test_a_log_that_cannot_be_replayed_is_told() -> None:
    run("eval", POLICY, _facts({"watts": 5}), "--record", "log.ndjson")
    write("other.policy", TEXT.replace("policy lamps", "policy candles"))
    for log, policy, said in (
        ("log.ndjson", "other.policy", "line 1: the record is of the policy `lamps`, and this one is `candles`"),
        (str(write("bad.ndjson", "{\n")), POLICY, ": this is no JSON"),
        (str(write("no.ndjson", "[1]\n")), POLICY, "line 1: no decision record"),
        ("nowhere.ndjson", POLICY, "the log cannot be read"),
    ):
        result = run("replay", log, "--policy", policy)
        assert result.exit_code == 2
        assert said in result.output


def test_a_refused_claim_leaves_no_record() -> None:
    assert run("eval", POLICY, _facts({"watts": "many"}), "--record", "log.ndjson").exit_code == 1
    assert not Path("log.ndjson").exists()
    assert run("eval", POLICY, "facts.json", "--record", "log.ndjson", "--over-time").exit_code == 2


# ---------------------------------------------------------------- diff on claims, pictures


def test_diff_names_the_claims_affected() -> None:
    write("new.policy", TEXT.replace("at least 50", "at least 40"))
    rows = [{"watts": 45, "colour": "warm_white"}, {"watts": 60, "colour": "red", "indoors": False}, {"watts": "x"}]
    write("claims.ndjson", "\n".join(map(json.dumps, rows)) + "\n")
    result = run("diff", POLICY, "new.policy", "--input", "claims.ndjson", "--exit-code")
    assert result.exit_code == 1
    assert result.output.endswith(
        "claim 1\n  place: report desk, then report hall\n"
        "claim 3: refused: `watts` cannot be 'x': it is a whole number from 0 to 100\n"
        "3 claims: 1 answered differently; 1 refused\n"
    )
    write("claims.csv", "watts,colour,indoors\n45,warm_white,yes\n60,red,no\n,red,no\n")
    lines = run("diff", POLICY, "new.policy", "--input", "claims.csv", "--format", "json").output.splitlines()
    assert [json.loads(line) for line in lines] == [
        {"claim": 1, "differs": {"place": {"before": "report desk", "after": "report hall"}}},
        {"claim": 3, "refused": "`watts` may not be missing: leave it out where it is unknown"},
        {"claims": 3, "affected": 1, "refused": 1},
    ]
    assert run("diff", POLICY, "new.policy", "--input", str(write("short.csv", "watts,colour\n1\n"))).exit_code == 2
    assert run("diff", POLICY, "new.policy", "--input", "claims.txt").exit_code == 2


def test_render_marks_a_way_and_a_rule() -> None:
    plain = run("render", POLICY).output
    assert 'marked"' not in plain
    assert run("render", POLICY, "--path", "facts.json").output.count('marked"') > 3
    assert run("render", POLICY, "--focus", "R1").output.count('marked"') >= 1
    assert "has no rule `R9`" in run("render", POLICY, "--focus", "R9").output
    assert run("render", POLICY, "--kind", "table", "--focus", "R1").exit_code == 2


def test_a_table_says_days_as_they_are_written() -> None:
    write("grades.csv", "kind,opened,grade\ncar,>= 2024-01-01,B\n")
    write("case.json", '{"kind": "car", "opened": "2023-05-01"}')
    result = run("explain", "grades.csv", "--facts", "case.json", "--hit-policy", "FIRST", "--why-not", "B")
    assert "opened >= 2024-01-01 (here 2023-05-01)" in result.output


def test_explain_refuses_a_decision_that_would_be_left_unread() -> None:
    result = run("explain", POLICY, "--facts", "facts.json", "--decision", "place")
    assert result.exit_code == 2
    assert "--decision goes with --why-not or --possible" in result.output


def test_a_log_that_is_nested_too_deeply_is_refused_by_its_line() -> None:
    write("deep.ndjson", "[" * 100_000)
    result = run("replay", "deep.ndjson", "--policy", POLICY)
    assert result.exit_code == 2
    assert "line 1: this JSON cannot be read: it is nested too deeply" in result.output
