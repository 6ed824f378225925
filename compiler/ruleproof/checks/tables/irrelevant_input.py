"""RP222, warning: an input of a table whose value changes no output.

Where rules overlap and agree, the value may still change which of them match.

Why it matters: whoever applies the table asks for a value in vain, and a reader looks for a meaning that is not there.
To mend it: take the column out, or correct the cells that should make a difference.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ruleproof.checks.findings import page_of
from ruleproof.checks.tables.findings import AboutTable
from ruleproof.finding import Finding
from ruleproof.prover.table_worth import Worth
from ruleproof.source import Source

PAGE = page_of(sys.modules[__name__])


def irrelevant_input(worth: Worth, source: Source | None) -> Iterator[Finding]:
    """Find the inputs that change nothing."""
    about = AboutTable(worth, PAGE, source)
    for place in worth.irrelevant:
        column = about.table.columns[about.space.columns.index(place)]
        message = f"the value of {about.space.labels[place]} changes no output"
        help = "take the column out, or correct the cells that should make a difference"
        yield about.finding(message, help=help, at=column.span)
