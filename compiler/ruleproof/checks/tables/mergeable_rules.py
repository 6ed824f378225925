"""RP220, note: rules of a table that could be one rule: they give the same and differ in one input only.

Why it matters: fewer rules are easier to read and to keep right.
To mend it: put the values of both into one cell; the meaning of the table stays the same.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ruleproof.checks.findings import page_of
from ruleproof.checks.tables.findings import AboutTable
from ruleproof.finding import Finding, Repair
from ruleproof.prover.table_regions import row_tests
from ruleproof.prover.table_space import short_name
from ruleproof.prover.table_texts import cell_text
from ruleproof.prover.table_worth import Joinable, Worth
from ruleproof.source import Source

PAGE = page_of(sys.modules[__name__])


def mergeable_rules(worth: Worth, source: Source | None) -> Iterator[Finding]:
    """Find groups of rules that could be one."""
    about = AboutTable(worth, PAGE, source)
    for group in worth.joinable:
        if group.dimension in about.space.columns:
            yield _finding(about, group)


def _finding(about: AboutTable, group: Joinable) -> Finding:
    column = about.space.columns.index(group.dimension)
    name = about.space.labels[about.space.columns[column]]
    first = about.space.rows[group.rows[0]].sure[0]
    tests = row_tests(about.space, (*first[: group.dimension], group.mask, *first[group.dimension + 1 :]))
    text = cell_text(tests[column]) if tests is not None else "-"
    rows = [about.table.rows[row] for row in group.rows]
    edits = (*about.editor.cell(rows[0], column, text), *about.editor.without(rows[1:]))
    any_value = f"whatever {name} is" if text == "-" else f"with {short_name(text)} under {name}"
    return about.finding(
        f"{about.rules(group.rows)} differ in {name} only and give the same: one rule would do, {any_value}",
        rows=group.rows,
        repairs=(Repair(f"keep {about.rules(group.rows[:1])} {any_value}, and take the others out", edits),),
    )
