"""RP218, note: a question about the reading of the source that is still open.

Why it matters: answers that rest on it may change when it is decided.
To mend it: ask the contractor, and record the answer: `decided "…" by "…" on …`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ruleproof.checks.findings import About, page_of, rule_named
from ruleproof.finding import Finding
from ruleproof.prover.study import Study

PAGE = page_of(sys.modules[__name__])


def open_question(study: Study, path: str) -> Iterator[Finding]:
    """List the open questions."""
    about = About(study, PAGE)
    about.path = path
    for question in study.policy.questions:
        if question.is_open:
            until = f" (until then `{question.provisionally}` answers)" if question.provisionally else ""
            rules = [rule for name in question.rules if (rule := rule_named(study.policy, name)) is not None]
            message = f"question `{question.name}` is open{until}: {question.text}"
            yield about.finding(
                message, at=question.span, rules=rules, help='ask, and record the answer: `decided "…" by "…" on …`'
            )
