"""A CSV file to a decision table, by the conventions of `grid`: cells are unary tests, texts in quotes.

A column of inputs whose numbers are all whole holds whole numbers: between `<= 5` and `>= 6` there is nothing.
"""

from __future__ import annotations

import codecs
import re
from pathlib import PurePath

from ruleproof.readers.grid import Grid, table_from_grid
from ruleproof.readers.reading import Reading, table_finding
from ruleproof.source import Source, Span, source_from_text

LARGEST_FILE = 64 * 1024 * 1024
MOST_CELLS = 5_000_000
_SEPARATORS = ",;\t"
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


class BrokenError(Exception):
    """The file is no CSV; `str()` says why, `offset` where."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


def read_csv(path: str, data: bytes, hit_policy: str = "") -> Reading:
    """Read a CSV file: one table."""
    source = source_from_text("", path)
    try:
        source = _decoded(path, data)
        texts, starts = _fields(source.text)
    except BrokenError as error:
        place = Span(error.offset, error.offset)
        return Reading(source, findings=(table_finding(source, "unreadable_table", place, str(error)),))

    def span(row: int, column: int) -> Span:
        """Give where a field stands, without what separates it from the next."""
        place = starts[row]
        if column >= len(place) - 1:
            return Span(place[-1] - 1, place[-1] - 1)
        return Span(place[column], place[column + 1] - 1)

    def where(row: int, column: int) -> str:
        return f"line {source.line_and_column(starts[row][0])[0]}, column {column + 1}"

    table, findings = table_from_grid(Grid(PurePath(path).stem, source, texts, span, where), hit_policy)
    return Reading(source, () if table is None else (table,), findings)


def _decoded(path: str, data: bytes) -> Source:
    if len(data) > LARGEST_FILE:
        raise BrokenError(f"the file is larger than {LARGEST_FILE // 1024 // 1024} MB", 0)
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if b"\0" in data[:4096] and not is_wide:
        raise BrokenError("this is no text: it holds bytes of value zero", 0)
    try:
        return source_from_text(data.decode("utf-16" if is_wide else "utf-8-sig"), path)
    except UnicodeDecodeError as error:
        message = f"byte {error.start} is no text in UTF-8; save the file as CSV UTF-8"
        raise BrokenError(message, 0) from None


def _separator(text: str) -> str:
    """Find what separates the columns: whatever stands most often in the first line, outside quotes."""
    first = _QUOTED.sub("", text.lstrip("\n")).partition("\n")[0]
    return max(_SEPARATORS, key=first.count)


def _fields(text: str) -> tuple[list[list[str]], list[list[int]]]:
    """Cut a text into fields; beside each row, where its fields start, and where the row ends."""
    sign = re.escape(_separator(text))
    pattern = re.compile(rf'[ ]*"((?:[^"]|"")*)"[ ]*({sign}|\n|\Z)|([^"\n{sign}][^\n{sign}]*|)({sign}|\n|\Z)')
    rows: list[list[str]] = []
    starts: list[list[int]] = []
    row: list[str] = []
    places: list[int] = []
    position, count, size = 0, 0, len(text)
    while position <= size:
        match = pattern.match(text, position)
        if match is None:
            raise BrokenError("a quote that is not closed, or text after a closing quote", position)
        quoted, end, plain, plain_end = match.groups()
        row.append(plain if quoted is None else quoted.replace('""', '"') if '""' in quoted else quoted)
        places.append(position)
        position = match.end()
        if (end if plain_end is None else plain_end) in ("\n", ""):
            count += len(row)
            if count > MOST_CELLS:
                raise BrokenError(f"more than {MOST_CELLS:,} cells", position)
            at_end = (end if plain_end is None else plain_end) == ""
            rows.append(row)
            starts.append([*places, position + at_end])
            row, places = [], []
            if at_end:
                break
    return rows, starts
