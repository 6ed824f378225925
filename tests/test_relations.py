"""Inputs that are compared with each other: solutions are found exactly where trying every value of a grid finds one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, product
from random import Random
from typing import Any

import pytest

from ruleproof.prover import relations
from ruleproof.prover.relations import ALIKE, APART, EQUAL, GREATER, LESS, Comparison, Piece, Unknown, solution

QUESTIONS = 300


def _piece(rng: Random, stepped: bool) -> Piece:
    ends = sorted(rng.choices([0, 1, 2, Fraction(1, 2)] if not stepped else [0, 1, 2, 3], k=2))
    low = None if rng.random() < 0.2 else ends[0]
    high = None if rng.random() < 0.2 else ends[1]
    if low is not None and low == high:
        return Piece(low, high)
    return Piece(low, high, rng.random() < 0.5, rng.random() < 0.5)


def _question(rng: Random) -> tuple[list[Unknown], list[Comparison]]:
    ordered = rng.random() < 0.9
    unknowns = []
    for _ in range(rng.randint(2, 3)):
        stepped = not ordered or rng.random() < 0.4
        pieces = tuple(_piece(rng, stepped) for _ in range(rng.randint(1, 2)))
        if not ordered:
            pieces = tuple(Piece(value, value) for value in rng.sample([0, 1], rng.randint(1, 2)))
        unknowns.append(Unknown(pieces, stepped, rng.random() < 0.2))
    states = [LESS, EQUAL, GREATER] if ordered else [ALIKE, APART]
    comparisons = [
        Comparison(
            one,
            other,
            frozenset(state for state in dict.fromkeys([*states, ALIKE, APART]) if rng.random() < 0.5),
            ordered,
        )
        for one, other in combinations(range(len(unknowns)), 2)
        if rng.random() < 0.7
    ]
    return unknowns, comparisons


def questions() -> Iterator[tuple[list[Unknown], list[Comparison]]]:
    for seed in range(QUESTIONS):
        yield _question(Random(seed))


def _grid(unknown: Unknown) -> list[Any]:
    """Give enough values: three between any two bounds, and three beyond them."""
    eighths = [Fraction(step, 8) for step in range(3 * 8 + 1)]
    places = [Fraction(step) for step in (-3, -2, -1, 4, 5, 6)] + eighths
    values: list[Any] = [value for value in places if not unknown.stepped or value.denominator == 1]
    values = [value for value in values if any(_inside(value, piece) for piece in unknown.pieces)]
    return values + ([None] if unknown.nullable else [])


def _inside(value: Any, piece: Piece) -> bool:
    above = piece.low is None or value > piece.low or (piece.low_closed and value == piece.low)
    return bool(above and (piece.high is None or value < piece.high or (piece.high_closed and value == piece.high)))


def _state(one: Any, other: Any, ordered: bool) -> str:
    if one is None or other is None or not ordered:
        return ALIKE if one == other else APART
    return LESS if one < other else GREATER if one > other else EQUAL


def _meets(values: Sequence[Any], comparisons: Sequence[Comparison]) -> bool:
    return all(_state(values[item.left], values[item.right], item.ordered) in item.states for item in comparisons)


def _is_right(unknowns: Sequence[Unknown], comparisons: Sequence[Comparison], found: Sequence[Any]) -> bool:
    there = all(
        unknown.nullable
        if value is None
        else any(_inside(value, piece) for piece in unknown.pieces) and (not unknown.stepped or value == int(value))
        for unknown, value in zip(unknowns, found, strict=True)
    )
    return there and _meets(found, comparisons)


def test_a_solution_is_found_exactly_where_there_is_one() -> None:
    seen = {True: 0, False: 0}
    for unknowns, comparisons in questions():
        found = solution(unknowns, comparisons)
        expected = any(_meets(values, comparisons) for values in product(*map(_grid, unknowns)))
        seen[expected] += 1
        assert (found is not None) == expected, (unknowns, comparisons, found)
        assert found is None or _is_right(unknowns, comparisons, found), (unknowns, comparisons, found)
    assert min(seen.values()) > 20


def test_the_solver_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("z3")
    for unknowns, comparisons in questions():
        tried = solution(unknowns, comparisons)
        with monkeypatch.context() as patch:
            patch.setattr(relations, "MOST_CHOICES", 0)
            solved = solution(unknowns, comparisons)
        assert (tried is None) == (solved is None)
        assert solved is None or _is_right(unknowns, comparisons, solved)


def test_texts_are_placed_between_others() -> None:
    between = Unknown((Piece("a", "b", False, False),), text=True)
    found = solution([between, between], [Comparison(0, 1, frozenset({LESS}))])
    assert found is not None
    assert "a" < found[0] < found[1] < "b"


def test_a_circle_has_no_solution() -> None:
    anything = Unknown((Piece(None, None),))
    smaller = frozenset({LESS})
    circle = [Comparison(0, 1, smaller), Comparison(1, 2, smaller), Comparison(0, 2, frozenset({GREATER}))]
    assert solution([anything] * 3, circle) is None
