"""A decision table made elsewhere as CSV, in the form that `readers/grid.py` reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from ruleproof.model.tables import (
    UNIQUE,
    UNKNOWN,
    AnyValue,
    DecisionTable,
    Expression,
    InputColumn,
    OutputCell,
    OutputColumn,
    TableRow,
)
from ruleproof.prover.table_texts import cell_text, value_text


class NoGridError(Exception):
    """The table says something that a CSV file cannot say; the message names it."""


def to_grid(table: DecisionTable) -> str:
    """Write a table; raise `NoGridError` where it has a default output, which has no place in a CSV file."""
    if any(output.default is not None for output in table.outputs):
        raise NoGridError("it has a default output, which has no place in a CSV file")
    has_ids = table.hit_policy != UNIQUE or any(row.id for row in table.rows)
    has_notes = any(row.annotation for row in table.rows)
    named = has_notes or len(table.outputs) > 1
    corner = [f"{table.hit_policy} {table.aggregation}".strip()] if has_ids else []
    heads = [
        *corner,
        *(column.expression for column in table.columns),
        *(f"output: {output.name}" if named else output.name for output in table.outputs),
        *(["note: note"] if has_notes else []),
    ]
    lines: list[Sequence[str]] = [heads]
    if any(column.type != UNKNOWN for column in table.columns):
        types = [*map(_input_type, table.columns), *map(_output_type, table.outputs)]
        lines.append([*([""] if has_ids else []), *types, *([""] if has_notes else [])])
    lines += [_line(row, has_ids, has_notes) for row in table.rows]
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(lines)
    return written.getvalue()


def _line(row: TableRow, has_ids: bool, has_notes: bool) -> list[str]:
    return [
        *([row.id or str(row.number)] if has_ids else []),
        *map(cell_text, row.tests),
        *map(_output, row.outputs),
        *([row.annotation] if has_notes else []),
    ]


def _output(cell: OutputCell) -> str:
    return cell.text if isinstance(cell, Expression) else value_text(cell.value)


def _input_type(column: InputColumn) -> str:
    if column.type == UNKNOWN:
        return ""
    return column.type if type(column.allowed) is AnyValue else f"{column.type}: {cell_text(column.allowed)}"


def _output_type(output: OutputColumn) -> str:
    if output.type == UNKNOWN:
        return ""
    if output.allowed:
        return f"{output.type}: {','.join(map(value_text, output.allowed))}"
    return output.type if type(output.constraint) is AnyValue else f"{output.type}: {cell_text(output.constraint)}"
