"""RP223, note: a hit policy that settles what never comes up.

Why it matters: a reader looks for rules that overlap, and a later slip that makes them overlap goes unnoticed.
To mend it: say UNIQUE where no two rules match together, and ANY where rules that do always give the same.
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


def hit_policy_too_strong(worth: Worth, source: Source | None) -> Iterator[Finding]:
    """Find a hit policy that a weaker one could stand for."""
    study = worth.study
    policy = study.table.hit_policy
    if policy not in (tables.ANY, tables.FIRST, tables.PRIORITY) or len(study.table.rows) < 2:
        return
    about = AboutTable(worth, PAGE, source)
    if not study.meet:
        message = f"no two rules match together, so UNIQUE says the same as {policy}"
        yield about.finding(message, help="say UNIQUE, so that a slip is noticed", at=study.table.span)
    elif policy != tables.ANY and not study.is_open and study.overlaps.all_found and _all_agree(worth):
        message = f"rules that match together always give the same, so ANY says the same as {policy}"
        yield about.finding(message, help="say ANY, so that a slip is noticed", at=study.table.span)


def _all_agree(worth: Worth) -> bool:
    return all(worth.study.outputs.agree(rows) for rows in worth.study.overlaps.boxes)
