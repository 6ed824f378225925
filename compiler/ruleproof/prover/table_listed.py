"""Rows of a table whose order does not count, written anew as rows in order, of which the first wins.

Each new row stands in the place of an old one with the same outputs, and where two new rows share a case and say different
things, the one that is to win stands before the other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import islice

from ruleproof.prover.box_index import BoxIndex
from ruleproof.prover.box_lists import Listed, listed_anew
from ruleproof.prover.rows import OutOfTimeError, Rows
from ruleproof.prover.space import Box, bits_of
from ruleproof.prover.table_outputs import Key
from ruleproof.prover.table_overlapping import Piece, can_say
from ruleproof.prover.table_space import TableSpace

MOST_GAPS = 5_000
"""How many boxes without an answer are kept clear of."""
MOST_ROWS = 1_000
"""Of how many rows a new order is looked for: the search grows faster than their number."""


def in_order(
    space: TableSpace,
    pieces: Sequence[Piece],
    stay: Sequence[Box],
    fixed: Sequence[int],
    still_time: Callable[[], bool],
) -> list[Piece] | None:
    """Give rows that say the same when the first of them wins, or `None` where the order of `pieces` counts,
    where they are too many, and where no fewer are found.

    `stay` are the boxes of rows that stay as they are; the dimensions in `fixed` stay as they are, too.
    """
    boxes = [piece.box for piece in pieces]
    says = [(piece.key, *(piece.box[place] for place in fixed)) for piece in pieces]
    if not 0 < len(boxes) <= MOST_ROWS or _order_counts(boxes, [piece.key for piece in pieces], stay):
        return None
    try:
        gaps = list(islice(Rows(space.whole, space.ordered, [*boxes, *stay], still_time).gaps(), MOST_GAPS + 1))
    except OutOfTimeError:
        return None
    if len(gaps) > MOST_GAPS:
        return None
    listed = listed_anew(boxes, says, [*stay, *gaps], space.ordered, still_time)
    if len(listed) >= len(boxes) or not all(can_say(space, item.box) for item in listed):
        return None
    return _Places(pieces, listed).run()


def _order_counts(boxes: Sequence[Box], keys: Sequence[object], stay: Sequence[Box]) -> bool:
    """Tell whether boxes that say different things share a case, or one that may not change shares a case with another."""
    index = BoxIndex([*boxes, *stay])
    same: dict[object, int] = {}
    for number, key in enumerate(keys):
        same[key] = same.get(key, 0) | 1 << number
    return any(index.around(box)[0] & ~same[key] for box, key in zip(boxes, keys, strict=True))


class _Places:
    """Finds for each box of a list a row in whose place it can stand: one that it holds, where that can be."""

    def __init__(self, pieces: Sequence[Piece], listed: Sequence[Listed]) -> None:
        self._pieces = sorted(pieces, key=lambda piece: piece.row)
        self._boxes = [item.box for item in listed]
        self._of = [frozenset(row for number in item.of for row in pieces[number].of) for item in listed]
        self._keys = [pieces[item.of[0]].key for item in listed]
        self._with_key: dict[Key, list[int]] = {piece.key: [] for piece in pieces}
        for number, key in enumerate(self._keys):
            self._with_key[key].append(number)
        self._before, self._behind = self._orders()
        self._chain = [1] * len(listed)
        """How many boxes at least must stand behind one another from a box on."""
        for number in reversed(range(len(listed))):
            self._chain[number] += max((self._chain[other] for other in bits_of(self._behind[number])), default=0)

    def _orders(self) -> tuple[list[int], list[int]]:
        """Give for each box the boxes that must stand before it, and those that must stand behind it."""
        index = BoxIndex(self._boxes)
        same: dict[object, int] = {}
        for number, key in enumerate(self._keys):
            same[key] = same.get(key, 0) | 1 << number
        others = [index.around(box)[0] & ~same[key] for box, key in zip(self._boxes, self._keys, strict=True)]
        before = [found & (1 << number) - 1 for number, found in enumerate(others)]
        return before, [found & ~before[number] for number, found in enumerate(others)]

    def run(self) -> list[Piece] | None:
        places = self._search()
        if places is None:
            return None
        self._come_home(places)
        return [
            Piece(places[number], self._keys[number], box, self._of[number]) for number, box in enumerate(self._boxes)
        ]

    def _search(self) -> dict[int, int] | None:
        """Let boxes stand in the place of a row that they hold; those that find none, in any with the same outputs."""
        anywhere: set[int] = set()
        while True:
            places = self._placed(anywhere)
            lost = set(range(len(self._boxes))) - set(places)
            if not lost:
                return places
            # what waits for a lost box is not to blame; a box that may stand anywhere came too late for those before it
            roots = {number for number in lost if not any(self._before[number] >> other & 1 for other in lost)}
            more = roots | {other for number in roots & anywhere for other in bits_of(self._before[number])}
            if len(anywhere) == len(self._boxes):
                return None
            anywhere |= more if not more <= anywhere else set(range(len(self._boxes)))

    def _placed(self, anywhere: Collection[int]) -> dict[int, int]:
        """Go through the rows, and put into each place a box that may stand there, the one with most behind it first."""
        places: dict[int, int] = {}
        done = 0
        for piece in self._pieces:
            fit = [
                number
                for number in self._with_key[piece.key]
                if number not in places
                and not self._before[number] & ~done
                and (number in anywhere or piece.row in self._of[number])
            ]
            if fit:
                best = max(fit, key=lambda number: (self._chain[number], piece.row in self._of[number]))
                places[best] = piece.row
                done |= 1 << best
        return places

    def _come_home(self, places: dict[int, int]) -> None:
        """Put boxes into the places of rows that they hold, where these are free and the order stays."""
        free = {piece.row for piece in self._pieces} - set(places.values())
        for number, of in enumerate(self._of):
            if places[number] in of:
                continue
            first = max((places[other] for other in bits_of(self._before[number])), default=-1)
            last = min((places[other] for other in bits_of(self._behind[number])), default=self._pieces[-1].row + 1)
            home = next((row for row in sorted(of & free) if first < row < last), None)
            if home is not None:
                free = free - {home} | {places[number]}
                places[number] = home
