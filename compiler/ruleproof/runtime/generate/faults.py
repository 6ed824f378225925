"""Values that an evaluator must refuse, for each kind of input."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ruleproof.model.days import day_before
from ruleproof.model.nodes import (
    Choice,
    CodePattern,
    Day,
    DecimalNumber,
    Input,
    OneCode,
    SeveralCodes,
    WholeNumber,
    YesNo,
)

MISSING, OUTSIDE, FORM, TYPE = "missing", "outside its domain", "another form", "another type"


@dataclass(frozen=True, slots=True)
class Fault:
    """A value that is refused of an input."""

    input: str
    kind: str
    value: object
    typed: bool
    """Whether a column with the right type can hold it."""


def faults_of(item: Input) -> Iterator[Fault]:
    """Give values of an input that are refused, as claims have them."""
    if not item.may_be_missing:
        yield Fault(item.name, MISSING, None, True)
    for kind, value, typed in _refused(item):
        yield Fault(item.name, kind, value, typed)


def _refused(item: Input) -> Iterator[tuple[str, object, bool]]:
    match item.domain:
        case YesNo():
            yield TYPE, "maybe", False
            yield FORM, "Y", False
        case Choice(values):
            yield OUTSIDE, _not_among(values), True
        case WholeNumber(low, high):
            yield OUTSIDE, low - 1, True
            yield OUTSIDE, high + 1, True
            yield TYPE, "many", False
        case DecimalNumber(low, high):
            yield OUTSIDE, str(low - 1), True
            yield OUTSIDE, str(high + 1), True
            yield TYPE, "much", True
        case Day(low, high):
            before = day_before(low)
            if before is not None:
                yield OUTSIDE, before, True
            if high is not None and high < datetime.date.max:
                yield OUTSIDE, datetime.date.fromordinal(high.toordinal() + 1), True
            yield FORM, f"{low.month:02}/{low.day:02}/{low.year}", False
            yield FORM, f"{low.year}-02-30", False
        case OneCode(prefix=prefix):
            yield FORM, f"{prefix} ?", True
            yield FORM, prefix, True
        case CodePattern(pattern=pattern, sample=sample):
            broken = (sample + "?", sample[:-1], sample.lower())
            yield from ((FORM, text, True) for text in broken if text and not re.fullmatch(pattern, text))
        case SeveralCodes(prefix=prefix):
            yield FORM, (f"{prefix} ?",), True


def _not_among(values: tuple[str, ...]) -> str:
    return next(word for number in range(len(values) + 1) if (word := f"no_such_value_{number}") not in values)
