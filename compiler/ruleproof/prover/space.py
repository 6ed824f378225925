"""Model to space: each input becomes one dimension (several codes: one for each group), cut into cells.

Two values share a cell where no condition of the policy tells them apart, so a statement about every cell is a statement
about every value, and 75,000 codes cost no more than the lists that name them.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Any, assert_never

from ruleproof.finding import Value
from ruleproof.model.days import day_after, day_before
from ruleproof.model.nodes import (
    AllOf,
    AnyOf,
    AtLeastOf,
    Choice,
    CodePattern,
    Condition,
    Day,
    DecimalNumber,
    Defined,
    Input,
    IsIn,
    Not,
    OneCode,
    Policy,
    SeveralCodes,
    SomeIn,
    WholeNumber,
    Within,
    YesNo,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """Values of one input that the policy cannot tell apart; `sample` is one of them.

    A cell holds a stretch of numbers or dates (`low` to `high`, an open end is `None`), or named `values`, or every value
    that is not named (`others`), or no value (`missing`).
    """

    sample: Value
    size: int | None
    """How many values it holds; `None` where infinite or unknown."""
    low: Any = None
    high: Any = None
    low_closed: bool = True
    high_closed: bool = True
    values: tuple[str, ...] = ()
    others: bool = False
    missing: bool = False
    stretch: bool = False
    """True where it is a stretch of numbers or dates."""

    def holds(self, value: Value) -> bool:
        """Tell whether a value of the input lies in the cell."""
        if self.missing or value is None:
            return self.missing and value is None
        if not self.stretch:
            return (_word(value) in self.values) or self.others
        number: Any = value
        above = self.low is None or number > self.low or (self.low_closed and number == self.low)
        return above and (self.high is None or number < self.high or (self.high_closed and number == self.high))


def _word(value: Value) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


@dataclass(frozen=True, slots=True)
class Dimension:
    """One axis of the space: an input, or for an input of several codes one group of codes (`group` names them).

    The cells of a group are: no code of it is there, at least one is.
    """

    input: str
    cells: tuple[Cell, ...]
    group: Cell | None = None
    group_name: str = ""

    @property
    def full(self) -> int:
        """The mask of all cells."""
        return (1 << len(self.cells)) - 1


Box = tuple[int, ...]
"""A mask of cells for each dimension of a space."""


class Space:
    """The cells of all inputs of a policy."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        tests = _tests_by_input(policy)
        dimensions: list[Dimension] = []
        places: dict[str, tuple[int, ...]] = {}
        for item in policy.inputs:
            made = _dimensions(item, tests.get(item.name, []))
            places[item.name] = tuple(range(len(dimensions), len(dimensions) + len(made)))
            dimensions += made
        self.dimensions: tuple[Dimension, ...] = tuple(dimensions)
        self.places: Mapping[str, tuple[int, ...]] = places
        self.inputs: Mapping[str, Input] = {item.name: item for item in policy.inputs}

    @cached_property
    def whole(self) -> Box:
        """The box of all cells."""
        return tuple(dimension.full for dimension in self.dimensions)

    def encode(self, case: Mapping[str, Value]) -> tuple[int, ...]:
        """Give the cell number in each dimension of a full case; the values must lie in their domains."""
        cells: list[int] = []
        for name, places in self.places.items():
            value = case[name]
            for place in places:
                cells.append(self._cell_of(self.dimensions[place], value))
        return tuple(cells)

    def _cell_of(self, dimension: Dimension, value: Value) -> int:
        if dimension.group is None:
            return next(
                index
                for index, cell in sorted(enumerate(dimension.cells), key=lambda pair: pair[1].others)
                if cell.holds(value)
            )
        codes = value if isinstance(value, tuple) else ()
        named = dimension.group.values
        if dimension.group.others:
            return int(any(code not in self._named_codes(dimension.input) for code in codes))
        return int(any(code in named for code in codes))

    def _named_codes(self, name: str) -> frozenset[str]:
        cache = self.__dict__.setdefault("_codes_named", {})
        if name not in cache:
            groups = (self.dimensions[place].group for place in self.places[name])
            cache[name] = frozenset(code for group in groups if group is not None for code in group.values)
        return frozenset(cache[name])

    def decode(self, cells: tuple[int, ...]) -> dict[str, Value]:
        """Give one case that lies in these cells."""
        case: dict[str, Value] = {}
        for name, places in self.places.items():
            first = self.dimensions[places[0]]
            if first.group is None:
                case[name] = first.cells[cells[places[0]]].sample
            else:
                groups = [self.dimensions[place].group for place in places if cells[place]]
                codes = [group.sample for group in groups if group is not None]
                case[name] = tuple(str(code) for code in codes) or None
        return case

    def sample(self, box: Box) -> dict[str, Value]:
        """Give one case of a box: of each dimension the first cell that is not missing; of yes and no rather no."""
        return self.decode(tuple(_first(dimension, mask) for dimension, mask in zip(self.dimensions, box, strict=True)))

    def samples(self) -> dict[str, tuple[Value, ...]]:
        """Give one value of each cell of each input (for several codes: of each combination of groups)."""
        found: dict[str, tuple[Value, ...]] = {}
        for name, places in self.places.items():
            if self.dimensions[places[0]].group is None:
                found[name] = tuple(cell.sample for cell in self.dimensions[places[0]].cells)
                continue
            combinations: list[Value] = []
            for bits in range(1 << len(places)):
                groups = [self.dimensions[place].group for index, place in enumerate(places) if bits >> index & 1]
                codes = tuple(str(group.sample) for group in groups if group is not None)
                if codes or self.inputs[name].may_be_missing:
                    combinations.append(codes or None)
            found[name] = tuple(combinations)
        return found

    def size(self, box: Box, names: Iterable[str]) -> int | None:
        """Count the cases of a box over the inputs named; `None` where infinite."""
        total = 1
        for name in names:
            for place in self.places[name]:
                if self.dimensions[place].group is not None:
                    return None
                sizes = [self.dimensions[place].cells[index].size for index in bits_of(box[place])]
                if None in sizes:
                    return None
                total *= sum(size for size in sizes if size is not None)
        return total


def bits_of(mask: int) -> Iterator[int]:
    """Give the numbers of the bits set in a mask, ascending.

    >>> list(bits_of(0b1010))
    [1, 3]
    """
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _first(dimension: Dimension, mask: int) -> int:
    numbers = list(bits_of(mask))
    if dimension.group is not None:
        return numbers[-1]
    named = [number for number in numbers if not dimension.cells[number].missing]
    if dimension.cells[0].values == ("yes",):
        return numbers[0] if not named else named[-1]
    return (named or numbers)[0]


# ---------------------------------------------------------------- which tests there are


def atoms_of(condition: Condition) -> Iterator[Condition]:
    """Give the tests of a condition, definitions unfolded; decisions are not entered."""
    match condition:
        case Defined(_, part) | Not(part):
            yield from atoms_of(part)
        case AllOf(parts) | AnyOf(parts) | AtLeastOf(_, parts):
            for part in parts:
                yield from atoms_of(part)
        case _:
            yield condition


def conditions_of(policy: Policy) -> Iterator[Condition]:
    """Give every condition that the policy states, wherever it stands."""
    yield from (item.condition for item in policy.definitions)
    yield from (item.condition for item in policy.impossibles)
    yield policy.no_text
    yield from (condition for condition, _ in policy.no_text_says)
    for decision in policy.decisions:
        yield decision.scope
        yield from (rule.condition for rule in decision.rules)
    for requirement in policy.requirements:
        yield requirement.that
        yield requirement.when
    for claim in policy.properties:
        yield claim.condition
        yield claim.supposing
    yield from (item.when for item in policy.expectations if item.when is not None)


def _tests_by_input(policy: Policy) -> dict[str, list[IsIn | Within | SomeIn]]:
    tests: dict[str, list[IsIn | Within | SomeIn]] = {}
    for condition in conditions_of(policy):
        for atom in atoms_of(condition):
            if isinstance(atom, IsIn | Within | SomeIn):
                tests.setdefault(atom.input, []).append(atom)
    return tests


# ---------------------------------------------------------------- cutting


def _dimensions(item: Input, tests: list[IsIn | Within | SomeIn]) -> list[Dimension]:
    missing = [Cell(None, 1, missing=True)] if item.may_be_missing else []
    domain = item.domain
    match domain:
        case YesNo():
            cells = [Cell(True, 1, values=("yes",)), Cell(False, 1, values=("no",))]
        case Choice(values):
            cells = [Cell(value, 1, values=(value,)) for value in values]
        case WholeNumber(low, high):
            cells = [_whole_cell(first, after - 1) for first, after in pairwise(_whole_cuts(tests, low, high))]
        case DecimalNumber(low, high, places):
            cells = _decimal_cells(tests, low, high, places)
        case Day(low, high):
            cells = _day_cells(tests, low, high)
        case OneCode() | CodePattern():
            groups, others = _groups(tests, domain)
            cells = [Cell(codes[0], len(codes), values=codes) for codes in groups]
            cells += [Cell(others, None, others=True)] if others is not None else []
        case SeveralCodes():
            return _group_dimensions(item, tests, domain)
        case _:
            assert_never(domain)
    return [Dimension(item.name, (*cells, *missing))]


def _bounds(tests: Iterable[IsIn | Within | SomeIn]) -> Iterator[tuple[Any, bool]]:
    """Give each cut as a value and whether the cut lies before it (else after it)."""
    for test in tests:
        match test:
            case IsIn(_, values):
                for value in values:
                    yield value, True
                    yield value, False
            case Within(_, low, high, low_closed, high_closed):
                if low is not None:
                    yield low, low_closed
                if high is not None:
                    yield high, not high_closed
            case SomeIn():
                continue


def _whole_cuts(tests: list[IsIn | Within | SomeIn], low: int, high: int) -> list[int]:
    """Give the first number of each cell, and one past the last."""
    cuts = {low, high + 1}
    for value, before in _bounds(tests):
        first = -(-value // 1) if before else value // 1 + 1
        if low < first <= high:
            cuts.add(int(first))
    return sorted(cuts)


def _whole_cell(low: int, high: int) -> Cell:
    return Cell(low, high - low + 1, low, high, stretch=True)


def _day_cells(tests: list[IsIn | Within | SomeIn], low: datetime.date, high: datetime.date | None) -> list[Cell]:
    cuts = {low}
    for value, before in _bounds(tests):
        first = value if before else day_after(value)
        if first is not None and low < first and (high is None or first <= high):
            cuts.add(first)
    starts = sorted(cuts)
    cells = [
        Cell(first, (after - first).days, first, day_before(after), stretch=True) for first, after in pairwise(starts)
    ]
    last = starts[-1]
    return [*cells, Cell(last, None if high is None else (high - last).days + 1, last, high, stretch=True)]


def _decimal_cells(tests: list[IsIn | Within | SomeIn], low: Decimal, high: Decimal, places: int | None) -> list[Cell]:
    if places is not None:
        step = Decimal(1).scaleb(-places)
        cuts = {low, high + step}
        for value, before in _bounds(tests):
            exact = Decimal(value) / step
            first = exact.to_integral_value("ROUND_CEILING") if before else exact.to_integral_value("ROUND_FLOOR") + 1
            if low < first * step <= high:
                cuts.add(first * step)
        return [
            Cell(first, int((after - first) / step), first, after - step, stretch=True)
            for first, after in pairwise(sorted(cuts))
        ]
    cuts_at = {(low, True), (high, False)}
    cuts_at |= {(Decimal(value), before) for value, before in _bounds(tests) if low <= value <= high}
    ordered = sorted(cuts_at, key=lambda cut: (cut[0], not cut[1]))
    cells = []
    for (first, first_before), (after, after_before) in pairwise(ordered):
        if first == after and first_before == after_before:
            continue
        single = first == after
        sample = first if first_before else after if not after_before else (first + after) / 2
        cells.append(Cell(sample, 1 if single else None, first, after, first_before, not after_before, stretch=True))
    return cells


def _groups(
    tests: list[IsIn | Within | SomeIn], domain: OneCode | SeveralCodes | CodePattern
) -> tuple[list[tuple[str, ...]], str | None]:
    """Give the classes of codes that the tests tell apart, and a code that none of them names (`None`: all are named)."""
    sets = list(
        dict.fromkeys(frozenset(str(value) for value in test.values) for test in tests if not isinstance(test, Within))
    )
    signatures: dict[tuple[int, ...], list[str]] = {}
    for code in sorted({code for codes in sets for code in codes}):
        signatures.setdefault(tuple(index for index, codes in enumerate(sets) if code in codes), []).append(code)
    named = {code for codes in sets for code in codes}
    return [tuple(codes) for _, codes in sorted(signatures.items())], _code_outside(domain, named)


def _code_outside(domain: OneCode | SeveralCodes | CodePattern, named: set[str]) -> str | None:
    if isinstance(domain, CodePattern):
        return next((code for code in _variants(domain.sample) if code not in named), domain.sample)
    samples = {
        "CPT": "CPT 99199",
        "ICD": "ICD Z99.89",
        "HCPCS": "HCPCS A9999",
        "PLA": "PLA 9999U",
        "POS": "POS 99",
        "MOD": "MOD ZZ",
    }
    start = samples.get(domain.prefix, f"{domain.prefix} 999")
    return next(code for code in _variants(start) if code not in named)


def _variants(code: str) -> Iterator[str]:
    """Give a code and others of the same shape."""
    yield code
    digits = [index for index, letter in enumerate(code) if letter.isdigit()]
    for number in range(10 ** min(len(digits), 5)):
        text = list(code)
        for place, digit in zip(reversed(digits), reversed(str(number).zfill(len(digits))), strict=False):
            text[place] = digit
        yield "".join(text)
    letters = [index for index, letter in enumerate(code) if letter.isalpha()]
    for place in reversed(letters):
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            yield code[:place] + letter + code[place + 1 :]


def _group_dimensions(item: Input, tests: list[IsIn | Within | SomeIn], domain: SeveralCodes) -> list[Dimension]:
    groups, others = _groups(tests, domain)
    cells = (Cell(False, None, values=("no",)), Cell(True, None, values=("yes",)))
    made = [
        Dimension(item.name, cells, Cell(codes[0], len(codes), values=codes), _group_name(codes, tests))
        for codes in groups
    ]
    return [*made, Dimension(item.name, cells, Cell(others, None, others=True), "any other code")]


def _group_name(codes: tuple[str, ...], tests: list[IsIn | Within | SomeIn]) -> str:
    """Name a group of codes by the lists that hold it, and by the codes where they are few."""
    if len(codes) <= 3:
        return ", ".join(codes)
    inside = [test.codes for test in tests if not isinstance(test, Within) and test.codes and codes[0] in test.values]
    names = list(dict.fromkeys(inside))
    return f"{len(codes)} codes of {' and '.join(names)}" if names else f"{len(codes)} codes ({codes[0]} …)"
