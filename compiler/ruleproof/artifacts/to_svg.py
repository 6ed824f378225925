"""Chart to SVG: drawn, then read back, and given away only if every box, arrow and word is in the picture.

Layout engines have been seen to drop an arrow or a label and report success; in a chart that shows what a policy covers,
a missing arrow is a wrong statement.  The picture is written anew from what was read, with an own list of allowed elements
and attributes: no script, no link, nothing fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ruleproof.artifacts.chart import Arrow, Box, Chart, Group
from ruleproof.artifacts.described import described
from ruleproof.artifacts.layout import TIME_LIMIT, svg_from_dot
from ruleproof.artifacts.to_dot import id_in_picture, to_dot

_SVG = "{http://www.w3.org/2000/svg}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"

ATTRIBUTES = frozenset(
    "aria-labelledby class cx cy d fill font-family font-size height id lang points role rx ry stroke stroke-dasharray "
    "stroke-width text-anchor transform version viewBox width x xmlns y".split()
)
ELEMENTS = frozenset("desc ellipse g path polygon polyline style svg text title".split())

PAGE_LONG, PAGE_SHORT = 277.0 * 72 / 25.4, 190.0 * 72 / 25.4
"""What A4 paper leaves between margins of 10 mm, in points."""


class PictureIncomplete(Exception):
    """The picture that was drawn lacks a part of the chart: a fault of the layout engine or of this program."""


def to_svg(chart: Chart, seconds: float = TIME_LIMIT) -> str:
    """Give the picture of a chart as an SVG file that prints on one page of A4."""
    root = picture(chart, svg_from_dot(to_dot(chart), seconds))
    width, height = _size(root)
    style = Element("style")
    style.text = _page_rules(width, height)
    root.insert(2, style)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + _written(root) + "\n"


def to_svg_fragment(chart: Chart, seconds: float = TIME_LIMIT) -> str:
    """Give the picture of a chart as an element to be put into a page, which then decides on paper and size."""
    return _written(picture(chart, svg_from_dot(to_dot(chart), seconds))) + "\n"


def scale_on_page(width: float, height: float) -> float:
    """Give how much smaller a picture of this size (in points) must become to fit on a page, one where it fits."""
    upright = min(PAGE_SHORT / width, PAGE_LONG / height)
    return min(1.0, max(upright, min(PAGE_LONG / width, PAGE_SHORT / height)))


def picture(chart: Chart, drawn: bytes) -> Element:
    """Read a drawing of a chart, check that it shows the whole chart, and tidy it."""
    root = _plain(ElementTree.fromstring(drawn))
    parts = {part.get("id", ""): part for part in root.iter("g")}
    for box in chart.boxes:
        _check_box(chart, box, parts)
    for arrow in chart.arrows:
        _check_arrow(chart, arrow, parts)
    for group in chart.groups:
        _check_group(chart, group, parts)
    _check_heading(chart, root)
    _check_ids(chart, root)
    return _titled(chart, root)
