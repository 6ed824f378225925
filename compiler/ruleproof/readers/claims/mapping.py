"""The shapes of a column mapping: how each input of a policy is told by columns of a file, or by fields of a format."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from ruleproof.readers.claims.date_forms import DateForm
from ruleproof.readers.claims.fhir_paths import FhirPath
from ruleproof.readers.claims.fields import KEPT
from ruleproof.readers.claims.lines import Fault, Told, clipped

MISSING, UNKNOWN, KEEP, REJECT = "missing", "unknown", "keep", "reject"


class Unsaid(enum.Enum):
    """Stands for a value that the claims do not tell, which is not the same as a value that is missing."""

    UNSAID = "unsaid"


UNSAID: Final = Unsaid.UNSAID
Value: TypeAlias = "str | tuple[str, ...] | Unsaid | None"
"""A value for an input: a text, several codes, unknown, or missing."""


class MappingError(ValueError):
    """A mapping that cannot be used; `line` is where, `help` what to do."""

    def __init__(self, message: str, line: int, help: str = "") -> None:
        super().__init__(message)
        self.message, self.line, self.help = message, line, help


@dataclass(frozen=True, slots=True)
class Way:
    """The way from a file to one input."""

    input: str
    line: int
    """Where the mapping says so."""
    fields: tuple[str, ...] = ()
    """The columns or fields that it is read from; none where it is the same in every line."""
    constant: str | None = None
    several: bool = False
    """Whether the input is a set of codes."""
    split: str = ""
    place: int = 0
    """Which of several values is meant, counted from 1; 0 where none is chosen."""
    holds: frozenset[str] = frozenset()
    """The input is yes where one of these is among the values, else no; empty where it is not asked so."""
    like: re.Pattern[str] | None = None
    values: Mapping[str, str | None] | None = None
    """What a value stands for; nothing where that is unknown."""
    others: str = REJECT
    """What a value is that is not `like`, or not among `values`."""
    date: DateForm | None = None
    point_after: int = 0
    prefix: str = ""
    empty: str = MISSING

    @property
    def reads_text(self) -> bool:
        """Whether a value is changed on the way, which takes texts."""
        changed = self.split or self.holds or self.like or self.values is not None or self.point_after or self.prefix
        return bool(changed)


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """A column mapping as read; every input that it names is one of the policy."""

    path: str
    format: str
    ways: tuple[Way, ...]
    unknown: tuple[str, ...] = ()
    """The inputs that no claim of this kind tells, as its owner declares."""
    keep: tuple[str, ...] = ()
    """The fields or columns that go along to the answers."""
    keeps: bool = True
    """Whether the mapping says what goes along; where it does not, that is left to the format."""
    separator: str = ","
    paths: Mapping[str, FhirPath] = field(default_factory=dict)
    """Fields of FHIR that its owner declares by paths."""
    systems: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Of procedures, diagnoses and modifiers in FHIR: the code systems that count; any where none is named."""
    kept_line: int = 1
    files: tuple[str, ...] = ()
    """The files beside it that it reads."""

    @property
    def asked(self) -> frozenset[str]:
        """The fields that are asked for: by an input, to be kept, or to say where a line stands."""
        return frozenset((*KEPT, *self.keep, *(name for way in self.ways for name in way.fields)))


def value_by(way: Way, told: Told) -> Value | Fault:
    """Give the value of an input for what a line tells of its field (several texts where it is read from several)."""
    if isinstance(told, Fault):
        return told
    texts = _texts(way, told)
    if way.holds and not texts and way.empty == UNKNOWN:
        return UNSAID
    if way.holds:
        return "yes" if way.holds.intersection(texts) else "no"
    if way.several:
        return _several(way, texts)
    if way.place:
        texts = texts[way.place - 1 : way.place]
    if len(texts) > 1:
        found = ", ".join(clipped(text, 20) for text in texts[:4])
        return Fault(f"{' and '.join(way.fields)} has {len(texts)} values ({found}), and the input takes one")
    return _one(way, texts[0]) if texts else _empty(way)


def _texts(way: Way, told: str | tuple[str, ...] | None) -> tuple[str, ...]:
    texts = (told,) if isinstance(told, str) else told or ()
    if way.split:
        texts = tuple(part for text in texts for part in text.split(way.split))
    return tuple(text.strip() for text in texts if text.strip())


def _several(way: Way, texts: tuple[str, ...]) -> Value | Fault:
    found: list[str] = []
    for text in texts:
        value = _one(way, text)
        if value is UNSAID or isinstance(value, Fault):
            return value
        if isinstance(value, str):
            found.append(value)
    return tuple(found) or _empty(way)


def _empty(way: Way) -> Value:
    return UNSAID if way.empty == UNKNOWN else None


def _one(way: Way, text: str) -> Value | Fault:
    """Give the value that one text stands for."""
    if way.like is not None and not way.like.fullmatch(text):
        return _other(way, text, "is not written as `like` says")
    if way.values is not None:
        if text not in way.values:
            return _other(way, text, f"is none of the values that the mapping knows: {_some(way.values)}")
        meant = way.values[text]
        return UNSAID if meant is None else meant
    return _written(way, text)


def _other(way: Way, text: str, why: str) -> Value | Fault:
    match way.others:
        case "missing":
            return None
        case "unknown":
            return UNSAID
        case "keep":
            return _written(way, text)
        case _:
            return Fault(f"`{clipped(text)}` {why}")


def _written(way: Way, text: str) -> str | Fault:
    """Write a text as the policy does."""
    if way.date is not None:
        return way.date.read(text) or Fault(f"`{clipped(text)}` is no date written as {way.date.text}")
    if way.point_after and "." not in text and len(text) > way.point_after:
        text = f"{text[: way.point_after]}.{text[way.point_after :]}"
    return text if not way.prefix or text.startswith(f"{way.prefix} ") else f"{way.prefix} {text}"


def _some(values: Mapping[str, str | None]) -> str:
    known = [clipped(value, 20) for value in list(values)[:6]]
    return ", ".join(known) + (", …" if len(values) > len(known) else "")
