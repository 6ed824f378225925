"""What conditions ask about: inputs in the negative, inputs for presence, and decisions."""

from __future__ import annotations

from collections.abc import Iterator

from ruleproof.model.nodes import (
    AllOf,
    AnyOf,
    AtLeastOf,
    Condition,
    DecisionIs,
    DecisionIsNothing,
    Defined,
    IsIn,
    IsMissing,
    Not,
    SomeIn,
    Within,
)
from ruleproof.tree import nodes as tree


def names_tested_in_the_negative(node: tree.Condition, negated: bool = False) -> Iterator[tree.Name]:
    """Give the inputs that a negative test asks about; `negated` tells whether the condition stands under a `not`."""
    match node:
        case tree.Not(_, part):
            yield from names_tested_in_the_negative(part, not negated)
        case tree.AllOf(_, parts) | tree.AnyOf(_, parts) | tree.AtLeastOf(_, _, parts):
            for part in parts:
                yield from names_tested_in_the_negative(part, negated)
        case tree.IsValue(_, name, _, plain_not) | tree.InCodes(_, name, _, plain_not):
            if negated != plain_not:
                yield name
        case tree.IsMissing() | tree.IsNothing() | tree.AfterService():
            return
        case _:
            if negated:
                yield node.name


def names_tested_for_presence(*conditions: tree.Condition) -> frozenset[str]:
    """Give the inputs of which conditions ask whether they are missing or present."""
    return frozenset(name.text for node in conditions for name in _presence_tests(node))


def _presence_tests(node: tree.Condition) -> Iterator[tree.Name]:
    match node:
        case tree.IsMissing(_, name):
            yield name
        case tree.Not(_, part):
            yield from _presence_tests(part)
        case tree.AllOf(_, parts) | tree.AnyOf(_, parts) | tree.AtLeastOf(_, _, parts):
            for part in parts:
                yield from _presence_tests(part)
        case _:
            return


def decisions_in(condition: Condition) -> frozenset[str]:
    """Give the decisions that a condition asks about."""
    match condition:
        case DecisionIs(decision) | DecisionIsNothing(decision):
            return frozenset({decision})
        case Defined(_, part) | Not(part):
            return decisions_in(part)
        case AllOf(parts) | AnyOf(parts) | AtLeastOf(_, parts):
            return frozenset[str]().union(*(decisions_in(part) for part in parts))
        case _:
            return frozenset()


def inputs_in(condition: Condition) -> frozenset[str]:
    """Give the inputs that a condition asks about."""
    match condition:
        case IsIn(input) | Within(input) | SomeIn(input) | IsMissing(input):
            return frozenset({input})
        case Defined(_, part) | Not(part):
            return inputs_in(part)
        case AllOf(parts) | AnyOf(parts) | AtLeastOf(_, parts):
            return frozenset[str]().union(*(inputs_in(part) for part in parts))
        case _:
            return frozenset()
