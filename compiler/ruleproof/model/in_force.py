"""Which revision of a source is in force on a date of service, and on which days something more was posted."""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ruleproof.model.days import cuts_between, day_before
from ruleproof.model.nodes import Posting, Revision, SourceDocument

Stretch = tuple[datetime.date | None, datetime.date | None]
"""Days, first and last; `None` is an open end."""


def holds_on(revision: Revision, on: datetime.date | None) -> bool:
    """Tell whether the dates of service of a revision hold a day; `None` is a day before all others."""
    return (
        on is not None
        and revision.services_from <= on
        and (revision.services_until is None or on <= revision.services_until)
    )


def standing(revisions: Sequence[Revision], on: datetime.date | None) -> list[Revision]:
    """Give the revisions whose dates hold a day and that no other of them replaces, as written."""
    holding = [item for item in revisions if holds_on(item, on)]
    return [item for item in holding if not any(item.name in other.beats for other in holding)]


def in_force(revisions: Sequence[Revision], on: datetime.date | None) -> Revision | None:
    """Give the revision in force on a date of service: of those that stand, the one that starts last."""
    chosen: Revision | None = None
    for item in standing(revisions, on):
        if chosen is None or item.services_from >= chosen.services_from:
            chosen = item
    return chosen


def stretches_of(revisions: Sequence[Revision]) -> list[tuple[Stretch, list[Revision]]]:
    """Give the stretches of dates of service between which nothing changes, with the revisions that stand in each."""
    starts = {item.services_from for item in revisions}
    ends = {item.services_until for item in revisions if item.services_until is not None}
    return [((low, high), standing(revisions, low)) for low, high in cuts_between(starts, ends)]


def days_of(revisions: Sequence[Revision], names: frozenset[str]) -> tuple[Stretch, ...]:
    """Give the dates of service on which one of the revisions named is in force, neighbours joined."""
    found: list[Stretch] = []
    for (low, high), _ in stretches_of(revisions):
        chosen = in_force(revisions, low)
        if chosen is None or chosen.name not in names:
            continue
        before = found[-1][1] if found else None
        if found and before is not None and low is not None and before == day_before(low):
            found[-1] = (found[-1][0], high)
        else:
            found.append((low, high))
    return tuple(found)


def known_by(source: SourceDocument, posted_by: datetime.date | None) -> SourceDocument:
    """Give a source with only the revisions that had been posted by a day; with no day, all of them."""
    if posted_by is None:
        return source
    return replace(source, revisions=tuple(item for item in source.revisions if _was_posted(item, posted_by)))


def _was_posted(revision: Revision, by: datetime.date) -> bool:
    return revision.posted is None or revision.posted <= by


def next_posted(source: SourceDocument, posted_by: datetime.date | None) -> datetime.date | None:
    """Give the first day after a day on which a revision of a source was posted, if there is one."""
    days = [item.posted for item in source.revisions if item.posted is not None]
    return None if posted_by is None else min((day for day in days if day > posted_by), default=None)


# ---------------------------------------------------------------- epochs


def postings_of(sources: Iterable[SourceDocument], more: Iterable[Posting] = ()) -> tuple[Posting, ...]:
    """Give the days on which something was posted, in order, each with what; `more` is posted apart from revisions."""
    named: dict[datetime.date, list[str]] = {}
    for day, names in _posted_in(sources, more):
        named.setdefault(day, []).extend(names)
    return tuple(Posting(day, tuple(dict.fromkeys(named[day]))) for day in sorted(named))


def _posted_in(
    sources: Iterable[SourceDocument], more: Iterable[Posting]
) -> Iterator[tuple[datetime.date, tuple[str, ...]]]:
    for source in sources:
        for item in source.revisions:
            if item.posted is not None:
                yield item.posted, (f"{item.name} of {source.name}",)
    for posting in more:
        yield posting.day, posting.names


def epoch_of(postings: Sequence[Posting], on: datetime.date | None) -> int:
    """Give how many of the days of posting lie on or before a day; all of them where no day is given."""
    return len(postings) if on is None else bisect_right([posting.day for posting in postings], on)


def day_in_epoch(postings: Sequence[Posting], epoch: int) -> datetime.date | None:
    """Give a day of an epoch: its first, or of the one before all posting, its last; `None` of the latest."""
    if epoch == len(postings):
        return None
    first = postings[epoch - 1].day if epoch else postings[0].day
    return first if epoch or first == datetime.date.min else day_before(first)
