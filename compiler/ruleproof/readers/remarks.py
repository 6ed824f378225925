"""What is remarked about a table once it is read: cells that stay undecided, outputs that may not be, a missing order."""

from __future__ import annotations

from collections.abc import Iterator

from ruleproof.finding import Finding
from ruleproof.model.table_meaning import passes, rank
from ruleproof.model.tables import OUTPUT_ORDER, PRIORITY, DecisionTable, Literal, Scalar, TableRow, Undecided
from ruleproof.readers.feel.functions import string_of
from ruleproof.readers.reading import shortened, table_finding
from ruleproof.source import Source

_HOW = "write it as a comparison, an interval, a list of values, not(…) or -; every other rule is analysed"


def remarks(source: Source, table: DecisionTable) -> Iterator[Finding]:
    """Give everything that can be said of a table without analysing it."""
    yield from _undecided(source, table)
    yield from _outside(source, table)
    listed = all(output.allowed for output in table.outputs[:1])
    if table.hit_policy in (PRIORITY, OUTPUT_ORDER) and not listed:
        message = f"the hit policy is {table.hit_policy}, but the output values that give the order are not listed"
        yield table_finding(
            source, "no_priorities", table.span, message, "list them, the most important first", decision=table.name
        )


def _undecided(source: Source, table: DecisionTable) -> Iterator[Finding]:
    """Give one finding for each text that is not decided in a column, with all its rules."""
    for index, column in enumerate(table.columns):
        rows: dict[tuple[str, str], list[TableRow]] = {}
        for row in table.rows:
            test = row.tests[index]
            if isinstance(test, Undecided) and len(row.texts) == len(row.tests):
                rows.setdefault((test.text, test.reason), []).append(row)
        for (text, reason), found in rows.items():
            spans = [row.spans[index] if row.spans else row.span for row in found]
            cell = f"the cell `{shortened(text)}`" if text.strip() else "a cell"
            message = f"{cell} under `{shortened(column.expression)}` is not decided: {reason}"
            numbers = [row.number for row in found]
            yield table_finding(source, "unreadable_cell", spans, message, _HOW, decision=table.name, rules=numbers)


def _outside(source: Source, table: DecisionTable) -> Iterator[Finding]:
    for index, output in enumerate(table.outputs):
        rows: dict[Scalar, list[TableRow]] = {}
        for row in table.rows:
            cell = row.outputs[index]
            if isinstance(cell, Literal) and cell.value is not None and not _may_be(table, index, cell.value):
                rows.setdefault(cell.value, []).append(row)
        for value, found in rows.items():
            message = f"the output `{output.name}` may not be {_shown(value)}: it is none of its output values"
            numbers = [row.number for row in found]
            spans = [row.span for row in found]
            yield table_finding(
                source,
                "outside_values",
                spans,
                message,
                "correct the cell, or list the value",
                decision=table.name,
                rules=numbers,
            )


def _may_be(table: DecisionTable, index: int, value: Scalar) -> bool:
    output = table.outputs[index]
    if output.allowed:
        return rank(output.allowed, value) < len(output.allowed)
    return passes(output.constraint, value, {}) is not False


def _shown(value: Scalar) -> str:
    return f'"{shortened(value)}"' if isinstance(value, str) else str(string_of(value))
