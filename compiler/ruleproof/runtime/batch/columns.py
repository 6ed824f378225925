"""Arrow columns to cells: each different value is read once, by the input that would read it in `decide`."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ruleproof.runtime.kernel.inputs import DayInput, Input, SeveralCodesInput, WholeNumberInput, YesNoInput
from ruleproof.runtime.kernel.values import UNKNOWN, InputError

Numbers: TypeAlias = np.ndarray[Any, Any]

Values: TypeAlias = "pa.Array | list[object]"
"""A column of a batch: of Arrow, or a list of plain values, in which `UNKNOWN` is what a row has not told."""

MISSING_DAY, UNKNOWN_DAY = -(1 << 40), -(1 << 41)
"""Stand among the days, counted from 1970-01-01, where a date is missing or unknown."""
MOST_KEPT = 100_000
"""How many different values of a column are remembered from one batch to the next."""
_EPOCH = datetime.date(1970, 1, 1).toordinal()
_WIDEST = 1 << 16


@dataclass(frozen=True)
class Column:
    """The values of one input in a batch."""

    rows: int
    cells: tuple[Numbers, ...]
    """For each dimension of the input the cell of each row; 0 where the row is refused or the value unknown."""
    refused: Numbers
    """The rows whose value is refused, ascending."""
    unknown: Numbers | None = None
    """Which rows have not been told, as a mask; nothing where all have."""
    days: Numbers | None = None
    """Of a date: the day of each row, counted from 1970-01-01."""


_NONE = np.zeros(0, np.int64)


def _zeros(rows: int) -> Numbers:
    """Give a column of cells that nobody asks, without the memory for it."""
    return np.broadcast_to(np.uint8(0), (rows,))


def _bits(column: pa.Array) -> Numbers:
    """Give a column of yes and no as ones and zeros; anything where it is null."""
    packed = np.frombuffer(column.buffers()[1], np.uint8)
    return np.unpackbits(packed, count=column.offset + len(column), bitorder="little")[column.offset :]


def _nulls_of(column: pa.Array) -> Numbers:
    """Tell which rows of a column are null."""
    packed = np.frombuffer(column.buffers()[0], np.uint8)
    held = np.unpackbits(packed, count=column.offset + len(column), bitorder="little")[column.offset :]
    return (held ^ 1).view(bool)


def _indices(column: pa.Array, null: int) -> Numbers:
    """Give the indices of a dictionary column, and `null` where it is null."""
    raw = np.frombuffer(column.buffers()[1], column.type.to_pandas_dtype())
    places = raw[column.offset : column.offset + len(column)]
    return np.where(_nulls_of(column), null, places) if column.null_count else places


class ColumnReader:
    """Reads the columns of one input, batch after batch, and remembers the values that it has read."""

    def __init__(self, item: Input, nulls_unknown: bool = False, asked: Collection[int] | None = None) -> None:
        """With `nulls_unknown` a null means that the value is unknown; else that it is missing.

        `asked` are the dimensions that anybody asks (all by default): of others the cells are 0, values are still checked.
        """
        self.input = item
        self._asked = tuple(asked is None or item.dimension + place in asked for place in range(item.width))
        self._null: object = UNKNOWN if nulls_unknown else None
        self._known: dict[tuple[object, ...], tuple[int, ...] | None] = {}
        self._last: tuple[pa.Array, Column] | None = None

    def value(self, column: Values, row: int) -> object:
        """Give the value of one row as the input would be given it."""
        if isinstance(column, list):
            return self._told(column[row])
        one = plain(column.slice(row, 1))
        try:
            value = one[0].as_py()
        except (ValueError, OverflowError):  # a day that Python cannot count
            value = str(one.to_numpy(zero_copy_only=False)[0])
        return self._told(value)

    def values(self, column: Values, rows: Numbers) -> list[object]:
        """Give the values of some rows, none of them refused, as the input would be given them."""
        if isinstance(column, list):
            return [self._told(column[row]) for row in rows.tolist()]
        return [self._told(value) for value in plain(column).take(pa.array(rows)).to_pylist()]

    def _told(self, value: object) -> object:
        """Give a value of a column as it is told: a null is missing or unknown, and a midnight is the date that it means."""
        if value is None:
            return self._null
        if isinstance(self.input, DayInput) and isinstance(value, datetime.datetime):
            midnight = datetime.datetime.combine(value, datetime.time())
            return value.date() if value == midnight else value  # one with a time zone equals none without
        return value

    def read(self, column: Values) -> Column:
        """Read a column of a batch."""
        if isinstance(column, list):
            return self._of_values(column, None)
        column = plain(column)
        fast = self._fast(column.type)
        if fast is not None:
            return fast(column)
        if not isinstance(column, pa.DictionaryArray):
            if pa.types.is_nested(column.type) or pa.types.is_null(column.type):
                return self._taken(self._of_values(column.to_pylist(), column.type), None)
            column = column.dictionary_encode()
        return self._taken(self._of_dictionary(column.dictionary), column.indices)

    def _fast(self, kind: pa.DataType) -> Callable[[pa.Array], Column] | None:
        item = self.input
        if isinstance(item, YesNoInput) and pa.types.is_boolean(kind):
            return self._yes_no
        if isinstance(item, DayInput) and (
            pa.types.is_date32(kind) or (pa.types.is_timestamp(kind) and kind.tz is None)
        ):
            return self._days
        if isinstance(item, WholeNumberInput) and pa.types.is_integer(kind) and kind != pa.uint64():
            bounds = np.iinfo(np.int64)
            return self._whole if bounds.min < item.low and item.high < bounds.max else None
        if isinstance(item, SeveralCodesInput) and pa.types.is_list(kind) and pa.types.is_string(kind.value_type):
            return self._several
        return None

    # ------------------------------------------------------------ value by value

    def _of_dictionary(self, dictionary: pa.Array) -> Column:
        """Read the values of a dictionary, and last a null; batches of a stream often have the same dictionary."""
        if self._last is None or not self._last[0].equals(dictionary):
            self._last = (dictionary, self._of_values([*dictionary.to_pylist(), None], dictionary.type))
        return self._last[1]

    def _of_values(self, values: Sequence[object], kind: pa.DataType | None) -> Column:
        width = self.input.width
        cells = [np.zeros(len(values), np.int64) for _ in range(width)]
        refused, unknown = [], np.zeros(len(values), bool)
        dated = isinstance(self.input, DayInput)
        days = np.full(len(values), UNKNOWN_DAY, np.int64) if dated else None
        for place, value in enumerate(values):
            value = self._told(value)
            if value is UNKNOWN:
                unknown[place] = True
                continue
            found = self._cells_of(value, kind)
            if found is None:
                refused.append(place)
                continue
            for dimension in range(width):
                cells[dimension][place] = found[dimension]
            if days is not None:
                days[place] = found[-1]
        narrow = tuple(_narrow(part) for part in cells)
        return Column(len(values), narrow, np.array(refused, np.int64), unknown if unknown.any() else None, days)

    def _cells_of(self, value: object, kind: object) -> tuple[int, ...] | None:
        """Give the cells of a value, and of a date the day behind them; nothing where the value is refused."""
        key = (kind, type(value), value)
        try:
            return self._known[key]
        except KeyError:
            pass
        except TypeError:  # a list: it is not worth remembering
            return self._read(value)
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        found = self._known[key] = self._read(value)
        return found

    def _read(self, value: object) -> tuple[int, ...] | None:
        try:
            read = self.input.read(value)
        except InputError:
            return None
        cells = self.input.cells(read) if self.input.width else ()
        if isinstance(self.input, DayInput):
            return (*cells, MISSING_DAY if read is None else read.toordinal() - _EPOCH)
        return cells

    def _taken(self, entries: Column, indices: pa.Array | None) -> Column:
        """Give each row what was read for the value that its index names; with no indices the values are the rows."""
        if indices is None:
            return entries
        places = _indices(indices, entries.rows - 1)
        cells = tuple(
            part.take(places) if asked else _zeros(len(places))
            for part, asked in zip(entries.cells, self._asked, strict=True)
        )
        refused = _NONE
        if len(entries.refused):
            bad = np.zeros(entries.rows, bool)
            bad[entries.refused] = True
            refused = np.flatnonzero(bad.take(places))
        unknown = None if entries.unknown is None else entries.unknown.take(places)
        unknown = unknown if unknown is not None and unknown.any() else None
        return Column(len(places), cells, refused, unknown, None if entries.days is None else entries.days.take(places))

    # ------------------------------------------------------------ all values at once

    def _nulls(self, column: pa.Array, cells: Numbers, missing: int, bad: Numbers | None) -> Column:
        """Put the cell of what is missing where a column holds nothing, and refuse it where it may not be missing."""
        unknown = None
        if column.null_count:
            nulls = _nulls_of(column)
            if self._null is UNKNOWN:
                unknown = nulls
                cells[nulls] = 0
            else:
                cells[nulls] = missing if self.input.may_be_missing else 0
            if bad is not None:
                bad &= ~nulls
            if self._null is None and not self.input.may_be_missing:
                bad = nulls if bad is None else bad | nulls
        refused = _NONE if bad is None else np.flatnonzero(bad)
        return Column(len(column), (cells,), refused, unknown)

    def _yes_no(self, column: pa.Array) -> Column:
        return self._nulls(column, _bits(column) ^ 1, 2, None)

    def _whole(self, column: pa.Array) -> Column:
        item = self.input
        assert isinstance(item, WholeNumberInput)
        return self._stretches(column, item.low, item.high, item.starts)

    def _days(self, column: pa.Array) -> Column:
        item = self.input
        assert isinstance(item, DayInput)
        low, high, *starts = (day.toordinal() - _EPOCH for day in (item.low, item.high, *item.starts))
        dates = column.cast(pa.date32(), safe=False)
        days = dates.cast(pa.int32())
        found = self._stretches(days, low, high, starts)
        refused = found.refused
        if dates.type != column.type:  # data frames keep dates as midnights; any other time of day is refused
            timed = pc.not_equal(dates.cast(column.type), column).fill_null(False).to_numpy(zero_copy_only=False)
            refused = np.union1d(refused, np.flatnonzero(timed)) if timed.any() else refused
        counted = (days.fill_null(0) if days.null_count else days).to_numpy(zero_copy_only=False).astype(np.int64)
        if column.null_count:
            nulls = column.is_null().to_numpy(zero_copy_only=False)
            counted[nulls] = UNKNOWN_DAY if self._null is UNKNOWN else MISSING_DAY
        return Column(len(column), found.cells, refused, found.unknown, counted)

    def _stretches(self, column: pa.Array, low: int, high: int, starts: Sequence[int]) -> Column:
        """Find the stretch in which each number lies: in a table of all numbers where they are few, else by bisection."""
        numbers = (column.fill_null(low) if column.null_count else column).to_numpy(zero_copy_only=False)
        bad = None
        if len(numbers) and not (low <= int(numbers.min()) and int(numbers.max()) <= high):
            bad = (numbers < low) | (numbers > high)
            numbers = np.where(bad, low, numbers.astype(np.int64))
        last = starts[-1]
        kept = np.dtype(np.uint8 if len(starts) < 255 else np.uint16 if len(starts) < _WIDEST - 1 else np.int64)
        if len(starts) == 1 or not self._asked[0]:
            cells = np.zeros(len(numbers), kept)
        elif last - low < _WIDEST:
            table = (np.searchsorted(np.array(starts), np.arange(low, last + 1), "right") - 1).astype(kept)
            places = np.minimum(numbers, last) if last < high else numbers
            cells = table.take(places.astype(np.int64) - low)
        else:
            cells = (np.searchsorted(np.array(starts), numbers.astype(np.int64), "right") - 1).astype(kept)
        return self._nulls(column, cells, len(starts), bad)

    def _several(self, column: pa.Array) -> Column:
        """Read lists of codes: each different code once, and for each group whether some code of a list is in it."""
        item = self.input
        assert isinstance(item, SeveralCodesInput)
        flat = column.flatten().dictionary_encode()
        groups = [np.zeros(len(flat.dictionary) + 1, bool) for _ in range(item.width)]
        bad = np.ones(len(flat.dictionary) + 1, bool)
        for place, code in enumerate(flat.dictionary.to_pylist()):
            found = self._cells_of((code,), "code")
            bad[place] = found is None
            for group, there in enumerate(found or ()):
                groups[group][place] = bool(there)
        indices = flat.indices.fill_null(len(flat.dictionary)).to_numpy(zero_copy_only=False)
        lengths = column.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
        ends = np.cumsum(lengths, dtype=np.int64)
        cells = tuple(_some(group.take(indices), ends, lengths).view(np.uint8) for group in groups)
        refused = _some(bad.take(indices), ends, lengths)
        empty = lengths == 0
        unknown = None
        if self._null is UNKNOWN:
            unknown = column.is_null().to_numpy(zero_copy_only=False)
            empty &= ~unknown
            unknown = unknown if unknown.any() else None
        if not item.may_be_missing:
            refused |= empty
        return Column(len(column), cells, np.flatnonzero(refused), unknown)


def _some(held: Numbers, ends: Numbers, lengths: Numbers) -> Numbers:
    """Tell for each list whether something in it holds."""
    counted = np.concatenate(([0], np.cumsum(held, dtype=np.int64)))
    return np.asarray(counted[ends] > counted[ends - lengths])


def _narrow(cells: Numbers) -> Numbers:
    most = int(cells.max()) if cells.size else 0
    return cells.astype(np.uint8 if most < 1 << 8 else np.uint16 if most < _WIDEST else np.int64)


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
    if pa.types.is_string_view(kind) or pa.types.is_large_string(kind):
        return pa.string()
    if pa.types.is_date64(kind):
        return pa.date32()
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_list_view(kind):
        return pa.list_(_plain_type(kind.value_type))
    return kind
