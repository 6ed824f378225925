"""Dates, times and durations of FEEL, from their texts and from their parts."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from ruleproof.model.tables import DATE, DATE_TIME, DURATION, MONTHS, TIME, Months, Scalar
from ruleproof.readers.feel.outside import OutsideError

_DATE = r"(?P<year>-?\d{4,9})-(?P<month>\d\d)-(?P<day>\d\d)"
_TIME = (
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d+))?"
    r"(?P<zone>Z|[+-]\d\d:\d\d(?::\d\d)?|@[\w/+-]+)?"
)
_DATE_ONLY = re.compile(_DATE, re.ASCII)
_TIME_ONLY = re.compile(_TIME, re.ASCII)
_DATE_TIME = re.compile(f"{_DATE}T{_TIME}", re.ASCII)
_DAYS = re.compile(
    r"(?P<sign>-?)P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?",
    re.ASCII,
)
_MONTHS = re.compile(r"(?P<sign>-?)P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?", re.ASCII)
_MOST_MONTHS = 12 * 10**9


def date_of(text: str) -> datetime.date:
    """Read a date; where a time follows, it is dropped.

    >>> date_of("2019-06-30")
    datetime.date(2019, 6, 30)
    """
    if _DATE_TIME.fullmatch(text):
        return date_time_of(text).date()
    match = _DATE_ONLY.fullmatch(text)
    if match is None:
        raise OutsideError(f'"{text}" is not a date such as 2024-03-21')
    return date_from(match["year"], match["month"], match["day"])


def date_from(year: str | int, month: str | int, day: str | int) -> datetime.date:
    """Make a date of its parts."""
    try:
        return datetime.date(int(year), int(month), int(day))
    except (ValueError, OverflowError):
        raise OutsideError(f"{year}-{month}-{day} is no day between the years 1 and 9999") from None


def time_of(text: str) -> datetime.time:
    """Read a time of day, with or without an offset from UTC."""
    match = _TIME_ONLY.fullmatch(text.removeprefix("T"))
    if match is None:
        raise OutsideError(f'"{text}" is not a time such as 09:30:00')
    return _time_from(match)


def _time_from(match: re.Match[str]) -> datetime.time:
    fraction = match["fraction"] or ""
    if len(fraction.rstrip("0")) > 6:
        raise OutsideError("a time with parts smaller than a microsecond")
    try:
        parts = (int(match["hour"]), int(match["minute"]), int(match["second"]))
        return datetime.time(*parts, int(fraction[:6].ljust(6, "0")), _zone_of(match["zone"]))
    except ValueError:
        raise OutsideError(f"{match[0]} is no time of day") from None


def _zone_of(text: str | None) -> datetime.timezone | None:
    if text is None:
        return None
    if text == "Z":
        return datetime.UTC
    if text.startswith("@"):
        raise OutsideError(f"the time zone {text[1:]}, whose rules are not known here; an offset such as +02:00 is")
    hours, minutes, *rest = (int(part) for part in text[1:].split(":"))
    away = datetime.timedelta(hours=hours, minutes=minutes, seconds=rest[0] if rest else 0)
    return datetime.timezone(-away if text[0] == "-" else away)


def date_time_of(text: str) -> datetime.datetime:
    """Read a date with a time of day; a date alone means its first moment."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return datetime.datetime.combine(date_of(text), datetime.time())
    return datetime.datetime.combine(date_from(match["year"], match["month"], match["day"]), _time_from(match))


def duration_of(text: str) -> datetime.timedelta | Months:
    """Read a duration: of days and time, or of years and months; the two never mix.

    >>> duration_of("P1Y2M"), duration_of("-PT36H")
    (Months(months=14), datetime.timedelta(days=-2, seconds=43200))
    """
    match = _MONTHS.fullmatch(text)
    if match is not None and any(match.group("years", "months")):
        months = 12 * int(match["years"] or 0) + int(match["months"] or 0)
        if months > _MOST_MONTHS:
            raise OutsideError("a duration of more than a thousand million years")
        return Months(-months if match["sign"] else months)
    match = _DAYS.fullmatch(text)
    if match is None or not any(match.group("days", "hours", "minutes", "seconds")) or text.endswith("T"):
        raise OutsideError(f'"{text}" is not a duration such as P1Y6M or P2DT12H')
    return _days_and_time(match)


def _days_and_time(match: re.Match[str]) -> datetime.timedelta:
    microseconds = Decimal(match["seconds"] or 0) * 1_000_000
    if microseconds != int(microseconds):
        raise OutsideError("a duration with parts smaller than a microsecond")
    try:
        length = datetime.timedelta(
            days=int(match["days"] or 0),
            hours=int(match["hours"] or 0),
            minutes=int(match["minutes"] or 0),
            microseconds=int(microseconds),
        )
    except OverflowError:
        raise OutsideError("a duration of more than two million years") from None
    return -length if match["sign"] else length


def months_between(start: datetime.date, end: datetime.date) -> Months:
    """Give the whole months from one date to another.

    >>> months_between(datetime.date(2019, 1, 31), datetime.date(2019, 2, 28))
    Months(months=0)
    """
    if end < start:
        return Months(-months_between(end, start).months)
    months = (end.year - start.year) * 12 + end.month - start.month
    return Months(months - (end.day < start.day))


def at_literal(text: str) -> Scalar:
    """Read what stands in `@"…"`: a date, a time, both, or a duration."""
    for pattern, read in ((_DATE_ONLY, date_of), (_DATE_TIME, date_time_of), (_TIME_ONLY, time_of)):
        if pattern.fullmatch(text):
            return read(text)
    return duration_of(text)


_READERS: Mapping[str, Callable[[str], Scalar]] = {
    DATE: date_of,
    TIME: time_of,
    DATE_TIME: date_time_of,
    DURATION: duration_of,
    MONTHS: duration_of,
}


def timed(value: object, type: str) -> object:
    """Read a text as the date, time or duration that an input is to have; anything else stays what it is.

    >>> timed("2024-03-21", "date"), timed("2024-03-21", "string")
    (datetime.date(2024, 3, 21), '2024-03-21')
    """
    read = _READERS.get(type) if isinstance(value, str) else None
    try:
        return value if read is None else read(str(value))
    except OutsideError:
        return value
