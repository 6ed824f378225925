"""Random small decision tables, and the cases that tell their cells apart, made without the prover's help."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product
from random import Random
from typing import Any

from ruleproof.model import tables
from ruleproof.model.cell_tests import tests_null
from ruleproof.model.table_meaning import passes
from ruleproof.model.tables import (
    BOOLEAN,
    DATE,
    DATE_TIME,
    DURATION,
    MONTHS,
    NUMBER,
    STRING,
    TIME,
    UNKNOWN,
    WHOLE,
    AnyOf,
    AnyValue,
    CellTest,
    DecisionTable,
    Expression,
    InputColumn,
    Literal,
    Months,
    Negated,
    OneOf,
    OutputColumn,
    Related,
    TableRow,
    Undecided,
    Within,
)

CONSTANTS: Mapping[str, Sequence[Any]] = {
    NUMBER: [Decimal(0), Decimal("0.5"), Decimal(2), Decimal("2.25")],
    WHOLE: [Decimal(0), Decimal(1), Decimal("1.5"), Decimal(4)],
    STRING: ["a", "b", "bb", "c"],
    "ordered text": ["", "a", "b", "bb"],
    BOOLEAN: [True, False],
    DATE: [datetime.date(2024, 2, 28), datetime.date(2024, 2, 29), datetime.date(2024, 3, 2)],
    TIME: [datetime.time(), datetime.time(9, 30), datetime.time(23, 59, 59, 999999)],
    DATE_TIME: [datetime.datetime.fromisoformat("2024-01-01"), datetime.datetime.fromisoformat("2024-01-01T12:00")],
    DURATION: [datetime.timedelta(0), datetime.timedelta(hours=36)],
    MONTHS: [Months(0), Months(1), Months(14)],
    "mixed": [Decimal(1), "a", True, Decimal(0), False],
}
_TYPES = {"ordered text": STRING, "mixed": UNKNOWN}
_ORDERED = (NUMBER, WHOLE, "ordered text", DATE, TIME, DATE_TIME, DURATION, MONTHS)


def random_table(rng: Random, hit_policy: str, *, related: bool = False, undecided: bool = False) -> DecisionTable:
    """Give a table of up to three inputs and six rows."""
    kinds = [rng.choice(list(CONSTANTS)) for _ in range(rng.randint(1, 3))]
    if related:
        kinds = [rng.choice([NUMBER, WHOLE, BOOLEAN, "ordered text"])] * rng.randint(2, 3)
        if kinds[0] in (NUMBER, WHOLE) and rng.random() < 0.3:
            kinds[0] = WHOLE if kinds[0] == NUMBER else NUMBER
    names = [f"in{index}" for index in range(len(kinds))]
    if len(names) > 1 and not related and rng.random() < 0.15:
        names[1], kinds[1] = names[0], kinds[0]
    columns = [_column(rng, name, kind) for name, kind in zip(names, kinds, strict=True)]
    rows = [_row(rng, number, names, kinds, related, undecided) for number in range(1, rng.randint(1, 6) + 1)]
    if len(rows) > 1 and rng.random() < 0.3:
        rows[-1] = replace(rng.choice(rows), number=len(rows))
    columns = [
        replace(column, nullable=any(tests_null(row.tests[index]) for row in rows))
        for index, column in enumerate(columns)
    ]
    aggregation = rng.choice(["", "", *tables.AGGREGATIONS]) if hit_policy == tables.COLLECT else ""
    outputs = [_output(rng, index, hit_policy) for index in range(1 if rng.random() < 0.8 or aggregation else 2)]
    rows = [_with_outputs(rng, row, outputs, aggregation) for row in rows]
    return DecisionTable("table", "decision", hit_policy, aggregation, tuple(columns), tuple(outputs), tuple(rows))


def _column(rng: Random, name: str, kind: str) -> InputColumn:
    allowed: CellTest = AnyValue()
    if rng.random() < 0.3 and kind != "mixed":
        allowed = _simple(rng, kind)
    return InputColumn(name, name, _TYPES.get(kind, kind), allowed)


def _simple(rng: Random, kind: str) -> CellTest:
    values = CONSTANTS[kind]
    if kind not in _ORDERED or rng.random() < 0.4:
        return (
            OneOf(frozenset(rng.sample(list(values), rng.randint(1, min(3, len(values))))))
            if kind != "mixed"
            else OneOf(frozenset({rng.choice(values)}))
        )
    low, high = sorted(rng.choices(values, k=2))
    if rng.random() < 0.3:
        return Within(low, None, rng.random() < 0.5, False)
    if rng.random() < 0.4:
        return Within(None, high, False, rng.random() < 0.5)
    if low == high:
        return OneOf(frozenset({low}))
    return Within(low, high, rng.random() < 0.5, rng.random() < 0.5)


def _cell(rng: Random, kind: str, others: Sequence[str], related: bool, undecided: bool) -> CellTest:
    roll = rng.random()
    if undecided and roll < 0.08:
        return Undecided("odd(?)", "a function")
    if related and others and roll < 0.35:
        hows = ("=", "!=") if kind == BOOLEAN else ("=", "!=", "<", "<=", ">", ">=")
        found: CellTest = Related(rng.choice(hows), rng.choice(list(others)))
        return rng.choice([found, found, Negated(found), AnyOf((found, _simple(rng, kind)))])
    if roll < 0.5:
        return AnyValue()
    if roll < 0.56:
        return OneOf(frozenset({None}))
    if roll < 0.68:
        return Negated(_simple(rng, kind))
    if roll < 0.78:
        return AnyOf((_simple(rng, kind), _simple(rng, kind)))
    return _simple(rng, kind)


def _row(
    rng: Random, number: int, names: Sequence[str], kinds: Sequence[str], related: bool, undecided: bool
) -> TableRow:
    tests = tuple(
        _cell(rng, kind, [other for other in names if other != name], related, undecided)
        for name, kind in zip(names, kinds, strict=True)
    )
    return TableRow(number, tests, ())


def _output(rng: Random, index: int, hit_policy: str) -> OutputColumn:
    listed = hit_policy in (tables.PRIORITY, tables.OUTPUT_ORDER) and rng.random() < 0.9
    default = Literal(Decimal(9)) if rng.random() < 0.1 else None
    return OutputColumn(f"out{index}", f"out{index}", NUMBER, _ORDER if listed else (), default)


_ORDER = (Decimal(3), Decimal(1), Decimal(2))


def _with_outputs(rng: Random, row: TableRow, outputs: Sequence[OutputColumn], aggregation: str) -> TableRow:
    cells = tuple(
        Expression(rng.choice(["x", "y"]))
        if rng.random() < 0.05 and not aggregation
        else Literal(Decimal(rng.randint(1, 3)))
        for _ in outputs
    )
    return replace(row, outputs=cells)


# ---------------------------------------------------------------- cases


def cases_of(table: DecisionTable, *, related: bool = False) -> Iterator[dict[str, Any]]:
    """Give cases of which at least one lies in every combination of cells, all of them possible."""
    values: dict[str, list[Any]] = {}
    kinds: dict[str, str] = {}
    for column in table.columns:
        if column.expression not in kinds:
            kinds[column.expression] = column.type
            values[column.expression] = list(_values(column.type, related))
        values[column.expression] = [
            value for value in values[column.expression] if _is_allowed(value, column.allowed) or value is None
        ]
    nullable = {column.expression for column in table.columns if column.nullable}
    for name in values:
        values[name] += [None] if name in nullable else []
    for chosen in product(*values.values()):
        yield dict(zip(values, chosen, strict=True))


def _is_allowed(value: Any, allowed: CellTest) -> bool:
    return passes(allowed, value, {}) is not False


def _values(kind: str, related: bool) -> Iterator[Any]:
    more = 3 if related else 1
    match kind:
        case tables.BOOLEAN:
            yield from (True, False)
        case tables.NUMBER:
            points = [Decimal(0), Decimal("0.5"), Decimal(2), Decimal("2.25")]
            yield from points
            for low, high in zip([Decimal(-4), *points], [*points, Decimal(6)], strict=True):
                yield from (low + (high - low) * step / (more + 1) for step in range(1, more + 1))
            if related:
                yield from map(Decimal, (-1, 1, 3, 4, 5))
        case tables.WHOLE:
            yield from map(Decimal, range(-3, 9))
        case tables.STRING:
            yield from ("", "a", "aa", "b", "ba", "bb", "bbb", "c", "zz", " ")
            if related:
                yield from ("aab", "aac", "baa", "bab", "bba", "zza", "zzb", "  ")
        case tables.DATE:
            yield from (datetime.date(2024, 2, 26) + datetime.timedelta(days=day) for day in range(9))
        case tables.TIME:
            yield from CONSTANTS[TIME]
            yield from (datetime.time(1), datetime.time(12))
        case tables.DATE_TIME:
            start = datetime.datetime.fromisoformat("2024-01-01")
            yield from (start + datetime.timedelta(hours=6 * step) for step in range(-1, 4))
        case tables.DURATION:
            yield from (datetime.timedelta(hours=hours) for hours in (-1, 0, 1, 36, 40))
        case tables.MONTHS:
            yield from map(Months, (-1, 0, 1, 2, 13, 14, 15))
        case _:
            yield from (Decimal(1), Decimal(0), Decimal("0.5"), Decimal(7), Decimal(-7), "a", "zz", True, False)
            yield datetime.date(2024, 1, 1)
