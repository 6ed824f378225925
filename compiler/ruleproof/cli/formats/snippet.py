"""A few lines of a policy with the places marked, as shown under a finding."""

from __future__ import annotations

from collections.abc import Sequence

from ruleproof.cli.formats.letters import shown_letters
from ruleproof.cli.terminal import Style
from ruleproof.source import Source, Span
from ruleproof.tree.tidy import text_width

WIDEST = 110
_BEFORE = 40


def snippet(source: Source, main: Span, related: Sequence[Span], style: Style) -> list[str]:
    """Show the line of the main place with carets under it, and the lines of the related places with dashes."""
    places = [(main, "^"), *((span, "-") for span in related)]
    by_line: dict[int, list[tuple[Span, str]]] = {}
    for span, mark in sorted(places):
        by_line.setdefault(source.line_and_column(span.start)[0], []).append((span, mark))
    gutter = len(str(max(by_line)))
    written: list[str] = []
    previous = 0
    for number, marked in by_line.items():
        if previous and number > previous + 1:
            written.append(style.faint(" " * gutter + " ⋮"))
        previous = number
        written += _marked_line(source, number, marked, gutter, style)
    return written


def _marked_line(source: Source, number: int, marked: list[tuple[Span, str]], gutter: int, style: Style) -> list[str]:
    line = source.line(number)
    start = source.line_and_column(marked[0][0].start)[1] - 1
    letters, first = _cropped(line, start)
    below = [" "] * (len(letters) + 1)
    for span, mark in marked:
        begin = source.line_and_column(span.start)[1] - 1 - first
        end = max(begin + 1, min(begin + span.end - span.start, len(line) - first))
        for index in range(max(begin, 0), min(end, len(below))):
            below[index] = mark if below[index] == " " else below[index]
    widths = [text_width(letter) for letter in [*letters, " "]]
    marks = "".join(mark * width for mark, width in zip(below, widths, strict=True)).rstrip() or "^"
    edge = style.faint(" " * gutter + " |")
    shown = style.faint(f"{number:>{gutter}} |") + " " + "".join(letters)
    painted = style.error(marks) if "^" in marks else style.note(marks)
    return [shown.rstrip(), f"{edge} {painted}"]


def _cropped(line: str, start: int) -> tuple[list[str], int]:
    """Give the letters of a line as shown, cut to what fits around `start`, and the index of the first one."""
    begin = max(0, start - _BEFORE) if len(line) > WIDEST else 0
    letters = shown_letters(line[begin : begin + WIDEST])
    if begin:
        letters[0] = "…"
    if begin + WIDEST < len(line):
        letters[-1] = "…"
    return letters, begin
