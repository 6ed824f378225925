"""Every form of output says what the finding says: in words, as JSON, SARIF, JUnit and GitHub annotations."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruleproof.cli.formats.addresses import address
from ruleproof.cli.formats.letters import visible
from ruleproof.cli.formats.summary import last_line
from ruleproof.cli.formats.to_github import to_github
from ruleproof.cli.formats.to_json import to_json
from ruleproof.cli.formats.to_junit import Case, Suite, suites_as_xml, to_junit
from ruleproof.cli.formats.to_sarif import failure_in_sarif, to_sarif
from ruleproof.cli.formats.to_text import findings_in_words
from ruleproof.cli.formats.values import dates_in_words
from ruleproof.cli.report import Checked, Report, check_all
from ruleproof.cli.terminal import Style
from ruleproof.finding import CodesOf, Edit, Finding, Place, Range, Repair, Severity, Values
from ruleproof.source import Source, Span, source_from_text

TEXT = "policy p\n\trule “中文” §\tx\nlast line"
PATH = "my policies/ü.policy"
X = TEXT.index("\tx") + 1


def finding(**changed: Any) -> Finding:
    """Make a finding that has everything."""
    base: dict[str, Any] = {
        "code": "RP201",
        "name": "gap",
        "severity": Severity.ERROR,
        "message": "no rule gives `d`, 50% of: cases",
        "help": "add a rule",
        "places": (Place(PATH, Span(X, X + 1)), Place(PATH, Span(0, 6))),
        "policy": "p",
        "decision": "d",
        "rules": ("R1",),
        "citations": ("article a.1",),
        "regions": (
            {
                "n": Range(1, 4, True, False),
                "share": Range(Decimal("0.10"), None, missing=True),
                "service_date": Range(date(2024, 3, 21), None),
                "v": Values(("dna", "rna"), others=True),
                "codes": CodesOf(("listed",), ("barred",)),
            },
        ),
        "witness": {
            "n": 2,
            "big": 2**60,
            "share": Decimal("0.10"),
            "service_date": date(2024, 3, 21),
            "yes": True,
            "codes": ("A", "B"),
            "z": None,
        },
        "claim": "two genes",
        "size": 10**20,
        "repairs": (
            Repair("say so", (Edit(Place(PATH, Span(X, X)), "\nnew"),)),
            Repair("add a rule"),
        ),
    }
    return Finding(**(base | changed))


def report(*findings: Finding, status: int = 0, text: str = TEXT) -> Report:
    return Report((Checked(PATH, "0" * 64, findings, Source(PATH, text), status=status),))


# ---------------------------------------------------------------- words


def words(found: Report, limit: int | None = None, amount: Any = "usual") -> str:
    return findings_in_words(found, limit, amount, Style())


def test_words_name_the_place_and_underline_it() -> None:
    lines = words(report(finding())).split("\n")
    assert lines[0] == f"{PATH}:2:14: error[RP201] no rule gives `d`, 50% of: cases"
    rule_line = next(index for index, line in enumerate(lines) if "中文" in line)
    assert lines[rule_line] == "  2 |     rule “中文” §   x"
    assert lines[rule_line + 1] == "    |" + " " * 21 + "^"
    assert lines[1:3] == ["  1 | policy p", "    | ------"]


def test_words_show_the_claim_the_dates_the_size_and_the_ways_out() -> None:
    said = words(report(finding()))
    for part in ("for example  two genes", "service      from 2024-03-21", "help         add a rule"):
        assert part in said
    assert "cases        100,000,000,000,000,000,000" in said
    assert "ways out     say so\n               add a rule" in said
    assert "rules        R1" in said
    assert "cites        article a.1" in said


def test_words_wrap_long_claims_and_name_what_cannot_be_seen() -> None:
    said = words(report(finding(claim="word " * 60 + "\u202eturned\x1b[2J"), text=TEXT))
    assert max(len(line) for line in said.split("\n")) <= 115
    assert "<U+202E>turned<U+001B>[2J" in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    ("line", "start", "shown", "marks"),
    [
        ("a\tb", 2, "a   b", "    ^"),
        ("日本x", 2, "日本x", "    ^"),
        ("e\u0301x", 2, "e\u0301x", " ^"),
        ("a\u200bx", 2, "a<U+200B>x", "         ^"),
        ("a\u00a0x", 1, "a<U+00A0>x", " ^^^^^^^^"),
        ("שלום x", 5, "שלום x", "     ^"),
        ("end", 3, "end", "   ^"),
    ],
)
def test_carets_stand_below_what_they_mean(line: str, start: int, shown: str, marks: str) -> None:
    place = Place(PATH, Span(start, min(start + 1, len(line))))
    lines = words(report(finding(places=(place,)), text=line)).split("\n")
    assert lines[1] == f"  1 | {shown}"
    assert lines[2] == f"    | {marks}"


def test_a_long_line_is_cut_around_the_place() -> None:
    text = "x" * 5000 + "HERE" + "y" * 5000
    lines = words(report(finding(places=(Place(PATH, Span(5000, 5004)),)), text=text)).split("\n")
    assert len(lines[1]) < 130
    caret = lines[2].index("^^^^")
    assert lines[1][caret : caret + 4] == "HERE"
    assert lines[1].count("…") == 2


def test_a_place_over_several_lines_is_marked_on_its_first() -> None:
    lines = words(report(finding(places=(Place(PATH, Span(2, len(TEXT))),)))).split("\n")
    assert lines[1:3] == ["  1 | policy p", "    |   ^^^^^^"]


def test_notes_and_accepted_findings_are_only_shown_when_asked_for() -> None:
    found = report(
        finding(severity=Severity.NOTE, message="a note"),
        finding(severity=Severity.WARNING, message="a warning"),
        finding(accepted=True, message="was accepted"),
        finding(expected=True, message="was expected"),
        finding(message="an error"),
    )
    assert [text in words(found) for text in ("a note", "a warning", "was accepted", "was expected", "an error")] == [
        False, True, False, True, True,
    ]  # fmt: skip
    assert "a note" in words(found, amount="all")
    assert "a warning" not in words(found, amount="errors")
    assert "expected error[RP201] was expected" in words(found)
    assert last_line(found, Style()) == "1 error, 1 warning, 1 note (shown by --notes), 1 expected, 1 accepted"


def test_the_limit_bounds_what_is_printed_and_says_so() -> None:
    found = report(*(finding(message=f"number {number}") for number in range(5)))
    said = words(found, limit=2)
    assert said.count("error[") == 2
    assert "… and 3 more, not shown (--limit 2)" in said
    assert len(json.loads(to_json(found, 2))["findings"]) == 2
    assert words(found, limit=0).count("error[") == 0


def test_colour_only_where_it_is_asked_for() -> None:
    assert "\x1b[" not in words(report(finding()))
    painted = findings_in_words(report(finding()), None, "usual", Style(colour=True))
    assert "\x1b[31m" in painted
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == words(report(finding()))


def test_what_the_source_says_stands_beside_what_we_read() -> None:
    text = """policy p
input a is yes or no
source s "S"
question Q1 "which?" between A, B
  open
decision d gives one of x, y
rule A "first" for d when a then d is x cite s one.1 says "must be x"
rule B for d when a then d is y cite s one.2 reading Q1
rule C for d when not a then d is x
"""
    found = check_all([source_from_text(text, "p.policy")])
    said = words(found)
    assert "A  d is x (first)\n     source: s one.1, which says “must be x”" in said
    assert "B  d is y\n     source: s one.2\n     our reading: Q1" in said


# ---------------------------------------------------------------- dates


def _dated(*parts: Any) -> Finding:
    regions = tuple({"service_date": part} if part else {} for part in parts)
    return finding(regions=regions, witness={"service_date": date(2024, 1, 1)})


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([None], ["on any date"]),
        ([Range(date(2024, 1, 1), None)], ["from 2024-01-01"]),
        ([Range(None, date(2024, 1, 1), high_closed=False)], ["until 2023-12-31"]),
        ([Range(date(2024, 1, 1), date(2024, 1, 1))], ["on 2024-01-01"]),
        (
            [Range(date(2024, 2, 1), date(2024, 3, 1)), Range(date(2024, 1, 1), date(2024, 1, 31))],
            ["from 2024-01-01 until 2024-03-01"],
        ),
        (
            [Range(date(2024, 1, 1), date(2024, 1, 2)), Range(date(2024, 1, 5), None)],
            ["from 2024-01-01 until 2024-01-02; from 2024-01-05"],
        ),
        ([Range(None, date(2024, 1, 1)), Range(date(2024, 1, 2), None)], ["on any date"]),
    ],
)
def test_dates_of_service(parts: list[Any], said: list[str]) -> None:
    assert dates_in_words(_dated(*parts)) == said


def test_no_dates_where_the_policy_asks_for_none() -> None:
    assert dates_in_words(finding(witness={"a": True})) == []


# ---------------------------------------------------------------- JSON


def test_json_is_exact_and_complete() -> None:
    (found,) = json.loads(to_json(report(finding())))["findings"]
    assert found["regions"] == [
        {
            "n": {"kind": "range", "low": "1", "high": "4", "low_closed": True, "high_closed": False},
            "share": {
                "kind": "range", "low": "0.10", "high": None, "low_closed": True, "high_closed": True, "missing": True,
            },
            "service_date": {
                "kind": "range", "low": "2024-03-21", "high": None, "low_closed": True, "high_closed": True,
            },
            "v": {"kind": "values", "values": ["dna", "rna"], "others": True},
            "codes": {"kind": "codes", "some": ["listed"], "none": ["barred"]},
        }
    ]  # fmt: skip
    assert found["witness"] == {
        "n": 2, "big": str(2**60), "share": "0.10", "service_date": "2024-03-21", "yes": True, "codes": ["A", "B"],
        "z": None,
    }  # fmt: skip
    assert found["size"] == str(10**20)
    assert found["places"][0] == {"path": PATH, "start": {"line": 2, "column": 14}, "end": {"line": 2, "column": 15}}
    assert found["repairs"][0]["edits"] == [
        {"path": PATH, "start": {"line": 2, "column": 14}, "end": {"line": 2, "column": 14}, "text": "\nnew"}
    ]
    assert "expected" not in found
    assert json.loads(to_json(report(finding(expected=True, size=None))))["findings"][0]["expected"] is True


def test_json_has_the_keys_of_the_contract() -> None:
    text = "policy p\ninput a is yes or no\ndecision d gives one of x, y\nrule R for d when a then d is x\n"
    whole = json.loads(to_json(check_all([source_from_text(text, "p.policy")])))
    assert list(whole) == ["ruleproof", "files", "decisions", "sources", "findings"]
    (decision,) = whole["decisions"]
    assert decision["complete"] == "refuted"
    assert decision["consistent"] == "proved"
    assert decision["counts"]["gap"] == 1
    assert set(decision) >= {"policy", "decision", "hit_policy", "rules", "complete", "consistent", "counts", "seconds"}
    gap = next(item for item in whole["findings"] if item["name"] == "gap")
    assert gap["witness"] == {"a": False}


# ---------------------------------------------------------------- SARIF

SARIF_LEVELS = {"error", "warning", "note", "none"}


def check_sarif(text: str) -> dict[str, Any]:
    """Check what the standard demands of the parts that are written, and give the one run."""
    log = json.loads(text)
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "ruleproof"
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(set(ids)) == len(ids)
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"]
        assert rule["defaultConfiguration"]["level"] in SARIF_LEVELS
    for result in run.get("results", []):
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in SARIF_LEVELS
        assert result["message"]["text"]
        assert all(isinstance(mark, str) for mark in result["partialFingerprints"].values())
        for place in [*result.get("locations", []), *result.get("relatedLocations", [])]:
            _check_location(place["physicalLocation"])
        for fix in result.get("fixes", []):
            for change in fix["artifactChanges"]:
                assert change["replacements"]
                _check_uri(change["artifactLocation"]["uri"])
    for invocation in run["invocations"]:
        assert isinstance(invocation["executionSuccessful"], bool)
    return dict(run)


def _check_location(location: dict[str, Any]) -> None:
    _check_uri(location["artifactLocation"]["uri"])
    region = location.get("region")
    if region:
        start, end = (region["startLine"], region["startColumn"]), (region["endLine"], region["endColumn"])
        assert (1, 1) <= start <= end


def _check_uri(uri: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9\-._~/%:]+", uri), uri
    assert not uri.startswith("/")


def test_sarif_has_what_code_scanning_needs() -> None:
    run = check_sarif(to_sarif(report(finding(), finding(severity=Severity.NOTE), finding(expected=True))))
    assert run["columnKind"] == "unicodeCodePoints"
    first, _, expected = sorted(run["results"], key=lambda result: ("suppressions" in result, result["level"]))
    assert first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "my%20policies/%C3%BC.policy"
    assert first["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 2, "startColumn": 14, "endLine": 2, "endColumn": 15,
    }  # fmt: skip
    assert expected["suppressions"][0]["kind"] == "inSource"
    assert run["artifacts"][0]["hashes"]["sha-256"] == "0" * 64
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["helpUri"] == "docs/findings/RP201.md"
    assert "no rule" in rule["help"]["markdown"]
    fix = first["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert fix["insertedContent"]["text"] == "\nnew"


def test_fingerprints_survive_moved_lines_and_tell_findings_apart() -> None:
    def marks(text: str, *findings: Finding) -> list[str]:
        run = check_sarif(to_sarif(report(*findings, text=text)))
        return [result["partialFingerprints"]["ruleproof/v1"] for result in run["results"]]

    shifted = Place(PATH, Span(X + 20, X + 21)), Place(PATH, Span(20, 26))
    moved = finding(places=shifted)
    assert marks(TEXT, finding()) == marks("# a comment above..\n" + TEXT, moved)
    other = finding(regions=({"n": Range(7, 9)},))
    assert len(set(marks(TEXT, finding(), finding(), other, finding(rules=("R2",))))) == 4


def test_a_failure_is_a_sarif_log_too() -> None:
    run = check_sarif(failure_in_sarif("no such file"))
    assert run["invocations"][0]["executionSuccessful"] is False
    assert run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"] == "no such file"


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a/b.policy", "a/b.policy"),
        ("a b#c?.policy", "a%20b%23c%3F.policy"),
        ("c:d.policy", "./c%3Ad.policy"),
        ("<stdin>", "%3Cstdin%3E"),
    ],
)
def test_addresses(path: str, uri: str) -> None:
    assert address(path) in (uri, uri.removeprefix("./"))


# ---------------------------------------------------------------- JUnit and GitHub


def test_junit_is_xml_and_counts() -> None:
    root = ElementTree.fromstring(to_junit(report(finding(message="<&\"'\x00\x1b ]]> \u2028 no rule"))))
    (suite,) = root
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    failure = suite[0][0]
    assert failure.tag == "failure"
    assert "<&\"'\ufffd\ufffd ]]>" in (failure.text or "")
    assert "two genes" in (failure.text or "")


def test_junit_names_what_is_proved() -> None:
    text = "policy p\ninput a is yes or no\ndecision d gives one of x, y\nrule R for d when a then d is x\n"
    root = ElementTree.fromstring(to_junit(check_all([source_from_text(text, "p.policy")])))
    cases = {(case.get("classname"), case.get("name")): len(case) for case in root.iter("testcase")}
    assert cases == {
        ("d", "answers every case"): 1,
        ("d", "never contradicts itself"): 0,
        ("policy", "no other mistakes"): 0,
    }


@given(st.text(), st.text())
def test_junit_takes_any_text(name: str, text: str) -> None:
    ElementTree.fromstring(suites_as_xml([Suite(name, (Case(name, text, (text or "x",)),))]))


def test_github_annotations_are_escaped() -> None:
    (line,) = to_github(report(finding(message="100% a\nb: c, d"))).split("\n")
    properties, message = re.fullmatch(r"::error (.*?)::(.*)", line).groups()  # type: ignore[union-attr]
    assert properties == f"file={PATH},line=2,endLine=2,col=14,endColumn=14,title=RP201 gap"
    assert message == "100%25 a%0Ab: c, d%0Afor example: two genes%0Aadd a rule"
    odd = report(finding())
    odd = Report((Checked("a,b:c%.policy", "", odd.files[0].findings, None),))
    assert to_github(odd).startswith("::error file=my policies")


def test_github_knows_no_columns_over_several_lines() -> None:
    said = to_github(report(finding(places=(Place(PATH, Span(0, len(TEXT))),), severity=Severity.WARNING)))
    assert said.startswith(f"::warning file={PATH},line=1,endLine=3,title=")
    assert to_github(report(finding(expected=True))).startswith("::notice ")


# ---------------------------------------------------------------- letters


@given(st.text())
def test_nothing_invisible_is_left(text: str) -> None:
    shown = visible(text)
    assert not any(ord(letter) < 32 or 0x7F <= ord(letter) < 0xA0 for letter in shown)
    assert not any(letter in shown for letter in "\u202a\u202e\u2066\u2069\u200f\ufeff\ud800")
