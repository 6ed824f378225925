"""Days between dates: which cells of some dates and outcomes of the tests between them go together, exactly.

Dates in their cells and tests of their differences are bounds on differences of whole numbers, and such bounds can be met
exactly where no way around them sums to less than nothing; so every combination is either met by dates or excluded.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod

from ruleproof.model.nodes import DaysBetween
from ruleproof.prover.cells import Cell
from ruleproof.prover.expressions import Compiler, Expression, InCells, every

MOST_COMBINATIONS = 5_000
"""How many combinations of cells and outcomes are gone through."""

_LAST = datetime.date.max.toordinal()

Bound = tuple[str, str, int]
"""The first is at most so many days after the second; the empty name is day 0."""


@dataclass(frozen=True, slots=True)
class Group:
    """Dates that tests tie together, and those tests by name."""

    dates: tuple[str, ...]
    tests: tuple[tuple[str, DaysBetween], ...]


class DayDifferences:
    """Goes through the dates of one policy that are compared with each other."""

    def __init__(self, compiler: Compiler) -> None:
        self.space = compiler.space
        tests = {item.name: item.derived for item in compiler.policy.inputs if isinstance(item.derived, DaysBetween)}
        self.groups = _grouped(tests)

    def _combinations(self, group: Group) -> int:
        return prod((*(len(self._cells(name)) for name in group.dates), *(2 for _ in group.tests)))

    @property
    def given_up(self) -> tuple[str, ...]:
        """Name the dates of which too many combinations are compared."""
        return tuple(
            name for group in self.groups if self._combinations(group) > MOST_COMBINATIONS for name in group.dates
        )

    @cached_property
    def unreal(self) -> tuple[Expression, ...]:
        """Hold where dates and the tests between them come out as they never do."""
        return tuple(
            part for group in self.groups if self._combinations(group) <= MOST_COMBINATIONS for part in self._of(group)
        )

    def _of(self, group: Group) -> Iterator[Expression]:
        last = group.dates[-1]
        for outcomes in product((True, False), repeat=len(group.tests)):
            told = dict(zip((name for name, _ in group.tests), outcomes, strict=True))
            for numbers in product(*(range(len(self._cells(name))) for name in group.dates[:-1])):
                chosen = dict(zip(group.dates, numbers, strict=False))
                without = 0
                for number in range(len(self._cells(last))):
                    if self.solved(group, {**chosen, last: number}, told, {}) is None:
                        without |= 1 << number
                if without:
                    places = [InCells(self._place(name), 1 << number) for name, number in chosen.items()]
                    yield every([*places, InCells(self._place(last), without), *self._tests(told)])

    def _tests(self, told: Mapping[str, bool]) -> Iterator[Expression]:
        for name, met in told.items():
            yield InCells(self._place(name), 0b01 if met else 0b10)

    def _place(self, name: str) -> int:
        return self.space.places[name][0]

    def _cells(self, name: str) -> Sequence[Cell]:
        return self.space.dimensions[self._place(name)].cells

    def dates_for(
        self, cells: Sequence[int], fixed: Mapping[str, datetime.date]
    ) -> dict[str, datetime.date | None] | None:
        """Give dates for the cells of a case, some of them fixed; `None` where there are none."""
        found: dict[str, datetime.date | None] = {}
        for group in self.groups:
            numbers = {name: cells[self._place(name)] for name in group.dates}
            told = {name: cells[self._place(name)] == 0 for name, _ in group.tests}
            kept = {name: day for name, day in fixed.items() if name in group.dates}
            dates = self.solved(group, numbers, told, kept)
            if dates is None:
                return None
            for name in group.dates:  # the greatest days were given; early ones read better
                first = self.space.dimensions[self._place(name)].cells[numbers[name]].sample
                if name not in kept and isinstance(first, datetime.date):
                    tried = self.solved(group, numbers, told, {**kept, name: first})
                    dates, kept = (tried, {**kept, name: first}) if tried is not None else (dates, kept)
            found |= dates
        return found

    def solved(
        self,
        group: Group,
        numbers: Mapping[str, int],
        told: Mapping[str, bool],
        fixed: Mapping[str, datetime.date],
    ) -> dict[str, datetime.date | None] | None:
        """Give dates in some cells for which the tests come out as told, or `None` where there are none."""
        bounds: list[Bound] = []
        missing = set()
        for name in group.dates:
            cell = self.space.dimensions[self._place(name)].cells[numbers[name]]
            if cell.missing:
                missing.add(name)
                continue
            low, high = cell.low.toordinal(), cell.high.toordinal() if cell.high else _LAST
            if name in fixed:
                low, high = max(low, fixed[name].toordinal()), min(high, fixed[name].toordinal())
            bounds += [("", name, -low), (name, "", high)]
        choices: list[list[list[Bound]]] = []
        for name, test in group.tests:
            if missing & {test.first, test.second}:
                if told[name]:
                    return None
                continue
            choices.append(_ways(test, told[name]))
        for chosen in product(*choices):
            days = _least([*bounds, *(bound for way in chosen for bound in way)])
            if days is not None:
                return {
                    name: None if name in missing else datetime.date.fromordinal(days[name]) for name in group.dates
                }
        return None


def _ways(test: DaysBetween, met: bool) -> list[list[Bound]]:
    """Give the ways in which a test comes out as told, each as bounds that must all be kept."""
    below = [] if test.high is None else [(test.first, test.second, test.high)]
    above = [] if test.low is None else [(test.second, test.first, -test.low)]
    if met:
        return [[*below, *above]]
    ways: list[list[Bound]] = []
    if test.low is not None:
        ways.append([(test.first, test.second, test.low - 1)])
    if test.high is not None:
        ways.append([(test.second, test.first, -test.high - 1)])
    return ways


def _least(bounds: Sequence[Bound]) -> dict[str, int] | None:
    """Give the greatest days that keep all bounds, or `None` where a way around them sums to less than nothing."""
    names = {name for one, other, _ in bounds for name in (one, other)}
    days = dict.fromkeys(names, _LAST)
    days[""] = 0
    for _ in range(len(names) + 1):
        changed = False
        for one, other, most in bounds:
            if days[one] > days[other] + most:
                days[one], changed = days[other] + most, True
        if not changed:
            return days if days.get("", 0) == 0 else None
    return None


def _grouped(tests: Mapping[str, DaysBetween]) -> tuple[Group, ...]:
    """Put the tests together that share dates, directly or through each other."""
    groups: list[tuple[set[str], list[tuple[str, DaysBetween]]]] = []
    for name, test in tests.items():
        dates, members = {test.first, test.second}, [(name, test)]
        for group in [group for group in groups if group[0] & dates]:
            groups.remove(group)
            dates |= group[0]
            members = [*group[1], *members]
        groups.append((dates, members))
    return tuple(Group(tuple(sorted(dates)), tuple(members)) for dates, members in groups)
