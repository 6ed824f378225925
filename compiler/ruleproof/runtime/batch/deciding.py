"""A batch of rows to the numbers of their answers, and to the rows that cannot be judged, each with its reason."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ruleproof.runtime.batch.coded import Coded, Numbers
from ruleproof.runtime.batch.columns import MISSING_DAY, UNKNOWN_DAY, ColumnReader, Values
from ruleproof.runtime.batch.entries import NO_ROWS, Column
from ruleproof.runtime.batch.following import Rows
from ruleproof.runtime.batch.judging import Judge, Judged, Presumed
from ruleproof.runtime.batch.texts import Work
from ruleproof.runtime.kernel.history import DaysBetween
from ruleproof.runtime.kernel.inputs import DayInput
from ruleproof.runtime.kernel.program import Program
from ruleproof.runtime.kernel.values import UNKNOWN, InputError, shown

_MOST_MET = 10_000
"""How many different facts that cannot happen together are remembered with their reason."""
_MOST_MASKS = 60
"""How many columns of a batch may hold values of which some are unknown: their patterns are bits of a number."""


@dataclass(frozen=True)
class Reject:
    """A row that cannot be judged."""

    row: int
    """Counted from 1."""
    input: str
    """The input whose value is refused; several between commas where it is their combination."""
    value: str
    reason: str


@dataclass(frozen=True)
class DecidedRows:
    """What is said of each row of a batch: a number for each decision and requirement, -1 where the row is rejected."""

    rows: int
    said: tuple[Coded, ...]
    rejects: tuple[Reject, ...]


@dataclass
class _Dimension:
    """The cells of a dimension: nothing where no row knows it, and a mask where some do not."""

    cells: Coded | None = None
    unknown: Numbers | None = None


@dataclass(frozen=True)
class _Filled:
    """The cells with what the policy presumes, and which rows of the inputs concerned were unknown (nothing: all were)."""

    dimensions: list[_Dimension]
    masks: dict[str, Numbers | None]


class Decider:
    """A policy, ready to decide batches with certain columns, one after another."""

    def __init__(
        self,
        program: Program,
        sizes: Sequence[int],
        posted: datetime.date | None,
        only: Sequence[str],
        nulls_unknown: Collection[str] = (),
    ) -> None:
        """`nulls_unknown` names the inputs whose nulls mean that a value is unknown, not that it is missing."""
        self._program, self._posted = program, posted
        self.judge = Judge(program, sizes, posted, only)
        self._width = len(sizes)
        counted, work = _counted(program, self.judge.asked), Work()
        self._readers = {
            item.name: ColumnReader(item, item.name in nulls_unknown, self.judge.asked, item.name in counted, work)
            for item in program.inputs
        }
        self._asked_together = _asked_together(program)
        self._met: dict[tuple[object, ...], Reject] = {}
        self._presumed = {name: self._cells_presumed(name, value) for name, value in program.presumptions}

    def _cells_presumed(self, name: str, value: object) -> tuple[tuple[int, ...], int]:
        """Give the cells of a presumed value, and of a date its day."""
        item = self._readers[name].input
        read = item.read(value)
        day = read.toordinal() - datetime.date(1970, 1, 1).toordinal() if isinstance(item, DayInput) else 0
        return item.cells(read), day

    # ------------------------------------------------------------ one batch

    def decide(self, batch: Mapping[str, Values], rows: int, first: int) -> DecidedRows:
        """Judge the rows of a batch, given as columns by the names of inputs; `first` is the number of its first row."""
        columns = {name: self._readers[name].read(column) for name, column in batch.items()}
        judged = self._judged(columns, rows)
        refused = _refused(columns, rows)
        if refused is None and judged.impossible is None:
            return DecidedRows(rows, judged.said, ())
        refused = np.zeros(rows, bool) if refused is None else refused
        impossible = np.zeros(rows, bool) if judged.impossible is None else judged.impossible & ~refused
        said = _without(judged.said, refused | impossible)
        return DecidedRows(rows, said, tuple(self._rejects(batch, columns, refused, impossible, first)))

    def _judged(self, columns: Mapping[str, Column], rows: int) -> Judged:
        bare = self._dimensions(columns, rows)
        filled = self._filled(columns, rows)
        if filled is None and all(item.unknown is None for item in bare):
            return self.judge.judge(_rows(bare, None, rows))
        said = [np.empty(rows, np.int32) for _ in self.judge.numbered]
        impossible = np.zeros(rows, bool)
        for places in _patterns(bare, rows):
            judged = self._judged_alike(places, rows, bare, filled)
            where = slice(None) if places is None else places
            if judged.impossible is not None:
                impossible[where] = judged.impossible
            for numbers, found in zip(said, judged.said, strict=True):
                numbers[where] = found.plain()
        return Judged(tuple(map(Coded, said)), impossible if impossible.any() else None)

    def _judged_alike(
        self, places: Numbers | None, rows: int, bare: list[_Dimension], filled: _Filled | None
    ) -> Judged:
        """Judge the rows at some places (all of them where there are none), which know the same dimensions."""
        known = _rows(bare, places, rows)
        if filled is not None:
            names = tuple(name for name, mask in filled.masks.items() if mask is None or _first(mask, places))
            if names:
                like = _rows(filled.dimensions, places, rows)
                return self.judge.judge_presuming(known, Presumed(like, self.judge.can_happen(like), names))
        return self.judge.judge(known)

    # ------------------------------------------------------------ dimensions

    def _dimensions(self, columns: Mapping[str, Column], rows: int) -> list[_Dimension]:
        found: list[_Dimension] = []
        for item in self._program.inputs:
            if item.width and item.name in columns:
                column = columns[item.name]
                found += [_Dimension(cells, column.unknown) for cells in column.cells]
            else:
                found += [_Dimension() for _ in range(item.width)]
        for derived in self._program.derived:
            if isinstance(derived, DaysBetween) and derived.input.dimension in self.judge.asked:
                found.append(_days_between(derived, columns, rows))
            else:
                found.append(_Dimension())
        return found

    def _filled(self, columns: Mapping[str, Column], rows: int) -> _Filled | None:
        """Fill unknown inputs as the policy presumes; nothing where none is."""
        masks: dict[str, Numbers | None] = {}
        filled = dict(columns)
        for name, (cells, day) in self._presumed.items():
            column = columns.get(name)
            if column is None:
                masks[name] = None
                constant = tuple(Coded(np.full(rows, cell, np.int64)) for cell in cells)
                filled[name] = Column(rows, constant, NO_ROWS, None, np.full(rows, day, np.int64))
            elif column.unknown is not None:
                masks[name] = column.unknown
                put = tuple(
                    Coded(np.where(column.unknown, cell, known.plain()))
                    for cell, known in zip(cells, column.cells, strict=True)
                )
                days = None if column.days is None else np.where(column.unknown, day, column.days)
                filled[name] = Column(rows, put, column.refused, None, days)
        return _Filled(self._dimensions(filled, rows), masks) if masks else None

    # ------------------------------------------------------------ rows that cannot be judged

    def _rejects(
        self,
        batch: Mapping[str, Values],
        columns: Mapping[str, Column],
        refused: Numbers,
        impossible: Numbers,
        first: int,
    ) -> Iterator[Reject]:
        told: dict[int, str] = {}
        for item in reversed(self._program.inputs):  # the first input that is refused has the last word
            if item.name in columns:
                told.update(dict.fromkeys(columns[item.name].refused.tolist(), item.name))
        others = np.flatnonzero(impossible & ~refused)
        facts = self._facts(batch, others)
        for row in np.flatnonzero(refused | impossible).tolist():
            name = told.get(row)
            if name is None:
                yield replace(self._impossible(next(facts)), row=first + row)
            else:
                yield self._refused(name, self._readers[name].value(batch[name], row), first + row)

    def _refused(self, name: str, value: object, number: int) -> Reject:
        return _reject(number, lambda: self._readers[name].input.read(value))

    def _facts(self, batch: Mapping[str, Values], rows: Numbers) -> Iterator[tuple[object, ...]]:
        """Give what some rows tell of the inputs that combinations which cannot happen ask about."""
        if not len(rows):
            return iter(())
        columns = []
        for name, reader in self._readers.items():
            there = name in batch and name in self._asked_together
            columns.append(reader.values(batch[name], rows) if there else [UNKNOWN] * len(rows))
        return zip(*columns, strict=True)

    def _impossible(self, facts: tuple[object, ...]) -> Reject:
        """Give the reason why facts cannot happen together; it is the same wherever they are the same."""
        key = tuple(tuple(item) if isinstance(item, list) else item for item in facts)
        if key not in self._met:
            if len(self._met) >= _MOST_MET:
                self._met.clear()
            self._met[key] = _reject(0, lambda: self._refuse_impossible(facts))
        return self._met[key]

    def _refuse_impossible(self, facts: tuple[object, ...]) -> None:
        pairs = zip(self._readers.values(), facts, strict=True)
        values = tuple(reader.input.read(fact) for reader, fact in pairs)
        known = self._program._worked_out(values, None, self._posted)
        self._program.check_possible(known, self._program.cells(known), self._posted)


def _reject(number: int, refuse: Callable[[], object]) -> Reject:
    """Give a row as rejected, by the error that judging it by itself comes to."""
    try:
        refuse()
    except InputError as error:
        value = "" if isinstance(error.value, dict) else shown(error.value)
        return Reject(number, error.input, value, error.message)
    raise AssertionError(f"row {number} was rejected, and there is nothing to say against it")


def _asked_together(program: Program) -> frozenset[str]:
    """Name the inputs that combinations which cannot happen ask about, now or earlier; all where some are worked out."""
    items = [part for item in program.impossibles for part in (item, *(known for _, known in item.earlier))]
    names = {name for item in items for name in item.inputs}
    return frozenset(program.names if names - set(program.names) else names)


def _counted(program: Program, asked: Collection[int]) -> frozenset[str]:
    """Name the dates between which days are counted."""
    items = [item for item in program.derived if isinstance(item, DaysBetween) and item.input.dimension in asked]
    return frozenset(name for item in items for name in (item.first, item.second))


def _refused(columns: Mapping[str, Column], rows: int) -> Numbers | None:
    """Tell which rows hold a value that is refused; nothing where none does."""
    found = None
    for column in columns.values():
        if len(column.refused):
            found = np.zeros(rows, bool) if found is None else found
            found[column.refused] = True
    return found


def _without(said: Sequence[Coded], rejected: Numbers) -> tuple[Coded, ...]:
    """Give what is said with -1 where a row is rejected; codes that are shared stay so."""
    codes: dict[int, Numbers] = {}
    found = []
    for item in said:
        if id(item.codes) not in codes:
            none = -1 if item.means is None else len(item.means) - 1
            codes[id(item.codes)] = np.where(rejected, item.codes.dtype.type(none), item.codes)
        found.append(Coded(codes[id(item.codes)], item.means))
    return tuple(found)


def _days_between(item: DaysBetween, columns: Mapping[str, Column], rows: int) -> _Dimension:
    """Work out whether one date lies so many days after another: not where one is missing, unknown where one is."""
    first, second = _days_of(columns, item.first, rows), _days_of(columns, item.second, rows)
    days = first - second
    inside = np.ones(rows, bool)
    if item.low is not None:
        inside &= days >= item.low
    if item.high is not None:
        inside &= days <= item.high
    missing = (first == MISSING_DAY) | (second == MISSING_DAY)
    unknown = ((first == UNKNOWN_DAY) | (second == UNKNOWN_DAY)) & ~missing
    cells = Coded((~(inside & ~missing)).view(np.uint8))
    if unknown.all():
        return _Dimension()
    return _Dimension(cells, unknown if unknown.any() else None)


def _days_of(columns: Mapping[str, Column], name: str, rows: int) -> Numbers:
    column = columns.get(name)
    if column is None or column.days is None:
        return np.full(rows, UNKNOWN_DAY, np.int64)
    return column.days


def _patterns(dimensions: Sequence[_Dimension], rows: int) -> Iterator[Numbers | None]:
    """Give the places of rows that know the same dimensions, pattern by pattern; nothing where all rows do."""
    masks = {id(item.unknown): item.unknown for item in dimensions if item.unknown is not None}
    if not masks:
        yield None
        return
    numbers = np.zeros(rows, np.int64)
    for count, mask in enumerate(masks.values(), 1):
        numbers = numbers * 2 + mask
        if count % _MOST_MASKS == 0:
            _, numbers = np.unique(numbers, return_inverse=True)
    _, numbers = np.unique(numbers, return_inverse=True)
    order = np.argsort(numbers, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1)


def _rows(dimensions: Sequence[_Dimension], places: Numbers | None, rows: int) -> Rows:
    if places is None:
        return Rows(rows, tuple(item.cells for item in dimensions))
    return Rows(len(places), tuple(_cells_at(item, places) for item in dimensions))


def _cells_at(item: _Dimension, places: Numbers) -> Coded | None:
    if item.cells is None or (item.unknown is not None and _first(item.unknown, places)):
        return None
    return item.cells.at(places)


def _first(mask: Numbers, places: Numbers | None) -> bool:
    """Tell what a mask says of the first of some rows, and so of all that know the same dimensions."""
    return bool(mask[:1].any() if places is None else mask[places[:1]].any())
