"""RP211, error: what cannot happen, or what is presumed, leaves no case at all, or takes nothing away.

Why it matters: if nothing can happen, everything is proved and nothing is said.
To mend it: correct the condition of the `cannot happen`, or the presumed value.
A single `cannot happen` that never holds anyway is a warning.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ruleproof.checks.findings import About, page_of
from ruleproof.finding import Finding, Severity
from ruleproof.model.texts import in_no_text
from ruleproof.prover.expressions import negation, some
from ruleproof.prover.study import Study

PAGE = page_of(sys.modules[__name__])


def nothing_can_happen(study: Study, path: str) -> Iterator[Finding]:
    """Find impossible combinations that leave nothing or take nothing away, and scopes without a case."""
    about = About(study, PAGE)
    about.path = path
    policy = study.policy
    if study.example_of() is None:
        spans = [item.span for item in policy.impossibles] or [policy.span]
        yield about.finding(
            "no case at all can happen", at=spans[0], also=spans[1:], help="correct the `cannot happen` conditions"
        )
        return
    for item in policy.impossibles:
        if in_no_text(item.condition):
            continue
        if not study.holds_somewhere(study.compiler(item.condition), negation(some(study.compiler.lacking()))):
            message = f"`cannot happen {item.name}` takes nothing away: its condition never holds"
            yield about.finding(message, at=item.span, severity=Severity.WARNING, help="correct it, or take it out")
    for decision in policy.decisions:
        if study.holds_nowhere(decision.scope):
            yield about.finding(
                f"no case that can happen lies in the scope of `{decision.name}`",
                at=decision.name_span,
                decision=decision.name,
                help="correct the scope",
            )
    for presumption in policy.presumptions:
        if study.example_of(within=study.box_of({presumption.input: presumption.value})) is None:
            message = f"`{presumption.input}` is presumed to have a value that cannot happen"
            yield about.finding(message, at=presumption.span, help="presume a value that can happen")
