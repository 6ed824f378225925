"""RP210, warning: an override between two rules that never hold together.

Why it matters: the exception that it describes does not exist, so one of the conditions is probably wrong.
To mend it: correct the conditions, or take the override out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ruleproof.checks.findings import About, page_of, rules_named
from ruleproof.finding import Finding
from ruleproof.prover.study import Study

PAGE = page_of(sys.modules[__name__])


def override_never_happens(study: Study, path: str) -> Iterator[Finding]:
    """Find overrides without a case."""
    about = About(study, PAGE)
    about.path = path
    for landscape in study.landscapes:
        for rule in landscape.decision.rules:
            for override in (item for item in rule.overrides if not item.by_source):
                if not any(rule.name in holding and override.rule in holding for holding in landscape.boxes):
                    message = f"`{rule.name}` overrides `{override.rule}`, but the two never hold together"
                    beaten = rules_named(landscape.decision, {override.rule})
                    yield about.finding(
                        message,
                        at=override.span,
                        decision=landscape.decision.name,
                        rules=[rule, *beaten],
                        help="correct one of the conditions, or take the override out",
                    )
