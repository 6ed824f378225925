"""Files of rows beside a policy, such as events of a code list: plain CSV with a header, each row with its place."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ruleproof.model.declared import Declared
from ruleproof.source import BesideError, FilesRead, Source, Span
from ruleproof.tree import nodes as tree
from ruleproof.tree.messages import did_you_mean, language_finding

MOST_MISTAKES = 20
"""How many mistakes of one file are told; whoever mends those sees the rest."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what stands in each column that is filled, without the blanks around it."""

    span: Span
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        return self.cells.get(column, "")


class Rows:
    """Reads the rows of a file; what is wrong with one is told at its line, and the row left out."""

    def __init__(self, declared: Declared, files: FilesRead, columns: Iterable[str], needed: Iterable[str]) -> None:
        self.declared = declared
        self.files = files
        self.columns = tuple(columns)
        self.needed = tuple(needed)
        self.source: Source | None = None
        self.mistakes = 0

    def read(self, file: tree.Text) -> Iterator[Row]:
        """Give the rows of the file that a policy names."""
        try:
            self.source = self.files.text(file.text)
        except BesideError as error:
            self.declared.report("unreadable_list", file.span, str(error), "correct the file, or the name of it")
            return
        if self.source is None:
            message = f"there is no file `{file.text}` beside the policy"
            self.declared.report("unreadable_list", file.span, message, "correct the name, or put the file there")
            return
        yield from self._rows(self.source)

    def report(self, row: Span, message: str, help: str, name: str = "unreadable_list") -> None:
        """Tell what is wrong with a row."""
        assert self.source is not None
        self.mistakes += 1
        if self.mistakes <= MOST_MISTAKES:
            self.declared.findings.append(language_finding(self.source, name, row, message, help))

    def day(self, row: Row, column: str) -> datetime.date | None:
        """Give the date in a column, `None` where it is empty or no date."""
        text = row.get(column)
        if not text:
            return None
        try:
            if len(text) != 10:
                raise ValueError
            return datetime.date.fromisoformat(text)
        except ValueError:
            self.report(row.span, f"`{text}` under `{column}` is no date", "write year-month-day, as in 2024-03-21")
            return None

    def _rows(self, source: Source) -> Iterator[Row]:
        header: list[str] | None = None
        start = 0
        for line in source.text.split("\n"):
            span = Span(start, start + len(line))
            start += len(line) + 1
            if not line.strip():
                continue
            cells = self._cells(line, span)
            if header is None:
                header = cells
                if cells is None or not self._is_header(cells, span):
                    return
            elif cells is not None and len(cells) != len(header):
                message = f"this row has {len(cells)} entries, and the file has {len(header)} columns"
                self.report(span, message, "write one entry for each column, with a comma between two")
            elif cells is not None:
                yield Row(span, {name: cell for name, cell in zip(header, cells, strict=True) if cell})
        if header is None:
            self.report(Span(0, 0), "the file is empty", f"begin it with a row of the columns: {','.join(self.needed)}")

    def _cells(self, line: str, span: Span) -> list[str] | None:
        if '"' not in line:
            return [cell.strip() for cell in line.split(",")]
        try:
            (row,) = csv.reader([line], strict=True)
        except (csv.Error, ValueError):
            self.report(span, "the quotes of this row do not close", 'write a quote inside quotes twice: ""')
            return None
        return [cell.strip() for cell in row]

    def _is_header(self, cells: list[str], span: Span) -> bool:
        for index, name in enumerate(cells):
            if name not in self.columns:
                near = did_you_mean(name, self.columns)
                help = f"did you mean `{near}`?" if near else f"the columns are {', '.join(self.columns)}"
                self.report(span, f"there is no column `{name}` in such a file", help)
                return False
            if name in cells[:index]:
                self.report(span, f"the column `{name}` stands here twice", "keep one of the two")
                return False
        lacking = [name for name in self.needed if name not in cells]
        if lacking:
            message = f"the column `{lacking[0]}` is not there"
            self.report(span, message, f"begin the file with a row of the columns: {','.join(self.needed)}")
        return not lacking
