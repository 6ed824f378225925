"""Which histories there can be, told apart as far as the history tests of a policy do: none, one or more, earlier or later.

A history is built up service by service, in every way that the tests can tell apart, for every day of the line that they can
tell apart; what is never reached cannot be, and what is reached has a history that shows it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod

from ruleproof.model.days import day_before
from ruleproof.model.nodes import SERVICE_DATE, HistoryTest
from ruleproof.model.past import PATIENT, SAME, years_since
from ruleproof.prover.expressions import (
    FALSE,
    TRUE,
    Compiler,
    Constant,
    Expression,
    InCells,
    every,
    restrict,
    some,
    tests_in,
)
from ruleproof.prover.space import Box

MOST_TESTS, MOST_STATES = 12, 20_000
"""How many history tests, and states of a history, are gone through; beyond that nothing is excluded."""

OTHER = "2"
"""The value of a key that is not the line's."""

Answers = tuple[bool, ...]
"""For each history test, in order, whether it is met."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier service, as the tests can tell it apart; `hits` are the tests that count it."""

    hits: frozenset[int]
    day: datetime.date | None
    box: Box
    """What its facts can be."""
    keys: Mapping[str, str]
    paid: bool


class Histories:
    """Goes through the histories of one policy."""

    def __init__(self, compiler: Compiler, impossible: Expression) -> None:
        """`impossible` holds of the services that cannot be."""
        self.compiler, self.impossible = compiler, impossible
        self.space = compiler.space
        items = [item for item in compiler.policy.inputs if isinstance(item.derived, HistoryTest)]
        self.places = tuple(self.space.places[item.name][0] for item in items)
        self.names = tuple(item.name for item in items)
        self.tests = tuple(item.derived for item in items if isinstance(item.derived, HistoryTest))
        self.dated = self.space.places.get(SERVICE_DATE, (-1,))[0]
        self._known: dict[datetime.date | None, dict[Answers, tuple[Earlier, ...]]] = {}
        self._kinds: dict[int, tuple[tuple[Answers, Box], ...]] = {}

    @property
    def given_up(self) -> bool:
        """Tell whether there are too many tests to go through."""
        return len(self.tests) > MOST_TESTS or prod(test.count + 1 for test in self.tests) > MOST_STATES

    # -------------------------------------------------------------- what cannot be

    @cached_property
    def unreal(self) -> tuple[Expression, ...]:
        """Hold where the history tests come out as with no history."""
        if not self.tests or self.given_up:
            return ()
        groups: dict[frozenset[Answers], int] = {}
        if self.dated < 0:
            groups[frozenset(self.on(None))] = 0
        for number, _ in enumerate(self.space.dimensions[self.dated].cells if self.dated >= 0 else ()):
            found = frozenset(answers for day in self.days_in(number) for answers in self.on(day))
            groups[found] = groups.get(found, 0) | 1 << number
        return tuple(
            every([*([InCells(self.dated, cells)] if self.dated >= 0 else []), excluded])
            for reached, cells in groups.items()
            if (excluded := some(self._excluded(reached))) != FALSE
        )

    def _excluded(self, reached: frozenset[Answers]) -> Iterator[Expression]:
        """Give the combinations that are never reached: first of two tests, and then what these leave."""
        left = [answers for answers in product((False, True), repeat=len(self.tests)) if answers not in reached]
        for size in (1, 2):
            for chosen in product(range(len(self.tests)), repeat=size):
                if list(chosen) != sorted(set(chosen)):
                    continue
                for wanted in product((False, True), repeat=size):
                    fits = [all(item[i] == want for i, want in zip(chosen, wanted, strict=True)) for item in left]
                    if any(fits) and not any(
                        all(item[i] == want for i, want in zip(chosen, wanted, strict=True)) for item in reached
                    ):
                        yield self._those(dict(zip(chosen, wanted, strict=True)))
                        left = [item for item, fit in zip(left, fits, strict=True) if not fit]
        for answers in left:
            yield self._those(dict(enumerate(answers)))

    def _those(self, wanted: Mapping[int, bool]) -> Expression:
        return every(InCells(self.places[index], 0b01 if met else 0b10) for index, met in wanted.items())

    # -------------------------------------------------------------- histories before a line of one day

    def on(self, day: datetime.date | None) -> dict[Answers, tuple[Earlier, ...]]:
        """Give, for a line of one day, how the tests can come out, each with the shortest history that shows it."""
        if day not in self._known:
            services = self.services(day)
            start = (0,) * len(self.tests)
            paths: dict[tuple[int, ...], tuple[Earlier, ...]] = {start: ()}
            for counts in (queue := [start]):
                for service in services:
                    after = tuple(
                        min(count + (index in service.hits), test.count)
                        for index, (count, test) in enumerate(zip(counts, self.tests, strict=True))
                    )
                    if after not in paths:
                        paths[after] = (*paths[counts], service)
                        queue.append(after)
            found: dict[Answers, tuple[Earlier, ...]] = {}
            for counts, path in paths.items():
                answers = tuple(count >= test.count for count, test in zip(counts, self.tests, strict=True))
                found.setdefault(answers, path)
            self._known[day] = found
        return self._known[day]

    def services(self, day: datetime.date | None) -> tuple[Earlier, ...]:
        """Give one earlier service for each set of tests that one can count for, before a line of a day."""
        found: dict[frozenset[int], Earlier] = {}
        keys = tuple(dict.fromkeys(key for test in self.tests for key in test.keys if key != PATIENT))
        paying = (True, False) if any(test.paid for test in self.tests) else (True,)
        subjects = tuple(dict.fromkeys(test.subject for test in self.tests))
        for then in self._days_before(day):
            for kinds, box in self._kinds_on(then, [self.compiler(subject) for subject in subjects]):
                is_one = dict(zip(subjects, kinds, strict=True))
                for same in product((True, False), repeat=len(keys)):
                    shared = {key for key, alike in zip(keys, same, strict=True) if alike} | {PATIENT}
                    for paid in paying:
                        sure = {
                            index
                            for index, test in enumerate(self.tests)
                            if shared.issuperset(test.keys) and (paid or not test.paid) and is_one[test.subject]
                        }
                        named = {key: SAME if key in shared else OTHER for key in keys}
                        for hits in self._in_time(sure, day, then):
                            found.setdefault(hits, Earlier(hits, then, box, named, paid))
        return tuple(found.values())

    def _in_time(
        self, sure: set[int], day: datetime.date | None, then: datetime.date | None
    ) -> Iterator[frozenset[int]]:
        """Give the tests that count a service of a day; where it hangs on more than the days, with and without them."""
        inside = {index for index in sure if _lies_in(self.tests[index], day, then) is not False}
        free = [index for index in inside if self.tests[index].same or _lies_in(self.tests[index], day, then) is None]
        for chosen in product((True, False), repeat=len(free)):
            dropped = {index for index, kept in zip(free, chosen, strict=True) if not kept}
            yield frozenset(inside - dropped)
        if then == day:  # a later line of the same claim counts only for those that look beside
            yield frozenset(index for index in inside if self.tests[index].beside)

    # -------------------------------------------------------------- which days matter

    def days_in(self, number: int) -> list[datetime.date | None]:
        """Give the days of a cell of the date of service that the tests can tell apart, as days of the line."""
        cell = self.space.dimensions[self.dated].cells[number]
        if cell.missing:
            return [None]
        last = cell.high or datetime.date.max
        days = {cell.low, last if cell.high else cell.low}
        starts = [other.low for other in self.space.dimensions[self.dated].cells if not other.missing]
        for start in starts:
            days |= set(_turns(start, self.tests))
        if len({test.window for test in self.tests if test.window not in ("", "day")}) > 1:
            # windows of several kinds turn against each other all through the year
            for start in (max(cell.low, start) for start in starts if start <= last):
                days |= set(_after(start, 400))
        return sorted(day for day in days if cell.low <= day <= last)

    def _days_before(self, day: datetime.date | None) -> list[datetime.date | None]:
        """Give the days of earlier services that matter to a line of a day: the first of each stretch, up to the day."""
        if self.dated < 0 or day is None:
            return [None]
        starts = [cell.low for cell in self.space.dimensions[self.dated].cells if not cell.missing]
        cuts = {*starts, day}
        for test in self.tests:
            cuts.update(_window_starts(test, day))
        first = min(starts)
        # one more step back, where a stretch begins before the first day
        return sorted(cut for cut in cuts if first <= cut <= day)

    def _kinds_on(self, day: datetime.date | None, subjects: Sequence[Expression]) -> tuple[tuple[Answers, Box], ...]:
        """Give which of the subjects a service of a day can be at once, each with a box of such services."""
        box, number = self.space.whole, -1
        if day is not None:
            cells = self.space.dimensions[self.dated].cells
            number = next(index for index, cell in enumerate(cells) if cell.holds(day))
            box = (*box[: self.dated], 1 << number, *box[self.dated + 1 :])
        if number not in self._kinds:
            found: dict[Answers, Box] = {}
            self._search(box, list(subjects), self.impossible, found)
            self._kinds[number] = tuple(found.items())
        return self._kinds[number]

    def _search(self, box: Box, subjects: list[Expression], impossible: Expression, found: dict[Answers, Box]) -> None:
        """Collect the boxes of a box in which the subjects are settled and the service can be."""
        left, rest = [restrict(part, box) for part in subjects], restrict(impossible, box)
        if rest == TRUE:
            return
        settled = all(isinstance(part, Constant) for part in left)
        if settled and tuple(part == TRUE for part in left) in found:
            return
        if settled and rest == FALSE:
            found[tuple(part == TRUE for part in left)] = box
            return
        asked = next(part for part in (*left, rest) if not isinstance(part, Constant))
        cut = next(iter(tests_in(asked)))
        for cells in (box[cut.dimension] & cut.cells, box[cut.dimension] & ~cut.cells):
            self._search((*box[: cut.dimension], cells, *box[cut.dimension + 1 :]), left, rest, found)

    # -------------------------------------------------------------- showing one

    def shown(self, cells: Sequence[int], day: datetime.date | None) -> tuple[Earlier, ...] | None:
        """Give a history for a case of a day, by its cells; `None` where there is none for that day."""
        answers = tuple(cells[place] == 0 for place in self.places)
        return None if self.given_up else self.on(day).get(answers)

    def cell_days(self, cells: Sequence[int]) -> list[datetime.date | None]:
        return [None] if self.dated < 0 else self.days_in(cells[self.dated])


def _lies_in(test: HistoryTest, day: datetime.date | None, then: datetime.date | None) -> bool | None:
    """Tell whether a service of a day lies in the window of a test; `None` where that hangs on more than the days."""
    if day is None or then is None:
        return None if test.window else True
    match test.window:
        case "days":
            return (day - then).days < test.days
        case "day":
            return day == then
        case "month":
            return (day.year, day.month) == (then.year, then.month)
        case "year":
            return day.year == then.year
        case "year since":
            if isinstance(test.since, str):
                return None
            return years_since(test.since, day) == years_since(test.since, then)
        case _:
            return True


def _window_starts(test: HistoryTest, day: datetime.date) -> Iterator[datetime.date]:
    """Give the first day of the window that a line of a day looks back to, and a day before it."""
    start = _window_start(test, day)
    if start is not None:
        yield start
        if start > datetime.date.min:
            yield day_before(start)


def _window_start(test: HistoryTest, day: datetime.date) -> datetime.date | None:
    match test.window:
        case "days":
            room = (day - datetime.date.min).days
            return day - datetime.timedelta(days=min(test.days - 1, room))
        case "day":
            return day
        case "month":
            return day.replace(day=1)
        case "year":
            return day.replace(month=1, day=1)
        case "year since" if isinstance(test.since, datetime.date):
            return _anniversary(test.since, day)
        case "year since":
            return day
        case _:
            return None


def _anniversary(event: datetime.date, day: datetime.date) -> datetime.date:
    """Give the last anniversary of an event up to a day."""
    year = event.year + years_since(event, day)
    try:
        return event.replace(year=max(year, 1))
    except ValueError:
        return datetime.date(year, 3, 1)


def _turns(start: datetime.date, tests: Iterable[HistoryTest]) -> Iterator[datetime.date]:
    """Give the days of a line on which its windows begin to reach no further back than a day, and the day after each."""
    for test in tests:
        match test.window:
            case "days":
                yield from _after(start, 2, test.days - 1)
            case "month":
                yield from _after((start.replace(day=28) + datetime.timedelta(days=4)).replace(day=1), 2)
            case "year" if start.year < datetime.MAXYEAR:
                yield from _after(start.replace(year=start.year + 1, month=1, day=1), 2)
            case "year since" if isinstance(test.since, datetime.date) and start.year < datetime.MAXYEAR - 1:
                yield from _after(_anniversary(test.since, start.replace(year=start.year + 1, day=1)), 2)
                yield from _after(_anniversary(test.since, start), 2)
            case _:
                pass
        yield from _after(start, 2)


def _after(start: datetime.date, count: int, skip: int = 0) -> Iterator[datetime.date]:
    """Give some days in a row, as far as the calendar goes."""
    for step in range(skip, skip + count):
        if (datetime.date.max - start).days >= step:
            yield start + datetime.timedelta(days=step)
