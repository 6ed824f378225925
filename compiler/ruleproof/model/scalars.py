"""The values that tables compare: what kind each is, when two are the same, and which of two comes first.

Values of different kinds are neither the same nor in any order, as in DMN.  Yes and no are no numbers here, whatever Python
thinks of it.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from ruleproof.model.tables import (
    BOOLEAN,
    DATE,
    DATE_TIME,
    DURATION,
    MONTHS,
    NUMBER,
    STRING,
    TIME,
    Months,
    OneOf,
    Scalar,
    Within,
)

NULL = "null"
_KINDS: dict[type, str] = {
    bool: BOOLEAN,
    Decimal: NUMBER,
    str: STRING,
    datetime.datetime: DATE_TIME,
    datetime.date: DATE,
    datetime.time: TIME,
    datetime.timedelta: DURATION,
    Months: MONTHS,
    type(None): NULL,
}
ORDERED = frozenset({NUMBER, STRING, DATE, TIME, DATE_TIME, DURATION, MONTHS})


def kind_of(value: object) -> str:
    """Give the kind of a value: a type of columns, or `null`; an empty text for what is no value of a column.

    >>> kind_of(True), kind_of(Decimal(1)), kind_of([])
    ('boolean', 'number', '')
    """
    return _KINDS.get(type(value), "")


def same(one: object, other: object) -> bool:
    """Tell whether two values are the same; values of different kinds never are."""
    return type(one) is type(other) and one == other


def below(one: object, other: object) -> bool | None:
    """Tell whether a value comes before another; `None` where the two have no order."""
    kind = kind_of(one)
    if kind not in ORDERED or kind != kind_of(other) or zoned(one) != zoned(other):
        return None
    first: Any = one
    return bool(first < other)


def zoned(value: object) -> bool:
    """Tell whether a time carries its offset from UTC; times with and without one cannot be compared."""
    return isinstance(value, datetime.datetime | datetime.time) and value.utcoffset() is not None


def within(low: Scalar, high: Scalar, low_closed: bool, high_closed: bool) -> Within | OneOf:
    """Make the stretch between two bounds (`None` is an open end); one value, or none at all, is a set.

    >>> within(Decimal(5), Decimal(3), True, True)
    OneOf(values=frozenset())
    """
    if low is not None and high is not None:
        if same(low, high):
            return OneOf(frozenset({low}) if low_closed and high_closed else frozenset())
        if below(high, low):
            return OneOf(frozenset())
    return Within(low, high, low_closed and low is not None, high_closed and high is not None)
