"""The shapes that every reader of claims gives: a claim line with its fields, or the reason why there is none."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias


class UnreadableError(ValueError):
    """A whole file that cannot be read; `help` says what to do."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.message, self.help = message, help


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a field has no value that can be used; it matters only where the field is asked for."""

    reason: str


Told: TypeAlias = "str | tuple[str, ...] | Fault | None"
"""What a line tells of a field: a text, several, nothing, or why it cannot be read."""


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One line of a claim."""

    place: int
    """Where it begins: the number of its segment or of its line in the file, counted from 1."""
    told: Mapping[str, Told]
    """What it tells of each field; a field that is not there is not told."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A part of a file that is no line which can be judged."""

    place: int
    claim: str | None
    reason: str


Found: TypeAlias = ClaimLine | Refused

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,60})?|\.[0-9]{1,60})")


@lru_cache(4096)
def number_of(text: str) -> str | None:
    """Give a number as it is written, without zeros that say nothing; nothing where it is no number.

    >>> number_of("1.00"), number_of("007"), number_of("2.50"), number_of("-.5"), number_of("1e3")
    ('1', '7', '2.5', '-0.5', None)
    """
    if not _NUMBER.fullmatch(text):
        return None
    sign = "-" if text.startswith("-") else ""
    whole, _, rest = text.lstrip("+-").partition(".")
    whole, rest = whole.lstrip("0") or "0", rest.rstrip("0")
    return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}" if whole != "0" else "0"


@lru_cache(4096)
def day_from(text: str) -> str | None:
    """Give a day written `20240321` as `2024-03-21`; nothing where there is no such day."""
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    try:
        return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:])).isoformat()
    except ValueError:
        return None


def one_day(first: Told, last: Told) -> Told:
    """Give the one day of service, where the first and the last are the same."""
    if first == last or isinstance(first, Fault):
        return first
    if isinstance(last, Fault):
        return last
    which = (
        f"two days of service, {first} and {last}"
        if first and last
        else f"no {'last' if first else 'first'} day of service"
    )
    return Fault(f"the line has {which}: name `service_from` or `service_to` in the mapping")


def clipped(text: str, longest: int = 40) -> str:
    """Give a text for a message: on one line, and cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
