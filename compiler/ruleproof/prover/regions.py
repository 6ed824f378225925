"""Boxes in words and values: the regions of a finding, one case of it, and a condition that an author could write."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import product
from typing import Any

from ruleproof.finding import CodesOf, Range, Region, Restriction, Value, Values
from ruleproof.model.nodes import SERVICE_DATE, Input
from ruleproof.prover.cells import Cell, Dimension
from ruleproof.prover.space import Box, Space, bits_of


def regions_of(space: Space, boxes: Iterable[Box]) -> tuple[Region, ...]:
    """Give boxes as regions: disjoint where the boxes are, with one stretch for each number and date."""
    return tuple(region for box in boxes for region in _regions(space, box))


def _regions(space: Space, box: Box) -> Iterator[Region]:
    names: list[str] = []
    choices: list[list[Restriction]] = []
    for name, places in space.places.items():
        if all(box[place] == space.dimensions[place].full for place in places):
            continue
        names.append(name)
        choices.append(_restrictions(space, places, box))
    for chosen in product(*choices):
        yield dict(zip(names, chosen, strict=True))


def _restrictions(space: Space, places: tuple[int, ...], box: Box) -> list[Restriction]:
    dimension = space.dimensions[places[0]]
    if dimension.group is not None:
        return [_codes_of(space, places, box)]
    cells = [dimension.cells[number] for number in bits_of(box[places[0]])]
    missing = any(cell.missing for cell in cells)
    if any(cell.stretch for cell in dimension.cells):
        found: list[Restriction] = []
        for first, last in _runs(dimension, box[places[0]]):
            found.append(Range(first.low, last.high, first.low_closed, last.high_closed, missing and not found))
        return found or [Values((), missing=True)]
    named = tuple(value for cell in cells if not cell.others for value in cell.values)
    return [Values(named, any(cell.others for cell in cells), missing)]


def _codes_of(space: Space, places: tuple[int, ...], box: Box) -> CodesOf:
    some = tuple(space.dimensions[place].group_name for place in places if box[place] == 0b10)
    none = tuple(space.dimensions[place].group_name for place in places if box[place] == 0b01)
    return CodesOf(some, none, not some)


def _runs(dimension: Dimension, mask: int) -> Iterator[tuple[Cell, Cell]]:
    """Give the first and last cell of each unbroken stretch of a mask."""
    run: list[int] = []
    for number in bits_of(mask):
        if dimension.cells[number].missing:
            continue
        if run and number != run[-1] + 1:
            yield dimension.cells[run[0]], dimension.cells[run[-1]]
            run = []
        run.append(number)
    if run:
        yield dimension.cells[run[0]], dimension.cells[run[-1]]


# ---------------------------------------------------------------- words


def box_in_words(space: Space, box: Box) -> str:
    """Say what a box lets through, with the labels of the policy; `any case` where it is the whole space."""
    parts = [words for name, places in space.places.items() if (words := _input_in_words(space, name, places, box))]
    return ", ".join(parts) if parts else "any case"


def _input_in_words(space: Space, name: str, places: tuple[int, ...], box: Box) -> str:
    item = space.inputs[name]
    if all(box[place] == space.dimensions[place].full for place in places):
        return ""
    if space.dimensions[places[0]].group is not None:
        codes = _codes_of(space, places, box)
        parts = [f"with {group}" for group in codes.some] + [f"without {group}" for group in codes.none]
        return f"{item.label}: {' and '.join(parts)}"
    words = cells_in_words(space, places[0], box[places[0]])
    return words if item.unit and words.endswith((item.unit, item.unit.removesuffix("s"))) else f"{item.label}: {words}"


def cells_in_words(space: Space, place: int, mask: int) -> str:
    """Say which values some cells of a dimension hold: `5 to 50 or 60`, `dna or rna`, `missing`."""
    dimension = space.dimensions[place]
    unit = space.inputs[dimension.input].unit
    if dimension.group is not None:
        there = {0b01: f"none of {dimension.group_name}", 0b10: f"some of {dimension.group_name}"}
        return there.get(mask, "any")
    cells = [dimension.cells[number] for number in bits_of(mask)]
    if any(cell.stretch for cell in dimension.cells):
        parts = [_stretch_in_words(first, last, dimension) for first, last in _runs(dimension, mask)]
        if unit and parts:
            parts[-1] += f" {unit.removesuffix('s') if parts == ['1'] else unit}"
    else:
        parts = [value for cell in cells if not cell.others for value in cell.values]
        if len(parts) > 12:
            parts = [*parts[:10], f"{len(parts) - 10} more"]
        parts += ["any other"] if any(cell.others for cell in cells) else []
    parts += ["missing"] if any(cell.missing for cell in cells) else []
    return " or ".join(parts)


def _stretch_in_words(first: Cell, last: Cell, dimension: Dimension) -> str:
    low, high = first.low, last.high
    if low == high and low is not None:
        return str(low)
    ends = [cell for cell in dimension.cells if cell.stretch]
    from_start, to_end = first is ends[0], last is ends[-1]
    is_date = isinstance(low, datetime.date)
    if from_start and to_end:
        return f"{low} to {high}" if high is not None else f"from {low}"
    if to_end:
        more = "" if first.low_closed else "more than "
        return f"from {low}" if is_date else f"{more}{low} or more" if not more else f"more than {low}"
    if from_start:
        return f"until {high}" if is_date else f"{high} or less" if last.high_closed else f"less than {high}"
    low_words = str(low) if first.low_closed else f"more than {low}"
    high_words = str(high) if last.high_closed else f"less than {high}"
    return f"{low_words} to {high_words}"


def case_in_words(space: Space, case: Mapping[str, Value], names: Iterable[str]) -> str:
    """Say one case, the named inputs only: `tumour type: solid_organ, 60 genes, MSI reported: no`."""
    wanted = set(names)
    return ", ".join(_value_in_words(item, case[item.name]) for item in space.policy.inputs if item.name in wanted)


def _value_in_words(item: Input, value: Value) -> str:
    match value:
        case None:
            return f"{item.label}: missing"
        case bool():
            return f"{item.label}: {'yes' if value else 'no'}"
        case tuple():
            return f"{item.label}: {', '.join(value)}"
        case datetime.date():
            return f"{'service' if item.name == SERVICE_DATE else item.label}: {value.isoformat()}"
        case int() | Decimal() if item.unit:
            return f"{value} {item.unit if value != 1 else item.unit.removesuffix('s')}"
        case _:
            return f"{item.label}: {value}"


# ---------------------------------------------------------------- conditions to paste


def written_name(name: str) -> str:
    """Give a name as the language writes it, in backquotes where it is no plain word."""
    return name if re.fullmatch(r"[^\W\d]\w*", name) else f"`{name}`"


def _written_value(value: Any) -> str:
    if isinstance(value, str) and not re.fullmatch(
        r"[^\W\d]\w*|(?:CPT|HCPCS|PLA|ICD|ICDPCS|REV|POS|MOD|CARC|RARC) [A-Z0-9.]+|[0-9]+", value
    ):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    return str(value)


def condition_text(space: Space, box: Box) -> str:
    """Give a condition, as an author writes it, that holds in exactly the cases of a box."""
    parts = [text for name, places in space.places.items() for text in _input_conditions(space, name, places, box)]
    if not parts:
        first = next(iter(space.inputs))
        return f"any of ({written_name(first)} is present, {written_name(first)} is missing)"
    return parts[0] if len(parts) == 1 else f"all of ({', '.join(parts)})"


def _input_conditions(space: Space, name: str, places: tuple[int, ...], box: Box) -> Iterator[str]:
    said = written_name(name)
    dimension = space.dimensions[places[0]]
    if dimension.group is not None:
        for place in places:
            group = space.dimensions[place]
            if box[place] != group.full:
                yield f"{said} {'any' if box[place] == 0b10 else 'none'} in {group.group_name}"
        return
    mask = box[places[0]]
    if mask == dimension.full:
        return
    cells = [dimension.cells[number] for number in bits_of(mask)]
    missing = any(cell.missing for cell in cells)
    tests = (
        list(_stretch_tests(said, dimension, mask))
        if any(cell.stretch for cell in dimension.cells)
        else _value_tests(said, dimension, cells)
    )
    if missing:
        tests.append(f"{said} is missing")
    yield tests[0] if len(tests) == 1 else f"any of ({', '.join(tests)})"


def _value_tests(said: str, dimension: Dimension, cells: list[Cell]) -> list[str]:
    if any(cell.others for cell in cells):
        left_out = [value for cell in dimension.cells if cell not in cells for value in cell.values]
        if not left_out:
            return [f"{said} is present"]
        absent = f"{said} is not one of ({', '.join(_written_value(value) for value in left_out)})"
        return [f"all of ({absent}, {said} is present)" if dimension.cells[-1].missing else absent]
    values = [value for cell in cells for value in cell.values]
    if not values:
        return []
    if len(values) == 1:
        return [f"{said} is {_written_value(values[0])}"]
    return [f"{said} is one of ({', '.join(_written_value(value) for value in values)})"]


def _stretch_tests(said: str, dimension: Dimension, mask: int) -> Iterator[str]:
    for first, last in _runs(dimension, mask):
        low, high = first.low, last.high
        ends = [cell for cell in dimension.cells if cell.stretch]
        dated = isinstance(low, datetime.date)
        at_least = ("on or after" if dated else "at least") if first.low_closed else ("after" if dated else "more than")
        at_most = ("on or before" if dated else "at most") if last.high_closed else ("before" if dated else "less than")
        if low == high:
            yield f"{said} is {low}"
        elif first is ends[0] and last is ends[-1]:
            yield f"{said} is present"
        elif last is ends[-1]:
            yield f"{said} is {at_least} {low}"
        elif first is ends[0]:
            yield f"{said} is {at_most} {high}"
        elif first.low_closed and last.high_closed:
            yield f"{said} is between {low} and {high}"
        else:
            yield f"all of ({said} is {at_least} {low}, {said} is {at_most} {high})"
