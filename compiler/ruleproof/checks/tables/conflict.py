"""Conflicts of tables: rules that match together, give different outputs, and none of them is to win."""

from __future__ import annotations

from collections.abc import Iterator

from ruleproof.checks.conflict import PAGE
from ruleproof.checks.tables.overlaps import overlaps
from ruleproof.finding import Finding
from ruleproof.prover.table_worth import Worth
from ruleproof.source import Source


def conflict(worth: Worth, source: Source | None) -> Iterator[Finding]:
    """Find the rules that contradict each other."""
    yield from overlaps(worth, source, PAGE, clashing=True)
