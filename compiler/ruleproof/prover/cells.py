"""The cells of one input: its domain, cut wherever a condition of the policy can tell two values apart.

Two values share a cell where no condition tells them apart, so a statement about every cell is a statement about every
value, and 75,000 codes cost no more than the lists that name them.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from itertools import chain, pairwise, product
from math import prod
from string import ascii_uppercase, digits
from typing import Any, TypeAlias, assert_never

from ruleproof.finding import Value
from ruleproof.model.days import day_after, day_before
from ruleproof.model.nodes import (
    Choice,
    CodePattern,
    Day,
    DecimalNumber,
    Input,
    IsIn,
    OneCode,
    SeveralCodes,
    SomeIn,
    WholeNumber,
    Within,
    YesNo,
)

Test: TypeAlias = IsIn | Within | SomeIn
"""A test of values; what it names is where a domain is cut."""


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


def dimensions_of(item: Input, tests: list[Test]) -> list[Dimension]:
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
            cells = _code_cells(tests, domain)
        case SeveralCodes():
            return _group_dimensions(item, tests, domain)
        case _:
            assert_never(domain)
    return [Dimension(item.name, (*cells, *missing))]


def _bounds(tests: Iterable[Test]) -> Iterator[tuple[Any, bool]]:
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


def _whole_cuts(tests: list[Test], low: int, high: int) -> list[int]:
    """Give the first number of each cell, and one past the last."""
    cuts = {low, high + 1}
    for value, before in _bounds(tests):
        first = -(-value // 1) if before else value // 1 + 1
        if low < first <= high:
            cuts.add(int(first))
    return sorted(cuts)


def _whole_cell(low: int, high: int) -> Cell:
    return Cell(low, high - low + 1, low, high, stretch=True)


def _day_cells(tests: list[Test], low: datetime.date, high: datetime.date | None) -> list[Cell]:
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


def _decimal_cells(tests: list[Test], low: Decimal, high: Decimal, places: int | None) -> list[Cell]:
    # numbers of a policy have up to sixty digits, more than decimal arithmetic keeps by default
    with localcontext(Context(prec=100)):
        if places is None:
            return _cells_of_any_decimal(tests, low, high)
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


def _cells_of_any_decimal(tests: list[Test], low: Decimal, high: Decimal) -> list[Cell]:
    cuts_at = {(low, True), (high, False)}
    cuts_at |= {(Decimal(value), before) for value, before in _bounds(tests) if low <= value <= high}
    ordered = sorted(cuts_at, key=lambda cut: (cut[0], not cut[1]))
    cells = []
    for (first, first_before), (after, after_before) in pairwise(ordered):
        single = first == after
        sample = first if first_before else after if not after_before else (first + after) / 2
        cells.append(Cell(sample, 1 if single else None, first, after, first_before, not after_before, stretch=True))
    return cells


def _code_cells(tests: list[Test], domain: OneCode | CodePattern) -> list[Cell]:
    cells = [Cell(codes[0], len(codes), values=codes) for codes in _groups(tests)]
    named = {code for cell in cells for code in cell.values}
    other = _code_outside(domain, named)
    size = prod(map(len, domain.letters)) - len(named) if isinstance(domain, CodePattern) else None
    return cells if other is None else [*cells, Cell(other, size, others=True)]


def _groups(tests: list[Test]) -> list[tuple[str, ...]]:
    """Give the classes of the named codes that the tests tell apart."""
    sets = list(
        dict.fromkeys(frozenset(str(value) for value in test.values) for test in tests if not isinstance(test, Within))
    )
    signatures: dict[tuple[int, ...], list[str]] = {}
    for code in sorted({code for codes in sets for code in codes}):
        signatures.setdefault(tuple(index for index, codes in enumerate(sets) if code in codes), []).append(code)
    return [tuple(codes) for _, codes in sorted(signatures.items())]


_SAMPLES = {
    "CPT": "99199",
    "ICD": "Z99.89",
    "ICDPCS": "0999999",
    "HCPCS": "A9999",
    "PLA": "9999U",
    "REV": "0999",
    "POS": "99",
    "MOD": "ZZ",
    "CARC": "999",
    "RARC": "N999",
}


def _code_outside(domain: OneCode | SeveralCodes | CodePattern, named: set[str]) -> str | None:
    """Give a code that no test names, or `None` where all are named."""
    if isinstance(domain, CodePattern):
        codes: Iterator[str] = chain([domain.sample], map("".join, product(*domain.letters)))
    else:
        codes = (f"{domain.prefix} {code}" for code in _codes_like(_SAMPLES[domain.prefix], domain.pattern))
    return next((code for code in codes if code not in named), None)


def _codes_like(sample: str, pattern: str) -> Iterator[str]:
    """Give a code, others of the same shape, and then all of its length."""
    alike = [digits if letter in digits else ascii_uppercase if letter.isalpha() else letter for letter in sample]
    any_at_all = [digits + ascii_uppercase if letter.isalnum() else letter for letter in sample]
    for letters in chain([tuple(sample)], product(*alike), product(*any_at_all)):
        if re.fullmatch(pattern, "".join(letters)):
            yield "".join(letters)


def _group_dimensions(item: Input, tests: list[Test], domain: SeveralCodes) -> list[Dimension]:
    groups = _groups(tests)
    names = [_group_name(codes, tests) for codes in groups]
    cells = (Cell(False, None, values=("no",)), Cell(True, None, values=("yes",)))
    made = [
        Dimension(
            item.name,
            cells,
            Cell(codes[0], len(codes), values=codes),
            name if names.count(name) == 1 else f"{name} ({codes[0]} …)",
        )
        for codes, name in zip(groups, names, strict=True)
    ]
    other = _code_outside(domain, {code for codes in groups for code in codes})
    return (
        made
        if other is None
        else [*made, Dimension(item.name, cells, Cell(other, None, others=True), "any other code")]
    )


def _group_name(codes: tuple[str, ...], tests: list[Test]) -> str:
    """Name a group of codes by the lists that hold it, and by the codes where they are few."""
    if len(codes) <= 3:
        return ", ".join(codes)
    inside = [test.codes for test in tests if not isinstance(test, Within) and test.codes and codes[0] in test.values]
    names = list(dict.fromkeys(inside))
    return f"{len(codes)} codes of {' and '.join(names)}" if names else f"{len(codes)} codes ({codes[0]} …)"
