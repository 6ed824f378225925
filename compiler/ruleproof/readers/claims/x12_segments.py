"""A text of X12 to its segments, by the delimiters that each interchange names itself; a piece at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from ruleproof.readers.claims.lines import UnreadableError, clipped

BROKEN = "?"
"""Stands in place of a segment's name where a piece of the file is no segment; the reason follows."""
LONGEST_SEGMENT = 1 << 14
_LENGTH_OF_ISA = 106
_ELEMENTS_OF_ISA = 17
_PIECE = 1 << 16
_SPACE = " \t\r\n\ufeff"


class Characters(Protocol):
    """A file of text that is read from its beginning."""

    def read(self, size: int, /) -> str: ...


class Segments:
    """The segments of a file, each as a list of its name and its elements.

    While they are given, `number` counts them from 1 and `component` is what separates the parts of an element.
    """

    def __init__(self, stream: Characters) -> None:
        self.number = 0
        self.element, self.component, self.terminator = "", "", ""
        self._stream, self._rest, self._ended = stream, "", False

    def __iter__(self) -> Iterator[list[str]]:
        self._skip_space()
        reason = self._begin()
        if reason:
            raise UnreadableError(
                reason, "an X12 file begins with an ISA segment of 106 characters, which names its delimiters"
            )
        while self._rest or not self._ended:
            yield from self._pieces()

    # ------------------------------------------------------------ delimiters

    def _begin(self) -> str:
        """Take the delimiters from the ISA segment that comes next; say what is wrong where there is none."""
        while len(self._rest) < _LENGTH_OF_ISA and not self._ended:
            self._read()
        head = self._rest[:_LENGTH_OF_ISA]
        if not head.startswith("ISA"):
            return f"the file does not begin with `ISA` but with `{clipped(head, 20)}`" if head else "the file is empty"
        if len(head) < _LENGTH_OF_ISA:
            return f"the ISA segment has {len(head)} characters, not {_LENGTH_OF_ISA}"
        element, component, terminator = head[3], head[104], head[105]
        if len(head.split(element)) != _ELEMENTS_OF_ISA or len({element, component, terminator}) < 3:
            return "the delimiters cannot be read from the ISA segment: it has not 16 elements of the fixed widths"
        for sign in (element, component, terminator):
            if sign.isalnum() or (sign in " \t\ufeff\ufffd"):
                return f"the ISA segment names the delimiter `{clipped(sign)}`, which a value can hold"
        self.element, self.component, self.terminator = element, component, terminator
        return ""

    # ------------------------------------------------------------ pieces

    def _pieces(self) -> Iterator[list[str]]:
        """Give segments as long as the delimiters stay; another ISA segment brings its own."""
        terminator = self.terminator
        while terminator not in self._rest and not self._ended:
            if len(self._rest) > LONGEST_SEGMENT:
                yield self._broken(f"a segment is longer than {LONGEST_SEGMENT:,} characters")
                self._skip_to_terminator()
            self._read()
        pieces = self._rest.split(terminator)
        last = pieces.pop()
        for place, piece in enumerate(pieces):
            text = piece.strip(_SPACE) if piece[:1] in _SPACE or piece[-1:] in _SPACE else piece
            if self.number and text.startswith("ISA") and not text[3:4].isalnum():
                self._rest = terminator.join([text, *pieces[place + 1 :], last])
                yield from self._again()
                return
            if text:
                yield self._segment(text)
        self._rest = last
        if self._ended:
            self._rest = ""
            yield from self._end(last.strip(_SPACE))

    def _again(self) -> Iterator[list[str]]:
        """Begin another interchange; where its delimiters cannot be read the ones before stay."""
        reason = self._begin()
        head, _, rest = self._rest.partition(self.terminator)
        self._rest = rest
        yield self._broken(reason) if reason else self._segment(head)

    def _segment(self, text: str) -> list[str]:
        if len(text) > LONGEST_SEGMENT:
            return self._broken(f"a segment is longer than {LONGEST_SEGMENT:,} characters")
        self.number += 1
        return text.split(self.element)

    def _end(self, text: str) -> Iterator[list[str]]:
        if text.startswith("IEA"):  # many files leave out the last terminator
            yield self._segment(text)
        elif text:
            yield self._broken(f"the file ends inside the segment `{clipped(text, 20)}`")

    def _broken(self, reason: str) -> list[str]:
        self.number += 1
        return [BROKEN, reason]

    # ------------------------------------------------------------ characters

    def _read(self) -> None:
        piece = self._stream.read(_PIECE)
        self._ended = not piece
        self._rest += piece

    def _skip_space(self) -> None:
        while not self._ended and not self._rest.strip(_SPACE):
            self._rest = ""
            self._read()
        self._rest = self._rest.lstrip(_SPACE)

    def _skip_to_terminator(self) -> None:
        while self.terminator not in self._rest and not self._ended:
            self._rest = ""
            self._read()
        self._rest = self._rest.partition(self.terminator)[2]
