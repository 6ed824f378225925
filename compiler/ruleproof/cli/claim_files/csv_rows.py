"""Where the rows of a CSV text begin and end, so that a stray quote costs one row and not all that follow it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ruleproof.cli.claim_files.claim_file import LONGEST_ROW

_COMMA, _QUOTE, _LINE_END, _RETURN = b',"\n\r'
_FIELD = rb'(?:"(?:[^"]++|"")*+"|[^",\r\n][^,\r\n]*+|)'
_ROW = re.compile(_FIELD + rb"(?:," + _FIELD + rb")*+\r?(?:\n|\Z)")
_OPEN_AT_END = re.compile(rb"(?:" + _FIELD + rb",)*+\"(?:[^\"]++|\"\")*+\Z")
_EMPTY = re.compile(rb"\r?(?:\n|\Z)")
STRAY = "a quote is not closed, or text follows where it is closed"


@dataclass(frozen=True)
class Row:
    """A row, as a stretch of the text; `fault` says why it cannot be read."""

    start: int
    end: int
    fault: str = ""


def each_line_is_a_row(text: bytes) -> bool:
    """Tell whether a text has one row on each line and no empty line, so that nobody need look at its rows one by one.

    >>> each_line_is_a_row(b'1,a\\n2,"b, c"\\n'), each_line_is_a_row(b'1,"a\\n2"\\n'), each_line_is_a_row(b'1,"a\\n2,b\\n')
    (True, False, False)
    """
    if b"\r" in text and text.count(b"\r\n") != text.count(b"\r"):
        return False
    if text[:1] in (b"\n", b"\r") or b"\n\n" in text or b"\n\r" in text:
        return False
    return b'"' not in text or _quotes_are_closed(text)


def _quotes_are_closed(text: bytes) -> bool:
    """Tell whether every quote opens or closes a field, or stands twice within one, and no field holds an end of line."""
    letters = np.frombuffer(text, np.uint8)
    quotes = np.flatnonzero(letters == _QUOTE)
    opening, closing = quotes[0::2], quotes[1::2]
    if len(opening) != len(closing):
        return False
    before = letters[np.maximum(opening - 1, 0)]
    after = letters[np.minimum(closing + 1, len(letters) - 1)]
    good_before = (before == _COMMA) | (before == _LINE_END) | (before == _QUOTE) | (opening == 0)
    good_after = (after == _COMMA) | (after == _LINE_END) | (after == _RETURN) | (after == _QUOTE)
    good_after |= closing == len(letters) - 1
    if not (good_before.all() and good_after.all()):
        return False
    ends = np.flatnonzero(letters == _LINE_END)
    return not (np.searchsorted(quotes, ends) % 2).any()


def rows_of(text: bytes, fields: int, last: bool) -> Iterator[Row]:
    """Find the rows of a text one by one; of so many `fields` where a row goes over several lines.

    Empty lines are left out.  Unless the text is the `last` of its file, a row that may go on behind it is left out too.
    A row whose quotes are astray ends with its line.
    """
    place = 0
    while place < len(text):
        end = text.find(b"\n", place) + 1 or len(text)
        if _EMPTY.match(text, place, end):
            place = end
            continue
        found = _ROW.match(text, place)
        if found is None and place and not last and len(text) - place < LONGEST_ROW and _open_at_end(text, place):
            return
        if found is None or (found.end() > end and _fields(text[place : found.end()]) != fields):
            yield Row(place, end, STRAY)
        elif found.end() - place > LONGEST_ROW:
            yield Row(place, found.end(), f"the row is longer than {LONGEST_ROW:,} bytes")
        else:
            end = found.end()
            yield Row(place, end)
        place = end


def _open_at_end(text: bytes, place: int) -> bool:
    """Tell whether the row that begins at a place has a field that is still open where the text ends."""
    return _OPEN_AT_END.match(text, place) is not None


def _fields(row: bytes) -> int:
    """Count the fields of a row that is whole."""
    return len(next(csv.reader(io.StringIO(row.decode("latin-1"), newline="")), []))
