"""What came before: earlier services, read and checked, and the inputs that are worked out from them."""

from __future__ import annotations

import datetime as dt

from ruleproof.runtime.kernel.graphs import Open
from ruleproof.runtime.kernel.inputs import Input, YesNoInput
from ruleproof.runtime.kernel.values import UNKNOWN, InputError, plain, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

# ---------------------------------------------------------------- the history


class KeyInput(Input):
    """An identifier, such as that of the specimen; it only ties services together, and has no cells."""

    __slots__ = ()

    def __init__(self, name: str) -> None:
        super().__init__(name, -1, True, "a text that identifies it, or missing", 0)

    def parse(self, value: object) -> str:
        if isinstance(value, str) and 0 < len(plain(value)) <= 200:
            return plain(value)
        raise self.refused(value, "; give it as text" if not isinstance(value, str) else "")


class DaysBetween:
    """Whether one date lies from `low` to `high` days after another."""

    __slots__ = ("earlier", "first", "high", "input", "low", "name", "second")

    def __init__(self, name: str, dimension: int, first: str, second: str, low: int | None, high: int | None) -> None:
        self.name = name
        self.input = YesNoInput(name, dimension, False, "yes or no")
        self.first, self.second, self.low, self.high = first, second, low, high
        self.earlier: tuple[tuple[str, DaysBetween], ...] = ()

    def told(self, line: Service, _past: Past | None) -> bool | None:
        first, second = line.value(self.first), line.value(self.second)
        if first is None or second is None:
            return False
        if first is UNKNOWN or second is UNKNOWN:
            return None
        days = (first - second).days
        return bool((self.low is None or days >= self.low) and (self.high is None or days <= self.high))


class HistoryTest:
    """Whether so many services that came before count: of a kind, sharing keys with the line, in a stretch of time.

    `subject` is the graph that tells whether a service is of the kind: it ends in 0 where it is, in 1 where it is not.
    """

    __slots__ = (
        "beside", "count", "days", "earlier", "input", "keys", "name", "paid", "same", "since", "since_day", "subject", "window",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        dimension: int,
        count: int,
        keys: tuple[str, ...],
        window: str,
        days: int,
        since: str,
        since_day: str,
        paid: bool,
        same: tuple[str, ...],
        beside: bool,
        subject: tuple[tuple[int, ...], ...],
        earlier: tuple[tuple[str, HistoryTest], ...] = (),
    ) -> None:
        self.earlier = earlier
        self.name = name
        self.input = YesNoInput(name, dimension, False, "yes or no")
        self.count, self.keys, self.window, self.days, self.since = count, keys, window, days, since
        self.since_day = dt.date.fromisoformat(since_day) if since_day else None
        self.paid, self.same, self.beside, self.subject = paid, same, beside, subject

    def told(self, line: Service, past: Past | None) -> bool | None:
        """Tell whether the limit is reached; nothing where that hangs on what is unknown."""
        if past is None:
            return None
        sure = possible = 0
        for service in past.services:
            counts = self.counts(line, service)
            sure += counts is True
            possible += counts is not False
        if sure >= self.count:
            return True
        return False if past.complete and possible < self.count else None

    def counts(self, line: Service, service: Service) -> bool | None:
        """Tell whether a service counts against the line; nothing where that is unknown."""
        unknown = False
        for part in self._parts(line, service):
            if part is False:
                return False
            unknown = unknown or part is None
        return None if unknown else True

    def _parts(self, line: Service, service: Service) -> Iterator[bool | None]:
        for key in self.keys:
            yield _equal(line.value(key), service.value(key))
        yield self._in_time(line, service)
        if self.paid:
            yield service.paid
        for name in self.same:
            one, other = line.value(name), service.value(name)
            yield None if one is UNKNOWN or other is UNKNOWN else one == other
        yield service.is_a(self.subject)

    def _in_time(self, line: Service, service: Service) -> bool | None:
        """Tell whether a service comes before the line, or stands beside it, and lies in the stretch of time."""
        day, then = line.value("service_date"), service.value("service_date")
        in_turn = service.number < line.number or self.beside
        if not line.dated:
            return in_turn
        if self.window == "year since" and not self.since_day and line.value(self.since) is None:
            return False
        if day is UNKNOWN or then is UNKNOWN:
            return None
        if day is None or then is None:
            return in_turn and not self.window
        if then > day or (then == day and not in_turn):
            return False
        match self.window:
            case "days":
                return bool((day - then).days < self.days)
            case "day":
                return bool(day == then)
            case "month":
                return bool((day.year, day.month) == (then.year, then.month))
            case "year":
                return bool(day.year == then.year)
            case "year since":
                event = self.since_day or line.value(self.since)
                return None if event is UNKNOWN else years_since(event, day) == years_since(event, then)
            case _:
                return True


def years_since(event: dt.date, day: dt.date) -> int:
    """Count the anniversaries of an event up to a day; that of 29 February is 1 March where the year has no such day."""
    return day.year - event.year - ((day.month, day.day) < (event.month, event.day))


def _equal(one: object, other: object) -> bool | None:
    """Compare two identifiers; one that is missing is like no other."""
    if one is None or other is None:
        return False
    return None if one is UNKNOWN or other is UNKNOWN else one == other


class Service:
    """What is known of one service: the line that is judged, another line of its claim, or one from the history."""

    __slots__ = ("_known", "_told", "cells", "dated", "id", "number", "paid")

    def __init__(
        self,
        id: str,
        known: Mapping[str, Any],
        cells: Sequence[int],
        paid: bool | None,
        number: int,
        dated: bool,
    ) -> None:
        """`number` is that of the line in its claim; -1 for a service of the history, which stands before all of them."""
        self.id, self.paid, self.number, self.dated = id, paid, number, dated
        self._known, self.cells = known, cells
        self._told: dict[int, bool | None] = {}

    def value(self, name: str) -> Any:
        return self._known.get(name, UNKNOWN)

    def is_a(self, subject: tuple[tuple[int, ...], ...]) -> bool | None:
        """Tell whether the service is of a kind; nothing where that hangs on what is unknown of it."""
        if id(subject) not in self._told:
            opened = Open(subject, (True, False))
            opened.walk(self.cells)
            self._told[id(subject)] = None if len(opened.reached) != 1 else 0 in opened.reached
        return self._told[id(subject)]


class Past:
    """The services that a line is judged by; `complete` tells whether they are all that came before."""

    __slots__ = ("complete", "number", "services")

    def __init__(self, services: tuple[Service, ...], complete: bool, number: int = 0) -> None:
        """`number` is that of the line in its claim, 0 where it is judged alone."""
        self.services, self.complete, self.number = services, complete, number

    def check_against(self, line: Service) -> None:
        """Refuse a history, or another line, of another patient than the line, and one that is the line itself."""
        patient, name = line.value("patient_id"), line.value("id")
        for service in self.services:
            other, beside = service.value("patient_id"), service.number >= 0
            if isinstance(patient, str) and isinstance(other, str) and patient != other:
                which = f"line {service.number}" if beside else f"the earlier service {shown(service.id)}"
                message = f"{which} is of patient {shown(other)}, the line of {shown(patient)}"
                raise self._refused(message, service, "the services of one patient")
            if isinstance(name, str) and service.id == name:
                if beside:
                    raise self._refused(
                        f"line {service.number} is called {shown(name)} too", service, "each service once"
                    )
                message = f"the service {shown(name)} stands in its own history"
                raise self._refused(message, service, "services that came before")

    def _refused(self, message: str, service: Service, allowed: str) -> InputError:
        return InputError(message, "lines" if service.number >= 0 else "history", service.id, allowed)


def refuse_disorder(services: Sequence[Service]) -> None:
    """Refuse a history with a service twice, in the wrong order, or of several patients."""
    seen: set[str] = set()
    last: Service | None = None
    of: Service | None = None
    for service in services:
        if service.id in seen:
            message = f"the service {shown(service.id)} stands in the history twice"
            raise InputError(message, "history", service.id, "each service once")
        seen.add(service.id)
        patient, day = service.value("patient_id"), service.value("service_date")
        if isinstance(patient, str):
            if of is not None and of.value("patient_id") != patient:
                told = f"{shown(service.id)} is of patient {shown(patient)}, {shown(of.id)} of {shown(of.value('patient_id'))}"
                raise InputError(
                    f"the history mixes patients: {told}", "history", service.id, "the history of one patient"
                )
            of = service
        if isinstance(day, dt.date):
            if last is not None and day < last.value("service_date"):
                before = f"{shown(last.id)} of {last.value('service_date')}"
                message = f"the history is in the wrong order: {shown(service.id)} of {day} stands after {before}"
                raise InputError(message, "history", service.id, "the earliest service first")
            last = service
