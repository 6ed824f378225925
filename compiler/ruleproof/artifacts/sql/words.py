"""Names and values as SQL writes them."""

from __future__ import annotations

import datetime
from decimal import Decimal

from ruleproof.artifacts.chart import clean


class NotInSqlError(ValueError):
    """Something of a policy that SQL cannot say exactly, with the reason."""


_MOST_DIGITS = 38


def text(value: str) -> str:
    """Give a text in quotes.

    >>> text("it's"), text("a; DROP TABLE b --")
    ("'it''s'", "'a; DROP TABLE b --'")
    """
    if "\0" in value:
        raise NotInSqlError("a text holds a character that no database keeps")
    return "'" + value.replace("'", "''") + "'"


def name(value: str) -> str:
    """Give a name in quotes.

    >>> print(name('a "b" c'), name("genes"))
    "a ""b"" c" "genes"
    """
    if "\0" in value:
        raise NotInSqlError("a name holds a character that no database keeps")
    return '"' + value.replace('"', '""') + '"'


def number(value: int | Decimal) -> str:
    """Give a number digit by digit; databases keep so many digits, and would round more.

    >>> number(Decimal("0.250")), number(-3)
    ('0.250', '-3')
    """
    written = f"{value:f}" if isinstance(value, Decimal) else str(value)
    if sum(letter.isdigit() for letter in written) > _MOST_DIGITS:
        raise NotInSqlError(f"a number has more than {_MOST_DIGITS} digits")
    return written


def date(value: datetime.date) -> str:
    """Give a day.

    >>> date(datetime.date(2024, 3, 21))
    "DATE '2024-03-21'"
    """
    return f"DATE '{value.isoformat()}'"


def value(item: object) -> str:
    """Give a bound of a stretch: a number or a day."""
    if isinstance(item, datetime.date):
        return date(item)
    assert isinstance(item, int | Decimal)
    return number(item)


def texts(values: tuple[str, ...]) -> str:
    """Give texts between commas, in order."""
    return ", ".join(text(item) for item in sorted(values))


def comment(value: str) -> str:
    """Give a text as one line of a comment: nothing in it can end the line."""
    return f"-- {clean(' '.join(value.split()))}".rstrip()
