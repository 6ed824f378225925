"""A text, and places in it.

Inside the compiler a place is a half-open range of character offsets; lines and columns are computed here and only when
somebody looks.  Columns count characters (Unicode code points) from 1.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of characters, `start` to `end`, in the text of one file."""

    start: int
    end: int

    def cover(self, other: Span) -> Span:
        """Give the smallest span holding both.

        >>> Span(4, 9).cover(Span(12, 15))
        Span(start=4, end=15)
        """
        return Span(min(self.start, other.start), max(self.end, other.end))


NOWHERE = Span(0, 0)


@dataclass(frozen=True)
class Source:
    """The text of one policy file; `text` has `\\n` line ends and no byte order mark."""

    path: str
    text: str
    sha256: str = field(default="", compare=False)

    @cached_property
    def _line_starts(self) -> tuple[int, ...]:
        return (0, *(match.end() for match in re.finditer("\n", self.text)))

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Give the 1-based line and column of an offset.

        >>> Source("a", "one\\ntwo").line_and_column(5)
        (2, 2)
        """
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Give the text of a 1-based line, without its line end."""
        start = self._line_starts[number - 1]
        end = self._line_starts[number] - 1 if number < len(self._line_starts) else len(self.text)
        return self.text[start:end]

    def slice(self, span: Span) -> str:
        """Give the characters that a span holds."""
        return self.text[span.start : span.end]


def source_from_text(text: str, path: str = "<text>") -> Source:
    """Make a source from text already decoded: line ends become `\\n`, a byte order mark is dropped."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    tidy = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return Source(PurePath(path).as_posix(), tidy, digest)
