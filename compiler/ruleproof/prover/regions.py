"""Boxes in words and values: the regions of a finding, and one case of it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product

from ruleproof.finding import CodesOf, Range, Region, Restriction, Value, Values
from ruleproof.model.nodes import SERVICE_DATE, Input
from ruleproof.model.past import PATIENT
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
        for first, last in runs(dimension, box[places[0]]):
            found.append(Range(first.low, last.high, first.low_closed, last.high_closed, missing and not found))
        return found or [Values((), missing=True)]
    named = tuple(value for cell in cells if not cell.others for value in cell.values)
    return [Values(named, any(cell.others for cell in cells), missing)]


def _codes_of(space: Space, places: tuple[int, ...], box: Box) -> CodesOf:
    some = tuple(space.dimensions[place].group_name for place in places if box[place] == 0b10)
    none = tuple(space.dimensions[place].group_name for place in places if box[place] == 0b01)
    return CodesOf(some, none, not some and space.inputs[space.dimensions[places[0]].input].may_be_missing)


def runs(dimension: Dimension, mask: int) -> Iterator[tuple[Cell, Cell]]:
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
    ends_in_unit = words.endswith((item.unit, item.unit.removesuffix("s")))
    return words if ends_in_unit and _unit_says_all(space, item) else f"{item.label}: {words}"


def _unit_says_all(space: Space, item: Input) -> bool:
    """Tell whether the unit alone names an input: no other input has it, and the label says no less with it."""
    sharing = [other for other in space.policy.inputs if other.unit.casefold() == item.unit.casefold()]
    return bool(item.unit) and len(sharing) == 1 and item.unit.casefold() in item.label.casefold()


def cells_in_words(space: Space, place: int, mask: int) -> str:
    """Say which values some cells of a dimension hold: `5 to 50 or 60`, `dna or rna`, `missing`."""
    dimension = space.dimensions[place]
    unit = space.inputs[dimension.input].unit
    if dimension.group is not None:
        there = {0b01: f"none of {dimension.group_name}", 0b10: f"some of {dimension.group_name}"}
        return there.get(mask, "any")
    cells = [dimension.cells[number] for number in bits_of(mask)]
    if any(cell.stretch for cell in dimension.cells):
        parts = [_stretch_in_words(first, last, dimension) for first, last in runs(dimension, mask)]
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
        return f"until {high}" if is_date else f"up to {high}" if last.high_closed else f"less than {high}"
    low_words = str(low) if first.low_closed else f"more than {low}"
    high_words = str(high) if last.high_closed else f"less than {high}"
    return f"{low_words} to {high_words}"


def case_in_words(
    space: Space, case: Mapping[str, Value], names: Iterable[str], history: Sequence[Mapping[str, Value]] = ()
) -> str:
    """Say one case, the named inputs only: `tumour type: solid_organ, 60 genes, MSI reported: no`; then what came before."""
    wanted = set(names)
    named = [item for item in space.policy.inputs if item.name in wanted and item.name in case]
    line = ", ".join(_value_in_words(space, item, case[item.name]) for item in named)
    return "; ".join([line, *(_earlier_in_words(space, case, service) for service in history)])


def _earlier_in_words(space: Space, line: Mapping[str, Value], service: Mapping[str, Value]) -> str:
    """Say an earlier service: its facts, which keys it shares with the line, and whether it was paid."""
    told = [_value_in_words(space, item, service[item.name]) for item in space.policy.asked if item.name in service]
    shared = [
        f"{'the same' if service[key.field] == line.get(key.field) else 'another'} {key.label}"
        for key in space.policy.keys
        if key.field in service and key.name != PATIENT
    ]
    paid = [f"{'paid' if service['paid'] else 'not paid'}"] if "paid" in service else []
    return f"earlier {', '.join([*told, *shared, *paid]) or 'service'}"


def _value_in_words(space: Space, item: Input, value: Value) -> str:
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
            words = f"{value} {item.unit if value != 1 else item.unit.removesuffix('s')}"
            return words if _unit_says_all(space, item) else f"{item.label}: {words}"
        case _:
            return f"{item.label}: {value}"


# ---------------------------------------------------------------- names

_SPOKEN_FOR = """
after all also always and any are at authority be because before between both by cannot cite code codes collects
consider covers date decided decimal decision deny define else example expect failed finding for from gives happen in
input is key least leave left less like limit line listed may means met missing more most must needs never no none not note
nothing number of on one open or out overrides pend policy posted present presume prove question reading reject report
require return row rule says scope see seen services source start supposing table text than that then to unit unknown
unless until when whole with yes
"""
_WORDS = frozenset(_SPOKEN_FOR.split())
"""Words that mean something where a name or value could stand; a name in backquotes, or a value in quotes, is none."""


def is_plain(word: str) -> bool:
    """Tell whether a word can stand as a name or value as it is, without quotes.

    >>> is_plain("solid_organ"), is_plain("missing"), is_plain("81445 or 81450")
    (True, False, False)
    """
    return word not in _WORDS and re.fullmatch(r"[^\W\d]\w*", word) is not None


def written_name(name: str) -> str:
    """Give a name as the language writes it, in backquotes where it is no plain word."""
    if _AFTER_SERVICE.fullmatch(name):
        return name
    if _DAYS_APART.fullmatch(name):
        return f"({name})"
    return name if is_plain(name) else f"`{name}`"


_AFTER_SERVICE = re.compile(r"after an? (?:paid )?(?:[A-Z]+ )?\w+ on the same \w+")
_DAYS_APART = re.compile(r"\w+ is (?:at least|at most|more than|less than) \d+ days (?:after|before) \w+")
"""Inputs that are worked out are named by the condition that asks for them."""
