"""Cells of a dimension as a test of a column, and the domain of an input as what a column may not hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from ruleproof.artifacts.sql.dialect import Dialect
from ruleproof.model import nodes as model
from ruleproof.prover.cells import Cell, Dimension
from ruleproof.prover.space import Space, bits_of


@dataclass(frozen=True)
class Columns:
    """What the questions of a graph are asked of: a column for each input, and columns that were worked out before.

    Where `nulls_unknown`, a null in an input that may not be missing is unknown.
    """

    dialect: Dialect
    space: Space
    classes: Mapping[str, str] = field(default_factory=dict)
    """For an input with too many codes to write out: what gives the number of the cell, null for a code not named."""
    flags: Mapping[int, str] = field(default_factory=dict)
    """For a group of too many codes: what tells whether one of them is there."""
    reached: Mapping[int, str] = field(default_factory=dict)
    """For a test of the history: the column that tells what came out, null where that is unknown."""
    nulls_unknown: bool = False

    def unknown_where(self, place: int) -> str:
        """Give the test that a dimension is unknown in a row; empty where it never is."""
        if place in self.reached:
            return f"{self.reached[place]} IS NULL"
        item = self.space.inputs[self.space.dimensions[place].input]
        if self.nulls_unknown and not item.may_be_missing and item.derived is None:
            return f"{self.dialect.name(item.name)} IS NULL"
        return ""

    def holds(self, place: int, mask: int) -> str:
        """Give the test that a row lies in some cells of a dimension; it is true or false, or null for what is missing."""
        dimension = self.space.dimensions[place]
        item = self.space.inputs[dimension.input]
        if place in self.reached:
            return self.reached[place] if mask == 1 else f"NOT {self.reached[place]}"
        if isinstance(item.derived, model.DaysBetween):
            return self._days_between(item.derived, mask)
        if dimension.group is not None:
            some = self.flags.get(place) or self.some_of_group(place)
            return some if mask == 2 else f"NOT {some}"
        parts = list(self._parts(dimension, mask))
        return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"

    def _parts(self, dimension: Dimension, mask: int) -> Iterator[str]:
        """Give tests of which one must hold."""
        column = self.dialect.name(dimension.input)
        chosen = [dimension.cells[cell] for cell in bits_of(mask)]
        if any(cell.missing for cell in chosen):
            yield f"{column} IS NULL"
        named = [cell for cell in chosen if not cell.missing]
        if not named:
            return
        if named[0].stretch:
            yield from self._stretches(dimension, column, mask)
        elif dimension.input in self.classes:
            yield from self._classes(dimension, column, mask)
        elif any(cell.others for cell in named):
            outside = [cell for cell in dimension.cells if not (cell.missing or cell in chosen)]
            codes = tuple(code for cell in outside for code in cell.values)
            yield f"{column} NOT IN ({self.dialect.texts(codes)})" if codes else f"{column} IS NOT NULL"
        else:
            yield self._among(column, named)

    def _classes(self, dimension: Dimension, column: str, mask: int) -> Iterator[str]:
        found = self.classes[dimension.input]
        numbers = [str(cell) for cell in bits_of(mask) if dimension.cells[cell].values]
        if numbers:
            yield f"{found} IN ({', '.join(numbers)})"
        if any(dimension.cells[cell].others for cell in bits_of(mask)):
            yield f"({column} IS NOT NULL AND {found} IS NULL)"

    def _among(self, column: str, cells: list[Cell]) -> str:
        values = tuple(word for cell in cells for word in cell.values)
        if all(isinstance(cell.sample, bool) for cell in cells):
            words = [word for word in ("yes", "no") if word in values]
            if len(words) == 2:
                return f"{column} IS NOT NULL"
            return column if words == ["yes"] else f"NOT {column}"
        dialect = self.dialect
        return f"{column} = {dialect.text(values[0])}" if len(values) == 1 else f"{column} IN ({dialect.texts(values)})"

    def _stretches(self, dimension: Dimension, column: str, mask: int) -> Iterator[str]:
        """Give the runs of neighbouring cells as comparisons."""
        there = [cell for cell in dimension.cells if not cell.missing]
        inside = [place for place, cell in enumerate(dimension.cells) if mask >> place & 1 and not cell.missing]
        while inside:
            first = last = inside.pop(0)
            while inside and inside[0] == last + 1:
                last = inside.pop(0)
            yield self._stretch(column, there, first, last)

    def _stretch(self, column: str, cells: list[Cell], first: int, last: int) -> str:
        low, high, value = cells[first], cells[last], self.dialect.value
        tests = []
        if first == last and low.low is not None and low.low == low.high and low.low_closed and low.high_closed:
            return f"{column} = {value(low.low)}"
        if first > 0:
            tests.append(f"{column} {'>=' if low.low_closed else '>'} {value(low.low)}")
        if last < len(cells) - 1:
            tests.append(f"{column} {'<=' if high.high_closed else '<'} {value(high.high)}")
        if not tests:
            return f"{column} IS NOT NULL"
        return tests[0] if len(tests) == 1 else f"({' AND '.join(tests)})"

    def some_of_group(self, place: int) -> str:
        """Give the test that a code of a group is there; it is true or false."""
        dimension = self.space.dimensions[place]
        column, group = self.dialect.name(dimension.input), dimension.group
        assert group is not None
        if group.others:
            return self.dialect.some_beyond(column, self.dialect.codes(named_codes(self.space, dimension.input)))
        return self.dialect.some_of(column, self.dialect.codes(group.values))

    def _days_between(self, item: model.DaysBetween, mask: int) -> str:
        days = self.dialect.days(self.dialect.name(item.second), self.dialect.name(item.first))
        tests = []
        if item.low is not None:
            tests.append(f"{days} >= {item.low}")
        if item.high is not None:
            tests.append(f"{days} <= {item.high}")
        inside = f"coalesce({' AND '.join(tests)}, FALSE)"
        return inside if mask == 1 else f"NOT {inside}"


def named_codes(space: Space, name: str) -> tuple[str, ...]:
    """Give the codes of an input that the policy names, each once."""
    dimensions = [space.dimensions[place] for place in space.places[name]]
    groups = [dimension.group for dimension in dimensions if dimension.group is not None]
    return tuple(dict.fromkeys(code for cell in (groups or dimensions[0].cells) for code in cell.values))


# ---------------------------------------------------------------- domains


def refused(item: model.Input, named: tuple[str, ...], dialect: Dialect) -> str:
    """Give the test that a column holds what its input does not allow; it is true or false, never null.

    `named` are the codes of the input that the policy names: those are allowed whatever their shape.
    """
    column, wrong = dialect.name(item.name), wrong_value(item, named, dialect)
    if item.may_be_missing:
        return wrong or "FALSE"
    absent = dialect.no_codes(column) if isinstance(item.domain, model.SeveralCodes) else f"{column} IS NULL"
    return f"({absent} OR {wrong})" if wrong else absent


def wrong_value(item: model.Input, named: tuple[str, ...], dialect: Dialect) -> str:
    """Give the test that a value which is there is not allowed, true or false; empty where every value is."""
    wrong = _wrong(item.domain, dialect.name(item.name), named, dialect)
    return f"coalesce({wrong}, FALSE)" if wrong else ""


def _wrong(domain: model.Domain, column: str, named: tuple[str, ...], dialect: Dialect) -> str:
    match domain:
        case model.YesNo():
            return ""
        case model.Choice(values):
            return f"{column} NOT IN ({dialect.texts(values)})"
        case model.WholeNumber(low, high):
            return f"{column} NOT BETWEEN {dialect.number(low)} AND {dialect.number(high)}"
        case model.DecimalNumber(low, high, places):
            outside = f"{column} NOT BETWEEN {dialect.number(low)} AND {dialect.number(high)}"
            return outside if places is None else f"({outside} OR {column} <> round({column}, {places}))"
        case model.Day(low, high):
            first = dialect.date(low)
            return f"{column} < {first}" if high is None else f"{column} NOT BETWEEN {first} AND {dialect.date(high)}"
        case model.OneCode(_, prefix, pattern):
            return _misshapen(column, prefix, pattern, named, dialect)
        case model.CodePattern(pattern):
            return _misshapen(column, "", pattern, named, dialect)
        case model.SeveralCodes(_, prefix, pattern):
            return dialect.some_wrong(column, lambda code: _misshapen(code, prefix, pattern, named, dialect))
        case _:
            assert_never(domain)


def _misshapen(column: str, prefix: str, pattern: str, named: tuple[str, ...], dialect: Dialect) -> str:
    start = re.escape(f"{prefix} ") if prefix else ""
    whole = f"{start}(?:{pattern})"
    shape = f"NOT {dialect.fits(column, whole)}"
    odd = [code for code in named if not re.fullmatch(whole, code)]
    return f"({column} NOT IN ({dialect.texts(odd)}) AND {shape})" if odd else shape
