"""What could still come out, and what would have to be different: graphs against every case of random policies."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations
from math import log2
from typing import Any

import pytest
from hypothesis import given

from brute_force import Yardstick, compiled
from random_policies import RandomPolicy, policies
from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.graph.changes import Search
from ruleproof.graph.remaining import Remaining, Worth, said
from ruleproof.model.meaning import answer_of
from ruleproof.model.nodes import Decision
from ruleproof.prover.space import Box

MOST_CASES = 4_000
"""Policies with more cells than this are left to the other laws."""


class _Counted:
    """Every case of a policy that can happen, what a decision says of it, by brute force."""

    def __init__(self, policy: Compiled, decision: Decision) -> None:
        self.policy, self.decision = policy, decision
        self.space = policy.space
        yardstick = Yardstick(policy.policy, self.space.samples())
        self.said = [(case, said(answer_of(policy.policy, decision, case))) for case in yardstick.possible]
        self.names = tuple(self.space.places)

    def among(self, facts: Mapping[str, Value]) -> list[tuple[Mapping[str, Value], object]]:
        return [(case, one) for case, one in self.said if all(case[name] == value for name, value in facts.items())]

    def box(self, facts: Mapping[str, Value]) -> Box:
        return self.policy.study.box_of(facts)

    def sets_of_changes(self, facts: Mapping[str, Value], wanted: object, fixed: frozenset[str]) -> set[frozenset[str]]:
        """Give the minimal sets of inputs that differ from the facts in some case with the wanted answer."""
        found: set[frozenset[str]] = set()
        for case, one in self.said:
            different = frozenset(name for name, value in facts.items() if case[name] != value)
            if one == wanted and not different & fixed:
                found.add(different)
        return {one for one in found if not any(other < one for other in found)}

    def worth(self, facts: Mapping[str, Value], name: str) -> tuple[int, Fraction, float]:
        """Give the worst and the expected number of answers left, and the bits gained, by asking one input."""
        among = self.among(facts)
        counts = [Counter(one for case, one in among if case[name] == value) for value in self.space.samples()[name]]
        counts = [count for count in counts if count]
        return (
            max(map(len, counts)),
            sum((Fraction(len(count) * count.total(), len(among)) for count in counts), Fraction(0)),
            _bits(Counter(one for _, one in among)) - sum(_bits(one) * one.total() / len(among) for one in counts),
        )


def _bits(counts: Counter[object]) -> float:
    return sum(count / counts.total() * log2(counts.total() / count) for count in counts.values())


def _some_facts(counted: _Counted, rng: random.Random) -> dict[str, Value]:
    """Know about half of one case that can happen."""
    case, _ = rng.choice(counted.said)
    return {name: value for name, value in case.items() if rng.random() < 0.5}


def _decisions(written: RandomPolicy) -> list[_Counted]:
    policy = compiled(written.text)
    cells = 1
    for values in policy.space.samples().values():
        cells *= len(values)
    if cells > MOST_CASES:
        return []
    return [one for decision in policy.policy.decisions if (one := _Counted(policy, decision)).said]


@given(policies())
def test_possible_answers_are_those_of_all_completions(written: RandomPolicy) -> None:
    rng = random.Random(written.text)
    for counted in _decisions(written):
        facts = _some_facts(counted, rng)
        remaining = Remaining(counted.policy.exact_graphs[counted.decision.name], counted.box(facts))
        expected = Counter(one for _, one in counted.among(facts))
        assert _shares(remaining.counts) == _shares(expected)
        for one, (answer, box) in remaining.answers.items():
            assert said(answer) == one
            inside = counted.policy.study.example_of(within=box)
            assert inside is not None
            witness = counted.space.sample(inside)
            assert (witness, one) in counted.said
            assert all(witness[name] == value for name, value in facts.items())


def _shares(counts: Mapping[Any, int]) -> dict[object, Fraction]:
    """Give counts as shares: what cannot happen for reasons of its own takes the same share from every answer."""
    return {one: Fraction(count, sum(counts.values())) for one, count in counts.items()}


@given(policies())
def test_questions_are_worth_what_counting_says(written: RandomPolicy) -> None:
    rng = random.Random(written.text)
    for counted in _decisions(written):
        facts = _some_facts(counted, rng)
        remaining = Remaining(counted.policy.exact_graphs[counted.decision.name], counted.box(facts))
        ranked = remaining.worth
        if remaining.settled:
            assert not ranked
            continue
        assert ranked
        for worth in ranked:
            worst, expected, information = counted.worth(facts, worth.input)
            assert (worth.worst, worth.expected) == (worst, expected)
            assert worth.information == pytest.approx(information, abs=1e-9)
        assert _best(counted, facts, ranked)


def _best(counted: _Counted, facts: Mapping[str, Value], ranked: tuple[Worth, ...]) -> bool:
    """Tell whether no unknown input at all gains more than the one ranked first."""
    unknown = [name for name in counted.names if name not in facts]
    most = max(counted.worth(facts, name)[2] for name in unknown)
    return ranked[0].information == pytest.approx(most, abs=1e-9) or most <= ranked[0].information


@given(policies())
def test_a_question_is_never_idle(written: RandomPolicy) -> None:
    """Every input that may be asked belongs to a smallest set of inputs that settles the answer."""
    rng = random.Random(written.text)
    for counted in _decisions(written):
        facts = _some_facts(counted, rng)
        remaining = Remaining(counted.policy.exact_graphs[counted.decision.name], counted.box(facts))
        for worth in remaining.worth[:1]:
            assert worth.input in _needed(counted, facts), (written.text, facts, worth)


def _needed(counted: _Counted, facts: Mapping[str, Value]) -> set[str]:
    """Give the inputs that differ in a smallest difference between two completions with different answers."""
    among = counted.among(facts)
    sets: set[frozenset[str]] = set()
    for (one, first), (other, second) in combinations(among, 2):
        if first != second:
            sets.add(frozenset(name for name in counted.names if one[name] != other[name]))
    smallest = {one for one in sets if not any(other < one for other in sets)}
    return {name for one in smallest for name in one}


@given(policies())
def test_changes_are_all_the_smallest(written: RandomPolicy) -> None:
    rng = random.Random(written.text)
    for counted in _decisions(written):
        graph = counted.policy.exact_graphs[counted.decision.name]
        case, _ = rng.choice(counted.said)
        facts = dict(case) if rng.random() < 0.5 else _some_facts(counted, rng)
        _, wanted = rng.choice(counted.said)
        fixed = frozenset(name for name in facts if rng.random() < 0.25)
        costs = {name: rng.randint(1, 3) for name in counted.names}

        def is_wanted(answer: object, wanted: object = wanted) -> bool:
            return said(answer) == wanted  # type: ignore[arg-type]

        search = Search(graph, counted.box(facts), is_wanted, fixed=fixed, costs=costs)
        found = search.run(10_000)
        assert not found.more
        sets = [frozenset(change.inputs) for change in found.found]
        expected = counted.sets_of_changes(facts, wanted, fixed)
        assert set(sets) == expected
        assert len(sets) == len(expected)
        paid = [change.cost for change in found.found]
        assert paid == sorted(paid)
        assert paid == [sum(costs[name] for name in names) for names in sets]
        assert search.run(1).more == (len(expected) > 1)
        for change in found.found:
            assert change.all_boxes
            kept = {name: value for name, value in facts.items() if name not in change.inputs}
            for reached, one in counted.among(kept):
                cells = counted.space.encode(reached)
                inside = sum(
                    all(mask >> cell & 1 for mask, cell in zip(box, cells, strict=True)) for box in change.boxes
                )
                assert inside == (one == wanted)
        if not expected:
            _is_a_smallest_fault(counted, facts, wanted, search.fault())


def _is_a_smallest_fault(counted: _Counted, facts: Mapping[str, Value], wanted: object, fault: tuple[str, ...]) -> None:
    """Check that what is named shuts the answer out, and that no part of it does."""
    assert not counted.sets_of_changes(facts, wanted, frozenset(fault))
    for name in fault:
        assert counted.sets_of_changes(facts, wanted, frozenset(fault) - {name})
