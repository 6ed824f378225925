"""How much room a tree of boxes will take, before it is drawn: enough to know whether it fits on a page.

The layout engine puts boxes of one depth on one level and each parent above the middle of its children, and pushes subtrees
together as far as their outlines allow; so does this, with letters of average width.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ruleproof.artifacts.chart import room

_LETTER, _LINE = 4.9, 12.0
_PADDING = 20.0
_BESIDE, _BELOW = 14.4, 11.5


@dataclass(frozen=True, slots=True)
class Extent:
    """The outline of a tree: for each level how far it reaches left and right of the root, and how high it is."""

    left: tuple[float, ...]
    right: tuple[float, ...]
    high: tuple[float, ...]

    @property
    def width(self) -> float:
        return max(self.right) - min(self.left)

    @property
    def height(self) -> float:
        return sum(self.high) + _BELOW * (len(self.high) - 1)


def of_box(lines: Iterable[str]) -> Extent:
    """Give the extent of one box."""
    known = tuple(lines)
    half = (max(map(room, known), default=1) * _LETTER + _PADDING) / 2
    return Extent((-half,), (half,), (_LINE * len(known) + _PADDING / 2,))


def of_words(lines: Iterable[str]) -> Extent:
    """Give the extent of the words on an arrow."""
    known = tuple(lines)
    half = max(map(room, known), default=1) * _LETTER / 2
    return Extent((-half,), (half,), (_LINE * len(known),))


def below(top: Extent, tree: Extent) -> Extent:
    """Put a tree below a single box or words, in the middle."""
    return Extent(top.left + tree.left, top.right + tree.right, top.high + tree.high)


def over(top: Extent, trees: Iterable[Extent]) -> Extent:
    """Put a box above trees that stand side by side, as close as their outlines allow."""
    left: list[float] = []
    right: list[float] = []
    high: list[float] = []
    places: list[float] = []
    for tree in trees:
        place = max((edge - start + _BESIDE for edge, start in zip(right, tree.left, strict=False)), default=0.0)
        places.append(place)
        for level, (start, end, height) in enumerate(zip(tree.left, tree.right, tree.high, strict=True)):
            if level == len(left):
                left.append(place + start)
                right.append(place + end)
                high.append(height)
            right[level] = place + end
            high[level] = max(high[level], height)
    middle = (places[0] + places[-1]) / 2
    return Extent(
        (*top.left, *(edge - middle for edge in left)),
        (*top.right, *(edge - middle for edge in right)),
        (*top.high, *high),
    )
