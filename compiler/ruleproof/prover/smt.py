"""The choice of a solver: z3 picks a stretch for each value and a way for each comparison (the extra `smt`)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ruleproof.prover.relations import Order, Piece, Unknown

MILLISECONDS = 10_000
"""How long the solver may think about one region."""


class SolverGaveUpError(TimeoutError):
    """The solver found no answer in the time it has."""


def choice(
    unknowns: Sequence[Unknown],
    pieces: Sequence[Sequence[Piece | None]],
    options: Sequence[Sequence[tuple[Order, ...]]],
) -> tuple[tuple[Piece | None, ...], tuple[tuple[Order, ...], ...]] | None:
    """Give a piece for each unknown and a way for each comparison that can be met together, or `None` where none can.

    Where the solver is not installed, that is an `ImportError`.
    """
    z3: Any = import_module("z3")
    values = [z3.Real(f"value_{index}") for index in range(len(unknowns))]
    solver = z3.Solver()
    solver.set("timeout", MILLISECONDS)
    for value, unknown, own in zip(values, unknowns, pieces, strict=True):
        if own[0] is not None:
            solver.add(z3.Or([_inside(z3, value, piece) for piece in own if piece is not None]))
            if unknown.stepped:
                solver.add(z3.IsInt(value))
    for ways in options:
        solver.add(z3.Or([_kept(z3, values, way) for way in ways]))
    found = solver.check()
    if found == z3.unknown:
        raise SolverGaveUpError
    if found == z3.unsat:
        return None
    chosen: tuple[tuple[Piece | None, ...], tuple[tuple[Order, ...], ...]] = _read(
        z3, solver.model(), values, pieces, options
    )
    return chosen


def _inside(z3: Any, value: Any, piece: Piece) -> Any:
    bounds = []
    if piece.low is not None:
        low = _number(z3, piece.low)
        bounds.append(value >= low if piece.low_closed else value > low)
    if piece.high is not None:
        high = _number(z3, piece.high)
        bounds.append(value <= high if piece.high_closed else value < high)
    return z3.And(bounds)


def _number(z3: Any, place: Any) -> Any:
    exact = Fraction(place)
    return z3.Q(exact.numerator, exact.denominator)


def _kept(z3: Any, values: Sequence[Any], orders: Sequence[Order]) -> Any:
    return z3.And(
        [values[low] < values[high] if strict else values[low] <= values[high] for low, high, strict in orders]
    )


def _read(z3: Any, model: Any, values: Sequence[Any], pieces: Any, options: Any) -> Any:
    def true(claim: Any) -> bool:
        return bool(z3.is_true(model.eval(claim, model_completion=True)))

    places = tuple(
        next(piece for piece in own if piece is None or true(_inside(z3, value, piece)))
        for value, own in zip(values, pieces, strict=True)
    )
    return places, tuple(next(way for way in ways if true(_kept(z3, values, way))) for ways in options)
