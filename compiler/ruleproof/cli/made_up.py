"""Made-up claims as files: CSV and NDJSON by the standard library, Parquet by pyarrow, each written row by row."""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any, Protocol

from ruleproof.model import nodes as model

if TYPE_CHECKING:
    from ruleproof.runtime.generate import Generated

_BETWEEN_CODES = ";"
_ROWS_OF_A_GROUP = 1 << 16


class ClaimWriter(Protocol):
    """Takes claims one after another."""

    def write(self, claim: Generated) -> None: ...


@contextmanager
def writer_of(kind: str, stream: IO[bytes], inputs: Sequence[model.Input]) -> Iterator[ClaimWriter]:
    """Give a writer of the kind that an ending names: `.csv`, `.ndjson` or `.parquet`; at the end all is written."""
    match kind:
        case ".csv":
            yield _Csv(stream, [item.name for item in inputs])
        case ".parquet":
            columns = _parquet(stream, inputs)
            yield columns
            columns.close()
        case _:
            yield _Ndjson(stream)


class _Ndjson:
    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def write(self, claim: Generated) -> None:
        told: dict[str, object] = {name: _in_json(value) for name, value in claim.facts.items()}
        if claim.history is not None:
            told["history"] = [{name: _in_json(value) for name, value in service.items()} for service in claim.history]
        self._stream.write(json.dumps(told, ensure_ascii=False).encode("utf-8") + b"\n")


class CsvLines:
    """Rows of a CSV file."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._text = stream, io.StringIO()
        self._writer = csv.writer(self._text, lineterminator="\n")

    def row(self, fields: Sequence[str]) -> None:
        self._writer.writerow(fields)
        self._stream.write(self._text.getvalue().encode("utf-8"))
        self._text.seek(0)
        self._text.truncate()


class _Csv:
    def __init__(self, stream: IO[bytes], names: Sequence[str]) -> None:
        self._lines, self._names = CsvLines(stream), names
        self._lines.row(names)

    def write(self, claim: Generated) -> None:
        self._lines.row([_in_csv(claim.facts.get(name)) for name in self._names])


class _Parquet:
    def __init__(self, stream: IO[bytes], schema: Any, module: Any) -> None:
        import pyarrow.parquet

        self._module, self._schema = module, schema
        self._file = pyarrow.parquet.ParquetWriter(stream, schema)
        self._rows: list[dict[str, object]] = []

    def write(self, claim: Generated) -> None:
        self._rows.append({name: _in_column(value) for name, value in claim.facts.items()})
        if len(self._rows) == _ROWS_OF_A_GROUP:
            self._flush()

    def _flush(self) -> None:
        self._file.write_table(self._module.Table.from_pylist(self._rows, schema=self._schema))
        self._rows.clear()

    def close(self) -> None:
        if self._rows:
            self._flush()
        self._file.close()


def _parquet(stream: IO[bytes], inputs: Sequence[model.Input]) -> _Parquet:
    from ruleproof.cli.failures import Failure

    try:
        import pyarrow as pa
    except ModuleNotFoundError:
        help = "install the extra `columns`: pip install 'ruleproof[columns]'; or write .csv or .ndjson"
        raise Failure("Parquet needs pyarrow, which is not here", help) from None
    schema = pa.schema([(item.name, _type(pa, item.domain)) for item in inputs])
    return _Parquet(stream, schema, pa)


def _type(pa: Any, domain: model.Domain) -> Any:
    """Give the type of a column; decimals are texts, which keep every digit."""
    match domain:
        case model.YesNo():
            return pa.bool_()
        case model.WholeNumber():
            return pa.int64()
        case model.Day():
            return pa.date32()
        case model.SeveralCodes():
            return pa.list_(pa.string())
        case _:
            return pa.string()


def _in_json(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, datetime.date) else _in_column(value)


def _in_column(value: object) -> object:
    return format(value, "f") if isinstance(value, Decimal) else value


def _in_csv(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _BETWEEN_CODES.join(value) if isinstance(value, tuple) else str(_in_json(value))
