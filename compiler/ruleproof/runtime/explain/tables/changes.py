"""The smallest sets of inputs that, changed together, lead a case of a decision table to an output; exact over its rows.

An output comes out where one of its rules holds and none of the rules that stand in its way: under UNIQUE any other rule,
under ANY one with another output, under FIRST an earlier one, under PRIORITY one that comes before it.  Where a table gives
a list, no rule stands in the way of another.  What one set of inputs can reach, every larger set can, so that the sets are
gone through from the cheapest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush

from ruleproof.model import tables
from ruleproof.model.scalars import below
from ruleproof.model.table_meaning import rank
from ruleproof.model.tables import DecisionTable, Literal, OutputCell, TableRow
from ruleproof.prover.boxes import meets
from ruleproof.prover.rows import Rows
from ruleproof.prover.space import Box, bits_of
from ruleproof.prover.table_cases import Cases
from ruleproof.prover.table_space import TableSpace

Outputs = tuple[OutputCell, ...]
Wanted = Callable[[Outputs], bool]
"""Tells whether the outputs of a rule are what somebody wants to get to."""

MOST_STATES = 100_000
"""How many pairs of a rule and a set of inputs are looked at before the search is given up."""
MOST_WAYS = 20
"""How many boxes are given for one set of inputs."""


class NotExactError(Exception):
    """What keeps the changes of a table from being worked out exactly, in words."""


@dataclass(frozen=True, slots=True)
class TableChange:
    """Inputs that, changed together, lead to the output; no part of them does."""

    inputs: tuple[str, ...]
    cost: int
    ways: tuple[tuple[int, Box], ...]
    """Rules by number (0 where no rule is to hold), each with cases that it can lead to; some of all there are."""


@dataclass(frozen=True)
class _Unit:
    """A part of where a rule holds; `row` is its index, -1 for *no rule holds*."""

    row: int
    box: Box


class TableSearch:
    """Searches the changes of one case, given as a box.

    `space` may have more cells than the table needs, and rules behind its own.  `default` tells that the output also comes
    out where no rule holds.
    """

    def __init__(
        self,
        table: DecisionTable,
        space: TableSpace,
        box: Box,
        wanted: Wanted,
        *,
        default: bool = False,
        fixed: frozenset[str] = frozenset(),
        costs: Mapping[str, int] | None = None,
    ) -> None:
        self.table, self.space, self.box = table, space, box
        self.wanted, self.default = wanted, default
        self.costs = costs or {}
        self.free = sum(1 << place for place, name in enumerate(space.names) if name not in fixed)
        self.cases = Cases(space)
        _check_exact(table, space)

    # -------------------------------------------------------------- rules as boxes

    @cached_property
    def units(self) -> tuple[_Unit, ...]:
        """Where the rules hold, in their order."""
        own = self.space.rows[: len(self.table.rows)]
        return tuple(_Unit(index, box) for index, row in enumerate(own) for box in row.sure)

    @cached_property
    def targets(self) -> tuple[_Unit, ...]:
        """Where the rules with the output hold, and last everything, where it comes out with no rule."""
        found = tuple(unit for unit in self.units if self.wanted(self.table.rows[unit.row].outputs))
        return (*found, _Unit(-1, self.space.whole)) if self.default else found

    @cached_property
    def _rows(self) -> Rows:
        return Rows(self.space.whole, self.space.ordered, [unit.box for unit in self.units])

    @cached_property
    def _touching(self) -> tuple[int, ...]:
        """For each dimension the units that hold at the cells of the case, as a mask of their numbers."""
        return tuple(_mask(bool(unit.box[place] & mask) for unit in self.units) for place, mask in enumerate(self.box))

    def _in_the_way(self, row: int) -> int:
        """Give the units of the rules that keep a rule's output from coming out, as a mask."""
        if row not in self._known_in_the_way:
            against = self._rules_against(row)
            self._known_in_the_way[row] = _mask(unit.row in against for unit in self.units)
        return self._known_in_the_way[row]

    @cached_property
    def _known_in_the_way(self) -> dict[int, int]:
        return {}

    def _rules_against(self, row: int) -> frozenset[int]:
        everyone = range(len(self.table.rows))
        if row < 0:
            return frozenset(everyone)
        own = self.table.rows[row].outputs
        others = frozenset(index for index in everyone if self.table.rows[index].outputs != own)
        match self.table.hit_policy:
            case tables.UNIQUE:
                return frozenset(everyone) - {row}
            case tables.ANY:
                return others
            case tables.FIRST:
                return frozenset(index for index in others if index < row)
            case tables.PRIORITY:
                place = self._order(row)
                return frozenset(index for index in others if self._order(index) < place)
            case tables.COLLECT if self.table.aggregation in (tables.MIN, tables.MAX):
                return frozenset(index for index in others if _before(self.table, index, row))
            case _:
                return frozenset()

    def _order(self, row: int) -> tuple[tuple[int, ...], int]:
        """Give where a rule stands among those that hold: by the order of the output values, then as written."""
        cells = self.table.rows[row].outputs
        values = [cell.value if isinstance(cell, Literal) else None for cell in cells]
        return tuple(rank(output.allowed, value) for output, value in zip(self.table.outputs, values, strict=True)), row

    # -------------------------------------------------------------- the search

    def run(self, limit: int) -> tuple[tuple[TableChange, ...], bool]:
        """Give the minimal sets of changes, the cheapest first, and whether there are more than `limit`."""
        found: list[int] = []
        for inputs in self._sets():
            if len(found) == limit:
                return tuple(map(self._change, found)), True
            found.append(inputs)
        return tuple(map(self._change, found)), False

    def possible(self, free: int | None = None) -> bool:
        """Tell whether any change of the free inputs leads there."""
        changed = self.free if free is None else free
        return any(self._reaches(unit, changed) for unit in self.targets)

    def fault(self) -> tuple[str, ...]:
        """Give a smallest part of what is fixed that alone shuts the output out; empty where nothing fixed does."""
        names = self.space.names
        everything = (1 << len(names)) - 1
        if not self.possible(everything):
            return ()
        free = self.free | sum(1 << place for place in range(len(names)) if not _single(self.box[place]))
        for place in range(len(names)):
            if not free >> place & 1 and not self.possible(free | 1 << place):
                free |= 1 << place
        return tuple(name for place, name in enumerate(names) if not free >> place & 1)

    def _sets(self) -> Iterator[int]:
        found: list[int] = []
        waiting: list[tuple[int, int, int, int]] = []
        seen: set[tuple[int, int]] = set()
        dropped: dict[int, bool] = {}
        for number, unit in enumerate(self.targets):
            least = self._least(unit)
            if not least & ~self.free:
                heappush(waiting, (self._cost(least), least.bit_count(), least, number))
        while waiting:
            _, _, inputs, number = heappop(waiting)
            if (number, inputs) in seen or _covered(inputs, found):
                continue
            seen.add((number, inputs))
            if len(seen) > MOST_STATES:
                raise NotExactError("the rules stand in each other's way in too many ways to go through all of them")
            unit = self.targets[number]
            if self._reaches(unit, inputs):
                found.append(inputs)
                yield inputs
                continue
            if number not in dropped:
                dropped[number] = not self._reaches(unit, self.free)
            if not dropped[number]:
                for place in self._helpful(unit, inputs):
                    more = inputs | 1 << place
                    if not _covered(more, found):
                        heappush(waiting, (self._cost(more), more.bit_count(), more, number))

    def _helpful(self, unit: _Unit, inputs: int) -> Iterator[int]:
        """Give the inputs that could still bring a unit on: it holds for other values of theirs too."""
        compared = {place for item in self.space.relations for place in (item.left, item.right)}
        for place in bits_of(self.free & ~inputs):
            known = self.box[place]
            if _single(known) and (place in compared or unit.box[place] & ~known):
                yield place

    def _least(self, unit: _Unit) -> int:
        """Give the inputs whose values do not meet a unit, so that at least they must change."""
        pairs = zip(self.box[: len(self.space.names)], unit.box, strict=False)
        return sum(1 << place for place, (known, mask) in enumerate(pairs) if not known & mask)

    def _reaches(self, unit: _Unit, inputs: int) -> bool:
        return next(self._ways(unit, inputs), None) is not None

    def _ways(self, unit: _Unit, inputs: int) -> Iterator[Box]:
        """Give the parts of a unit that can be got to by changing some inputs, and where its output comes out."""
        start = meets(self._within(inputs), unit.box)
        if start is None:
            return
        against = self._in_the_way(unit.row)
        for place, changed in enumerate(self._changes(inputs)):
            if not changed:
                against &= self._touching[place]
        for part in self._rows.gaps(start, list(bits_of(against))):
            can_be = self.cases.can_be(part)
            if can_be is None:
                raise NotExactError(next(iter(self.cases.undecided)))
            if can_be:
                yield part

    def _changes(self, inputs: int) -> list[bool]:
        """Tell for each dimension whether it can change with some inputs: how two inputs compare does with either."""
        own = [bool(inputs >> place & 1) for place in range(len(self.space.names))]
        return [*own, *(own[item.left] or own[item.right] for item in self.space.relations)]

    def _within(self, inputs: int) -> Box:
        changes = self._changes(inputs)
        return tuple(
            full if changed else known for full, known, changed in zip(self.space.whole, self.box, changes, strict=True)
        )

    def _cost(self, inputs: int) -> int:
        return sum(max(1, self.costs.get(self.space.names[place], 1)) for place in bits_of(inputs))

    def _change(self, inputs: int) -> TableChange:
        ways: list[tuple[int, Box]] = []
        for unit in self.targets:
            if len(ways) >= MOST_WAYS:
                break
            if not self._least(unit) & ~inputs:
                number = self.table.rows[unit.row].number if unit.row >= 0 else 0
                ways += [(number, part) for part in self._ways(unit, inputs)][: MOST_WAYS - len(ways)]
        names = tuple(self.space.names[place] for place in bits_of(inputs))
        return TableChange(names, self._cost(inputs), tuple(ways))


def _check_exact(table: DecisionTable, space: TableSpace) -> None:
    """Refuse a table whose meaning is not known exactly, or that adds its outputs up."""
    if table.aggregation in (tables.SUM, tables.COUNT):
        raise NotExactError(
            f"the table gives the {table.aggregation.lower()} of its rules, not the output of one of them"
        )
    if table.aggregation and len(table.outputs) > 1:
        raise NotExactError("the table works out each of its outputs from other rules")
    if space.open_cells:
        cell = space.open_cells[0]
        where = f"rule {table.rows[cell.row].number}, " if cell.row is not None else ""
        name = table.columns[cell.column].expression
        raise NotExactError(f"{where}column `{name}`: `{cell.text}` cannot be read exactly: {cell.reason}")


def _before(table: DecisionTable, index: int, row: int) -> bool:
    """Tell whether the one output of a rule is what MIN or MAX prefers to that of another."""
    one, other = (_value(table.rows[place]) for place in (index, row))
    less = below(one, other)
    return less is not None and less == (table.aggregation == tables.MIN)


def _value(row: TableRow) -> object:
    cell = row.outputs[0]
    return cell.value if isinstance(cell, Literal) else None


def _mask(bits: Iterable[bool]) -> int:
    """Give the numbers of those that are true, as a mask."""
    return int("".join("1" if bit else "0" for bit in bits)[::-1] or "0", 2)


def _single(mask: int) -> bool:
    return not mask & (mask - 1)


def _covered(inputs: int, sets: list[int]) -> bool:
    return any(one & inputs == one for one in sets)
