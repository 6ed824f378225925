"""Charts to small pictures: a page holds dozens, so what they share is said once in its style sheet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from colorsys import hls_to_rgb, rgb_to_hls
from xml.etree.ElementTree import Element

from ruleproof.artifacts.chart import Chart
from ruleproof.artifacts.layout import svg_from_dot
from ruleproof.artifacts.to_dot import STYLES, to_dot
from ruleproof.artifacts.to_svg import as_text, picture

_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_ARROW = {"fill": "#444444", "stroke": "#444444"}
_WORDS = "#111111"


def small_picture(chart: Chart, text: str, onward: Mapping[str, str]) -> str:
    """Give the picture of a chart as an element of a page that has its description beside it, under the id `text`.

    A box that `onward` names becomes a link to the chart with that id.  The picture is read back and checked before
    anything is left out, as every picture is.
    """
    root = picture(chart, svg_from_dot(to_dot(chart)))
    root.remove(root[1])
    labelled = root.attrib.pop("aria-labelledby").split()[0]
    for name in ("xmlns", "lang", "font-family", "font-size"):
        del root.attrib[name]
    # a picture with links in it is a group: what is called an image has no parts for those who hear it
    root.attrib.update({"role": "group", "aria-labelledby": labelled, "aria-describedby": text})
    page = root[1]
    right, down = map(float, page.attrib.pop("transform").rpartition("(")[2].rstrip(")").split())
    page.remove(page[0])
    for group in list(root.iter("g")):
        kind = group.get("class", "").split(" ")
        if kind[0] == "arrow":
            _one_line(group)
        for part in group:
            # the tip of an arrow is so small that whole points would bend it
            _redraw(part, right, down, 1 if kind[0] == "arrow" and part.tag == "polygon" else 0)
            _leave_to_page(part, kind)
        if kind[0] == "arrow":
            del group.attrib["class"]
        for title in group.findall("title"):
            group.remove(title)
        goal = onward.get(group.get("id", "").rpartition("-")[2])
        if goal is not None:
            group.tag = "a"
            group.set("href", f"#{goal}")
    return as_text(root).replace("\n", "")


def size_in(drawn: str) -> tuple[float, float]:
    """Give the width and height of a picture that was made here, in points.

    >>> size_in('<svg width="461pt" height="815pt" viewBox="0 0 461 815">')
    (461.0, 815.0)
    """
    found = re.search(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"', drawn)
    assert found is not None
    return float(found[1]), float(found[2])


def looks_of_parts() -> str:
    """Give the style sheet that these pictures need: of each kind of box its colours and its line, and of arrows."""
    return "\n".join(_looks())


def _looks() -> Iterator[str]:
    yield ".chart text{text-anchor:middle;fill:#111111;font:10px Helvetica,Arial,sans-serif}"
    yield ".chart svg>g>text{text-anchor:start}"
    yield ".chart .b{font-weight:bold}"
    yield ".chart g[id]:not(.box,.group)>path{fill:none}"
    yield from _colours(lambda colour: colour)
    yield "@media screen and (prefers-color-scheme:dark){.chart text{fill:#e8ecf0}"
    yield from _colours(_in_the_dark)
    yield "}"


def _colours(seen: Callable[[str], str]) -> Iterator[str]:
    arrow, line = ".chart g[id]:not(.box,.group)", seen("#444444")
    yield f"{arrow}>path{{stroke:{line}}}{arrow}>path+path{{fill:{line}}}"
    for kind, style in STYLES.items():
        outline = f"stroke:{seen(style['color'])};stroke-width:{style['penwidth']}"
        yield f".chart .{kind.value}>:not(text){{{outline}}}"
        yield f".chart .{kind.value}>:not(text,[fill]){{fill:{seen(style['fillcolor'])}}}"


def _in_the_dark(colour: str) -> str:
    """Give a colour as it is on a dark page: of the same hue, dark where it was light, and light where it was dark.

    >>> _in_the_dark("#ffffff"), _in_the_dark("#444444"), _in_the_dark("#0072b2")
    ('#1b1e23', '#c2c2c2', '#5bc1fb')
    """
    hue, light, full = rgb_to_hls(*(int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)))
    if light > _PALE:
        red, green, blue = hls_to_rgb(hue, 0.12 + (1 - light) * 0.6, full * 0.6 if light < 1 else 0.0)
        return colour_of((red, green, blue) if light < 1 else (0.106, 0.118, 0.137))
    return colour_of(hls_to_rgb(hue, max(0.67, 1 - light * 0.9) if full < _GREYISH else 0.67, min(full, 0.95)))


_PALE, _GREYISH = 0.75, 0.15
"""How light a colour is that fills a box, and how little of a hue a grey has."""


def colour_of(parts: Iterable[float]) -> str:
    """Write a colour: red, green and blue from 0 to 1."""
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _one_line(arrow: Element) -> None:
    """Make one line of the two halves of an arrow, before and after its words."""
    first, *others = arrow.findall("path")
    first.set("d", " ".join(path.get("d", "") for path in (first, *others)))
    for path in others:
        arrow.remove(path)


def _redraw(part: Element, right: float, down: float, places: int) -> None:
    """Move a part to where it lies on the page, and write its places short; polygons become paths, which are shorter."""
    for names, offset in ((("x", "cx"), right), (("y", "cy"), down), (("rx", "ry"), 0.0)):
        for name in (name for name in names if name in part.attrib):
            part.set(name, rounded(float(part.attrib[name]) + offset, places))
    corners = part.attrib.pop("points", "").split()
    if corners:
        closed = part.tag == "polygon"
        corners = corners[:-1] if closed and len(corners) > 3 and corners[0] == corners[-1] else corners
        part.attrib = {"d": f"M{corners[0]}L{' '.join(corners[1:])}", **part.attrib}
        part.set("d", short_path(part.attrib["d"], right, down, places) + ("z" if closed else ""))
        part.tag = "path"
    elif "d" in part.attrib:
        part.set("d", short_path(part.attrib["d"], right, down, places))


def short_path(line: str, right: float, down: float, places: int) -> str:
    """Write a path short: moved, with so many decimals, and each piece by how far it leads.

    >>> short_path("M301,-717C295,-713 287,-709 282,-705L282,-700", 4, 811.2, 0)
    'M305 94c-6 4-14 8-19 12v5'
    """
    found: list[str] = []
    here = (0.0, 0.0)
    for kind, told in re.findall(r"([A-Za-z])([^A-Za-z]*)", line):
        numbers = [float(number) for number in re.findall(_NUMBER, told)]
        corners = [(round(x + right, places), round(y + down, places)) for x, y in pairwise_of(numbers)]
        if kind not in "MCLZz":
            raise ValueError(f"a path with `{kind}` cannot be written short")
        if kind == "L":
            for corner in corners:
                found.append(_straight(corner[0] - here[0], corner[1] - here[1], places))
                here = corner
            continue
        moved: list[float] = []
        for number, (x, y) in enumerate(corners, 1):
            moved += (x, y) if kind == "M" else (x - here[0], y - here[1])
            here = (x, y) if kind == "M" or number % 3 == 0 else here
        found.append((kind if kind == "M" else kind.lower()) + _numbers(moved, places))
    return "".join(found)


def _straight(right: float, down: float, places: int) -> str:
    """Write a straight piece of a path."""
    if not round(down, places):
        return f"h{_numbers((right,), places)}"
    return f"l{_numbers((right, down), places)}" if round(right, places) else f"v{_numbers((down,), places)}"


def pairwise_of(numbers: Sequence[float]) -> Iterator[tuple[float, float]]:
    """Give numbers two by two."""
    return zip(numbers[::2], numbers[1::2], strict=True)


def _numbers(numbers: Iterable[float], places: int) -> str:
    """Write numbers with no more between them than is needed to tell them apart."""
    found = ""
    for number in numbers:
        text = rounded(number, places).replace("0.", ".") if abs(number) < 1 else rounded(number, places)
        found += text if not found or text.startswith("-") else f" {text}"
    return found


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
    if style is None or part.get("stroke") != style["color"]:
        return
    for name in ("stroke", "stroke-width"):
        part.attrib.pop(name, None)
    if part.get("fill") in (style["fillcolor"], "white" if style["fillcolor"] == "#ffffff" else None):
        del part.attrib["fill"]
