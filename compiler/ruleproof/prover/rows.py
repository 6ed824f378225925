"""Exact gaps and overlaps of thousands of rows at once: each row is one box, a set of cells in each column.

The search is that of `boxes.py`: a box is cut until nothing about it can differ.  Rows need no expressions, so that a cut is
found by sorting bounds, and overlaps are looked for only where rows meet in pairs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from ruleproof.prover.boxes import meets, merged
from ruleproof.prover.space import Box, bits_of

CANDIDATES = 24
"""How many sets of values are tried as a cut of a column without order."""


FEW = 8
"""Among so many rows, a cut along one of them does as well as the best cut."""


class OutOfTimeError(Exception):
    """The time allowed is over."""


@dataclass(frozen=True)
class Cut:
    """Part a box in two: the cells of a column inside `cells`, and the others."""

    column: int
    cells: int
    straddling: int
    lean: int
    """How uneven the cut is: the difference between the numbers of rows on the two sides."""


Leaf: TypeAlias = tuple[int, ...]
"""Rows that are said to hold in a part of the cases."""


class Rows:
    """The rows of a table as boxes over columns; `ordered` tells which columns are numbers, dates or other stretches."""

    def __init__(
        self, whole: Box, ordered: Sequence[bool], boxes: Sequence[Box], still_time: Callable[[], bool] = lambda: True
    ) -> None:
        self.whole, self.boxes, self.still_time = whole, tuple(boxes), still_time
        self.ordered = tuple(ordered)
        self.broken = tuple(
            frozenset(row for row, box in enumerate(self.boxes) if not _unbroken(box[column])) if order else frozenset()
            for column, order in enumerate(ordered)
        )
        """For each column in order, the rows that hold there in several stretches."""
        columns = [[box[column] for box in self.boxes] for column in range(len(whole))]
        self.low = [[(mask & -mask).bit_length() - 1 for mask in column] for column in columns]
        self.high = [[mask.bit_length() - 1 for mask in column] for column in columns]

    # -------------------------------------------------------------- gaps

    def gaps(self, start: Box | None = None, rows: Sequence[int] | None = None) -> Iterator[Box]:
        """Give disjoint boxes that hold exactly the cases of `start` in no row (of those given)."""
        box = self.whole if start is None else start
        stack = [(box, self._meeting(box, range(len(self.boxes)) if rows is None else rows))]
        while stack:
            box, alive = stack.pop()
            if not self.still_time():
                raise OutOfTimeError
            if not alive:
                yield box
                continue
            if any(self.covers(row, box) for row in alive):
                continue
            cut = self.best_cut(box, alive) if len(alive) > FEW else self._cut_along(box, alive)
            for part in _parts(box, cut):
                stack.append((part, self._meeting_column(part, cut.column, alive)))

    def covered(self, box: Box, rows: Sequence[int]) -> bool:
        """Tell whether the rows together hold every case of a box."""
        return next(self.gaps(box, rows), None) is None

    # -------------------------------------------------------------- overlaps

    @cached_property
    def neighbours(self) -> tuple[int, ...]:
        """For each row the set (as a bit mask of rows) of the others that it shares a case with."""
        everyone = (1 << len(self.boxes)) - 1
        meeting = [everyone] * len(self.boxes)
        for column in range(len(self.whole)):
            found = self._meeting_in(column)
            for row, others in enumerate(found):
                meeting[row] &= others
        return tuple(others & ~(1 << row) for row, others in enumerate(meeting))

    def _meeting_in(self, column: int) -> list[int]:
        """Give for each row the rows that it meets in a column."""
        if not self.ordered[column]:
            return self._meeting_in_values(column)
        low, high = self.low[column], self.high[column]
        by_low = sorted(range(len(low)), key=low.__getitem__)
        by_high = sorted(range(len(high)), key=high.__getitem__)
        lows, highs = [low[row] for row in by_low], [high[row] for row in by_high]
        begun, ended = _growing(by_low), _growing(by_high)
        # begun at or before my end, and not ended before my start
        found = [
            begun[bisect_left(lows, high[row] + 1)] & ~ended[bisect_left(highs, low[row])] for row in range(len(low))
        ]
        for row in self.broken[column]:
            for other in bits_of(found[row]):
                if not self.boxes[row][column] & self.boxes[other][column]:
                    found[row] &= ~(1 << other)
                    found[other] &= ~(1 << row)
        return found

    def _meeting_in_values(self, column: int) -> list[int]:
        holding: dict[int, int] = {}
        by_mask: dict[int, int] = {}
        for row, box in enumerate(self.boxes):
            by_mask[box[column]] = by_mask.get(box[column], 0) | 1 << row
        for mask, rows in by_mask.items():
            for cell in bits_of(mask):
                holding[cell] = holding.get(cell, 0) | rows
        meets: dict[int, int] = {}
        for mask in by_mask:
            found = 0
            for cell in bits_of(mask):
                found |= holding[cell]
            meets[mask] = found
        return [meets[box[column]] for box in self.boxes]

    def pairs(self) -> int:
        """Count the pairs of rows with a common case."""
        return sum(others.bit_count() for others in self.neighbours) // 2

    def overlaps(self) -> dict[tuple[int, ...], tuple[Box, ...]]:
        """Give for each set of two or more rows that hold together the disjoint boxes where exactly these hold."""
        found: dict[tuple[int, ...], list[Box]] = {}
        for rows, box in self.overlaps_one_by_one():
            found.setdefault(rows, []).append(box)
        return {rows: merged(boxes) for rows, boxes in sorted(found.items())}

    def overlaps_one_by_one(self) -> Iterator[tuple[tuple[int, ...], Box]]:
        """Give disjoint boxes where two or more rows hold together, each with exactly these rows."""
        for first, others in enumerate(self.neighbours):
            # beyond a row that holds wherever this one does, that row and this one are never the first two that hold
            last = next((row for row in bits_of(others) if self.covers(row, self.boxes[first])), len(self.boxes))
            for second in bits_of(others >> first + 1 << first + 1):
                if second > last:
                    break
                yield from self._overlaps_of(first, second)

    def _overlaps_of(self, first: int, second: int) -> Iterator[tuple[tuple[int, ...], Box]]:
        """Give the parts of what two rows share where they are the first two that hold."""
        start = meets(self.boxes[first], self.boxes[second])
        assert start is not None, "neighbours share a case"
        common = self.neighbours[first] & self.neighbours[second]
        if any(self.covers(row, start) for row in bits_of(common & (1 << second) - 1)):
            return
        stack = [(start, self._meeting(start, bits_of(common)))]
        while stack:
            box, alive = stack.pop()
            if not self.still_time():
                raise OutOfTimeError
            covering = [row for row in alive if self.covers(row, box)]
            if covering and covering[0] < second:
                continue
            if len(covering) == len(alive):
                yield (first, second, *alive), box
                continue
            cut = self.best_cut(box, alive) if len(alive) > FEW else self._cut_along(box, alive)
            for part in _parts(box, cut):
                stack.append((part, self._meeting_column(part, cut.column, alive)))

    # -------------------------------------------------------------- a tree of cuts

    def tree(
        self, settled: Callable[[Box, Sequence[int]], Leaf | None], order: Sequence[int], *, along_first: bool = False
    ) -> Iterator[tuple[Box, Cut | Leaf]]:
        """Give a tree of cuts over all cases: each part is followed by what lies inside its cut, then by what lies outside.

        `settled` gets a part and the rows (in the order given) that meet it, and says what is known of it, or `None` where
        it must be cut; `along_first` cuts along the first of few rows.
        """
        stack = [(self.whole, list(order))]
        while stack:
            box, alive = stack.pop()
            if not self.still_time():
                raise OutOfTimeError
            leaf = settled(box, alive)
            if leaf is not None:
                yield box, leaf
                continue
            few = len(alive) <= FEW
            cut = self._cut_along(box, alive[:1] if along_first else alive) if few else self.best_cut(box, alive)
            yield box, cut
            inside, outside = _parts(box, cut)
            stack.append((outside, self._meeting_column(outside, cut.column, alive)))
            stack.append((inside, self._meeting_column(inside, cut.column, alive)))

    # -------------------------------------------------------------- cutting

    def _meeting(self, box: Box, rows: Iterable[int]) -> list[int]:
        return [row for row in rows if _touch(self.boxes[row], box)]

    def _meeting_column(self, box: Box, column: int, rows: list[int]) -> list[int]:
        mask = box[column]
        return [row for row in rows if self.boxes[row][column] & mask]

    def covers(self, row: int, box: Box) -> bool:
        """Tell whether a row holds in every case of a box."""
        for mine, mask in zip(self.boxes[row], box, strict=True):  # noqa: SIM110  # faster than `all(…)`
            if mask & ~mine:
                return False
        return True

    def _cut_along(self, box: Box, alive: list[int]) -> Cut:
        """Cut along one row: the one that lacks the least of the box, in the first column where it lacks something."""
        best: Cut | None = None
        for row in alive:
            mine = self.boxes[row]
            lacking = [column for column, mask in enumerate(box) if mask & ~mine[column]]
            if lacking and (best is None or len(lacking) < best.straddling):
                best = Cut(lacking[0], box[lacking[0]] & mine[lacking[0]], len(lacking), 0)
                if len(lacking) == 1:
                    break
        assert best is not None, "a box that every row covers is not cut"
        return best

    def best_cut(self, box: Box, alive: list[int]) -> Cut:
        """Give the cut that the fewest rows straddle, the most even one among these; it always parts the box."""
        best: Cut | None = None
        for column, mask in enumerate(box):
            if not mask & (mask - 1):
                continue
            cut = (
                self._cut_ordered(column, mask, alive)
                if self.ordered[column]
                else self._cut_values(column, mask, alive)
            )
            if cut is not None and (best is None or _cost(cut, len(alive)) < _cost(best, len(alive))):
                best = cut
        assert best is not None, "a box of one case is covered or not"
        return best

    def _cut_ordered(self, column: int, mask: int, alive: list[int]) -> Cut | None:
        """Cut a stretch of cells at the start or just after the end of a row."""
        first, last = (mask & -mask).bit_length() - 1, mask.bit_length() - 1
        low, high = self.low[column], self.high[column]
        broken = self.broken[column]
        inner: Iterable[int] = ()
        if broken and not broken.isdisjoint(alive):
            found = [self._stretches(column, mask, row) for row in alive]
            lows, highs = sorted([each[0] for each in found]), sorted([each[1] for each in found])
            inner = {at for each in found for at in each[2]}
        else:
            lows, highs = sorted([low[row] for row in alive]), sorted([high[row] for row in alive])
        if lows[-1] <= first and highs[0] >= last and not inner:
            return None
        total = len(alive)
        best: tuple[float, int, int, int] | None = None
        begun = ended = 0
        for at in sorted({*lows, *(end + 1 for end in highs), *inner}):
            if at <= first:
                continue
            if at > last:
                break
            while begun < total and lows[begun] < at:
                begun += 1
            while ended < total and highs[ended] < at:
                ended += 1
            straddling, lean = begun - ended, abs(begun - (total - ended))
            score = straddling + lean / (2 * total)
            if best is None or score < best[0]:
                best = (score, at, straddling, lean)
        if best is None:
            return None
        return Cut(column, mask & ((1 << best[1]) - 1), best[2], best[3])

    def _stretches(self, column: int, mask: int, row: int) -> tuple[int, int, tuple[int, ...]]:
        """Give the first and last cell of a row inside a mask, and where it breaks off and begins again between them."""
        if row not in self.broken[column]:
            return self.low[column][row], self.high[column][row], ()
        mine = self.boxes[row][column] & mask
        low, high = (mine & -mine).bit_length() - 1, mine.bit_length() - 1
        if mine == mask:
            return low, high, ()
        holes = ((1 << high + 1) - (1 << low)) & ~mine
        return low, high, tuple(bits_of((holes ^ holes << 1) & ((1 << high + 1) - (1 << low))))

    def _cut_values(self, column: int, mask: int, alive: list[int]) -> Cut | None:
        """Part the values of a column without order: along groups of values that no row mixes, else along one row."""
        counts: dict[int, int] = {}
        for row in alive:
            mine = self.boxes[row][column] & mask
            counts[mine] = counts.get(mine, 0) + 1
        if len(counts) == 1 and mask in counts:
            return None
        groups = _unmixed(counts)
        candidates = [_half(groups, counts, mask)] if len(groups) > 1 or groups[0] != mask else []
        candidates += sorted((mine for mine in counts if mine != mask), key=lambda mine: (-counts[mine], mine))[
            :CANDIDATES
        ]
        best: Cut | None = None
        for cells in candidates:
            straddling = inside = outside = 0
            for mine, count in counts.items():
                inside += count if mine & cells else 0
                outside += count if mine & ~cells else 0
                straddling += count if mine & cells and mine & ~cells else 0
            cut = Cut(column, cells, straddling, abs(inside - outside))
            if best is None or _cost(cut, len(alive)) < _cost(best, len(alive)):
                best = cut
        return best


def _touch(one: Box, other: Box) -> bool:
    for mine, mask in zip(one, other, strict=True):  # noqa: SIM110  # faster than `all(…)`
        if not mine & mask:
            return False
    return True


def _cost(cut: Cut, rows: int) -> float:
    return cut.straddling + cut.lean / (2 * rows)


def _unbroken(mask: int) -> bool:
    low = mask & -mask
    return not (mask + low) & mask


def _parts(box: Box, cut: Cut) -> tuple[Box, Box]:
    before, after = box[: cut.column], box[cut.column + 1 :]
    return (*before, cut.cells, *after), (*before, box[cut.column] & ~cut.cells, *after)


def _growing(rows: list[int]) -> list[int]:
    """Give the set of the first 0, 1, 2 … rows, as bit masks."""
    found = [0]
    for row in rows:
        found.append(found[-1] | 1 << row)
    return found


def _unmixed(masks: Iterable[int]) -> list[int]:
    """Give the finest groups of values such that each mask lies in one group."""
    groups: list[int] = []
    for mask in masks:
        apart = []
        for group in groups:
            if group & mask:
                mask |= group
            else:
                apart.append(group)
        groups = [*apart, mask]
    return groups


def _half(groups: list[int], counts: dict[int, int], mask: int) -> int:
    """Put groups together until about half of the rows lie in them; what lies in no row stays outside."""
    total = sum(counts.values())
    weights = {group: sum(count for mine, count in counts.items() if mine & group) for group in groups}
    taken, weight = 0, 0
    for group in sorted(groups, key=lambda group: (-weights[group], group)):
        if taken and 2 * (weight + weights[group]) > total:
            continue
        taken, weight = taken | group, weight + weights[group]
    return taken if taken != mask else groups[0]
