"""RP205, note: several rules hold together and do not disagree.

Why it matters: nothing is wrong; a reader may want to know that two sentences say the same, and that both must be changed together.
To mend it: nothing needs mending.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ruleproof.checks.findings import page_of
from ruleproof.checks.overlaps import overlaps
from ruleproof.finding import Finding
from ruleproof.prover.study import Study

PAGE = page_of(sys.modules[__name__])


def agreement(study: Study, path: str) -> Iterator[Finding]:
    """Find the cases in which several rules agree."""
    yield from overlaps(study, path, PAGE)
