"""The values of one input of a table, cut into cells that no test of the table can tell apart.

Numbers, texts with an order, times and durations are dense: points and the open stretches between them.  Whole numbers,
dates and months go in steps.  Other texts are the named values and *any other*.  A test of a cell becomes two masks: where it
passes for certain, and where it may pass; they differ only where a test cannot be decided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, assert_never

from ruleproof.finding import Restriction
from ruleproof.model.tables import (
    BOOLEAN,
    DATE_TIME,
    NUMBER,
    STRING,
    TIME,
    UNKNOWN,
    WHOLE,
    AnyOf,
    AnyValue,
    CellTest,
    Negated,
    OneOf,
    Related,
    Scalar,
    Undecided,
    Within,
)
from ruleproof.prover.relations import ALIKE, EQUAL
from ruleproof.prover.scales import Cell, Scale, order_kind, scale_of
from ruleproof.prover.space import bits_of

Masks = tuple[int, int]
"""The cells where a test passes for certain, and those where it may pass."""

ANY_TYPE = "any value"
"""The sample of a value of no kind that the table speaks of."""


def simple_tests(test: CellTest) -> Iterator[OneOf | Within]:
    """Give the comparisons with constants in a test.

    >>> five = OneOf(frozenset({5}))
    >>> list(simple_tests(Negated(AnyOf((five, AnyValue()))))) == [five]
    True
    """
    match test:
        case OneOf() | Within():
            yield test
        case Negated(part):
            yield from simple_tests(part)
        case AnyOf(parts):
            for part in parts:
                yield from simple_tests(part)
        case AnyValue() | Related() | Undecided():
            return
        case _:
            assert_never(test)


class Axis:
    """One input: its cells, and each test as masks of cells.  Cells outside `domain` are left out."""

    def __init__(self, type: str, tests: Sequence[CellTest], domain: Sequence[CellTest], *, nullable: bool) -> None:
        self.type, self.domain = type, tuple(domain)
        asked = [part for test in (*tests, *domain) for part in simple_tests(test)]
        self.parts = _parts(type, asked)
        cells = [cell for part in self.parts for cell in part.cells]
        if nullable:
            cells.append(Cell(None, 1, missing=True))
        self._null = 1 << len(cells) - 1 if nullable else 0
        self._all = (1 << len(cells)) - 1
        allowed = self._inside(domain)
        self._keep = None if allowed == self._all else tuple(bits_of(allowed))
        self.cells = tuple(cells if self._keep is None else (cells[index] for index in self._keep))
        self.tests_of_masks: dict[int, CellTest] = {}
        self.restrictions_of_masks: dict[int, Sequence[Restriction]] = {}
        """What has been made of masks, kept because the same ones come again and again."""
        self.full = (1 << len(self.cells)) - 1
        self.missing = _mask_of(self.cells, lambda cell: cell.missing)
        self.others = _mask_of(self.cells, lambda cell: cell.others)
        self.stretches = _mask_of(self.cells, lambda cell: cell.stretch)
        self.endless = _mask_of(self.cells, lambda cell: cell.size is None)
        """Masks of the cells of null, of values that are not named, of stretches, and of those that hold no number of values."""
        self.kinds = tuple(part.kind for part in self.parts)
        self.ordered = self.scale is not None
        self.nullable = nullable

    def _inside(self, domain: Sequence[CellTest]) -> int:
        """Give the cells that can be: no value of no cell, and where values are listed, those; null where it is a case."""
        allowed = self._all & ~self._null
        for test in domain:
            allowed &= self._raw(test)[1]
        start = 0
        for part in self.parts:
            allowed &= ~(part.nowhere << start)
            start += len(part.cells)
        return allowed | self._null

    @property
    def kept(self) -> tuple[int, ...]:
        """The number of each cell among all that the tests cut, those that cannot be included."""
        return tuple(range(len(self.cells))) if self._keep is None else self._keep

    def masks(self, test: CellTest) -> Masks:
        """Give where a test, without relations to other inputs, passes for certain and where it may."""
        sure, may = self._raw(test)
        return self._kept(sure), self._kept(may)

    @property
    def scale(self) -> Scale | None:
        """The order of the values; `None` where they have none, or are of several kinds."""
        part = self.parts[0]
        return part.scale if len(self.parts) == 1 and isinstance(part, Line) else None

    @property
    def unnamed(self) -> int:
        """The cells of values that the table does not name, where it names others; else none."""
        return self.others if any(cell.values for cell in self.cells) else 0

    @property
    def comparable(self) -> bool:
        """True where two values of the input have an order."""
        return self.kinds != (BOOLEAN,)

    def compared_to_itself(self, states: frozenset[str]) -> int:
        """Give the cells where the input compares to itself in one of some ways."""
        same = self.full & ~self.missing if (EQUAL if self.comparable else ALIKE) in states else 0
        return same | (self.missing if ALIKE in states else 0)

    @cached_property
    def first_stretch(self) -> Cell | None:
        return next((cell for cell in self.cells if cell.stretch), None)

    @cached_property
    def last_stretch(self) -> Cell | None:
        return next((cell for cell in reversed(self.cells) if cell.stretch), None)

    def named(self, mask: int) -> list[Scalar]:
        """Give the named values in a mask."""
        mask &= self.full & ~(self.missing | self.stretches)
        return [value for number in bits_of(mask) for value in self.cells[number].values]

    def size(self, mask: int) -> int | None:
        """Count the values in a mask; `None` where they are not finitely many."""
        if mask & self.endless:
            return None
        return sum(self.cells[number].size or 0 for number in bits_of(mask))

    @cached_property
    def _ends(self) -> int:
        """The stretches after which the next cell does not follow at once."""
        ends = 0
        for number, (cell, after) in enumerate(pairwise(self.cells)):
            if cell.stretch and not (after.stretch and self._scale_at(cell).follows(cell, after)):
                ends |= 1 << number
        return ends

    def runs(self, mask: int) -> Iterator[tuple[Cell, Cell]]:
        """Give the first and the last cell of each unbroken stretch of values in a mask."""
        mask &= self.stretches
        while mask:
            run = mask & ~(mask + (mask & -mask))
            end = run & self._ends
            if end:
                run &= ((end & -end) << 1) - 1
            yield self.cells[(run & -run).bit_length() - 1], self.cells[run.bit_length() - 1]
            mask ^= run

    def _scale_at(self, cell: Cell) -> Scale:
        return scale_of(order_kind(cell.sample)) if self.scale is None else self.scale

    def _kept(self, mask: int) -> int:
        if self._keep is None:
            return mask
        if not self._keep:
            return 0
        first, last = self._keep[0], self._keep[-1]
        if last - first + 1 == len(self._keep):
            return (mask >> first) & self.full
        return sum(1 << place for place, index in enumerate(self._keep) if mask >> index & 1)

    def _raw(self, test: CellTest) -> Masks:
        match test:
            case AnyValue():
                return self._all, self._all
            case OneOf(values):
                mask = self._null if None in values else 0
                mask |= self._of_parts(lambda part: part.points(values))
                return mask, mask
            case Within():
                kind = order_kind(test.low if test.low is not None else test.high)
                mask = self._of_parts(lambda part: part.stretch(test) if _fits(kind, part.kind) else 0)
                return mask, mask
            case Negated(part):
                sure, may = self._raw(part)
                return self._all & ~may, self._all & ~sure
            case AnyOf(parts):
                sure = may = 0
                for part in parts:
                    sure, may = sure | self._raw(part)[0], may | self._raw(part)[1]
                return sure, may
            case Undecided():
                return 0, self._all
            case Related():
                raise AssertionError("a relation is no test of one input")
            case _:
                assert_never(test)

    def _of_parts(self, mask_of: Callable[[Line | Names], int]) -> int:
        mask = start = 0
        for part in self.parts:
            mask |= mask_of(part) << start
            start += len(part.cells)
        return mask


def _mask_of(cells: Sequence[Cell], wanted: Callable[[Cell], bool]) -> int:
    return sum(1 << number for number, cell in enumerate(cells) if wanted(cell))


def _fits(kind: str, other: str) -> bool:
    return kind == other or {kind, other} == {NUMBER, WHOLE}


def _parts(type: str, asked: Sequence[OneOf | Within]) -> list[Line | Names]:
    """Give one part for each kind of value that the input can have, as far as the table tells them apart."""
    kinds = kinds_in(asked)
    if type in (DATE_TIME, TIME):
        kinds = [kind for kind in kinds if kind.startswith(type) and (type != TIME or not kind.startswith(DATE_TIME))]
        kinds = kinds or [type]
    elif type != UNKNOWN:
        kinds = [type]
    parts: list[Line | Names] = [_part(kind, asked) for kind in kinds]
    if type == UNKNOWN:
        parts.append(Names("", ()))
    return parts


def kinds_in(tests: Iterable[CellTest]) -> list[str]:
    """Give the kinds of the constants in some tests, each once."""
    values = [value for test in tests for part in simple_tests(test) for value in values_of(part)]
    return list(dict.fromkeys(order_kind(value) for value in values if value is not None))


def values_of(test: OneOf | Within) -> tuple[Scalar, ...]:
    return tuple(test.values) if isinstance(test, OneOf) else (test.low, test.high)


def _part(kind: str, asked: Sequence[OneOf | Within]) -> Line | Names:
    own = [
        test for test in asked if any(value is not None and _fits(order_kind(value), kind) for value in values_of(test))
    ]
    if kind == BOOLEAN or (kind == STRING and not any(isinstance(test, Within) for test in own)):
        return Names(kind, own)
    return Line(scale_of(kind), own)


class Line:
    """Values in their order, cut at every bound that a test uses."""

    def __init__(self, scale: Scale, tests: Iterable[OneOf | Within]) -> None:
        self.scale, self.kind = scale, scale.kind
        cuts = set(scale.ends)
        for test in tests:
            cuts.update(self._cuts(test))
        self._sorted = sorted(cuts)
        self._index = {cut: index for index, cut in enumerate(self._sorted)}
        ends = [None, *self._sorted, None]
        made = [scale.cell(first, after) for first, after in pairwise(ends)]
        self.cells = tuple(cell if cell is not None else Cell(None, 0) for cell in made)
        self.cuts: tuple[Any, ...] = tuple(self._sorted)
        """Where one cell ends and the next begins, in the terms of the scale."""
        self.nowhere = sum(1 << index for index, cell in enumerate(made) if cell is None)
        """Cells that hold no value, such as the texts before the empty text."""

    def _cuts(self, test: OneOf | Within) -> Iterator[Any]:
        if isinstance(test, OneOf):
            for value in test.values:
                if value is not None and _fits(order_kind(value), self.kind):
                    yield self.scale.cut(value, after=False)
                    yield self.scale.cut(value, after=True)
            return
        if test.low is not None:
            yield self.scale.cut(test.low, after=not test.low_closed)
        if test.high is not None:
            yield self.scale.cut(test.high, after=test.high_closed)

    def points(self, values: Iterable[Scalar]) -> int:
        mask = 0
        for value in values:
            if value is not None and _fits(order_kind(value), self.kind):
                mask |= self._between(self.scale.cut(value, after=False), self.scale.cut(value, after=True))
        return mask

    def stretch(self, test: Within) -> int:
        low = None if test.low is None else self.scale.cut(test.low, after=not test.low_closed)
        high = None if test.high is None else self.scale.cut(test.high, after=test.high_closed)
        return self._between(low, high)

    def _between(self, low: Any, high: Any) -> int:
        first = 0 if low is None else self._index[low] + 1
        after = len(self.cells) if high is None else self._index[high] + 1
        return ((1 << after) - (1 << first)) if first < after else 0


class Names:
    """Values without order: named ones, put together where no test tells them apart, and any other (not of booleans)."""

    nowhere = 0

    def __init__(self, kind: str, tests: Iterable[OneOf | Within]) -> None:
        self.kind = kind
        groups = _told_apart([test.values for test in tests if isinstance(test, OneOf)] if kind == STRING else [])
        self.cells: tuple[Cell, ...]
        if kind == BOOLEAN:
            self._place: dict[Scalar, int] = {True: 0, False: 1}
            self.cells = (Cell(True, 1, values=(True,)), Cell(False, 1, values=(False,)))
            return
        self._place = {value: index for index, group in enumerate(groups) for value in group}
        named = tuple(Cell(group[0], len(group), values=group) for group in groups)
        self.cells = (*named, Cell(_other(self._place) if kind else ANY_TYPE, None, others=True))

    def points(self, values: Iterable[Scalar]) -> int:
        mask = 0
        for value in values:
            if value is not None and order_kind(value) == self.kind:
                mask |= 1 << self._place[value]
        return mask

    def stretch(self, test: Within) -> int:  # noqa: ARG002
        return 0  # an order on values without one is never met


def _told_apart(sets: Iterable[frozenset[Scalar]]) -> list[tuple[str, ...]]:
    """Give the texts named, those together that are in the same sets."""
    texts = dict.fromkeys(frozenset(value for value in values if isinstance(value, str)) for values in sets)
    signatures: dict[str, int] = {}
    for number, named in enumerate(texts):
        for text in named:
            signatures[text] = signatures.get(text, 0) | 1 << number
    groups: dict[int, list[str]] = {}
    for text in sorted(signatures):
        groups.setdefault(signatures[text], []).append(text)
    return [tuple(group) for group in groups.values()]


def _other(named: Iterable[Scalar]) -> str:
    """Give a text that is not named."""
    taken = set(named)
    return next(
        text
        for number in range(len(taken) + 1)
        if (text := "any other value" + (f" {number + 1}" if number else "")) not in taken
    )
