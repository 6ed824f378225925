"""A chart as a value: boxes with words, arrows with words, and a heading; it knows neither policies nor Graphviz.

Always true of a chart: ids are unique and made of plain letters, digits, `_` and `-`, every arrow joins two boxes of the
chart, and every text can stand in XML and on paper, since texts come from authors and from other people's files.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

TITLE_WIDTH = 75
"""How many letters a line of a title has."""


class Kind(Enum):
    """What a box stands for; shape, line and colour follow from it, and the value is its class in the picture."""

    QUESTION = "question"
    REPORT = "report"
    MAY_REPORT = "may-report"
    ALSO = "may-also-report"
    CONSIDER = "consider"
    SEVERAL = "several"
    MUST_NOT = "must-not-report"
    LEFT_OPEN = "left-open"
    NOTHING_APPLIES = "nothing-applies"
    OUT_OF_SCOPE = "out-of-scope"
    CANNOT_ANSWER = "cannot-answer"
    GAP = "gap"
    CONFLICT = "conflict"
    CONTINUES = "continues"
    INPUT = "input"
    DEFINITION = "definition"
    DECISION = "decision"
    REQUIREMENT = "requirement"
    CODES = "codes"
    REASON = "reason"


class Line(Enum):
    """How an arrow is drawn."""

    PLAIN = "plain"
    DASHED = "dashed"


@dataclass(frozen=True, slots=True)
class Box:
    """One box: the heading stands out, the text below it is smaller; both are broken into lines already."""

    id: str
    kind: Kind
    heading: tuple[str, ...]
    text: tuple[str, ...] = ()
    tooltip: str = ""
    marked: bool = False
    remarks: tuple[str, ...] = ()
    """What the text says before it was broken into lines, one remark after the other; empty where nobody kept it."""

    @property
    def words(self) -> tuple[str, ...]:
        return self.heading + self.text


@dataclass(frozen=True, slots=True)
class Arrow:
    """One arrow from a box to a box, with the words on it."""

    id: str
    tail: str
    head: str
    words: tuple[str, ...] = ()
    line: Line = Line.PLAIN
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Boxes that are drawn inside one frame."""

    id: str
    title: str
    boxes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture.  `across` tells that it is read from left to right, else from top to bottom."""

    name: str
    """Short, and fit for a file name; ids in the picture begin with it."""
    title: str
    notes: tuple[str, ...]
    """What stands below the title: which policy this is, and what holds for the whole picture."""
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    groups: tuple[Group, ...] = ()
    across: bool = False
    last: tuple[str, ...] = ()
    """Boxes that stand side by side on the last level, whatever leads to them."""

    def __post_init__(self) -> None:
        fault = _fault(self)
        if fault:
            raise ValueError(f"chart {self.name}: {fault}")

    @property
    def title_lines(self) -> tuple[str, ...]:
        return wrapped(self.title, TITLE_WIDTH)

    def with_marks(self, ids: Iterable[str]) -> Chart:
        """Give the same chart with some boxes and arrows marked, such as the way that one case takes."""
        wanted = frozenset(ids)
        boxes = tuple(replace(box, marked=True) if box.id in wanted else box for box in self.boxes)
        arrows = tuple(replace(arrow, marked=True) if arrow.id in wanted else arrow for arrow in self.arrows)
        return replace(self, boxes=boxes, arrows=arrows)


_ID = re.compile(r"[A-Za-z0-9_-]+")


def _fault(chart: Chart) -> str:
    """Say what is wrong with a chart; empty where nothing is."""
    boxes = {box.id for box in chart.boxes}
    ids = [
        *(box.id for box in chart.boxes),
        *(arrow.id for arrow in chart.arrows),
        *(group.id for group in chart.groups),
    ]
    if len(set(ids)) < len(ids):
        return "two parts have one id"
    for part_id in (chart.name, *ids):
        if not _ID.fullmatch(part_id):
            return f"{part_id!r} is no id"
    loose = {end for arrow in chart.arrows for end in (arrow.tail, arrow.head)} - boxes
    loose |= {end for ends in (chart.last, *(group.boxes for group in chart.groups)) for end in ends} - boxes
    if loose:
        return f"there is no box {min(loose)}"
    empty = [box.id for box in chart.boxes if not box.words]
    if empty:
        return f"box {empty[0]} has no words"
    unclean = [text for text in _texts(chart) if text != clean(text)]
    return f"{unclean[0]!r} cannot be drawn as it stands" if unclean else ""


def _texts(chart: Chart) -> Iterable[str]:
    yield chart.title
    yield from chart.notes
    for box in chart.boxes:
        yield from box.words
        yield box.tooltip
        yield from box.remarks
    for arrow in chart.arrows:
        yield from arrow.words
    yield from (group.title for group in chart.groups)


# ---------------------------------------------------------------- texts

_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of what follows, by which a text could show another order than it has."""


def clean(text: str) -> str:
    r"""Give a text that can stand in a picture: one line, single blanks, nothing that cannot be seen.

    >>> clean(" two\n lines\tand a bell\x07 ")
    'two lines and a bell�'
    """
    return " ".join(_one_line(text).replace(TIE, " ").split())


def tied(text: str) -> str:
    """Give a text that `wrapped` does not break."""
    return clean(text).replace(" ", TIE)


TIE = "\u00a0"
"""A blank that keeps its neighbours on one line; in a picture it is a blank like any other."""


def _one_line(text: str) -> str:
    return " ".join(part for part in "".join(map(_shown, text)).split(" ") if part.strip())


def _shown(letter: str) -> str:
    if letter.isspace():
        return TIE if letter == TIE else " "
    hidden = unicodedata.category(letter) in ("Cc", "Cs") or letter in _TURNING or letter in "\ufffe\uffff"
    return "\N{REPLACEMENT CHARACTER}" if hidden else letter


def wrapped(text: str, width: int) -> tuple[str, ...]:
    """Break a text into lines of about `width` letters; a longer word is broken, and says so with a hyphen.

    >>> wrapped("microsatellite instability is part of the service", 24)
    ('microsatellite', 'instability is part of', 'the service')
    >>> wrapped("a_name_without_any_blank", 10)
    ('a_name_wi-', 'thout_any-', '_blank')
    """
    lines: list[str] = []
    for word in _words(text, width):
        if lines and room(lines[-1]) + 1 + room(word) <= width:
            lines[-1] += " " + word
            continue
        rest = word
        while room(rest) > width:
            head = _start_of(rest, width - 1)
            lines.append(head + "-")
            rest = rest[len(head) :]
        lines.append(rest)
    return tuple(clean(line) for line in lines if line)


def remarks_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Give texts as they are heard: each in one piece, without those that say nothing."""
    return tuple(said for text in texts if (said := clean(text)))


def _words(text: str, width: int) -> Iterable[str]:
    """Give the parts that a line may hold; what is tied stays together if it fits on a line at all."""
    for word in _one_line(text).split(" "):
        yield from word.split(TIE) if room(word) > width else [word]


def room(text: str) -> int:
    """Count letters, wide ones (Chinese, Japanese, Korean, pictures) as two, and marks that stand on others as none."""
    return sum(_room_of(letter) for letter in text)


def _room_of(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _start_of(word: str, width: int) -> str:
    """Give the longest start of a word that fits, at least one letter, with the marks that stand on its last one."""
    end, taken = 0, 0
    while end < len(word) and (end == 0 or taken + _room_of(word[end]) <= width):
        taken += _room_of(word[end])
        end += 1
    return word[:end]
