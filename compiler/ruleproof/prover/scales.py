"""The orders that values of a table can have: where a test cuts them, and which values lie between two cuts.

A cut lies before or after a value.  Whole numbers, dates and months go in steps, so that the cut after 5 is the cut before 6;
of all others a cut is a pair: the value, and whether the cut lies after it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

from ruleproof.model.scalars import kind_of, zoned
from ruleproof.model.tables import (
    BOOLEAN,
    DATE,
    DATE_TIME,
    DURATION,
    MONTHS,
    NUMBER,
    STRING,
    TIME,
    WHOLE,
    Months,
    Scalar,
)

WITH_ZONE = " with a zone"
"""Added to the kind of times that name their zone: they do not compare to those without."""

_MICROSECOND = datetime.timedelta(microseconds=1)
_DAY_LENGTH = 24 * 60 * 60 * 1_000_000
_START = datetime.datetime.fromisoformat("2000-01-01")
_START_WITH_ZONE = _START.replace(tzinfo=datetime.UTC)

EXACT = Context(prec=1000)
"""Arithmetic on numbers of any length that a table may hold, without rounding."""


def order_kind(value: Scalar) -> str:
    """Give the type of a value, with its zone where it has one.

    >>> order_kind(Decimal(1)), order_kind(datetime.time(12, tzinfo=datetime.UTC))
    ('number', 'time with a zone')
    """
    return kind_of(value) + (WITH_ZONE if zoned(value) else "")


@dataclass(frozen=True, slots=True)
class Cell:
    """Values of one input that no test tells apart; `sample` is one of them.

    A cell holds a stretch (`low` to `high`, an open end is `None`), or named `values`, or every value that is not named
    (`others`), or null (`missing`).
    """

    sample: Scalar
    size: int | None
    """How many values it holds; `None` where infinite or unknown."""
    low: Scalar = None
    high: Scalar = None
    low_closed: bool = True
    high_closed: bool = True
    values: tuple[Scalar, ...] = ()
    others: bool = False
    missing: bool = False
    stretch: bool = False


@dataclass(frozen=True)
class Scale:
    """One order of values."""

    kind: str
    stepped: bool
    place: Callable[[Any], Any]
    """Where a value lies: a number, or a text."""
    value: Callable[[Any], Any]
    """The value at a place."""
    first: Any = None
    last: Any = None
    """The first and the last place that there is, where there is one."""
    usual: Any = 0
    """A place in the middle, for want of a better one."""

    def cut(self, value: Any, *, after: bool) -> Any:
        place = self.place(value)
        if self.stepped:
            return floor(place) + 1 if after else ceil(place)
        return place, after

    @property
    def ends(self) -> tuple[Any, ...]:
        """The cuts before the first and after the last value."""
        first = () if self.first is None else (self.first,) if self.stepped else ((self.first, False),)
        last = () if self.last is None else (self.last + 1,) if self.stepped else ((self.last, True),)
        return first + last

    def cell(self, first: Any, after: Any) -> Cell | None:
        """Give the values between two cuts (`None`: no end), or `None` where there are none."""
        if self.ends and ((after is not None and after <= self.ends[0]) or (after is None and first is None)):
            return None
        if self.last is not None and first is not None and first >= self.ends[-1]:
            return None
        begins = bool(self.ends) and first == self.ends[0]
        stops = self.last is not None and after == self.ends[-1]
        if self.stepped:
            return self._steps(None if begins else first, None if stops else after)
        cell = self._stretch(first, after)
        return cell and replace(cell, low=None if begins else cell.low, high=None if stops else cell.high)

    def _steps(self, first: int | None, after: int | None) -> Cell:
        low = None if first is None else self.value(first)
        high = None if after is None else self.value(after - 1)
        size = after - first if first is not None and after is not None else None
        sample = low if low is not None else high if high is not None else self.value(self.usual)
        return Cell(sample, size, low, high, stretch=True)

    def _stretch(self, first: tuple[Any, bool] | None, after: tuple[Any, bool] | None) -> Cell | None:
        low = None if first is None else self.value(first[0])
        high = None if after is None else self.value(after[0])
        low_closed, high_closed = first is not None and not first[1], after is not None and after[1]
        place = self.between(first, after)
        if place is None:
            return None
        size = 1 if low is not None and low == high else None
        return Cell(self.value(place), size, low, high, low_closed, high_closed, stretch=True)

    def follows(self, one: Cell, other: Cell) -> bool:
        """Tell whether a stretch begins where another ends."""
        if one.high is None or other.low is None:
            return False
        if self.stepped:
            return bool(self.place(one.high) + 1 == self.place(other.low))
        return bool(self.place(one.high) == self.place(other.low)) and one.high_closed != other.low_closed

    def between(self, first: tuple[Any, bool] | None, after: tuple[Any, bool] | None) -> Any:
        """Give a plain value between two cuts, or `None` where none can be found."""
        if first is not None and not first[1]:
            return first[0]
        if after is not None and after[1]:
            return after[0]
        low, high = None if first is None else first[0], None if after is None else after[0]
        if self.kind == STRING:
            return _text_between(low, high)
        place = _number_between(low, high)
        return place if self.kind == NUMBER or place == int(place) else None


def _number_between(low: Decimal | None, high: Decimal | None) -> Decimal:
    """Give a number between two others that is short to write.

    >>> _number_between(Decimal("0.1"), Decimal(12)), _number_between(Decimal("0.25"), Decimal("0.26"))
    (Decimal('1'), Decimal('0.255'))
    """
    if low is None:
        return Decimal(0) if high is None else Decimal(ceil(high) - 1)
    whole = Decimal(floor(low) + 1)
    if high is None or whole < high:
        return whole
    return EXACT.divide(EXACT.add(low, high), Decimal(2))


def _text_between(low: str | None, high: str | None) -> str | None:
    """Give a text between two others, as plain as can be found; `None` where there is none.

    >>> _text_between("a", "m"), _text_between("a", "a!"), _text_between("a", None)
    ('aa', 'a ', 'aa')
    """
    low = low or ""
    texts = (low + end for end in ("a", "A", "0", " ", "\0"))
    return next((text for text in texts if high is None or text < high), None)


def _length(duration: datetime.timedelta) -> Decimal:
    return Decimal(duration // _MICROSECOND)


def _duration(place: Decimal) -> datetime.timedelta:
    return int(place) * _MICROSECOND


def _time_place(time: datetime.time) -> Decimal:
    seconds = (time.hour * 60 + time.minute) * 60 + time.second
    return Decimal(seconds * 1_000_000 + time.microsecond)


def _time(place: Decimal) -> datetime.time:
    moment = _START + int(place) * _MICROSECOND
    return moment.time()


def _time_with_zone_place(time: datetime.time) -> Decimal:
    return _time_place(time) - _length(time.utcoffset() or datetime.timedelta())


def _time_with_zone(place: Decimal) -> datetime.time:
    return (_START_WITH_ZONE + int(place) * _MICROSECOND).timetz()


def _plain(value: Any) -> Any:
    return value


def _decimal(place: Decimal | Fraction | int) -> Decimal:
    return (
        EXACT.divide(Decimal(place.numerator), Decimal(place.denominator))
        if isinstance(place, Fraction)
        else Decimal(place)
    )


_SCALES = {
    scale.kind: scale
    for scale in (
        Scale(NUMBER, False, _plain, _decimal),
        Scale(WHOLE, True, _plain, lambda place: Decimal(int(place))),
        Scale(
            DATE,
            True,
            datetime.date.toordinal,
            datetime.date.fromordinal,
            first=1,
            last=datetime.date.max.toordinal(),
            usual=_START.toordinal(),
        ),
        Scale(MONTHS, True, lambda value: value.months, Months),
        Scale(STRING, False, _plain, _plain, first=""),
        Scale(TIME, False, _time_place, _time, first=Decimal(0), last=Decimal(_DAY_LENGTH - 1)),
        Scale(TIME + WITH_ZONE, False, _time_with_zone_place, _time_with_zone),
        Scale(DATE_TIME, False, lambda value: _length(value - _START), lambda place: _START + _duration(place)),
        Scale(
            DATE_TIME + WITH_ZONE,
            False,
            lambda value: _length(value - _START_WITH_ZONE),
            lambda place: _START_WITH_ZONE + _duration(place),
        ),
        Scale(DURATION, False, _length, _duration),
    )
}


TRUTHS = Scale(BOOLEAN, True, int, bool, 0, 1)
"""Yes and no, as numbers."""


def scale_of(kind: str) -> Scale:
    """Give the order of the values of a type."""
    return _SCALES[kind]
