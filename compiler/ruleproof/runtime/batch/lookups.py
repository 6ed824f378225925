"""Following a cascade: rows by the thousand go through its tables while they are in the processor's cache.

What a column stands for is worked into the tables, so that the indices of a dictionary are used as they came; where that
would make a table too large, or where it does not pay for so few rows, the cells of a column are looked up first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from ruleproof.runtime.batch.cascade import Block, Cascade
from ruleproof.runtime.batch.coded import Coded, Numbers, check

ROWS_AT_ONCE = 1 << 15
"""How many rows are taken through all tables before the next: few enough to stay in the processor's cache."""
MOST_WORKED_IN = 1 << 19
"""The most entries of a table into which codes are worked."""
_MOST_KEPT = 8
"""For how many sets of dictionaries the tables are kept."""
_BYTE = np.dtype(np.uint8)
_VALUES_OF_A_BYTE = 1 << 8


@dataclass(frozen=True, eq=False)
class _Digit:
    """One digit of a key: how many values it has, and what the codes of the column stand for, if that is looked up first."""

    dimension: int
    size: int
    means: Numbers | None


@dataclass(frozen=True, eq=False)
class _Step:
    """One look-up; digits of one byte stand together in groups that fit into one byte as well."""

    table: Numbers
    groups: tuple[tuple[_Digit, ...], ...]


@dataclass
class _Kept:
    """The steps for certain dictionaries, which are held so that no others take their place."""

    columns: tuple[Coded, ...]
    steps: tuple[_Step, ...]
    rows: int = 0
    worked_in: bool = False


@dataclass(frozen=True, eq=False)
class Follower:
    """Follows one cascade, batch after batch."""

    cascade: Cascade
    _kept: dict[tuple[object, ...], _Kept] = field(default_factory=dict)
    _work: list[tuple[Numbers, Numbers]] = field(default_factory=list)
    """Memory for keys, kept since asking for it again and again takes longer than the work."""

    def follow(self, cells: Callable[[int], Coded], rows: int) -> Numbers:
        """Give the place in the `ends` of the cascade for each row; `cells` gives the codes of a dimension."""
        blocks = self.cascade.blocks
        if not blocks or not rows:
            return np.zeros(rows, np.uint8)
        columns = {dimension: cells(dimension) for block in blocks for dimension in block.dimensions}
        steps = self._steps(columns, rows)
        found = np.empty(rows, steps[-1].table.dtype)
        key, small = self._room(min(rows, ROWS_AT_ONCE))
        for start in range(0, rows, ROWS_AT_ONCE):
            stop = min(start + ROWS_AT_ONCE, rows)
            part, bytes_ = key[: stop - start], small[: stop - start]
            so_far: Numbers | None = None
            for step in steps:
                _write_key(part, bytes_, so_far, step, columns, slice(start, stop))
                if step is steps[-1]:
                    step.table.take(part, out=found[start:stop], mode="clip")
                else:
                    so_far = step.table.take(part, mode="clip")
        return found

    def _room(self, rows: int) -> tuple[Numbers, Numbers]:
        if not self._work or len(self._work[0][0]) < rows:
            self._work[:] = [(np.empty(rows, np.int32), np.empty(rows, _BYTE))]
        return self._work[0]

    def _steps(self, columns: dict[int, Coded], rows: int) -> tuple[_Step, ...]:
        about = tuple((id(column.means), column.codes.dtype) for column in columns.values())
        kept = self._kept.get(about)
        if kept is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            steps = tuple(_step(block, columns, ()) for block in self.cascade.blocks)
            held = tuple(Coded(column.codes[:0], column.means) for column in columns.values())
            kept = self._kept[about] = _Kept(held, steps)
        kept.rows += rows
        if not kept.worked_in and kept.rows >= self.cascade.entries:
            kept.steps = tuple(_step(block, columns, _to_work_in(block, columns)) for block in self.cascade.blocks)
            kept.worked_in = True
        return kept.steps


# ---------------------------------------------------------------- keys


def _write_key(
    key: Numbers, small: Numbers, so_far: Numbers | None, step: _Step, columns: dict[int, Coded], rows: slice
) -> None:
    """Write the number so far and the cells of some columns as digits of one number."""
    empty = so_far is None
    if so_far is not None:
        np.copyto(key, so_far, casting="unsafe")
    for group in step.groups:
        size, codes = _digit(small, group, columns, rows)
        if empty:
            np.copyto(key, codes, casting="unsafe")
            empty = False
        else:
            np.multiply(key, size, out=key)
            np.add(key, codes, out=key, casting="unsafe")


def _digit(small: Numbers, group: Sequence[_Digit], columns: dict[int, Coded], rows: slice) -> tuple[int, Numbers]:
    """Give how many values a group of digits has, and its value for each row."""
    size, codes = group[0].size, _codes(group[0], columns, rows)
    for digit in group[1:]:
        np.multiply(codes, np.uint8(digit.size), out=small)
        codes = np.add(small, _codes(digit, columns, rows), out=small)
        size *= digit.size
    return size, codes


def _codes(digit: _Digit, columns: dict[int, Coded], rows: slice) -> Numbers:
    column = columns[digit.dimension]
    codes = column.codes[rows]
    if column.unchecked is not None:
        check(codes, column.unchecked)
    return codes if digit.means is None else digit.means.take(codes, mode="clip")


# ---------------------------------------------------------------- tables


def _to_work_in(block: Block, columns: dict[int, Coded]) -> tuple[int, ...]:
    """Choose the dimensions whose codes are worked into a table: those first that make it grow least."""
    growth = []
    for dimension, size in zip(block.dimensions, block.sizes, strict=True):
        means = columns[dimension].means
        if means is not None:
            growth.append((len(means) / size, dimension))
    entries, chosen = float(block.table.size), []
    for times, dimension in sorted(growth):
        entries *= times
        if entries > MOST_WORKED_IN:
            break
        chosen.append(dimension)
    return tuple(chosen)


def _step(block: Block, columns: dict[int, Coded], worked_in: Sequence[int]) -> _Step:
    """Work codes into a table, and put the digits of one byte last."""
    table, digits, small = block.table, [], []
    for axis, dimension in enumerate(block.dimensions, 1):
        column = columns[dimension]
        means = column.means
        if means is not None and dimension in worked_in:
            table, means = table.take(means, axis=axis), None
        digits.append(_Digit(dimension, table.shape[axis], means))
        small.append(
            (column.codes if means is None else means).dtype == _BYTE and table.shape[axis] < _VALUES_OF_A_BYTE
        )
    order = sorted(range(len(digits)), key=small.__getitem__)
    table = table.transpose(0, *(place + 1 for place in order))
    groups = _groups([digits[place] for place in order], [small[place] for place in order])
    return _Step(np.ascontiguousarray(table).reshape(-1), tuple(groups))


def _groups(digits: Sequence[_Digit], small: Sequence[bool]) -> Iterator[tuple[_Digit, ...]]:
    """Put digits of one byte together that follow each other, as long as they fit into one byte."""
    group: list[_Digit] = []
    values = 1
    for digit, fits in zip(digits, small, strict=True):
        if group and not (fits and values * digit.size <= _VALUES_OF_A_BYTE):
            yield tuple(group)
            group, values = [], 1
        group.append(digit)
        values = values * digit.size if fits else _VALUES_OF_A_BYTE
    if group:
        yield tuple(group)
