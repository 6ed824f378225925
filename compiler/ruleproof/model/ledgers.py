"""Ledgers: which codes a list holds on a date of service, by what had been posted on another date.

The events that were posted by then are applied in the order in which they were posted, each to the dates of service that it
is about.  A void takes events that were posted before it out of existence for its own dates of service.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from ruleproof.model.days import day_after, day_before
from ruleproof.model.ledger_nodes import NO, UNKNOWN, VOID, YES, LedgerEvent, Stretch

Numbers = tuple[int, ...]
"""Events by their numbers in the ledger, in the order in which they were posted."""


def in_order_of_posting(events: Iterable[LedgerEvent]) -> tuple[LedgerEvent, ...]:
    """Give events as they were posted; those of one day by date of service, and then as written."""
    return tuple(sorted(events, key=lambda event: (event.posted or _FIRST, event.first or _FIRST)))


_FIRST = datetime.date.min


class Ledger:
    """The events of one code list, in the order of posting, and the codes that they tell apart."""

    def __init__(self, events: Sequence[LedgerEvent], *, others_unknown: bool = False) -> None:
        self.events = tuple(events)
        self.others_unknown = others_unknown

    @cached_property
    def everyones(self) -> Numbers:
        """The events that are about all codes."""
        return tuple(number for number, event in enumerate(self.events) if event.codes is None)

    @cached_property
    def classes(self) -> Mapping[Numbers, tuple[str, ...]]:
        """The codes named, by the events that are about each."""
        own: dict[str, list[int]] = {}
        for number, event in enumerate(self.events):
            for code in event.codes or ():
                own.setdefault(code, []).append(number)
        found: dict[tuple[int, ...], list[str]] = {}
        for code, numbers in own.items():
            found.setdefault(tuple(dict.fromkeys(numbers)), []).append(code)
        shared = self.everyones
        return {tuple(sorted({*numbers, *shared})): tuple(codes) for numbers, codes in found.items()}

    @cached_property
    def class_of(self) -> Mapping[str, Numbers]:
        """The events that are about each code named."""
        return {code: numbers for numbers, codes in self.classes.items() for code in codes}

    @property
    def posting_days(self) -> tuple[datetime.date, ...]:
        """The days on which something became known, the first first."""
        return tuple(sorted({event.posted for event in self.events if event.posted is not None}))

    def known(self, numbers: Numbers, posted_by: datetime.date | None) -> Numbers:
        """Give those of some events that had been posted by a day; `None` is all that has been posted."""
        if posted_by is None:
            return numbers
        return tuple(n for n in numbers if (posted := self.events[n].posted) is None or posted <= posted_by)

    def state(self, numbers: Numbers, day: datetime.date | None, start: str = NO) -> tuple[str, str]:
        """Give the state that events leave a code in on a date of service, and where the list is if it is elsewhere."""
        counting = [self.events[number] for number in numbers if self.events[number].covers(day)]
        gone: set[int] = set()
        for later in range(len(counting) - 1, -1, -1):
            event = counting[later]
            if event.kind == VOID and later not in gone:
                gone |= {earlier for earlier in range(later) if event.reaches(counting[earlier])}
        last = next((n for n in range(len(counting) - 1, -1, -1) if n not in gone and counting[n].kind != VOID), None)
        return (start, "") if last is None else (counting[last].state, counting[last].to)

    def start(self, code: str | None) -> str:
        """Give the state of a code before all events: of one that is not named, `unknown` where the list says so."""
        return UNKNOWN if self.others_unknown and (code is None or code not in self.class_of) else NO

    def line(self, numbers: Numbers, posted_by: datetime.date | None, start: str = NO) -> tuple[Stretch, ...]:
        """Give the line of service dates of the codes that these events are about, as posted on a day."""
        known = self.known(numbers, posted_by)
        found: list[Stretch] = []
        for first in _cuts(self.events[number] for number in known):
            state, to = self.state(known, first, start)
            event = self.decisive(known, first, start)
            if not found or (found[-1].state, found[-1].event, found[-1].to) != (state, event, to):
                found.append(Stretch(first, state, event, to))
        return tuple(found)

    def decisive(self, known: Numbers, day: datetime.date | None, start: str) -> int | None:
        """Give the event whose posting last changed the state of a code on a date of service; `None` where none did."""
        before, found = start, None
        for count, number in enumerate(known, 1):
            if self.events[number].covers(day):
                after, _ = self.state(known[:count], day, start)
                before, found = after, number if after != before else found
        return found

    def contains(
        self, code: str, service_date: datetime.date | None, as_posted_on: datetime.date | None = None
    ) -> tuple[str, LedgerEvent | None]:
        """Tell whether the list holds a code on a date of service as posted on a day, and the event that made it so."""
        known = self.known(self.class_of.get(code, self.everyones), as_posted_on)
        start = self.start(code)
        event = self.decisive(known, service_date, start)
        return self.state(known, service_date, start)[0], None if event is None else self.events[event]

    def held(self, posted_by: datetime.date | None) -> Iterator[tuple[tuple[str, ...], Sequence[Stretch]]]:
        """Give the line of service dates of each class of codes."""
        for numbers, codes in self.classes.items():
            yield codes, self.line(numbers, posted_by)

    def others(self, posted_by: datetime.date | None) -> tuple[Stretch, ...]:
        """Give the line of service dates of a code that the list does not name."""
        return self.line(self.everyones, posted_by, self.start(None))

    def holes(
        self, posted_by: datetime.date | None
    ) -> Iterator[tuple[Stretch, datetime.date | None, set[str], set[str]]]:
        """Give the stretches on which the list is elsewhere or known in part, with their ends.

        With each come the codes of which it is known all the same whether the list holds them, and those that it holds.
        """
        others = self.others(posted_by)
        if all(stretch.state == NO for stretch in others):
            return
        lines = [(numbers, codes, self.line(numbers, posted_by)) for numbers, codes in self.classes.items()]
        firsts = {stretch.first for _, _, line in lines for stretch in line} | {stretch.first for stretch in others}
        days = [None, *sorted(day for day in firsts if day is not None)]
        for day, after in zip(days, [*days[1:], None], strict=True):
            here = _standing(others, day)
            if here.state == NO:
                continue
            states = [(codes, _standing(line, day).state) for _, codes, line in lines]
            told = {code for codes, state in states if state in (YES, NO) for code in codes}
            held = {code for codes, state in states if state == YES for code in codes}
            yield replace(here, first=day), None if after is None else day_before(after), told, held


def _standing(line: Sequence[Stretch], day: datetime.date | None) -> Stretch:
    """Give the stretch of a line that a day lies in."""
    if day is None:
        return line[0]
    return next(stretch for stretch in reversed(line) if stretch.first is None or stretch.first <= day)


def holding(line: Sequence[Stretch], state: str = YES) -> Iterator[tuple[datetime.date | None, datetime.date | None]]:
    """Give the first and the last day of each time in a state; `None` is an open end."""
    begun: list[datetime.date | None] = []
    for stretch in line:
        if stretch.state == state:
            begun = begun or [stretch.first]
        elif begun:
            assert stretch.first is not None
            yield begun.pop(), day_before(stretch.first)
    if begun:
        yield begun.pop(), None


def _cuts(events: Iterable[LedgerEvent]) -> list[datetime.date | None]:
    """Give the days on which a line of service dates can change, the first open."""
    cuts: set[datetime.date] = set()
    for event in events:
        after = None if event.last is None else day_after(event.last)
        cuts |= {day for day in (event.first, after) if day is not None}
    return [None, *sorted(cuts)]
