"""Tests of cells joined into one, and what a test speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ruleproof.model.scalars import NULL, below, kind_of, same, within, zoned
from ruleproof.model.tables import AnyOf, AnyValue, CellTest, Negated, OneOf, Scalar, Within


def any_of(parts: Iterable[CellTest]) -> CellTest:
    """Join tests of which one must pass; sets become one set."""
    flat = list(_flat(parts))
    if any(isinstance(part, AnyValue) for part in flat):
        return AnyValue()
    sets = [part for part in flat if isinstance(part, OneOf)]
    if len(sets) > 1 and len({kind for part in sets for kind in kinds_of(part)}) == 1:
        joined = OneOf(frozenset(value for part in sets for value in part.values))
        flat = [joined, *(part for part in flat if not isinstance(part, OneOf))]
    return flat[0] if len(flat) == 1 else AnyOf(tuple(flat))


def _flat(parts: Iterable[CellTest]) -> Iterator[CellTest]:
    for part in parts:
        if isinstance(part, AnyOf):
            yield from part.parts
        else:
            yield part


def all_of(parts: Iterable[CellTest]) -> CellTest:
    """Join tests that must all pass: intervals are cut with one another, anything else is said by what must not be.

    >>> all_of([Within(1, None, True, False), Within(None, 5, False, True)])
    Within(low=1, high=5, low_closed=True, high_closed=True)
    """
    found: list[CellTest] = []
    for part in parts:
        last = found[-1] if found else None
        if isinstance(part, AnyValue):
            continue
        if isinstance(last, AnyOf | OneOf | Within) and isinstance(part, OneOf | Within):
            met = _meet(last, part)
            if met is not None:
                found[-1] = met
                continue
        found.append(part)
    if not found:
        return AnyValue()
    return found[0] if len(found) == 1 else Negated(AnyOf(tuple(negated(part) for part in found)))


def _meet(one: CellTest, other: OneOf | Within) -> CellTest | None:
    match one, other:
        case OneOf(values), OneOf(others):
            return OneOf(frozenset(value for value in values if any(same(value, item) for item in others)))
        case Within(), OneOf():
            return _meet(other, one)
        case OneOf(values), Within():
            return OneOf(frozenset(value for value in values if _lies_in(value, other)))
        case Within(), Within() if kinds_of(one) == kinds_of(other) and _one_clock(one, other):
            return _cut(one, other)
        case _:
            return None


def _lies_in(value: Scalar, stretch: Within) -> bool:
    low, high = stretch.low, stretch.high
    above = low is None or below(low, value) or (stretch.low_closed and same(low, value))
    under = high is None or below(value, high) or (stretch.high_closed and same(value, high))
    return value is not None and bool(above and under)


def _one_clock(*stretches: Within) -> bool:
    return len({zoned(bound) for part in stretches for bound in (part.low, part.high) if bound is not None}) == 1


def _cut(one: Within, other: Within) -> CellTest:
    low, low_closed = one.low, one.low_closed
    if low is None or (
        other.low is not None and (below(low, other.low) or (same(low, other.low) and not other.low_closed))
    ):
        low, low_closed = other.low, other.low_closed
    high, high_closed = one.high, one.high_closed
    if high is None or (
        other.high is not None and (below(other.high, high) or (same(high, other.high) and not other.high_closed))
    ):
        high, high_closed = other.high, other.high_closed
    return within(low, high, low_closed, high_closed)


def negated(part: CellTest) -> CellTest:
    """Turn a test round; twice gives it back."""
    return part.part if isinstance(part, Negated) else Negated(part)


def kinds_of(test: CellTest) -> set[str]:
    """Give the kinds of values that a test compares with; null is none."""
    match test:
        case OneOf(values):
            return {kind_of(value) for value in values if value is not None}
        case Within(low, high):
            return {kind_of(high if low is None else low)} - {NULL}
        case Negated(part):
            return kinds_of(part)
        case AnyOf(parts):
            return {kind for part in parts for kind in kinds_of(part)}
        case _:
            return set()


def tests_null(test: CellTest) -> bool:
    """Tell whether a test speaks of null."""
    match test:
        case OneOf(values):
            return None in values
        case Negated(part):
            return tests_null(part)
        case AnyOf(parts):
            return any(map(tests_null, parts))
        case _:
            return False
