"""Chart to DOT: plain labels only, everything escaped, equal charts in equal bytes.

Labels are plain because the layout engine loses the HTML-like ones without a word.  The words on an arrow are a box without
a frame that the arrow passes through: so they never lie on another line or word.  Outcomes differ in shape and line besides
colour, so that a chart can be read in grey; the colours are those of Okabe and Ito, darkened for lines on white.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import graphviz

from ruleproof.artifacts.chart import Arrow, Box, Chart, Group, Kind, Line

FONT = "Helvetica"
"""The layout engine knows how wide its letters are, and those of Arial, but takes a list of fonts for another, narrower one."""

FONT_SIZE = 10

_BLUE, _GREEN, _ORANGE, _PURPLE, _RED, _GREY = "#0072b2", "#00795a", "#a86f00", "#9c4f7c", "#c04f00", "#6b6b6b"

Style = Mapping[str, str]


def _style(shape: str, style: str, line: str, fill: str, width: str = "1") -> Style:
    return MappingProxyType({"shape": shape, "style": style, "color": line, "fillcolor": fill, "penwidth": width})


STYLES: Mapping[Kind, Style] = {
    Kind.QUESTION: _style("box", "filled", "#444444", "#ffffff"),
    Kind.REPORT: _style("box", "filled", _BLUE, "#e3f1fa", "2.5"),
    Kind.MAY_REPORT: _style("box", "rounded,filled", _GREEN, "#e2f5ee", "1.5"),
    Kind.ALSO: _style("component", "filled", _GREEN, "#e2f5ee", "1.5"),
    Kind.CONSIDER: _style("box", "dashed,filled", _ORANGE, "#fff4dc", "1.5"),
    Kind.SEVERAL: _style("folder", "filled", _BLUE, "#e3f1fa", "1.5"),
    Kind.MUST_NOT: _style("box", "diagonals,filled", _RED, "#fdeee4", "1.5"),
    Kind.LEFT_OPEN: _style("note", "filled", _PURPLE, "#f9ebf3", "1.5"),
    Kind.NOTHING_APPLIES: _style("box", "rounded,filled", _GREY, "#ffffff"),
    Kind.OUT_OF_SCOPE: _style("box", "filled", "#c8c8c8", "#f4f4f4"),
    Kind.CANNOT_ANSWER: _style("box", "dotted,filled", _RED, "#fdeee4", "2"),
    Kind.GAP: _style("octagon", "filled", _RED, "#fbd9c4", "3"),
    Kind.CONFLICT: _style("octagon", "dashed,filled", _RED, "#fbd9c4", "3"),
    Kind.CONTINUES: {**_style("box", "filled", "#444444", "#eeeeee"), "peripheries": "2"},
    Kind.INPUT: _style("box", "rounded,filled", "#444444", "#ffffff"),
    Kind.DEFINITION: _style("box", "filled", _ORANGE, "#fff4dc"),
    Kind.DECISION: _style("box", "filled", _BLUE, "#e3f1fa", "2.5"),
    Kind.REQUIREMENT: _style("box", "filled", _GREEN, "#e2f5ee", "1.5"),
    Kind.CODES: _style("note", "filled", _PURPLE, "#f9ebf3"),
    Kind.REASON: _style("box", "rounded,filled", "#c8c8c8", "#ffffff"),
}
"""How each kind of box looks: a shape, a kind of line and a colour, never the colour alone."""

MARK = MappingProxyType({"color": "#000000", "penwidth": "4"})
"""How a marked part differs: by width, not by colour alone."""

_PAGE = {
    "labelloc": "t",
    "labeljust": "l",
    "fontname": FONT,
    "fontsize": str(FONT_SIZE),
    "ordering": "out",
    "charset": "UTF-8",
}
_BOXES = {"fontname": FONT, "fontsize": str(FONT_SIZE), "fontcolor": "#111111", "margin": "0.14,0.06", "height": "0.3"}
_WORDS = {"shape": "plain", "margin": "0.03,0.01"}
_ARROWS = {"color": "#444444", "arrowsize": "0.7"}


def to_dot(chart: Chart) -> str:
    """Give the DOT text of a chart."""
    page = {
        **_PAGE,
        "label": _left((*chart.title_lines, *chart.notes, "")),
        "splines": "spline" if chart.across else "polyline",
        "rankdir": "LR" if chart.across else "TB",
        "nodesep": "0.12" if chart.across else "0.2",
        "ranksep": "0.35" if chart.across else "0.16",
    }
    graph = graphviz.Digraph(chart.name, graph_attr=page, node_attr=_BOXES, edge_attr=_ARROWS)
    for box in chart.boxes:
        graph.node(box.id, **_box(chart, box))
    for group in chart.groups:
        _add_group(graph, chart, group)
    if chart.last:
        with graph.subgraph(graph_attr={"rank": "max"}) as level:
            for box_id in chart.last:
                level.node(box_id)
    for arrow in chart.arrows:
        _add_arrow(graph, chart, arrow)
    return str(graph.source)


def id_in_picture(chart: Chart, id: str) -> str:
    """Give the id that a part has in the picture, where several charts may stand on one page."""
    return f"{chart.name}-{id}"


def words_of(arrow: Arrow) -> str:
    """Give the id of the words on an arrow."""
    return f"{arrow.id}-words"


def second_half(arrow: Arrow) -> str:
    """Give the id of the part of an arrow that comes after its words."""
    return f"{arrow.id}-head"


def _box(chart: Chart, box: Box) -> dict[str, Any]:
    named = {"label": _centred(box.words), "id": id_in_picture(chart, box.id), "class": box.kind.value}
    return {**STYLES[box.kind], **(MARK if box.marked else {}), **named}


def _add_arrow(graph: graphviz.Digraph, chart: Chart, arrow: Arrow) -> None:
    look = {**({"style": "dashed"} if arrow.line is Line.DASHED else {}), **(MARK if arrow.marked else {})}
    whole = {**look, "id": id_in_picture(chart, arrow.id)}
    if not arrow.words:
        graph.edge(arrow.tail, arrow.head, **whole)
        return
    words = words_of(arrow)
    graph.node(words, **_WORDS, label=_centred(arrow.words), id=id_in_picture(chart, words))
    graph.edge(arrow.tail, words, **whole, arrowhead="none")
    graph.edge(words, arrow.head, **look, id=id_in_picture(chart, second_half(arrow)))


def _add_group(graph: graphviz.Digraph, chart: Chart, group: Group) -> None:
    frame = {
        "label": _left((group.title,)),
        "labeljust": "l",
        "id": id_in_picture(chart, group.id),
        "color": "#999999",
        "fontsize": str(FONT_SIZE),
    }
    with graph.subgraph(name=f"cluster_{group.id}", graph_attr=frame) as inside:
        for box_id in group.boxes:
            inside.node(box_id)


def _centred(lines: tuple[str, ...]) -> Any:
    return graphviz.nohtml("\\n".join(map(escaped, lines)))


def _left(lines: tuple[str, ...]) -> Any:
    """Give a label whose first sign may be `<` without being taken for HTML."""
    return graphviz.nohtml("".join(escaped(line) + "\\l" for line in lines))


def escaped(text: str) -> str:
    r"""Escape what means something inside a label; the writer of DOT sees to quotes.

    >>> print(escaped(r"a\nb &lt; \N"))
    a\\nb &amp;lt; \\N
    """
    return text.replace("\\", "\\\\").replace("&", "&amp;")
