"""Claims as Arrow columns, in the many ways in which other libraries hand them out, for tests of deciding by columns."""

from __future__ import annotations

import datetime
import random
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from ruleproof.finding import Value


def columns_of(cases: Sequence[Mapping[str, Any]], names: Sequence[str], chance: random.Random) -> pa.Table:
    """Give cases as a table with a column for each name; types and encodings that mean the same are drawn at random."""
    return pa.table({name: _column([case.get(name) for case in cases], chance) for name in names})


def _column(values: list[Any], chance: random.Random) -> pa.Array:
    first = next((value for value in values if value is not None), None)
    match first:
        case bool():
            return _as_words(values, ["yes" if value else "no" for value in values], pa.bool_(), chance)
        case int():
            kind = chance.choice([pa.int16(), pa.int32(), pa.int64(), pa.uint64() if _natural(values) else pa.int64()])
            return _as_words(values, [str(value) for value in values], kind, chance)
        case Decimal():
            return _as_words(values, [f"{value:f}" if value is not None else "" for value in values], None, chance)
        case datetime.date():
            kind = chance.choice([pa.date32(), pa.date64(), pa.timestamp("ms")])
            if kind == pa.date32():
                return _as_words(values, [value and value.isoformat() for value in values], kind, chance)
            return pa.array(values, pa.date32()).cast(kind)
        case str():
            kind = chance.choice([pa.string(), pa.large_string(), pa.string_view()])
            column = pa.array(values, kind)
            return column if kind == pa.string_view() else _perhaps_dictionary(column, chance)
        case tuple():
            lists = [None if value is None else list(value) for value in values]
            return pa.array(lists, chance.choice([pa.list_(pa.string()), pa.large_list(pa.large_string())]))
        case _:
            return pa.array(values, pa.null())


def _natural(values: Sequence[Any]) -> bool:
    return all(value is None or value >= 0 for value in values)


def _as_words(values: list[Any], words: list[Any], kind: pa.DataType | None, chance: random.Random) -> pa.Array:
    """Give a column of a type, or the same as texts."""
    if chance.random() < 0.3 or kind is None:
        texts = [None if value is None else word for value, word in zip(values, words, strict=True)]
        return _perhaps_dictionary(pa.array(texts, pa.string()), chance)
    return _perhaps_dictionary(pa.array(values, kind), chance)


def _perhaps_dictionary(column: pa.Array, chance: random.Random) -> pa.Array:
    return column.dictionary_encode() if chance.random() < 0.4 else column


def shuffled_cases(
    samples: Mapping[str, tuple[Value, ...]], others: Mapping[str, tuple[Value, ...]], count: int, chance: random.Random
) -> list[dict[str, Value]]:
    """Give cases of values drawn from each cell, and of others of the domain."""
    pools = {name: (*others.get(name, ()), *values) for name, values in samples.items()}
    return [{name: chance.choice(pool) for name, pool in pools.items()} for _ in range(count)]
