"""Claims from NDJSON: what a line leaves out is unknown, null is missing, and numbers stay exact.

Lines are read by columns where each is a plain object with values of the usual kinds, and else one by one; both say the
same, but the first is some ten times as fast.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.json

from ruleproof.cli.claim_files.claim_file import LONGEST_ROW, Batch, ClaimFile, Piece, Place
from ruleproof.cli.claim_files.json_keys import Keys
from ruleproof.cli.claim_files.stretches import Stretch, end_of_line, next_block
from ruleproof.cli.claims import ClaimError, parsed_json
from ruleproof.runtime.batch.coded import Numbers
from ruleproof.runtime.batch.columns import Values
from ruleproof.runtime.batch.deciding import Reject
from ruleproof.runtime.kernel.inputs import DecimalInput, Input, SeveralCodesInput, WholeNumberInput, YesNoInput
from ruleproof.runtime.kernel.program import Program
from ruleproof.runtime.kernel.values import UNKNOWN

LINES_OF_A_BATCH = 1 << 14
_MOST_DIGITS, _DECIMALS = 38, 12
_BRACE, _LINE_END, _RETURN = b"{\n\r"


@dataclass(frozen=True)
class _JsonLines:
    path: Path
    kinds: Mapping[str, pa.DataType]
    """The type of the column of each input."""

    def pieces(self, since: Place) -> Iterator[Piece]:
        start, first = since or (0, 1)
        with self.path.open("rb") as stream:
            while True:
                block, last = next_block(stream, start)
                end = start + len(block)
                if not block and not last:
                    end = end_of_line(stream, start)
                if end == start:
                    return
                lines = block.count(b"\n") if block else 1
                yield Piece((end, first + lines), end, Stretch(start, end - start, first, not block))
                start, first = end, first + lines

    def batches(self, content: Stretch) -> Iterator[Batch]:
        if content.too_long:
            yield _of_lines([bytes(LONGEST_ROW + 1)], content.first, tuple(self.kinds))
            return
        text, first = content.read_from(self.path), content.first
        keys = Keys(tuple(self.kinds))
        start = 0
        while start < len(text):
            lines, start = _some_lines(text, start)
            fast = _by_columns(lines, first, self.kinds, keys)
            parts = lines.split(b"\n")[:-1] if fast is None else []
            yield _of_lines(parts, first, tuple(self.kinds)) if fast is None else fast
            first += lines.count(b"\n")


def open_json_lines(path: Path, program: Program) -> ClaimFile:
    """Open a file with one JSON object on each line."""
    opened = _JsonLines(path, {item.name: _kind(item) for item in program.inputs})
    return ClaimFile(program.names, pa.schema([]), path.stat().st_size, opened.pieces, opened.batches)


def _kind(item: Input) -> pa.DataType:
    match item:
        case YesNoInput():
            return pa.bool_()
        case WholeNumberInput():
            return pa.int64()
        case DecimalInput():
            return pa.decimal128(_MOST_DIGITS, _DECIMALS if item.places is None else item.places)
        case SeveralCodesInput():
            return pa.list_(pa.string())
        case _:
            return pa.string()


def _some_lines(text: bytes, start: int) -> tuple[bytes, int]:
    """Give so many lines as make a batch, each with an end, and where the next ones begin."""
    end = start
    for _ in range(LINES_OF_A_BATCH):
        found = text.find(b"\n", end)
        if found < 0:
            return text[start:] + (b"\n" if end < len(text) else b""), len(text)
        end = found + 1
    return text[start:end], end


# ---------------------------------------------------------------- by columns


def _by_columns(text: bytes, first: int, kinds: Mapping[str, pa.DataType], keys: Keys) -> Batch | None:
    """Read lines by columns; give nothing where one of them is not a plain object with values of the usual kinds.

    With a bracket at the beginning of each line, and as many objects as lines, each line is one object: no value is one.
    """
    letters = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(letters == _LINE_END)
    starts = np.concatenate(([0], ends[:-1] + 1))
    empty = (letters[starts] == _LINE_END) | ((letters[starts] == _RETURN) & (ends == starts + 1))
    plain = bool((empty | (letters[starts] == _BRACE)).all())
    if not plain or b"\\" in text or int((ends - starts).max(initial=0)) > LONGEST_ROW or bool(empty.all()):
        return None
    lines = np.flatnonzero(~empty)
    found = keys.found_in(text)
    if found is None:
        return None
    types = {name: pa.string() if name in found and found[name].texts else kind for name, kind in kinds.items()}
    schema = pa.schema([(name, types[name]) for name in found])
    options = pyarrow.json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error")
    reading = pyarrow.json.ReadOptions(use_threads=False, block_size=len(text) + 1)
    try:
        text.decode("utf-8")
        table = pyarrow.json.read_json(pa.BufferReader(text), reading, options)
    except (pa.ArrowException, UnicodeDecodeError):
        return None
    if table.num_rows != len(lines):
        return None
    columns: dict[str, Values] = {}
    unknown = set()
    for name, key in found.items():
        column = columns[name] = table.column(name).combine_chunks()
        not_told = len(lines) - len(key.starts)
        if not_told and column.null_count == not_told:
            unknown.add(name)
        elif not_told:
            columns[name] = _with_unknown(column, np.searchsorted(starts[lines], key.starts, "right") - 1)

    def claim(row: int) -> Mapping[str, object]:
        line = text[starts[lines[row]] : ends[lines[row]]]
        return _claim(line, 0, keys.names)

    return Batch(table.num_rows, columns, {}, lines + first, (), claim, unknown=frozenset(unknown))


def _with_unknown(column: pa.Array, told: Numbers) -> list[object]:
    """Give the values of a column, unknown but for the rows that are told."""
    values: list[object] = [UNKNOWN] * len(column)
    for row, value in zip(told.tolist(), column.take(pa.array(told)).to_pylist(), strict=True):
        values[row] = value
    return values


# ---------------------------------------------------------------- line by line


def _of_lines(lines: Sequence[bytes], first: int, names: Sequence[str]) -> Batch:
    claims: list[Mapping[str, object]] = []
    numbers, rejects = [], []
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


def _claim(line: bytes, number: int, names: Sequence[str]) -> dict[str, Any]:
    if len(line) > LONGEST_ROW:
        raise ClaimError(f"the line is longer than {LONGEST_ROW:,} bytes")
    try:
        found = parsed_json(line.decode("utf-8-sig" if number == 1 else "utf-8"), number)
    except UnicodeDecodeError:
        raise ClaimError("the line is not UTF-8 text") from None
    if not isinstance(found, dict):
        raise ClaimError("a claim is one JSON object, input names to values")
    for name in found:
        if name not in names:
            raise ClaimError(f"there is no input {json.dumps(name)[:80]}")
    return found
