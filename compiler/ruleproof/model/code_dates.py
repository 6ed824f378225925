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
    groups: dict[tuple[datetime.date | None, datetime.date | None], list[str]] = {}
    for entry in entries:
        groups.setdefault((entry.services_from, entry.services_until), []).append(entry.code)
    starts = {start for start, _ in groups if start is not None}
    ends = {end for _, end in groups if end is not None}
    for low, high in cuts_between(starts, ends):
        valid = (codes for (start, end), codes in groups.items() if _valid(start, end, low))
        yield low, high, frozenset[str]().union(*valid)


def _valid(start: datetime.date | None, end: datetime.date | None, on: datetime.date | None) -> bool:
    """Tell whether a day lies between two others, both included; `None` is a day before all others, or an open end."""
    if on is None:
        return start is None
    return (start is None or start <= on) and (end is None or on <= end)
