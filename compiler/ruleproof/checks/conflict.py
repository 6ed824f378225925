"""RP202, error: two rules hold together and give different outcomes.

Why it matters: one claim would have two right answers, or none.
To mend it: let one override the other, with the reason, or narrow one of them.
Of the rules that survive all overrides, more than one code is to be reported, or one is to be reported and another may be.
A rule and a limit conflict where one earlier service lets the rule answer and the limit bars the line because of it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ruleproof.checks.barred_by_limits import barred_by_limits
from ruleproof.checks.findings import page_of
from ruleproof.checks.overlaps import overlaps
from ruleproof.finding import Finding
from ruleproof.prover.study import Study

PAGE = page_of(sys.modules[__name__])


def conflict(study: Study, path: str) -> Iterator[Finding]:
    """Find the cases with incompatible outcomes, and rules that permit what a limit bars."""
    yield from overlaps(study, path, PAGE)
    yield from barred_by_limits(study, path, PAGE)
