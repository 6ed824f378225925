"""The fast door of emitted modules: it says what `decide` says, and looks every input up at most once."""

from __future__ import annotations

import datetime
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from brute_force import compiled, full_cases
from emitted import module_of, module_text
from random_policies import RandomPolicy, policies
from ruleproof.artifacts.python import door, fast
from ruleproof.beside import FolderBeside
from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.graph import fewer
from ruleproof.graph.fewer import with_fewer_tests
from ruleproof.graph.nodes import Leaf
from ruleproof.model.meaning import Answer
from ruleproof.pipeline import compile_source
from ruleproof.resources import folder
from ruleproof.source import source_from_text
from test_evaluator_input import KINDS, RESTS

MOST_CASES = 200

Samples = Mapping[str, tuple[Value, ...]]


class Counting(dict[str, Value]):
    """A claim that counts how often each input is looked up."""

    def __init__(self, facts: Mapping[str, Value]) -> None:
        super().__init__(facts)
        self.read: Counter[str] = Counter()

    def __getitem__(self, name: str) -> Value:
        self.read[name] += 1
        return super().__getitem__(name)


def _cases(samples: Samples) -> Iterator[dict[str, Value]]:
    """Give one case of each cell where they are few, else some."""
    chance = random.Random(5)
    size = 1
    for values in samples.values():
        size *= len(values)
    if size <= MOST_CASES:
        yield from full_cases(samples)
    else:
        yield from ({name: chance.choice(values) for name, values in samples.items()} for _ in range(MOST_CASES))


def _agrees(found: Compiled, module: Any, cases: Iterator[dict[str, Value]]) -> int:
    """Compare the fast doors with `decide`, case by case; give how many cases can happen."""
    happened = 0
    given_ones = {item.name for item in found.policy.asked}
    for case in cases:
        facts = {name: value for name, value in case.items() if name in given_ones}
        try:
            judged = module.decide(facts)
        except module.InputError:
            continue
        happened += 1
        for item in found.policy.decisions:
            answer = judged[item.name]
            attribute = next(name for name in dir(type(judged)) if getattr(judged, name, None) is answer)
            claim = Counting(facts)
            if item.collects:
                assert getattr(module, f"outcomes_of_{attribute}")(claim) == answer.outcomes
            else:
                assert getattr(module, f"outcome_of_{attribute}")(claim) == answer.outcome
            assert not claim.read or max(claim.read.values()) == 1
            assert set(claim.read) <= given_ones
    return happened


@given(policies())
def test_the_fast_door_says_what_decide_says(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    _agrees(found, module_of(found), _cases(found.space.samples()))


@pytest.mark.parametrize("text", [KINDS, RESTS], ids=["kinds", "rests"])
def test_the_fast_door_takes_every_kind_of_input(text: str) -> None:
    found = compiled(text)
    assert _agrees(found, module_of(found), _cases(found.space.samples()))


def _bundled() -> list[str]:
    places = folder("policies")
    return sorted(f"{place.name}/{file.name}" for place in places.iterdir() if place.is_dir() for file in place.iterdir()
                  if file.name.endswith(".policy"))  # fmt: skip


@pytest.mark.parametrize("name", _bundled())
def test_the_fast_door_of_bundled_policies(name: str) -> None:
    place = folder("policies") / name
    source = source_from_text(place.read_text("utf-8"), str(place))
    found = compile_source(source, FolderBeside(place.parent))  # type: ignore[arg-type]
    assert isinstance(found, Compiled)
    chance = random.Random(3)
    samples = found.space.samples()

    def cases() -> Iterator[dict[str, Value]]:
        for _ in range(400):
            case = {input: chance.choice(values) for input, values in samples.items()}
            if "service_date" in case and chance.random() < 0.8:
                case["service_date"] = datetime.date(2024, 6, 3)
            yield case

    assert _agrees(found, module_of(found), cases())


def test_inputs_are_looked_up_once_where_they_are_asked_again() -> None:
    """28 rules of which the first that holds counts: the same answers with fewer look-ups than rules written by hand."""
    sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
    from emitted_first import unproved
    from first_policy import POLICY, by_hand, claims

    module = module_of(unproved(POLICY))
    ours = theirs = 0
    for line in claims(2_000):
        first, second = Counting(line), Counting(line)
        assert module.outcome_of_code(first) == by_hand(second) == module.decide(line).code.outcome
        assert max(first.read.values()) == 1
        ours, theirs = ours + len(first.read), theirs + len(second.read)
    assert ours < theirs


# ---------------------------------------------------------------- every way in which code is written


@settings(max_examples=20)
@given(policies())
def test_parts_that_are_functions_of_their_own_say_the_same(policy: RandomPolicy) -> None:
    """Where hardly anything is written out twice, and what is long is cut."""
    found = compiled(policy.text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fast, "TWICE", 0)
        patch.setattr(fast, "LONGEST", 2)
        patch.setattr(fewer, "TWO_TRIED", 0)
        patch.setattr(fewer, "MOST_VISITS", 200)
        module = module_of(found)
    _agrees(found, module, _cases(found.space.samples()))


def test_a_graph_that_is_too_large_goes_through_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    found = compiled(KINDS)
    whole = len(module_text(found))
    monkeypatch.setattr(door, "MOST_QUESTIONS", 0)
    assert len(module_text(found)) < whole
    assert _agrees(found, module_of(found), _cases(found.space.samples()))


MANY = """policy many
input place is one of {places}
input size is whole number from 0 to 1000
decision by_place gives one of {outcomes}
{by_place}
decision by_size gives one of {outcomes}
{by_size}
"""


def _many(count: int) -> str:
    """Give a policy with a decision for each of many values, and one for each of many stretches."""
    names = [f"v{number}" for number in range(count)]
    by_place = [f"rule P{n} for by_place when place is v{n} then report o{n * 7 % count}" for n in range(count)]
    bounds = [f"size is between {n * 20} and {n * 20 + 19}" for n in range(count - 1)]
    bounds.append(f"size is at least {(count - 1) * 20}")
    by_size = [f"rule S{n} for by_size when {bound} then report o{n * 5 % count}" for n, bound in enumerate(bounds)]
    outcomes = ", ".join(f"o{n}" for n in range(count))
    return MANY.format(
        places=", ".join(names), outcomes=outcomes, by_place="\n".join(by_place), by_size="\n".join(by_size)
    )


def test_many_values_are_looked_up_and_many_stretches_are_cut_in_halves() -> None:
    found = compiled(_many(24))
    module = module_of(found)
    cases = [{"place": f"v{n % 24}", "size": size} for n, size in enumerate((*range(0, 1001, 9), 19, 20, 479, 480))]
    assert _agrees(found, module, iter(cases)) == len(cases)
    text = module_text(found)
    assert '_OUTCOME_OF_BY_PLACE_BY_PLACE[claim["place"]]' in text
    body = text[text.index("def outcome_of_by_size") :]
    assert max(len(line) - len(line.lstrip()) for line in body.splitlines()) // 4 <= 7


@settings(max_examples=20)
@given(policies())
def test_fewer_tests_end_in_what_is_said_of_every_case(policy: RandomPolicy) -> None:
    found = compiled(policy.text)

    def said(answer: Answer | str | None) -> str | None:
        return " and ".join(answer.outcomes) if isinstance(answer, Answer) else None

    for exact in (found.exact_graphs[item.name] for item in found.policy.decisions):
        shorter = with_fewer_tests(found.graphs[exact.name], said)
        assert len({node.answer for node in shorter.nodes if isinstance(node, Leaf)}) == sum(
            isinstance(node, Leaf) for node in shorter.nodes
        )
        for case in _cases(found.space.samples()):
            cells = found.space.encode(case)
            answer = exact.leaf_of(cells).answer
            assert answer is None or shorter.leaf_of(cells).answer == said(answer)


# ---------------------------------------------------------------- the checked door, in one pass


@pytest.mark.parametrize("text", [KINDS, RESTS], ids=["kinds", "rests"])
def test_one_pass_takes_and_refuses_what_a_claim_does(text: str) -> None:
    """A dictionary in full is checked in one pass; with any value changed it is taken or refused as a `Claim` is."""
    found = compiled(text)
    module = module_of(found)
    strange: list[Any] = [
        module.UNKNOWN, None, True, "yes", "no", 1, 10**30, -1, 1.5, "7", "x", "", [], ["x"], (),
        datetime.date(2024, 6, 3), datetime.datetime(2024, 6, 3, tzinfo=datetime.UTC), "2024-06-03",
        datetime.date(1800, 1, 1), object(),
    ]  # fmt: skip
    names = [item.name for item in found.policy.asked]
    compared = 0
    for case in list(_cases(found.space.samples()))[::20]:
        facts = {name: case[name] for name in names}
        for changed in names:
            for value in strange:
                told = {**facts, changed: value}
                assert _told(module, told, told) == _told(module, lambda told=told: module.claim_from(told), told)
                compared += 1
        assert _told(module, {**facts, "no such input": 1}, facts) == ("there is no input 'no such input'",)
    assert compared >= len(strange) * len(names)


def _told(module: Any, line: Any, facts: dict[str, Any]) -> tuple[object, ...]:
    """Give what is said of a line, or why it is refused."""
    try:
        judged = module.decide(line() if callable(line) else line)
    except module.InputError as error:
        return (str(error),)
    return judged, facts
