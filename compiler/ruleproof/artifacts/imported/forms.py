"""How the values of an input are written: yes or no, a choice, numbers, dates; lengths of time as numbers with a unit."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ruleproof.artifacts.imported import written
from ruleproof.model.tables import STRING, UNKNOWN
from ruleproof.prover.table_cells import Axis


@dataclass(frozen=True, slots=True)
class Form:
    """How the values of an input are written: its words in the language, a unit, and how a bound is written."""

    words: str
    shown: Callable[[Any], str] = str
    unit: str = ""
    least: str = ""
    most: str = ""
    """The ends of the values that there are at all, as written; empty where there are none."""


YES_OR_NO, ONE_OF = "yes or no", "one of"
_UNITS = (("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1))


def form_of(axis: Axis) -> Form | str:
    """Say how the values of an input are written, or why they cannot be."""
    kinds = [kind for kind in axis.kinds if kind]
    if len(kinds) > 1:
        return f"its cells hold values of several kinds: {', '.join(sorted(kinds))}"
    kind = kinds[0] if kinds else UNKNOWN
    if kind in (STRING, UNKNOWN):
        return "its texts are compared by their order" if axis.stretches else Form(ONE_OF)
    match kind:
        case "boolean":
            return Form(YES_OR_NO)
        case "number":
            return Form("decimal number", written.number)
        case "whole number":
            return Form("whole number", written.number)
        case "date":
            return Form("date", datetime.date.isoformat)
        case "years and months duration":
            return Form("whole number", lambda value: str(value.months), "months")
        case "days and time duration":
            return _length_form(axis)
        case "time":
            return _time_form(axis)
        case _:
            return f"the language has no values of the type {kind}"


def _length_form(axis: Axis) -> Form:
    bounds = [bound for cell in axis.cells for bound in (cell.low, cell.high) if isinstance(bound, datetime.timedelta)]
    unit, seconds = _unit_of(bounds, _UNITS)
    return Form("decimal number", lambda value: written.number(seconds_in(value) / seconds), unit)


def _time_form(axis: Axis) -> Form:
    bounds = [bound for cell in axis.cells for bound in (cell.low, cell.high) if isinstance(bound, datetime.time)]
    unit, seconds = _unit_of(map(since_midnight, bounds), _UNITS[2:])
    day = written.number(Decimal(86_400) / seconds)
    return Form(
        "decimal number",
        lambda value: written.number(seconds_in(since_midnight(value)) / seconds),
        f"{unit} after midnight",
        "0",
        day,
    )


def _unit_of(bounds: Iterable[datetime.timedelta], units: Sequence[tuple[str, int]]) -> tuple[str, int]:
    """Give the largest unit in which all bounds are whole, with its seconds; else the smallest."""
    lengths = list(bounds)
    return next(
        (
            (unit, seconds)
            for unit, seconds in units
            if not any(length % datetime.timedelta(seconds=seconds) for length in lengths)
        ),
        units[-1],
    )


def seconds_in(value: datetime.timedelta) -> Decimal:
    """Give a duration in seconds, exactly."""
    return Decimal(value // datetime.timedelta(microseconds=1)) / 1_000_000


def since_midnight(value: datetime.time) -> datetime.timedelta:
    """Give a time of day as a duration."""
    return datetime.timedelta(
        hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond
    )
