"""What the examples of a policy try: which rules win in one, which overrides take effect, which answers and boundaries.

A decision counts in an example only where the example expects something of it: what nobody looks at is not tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ruleproof.checks.example_fails import presumed
from ruleproof.cli.formats.values import value_in_words
from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.model import meaning
from ruleproof.model.meaning import Answer
from ruleproof.model.nodes import Always, Decision, Example
from ruleproof.prover.study import Landscape, shared
from ruleproof.prover.told import facts_of
from ruleproof.runtime.generate.targets import boundaries


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of one kind of thing is tried; `missing` names what is not, in the order of the policy."""

    kind: str
    all: tuple[str, ...]
    tried: frozenset[str]

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(item for item in self.all if item not in self.tried)

    @property
    def share(self) -> float:
        """The part that is tried, from 0 to 1; all of nothing is 1."""
        return 1 - len(self.missing) / len(self.all) if self.all else 1.0


@dataclass(frozen=True, slots=True)
class _Tried:
    """What one example tries of one decision; `holding` are the rules that hold whatever is unknown."""

    decision: Decision
    answer: Answer
    holding: frozenset[str]


def coverages(compiled: Compiled) -> tuple[Coverage, ...]:
    """Measure what the examples of a policy try."""
    tried = [item for example in compiled.policy.examples for item in _tried(compiled, example)]
    return (
        _rules(compiled, tried),
        _overrides(compiled, tried),
        _answers(compiled, tried),
        _requirements(compiled),
        _boundaries(compiled),
    )


def _tried(compiled: Compiled, example: Example) -> Iterator[_Tried]:
    box = presumed(compiled.study, facts_of(compiled.study, example))
    for name in dict.fromkeys(item.subject for item in example.expected if item.as_posted_on is None):
        decision = next((item for item in compiled.decisions if item.name == name), None)
        if decision is None:
            continue
        answers = compiled.study.answers(decision, box)
        landscape = compiled.study.landscape(decision)
        if len(answers) == 1 and landscape is not None:
            held = [key for key, own in landscape.boxes.items() if shared(own, box)]
            yield _Tried(decision, answers[0], frozenset.intersection(*held) if held else frozenset())


def _rules(compiled: Compiled, tried: list[_Tried]) -> Coverage:
    names = tuple(rule.name for decision in _own(compiled) for rule in decision.rules)
    return Coverage("rules", names, frozenset(name for item in tried for name in item.answer.rules))


def _own(compiled: Compiled) -> tuple[Decision, ...]:
    """Give the decisions that the policy declares itself; imported ones are tried where they come from."""
    return tuple(decision for decision in compiled.decisions if not decision.imported)


def _overrides(compiled: Compiled, tried: list[_Tried]) -> Coverage:
    pairs = [
        (rule.name, beaten.rule)
        for item in _own(compiled)
        for rule in item.rules
        for beaten in rule.overrides
        if not beaten.by_source
    ]
    met = {pair for item in tried for pair in pairs if set(pair) <= item.holding}
    return Coverage("overrides", tuple(map(override_words, pairs)), frozenset(map(override_words, met)))


def override_words(pair: tuple[str, str]) -> str:
    """Say which rule beats which.

    >>> override_words(("C2", "C1"))
    'C2 over C1'
    """
    return f"{pair[0]} over {pair[1]}"


def _answers(compiled: Compiled, tried: list[_Tried]) -> Coverage:
    every: dict[str, None] = {}
    for decision in _own(compiled):
        landscape = compiled.study.landscape(decision)
        every |= dict.fromkeys(word for word in _possible(decision, landscape))
    return Coverage(
        "answers", tuple(every), frozenset(word for item in tried for word in answer_words(item.decision, item.answer))
    )


def _possible(decision: Decision, landscape: Landscape | None) -> Iterator[str]:
    for answer in landscape.answers.values() if landscape else ():
        if answer.kind not in (meaning.CANNOT_ANSWER, meaning.NOTHING) or (decision.collects and not answer.reason):
            yield from answer_words(decision, answer)
    if not isinstance(decision.scope, Always):
        yield f"{decision.name} out of scope"


def answer_words(decision: Decision, answer: Answer) -> list[str]:
    """Name what an answer says: each of its outcomes, or its kind."""
    if answer.kind != meaning.OUTCOME:
        return [f"{decision.name} {answer.kind}"]
    return [f"{decision.name} {outcome}" for outcome in (*answer.outcomes, *answer.further)]


def _requirements(compiled: Compiled) -> Coverage:
    states = (meaning.MET, meaning.FAILED)
    every = tuple(f"{item.name} {state}" for item in compiled.policy.requirements for state in states)
    expected = (item for example in compiled.policy.examples for item in example.expected)
    return Coverage("requirements", every, frozenset(f"{item.subject} {item.kind}" for item in expected))


def _boundaries(compiled: Compiled) -> Coverage:
    given = {(name, value) for example in compiled.policy.examples for name, value in _facts(example)}
    every = list(boundaries(compiled))
    words = {pair: f"{pair[0]} {value_in_words(pair[1])}" for pair in every}
    return Coverage("boundaries", tuple(words.values()), frozenset(words[pair] for pair in every if pair in given))


def _facts(example: Example) -> Iterator[tuple[str, Value]]:
    return iter(example.facts.items())
