"""Claims from CSV, every field as a text, so that a value is read as `decide` reads it; an empty field is missing."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from ruleproof.cli.claim_files.claim_file import LONGEST_ROW, Batch, ClaimFile, Piece, Place, named, those
from ruleproof.cli.claim_files.csv_rows import each_line_is_a_row, rows_of
from ruleproof.cli.claim_files.stretches import Stretch, end_of_line, next_block
from ruleproof.cli.failures import Failure
from ruleproof.cli.reading import shown
from ruleproof.runtime.batch.coded import Numbers
from ruleproof.runtime.batch.deciding import Reject
from ruleproof.runtime.batch.tables import ROWS_OF_A_BATCH
from ruleproof.runtime.kernel.inputs import SeveralCodesInput
from ruleproof.runtime.kernel.program import Program

BETWEEN_CODES = ";"
"""Stands between the codes of one field."""
_BARE_RETURN = re.compile(rb"\r(?!\n)")


@dataclass(frozen=True)
class _Rows:
    """Some rows: a stretch of the file, and of its rows those that were seen to be none."""

    stretch: Stretch
    rows: int
    """How many there are, but for those."""
    rejects: tuple[Reject, ...] = ()


@dataclass(frozen=True)
class _CsvFile:
    path: Path
    header: tuple[str, ...]
    begin: int
    """Where the first row begins."""
    inputs: tuple[str, ...]
    lists: frozenset[str]
    """The inputs that hold several codes."""

    # ------------------------------------------------------------ cutting

    def pieces(self, since: Place) -> Iterator[Piece]:
        start, first = since or (self.begin, 1)
        with self.path.open("rb") as stream:
            while found := self._next(stream, start, first):
                content, start, first = found
                yield Piece((start, first), start, content)

    def _next(self, stream: BinaryIO, start: int, first: int) -> tuple[_Rows, int, int] | None:
        """Give the rows from a place on, where the next ones begin, and the number of the first of those."""
        text, last = next_block(stream, start)
        if not text and last:
            return None
        if not text:
            end = end_of_line(stream, start)
            reject = Reject(first, "", "", f"the row is longer than {LONGEST_ROW:,} bytes")
            return _Rows(Stretch(start, 0, first, text=b""), 0, (reject,)), end, first + 1
        if each_line_is_a_row(text):
            rows = text.count(b"\n") + (text[-1:] != b"\n")
            return _Rows(Stretch(start, len(text), first), rows), start + len(text), first + rows
        return self._one_by_one(text, last, start, first)

    def _one_by_one(self, text: bytes, last: bool, start: int, first: int) -> tuple[_Rows, int, int]:
        whole = _BARE_RETURN.sub(b"\n", text)
        kept, rejects, end, number = [], [], 0, first
        for row in rows_of(whole, len(self.header), last):
            end = row.end
            if row.fault:
                rejects.append(Reject(number, "", "", row.fault))
            else:
                kept.append(whole[row.start : row.end])
            number += 1
        end += len(whole[end:]) - len(whole[end:].lstrip(b"\r\n"))  # empty lines; what is left is a row that goes on
        rows = _Rows(Stretch(start, end, first, text=b"".join(kept)), len(kept), tuple(rejects))
        return rows, start + end, number

    # ------------------------------------------------------------ reading

    def batches(self, content: _Rows) -> Iterator[Batch]:
        text = content.stretch.read_from(self.path)
        numbers = _numbers(content)
        bad: dict[int, str] = {}
        if not _is_text(text):
            text, numbers, told = self._without_other_letters(text, numbers)
            content = replace(content, rejects=(*content.rejects, *told))
        table = self._table(text, bad)
        rejects = [Reject(int(numbers[place]), "", "", reason) for place, reason in bad.items()]
        rejects = sorted((*rejects, *content.rejects), key=lambda item: item.row)
        numbers = np.delete(numbers, list(bad))
        assert len(numbers) == table.num_rows
        if not len(numbers):
            yield Batch(0, {}, {}, numbers, tuple(rejects))
            return
        for part in table.to_batches(ROWS_OF_A_BATCH):
            some, numbers = numbers[: part.num_rows], numbers[part.num_rows :]
            before = [item for item in rejects if not len(numbers) or item.row < numbers[0]]
            rejects = rejects[len(before) :]
            columns = {name: _field(part.column(name), name in self.lists) for name in part.schema.names}
            inputs, others = those(columns, self.inputs, True), those(columns, self.inputs, False)
            yield Batch(part.num_rows, inputs, others, some, tuple(before))

    def _table(self, text: bytes, bad: dict[int, str]) -> pa.Table:
        """Read rows; those with too few or too many fields are told in `bad`, by their places."""
        bad.clear()
        if not text:
            return pa.schema([(name, pa.string()) for name in self.header]).empty_table()

        def keep(row: Any) -> str:
            bad[row.number - 1] = f"the row has {row.actual_columns} fields and the header {row.expected_columns}"
            return "skip"

        options = pyarrow.csv.ReadOptions(use_threads=False, block_size=len(text) + 1, column_names=list(self.header))
        parse = pyarrow.csv.ParseOptions(newlines_in_values=True, invalid_row_handler=keep)
        convert = pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(self.header, pa.string()), strings_can_be_null=True, null_values=[""]
        )
        table = pyarrow.csv.read_csv(pa.BufferReader(text), options, parse, convert)
        return table.combine_chunks()

    def _without_other_letters(self, text: bytes, numbers: Numbers) -> tuple[bytes, Numbers, list[Reject]]:
        """Leave out the rows that are not UTF-8."""
        kept, good, rejects = [], [], []
        for number, row in zip(numbers.tolist(), rows_of(text, len(self.header), True), strict=True):
            if _is_text(text[row.start : row.end]):
                kept.append(text[row.start : row.end])
                good.append(number)
            else:
                rejects.append(Reject(number, "", "", "the row is not UTF-8 text"))
        return b"".join(kept), np.array(good, np.int64), rejects


def _is_text(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _numbers(content: _Rows) -> Numbers:
    """Give the number of each row, but for those that are rejected already."""
    every = np.arange(content.rows + len(content.rejects)) + content.stretch.first
    rejected = [item.row for item in content.rejects]
    return every[~np.isin(every, rejected)] if rejected else every


def open_csv(path: Path, program: Program) -> ClaimFile:
    """Open a CSV file, whose first row names the columns."""
    with path.open("rb") as stream:
        block = stream.read(LONGEST_ROW)
    line = re.match(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)", block)
    assert line is not None
    if line[0].endswith(b"\r"):
        raise Failure(
            f"{shown(str(path))}: its lines end in a carriage return alone", "save it with usual ends of lines"
        )
    try:
        text = line[0].decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Failure(f"{shown(str(path))}: the header is not UTF-8 text", "save the file again as UTF-8") from None
    header = tuple(next(csv.reader(io.StringIO(text, newline=""), strict=False), ()))
    names, others = named(path, pa.schema([(name, pa.string()) for name in header]), program)
    lists = frozenset(item.name for item in program.inputs if isinstance(item, SeveralCodesInput))
    opened = _CsvFile(path, header, line.end(), names, lists)
    return ClaimFile(names, others, path.stat().st_size, opened.pieces, opened.batches)


def _field(column: pa.Array, several: bool) -> pa.Array:
    if not several:
        return column
    parts = pc.split_pattern(column, BETWEEN_CODES)
    trimmed = pc.utf8_trim_whitespace(parts.values)
    return pa.ListArray.from_arrays(parts.offsets, trimmed, mask=parts.is_null() if parts.null_count else None)
