"""Claims from text whose columns another sign than the comma separates, one row on each line; every field is a text."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from ruleproof.cli.claim_files.claim_file import LONGEST_ROW, Batch, ClaimFile, Piece, Place
from ruleproof.cli.claim_files.stretches import Stretch, end_of_line, next_block
from ruleproof.cli.failures import Failure
from ruleproof.cli.reading import shown
from ruleproof.runtime.batch.deciding import Reject


def header_of(path: Path, separator: str, quotes: bool) -> tuple[tuple[str, ...], int]:
    """Give the names in the first line of a file, and where the second line begins."""
    with path.open("rb") as stream:
        line = stream.readline(LONGEST_ROW)
    if not line.removeprefix(codecs.BOM_UTF8).strip():
        what = "the first line is empty" if line.endswith(b"\n") else "the file is empty"
        raise Failure(f"{shown(str(path))}: {what}", "the first line names the columns")
    try:
        text = line.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise Failure(f"{shown(str(path))}: the header is not UTF-8 text", "save the file again as UTF-8") from None
    if "\r" in text:
        raise Failure(
            f"{shown(str(path))}: its lines end in a carriage return alone", "save it with usual ends of lines"
        )
    names = tuple(next(csv.reader([text], delimiter=separator), ())) if quotes else tuple(text.split(separator))
    for name in names:
        if names.count(name) > 1:
            raise Failure(f"{shown(str(path))}: there are two columns `{name}`", "rename one of them")
    return names, len(line)


@dataclass(frozen=True)
class _SeparatedFile:
    path: Path
    header: tuple[str, ...]
    begin: int
    separator: str
    quotes: bool

    def pieces(self, since: Place) -> Iterator[Piece]:
        start, first = since or (self.begin, 1)
        with self.path.open("rb") as stream:
            while True:
                block, last = next_block(stream, start)
                end = start + len(block)
                if not block and not last:
                    end = end_of_line(stream, start)
                if end == start:
                    return
                lines = block.count(b"\n") + (block[-1:] != b"\n") if block else 1
                yield Piece((end, first + lines), end, Stretch(start, end - start, first, not block))
                start, first = end, first + lines

    def batches(self, content: Stretch) -> Iterator[Batch]:
        if content.too_long:
            reject = Reject(content.first, "", "", f"the row is longer than {LONGEST_ROW:,} bytes")
            yield Batch(0, {}, {}, np.zeros(0, np.int64), (reject,))
            return
        lines = content.read_from(self.path).split(b"\n")
        if not lines[-1]:
            lines.pop()
        kept: list[bytes] = []
        numbers: list[int] = []
        rejects: list[Reject] = []
        fields = len(self.header) - 1
        sign = self.separator.encode()
        for number, ended in enumerate(lines, content.first):
            line = ended.removesuffix(b"\r")
            plain = not (self.quotes and b'"' in line) and b"\r" not in line
            if not line.strip():
                continue
            reason = "" if plain and line.count(sign) == fields and len(line) <= LONGEST_ROW else self._wrong(line)
            if reason:
                rejects.append(Reject(number, "", "", reason))
            else:
                kept.append(line)
                numbers.append(number)
        table, bad = self._table(kept)
        rejects += [Reject(numbers[place], "", "", "the row is not UTF-8 text") for place in bad]
        left = np.delete(np.array(numbers, np.int64), bad)
        columns = {name: table.column(name).combine_chunks() for name in self.header} if len(left) else {}
        yield Batch(len(left), columns, {}, left, tuple(sorted(rejects, key=lambda item: item.row)))

    def _wrong(self, line: bytes) -> str:
        """Say what is wrong with a row; nothing where it is a row after all, with quotes."""
        if len(line) > LONGEST_ROW:
            return f"the row is longer than {LONGEST_ROW:,} bytes"
        if b"\r" in line:
            return "the row holds a carriage return"
        count = line.count(self.separator.encode()) + 1
        if self.quotes and b'"' in line:
            try:
                text = line.decode("utf-8", "replace").rstrip("\r")
                count = len(next(csv.reader([text], delimiter=self.separator, strict=True), []))
            except csv.Error:
                return "a quote is not closed, or text follows where it is closed"
        return "" if count == len(self.header) else f"the row has {count} fields and the header {len(self.header)}"

    def _table(self, lines: list[bytes]) -> tuple[pa.Table, list[int]]:
        """Read rows; those that are no UTF-8 are left out and named by their places."""
        try:
            return self._read(lines), []
        except pa.ArrowInvalid:
            bad = [place for place, line in enumerate(lines) if not _is_text(line)]
            left = set(bad)
            return self._read([line for place, line in enumerate(lines) if place not in left]), bad

    def _read(self, lines: list[bytes]) -> pa.Table:
        text = b"\n".join(lines) + b"\n"
        reading = pyarrow.csv.ReadOptions(use_threads=False, block_size=len(text) + 1, column_names=list(self.header))
        quote: Any = '"' if self.quotes else False
        parsing = pyarrow.csv.ParseOptions(delimiter=self.separator, quote_char=quote, ignore_empty_lines=False)
        kinds = dict.fromkeys(self.header, pa.string())
        converting = pyarrow.csv.ConvertOptions(column_types=kinds, strings_can_be_null=True, null_values=[""])
        if not lines:
            return pa.schema([(name, pa.string()) for name in self.header]).empty_table()
        return pyarrow.csv.read_csv(pa.BufferReader(text), reading, parsing, converting)


def _is_text(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def open_separated(path: Path, separator: str, quotes: bool) -> ClaimFile:
    """Open a file; all its columns are read, each as a text, with nothing where a field is empty."""
    header, begin = header_of(path, separator, quotes)
    opened = _SeparatedFile(path, header, begin, separator, quotes)
    return ClaimFile(header, pa.schema([]), path.stat().st_size, opened.pieces, opened.batches)
