"""Random values of cells, and random claims of boxes of cells."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from random import Random
from string import ascii_uppercase, digits
from typing import TypeVar

from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.graph.from_condition import MET, graph_of_condition
from ruleproof.graph.nodes import Graph
from ruleproof.model.nodes import CodePattern, DaysBetween, DecimalNumber, HistoryTest, Input, OneCode, SeveralCodes
from ruleproof.model.past import days_between
from ruleproof.prover.cells import Cell
from ruleproof.prover.space import Box, bits_of
from ruleproof.prover.witnesses import Witness, witness_of
from ruleproof.runtime.generate.targets import hangs_on_history

_TRIES = 30
"""How often a draw is repeated before a known case is taken."""
_DAYS_ON = 400
"""How far after the last cut dates are drawn, where they have no end."""
_FRACTIONS = 1_000_000
_OTHER_CODES = 500
"""How many codes that the policy does not name are made up, to draw from."""
_MOST_CODES = 3
"""How many codes of one group a claim gets at most."""

_Choice = TypeVar("_Choice")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A claim line, and the earlier services that it is drawn with (`None`: it hangs on none)."""

    line: Mapping[str, Value]
    history: tuple[Mapping[str, Value], ...] | None = None


class Drawer:
    """Draws claims of one policy; the same random numbers give the same claims."""

    def __init__(self, compiled: Compiled, random: Random) -> None:
        self.compiled, self.space, self.random = compiled, compiled.space, random
        self.asked = tuple(compiled.policy.asked)
        firsts = ((item, self.space.places[item.name][0]) for item in self.asked)
        self._axes = tuple((item, place, self.space.dimensions[place]) for item, place in firsts)
        self.dated = tuple(
            (self.space.places[item.name][0], item.derived)
            for item in compiled.policy.derived
            if isinstance(item.derived, DaysBetween)
        )
        self.historical = tuple(
            place
            for item in compiled.policy.derived
            if isinstance(item.derived, HistoryTest)
            for place in self.space.places[item.name]
        )
        self._others: dict[str, tuple[str, ...]] = {}
        self._named = {item.name: self._codes_named(item) for item in self.asked}

    def _codes_named(self, item: Input) -> frozenset[str]:
        if not isinstance(item.domain, OneCode | SeveralCodes | CodePattern):
            return frozenset()
        own = [self.space.dimensions[place] for place in self.space.places[item.name]]
        cells = [cell for dimension in own for cell in ((dimension.group,) if dimension.group else dimension.cells)]
        return frozenset(code for cell in cells for code in cell.values)

    # ------------------------------------------------------------ claims

    def anywhere(self) -> Drawn | None:
        """Draw a claim that can happen, from all cells alike; nothing where none was found."""
        for _ in range(_TRIES):
            drawn = self._point(self.space.whole, {})
            if drawn is not None:
                return drawn
        return None

    def inside(self, box: Box, fixed: Mapping[str, Value]) -> Drawn:
        """Draw a claim of a box of cases that can happen; `fixed` values lie in the box."""
        hangs = hangs_on_history(self.compiled, box)
        for _ in range(0 if hangs else _TRIES):
            drawn = self._point(box, fixed)
            if drawn is not None:
                return drawn
        known = self._known(box)
        return Drawn({**known.line, **fixed}, known.history if hangs else None)

    def among_impossible(self, box: Box) -> Drawn | None:
        """Draw a claim of a box of cases of which none can happen; nothing where dates do not allow it."""
        for _ in range(_TRIES):
            line, cells = self._line(box, {})
            if self._dates_agree(line, box, cells):
                return Drawn(line)
        return None

    def _known(self, box: Box) -> Witness:
        """Give a case of the box that is worked out; what is free in it is drawn first, as far as that can happen."""
        narrow = list(box)
        for item in self.asked:
            for place in self.space.places[item.name]:
                mask = 1 << self.one_of(_bits(narrow[place]))
                tried = tuple(mask if at == place else kept for at, kept in enumerate(narrow))
                if mask != narrow[place] and self.compiled.study.example_of(within=tried) is not None:
                    narrow[place] = mask
        within = self.compiled.study.example_of(within=tuple(narrow))
        assert within is not None, "a box of cases that can happen holds one"
        return witness_of(self.compiled.study, within)

    def _point(self, box: Box, fixed: Mapping[str, Value]) -> Drawn | None:
        """Draw a claim of a box once; nothing where what was drawn cannot happen."""
        line, cells = self._line(box, fixed)
        if not self._dates_agree(line, box, cells):
            return None
        for place in self.historical:
            cells[place] = 1
        return Drawn(line) if self._never.leaf_of(tuple(cells)).answer != MET else None

    def _line(self, box: Box, fixed: Mapping[str, Value]) -> tuple[dict[str, Value], list[int]]:
        cells = [0] * len(self.space.dimensions)
        line: dict[str, Value] = {}
        for item, place, dimension in self._axes:
            if dimension.group is not None:
                line[item.name] = self._codes(item, box, cells)
                continue
            number = cells[place] = self.one_of(_bits(box[place]))
            line[item.name] = fixed[item.name] if item.name in fixed else self.value(item, dimension.cells[number])
        return line, cells

    def _dates_agree(self, line: Mapping[str, Value], box: Box, cells: list[int]) -> bool:
        """Work out the tests of days between dates; tell whether they come out as the box has them."""
        for place, test in self.dated:
            cells[place] = 0 if days_between(test, line) else 1
            if not box[place] >> cells[place] & 1:
                return False
        return True

    @cached_property
    def _never(self) -> Graph:
        """Tells which cells cannot go together."""
        study = self.compiled.study
        return graph_of_condition("never", study.impossible, study.compiler)

    # ------------------------------------------------------------ values

    def one_of(self, choices: tuple[_Choice, ...]) -> _Choice:
        return choices[int(self.random.random() * len(choices))]

    def value(self, item: Input, cell: Cell) -> Value:
        """Draw a value of a cell."""
        if cell.missing or isinstance(cell.sample, bool):
            return cell.sample
        if cell.stretch:
            return self._number(item, cell)
        return self.one_of(cell.values) if cell.values else self._other_code(item, cell)

    def _other_code(self, item: Input, cell: Cell) -> str:
        """Draw one of some codes that the policy does not name."""
        pool = self._others.get(item.name)
        if pool is None:
            drawn = (self._made_up_code(item, cell) for _ in range(_OTHER_CODES))
            pool = self._others[item.name] = tuple(dict.fromkeys(drawn))
        return self.one_of(pool)

    def _number(self, item: Input, cell: Cell) -> Value:
        match cell.sample:
            case datetime.date():
                high = cell.high or min(datetime.date.max, _after(cell.low, _DAYS_ON))
                return _after(cell.low, self._up_to((high - cell.low).days))
            case Decimal():
                return self._decimal(item, cell)
            case _:
                return int(cell.low) + self._up_to(int(cell.high) - int(cell.low))

    def _decimal(self, item: Input, cell: Cell) -> Decimal:
        domain = item.domain
        assert isinstance(domain, DecimalNumber)
        if domain.places is not None:
            step = Decimal(1).scaleb(-domain.places)
            return Decimal(cell.low) + step * self._up_to(int((cell.high - cell.low) / step))
        drawn = cell.low + (cell.high - cell.low) * self._up_to(_FRACTIONS) / _FRACTIONS
        return drawn if cell.holds(drawn) else Decimal(str(cell.sample))

    def _up_to(self, most: int) -> int:
        return int(self.random.random() * (most + 1))

    def _made_up_code(self, item: Input, cell: Cell) -> str:
        """Make up a code that the policy does not name."""
        domain, sample = item.domain, str(cell.sample)
        for _ in range(_TRIES):
            if isinstance(domain, CodePattern):
                drawn = "".join(self.one_of(tuple(letters)) for letters in domain.letters)
            else:
                assert isinstance(domain, OneCode | SeveralCodes)
                code = "".join(map(self._like, sample.removeprefix(f"{domain.prefix} ")))
                drawn = f"{domain.prefix} {code}" if re.fullmatch(domain.pattern, code) else sample
            if drawn not in self._named[item.name]:
                return drawn
        return sample

    def _like(self, letter: str) -> str:
        among = digits if letter in digits else ascii_uppercase if letter.isalpha() else letter
        return self.one_of(tuple(among))

    def _codes(self, item: Input, box: Box, cells: list[int]) -> tuple[str, ...] | None:
        """Draw a set of codes, of few groups; at least one where the input may not be missing."""
        places = self.space.places[item.name]
        free = [place for place in places if box[place] == 0b11]
        chosen = {place for place in places if box[place] == 0b10}
        chosen |= {place for place in free if self.random.random() * len(free) < 1}
        if not chosen and free and not item.may_be_missing:
            chosen = {self.one_of(tuple(free))}
        codes: dict[str, None] = {}
        for place in places:
            cells[place] = int(place in chosen)
            group = self.space.dimensions[place].group
            if place in chosen and group is not None:
                for _ in range(1 + self._up_to(_MOST_CODES - 1)):
                    codes[self.one_of(group.values) if group.values else self._other_code(item, group)] = None
        return tuple(codes) or None


@lru_cache(maxsize=1 << 14)
def _bits(mask: int) -> tuple[int, ...]:
    return tuple(bits_of(mask))


def _after(day: datetime.date, days: int) -> datetime.date:
    return datetime.date.fromordinal(min(day.toordinal() + days, datetime.date.max.toordinal()))
