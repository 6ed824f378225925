"""What is proved over histories and over days between dates is what there can be, and every witness is real."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brute_force import compiled, full_cases, witness_case
from naive_history import DOMAINS, POLICY
from ruleproof.cli.coverage import coverages
from ruleproof.cli.proposals import proposals
from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.model.meaning import Answer
from ruleproof.model.nodes import DaysBetween
from ruleproof.prover import day_differences, histories
from ruleproof.prover.expressions import TRUE, restrict, some
from ruleproof.prover.witnesses import witness_of
from ruleproof.runtime.load import LoadedPolicy
from test_history import DAYS, services

FIRST = datetime.date(2024, 2, 27)
DATES = tuple(FIRST + datetime.timedelta(days=step) for step in range(5))

COMPARED = """
policy dates
input a is date from 2024-02-27 to 2024-03-02
input b is date from 2024-02-27 to 2024-03-02
input c is date from 2024-02-27 to 2024-03-02, may be missing
define far as a is at least {0} days after b
define near as b is at most {1} days before c
define apart as c is more than {2} days after a
define early as a is before 2024-02-{3} and c is on or after 2024-03-01
decision d gives one of x, y
rule R1 for d when far and near then d is x
rule R2 for d when apart or early then d is y
"""


def _is_so(test: DaysBetween, case: Mapping[str, Any]) -> bool:
    """Tell by plain subtraction whether two dates lie so many days apart."""
    first, second = case[test.first], case[test.second]
    if first is None or second is None:
        return False
    days = first.toordinal() - second.toordinal()
    return (test.low is None or days >= test.low) and (test.high is None or days <= test.high)


def _real(found: Compiled) -> Iterator[dict[str, Value]]:
    """Give every case of the dates, with the tests between them worked out."""
    for a, b, c in product(DATES, DATES, (*DATES, None)):
        case: dict[str, Value] = {"a": a, "b": b, "c": c}
        told = {
            item.name: _is_so(item.derived, case)
            for item in found.policy.derived
            if isinstance(item.derived, DaysBetween)
        }
        yield {**case, **told}


@settings(max_examples=25)
@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4), st.integers(28, 29))
def test_exactly_what_no_dates_lead_to_is_left_out(one: int, two: int, three: int, day: int) -> None:
    found = compiled(COMPARED.format(one, two, three, day))
    reached = {found.space.encode(case) for case in _real(found)}
    unreal = some(found.study.compiler.unreal())
    for case in full_cases(found.space.samples()):
        cells = found.space.encode(case)
        box = tuple(1 << cell for cell in cells)
        assert (restrict(unreal, box) == TRUE) == (cells not in reached)


@settings(max_examples=15)
@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4), st.integers(28, 29))
def test_every_case_of_dates_is_judged_and_every_witness_is_one(one: int, two: int, three: int, day: int) -> None:
    found = compiled(COMPARED.format(one, two, three, day))
    loaded = LoadedPolicy(found)
    for case in _real(found):
        dates = {name: case[name] for name in "abc"}
        answer = loaded.decide(dates)["d"]
        expected = found.graphs["d"].leaf_of(found.space.encode(case)).answer
        assert isinstance(expected, Answer)
        assert (answer.kind, answer.outcomes, answer.rules) == (expected.kind, expected.outcomes, expected.rules)
    for finding in found.findings:
        if finding.witness:
            case = witness_case(found, finding)
            assert all(case[item.name] == _is_so(item.derived, case) for item in found.policy.derived)  # type: ignore[arg-type]


@settings(max_examples=150)
@given(services(False, paid=False), st.lists(services(False), max_size=4))
def test_no_history_leads_to_what_is_left_out(line: dict[str, Any], told: list[dict[str, Any]]) -> None:
    loaded = _loaded()
    history = [
        {"id": str(number), **item} for number, item in enumerate(sorted(told, key=lambda one: one["service_date"]))
    ]
    loaded.decide(line, history)  # what the proof leaves out would be refused as what cannot happen


_KEPT: list[LoadedPolicy] = []


def _loaded() -> LoadedPolicy:
    if not _KEPT:
        _KEPT.append(LoadedPolicy(compiled(POLICY)))
    return _KEPT[0]


def test_a_test_that_counts_more_brings_along_the_one_that_counts_less() -> None:
    found = compiled(
        "policy p\ninput service_date is date from 2020-01-01\ninput design is one of profile, panel\n"
        "define cgp as design is profile\n"
        "limit A at most 3 cgp per patient in any 30 days else deny\n"
        "limit B at most 1 cgp per patient in any 30 days else deny\n"
        "limit C at most 2 cgp per specimen in a calendar month else deny\n"
        "limit D at most 2 cgp per patient else deny\n"
    )
    names = [item.name for item in found.policy.derived]
    unreal = some(found.study.compiler.unreal())

    def can_be(*met: int) -> bool:
        case: dict[str, Value] = {"service_date": datetime.date(2024, 1, 1), "design": "profile"}
        case |= {name: number in met for number, name in enumerate(names)}
        return restrict(unreal, tuple(1 << cell for cell in found.space.encode(case))) != TRUE

    assert can_be()
    assert can_be(0, 1, 3)
    assert can_be(1)
    assert not can_be(0), "three within thirty days are one within thirty days, and two of the patient"
    assert not can_be(0, 1)
    assert not can_be(0, 3)
    assert not can_be(2), "two of the specimen are two of the patient"
    assert can_be(2, 3, 1)


IMPLANTS = (
    "policy p\ninput service_date is date from 2020-01-01 to 2023-12-31\n"
    "input implanted is date from 2019-01-01 to 2023-12-31, may be missing\n"
    "input design is one of profile, panel\ndefine cgp as design is profile\n"
    "limit A at most 1 cgp per patient on the same day else deny\n"
    "limit B at most 1 cgp per patient per year since implanted else deny\n"
)


def test_years_since_a_date_that_is_missing_are_not_counted() -> None:
    found = compiled(IMPLANTS)
    loaded = LoadedPolicy(found)
    line = {"service_date": "2022-05-05", "design": "profile", "implanted": None, "patient_id": "1"}
    earlier = {"id": "1", "service_date": "2022-05-05", "design": "profile", "patient_id": "1"}
    judged = loaded.decide(line, [earlier])
    assert {name: judged.requirements[name].state for name in "AB"} == {"A": "failed", "B": "met"}
    judged = loaded.decide({**line, "implanted": "2021-01-01"}, [earlier])
    assert {name: judged.requirements[name].state for name in "AB"} == {"A": "failed", "B": "failed"}
    a, b = (item.name for item in found.policy.derived)
    unreal = some(found.study.compiler.unreal())

    def can_be(implanted: datetime.date | None, first: bool, second: bool) -> bool:
        case: dict[str, Value] = {
            "service_date": datetime.date(2022, 5, 5),
            "design": "profile",
            "implanted": implanted,
        }
        return restrict(unreal, tuple(1 << cell for cell in found.space.encode({**case, a: first, b: second}))) != TRUE

    day = datetime.date(2021, 1, 1)
    assert [can_be(day, *told) for told in product((True, False), repeat=2)] == [True, False, True, True]
    assert all(can_be(None, *told) for told in ((True, False), (False, False)))


def test_a_witness_without_the_date_that_years_are_counted_from_is_real() -> None:
    found = compiled(IMPLANTS)
    boxes = found.study.cases_where(found.study.compiler.histories.met(0))
    assert boxes
    for box in boxes:
        witness = witness_of(found.study, box)
        judged = LoadedPolicy(found).decide(dict(witness.line), [dict(item) for item in witness.history])
        assert judged.requirements["A"].state == "failed"


CLOSED = """
policy serial
input service_date is date from 2020-01-01
input design is one of profile, panel
input analyte is one of dna, rna
define cgp as design is profile
define dna_test as analyte is dna
define any_test as design is one of (profile, panel)
decision further collects any of rna_code
rule S1 for further when all of (design is panel, analyte is rna) after a dna_test on the same specimen
  then may also report rna_code
limit CLOSES after a {0} no any_test on the same specimen {1} else deny
"""


def test_a_rule_that_permits_what_a_limit_bars_is_shown_with_two_services() -> None:
    found = compiled(CLOSED.format("cgp", ""))
    (finding,) = [item for item in found.findings if item.name == "conflict"]
    assert finding.rules == ("S1", "CLOSES")
    (earlier,) = finding.history
    assert (earlier["design"], earlier["analyte"]) == ("profile", "dna")
    assert earlier["specimen_id"] == finding.witness["specimen_id"]
    judged = LoadedPolicy(found).decide(finding.witness, [earlier])
    assert judged["further"].rules == ("S1",)
    assert [item.name for item in judged.findings] == ["CLOSES"]


def test_the_earlier_service_shown_is_one_that_the_rule_follows() -> None:
    text = CLOSED.format("dna_test", "") + (
        "decision other gives one of yes, no\n"
        "rule O1 for other when not after a cgp on the same day and after a dna_test on the same patient"
        " then other is yes\n"
        "rule O2 for other when not (not after a cgp on the same day and after a dna_test on the same patient)"
        " then other is no\n"
    )
    found = compiled(text)
    (finding,) = [item for item in found.findings if item.name == "conflict" and "O1" in item.rules]
    judged = LoadedPolicy(found).decide(finding.witness, finding.history)
    assert judged["other"].rules == ("O1",)
    assert judged.requirements["CLOSES"].state == "failed"


@pytest.mark.parametrize(
    ("counted", "clause"),
    [("cgp", "unless design is panel"), ("cgp", "when analyte is dna"), ("rna_test", ""), ("cgp", "in any 30 days")],
)
def test_a_rule_and_a_limit_that_never_meet_by_one_service_are_no_conflict(counted: str, clause: str) -> None:
    text = CLOSED.format(counted, clause) + "define rna_test as analyte is rna\n"
    assert [item.name for item in compiled(text).findings if item.severity.value == "error"] == []


def test_an_override_settles_the_conflict() -> None:
    text = CLOSED.format("cgp", "") + (
        "rule S2 for further when design is panel after a cgp on the same specimen\n"
        '  then must not report rna_code overrides S1 because "it is closed"\n'
    )
    assert [item.name for item in compiled(text).findings if item.name == "conflict"] == []


def test_what_is_too_much_to_go_through_is_said_to_be_not_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(histories, "MOST_WAYS", 3)
    monkeypatch.setattr(day_differences, "MOST_COMBINATIONS", 3)
    for text in (CLOSED.format("cgp", ""), COMPARED.format(1, 2, 3, 28)):
        assert "not_decided" in [item.name for item in compiled(text).findings]


def test_proposed_examples_tell_what_came_before_and_come_out() -> None:
    text = CLOSED.format("cgp", "unless design is panel") + (
        "limit MONTH at most 1 dna_test per specimen counting paid services in a calendar month else pend\n"
    )
    found = compiled(text)
    proposed = proposals(found, coverages(found))
    assert any("earlier on" in item and "paid is yes" in item for item in proposed)
    assert any("no earlier services" in item for item in proposed)
    again = compiled(text + "\n".join(proposed) + "\n")
    assert [item.message for item in again.findings if item.name == "example_fails"] == []


def test_the_domains_of_the_scan_are_those_of_the_policy() -> None:
    """A guard: a value that the policy refuses would try nothing."""
    found = _loaded()
    for name, values in DOMAINS.items():
        for value in values:
            if name != "paid":
                found.decide({name: value, "service_date": DAYS[0]})
