"""Charts to small pictures: a page holds dozens, so what they share is said once in its style sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from ruleproof.artifacts.chart import Chart
from ruleproof.artifacts.layout import svg_from_dot
from ruleproof.artifacts.to_dot import STYLES, to_dot
from ruleproof.artifacts.to_svg import as_text, picture

_PLACES = frozenset(("cx", "cy", "rx", "ry", "x", "y", "d", "points"))
_ARROW = {"fill": "#444444", "stroke": "#444444"}
_WORDS = "#111111"


def small_picture(chart: Chart, text: str) -> str:
    """Give the picture of a chart as an element of a page that has its description beside it, under the id `text`.

    The picture is read back and checked before anything is left out, as every picture is.
    """
    root = picture(chart, svg_from_dot(to_dot(chart)))
    root.remove(root[1])
    labelled = root.attrib.pop("aria-labelledby").split()[0]
    for name in ("xmlns", "lang", "font-family", "font-size"):
        del root.attrib[name]
    root.attrib.update({"aria-labelledby": labelled, "aria-describedby": text})
    for group in root.iter("g"):
        kind = group.get("class", "").split(" ")
        if kind[0] == "arrow":
            _one_line(group)
        for part in group:
            # the tip of an arrow is so small that whole points would bend it
            _round(part, 1 if kind[0] == "arrow" and part.tag == "polygon" else 0)
            _leave_to_page(part, kind)
        if kind[0] == "arrow":
            del group.attrib["class"]
        for title in group.findall("title"):
            group.remove(title)
    return as_text(root).replace("\n", "")


def looks_of_parts() -> str:
    """Give the style sheet that these pictures need: of each kind of box its colours and its line, and of arrows."""
    return "\n".join(_looks())


def _looks() -> Iterator[str]:
    yield ".chart text{text-anchor:middle;fill:#111111;font:10px Helvetica,Arial,sans-serif}"
    yield ".chart svg>g>text{text-anchor:start}"
    yield ".chart .b{font-weight:bold}"
    arrow = ".chart g[id]:not(.box,.group)"
    yield f"{arrow}>path{{fill:none;stroke:#444444}}{arrow}>polygon{{fill:#444444;stroke:#444444}}"
    for kind, style in STYLES.items():
        line = f"fill:{style['fillcolor']};stroke:{style['color']};stroke-width:{style['penwidth']}"
        yield f".chart .{kind.value}>:not(text,[fill]){{{line}}}"


def _one_line(arrow: Element) -> None:
    """Make one line of the two halves of an arrow, before and after its words."""
    first, *others = arrow.findall("path")
    first.set("d", " ".join(path.get("d", "") for path in (first, *others)))
    for path in others:
        arrow.remove(path)


def _round(part: Element, places: int) -> None:
    for name in _PLACES & part.attrib.keys():
        number = r"-?[0-9]+(?:\.[0-9]+)?"
        part.set(name, re.sub(number, lambda found: rounded(float(found[0]), places), part.attrib[name]))
    points = part.get("points", "").split(" ")
    if part.tag == "polygon" and len(points) > 3 and points[0] == points[-1]:
        part.set("points", " ".join(points[:-1]))


def rounded(number: float, places: int) -> str:
    """Write a number with so many decimals at most.

    >>> rounded(-12.04, 1), rounded(-0.3, 0), rounded(7.26, 1)
    ('-12', '0', '7.3')
    """
    found = round(number, places)
    return f"{found:g}" if found else "0"


def _leave_to_page(part: Element, kind: list[str]) -> None:
    """Take away the looks that the style sheet of the page gives."""
    if part.tag == "text":
        if part.attrib.pop("font-weight", ""):
            part.set("class", "b")
        for name in ("text-anchor", "font-size", *(("fill",) if part.get("fill") == _WORDS else ())):
            part.attrib.pop(name, None)
        return
    if kind[0] == "arrow":
        for name in _ARROW:
            part.attrib.pop(name, None)
    style = next((style for box, style in STYLES.items() if kind == ["box", box.value]), None)
    fill = None if style is None else "white" if style["fillcolor"] == "#ffffff" else style["fillcolor"]
    if style is not None and (part.get("fill"), part.get("stroke")) == (fill, style["color"]):
        for name in ("fill", "stroke", "stroke-width"):
            part.attrib.pop(name, None)
