"""Rules of tables that could be taken out without changing any answer."""

from __future__ import annotations

from collections.abc import Iterator

from ruleproof.checks.redundant_rule import PAGE
from ruleproof.checks.tables.findings import AboutTable
from ruleproof.finding import Finding, Repair, Severity
from ruleproof.model import tables
from ruleproof.prover.table_worth import ADDS_NOTHING, Worth
from ruleproof.source import Source


def redundant_rule(worth: Worth, source: Source | None) -> Iterator[Finding]:
    """Find the rules that others make superfluous."""
    about = AboutTable(worth, PAGE, source)
    for item in worth.worthless:
        if item.how == ADDS_NOTHING:
            rule = about.rules([item.row])
            say = "says" if len(item.because_of) == 1 else "say"
            same = (
                f"{about.rules(item.because_of)} {say} the same" if item.because_of else "the same is said without it"
            )
            # where overlaps are forbidden, both rules together answer nothing: taking one out gives an answer there
            loses = "takes away" if about.table.hit_policy == tables.UNIQUE and item.because_of else "changes"
            take_out = Repair(f"take out {rule}", about.editor.without([about.table.rows[item.row]]))
            yield about.finding(
                f"taking out {rule} {loses} no answer: {same}",
                rows=[item.row, *item.because_of],
                repairs=(take_out,),
                severity=Severity.WARNING,
            )
