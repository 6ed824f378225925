"""Cells to Python conditions on the values of a claim: `known.genes >= 5`, `known.method == "ngs"`.

A condition is only asked of values that lie in some `open` cells, so it says no more than it must to tell them apart.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ruleproof.artifacts.names import unused
from ruleproof.artifacts.python.text import quoted
from ruleproof.model.nodes import CodePattern, DecimalNumber, OneCode, YesNo
from ruleproof.prover.cells import Dimension
from ruleproof.prover.space import Space, bits_of

MOST_CODES = 8
"""How many codes a condition lists; beyond that it asks for the class of the code."""


MOST_IN_A_ROW = 3
"""How many values are compared one by one; more are a set."""


@dataclass
class Conditions:
    """Writes conditions, and collects the constants that they need."""

    space: Space
    fields: Mapping[str, str]
    inputs: Mapping[str, str]
    """The constant that holds each input."""
    used: set[str]
    """The names that are taken in the module."""
    constants: dict[str, str] = field(default_factory=dict)
    """The value of each constant, as Python text, with its name."""

    def test(self, place: int, mask: int, open_cells: int, value: str = "") -> str:
        """Give the condition that a value of the open cells lies in the cells of the mask; `value` says where it is."""
        dimension = self.space.dimensions[place]
        item = self.space.inputs[dimension.input]
        value = value or f"known.{self.fields[item.name]}"
        if dimension.group is not None:
            number = place - self.space.places[item.name][0]
            return f"{'' if mask & 0b10 else 'not '}{self.inputs[item.name]}.some({value}, {number})"
        missing = sum(1 << number for number, cell in enumerate(dimension.cells) if cell.missing)
        if mask == missing:
            return f"{value} is None"
        if open_cells & missing and mask == open_cells & ~missing:
            return f"{value} is not None"
        if isinstance(item.domain, YesNo):
            return self.yes_no(value, mask, bool(open_cells & missing))
        there, open_there = mask & ~missing, open_cells & ~missing
        if any(cell.stretch for cell in dimension.cells):
            text = self.stretches(dimension, value, there, open_there)
            several = " or " in text
        elif isinstance(item.domain, OneCode | CodePattern):
            text, several = self.codes(dimension, value, there, open_there), False
        else:
            text, several = self.choices(dimension, value, there, open_there), False
        if mask & missing:
            return f"{value} is None or {text}"
        if open_cells & missing:
            return f"{value} is not None and {f'({text})' if several else text}"
        return text

    def yes_no(self, value: str, mask: int, may_be_missing: bool) -> str:
        if not may_be_missing:
            return value if mask & 0b01 else f"not {value}"
        return {0b01: f"{value} is True", 0b10: f"{value} is False", 0b101: f"{value} is not False"}.get(
            mask, f"{value} is not True"
        )

    def choices(self, dimension: Dimension, value: str, mask: int, open_cells: int) -> str:
        inside = [dimension.cells[number].values[0] for number in bits_of(mask)]
        outside = [dimension.cells[number].values[0] for number in bits_of(open_cells & ~mask)]
        if len(inside) == 1:
            return f"{value} == {quoted(inside[0])}"
        if len(outside) == 1:
            return f"{value} != {quoted(outside[0])}"
        return f"{value} in {_listed(inside)}" if len(inside) <= len(outside) else f"{value} not in {_listed(outside)}"

    def codes(self, dimension: Dimension, value: str, mask: int, open_cells: int) -> str:
        others = any(dimension.cells[number].others for number in bits_of(mask))
        listed = bits_of(open_cells & ~mask if others else mask)
        codes = [code for number in listed for code in dimension.cells[number].values]
        if len(codes) > MOST_CODES:
            return f"{self.inputs[dimension.input]}.class_of({value}) in {_listed(list(bits_of(mask)))}"
        if len(codes) == 1:
            return f"{value} {'!=' if others else '=='} {quoted(codes[0])}"
        return f"{value} {'not in' if others else 'in'} {_listed(codes)}"

    def stretches(self, dimension: Dimension, value: str, mask: int, open_cells: int) -> str:
        parts = [self.stretch(dimension, value, run) for run in _runs(mask, open_cells)]
        return " or ".join(f"({part})" if " and " in part else part for part in parts) if len(parts) > 1 else parts[0]

    def stretch(self, dimension: Dimension, value: str, run: tuple[int, int, bool, bool]) -> str:
        first, last, from_start, to_end = run
        low, high = dimension.cells[first], dimension.cells[last]
        if not from_start and not to_end:
            if low.low == high.high:
                return f"{value} == {self.constant(low.low)}"
            at_least, at_most = _sign("<", low.low_closed), _sign("<", high.high_closed)
            return f"{self.constant(low.low)} {at_least} {value} {at_most} {self.constant(high.high)}"
        if from_start:
            return f"{value} {_sign('<', high.high_closed)} {self.constant(high.high)}"
        return f"{value} {_sign('>', low.low_closed)} {self.constant(low.low)}"

    def constant(self, value: object) -> str:
        """Give a bound as text; dates and decimals are made once, as constants of the module."""
        if isinstance(value, datetime.date):
            return self.named(f"dt.date({value.year}, {value.month}, {value.day})", f"_{value.isoformat()}")
        if isinstance(value, Decimal):
            return self.named(f'Decimal("{value:f}")', f"_{value:f}")
        return repr(value)

    def named(self, text: str, wish: str) -> str:
        if text not in self.constants:
            letters = wish.replace("-", "_" if text.startswith("dt") else "minus_").replace(".", "_").replace("+", "")
            name = unused(letters, self.used)
            self.used.add(name)
            self.constants[text] = name
        return self.constants[text]

    @property
    def needs_decimal(self) -> bool:
        return any(isinstance(item.domain, DecimalNumber) for item in self.space.inputs.values())


def _sign(sign: str, closed: bool) -> str:
    return f"{sign}=" if closed else sign


def _listed(values: list[str] | list[int]) -> str:
    texts = [quoted(value) if isinstance(value, str) else str(value) for value in values]
    if len(texts) > MOST_IN_A_ROW:
        return f"{{{', '.join(texts)}}}"
    return f"({', '.join(texts)}{',' if len(texts) == 1 else ''})"


def _runs(mask: int, open_cells: int) -> list[tuple[int, int, bool, bool]]:
    """Give the unbroken runs of a mask among the open cells: first and last cell, and whether they are the ends of all."""
    order = list(bits_of(open_cells))
    runs: list[list[int]] = []
    for position, number in enumerate(order):
        if not mask >> number & 1:
            continue
        if runs and runs[-1][-1] == position - 1:
            runs[-1].append(position)
        else:
            runs.append([position])
    return [(order[run[0]], order[run[-1]], run[0] == 0, run[-1] == len(order) - 1) for run in runs]
