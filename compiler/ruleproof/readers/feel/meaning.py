"""What an expression gives: a value for each way that FEEL makes one, null where FEEL says null.

Values are those of tables (`Scalar`), tuples for lists, mappings for contexts, `Within` for intervals and `Function` for what
can be called.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal, DecimalException
from typing import Any, assert_never

from ruleproof.model.scalars import below, same
from ruleproof.model.tables import Months, Within
from ruleproof.readers.feel import nodes
from ruleproof.readers.feel.functions import ARITHMETIC, FUNCTIONS, Function
from ruleproof.readers.feel.outside import OutsideError

Scope = Mapping[str, Any]
TESTED = "?"
"""The name under which a scope holds the value that a cell tests."""

_OF_A_DAY, _OF_A_CLOCK = ("year", "month", "day"), ("hour", "minute", "second")
_POINTS = (datetime.date, datetime.timedelta)


def evaluate(node: nodes.Node, scope: Scope) -> Any:
    """Work out an expression; a name that is not in the scope gives null."""
    match node:
        case nodes.Constant(value):
            return value
        case nodes.Name(text):
            return scope[text] if text in scope else FUNCTIONS.get(text)
        case nodes.Question():
            return scope.get(TESTED)
        case nodes.Member(of, name):
            return member(evaluate(of, scope), name)
        case nodes.Call(function, arguments):
            return _called(function, arguments, scope)
        case nodes.Negative(of):
            return _negative(evaluate(of, scope))
        case nodes.Operation(sign, left, right):
            return operate(sign, evaluate(left, scope), evaluate(right, scope))
        case nodes.Comparison(how, left, right):
            return compare(how, evaluate(left, scope), evaluate(right, scope))
        case nodes.Both(parts):
            return _settled((evaluate(part, scope) for part in parts), False)
        case nodes.Either(parts) | nodes.SomeTest(parts):
            return _settled((evaluate(part, scope) for part in parts), True)
        case nodes.Conditional(condition, then, otherwise):
            return evaluate(then if evaluate(condition, scope) is True else otherwise, scope)
        case nodes.ListOf(items):
            return tuple(evaluate(item, scope) for item in items)
        case nodes.ContextOf(entries):
            return _context(entries, scope)
        case nodes.Filtered(of, by):
            return _filtered(evaluate(of, scope), by, scope)
        case nodes.Stretch(low, high, low_closed, high_closed):
            return Within(evaluate(low, scope), evaluate(high, scope), low_closed, high_closed)
        case nodes.In(value, test):
            return passes(test, evaluate(value, scope), scope)
        case nodes.Everything() | nodes.Compared() | nodes.NoTest():
            return passes(node, scope.get(TESTED), scope)
        case _:
            assert_never(node)


def passes(test: nodes.Node, value: Any, scope: Scope) -> bool | None:
    """Tell whether a value passes a unary test."""
    match test:
        case nodes.Everything():
            return True
        case nodes.Compared(how, right):
            return compare(how, value, evaluate(right, scope))
        case nodes.SomeTest(parts):
            return _settled((passes(part, value, scope) for part in parts), True)
        case nodes.NoTest(part):
            return passes(part, value, scope) is not True
        case _:
            return _fits(value, evaluate(test, {**scope, TESTED: value}), _is_condition(test))


def _is_condition(test: nodes.Node) -> bool:
    """Tell whether a test speaks of the value itself, so that its own yes or no is the answer."""
    return any(isinstance(inner, nodes.Question) for inner in nodes.walk(test))


def _fits(value: Any, found: Any, is_condition: bool) -> bool | None:
    if is_condition and (found is None or isinstance(found, bool)):
        return found
    if isinstance(found, tuple):
        return any(_fits(value, item, False) for item in found) or compare("=", value, found)
    if isinstance(found, Within):
        return inside(value, found)
    return compare("=", value, found)


def inside(value: Any, stretch: Within) -> bool | None:
    """Tell whether a value lies in an interval."""
    above = compare(">=" if stretch.low_closed else ">", value, stretch.low)
    return _settled((above, compare("<=" if stretch.high_closed else "<", value, stretch.high)), False)


def _settled(parts: Iterable[Any], by: bool) -> bool | None:
    """Join yes, no and null: one `by` settles it, null leaves it open."""
    seen = list(parts)
    if any(part is by for part in seen):
        return by
    return (not by) if all(part is (not by) for part in seen) else None


def compare(how: str, one: Any, other: Any) -> bool | None:
    """Compare two values; null where they cannot be compared.

    >>> compare("=", None, None), compare("<", None, Decimal(1)), compare("=", "a", Decimal(1))
    (True, None, None)
    """
    match how:
        case "=":
            return _equal(one, other)
        case "!=":
            found = _equal(one, other)
            return None if found is None else not found
        case ">" | ">=":
            return compare("<" if how == ">" else "<=", other, one)
        case _:
            earlier = below(one, other)
            return earlier if earlier is None or how == "<" else earlier or same(one, other)


def _equal(one: Any, other: Any) -> bool | None:
    if one is None or other is None:
        return one is other
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(
            _equal(first, second) is True for first, second in zip(one, other, strict=True)
        )
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_equal(one[name], other[name]) is True for name in one)
    return bool(one == other) if type(one) is type(other) else None


# ---------------------------------------------------------------- parts


def member(value: Any, name: str) -> Any:
    """Give a part of a value: an entry of a context, or the year of a date; of a list, that part of each item."""
    if isinstance(value, Mapping):
        return value.get(name)
    if isinstance(value, tuple):
        return tuple(member(item, name) for item in value)
    if name in _OF_A_DAY and isinstance(value, datetime.date):
        return Decimal(getattr(value, name))
    if name in _OF_A_CLOCK and isinstance(value, datetime.datetime | datetime.time):
        return Decimal(getattr(value, name))
    if name == "weekday" and isinstance(value, datetime.date):
        return Decimal(value.isoweekday())
    if isinstance(value, Months) and name in ("years", "months"):
        return Decimal(value.months // 12 if name == "years" else value.months % 12)
    if isinstance(value, datetime.timedelta) and name == "days":
        return Decimal(value.days)
    return None


def _context(entries: Iterable[tuple[str, nodes.Node]], scope: Scope) -> dict[str, Any]:
    """Work out entries in order; each may use those before it."""
    found: dict[str, Any] = {}
    for name, node in entries:
        found[name] = evaluate(node, {**scope, **found})
    return found


def _filtered(value: Any, by: nodes.Node, scope: Scope) -> Any:
    items = value if isinstance(value, tuple) else () if value is None else (value,)
    index = evaluate(by, scope)
    if type(index) is Decimal and index == int(index):
        place = int(index) - 1 if index > 0 else len(items) + int(index)
        return items[place] if index != 0 and 0 <= place < len(items) else None
    return tuple(item for item in items if evaluate(by, {**scope, **_names_of(item), "item": item}) is True)


def _names_of(item: Any) -> Mapping[str, Any]:
    return item if isinstance(item, Mapping) else {}


def _called(function: nodes.Node, arguments: Iterable[tuple[str, nodes.Node]], scope: Scope) -> Any:
    found = evaluate(function, scope)
    if not isinstance(found, Function):
        return None
    positional = tuple(evaluate(node, scope) for name, node in arguments if not name)
    named = {name: evaluate(node, scope) for name, node in arguments if name}
    try:
        return found(positional, named)
    except OutsideError:
        return None


# ---------------------------------------------------------------- arithmetic


def _negative(value: Any) -> Any:
    match value:
        case bool():
            return None
        case Decimal() | datetime.timedelta():
            return -value
        case Months(months):
            return Months(-months)
        case _:
            return None


def operate(sign: str, one: Any, other: Any) -> Any:
    """Add, subtract, multiply, divide, or raise; null where FEEL does not say what that should be."""
    try:
        if type(one) is Decimal and type(other) is Decimal:
            return _with_numbers(sign, one, other)
        if sign == "+" and isinstance(one, str) and isinstance(other, str):
            return one + other
        return _with_times(sign, one, other)
    except (DecimalException, OverflowError, ZeroDivisionError, ValueError, TypeError):
        return None


def _with_numbers(sign: str, one: Decimal, other: Decimal) -> Decimal | None:
    work = {
        "+": ARITHMETIC.add,
        "-": ARITHMETIC.subtract,
        "*": ARITHMETIC.multiply,
        "/": ARITHMETIC.divide,
        "**": ARITHMETIC.power,
    }
    found = work[sign](one, other)
    return found if found.is_finite() else None


def _with_times(sign: str, one: Any, other: Any) -> Any:
    if isinstance(other, Months) and isinstance(one, datetime.date):
        return _months_later(one, other.months if sign == "+" else -other.months) if sign in ("+", "-") else None
    if isinstance(one, Months) and isinstance(other, Months):
        return {"+": Months(one.months + other.months), "-": Months(one.months - other.months)}.get(sign)
    if isinstance(one, Months) and isinstance(other, datetime.date) and sign == "+":
        return _months_later(other, one.months)
    if isinstance(one, datetime.timedelta) and type(other) is Decimal:
        seconds = Decimal(str(one.total_seconds()))
        found = _with_numbers(sign, seconds, other) if sign in ("*", "/") else None
        return None if found is None else datetime.timedelta(seconds=float(found))
    if isinstance(one, _POINTS) and isinstance(other, _POINTS):
        return _moved(sign, one, other)
    return None


def _moved(sign: str, one: Any, other: Any) -> Any:
    return one + other if sign == "+" else one - other if sign == "-" else None


def _months_later(day: datetime.date, months: int) -> datetime.date:
    """Give the same day some months later, or the last day of that month where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = datetime.date(year + month // 11, (month + 1) % 12 + 1, 1)
    last = (first_of_next - datetime.timedelta(days=1)).day
    return day.replace(year=year, month=month + 1, day=min(day.day, last))
