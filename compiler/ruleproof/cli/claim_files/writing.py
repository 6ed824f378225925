"""Answers and rejects as the bytes of a CSV, NDJSON or Parquet file; the same rows always give the same bytes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from ruleproof.cli.failures import Failure
from ruleproof.cli.reading import shown
from ruleproof.runtime.batch.deciding import Reject

ANSWERS, REJECTS = (".csv", ".ndjson", ".jsonl", ".parquet"), (".csv", ".ndjson", ".jsonl")
"""The endings of files of answers and of rejects."""
_REJECT_FIELDS = ("row", "input", "value", "reason")
_TO_ESCAPE = r'["\\\x00-\x1f]'


def kind_of(path: Path, among: Sequence[str]) -> str:
    """Give the kind of a file by its ending; any other is refused."""
    kind = path.suffix.lower()
    if kind not in among:
        raise Failure(f"{shown(str(path))}: the ending says no kind of file", f"use one of {', '.join(among)}")
    return ".ndjson" if kind == ".jsonl" else kind


# ---------------------------------------------------------------- answers


def head_of(kind: str, schema: pa.Schema) -> bytes:
    """Give what stands before the first answer."""
    if kind == ".parquet":
        return b"PAR1"
    if kind == ".ndjson":
        return b""
    stream = io.BytesIO()
    with pyarrow.csv.CSVWriter(stream, _plain(schema)):
        pass
    return stream.getvalue()


def encoded(kind: str, table: pa.Table) -> bytes:
    """Give some answers as bytes: of Parquet a whole file, of the others rows without a header."""
    if kind == ".ndjson":
        return _json_lines(table)
    stream = io.BytesIO()
    if kind == ".parquet":
        columns = [_in_order(column) for column in table.columns]
        pyarrow.parquet.write_table(pa.table(columns, schema=table.schema), stream, write_page_checksum=True)
    else:
        options = pyarrow.csv.WriteOptions(include_header=False)
        pyarrow.csv.write_csv(table.cast(_plain(table.schema)), stream, options)
    return stream.getvalue()


def _plain(schema: pa.Schema) -> pa.Schema:
    """Give the columns of a CSV file, which has no dictionaries and no lists."""
    fields = []
    for field in schema:
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if pa.types.is_nested(kind):
            raise Failure(
                f"the column `{field.name}` holds lists, which a CSV file cannot", "write .ndjson or .parquet"
            )
        fields.append((field.name, kind))
    return pa.schema(fields)


def _in_order(column: pa.ChunkedArray) -> pa.Array:
    """Give a dictionary the order in which its values occur, so that it hangs on the rows alone, and not on earlier ones."""
    joined = column.combine_chunks()
    if not pa.types.is_dictionary(joined.type):
        return joined
    texts = joined.dictionary.to_pylist()
    known = {text: place for place, text in reversed(list(enumerate(texts)))}
    alike = np.array([*(known[text] for text in texts), len(texts)], np.int64)
    places = alike.take(joined.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False))
    first = np.full(len(texts) + 1, len(places))
    first[places[::-1]] = np.arange(len(places))[::-1]
    order = np.argsort(first[:-1], kind="stable")[: np.count_nonzero(first[:-1] < len(places))]
    numbers = np.full(len(texts) + 1, -1, np.int32)
    numbers[order] = np.arange(len(order))
    indices = numbers.take(places)
    nulls = indices < 0
    values = joined.dictionary.take(pa.array(order))
    return pa.DictionaryArray.from_arrays(pa.array(indices, joined.type.index_type, mask=nulls), values)


def _json_lines(table: pa.Table) -> bytes:
    """Give a JSON object for each row, joined column by column."""
    if not table.num_rows:
        return b""
    parts: list[object] = []
    for number, field in enumerate(table.schema):
        parts.append(pa.scalar(f"{', ' if number else '{'}{json.dumps(field.name, ensure_ascii=False)}: "))
        parts.append(_as_json(table.column(number).combine_chunks()))
    lines = pc.binary_join_element_wise(*parts, pa.scalar("}\n"), pa.scalar(""))
    starts = np.frombuffer(lines.buffers()[1], np.int32)[lines.offset : lines.offset + len(lines) + 1]
    return bytes(lines.buffers()[2][int(starts[0]) : int(starts[-1])])


def _as_json(column: pa.Array) -> pa.Array:
    """Give the values of a column as JSON texts."""
    if pa.types.is_dictionary(column.type):
        return _as_json(column.dictionary).take(column.indices).fill_null("null")
    if pa.types.is_integer(column.type):
        return column.cast(pa.string()).fill_null("null")
    if pa.types.is_boolean(column.type):
        return pc.if_else(column, "true", "false").fill_null("null")
    if pa.types.is_string(column.type) and not pc.any(pc.match_substring_regex(column, _TO_ESCAPE)).as_py():
        return pc.binary_join_element_wise(pa.scalar('"'), column, pa.scalar('"'), pa.scalar("")).fill_null("null")
    told = [json.dumps(value, ensure_ascii=False, default=str) for value in column.to_pylist()]
    return pa.array(told, pa.string())


# ---------------------------------------------------------------- rejects


def head_of_rejects(kind: str, several: bool) -> bytes:
    """Give what stands before the first rejected row; with several files each row names its own."""
    fields = (("file",) if several else ()) + _REJECT_FIELDS
    return _csv_rows([fields]) if kind == ".csv" else b""


def encoded_rejects(kind: str, rejects: Sequence[Reject], file: str | None) -> bytes:
    """Give rejected rows as bytes, with the name of their file where there are several."""
    before = () if file is None else (file,)
    rows = [(*before, item.row, item.input, item.value, item.reason) for item in rejects]
    if kind == ".csv":
        return _csv_rows(rows)
    names = (("file",) if before else ()) + _REJECT_FIELDS
    lines = [json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n" for row in rows]
    return "".join(lines).encode("utf-8", "backslashreplace")


def _csv_rows(rows: Sequence[Sequence[object]]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode("utf-8", "backslashreplace")
