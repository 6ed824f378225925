"""The findings about decision tables: in words, with repairs that mend what they say, and never more than is known."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

from brute_force_tables import Judged, regions_with
from random_tables import cases_of, random_table
from ruleproof.checks import PAGES
from ruleproof.checks.tables import agreement, overlaps
from ruleproof.cli import main
from ruleproof.compiled import NOT_DECIDED, PROVED, REFUTED, CheckedTables
from ruleproof.finding import Edit, Finding, Severity
from ruleproof.model import tables
from ruleproof.model.tables import (
    BOOLEAN,
    DATE,
    HIT_POLICIES,
    NUMBER,
    STRING,
    AnyValue,
    DecisionTable,
    InputColumn,
    Literal,
    OneOf,
    OutputColumn,
    Related,
    TableRow,
    Undecided,
    Within,
)
from ruleproof.pipeline import check_table, check_tables
from ruleproof.prover import relations, smt, table_study
from ruleproof.prover.table_study import TableStudy
from ruleproof.prover.table_texts import cell_text, value_text
from ruleproof.prover.table_worth import Worth
from ruleproof.readers import read_table

TABLES = 40
WRITABLE = (NUMBER, STRING, BOOLEAN, DATE)
"""The types that a row of types can name."""


def number(text: str) -> Decimal:
    return Decimal(text)


def column(name: str, type: str = NUMBER, allowed: tables.CellTest | None = None) -> InputColumn:
    return InputColumn(name, name, type, allowed or AnyValue())


def table_of(
    columns: Sequence[InputColumn],
    rows: Sequence[tuple[Sequence[tables.CellTest], str]],
    hit_policy: str = tables.UNIQUE,
) -> DecisionTable:
    made = [TableRow(index, tuple(tests), (Literal(output),)) for index, (tests, output) in enumerate(rows, start=1)]
    return DecisionTable(
        "grade", "decision", hit_policy, "", tuple(columns), (OutputColumn("grade", "grade", STRING, ()),), tuple(made)
    )


def at_least(low: int) -> Within:
    return Within(Decimal(low), None, True, False)


def less_than(high: int) -> Within:
    return Within(None, Decimal(high), False, False)


def named(findings: Sequence[Finding], name: str) -> list[Finding]:
    return [finding for finding in findings if finding.name == name]


# ---------------------------------------------------------------- words


def test_a_gap_is_said_in_words_of_the_table() -> None:
    allowed = at_least(0)
    table = table_of(
        [column("age", allowed=allowed), column("pet", STRING, OneOf(frozenset({"cat", "dog"})))],
        [
            ((at_least(18), AnyValue()), "adult"),
            ((Within(number("12"), number("18"), True, False), OneOf(frozenset({"cat"}))), "child"),
        ],
    )
    findings, proof = check_table(table)
    assert [finding.message for finding in named(findings, "gap")] == [
        "no rule matches for age less than 12",
        'no rule matches for age 12 to less than 18, pet "dog"',
    ]
    assert [finding.repairs[0].title for finding in named(findings, "gap")] == [
        "add a rule: <12 | -",
        'add a rule: [12..18) | "dog"',
    ]
    assert (proof.complete, proof.consistent, proof.counts["gap"]) == (REFUTED, PROVED, 2)


@pytest.mark.parametrize(
    ("hit_policy", "name", "severity", "ending"),
    [
        (tables.UNIQUE, "conflict", Severity.ERROR, ', but give "low" and "high"'),
        (tables.ANY, "conflict", Severity.ERROR, ', but give "low" and "high"'),
        (tables.FIRST, "agreement", Severity.NOTE, "; rule 1 comes first"),
        (tables.PRIORITY, "agreement", Severity.NOTE, "; rule 2 has priority"),
        (tables.RULE_ORDER, "agreement", Severity.NOTE, ", and all outputs are taken"),
        (tables.COLLECT, "agreement", Severity.NOTE, ", and all outputs are taken"),
    ],
)
def test_what_an_overlap_means_depends_on_the_hit_policy(
    hit_policy: str, name: str, severity: Severity, ending: str
) -> None:
    table = table_of([column("x")], [((less_than(10),), "low"), ((at_least(5),), "high")], hit_policy)
    table = replace(table, outputs=(replace(table.outputs[0], allowed=("high", "low")),))
    findings, proof = check_table(table)
    (found,) = [finding for finding in findings if finding.name in ("conflict", "agreement")]
    assert (found.name, found.severity, found.rules) == (name, severity, ("1", "2"))
    assert found.message == f"rules 1 and 2 both match for x 5 to less than 10{ending}"
    assert proof.consistent == (REFUTED if name == "conflict" else PROVED)
    assert proof.hit_policy == hit_policy


def test_a_gap_of_a_table_that_collects_is_a_warning_and_one_with_a_default_a_note() -> None:
    table = table_of([column("x")], [((less_than(10),), "low")], tables.COLLECT)
    (gap,) = named(check_table(table)[0], "gap")
    assert gap.severity is Severity.WARNING
    table = replace(table, hit_policy=tables.UNIQUE, outputs=(replace(table.outputs[0], default=Literal("none")),))
    findings, proof = check_table(table)
    (gap,) = named(findings, "gap")
    assert gap.severity is Severity.NOTE
    assert proof.complete == PROVED


def test_hit_policies_that_are_not_needed_or_not_kept() -> None:
    apart = table_of([column("x")], [((less_than(5),), "low"), ((at_least(5),), "high")], tables.FIRST)
    (found,) = named(check_table(apart)[0], "hit_policy_too_strong")
    assert found.message == "no two rules match together, so UNIQUE says the same as FIRST"
    same = table_of([column("x")], [((less_than(9),), "low"), ((at_least(5),), "low")], tables.PRIORITY)
    (found,) = named(check_table(same)[0], "hit_policy_too_strong")
    assert found.message == "rules that match together always give the same, so ANY says the same as PRIORITY"
    (found,) = named(check_table(replace(same, hit_policy=tables.UNIQUE))[0], "hit_policy_broken")
    assert found.rules == ("1", "2")
    clashing = table_of([column("x")], [((less_than(9),), "low"), ((at_least(5),), "high")], tables.FIRST)
    assert not named(check_table(clashing)[0], "hit_policy_too_strong")


def test_many_gaps_of_texts_that_are_not_named_are_one_finding() -> None:
    rows = [((OneOf(frozenset({f"v{index}"})), less_than(index)), "a") for index in range(1, 9)]
    rows += [((AnyValue(), Within(number("20"), number("30"), True, True)), "b")]
    findings, _ = check_table(table_of([column("kind", STRING), column("x")], rows))
    unnamed = [finding for finding in named(findings, "gap") if "does not name" in finding.message]
    assert len(unnamed) == 1
    assert "kind" in unnamed[0].message


def test_every_finding_of_a_table_has_a_page() -> None:
    pages = {(page.code, page.name) for page in PAGES}
    for hit_policy in HIT_POLICIES:
        for seed in range(TABLES):
            table = random_table(Random(f"pages {hit_policy} {seed}"), hit_policy, undecided=True)
            for finding in check_table(table)[0]:
                assert (finding.code, finding.name) in pages
                assert finding.decision == table.name
                assert finding.message[0].islower()
                assert not finding.message.endswith(".")


# ---------------------------------------------------------------- verdicts


@pytest.mark.parametrize("hit_policy", HIT_POLICIES)
def test_verdicts_and_counts_follow_from_the_findings(hit_policy: str) -> None:
    for seed in range(TABLES):
        table = random_table(Random(f"verdicts {hit_policy} {seed}"), hit_policy, undecided=seed % 2 == 1)
        judged = Judged(table, list(cases_of(table)))
        findings, proof = check_table(table)
        pairs = list(zip(judged.sure, judged.maybe, strict=True))
        has_default = any(output.default for output in table.outputs)
        surely_none = any(not sure and not maybe for sure, maybe in pairs)
        if has_default or not judged.cases:
            assert proof.complete == PROVED
        elif surely_none:
            assert proof.complete == REFUTED
        else:
            assert proof.complete == (NOT_DECIDED if any(not sure for sure, _ in pairs) else PROVED)
        assert (proof.consistent == REFUTED) == bool(named(findings, "conflict"))
        for name, count in proof.counts.items():
            assert count == len(named(findings, name))
        if judged.is_open:
            assert named(findings, "not_decided")
        for finding in findings:
            assert finding.name != "not_decided" or finding.severity is Severity.WARNING


@pytest.mark.parametrize("hit_policy", HIT_POLICIES)
def test_regions_of_overlaps_are_disjoint_and_cover_all(hit_policy: str) -> None:
    for seed in range(TABLES):
        table = random_table(Random(f"cover {hit_policy} {seed}"), hit_policy)
        if any(item.type not in WRITABLE for item in table.columns):
            continue
        cases = list(cases_of(table))
        judged = Judged(table, cases)
        findings = [item for item in check_table(table)[0] if item.name in ("conflict", "agreement")]
        for case, sure in zip(cases, judged.sure, strict=True):
            here = [item.rules for item in findings for _ in regions_with(item.regions, case)]
            assert here == ([tuple(str(row + 1) for row in sure)] if len(sure) > 1 else [])


# ---------------------------------------------------------------- repairs


def _writable_tables(hit_policy: str) -> Iterator[DecisionTable]:
    for seed in range(4 * TABLES):
        table = random_table(Random(f"repairs {hit_policy} {seed}"), hit_policy)
        names = {item.expression for item in table.columns}
        writable = all(item.type in WRITABLE for item in table.columns) and len(names) == len(table.columns)
        if writable and len(table.outputs) == 1 and all(isinstance(row.outputs[0], Literal) for row in table.rows):
            yield table


def _as_csv(table: DecisionTable) -> str:
    import csv
    import io

    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n", delimiter=";")
    writer.writerow([*(item.expression for item in table.columns), "grade"])
    allowed = ["" if isinstance(item.allowed, AnyValue) else f": {cell_text(item.allowed)}" for item in table.columns]
    writer.writerow([*(item.type + more for item, more in zip(table.columns, allowed, strict=True)), "number"])
    for row in table.rows:
        writer.writerow([*map(cell_text, row.tests), value_text(row.outputs[0].value)])  # type: ignore[union-attr]
    return lines.getvalue()


def _as_dmn(table: DecisionTable) -> str:
    from xml.sax.saxutils import escape

    def text(name: str, content: str) -> str:
        return f"<d:{name}><d:text>{escape(content)}</d:text></d:{name}>"

    inputs = [
        f'<d:input id="i{index}"><d:inputExpression typeRef="{item.type}"><d:text>{item.expression}</d:text>'
        f"</d:inputExpression>{'' if isinstance(item.allowed, AnyValue) else text('inputValues', cell_text(item.allowed))}"
        "</d:input>"
        for index, item in enumerate(table.columns)
    ]
    rules = [
        f'<d:rule id="r{row.number}">{"".join(text("inputEntry", cell_text(test)) for test in row.tests)}'
        f"{text('outputEntry', value_text(row.outputs[0].value))}</d:rule>"  # type: ignore[union-attr]
        for row in table.rows
    ]
    return (
        '<d:definitions xmlns:d="https://www.omg.org/spec/DMN/20191111/MODEL/" name="m" namespace="n" id="m">'
        f'<d:decision id="a" name="grade"><d:variable name="grade"/><d:decisionTable id="t" hitPolicy="{table.hit_policy}">'
        f'{"".join(inputs)}<d:output id="o"/>{"".join(rules)}</d:decisionTable></d:decision></d:definitions>'
    )


def _checked(path: str, text: str, hit_policy: str) -> CheckedTables:
    return check_tables(read_table(path, text.encode(), hit_policy=hit_policy))


def _applied(text: str, edits: Sequence[Edit]) -> str:
    for edit in sorted(edits, key=lambda edit: -edit.place.span.start):
        text = text[: edit.place.span.start] + edit.text + text[edit.place.span.end :]
    return text


def _cases_in(finding: Finding, cases: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [case for case in cases if regions_with(finding.regions, case)]


@pytest.mark.parametrize("write", [_as_csv, _as_dmn], ids=["csv", "dmn"])
@pytest.mark.parametrize("hit_policy", [tables.UNIQUE, tables.ANY, tables.FIRST, tables.COLLECT])
def test_a_repair_removes_its_finding(hit_policy: str, write: Any) -> None:
    path = "table.csv" if write is _as_csv else "table.dmn"
    seen = dict.fromkeys(["gap", "conflict", "mergeable_rules", "redundant_rule", "subsumed_rule"], 0)
    for table in _writable_tables(hit_policy):
        text = write(table)
        before = _checked(path, text, hit_policy)
        cases = list(cases_of(before.tables[0]))
        for finding in before.findings:
            for repair in finding.repairs:
                if not repair.edits or finding.name not in seen:
                    continue
                seen[finding.name] += 1
                after = _checked(path, _applied(text, repair.edits), hit_policy)
                _is_mended(finding, before, after, cases)
    assert seen["gap"] > 1
    assert seen["conflict"] > 1 or hit_policy not in (tables.UNIQUE, tables.ANY)
    assert seen["subsumed_rule"] or hit_policy != tables.COLLECT
    assert seen["redundant_rule"] or hit_policy == tables.COLLECT


def test_under_unique_a_rule_said_twice_takes_away_no_answer() -> None:
    """Where both match, an engine answers nothing, so that taking one out does change what it says."""
    text = "a,grade\nnumber,number\n<5,1\n<3,1\n>=5,2\n"
    for hit_policy, words in ((tables.UNIQUE, "takes away"), (tables.ANY, "changes")):
        (found,) = named(_checked("table.csv", text, hit_policy).findings, "redundant_rule")
        assert found.message == f"taking out rule 2 {words} no answer: rule 1 says the same"


NARROWED = {
    "the bound of a comparison": "a,b,grade\nwhole number,whole number,\n<= b,-,1\n< b,-,2\n",
    "a comparison in the other column": "a,b,c,grade\nnumber,number,number,\n-,-,< b,1\n[0..5],-,-,2\n",
    "two columns of one input": "a,b,a,grade\nnumber,number,number,\n<=4,(1..2),>=2,1\n-,[0..3),[3..4),2\n",
}


@pytest.mark.parametrize("text", NARROWED.values(), ids=NARROWED.keys())
def test_a_narrowed_rule_keeps_every_other_case(text: str) -> None:
    before = _checked("table.csv", text, tables.UNIQUE)
    cases = list(cases_of(before.tables[0]))
    was = Judged(before.tables[0], cases).sure
    narrowed = 0
    for finding in before.findings:
        for repair in finding.repairs:
            if repair.title.startswith("narrow"):
                narrowed += 1
                after = _checked("table.csv", _applied(text, repair.edits), tables.UNIQUE)
                now = Judged(after.tables[0], cases).sure
                assert all(len(rows) < 2 for rows in now), repair.title
                assert [bool(rows) for rows in was] == [bool(rows) for rows in now], repair.title
                assert all(set(rows) >= set(left) for rows, left in zip(was, now, strict=True)), repair.title
    assert narrowed


def test_where_two_absent_values_alone_are_left_no_rule_with_a_comparison_is_offered() -> None:
    text = "a,b,grade\nnumber,number,\n<= b,-,1\n> b,-,1\n!= b,-,1\n"
    reading = read_table("table.csv", text.encode(), hit_policy=tables.ANY)
    (gap,) = named(check_tables(reading, missing=True).findings, "gap")
    assert gap.message == "no rule matches for a and b both missing"
    assert gap.repairs == ()


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["< b"], "not a < b"),
        ([">= b", "!= b"], "a and b both missing"),
        (["<= b"], "not a <= b"),
        (["= b"], "a != b"),
        (["< b", "= b"], "a > b or just one of a and b missing"),
    ],
)
def test_how_two_inputs_that_may_be_absent_compare_is_said_in_words(cells: list[str], words: str) -> None:
    text = "a,b,grade\nnumber,number,\n" + "".join(f"{cell},-,1\n" for cell in cells)
    reading = read_table("table.csv", text.encode(), hit_policy=tables.ANY)
    (gap,) = named(check_tables(reading, missing=True).findings, "gap")
    assert gap.message == f"no rule matches for {words}"


def _is_mended(finding: Finding, before: CheckedTables, after: CheckedTables, cases: Sequence[dict[str, Any]]) -> None:
    concerned = _cases_in(finding, cases)
    held = Judged(after.tables[0], concerned).sure
    match finding.name:
        case "gap":
            assert all(held), finding
            assert not any(_cases_in(item, concerned) for item in after.findings if item.name == "gap"), finding
        case "conflict":
            numbers = tuple(int(rule) - 1 for rule in finding.rules)
            assert len(after.tables[0].rows) < len(before.tables[0].rows) or numbers not in held, finding
            was = Judged(before.tables[0], cases).sure
            now = Judged(after.tables[0], cases).sure
            assert all(bool(one) == bool(other) for one, other in zip(was, now, strict=True)), finding
        case "subsumed_rule":
            was, now = Judged(before.tables[0], cases), Judged(after.tables[0], cases)
            assert _count(after, finding) < _count(before, finding)
            for one, other in zip(was.sure, now.sure, strict=True):
                assert _outputs(was, one) == _outputs(now, other), finding
        case _:
            was, now = Judged(before.tables[0], cases), Judged(after.tables[0], cases)
            assert finding.name == "mergeable_rules" or _count(after, finding) < _count(before, finding), finding
            assert len(after.tables[0].rows) < len(before.tables[0].rows)
            for one, other in zip(was.sure, now.sure, strict=True):
                assert was.said(one) == now.said(other), finding


def _count(checked: CheckedTables, finding: Finding) -> int:
    return len(named(checked.findings, finding.name))


def _outputs(judged: Judged, rows: Sequence[int]) -> set[object]:
    return {judged.table.rows[row].outputs for row in rows}


# ---------------------------------------------------------------- what is not decided


def test_a_cell_that_cannot_be_decided_stops_nothing_else() -> None:
    odd = Undecided("starts with(?)", "it calls a function")
    table = table_of(
        [column("x")],
        [((less_than(10),), "a"), ((less_than(5),), "b"), ((odd,), "c")],
    )
    findings, proof = check_table(table)
    assert [finding.rules for finding in named(findings, "conflict")] == [("1", "2")]
    (undecided,) = named(findings, "not_decided")
    assert undecided.rules == ("3",)
    assert "`starts with(?)` under x: it calls a function" in undecided.message
    assert not named(findings, "gap")
    assert (proof.complete, proof.consistent) == (NOT_DECIDED, REFUTED)


def test_what_an_input_can_be_may_be_undecided() -> None:
    table = table_of([column("x", allowed=Undecided("odd(?)", "it calls a function"))], [((less_than(10),), "a")])
    findings, proof = check_table(table)
    assert proof.complete == NOT_DECIDED
    assert not named(findings, "gap")
    assert any("what x can be is not decided" in finding.message for finding in named(findings, "not_decided"))
    table = replace(table, rows=(replace(table.rows[0], tests=(AnyValue(),)),))
    assert check_table(table)[1].complete == PROVED


def _diagonal(count: int) -> DecisionTable:
    """Give a table whose rules each match one pair of equal numbers, so that gaps are many."""
    rows = [((OneOf(frozenset({Decimal(index)})),) * 2, "a") for index in range(count)]
    return table_of([column("x"), column("y")], rows)


def test_when_the_time_is_over_what_is_found_so_far_is_kept() -> None:
    table = _diagonal(100)
    table = replace(table, rows=(*table.rows, *(replace(row, number=row.number + 100) for row in table.rows)))
    asked = iter(range(60))
    findings, proof = check_table(table, still_time=lambda: next(asked, None) is not None)
    assert proof.complete == REFUTED
    assert proof.consistent == NOT_DECIDED
    stopped = [finding.message for finding in named(findings, "not_decided")]
    assert "not all gaps are found: the time allowed is over" in stopped
    assert any("rules that overlap" in message for message in stopped)
    whole = check_table(table)[0]
    assert 0 < len(named(findings, "gap")) < len(named(whole, "gap"))
    never = check_table(table, still_time=lambda: False)
    assert (never[1].complete, never[1].consistent) == (NOT_DECIDED, NOT_DECIDED)


def test_a_search_that_grows_too_large_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_study, "MOST_BOXES", 10)
    findings, _ = check_table(_diagonal(100))
    assert [finding.message for finding in named(findings, "not_decided")] == [
        "not all gaps are found: there are more than 10 regions"
    ]
    assert 0 < len(named(findings, "gap")) <= 10


def test_too_many_sets_of_rules_are_not_all_written_about(monkeypatch: pytest.MonkeyPatch) -> None:
    table = _diagonal(40)
    table = replace(table, rows=(*table.rows, *(replace(row, number=row.number + 40) for row in table.rows)))
    assert len(named(check_table(table)[0], "agreement")) == 40
    monkeypatch.setattr(overlaps, "MOST_FINDINGS", 10)
    findings, proof = check_table(table)
    assert len(named(findings, "agreement")) == 10
    assert "not all overlaps of rules are shown: more than 10 sets of rules match together" in [
        finding.message for finding in named(findings, "not_decided")
    ]
    assert proof.consistent == PROVED


def test_when_the_time_is_over_findings_are_not_written_any_more() -> None:
    table = _diagonal(40)
    table = replace(table, rows=(*table.rows, *(replace(row, number=row.number + 40) for row in table.rows)))
    worth = Worth(TableStudy(table))
    assert len(worth.study.overlaps.boxes) == 40
    worth.study.has_time = lambda: False  # type: ignore[method-assign]
    assert len(list(agreement.agreement(worth, None))) == 1
    assert worth.study.stopped == {"overlaps of rules": "the time allowed is over"}


def test_progress_is_told() -> None:
    told: list[tuple[str, int, int]] = []
    check_table(_diagonal(600), progress=lambda *what: told.append(what))
    assert {what for what, _, _ in told} >= {"gaps", "rules without effect"}


def _compared(how: str, other: str) -> Related:
    return Related(how, other)


def _circle() -> DecisionTable:
    """Three inputs, each smaller than the next: they cannot go round in a circle."""
    return table_of(
        [column("a"), column("b"), column("c")],
        [((_compared("<", "b"), _compared("<", "c"), _compared("<", "a")), "round"), ((AnyValue(),) * 3, "any")],
        tables.ANY,
    )


def test_comparisons_that_cannot_hold_together_give_no_finding() -> None:
    findings, proof = check_table(_circle())
    assert proof.consistent == PROVED
    assert [finding.rules for finding in named(findings, "unreachable_rule")] == [("1",)]


def test_without_the_solver_hard_comparisons_are_not_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> None:
        raise ImportError

    monkeypatch.setattr(relations, "MOST_CHOICES", 0)
    monkeypatch.setattr(smt, "choice", missing)
    findings, proof = check_table(_circle())
    assert proof.consistent == NOT_DECIDED
    assert any("the extra `smt` (z3) decides them" in finding.message for finding in named(findings, "not_decided"))


# ---------------------------------------------------------------- limits from outside


def test_values_that_cannot_come_in_are_no_cases() -> None:
    table = table_of(
        [column("risk", STRING)], [((OneOf(frozenset({"high"})),), "no"), ((OneOf(frozenset({"low"})),), "yes")]
    )
    assert check_table(table)[1].complete == REFUTED
    findings, proof = check_table(table, limits={"risk": OneOf(frozenset({"high", "low"}))})
    assert proof.complete == PROVED
    findings, _ = check_table(table, limits={"risk": OneOf(frozenset({"low"}))})
    (never,) = named(findings, "unreachable_rule")
    assert never.rules == ("1",)


def test_a_table_limits_the_one_that_takes_its_output() -> None:
    path = Path(__file__).parent / "tables" / "chained.dmn"
    checked = check_tables(read_table(path.name, path.read_bytes()))
    assert {proof.decision: (proof.complete, proof.consistent) for proof in checked.proofs} == {
        "Risk": (PROVED, PROVED),
        "Rate": (PROVED, PROVED),
    }


# ---------------------------------------------------------------- the command


def test_the_command_checks_tables(tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text("age,rate\n<18,1\n>=21,2\n", "utf-8")
    done = CliRunner().invoke(main, ["check", str(file), "--format", "json"])
    assert done.exit_code == 1
    said = json.loads(done.output)
    (decision,) = said["decisions"]
    assert (decision["hit_policy"], decision["rules"], decision["complete"]) == ("UNIQUE", 2, "refuted")
    (gap,) = said["findings"]
    assert gap["regions"] == [
        {"age": {"kind": "range", "low": "18", "high": "20", "low_closed": True, "high_closed": True}}
    ]
    assert (gap["size"], gap["witness"]) == ("3", {"age": 18})
    done = CliRunner().invoke(main, ["check", str(file), "--missing", "--format", "json"])
    assert any(region["age"].get("missing") for region in json.loads(done.output)["findings"][0]["regions"])
    done = CliRunner().invoke(main, ["check", str(file), "--hit-policy", "C", "--format", "json"])
    assert done.exit_code == 0
    assert CliRunner().invoke(main, ["check", str(file), "--hit-policy", "best"]).exit_code == 2
    assert CliRunner().invoke(main, ["check", str(tmp_path / "none.csv")]).exit_code == 2
