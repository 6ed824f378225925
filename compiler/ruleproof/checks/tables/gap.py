"""Gaps of tables: cases in which no rule matches.

One finding for each region, and one for each text whose values the table does not name.  Where the table has a default
output a gap is a note, where it collects what matches a warning.
"""

from __future__ import annotations

from collections.abc import Iterator

from ruleproof.checks.gap import PAGE
from ruleproof.checks.tables.findings import AboutTable
from ruleproof.finding import Finding, Repair, Severity
from ruleproof.prover.space import Box
from ruleproof.prover.table_regions import first_cells, row_tests
from ruleproof.prover.table_texts import cell_text
from ruleproof.prover.table_worth import Worth
from ruleproof.source import Source

_HELP = "add a rule for it, or widen one"
_DEFAULT = "add a rule for it, widen one, or give the output a default"


def gap(worth: Worth, source: Source | None) -> Iterator[Finding]:
    """Find the cases in which no rule matches."""
    about = AboutTable(worth, PAGE, source)
    for box in sorted(worth.study.gaps.boxes, key=first_cells):
        yield _finding(about, f"no rule matches {about.where([box], 'in any case')}", (box,))
    for place, boxes in worth.study.gaps.unnamed.items():
        yield _finding(about, f"no rule matches {_where_unnamed(about, place, boxes)}", boxes)


def _where_unnamed(about: AboutTable, place: int, boxes: tuple[Box, ...]) -> str:
    if len(boxes) == 1:
        return about.where(boxes)
    name = about.space.labels[place]
    return f"in many cases in which {name} is a value that the table does not name"


def _finding(about: AboutTable, message: str, boxes: tuple[Box, ...]) -> Finding:
    study = about.study
    severity = Severity.WARNING if study.outputs.collects else PAGE.severity
    if study.has_default:
        message, severity = f"{message}: the default output is given", Severity.NOTE
    return about.finding(
        message,
        help="" if study.has_default else _DEFAULT if about.editor.kind in (".dmn", "") else _HELP,
        boxes=boxes,
        at=about.table.span,
        repairs=() if study.has_default else tuple(_repairs(about, boxes)),
        severity=severity,
    )


def _repairs(about: AboutTable, boxes: tuple[Box, ...]) -> Iterator[Repair]:
    """Offer the missing rules, ready to paste."""
    for box in boxes[:6]:
        tests = row_tests(about.space, box)
        if tests is not None:
            texts = [cell_text(test) for test in tests]
            yield Repair(f"add a rule: {' | '.join(texts)}", about.editor.row(texts))
