"""Pieces of conditions, as written."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ruleproof.artifacts.imported import written
from ruleproof.model.tables import Scalar


def word_of(value: Scalar) -> str:
    """Give a value of a choice, or of yes and no, as a word."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return written.number(value) if isinstance(value, Decimal) else str(value)


def is_one_of(name: str, values: Sequence[str]) -> str:
    """Write that something is one of some values, each as written."""
    return f"{name} is {values[0]}" if len(values) == 1 else f"{name} is one of ({written.listed(values, '      ')})"


def bare(condition: str) -> str:
    """Take the brackets off a condition that stands alone."""
    return condition[1:-1] if condition.startswith("(") else condition


def any_of(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"any of ({', '.join(map(bare, parts))})"
