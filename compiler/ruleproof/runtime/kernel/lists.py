"""Code lists with their dates: whether a list holds a code, on which date of service, as posted on which day."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right

from ruleproof.runtime.kernel.inputs import Shape
from ruleproof.runtime.kernel.values import InputError, day_of, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# ---------------------------------------------------------------- code lists


class Membership:
    """Whether a code list holds a code, and what made it so."""

    __slots__ = ("by", "posted", "reading", "state", "to")
    state: str
    """`yes`, `no`, `elsewhere` (the list has moved `to` another document) or `unknown` (the policy does not tell)."""
    by: str
    """The revision that made it so; empty where none did, or where none is named."""
    posted: dt.date | None
    """The day on which that was posted; `None` where it was known always."""
    to: str
    reading: str
    """The question that it rests on, if any."""

    def __init__(self, state: str, by: str = "", posted: str = "", to: str = "", reading: str = "") -> None:
        self.state, self.by, self.to, self.reading = state, by, to, reading
        self.posted = dt.date.fromisoformat(posted) if posted else None

    def __bool__(self) -> bool:
        """Tell whether the list holds the code; where it is elsewhere or not known, there is no yes or no."""
        if self.state == "yes":
            return True
        if self.state == "no":
            return False
        raise ValueError(f"whether the list holds the code is {self.state}: look at `state`")

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain values."""
        posted = None if self.posted is None else self.posted.isoformat()
        return {"state": self.state, "by": self.by, "posted": posted, "to": self.to, "reading": self.reading}

    def __repr__(self) -> str:
        return f"Membership({', '.join(f'{name}={value!r}' for name, value in self.as_dict().items() if value)})"


class CodeList:
    """A code list of the policy.

    `classes` holds the codes named, by what happened to them: blanks between the codes, no prefixes.  `lines` holds for each
    class, and at the end for every other code, a line for each day of posting, and one for the time before: the days of
    service on which something changes, each with its membership by number.
    """

    __slots__ = ("_classes", "_lines", "_most", "_numbers", "name", "postings", "shape")

    def __init__(
        self,
        name: str,
        prefix: str,
        pattern: str,
        postings: tuple[str, ...],
        classes: tuple[tuple[str, ...], ...],
        members: tuple[tuple[str, ...], ...],
        lines: tuple[tuple[tuple[tuple[str, int], ...], ...], ...],
    ) -> None:
        self.name, self.shape = name, Shape(prefix, pattern)
        self.postings = [dt.date.fromisoformat(day) for day in postings]
        self._classes = classes
        self._numbers: dict[str, int] = {}
        made = [Membership(*member) for member in members]
        self._lines = [
            [
                (
                    [dt.date.fromisoformat(day) if day else dt.date.min for day, _ in line],
                    [made[number] for _, number in line],
                )
                for line in known
            ]
            for known in lines
        ]

    def contains(
        self, code: str, service_date: dt.date | str | None = None, as_posted_on: dt.date | str | None = None
    ) -> Membership:
        """Tell whether the list holds a code on a date of service, as posted on a day (by default, all that was posted)."""
        try:
            known = self._lines[self._numbers[code]]
        except (KeyError, TypeError):
            known = self._lines[self._number(code)]
        if as_posted_on is None:
            days, members = known[-1]
        else:
            if type(as_posted_on) is not dt.date:
                as_posted_on = self._day("as_posted_on", as_posted_on)
            days, members = known[bisect_right(self.postings, as_posted_on)]
        if type(service_date) is not dt.date:
            if service_date is None and len(days) == 1:
                return members[0]
            service_date = self._service(service_date)
        return members[bisect_right(days, service_date) - 1]

    def over_time(
        self, code: str, service_date: dt.date | str | None = None
    ) -> tuple[tuple[dt.date | None, Membership], ...]:
        """Tell what was known of a code on one day of posting after another, each from its day; `None` is before all."""
        found: list[tuple[dt.date | None, Membership]] = [(None, self.contains(code, service_date, dt.date.min))]
        for day in self.postings:
            member = self.contains(code, service_date, day)
            if member.as_dict() != found[-1][1].as_dict():
                found.append((day, member))
        return tuple(found)

    def _number(self, code: str) -> int:
        """Give the class of a code; the classes are unpacked when they are first asked for."""
        numbers = self._numbers or self._unpack()
        try:
            return numbers[code]
        except (KeyError, TypeError):
            if not self.shape.fits(code):
                message = f"`{self.name}` lists no such codes as {shown(code)}{self.shape.hint(code)}"
                raise InputError(message, "code", code, f"a code written {self.shape.start}and the code") from None
        if len(numbers) < self._most:
            numbers[code] = -1  # so that it is found at once the next time
        return -1

    def _unpack(self) -> dict[str, int]:
        start = self.shape.start
        numbers = {
            f"{start}{code}": number
            for number, texts in enumerate(self._classes)
            for text in texts
            for code in text.split()
        }
        self._numbers, self._most = numbers, len(numbers) + 10_000
        return numbers

    def _service(self, day: object) -> dt.date:
        if day is None:
            message = f"`{self.name}` has dates: give the date of service"
            raise InputError(message, "service_date", day, "a date")
        return self._day("service_date", day)

    def _day(self, name: str, value: object) -> dt.date:
        day = day_of(value)
        if day is None:
            raise InputError(f"`{name}` cannot be {shown(value)}: it is a date", name, value, "a date")
        return day
