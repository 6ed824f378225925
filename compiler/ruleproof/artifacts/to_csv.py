"""Compiled policy to CSV: the derived table of each decision, in the form that our own reader of tables reads."""

from __future__ import annotations

import csv
import io

from ruleproof.artifacts.exported.grid import heading, row_texts, types
from ruleproof.artifacts.exported.tables import ExportedTable, exported
from ruleproof.artifacts.names import file_stem
from ruleproof.compiled import VERSION, Compiled

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(compiled: Compiled) -> dict[str, str]:
    """Give a file for each decision; one that asks nothing, or would have too many rows, has none."""
    stem = file_stem(compiled.policy.name)
    made_from = (
        f"{compiled.policy.name}, revision {compiled.revision or 'not stated'}, "
        f"sha256 {compiled.source.sha256}, ruleproof {VERSION}"
    )
    found = (table for table in exported(compiled).decisions if table.columns)
    return {f"{stem}.{table.name}.csv": _csv(table, made_from) for table in found}


def _csv(table: ExportedTable, made_from: str) -> str:
    cells = 2 + len(table.columns)
    lines = [[*heading(table), "note: made from"], [*types(table), made_from]]
    for number, row in enumerate(table.rows, 1):
        texts = row_texts(table, number, row)
        lines.append([*texts[:cells], *map(_no_formula, texts[cells:]), ""])
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(lines)
    return written.getvalue()


def _no_formula(remark: str) -> str:
    """Put a blank before a remark that a program for sheets would take for a formula; the other cells cannot begin so."""
    return f" {remark}" if remark.startswith(_STARTS_A_FORMULA) else remark
