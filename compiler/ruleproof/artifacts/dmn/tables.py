"""A table as elements of DMN: its columns, its rows, and what every row is there for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ruleproof.artifacts.dmn.versions import Version
from ruleproof.artifacts.dmn.xml import Element, element
from ruleproof.artifacts.exported.columns import Column
from ruleproof.artifacts.exported.tables import ExportedRow, ExportedTable
from ruleproof.model.tables import BOOLEAN, NUMBER, WHOLE, OneOf
from ruleproof.prover.table_texts import cell_text, value_text

STRING = "string"


def type_name(column: Column) -> str:
    """Name the type of a column: one of its own where its values are bounded, else a built-in one."""
    return f"t_{column.name}" if is_bounded(column) else built_in(column)


def is_bounded(column: Column) -> bool:
    """Tell whether a column may hold some values of its type only."""
    return bool(column.values) or column.range is not None


def built_in(column: Column) -> str:
    """Give the built-in type of a column."""
    return NUMBER if column.type == WHOLE else column.type


def item_definition(column: Column, version: Version) -> Element:
    """Give the type of a column: its values, in the order in which they are declared, or its bounds."""
    values = ",".join(map(value_text, column.values)) or cell_text(column.allowed)
    missing = column.item.may_be_missing and column.type != BOOLEAN
    whole = column.type == WHOLE and version.constrains_types
    parts = [
        element("typeRef", built_in(column)),
        _with_text("allowedValues", f"{values},{cell_text(OneOf(frozenset({None})))}" if missing else values),
        *([_with_text("typeConstraint", WHOLE_NUMBER)] if whole else []),
    ]
    return element("itemDefinition", parts, id=f"type-{column.name}", name=type_name(column))


WHOLE_NUMBER = "? = floor(?)"
"""What a whole number passes, and no other; null does not come to it, since then nothing is compared."""


def table_element(table: ExportedTable, version: Version) -> Element:
    """Give the logic of a decision: its table, or its one answer where nothing is asked."""
    if not table.columns:
        text = value_text(table.rows[0].answer) if table.rows else "null"
        return element("literalExpression", [element("text", text)], id=f"logic-{table.name}", typeRef=STRING)
    inputs = [_input(table, number, column) for number, column in enumerate(table.columns, 1)]
    rules = [_rule(table, number, row) for number, row in enumerate(table.rows, 1)]
    return element(
        "decisionTable",
        [*inputs, _output(table, version), *rules],
        id=f"table-{table.name}",
        hitPolicy="UNIQUE",
        preferredOrientation="Rule-as-Row",
    )


def _with_text(name: str, text: str, key: str = "", **attributes: str) -> Element:
    return element(name, [element("text", text)], id=key, **attributes)


def _input(table: ExportedTable, number: int, column: Column) -> Element:
    key = f"table-{table.name}-input-{number}"
    asked = _with_text("inputExpression", column.name, f"{key}-expression", typeRef=type_name(column))
    return element("input", [asked], id=key, label=column.label)


def _output(table: ExportedTable, version: Version) -> Element:
    key = f"table-{table.name}-output"
    values = _with_text("outputValues", ",".join(map(value_text, table.answers)), f"{key}-values")
    name = table.name if version.names_outputs else ""
    return element("output", [values], id=key, label=table.title, name=name, typeRef=STRING)


def _rule(table: ExportedTable, number: int, row: ExportedRow) -> Element:
    key = f"table-{table.name}-rule-{number}"
    about = "; ".join(behind(row))
    cells = [_with_text("inputEntry", cell_text(test), f"{key}-{place}") for place, test in enumerate(row.tests, 1)]
    said = [element("description", about)] if about else []
    return element("rule", [*said, *cells, _with_text("outputEntry", value_text(row.answer), f"{key}-out")], id=key)


def behind(row: ExportedRow) -> Iterator[str]:
    """Say what stands behind a row."""
    if row.rules:
        yield f"by {_listed(row.rules)}"
    if row.cites:
        yield f"see {_listed(row.cites)}"
    if row.note:
        yield row.note


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
