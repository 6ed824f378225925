"""Which codes a list holds on which days."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from ruleproof.model.days import cuts_between
from ruleproof.model.nodes import CodeEntry


def stretches_of(
    entries: tuple[CodeEntry, ...],
) -> Iterator[tuple[datetime.date | None, datetime.date | None, frozenset[str]]]:
    """Give the stretches of dates between which a list does not change, with the codes in it; one where it has no dates."""
    starts = {entry.services_from for entry in entries if entry.services_from is not None}
    ends = {entry.services_until for entry in entries if entry.services_until is not None}
    for low, high in cuts_between(starts, ends):
        yield low, high, frozenset(entry.code for entry in entries if _valid(entry, low))


def _valid(entry: CodeEntry, on: datetime.date | None) -> bool:
    """Tell whether an entry stands on a day; `None` is a day before all others."""
    if on is None:
        return entry.services_from is None
    return (entry.services_from is None or entry.services_from <= on) and (
        entry.services_until is None or on <= entry.services_until
    )
