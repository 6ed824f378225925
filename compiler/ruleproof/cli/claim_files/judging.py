"""A file of claims to a file of answers and a file of rejects, in batches, with exact counts."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from ruleproof.cli.claim_files.reading import Batch, ClaimFile, open_claims
from ruleproof.cli.claim_files.writing import AnswerFile, RejectFile, aside, kind_of, refuse_same
from ruleproof.cli.failures import Failure
from ruleproof.compiled import Compiled
from ruleproof.runtime.batch.deciding import Reject
from ruleproof.runtime.batch.tables import Deciding
from ruleproof.runtime.load import LoadedPolicy, program_of

_ROW = "row"
_SECONDS_BETWEEN = 0.5


@dataclass
class Counts:
    """How many rows there were; judged and rejected add up to rows."""

    rows: int = 0
    judged: int = 0
    rejected: int = 0
    started: float = field(default_factory=time.monotonic)

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / max(time.monotonic() - self.started, 1e-9)


def judge_file(
    compiled: Compiled, path: Path, output: Path, rejects: Path, as_posted_on: str | None, inputs: tuple[Path, ...]
) -> tuple[Counts, ClaimFile]:
    """Judge every row of a file; `inputs` are further files that must not be written over."""
    kind, kind_of_rejects = kind_of(output), kind_of(rejects, (".csv", ".ndjson", ".jsonl"))
    refuse_same([path, *inputs, output, rejects])
    claims = open_claims(path, program_of(compiled))
    ready = LoadedPolicy(compiled).deciding([*claims.names, *claims.others.names], as_posted_on)
    schema = _schema(claims, ready)
    counts, progress = Counts(), _Progress()
    with ExitStack() as stack:
        told = RejectFile(kind_of_rejects, stack.enter_context(aside(rejects)))
        answers = AnswerFile(kind, stack.enter_context(aside(output)), schema)
        for batch in claims.batches:
            table, refused = _judged(ready, batch, schema)
            answers.write(table)
            told.write(sorted((*batch.rejects, *refused), key=lambda item: item.row))
            counts.judged += table.num_rows
            counts.rejected += len(batch.rejects) + len(refused)
            counts.rows += batch.rows + len(batch.rejects)
            progress.show(counts)
        answers.close()
        progress.clear()
    assert counts.rows == counts.judged + counts.rejected
    return counts, claims


def _schema(claims: ClaimFile, ready: Deciding) -> pa.Schema:
    """Give the columns of the answers: the number of the row, what is no input, and what is said."""
    names = [_ROW, *claims.others.names, *ready.schema.names]
    for name in names:
        if names.count(name) > 1:
            raise Failure(f"the column `{name}` of the claims has the name of a column of the answers", "rename it")
    return pa.schema([(_ROW, pa.int64()), *claims.others, *ready.schema])


def _judged(ready: Deciding, batch: Batch, schema: pa.Schema) -> tuple[pa.Table, list[Reject]]:
    """Give the answers to the rows of a batch that can be judged, and the others, by their numbers in the file."""
    if not batch.rows:
        return schema.empty_table(), []
    answers, rejects = ready.answers_of(batch.columns, batch.rows, 0)
    numbered = [Reject(int(batch.numbers[item.row]), item.input, item.value, item.reason) for item in rejects]
    columns = [pa.array(batch.numbers, pa.int64()), *batch.others.values(), *answers.columns]
    table = pa.Table.from_arrays(columns, schema=schema)
    if rejects:
        kept = [True] * batch.rows
        for item in rejects:
            kept[item.row] = False
        table = table.filter(pa.array(kept))
    return table, numbered


class _Progress:
    """Rows and rate on a terminal, twice a second; nothing where nobody looks."""

    def __init__(self) -> None:
        self._shows, self._last = sys.stderr.isatty(), 0.0

    def show(self, counts: Counts) -> None:
        now = time.monotonic()
        if self._shows and now - self._last >= _SECONDS_BETWEEN:
            self._last = now
            said = f"{counts.rows:,} rows, {counts.rejected:,} rejected, {counts.rate:,.0f} rows/s"
            print(f"\r{said}\x1b[K", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._shows:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
