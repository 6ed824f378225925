"""RP204, error: several outcomes are permitted, and nothing says which to take.

Why it matters: two people would answer the same claim differently.
To mend it: let one override the others, or say that each is meant: `accept choice between … because … by … on …`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ruleproof.checks.findings import page_of
from ruleproof.checks.overlaps import overlaps
from ruleproof.finding import Finding
from ruleproof.prover.study import Study

PAGE = page_of(sys.modules[__name__])


def choice(study: Study, path: str) -> Iterator[Finding]:
    """Find the cases with several permitted outcomes."""
    yield from overlaps(study, path, PAGE)
