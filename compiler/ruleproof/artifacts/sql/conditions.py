"""Cells of a dimension as a test of a column, and the domain of an input as what a column may not hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import assert_never

from ruleproof.artifacts.sql.words import date, name, number, text, texts, value
from ruleproof.model import nodes as model
from ruleproof.prover.cells import Cell, Dimension
from ruleproof.prover.space import Space, bits_of


def holds(space: Space, place: int, mask: int) -> str:
    """Give the test that a row lies in some cells of a dimension; it is true or false, or null for what is missing."""
    dimension = space.dimensions[place]
    column = name(dimension.input)
    item = space.inputs[dimension.input]
    if isinstance(item.derived, model.DaysBetween):
        return _days_between(item.derived, mask)
    if dimension.group is not None:
        return _group(space, dimension, column, mask)
    parts = list(_parts(dimension, column, mask))
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def _parts(dimension: Dimension, column: str, mask: int) -> Iterator[str]:
    """Give tests of which one must hold."""
    chosen = [dimension.cells[cell] for cell in bits_of(mask)]
    if any(cell.missing for cell in chosen):
        yield f"{column} IS NULL"
    named = [cell for cell in chosen if not cell.missing]
    if not named:
        return
    if named[0].stretch:
        yield from _stretches(dimension, column, mask)
    elif any(cell.others for cell in named):
        outside = [cell for cell in dimension.cells if not (cell.missing or cell in chosen)]
        codes = tuple(code for cell in outside for code in cell.values)
        yield f"{column} NOT IN ({texts(codes)})" if codes else f"{column} IS NOT NULL"
    else:
        yield _among(column, named)


def _among(column: str, cells: list[Cell]) -> str:
    values = tuple(word for cell in cells for word in cell.values)
    if all(isinstance(cell.sample, bool) for cell in cells):
        words = [word for word in ("yes", "no") if word in values]
        if len(words) == 2:
            return f"{column} IS NOT NULL"
        return column if words == ["yes"] else f"NOT {column}"
    return f"{column} = {text(values[0])}" if len(values) == 1 else f"{column} IN ({texts(values)})"


def _stretches(dimension: Dimension, column: str, mask: int) -> Iterator[str]:
    """Give the runs of neighbouring cells as comparisons."""
    there = [cell for cell in dimension.cells if not cell.missing]
    inside = [place for place, cell in enumerate(dimension.cells) if mask >> place & 1 and not cell.missing]
    while inside:
        first = last = inside.pop(0)
        while inside and inside[0] == last + 1:
            last = inside.pop(0)
        yield _stretch(column, there, first, last)


def _stretch(column: str, cells: list[Cell], first: int, last: int) -> str:
    low, high = cells[first], cells[last]
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


def _group(space: Space, dimension: Dimension, column: str, mask: int) -> str:
    group = dimension.group
    assert group is not None
    if group.others:
        dimensions = [space.dimensions[place].group for place in space.places[dimension.input]]
        named = tuple(code for item in dimensions if item is not None for code in item.values)
        some = f"coalesce(NOT list_has_all([{texts(named)}]::VARCHAR[], {column}), FALSE)"
    else:
        some = f"coalesce(list_has_any({column}, [{texts(group.values)}]), FALSE)"
    return some if mask == 2 else f"NOT {some}"


def _days_between(item: model.DaysBetween, mask: int) -> str:
    days = f"date_diff('day', {name(item.second)}, {name(item.first)})"
    tests = []
    if item.low is not None:
        tests.append(f"{days} >= {item.low}")
    if item.high is not None:
        tests.append(f"{days} <= {item.high}")
    inside = f"coalesce({' AND '.join(tests)}, FALSE)"
    return inside if mask == 1 else f"NOT {inside}"


# ---------------------------------------------------------------- domains


def refused(item: model.Input, named: tuple[str, ...]) -> str:
    """Give the test that a column holds what its input does not allow; it is true or false, never null.

    `named` are the codes of the input that the policy names: those are allowed whatever their shape.
    """
    column = name(item.name)
    wrong = _wrong(item.domain, column, named)
    if item.may_be_missing:
        return f"coalesce({wrong}, FALSE)" if wrong else "FALSE"
    absent = f"coalesce(len({column}), 0) = 0" if isinstance(item.domain, model.SeveralCodes) else f"{column} IS NULL"
    return f"({absent} OR {wrong})" if wrong else absent


def _wrong(domain: model.Domain, column: str, named: tuple[str, ...]) -> str:
    match domain:
        case model.YesNo():
            return ""
        case model.Choice(values):
            return f"{column} NOT IN ({texts(values)})"
        case model.WholeNumber(low, high):
            return f"{column} NOT BETWEEN {number(low)} AND {number(high)}"
        case model.DecimalNumber(low, high, places):
            outside = f"{column} NOT BETWEEN {number(low)} AND {number(high)}"
            return outside if places is None else f"({outside} OR {column} <> round({column}, {places}))"
        case model.Day(low, high):
            return f"{column} < {date(low)}" if high is None else f"{column} NOT BETWEEN {date(low)} AND {date(high)}"
        case model.OneCode(_, prefix, pattern):
            return _misshapen(column, prefix, pattern, named)
        case model.CodePattern(pattern):
            return _misshapen(column, "", pattern, named)
        case model.SeveralCodes(_, prefix, pattern):
            one = _misshapen("code", prefix, pattern, named)
            return f"len(list_filter({column}, lambda code: code IS NULL OR {one})) > 0"
        case _:
            assert_never(domain)


def _misshapen(column: str, prefix: str, pattern: str, named: tuple[str, ...]) -> str:
    start = re.escape(f"{prefix} ") if prefix else ""
    shape = f"NOT regexp_full_match({column}, {text(f'{start}(?:{pattern})')})"
    return f"({column} NOT IN ({texts(named)}) AND {shape})" if named else shape
