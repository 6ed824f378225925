"""Split boxes until every question about them is settled, and put what was split together again.

A box is cut at a test that is sometimes true in it, chosen anew for each box: the test that settles most of what is still
open.  A box is never cut once nothing about it can differ any more, so the work follows the size of the answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from ruleproof.prover.expressions import Constant, Count, Decides, Expression, InCells, Negation, restrict, tests_in
from ruleproof.prover.space import Box

Key = TypeVar("Key")

BUDGET = 40_000
"""How many boxes a search may open before it gives up."""


class TooManyBoxesError(Exception):
    """The search would not end in reasonable time; what it asks is then not decided."""


def split(
    start: Box,
    asked: Sequence[Expression],
    settle: Callable[[Sequence[Expression]], Key | None],
    *,
    in_order: bool = False,
) -> Iterator[tuple[Box, Key]]:
    """Give disjoint boxes that fill `start`, each with its key.

    `settle` gets what is left of the expressions asked and gives the key of the box, or `None` where it must be cut; it
    must give a key once all expressions are constants.  `in_order` settles the expressions one after the other: quick to
    find one case, where the others would be cut for nothing.
    """
    stack: list[tuple[Box, Sequence[Expression]]] = [(start, asked)]
    opened = 0
    while stack:
        box, open_expressions = stack.pop()
        opened += 1
        if opened > BUDGET:
            raise TooManyBoxesError
        left = [restrict(expression, box) for expression in open_expressions]
        key = settle(left)
        if key is not None:
            yield box, key
            continue
        cut = best_cut(_first_open(left) if in_order else left, box)
        inside, outside = box[cut.dimension] & cut.cells, box[cut.dimension] & ~cut.cells
        stack.append((_with(box, cut.dimension, outside), left))
        stack.append((_with(box, cut.dimension, inside), left))


def _first_open(left: Sequence[Expression]) -> Sequence[Expression]:
    return (next(expression for expression in left if not isinstance(expression, Constant)),)


def best_cut(left: Sequence[Expression], box: Box) -> InCells:
    """Give the test to cut at: the one that most open expressions ask, the first of these in their order."""
    votes: Counter[tuple[int, int]] = Counter()
    for expression in _voters(left):
        for key in {(test.dimension, test.cells & box[test.dimension]) for test in tests_in(expression)}:
            votes[key] += 1
    (dimension, cells), _ = max(votes.items(), key=lambda pair: pair[1])
    return InCells(dimension, cells)


def _voters(left: Iterable[Expression]) -> Iterator[Expression]:
    """Give the open expressions; of a decision that is asked about, each of its rules has a vote."""
    for expression in left:
        match expression:
            case Constant():
                continue
            case Negation(part):
                yield from _voters((part,))
            case Count(_, parts) if any(isinstance(part, Decides | Negation) for part in parts):
                yield from _voters(parts)
            case Decides(_, _, no_text, scope, rules, _):
                first = [part for part in (no_text, scope) if not isinstance(part, Constant)]
                yield from _voters(first or rules)
            case _:
                yield expression


def _with(box: Box, dimension: int, mask: int) -> Box:
    return (*box[:dimension], mask, *box[dimension + 1 :])


def meets(box: Box, other: Box) -> Box | None:
    """Give the box that two boxes share, or `None`."""
    for left, right in zip(box, other, strict=True):
        if not left & right:
            return None
    return tuple(left & right for left, right in zip(box, other, strict=True))


def merged(boxes: Iterable[Box]) -> tuple[Box, ...]:
    """Join disjoint boxes that differ in one dimension only, until none are left; the union stays the same.

    >>> merged([(0b01, 0b1), (0b10, 0b1)])
    ((3, 1),)
    """
    found = sorted(set(boxes))
    if len(found) < 2:
        return tuple(found)
    varying = [dimension for dimension, masks in enumerate(zip(*found, strict=True)) if len(set(masks)) > 1]
    settled = 0  # how many dimensions in a row could join nothing
    while len(found) > 1:
        for dimension in varying:
            groups: dict[Box, int] = {}
            for box in found:
                rest = box[:dimension] + box[dimension + 1 :]
                groups[rest] = groups.get(rest, 0) | box[dimension]
            settled += 1
            if len(groups) < len(found):
                found = sorted((*rest[:dimension], mask, *rest[dimension:]) for rest, mask in groups.items())
                settled = 0
            if settled >= len(varying):
                return tuple(found)
    return tuple(found)


def without(boxes: Iterable[Box], taken: Box) -> list[Box]:
    """Take a box out of disjoint boxes; what is left is disjoint too."""
    left: list[Box] = []
    for box in boxes:
        if meets(box, taken) is None:
            left.append(box)
            continue
        rest = box
        for dimension, mask in enumerate(taken):
            outside = rest[dimension] & ~mask
            if outside:
                left.append(_with(rest, dimension, outside))
            rest = _with(rest, dimension, rest[dimension] & mask)
    return left


def widened(box: Box, whole: Box, others: Sequence[Box]) -> Box:
    """Give a box around `box` that meets none of the others, as wide as can be, widened one dimension after the other."""
    apart = [_dimensions_apart(box, other) for other in others]
    for dimension, mask in enumerate(whole):
        if box[dimension] == mask:
            continue
        # widening can only touch the others that nothing but this dimension keeps apart
        forbidden = 0
        for other, dimensions in zip(others, apart, strict=True):
            if dimensions == 1 << dimension:
                forbidden |= other[dimension]
        box = _with(box, dimension, mask & ~forbidden)
        for index, other in enumerate(others):
            if apart[index] >> dimension & 1 and other[dimension] & box[dimension]:
                apart[index] ^= 1 << dimension
    return box


def shape_around(box: Box, whole: Box, own: Sequence[Box], others: Sequence[Box]) -> Box:
    """Give the box to speak of for some of the cases in `own`: as wide as `others` allow around one of their boxes.

    Cases in neither may lie in it (they cannot happen, say), but no value is named that only such cases have.
    """
    wide = widened(box, whole, others)
    inside = [part for other in own if (part := meets(other, wide)) is not None]
    named = [0] * len(wide)
    for part in inside:
        named = [mask | more for mask, more in zip(named, part, strict=True)]
    return tuple(
        mask if mask == everything else only for mask, everything, only in zip(wide, whole, named, strict=True)
    )


def shapes_around(
    boxes: Sequence[Box], whole: Box, others: Sequence[Box], *, apart: bool = False
) -> Iterator[tuple[Box, list[Box]]]:
    """Put boxes into few shapes: for each a wide box that meets none of the others, and the boxes inside it.

    The boxes inside a shape are those that no earlier shape holds.  Where shapes stand `apart`, none meets an earlier one.
    """
    left, taken = list(boxes), list(others)
    while left:
        shape = shape_around(left[0], whole, left, taken)
        yield shape, [part for box in left if (part := meets(box, shape)) is not None]
        left = without(left, shape)
        taken += [shape] if apart else []


def _dimensions_apart(box: Box, other: Box) -> int:
    """Give the dimensions in which two boxes share no cell, as a mask."""
    apart = 0
    for dimension, (left, right) in enumerate(zip(box, other, strict=True)):
        if not left & right:
            apart |= 1 << dimension
    return apart
