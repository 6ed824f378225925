"""RP219, error: an open question that a rule decides without saying so.

Why it matters: a reading that nobody has confirmed would look like the source's own word.
To mend it: add `reading Q…` to the override, or record the decision; or let the provisional rule win.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ruleproof.checks.findings import About, page_of, rule_named
from ruleproof.finding import Finding
from ruleproof.model.nodes import Question
from ruleproof.prover.study import Study

PAGE = page_of(sys.modules[__name__])


def open_question_decided(study: Study, path: str) -> Iterator[Finding]:
    """Find overrides between the rules of an open question that do not name it, and provisional rules that do not win."""
    about = About(study, PAGE)
    about.path = path
    for question in study.policy.questions:
        if question.is_open:
            yield from _silent(study, about, question)
            yield from _beaten(study, about, question)


def _silent(study: Study, about: About, question: Question) -> Iterator[Finding]:
    for name in question.rules:
        rule = rule_named(study.policy, name)
        for override in rule.overrides if rule is not None else ():
            if rule is not None and override.rule in question.rules and not override.reading:
                message = f"`{name}` overrides `{override.rule}` and so decides the open question `{question.name}` in silence"
                yield about.finding(
                    message,
                    at=override.span,
                    rules=[rule],
                    also=[question.span],
                    help=f"add `reading {question.name}` to the override, or record the decision",
                )


def _beaten(study: Study, about: About, question: Question) -> Iterator[Finding]:
    rule = rule_named(study.policy, question.provisionally)
    if rule is None:
        return
    landscape = study.landscape(study.policy.decision(rule.decision))
    others = set(question.rules) - {rule.name}
    for holding, boxes in landscape.boxes.items() if landscape is not None else ():
        if rule.name in holding and others & holding and landscape is not None:
            givers = set(landscape.answers[holding].rules)
            if others & givers:
                message = f"`{rule.name}` answers question `{question.name}` provisionally, but does not win there"
                yield about.finding(
                    message,
                    at=question.span,
                    rules=[rule],
                    decision=rule.decision,
                    boxes=boxes,
                    inputs=landscape.inputs,
                    help=f"let `{rule.name}` override the other rules of the question, `reading {question.name}`",
                )
                return
