"""Values, tests and masks of cells as texts: as DMN writes them, and in words."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import assert_never

from ruleproof.model.tables import (
    DATE,
    AnyOf,
    AnyValue,
    CellTest,
    Months,
    Negated,
    OneOf,
    Related,
    Scalar,
    Undecided,
    Within,
)
from ruleproof.prover.scales import Cell, order_kind
from ruleproof.prover.table_cells import Axis

MOST_VALUES = 8
"""How many values are named in a sentence."""


# ---------------------------------------------------------------- values


def plain_text(value: Scalar) -> str:
    """Give a value as a person would write it.

    >>> plain_text(Decimal("10.50")), plain_text(True), plain_text(Months(14)), plain_text(datetime.timedelta(hours=36))
    ('10.50', 'true', 'P1Y2M', 'P1DT12H')
    """
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case Months(months):
            years, rest = divmod(abs(months), 12)
            parts = (f"{years}Y" if years else "") + (f"{rest}M" if rest or not years else "")
            return f"{'-' if months < 0 else ''}P{parts}"
        case datetime.timedelta():
            return _duration(value)
        case datetime.date() | datetime.time():
            return value.isoformat().replace("+00:00", "Z")
        case _:
            return str(value)


def _duration(value: datetime.timedelta) -> str:
    away = abs(value)
    hours, rest = divmod(away.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    exact = f"{seconds}.{away.microseconds:06}".rstrip("0") if away.microseconds else str(seconds)
    time = "".join(f"{part}{unit}" for part, unit in ((hours, "H"), (minutes, "M")) if part)
    time += f"{exact}S" if exact != "0" or not (time or away.days) else ""
    days = f"{away.days}D" if away.days else ""
    return f"{'-' if value < datetime.timedelta() else ''}P{days}{'T' if time else ''}{time}"


def value_text(value: Scalar) -> str:
    """Give a value as DMN writes it.

    >>> value_text('a "b"'), value_text(datetime.date(2024, 2, 29)), value_text(None)
    ('"a \\\\"b\\\\""', 'date("2024-02-29")', 'null')
    """
    text = plain_text(value)
    match value:
        case str():
            escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
            return f'"{escaped}"'
        case datetime.datetime():
            return f'date and time("{text}")'
        case datetime.date():
            return f'date("{text}")'
        case datetime.time():
            return f'time("{text}")'
        case datetime.timedelta() | Months():
            return f'duration("{text}")'
        case _:
            return text


# ---------------------------------------------------------------- tests


def cell_text(test: CellTest) -> str:
    """Give a test as DMN writes it.

    >>> cell_text(Within(Decimal(5), None, False, False)), cell_text(Negated(OneOf(frozenset({"b", "a"}))))
    ('>5', 'not("a","b")')
    """
    match test:
        case AnyValue():
            return "-"
        case OneOf(values):
            return ",".join(
                sorted(value_text(value) for value in values if value is not None) + ["null"] * (None in values)
            )
        case Within(low, high, low_closed, high_closed):
            if low is None:
                return f"{'<=' if high_closed else '<'}{value_text(high)}"
            if high is None:
                return f"{'>=' if low_closed else '>'}{value_text(low)}"
            return f"{'[' if low_closed else '('}{value_text(low)}..{value_text(high)}{']' if high_closed else ')'}"
        case Negated(part):
            return f"not({cell_text(part)})"
        case AnyOf(parts):
            return ",".join(map(cell_text, parts))
        case Related(how, other):
            return f"{how} {other}" if how != "=" else other
        case Undecided(text):
            return text
        case _:
            assert_never(test)


def cell_test(axis: Axis, mask: int) -> CellTest:
    """Give the test that passes in exactly the cells of a mask; a stretch at an end of what can be is left open there."""
    if mask == axis.full:
        return AnyValue()
    found = axis.tests_of_masks.get(mask)
    if found is None:
        left_out = axis.full & ~mask
        negative = mask & axis.others or left_out == axis.missing
        found = Negated(_any_of(_tests(axis, left_out))) if negative else _any_of(_tests(axis, mask))
        axis.tests_of_masks[mask] = found
    return found


def _tests(axis: Axis, mask: int) -> list[OneOf | Within]:
    """Give tests of which one passes in each of some cells; values of one kind, and null, make one set."""
    stretches = list(_stretches(axis, mask))
    points = [value for test in stretches if isinstance(test, OneOf) for value in test.values]
    sets: dict[str, list[Scalar]] = {}
    for value in [*points, *axis.named(mask)]:
        sets.setdefault(order_kind(value), []).append(value)
    if mask & axis.missing:
        sets.setdefault(next(iter(sets), ""), []).append(None)
    return [
        *(test for test in stretches if not isinstance(test, OneOf)),
        *(OneOf(frozenset(values)) for values in sets.values()),
    ]


def _any_of(tests: Sequence[OneOf | Within]) -> CellTest:
    return tests[0] if len(tests) == 1 else AnyOf(tuple(tests))


def _stretches(axis: Axis, mask: int) -> Iterator[OneOf | Within]:
    for first, last in axis.runs(mask):
        low, high = _ends(axis, first, last)
        if low is None and high is None:  # all values of one kind among several
            yield Within(None, first.sample, False, True)
            yield Within(first.sample, None, False, False)
        elif low is not None and low == high:
            yield OneOf(frozenset({low}))
        else:
            yield Within(low, high, first.low_closed, last.high_closed)


def _ends(axis: Axis, first: Cell, last: Cell) -> tuple[Scalar, Scalar]:
    """Give the bounds of a stretch, open where it reaches an end of all that can be."""
    if axis.scale is None:
        return first.low, last.high
    if first.low is not None and first.low == last.high:
        return first.low, last.high
    start, end = axis.first_stretch, axis.last_stretch
    return (None if first is start else first.low), (None if last is end else last.high)


# ---------------------------------------------------------------- words


def mask_in_words(axis: Axis, mask: int) -> str:
    """Say which values some cells hold: `less than 12 or 20`, `"a" or any other value`, `missing`."""
    parts = [_run_in_words(axis, first, last) for first, last in axis.runs(mask)]
    if len(parts) > MOST_VALUES:
        parts = [*parts[: MOST_VALUES - 1], f"{len(parts) - MOST_VALUES + 1} more stretches"]
    named = axis.named(mask)
    if mask & axis.others:
        parts.append(_others_in_words(named, axis.named(axis.full & ~mask)))
    else:
        texts = [value_text(value) for value in named]
        if len(texts) > MOST_VALUES:
            texts = [*texts[: MOST_VALUES - 1], f"{len(texts) - MOST_VALUES + 1} more values"]
        parts += texts
    parts += ["missing"] if mask & axis.missing else []
    return " or ".join(parts)


def _others_in_words(named: list[Scalar], left_out: list[Scalar]) -> str:
    if not left_out:
        return "any value"
    if len(left_out) <= 3:
        return f"anything but {' and '.join(map(value_text, left_out))}"
    if not named:
        return "any value that the table does not name"
    return f"anything but {', '.join(map(value_text, left_out[:3]))} and {len(left_out) - 3} more values"


def _run_in_words(axis: Axis, first: Cell, last: Cell) -> str:
    low, high = _ends(axis, first, last)
    low_text, high_text = _short(low), _short(high)
    if low is None and high is None:
        return "any value"
    if low is not None and low == high:
        return low_text
    if axis.scale is not None and axis.scale.kind == DATE:
        return (
            f"until {high_text}"
            if low is None
            else f"from {low_text}"
            if high is None
            else f"{low_text} to {high_text}"
        )
    if low is None:
        return f"{high_text} or less" if last.high_closed else f"less than {high_text}"
    if high is None:
        return f"{low_text} or more" if first.low_closed else f"more than {low_text}"
    if not first.low_closed and not last.high_closed:
        return f"more than {low_text} and less than {high_text}"
    start = low_text if first.low_closed else f"more than {low_text}"
    return f"{start} to {high_text}" if last.high_closed else f"{start} to less than {high_text}"


def _short(value: Scalar) -> str:
    return value_text(value) if isinstance(value, str) else plain_text(value)
