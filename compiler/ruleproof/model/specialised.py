"""Parts of an imported policy as the importing one needs them: for one area, and under names of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from ruleproof.model.elsewhere import Holes
from ruleproof.model.nodes import (
    AllOf,
    Always,
    AnyOf,
    AtLeastOf,
    Condition,
    Decision,
    DecisionIs,
    DecisionIsNothing,
    Defined,
    IsIn,
    IsMissing,
    Not,
    Rule,
    SomeIn,
    Within,
)
from ruleproof.source import Span

JURISDICTION = "jurisdiction"
"""The input that holds the area that a claim belongs to, by name."""


def in_area(condition: Condition, area: str, holes: Holes) -> Condition:
    """Give a condition for claims of one area (of any, where none is given), its definitions written out.

    Tests of lists that can be undecided are known by their identity, so they stay what they are.
    """
    if id(condition) in holes:
        return condition
    match condition:
        case IsIn(input, values) if area and input == JURISDICTION:
            return Always() if area in values else _NEVER
        case Defined(_, part):
            return in_area(part, area, holes)
        case Not(part):
            return _negated(in_area(part, area, holes))
        case AllOf(parts):
            return _folded(AllOf, [in_area(part, area, holes) for part in parts], Always(), _NEVER)
        case AnyOf(parts):
            return _folded(AnyOf, [in_area(part, area, holes) for part in parts], _NEVER, Always())
        case AtLeastOf(count, parts):
            return AtLeastOf(count, tuple(in_area(part, area, holes) for part in parts))
        case Always() | IsIn() | Within() | SomeIn() | IsMissing() | DecisionIs() | DecisionIsNothing():
            return condition
        case _:
            assert_never(condition)


_NEVER = Not(Always())


def _negated(condition: Condition) -> Condition:
    return condition.part if isinstance(condition, Not) and isinstance(condition.part, Always) else Not(condition)


def _folded(kind: type[AllOf | AnyOf], parts: list[Condition], idle: Condition, settling: Condition) -> Condition:
    """Join parts without those that change nothing (`idle`); one that settles the whole stands for it."""
    if settling in parts:
        return settling
    kept = tuple(part for part in parts if part != idle)
    return kept[0] if len(kept) == 1 else kind(kept) if kept else idle


def as_imported(decision: Decision, document: str, at: Span, condition: Callable[[Condition], Condition]) -> Decision:
    """Give a decision of an imported policy: each rule is called by the document and its own name."""

    def rule_as_imported(rule: Rule) -> Rule:
        return replace(
            rule,
            name=f"{document}_{rule.name}",
            condition=condition(rule.condition),
            written=condition(rule.written),
            overrides=tuple(
                replace(override, rule=f"{document}_{override.rule}", reading="", span=at)
                for override in rule.overrides
            ),
            citations=(),
            readings=(),
            statements=(),
            span=at,
            name_span=at,
            table_end=-1,
        )

    return replace(
        decision,
        scope=condition(decision.scope),
        rules=tuple(map(rule_as_imported, decision.rules)),
        citations=(),
        statements=(),
        imported=document,
        span=at,
        name_span=at,
        elsewhere=(),  # follows from the conditions, as they read here
    )
