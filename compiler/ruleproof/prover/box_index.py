"""Which of many boxes meet a box or lie in it, told from bit masks over the boxes, one for each set of cells asked about."""

from __future__ import annotations

from collections.abc import Sequence

from ruleproof.prover.space import Box, bits_of


class BoxIndex:
    """Boxes by their number; a set of boxes is a mask.

    >>> BoxIndex([(0b01, 0b1), (0b10, 0b1), (0b11, 0b1)]).around((0b01, 0b1))
    (5, 1)
    """

    def __init__(self, boxes: Sequence[Box]) -> None:
        self._boxes = boxes
        self._everyone = (1 << len(boxes)) - 1
        self._with: list[dict[int, int]] = []
        """In each dimension the boxes of each mask."""
        for masks in zip(*boxes, strict=True):
            found: dict[int, int] = {}
            for number, mask in enumerate(masks):
                found[mask] = found.get(mask, 0) | 1 << number
            self._with.append(found)
        self._known: list[dict[int, tuple[int, int]]] = [{} for _ in self._with]

    def around(self, box: Box) -> tuple[int, int]:
        """Give the boxes that meet a box, and those of them that lie in it."""
        meeting = inside = self._everyone
        for dimension, mask in enumerate(box):
            found = self._known[dimension].get(mask) or self._found(dimension, mask)
            meeting &= found[0]
            if not meeting:
                return 0, 0
            inside &= found[1]
        return meeting, inside

    def filled(self, box: Box) -> bool:
        """Tell whether disjoint boxes together hold all of a box."""
        left = size_of_box(box)
        for number in bits_of(self.around(box)[0]):
            left -= shared_size(self._boxes[number], box)
        return not left

    def _found(self, dimension: int, mask: int) -> tuple[int, int]:
        meeting = inside = 0
        for own, numbers in self._with[dimension].items():
            if own & mask:
                meeting |= numbers
                if not own & ~mask:
                    inside |= numbers
        self._known[dimension][mask] = meeting, inside
        return meeting, inside


def size_of_box(box: Box) -> int:
    """Give the number of cells of a box."""
    size = 1
    for mask in box:
        size *= mask.bit_count()
    return size


def shared_size(one: Box, other: Box) -> int:
    """Give the number of cells that two boxes share."""
    size = 1
    for left, right in zip(one, other, strict=True):
        size *= (left & right).bit_count()
    return size
