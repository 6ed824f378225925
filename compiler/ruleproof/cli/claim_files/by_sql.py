"""Batches judged by the emitted statements in DuckDB, with the same answers and rejects as by columns.

The statements answer rows whose values all have the types of SQL.  A row with another value (a text that is no date, an input
that is not told), one that the statements refuse, and one whose answer hangs on what is unknown are judged by columns, which
also give the reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ruleproof.artifacts.names import file_stem
from ruleproof.artifacts.to_sql import to_sql
from ruleproof.cli.claim_files.claim_file import Batch
from ruleproof.cli.failures import Failure
from ruleproof.compiled import Compiled
from ruleproof.model.meaning import NOT_KNOWN
from ruleproof.runtime.batch.coded import Numbers
from ruleproof.runtime.batch.columns import Values
from ruleproof.runtime.batch.deciding import Reject
from ruleproof.runtime.kernel.inputs import (
    DayInput,
    DecimalInput,
    Input,
    SeveralCodesInput,
    WholeNumberInput,
    YesNoInput,
)
from ruleproof.runtime.kernel.program import Program
from ruleproof.runtime.kernel.values import UNKNOWN, InputError

_NUMBER, _VIEW, _REFUSED = "ruleproof row", "ruleproof claims", "refused"
_MOST_DIGITS, _DECIMALS = 38, 12


@dataclass(frozen=True)
class Statements:
    """The statements of a policy, and the name of the macro that judges a table."""

    text: str
    macro: str
    decisions: tuple[str, ...]


def statements_of(compiled: Compiled, as_posted_on: str | None) -> Statements:
    """Give the statements for DuckDB; say why where there are none."""
    if as_posted_on is not None:
        raise Failure("--engine duckdb answers by all that has been posted", "leave out --as-posted-on, or --engine")
    stem = file_stem(compiled.policy.name)
    text = to_sql(compiled, "duckdb")[f"{stem}.duckdb.sql"]
    if "CREATE" not in text:
        reason = text.rstrip().splitlines()[-1].removeprefix("-- ").removesuffix(".")
        raise Failure(f"--engine duckdb: {reason[:1].lower()}{reason[1:]}", "leave out --engine")
    return Statements(text, stem, tuple(item.name for item in compiled.policy.decisions))


class SqlJudge:
    """Judges batches in a database of its own, in memory."""

    def __init__(self, program: Program, statements: Statements, schema: pa.Schema, by_columns: ByColumns) -> None:
        import duckdb

        self._inputs, self._schema, self._by_columns = program.inputs, schema, by_columns
        self._open = [f"{name}.kind" for name in statements.decisions]
        self._database: Any = duckdb.connect(config={"threads": 1})
        self._database.execute(statements.text)
        macro = statements.macro.replace('"', '""')
        self._query = f"""FROM "{macro}"('{_VIEW}')"""

    def judge(self, batch: Batch) -> tuple[pa.RecordBatch, Sequence[Reject]]:
        """Give the answers to a batch, and the rows that are rejected, by their places in it."""
        again = np.zeros(batch.rows, bool)
        columns = {}
        for item in self._inputs:
            columns[item.name], other = _typed(item, batch.columns.get(item.name), batch.rows)
            again |= other
            if item.name in batch.unknown:
                again |= columns[item.name].is_null().to_numpy(zero_copy_only=False)
        told = self._told(columns, batch.rows)
        again |= told.column(_REFUSED).is_valid().to_numpy(zero_copy_only=False)
        for name in self._open:
            again |= pc.equal(told.column(name), NOT_KNOWN).fill_null(True).to_numpy(zero_copy_only=False)
        return self._joined(batch, told, again)

    def _told(self, columns: Mapping[str, pa.Array], rows: int) -> pa.Table:
        """Ask the database; the rows come back in their order."""
        self._database.register(_VIEW, pa.table({**columns, _NUMBER: np.arange(rows)}))
        found = self._database.sql(self._query).to_arrow_table().combine_chunks()
        self._database.unregister(_VIEW)
        numbers = found.column(_NUMBER).to_numpy()
        assert len(numbers) == rows
        return found if (np.diff(numbers) == 1).all() else found.sort_by(_NUMBER)

    def _joined(self, batch: Batch, told: pa.Table, again: Numbers) -> tuple[pa.RecordBatch, Sequence[Reject]]:
        """Put the answers of the database and those by columns into one order."""
        places = np.flatnonzero(again)
        others, rejects = self._by_columns(_some(batch, places)) if len(places) else (self._schema.empty_table(), ())
        order = np.arange(batch.rows)
        order[places] = np.arange(len(places)) + batch.rows
        columns = []
        for name in self._schema.names:
            here = (
                told.column(name).combine_chunks() if name in told.schema.names else pa.nulls(batch.rows, pa.string())
            )
            there = others.column(name).cast(pa.string())
            parts = [*(there.chunks if isinstance(there, pa.ChunkedArray) else [there])]
            columns.append(pa.concat_arrays([here.cast(pa.string()), *parts]).take(pa.array(order)).dictionary_encode())
        numbered = [replace(item, row=int(places[item.row])) for item in rejects]
        return pa.RecordBatch.from_arrays(columns, schema=self._schema), numbered


ByColumns = Callable[[Batch], tuple[pa.RecordBatch, Sequence[Reject]]]
"""Judges a batch by columns."""


def _some(batch: Batch, places: Numbers) -> Batch:
    """Give some rows of a batch."""
    columns = {
        name: [column[place] for place in places.tolist()]
        if isinstance(column, list)
        else column.take(pa.array(places))
        for name, column in batch.columns.items()
    }
    told = batch.told
    again = None if told is None else lambda row: told(int(places[row]))
    return Batch(len(places), columns, {}, batch.numbers[places], (), again, batch.unknown)


def _typed(item: Input, column: Values | None, rows: int) -> tuple[pa.Array, Numbers]:
    """Give a column in the type that the statements need, null where a value has none, and tell in which rows that is so."""
    kind = _kind(item)
    if column is None:
        return pa.nulls(rows, kind), np.ones(rows, bool)
    if isinstance(column, list):
        return _of_values(item, column, kind)
    if column.type == kind or _is_like(column.type, kind):
        return column, np.zeros(rows, bool)
    if pa.types.is_nested(column.type) or pa.types.is_null(column.type):
        return _of_values(item, column.to_pylist(), kind)
    coded: Any = column if isinstance(column, pa.DictionaryArray) else column.dictionary_encode()
    values, others = _of_values(item, [*coded.dictionary.to_pylist(), None], kind)
    places = coded.indices.fill_null(len(values) - 1).to_numpy(zero_copy_only=False).astype(np.int64)
    return values.take(pa.array(places)), others.take(places)


def _is_like(found: pa.DataType, kind: pa.DataType) -> bool:
    """Tell whether the database reads a type as well as the one that it needs."""
    if pa.types.is_integer(kind):
        return bool(pa.types.is_signed_integer(found))
    return bool(pa.types.is_decimal(kind) and pa.types.is_decimal128(found))


def _kind(item: Input) -> pa.DataType:
    match item:
        case YesNoInput():
            return pa.bool_()
        case WholeNumberInput():
            return pa.int64()
        case DecimalInput():
            return pa.decimal128(_MOST_DIGITS, _DECIMALS if item.places is None else item.places)
        case DayInput():
            return pa.date32()
        case SeveralCodesInput():
            return pa.list_(pa.string())
        case _:
            return pa.string()


def _of_values(item: Input, values: Sequence[Any], kind: pa.DataType) -> tuple[pa.Array, Numbers]:
    """Read each value as `decide` reads it; one that is refused, not told, or too wide for SQL is null and marked."""
    read, others = [], np.zeros(len(values), bool)
    for place, value in enumerate(values):
        found = _read(item, value)
        others[place] = found is UNKNOWN
        read.append(None if found is UNKNOWN else found)
    try:
        return pa.array(read, kind), others
    except (pa.ArrowException, OverflowError):
        return pa.nulls(len(values), kind), np.ones(len(values), bool)


def _read(item: Input, value: Any) -> Any:
    if value is UNKNOWN:
        return UNKNOWN
    try:
        found = item.read(value)
    except InputError:
        return UNKNOWN
    return list(found) if isinstance(found, tuple | frozenset | set) else found
