"""RP221, warning: a rule of a table that matches only where another one does, with the same output.

Why it matters: a table that takes every matching rule takes the same output twice; often one of the two is a slip.
To mend it: take the rule out, or narrow the wider one.
Where taking it out changes no answer at all, it is called a redundant rule instead.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ruleproof.checks.findings import page_of
from ruleproof.checks.tables.findings import AboutTable
from ruleproof.finding import Finding, Repair
from ruleproof.prover.table_worth import SUBSUMED, Worth
from ruleproof.source import Source

PAGE = page_of(sys.modules[__name__])


def subsumed_rule(worth: Worth, source: Source | None) -> Iterator[Finding]:
    """Find the rules that another one contains."""
    about = AboutTable(worth, PAGE, source)
    for item in worth.worthless:
        if item.how == SUBSUMED:
            rule, other = about.rules([item.row]), about.rules(item.because_of)
            take_out = Repair(f"take out {rule}", about.editor.without([about.table.rows[item.row]]))
            yield about.finding(
                f"{rule} adds nothing to {other}: it matches only where that one does, with the same output",
                rows=[item.row, *item.because_of],
                repairs=(take_out,),
            )
