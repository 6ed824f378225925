"""RP203, error: one rule says that an outcome must not be reported, and another that it must or may be.

Why it matters: following one of them breaks the other.
To mend it: let one override the other, with the reason, or narrow one of them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ruleproof.checks.findings import page_of
from ruleproof.checks.overlaps import overlaps
from ruleproof.finding import Finding
from ruleproof.prover.study import Study

PAGE = page_of(sys.modules[__name__])


def contradiction(study: Study, path: str) -> Iterator[Finding]:
    """Find the cases in which an outcome is both given and barred."""
    yield from overlaps(study, path, PAGE)
