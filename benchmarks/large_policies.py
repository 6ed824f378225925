"""Policies of many rules over ten inputs, made from the seeded tables of `shapes.py`, and claims for them.

Where rules are *disjoint* they part the whole; where they *overlap*, a tenth of them is widened in one column, and what stands
further up in the table overrides what is below it, as in a table in which the first rule that holds counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from random import Random
from typing import Any

from emitted_first import unproved
from shapes import OUTPUTS, RANGE, Cell, Column, Rule, columns, disturbed, parted

from ruleproof.compiled import Compiled
from ruleproof.model.nodes import AllOf, Condition, IsIn, Within
from ruleproof.prover.study import Study

COLUMNS = 10
DECISION = "grade"

Line = dict[str, Any]


def table(rules: int, *, overlapping: bool = False) -> tuple[Sequence[Column], list[Rule]]:
    """Give the columns and the rules of a table."""
    chance = Random(f"large {rules}")
    shape = columns(COLUMNS)
    clean = parted(chance, shape, rules)
    return shape, disturbed(chance, shape, clean, 0.1, "widened")[0] if overlapping else clean


def policy_of(shape: Sequence[Column], rules: Sequence[Rule], *, overlapping: bool = False) -> str:
    """Give the table as a policy; rules that overlap give way to those before them."""
    lines = ["policy large", ""]
    for column in shape:
        domain = f"one of {', '.join(column.values)}" if column.values else f"whole number from 0 to {RANGE}"
        lines.append(f"input {column.name} is {domain}")
    lines += ["", f"decision {DECISION} gives one of {', '.join(OUTPUTS)}", "", f"table rules for {DECISION}"]
    lines.append("  | " + " | ".join(["rule", *(column.name for column in shape), "outcome"]) + " |")
    lines.append("  |" + " --- |" * (len(shape) + 2))
    for number, (cells, output) in enumerate(rules, 1):
        lines.append("  | " + " | ".join([f"T{number}", *map(_cell, cells), output]) + " |")
    if overlapping:
        lines += (
            f'  row T{one} overrides {", ".join(others)} because "it stands first"' for one, others in _behind(rules)
        )
    return "\n".join(lines) + "\n"


def _cell(cell: Cell) -> str:
    if cell is None or cell == (None, None):
        return "-"
    if isinstance(cell, frozenset):
        return ", ".join(sorted(cell))
    low, high = cell
    if low is None:
        return f"<={high}"
    if high is None:
        return f">{low}"
    return f"{low + 1}..{high}" if low + 1 < high else str(high)


def _behind(rules: Sequence[Rule]) -> list[tuple[int, list[str]]]:
    """Give for each rule the later ones that may hold with it."""
    found: dict[int, list[str]] = {}
    for (one, (cells, _)), (two, (others, _)) in combinations(enumerate(rules, 1), 2):
        if all(_meet(a, b) for a, b in zip(cells, others, strict=True)):
            found.setdefault(one, []).append(f"T{two}")
    return sorted(found.items())


def _meet(one: Cell, two: Cell) -> bool:
    if one is None or two is None:
        return True
    if isinstance(one, frozenset):
        return isinstance(two, frozenset) and bool(one & two)
    assert not isinstance(two, frozenset)
    low = max(-1 if bound is None else bound for bound in (one[0], two[0]))
    high = min(RANGE if bound is None else bound for bound in (one[1], two[1]))
    return low < high


def model_of(shape: Sequence[Column], rules: Sequence[Rule]) -> Compiled:
    """Give the table as a policy without its text: reading ten thousand rows takes a minute, and is not what is measured."""
    small = unproved(policy_of(shape, rules[:2]))
    (decision,) = small.policy.decisions
    row = decision.rules[0]
    rows = tuple(
        replace(row, name=f"T{number}", condition=condition, written=condition, outcomes=(output,))
        for number, (cells, output) in enumerate(rules, 1)
        for condition in (_condition(shape, cells),)
    )
    policy = replace(small.policy, decisions=(replace(decision, rules=rows),))
    return Compiled(small.source, policy, Study(policy), (), ())


def _condition(shape: Sequence[Column], cells: Sequence[Cell]) -> Condition:
    tests: list[Condition] = []
    for column, cell in zip(shape, cells, strict=True):
        if isinstance(cell, frozenset):
            tests.append(IsIn(column.name, cell))
        elif cell is not None and cell != (None, None):
            tests.append(Within(column.name, *cell, low_closed=False))
    return tests[0] if len(tests) == 1 else AllOf(tuple(tests))


def claims_of(shape: Sequence[Column], count: int) -> list[Line]:
    """Give claims with every value as likely as any other."""
    chance = Random("claims")
    return [
        {column.name: chance.choice(column.values) if column.values else chance.randint(0, RANGE) for column in shape}
        for _ in range(count)
    ]


def first_of(shape: Sequence[Column], rules: Sequence[Rule], claim: Line) -> str:
    """Give the outcome of the first rule that holds, by looking at one after another."""
    values = [claim[column.name] for column in shape]
    return next(output for cells, output in rules if all(map(_holds, cells, values)))


def _holds(cell: Cell, value: Any) -> bool:
    if cell is None:
        return True
    if isinstance(cell, frozenset):
        return value in cell
    low, high = cell
    return (low is None or value > low) and (high is None or value <= high)
