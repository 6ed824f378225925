"""Repairs of a table as edits of its file: other texts for cells, and further rows, in CSV and in DMN."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import PurePath
from xml.sax.saxutils import escape

from ruleproof.finding import Edit, Place
from ruleproof.model.tables import DecisionTable, TableRow
from ruleproof.source import Source, Span

OPEN_OUTPUT = "null"
"""What a new rule gives, until somebody decides."""


class Editor:
    """Writes edits of one table; none where its file is no text that can be edited, such as a workbook."""

    def __init__(self, table: DecisionTable, source: Source | None) -> None:
        self.table, self.source = table, source
        self.kind = PurePath(table.path).suffix.lower() if source is not None else ""

    def cell(self, row: TableRow, column: int, text: str) -> tuple[Edit, ...]:
        """Let a cell hold another text."""
        if len(row.spans) <= column or self.kind not in (".csv", ".dmn"):
            return ()
        written = self._field(row, text) if self.kind == ".csv" else escape(text)
        return (Edit(self._place(row.spans[column]), written),)

    def without(self, rows: Sequence[TableRow]) -> tuple[Edit, ...]:
        """Take rows out."""
        if self.source is None or self.kind not in (".csv", ".dmn"):
            return ()
        return tuple(Edit(self._place(self._whole(row)), "") for row in rows)

    def row(self, texts: Sequence[str], after: TableRow | None = None) -> tuple[Edit, ...]:
        """Add a row with these input cells, below another one or at the end; its outputs are left to be decided."""
        rows = self.table.rows
        if self.source is None or not rows or not rows[-1].spans:
            return ()
        end = (after or rows[-1]).span.end
        if self.kind == ".csv":
            return (Edit(self._place(Span(end, end)), "\n" + self._line(rows[-1], texts)),)
        if self.kind == ".dmn":
            return (Edit(self._place(Span(end, end)), "\n" + self._element(rows[-1], texts)),)
        return ()

    def _place(self, span: Span) -> Place:
        return Place(self.table.path, span)

    def _text(self, span: Span) -> str:
        assert self.source is not None
        return self.source.text[span.start : span.end]

    def _whole(self, row: TableRow) -> Span:
        """Give the place of a row with the end of its line."""
        assert self.source is not None
        more = 1 if self.source.text[row.span.end : row.span.end + 1] == "\n" else 0
        return Span(row.span.start, row.span.end + more)

    # -------------------------------------------------------------- CSV

    def _separator(self, row: TableRow) -> str:
        assert self.source is not None
        return self.source.text[row.spans[0].end : row.spans[0].end + 1] or ","

    def _field(self, row: TableRow, text: str) -> str:
        return _written([text], self._separator(row))

    def _line(self, like: TableRow, texts: Sequence[str]) -> str:
        """Write a line of as many fields as another one has; what comes before and after its cells stays empty."""
        separator = self._separator(like)
        fields = len(next(csv.reader(io.StringIO(self._text(like.span)), delimiter=separator)))
        before = self._text(Span(like.span.start, like.spans[0].start)).count(separator)
        cells = [*[""] * before, *texts, *[OPEN_OUTPUT] * len(self.table.outputs)]
        return _written([*cells, *[""] * (fields - len(cells))], separator)

    # -------------------------------------------------------------- DMN

    def _element(self, like: TableRow, texts: Sequence[str]) -> str:
        found = re.match(r"<([\w.-]+:)?rule\b", self._text(like.span))
        prefix = (found[1] or "") if found else ""
        inputs = [_entry(prefix, "inputEntry", text) for text in texts]
        outputs = [_entry(prefix, "outputEntry", OPEN_OUTPUT) for _ in self.table.outputs]
        return f"<{prefix}rule>{''.join([*inputs, *outputs])}</{prefix}rule>"


def _written(fields: Sequence[str], separator: str) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=separator, lineterminator="").writerow(fields)
    return line.getvalue()


def _entry(prefix: str, name: str, text: str) -> str:
    return f"<{prefix}{name}><{prefix}text>{escape(text)}</{prefix}text></{prefix}{name}>"
