"""Rules of tables that never decide: no case matches them, or wherever they match another rule wins."""

from __future__ import annotations

from collections.abc import Iterator

from ruleproof.checks.tables.findings import AboutTable
from ruleproof.checks.unreachable_rule import PAGE
from ruleproof.finding import Finding, Severity
from ruleproof.prover.table_space import short_name
from ruleproof.prover.table_worth import NEVER_HOLDS, NEVER_WINS, Worth
from ruleproof.source import Source


def unreachable_rule(worth: Worth, source: Source | None) -> Iterator[Finding]:
    """Find the rules that never match, and those that never win."""
    about = AboutTable(worth, PAGE, source)
    for item in worth.worthless:
        if item.how == NEVER_HOLDS:
            message = f"{about.rules([item.row])} can never match: {_why(about, item.row)}"
            help = "correct its cells, or take it out"
        elif item.how == NEVER_WINS:
            one = len(item.because_of) == 1
            message = f"{about.rules([item.row])} never wins: wherever it matches, {about.rules(item.because_of)} "
            message += "wins" if one else "win"
            help = "move it up, narrow what beats it, or take it out"
        else:
            continue
        yield about.finding(message, rows=[item.row, *item.because_of], help=help, severity=Severity.WARNING)


def _why(about: AboutTable, row: int) -> str:
    for column, test in enumerate(about.table.rows[row].tests):
        if not about.space.passes_at_all(column, test):
            name = about.space.labels[about.space.columns[column]]
            texts = about.table.rows[row].texts
            cell = f" passes `{short_name(texts[column])}`" if column < len(texts) else " passes its cell"
            return f"no value that {name} can have{cell}"
    return "its cells exclude each other"
