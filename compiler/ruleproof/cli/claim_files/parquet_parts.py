"""Parquet files joined without reading them: row groups are copied as bytes, and the footers are made into one.

A Parquet file is its row groups, then a footer with a description of each, in the compact form of Thrift.  So row groups that
were made apart, by several processes or by a run that was stopped, become one file at the price of copying them.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

MAGIC = b"PAR1"
_STOP, _TRUE, _FALSE, _BYTE, _SMALL, _INT, _LONG, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(13)
_MANY = 15
_SMALLEST = 1 << 15

Value: TypeAlias = "int | bytes | bool | Sequenced | Fields"


@dataclass
class Sequenced:
    """A list of values of one kind."""

    kind: int
    items: list[Value]


@dataclass
class Fields:
    """A structure: the kind and the value of each field, by its number."""

    by_number: dict[int, tuple[int, Value]]

    def number(self, field: int) -> int:
        value = self.by_number[field][1]
        assert isinstance(value, int)
        return value

    def listed(self, field: int) -> list[Value]:
        value = self.by_number[field][1]
        assert isinstance(value, Sequenced)
        return value.items

    def fields(self, field: int) -> Fields:
        value = self.by_number[field][1]
        assert isinstance(value, Fields)
        return value

    def put(self, field: int, change: Callable[[int], int]) -> None:
        """Change a number, where there is one."""
        if field in self.by_number:
            kind, value = self.by_number[field]
            assert isinstance(value, int)
            self.by_number[field] = (kind, change(value))


# The numbers of fields, from parquet.thrift.
_FILE_ROWS, _FILE_GROUPS = 3, 4
_GROUP_COLUMNS, _GROUP_ROWS, _GROUP_START, _GROUP_ORDINAL = 1, 3, 5, 7
_CHUNK_START, _CHUNK_COLUMN, _CHUNK_OFFSET_INDEX, _CHUNK_COLUMN_INDEX = 2, 3, 4, 6
_COLUMN_PAGES = (9, 10, 11)
"""Where the pages of data, of the index and of the dictionary begin."""


@dataclass(frozen=True)
class Part:
    """A Parquet file, taken apart."""

    body: bytes
    """Its row groups, as bytes."""
    footer: Fields


def part_of(content: bytes) -> Part:
    """Take a whole Parquet file apart."""
    (length,) = struct.unpack("<I", content[-8:-4])
    assert content[:4] == content[-4:] == MAGIC
    start = len(content) - 8 - length
    return Part(content[4:start], _Reader(content, start).fields())


def groups_of(footer: Fields, start: int, ordinal: int) -> list[bytes]:
    """Give the descriptions of the row groups of a part whose body is put at a place of another file.

    `ordinal` counts the row groups that come before.
    """
    found = []
    for number, group in enumerate(footer.listed(_FILE_GROUPS), ordinal):
        assert isinstance(group, Fields)
        _move(group, start - len(MAGIC))
        group.by_number.pop(_GROUP_ORDINAL, None)
        if number < _SMALLEST:
            group.by_number[_GROUP_ORDINAL] = (_SMALL, number)
        written = bytearray()
        _write(written, _STRUCT, group)
        found.append(bytes(written))
    return found


def _move(group: Fields, by: int) -> None:
    """Move every place that a description of a row group names."""
    group.put(_GROUP_START, lambda place: place + by)
    for chunk in group.listed(_GROUP_COLUMNS):
        assert isinstance(chunk, Fields)
        assert _CHUNK_OFFSET_INDEX not in chunk.by_number
        assert _CHUNK_COLUMN_INDEX not in chunk.by_number
        chunk.put(_CHUNK_START, lambda place: place and place + by)
        for field in _COLUMN_PAGES:
            chunk.fields(_CHUNK_COLUMN).put(field, lambda place: place + by)


def around_groups(like: Fields, rows: int, groups: int) -> tuple[bytes, bytes]:
    """Give what stands before and behind the descriptions of row groups in the footer of a joined file.

    `like` is the footer of a file with the same columns; `rows` counts all rows.
    """
    before, behind = bytearray(), bytearray()
    last = 0
    for field, (kind, value) in sorted(like.by_number.items()):
        written = before if field <= _FILE_GROUPS else behind
        _write_header(written, kind, field, last)
        last = field
        if field == _FILE_GROUPS:
            _write_size(written, _STRUCT, groups)
        else:
            _write(written, kind, rows if field == _FILE_ROWS else value)
    behind.append(_STOP)
    return bytes(before), bytes(behind)


def end_of_file(footer: int) -> bytes:
    """Give what stands behind a footer of so many bytes."""
    return struct.pack("<I", footer) + MAGIC


# ---------------------------------------------------------------- the compact form of Thrift


class _Reader:
    def __init__(self, content: bytes, place: int) -> None:
        self._content, self._place = content, place

    def _byte(self) -> int:
        self._place += 1
        return self._content[self._place - 1]

    def _bytes(self, count: int) -> bytes:
        self._place += count
        return self._content[self._place - count : self._place]

    def _count(self) -> int:
        found = shift = 0
        while True:
            byte = self._byte()
            found |= (byte & 0x7F) << shift
            if byte < 0x80:
                return found
            shift += 7

    def _signed(self) -> int:
        found = self._count()
        return (found >> 1) ^ -(found & 1)

    def fields(self) -> Fields:
        found: dict[int, tuple[int, Value]] = {}
        field = 0
        while (head := self._byte()) != _STOP:
            kind = head & 15
            field = field + (head >> 4) if head >> 4 else self._signed()
            found[field] = (kind, kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind))
        return Fields(found)

    def _value(self, kind: int) -> Value:
        match kind:
            case 1 | 2:  # within a list
                return self._byte() == _TRUE
            case 3:
                return self._byte()
            case 4 | 5 | 6:
                return self._signed()
            case 7:
                return self._bytes(8)
            case 8:
                return self._bytes(self._count())
            case 9 | 10:
                head = self._byte()
                count = self._count() if head >> 4 == _MANY else head >> 4
                return Sequenced(head & 15, [self._value(head & 15) for _ in range(count)])
            case 12:
                return self.fields()
            case _:
                raise AssertionError(f"there is no value of kind {kind} in the footer of a Parquet file")


def _write_count(written: bytearray, value: int) -> None:
    while value >= 0x80:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)


def _write_signed(written: bytearray, value: int) -> None:
    _write_count(written, value * 2 if value >= 0 else -value * 2 - 1)


def _write_header(written: bytearray, kind: int, field: int, last: int) -> None:
    if 0 < field - last <= _MANY:
        written.append((field - last) << 4 | kind)
    else:
        written.append(kind)
        _write_signed(written, field)


def _write_size(written: bytearray, kind: int, count: int) -> None:
    if count < _MANY:
        written.append(count << 4 | kind)
    else:
        written.append(_MANY << 4 | kind)
        _write_count(written, count)


def _write(written: bytearray, kind: int, value: Value) -> None:
    match value:
        case bool():
            written.append(_TRUE if value else _FALSE)
        case int():
            if kind == _BYTE:
                written.append(value)
            else:
                _write_signed(written, value)
        case bytes():
            if kind == _BINARY:
                _write_count(written, len(value))
            written += value
        case Sequenced():
            _write_size(written, value.kind, len(value.items))
            for item in value.items:
                _write(written, value.kind, item)
        case Fields():
            _write_fields(written, value)


def _write_fields(written: bytearray, value: Fields) -> None:
    last = 0
    for field, (kind, item) in sorted(value.by_number.items()):
        if isinstance(item, bool):
            _write_header(written, _TRUE if item else _FALSE, field, last)
        else:
            _write_header(written, kind, field, last)
            _write(written, kind, item)
        last = field
    written.append(_STOP)
