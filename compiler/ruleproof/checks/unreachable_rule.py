"""RP207, error: a rule that never decides anything: it can never hold, or wherever it holds others beat it.

Why it matters: a sentence of the source has no effect, which is rarely meant.
To mend it: correct its condition, or the `cannot happen`, scope or override that kills it; or take it out.
A rule that holds somewhere but never shapes an answer is a warning only.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ruleproof.checks.findings import About, backquoted, in_a_row, page_of, rules_named
from ruleproof.finding import Finding, Severity
from ruleproof.model.meaning import resolve, surviving
from ruleproof.model.nodes import AllOf, Decision, Not, Rule
from ruleproof.model.texts import in_no_text
from ruleproof.prover.boxes import split
from ruleproof.prover.expressions import FALSE, TRUE, Constant, some
from ruleproof.prover.study import Landscape, Study

PAGE = page_of(sys.modules[__name__])


def unreachable_rule(study: Study, path: str) -> Iterator[Finding]:
    """Find rules, and conditions of requirements, that never matter."""
    about = About(study, PAGE)
    about.path = path
    for landscape in study.landscapes:
        for rule in landscape.decision.rules:
            holdings = [holding for holding in landscape.boxes if rule.name in holding]
            if not holdings:
                message = f"`{rule.name}` can never hold: {_why_never(study, landscape.decision, rule)}"
                yield about.finding(
                    message,
                    decision=landscape.decision.name,
                    rules=[rule],
                    help="correct what it tests, or take it out",
                )
            elif not any(plays_a_part(landscape, rule, holding) for holding in holdings):
                yield _masked(about, landscape, rule)
    for requirement in study.policy.requirements:
        if in_no_text(requirement.when):
            continue
        if study.holds_nowhere(requirement.when):
            message = f"the requirement `{requirement.name}` never applies: its `when` can never hold"
            if requirement.limit:
                message = f"the limit `{requirement.name}` never applies: no line that can happen is what it speaks of"
            yield about.finding(message, at=requirement.span, help="correct what it tests, or take it out")
        elif requirement.limit and study.holds_nowhere(AllOf((requirement.when, Not(requirement.that)))):
            message = (
                f"the limit `{requirement.name}` can never fail: no line that it speaks of can come {requirement.limit}"
            )
            yield about.finding(message, at=requirement.span, help="correct what it counts, or take it out")


def plays_a_part(landscape: Landscape, rule: Rule, holding: frozenset[str]) -> bool:
    """Tell whether a rule is named by the answer where these rules hold, or shapes it."""
    answer = landscape.answers[holding]
    return rule.name in answer.rules or answer.said != resolve(landscape.decision, holding - {rule.name}).said


def _why_never(study: Study, decision: Decision, rule: Rule) -> str:
    expression = study.compiler(rule.condition)
    if expression == FALSE or study.example_of(expression) is None:
        for impossible in study.policy.impossibles:
            others = [other for other in study.policy.impossibles if other is not impossible]
            if _possible_but_for(study, rule, [other.name for other in others]):
                return f"`cannot happen {impossible.name}` rules out every case of it"
        return "no case that can happen meets its condition"
    if study.example_of(expression, study.compiler(decision.scope)) is None:
        return f"it lies outside the scope of `{decision.name}`"
    if decision.elsewhere:
        return "a code list that it rests on is elsewhere, or known in part, wherever it could hold"
    return "the text is not here for its dates of service"


def _possible_but_for(study: Study, rule: Rule, kept: list[str]) -> bool:
    """Tell whether the rule could hold if only the `cannot happen` named were kept."""
    impossible = some(study.compiler(item.condition) for item in study.policy.impossibles if item.name in kept)
    asked = (impossible, study.compiler(rule.condition))
    boxes = split(
        study.space.whole,
        asked,
        lambda left: tuple(left) if all(isinstance(part, Constant) for part in left) else None,
    )
    return any(key == (FALSE, TRUE) for _, key in boxes)


def _masked(about: About, landscape: Landscape, rule: Rule) -> Finding:
    decision = landscape.decision
    holdings = [holding for holding in landscape.boxes if rule.name in holding]
    beaters: set[str] = set()
    for holding in holdings:
        if rule.name in surviving(decision, holding):
            beaters.update(landscape.answers[holding].rules)
        else:
            beaters.update(
                other.name
                for other in decision.rules
                if other.name in holding and any(override.rule == rule.name for override in other.overrides)
            )
    others = rules_named(decision, beaters - {rule.name})
    by = f" by {in_a_row(backquoted(other.name for other in others))}" if others else ""
    message = f"`{rule.name}` never decides: wherever it holds it is beaten{by}"
    return about.finding(
        message,
        decision=decision.name,
        rules=[rule, *others],
        severity=Severity.WARNING,
        help="narrow what beats it, or take it out",
    )
