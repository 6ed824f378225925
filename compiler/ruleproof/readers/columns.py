"""The type of a column from its cells, and the cells that do not fit it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ruleproof.model.cell_tests import kinds_of, tests_null
from ruleproof.model.scalars import kind_of, zoned
from ruleproof.model.tables import (
    DATE,
    DATE_TIME,
    NUMBER,
    TIME,
    UNKNOWN,
    WHOLE,
    AnyOf,
    AnyValue,
    CellTest,
    DecisionTable,
    Literal,
    Negated,
    OneOf,
    OutputCell,
    Scalar,
    Undecided,
    Within,
)

_IN_WORDS = {NUMBER: "numbers", "string": "texts", "boolean": "yes or no", DATE: "dates", "time": "times of day"}


MOST_RULES = 30_000
MOST_CONSTANTS = 2_000_000_000
"""How large the number of rules, times that of the different values in their cells, may be: memory grows with both."""


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
    kinds = {text: kinds_of(test) for text, test in distinct.items()}
    kind = _kind(kinds, Counter(texts), declared)
    wrong = {text: reason for text, found in kinds.items() if (reason := _mismatch(found, kind, is_list))}
    if kind in (TIME, DATE_TIME):
        wrong |= _other_clocks(distinct)
    kept = tuple(
        Undecided(text, wrong[text]) if text in wrong else test for test, text in zip(tests, texts, strict=True)
    )
    if whole and kind == NUMBER and declared == UNKNOWN and all(map(_is_whole, distinct.values())):
        kind = WHOLE
    return Settled(kind, kept, any(map(tests_null, distinct.values())))


def _kind(kinds: Mapping[str, set[str]], counts: Mapping[str, int], declared: str) -> str:
    found: dict[str, int] = {}
    for text, named in kinds.items():
        for kind in named:
            found[kind] = found.get(kind, 0) + counts[text]
    if declared == DATE and found.keys() == {DATE_TIME}:
        return DATE_TIME  # what Camunda calls a date has a time of day
    if declared != UNKNOWN:
        return declared
    return max(found, key=lambda kind: (found[kind], kind)) if found else UNKNOWN


def _mismatch(kinds: set[str], type: str, is_list: bool) -> str:
    """Say why values of these kinds do not fit a column; an empty text where they do."""
    if is_list and kinds:
        return "the input is a list, the cell compares it with one value"
    wanted = NUMBER if type == WHOLE else type
    if wanted == UNKNOWN or kinds <= {wanted}:
        return ""
    odd = min(kinds - {wanted})
    return f"the column holds {_IN_WORDS.get(wanted, wanted + 's')}, the cell compares with {_IN_WORDS.get(odd, odd + 's')}"


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


def _other_clocks(distinct: Mapping[str, CellTest]) -> dict[str, str]:
    """Find the cells whose times have an offset from UTC where most have none, or the other way round."""
    clocks = {text: {zoned(value) for value in constants_of(test)} for text, test in distinct.items()}
    counts = Counter(clock for found in clocks.values() for clock in found)
    if len(counts) < 2:
        return {}
    usual = counts.most_common(1)[0][0]
    reason = f"the column holds times {'with' if usual else 'without'} an offset from UTC, the cell does not"
    return {text: reason for text, found in clocks.items() if found - {usual}}


def narrowed(test: CellTest, type: str, is_list: bool = False) -> tuple[CellTest, str]:
    """Give the allowed values of a column; anything at all, and the reason, where they are of another type."""
    wrong = _mismatch(kinds_of(test), type, is_list)
    return (AnyValue(), wrong.replace("the cell compares with", "they are")) if wrong else (test, "")


def too_many(rules: int) -> str:
    """Say that a table has too many rules to be analysed."""
    return f"{rules:,} rules are more than are analysed in one table ({MOST_RULES:,})"


def too_large(table: DecisionTable) -> str:
    """Say why a table of not too many rules is too large to be analysed; an empty text where it is not."""
    distinct = {(index, id(test)): test for row in table.rows for index, test in enumerate(row.tests)}
    constants = sum(len(constants_of(test)) for test in distinct.values())
    if constants * len(table.rows) > MOST_CONSTANTS:
        return f"{len(table.rows):,} rules with {constants:,} different values are more than are analysed in one table"
    return ""


def output_type(cells: Iterable[OutputCell], declared: str) -> str:
    """Give the type of an output: as declared, else the one that all its constants share."""
    if declared != UNKNOWN:
        return declared
    kinds = {kind_of(cell.value) for cell in cells if isinstance(cell, Literal) and cell.value is not None}
    return kinds.pop() if len(kinds) == 1 else UNKNOWN
