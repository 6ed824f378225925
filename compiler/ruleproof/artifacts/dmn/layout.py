"""Where the shapes of a requirements graph stand: in rows, with lanes between them, so that no line crosses a shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

PER_ROW = 6
"""How many shapes stand side by side."""
WIDTH, HEIGHT = 180, 70
GAP, CORRIDOR = 60, 90
LEFT, TOP = 160, 120
"""Room for what editors show in the corner."""
LINE, LETTER = 15, 5.8
"""The height of a line of a note, and the width of one of its letters, as editors draw them."""
NOTE_WIDTH = 560

Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape with its upper left corner."""

    x: int
    y: int
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class Layout:
    """Shapes by id; lines by id, from what is required to what requires it."""

    shapes: Mapping[str, Shape]
    lines: Mapping[str, tuple[Point, ...]]


@dataclass(frozen=True, slots=True)
class _Slot:
    row: int
    column: int

    @property
    def shape(self) -> Shape:
        return Shape(LEFT + self.column * (WIDTH + GAP), TOP + self.row * (HEIGHT + CORRIDOR))


def layout_of(layers: Sequence[Sequence[str]], lines: Mapping[str, tuple[str, str]], note: str, text: str) -> Layout:
    """Lay out layers of shapes, the highest first; each line leads from a shape of a lower layer to one of a higher.

    A long line goes straight up between two columns, in a lane that its row has to itself.  `note` is the id of a note with
    a text, which stands to the right of everything.
    """
    slots = dict(_slots(layers))
    rows = 1 + max((slot.row for slot in slots.values()), default=0)
    width = LEFT + (WIDTH + GAP) * (1 + max((slot.column for slot in slots.values()), default=0))
    shapes = {key: slot.shape for key, slot in slots.items()}
    shapes[note] = Shape(width + GAP, TOP, NOTE_WIDTH, 20 + LINE * lines_of(text))
    return Layout(shapes, {key: tuple(_points(slots[low], slots[high], rows)) for key, (low, high) in lines.items()})


def lines_of(text: str) -> int:
    """Count the lines that a note takes."""
    letters = int(NOTE_WIDTH / LETTER)
    return sum(max(1, ceil(len(line) / letters)) for line in text.split("\n"))


def _slots(layers: Iterable[Sequence[str]]) -> Iterator[tuple[str, _Slot]]:
    row = 0
    for layer in layers:
        for place, key in enumerate(layer):
            yield key, _Slot(row + place // PER_ROW, place % PER_ROW)
        row += ceil(len(layer) / PER_ROW)


def _points(low: _Slot, high: _Slot, rows: int) -> Iterator[Point]:
    start, end = low.shape, high.shape
    yield start.x + WIDTH // 2, start.y
    if low.row - high.row > 1:
        lane = start.x + WIDTH + GAP * (low.row + 1) // (rows + 1)
        yield lane, start.y - CORRIDOR // 3
        yield lane, end.y + HEIGHT + CORRIDOR // 3
    # lines from the left arrive on the left, so that few of them meet
    yield end.x + WIDTH * (2 * low.column + 1) // (2 * PER_ROW), end.y + HEIGHT
