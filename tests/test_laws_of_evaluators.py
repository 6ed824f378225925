"""Laws of the evaluators: the emitted module and the loaded policy say what the meaning says, also where facts are unknown."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given

from brute_force import compiled, full_cases
from emitted import module_of
from random_policies import RandomPolicy, policies
from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.model import meaning
from ruleproof.model.meaning import Case
from ruleproof.model.nodes import Policy
from ruleproof.prover.study import Study
from ruleproof.prover.witnesses import witness_of
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


def _refusal(
    evaluator: Any, facts: Mapping[str, Value], day: datetime.date | None = None, history: Any = None
) -> tuple[str, ...]:
    """Give the combinations that an evaluator refuses facts for; its error is one of its own module."""
    with pytest.raises(getattr(evaluator, "InputError", InputError)) as caught:
        evaluator.decide(facts, history, day)
    return tuple(caught.value.cannot_happen)


def _agrees(
    policy: Policy, evaluator: Any, case: Case, day: datetime.date | None = None, study: Study | None = None
) -> None:
    judged = meaning.judge(policy, case)
    history = None
    line = case
    if study is not None and policy.derived:
        # what is worked out cannot be given: a history that leads to it is
        box = tuple(1 << cell for cell in study.space.encode(case))
        told = witness_of(study, box)
        line, history = dict(told.line), list(told.history)
    if judged.impossible:
        assert _refusal(evaluator, line, day, history) == judged.impossible
        return
    answer = evaluator.decide(line, history, day)
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
            _agrees(found.policy, evaluator, case)


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


def _partly_agrees(
    policy: Policy, evaluator: Any, facts: Case, samples: Samples, day: datetime.date | None = None
) -> None:
    if next(meaning.completions(policy, facts, samples), None) is None:
        assert not policy.impossibles or _refusal(evaluator, facts, day)
        return
    answer = evaluator.decide(facts, as_posted_on=day)
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
        states = _states(policy, requirement.name, facts, samples)
        expected_state = states.pop() if len(states) == 1 else meaning.NOT_CHECKED
        assert answer.requirements[requirement.name].state == expected_state


def _states(policy: Policy, name: str, facts: Case, samples: Samples) -> set[str]:
    """Give the states of a requirement over all completions, with what is presumed where that can happen."""
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
                _partly_agrees(found.policy, evaluator, facts, samples)


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


def _days_of_posting(found: Compiled) -> list[datetime.date]:
    """Give a day before all posting, each day of posting, and the day before it."""
    days = {posting.day for posting in found.policy.postings}
    return sorted(days | {day - datetime.timedelta(days=1) for day in days})


def _shared_samples(found: Compiled) -> Samples:
    """Give a value of each cell that no epoch tells apart."""
    return found.epochs[-1].compiler.space.samples()


@given(policies())
def test_full_cases_are_judged_as_posted_by_the_policy_of_that_day(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    for evaluator in _evaluators(found) if found.policy.postings else ():
        for day in _days_of_posting(found):
            known = found.as_posted(day).policy
            for case in list(_cases(_shared_samples(found), policy.others))[:: 1 + len(found.policy.inputs)]:
                _agrees(known, evaluator, case, day)


@given(policies())
def test_unknown_facts_are_judged_as_posted_by_the_policy_of_that_day(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    samples = _shared_samples(found)
    for evaluator in _evaluators(found) if found.policy.postings else ():
        for day in _days_of_posting(found)[:4]:
            known = found.as_posted(day).policy
            for facts in list(_partial_facts(samples))[:6]:
                if _completions(samples, facts) <= MOST_COMPLETIONS:
                    _partly_agrees(known, evaluator, facts, samples, day)


@given(policies())
def test_all_that_is_posted_is_the_default(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    loaded = LoadedPolicy(found)
    samples = _shared_samples(found)
    for facts in _partial_facts(samples):
        if next(meaning.completions(found.policy, facts, samples), None) is not None:
            assert loaded.decide(facts) == loaded.decide(facts, as_posted_on=datetime.date.max)


@given(policies())
def test_over_time_is_the_answer_of_every_day(policy: RandomPolicy) -> None:
    """The periods follow each other, their answers are those of their days, and neighbours differ in what is named."""
    found = compiled(policy.text)
    samples = _shared_samples(found)
    for evaluator in _evaluators(found) if found.policy.postings else ():
        for facts in list(_partial_facts(samples))[:4]:
            periods = evaluator.over_time(facts).periods
            assert (periods[0].first, periods[-1].before) == (None, None)
            assert [period.before for period in periods[:-1]] == [period.first for period in periods[1:]]
            for day in _days_of_posting(found):
                period = next(item for item in periods if item.before is None or day < item.before)
                if period.refused:
                    assert _refusal(evaluator, facts, day)
                else:
                    assert evaluator.decide(facts, as_posted_on=day) == period.judged
            for before, after in pairwise(periods):
                assert before.judged != after.judged or before.refused != after.refused
                assert set(after.changed) == _changed(before.judged, after.judged)
                assert after.posted == next(item.names for item in found.policy.postings if item.day == after.first)


def _changed(before: Any, after: Any) -> set[str]:
    """Name what is said otherwise of a claim line, whatever the rules."""
    told: list[dict[str, object]] = []
    for judged in (before, after):
        answers = (
            {name: [answer.said, *(part.said for part in answer.possible)] for name, answer in judged.answers.items()}
            if judged
            else {}
        )
        states = {name: item.state for name, item in judged.requirements.items()} if judged else {}
        told.append({**answers, **states})
    return {name for name in (told[0] | told[1]) if told[0].get(name) != told[1].get(name)}


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
        _agrees(found.policy, module, case, study=found.study)
