"""Chart to SVG: drawn, then read back, and given away only if every box, arrow and word is in the picture.

Layout engines have been seen to drop an arrow or a label and to report success; in a chart that shows what a policy covers,
a missing arrow is a wrong statement.  The picture is written anew from what was read, with an own list of allowed elements
and attributes: no script, no link, nothing fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from ruleproof.artifacts.chart import Arrow, Chart, room
from ruleproof.artifacts.charts.described import described
from ruleproof.artifacts.charts.paper import MARGIN, lies_better, scale_on_page
from ruleproof.artifacts.layout import TIME_LIMIT, svg_from_dot
from ruleproof.artifacts.to_dot import FONT_SIZE, id_in_picture, second_half, to_dot, words_of

TITLE_SIZE = 12
_TITLE_LETTER = 6.7
"""The size of the title, and how wide a letter of it is on average."""


class PictureError(Exception):
    """The picture that was drawn lacks a part of the chart: a fault of the layout engine or of this program."""


def to_svg(chart: Chart, seconds: float = TIME_LIMIT) -> str:
    """Give the picture of a chart as an SVG file; printed, it fills one page of A4 at most."""
    root = picture(chart, svg_from_dot(to_dot(chart), seconds))
    root.insert(2, _page_rules(*size_of(root)))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + "".join(_written(root)) + "\n"


def to_svg_fragment(chart: Chart, seconds: float = TIME_LIMIT) -> str:
    """Give the picture of a chart as an element to put into a page, which then decides on paper and size."""
    return as_text(picture(chart, svg_from_dot(to_dot(chart), seconds))) + "\n"


def to_svg_beside_text(chart: Chart, text: str, seconds: float = TIME_LIMIT) -> str:
    """Give the picture as an element of a page where its description stands beside it, in the element with the id `text`."""
    root = picture(chart, svg_from_dot(to_dot(chart), seconds))
    root.remove(root[1])
    labelled = root.attrib.pop("aria-labelledby").split()[0]
    del root.attrib["xmlns"]
    root.attrib.update({"aria-labelledby": labelled, "aria-describedby": text})
    return "".join(_written(root))


def picture(chart: Chart, drawn: bytes) -> Element:
    """Read a drawing of a chart, check that the whole chart is in it, and put it in order."""
    drawing = _Drawing(chart, ElementTree.fromstring(drawn))
    parts = [*drawing.groups(), *drawing.arrows(), *drawing.boxes()]
    drawing.check_nothing_else()
    return drawing.put_together(parts)


def size_of(root: Element) -> tuple[float, float]:
    """Give the width and height of a picture, in points."""
    _, _, width, height = (float(number) for number in root.get("viewBox", "").split())
    return width, height


_NAMESPACE = "http://www.w3.org/2000/svg"
_GEOMETRY = {"polygon": "points", "polyline": "points", "path": "d", "ellipse": "rx"}
_PLACES = frozenset(("cx", "cy", "rx", "ry", "x", "y", "d", "points"))
_LOOKS = frozenset(("fill", "stroke", "stroke-dasharray", "stroke-width", "font-size", "text-anchor"))


class _Drawing:
    """What the layout engine drew, by ids; parts are taken out one by one, so that at the end nothing must be left."""

    def __init__(self, chart: Chart, root: Element) -> None:
        self.chart = chart
        self.root = root
        graph = root.find(f"{{{_NAMESPACE}}}g")
        if graph is None:
            raise self.fault("the whole drawing")
        self.page = graph
        self.left: dict[str, Element] = {}
        for part in graph:
            if _name(part) == "g" and (part.get("id", "") in self.left or not part.get("id")):
                raise self.fault(f"an own id for {part.get('id')!r}")
            if _name(part) == "g":
                self.left[part.get("id", "")] = part

    def fault(self, what: str) -> PictureError:
        return PictureError(f"the picture of chart {self.chart.name} lacks {what}; please report this")

    def take(self, id: str, what: str, shapes: frozenset[str]) -> tuple[list[Element], list[Element]]:
        """Take the part with an id: its shapes and its texts; there must be a shape of the kinds named, and not empty."""
        part = self.left.pop(id_in_picture(self.chart, id), None)
        if part is None:
            raise self.fault(what)
        drawn = [item for item in part if _name(item) in _GEOMETRY]
        if shapes and not any(_name(item) in shapes and item.get(_GEOMETRY[_name(item)], "").strip() for item in drawn):
            raise self.fault(f"the line of {what}")
        return [_plain(item) for item in drawn], [_plain(item) for item in part if _name(item) == "text"]

    def boxes(self) -> Iterator[Element]:
        for box in self.chart.boxes:
            shapes, texts = self.take(box.id, f"box {box.id}", frozenset(_GEOMETRY))
            self.check_words(texts, box.words, f"box {box.id}")
            for text in texts[: len(box.heading)]:
                text.set("font-weight", "bold")
            yield self.part(box.id, f"box {box.kind.value}", box.tooltip, [*shapes, *texts], box.marked)

    def arrows(self) -> Iterator[Element]:
        for arrow in self.chart.arrows:
            shapes, texts = self.arrow(arrow)
            yield self.part(arrow.id, f"arrow {arrow.line.value}", "", [*shapes, *texts], arrow.marked)

    def arrow(self, arrow: Arrow) -> tuple[list[Element], list[Element]]:
        what, line = f"arrow {arrow.id} from {arrow.tail} to {arrow.head}", frozenset({"path"})
        shapes, _ = self.take(arrow.id, what, line)
        if not arrow.words:
            return shapes, []
        _, texts = self.take(words_of(arrow), f"the words of {what}", frozenset())
        self.check_words(texts, arrow.words, what)
        onward, _ = self.take(second_half(arrow), what, line)
        return [*shapes, *onward], texts

    def groups(self) -> Iterator[Element]:
        for group in self.chart.groups:
            shapes, texts = self.take(group.id, f"group {group.id}", frozenset(_GEOMETRY))
            self.check_words(texts, (group.title,), f"group {group.id}")
            yield self.part(group.id, "group", "", [*shapes, *texts], False)

    def check_words(self, texts: Iterable[Element], wanted: tuple[str, ...], what: str) -> None:
        found = tuple(text.text or "" for text in texts)
        if found != wanted:
            raise self.fault(f"words of {what}: it has {' / '.join(found)}, not {' / '.join(wanted)}")

    def check_nothing_else(self) -> None:
        if self.left:
            raise PictureError(f"the picture of chart {self.chart.name} shows {min(self.left)}, which is not of it")

    def part(self, id: str, kind: str, tooltip: str, content: list[Element], marked: bool) -> Element:
        made = Element("g", {"id": id_in_picture(self.chart, id), "class": f"{kind} marked" if marked else kind})
        if tooltip:
            made.append(_with_text("title", tooltip))
        made.extend(content)
        return made

    def put_together(self, parts: list[Element]) -> Element:
        """Give the finished picture: heading, then frames, arrows and boxes, so that boxes lie on top."""
        heading = [_plain(item) for item in self.page if _name(item) == "text"]
        self.check_words(heading, (*self.chart.title_lines, *self.chart.notes), "its heading")
        for line in heading[: len(self.chart.title_lines)]:
            line.attrib.update({"font-weight": "bold", "font-size": str(TITLE_SIZE)})
        page = Element("g", {"transform": self.page.get("transform", "")})
        page.extend([*(_plain(item) for item in self.page if _name(item) == "polygon"), *heading, *parts])
        root = Element("svg", self.frame())
        title, text = _with_text("title", self.chart.title), _with_text("desc", described(self.chart))
        title.set("id", id_in_picture(self.chart, "title"))
        text.set("id", id_in_picture(self.chart, "text"))
        root.extend([title, text, page])
        return root

    def frame(self) -> dict[str, str]:
        name = self.chart.name
        width, height = size_of(self.root)
        width = max(width, max(map(room, self.chart.title_lines)) * _TITLE_LETTER + 20)
        return {
            "xmlns": _NAMESPACE,
            "width": f"{width:g}pt",
            "height": f"{height:g}pt",
            "viewBox": f"0 0 {width:g} {height:g}",
            "role": "img",
            "aria-labelledby": f"{name}-title {name}-text",
            "lang": "en",
            "font-family": "Helvetica,Arial,sans-serif",
            "font-size": str(FONT_SIZE),
        }


def _name(element: Element) -> str:
    return element.tag.removeprefix(f"{{{_NAMESPACE}}}")


def _plain(element: Element) -> Element:
    """Copy a drawn element with what is allowed of it; what every text has in common is said once, at the top."""
    kept = {name: value for name, value in element.attrib.items() if name in _PLACES | _LOOKS}
    if kept.get("font-size") == f"{FONT_SIZE:.2f}":
        del kept["font-size"]
    made = Element(_name(element), kept)
    made.text = element.text if _name(element) == "text" else None
    return made


def _with_text(name: str, text: str) -> Element:
    made = Element(name)
    made.text = text
    return made


def _page_rules(width: float, height: float) -> Element:
    """Give the rules for paper: the way round that shows the picture larger, and never larger than on the screen."""
    scale = scale_on_page(width, height)
    return _with_text(
        "style",
        f"@page {{ size: A4 {'landscape' if lies_better(width, height) else 'portrait'}; margin: {MARGIN}mm }} "
        f"@media print {{ svg:root {{ width: {width * scale:.1f}pt; height: {height * scale:.1f}pt }} }}",
    )


def as_text(root: Element) -> str:
    """Give a picture as text."""
    return "".join(_written(root))


def _written(element: Element) -> Iterator[str]:
    """Write an element; by hand, so that the bytes are the same on every version of Python."""
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in element.attrib.items())
    if element.text is None and not len(element):
        yield f"<{element.tag}{attributes}/>"
        return
    yield f"<{element.tag}{attributes}>{escape(element.text or '')}"
    for child in element:
        yield "\n" if element.text is None else ""
        yield from _written(child)
    yield f"</{element.tag}>"
