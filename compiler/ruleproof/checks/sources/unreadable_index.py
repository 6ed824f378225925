"""RP329, warning: the index or the text of a source is named and cannot be read.

Why it matters: citations and quotes are then compared with nothing.
To mend it: make the index with `ruleproof index`, and put it where the policy names it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ruleproof.checks.findings import page_of
from ruleproof.checks.sources.library import Library
from ruleproof.finding import Finding

PAGE = page_of(sys.modules[__name__])


def unreadable_index(library: Library) -> Iterator[Finding]:
    """Find the indexes and texts that could not be read."""
    for material in library.materials:
        if material.problem:
            name = material.document.name
            message = f"nothing is compared with source `{name}`: {material.problem}"
            help = "make it with `ruleproof index`, or take `index` out of the source"
            yield library.finding(PAGE, message, help, [material.document.span])
