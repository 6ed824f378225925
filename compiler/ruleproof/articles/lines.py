"""The lines of an article, from plain text, Markdown or HTML, without what belongs to the page and not to the text.

Page furniture is: page numbers and print notes, lines of nothing but an address, lines that stand at the top or foot of
several pages, and in HTML what stands in navigation, headers, footers, forms and scripts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from ruleproof.articles.words import one_line

LONGEST_ARTICLE = 8_000_000
"""The most characters of an article that are read."""

_UNWRAPPED = 250
"""A file with a line longer than this has one paragraph in each line: nobody broke its lines."""

_PAGE = re.compile(
    r"(?:(?:created|printed|retrieved|downloaded)(?: on)? [\d/ .:,-]+(?:[ap]m)?\.? *)?(?:page \d{1,4}(?: ?(?:of|/) ?\d{1,4})?)\.?"
    r"|(?:printed|created|retrieved|downloaded)(?: on)? [\d/ .:,-]+(?:[ap]m)?\.?",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t]*#*")
_BULLET = re.compile(r"[ \t]*(?:[-*+•·]|\d{1,3}[.)])(?:[ \t]+|$)")
_EDGE = 4
"""How many lines at the top and at the foot of a page may be furniture."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an article; `level` is 1 to 6 for a heading that is marked as one, else 0."""

    text: str
    level: int = 0
    furniture: bool = False


EMPTY = Line("")
FURNITURE = Line("", furniture=True)
"""Stands where page furniture stood: what it cuts in two may belong together."""


def lines_of(text: str, name: str = "") -> tuple[Line, ...]:
    """Give the lines of an article; `name` is that of its file, whose ending says what it is.

    >>> [line.text for line in lines_of("A first\\nline.\\n\\nPage 2 of 9\\n")]
    ['A first', 'line.', '', '', '', '']
    """
    lowered = name.lower()
    if lowered.endswith((".html", ".htm", ".xhtml")) or re.match(r"\s*(?:<!doctype html|<html)\b", text[:300], re.I):
        return tuple(_from_html(text))
    return tuple(_from_text(text, lowered.endswith((".md", ".markdown"))))


def _from_text(text: str, markdown: bool) -> Iterator[Line]:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\n\f", "\f")
    running = _running_lines(text.split("\f"))
    unwrapped = max(map(len, text.split("\n"))) > _UNWRAPPED
    for page in text.split("\f"):
        lines = page.split("\n")
        edges = _edges(lines)
        for index, written in enumerate(lines):
            line = written.strip()
            if _is_furniture(line) or (index in edges and _masked(line) in running):
                yield FURNITURE
            else:
                yield from _plain_line(line, markdown, unwrapped)
        yield FURNITURE


def _is_furniture(line: str) -> bool:
    return bool(line) and (_PAGE.fullmatch(line) or _ADDRESS.fullmatch(line)) is not None


def _plain_line(line: str, markdown: bool, unwrapped: bool) -> Iterator[Line]:
    heading = _HEADING.fullmatch(line) if markdown else None
    if heading:
        yield from (EMPTY, Line(one_line(heading[2]), len(heading[1])), EMPTY)
        return
    if line and (unwrapped or (markdown and (_BULLET.match(line) or line.startswith("|")))):
        yield EMPTY
    yield Line(line)


def _running_lines(pages: list[str]) -> frozenset[str]:
    """Give the lines, numbers masked, that stand at the edge of more than half of the pages, and of two at least."""
    if len(pages) < 2:
        return frozenset()
    seen: Counter[str] = Counter()
    for page in pages:
        lines = page.split("\n")
        seen.update({_masked(lines[index]) for index in _edges(lines)})
    return frozenset(line for line, count in seen.items() if line and count > max(1, len(pages) // 2))


def _edges(lines: list[str]) -> frozenset[int]:
    written = [index for index, line in enumerate(lines) if line.strip()]
    return frozenset((*written[:_EDGE], *written[-_EDGE:]))


def _masked(line: str) -> str:
    return re.sub(r"\d+", "0", one_line(line))


# ---------------------------------------------------------------- HTML

_SILENT = frozenset(
    (
        "script",
        "style",
        "nav",
        "header",
        "footer",
        "aside",
        "noscript",
        "form",
        "button",
        "select",
        "template",
        "svg",
        "title",
    )
)
_VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"))
_INLINE = frozenset(
    ("a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "dfn", "em", "font", "i", "kbd", "mark", "q", "s", "samp",
     "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var")
)  # fmt: skip


def _from_html(text: str) -> Iterator[Line]:
    reader = _Html()
    reader.feed(text)
    reader.close()
    reader.end_paragraph()
    yield from reader.lines


class _Html(HTMLParser):
    """Collects the visible text of a page; a block of it is a paragraph, a row of a table too."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[Line] = []
        self._text: list[str] = []
        self._silent: list[str] = []
        self._in_row = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag == "tr":
            self.end_paragraph()
            self._in_row += 1
        elif tag in ("td", "th", "br"):
            self._text.append(" ")
        elif tag not in _INLINE and not (self._in_row and tag in ("p", "div")):
            self.end_paragraph()

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            if tag in self._silent:
                del self._silent[self._silent.index(tag) :]
        elif len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
            self.end_paragraph(int(tag[1]))
        elif tag == "tr":
            self.end_paragraph()
            self._in_row = max(0, self._in_row - 1)
        elif tag not in _INLINE and tag not in _VOID and not self._in_row:
            self.end_paragraph()
        else:
            self._text.append(" " if tag in ("td", "th", "p", "div") else "")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._text.append(data)

    def end_paragraph(self, level: int = 0) -> None:
        text = " ".join("".join(self._text).split())
        self._text.clear()
        if text and not _ADDRESS.fullmatch(text):
            self.lines += (EMPTY, Line(text, level), EMPTY)
