"""Laws of the evaluators: the emitted module and the loaded policy say what the meaning says, also where facts are unknown."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given

from brute_force import compiled, full_cases
from emitted import module_of
from random_policies import RandomPolicy, policies
from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.model import meaning
from ruleproof.model.meaning import Answer, Case
from ruleproof.resources import folder
from ruleproof.runtime.kernel.values import InputError
from ruleproof.runtime.load import LoadedPolicy

MOST_CASES = 300
MOST_COMPLETIONS = 200

Samples = Mapping[str, tuple[Value, ...]]


def _evaluators(found: Compiled) -> tuple[Any, Any]:
    return module_of(found), LoadedPolicy(found)


def _cases(samples: Samples, others: Samples) -> Iterator[dict[str, Value]]:
    """Give one case of each cell where they are few, else some; and some with other values."""
    chance = random.Random(7)
    size = 1
    for values in samples.values():
        size *= len(values)
    if size <= MOST_CASES:
        yield from full_cases(samples)
    else:
        yield from ({name: chance.choice(values) for name, values in samples.items()} for _ in range(MOST_CASES))
    for _ in range(40):
        yield {name: chance.choice((*others.get(name, ()), *values)) for name, values in samples.items()}


def _said(answer: Any) -> tuple[object, ...]:
    return (answer.kind, answer.force, answer.outcomes, answer.further, answer.barred, answer.reason, answer.rules)


def _refusal(evaluator: Any, facts: Mapping[str, Value]) -> tuple[str, ...]:
    """Give the combinations that an evaluator refuses facts for; its error is one of its own module."""
    with pytest.raises(getattr(evaluator, "InputError", InputError)) as caught:
        evaluator.decide(facts)
    return tuple(caught.value.cannot_happen)


def _agrees(found: Compiled, evaluator: Any, case: Case) -> None:
    judged = meaning.judge(found.policy, case)
    if judged.impossible:
        assert _refusal(evaluator, case) == judged.impossible
        return
    answer = evaluator.decide(case)
    for name, expected in judged.answers.items():
        assert _said(answer[name]) == _said(expected)
        assert (answer[name].presumed, answer[name].needed, answer[name].possible) == ((), (), ())
    assert {name: item.state for name, item in answer.requirements.items()} == dict(judged.requirements)
    assert [item.name for item in answer.findings] == [
        name for name, state in judged.requirements.items() if state == "failed"
    ]


@given(policies())
def test_full_cases_are_judged_as_the_meaning_says(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    for evaluator in _evaluators(found):
        for case in _cases(found.space.samples(), policy.others):
            _agrees(found, evaluator, case)


# ---------------------------------------------------------------- unknown facts


def _partial_facts(samples: Samples) -> Iterator[dict[str, Value]]:
    """Give facts of which some inputs are left out, so that the completions can be counted."""
    chance = random.Random(11)
    yield {}
    for _ in range(15):
        known = [name for name in samples if chance.random() < 0.6]
        yield {name: chance.choice(samples[name]) for name in known}


def _completions(samples: Samples, facts: Case) -> int:
    size = 1
    for name, values in samples.items():
        size *= 1 if name in facts else len(values)
    return size


def _partly_agrees(found: Compiled, evaluator: Any, facts: Case, samples: Samples) -> None:
    policy = found.policy
    if next(meaning.completions(policy, facts, samples), None) is None:
        assert not policy.impossibles or _refusal(evaluator, facts)
        return
    answer = evaluator.decide(facts)
    for decision in policy.decisions:
        expected = meaning.partial(policy, decision, facts, samples)
        given_answer = answer[decision.name]
        assert given_answer.presumed == expected.presumed
        if expected.settled:
            assert _said(given_answer) == _said(expected.possible[0])
            assert not given_answer.needed
        else:
            assert given_answer.kind == meaning.NOT_KNOWN
            assert {_said(part) for part in given_answer.possible} == {_said(part) for part in expected.possible}
            assert given_answer.needed
            assert not set(given_answer.needed) & facts.keys()
    for requirement in policy.requirements:
        states = _states(found, requirement.name, facts, samples)
        expected_state = states.pop() if len(states) == 1 else meaning.NOT_CHECKED
        assert answer.requirements[requirement.name].state == expected_state


def _states(found: Compiled, name: str, facts: Case, samples: Samples) -> set[str]:
    """Give the states of a requirement over all completions, with what is presumed where that can happen."""
    policy = found.policy
    presumed = {item.input: item.value for item in policy.presumptions if item.input not in facts}
    requirement = next(item for item in policy.requirements if item.name == name)
    for known in ({**facts, **presumed}, facts):
        states = {meaning.state_of(policy, requirement, case) for case in meaning.completions(policy, known, samples)}
        if states:
            return states
    return set()


@given(policies())
def test_unknown_facts_leave_exactly_the_answers_of_all_completions(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    samples = found.space.samples()
    for evaluator in _evaluators(found):
        for facts in _partial_facts(samples):
            if _completions(samples, facts) <= MOST_COMPLETIONS:
                _partly_agrees(found, evaluator, facts, samples)


@given(policies())
def test_what_is_needed_settles_the_answer(policy: RandomPolicy) -> None:
    """Once every input that an answer hangs on is known, it is settled; what is presumed may become void, so not there."""
    found = compiled(policy.text)
    if found.policy.presumptions:
        return
    samples = found.space.samples()
    loaded = LoadedPolicy(found)
    for facts in _partial_facts(samples):
        if _completions(samples, facts) > MOST_COMPLETIONS:
            continue
        cases = list(meaning.completions(found.policy, facts, samples))
        for case in cases[:: max(1, len(cases) // 5)]:
            for name, answer in loaded.decide(facts).answers.items():
                more = {input: case[input] for input in answer.needed}
                assert loaded.decide({**facts, **more})[name].kind != meaning.NOT_KNOWN


# ---------------------------------------------------------------- as posted on a day


def _days(found: Compiled) -> list[datetime.date]:
    """Give dates of service that differ in what is posted or in force."""
    domain = found.policy.input("service_date").domain
    turns = {day for day in found.space.samples()["service_date"] if isinstance(day, datetime.date)}
    for source in found.policy.sources:
        for revision in source.revisions:
            turns |= {revision.services_from}
            if revision.services_until and revision.services_until < datetime.date.max:
                turns |= {revision.services_until, revision.services_until + datetime.timedelta(days=1)}
    high: datetime.date | None = domain.high  # type: ignore[union-attr,assignment]
    return sorted(day for day in turns if domain.low <= day and (high is None or day <= high))  # type: ignore[union-attr,operator]


def _posted_answers(found: Compiled, name: str, facts: Case, samples: Samples, posted: datetime.date) -> set[object]:
    policy = found.policy
    said: set[object] = set()
    for case in meaning.completions(policy, facts, samples):
        day = case["service_date"]
        assert isinstance(day, datetime.date)
        reason = meaning.posted_reason(policy, day, posted)
        answer = (
            Answer(meaning.CANNOT_ANSWER, reason=reason)
            if reason
            else meaning.answer_of(policy, policy.decision(name), case)
        )
        said.add(answer.said)
    return said


@given(policies())
def test_answers_as_posted_on_a_day(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    if "service_date" not in found.space.samples() or found.policy.presumptions:
        return
    samples: dict[str, tuple[Value, ...]] = {**found.space.samples(), "service_date": tuple(_days(found))}
    posted = datetime.date(2024, 3, 21)
    for evaluator in _evaluators(found):
        for facts in _partial_facts(samples):
            some = next(meaning.completions(found.policy, facts, samples), None)
            if _completions(samples, facts) > MOST_COMPLETIONS or some is None:
                continue
            answer = evaluator.decide(facts, as_posted_on=posted)
            for decision in found.policy.decisions:
                given_answer = answer[decision.name]
                possible: Sequence[Any] = given_answer.possible or (given_answer,)
                expected = _posted_answers(found, decision.name, facts, samples, posted)
                assert {part.said for part in possible} == expected


# ---------------------------------------------------------------- the bundled policies


@pytest.mark.parametrize("name", ["tumor_ngs", "literal"])
def test_bundled_policies_are_judged_as_the_meaning_says(name: str) -> None:
    found = compiled((folder("policies") / "tumor_ngs" / f"{name}.policy").read_text("utf-8"))
    chance = random.Random(3)
    samples = found.space.samples()
    module = module_of(found)
    for _ in range(1500):
        case = {input: chance.choice(values) for input, values in samples.items()}
        if "service_date" in case and chance.random() < 0.8:
            case["service_date"] = datetime.date(2024, 6, 3)
        _agrees(found, module, case)
