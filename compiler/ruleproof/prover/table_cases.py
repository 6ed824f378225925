"""One case of a box of a table: a value for each input, such that inputs compare as the box says."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ruleproof.model.tables import STRING, Scalar
from ruleproof.prover.relations import Comparison, NoSolverError, Piece, TooCloseError, Unknown, solution
from ruleproof.prover.scales import TRUTHS, Cell, Scale, scale_of
from ruleproof.prover.space import Box, bits_of
from ruleproof.prover.table_cells import Axis
from ruleproof.prover.table_space import TableSpace

NO_SOLVER = "how the inputs compare leaves too many combinations to try; the extra `smt` (z3) decides them"
TOO_MANY = "the inputs compare in too many ways to try them all"
MOST_ASKED = 20_000
"""About how many boxes it is worked out whether inputs can compare so."""
TOO_CLOSE = "the inputs would have to lie closer together than values can be written"
GAVE_UP = "how the inputs compare is too hard to decide"


class NotDecidedError(Exception):
    """It cannot be told whether a box holds a case; the message says why."""


class Cases:
    """Finds cases, and remembers which boxes have none."""

    def __init__(self, space: TableSpace) -> None:
        self.space = space
        self.undecided: dict[str, Box] = {}
        """Why something could not be decided, and a box where that was so."""
        self._known: dict[Box, bool] = {}

    def can_be(self, box: Box) -> bool | None:
        """Tell whether a box holds a case; `None` where that cannot be decided."""
        for place in self.space.open_places:
            if box[place] != self.space.whole[place]:
                self.undecided.setdefault(f"what {self.space.labels[place]} can be is not known", box)
                return None
        if not self._compared(box):
            return all(box)
        if box not in self._known:
            if len(self._known) >= MOST_ASKED:
                self.undecided.setdefault(TOO_MANY, box)
                return None
            try:
                self._known[box] = self.case(box) is not None
            except NotDecidedError as error:
                self.undecided.setdefault(str(error), box)
                return None
        return self._known[box]

    def case(self, box: Box) -> dict[str, Scalar] | None:
        """Give a case of a box, or `None` where there is none."""
        space = self.space
        found = {
            name: _sample(axis, box[place])
            for place, (name, axis) in enumerate(zip(space.names, space.axes, strict=True))
        }
        compared = self._compared(box)
        if not compared:
            return found
        places = sorted({place for index in compared for place in _inputs(space, index)})
        solved = self._solved(box, compared, places)
        if solved is None:
            return None
        return found | {space.names[place]: value for place, value in zip(places, solved, strict=True)}

    def _compared(self, box: Box) -> list[int]:
        """Give the relations about which a box says something."""
        start = len(self.space.axes)
        return [
            index for index in range(len(self.space.relations)) if box[start + index] != self.space.whole[start + index]
        ]

    def _solved(self, box: Box, compared: list[int], places: list[int]) -> list[Scalar] | None:
        space = self.space
        relations = [space.relations[index] for index in compared]
        comparisons = [
            Comparison(
                places.index(item.left),
                places.index(item.right),
                item.states(box[len(space.axes) + index]),
                item.ordered,
            )
            for index, item in zip(compared, relations, strict=True)
        ]
        axes = [space.axes[place] for place in places]
        unknowns = [_unknown(axis, box[place]) for axis, place in zip(axes, places, strict=True)]
        try:
            found = solution(unknowns, comparisons)
        except NoSolverError:
            raise NotDecidedError(NO_SOLVER) from None
        except TooCloseError:
            raise NotDecidedError(TOO_CLOSE) from None
        except TimeoutError:
            raise NotDecidedError(GAVE_UP) from None
        return None if found is None else [_value(axis, place) for axis, place in zip(axes, found, strict=True)]


def _inputs(space: TableSpace, relation: int) -> tuple[int, int]:
    return space.relations[relation].left, space.relations[relation].right


def _sample(axis: Axis, mask: int) -> Scalar:
    """Give a value of some cells; null only where there is no other."""
    mask = mask & ~axis.missing or mask
    return axis.cells[(mask & -mask).bit_length() - 1].sample


def _scale(axis: Axis) -> Scale:
    return scale_of(axis.kinds[0]) if axis.comparable else TRUTHS


def _unknown(axis: Axis, mask: int) -> Unknown:
    scale = _scale(axis)
    cells = [axis.cells[number] for number in bits_of(mask)]
    pieces = [*_stretches(axis, scale, mask), *_named(axis, scale, cells)]
    return Unknown(tuple(pieces), scale.stepped, any(cell.missing for cell in cells), scale.kind == STRING)


def _stretches(axis: Axis, scale: Scale, mask: int) -> Iterator[Piece]:
    for first, last in axis.runs(mask):
        low = scale.first if first.low is None else scale.place(first.low)
        high = scale.last if last.high is None else scale.place(last.high)
        yield Piece(low, high, first.low_closed or first.low is None, last.high_closed or last.high is None)


def _named(axis: Axis, scale: Scale, cells: list[Cell]) -> Iterator[Piece]:
    """Give the places of named values, and the stretches between all named values where any other is meant."""
    for cell in cells:
        yield from (Piece(scale.place(value), scale.place(value)) for value in cell.values)
    if any(cell.others for cell in cells):
        named = sorted(scale.place(value) for cell in axis.cells for value in cell.values)
        ends = [scale.first, *named, None]
        for index, (low, high) in enumerate(pairwise(ends)):
            yield Piece(low, high, low_closed=index == 0 and low not in named, high_closed=False)


def _value(axis: Axis, place: object) -> Scalar:
    if place is None:
        return None
    scale = _scale(axis)
    if scale.kind not in _DENSE and place != int(place):  # type: ignore[call-overload]
        raise NotDecidedError(TOO_CLOSE)
    value: Scalar = scale.value(place)
    return value


_DENSE = (STRING, "number")
