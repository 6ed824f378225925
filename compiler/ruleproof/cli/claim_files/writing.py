"""Answers and rejects, written row by row as CSV, NDJSON or Parquet; a file gets its name when it is whole."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from ruleproof.cli.claim_files.reading import KINDS
from ruleproof.cli.failures import Failure
from ruleproof.cli.reading import shown
from ruleproof.runtime.batch.deciding import Reject

_REJECT_FIELDS = ("row", "input", "value", "reason")


class AnswerFile:
    """A file of answers that is being written."""

    def __init__(self, kind: str, stream: IO[bytes], schema: pa.Schema) -> None:
        self._stream, self._schema = stream, schema
        self._csv: Any = None
        self._parquet: Any = None
        if kind == ".csv":
            self._schema = pa.schema([(field.name, _plain(field)) for field in schema])
            self._csv = pyarrow.csv.CSVWriter(stream, self._schema)
        elif kind == ".parquet":
            self._parquet = pyarrow.parquet.ParquetWriter(stream, schema)

    def write(self, table: pa.Table) -> None:
        if self._csv is not None:
            self._csv.write(table.cast(self._schema))
        elif self._parquet is not None:
            self._parquet.write(table)
        else:
            for row in table.to_pylist():
                self._stream.write(json.dumps(row, ensure_ascii=False, default=str).encode("utf-8") + b"\n")

    def close(self) -> None:
        for writer in (self._csv, self._parquet):
            if writer is not None:
                writer.close()


def _plain(field: pa.Field) -> pa.DataType:
    """Give the type of a column in a CSV file, which has no dictionaries and no lists."""
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    if pa.types.is_nested(kind):
        raise Failure(f"the column `{field.name}` holds lists, which a CSV file cannot", "write .ndjson or .parquet")
    return kind


class RejectFile:
    """A file of rejected rows that is being written: NDJSON by its ending, else CSV."""

    def __init__(self, kind: str, stream: IO[bytes]) -> None:
        self._kind, self._stream, self.count = kind, stream, 0
        if kind == ".csv":
            self._line(list(_REJECT_FIELDS))

    def write(self, rejects: Sequence[Reject]) -> None:
        for reject in rejects:
            self.count += 1
            told = [reject.row, reject.input, reject.value, reject.reason]
            if self._kind == ".csv":
                self._line(told)
            else:
                row = dict(zip(_REJECT_FIELDS, told, strict=True))
                self._stream.write(json.dumps(row, ensure_ascii=False).encode("utf-8") + b"\n")

    def _line(self, fields: Sequence[object]) -> None:
        lines: list[str] = []
        csv.writer(_Lines(lines), lineterminator="\n").writerow(fields)
        self._stream.write("".join(lines).encode("utf-8", "backslashreplace"))


class _Lines:
    """What the standard library writes a row to."""

    def __init__(self, lines: list[str]) -> None:
        self.write = lines.append


def kind_of(path: Path, among: Sequence[str] = KINDS) -> str:
    """Give the kind of a file by its ending; any other is refused."""
    kind = path.suffix.lower()
    if kind not in among:
        raise Failure(f"{shown(str(path))}: the ending says no kind of file", f"use one of {', '.join(among)}")
    return ".ndjson" if kind == ".jsonl" else kind


def refuse_same(paths: Sequence[Path]) -> None:
    """Refuse files of which one would be written over another."""
    seen: dict[Path, Path] = {}
    for path in paths:
        other = seen.setdefault(path.resolve(), path)
        if other is not path:
            raise Failure(f"`{shown(str(path))}` would be written over what it is made from", "choose another name")


@contextmanager
def aside(path: Path) -> Iterator[IO[bytes]]:
    """Write a file under another name in the same folder, and give it its own when all is done."""
    if not path.parent.is_dir():
        raise Failure(f"there is no folder `{shown(str(path.parent))}`", "make it first")
    handle, name = tempfile.mkstemp(prefix=".ruleproof-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
