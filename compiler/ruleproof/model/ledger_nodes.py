"""The shapes of a ledger: what happened to a code list, for which dates of service, and since when that is known."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from ruleproof.finding import Place

PRESENT, START, ADD, REMOVE, MOVED, VOID = "present", "start", "add", "remove", "moved", "void"
"""The kinds of events: the list holds a code from before, from a start, again; it does not; it is elsewhere; see `voids`."""

YES, NO, ELSEWHERE, UNKNOWN = "yes", "no", "elsewhere", "unknown"
"""Whether a list holds a code on a day: it does, it does not, another document says, nobody has told."""


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """One event of a ledger, for services from `first` to `last` (both included, `None` is an open end)."""

    kind: str
    codes: tuple[str, ...] | None
    """The codes that it is about; `None` where it is about all of the list."""
    first: datetime.date | None = None
    last: datetime.date | None = None
    posted: datetime.date | None = None
    """Since when it is known; `None` where it is known always."""
    revision: str = ""
    """The revision that it came with; empty where none is named."""
    source: str = ""
    voids: frozenset[str] = frozenset()
    """Of a `void`: the kinds of events that do not exist for its dates of service."""
    voided: tuple[str, str] = ("", "")
    """Of a `void`: the source and the revision of those events; an empty revision is any earlier one."""
    to: str = ""
    """Of a `moved`: the document that holds the list then."""
    before: datetime.date | None = None
    """Of a `present`: the day before which the list is known to hold the codes."""
    reading: str = ""
    because: str = ""
    place: Place | None = field(compare=False, default=None)

    def covers(self, day: datetime.date | None) -> bool:
        """Tell whether it is about services on a day; `None` is a day before all others."""
        if day is None:
            return self.first is None
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    @property
    def state(self) -> str:
        """Whether the list holds a code where this event counts."""
        return {REMOVE: NO, MOVED: ELSEWHERE}.get(self.kind, YES)

    def reaches(self, other: LedgerEvent) -> bool:
        """Tell whether this void undoes another event about the same code, if that came before it."""
        source, revision = self.voided
        same = not revision or (other.revision == revision and (not source or other.source == source))
        return other.kind in self.voids and same


@dataclass(frozen=True, slots=True)
class Stretch:
    """Dates of service, from `first` to the next stretch, on which it is known alike whether a list holds a code."""

    first: datetime.date | None
    state: str
    event: int | None
    """The event, by its number in the ledger, that made it so; `None` where nothing did."""
    to: str = ""
    """The document that holds the list, where it is elsewhere."""
