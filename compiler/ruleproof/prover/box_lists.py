"""An ordered list of boxes for cases that are told apart by what is said of them: in each case the first box that holds it speaks.

The list is built from its last box up.  A box may hold everything that boxes before it take, so it is made as large as pays:
it holds pieces that are open still, and what it says in the cases of other open pieces does not count, since boxes before it
will hold them.  Pieces that boxes after it hold already, and that say something else, must be opened again; each costs what
it would gain.  So a box that was cut to pieces comes back as one, behind the boxes that cut it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from ruleproof.prover.box_groups import hull
from ruleproof.prover.box_index import BoxIndex, size_of_box
from ruleproof.prover.space import Box, bits_of

NEAREST = 40
"""Into how many of the nearest pieces a box tries to grow."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A box of a list, and the pieces (indexes) for whose sake it is there: they lie in it, and no box before it is theirs."""

    box: Box
    of: tuple[int, ...]


def listed_anew(
    boxes: Sequence[Box],
    says: Sequence[Hashable],
    barred: Sequence[Box],
    ordered: Sequence[bool],
    still_time: Callable[[], bool],
) -> list[Listed] | None:
    """Give a short list that says in each case what the piece there says; `None` where time runs out.

    `boxes` are the pieces, and those that say different things share no case.  No box of the list meets a `barred` one.  In a
    dimension with an order boxes are joined to one stretch.

    >>> cross = [(0b010, 0b111), (0b001, 0b111), (0b100, 0b111)]
    >>> [item.box for item in listed_anew(cross, "xyy", [], [True, True], lambda: True)]
    [(2, 7), (7, 7)]
    """
    return _Builder(boxes, says, barred, ordered).run(still_time)


@dataclass(frozen=True, slots=True)
class _Choice:
    """A box that could be taken next: how many pieces fewer are open then."""

    gain: int
    box: Box


class _Builder:
    def __init__(
        self, boxes: Sequence[Box], says: Sequence[Hashable], barred: Sequence[Box], ordered: Sequence[bool]
    ) -> None:
        self._boxes, self._ordered = boxes, ordered
        self._index = BoxIndex([*boxes, *barred])
        self._barred = (1 << len(boxes) + len(barred)) - (1 << len(boxes))
        groups: dict[Hashable, int] = {}
        for number, said in enumerate(says):
            groups[said] = groups.get(said, 0) | 1 << number
        self._same = [groups[said] for said in says]
        self._open = (1 << len(boxes)) - 1
        self._nearest: dict[int, list[int]] = {}

    def run(self, still_time: Callable[[], bool]) -> list[Listed] | None:
        """Take the box that gains most again and again; what a seed gained before is a first guess of what it gains now."""
        taken: list[tuple[Box, int]] = []
        waiting = [(-len(self._boxes), number) for number in range(len(self._boxes))]
        heapify(waiting)
        while self._open:
            if not still_time():
                return None
            _, seed = heappop(waiting)
            if not self._open >> seed & 1:
                continue
            choice = self._grown(seed)
            if waiting and choice.gain < -waiting[0][0]:
                heappush(waiting, (-choice.gain, seed))
                continue
            own, opened = self._take(seed, choice.box)
            taken = [(box, of & ~opened) for box, of in taken] if opened else taken
            taken.append((choice.box, own))
            for number in bits_of(opened):
                heappush(waiting, (-len(self._boxes), number))
        return [Listed(box, tuple(bits_of(of))) for box, of in reversed(taken) if of]

    def _take(self, seed: int, box: Box) -> tuple[int, int]:
        """Put a box before those taken; give the pieces that it is there for, and those that must be held before it."""
        meeting, inside = self._index.around(box)
        own, opened = inside & self._open & self._same[seed], meeting & ~self._open & ~self._same[seed]
        self._open = self._open & ~own | opened
        return own, opened

    def _grown(self, seed: int) -> _Choice:
        """Grow a piece over pieces that say the same, as far as that gains something or costs nothing."""
        same = self._same[seed]
        box, best = self._boxes[seed], _Choice(0, self._boxes[seed])
        gain, inside = self._gain(box, same)
        while True:
            best = _Choice(gain, box) if gain > best.gain else best
            step = self._step(box, self._open & same & ~inside, seed)
            if step is None or step[0] < best.gain:
                return best
            gain, box, inside = step

    def _step(self, box: Box, others: int, seed: int) -> tuple[int, Box, int] | None:
        """Give the best hull with another piece: what it gains, the box, and the pieces inside."""
        tried: set[Box] = set()
        found: tuple[int, int, Box, int] | None = None
        for number in self._near(seed, others):
            wide = hull((box, self._boxes[number]), self._ordered)
            if wide in tried:
                continue
            tried.add(wide)
            gain, inside = self._gain(wide, self._same[seed])
            if found is None or gain >= found[0]:
                size = size_of_box(wide)
                if found is None or (gain, -size) > found[:2]:
                    found = gain, -size, wide, inside
        return None if found is None else (found[0], found[2], found[3])

    def _near(self, seed: int, others: int) -> Iterable[int]:
        """Give the nearest of some pieces."""
        if seed not in self._nearest:
            own = self._boxes[seed]
            sizes = {
                number: size_of_box(hull((own, self._boxes[number]), self._ordered))
                for number in bits_of(self._same[seed])
            }
            self._nearest[seed] = sorted(sizes, key=sizes.__getitem__)
        found: list[int] = []
        for number in self._nearest[seed]:
            if others >> number & 1:
                found.append(number)
                if len(found) == NEAREST:
                    break
        return found

    def _gain(self, box: Box, same: int) -> tuple[int, int]:
        """Give how many pieces fewer are open with a box, none where it may not be, and the pieces that lie in it."""
        meeting, inside = self._index.around(box)
        if meeting & self._barred:
            return -len(self._boxes), inside
        held = (inside & self._open & same).bit_count()
        return held - (meeting & ~self._open & ~same).bit_count(), inside
