"""Claims from Parquet: each row group is a piece, and keeps its types; one that is damaged is rejected row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from ruleproof.cli.claim_files.claim_file import Batch, ClaimFile, Piece, Place, named, reason_of, those
from ruleproof.runtime.batch.deciding import Reject
from ruleproof.runtime.kernel.program import Program

ROWS_OF_A_BATCH = 1 << 15
_BUFFER = 1 << 18
_REJECTS_AT_ONCE = 1 << 14


@dataclass(frozen=True)
class _Group:
    """A row group, by its number, with the number of its first row and how many there are."""

    group: int
    first: int
    rows: int


@dataclass(frozen=True)
class _ParquetFile:
    path: Path
    inputs: tuple[str, ...]
    size: int

    def pieces(self, since: Place) -> Iterator[Piece]:
        start, first = since or (0, 1)
        metadata = _opened(self.path, self.inputs).metadata
        for group in range(start, metadata.num_row_groups):
            rows = metadata.row_group(group).num_rows
            content = _Group(group, first, rows)
            first += rows
            read = self.size * (first - 1) // max(metadata.num_rows, 1)
            yield Piece((group + 1, first), read, content)

    def batches(self, content: _Group) -> Iterator[Batch]:
        done = 0
        try:
            file = _opened(self.path, self.inputs)
            for part in file.iter_batches(ROWS_OF_A_BATCH, [content.group], use_threads=False):
                first = content.first + done
                columns = {name: part.column(name) for name in part.schema.names}
                numbers = np.arange(first, first + part.num_rows)
                inputs, others = those(columns, self.inputs, True), those(columns, self.inputs, False)
                yield Batch(part.num_rows, inputs, others, numbers)
                done += part.num_rows
        except (pa.ArrowException, OSError) as error:
            yield from _damaged(content, done, reason_of(error))


def _damaged(content: _Group, done: int, reason: str) -> Iterator[Batch]:
    """Reject the rows of a row group that could not be read any further."""
    told = f"row group {content.group + 1} of the file cannot be read: {reason}"
    for start in range(done, content.rows, _REJECTS_AT_ONCE):
        places = range(start, min(start + _REJECTS_AT_ONCE, content.rows))
        rejects = tuple(Reject(content.first + place, "", "", told) for place in places)
        yield Batch(0, {}, {}, np.zeros(0, np.int64), rejects)


def open_parquet(path: Path, program: Program) -> ClaimFile:
    """Open a Parquet file."""
    with pyarrow.parquet.ParquetFile(path) as file:
        names, others = named(path, file.schema_arrow, program)
    opened = _ParquetFile(path, names, path.stat().st_size)
    return ClaimFile(names, others, opened.size, opened.pieces, opened.batches)


def _opened(path: Path, inputs: tuple[str, ...]) -> Any:
    """Open a file with the texts of inputs as dictionaries; row groups are streamed, so that their size does not matter."""
    place = path.resolve()
    seen = place.stat()
    return _kept_open(place, (seen.st_ino, seen.st_size, seen.st_mtime_ns), inputs)


@lru_cache(2)
def _kept_open(path: Path, seen: tuple[int, ...], inputs: tuple[str, ...]) -> Any:  # noqa: ARG001 - tells files apart
    with pyarrow.parquet.ParquetFile(path) as file:
        texts = [field.name for field in file.schema_arrow if pa.types.is_string(field.type) and field.name in inputs]
    return pyarrow.parquet.ParquetFile(
        path, read_dictionary=texts, buffer_size=_BUFFER, pre_buffer=False, page_checksum_verification=True
    )
