"""A piece of a file of claims to the bytes of its answers and rejects: what each process does, alone."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pyarrow as pa

from ruleproof.cli.claim_files.claim_file import Batch
from ruleproof.cli.claim_files.parquet_parts import Fields, part_of
from ruleproof.cli.claim_files.writing import encoded, encoded_rejects
from ruleproof.runtime.batch.deciding import Reject
from ruleproof.runtime.batch.tables import Deciding, deciding
from ruleproof.runtime.kernel.program import Program
from ruleproof.runtime.kernel.values import InputError, shown

if TYPE_CHECKING:
    from ruleproof.cli.claim_files.by_sql import Statements

MOST_KEPT_READY = 4
"""For how many sets of inputs whose nulls are unknown a process stays ready."""
ROW, FILE = "row", "file"
MOST_IN_MEMORY = 1 << 23
"""Longer answers to a piece go to a file, from where they are copied."""


Judge: TypeAlias = Callable[[Batch], tuple[pa.RecordBatch, Sequence[Reject]]]
"""Gives the answers to a batch, and the rows that are rejected, by their places in it."""


@dataclass(frozen=True)
class Source:
    """One of the files that are judged."""

    name: str
    batches: Callable[[Any], Iterator[Batch]]


@dataclass(frozen=True)
class Work:
    """What is done with each piece; it can be handed to another process."""

    program: Program
    sizes: tuple[int, ...]
    as_posted_on: str | None
    sources: tuple[Source, ...]
    names: tuple[str, ...]
    """The columns of the claims."""
    schema: pa.Schema
    """The columns of the answers."""
    kind: str
    kind_of_rejects: str
    aside: Path
    """The folder for what is too long for memory."""
    statements: Statements | None = None
    """The SQL that judges in DuckDB; nothing where this library does."""


@dataclass(frozen=True)
class Done:
    """What became of a piece."""

    rows: int
    judged: int
    rejected: int
    answers: bytes | Path
    """The bytes, or a file that holds them."""
    rejects: bytes | Path
    footers: tuple[tuple[int, Fields], ...]
    """Of Parquet: where in the answers the row groups of a footer begin, and the footer."""


class Worker:
    """Judges pieces one after another."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._judge = judge_of(work)

    def judged(self, file: int, content: Any) -> Done:
        """Judge a piece of one of the files."""
        work = self._work
        name = work.sources[file].name if len(work.sources) > 1 else None
        answers, rejects = _Kept(work.aside), _Kept(work.aside)
        footers: list[tuple[int, Fields]] = []
        rows = judged = rejected = 0
        for batch in work.sources[file].batches(content):
            table, refused = self._answers(batch, name)
            if table.num_rows:
                text = encoded(work.kind, table)
                if work.kind == ".parquet":
                    part = part_of(text)
                    footers.append((answers.length, part.footer))
                    text = part.body
                answers.add(text)
            every = sorted((*batch.rejects, *refused), key=lambda item: item.row)
            if every:
                rejects.add(encoded_rejects(work.kind_of_rejects, every, name))
            rows += batch.rows + len(batch.rejects)
            judged += table.num_rows
            rejected += len(every)
        return Done(rows, judged, rejected, answers.given(), rejects.given(), tuple(footers))

    def _answers(self, batch: Batch, name: str | None) -> tuple[pa.Table, list[Reject]]:
        """Give the answers to the rows of a batch that can be judged, and the others, by their numbers in the file."""
        schema = self._work.schema
        if not batch.rows:
            return schema.empty_table(), []
        answers, rejects = self._judge(batch)
        numbered = [_numbered(batch, item) for item in rejects]
        before = [] if name is None else [pa.array([name] * batch.rows).dictionary_encode()]
        numbers = pa.array(batch.numbers, pa.int64())
        table = pa.Table.from_arrays([*before, numbers, *batch.others.values(), *answers.columns], schema=schema)
        if rejects:
            kept = np.ones(batch.rows, bool)
            kept[[item.row for item in rejects]] = False
            table = table.filter(pa.array(kept))
        return table, numbered


def judge_of(work: Work) -> Judge:
    """Make ready to judge batches, by this library or in DuckDB."""

    @lru_cache(MOST_KEPT_READY)
    def ready(unknown: frozenset[str]) -> Deciding:
        return deciding(work.program, work.sizes, work.names, work.as_posted_on, nulls_unknown=sorted(unknown))

    def by_columns(batch: Batch) -> tuple[pa.RecordBatch, Sequence[Reject]]:
        answers, rejects = ready(batch.unknown).answers_of(batch.columns, batch.rows, 0)
        return answers, [told_of(work.program, batch, item, work.as_posted_on) for item in rejects]

    if work.statements is None:
        return by_columns
    from ruleproof.cli.claim_files.by_sql import SqlJudge

    return SqlJudge(work.program, work.statements, ready(frozenset()).schema, by_columns).judge


def _numbered(batch: Batch, reject: Reject) -> Reject:
    """Give a rejected row its number in the file, and its reason the place where the row stands."""
    where = f"{batch.places[reject.row]}: " if batch.places else ""
    return Reject(int(batch.numbers[reject.row]), reject.input, reject.value, f"{where}{reject.reason}")


def told_of(program: Program, batch: Batch, reject: Reject, as_posted_on: str | None) -> Reject:
    """Give a rejected row with the reason that its values have as they are written, where the columns do not keep them."""
    if batch.told is None:
        return reject
    try:
        program.judge(program.read(batch.told(reject.row)), None, as_posted_on)
    except InputError as error:
        value = "" if isinstance(error.value, dict) else shown(error.value)
        return Reject(reject.row, error.input, value, error.message)
    raise AssertionError(f"row {reject.row} was rejected, and there is nothing to say against it")


class _Kept:
    """Bytes that come one after another: in memory, or in a file when they are many."""

    def __init__(self, aside: Path) -> None:
        self._aside, self.length = aside, 0
        self._parts: list[bytes] = []
        self._stream: IO[bytes] | None = None

    def add(self, text: bytes) -> None:
        self.length += len(text)
        self._parts.append(text)
        if self._stream is None and self.length > MOST_IN_MEMORY:
            self._stream = tempfile.NamedTemporaryFile(prefix="piece-", dir=self._aside, delete=False)  # noqa: SIM115
        if self._stream is not None:
            self._stream.writelines(self._parts)
            self._parts.clear()

    def given(self) -> bytes | Path:
        if self._stream is None:
            return b"".join(self._parts)
        self._stream.close()
        return Path(self._stream.name)
