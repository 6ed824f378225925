"""Explanations as values: why, redaction, the two clocks, histories, notebooks, and records that are answered again."""

from __future__ import annotations

import datetime
import json
import random
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given

from brute_force import compiled
from random_policies import RandomPolicy, policies
from ruleproof.model import meaning
from ruleproof.model.meaning import OUTCOME
from ruleproof.resources import folder
from ruleproof.runtime.explain.faults import NoSuchInputError
from ruleproof.runtime.explain.interview import StateError
from ruleproof.runtime.explain.record import RECORD, RecordError
from ruleproof.runtime.explain.why_not import NoSuchAnswerError
from ruleproof.runtime.kernel.values import InputError
from ruleproof.runtime.load import LoadedPolicy, load

TEXT = """policy lamps "Lamps"

input watts "power" is whole number from 0 to 100
  unit "watts"

input colour "colour" is one of warm_white, cold_white, red

input member_id "member" is one of m1, m2

input indoors "indoors" is yes or no

cannot happen X1 "red lamps indoors"
  when colour is red and indoors
  because "none is made"

presume indoors is yes unless shown

define strong "strong" as watts is at least 50

decision place "where to put it" gives one of hall, desk, shed

rule R1 "halls" for place
  when strong and colour is one of (warm_white, cold_white) and indoors
  then place is hall

rule R2 "desks" for place
  when not strong and colour is not red
  then place is desk

rule R3 "sheds" for place
  when colour is red or not indoors
  then place is shed
  overrides R2 because "outdoors comes first"

require Q1 "a member is named" that member_id is m1
  else deny
"""
FACTS: dict[str, object] = {"watts": 60, "colour": "warm_white", "indoors": True, "member_id": "m2"}


@pytest.fixture(scope="module")
def lamps() -> LoadedPolicy:
    return load(TEXT)


@pytest.fixture(scope="module")
def tumour() -> LoadedPolicy:
    return load(str(folder("policies") / "tumor_ngs" / "tumor_ngs.policy"))


# ---------------------------------------------------------------- why


def test_why_is_one_paragraph_for_each_decision(lamps: LoadedPolicy) -> None:
    explanation = lamps.explain(FACTS)
    assert explanation["place"].text == (
        "Where to put it: hall. Rule R1 (halls) says so: “strong”: yes; "
        "colour: warm white or cold white (here warm white); indoors: yes."
    )
    assert explanation.texts[1] == (
        "Requirement Q1 (a member is named) is failed; it needs member: m1 (here not shown). What follows: deny."
    )


def test_unfolding_opens_definitions(lamps: LoadedPolicy) -> None:
    assert "“strong”: yes (here power: 60 watts)" in lamps.explain(FACTS, unfold=True)["place"].text


def test_a_rule_that_gives_way_says_to_which_and_why(lamps: LoadedPolicy) -> None:
    text = lamps.explain({**FACTS, "watts": 5, "indoors": False})["place"].text
    assert "Rule R2 (desks) fits too, but gives way to R3, because outdoors comes first." in text


def test_what_is_presumed_is_said(lamps: LoadedPolicy) -> None:
    text = lamps.explain({"watts": 60, "colour": "cold_white"})["place"].text
    assert "indoors: yes (here yes, as presumed)" in text
    assert "This rests on what is presumed of indoors." in text


def test_what_is_not_known_yet_says_what_it_hangs_on(lamps: LoadedPolicy) -> None:
    text = lamps.explain({"colour": "warm_white"})["place"].text
    assert text.startswith("Where to put it: not known yet. Still possible: ")
    assert text.endswith("It hangs on power. This rests on what is presumed of indoors.")


@given(policies())
def test_reasons_agree_with_the_meaning(written: RandomPolicy) -> None:
    """The rules named are those that answer, and every need has the state that brute force finds."""
    policy = compiled(written.text)
    loaded = LoadedPolicy(policy)
    rng = random.Random(written.text)
    samples = policy.space.samples()
    for _ in range(3):
        case = {name: rng.choice(values) for name, values in samples.items()}
        given_facts = {name: value for name, value in case.items() if policy.space.inputs[name].derived is None}
        try:
            explanation = loaded.explain(given_facts)
        except InputError:
            assert meaning.impossible(policy.policy, case) or policy.policy.derived
            continue
        facts = explanation.facts
        for decision in policy.policy.decisions:
            reason = explanation[decision.name]
            assert {rule.rule.name for rule in reason.rules} == set(reason.answer.rules)
            assert reason.text.count("\n") == 0
            if len(facts) < len(samples):
                continue
            for rule in (*reason.rules, *reason.overridden):
                assert meaning.holds(policy.policy, rule.rule.condition, facts)
                assert all(met.state for met in rule.needs)
            if reason.answer.kind == OUTCOME:
                assert reason.rules


# ---------------------------------------------------------------- bad input


def test_facts_that_cannot_happen_are_named_by_their_smallest_part(lamps: LoadedPolicy) -> None:
    with pytest.raises(InputError) as caught:
        lamps.explain({**FACTS, "colour": "red"})
    assert caught.value.cannot_happen == ("X1",)
    assert str(caught.value) == "these facts cannot happen together (colour is red, indoors is yes) by X1: none is made"


def test_the_smallest_part_leaves_out_what_is_not_needed() -> None:
    """Every fact here is of the combination that is refused, but two of them alone cannot be."""
    text = TEXT.replace(
        "when colour is red and indoors\n", "when any of (all of (colour is red, indoors), watts is more than 90)\n"
    )
    with pytest.raises(InputError) as caught:
        load(text).explain({**FACTS, "colour": "red"})
    assert "(colour is red, indoors is yes)" in str(caught.value)
    assert "watts" not in str(caught.value)


def test_an_answer_that_is_none_is_refused(lamps: LoadedPolicy) -> None:
    with pytest.raises(NoSuchAnswerError, match="`attic` is no answer of `place`: it gives hall, desk, shed,"):
        lamps.why_not(FACTS, "place", "attic")
    with pytest.raises(NoSuchInputError, match="what is fixed: there is no input `watt`; did you mean `watts`"):
        lamps.why_not(FACTS, "place", "desk", fixed=["watt"])
    with pytest.raises(NoSuchInputError, match="`watts` can cost a whole number from 1"):
        lamps.why_not(FACTS, "place", "desk", costs={"watts": 0})
    with pytest.raises(NoSuchAnswerError, match="`lamp` is no decision"):
        lamps.possible(FACTS, "lamp")


def test_a_fixed_set_that_leaves_no_answer_is_named(lamps: LoadedPolicy) -> None:
    found = lamps.why_not(FACTS, "place", "desk", fixed=["watts", "colour"])
    assert found.fault == ("watts",)
    assert found.text.startswith("Where to put it cannot be desk while power stays as it is.")


# ---------------------------------------------------------------- redaction


def test_nothing_shows_a_redacted_field(lamps: LoadedPolicy) -> None:
    secret = "m2"
    more = ("watts",)
    for redact, words in (((), (secret,)), (more, (secret, "60"))):
        explanation = lamps.explain(FACTS, redact=redact, unfold=True)
        shown = [
            explanation.text,
            json.dumps(explanation.as_dict()),
            explanation._repr_html_(),
            json.dumps(lamps.why_not(FACTS, "Q1", "met", redact=redact).as_dict()),
            json.dumps(lamps.possible(FACTS, "place", redact=redact).as_dict()),
            json.dumps(lamps.compare(FACTS, {**FACTS, "member_id": "m1"}, redact=redact).as_dict()),
            json.dumps(lamps.record(FACTS, redact=redact)),
        ]
        for text in shown:
            told = text.replace(explanation.judged.policy.sha256, "").replace(explanation.judged.policy.sha256[:12], "")
            for word in words:
                assert f" {word} " not in told.replace('"', " ").replace(")", " ").replace(";", " ").replace(",", " ")


def test_a_refusal_does_not_show_a_redacted_field(lamps: LoadedPolicy) -> None:
    with pytest.raises(InputError) as caught:
        lamps.explain({"member_id": "Jane Doe"})
    assert "Jane" not in str(caught.value)
    assert "Jane" not in repr(caught.value.value)


def test_a_history_does_not_show_whose_it_is(tumour: LoadedPolicy) -> None:
    with pytest.raises(InputError) as caught:
        tumour.explain({"patient_id": "Jane Doe"}, [{"id": "s1", "patient_id": "John Roe"}])
    assert "redacted" in str(caught.value)
    assert "Jane" not in str(caught.value)
    assert "John" not in str(caught.value)


# ---------------------------------------------------------------- clocks and histories


def _first(policy: LoadedPolicy) -> dict[str, object]:
    return dict(policy.compiled.policy.examples[0].facts)


def test_an_explanation_is_of_the_text_posted_then(tumour: LoadedPolicy) -> None:
    facts = _first(tumour)
    now, then = tumour.explain(facts), tumour.explain(facts, as_posted_on="2024-01-31")
    assert now.revisions == {"article": "Rev 8"}
    assert then.revisions == {"article": "Rev 7"}
    assert "as posted on 2024-01-31" in then.text
    assert then["billing_code"].answer.kind != now["billing_code"].answer.kind
    assert (
        tumour.possible(facts, "billing_code", as_posted_on="2024-01-31").answers[0].says == then["billing_code"].says
    )


def test_a_limit_is_explained_by_the_history(tumour: LoadedPolicy) -> None:
    line = {**_first(tumour), "design": "profile", "specimen_id": "s1", "patient_id": "p1"}
    earlier = {**line, "id": "e1", "service_date": datetime.date(2024, 5, 1), "paid": "yes"}
    unknown = tumour.explain(line).requirements["CG2"]
    assert unknown.state.state == "not checked"
    failed = tumour.explain(line, [earlier]).requirements["CG2"]
    assert failed.state.state == "failed"
    assert "“comprehensive genomic profile”" in failed.text
    assert tumour.explain(line, []).requirements["CG2"].state.state == "met"
    assert tumour.why_not(line, "CG2", "met", history=[earlier]).steps


# ---------------------------------------------------------------- notebooks


def test_the_html_is_whole_and_escaped() -> None:
    policy = load(TEXT.replace('"where to put it"', '"where <b>to</b> put it & why"').replace('"halls"', '"<script>"'))
    for html in (policy.explain(FACTS)._repr_html_(), policy.decide(FACTS)._repr_html_()):
        assert "<script>" not in html
        assert "<b>to" not in html
        ElementTree.fromstring(html.replace("&nbsp;", " "))


def test_the_picture_marks_the_way(lamps: LoadedPolicy) -> None:
    explanation = lamps.explain(FACTS)
    assert explanation._repr_svg_().count('marked"') == len(explanation.trail("place", _flow(lamps))[0])
    assert len(explanation.trail("place", _flow(lamps))[0]) > 3
    unknown = lamps.explain({"colour": "warm_white"})
    assert 0 < len(unknown.trail("place", _flow(lamps))[0]) < len(explanation.trail("place", _flow(lamps))[0])


def _flow(policy: LoadedPolicy) -> Any:
    from ruleproof.artifacts.charts_of_policy import flow_of_decision

    return flow_of_decision(policy.compiled, policy.compiled.policy.decision("place"))


# ---------------------------------------------------------------- what is possible, what if


def test_possible_answers_have_witnesses(tumour: LoadedPolicy) -> None:
    found = tumour.possible({"moldx": True, "method": "ngs", "service_date": "2024-06-03"}, "billing_code")
    assert len(found.answers) > 5
    for item in found.answers:
        witness = {name: value for name, value in item.witness.items() if name in tumour.program.names}
        assert witness["moldx"] is True
        assert tumour.explain(witness, [])["billing_code"].says == item.says
    assert not set(found.matters) & set(found.idle)
    assert found.questions[0].input in found.matters


def test_ranges_are_for_every_decision(lamps: LoadedPolicy) -> None:
    (ranges,) = lamps.ranges(FACTS, "watts").values()
    assert [(item.words, item.answers, item.here) for item in ranges] == [
        ("power: up to 49 watts", ("desk",), False),
        ("power: 50 or more watts", ("hall",), True),
    ]
    text = lamps.compare(FACTS, {**FACTS, "watts": 5, "colour": "cold_white"}).text
    assert text.endswith("Where to put it was hall and is desk, because of power.")


# ---------------------------------------------------------------- interviews


def test_an_interview_goes_on_another_day(lamps: LoadedPolicy) -> None:
    begun = lamps.interview({"watts": 5}).answer("colour", "cold_white").dont_know("indoors")
    again = lamps.resume(json.loads(json.dumps(begun.state)))
    assert again.asked == begun.asked
    assert again.known == begun.known
    assert again.question == begun.question


def _with(state: Mapping[str, Any], **changed: Any) -> dict[str, Any]:
    return {**state, **changed}


def test_an_interview_of_another_text_is_refused(lamps: LoadedPolicy) -> None:
    state = lamps.interview({"watts": 5}).answer("colour", "red").state
    with pytest.raises(StateError, match="about the policy `candles`, and this one is `lamps`"):
        lamps.resume(_with(state, policy="candles"))
    with pytest.raises(StateError, match="about another text of `lamps`"):
        load(TEXT.replace("at least 50", "at least 51")).resume(state)
    with pytest.raises(StateError, match="no saved interview"):
        lamps.resume({"policy": "lamps"})
    with pytest.raises(StateError, match="no `facts` or no `asked`"):
        lamps.resume(_with(state, asked=[{"input": "colour"}]))
    with pytest.raises(StateError, match="no input `size`"):
        lamps.resume(_with(state, asked=[{"input": "size", "value": 1, "known": True}]))
    with pytest.raises(InputError, match="`colour` cannot be"):
        lamps.resume(_with(state, asked=[{"input": "colour", "value": "blue", "known": True}]))


# ---------------------------------------------------------------- records


def test_a_record_gives_the_same_answers_again(lamps: LoadedPolicy, tumour: LoadedPolicy) -> None:
    record = json.loads(json.dumps(lamps.record(FACTS)))
    assert record["record"] == RECORD
    assert record["policy"]["sha256"] == lamps.policy.sha256
    assert record["claim"]["member_id"] == "redacted 1"
    line = {**_first(tumour), "design": "profile", "specimen_id": "s1", "patient_id": "p1"}
    earlier = {**line, "id": "e1", "service_date": "2024-05-01", "paid": "yes"}
    claim = {"lines": [line, {**line, "genes": 3}]}
    for told in (tumour.record(line, [earlier]), tumour.record(claim, [earlier], "2024-06-30")):
        text = json.dumps(told)
        assert "p1" not in text
        assert tumour.replay(json.loads(text)).same


def test_a_record_that_was_tampered_with_differs(lamps: LoadedPolicy) -> None:
    record = json.loads(json.dumps(lamps.record({"watts": 60, "colour": "warm_white", "indoors": True})))
    record["answer"]["decisions"]["place"]["outcome"] = "desk"
    assert lamps.replay(record).differences == ("decisions.place.outcome: desk then, hall now",)
    record["claim"]["watts"] = 1000
    assert "the claim is refused now: `watts` cannot be 1000" in lamps.replay(record).differences[0]


def test_a_record_whose_answer_rests_on_what_was_left_out_says_so(lamps: LoadedPolicy) -> None:
    found = lamps.replay(lamps.record(FACTS))
    assert not found.same
    assert found.differences[-1] == "left out of the record: member_id; what rests on it may differ for that"


def test_a_record_of_another_policy_is_refused(lamps: LoadedPolicy, tumour: LoadedPolicy) -> None:
    record = lamps.record({"watts": 5})
    with pytest.raises(RecordError, match="of the policy `lamps`, and this one is `tumor_ngs`"):
        tumour.replay(record)
    with pytest.raises(RecordError, match="no decision record"):
        lamps.replay([record])
    with pytest.raises(RecordError, match="has no `answer`"):
        lamps.replay({**record, "answer": 1})
    changed = load(TEXT.replace("at least 50", "at least 3")).replay(record)
    assert not changed.same
    assert changed.notes[0].startswith("the policy had another text then: ")
    same = load(TEXT + "\n").replay(record)
    assert same.same
    assert same.notes


# ---------------------------------------------------------------- what a reader stumbled over

FORCES = """policy forces "Forces"

input a "first" is one of x, y, z

input b "second" is yes or no

input m "mark" is code like "Z" then 2 letters or digits, may be missing

decision code "code" collects any of P, Q

rule R1 "one" for code
  when a is x
  then may report P

rule R2 "two" for code
  when a is y
  then must not report P

rule R3 "three" for code
  when b
  then may also report Q

decision line "line" gives one of P, Q, S

rule L1 "l one" for line
  when a is x
  then report P

rule L2 "l two" for line
  when b
  then may also report Q

rule L3 "l three" for line
  when a is z
  then must not report S

rule L4 "l four" for line
  when a is y
  then consider S

require M1 "a mark" that m is present
  else deny
"""


@pytest.fixture(scope="module")
def forces() -> LoadedPolicy:
    return load(FORCES, allow=("gap",))


@pytest.mark.parametrize(
    ("case", "decision", "wanted", "now"),
    [
        ({"a": "y", "b": True}, "code", "P", False),
        ({"a": "y", "b": True}, "code", "must not report P", True),
        ({"a": "y", "b": True}, "code", "Q", True),
        ({"a": "x", "b": True}, "line", "Q", True),
        ({"a": "x", "b": True}, "line", "may also report Q", True),
        ({"a": "z", "b": False}, "line", "S", False),
        ({"a": "z", "b": False}, "line", "must not report S", True),
        ({"a": "z", "b": True}, "line", "must not report S", True),
    ],
)
def test_a_barred_outcome_is_not_given(
    forces: LoadedPolicy, case: dict[str, object], decision: str, wanted: str, now: bool
) -> None:
    found = forces.why_not(case, decision, wanted)
    assert (found.now, bool(found.steps)) == (now, not now)


def test_every_outcome_and_force_is_found_by_trying_all_cases(forces: LoadedPolicy) -> None:
    """What a case tells, spelt with its force, is there already; what none of them tells is in no case at all."""
    cases = [{"a": a, "b": b} for a in "xyz" for b in (True, False)]
    every = [
        f"{force} {one}" for force in ("report", "may report", "may also report", "must not report") for one in "PQS"
    ]
    for name in ("code", "line"):
        told = [_told(forces.decide(case).answers[name]) for case in cases]
        for wanted in (one for one in every if not (name == "code" and one.endswith("S"))):
            for case, one in zip(cases, told, strict=True):
                found = forces.why_not(case, name, wanted)
                assert found.now == (wanted in one)
                assert bool(found.steps) == (not found.now and any(wanted in other for other in told))


def _told(answer: Any) -> set[str]:
    said = set(answer.outcomes) if answer.force == "several" else {f"{answer.force} {one}" for one in answer.outcomes}
    return (
        said
        | {f"may also report {one}" for one in answer.further}
        | {f"must not report {one}" for one in answer.barred}
    )


def test_a_rule_with_another_force_is_not_named(forces: LoadedPolicy) -> None:
    text = forces.why_not({"a": "x", "b": True}, "line", "report S").text
    assert text == "Line is report S in no case at all."


def test_only_barred_codes_are_not_called_silence(forces: LoadedPolicy) -> None:
    text = forces.explain({"a": "z", "b": False})["line"].text
    assert text == "Line: nothing to report. Rule L3 (l three) says so: first: z. S must not be reported."


def test_a_value_of_any_kind_is_called_given(forces: LoadedPolicy) -> None:
    assert forces.why_not({"m": None}, "M1", "met").text == "Requirement M1 (a mark) would be met with mark: given."


def test_a_change_names_what_else_has_to_turn_out(lamps: LoadedPolicy) -> None:
    found = lamps.why_not({"watts": 5}, "place", "hall")
    assert [step.also for step in found.steps] == [("colour: warm white or cold white", "indoors: yes")]
    assert "with power: 50 or more watts, if it turns out, for example, that colour: warm white" in found.text
    assert "colour: warm white or cold white (not known)" in found.text
    sure = lamps.why_not({**FACTS, "watts": 5}, "place", "hall")
    assert [step.also for step in sure.steps] == [()]


def test_what_is_presumed_is_named_where_it_can_turn_out_otherwise(lamps: LoadedPolicy) -> None:
    text = lamps.why_not({"watts": 60, "colour": "warm_white"}, "place", "shed").text
    assert text == "Where to put it: shed is still possible; it hangs on indoors (presumed: yes)."


def test_no_reviewer_is_named_before_one_has_decided(tumour: LoadedPolicy) -> None:
    text = tumour.explain({"moldx": False, "service_date": "2024-06-03"})["billing_code"].text
    assert "reviewer" not in text
    assert text.count("(here ") == 1
    assert "not known" not in text


def test_earlier_services_are_named_as_such() -> None:
    mrd = load(str(folder("policies") / "mrd" / "mrd.policy"))
    line = {"jurisdiction": "JE", "named_test": True, "cancer": False, "service_date": "2024-06-30", "patient_id": "Jo"}
    earlier = {"id": "s1", "service_date": "2024-06-01", "named_test": True, "patient_id": "Jo"}
    assert "an earlier “test for residual disease” of the same patient less than 30 days before: no (here yes)" in (
        mrd.explain(line, [earlier]).text
    )


@pytest.mark.parametrize("wrong", [["MBI777"], {"x": "MBI777"}])
def test_no_error_shows_a_member(wrong: object) -> None:
    mrd = load(str(folder("policies") / "mrd" / "mrd.policy"))
    for ask in (mrd.explain, mrd.record, mrd.interview):
        with pytest.raises(InputError) as caught:
            ask({"patient_id": wrong})  # type: ignore[operator]
        assert "MBI777" not in f"{caught.value} {caught.value.value}"


def test_a_range_does_not_mark_where_a_redacted_value_lies(lamps: LoadedPolicy) -> None:
    assert any(item.here for item in lamps.ranges(FACTS, "watts")["place"])
    assert not any(item.here for item in lamps.ranges(FACTS, "watts", redact=["watts"])["place"])


def test_a_saved_interview_with_decisions_of_another_kind(lamps: LoadedPolicy) -> None:
    with pytest.raises(StateError, match="are to be a list of place"):
        lamps.resume({**lamps.interview().state, "decisions": [["place"]]})
