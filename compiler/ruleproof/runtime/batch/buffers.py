"""The memory of Arrow columns as numbers, without copies where that is possible."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ruleproof.runtime.batch.coded import Numbers


def bits_of(column: pa.Array) -> Numbers:
    """Give a column of yes and no as ones and zeros; anything where it is null."""
    return _unpacked(column.buffers()[1], column)


def nulls_of(column: pa.Array) -> Numbers | None:
    """Tell which rows of a column are null; nothing where none is."""
    if not column.null_count:
        return None
    return (_unpacked(column.buffers()[0], column) ^ 1).view(bool)


def _unpacked(buffer: pa.Buffer, column: pa.Array) -> Numbers:
    packed = np.frombuffer(buffer, np.uint8)
    skipped, bits = divmod(column.offset, 8)
    return np.unpackbits(packed[skipped:], count=bits + len(column), bitorder="little")[bits:]


_INT32 = np.dtype(np.int32)
_LAST = np.iinfo(_INT32).max
_NUMBERS = {pa.date32(): _INT32, pa.int32(): _INT32}


def numbers_of(column: pa.Array) -> Numbers:
    """Give the numbers, days or indices of a column as they lie in memory; anything where it is null."""
    kind = _NUMBERS.get(column.type) or np.dtype(column.type.to_pandas_dtype())
    return np.frombuffer(column.buffers()[1], kind)[column.offset : column.offset + len(column)]


def indices_of(column: pa.DictionaryArray) -> tuple[Numbers, bool]:
    """Give the indices of a column, and the size of its dictionary where it is null; and whether that is so anywhere."""
    indices = column.indices
    places, nulls = numbers_of(indices), nulls_of(indices)
    if nulls is not None:
        places = np.where(nulls, len(column.dictionary), places.astype(np.int64))
    if places.itemsize > _INT32.itemsize:
        places = places.clip(-1, _LAST).astype(_INT32)
    return places.view(_INT32) if places.itemsize == _INT32.itemsize else places, nulls is not None


def lengths_of(column: pa.ListArray) -> Numbers:
    """Count the values in each list; none where it is null."""
    offsets = np.frombuffer(column.buffers()[1], np.int32)[column.offset : column.offset + len(column) + 1]
    lengths, nulls = np.diff(offsets), nulls_of(column)
    if nulls is not None:
        lengths[nulls] = 0
    return lengths


def midnights_of(column: pa.Array) -> tuple[Numbers, Numbers | None]:
    """Give the days of dates or of times without a zone, counted from 1970-01-01, and which are no midnight, if any."""
    if pa.types.is_date32(column.type):
        return numbers_of(column), None
    dates = column.cast(pa.date32(), safe=False)
    timed = pc.not_equal(dates.cast(column.type), column).fill_null(False).to_numpy(zero_copy_only=False)
    return numbers_of(dates), timed if timed.any() else None


def plain(column: pa.Array) -> pa.Array:
    """Give a column in the few types that are read: no extensions, runs or views."""
    kind = column.type
    if isinstance(column, pa.ExtensionArray):
        return plain(column.storage)
    if pa.types.is_run_end_encoded(kind):
        return plain(pc.run_end_decode(column))
    if pa.types.is_dictionary(kind) and pa.types.is_temporal(kind.value_type):
        return plain(column.dictionary_decode())
    if pa.types.is_dictionary(kind):
        better = _plain_type(kind.value_type)
        if better != kind.value_type:
            return pa.DictionaryArray.from_arrays(column.indices, column.dictionary.cast(better))
        return column
    better = _plain_type(kind)
    return column if better == kind else column.cast(better)


def _plain_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_date64(kind):
        return pa.date32()
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_list_view(kind):
        return pa.list_(pa.string() if pa.types.is_large_string(kind.value_type) else _plain_type(kind.value_type))
    return kind
