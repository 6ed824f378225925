"""Pictures read as a person reads them: from the SVG alone, by where lines begin and end and by the words that stand there.

Nothing here knows how a chart is made; what is found is compared with the chart, the graph and the meaning.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ruleproof.finding import Value

NAMESPACE = "{http://www.w3.org/2000/svg}"
NEAR = 4.0


@dataclass(frozen=True)
class DrawnBox:
    """A box: its kind, its words, and the rectangle that it fills."""

    kind: str
    heading: tuple[str, ...]
    text: tuple[str, ...]
    left: float
    top: float
    right: float
    bottom: float

    @property
    def words(self) -> tuple[str, ...]:
        return self.heading + self.text

    def distance(self, x: float, y: float) -> float:
        return max(self.left - x, x - self.right, self.top - y, y - self.bottom, 0.0)


@dataclass(frozen=True)
class DrawnArrow:
    """An arrow: its words, and the boxes that its line begins and ends at."""

    words: tuple[str, ...]
    tail: str
    head: str


@dataclass(frozen=True)
class Picture:
    title: str
    lines: tuple[str, ...]
    boxes: Mapping[str, DrawnBox]
    arrows: Mapping[str, DrawnArrow]
    frames: Mapping[str, str]
    width: float
    height: float


def read_picture(svg: str) -> Picture:
    """Read a picture from the text of an SVG file."""
    root = ElementTree.fromstring(svg)
    (page,) = root.findall(f"{NAMESPACE}g")
    parts = {part.get("id", ""): part for part in page.findall(f"{NAMESPACE}g")}
    boxes = {name: _box(part) for name, part in parts.items() if part.get("class", "").startswith("box ")}
    arrows = {name: _arrow(part, boxes) for name, part in parts.items() if part.get("class", "").startswith("arrow ")}
    frames = {name: _words(part)[0] for name, part in parts.items() if part.get("class") == "group"}
    assert len(boxes) + len(arrows) + len(frames) == len(parts)
    size = [float(number) for number in root.get("viewBox", "").split()]
    title = root.findtext(f"{NAMESPACE}title") or ""
    return Picture(title, _words(page), boxes, arrows, frames, size[2], size[3])


def _words(part: Element) -> tuple[str, ...]:
    return tuple(text.text or "" for text in part.findall(f"{NAMESPACE}text"))


def _points(shape: Element) -> list[tuple[float, float]]:
    if shape.tag == f"{NAMESPACE}ellipse":
        cx, cy, rx, ry = (float(shape.get(name, "0")) for name in ("cx", "cy", "rx", "ry"))
        return [(cx - rx, cy - ry), (cx + rx, cy + ry)]
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", shape.get("points") or shape.get("d") or "")]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _shapes(part: Element, *names: str) -> list[Element]:
    return [shape for name in names for shape in part.findall(f"{NAMESPACE}{name}")]


def _box(part: Element) -> DrawnBox:
    points = [point for shape in _shapes(part, "polygon", "path", "ellipse", "polyline") for point in _points(shape)]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    bold = [text.text or "" for text in part.findall(f"{NAMESPACE}text") if text.get("font-weight") == "bold"]
    words = _words(part)
    kind = part.get("class", "").split()[1]
    return DrawnBox(kind, tuple(bold), words[len(bold) :], min(xs), min(ys), max(xs), max(ys))


def _arrow(part: Element, boxes: Mapping[str, DrawnBox]) -> DrawnArrow:
    lines = _shapes(part, "path")
    start = _points(lines[0])[0]
    (point,) = _shapes(part, "polygon")
    tip = min(_points(point), key=lambda corner: min(box.distance(*corner) for box in boxes.values()))
    return DrawnArrow(_words(part), _only_box_at(start, boxes), _only_box_at(tip, boxes))


def _only_box_at(place: tuple[float, float], boxes: Mapping[str, DrawnBox]) -> str:
    near = [name for name, box in boxes.items() if box.distance(*place) < NEAR]
    assert len(near) == 1, f"at {place} there are {near}"
    return near[0]


# ---------------------------------------------------------------- following a case


def walk(pictures: Mapping[str, Picture], first: str, labels: Mapping[str, str], case: Mapping[str, Value]) -> DrawnBox:
    """Follow a case through the pictures of a decision, reading questions and answers only; give the last box.

    `labels` gives for what a question says the input that it asks for.
    """
    name, box = first, f"{first}-b1"
    for _ in range(1000):
        picture = pictures[name]
        drawn = picture.boxes[box]
        if drawn.kind == "continues":
            name = f"{name.rsplit('-', 1)[0]}-{drawn.heading[-1].split()[-1]}"
            box = f"{name}-b1"
            continue
        if drawn.kind != "question":
            return drawn
        value = case[labels[" ".join(drawn.heading)]]
        taken = [arrow for arrow in picture.arrows.values() if arrow.tail == box and says(" ".join(arrow.words), value)]
        assert len(taken) == 1, f"{drawn.heading} {value!r}: {[arrow.words for arrow in taken]}"
        box = taken[0].head
    raise AssertionError("the pictures go round in a circle")


def says(words: str, value: Value) -> bool:
    """Tell whether the words on an arrow name a value."""
    return any(_names(part, value) for part in _alternatives(words, value))


def _alternatives(words: str, value: Value) -> Iterator[str]:
    if isinstance(value, int | Decimal | datetime.date) and not isinstance(value, bool):
        yield from re.split(r", or |, ", words)
    else:
        yield from re.split(r", or |, | or ", words)


def _names(part: str, value: Any) -> bool:
    if value is None or part == "missing":
        return value is None and part == "missing"
    if isinstance(value, bool):
        return part == ("yes" if value else "no")
    if isinstance(value, str):
        return part == value.replace("_", " ")
    read = datetime.date.fromisoformat if isinstance(value, datetime.date) else Decimal
    match = re.fullmatch(
        r"(?:up to|until) (?P<high>\S+)|from (?P<low>\S+)|(?P<least>\S+) or more|(?P<first>\S+) to (?P<last>\S+)|(?P<one>\S+)",
        part,
    )
    assert match is not None, part
    found: dict[str, Any] = {name: read(text) for name, text in match.groupdict().items() if text}
    low = found.get("low", found.get("least", found.get("first", found.get("one", value))))
    high = found.get("high", found.get("last", found.get("one", value)))
    return bool(low <= value <= high)
