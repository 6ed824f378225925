"""The values of one input of a table, cut into cells that no test of the table can tell apart.

Numbers, texts with an order, times and durations are dense: points and the open stretches between them.  Whole numbers,
dates and months go in steps.  Other texts are the named values and *any other*.  A test of a cell becomes two masks: where it
passes for certain, and where it may pass; they differ only where a test cannot be decided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, assert_never

from ruleproof.model.tables import (
    BOOLEAN,
    DATE,
    DATE_TIME,
    MONTHS,
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
from ruleproof.prover.scales import Scale, kind_of, scale_of
from ruleproof.prover.space import Cell, bits_of

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
        asked = list(dict.fromkeys(part for test in (*tests, *domain) for part in simple_tests(test)))
        self.parts = _parts(type, asked)
        cells = [cell for part in self.parts for cell in part.cells]
        if nullable:
            cells.append(Cell(None, 1, missing=True))
        self._null = 1 << len(cells) - 1 if nullable else 0
        self._all = (1 << len(cells)) - 1
        self._known: dict[CellTest, Masks] = {}
        allowed = self._inside(domain)
        self._keep = None if allowed == self._all else tuple(bits_of(allowed))
        self._known.clear()
        self.cells = tuple(cells if self._keep is None else (cells[index] for index in self._keep))
        self.full = (1 << len(self.cells)) - 1
        self.kinds = tuple(part.kind for part in self.parts)
        self.ordered = len(self.parts) == 1 and isinstance(self.parts[0], _Line)

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

    def masks(self, test: CellTest) -> Masks:
        """Give where a test, without relations to other inputs, passes for certain and where it may."""
        found = self._known.get(test)
        if found is None:
            sure, may = self._raw(test)
            found = self._known[test] = self._kept(sure), self._kept(may)
        return found

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
                kind = kind_of(test.low if test.low is not None else test.high)
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

    def _of_parts(self, mask_of: Callable[[_Line | _Names], int]) -> int:
        mask = start = 0
        for part in self.parts:
            mask |= mask_of(part) << start
            start += len(part.cells)
        return mask


def _fits(kind: str, other: str) -> bool:
    return kind == other or {kind, other} == {NUMBER, WHOLE}


def _parts(type: str, asked: Sequence[OneOf | Within]) -> list[_Line | _Names]:
    """Give one part for each kind of value that the input can have, as far as the table tells them apart."""
    values = [value for test in asked for value in _values(test) if value is not None]
    kinds = list(dict.fromkeys(kind_of(value) for value in values))
    if type in (DATE_TIME, TIME):
        kinds = [kind for kind in kinds if kind.startswith(type) and (type != TIME or not kind.startswith(DATE_TIME))]
        kinds = kinds or [type]
    elif type != UNKNOWN:
        kinds = [type]
    parts: list[_Line | _Names] = [_part(kind, asked) for kind in kinds]
    if not parts or (type == UNKNOWN and len(kinds) > 1):
        parts.append(_Names("", ()))
    return parts


def _values(test: OneOf | Within) -> tuple[Scalar, ...]:
    return tuple(test.values) if isinstance(test, OneOf) else (test.low, test.high)


def _part(kind: str, asked: Sequence[OneOf | Within]) -> _Line | _Names:
    own = [test for test in asked if any(value is not None and _fits(kind_of(value), kind) for value in _values(test))]
    if kind == BOOLEAN or (kind == STRING and not any(isinstance(test, Within) for test in own)):
        return _Names(kind, own)
    return _Line(scale_of(kind), own)


class _Line:
    """Values in their order, cut at every bound that a test uses."""

    def __init__(self, scale: Scale, tests: Iterable[OneOf | Within]) -> None:
        self.scale, self.kind = scale, scale.kind
        cuts = set(scale.ends)
        for test in tests:
            cuts.update(self._cuts(test))
        self._sorted = sorted(cuts)
        self._index = {cut: index for index, cut in enumerate(self._sorted)}
        ends = [None, *self._sorted, None]
        made = [scale.cell(first, after) for first, after in zip(ends, ends[1:], strict=False)]
        self.cells = tuple(cell if cell is not None else Cell(None, 0) for cell in made)
        self.nowhere = sum(1 << index for index, cell in enumerate(made) if cell is None)
        """Cells that hold no value, such as the texts before the empty text."""

    def _cuts(self, test: OneOf | Within) -> Iterator[Any]:
        if isinstance(test, OneOf):
            for value in test.values:
                if value is not None and _fits(kind_of(value), self.kind):
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
            if value is not None and _fits(kind_of(value), self.kind):
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


class _Names:
    """Values without order: named ones, put together where no test tells them apart, and any other (not of booleans)."""

    nowhere = 0

    def __init__(self, kind: str, tests: Iterable[OneOf | Within]) -> None:
        self.kind = kind
        groups = _told_apart(kind, [test.values for test in tests if isinstance(test, OneOf)])
        self.cells: tuple[Cell, ...]
        if kind == BOOLEAN:
            self._place: dict[Scalar, int] = {True: 0, False: 1}
            self.cells = (Cell(True, 1, values=("true",)), Cell(False, 1, values=("false",)))
            return
        self._place = {value: index for index, group in enumerate(groups) for value in group}
        named = tuple(Cell(group[0], len(group), values=group) for group in groups)
        self.cells = (*named, Cell(_other(self._place) if kind else ANY_TYPE, None, others=True))

    def points(self, values: Iterable[Scalar]) -> int:
        mask = 0
        for value in values:
            if value is not None and kind_of(value) == self.kind:
                mask |= 1 << self._place[value]
        return mask

    def stretch(self, test: Within) -> int:  # noqa: ARG002
        return 0  # an order on values without one is never met


def _told_apart(kind: str, sets: Sequence[frozenset[Scalar]]) -> list[tuple[str, ...]]:
    """Give the texts named, those together that are in the same sets."""
    if kind != STRING:
        return []
    signatures: dict[str, int] = {}
    for number, values in enumerate(sets):
        for value in values:
            if isinstance(value, str):
                signatures[value] = signatures.get(value, 0) | 1 << number
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
