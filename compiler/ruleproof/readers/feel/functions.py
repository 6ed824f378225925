"""The functions of FEEL that are known here; each gives null where its arguments do not fit, as FEEL wants it.

There is no `now` and no `today`: the same table must answer the same tomorrow.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, DecimalException
from typing import Any

from ruleproof.model.scalars import below, same
from ruleproof.model.tables import Months
from ruleproof.readers.feel import times
from ruleproof.readers.feel.outside import OutsideError

ARITHMETIC = Context(prec=34, rounding=ROUND_HALF_EVEN, Emax=6144, Emin=-6143)
_LARGEST_EXPONENT = 6144


@dataclass(frozen=True, slots=True)
class Function:
    """Something that can be called; without `parameters` it takes any number of arguments, or one list of them."""

    parameters: tuple[str, ...] | None
    call: Callable[..., Any]

    def __call__(self, positional: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
        try:
            return self.call(*self._arguments(positional, named))
        except (TypeError, ValueError, ArithmeticError, AttributeError):
            return None

    def _arguments(self, positional: tuple[Any, ...], named: Mapping[str, Any]) -> Iterable[Any]:
        if self.parameters is None:
            return positional if len(positional) == 1 and isinstance(positional[0], tuple) else (positional,)
        if len(positional) > len(self.parameters) or not set(named) <= set(self.parameters):
            raise TypeError("other arguments than the function takes")
        values = dict(zip(self.parameters, positional, strict=False)) | dict(named)
        last = max((index for index, name in enumerate(self.parameters, 1) if name in values), default=0)
        return [values.get(name) for name in self.parameters[:last]]


def decimal_of(text: str) -> Decimal:
    """Read a number of FEEL: exact, within the sizes that FEEL knows.

    >>> decimal_of(".5")
    Decimal('0.5')
    """
    try:
        number = Decimal(text)
    except DecimalException:
        raise OutsideError(f"{text} is no number") from None
    if not number.is_finite() or abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise OutsideError(f"{text} is too large or too small a number")
    return number


# ---------------------------------------------------------------- making values


def _date(first: Any, month: Any = None, day: Any = None) -> datetime.date | None:
    if isinstance(first, Decimal):
        return times.date_from(int(first), int(month), int(day))
    if isinstance(first, datetime.datetime):
        return first.date()
    return first if isinstance(first, datetime.date) else times.date_of(_text(first))


def _time(first: Any, minute: Any = None, second: Any = None, offset: Any = None) -> datetime.time | None:
    if isinstance(first, Decimal):
        zone = datetime.timezone(offset) if isinstance(offset, datetime.timedelta) else None
        return datetime.time(int(first), int(minute), int(second), int(second % 1 * 1_000_000), zone)
    if isinstance(first, datetime.datetime):
        return first.timetz()
    return first if isinstance(first, datetime.time) else times.time_of(_text(first))


def _date_and_time(first: Any, time: Any = None) -> datetime.datetime | None:
    if time is None:
        return first if isinstance(first, datetime.datetime) else times.date_time_of(_text(first))
    day = _date(first)
    return None if day is None else datetime.datetime.combine(day, time)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(text: Any, grouping: str | None = None, point: str | None = None) -> Decimal:
    plain = _text(text).replace(grouping, "") if grouping else _text(text)
    return decimal_of(plain.replace(point, ".") if point else plain)


def string_of(value: Any) -> str | None:
    """Write a value as FEEL does.

    >>> string_of(Decimal("10.50")), string_of(True), string_of(Months(14))
    ('10.50', 'true', 'P1Y2M')
    """
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case Months(months):
            years, rest = divmod(abs(months), 12)
            parts = (f"{years}Y" if years else "") + (f"{rest}M" if rest else "")
            return f"{'-' if months < 0 else ''}P{parts or '0M'}"
        case datetime.timedelta():
            return _duration_text(value)
        case datetime.datetime() | datetime.date() | datetime.time():
            return value.isoformat().replace("+00:00", "Z")
        case _:
            return None


def _duration_text(value: datetime.timedelta) -> str:
    away = abs(value)
    hours, rest = divmod(away.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    small = f"{seconds}.{away.microseconds:06}".rstrip("0") if away.microseconds else str(seconds)
    parts = "".join(f"{part}{unit}" for part, unit in ((hours, "H"), (minutes, "M")) if part)
    parts += f"{small}S" if small != "0" else ""
    days = f"{away.days}D" if away.days else ""
    sign = "-" if value < datetime.timedelta() else ""
    return f"{sign}P{days}{'T' if parts else ''}{parts}" if days or parts else "PT0S"


# ---------------------------------------------------------------- numbers, texts, lists


def _sum(items: tuple[Any, ...]) -> Decimal | None:
    if not items or not all(type(item) is Decimal for item in items):
        return None
    total = Decimal(0)
    for item in items:
        total = ARITHMETIC.add(total, item)
    return total


def _mean(items: tuple[Any, ...]) -> Decimal | None:
    total = _sum(items)
    return None if total is None else ARITHMETIC.divide(total, Decimal(len(items)))


def _extreme(largest: bool) -> Callable[[tuple[Any, ...]], Any]:
    def find(items: tuple[Any, ...]) -> Any:
        best = items[0] if items else None
        for item in items[1:]:
            smaller = below(item, best)
            if smaller is None:
                return None
            best = item if smaller != largest and not same(item, best) else best
        return best

    return find


def _all(items: tuple[Any, ...]) -> bool | None:
    return False if any(item is False for item in items) else True if all(item is True for item in items) else None


def _any(items: tuple[Any, ...]) -> bool | None:
    return True if any(item is True for item in items) else False if all(item is False for item in items) else None


def _rounded(how: str) -> Callable[..., Decimal | None]:
    def to_scale(number: Decimal, scale: Decimal = Decimal(0)) -> Decimal | None:
        return number.quantize(Decimal(1).scaleb(-int(scale)), rounding=how, context=ARITHMETIC)

    return to_scale


def _substring(text: str, start: Decimal, length: Decimal | None = None) -> str | None:
    first = int(start) - 1 if start > 0 else len(text) + int(start)
    if start == 0 or first < 0:
        return None
    return text[first:] if length is None else text[first : first + int(length)]


def _contains(items: tuple[Any, ...], wanted: Any) -> bool:
    return any(same(item, wanted) for item in items)


def _concatenate(lists: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(item for items in lists for item in (items if isinstance(items, tuple) else (items,)))


FUNCTIONS: Mapping[str, Function] = {
    "date": Function(("from", "month", "day"), _date),
    "time": Function(("from", "minute", "second", "offset"), _time),
    "date and time": Function(("from", "time"), _date_and_time),
    "duration": Function(("from",), lambda text: times.duration_of(_text(text))),
    "years and months duration": Function(
        ("from", "to"), lambda start, end: times.months_between(_day(start), _day(end))
    ),
    "number": Function(("from", "grouping separator", "decimal separator"), _number),
    "string": Function(("from",), string_of),
    "not": Function(("negand",), lambda value: not value if isinstance(value, bool) else None),
    "abs": Function(("n",), abs),
    "floor": Function(("n", "scale"), _rounded(ROUND_FLOOR)),
    "ceiling": Function(("n", "scale"), _rounded(ROUND_CEILING)),
    "decimal": Function(("n", "scale"), _rounded(ROUND_HALF_EVEN)),
    "round half up": Function(("n", "scale"), _rounded(ROUND_HALF_UP)),
    "modulo": Function(("dividend", "divisor"), lambda n, by: n - by * (n / by).to_integral_value(ROUND_FLOOR)),
    "string length": Function(("string",), lambda text: Decimal(len(_text(text)))),
    "substring": Function(("string", "start position", "length"), _substring),
    "upper case": Function(("string",), lambda text: _text(text).upper()),
    "lower case": Function(("string",), lambda text: _text(text).lower()),
    "contains": Function(("string", "match"), lambda text, part: _text(part) in _text(text)),
    "starts with": Function(("string", "match"), lambda text, part: _text(text).startswith(_text(part))),
    "ends with": Function(("string", "match"), lambda text, part: _text(text).endswith(_text(part))),
    "list contains": Function(("list", "element"), _contains),
    "count": Function(("list",), lambda items: Decimal(len(items))),
    "sum": Function(None, _sum),
    "mean": Function(None, _mean),
    "min": Function(None, _extreme(largest=False)),
    "max": Function(None, _extreme(largest=True)),
    "all": Function(None, _all),
    "any": Function(None, _any),
    "append": Function(("list", "item"), lambda items, item: (*items, item)),
    "concatenate": Function(None, _concatenate),
}


def _day(value: Any) -> datetime.date:
    day = _date(value)
    if day is None:
        raise TypeError
    return day
