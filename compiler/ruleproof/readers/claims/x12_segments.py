"""A text of X12 to its segments, by the delimiters that each interchange names itself; a piece at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from ruleproof.readers.claims.lines import UnreadableError, clipped

BROKEN = "?"
"""Stands in place of a segment's name where a piece of the file is no segment; the reason follows, and how the piece begins."""
LONGEST_SEGMENT = 1 << 14
_LENGTH_OF_ISA = 106
_ELEMENTS_OF_ISA = 17
_PIECE = 1 << 16
_SPACE = " \t\r\n\ufeff"
NO_LETTER = "\ufffd"
"""Stands where the bytes of a file are no UTF-8."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_REPETITION = 82
"""Where an ISA segment names what separates repeated elements."""


class Characters(Protocol):
    """A file of text that is read from its beginning."""

    def read(self, size: int, /) -> str: ...


class Segments:
    """The segments of a file, each as a list of its name and its elements.

    While they are given, `number` counts them from 1, `component` is what separates the parts of an element, and `garbled`
    tells whether the segment holds bytes that are no UTF-8.
    """

    def __init__(self, stream: Characters) -> None:
        self.number = 0
        self.garbled = False
        self._signs = re.compile("")
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
        signs = (element, component, *(sign for sign in head[_REPETITION] if not sign.isalnum()))
        self._signs = re.compile(f"[{re.escape(''.join(signs))}]")
        return ""

    # ------------------------------------------------------------ pieces

    def _pieces(self) -> Iterator[list[str]]:
        """Give segments as long as the delimiters stay; another ISA segment brings its own, whatever ended the one before."""
        terminator = self.terminator
        if self.number and self._comes_isa():
            yield from self._again()
            return
        while terminator not in self._rest and not self._ended:
            if len(self._rest) > LONGEST_SEGMENT:
                yield self._broken(f"a segment is longer than {LONGEST_SEGMENT:,} characters")
                self._skip_to_terminator()
                return
            self._read()
        pieces = self._rest.split(terminator)
        last = pieces.pop()
        for place, piece in enumerate(pieces):
            text = piece.strip(_SPACE) if piece[:1] in _SPACE or piece[-1:] in _SPACE else piece
            if self.number and _is_isa(text):
                self._rest = terminator.join([text, *pieces[place + 1 :], last])
                yield from self._again()
                return
            if text:
                yield self._segment(text)
        self._rest = last
        if self._ended and not _is_isa(last.lstrip(_SPACE)):
            self._rest = ""
            yield from self._end(last.strip(_SPACE))

    def _again(self) -> Iterator[list[str]]:
        """Begin another interchange; where its delimiters cannot be read the ones before stay."""
        reason = self._begin()
        if reason:
            yield self._broken(reason)
            self._skip_to_terminator()
            return
        head, _, self._rest = self._rest.partition(self.terminator)
        yield self._segment(head)

    def _comes_isa(self) -> bool:
        """Tell whether the next segment is an ISA, by whatever sign it ends."""
        while len(self._rest) < _LENGTH_OF_ISA and not self._ended:
            self._read()
        self._skip_space()
        return _is_isa(self._rest)

    def _segment(self, text: str) -> list[str]:
        if len(text) > LONGEST_SEGMENT:
            return self._broken(f"a segment is longer than {LONGEST_SEGMENT:,} characters")
        self.garbled = False
        if not (text.isascii() and text.isprintable()):
            if found := _CONTROL.search(self._signs.sub("", text)):
                return self._broken(f"a segment holds the control character U+{ord(found[0]):04X}", text)
            self.garbled = NO_LETTER in text
        self.number += 1
        return text.split(self.element)

    def _end(self, text: str) -> Iterator[list[str]]:
        if text.startswith("IEA"):  # many files leave out the last terminator
            yield self._segment(text)
        elif text:
            yield self._broken(f"the file ends inside the segment `{clipped(text, 20)}`")

    def _broken(self, reason: str, text: str = "") -> list[str]:
        self.garbled = False
        self.number += 1
        return [BROKEN, reason, text.partition(self.element)[0]]

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


def _is_isa(text: str) -> bool:
    return text.startswith("ISA") and not text[3:4].isalnum()
