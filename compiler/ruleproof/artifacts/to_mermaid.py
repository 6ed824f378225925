"""Chart to Mermaid text: for reviews, where the web page draws it; shapes are fewer than in the SVG, words are the same."""

from __future__ import annotations

import re

from ruleproof.artifacts.chart import Arrow, Box, Chart, Kind, Line

_SHAPES = {
    Kind.QUESTION: ("{{", "}}"),
    Kind.MAY_REPORT: ("(", ")"),
    Kind.ALSO: ("[[", "]]"),
    Kind.LEFT_OPEN: (">", "]"),
    Kind.NOTHING_APPLIES: ("(", ")"),
    Kind.CONTINUES: ("[/", "/]"),
    Kind.INPUT: ("(", ")"),
    Kind.DEFINITION: ("([", "])"),
    Kind.CODES: (">", "]"),
}
_PLAIN_SHAPE = ("[", "]")

_CLASSES = {
    Kind.REPORT: "stroke-width:3px",
    Kind.CONSIDER: "stroke-dasharray:6 3",
    Kind.GAP: "stroke:#c04f00,fill:#fbd9c4,stroke-width:4px",
    Kind.CONFLICT: "stroke:#c04f00,fill:#fbd9c4,stroke-width:4px,stroke-dasharray:6 3",
    Kind.CANNOT_ANSWER: "stroke:#c04f00,fill:#fdeee4",
    Kind.MUST_NOT: "stroke:#c04f00",
    Kind.DECISION: "stroke-width:3px",
}


def to_mermaid(chart: Chart) -> str:
    """Give the Mermaid text of a chart."""
    lines = [*(_remark(note) for note in (chart.title, *chart.notes)), f"flowchart {'LR' if chart.across else 'TD'}"]
    grouped = {box_id for group in chart.groups for box_id in group.boxes}
    boxes = {box.id: box for box in chart.boxes}
    lines += [f"  {_box(box)}" for box in chart.boxes if box.id not in grouped]
    for group in chart.groups:
        lines += [f"  subgraph {_name(group.id)}[{_quoted((group.title,))}]"]
        lines += [*(f"    {_box(boxes[box_id])}" for box_id in group.boxes), "  end"]
    lines += [f"  {_arrow(arrow)}" for arrow in chart.arrows]
    used = {box.kind for box in chart.boxes}
    lines += [f"  classDef {kind.value} {style}" for kind, style in _CLASSES.items() if kind in used]
    return "\n".join(lines) + "\n"


def _box(box: Box) -> str:
    before, after = _SHAPES.get(box.kind, _PLAIN_SHAPE)
    style = f":::{box.kind.value}" if box.kind in _CLASSES else ""
    return f"{_name(box.id)}{before}{_quoted(box.words)}{after}{style}"


def _arrow(arrow: Arrow) -> str:
    shaft = "-.->" if arrow.line is Line.DASHED else "-->"
    words = f"|{_quoted(arrow.words)}|" if arrow.words else ""
    return f"{_name(arrow.tail)} {shaft}{words} {_name(arrow.head)}"


def _name(id: str) -> str:
    """Give an id that is no word of Mermaid, such as `end`."""
    return "n_" + id.replace("-", "_")


def _quoted(lines: tuple[str, ...]) -> str:
    return '"' + "<br/>".join(_escaped(line) for line in lines) + '"'


def _remark(text: str) -> str:
    """Give a line of comment in which nothing looks like a setting: those stand in braces.

    >>> _remark("100 %%{init: x}%%")
    '%% 100 %%(init: x)%%'
    """
    return "%% " + text.replace("{", "(").replace("}", ")")


def _escaped(text: str) -> str:
    """Write every letter that means something in Mermaid, Markdown or HTML as its number.

    >>> _escaped('5 < 6 "x"')
    '5 #60; 6 #34;x#34;'
    """
    return re.sub(r"[^\w\s.,:/()+=?!'§–-]", lambda found: f"#{ord(found[0])};", text)
