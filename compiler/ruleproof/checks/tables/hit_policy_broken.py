"""RP224, warning: a table that says UNIQUE although some of its rules match together and agree.

Why it matters: engines answer with an error, or with nothing, wherever two rules of such a table match.
To mend it: say ANY, which allows rules that agree, or narrow the rules.
Where the rules disagree, that is a conflict.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ruleproof.checks.findings import page_of
from ruleproof.checks.tables.findings import AboutTable
from ruleproof.finding import Finding
from ruleproof.model import tables
from ruleproof.prover.table_worth import Worth
from ruleproof.source import Source

PAGE = page_of(sys.modules[__name__])


def hit_policy_broken(worth: Worth, source: Source | None) -> Iterator[Finding]:
    """Find a table whose rules overlap, though they should not."""
    study = worth.study
    if study.table.hit_policy != tables.UNIQUE:
        return
    agreeing = [rows for rows in study.overlaps.boxes if not study.outputs.clash(rows)]
    if agreeing:
        about = AboutTable(worth, PAGE, source)
        involved = sorted({row for rows in agreeing for row in rows})
        only = "" if len(agreeing) < len(study.overlaps.boxes) else "; ANY would allow it"
        message = f"the hit policy is UNIQUE, but {about.rules(involved)} overlap and agree{only}"
        help = "narrow one of them" if only == "" else "say ANY, or narrow one of them"
        yield about.finding(message, help=help, at=study.table.span, rows=involved)
