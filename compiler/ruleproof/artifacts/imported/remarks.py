"""What an import remarks: what is not in the policy, what answers in another way, and what was chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from ruleproof.finding import Finding, Place, Severity
from ruleproof.import_pages import IMPORT_PAGES
from ruleproof.model.tables import DecisionTable, TableRow
from ruleproof.pages import Page
from ruleproof.source import Span

NOT_IMPORTED, OTHERWISE, CHOSEN = "not_imported", "imported_otherwise", "chosen_by_import"
"""The names of the findings: an error, a warning and a note."""


@cache
def _pages() -> dict[str, Page]:
    return {page.name: page for page in IMPORT_PAGES}


@dataclass
class Remarks:
    """The remarks so far, in the order in which they are made; the same remark is made once."""

    findings: list[Finding] = field(default_factory=list)

    def say(
        self,
        name: str,
        message: str,
        help: str = "",
        *,
        table: DecisionTable | None = None,
        rows: Iterable[TableRow] = (),
        span: Span | None = None,
    ) -> None:
        """Remark something of a table, and of some rows of it."""
        page, found = _pages()[name], tuple(rows)
        spans = [row.span for row in found] or ([] if table is None else [span or table.span])
        path = "" if table is None else table.path
        finding = Finding(
            code=page.code,
            name=page.name,
            severity=page.severity,
            message=message,
            help=help,
            places=tuple(Place(path, item) for item in spans),
            decision="" if table is None else table.name,
            rules=tuple(str(row.number) for row in found),
        )
        if finding not in self.findings:
            self.findings.append(finding)

    def of(self, severity: Severity) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity is severity]
