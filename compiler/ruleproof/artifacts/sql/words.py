"""What every dialect shares: what cannot be said at all, numbers, and comments."""

from __future__ import annotations

from decimal import Decimal

from ruleproof.artifacts.chart import clean


class NotInSqlError(ValueError):
    """Something of a policy that SQL cannot say exactly, with the reason."""


_MOST_DIGITS = 38
_MOST_WHOLE_DIGITS = 18
"""Whole numbers of so many digits fit into every integer of eight bytes."""


def number(value: int | Decimal) -> str:
    """Give a number digit by digit; databases keep so many digits, and would round more.

    >>> number(Decimal("0.250")), number(-3)
    ('0.250', '-3')
    """
    written = f"{value:f}" if isinstance(value, Decimal) else str(value)
    if sum(letter.isdigit() for letter in written) > _MOST_DIGITS:
        raise NotInSqlError(f"a number has more than {_MOST_DIGITS} digits")
    return written


def is_long(written: str) -> bool:
    """Tell whether a number that is written out is no integer of eight bytes."""
    return "." in written or len(written.lstrip("-")) > _MOST_WHOLE_DIGITS


def comment(value: str) -> str:
    r"""Give a text as one line of a comment: nothing in it can end the line, or be replaced before it is read.

    Spark takes a backslash at the end of a comment to mean that it goes on, and puts variables for `${name}`.

    >>> comment("two\nlines"), comment("${HOME} \\")
    ('-- two lines', '-- $ {HOME} \\ .')
    """
    text = clean(" ".join(value.split())).replace("${", "$ {")
    return f"-- {text} ." if text.endswith("\\") else f"-- {text}".rstrip()


def line_of(statement: str) -> str:
    """Give a line of a statement as a line of a comment; it holds no line break."""
    return f"-- {statement}" + (" " if statement.endswith("\\") else "")
