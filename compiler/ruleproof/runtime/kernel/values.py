"""What is known, missing and unknown; how a fact is refused; values that cannot be changed."""

from __future__ import annotations

import datetime as dt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# ---------------------------------------------------------------- values


class Unknown:
    """The type of `UNKNOWN`: we have not been told.  Missing (the claim has no value) is `None`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise TypeError("UNKNOWN is neither true nor false; compare with `is UNKNOWN`")

    def __reduce__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


class InputError(ValueError):
    """A fact that cannot be taken: names the input, the value, and what is allowed."""

    def __init__(
        self,
        message: str,
        input: str = "",
        value: object = None,
        allowed: str = "",
        cannot_happen: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message, input, value, allowed, cannot_happen)
        self.message = message
        self.input = input
        self.value = value
        self.allowed = allowed
        self.cannot_happen = cannot_happen
        """The names of the `cannot happen` that the facts meet, where it is their combination that is refused."""

    def __str__(self) -> str:
        return self.message


def plain(value: str) -> str:
    """Give the letters of a text, also where it is an `Enum` or another kind of text that shows and compares otherwise."""
    return value if type(value) is str else str.__str__(value)


def shown(value: object) -> str:
    """Show a value in a message: on one line, and never long."""
    if isinstance(value, str):
        text = plain(value)
        return repr(text) if len(text) <= 60 else f"{text[:60]!r}... ({len(text)} characters)"
    if isinstance(value, (list, tuple, set, frozenset, dict)):
        return f"a {type(value).__name__} of {len(value)}"
    if type(value) is int and value.bit_length() > 200:
        return "a number beyond measure"
    if value is None or type(value).__module__ in ("builtins", "datetime", "decimal"):
        text = repr(value)
        return text if len(text) <= 80 else f"{text[:80]}..."
    return f"a value of type {type(value).__name__}"


def near(word: object, words: Iterable[str]) -> str:
    """Give the word that was probably meant, as the end of a message; empty where none is near."""
    from difflib import get_close_matches  # noqa: PLC0415

    found = get_close_matches(plain(word)[:80], sorted(words), 1) if isinstance(word, str) else []
    return f"; did you mean {shown(found[0])}?" if found else ""


def day_of(value: object) -> dt.date | None:
    """Give a date, or the date of a text such as `2024-03-21`; `None` for everything else, a time of day included."""
    if isinstance(value, dt.date):
        return None if isinstance(value, dt.datetime) else value
    text = plain(value) if isinstance(value, str) else ""
    if len(text) != 10 or not text.isascii() or text[4] != "-" or text[7] != "-":
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


class Fixed:
    """A value that cannot be changed once it is made."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a {type(self).__name__} cannot be changed")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a {type(self).__name__} cannot be changed")

    def __setstate__(self, state: tuple[None, dict[str, object]]) -> None:
        for name, value in state[1].items():
            keep(self, name, value)


keep = object.__setattr__


class JudgedParts:
    """What a `Judged` holds: it is filled in first and then made one, which is the fastest way to a value that is fixed."""

    __slots__ = ("_answers", "_program", "_requirements")
