"""What an example tells: its facts, and what is worked out from them and from its earlier services."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from ruleproof.finding import Value
from ruleproof.model.nodes import SERVICE_DATE, Condition, DaysBetween, Example, HistoryTest, Service
from ruleproof.model.past import days_between, reached
from ruleproof.prover.expressions import negation
from ruleproof.prover.study import Study


def facts_of(study: Study, example: Example) -> dict[str, Value]:
    """Give the facts of an example with what is worked out from them, as far as it is known."""
    line = Service(example.facts, example.keys)
    dated = any(item.name == SERVICE_DATE for item in study.policy.inputs)
    facts = with_days(study, example.facts)
    for item in study.policy.derived:
        if isinstance(item.derived, HistoryTest) and example.earlier is not None:
            met = reached(item.derived, line, example.earlier, partial(_is_a, study), dated)
            facts |= {} if met is None else {item.name: met}
    return facts


def with_days(study: Study, facts: Mapping[str, Value]) -> dict[str, Value]:
    """Give facts with how many days lie between their dates, as far as that is known."""
    found = dict(facts)
    for item in study.policy.derived:
        if isinstance(item.derived, DaysBetween):
            met = days_between(item.derived, facts)
            found |= {} if met is None else {item.name: met}
    return found


def _is_a(study: Study, condition: Condition, facts: Mapping[str, Value]) -> bool | None:
    """Tell whether a service is of a kind, in every case that can happen and agrees with its facts."""
    box, expression = study.box_of(with_days(study, facts)), study.compiler(condition)
    inside = study.example_of(expression, within=box) is not None
    outside = study.example_of(negation(expression), within=box) is not None
    return None if inside == outside else inside
