"""The values of a table certificate, read a second time: their order, the cells between cuts, and which cells hold which.

A set of cells is a whole number, one bit for each cell.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import ceil, floor
from typing import Any

from ruleproof.verify import FlawError

ZONE = " with a zone"
STEPPED = ("whole number", "date", "years and months duration")
_DAY = 24 * 60 * 60 * 1_000_000
_FIRST: Mapping[str, Any] = {"string": ("", False), "date": 1, "time": (0, False)}
_AFTER_LAST: Mapping[str, Any] = {"date": datetime.date.max.toordinal() + 1, "time": (_DAY - 1, True)}
"""The cut before the first value of a kind, and the one after its last value, where there is one."""


# ---------------------------------------------------------------- values


def value_of(written: Any) -> tuple[str, Any]:
    """Give the kind of a value and its place in the order of that kind."""
    match written:
        case None:
            return "null", None
        case bool():
            return "boolean", written
        case str():
            return "string", written
        case ["number", text]:
            number = Decimal(text)
            if not number.is_finite() or abs(number.adjusted()) > 20_000:
                raise FlawError(f"no such number: {text}")
            return "number", number
        case ["date", text]:
            return "date", datetime.date.fromisoformat(text).toordinal()
        case ["years and months duration" | "days and time duration" as kind, text]:
            return kind, int(text)
        case [kind, text]:
            return _moment(kind, text)
        case _:
            raise FlawError(f"no such value: {written!r}")


def _moment(kind: str, text: str) -> tuple[str, int]:
    """Give a time of day, or a date with a time, in microseconds."""
    if kind.startswith("date and time"):
        moment = datetime.datetime.fromisoformat(text)
        place, offset = _micro(moment.replace(tzinfo=None) - datetime.datetime.min), moment.utcoffset()  # noqa: DTZ901
    elif kind.startswith("time"):
        time = datetime.time.fromisoformat(text)
        place, offset = (
            ((time.hour * 60 + time.minute) * 60 + time.second) * 1_000_000 + time.microsecond,
            time.utcoffset(),
        )
    else:
        raise FlawError(f"no such kind of value: {kind}")
    if kind.endswith(ZONE) != (offset is not None):
        raise FlawError(f"{text} is no {kind}")
    return kind, place - (0 if offset is None else _micro(offset))


def _micro(duration: datetime.timedelta) -> int:
    return duration // datetime.timedelta(microseconds=1)


def order_of(written: Any) -> tuple[str, Any]:
    """Give the kind and place of a value; the place is `None` where its kind has no order."""
    kind, place = value_of(written)
    return kind, None if kind == "boolean" else place


# ---------------------------------------------------------------- one kind of values


class Kind:
    """The values of one kind: cells between cuts, named values and any other, yes and no, or everything else."""

    def __init__(self, item: Mapping[str, Any], start: int) -> None:
        self.kind, self.start = item["kind"], start
        self.cuts: list[Any] | None = None
        self.groups: list[list[str]] | None = None
        if "cuts" in item:
            if self.kind in ("boolean", ""):
                raise FlawError("values without order cannot be cut")
            self.cuts = [self._bound(value, after) for value, after in item["cuts"]]
            if any(one >= two for one, two in pairwise(self.cuts)):
                raise FlawError(f"the cuts of a {self.kind} are not in order")
            self.index = {cut: number for number, cut in enumerate(self.cuts)}
            self.size = len(self.cuts) + 1
        elif self.kind == "string":
            self.groups = item["values"]
            named = [value for group in self.groups for value in group]
            if (
                len(set(named)) != len(named)
                or not all(self.groups)
                or not all(isinstance(text, str) for text in named)
            ):
                raise FlawError("the named values are not each in one group")
            self.size = len(self.groups) + 1
        elif self.kind in ("boolean", ""):
            self.size = 2 if self.kind == "boolean" else 1
        else:
            raise FlawError(f"a {self.kind} has no cuts")

    def fits(self, kind: str) -> bool:
        return kind == self.kind or (kind == "number" and self.kind == "whole number")

    def _bound(self, value: Any, after: bool) -> Any:
        kind, place = value_of(value)
        if not self.fits(kind):
            raise FlawError(f"a cut of a {self.kind} is a {kind}")
        return self.cut(place, after)

    def cut(self, place: Any, after: bool) -> Any:
        """Give where a cut before or after a value lies; of what goes in steps, the first value that comes after it."""
        if self.kind in STEPPED:
            return floor(place) + 1 if after else ceil(place)
        return place, bool(after)

    def between(self, low: Any, high: Any) -> int:
        """Give the cells from one cut to another; `None` is no end."""
        if self.cuts is None or any(cut is not None and cut not in self.index for cut in (low, high)):
            raise FlawError(f"a test cuts a cell of a {self.kind}")
        first = 0 if low is None else self.index[low] + 1
        after = self.size if high is None else self.index[high] + 1
        return ((1 << after) - (1 << first)) << self.start if first < after else 0

    def named(self, values: Sequence[Any]) -> int:
        """Give the cells of some values of this kind."""
        mask = 0
        if self.groups is not None:
            if not set(values) <= {value for group in self.groups for value in group}:
                raise FlawError("a test names a value that has no cell")
            for number, group in enumerate(self.groups):
                inside = {value in values for value in group}
                if len(inside) > 1:
                    raise FlawError("a test cuts a group of values")
                mask |= inside.pop() << number + self.start
            return mask
        for value in values:
            if self.kind == "boolean":
                mask |= 1 << self.start + (0 if value else 1)
            else:
                mask |= self.between(self.cut(value, False), self.cut(value, True))
        return mask

    def filled(self) -> int:
        """Give the cells that hold values."""
        if self.cuts is None:
            return (1 << self.size) - 1 << self.start
        ends = [None, *self.cuts, None]
        there = (number for number, (low, high) in enumerate(pairwise(ends)) if not self._holds_nothing(low, high))
        return sum(1 << number for number in there) << self.start

    def _holds_nothing(self, low: Any, high: Any) -> bool:
        first, last = _FIRST.get(self.kind), _AFTER_LAST.get(self.kind)
        if (high is not None and first is not None and high <= first) or (
            low is not None and last is not None and low >= last
        ):
            return True
        if low is None or high is None or self.kind in (*STEPPED, "number") or not low[1] or high[1]:
            return False
        return bool(high[0] == (low[0] + "\0" if self.kind == "string" else low[0] + 1))

    def pieces(self, mask: int) -> Iterator[Piece]:
        """Give the stretches of values in a set of cells."""
        cells = [number for number in range(self.size) if mask >> number + self.start & 1]
        if self.kind == "boolean":
            yield from (Piece(1 - number, True, 1 - number, True) for number in cells)
        elif self.groups is not None:
            yield from self._named_pieces(self.groups, cells)
        elif self.cuts is not None:
            for first, last in _runs(cells):
                yield self._piece(None if first == 0 else self.cuts[first - 1], [*self.cuts, None][last])

    def _named_pieces(self, groups: Sequence[Sequence[str]], cells: Sequence[int]) -> Iterator[Piece]:
        for number in cells:
            if number < len(groups):
                yield from (Piece(text, True, text, True) for text in groups[number])
                continue
            named = sorted(text for group in groups for text in group)
            if "" not in named:
                yield Piece("", True, named[0] if named else None, False)
            for low, high in pairwise([*named, None]):
                yield Piece(low, False, high, False)

    def _piece(self, low: Any, high: Any) -> Piece:
        if self.kind in STEPPED:
            return Piece(low, True, None if high is None else high - 1, True)
        low, low_closed = (None, False) if low is None else (low[0], not low[1])
        high, high_closed = (None, False) if high is None else high
        return Piece(low, low_closed, high, high_closed)


@dataclass(frozen=True)
class Piece:
    """A stretch of places; `None` is no end."""

    low: Any
    low_closed: bool
    high: Any
    high_closed: bool


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = 0
    for index, number in enumerate(numbers):
        if index + 1 == len(numbers) or numbers[index + 1] != number + 1:
            yield numbers[start], number
            start = index + 1
