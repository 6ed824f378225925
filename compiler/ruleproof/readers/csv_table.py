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
MOST_CELLS = 2_000_000
MOST_LINES = 100_000
_SEPARATORS = ",;\t"
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


class BrokenError(Exception):
    """The file is no CSV; `str()` says why, `offset` where, in the text as far as it can be shown."""

    def __init__(self, message: str, offset: int = 0, help: str = "", shown: str = "") -> None:
        super().__init__(message)
        self.offset, self.help, self.shown = offset, help, shown


def read_csv(path: str, data: bytes, hit_policy: str = "") -> Reading:
    """Read a CSV file: one table."""
    source = source_from_text("", path)
    try:
        source = _decoded(path, data)
        texts, starts = _fields(source.text)
    except BrokenError as error:
        place = Span(error.offset, error.offset)
        source = source_from_text(error.shown, path) if error.shown else source
        return Reading(source, findings=(table_finding(source, "unreadable_table", place, str(error), error.help),))

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
        raise BrokenError(f"the file is larger than {LARGEST_FILE // 1024 // 1024} MB", help="part the table")
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if is_wide else "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        before = source_from_text(data[: error.start].decode(encoding, "replace")).text
        shown = "" if b"\0" in data and not is_wide else data.decode(encoding, "replace")
        message = f"byte {error.start + 1:,} of the file is no text in {encoding.upper()}"
        raise BrokenError(message, len(before) if shown else 0, "save the file as CSV UTF-8", shown) from None
    source = source_from_text(text, path)
    if "\0" in text:
        message = "this is no text: it holds a byte of value zero"
        raise BrokenError(message, source.text.index("\0"), "save the table as CSV UTF-8", source.text)
    return source


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
            message = "a quote that is not closed, or text after a closing quote"
            raise BrokenError(message, position, 'close it; a quote inside a cell in quotes is written twice: ""')
        quoted, end, plain, plain_end = match.groups()
        row.append(plain if quoted is None else quoted.replace('""', '"') if '""' in quoted else quoted)
        places.append(position)
        position = match.end()
        if (end if plain_end is None else plain_end) in ("\n", ""):
            count += len(row)
            if count > MOST_CELLS:
                raise BrokenError(f"more than {MOST_CELLS:,} cells", position, "part the table")
            at_end = (end if plain_end is None else plain_end) == ""
            if len(rows) >= MOST_LINES:
                raise BrokenError(f"more than {MOST_LINES:,} lines", position, "part the table")
            rows.append(row)
            starts.append([*places, position + at_end])
            row, places = [], []
            if at_end:
                break
    return rows, starts
