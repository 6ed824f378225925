"""The day after and the day before a day: the calendar ends, and policies name its last day to say "for ever"."""

from __future__ import annotations

import datetime

_DAY = datetime.timedelta(days=1)


def day_after(day: datetime.date) -> datetime.date | None:
    """Give the next day, or `None` after the last day of the calendar.

    >>> day_after(datetime.date(2024, 2, 28)), day_after(datetime.date.max)
    (datetime.date(2024, 2, 29), None)
    """
    return None if day == datetime.date.max else day + _DAY


def day_before(day: datetime.date) -> datetime.date:
    """Give the day before a day that is not the first of the calendar."""
    return day - _DAY


def cuts_between(
    starts: set[datetime.date], ends: set[datetime.date]
) -> list[tuple[datetime.date | None, datetime.date | None]]:
    """Give the stretches of days, first and last, that begin at a start or after an end; `None` is an open end.

    >>> cuts_between({datetime.date(2024, 1, 1)}, set())
    [(None, datetime.date(2023, 12, 31)), (datetime.date(2024, 1, 1), None)]
    """
    firsts = starts | {after for end in ends if (after := day_after(end)) is not None}
    cuts = sorted(firsts - {datetime.date.min})
    lasts = [*(day_before(first) for first in cuts), None]
    begin = datetime.date.min if datetime.date.min in firsts else None
    return list(zip([begin, *cuts], lasts, strict=True))
