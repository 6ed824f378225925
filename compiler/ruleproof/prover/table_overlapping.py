"""Rows that may overlap, made fewer one step after the other; after each step the table means the same.

A row is widened where every case added is one that it, or another row that gives the same, decides already, or where a row wins
before it; then the rows that add nothing are dropped.  Rows go by their number in the order in which they win.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from ruleproof.prover.box_groups import grown, holds_well, hull, inside, orders
from ruleproof.prover.box_index import shared_size, size_of_box
from ruleproof.prover.boxes import meets, without
from ruleproof.prover.space import Box, bits_of
from ruleproof.prover.table_cases import Cases
from ruleproof.prover.table_outputs import Key, Outputs
from ruleproof.prover.table_regions import row_tests
from ruleproof.prover.table_space import TableSpace

MOST_PAIRS = 3_000
"""How many pairs of rows with one output are tried."""


@dataclass(slots=True, eq=False)
class Piece:
    """A row while a table is made simpler: in whose place it stands, what it gives and holds, and of which rows it is made."""

    row: int
    key: Key
    box: Box
    of: frozenset[int]


def compares(space: TableSpace, box: Box) -> bool:
    """Tell whether a box says how inputs compare."""
    start = len(space.axes)
    return box[start:] != space.whole[start:]


def can_say(space: TableSpace, box: Box) -> bool:
    """Tell whether the cells of one row can say a box."""
    return not compares(space, box) or row_tests(space, box) is not None


class Overlapping:
    """Makes `pieces` fewer; `others` stay as they are, and so do the dimensions in `fixed` and the cases in `unsure`."""

    def __init__(
        self,
        outputs: Outputs,
        cases: Cases,
        pieces: Sequence[Piece],
        others: Sequence[Piece],
        fixed: frozenset[int],
        unsure: Sequence[Box],
        still_time: Callable[[], bool],
    ) -> None:
        self._cases, self._space, self._unsure, self._still_time = cases, cases.space, unsure, still_time
        self._ways = orders(len(self._space.whole), fixed)
        self._fixed = sorted(fixed)
        order = outputs.places if outputs.first_wins else None
        self._all = sorted([*pieces, *others], key=lambda piece: piece.row if order is None else order[piece.row])
        self._number = {id(piece): number for number, piece in enumerate(self._all)}
        self._mine = sum(1 << self._number[id(piece)] for piece in pieces)
        self._alive = (1 << len(self._all)) - 1
        self._replacing = [self._replacers(number, piece, outputs) for number, piece in enumerate(self._all)]
        self._first_wins = outputs.first_wins
        self._holding: list[dict[int, int]] = [{} for _ in self._space.whole]

    def _replacers(self, number: int, piece: Piece, outputs: Outputs) -> int:
        """Give the rows that decide a case as this one does, or before it."""
        found = 0
        for other, own in enumerate(self._all):
            if (
                (other < number and own.row != piece.row) or own.key == piece.key
                if outputs.first_wins
                else outputs.makes_superfluous(own.row, piece.row)
            ):
                found |= 1 << other
        return found

    def run(self) -> list[Piece]:
        """Give the rows that are left."""
        self._drop_all()
        self._join_pairs()
        self._grow_all()
        return [self._all[number] for number in bits_of(self._alive & self._mine)]

    # -------------------------------------------------------------- what a row may hold

    def _near(self, box: Box) -> int:
        """Give the rows that meet a box."""
        near = self._alive
        for holding, (dimension, mask) in zip(self._holding, enumerate(box), strict=True):
            found = holding.get(mask)
            if found is None:
                found = sum(1 << number for number, piece in enumerate(self._all) if piece.box[dimension] & mask)
                holding[mask] = found
            near &= found
            if not near:
                break
        return near

    def _set(self, number: int, box: Box) -> None:
        before, self._all[number].box = self._all[number].box, box
        own = 1 << number
        for holding, old, new in zip(self._holding, before, box, strict=True):
            if old != new:
                for mask, rows in holding.items():
                    holding[mask] = rows | own if new & mask else rows & ~own

    def _may_hold(self, box: Box, number: int, without_own: bool = False) -> bool:
        """Tell whether the table means the same whether or not a row holds in a box; `without_own`: without the row as it is."""
        if any(meets(box, part) is not None for part in self._unsure):
            return False
        near = self._near(box) & ~(1 << number if without_own else 0)
        replacing = near & self._replacing[number]
        blocking = near & ~replacing if self._first_wins else 0
        if not self._space.relations and not self._can_suffice(box, replacing, blocking):
            return False
        rows = [(self._all[other].box, bool(replacing >> other & 1)) for other in bits_of(replacing | blocking)]
        return holds_well(box, rows, lambda part: self._cases.can_be(part) is not False)

    def _can_suffice(self, box: Box, replacing: int, blocking: int) -> bool:
        """Tell quickly whether rows are large enough to hold everything that they must hold, overlaps counted twice."""
        left = size_of_box(box)
        for number in bits_of(replacing):
            left -= shared_size(self._all[number].box, box)
            if left <= 0:
                break
        else:
            return False
        for blocker in bits_of(blocking):
            part = _shared(self._all[blocker].box, box)
            left = size_of_box(part)
            for number in bits_of(replacing & (1 << blocker) - 1):
                left -= shared_size(self._all[number].box, part)
                if left <= 0:
                    break
            else:
                return False
        return True

    # -------------------------------------------------------------- steps

    def _pieces(self) -> list[int]:
        return list(bits_of(self._alive & self._mine))

    def _drop_all(self) -> None:
        """Drop rows that add nothing, the smallest first."""
        for number in sorted(self._pieces(), key=lambda number: (size_of_box(self._all[number].box), -number)):
            if not self._still_time():
                return
            piece = self._all[number]
            if self._may_hold(piece.box, number, without_own=True):
                self._alive &= ~(1 << number)
                around = self._near(piece.box) & self._mine
                wide = (self._all[other] for other in bits_of(around))
                heir = next((own for own in wide if own.key == piece.key and inside(piece.box, own.box)), None)
                if heir is not None:
                    heir.of |= piece.of

    def _join_pairs(self) -> None:
        """Let one row hold in the hull of two, where the other one is then superfluous; the nearest ones first."""
        for one, two in self._pairs():
            for number, other in ((one, two), (two, one)):
                if not self._still_time():
                    return
                if self._alive >> one & self._alive >> two & 1:
                    self._widen(number, self._hull([self._all[number].box, self._all[other].box]))

    def _hull(self, boxes: Sequence[Box]) -> Box:
        return hull(boxes, self._space.ordered)

    def _pairs(self) -> list[tuple[int, int]]:
        groups: dict[tuple[Key, Box], list[int]] = {}
        for number in self._pieces():
            piece = self._all[number]
            groups.setdefault((piece.key, tuple(piece.box[place] for place in self._fixed)), []).append(number)
        found: list[tuple[int, int]] = []
        for group in groups.values():
            pairs = [(one, two) for index, one in enumerate(group) for two in group[index + 1 :]]
            pairs.sort(key=lambda pair: size_of_box(self._hull([self._all[number].box for number in pair])))
            found += pairs[:MOST_PAIRS]
        return found

    def _grow_all(self) -> None:
        """Let rows grow as far as they may, the largest first, where others are then superfluous."""
        for number in sorted(self._pieces(), key=lambda number: -size_of_box(self._all[number].box)):
            for way in self._ways:
                if not self._alive >> number & 1 or not self._still_time():
                    break
                ends = [self._all[other].box for other in bits_of(self._alive)]
                fits = partial(self._may_hold, number=number)
                wide = grown(self._all[number].box, way, ends, self._space.ordered, fits)
                if self._widen(number, wide, is_known=True):
                    break

    def _widen(self, number: int, wide: Box, *, is_known: bool = False) -> bool:
        """Widen a row where that makes others superfluous, and drop these; `is_known` tells that it may hold there."""
        piece = self._all[number]
        before = piece.box
        if wide == before or not can_say(self._space, wide) or not (is_known or self._may_hold(wide, number)):
            return False
        self._set(number, wide)
        dropped: list[int] = []
        for other in bits_of(self._near(wide) & self._mine & ~(1 << number)):
            own = self._all[other]
            if own.key == piece.key and self._may_hold(own.box, other, without_own=True):
                self._alive &= ~(1 << other)
                dropped.append(other)
        if not dropped:
            self._set(number, before)
            return False
        for other in dropped:
            piece.of |= self._all[other].of
        self._narrow(number, self._hull([before, *(self._all[other].box for other in dropped)]))
        return True

    def _narrow(self, number: int, close: Box) -> None:
        """Take a row back to a box around what it stands for, where that is enough."""
        wide = self._all[number].box
        close = _shared(close, wide)
        if close == wide or not can_say(self._space, close):
            return
        self._set(number, close)
        if not all(self._may_hold(part, number) for part in without([wide], close)):
            self._set(number, wide)


def _shared(one: Box, other: Box) -> Box:
    return tuple(left & right for left, right in zip(one, other, strict=True))
