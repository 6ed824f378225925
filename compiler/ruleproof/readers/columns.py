"""The type of a column from its cells, and the cells that do not fit it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ruleproof.model.cell_tests import kinds_of, tests_null
from ruleproof.model.scalars import kind_of, zoned
from ruleproof.model.tables import (
    DATE,
    DATE_TIME,
    NUMBER,
    UNKNOWN,
    WHOLE,
    AnyOf,
    AnyValue,
    CellTest,
    Negated,
    OneOf,
    Scalar,
    Undecided,
    Within,
)

_IN_WORDS = {NUMBER: "numbers", "string": "texts", "boolean": "yes or no", DATE: "dates", "time": "times of day"}


@dataclass(frozen=True, slots=True)
class Settled:
    """A column whose cells fit its type."""

    type: str
    tests: tuple[CellTest, ...]
    nullable: bool


def settled(
    tests: Sequence[CellTest], texts: Sequence[str], declared: str, *, is_list: bool = False, whole: bool = False
) -> Settled:
    """Settle the type of a column: as declared, else as most of its cells say; other cells become undecided.

    With `whole`, numbers that are all whole make a column of whole numbers.
    """
    distinct = dict(zip(texts, tests, strict=True))
    counts = Counter(texts)
    kind = _kind(distinct, counts, declared)
    wrong = {text: reason for text, test in distinct.items() if (reason := _mismatch(test, kind, is_list))}
    wrong |= _other_clocks(distinct, counts)
    kept = tuple(
        Undecided(text, wrong[text]) if text in wrong else test for test, text in zip(tests, texts, strict=True)
    )
    if whole and kind == NUMBER and declared == UNKNOWN and all(map(_is_whole, distinct.values())):
        kind = WHOLE
    return Settled(kind, kept, any(map(tests_null, distinct.values())))


def _kind(distinct: Mapping[str, CellTest], counts: Mapping[str, int], declared: str) -> str:
    found: Counter[str] = Counter()
    for text, test in distinct.items():
        found.update(dict.fromkeys(kinds_of(test), counts[text]))
    if declared == DATE and found.keys() == {DATE_TIME}:
        return DATE_TIME  # what Camunda calls a date has a time of day
    if declared != UNKNOWN:
        return declared
    return found.most_common(1)[0][0] if found else UNKNOWN


def _mismatch(test: CellTest, type: str, is_list: bool) -> str:
    """Say why a test does not fit a column; an empty text where it does."""
    kinds = kinds_of(test)
    if is_list and kinds:
        return "the input is a list, the cell compares it with one value"
    wanted = NUMBER if type == WHOLE else type
    odd = sorted(kinds - {wanted})
    if not odd or wanted == UNKNOWN:
        return ""
    return f"the column holds {_IN_WORDS.get(wanted, wanted + 's')}, the cell compares with {_IN_WORDS.get(odd[0], odd[0] + 's')}"


def fits(value: Scalar, type: str) -> bool:
    """Tell whether a value is of a type; null is of every type."""
    return value is None or type == UNKNOWN or kind_of(value) == (NUMBER if type == WHOLE else type)


def constants_of(test: CellTest) -> tuple[Scalar, ...]:
    """Give the values that a test compares with; null is none."""
    match test:
        case OneOf(values):
            return tuple(value for value in values if value is not None)
        case Within(low, high):
            return tuple(bound for bound in (low, high) if bound is not None)
        case Negated(part):
            return constants_of(part)
        case AnyOf(parts):
            return tuple(value for part in parts for value in constants_of(part))
        case _:
            return ()


def _is_whole(test: CellTest) -> bool:
    return all(isinstance(value, Decimal) and value == value.to_integral_value() for value in constants_of(test))


def _other_clocks(distinct: Mapping[str, CellTest], counts: Mapping[str, int]) -> dict[str, str]:
    """Find the cells whose times have an offset from UTC where most have none, or the other way round."""
    clocks = {text: {zoned(value) for value in constants_of(test)} for text, test in distinct.items()}
    found: Counter[bool] = Counter()
    for text, seen in clocks.items():
        found.update(dict.fromkeys(seen, counts[text]))
    if len(found) < 2:
        return {}
    usual = found.most_common(1)[0][0]
    reason = f"the column holds times {'with' if usual else 'without'} an offset from UTC, the cell does not"
    return {text: reason for text, seen in clocks.items() if seen - {usual}}


def narrowed(test: CellTest, type: str, is_list: bool = False) -> CellTest:
    """Give the allowed values of a column, or anything at all where they are of another type."""
    return AnyValue() if _mismatch(test, type, is_list) else test
