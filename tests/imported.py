"""A case of a table as a case of the policy made of it, and what that policy should answer, made without the importer."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ruleproof.artifacts.to_policy_text import Imported
from ruleproof.compiled import Compiled, Rejected
from ruleproof.finding import Severity
from ruleproof.model import tables
from ruleproof.model.from_tree import model_from_tree
from ruleproof.model.meaning import CANNOT_ANSWER, NOTHING, OUTCOME, Answer
from ruleproof.model.nodes import Choice, DecimalNumber, Input, Policy, WholeNumber, YesNo
from ruleproof.model.scalars import below
from ruleproof.model.table_meaning import combined, matches
from ruleproof.model.tables import DecisionTable, Expression, Literal, Months, OutputCell, TableRow
from ruleproof.pipeline import compile_source
from ruleproof.readers.feel.functions import string_of
from ruleproof.source import source_from_text
from ruleproof.tree.from_text import tree_from_text

SECONDS = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
Facts = dict[str, Any]


def compiled_text(text: str) -> Compiled:
    """Compile policy text; errors of language are a fault of the importer."""
    found = compile_source(source_from_text(text, "imported.policy"))
    assert not isinstance(found, Rejected), (found.findings, text)
    return found


def policy_of_text(text: str) -> Policy:
    """Read policy text without proving anything; errors of language are a fault of the importer."""
    tree, unreadable = tree_from_text(source_from_text(text, "imported.policy"))
    policy, unresolved = model_from_tree(tree)
    errors = [finding for finding in (*unreadable, *unresolved) if finding.severity is Severity.ERROR]
    assert policy is not None
    assert not errors, (errors, text)
    return policy


def facts_of(policy: Policy, imported: Imported, case: Mapping[str, Any]) -> Facts | None:
    """Give a case of the tables as a case of the policy; `None` where a value is none that the policy knows."""
    names = {name: expression for expression, name in imported.inputs.items()}
    found: Facts = {}
    for item in policy.inputs:
        value = case.get(names[item.name])
        if value is None and not item.may_be_missing:
            return None
        given = None if value is None else _fact(item, value)
        if given is None and value is not None:
            return None
        found[item.name] = given
    return found


def _fact(item: Input, value: Any) -> Any:
    domain = item.domain
    if isinstance(domain, Choice):
        if str(value) in domain.values:
            return str(value)
        others = [word for word in domain.values if word.startswith("any_other")]
        return others[-1] if others else None
    unit = item.unit.split()[0] if item.unit else ""
    if isinstance(value, Months):
        value = value.months
    elif isinstance(value, datetime.timedelta):
        value = Decimal(value // datetime.timedelta(microseconds=1)) / 1_000_000 / SECONDS[unit]
    elif isinstance(value, datetime.time):
        since = datetime.timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
        since += datetime.timedelta(microseconds=value.microsecond)
        value = Decimal(since // datetime.timedelta(microseconds=1)) / 1_000_000 / SECONDS[unit]
    if isinstance(domain, WholeNumber | DecimalNumber):
        if isinstance(value, str | bool | datetime.date) or not domain.low <= value <= domain.high:
            return None
        return int(value) if isinstance(domain, WholeNumber) else value
    return value if isinstance(value, bool) == isinstance(domain, YesNo) else None


# ---------------------------------------------------------------- what is to be answered


def word(cell: OutputCell | None) -> str:
    """Give an output as a word of the policy."""
    if isinstance(cell, Expression):
        return f"= {cell.text}"
    value = None if cell is None else cell.value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        plain = f"{value:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "no_value" if value is None else str(string_of(value))


def together(table: DecisionTable, cells: Sequence[OutputCell | None]) -> str:
    said = ["null" if word(cell) == "no_value" else word(cell) for cell in cells]
    return said[0] if len(said) == 1 else "; ".join(f"{o.name}: {s}" for o, s in zip(table.outputs, said, strict=True))


def expected(table: DecisionTable, output: int, case: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Give the kind of answer and the outcomes that the policy's decision for one output has to give."""
    rows = [row for row in table.rows if matches(row, table, case)]
    default = [item.default for item in table.outputs]
    has_default = any(cell is not None for cell in default)
    match table.hit_policy:
        case tables.UNIQUE | tables.ANY:
            said = {word(row.outputs[output]) for row in rows} or ({word(default[output])} if has_default else set())
            kind = NOTHING if not said else OUTCOME if len(said) == 1 else CANNOT_ANSWER
            return kind, tuple(said) if kind == OUTCOME else ()
        case tables.FIRST | tables.PRIORITY:
            if rows:
                number = combined(table, rows).rules[0]
                return OUTCOME, (word(table.rows[number - 1].outputs[output]),)
            return (OUTCOME, (word(default[output]),)) if has_default else (NOTHING, ())
        case _:
            return _collected(table, output, rows, default if has_default else None)


def _collected(
    table: DecisionTable, output: int, rows: Sequence[TableRow], default: Sequence[OutputCell | None] | None
) -> tuple[str, tuple[str, ...]]:
    if table.aggregation in (tables.MIN, tables.MAX):
        best = _best(table, output, rows) if rows else None
        if best is None and default is not None:
            best = word(default[output])
        return (NOTHING, ()) if best is None else (OUTCOME, (best,))
    if table.aggregation:
        said = [f"row {row.number}: {together(table, row.outputs)}" for row in rows]
        said = said or ([f"default: {together(table, default)}"] if default is not None else [])
    else:
        said = [_alone(table, row.outputs) for row in _listed(table, rows)]
        said = said or ([_alone(table, default)] if default is not None else [])
    if has_no_order(table):
        said = sorted(said)
    return (OUTCOME if said else NOTHING), tuple(dict.fromkeys(said))


def _alone(table: DecisionTable, cells: Sequence[OutputCell | None]) -> str:
    return word(cells[0]) if len(cells) == 1 else together(table, cells)


def _best(table: DecisionTable, output: int, rows: Sequence[TableRow]) -> str:
    best = rows[0].outputs[output]
    for row in rows[1:]:
        cell = row.outputs[output]
        assert isinstance(cell, Literal)
        assert isinstance(best, Literal)
        earlier = below(cell.value, best.value)
        later = below(best.value, cell.value)
        if earlier if table.aggregation == tables.MIN else later:
            best = cell
    return word(best)


def _listed(table: DecisionTable, rows: Sequence[TableRow]) -> list[TableRow]:
    if table.hit_policy != tables.OUTPUT_ORDER or not rows:
        return list(rows)
    return [table.rows[number - 1] for number in combined(table, rows).rules]


def has_no_order(table: DecisionTable) -> bool:
    """Tell whether what a table collects has no order, or one that hangs on expressions that nobody worked out."""
    unknown = any(isinstance(cell, Expression) for row in table.rows for cell in row.outputs)
    return table.hit_policy == tables.COLLECT or (table.hit_policy == tables.OUTPUT_ORDER and unknown)


def said_by(answer: Answer, table: DecisionTable) -> tuple[str, tuple[str, ...]]:
    """Give what a policy answers in the form of `expected`."""
    outcomes = tuple(sorted(answer.outcomes)) if has_no_order(table) else answer.outcomes
    return answer.kind, outcomes
