"""Conditions as nested lists: exact, the same in every process, and readable without the compiler."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any, assert_never

from ruleproof.model import nodes as model
from ruleproof.model.nodes import Condition


def plain(value: Any) -> Any:
    """Give a value as JSON keeps it exactly: numbers and dates as text, yes and no as `yes` and `no`."""
    match value:
        case bool():
            return "yes" if value else "no"
        case datetime.date():
            return value.isoformat()
        case int() | Decimal():
            return str(value)
        case _:
            return value


def condition_as_data(condition: Condition) -> Any:
    """Give a condition as nested lists: the operation first, then its parts."""
    match condition:
        case model.Always():
            return ["all"]
        case model.IsIn(name, values):
            return ["in", name, sorted(plain(value) for value in values)]
        case model.Within(name, low, high, low_closed, high_closed):
            return ["within", name, plain(low), plain(high), low_closed, high_closed]
        case model.SomeIn(name, quantifier, codes):
            return ["some", name, quantifier, sorted(codes)]
        case model.IsMissing(name):
            return ["missing", name]
        case model.DecisionIs(decision, outcomes):
            return ["decision", decision, sorted(outcomes)]
        case model.DecisionIsNothing(decision):
            return ["decision", decision, None]
        case model.Defined(_, part):
            return condition_as_data(part)
        case model.Not(part):
            return ["not", condition_as_data(part)]
        case model.AllOf(parts):
            return ["all", *(condition_as_data(part) for part in parts)]
        case model.AnyOf(parts):
            return ["any", *(condition_as_data(part) for part in parts)]
        case model.AtLeastOf(count, parts):
            return ["count", count, *(condition_as_data(part) for part in parts)]
        case _:
            assert_never(condition)
