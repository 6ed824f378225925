"""What is not decided of a table: cells beyond exact analysis, searches that were stopped, comparisons too many to try."""

from __future__ import annotations

from collections.abc import Iterator

from ruleproof.checks.not_decided import PAGE
from ruleproof.checks.tables.findings import AboutTable
from ruleproof.finding import Finding, Severity
from ruleproof.model.tables import Undecided
from ruleproof.prover.boxes import merged
from ruleproof.prover.table_space import OpenCell, short_name
from ruleproof.prover.table_study import SHOWN
from ruleproof.prover.table_worth import Worth
from ruleproof.source import Source

_HELP = "write it as a comparison, an interval, a list of values, not(…) or -; everything else is proved"


def not_decided(worth: Worth, source: Source | None) -> Iterator[Finding]:
    """Name what stands in the way of a proof.  Asked last, when the searches are over.

    Cells that stay undecided are named once: by the reader, where the table comes from a file.
    """
    about = AboutTable(worth, PAGE, source)
    yield from _open_cells(about, remarked=source is not None)
    study = worth.study
    for what, reason in study.stopped.items():
        message = f"not all {what} are {'shown' if what == SHOWN else 'found'}: {reason}"
        help = "what is found so far is exact; give it more time, or part the table"
        yield about.finding(message, at=study.table.span, help=help, severity=Severity.WARNING)
    for reason, box in study.cases.undecided.items():
        message = f"whether there are cases {about.where([box])} is not decided: {reason}"
        yield about.finding(message, at=study.table.span, severity=Severity.WARNING)


def _open_cells(about: AboutTable, *, remarked: bool) -> Iterator[Finding]:
    groups: dict[tuple[int, str, str, bool], list[OpenCell]] = {}
    for cell in about.space.open_cells:
        if remarked and cell.row is not None and isinstance(about.table.rows[cell.row].tests[cell.column], Undecided):
            continue
        groups.setdefault((cell.column, cell.text, cell.reason, cell.row is None), []).append(cell)
    for (column, text, reason, is_domain), cells in groups.items():
        name = about.space.labels[about.space.columns[column]]
        if is_domain:
            message = f"what {name} can be is not decided: `{short_name(text)}`: {reason}"
            yield about.finding(message, at=about.table.columns[column].span, help=_HELP, severity=Severity.WARNING)
            continue
        rows = sorted({cell.row for cell in cells if cell.row is not None})
        boxes = merged(box for row in rows for box in about.space.rows[row].maybe) if len(rows) == 1 else ()
        match = "matches" if len(rows) == 1 else "match"
        message = (
            f"where {about.rules(rows)} {match} is not decided: the cell `{short_name(text)}` under {name}: {reason}"
        )
        yield about.finding(message, rows=rows, boxes=boxes, help=_HELP, severity=Severity.WARNING)
