"""Plain texts to codes without hashing each: texts met before are found again by their words of eight bytes, exactly.

A text of at most `_LONGEST` bytes is a few numbers.  A multiplication that was chosen for the texts met so far leads from
these numbers to the only one that it can be; then all of its words are compared, so that no other text is taken for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ruleproof.runtime.batch.coded import Numbers, least_type

_LONGEST = 32
_MOST_TEXTS = 512
_ROWS_AT_ONCE = 1 << 15
_SAMPLE = 1 << 12
"""From so many rows that are not known new texts are learned at once."""
_MOST_BITS = 16
_TRIES = 40
_MOST_IN_VAIN = 4
_FIRST_FACTOR = 0x9E3779B97F4A7C15
_WORD = np.dtype("<u8")
_BYTES, _BITS, _WIDTH = 8, 8, np.uint64(64)
"""Bytes of a word, bits of a byte, bits of a word."""


@dataclass(frozen=True, eq=False)
class _Table:
    """Where the words of the texts are found: by the sum of the words times the factors, its upper bits only."""

    factors: tuple[np.uint64, ...]
    """One for each word that tells the texts apart; the first words alone, if that is enough."""
    shift: np.uint64
    words: tuple[Numbers, ...]
    """The words expected at each place; where no text has its place, those of one that has another."""
    codes: Numbers


class Vocabulary:
    """The texts of a column that were met so far; the code of a text is its place among them."""

    longest = _LONGEST

    def __init__(self, work: Work | None = None) -> None:
        """`work` is memory to work in, which several vocabularies can share."""
        self.texts: list[str] = []
        self._work = work or Work()
        self._table: _Table | None = None
        self._in_vain = 0

    def codes_of(self, column: pa.Array, nulls: Numbers | None) -> Numbers | None:
        """Give the code of each text, and the number of texts where it is null; nothing where the texts are not such.

        Texts not met before are learned, up to some hundreds; where that was in vain too often it is not tried again.
        """
        while self._in_vain < _MOST_IN_VAIN:
            codes, missed = self._found(column)
            if nulls is not None:
                codes[nulls] = len(self.texts)
                missed = missed[~nulls[missed]]
            if not len(missed):
                self._in_vain = 0
                return codes
            if not self._learn(self._different(column, missed[:_SAMPLE])):
                self._in_vain += 1
                break
        return None

    def _learn(self, texts: Sequence[str]) -> bool:
        """Take up texts; tell whether that could be done."""
        if len(self.texts) + len(texts) > _MOST_TEXTS or set(texts) & set(self.texts):
            return False
        if any(len(text.encode()) > self.longest for text in texts):
            return False
        table = _table_of(self._words_of([text.encode() for text in (*self.texts, *texts)]))
        if table is None:
            return False
        self.texts, self._table = [*self.texts, *texts], table
        return True

    def _found(self, column: pa.Array) -> tuple[Numbers, Numbers]:
        """Give codes, and the rows that hold a text not met before or nothing."""
        rows, table = len(column), self._table
        offsets, words = _offsets_and_words(column)
        if table is None or words is None:
            return np.zeros(rows, least_type(len(self.texts))), np.arange(rows)
        codes = np.empty(rows, table.codes.dtype)
        missed = []
        self._work.make_room(min(rows, _ROWS_AT_ONCE))
        for start in range(0, rows, _ROWS_AT_ONCE):
            stop = min(start + _ROWS_AT_ONCE, rows)
            other = self._work.look_up(table, words, offsets[start : stop + 1], codes[start:stop])
            if other.any():
                missed.append(np.flatnonzero(other) + start)
        return codes, np.concatenate(missed) if missed else np.zeros(0, np.int64)

    def _different(self, column: pa.Array, rows: Numbers) -> list[str]:
        """Give the different texts of some rows."""
        return list(column.take(pa.array(rows)).unique().to_pylist())

    def _words_of(self, texts: Sequence[bytes]) -> list[Numbers]:
        """Give the words of some texts: of each text the first, then of each the second, and so on."""
        count = max(1, -(-max(map(len, texts)) // _BYTES))
        return [np.array([_word(text, number) for text in texts], _WORD) for number in range(count)]


class VocabularyOfViews(Vocabulary):
    """The same for columns of views, which hold a text of at most twelve bytes themselves, after its length: two words."""

    longest = 12

    def _found(self, column: pa.Array) -> tuple[Numbers, Numbers]:
        rows, table = len(column), self._table
        if table is None:
            return np.zeros(rows, least_type(len(self.texts))), np.arange(rows)
        words = _views(column)
        codes = np.empty(rows, table.codes.dtype)
        missed = []
        self._work.make_room(min(rows, _ROWS_AT_ONCE))
        for start in range(0, rows, _ROWS_AT_ONCE):
            part = words[start : start + _ROWS_AT_ONCE]
            other = self._work.of_words(table, [part[:, 0], part[:, 1]], codes[start : start + len(part)])
            if other.any():
                missed.append(np.flatnonzero(other) + start)
        return codes, np.concatenate(missed) if missed else np.zeros(0, np.int64)

    def _different(self, column: pa.Array, rows: Numbers) -> list[str]:
        _, first = np.unique(_views(column)[rows], axis=0, return_index=True)
        return list(dict.fromkeys(column[row].as_py() for row in rows[first[: _MOST_TEXTS + 1]].tolist()))

    def _words_of(self, texts: Sequence[bytes]) -> list[Numbers]:
        views = b"".join(len(text).to_bytes(4, "little") + text.ljust(self.longest, b"\0") for text in texts)
        words = np.frombuffer(views, _WORD)
        return [words[::2].copy(), words[1::2].copy()]


class Work:
    """Memory for some thousand rows at a time, kept since asking for it again and again takes longer than the work."""

    def __init__(self) -> None:
        self._rows = -1
        self.make_room(0)

    def make_room(self, rows: int) -> None:
        if rows <= self._rows:
            return
        self._rows = rows
        self._lengths, self._small = np.empty(rows, np.int32), np.empty(rows, np.int32)
        self._places = np.empty(rows, np.intp)
        self._total, self._expected = np.empty(rows, _WORD), np.empty(rows, _WORD)
        self._shifts = [np.empty(rows, _WORD) for _ in range(3)]
        self._words = [np.empty(rows, _WORD) for _ in range(2 + _LONGEST // _BYTES)]

    def look_up(self, table: _Table, words: Numbers, offsets: Numbers, codes: Numbers) -> Numbers:
        """Write the codes of some texts; give those that are not known, as a mask."""
        count, known = len(codes), len(table.words)
        lengths = np.subtract(offsets[1:], offsets[:-1], out=self._lengths[:count])
        longest = int(lengths.max())
        if longest > _LONGEST:
            np.minimum(lengths, _LONGEST + 1, out=lengths)
        np.multiply(lengths, -_BITS, out=lengths)
        read = self._read(words, offsets[:-1], lengths, longest, known)
        other = self.of_words(table, read, codes)
        if longest > known * _BYTES:
            other |= lengths < -known * _BITS * _BYTES
        return other

    def of_words(self, table: _Table, words: Sequence[Numbers], codes: Numbers) -> Numbers:
        """Write the codes of some texts by their words; give those that are not known, as a mask."""
        count = len(codes)
        total, expected = self._total[:count], self._expected[:count]
        np.multiply(words[0], table.factors[0], out=total)
        for word, factor in zip(words[1:], table.factors[1:], strict=False):
            np.add(total, np.multiply(word, factor, out=expected), out=total)
        places = np.right_shift(total, table.shift, out=total).view(np.int64)
        table.codes.take(places, out=codes, mode="clip")
        other = np.zeros(count, bool)
        for column, word in zip(table.words, words, strict=True):
            column.take(places, out=expected, mode="clip")
            np.logical_or(other, np.not_equal(expected, word), out=other)
        return other

    def _read(self, words: Numbers, starts: Numbers, lengths: Numbers, longest: int, known: int) -> list[Numbers]:
        """Read the words of texts that may begin anywhere: of two words in memory the parts, what lies behind cut off.

        `lengths` are those of the texts in bits, and negative.
        """
        count = len(starts)
        small, places = self._small[:count], self._places[:count]
        down, up, cut, lower, upper, *read = (part[:count] for part in (*self._shifts, *self._words[: known + 2]))
        np.bitwise_and(starts, _BYTES - 1, out=small)
        np.multiply(small, _BITS, out=small)
        np.copyto(down, small, casting="unsafe")
        np.subtract(_WIDTH, down, out=up)
        np.right_shift(starts, 3, out=places)
        words.take(places, out=lower, mode="clip")
        for number, word in enumerate(read):
            words[number + 1 :].take(places, out=upper, mode="clip")
            np.right_shift(lower, down, out=lower)
            np.left_shift(upper, up, out=word)
            np.bitwise_or(lower, word, out=word)
            np.add(lengths, (number + 1) * _BITS * _BYTES, out=small)
            if longest > (number + 1) * _BYTES:
                np.maximum(small, 0, out=small)
            np.copyto(cut, small, casting="unsafe")
            np.left_shift(word, cut, out=word)  # 0 where all of the word is cut off
            lower, upper = upper, lower
        return read


def _views(column: pa.Array) -> Numbers:
    """Give the two words of each view."""
    words = np.frombuffer(column.buffers()[1], _WORD)
    return words[2 * column.offset : 2 * (column.offset + len(column))].reshape(-1, 2)


def _offsets_and_words(column: pa.Array) -> tuple[Numbers, Numbers | None]:
    """Give where each text begins, and all bytes as words; nothing where a text holds a zero byte."""
    _, places, data = column.buffers()
    wide = pa.types.is_large_string(column.type)
    offsets = np.frombuffer(places, np.int64 if wide else np.int32)[column.offset : column.offset + len(column) + 1]
    first, last = int(offsets[0]), int(offsets[-1])
    if data is None or first == last:
        return np.zeros(len(offsets), np.int32), np.zeros(_LONGEST, _WORD)
    if not np.frombuffer(data, np.uint8)[first:last].min():
        return offsets, None
    needed = last + _LONGEST + 2 * _BYTES
    if data.address % _BYTES == 0 and data.size >= needed and last < 1 << 31:
        return offsets.astype(np.int32, copy=False), np.frombuffer(data, _WORD, needed // _BYTES)
    copied = np.zeros((last - first + _LONGEST) // _BYTES + 3, _WORD)
    copied.view(np.uint8)[: last - first] = np.frombuffer(data, np.uint8)[first:last]
    return (offsets - first).astype(np.int32), copied


def _table_of(words: Sequence[Numbers]) -> _Table | None:
    """Choose factors that lead each text to a place of its own, by the words of all; nothing where none are found."""
    count = len(words[0])
    telling = 1 if len(np.unique(words[0])) == count else len(words)
    factor = _FIRST_FACTOR
    for bits in range(max(4, (2 * count).bit_length()), _MOST_BITS + 1):
        for _ in range(_TRIES):
            factors = []
            for _ in range(telling):
                factors.append(np.uint64(factor | 1))
                factor = (factor * 6364136223846793005 + 1442695040888963407) % (1 << 64)
            shift = np.uint64(int(_WIDTH) - bits)
            total = np.zeros(count, _WORD)
            for word, times in zip(words, factors, strict=False):
                total += word * times
            places = (total >> shift).astype(np.int64)
            if len(np.unique(places)) == count:
                return _placed(words, tuple(factors), shift, places, 1 << bits)
    return None


def _placed(
    words: Sequence[Numbers], factors: tuple[np.uint64, ...], shift: np.uint64, places: Numbers, size: int
) -> _Table:
    expected = []
    for word in words:
        table = np.full(size, word[0], _WORD)
        table[places] = word
        expected.append(table)
    codes = np.zeros(size, least_type(len(places)))
    codes[places] = np.arange(len(places))
    return _Table(factors, shift, tuple(expected), codes)


def _word(text: bytes, number: int) -> int:
    """Give some eight bytes of a text as a number: those that are there are its upper bytes."""
    part = text[_BYTES * number : _BYTES * (number + 1)]
    return int.from_bytes(part, "little") << (_BITS * (_BYTES - len(part))) if part else 0
