"""A table as rows of texts, in the form that `readers/grid.py` reads: for sheets and for CSV files.

The first cell names the hit policy, so that the first column is the names of the rows; the second row holds the types.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import Any

from ruleproof.artifacts.exported.columns import Column
from ruleproof.artifacts.exported.tables import ExportedRow, ExportedTable
from ruleproof.model.tables import STRING, AnyOf, AnyValue, CellTest, Negated, OneOf, Scalar, Within
from ruleproof.prover.table_texts import cell_text, plain_text, value_text

RULES, CITES, WHY = NOTES = ("rules", "cites", "why")
"""The remarks beside each row."""

_WORD = re.compile(r"[^\W_](?:[\w .]*\w)?")
_ANSWER = re.compile(r"[^\W\d_][\w .,:;()'’–-]*")
_APART = re.compile(r"[:;]")
_WORDS_OF_FEEL = frozenset(
    re.findall(
        r"\w+",
        "and between else every false for function if in instance not null of or return satisfies some then true",
    )
)


def heading(table: ExportedTable) -> list[str]:
    """Give the titles of the columns."""
    return [
        "UNIQUE",
        *(column.name for column in table.columns),
        f"output: {table.name}",
        *(f"note: {note}" for note in NOTES),
    ]


def types(table: ExportedTable) -> list[str]:
    """Give the row of types, each with what the column may hold; texts of outputs are not bounded, so that one may be new."""
    return ["", *map(_type, table.columns), STRING, *("" for _ in NOTES)]


def row_texts(table: ExportedTable, number: int, row: ExportedRow) -> list[str]:
    """Give the cells of a row, the remarks last."""
    tests = [test_text(test, column) for test, column in zip(row.tests, table.columns, strict=True)]
    names = {column.name for column in table.columns}
    return [str(number), *tests, answer_text(row.answer, names), ", ".join(row.rules), "; ".join(row.cites), row.note]


def _type(column: Column) -> str:
    values = _words(column.values) if column.values else test_text(column.range, column) if column.range else ""
    return f"{column.type}: {values}" if values else column.type


# ---------------------------------------------------------------- cells


def test_text(test: CellTest, column: Column) -> str:
    """Write a test as people do: words and dates without quotes where they can be read so."""
    match test:
        case OneOf(values) if column.type == STRING:
            return _words(_in_order(values, column))
        case Negated(OneOf(values)) if column.type == STRING:
            return f"not({_words(_in_order(values, column))})"
        case OneOf(values):
            return ", ".join(map(_value, sorted(values, key=_null_last)))
        case Within(low, high, low_closed, high_closed):
            if low is None or high is None:
                sign = (">" if low_closed is False else ">=") if high is None else ("<=" if high_closed else "<")
                return f"{sign} {_value(high if low is None else low)}"
            return f"{'[' if low_closed else '('}{_value(low)} .. {_value(high)}{']' if high_closed else ')'}"
        case AnyOf(parts):
            return ", ".join(test_text(part, column) for part in parts)
        case Negated(part):
            return f"not({test_text(part, column)})"
        case AnyValue():
            return "-"
        case _:
            return cell_text(test)


def _null_last(value: Scalar) -> tuple[bool, Any]:
    return value is None, 0 if value is None else value


def _in_order(values: Iterable[Scalar], column: Column) -> list[Scalar]:
    """Put texts in the order in which they are declared, and null last."""
    order = {value: place for place, value in enumerate(column.values)}
    return sorted(values, key=lambda value: (value is None, order.get(str(value), len(order)), str(value)))


def _value(value: Scalar) -> str:
    return plain_text(value) if isinstance(value, datetime.date) else value_text(value)


def _words(values: Iterable[Scalar]) -> str:
    """Write texts: all of a cell without quotes, or all with them."""
    listed = list(values)
    texts = [value for value in listed if isinstance(value, str)]
    bare = all(map(_stands_bare, texts))
    return ", ".join(value if bare and isinstance(value, str) else value_text(value) for value in listed)


def _stands_bare(word: str) -> bool:
    return (
        _WORD.fullmatch(word) is not None
        and re.search(r"[^\W\d_]", word) is not None
        and ".." not in word
        and word not in _WORDS_OF_FEEL
    )


def answer_text(answer: str, names: Iterable[str]) -> str:
    """Write an answer, in quotes where it could be read as an expression or by a sheet as something else.

    >>> answer_text("CPT 81445", ()), answer_text("out of scope: not here", ()), answer_text("msi", ("msi",))
    ('CPT 81445', 'out of scope: not here', '"msi"')
    """
    if _ANSWER.fullmatch(answer) and answer == " ".join(answer.split()):
        words = set(re.findall(r"\w+", answer))
        if _APART.search(answer) and "(" not in answer:
            return answer
        if not re.search(r"[(),'’–.-]", answer) and words.isdisjoint(_WORDS_OF_FEEL) and words.isdisjoint(names):
            return answer
    return value_text(answer)
