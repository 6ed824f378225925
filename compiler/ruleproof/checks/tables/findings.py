"""How findings about tables are made: the rules involved, the regions, one case, and what could be done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePath

from ruleproof.checks.tables.edits import Editor
from ruleproof.finding import Finding, Place, Repair, Severity
from ruleproof.model.tables import DecisionTable, Expression, TableRow
from ruleproof.pages import Page
from ruleproof.prover.space import Box
from ruleproof.prover.table_regions import box_in_words, case_in_words, regions_of, size_of, witness_of
from ruleproof.prover.table_space import short_name
from ruleproof.prover.table_texts import value_text
from ruleproof.prover.table_worth import Worth
from ruleproof.source import Source, Span

MOST_RULES = 6
"""How many rules a sentence names."""
MOST_PLACES = 20


class AboutTable:
    """Makes the findings of one check about one table."""

    def __init__(self, worth: Worth, page: Page, source: Source | None) -> None:
        self.worth, self.study, self.page = worth, worth.study, page
        self.table, self.space = self.study.table, self.study.space
        self.editor = Editor(self.table, source)

    def finding(
        self,
        message: str,
        *,
        help: str = "",
        rows: Sequence[int] = (),
        boxes: Sequence[Box] = (),
        at: Span | None = None,
        repairs: tuple[Repair, ...] = (),
        severity: Severity | None = None,
    ) -> Finding:
        """Make a finding about rows (indexes) and disjoint, merged boxes."""
        found = [self.table.rows[row] for row in rows]
        spans = [*([] if at is None else [at]), *(row.span for row in found)] or [self.table.span]
        case = self.study.cases.case(boxes[0]) if boxes else None
        return Finding(
            code=self.page.code,
            name=self.page.name,
            severity=severity or self.page.severity,
            message=message,
            help=help,
            places=tuple(Place(self.table.path, span) for span in spans[:MOST_PLACES]),
            policy=policy_of(self.table),
            decision=self.table.name,
            rules=tuple(str(row.number) for row in found),
            regions=regions_of(self.space, boxes),
            witness=witness_of(case) if case else {},
            claim=case_in_words(case) if case else "",
            size=size_of(self.space, boxes) if boxes else None,
            repairs=repairs,
        )

    def where(self, boxes: Sequence[Box], everywhere: str = "in every case") -> str:
        """Say where boxes lie: `for age less than 12`, `in every case`."""
        words = box_in_words(self.space, boxes[0])
        if not words:
            return everywhere
        return f"for {words}" + ("" if len(boxes) == 1 else f", and in {len(boxes) - 1} more regions")

    def said(self, row: int) -> str:
        """Say what a row gives."""
        cells = [
            cell.text if isinstance(cell, Expression) else value_text(cell.value)
            for cell in self.table.rows[row].outputs
        ]
        return short_name(cells[0] if len(cells) == 1 else f"({', '.join(cells)})")

    def rules(self, rows: Sequence[int]) -> str:
        """Name rows: `rule 1`, `rules 1, 2 and 7`."""
        return rules_in_words([self.table.rows[row] for row in rows])


def policy_of(table: DecisionTable) -> str:
    """Give the name that stands for the file of a table."""
    return PurePath(table.path).stem


def rules_in_words(rows: Iterable[TableRow]) -> str:
    numbers = [str(row.number) for row in rows]
    if len(numbers) == 1:
        return f"rule {numbers[0]}"
    if len(numbers) > MOST_RULES:
        return f"rules {', '.join(numbers[: MOST_RULES - 1])} and {len(numbers) - MOST_RULES + 1} more"
    return f"rules {', '.join(numbers[:-1])} and {numbers[-1]}"
