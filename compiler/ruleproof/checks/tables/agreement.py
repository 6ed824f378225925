"""Agreements of tables: rules that match together, and give the same or are told apart by the hit policy."""

from __future__ import annotations

from collections.abc import Iterator

from ruleproof.checks.agreement import PAGE
from ruleproof.checks.tables.overlaps import overlaps
from ruleproof.finding import Finding
from ruleproof.prover.table_worth import Worth
from ruleproof.source import Source


def agreement(worth: Worth, source: Source | None) -> Iterator[Finding]:
    """Find the rules that match together without harm."""
    yield from overlaps(worth, source, PAGE, clashing=False)
