"""A policy as one function from batches of claims to batches of answers, which can be pickled and sent to any worker."""

from __future__ import annotations

import datetime
import pickle
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ruleproof.runtime.batch.deciding import Reject
from ruleproof.runtime.batch.tables import Deciding, deciding, in_parts
from ruleproof.runtime.kernel.values import InputError, near

if TYPE_CHECKING:
    from ruleproof.runtime.load import LoadedPolicy

REFUSED = "refused"
"""The column that holds the reason where a row cannot be judged."""
MOST_KEPT_READY = 4
"""For how many policies and sets of columns each thread of a worker stays ready."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a policy; the parameters of `decide_table`."""

    as_posted_on: str | None
    only: tuple[str, ...] | None
    words: tuple[str, ...] | None
    nulls_unknown: tuple[str, ...]


class _Ready(threading.local):
    """What a thread of this process is ready to judge: batches may come to several threads at once."""

    def __init__(self) -> None:
        self.kept: OrderedDict[tuple[str, Asked, tuple[str, ...]], Deciding] = OrderedDict()


_READY = _Ready()


@dataclass(frozen=True)
class JudgeBatches:
    """Judges batches of claims: a function from an iterator of Arrow batches to another, that can be pickled.

    A row of claims is one row of the answers, in the same place: first the columns of `keep`, as they were; then the
    answers, as texts; and last `refused`, the reason why a row cannot be judged, whose answers are then all null.
    """

    sent: bytes
    """The compiled form of the policy, as it is sent; unpickled where batches are judged, once in each thread."""
    digest: str
    asked: Asked
    keep: tuple[str, ...] | None
    """The columns of the claims that go along; all where it is nothing."""

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Judge batches as they come; each may have other columns than the one before."""
        for batch in batches:
            for part in in_parts(batch):
                yield self._judged(part)

    def table(self, claims: object) -> pa.Table:
        """Judge a whole table: anything with `__arrow_c_stream__`, such as a partition of a data frame.

        One without rows gives one without rows, with the right columns.
        """
        reader: Any = pa.RecordBatchReader.from_stream(claims)
        return pa.Table.from_batches(self(reader), self.schema(reader.schema))

    def schema(self, claims: pa.Schema) -> pa.Schema:
        """Give the columns of the answers to claims with such columns; an input error where two would have one name."""
        names = self._ready(tuple(claims.names)).schema.names
        fields = [claims.field(name) for name in self._kept(claims)]
        told = [*names, REFUSED]
        for field in fields:
            if field.name in told:
                message = f"the column `{field.name}` of the claims has the name of a column of the answers: rename it"
                raise InputError(message, field.name, field.name, "another name")
        return pa.schema([*fields, *(pa.field(name, pa.string()) for name in told)])

    def _kept(self, claims: pa.Schema) -> Sequence[str]:
        kept = claims.names if self.keep is None else self.keep
        for name in kept:
            if name not in claims.names:
                message = f"`keep`: the claims have no column `{name}`{near(name, claims.names)}"
                raise InputError(message, "keep", name, f"one of {', '.join(claims.names)}")
            if claims.names.count(name) > 1:
                raise InputError(f"the claims have two columns `{name}`: rename one of them", name, name, "one column")
        return kept

    def _judged(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        schema = self.schema(batch.schema)
        answers, rejects = self._ready(tuple(batch.schema.names)).answers(batch, 0)
        columns = [batch.column(name) for name in self._kept(batch.schema)]
        columns += [column.dictionary_decode() for column in answers.columns]
        return pa.RecordBatch.from_arrays([*columns, _reasons(batch.num_rows, rejects)], schema=schema)

    def _ready(self, names: tuple[str, ...]) -> Deciding:
        """Make ready to judge claims with such columns; the last ones are kept from batch to batch, and from task to task."""
        about = (self.digest, self.asked, names)
        kept = _READY.kept
        found = kept.get(about)
        if found is None:
            program, sizes = pickle.loads(zlib.decompress(self.sent))  # our own bytes, from the one who sends the work
            asked = self.asked
            found = deciding(program, sizes, names, asked.as_posted_on, asked.only, asked.words, asked.nulls_unknown)
            kept[about] = found
            while len(kept) > MOST_KEPT_READY:
                kept.popitem(last=False)
        kept.move_to_end(about)
        return found


def _reasons(rows: int, rejects: Sequence[Reject]) -> pa.Array:
    """Give the reasons why rows cannot be judged, each in the place of its row."""
    if not rejects:
        return pa.nulls(rows, pa.string())
    reasons: list[str | None] = [None] * rows
    for reject in rejects:
        reasons[reject.row] = reject.reason
    return pa.array(reasons, pa.string())


def judge_batches(
    policy: str | Path | LoadedPolicy,
    *,
    as_posted_on: datetime.date | str | None = None,
    only: Sequence[str] | None = None,
    words: Sequence[str] | None = None,
    nulls_unknown: Sequence[str] = (),
    keep: Sequence[str] | None = None,
) -> JudgeBatches:
    """Give a policy (its path, its text, or loaded) as a function over Arrow batches that can be sent to workers.

    `keep` names the columns of the claims that go along, all by default; the other parameters are those of `decide_table`.
    Raises what `load` raises, and `InputError` for a name that there is not.
    """
    from ruleproof.runtime.load import load, program_of, sizes_of  # noqa: PLC0415 - workers do without the compiler

    compiled = (load(policy) if isinstance(policy, str | Path) else policy).compiled
    program = program_of(compiled)
    sent = zlib.compress(pickle.dumps((program, sizes_of(compiled)), protocol=5))
    posted = program.day("as_posted_on", as_posted_on)
    asked = Asked(
        None if posted is None else posted.isoformat(),
        None if only is None else tuple(only),
        None if words is None else tuple(words),
        tuple(nulls_unknown),
    )
    judge = JudgeBatches(sent, sha256(sent).hexdigest(), asked, None if keep is None else tuple(keep))
    judge._ready(program.names)  # a name that there is not is refused here, and not by some worker
    return judge
