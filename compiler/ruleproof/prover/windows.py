"""Windows of history tests: which earlier days each of them looks back to, and which windows can hold one day at once."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from itertools import product

from ruleproof.model.days import day_before
from ruleproof.model.nodes import HistoryTest
from ruleproof.model.past import years_since
from ruleproof.prover.cells import Cell


def patterns(tests: Sequence[HistoryTest], line: Cell, service: Cell) -> Iterator[frozenset[int]]:
    """Give which tests can have a service of one cell of days in their window at once, for a line of another cell.

    Every combination that cannot be ruled out is given: a narrower window lies in a wider one, and the cells are so far apart.
    """
    if line.missing or service.missing:
        yield frozenset(index for index, test in enumerate(tests) if not test.window)
        return
    last = datetime.date.max
    nearest = max(0, (line.low - (service.high or last)).days)
    farthest = ((line.high or last) - service.low).days
    if farthest < 0:
        return
    windows = tuple(dict.fromkeys((test.window, test.days, test.since) for test in tests if test.window))
    for inside in product((True, False), repeat=len(windows)):
        told = dict(zip(windows, inside, strict=True))
        most = min([farthest, *(_longest(window) for window, met in told.items() if met)])
        least = max([nearest, *(_shortest(window) for window, met in told.items() if not met)])
        if least <= most and not (
            _same_month(line, service) and any(not met and window[0] == "month" for window, met in told.items())
        ):
            yield frozenset(
                index
                for index, test in enumerate(tests)
                if not test.window or told[(test.window, test.days, test.since)]
            )


def _longest(window: tuple[str, int, object]) -> int:
    """Give the most days that a service inside a window can lie before the line."""
    return {"days": window[1] - 1, "day": 0, "month": 30, "year": 365, "year since": 365}[window[0]]


def _shortest(window: tuple[str, int, object]) -> int:
    """Give the fewest days that a service outside a window can lie before the line."""
    return window[1] if window[0] == "days" else 1


def _same_month(line: Cell, service: Cell) -> bool:
    """Tell whether all days of two cells lie in one month."""
    if line.high is None or service.high is None:
        return False
    return len({(day.year, day.month) for day in (line.low, line.high, service.low, service.high)}) == 1


def lies_in(test: HistoryTest, day: datetime.date | None, then: datetime.date | None) -> bool:
    """Tell whether a service of a day lies in the window of a test; of years since a date of the claim, that of the line."""
    if day is None or then is None:
        return not test.window
    match test.window:
        case "days":
            return (day - then).days < test.days
        case "day":
            return day == then
        case "month":
            return (day.year, day.month) == (then.year, then.month)
        case "year":
            return day.year == then.year
        case "year since":
            event = test.since if isinstance(test.since, datetime.date) else day
            return years_since(event, day) == years_since(event, then)
        case _:
            return True


def window_starts(test: HistoryTest, day: datetime.date) -> Iterator[datetime.date]:
    """Give the first day of the window that a line of a day looks back to, and the day before it."""
    start = day
    match test.window:
        case "days":
            start = day - datetime.timedelta(days=min(test.days - 1, (day - datetime.date.min).days))
        case "month":
            start = day.replace(day=1)
        case "year":
            start = day.replace(month=1, day=1)
        case "year since" if isinstance(test.since, datetime.date):
            start = _anniversary(test.since, day)
        case _:
            pass
    yield start
    if start > datetime.date.min:
        yield day_before(start)


def _anniversary(event: datetime.date, day: datetime.date) -> datetime.date:
    """Give the last anniversary of an event up to a day."""
    year = max(1, event.year + years_since(event, day))
    leap = (event.month, event.day) == (2, 29)
    return datetime.date(year, 3, 1) if leap and not _has_leap_day(year) else event.replace(year=year)


def _has_leap_day(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
