"""RP206, note: several rules hold together, and the answer is clear because one overrides another or speaks with more force.

Why it matters: this is where an exception or a stronger word decides.
To mend it: nothing needs mending; check that the exception is meant.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ruleproof.checks.findings import page_of
from ruleproof.checks.overlaps import overlaps
from ruleproof.finding import Finding
from ruleproof.prover.study import Study

PAGE = page_of(sys.modules[__name__])


def overridden(study: Study, path: str) -> Iterator[Finding]:
    """Find the cases settled by an override or by force."""
    yield from overlaps(study, path, PAGE)
