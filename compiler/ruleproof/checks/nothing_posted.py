"""RP314, error: as posted on a day, no text of the policy is here for any date of service.

Why it matters: nothing can be checked, and every answer is *cannot answer*.
To mend it: ask for a later day; the message says from which day on there is a text, or which texts are not here.
"""

from __future__ import annotations

import datetime
import sys

from ruleproof.checks.findings import About, page_of
from ruleproof.finding import Finding
from ruleproof.prover.expressions import negation
from ruleproof.prover.study import Study

PAGE = page_of(sys.modules[__name__])

MOST_REASONS = 3


def nothing_posted(study: Study, path: str, posted_by: datetime.date) -> Finding | None:
    """Give the finding that no text had been posted by a day, where that is so."""
    no_text = study.compiler(study.policy.no_text)
    if study.holds_somewhere(negation(no_text)):
        return None
    about = About(study, PAGE)
    about.path = path
    reasons = list(dict.fromkeys(reason for _, reason in study.policy.no_text_says))
    more = "; and so on" if len(reasons) > MOST_REASONS else ""
    return about.finding(
        f"as posted on {posted_by.isoformat()} there is no text to check: {'; '.join(reasons[:MOST_REASONS])}{more}",
        at=study.policy.span,
        help="ask for a later day, or put the texts of earlier revisions into rules",
    )
