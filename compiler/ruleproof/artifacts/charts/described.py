"""Chart to sentences: the same boxes and arrows as a numbered text, for those who hear a chart instead of seeing it."""

from __future__ import annotations

from collections.abc import Iterator

from ruleproof.artifacts.chart import Arrow, Box, Chart


def described(chart: Chart) -> str:
    """Give a chart as text: one numbered sentence for each box that leads on, in the order drawn."""
    leaving: dict[str, list[Arrow]] = {}
    for arrow in chart.arrows:
        leaving.setdefault(arrow.tail, []).append(arrow)
    numbers = {box.id: number for number, box in enumerate((box for box in chart.boxes if box.id in leaving), 1)}
    boxes = {box.id: box for box in chart.boxes}
    touched = {end for arrow in chart.arrows for end in (arrow.tail, arrow.head)}
    lines = [_sentence(boxes, numbers, box, leaving[box.id]) for box in chart.boxes if box.id in leaving]
    lines += [f"{_said(box)}." for box in chart.boxes if box.id not in touched]
    return "\n".join([*chart.notes, *lines])


def _sentence(boxes: dict[str, Box], numbers: dict[str, int], box: Box, leaving: list[Arrow]) -> str:
    ways = "; ".join(_ways(boxes, numbers, leaving))
    return f"{numbers[box.id]}. {_said(box)} {ways}."


def _ways(boxes: dict[str, Box], numbers: dict[str, int], leaving: list[Arrow]) -> Iterator[str]:
    for arrow in leaving:
        goal = boxes[arrow.head]
        onward = f"see {numbers[goal.id]}" if goal.id in numbers else _said(goal)
        words = " ".join(arrow.words)
        yield f"{words}: {onward}" if words else f"→ {onward}"


def _said(box: Box) -> str:
    said = " ".join(box.heading)
    text = ", ".join(remark.removeprefix("• ") for remark in box.remarks) or " ".join(box.text)
    return f"{said} ({text})" if said and text else said or text
