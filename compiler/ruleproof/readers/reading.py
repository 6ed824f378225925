"""What is found in a file of tables, and how a remark about it is made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from ruleproof.finding import Finding, Place
from ruleproof.model.tables import DecisionTable
from ruleproof.pages import TABLE_PAGES, Page
from ruleproof.readers.dmn_nodes import Model
from ruleproof.source import Source, Span

MOST_PLACES = 20
LONGEST_MESSAGE = 500


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as read: what could be read is in `tables`, everything else is in `findings`."""

    source: Source
    """The text of the file; for a workbook, its cells in plain text."""
    tables: tuple[DecisionTable, ...] = ()
    findings: tuple[Finding, ...] = ()
    model: Model | None = None
    """The whole model, where the file is DMN."""


@cache
def _pages() -> dict[str, Page]:
    return {page.name: page for page in TABLE_PAGES}


def table_finding(
    source: Source,
    name: str,
    spans: Span | Iterable[Span],
    message: str,
    help: str = "",
    *,
    decision: str = "",
    rules: Iterable[int] = (),
) -> Finding:
    """Make a finding about a file of tables; the first span is where to look."""
    page = _pages()[name]
    wanted = (spans,) if isinstance(spans, Span) else tuple(spans)[:MOST_PLACES]
    return Finding(
        code=page.code,
        name=page.name,
        severity=page.severity,
        message=shortened(message, LONGEST_MESSAGE),
        help=help,
        places=tuple(Place(source.path, span) for span in wanted),
        decision=decision,
        rules=tuple(map(str, rules)),
    )


def shortened(text: str, longest: int = 60) -> str:
    """Give a text on one line, cut where it is long.

    >>> shortened("a  b\\n c")
    'a b c'
    """
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
