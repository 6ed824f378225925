"""Boxes of a table as regions of findings, in words, and as rows to paste."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product

from ruleproof.finding import Range, Region, Restriction, Value, Values
from ruleproof.model.tables import AnyValue, CellTest, Months, Related, Scalar
from ruleproof.prover.relations import ALIKE, APART, EQUAL, GREATER, HOLDS, LESS
from ruleproof.prover.space import Box
from ruleproof.prover.table_cells import Axis
from ruleproof.prover.table_space import Relation, TableSpace
from ruleproof.prover.table_texts import cell_test, mask_in_words, plain_text, value_text

MOST_INPUTS = 8
"""How many inputs a sentence speaks of."""

_ORDERED = frozenset({LESS, EQUAL, GREATER})
"""How two values compare that have an order."""

_TURNED_HOW = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""Each comparison, said of the second value."""


# ---------------------------------------------------------------- values of findings


def finding_value(value: Scalar) -> Value:
    """Give a value as findings carry it: whole numbers as such, times and durations as texts."""
    match value:
        case None | bool() | str():
            return value
        case Decimal():
            return int(value) if value == value.to_integral_value() and value.adjusted() < 18 else value
        case datetime.datetime() | datetime.time() | datetime.timedelta() | Months():
            return plain_text(value)
        case _:
            return value


def witness_of(case: Mapping[str, Scalar]) -> dict[str, Value]:
    """Give a case as the witness of a finding."""
    return {name: finding_value(value) for name, value in case.items()}


def case_in_words(case: Mapping[str, Scalar]) -> str:
    """Say one case: `age = 5, kind = "cat"`."""
    return ", ".join(f"{name} = {value_text(value)}" for name, value in case.items())


# ---------------------------------------------------------------- regions


def regions_of(space: TableSpace, boxes: Iterable[Box]) -> tuple[Region, ...]:
    """Give disjoint boxes as disjoint regions, with one stretch for each ordered input."""
    return tuple(region for box in boxes for region in _regions(space, box))


def _regions(space: TableSpace, box: Box) -> Iterator[Region]:
    names: list[str] = []
    choices: list[Sequence[Restriction]] = []
    for place, name in enumerate(space.names):
        mask = box[place]
        if mask != space.whole[place]:
            names.append(name)
            known = space.axes[place].restrictions_of_masks
            if mask not in known:
                known[mask] = _restrictions(space.axes[place], mask)
            choices.append(known[mask])
    for relation, mask in _compared(space, box):
        names.append(f"{space.names[relation.left]} compared with {space.names[relation.right]}")
        choices.append([Values(tuple(sorted(relation.states(mask))))])
    for chosen in product(*choices):
        yield dict(zip(names, chosen, strict=True))


def _compared(space: TableSpace, box: Box) -> Iterator[tuple[Relation, int]]:
    """Give the relations about which a box says something."""
    start = len(space.axes)
    for index, relation in enumerate(space.relations):
        if box[start + index] != space.whole[start + index]:
            yield relation, box[start + index]


def _restrictions(axis: Axis, mask: int) -> Sequence[Restriction]:
    missing = bool(mask & axis.missing)
    found: list[Restriction] = []
    for first, last in axis.runs(mask):
        low, high = _bound(first.low), _bound(last.high)
        found.append(Range(low, high, first.low_closed, last.high_closed, missing and not found))
    named, others = axis.named(mask), bool(mask & axis.others)
    if named or others or not found:
        left_out = axis.named(axis.full & ~mask) if others else []
        found.append(Values(_texts(named), others, missing and not found, _texts(left_out)))
    return found


def _texts(values: Iterable[Scalar]) -> tuple[str, ...]:
    return tuple(map(plain_text, values))


def _bound(value: Scalar) -> int | Decimal | datetime.date | str | None:
    found = finding_value(value)
    assert not isinstance(found, bool | tuple)
    return found


def size_of(space: TableSpace, boxes: Sequence[Box]) -> int | None:
    """Count the cases of disjoint boxes; `None` where they are not finitely many."""
    total = 0
    for box in boxes:
        if any(True for _ in _compared(space, box)):
            return None
        count = 1
        for axis, mask in zip(space.axes, box, strict=False):
            size = axis.size(mask)
            if size is None:
                return None
            count *= size
        total += count
    return total


# ---------------------------------------------------------------- words


def box_in_words(space: TableSpace, box: Box) -> str:
    """Say what a box holds: `age less than 12, kind "cat"`; empty where it holds every case."""
    parts = [
        f"{name} {mask_in_words(axis, mask)}"
        for name, axis, mask, whole in zip(space.labels, space.axes, box, space.whole, strict=False)
        if mask != whole
    ]
    parts += filter(None, (_relation_in_words(space, box, *compared) for compared in _compared(space, box)))
    if len(parts) > MOST_INPUTS:
        parts = [*parts[: MOST_INPUTS - 1], f"and {len(parts) - MOST_INPUTS + 1} more inputs limited"]
    return ", ".join(parts)


def _relation_in_words(space: TableSpace, box: Box, relation: Relation, mask: int) -> str:
    """Say how two inputs compare; nothing where the rest of the box says it."""
    left, right = space.labels[relation.left], space.labels[relation.right]
    possible = _possible(space, box, relation)
    states = relation.states(mask) & possible
    how, other = _how(states, possible), _how(possible - states, possible)
    if states == possible:
        return ""
    if how or other:
        return f"{left} {how} {right}" if how else f"not {left} {other} {right}"
    ordered = _how(states & _ORDERED, _ORDERED)
    words = [f"{left} {ordered} {right}"] if ordered else []
    words += [f"neither {left} nor {right} missing"] if states >= _ORDERED else []
    words += [f"{left} and {right} both missing"] if ALIKE in states else []
    words += [f"just one of {left} and {right} missing"] if APART in states else []
    return " or ".join(words)


def _possible(space: TableSpace, box: Box, relation: Relation) -> frozenset[str]:
    """Give the ways in which two inputs can compare within a box, as far as nulls decide it."""
    places = (relation.left, relation.right)
    null = [bool(box[place] & space.axes[place].missing) for place in places]
    value = [bool(box[place] & ~space.axes[place].missing) for place in places]
    whole = relation.states(space.whole[len(space.axes) + space.relations.index(relation)])
    if not whole & _ORDERED:
        return whole
    found = set(_ORDERED) if all(value) else set()
    found |= {ALIKE} if all(null) else set()
    found |= {APART} if (null[0] and value[1]) or (value[0] and null[1]) else set()
    return whole & found


def _how(states: frozenset[str], possible: frozenset[str]) -> str | None:
    """Give the comparison that holds in just these of the possible ways."""
    return next((how for how, holds in HOLDS.items() if states and holds & possible == states), None)


# ---------------------------------------------------------------- rows to paste


def row_tests(space: TableSpace, box: Box) -> tuple[CellTest, ...] | None:
    """Give the tests of a row that matches exactly the cases of a box, or `None` where one row cannot say it."""
    found: list[CellTest] = [AnyValue()] * len(space.columns)
    for place, axis in enumerate(space.axes):
        if box[place] == space.whole[place]:
            continue
        if place not in space.columns:
            return None
        found[space.columns.index(place)] = cell_test(axis, box[place])
    for relation, mask in _compared(space, box):
        possible = _possible(space, box, relation)
        states = relation.states(mask) & possible
        if states == possible:
            continue
        how = _how(states, possible)
        turned = _TURNED_HOW[how] if how else None
        for place, other, said in ((relation.left, relation.right, how), (relation.right, relation.left, turned)):
            if place in space.columns and said and found[space.columns.index(place)] == AnyValue():
                found[space.columns.index(place)] = Related(said, space.names[other])
                break
        else:
            return None
    return tuple(found)


def first_cells(box: Box) -> tuple[int, ...]:
    """Give the number of the first cell in each dimension, to sort boxes as a reader would."""
    return tuple((mask & -mask).bit_length() for mask in box)
