"""One remark about a policy, as data: complete enough to be shown without asking the compiler again.

Words for people are put on at the edge (`cli/`); here are the values that every form of output is made from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import TypeAlias

from ruleproof.source import Span

Value: TypeAlias = bool | int | Decimal | date | str | tuple[str, ...] | None
"""A value of an input: yes/no, number, date, name or code, several codes, or `None` for missing."""


class Severity(Enum):
    """How bad a finding is: only an error makes the exit status 1."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Place:
    """A span in a file."""

    path: str
    span: Span


@dataclass(frozen=True, slots=True)
class Values:
    """The part of a region that lets an input be one of some values; yes and no are `"yes"` and `"no"`."""

    values: tuple[str, ...]
    others: bool = False
    """True where every value that the policy does not name belongs to the region too."""
    missing: bool = False
    but: tuple[str, ...] = ()
    """With `others`: the values that are named somewhere and do not belong to the region."""


@dataclass(frozen=True, slots=True)
class Range:
    """The part of a region that lets a number, date or text lie between two bounds; `None` is an open end."""

    low: int | Decimal | date | str | None
    high: int | Decimal | date | str | None
    low_closed: bool = True
    high_closed: bool = True
    missing: bool = False


@dataclass(frozen=True, slots=True)
class CodesOf:
    """The part of a region that says which code lists several codes touch."""

    some: tuple[str, ...]
    """Groups of codes (in words) of which at least one code is there."""
    none: tuple[str, ...]
    """Groups of codes (in words) of which no code is there."""
    missing: bool = False


Restriction: TypeAlias = Values | Range | CodesOf
Region: TypeAlias = Mapping[str, Restriction]
"""One box of the input space; an input that is not named is unrestricted."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace what a place holds by `text`; an empty span inserts."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Repair:
    """A way out: a title in words, and the edits that carry it out (none where only a person can decide)."""

    title: str
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One remark.  `message` is one sentence without a full stop, `help` says how to mend it."""

    code: str
    name: str
    severity: Severity
    message: str
    help: str = ""
    places: tuple[Place, ...] = ()
    """The first is where to look; the others are related (each rule involved)."""
    policy: str = ""
    decision: str = ""
    rules: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    witness: Mapping[str, Value] = field(default_factory=dict)
    """One full case that shows the fault; empty where the finding is not about cases."""
    history: tuple[Mapping[str, Value], ...] = ()
    """The earlier services that the witness hangs on, the earliest first; none where it hangs on none."""
    claim: str = ""
    """The witness in words, with the labels of the policy."""
    size: int | None = None
    """How many cases the regions hold; `None` where infinite or where there are no regions."""
    repairs: tuple[Repair, ...] = ()
    expected: bool = False
    accepted: bool = False
    note: str = ""
    """Of an expected or accepted finding: what the policy says of it."""
