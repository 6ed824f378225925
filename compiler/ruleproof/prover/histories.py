"""Which histories there can be, told apart as far as the history tests of a policy do.

A test only counts services, so what one earlier service brings about, more services never take back: a test that is met
needs a service that it counts, and that service meets every other test that counts it and asks for no more.  Whether there
is such a service is asked of the facts that a service can have, of the days that it can have, and of the keys.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product
from math import prod

from ruleproof.model.nodes import SERVICE_DATE, Condition, HistoryTest
from ruleproof.model.past import PATIENT, SAME
from ruleproof.prover.expressions import (
    FALSE,
    TRUE,
    Compiler,
    Constant,
    Expression,
    InCells,
    every,
    negation,
    restrict,
    some,
    tests_in,
)
from ruleproof.prover.space import Box, Space
from ruleproof.prover.windows import lies_in, patterns, window_starts

MOST_WAYS = 20_000
"""How many ways for one service to lie before a line are gone through; beyond that nothing is excluded."""

OTHER = "2"
"""The value of a key that is not the line's."""

Kinds = tuple[tuple[bool, ...], Box]
"""For each subject whether a service is one, and a box of such services."""

Hits = frozenset[int]
"""The tests that count a service, by number."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier service: the tests that count it, and what it is."""

    hits: Hits
    day: datetime.date | None
    box: Box
    """What its facts can be."""
    keys: Mapping[str, str]
    paid: bool


class Histories:
    """Asks what earlier services there can be in one policy."""

    def __init__(self, compiler: Compiler, impossible: Expression) -> None:
        """`impossible` holds of the services that cannot be."""
        self.impossible, self.space = impossible, compiler.space
        items = [item for item in compiler.policy.inputs if isinstance(item.derived, HistoryTest)]
        self.names = tuple(item.name for item in items)
        self.tests = tuple(item.derived for item in items if isinstance(item.derived, HistoryTest))
        self.places = tuple(self.space.places[name][0] for name in self.names)
        self.dated = self.space.places.get(SERVICE_DATE, (-1,))[0]
        self.keys = tuple(dict.fromkeys(key for test in self.tests for key in test.keys if key != PATIENT))
        self.subjects: Mapping[Condition, Expression] = {test.subject: compiler(test.subject) for test in self.tests}
        self.events = _events(self.space, self.tests)
        self._kinds: dict[int, tuple[Kinds, ...]] = {}
        self._hits: dict[tuple[int, bool], frozenset[Hits]] = {}

    @cached_property
    def given_up(self) -> bool:
        """Tell whether there are too many ways to go through."""
        windows = {(test.window, test.days, test.since) for test in self.tests if test.window}
        cells = 1 if self.dated < 0 else len(self.space.dimensions[self.dated].cells)
        return prod((2 ** len(windows), 2 ** len(self.keys), 2 ** len(self.subjects), cells)) > MOST_WAYS

    # -------------------------------------------------------------- what cannot be

    @cached_property
    def unreal(self) -> tuple[Expression, ...]:
        """Hold where the history tests come out as with no history."""
        if not self.tests or self.given_up:
            return ()
        if not self.events:
            return tuple(self._unreal_with(False))
        there = [InCells(place, mask) for place, mask in self.events.values()]
        known = (every([*there, part]) for part in self._unreal_with(False))
        return (*known, *self._unreal_with(True))

    def _unreal_with(self, without_event: bool) -> Iterator[Expression]:
        groups: dict[frozenset[Hits], int] = {}
        for number in self.line_cells():
            hits = self.hits_before(number, without_event)
            groups[hits] = groups.get(hits, 0) | 1 << max(number, 0)
        for hits, cells in groups.items():
            here = [InCells(self.dated, cells)] if self.dated >= 0 else []
            for index in range(len(self.tests)):
                needs = some(map(self._all_met, self._brought_about(index, hits)))
                if needs != TRUE:
                    yield every([*here, self.met(index), negation(needs)])

    def line_cells(self) -> Iterable[int]:
        """Give the cells of the date of service of a line; -1 where the policy has none."""
        return (-1,) if self.dated < 0 else range(len(self.space.dimensions[self.dated].cells))

    def met(self, index: int) -> Expression:
        return InCells(self.places[index], 0b01)

    def _all_met(self, indices: Hits) -> Expression:
        return every(map(self.met, sorted(indices)))

    def _brought_about(self, index: int, hits: Iterable[Hits]) -> list[Hits]:
        """Give the smallest sets of other tests that are met wherever a test is: one for each kind of service it counts."""
        counting = [each for each in hits if index in each]
        least = self.tests[index].count
        always = frozenset.intersection(*counting) if counting else frozenset[int]()
        needed = {
            frozenset(
                other
                for other in each
                if other != index
                and (self.tests[other].count == 1 or (other in always and self.tests[other].count <= least))
            )
            for each in counting
        }
        return [each for each in needed if not any(other < each for other in needed)]

    def hits_before(self, number: int, without_event: bool = False) -> frozenset[Hits]:
        """Give the sets of tests that can count one service before a line whose date of service lies in a cell.

        `without_event` also gives those of lines that lack a date from which years are counted.
        """
        key = (number, without_event)
        if key not in self._hits:
            found = frozenset(hits for hits, _ in self._services(number))
            if without_event:
                counted = [
                    index
                    for index, test in enumerate(self.tests)
                    if isinstance(test.since, str) and test.since in self.events
                ]
                lost = [frozenset(part) for size in range(len(counted) + 1) for part in combinations(counted, size)]
                found = frozenset(hits - part for hits in found for part in lost)
            self._hits[key] = found
        return self._hits[key]

    def _services(self, number: int) -> Iterator[tuple[Hits, Box]]:
        cells = self.space.dimensions[self.dated].cells if self.dated >= 0 else ()
        for other in self.line_cells():
            inside: Iterable[frozenset[int]] = (frozenset(range(len(self.tests))),)
            if self.dated >= 0:
                inside = tuple(patterns(self.tests, cells[number], cells[other]))
            for kinds, box in self.kinds_in(other):
                for sure in self._shared(kinds):
                    for window in inside:
                        hits = sure & window
                        free = [index for index in hits if self.tests[index].same]
                        for left in product((True, False), repeat=len(free)):
                            dropped = {index for index, keep in zip(free, left, strict=True) if not keep}
                            yield hits - dropped, box
                        beside = frozenset(index for index in hits if self.tests[index].beside)
                        yield beside, box  # a later line of the same claim counts only for those that look beside

    def _shared(self, kinds: Sequence[bool]) -> set[Hits]:
        """Give the tests that can count services of some kinds by their keys and payment."""
        is_one = dict(zip(self.subjects, kinds, strict=True))
        found = set()
        for shared, paid in self.ways():
            found.add(
                frozenset(
                    index
                    for index, test in enumerate(self.tests)
                    if shared.issuperset(test.keys) and (paid or not test.paid) and is_one[test.subject]
                )
            )
        return found

    def ways(self) -> Iterator[tuple[set[str], bool]]:
        """Give which keys a service can share with a line, and whether it was paid."""
        paying = (True, False) if any(test.paid for test in self.tests) else (True,)
        for same in product((True, False), repeat=len(self.keys)):
            for paid in paying:
                yield {key for key, alike in zip(self.keys, same, strict=True) if alike} | {PATIENT}, paid

    def kinds_in(self, number: int) -> tuple[Kinds, ...]:
        """Give which of the subjects a service can be at once, by the cell of its date."""
        if number not in self._kinds:
            box = self.space.whole
            if number >= 0:
                box = (*box[: self.dated], 1 << number, *box[self.dated + 1 :])
            found: dict[tuple[bool, ...], Box] = {}
            self._search(box, list(self.subjects.values()), self.impossible, found)
            self._kinds[number] = tuple(found.items())
        return self._kinds[number]

    def _search(
        self, box: Box, subjects: list[Expression], impossible: Expression, found: dict[tuple[bool, ...], Box]
    ) -> None:
        """Collect the boxes of a box in which the subjects are settled and the service can be."""
        left, rest = [restrict(part, box) for part in subjects], restrict(impossible, box)
        if rest == TRUE:
            return
        told = tuple(part == TRUE for part in left)
        if all(isinstance(part, Constant) for part in left):
            if told in found:
                return
            if rest == FALSE:
                found[told] = box
                return
        asked = next(part for part in (*left, rest) if not isinstance(part, Constant))
        cut = next(iter(tests_in(asked)))
        for cells in (box[cut.dimension] & cut.cells, box[cut.dimension] & ~cut.cells):
            self._search((*box[: cut.dimension], cells, *box[cut.dimension + 1 :]), left, rest, found)

    # -------------------------------------------------------------- showing one

    def shown(
        self, wanted: Mapping[int, bool], number: int, missing: Collection[str] = ()
    ) -> Iterator[tuple[datetime.date | None, tuple[Earlier, ...]]]:
        """Give lines with a history in which the tests come out as wanted, by the day of the line in a cell.

        `missing` names the dates that the line lacks.
        """
        for day in self.days_in(number):
            services = self.services(day, missing)
            chosen: list[Earlier] = []
            for index in [index for index, met in wanted.items() if met]:
                fitting = [
                    item
                    for item in services
                    if index in item.hits
                    and not any(
                        not met and other in item.hits and self.tests[other].count == 1 for other, met in wanted.items()
                    )
                ]
                have = sum(index in item.hits for item in chosen)
                if fitting:
                    chosen += [fitting[0]] * max(0, self.tests[index].count - have)
            counts = {index: sum(index in item.hits for item in chosen) for index in wanted}
            if all((counts[index] >= self.tests[index].count) == met for index, met in wanted.items()):
                yield day, tuple(sorted(chosen, key=lambda item: item.day or datetime.date.min))

    def missing_events(self, cells: Sequence[int]) -> frozenset[str]:
        """Name the dates from which years are counted that a line in some cells lacks."""
        return frozenset(name for name, (place, mask) in self.events.items() if not mask >> cells[place] & 1)

    def services(self, day: datetime.date | None, missing: Collection[str] = ()) -> tuple[Earlier, ...]:
        """Give one earlier service for each set of tests that can count one, before a line of a day that lacks some dates."""
        found: dict[Hits, Earlier] = {}
        for then in self._days_before(day):
            for kinds, box in self.kinds_in(-1 if then is None else self._cell_of(then)):
                is_one = dict(zip(self.subjects, kinds, strict=True))
                for shared, paid in self.ways():
                    sure = frozenset(
                        index
                        for index, test in enumerate(self.tests)
                        if shared.issuperset(test.keys)
                        and (paid or not test.paid)
                        and is_one[test.subject]
                        and test.since not in missing
                        and lies_in(test, day, then)
                    )
                    named = {key: SAME if key in shared else OTHER for key in self.keys}
                    found.setdefault(sure, Earlier(sure, then, box, named, paid))
        return tuple(found.values())

    def days_in(self, number: int) -> list[datetime.date | None]:
        """Give some days of a cell of the date of service, for a line to have: what is looked for is on one of them."""
        if number < 0:
            return [None]
        cell = self.space.dimensions[self.dated].cells[number]
        if cell.missing:
            return [None]
        last = cell.high or datetime.date.max
        steps = {0, 1, 31, 366, *(test.days + more for test in self.tests if test.window == "days" for more in (-1, 0))}
        days = {cell.low + datetime.timedelta(days=step) for step in steps if (last - cell.low).days >= step}
        return sorted(days | ({cell.high} if cell.high else set()))

    def _days_before(self, day: datetime.date | None) -> list[datetime.date | None]:
        """Give the days of earlier services that matter to a line of a day, the nearest last."""
        if self.dated < 0 or day is None:
            return [None]
        starts = [cell.low for cell in self.space.dimensions[self.dated].cells if not cell.missing]
        cuts = {*starts, day, *(start for test in self.tests for start in window_starts(test, day))}
        return sorted(cut for cut in cuts if min(starts) <= cut <= day)

    def _cell_of(self, day: datetime.date) -> int:
        cells = self.space.dimensions[self.dated].cells
        return next(index for index, cell in enumerate(cells) if cell.holds(day))


def _events(space: Space, tests: Iterable[HistoryTest]) -> Mapping[str, tuple[int, int]]:
    """Give the dates of a line from which years are counted and that it may lack: the dimension, and the cells that are dates."""
    names = dict.fromkeys(test.since for test in tests if isinstance(test.since, str) and test.since in space.inputs)
    found = {}
    for name in names:
        place = space.places[name][0]
        cells = space.dimensions[place].cells
        if any(cell.missing for cell in cells):
            found[name] = (place, sum(1 << number for number, cell in enumerate(cells) if not cell.missing))
    return found
