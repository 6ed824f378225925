"""Inputs that are compared with each other: whether values exist that lie in some stretches and compare in some ways.

Where each value may lie in one stretch and each comparison is settled, the least solution is found by pushing lower bounds
from the smaller values to the larger ones; nothing is guessed.  Choices are tried one after the other, and where there are too
many of them a solver picks (`smt.py`, the extra `smt`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import floor, prod
from typing import Any

from ruleproof.prover import smt

LESS, EQUAL, GREATER, ALIKE, APART = "less", "equal", "greater", "alike", "apart"
"""How two values compare; `ALIKE` and `APART` are the same, and not, where there is no order (nulls, yes and no)."""

HOLDS = {
    "=": frozenset({EQUAL, ALIKE}),
    "!=": frozenset({LESS, GREATER, APART}),
    "<": frozenset({LESS}),
    "<=": frozenset({LESS, EQUAL}),
    ">": frozenset({GREATER}),
    ">=": frozenset({GREATER, EQUAL}),
}
"""When each comparison of a cell holds."""

TURNED = {LESS: GREATER, GREATER: LESS, EQUAL: EQUAL, ALIKE: ALIKE, APART: APART}
"""How the second value compares to the first."""

MOST_CHOICES = 2_000
"""How many combinations of stretches and comparisons are tried without a solver."""


class NoSolverError(Exception):
    """There are too many combinations to try, and the solver is not installed."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of places; `None` is an open end."""

    low: Any
    high: Any
    low_closed: bool = True
    high_closed: bool = True


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value to be found: the stretches it may lie in, whether it goes in whole steps, and whether it may be null."""

    pieces: tuple[Piece, ...]
    stepped: bool = False
    nullable: bool = False
    text: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two unknowns (by number) may compare."""

    left: int
    right: int
    states: frozenset[str]
    ordered: bool = True
    """False for yes and no, which have no order."""


class TooCloseError(Exception):
    """Values would have to lie closer together than they can be written."""


Order = tuple[int, int, bool]
"""The first unknown is not larger than the second; strictly smaller where the third is true."""

Solution = tuple[Any, ...]
"""A place for each unknown; `None` is null."""


def solution(unknowns: Sequence[Unknown], comparisons: Sequence[Comparison]) -> Solution | None:
    """Give values that meet every comparison, or `None` where there are none."""
    nulls = [(False, True) if item.nullable and item.pieces else (item.nullable,) for item in unknowns]
    for absent in product(*nulls):
        options = [_options(item, absent) for item in comparisons]
        if not all(options):
            continue
        found = _present(unknowns, absent, options)
        if found is not None:
            return found
    return None


def _options(item: Comparison, absent: Sequence[bool]) -> list[tuple[Order, ...]]:
    """Give the ways in which a comparison can be met, each as orders; empty where it cannot."""
    left, right = item.left, item.right
    if absent[left] or absent[right]:
        wanted = ALIKE if absent[left] and absent[right] else APART
        return [()] if wanted in item.states else []
    less, equal, greater = LESS in item.states, EQUAL in item.states, GREATER in item.states
    if not item.ordered:
        less = greater = APART in item.states
        equal = ALIKE in item.states
    if less and equal and greater:
        return [()]
    if less and greater:
        return [((left, right, True),), ((right, left, True),)]
    if less or greater:
        first, second = (left, right) if less else (right, left)
        return [((first, second, not equal),)]
    return [((left, right, False), (right, left, False))] if equal else []


def _present(
    unknowns: Sequence[Unknown], absent: Sequence[bool], options: Sequence[Sequence[tuple[Order, ...]]]
) -> Solution | None:
    """Find values for the unknowns that are not null."""
    pieces = [(None,) if gone else item.pieces for item, gone in zip(unknowns, absent, strict=True)]
    choices: Iterator[tuple[Any, ...]]
    if prod(map(len, pieces)) * prod(map(len, options)) <= MOST_CHOICES:
        choices = product(product(*pieces), product(*options))
    else:
        choices = _chosen_by_solver(unknowns, pieces, options)
    for places, orders in choices:
        found = least(unknowns, places, [order for group in orders for order in group])
        if found is not None:
            return found
    return None


def _chosen_by_solver(unknowns: Sequence[Unknown], pieces: Any, options: Any) -> Iterator[tuple[Any, ...]]:
    if any(item.text for item in unknowns):
        raise NoSolverError
    try:
        chosen = smt.choice(unknowns, pieces, options)
    except ImportError:
        raise NoSolverError from None
    if chosen is not None:
        yield chosen


# ---------------------------------------------------------------- one choice

_Bound = tuple[Any, int]
"""A place, and how many steps that are smaller than any number lie above it; the place `None` is below everything."""


def least(unknowns: Sequence[Unknown], pieces: Sequence[Piece | None], orders: Sequence[Order]) -> Solution | None:
    """Give the least values in the stretches chosen (`None`: null) that keep the orders, or `None` where there are none."""
    numbers = [index for index, piece in enumerate(pieces) if piece is not None]
    known: dict[int, _Bound] = {}
    for index in numbers:
        piece = pieces[index]
        assert piece is not None
        known[index] = _raised((piece.low, 0 if piece.low_closed or piece.low is None else 1), unknowns[index])
    # a bound can rise once for each unknown on a way that ends there, and once more for each step to a whole number
    for _ in range(2 * len(numbers) + 2):
        changed = False
        for low, high, strict in orders:
            place, steps = known[low]
            pushed = _raised((place, steps + strict), unknowns[high])
            if _after(pushed, known[high]):
                known[high], changed = pushed, True
        if not changed:
            break
    else:
        return None
    if not all(_reaches(known[index], pieces[index]) for index in numbers):
        return None
    return _placed(unknowns, pieces, known)


def _raised(bound: _Bound, unknown: Unknown) -> _Bound:
    """Give the first bound at or above one that the unknown can have."""
    place, steps = bound
    if not unknown.stepped or place is None:
        return bound
    whole = floor(place)
    return (whole if whole == place and not steps else whole + 1, 0)


def _after(one: _Bound, other: _Bound) -> bool:
    if one[0] is None or other[0] is None:
        return other[0] is None and (one[0] is not None or one[1] > other[1])
    return one > other


def _reaches(bound: _Bound, piece: Piece | None) -> bool:
    assert piece is not None
    if piece.high is None or bound[0] is None:
        return True
    return bool(bound[0] < piece.high or (bound[0] == piece.high and piece.high_closed and not bound[1]))


def _placed(unknowns: Sequence[Unknown], pieces: Sequence[Piece | None], known: dict[int, _Bound]) -> Solution:
    """Turn bounds into places: small steps become steps that still lie before the next place in use."""
    places = sorted(
        {place for place, _ in known.values() if place is not None}
        | {piece.high for piece in pieces if piece is not None and piece.high is not None}
    )
    most = max((steps for _, steps in known.values()), default=0) + 1
    found: list[Any] = [None] * len(unknowns)
    for index, (place, steps) in known.items():
        if unknowns[index].text:
            after = next((other for other in places if place is None or other > place), None)
            found[index] = _text(place, steps, most, after)
        elif place is None:
            lowest = floor(places[0]) if places else 1
            found[index] = lowest - most + steps
        else:
            after = next((other for other in places if other > place), None)
            found[index] = Fraction(place) + steps * _step(place, after, most) if steps else place
    return tuple(found)


def _step(place: Any, after: Any, most: int) -> Fraction:
    """Give a short step that can be taken `most` times and stay before the next place."""
    step = Fraction(1)
    while after is not None and Fraction(place) + most * step >= Fraction(after):
        step /= 10
    return step


def _text(place: str | None, steps: int, most: int, after: str | None) -> str:
    start = place or ""
    if not steps:
        return start
    for end in "a0 \0":
        if after is None or start + end * most < after:
            return start + end * steps
    raise TooCloseError
