"""A table of claim lines to a table of answers, batch by batch: the door to deciding by columns."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from ruleproof.runtime.batch.answers import WORDS, columns_of, schema_of, usual_words
from ruleproof.runtime.batch.coded import Numbers
from ruleproof.runtime.batch.columns import Values
from ruleproof.runtime.batch.deciding import Decider, Reject
from ruleproof.runtime.kernel.answers import Answer, Requirement
from ruleproof.runtime.kernel.program import Program
from ruleproof.runtime.kernel.values import InputError, near

ROWS_OF_A_BATCH = 1 << 17
"""Batches with more rows are judged in parts, so that memory stays bounded."""

REJECTS = pa.schema([("row", pa.int64()), ("input", pa.string()), ("value", pa.string()), ("reason", pa.string())])


@dataclass(frozen=True, eq=False)
class DecidedTable:
    """The answers to a table, and the rows that could not be judged."""

    table: pa.Table
    """A row for each row of the input, in its order; null in every column where the row was rejected."""
    rejects: pa.Table
    """The rows that could not be judged, counted from 1, each with the first input that is refused and the reason."""
    unknown: tuple[str, ...]
    """The inputs for which there is no column."""
    not_read: tuple[str, ...]
    """The columns that are no input."""

    @property
    def rows(self) -> int:
        """How many rows there were: judged and rejected."""
        return int(self.table.num_rows)

    @property
    def rejected(self) -> int:
        return int(self.rejects.num_rows)

    @property
    def judged(self) -> int:
        return self.rows - self.rejected

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Hand the answers to any other library of data frames."""
        return self.table.__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        return f"<DecidedTable: {self.judged:,} rows judged, {self.rejected:,} rejected>"


@dataclass(frozen=True, eq=False)
class Deciding:
    """How batches with certain columns are decided."""

    decider: Decider
    schema: pa.Schema
    """The columns of the answers."""
    read: tuple[str, ...]
    unknown: tuple[str, ...]
    not_read: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]
    """What is told of each decision, in their order."""
    _busy: threading.Lock = field(default_factory=threading.Lock)
    """What is remembered from one batch to the next is for one thread at a time."""

    def said(self, batch: pa.RecordBatch, first: int) -> tuple[tuple[Numbers, ...], tuple[Reject, ...]]:
        """Give the number of what each decision and requirement says of each row, and the rows rejected."""
        with self._busy:
            found = self.decider.decide({name: batch.column(name) for name in self.read}, batch.num_rows, first)
        return tuple(item.plain() for item in found.said), found.rejects

    def answers(self, batch: pa.RecordBatch, first: int) -> tuple[pa.RecordBatch, tuple[Reject, ...]]:
        """Give the answers to a batch, whose first row has the number `first`."""
        return self.answers_of({name: batch.column(name) for name in self.read}, batch.num_rows, first)

    def answers_of(
        self, columns: Mapping[str, Values], rows: int, first: int
    ) -> tuple[pa.RecordBatch, tuple[Reject, ...]]:
        """Give the answers to columns by the names of inputs, all of so many rows."""
        if not rows:
            return pa.RecordBatch.from_pylist([], schema=self.schema), ()
        with self._busy:
            found = self.decider.decide(columns, rows, first)
            pairs = list(zip(self.decider.judge.numbered, found.said, strict=True))
            decisions = [(*pair, words) for pair, words in zip(pairs, self.words, strict=False)]
            told = list(columns_of(decisions, pairs[len(self.words) :], bool(found.rejects)))
        return pa.RecordBatch.from_arrays(told, schema=self.schema), found.rejects

    def decided(self, answers: Sequence[pa.RecordBatch], rejects: Sequence[Reject]) -> DecidedTable:
        """Put answers and rejected rows together."""
        table = pa.Table.from_batches(answers, self.schema).unify_dictionaries()
        return DecidedTable(table, rejects_table(rejects), self.unknown, self.not_read)

    def things(self) -> tuple[tuple[str, tuple[Answer | Requirement, ...]], ...]:
        """Give everything that was said so far by each decision and requirement, in the order of its numbers."""
        return tuple((item.name, tuple(item.said)) for item in self.decider.judge.numbered)


def deciding(
    program: Program,
    sizes: Sequence[int],
    names: Sequence[str],
    as_posted_on: datetime.date | str | None = None,
    only: Sequence[str] | None = None,
    words: Sequence[str] | None = None,
    nulls_unknown: Sequence[str] = (),
) -> Deciding:
    """Make ready to decide batches with columns of these names; a name that there is not is an `InputError`.

    `sizes` counts the cells of each dimension; `only` names the decisions and requirements to judge, all by default; `words`
    what is told of each decision, by default what is usual of it.
    """
    decisions = [table.name for table in program.decisions]
    requirements = [table.name for table in program.requirements]
    wanted = [*decisions, *requirements] if only is None else list(only)
    _refuse_others("decision or requirement", wanted, [*decisions, *requirements], "only")
    _refuse_others("word about an answer", words or (), list(WORDS), "words")
    _refuse_others("input", nulls_unknown, program.names, "nulls_unknown")
    _refuse_twice(names, program.names)
    read = tuple(name for name in program.names if name in names)
    posted = program.day("as_posted_on", as_posted_on)
    decided = [table for table in program.decisions if table.name in wanted]
    told = [usual_words(table) if words is None else tuple(words) for table in decided]
    required = [name for name in requirements if name in wanted]
    return Deciding(
        Decider(program, sizes, posted, wanted, nulls_unknown),
        schema_of(zip((table.name for table in decided), told, strict=True), required),
        read,
        tuple(name for name in program.names if name not in names),
        tuple(name for name in names if name not in program.names),
        tuple(told),
    )


def _refuse_others(what: str, given: Sequence[str], there: Sequence[str], parameter: str) -> None:
    for name in given:
        if name not in there:
            allowed = f"one of {', '.join(there)}"
            raise InputError(f"`{parameter}`: there is no {what} `{name}`{near(name, there)}", parameter, name, allowed)


def _refuse_twice(names: Sequence[str], inputs: Sequence[str]) -> None:
    for name in inputs:
        if names.count(name) > 1:
            raise InputError(
                f"the table has two columns `{name}`: keep one of them", name, name, "one column for each input"
            )


def batches_of(table: object) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """Give the columns of anything that hands out an Arrow stream, and its rows in batches of bounded size."""
    if not hasattr(table, "__arrow_c_stream__"):
        message = f"a table is anything with `__arrow_c_stream__` (pyarrow, polars, pandas, DuckDB), not {type(table).__name__}"
        raise InputError(message, "table", None, "a table of Arrow columns")
    reader: Any = pa.RecordBatchReader.from_stream(table)
    return reader.schema, (part for batch in reader for part in in_parts(batch))


def in_parts(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Cut a batch into parts of bounded size."""
    for start in range(0, batch.num_rows, ROWS_OF_A_BATCH):
        yield batch.slice(start, ROWS_OF_A_BATCH)


def rejects_table(rejects: Sequence[Reject]) -> pa.Table:
    """Give rejected rows as a table."""
    columns = [[getattr(item, field.name) for item in rejects] for field in REJECTS]
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, REJECTS, strict=True)], schema=REJECTS
    )


def decide_batches(make: Callable[[Sequence[str]], Deciding], table: object) -> Iterator[DecidedTable]:
    """Decide a stream batch by batch, each as a table of its own; `make` makes ready for columns of some names.

    Rows are counted through the whole stream.
    """
    schema, batches = batches_of(table)
    ready = make(schema.names)
    first = 1
    for batch in batches:
        answers, rejects = ready.answers(batch, first)
        first += batch.num_rows
        yield ready.decided([answers], rejects)


def decide_table(make: Callable[[Sequence[str]], Deciding], table: object) -> DecidedTable:
    """Decide a whole table; the answers are kept in memory, the input is not."""
    schema, batches = batches_of(table)
    ready = make(schema.names)
    answers: list[pa.RecordBatch] = []
    rejects: list[Reject] = []
    first = 1
    for batch in batches:
        found, refused = ready.answers(batch, first)
        answers.append(found)
        rejects += refused
        first += batch.num_rows
    return ready.decided(answers, rejects)
