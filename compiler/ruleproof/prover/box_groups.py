"""Fewer boxes for the same cases: boxes joined, grown and cut anew.

All boxes of a group say the same.  Those that were disjoint stay disjoint, and together they hold exactly the cases that they
held before.  In a dimension with an order a joined box is one stretch, so that it reads as one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import permutations

from ruleproof.prover.box_index import BoxIndex
from ruleproof.prover.boxes import without
from ruleproof.prover.space import Box, bits_of

MOST_PARTS = 2_000
"""Into how many parts a box is cut before it is given up."""


def holds_well(box: Box, rows: Sequence[tuple[Box, bool]], is_case: Callable[[Box], bool] = lambda _box: True) -> bool:
    """Tell whether in every case of a box some row holds, and the first that does is a good one; `rows` say which are good.

    No is also said where that takes too long to tell.

    >>> holds_well((0b11,), [((0b01,), True), ((0b11,), False)]), holds_well((0b11,), [((0b01,), True), ((0b10,), True)])
    (False, True)
    """
    stack = [(box, rows)]
    opened = 0
    while stack:
        box, alive = stack.pop()
        opened += 1
        if opened > MOST_PARTS:
            return False
        near, is_covered = _meeting(box, alive)
        if not any(good for _, good in near):
            if is_case(box):
                return False
        elif not (is_covered and all(good for _, good in near)):
            column, inside = _cut(box, near[0][0])
            for mask in (box[column] & ~inside, inside):
                stack.append(((*box[:column], mask, *box[column + 1 :]), near))
    return True


def _meeting(box: Box, rows: Sequence[tuple[Box, bool]]) -> tuple[list[tuple[Box, bool]], bool]:
    """Give the rows that hold somewhere in a box, up to the first that holds everywhere in it, and whether there is one."""
    near: list[tuple[Box, bool]] = []
    for row in rows:
        covers = True
        for mine, mask in zip(row[0], box, strict=True):
            if not mine & mask:
                break
            if mask & ~mine:
                covers = False
        else:
            near.append(row)
            if covers:
                return near, True
    return near, False


def _cut(box: Box, row: Box) -> tuple[int, int]:
    """Give the dimension in which a row first lacks something of a box, and what it has of it."""
    return next((place, mask & mine) for place, (mask, mine) in enumerate(zip(box, row, strict=True)) if mask & ~mine)


def unbroken(mask: int) -> bool:
    """Tell whether the cells of a mask follow one another."""
    return not (mask + (mask & -mask)) & mask


def inside(box: Box, other: Box) -> bool:
    """Tell whether every case of a box lies in another one."""
    return all(not mask & ~wide for mask, wide in zip(box, other, strict=True))


def hull(boxes: Sequence[Box], ordered: Sequence[bool]) -> Box:
    """Give the smallest box around some boxes that is one stretch in every dimension with an order.

    >>> hull([(0b0001, 0b01), (0b0100, 0b10)], [True, False])
    (7, 3)
    """
    found: list[int] = []
    for masks, order in zip(zip(*boxes, strict=True), ordered, strict=True):
        joined = 0
        for mask in masks:
            joined |= mask
        if order and len(set(masks)) > 1:
            joined = (1 << joined.bit_length()) - (joined & -joined)
        found.append(joined)
    return tuple(found)


def hull_of_two(box: Box, other: Box, ordered: Sequence[bool]) -> Box:
    """Give what `hull` gives for two boxes, in less time."""
    found: list[int] = []
    for left, right, order in zip(box, other, ordered, strict=True):
        mask = left | right
        if order and left != right:
            mask = (1 << mask.bit_length()) - (mask & -mask)
        found.append(mask)
    return tuple(found)


def joined(boxes: Sequence[Box], ordered: Sequence[bool], dimensions: Sequence[int]) -> list[Box]:
    """Join disjoint boxes that differ in one of some dimensions only, where together they are one stretch."""
    found = sorted(boxes)
    settled = 0
    while settled < len(dimensions):
        for dimension in dimensions:
            order = ordered[dimension]
            groups: dict[Box, list[int]] = {}
            for box in found:
                groups.setdefault((*box[:dimension], *box[dimension + 1 :]), []).append(box[dimension])
            fewer = [
                (*rest[:dimension], mask, *rest[dimension:])
                for rest, masks in groups.items()
                for mask in _joined_masks(masks, order)
            ]
            settled = settled + 1 if len(fewer) == len(found) else 0
            found = sorted(fewer)
            if settled >= len(dimensions):
                break
    return found


def _joined_masks(masks: list[int], order: bool) -> list[int]:
    if len(masks) == 1:
        return masks
    found: list[int] = []
    for mask in sorted(masks, key=lambda mask: mask & -mask):
        if found and (not order or unbroken(found[-1] | mask)):
            found[-1] |= mask
        else:
            found.append(mask)
    return found


def grown(
    box: Box, dimensions: Sequence[int], ends: Sequence[Box], ordered: Sequence[bool], fits: Callable[[Box], bool]
) -> Box:
    """Widen a box one dimension after the other, as far as what is added fits; stretches end where one of `ends` does."""
    for dimension in dimensions:
        steps = (
            _stretches(box[dimension], dimension, ends)
            if ordered[dimension]
            else _values(box[dimension], dimension, ends)
        )
        stopped: set[bool] = set()
        for is_up, mask in steps:
            if ordered[dimension] and is_up in stopped:
                continue
            more = mask & ~box[dimension]
            if not more:
                continue
            if fits((*box[:dimension], more, *box[dimension + 1 :])):
                box = (*box[:dimension], box[dimension] | more, *box[dimension + 1 :])
            else:
                stopped.add(is_up)
    return box


def _stretches(mask: int, dimension: int, ends: Sequence[Box]) -> Iterator[tuple[bool, int]]:
    """Give wider and wider stretches around a mask, first upwards, then downwards."""
    masks = {box[dimension] for box in ends}
    low, high = (mask & -mask).bit_length() - 1, mask.bit_length()
    if not unbroken(mask):
        return
    for end in sorted({other.bit_length() for other in masks} | {(o & -o).bit_length() - 1 for o in masks}):
        if end > high:
            yield True, (1 << end) - (1 << high)
    for start in sorted({(o & -o).bit_length() - 1 for o in masks} | {o.bit_length() for o in masks}, reverse=True):
        if start < low:
            yield False, (1 << low) - (1 << start)


def _values(mask: int, dimension: int, ends: Sequence[Box]) -> Iterator[tuple[bool, int]]:
    others = 0
    for box in ends:
        others |= box[dimension]
    for cell in bits_of(others & ~mask):
        yield True, 1 << cell


def orders(count: int, fixed: frozenset[int] = frozenset()) -> list[tuple[int, ...]]:
    """Give some orders of dimensions, without the fixed ones: all of three at most, else three."""
    free = [dimension for dimension in range(count) if dimension not in fixed]
    if len(free) <= 3:
        return list(permutations(free))
    half = len(free) // 2
    return [tuple(free), tuple(reversed(free)), tuple(free[half:] + free[:half])]


def parted_anew(
    boxes: Sequence[Box], ordered: Sequence[bool], fixed: frozenset[int], still_time: Callable[[], bool]
) -> list[Box]:
    """Give as few disjoint boxes as are found that hold the same cases as some disjoint boxes.

    One box after the other is grown into its neighbours, what it takes is cut out of them, and what is left is joined; that
    is kept where fewer boxes remain.
    """
    ways = orders(len(ordered), fixed)
    best = joined(boxes, ordered, ways[0])
    index = BoxIndex(best)
    in_vain: dict[Box, list[Box]] = {}
    improved = True
    while improved and still_time():
        improved = False
        for seed in list(best):
            for way in ways if seed in best else ():
                wide = grown(seed, way, best, ordered, index.filled)
                touched = [best[number] for number in bits_of(index.around(wide)[0])]
                if wide == seed or in_vain.get(wide) == touched:
                    continue
                fewer = _with_taken(wide, seed, touched, best, ordered, way)
                if fewer is not None:
                    best, index, improved = fewer, BoxIndex(fewer), True
                    break
                in_vain[wide] = touched
            if not still_time():
                break
    return best


def _with_taken(
    wide: Box, seed: Box, touched: Sequence[Box], boxes: list[Box], ordered: Sequence[bool], way: Sequence[int]
) -> list[Box] | None:
    """Let one of disjoint boxes take what the others that it touches hold of a wide one; give them all if they are then fewer."""
    if len(touched) == 2 and not any(inside(box, wide) for box in touched if box != seed):
        return None
    parts = [part for box in touched for part in without([box], wide)]
    if len(parts) + 1 > len(touched) + 3:
        return None  # so many parts are hardly ever joined again
    gone = set(touched)
    fewer = joined([*(box for box in boxes if box not in gone), wide, *parts], ordered, way)
    return fewer if len(fewer) < len(boxes) else None
