"""Arrow columns to cells: each different value is read once, by the input that would read it in `decide`."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Sequence
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from ruleproof.runtime.batch.buffers import bits_of, indices_of, lengths_of, midnights_of, nulls_of, numbers_of, plain
from ruleproof.runtime.batch.coded import Coded, Numbers, least_type
from ruleproof.runtime.batch.entries import NO_ROWS, Column, Entries, nobody_asks
from ruleproof.runtime.batch.texts import Vocabulary, VocabularyOfViews, Work
from ruleproof.runtime.kernel.inputs import DayInput, Input, SeveralCodesInput, WholeNumberInput, YesNoInput
from ruleproof.runtime.kernel.values import UNKNOWN, InputError

Values: TypeAlias = "pa.Array | list[object]"
"""A column of a batch: of Arrow, or a list of plain values, in which `UNKNOWN` is what a row has not told."""

MISSING_DAY, UNKNOWN_DAY = -(1 << 40), -(1 << 41)
"""Stand among the days, counted from 1970-01-01, where a date is missing or unknown."""
MOST_KEPT = 100_000
"""How many different values of a column are remembered from one batch to the next."""
_EPOCH = datetime.date(1970, 1, 1).toordinal()
_WIDEST = 1 << 16
_FEW_STRETCHES = 9
"""So few stretches are told apart by comparing with the start of each."""


class ColumnReader:
    """Reads the columns of one input, batch after batch, and remembers the values that it has read."""

    def __init__(
        self,
        item: Input,
        nulls_unknown: bool = False,
        asked: Collection[int] | None = None,
        counted: bool = False,
        work: Work | None = None,
    ) -> None:
        """With `nulls_unknown` a null means that the value is unknown; else that it is missing.

        `asked` are the dimensions that anybody asks (all by default): of others the cells are 0, values are still checked.
        The days of a date are kept where days between dates are `counted`; `work` is memory that readers can share.
        """
        self.input = item
        self._asked = tuple(asked is None or item.dimension + place in asked for place in range(item.width))
        self._counted = counted
        self._null: object = UNKNOWN if nulls_unknown else None
        self._known: dict[tuple[object, ...], tuple[int, ...] | None] = {}
        self._way: tuple[pa.DataType, bool, Callable[[pa.Array], Column]] | None = None
        self._last: tuple[pa.Array, Entries] | None = None
        self._vocabulary, self._vocabulary_of_views = Vocabulary(work), VocabularyOfViews(work)
        self._of_vocabulary: dict[int, tuple[int, Entries]] = {}
        missing = 2 if item.may_be_missing and not nulls_unknown else 0
        self._bits_or_null = np.array([1, 0, missing], np.uint8)
        self._bits = self._bits_or_null[:2]

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
            return self._entries(column, None).as_rows()
        if self._way is None or self._way[0] != column.type:
            self._way = (column.type, *self._way_of(column[:0]))
        _, as_it_is, read = self._way
        return read(column if as_it_is else plain(column))

    def _way_of(self, column: pa.Array) -> tuple[bool, Callable[[pa.Array], Column]]:
        """Tell for columns of a type whether they can be read as they are, and what then reads them."""
        if pa.types.is_string_view(column.type):
            return True, self._views
        kind = plain(column).type
        return kind == column.type, self._fast(kind) or (
            self._of_dictionary if pa.types.is_dictionary(kind) else self._others
        )

    def _fast(self, kind: pa.DataType) -> Callable[[pa.Array], Column] | None:
        item = self.input
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            return self._texts
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

    def _of_dictionary(self, column: pa.DictionaryArray) -> Column:
        """Read the values of a dictionary, and last a null; batches of a stream often have the same dictionary."""
        dictionary = column.dictionary
        if self._last is None or not self._last[0].equals(dictionary):
            self._last = (dictionary, self._entries(dictionary.to_pylist(), dictionary.type))
        codes, nulls = indices_of(column)
        unchecked = (self.input.name, len(dictionary) + nulls)
        return self._last[1].of(codes, nulls, self._asked, self._counted, unchecked)

    def _others(self, column: pa.Array) -> Column:
        if pa.types.is_nested(column.type) or pa.types.is_null(column.type):
            return self._entries(column.to_pylist(), column.type).as_rows()
        return self._of_dictionary(column.dictionary_encode())

    def _texts(self, column: pa.Array) -> Column:
        """Read plain texts: by those met before, or as a dictionary where there are too many different ones."""
        return self._met_before(column, self._vocabulary) or self._of_dictionary(column.dictionary_encode())

    def _views(self, column: pa.Array) -> Column:
        """Read plain texts that are views, of which short ones lie in the column itself."""
        return self._met_before(column, self._vocabulary_of_views) or self._texts(plain(column))

    def _met_before(self, column: pa.Array, vocabulary: Vocabulary) -> Column | None:
        nulls = nulls_of(column)
        codes = vocabulary.codes_of(column, nulls)
        if codes is None:
            return None
        texts = vocabulary.texts
        count, entries = self._of_vocabulary.get(id(vocabulary), (-1, None))
        if entries is None or count != len(texts):
            entries = self._entries(texts, pa.string())
            self._of_vocabulary[id(vocabulary)] = (len(texts), entries)
        return entries.of(codes, nulls is not None, self._asked, self._counted)

    def _entries(self, values: Sequence[object], kind: pa.DataType | None) -> Entries:
        """Read values, and last a null."""
        count = len(values) + 1
        cells = [np.zeros(count, np.int64) for _ in range(self.input.width)]
        refused, unknown = np.zeros(count, bool), np.zeros(count, bool)
        days = np.full(count, UNKNOWN_DAY, np.int64) if isinstance(self.input, DayInput) else None
        for place, value in enumerate([*values, None]):
            told = self._told(value)
            if told is UNKNOWN:
                unknown[place] = True
                continue
            found = self._cells_of(told, kind)
            if found is None:
                refused[place] = True
                continue
            for dimension, part in enumerate(cells):
                part[place] = found[dimension]
            if days is not None:
                days[place] = found[-1]
        return Entries(cells, refused, unknown, days)

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

    # ------------------------------------------------------------ all values at once

    def _refused_nulls(self, nulls: Numbers | None, bad: Numbers | None) -> Numbers:
        """Give the rows that are refused: those that are bad, and nulls where the value may not be missing."""
        if nulls is not None:
            bad = None if bad is None else bad & ~nulls
            if self._null is None and not self.input.may_be_missing:
                bad = nulls if bad is None else bad | nulls
        return NO_ROWS if bad is None else np.flatnonzero(bad)

    def _unknown(self, nulls: Numbers | None) -> Numbers | None:
        return nulls if self._null is UNKNOWN else None

    def _yes_no(self, column: pa.Array) -> Column:
        codes, nulls = bits_of(column), nulls_of(column)
        if nulls is not None:
            codes[nulls] = 2
        coded = Coded(codes, self._bits if nulls is None else self._bits_or_null)
        cells = tuple(coded if there else nobody_asks(len(codes)) for there in self._asked)
        return Column(len(codes), cells, self._refused_nulls(nulls, None), self._unknown(nulls))

    def _whole(self, column: pa.Array) -> Column:
        item = self.input
        assert isinstance(item, WholeNumberInput)
        nulls = nulls_of(column)
        coded, bad = self._stretches(numbers_of(column), nulls, item.low, item.high, item.starts)
        return Column(len(column), (coded,), self._refused_nulls(nulls, bad), self._unknown(nulls))

    def _days(self, column: pa.Array) -> Column:
        item = self.input
        assert isinstance(item, DayInput)
        low, high, *starts = (day.toordinal() - _EPOCH for day in (item.low, item.high, *item.starts))
        nulls = nulls_of(column)
        days, timed = midnights_of(column)
        coded, bad = self._stretches(days, nulls, low, high, starts)
        if timed is not None:  # data frames keep dates as midnights; any other time of day is refused
            bad = timed if bad is None else bad | timed
        counted = None
        if self._counted:
            counted = days.astype(np.int64)
            if nulls is not None:
                counted[nulls] = UNKNOWN_DAY if self._null is UNKNOWN else MISSING_DAY
        return Column(len(column), (coded,), self._refused_nulls(nulls, bad), self._unknown(nulls), counted)

    def _stretches(
        self, numbers: Numbers, nulls: Numbers | None, low: int, high: int, starts: Sequence[int]
    ) -> tuple[Coded, Numbers | None]:
        """Give the stretch in which each number lies, and which numbers are out of bounds, if any."""
        bad = None
        if nulls is not None:
            numbers = np.where(nulls, low, numbers.astype(np.int64))
        if len(numbers) and not (low <= int(numbers.min()) and int(numbers.max()) <= high):
            bad = (numbers < low) | (numbers > high)
            numbers = np.where(bad, low, numbers.astype(np.int64))
        if not any(self._asked):
            return nobody_asks(len(numbers)), bad
        cells = _stretches_of(numbers, low, starts)
        if nulls is not None:
            cells[nulls] = len(starts) if self.input.may_be_missing and self._null is None else 0
        return Coded(cells), bad

    def _several(self, column: pa.Array) -> Column:
        """Read lists of codes: each different code once, and for each group whether some code of a list is in it."""
        item = self.input
        assert isinstance(item, SeveralCodesInput)
        flat = column.flatten()
        nulls = nulls_of(flat)
        codes, texts = self._vocabulary.codes_of(flat, nulls), self._vocabulary.texts
        if codes is None:
            encoded = flat.dictionary_encode()
            codes, texts = indices_of(encoded)[0], encoded.dictionary.to_pylist()
        groups, bad = self._groups_of(texts)
        lengths, missing = lengths_of(column), nulls_of(column)
        ends = np.cumsum(lengths, dtype=np.int64)
        cells = tuple(
            Coded(_some(group.take(codes), ends, lengths).view(np.uint8)) if there else nobody_asks(len(column))
            for group, there in zip(groups, self._asked, strict=True)
        )
        refused = np.zeros(len(column), bool)
        if bad[:-1].any() or nulls is not None:
            refused = _some(bad.take(codes), ends, lengths)
        if not item.may_be_missing:
            empty = lengths == 0
            if self._null is UNKNOWN and missing is not None:
                empty &= ~missing
            refused |= empty
        return Column(len(column), cells, np.flatnonzero(refused), self._unknown(missing))

    def _groups_of(self, texts: Sequence[str]) -> tuple[list[Numbers], Numbers]:
        """Tell for each group which codes are in it, and which codes are refused; last a null, which is refused."""
        groups = [np.zeros(len(texts) + 1, bool) for _ in range(self.input.width)]
        bad = np.ones(len(texts) + 1, bool)
        for place, code in enumerate(texts):
            found = self._cells_of((code,), "code")
            bad[place] = found is None
            for group, there in enumerate(found or ()):
                groups[group][place] = bool(there)
        return groups, bad


def _stretches_of(numbers: Numbers, low: int, starts: Sequence[int]) -> Numbers:
    """Give the place of the last of `starts` that is not above each number; none is below `low`, which is the first."""
    last = starts[-1]
    kept = least_type(len(starts))
    if len(starts) <= _FEW_STRETCHES:
        cells = np.zeros(len(numbers), kept)
        for start in starts[1:]:
            np.add(cells, (numbers >= start).view(np.uint8), out=cells)
        return cells
    if last - low < _WIDEST:
        table = (np.searchsorted(np.array(starts), np.arange(low, last + 1), "right") - 1).astype(kept)
        return table.take(np.minimum(numbers.astype(np.int64), last) - low)
    return (np.searchsorted(np.array(starts), numbers.astype(np.int64), "right") - 1).astype(kept)


def _some(held: Numbers, ends: Numbers, lengths: Numbers) -> Numbers:
    """Tell for each list whether something in it holds."""
    counted = np.concatenate(([0], np.cumsum(held, dtype=np.int64)))
    return np.asarray(counted[ends] > counted[ends - lengths])
