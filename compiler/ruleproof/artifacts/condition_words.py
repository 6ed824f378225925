"""Conditions in the words of the language, as an author would write them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, assert_never

from ruleproof.model import nodes as model
from ruleproof.model.nodes import Condition
from ruleproof.prover.regions import written_name


def condition_in_words(condition: Condition) -> str:
    """Say a condition.

    >>> from ruleproof.model.nodes import AllOf, IsIn, Within
    >>> condition_in_words(AllOf((IsIn("msi", frozenset({True})), Within("genes", 5, 50))))
    'msi and genes is between 5 and 50'
    """
    match condition:
        case model.Always():
            return "always"
        case model.IsIn():
            return _is_in(condition, "is")
        case model.Within():
            return _within(condition)
        case model.SomeIn(name, quantifier, values, codes):
            return f"{written_name(name)} {quantifier} in {codes or f'({_listed(values)})'}"
        case model.IsMissing(name):
            return f"{written_name(name)} is missing"
        case model.DecisionIs(name, outcomes):
            return f"{written_name(name)} {_is(outcomes, 'is')}"
        case model.DecisionIsNothing(name):
            return f"{written_name(name)} is nothing"
        case model.Defined(name):
            return written_name(name)
        case model.Not(part):
            return _not(part)
        case model.AllOf(parts):
            return _joined(parts, "and", "all of")
        case model.AnyOf(parts):
            return _joined(parts, "or", "any of")
        case model.AtLeastOf(count, parts):
            return f"at least {count} of ({', '.join(map(condition_in_words, parts))})"
        case _:
            assert_never(condition)


def _is_in(test: model.IsIn, verb: str) -> str:
    name = written_name(test.input)
    if test.codes:
        return f"{name} {verb} in {test.codes}"
    if test.values == {True} and all(isinstance(value, bool) for value in test.values):
        return name if verb == "is" else f"not {name}"
    return f"{name} {_is(test.values, verb)}"


def _is(values: Iterable[Any], verb: str) -> str:
    listed = _listed(values)
    return f"{verb} {listed}" if len(list(values)) == 1 else f"{verb} one of ({listed})"


def _listed(values: Iterable[Any]) -> str:
    texts = sorted(values, key=lambda value: (isinstance(value, str), value if isinstance(value, str) else 0, value))
    return ", ".join(map(value_in_words, texts))


def value_in_words(value: object) -> str:
    """Say a value; a decimal is never written with a power of ten.

    >>> value_in_words(True), value_in_words(Decimal("1E-9"))
    ('yes', '0.000000001')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _within(test: model.Within) -> str:
    name, low, high = written_name(test.input), test.low, test.high
    dated = isinstance(low if high is None else high, datetime.date)
    above = ("on or after" if dated else "at least") if test.low_closed else ("after" if dated else "more than")
    below = ("on or before" if dated else "at most") if test.high_closed else ("before" if dated else "less than")
    if low is not None and high is not None and test.low_closed and test.high_closed:
        first, last = value_in_words(low), value_in_words(high)
        return f"{name} is {first}" if low == high else f"{name} is between {first} and {last}"
    tests = [f"{name} is {above} {value_in_words(low)}"] if low is not None else []
    tests += [f"{name} is {below} {value_in_words(high)}"] if high is not None else []
    return " and ".join(tests) or f"{name} is present"


def _not(part: Condition) -> str:
    match part:
        case model.IsMissing(name):
            return f"{written_name(name)} is present"
        case model.IsIn():
            return _is_in(part, "is not")
        case model.Defined(name):
            return f"not {written_name(name)}"
        case model.AnyOf(parts):
            return f"none of ({', '.join(map(condition_in_words, parts))})"
        case _:
            return f"not ({condition_in_words(part)})"


def _joined(parts: tuple[Condition, ...], word: str, group: str) -> str:
    """Join two or three plain parts in a chain, and list everything else."""
    words = list(map(condition_in_words, parts))
    plain = not any(isinstance(part, model.AllOf | model.AnyOf) for part in parts)
    chained = plain and not any(" and " in text or " or " in text for text in words[:-1] if " between " not in text)
    if len(words) <= 3 and chained:
        return f" {word} ".join(words)
    return f"{group} ({', '.join(words)})"
