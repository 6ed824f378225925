"""Flat files by a column mapping: CSV, text with another separator, Parquet, and the RIF layout.

A file is cut into the same pieces as one whose columns have the names of inputs; only what is read from a piece is mapped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from ruleproof.cli.claim_files.by_mapping import Converted, Mapper, Raw
from ruleproof.cli.claim_files.claim_file import Batch, ClaimFile
from ruleproof.cli.claim_files.from_csv import open_csv
from ruleproof.cli.claim_files.from_parquet import open_parquet
from ruleproof.cli.claim_files.from_separated import header_of, open_separated
from ruleproof.cli.failures import Failure
from ruleproof.cli.reading import shown
from ruleproof.readers.claims.date_forms import EXAMPLES
from ruleproof.readers.claims.fields import FIELDS, FLAT, KEPT, RIF
from ruleproof.readers.claims.lines import Fault, Told, UnreadableError, one_day
from ruleproof.readers.claims.mapping import ColumnMapping, MappingError, Way
from ruleproof.readers.claims.rif import OLD_DIAGNOSES, RifColumns, columns_of_rif
from ruleproof.runtime.kernel.inputs import DayInput, Input
from ruleproof.runtime.kernel.program import Program
from ruleproof.tree.messages import did_you_mean


@dataclass(frozen=True)
class _Columns:
    """Stands in for a policy whose inputs have the names of all columns of a file, so that all are read and none is changed."""

    names: tuple[str, ...]
    inputs: tuple[Input, ...] = ()


@dataclass(frozen=True)
class _Read:
    """How the pieces of a file become batches of inputs."""

    raw: Callable[[Any], Iterator[Batch]]
    mapping: ColumnMapping
    fields: Mapping[str, RifColumns]
    """Where a RIF file keeps its fields; none of any other file."""
    keep: tuple[str, ...]

    def batches(self, content: Any) -> Iterator[Batch]:
        mapper = Mapper(self.mapping)
        for batch in self.raw(content):
            columns = cast(Mapping[str, pa.Array], batch.columns)
            others = {name: _kept(columns, self.fields.get(name), name) for name in self.keep} if batch.rows else {}
            if batch.rows:
                yield mapper.batch(partial(self._told, columns), batch.numbers, others, batch.rejects)
            else:
                yield Batch(0, {}, {}, batch.numbers, batch.rejects)

    def _told(self, columns: Mapping[str, pa.Array], way: Way) -> Raw:
        """Give what the rows tell for a way: a column as it is, or texts put together row by row."""
        if len(way.fields) == 1 and way.fields[0] not in self.fields:
            column = columns[way.fields[0]]
            changed = way.reads_text or way.date is not None
            return _as_text(column) if changed and not pa.types.is_temporal(column.type) else column
        field = self.fields.get(way.fields[0])
        if len(way.fields) == 1 and field is not None and len(field.columns) == 1 and not _has_old(columns, field):
            return Converted(columns[field.columns[0]], partial(_told, field))
        parts = [_rows_of(columns, self.fields.get(name), name) for name in way.fields]
        return parts[0] if len(parts) == 1 else [_together(row) for row in zip(*parts, strict=True)]


def open_columns(path: Path, program: Program, mapping: ColumnMapping) -> ClaimFile:
    """Open a flat file or one of the RIF layout."""
    raw, kinds = _opened(path, mapping)
    try:
        fields = columns_of_rif(kinds) if mapping.format == RIF else {}
    except UnreadableError as error:
        raise Failure(f"{shown(str(path))}: {error.message}", error.help) from None
    for way in mapping.ways:
        for name in way.fields:
            if name not in fields:
                _check_column(way, name, tuple(kinds), fields, kinds, program)
    keep = _kept_names(mapping, tuple(kinds), fields)
    others = pa.schema([(name, pa.string() if name in fields else kinds[name]) for name in keep])
    inputs = tuple(way.input for way in mapping.ways)
    return ClaimFile(inputs, others, raw.size, raw.pieces, _Read(raw.batches, mapping, fields, keep).batches)


def _opened(path: Path, mapping: ColumnMapping) -> tuple[ClaimFile, Mapping[str, pa.DataType]]:
    """Open a file with all its columns, and give the type of each."""
    if path.suffix.lower() == ".parquet":
        with pyarrow.parquet.ParquetFile(path) as file:
            kinds = {field.name: field.type for field in file.schema_arrow}
        return open_parquet(path, cast(Program, _Columns(tuple(kinds)))), kinds
    names, _ = header_of(path, mapping.separator, mapping.format != RIF)
    kinds = dict.fromkeys(names, pa.string())
    if mapping.format == RIF or mapping.separator != ",":
        return open_separated(path, mapping.separator, mapping.format != RIF), kinds
    return open_csv(path, cast(Program, _Columns(names))), kinds


# ---------------------------------------------------------------- what the header has


def _check_column(
    way: Way,
    name: str,
    header: Sequence[str],
    fields: Mapping[str, RifColumns],
    kinds: Mapping[str, pa.DataType],
    program: Program,
) -> None:
    """Refuse a column that is not there, or whose values cannot be read as the mapping says."""
    if name not in header:
        known = tuple(dict.fromkeys((*fields, *header)))
        near = did_you_mean(name[:80], known)
        some = ", ".join(header[:12])
        hint = f"did you mean `{near}`?" if near else f"there are {some}{', …' if len(header) > 12 else ''}"
        raise MappingError(f"the file has no column `{name}`", way.line, hint)
    kind = kinds.get(name, pa.string())
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind)
    is_day = isinstance(next(item for item in program.inputs if item.name == way.input), DayInput)
    if is_day and is_text and way.date is None and way.values is None:
        message = f"`{way.input}` is a date, and the mapping does not say how `{name}` writes it"
        raise MappingError(message, way.line, f'add date = "YYYY-MM-DD", or as it is: {EXAMPLES}')
    if way.reads_text and not is_text and not pa.types.is_integer(kind) and not pa.types.is_boolean(kind):
        raise MappingError(f"`{name}` holds no texts but {kind}, and the mapping changes texts", way.line)
    if len(way.fields) > 1 and not is_text:
        raise MappingError(
            f"`{name}` holds no texts but {kind}, and several columns are put together as texts", way.line
        )


def _kept_names(mapping: ColumnMapping, header: Sequence[str], fields: Mapping[str, RifColumns]) -> tuple[str, ...]:
    """Name what goes along to the answers: what the mapping says, else of a flat file all that no input is read from."""
    if mapping.format == FLAT and not mapping.keeps:
        read = {name for way in mapping.ways for name in way.fields}
        return tuple(name for name in header if name not in read)
    if not mapping.keeps:
        return tuple(name for name in KEPT if name in fields)
    for name in mapping.keep:
        if name not in header and name not in fields:
            near = did_you_mean(name[:80], tuple(dict.fromkeys((*fields, *header))))
            raise MappingError(
                f"the file has no column `{name}` to keep", mapping.kept_line, f"did you mean `{near}`?" if near else ""
            )
    return mapping.keep


# ---------------------------------------------------------------- what the rows tell


def _as_text(column: pa.Array) -> pa.Array:
    if pa.types.is_boolean(column.type):
        return pc.if_else(column, "yes", "no")
    return column if pa.types.is_dictionary(column.type) else column.cast(pa.string())


def _rows_of(columns: Mapping[str, pa.Array], field: RifColumns | None, name: str) -> Sequence[Told]:
    """Give what a field or a column tells, row by row."""
    if field is None:
        texts: list[Told] = _as_text(columns[name]).to_pylist()
        return texts
    if len(field.columns) == 1 and not _has_old(columns, field):
        return [_told(field, text) for text in columns[field.columns[0]].to_pylist()]
    rows = zip(*(columns[column].to_pylist() for column in field.columns), strict=True)
    if name == "service_date":
        return [_one_day(field, row) for row in rows]
    if not _has_old(columns, field):
        return [_texts(row) for row in rows]
    none = [None] * len(columns[field.columns[0]])
    versions = zip(*(columns[column].to_pylist() if column else none for column in field.versions), strict=True)
    told = [_diagnoses(row, version) for row, version in zip(rows, versions, strict=True)]
    if FIELDS[name].several:
        return told
    return [(item[0] if item else None) if isinstance(item, tuple) else item for item in told]


def _has_old(columns: Mapping[str, pa.Array], field: RifColumns) -> bool:
    """Tell whether some diagnosis of a batch is of ICD-9, so that it has to be found out which."""
    there = (columns[version] for version in field.versions if version)
    return any(pc.any(pc.equal(pc.utf8_trim_whitespace(version), OLD_DIAGNOSES)).as_py() for version in there)


def _told(field: RifColumns, text: str | None) -> Told:
    text = text.strip() if text else ""
    if not text:
        return () if field.several else None
    told = field.told(text)
    return (told,) if field.several and isinstance(told, str) else told


def _one_day(field: RifColumns, row: tuple[str | None, ...]) -> Told:
    return one_day(_told(field, row[0]), _told(field, row[-1]))


def _texts(row: tuple[str | None, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.strip() for text in row if text and text.strip()))


def _diagnoses(row: tuple[str | None, ...], versions: tuple[str | None, ...]) -> Told:
    for text, version in zip(row, versions, strict=True):
        if version and version.strip() == OLD_DIAGNOSES and text and text.strip():
            return Fault(f"`{text.strip()}` is a diagnosis of ICD-9")
    return _texts(row)


def _together(row: Sequence[Told]) -> Told:
    """Give what several columns tell, one behind the other."""
    texts: list[str] = []
    for told in row:
        if isinstance(told, Fault):
            return told
        texts += (told,) if isinstance(told, str) else told or ()
    return tuple(texts)


def _kept(columns: Mapping[str, pa.Array], field: RifColumns | None, name: str) -> pa.Array:
    if field is None:
        return columns[name]
    told = _rows_of(columns, field, name)
    return pa.array(
        [";".join(item) if isinstance(item, tuple) else item if isinstance(item, str) else None for item in told],
        pa.string(),
    )
