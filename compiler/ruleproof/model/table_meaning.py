"""What a decision table means, in the fewest lines: which rows match a case, and what they give together.

Always true: a case names every input by its expression; `None` is null.  As in DMN, null passes no comparison, a table that
breaks its hit policy answers null with an error, and where no rule matches the answer is the default output, else null
(an empty list where the table gives a list, zero where it counts).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias, assert_never

from ruleproof.model import tables
from ruleproof.model.scalars import below, same
from ruleproof.model.tables import (
    AnyOf,
    AnyValue,
    CellTest,
    DecisionTable,
    Expression,
    Literal,
    Negated,
    OneOf,
    OutputCell,
    Related,
    Scalar,
    TableRow,
    Undecided,
    Within,
)

Value: TypeAlias = Scalar | tuple["Value", ...] | Mapping[str, "Value"] | Expression
"""What a table gives: a value, a list, a value for each output, or an expression that nobody worked out."""

Case: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a table gives in a case, and the numbers of the rules that give it."""

    value: Value
    rules: tuple[int, ...] = ()
    error: str = ""
    """Why there is no value, in words; empty where nothing is wrong."""
    open: tuple[int, ...] = ()
    """The rules that leave the answer open, because it is not known whether they match."""


@dataclass(frozen=True, slots=True)
class Beyond:
    """How to work out what is beyond these lines; by itself nothing is: such a cell is open, an expression stays one."""

    decides: Callable[[Undecided, Any], bool | None] = lambda _cell, _value: None
    gives: Callable[[Expression], Value] = lambda expression: expression


NOTHING_BEYOND = Beyond()


# ---------------------------------------------------------------- rows


def passes(test: CellTest, value: Any, case: Case, beyond: Beyond = NOTHING_BEYOND) -> bool | None:
    """Tell whether a value passes the test of a cell; `None` where that is not known."""
    match test:
        case AnyValue():
            return True
        case OneOf(values):
            return any(same(value, other) for other in values)
        case Within(low, high, low_closed, high_closed):
            above = low is None or below(low, value) or (low_closed and same(low, value))
            under = high is None or below(value, high) or (high_closed and same(value, high))
            return value is not None and bool(above and under)
        case Negated(part):
            passed = passes(part, value, case, beyond)
            return None if passed is None else not passed
        case AnyOf(parts):
            return _any(passes(part, value, case, beyond) for part in parts)
        case Related(how, other):
            return compares(how, value, case[other]) if other in case else None
        case Undecided():
            return beyond.decides(test, value)
        case _:
            assert_never(test)


def compares(how: str, value: object, other: object) -> bool:
    """Compare two values; to be equal to a list is to be one of its items."""
    match how:
        case "=":
            return any(same(value, item) for item in other) if isinstance(other, tuple) else same(value, other)
        case "!=":
            return not same(value, other)
        case "<" | "<=":
            return bool(below(value, other)) or (how == "<=" and _ordered(value, other) and same(value, other))
        case _:
            return compares("<" if how == ">" else "<=", other, value)


def _ordered(one: object, other: object) -> bool:
    return below(one, other) is not None


def _any(parts: Iterator[bool | None]) -> bool | None:
    seen = list(parts)
    return True if True in seen else None if None in seen else False


def matches(row: TableRow, table: DecisionTable, case: Case, beyond: Beyond = NOTHING_BEYOND) -> bool | None:
    """Tell whether a row matches a case: every cell passes; `None` where that is not known."""
    passed = [
        passes(test, case[column.expression], case, beyond)
        for column, test in zip(table.columns, row.tests, strict=True)
    ]
    return False if False in passed else None if None in passed else True


# ---------------------------------------------------------------- answers


def answer(table: DecisionTable, case: Case, beyond: Beyond = NOTHING_BEYOND) -> Answer:
    """Give what a table says of a case."""
    for column in table.columns:
        value = case[column.expression]
        if value is not None and passes(column.allowed, value, case, beyond) is False:
            return Answer(None, error=f"`{column.expression}` is outside its allowed values")
    known = [(row, matches(row, table, case, beyond)) for row in table.rows]
    if table.hit_policy == tables.FIRST:
        settled = next((index + 1 for index, (_, found) in enumerate(known) if found), len(known))
        known = known[:settled]
    unknown = tuple(row.number for row, found in known if found is None)
    if unknown:
        return Answer(None, error="a rule cannot be decided", open=unknown)
    return combined(table, [row for row, found in known if found], beyond)


def combined(table: DecisionTable, rows: Sequence[TableRow], beyond: Beyond = NOTHING_BEYOND) -> Answer:
    """Give what rows say together, by the hit policy: `rows` are all that match, in order."""
    given = [_given(table, row.outputs, beyond) for row in rows]
    numbers = tuple(row.number for row in rows)
    if not rows:
        return Answer(_default(table, beyond))
    match table.hit_policy:
        case tables.UNIQUE:
            return Answer(given[0], numbers) if len(rows) == 1 else Answer(None, numbers, "several rules match")
        case tables.ANY:
            agree = all(_alike(value, given[0]) for value in given)
            return Answer(given[0], numbers) if agree else Answer(None, numbers, "rules that match disagree")
        case tables.FIRST:
            return Answer(given[0], numbers[:1])
        case tables.PRIORITY | tables.OUTPUT_ORDER:
            return _by_priority(table, given, numbers)
        case tables.RULE_ORDER:
            return Answer(tuple(given), numbers)
        case _:
            return _collected(table, given, numbers)


def _given(table: DecisionTable, cells: Sequence[OutputCell | None], beyond: Beyond) -> Value:
    values = [None if cell is None else _worked_out(cell, beyond) for cell in cells]
    if len(values) == 1:
        return values[0]
    return dict(zip((output.name for output in table.outputs), values, strict=True))


def _worked_out(cell: OutputCell, beyond: Beyond) -> Value:
    return cell.value if isinstance(cell, Literal) else beyond.gives(cell)


def _default(table: DecisionTable, beyond: Beyond) -> Value:
    gives_list = table.hit_policy in (tables.RULE_ORDER, tables.OUTPUT_ORDER) or (
        table.hit_policy == tables.COLLECT and not table.aggregation
    )
    if any(output.default is not None for output in table.outputs):
        value = _given(table, [output.default for output in table.outputs], beyond)
        return (value,) if gives_list else value
    return () if gives_list else Decimal(0) if table.aggregation == tables.COUNT else None


def _alike(one: Value, other: Value) -> bool:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_alike(one[name], other[name]) for name in one)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_alike, one, other))
    return same(one, other)


def _by_priority(table: DecisionTable, given: list[Value], numbers: tuple[int, ...]) -> Answer:
    """Put the outputs into the order of the output values, the first output first; equal ones stay in rule order."""
    ranked = sorted(zip(given, numbers, strict=True), key=lambda pair: _ranks(table, pair[0]))
    if table.hit_policy == tables.PRIORITY:
        value, number = ranked[0]
        return Answer(value, (number,))
    return Answer(tuple(value for value, _ in ranked), tuple(number for _, number in ranked))


def _ranks(table: DecisionTable, value: Value) -> tuple[int, ...]:
    return tuple(rank(output.allowed, _part(value, output.name)) for output in table.outputs)


def _part(value: Value, name: str) -> Value:
    if isinstance(value, Mapping):
        return value[name]
    return value


def rank(order: Sequence[Scalar], value: object) -> int:
    """Give the place of a value in the order of priority; what is not listed comes last."""
    return next((place for place, listed in enumerate(order) if same(listed, value)), len(order))


def _collected(table: DecisionTable, given: list[Value], numbers: tuple[int, ...]) -> Answer:
    if not table.aggregation:
        return Answer(tuple(given), numbers)
    if table.aggregation == tables.COUNT:
        return Answer(Decimal(len(given)), numbers)
    if len(table.outputs) == 1:
        value = _aggregated(table.aggregation, given)
        return Answer(value, numbers, "" if value is not None else "the outputs cannot be aggregated")
    columns = {output.name: [_part(row, output.name) for row in given] for output in table.outputs}
    return Answer({name: _aggregated(table.aggregation, values) for name, values in columns.items()}, numbers)


def _aggregated(how: str, values: Sequence[Value]) -> Value:
    if how == tables.SUM:
        numbers = [value for value in values if isinstance(value, Decimal)]
        return sum(numbers, Decimal(0)) if len(numbers) == len(values) else None
    best = values[0]
    for value in values[1:]:
        earlier = below(value, best)
        if earlier is None:
            return None
        best = value if earlier == (how == tables.MIN) and not same(value, best) else best
    return best
