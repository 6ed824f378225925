"""Batches of claims from CSV, NDJSON and Parquet: the columns of inputs, the numbers of rows, and rows that are none."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from ruleproof.cli.claims import ClaimError, parsed_json
from ruleproof.cli.failures import Failure
from ruleproof.cli.reading import shown
from ruleproof.runtime.batch.columns import Numbers, Values
from ruleproof.runtime.batch.deciding import Reject
from ruleproof.runtime.batch.tables import ROWS_OF_A_BATCH
from ruleproof.runtime.kernel.inputs import SeveralCodesInput
from ruleproof.runtime.kernel.program import Program
from ruleproof.runtime.kernel.values import UNKNOWN

KINDS = (".csv", ".ndjson", ".jsonl", ".parquet")
BETWEEN_CODES = ";"
"""Stands between the codes of one field of a CSV file."""
_LINES_OF_A_BATCH = 1 << 14
_LONGEST_LINE = 1 << 20
_BLOCK = 1 << 22


@dataclass(frozen=True)
class Batch:
    """Some rows of a file."""

    rows: int
    columns: Mapping[str, Values]
    """The columns that are inputs."""
    others: Mapping[str, pa.Array]
    """The columns that are no input; they go along to the answers."""
    numbers: Numbers
    """The number of each row in the file, counted from 1."""
    rejects: tuple[Reject, ...] = ()
    """Rows that could not be read, in no batch."""


@dataclass(frozen=True)
class ClaimFile:
    """A file of claims, opened."""

    names: tuple[str, ...]
    """The inputs that it has columns for; of NDJSON all, since each line tells what it tells."""
    others: pa.Schema
    batches: Iterator[Batch]


def open_claims(path: Path, program: Program) -> ClaimFile:
    """Open a file of claims by its ending."""
    try:
        match path.suffix.lower():
            case ".csv":
                return _csv(path, program)
            case ".parquet":
                return _parquet(path, program)
            case _:
                return ClaimFile(program.names, pa.schema([]), _guarded(path, _json_lines(path, program.names)))
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from None


def _guarded(path: Path, batches: Iterator[Batch]) -> Iterator[Batch]:
    """Say in a sentence why a file cannot be read any further."""
    try:
        yield from batches
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> Failure:
    reason = " ".join((getattr(error, "strerror", None) or str(error)).split())[:300]
    reason = f"{reason[:1].lower()}{reason[1:]}".rstrip(".")
    return Failure(
        f"{shown(str(path))}: the claims cannot be read: {reason}",
        "nothing was written; look whether the file is whole, and of the kind that its ending says",
    )


# ---------------------------------------------------------------- Parquet


def _parquet(path: Path, program: Program) -> ClaimFile:
    file = pyarrow.parquet.ParquetFile(path)
    texts = [field.name for field in file.schema_arrow if pa.types.is_string(field.type)]
    file = pyarrow.parquet.ParquetFile(path, read_dictionary=[name for name in texts if name in program.names])
    schema = file.schema_arrow
    return ClaimFile(*_named(path, schema, program), _guarded(path, _of_parquet(file, program.names)))


def _named(path: Path, schema: pa.Schema, program: Program) -> tuple[tuple[str, ...], pa.Schema]:
    """Tell the columns that are inputs from the others; a column cannot be there twice."""
    for name in schema.names:
        if schema.names.count(name) > 1:
            raise Failure(f"{shown(str(path))}: there are two columns `{name}`", "rename one of them")
    read = tuple(name for name in program.names if name in schema.names)
    if not read:
        known = ", ".join(program.names[:8])
        raise Failure(f"{shown(str(path))}: no column has the name of an input", f"the inputs are {known}, …")
    return read, pa.schema([field for field in schema if field.name not in program.names])


def _of_parquet(file: Any, names: Sequence[str]) -> Iterator[Batch]:
    first = 1
    for batch in file.iter_batches(batch_size=ROWS_OF_A_BATCH):
        numbers = np.arange(first, first + batch.num_rows)
        first += batch.num_rows
        columns = {name: batch.column(name) for name in batch.schema.names}
        yield Batch(batch.num_rows, _those(columns, names, True), _those(columns, names, False), numbers)


def _those(columns: Mapping[str, pa.Array], names: Sequence[str], wanted: bool) -> dict[str, pa.Array]:
    return {name: column for name, column in columns.items() if (name in names) is wanted}


# ---------------------------------------------------------------- CSV


def _csv(path: Path, program: Program) -> ClaimFile:
    """Read a CSV file as texts, so that a value is read as `decide` reads it; an empty field is missing."""
    bad: list[tuple[int, str]] = []

    def keep(row: Any) -> str:
        bad.append((row.number - 1, _of_bad_row(row)))
        return "skip"

    options = pyarrow.csv.ReadOptions(use_threads=False, block_size=_BLOCK)
    parse = pyarrow.csv.ParseOptions(invalid_row_handler=keep)
    with pyarrow.csv.open_csv(path, options, parse) as reader:
        header = reader.schema.names
    bad.clear()
    convert = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=True, null_values=[""]
    )
    reader = pyarrow.csv.open_csv(path, options, parse, convert)
    lists = frozenset(item.name for item in program.inputs if isinstance(item, SeveralCodesInput))
    return ClaimFile(*_named(path, reader.schema, program), _guarded(path, _of_csv(reader, program.names, lists, bad)))


def _of_bad_row(row: Any) -> str:
    lines = row.text.count("\n")
    swallowed = f"; a quote that is not closed takes in {lines} further lines" if lines else ""
    return f"the row has {row.actual_columns} fields and the header {row.expected_columns}{swallowed}"


def _of_csv(reader: Any, names: Sequence[str], lists: frozenset[str], bad: list[tuple[int, str]]) -> Iterator[Batch]:
    last, told = 0, 0
    for batch in reader:
        known = sorted({number for number, _ in bad})
        numbers = _numbers(last, batch.num_rows, known)
        last = int(numbers[-1]) if len(numbers) else last
        columns = {name: _field(batch.column(name), name in lists) for name in batch.schema.names}
        rejects, told = _rejected(bad, told), len(bad)
        yield Batch(batch.num_rows, _those(columns, names, True), _those(columns, names, False), numbers, rejects)
    if told < len(bad):
        yield Batch(0, {}, {}, np.zeros(0, np.int64), _rejected(bad, told))


def _rejected(bad: list[tuple[int, str]], told: int) -> tuple[Reject, ...]:
    return tuple(Reject(number, "", "", reason) for number, reason in bad[told:])


def _numbers(last: int, count: int, skipped: Sequence[int]) -> Numbers:
    """Give the numbers of the next rows after the last one, where some numbers belong to rows that could not be read.

    >>> _numbers(2, 3, [1, 4]).tolist()
    [3, 5, 6]
    """
    later = [number for number in skipped if number > last]
    every = np.arange(last + 1, last + 1 + count + len(later))
    return every[~np.isin(every, later)][:count]


def _field(column: pa.Array, several: bool) -> pa.Array:
    if not several:
        return column
    parts = pc.split_pattern(column, BETWEEN_CODES)
    trimmed = pc.utf8_trim_whitespace(parts.values)
    return pa.ListArray.from_arrays(parts.offsets, trimmed, mask=parts.is_null() if parts.null_count else None)


# ---------------------------------------------------------------- NDJSON


def _json_lines(path: Path, names: Sequence[str]) -> Iterator[Batch]:
    """Read one object a line: what it leaves out is unknown, null is missing, and numbers stay exact."""
    with path.open("rb") as stream:
        first = 1
        while lines := list(islice(iter(lambda: stream.readline(_LONGEST_LINE + 1), b""), _LINES_OF_A_BATCH)):
            yield _of_lines(lines, first, names)
            first += len(lines)


def _of_lines(lines: Sequence[bytes], first: int, names: Sequence[str]) -> Batch:
    claims, numbers, rejects = [], [], []
    for number, line in enumerate(lines, first):
        if not line.strip():
            continue
        try:
            claims.append(_claim(line, number, names))
            numbers.append(number)
        except ClaimError as error:
            rejects.append(Reject(number, "", "", error.message))
    columns: dict[str, Values] = {name: [claim.get(name, UNKNOWN) for claim in claims] for name in names}
    return Batch(len(claims), columns, {}, np.array(numbers, np.int64), tuple(rejects))


def _claim(line: bytes, number: int, names: Sequence[str]) -> dict[str, object]:
    if len(line) > _LONGEST_LINE:
        raise ClaimError(f"the line is longer than {_LONGEST_LINE:,} bytes")
    try:
        found = parsed_json(line.decode("utf-8-sig"), number)
    except UnicodeDecodeError:
        raise ClaimError("the line is not UTF-8 text") from None
    if not isinstance(found, dict):
        raise ClaimError("a claim is one JSON object, input names to values")
    for name in found:
        if name not in names:
            raise ClaimError(f"there is no input {json.dumps(name)[:80]}")
    return found
