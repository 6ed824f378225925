"""Interviews, comparisons and ranges against every case of random policies, and interviews about the bundled policy."""

from __future__ import annotations

import datetime
import random
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from math import prod
from statistics import mean

import pytest
from hypothesis import given, settings

from random_policies import RandomPolicy, policies
from ruleproof.finding import Value
from ruleproof.graph.remaining import said
from ruleproof.model.meaning import CANNOT_ANSWER, OUT_OF_SCOPE, answer_of, impossible
from ruleproof.resources import folder
from ruleproof.runtime.explain.explainer import Explainer
from ruleproof.runtime.explain.interview import Interview, interview_of
from ruleproof.runtime.load import load
from test_laws_of_explanations import _Counted, _decisions, _needed, _some_facts

MOST_STATES = 800
"""Policies with more states of knowledge than this are too large to find the best order of all."""


def _ended(interview: Interview, case: Mapping[str, Value]) -> Interview:
    """Answer every question from a case."""
    while (question := interview.question) is not None:
        interview = interview.answer(question.input, case[question.input])
    return interview


@given(policies())
def test_an_interview_asks_only_what_matters_and_ends_settled(written: RandomPolicy) -> None:
    rng = random.Random(written.text)
    for counted in _decisions(written):
        facts = _some_facts(counted, rng) if rng.random() < 0.5 else {}
        among = counted.among(facts)
        case, wanted = rng.choice(among)
        interview = interview_of(counted.policy, facts, [counted.decision.name])
        bound = interview.most_left
        while (question := interview.question) is not None:
            assert question.input not in interview.known
            assert question.input in _needed(counted, interview.known), (written.text, interview.known, question)
            left = interview.most_left
            interview = interview.answer(question.input, case[question.input])
            assert interview.most_left < left
        assert interview.settled
        assert len(interview.asked) <= bound
        (answer,) = interview.remaining[counted.decision.name].counts
        assert answer == wanted


@given(policies())
def test_an_interview_bears_that_somebody_does_not_know(written: RandomPolicy) -> None:
    """What nobody knows is not asked again, the bound holds all the same, and what is left is exactly what can be."""
    rng = random.Random(written.text)
    for counted in _decisions(written):
        case, _ = rng.choice(counted.said)
        interview = interview_of(counted.policy, {}, [counted.decision.name])
        while (question := interview.question) is not None:
            assert question.input not in {item.input for item in interview.asked}
            left = interview.most_left
            known = rng.random() < 0.6
            name = question.input
            interview = interview.answer(name, case[name]) if known else interview.dont_know(name)
            if not any(not item.told for item in interview.asked):
                assert interview.most_left < left
        presumed = {item.input for item in counted.policy.policy.presumptions} & interview.unknown
        if not presumed:
            expected = {answer for _, answer in counted.among(interview.known)}
            assert set(interview.remaining[counted.decision.name].counts) == expected
        assert interview.back().asked == interview.asked[:-1]


# ---------------------------------------------------------------- the best possible order


def _best(counted: _Counted) -> Fraction:
    """Give the fewest questions on average that settle the answer, over every order there is."""
    values = counted.space.samples()

    @cache
    def best(known: tuple[tuple[str, Value], ...]) -> Fraction:
        among = counted.among(dict(known))
        if len({answer for _, answer in among}) <= 1:
            return Fraction(0)
        return 1 + min(
            sum(
                (
                    Fraction(len(part), len(among)) * best((*known, (name, value)))
                    for value in values[name]
                    if (part := counted.among({**dict(known), name: value}))
                ),
                Fraction(0),
            )
            for name in counted.names
            if name not in dict(known)
        )

    return best(())


def _asked(counted: _Counted) -> Fraction:
    """Give how many questions an interview asks on average, over every case."""
    begun = interview_of(counted.policy, {}, [counted.decision.name])
    return Fraction(sum(len(_ended(begun, case).asked) for case, _ in counted.said), len(counted.said))


def test_questions_come_near_the_best_possible_order(capsys: pytest.CaptureFixture[str]) -> None:
    pairs: list[tuple[Fraction, Fraction]] = []

    @settings(max_examples=60, derandomize=True, database=None)
    @given(policies())
    def collect(written: RandomPolicy) -> None:
        for counted in _decisions(written):
            states = prod(len(values) + 1 for values in counted.space.samples().values())
            if states <= MOST_STATES and len({answer for _, answer in counted.said}) > 1 and len(counted.names) <= 5:
                pairs.append((_asked(counted), _best(counted)))

    collect()
    assert len(pairs) > 20
    ours, best = float(mean(one for one, _ in pairs)), float(mean(other for _, other in pairs))
    ratio = float(mean(one / other for one, other in pairs))
    with capsys.disabled():
        print(
            f"\nquestions on average: {ours:.3f} asked, {best:.3f} in the best order, ratio {ratio:.4f}, {len(pairs)} policies"
        )
    assert all(one >= other for one, other in pairs)
    assert ratio <= 1.2


# ---------------------------------------------------------------- the bundled policy


@pytest.mark.slow
def test_the_bundled_policy_asks_few_questions(capsys: pytest.CaptureFixture[str]) -> None:
    policy = load(str(folder("policies") / "tumor_ngs" / "tumor_ngs.policy"))
    compiled = policy.compiled
    decision = compiled.policy.decision("billing_code")
    landscape = compiled.study.landscape(decision)
    assert landscape is not None
    samples, rng = compiled.space.samples(), random.Random(20240321)
    in_scope = {"moldx": True, "method": "ngs", "origin": "somatic", "own_pla_code": False}
    steps: dict[tuple[tuple[str, Value], ...], Interview] = {}
    begun = interview_of(compiled, {}, [decision.name])
    bound, counts = begun.most_left, []
    while len(counts) < 1_000:
        case = {name: rng.choice(values) for name, values in samples.items()} | in_scope
        case["service_date"] = datetime.date(2024, 6, 3)
        if impossible(compiled.policy, case):
            continue
        answer = answer_of(compiled.policy, decision, case)
        if answer.kind in (OUT_OF_SCOPE, CANNOT_ANSWER):
            continue
        interview, key = begun, ()
        while (question := interview.question) is not None:
            key = (*key, (question.input, case[question.input]))
            interview = steps.setdefault(key, interview.answer(question.input, case[question.input]))
        assert interview.settled
        assert list(interview.remaining[decision.name].counts) == [said(answer)]
        assert len(interview.asked) <= bound
        counts.append(len(interview.asked))
    share = mean(counts) / len(landscape.inputs)
    with capsys.disabled():
        print(
            f"\n{mean(counts):.2f} questions on average, at most {max(counts)} (bound {bound}), "
            f"{share:.1%} of the {len(landscape.inputs)} inputs of the decision"
        )
    assert share <= 0.6


# ---------------------------------------------------------------- what if


@given(policies())
def test_ranges_say_what_every_value_leads_to(written: RandomPolicy) -> None:
    rng = random.Random(written.text)
    for counted in _decisions(written):
        what_if = Explainer(counted.policy).what_if
        english = what_if.english
        case, _ = rng.choice(counted.said)
        name = rng.choice(counted.names)
        ranges = what_if.ranges(counted.decision.name, name, case)
        assert sum(item.here for item in ranges) == 1
        kept = {other: value for other, value in case.items() if other != name}
        possible = {
            english.answer(answer_of(counted.policy.policy, counted.decision, one)) for one, _ in counted.among(kept)
        }
        told = {answer for item in ranges for answer in item.answers}
        assert possible <= told
        here = next(item for item in ranges if item.here)
        assert here.answers == (english.answer(answer_of(counted.policy.policy, counted.decision, case)),)


@given(policies())
def test_a_comparison_names_the_differences_that_count(written: RandomPolicy) -> None:
    """The sets named are exactly the smallest sets of differing inputs that lead from the one answer to the other."""
    rng = random.Random(written.text)
    for counted in _decisions(written):
        (before, one), (after, other) = rng.choice(counted.said), rng.choice(counted.said)
        found = Explainer(counted.policy).what_if.compare(before, after)
        names = [name for name in counted.names if before[name] != after[name]]
        assert [name for name, _, _ in found.differ] == names
        sets = found.because.get(counted.decision.name, ())
        if one == other:
            assert not sets
            continue
        reached = set()
        for case, answer in counted.said:
            changed = frozenset(name for name in counted.names if case[name] != before[name])
            if answer == other and all(case[name] == after[name] for name in changed):
                reached.add(changed)
        smallest = {item for item in reached if not any(smaller < item for smaller in reached)}
        if len(smallest) <= 5:
            assert {frozenset(inputs) for inputs in sets} == smallest
        else:
            assert {frozenset(inputs) for inputs in sets} <= smallest
