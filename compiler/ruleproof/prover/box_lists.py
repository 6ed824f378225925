"""An ordered list of boxes for cases that are told apart by what is said of them: in each case the first box that holds it speaks.

The list is built from its last box up.  A box may hold everything that boxes before it take, so it is made as large as pays:
it holds pieces that are open still, and what it says in the cases of other open pieces does not count, since boxes before it
will hold them.  Pieces that boxes after it hold already, and that say something else, must be opened again; each costs what
it would gain.  So a box that was cut to pieces comes back as one, behind the boxes that cut it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush, nsmallest
from itertools import islice

from ruleproof.prover.box_groups import hull_of_two
from ruleproof.prover.box_index import BoxIndex, size_of_box
from ruleproof.prover.space import Box, bits_of

MOST_KNOWN = 200
"""How many of the nearest steps from a box are kept."""
MOST_TRIED = 40
"""How many of these are tried at a time: the nearest that would still hold something more."""


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
) -> list[Listed]:
    """Give a short list that says in each case what the piece there says; where time runs out, as far as it has got.

    `boxes` are the pieces, and those that say different things share no case.  No box of the list meets a `barred` one.  In a
    dimension with an order boxes are joined to one stretch.

    >>> cross = [(0b010, 0b111), (0b001, 0b111), (0b100, 0b111)]
    >>> [item.box for item in listed_anew(cross, "xyy", [], [True, True], lambda: True)]
    [(2, 7), (7, 7)]
    """
    return _Builder(boxes, says, barred, ordered).run(still_time)


@dataclass(frozen=True, slots=True)
class _Wide:
    """A box that could be put into the list, with the pieces that meet it, and those of them that lie in it."""

    box: Box
    meeting: int
    inside: int
    size: int


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
        """The pieces that no box taken so far is there for."""
        self._steps: dict[tuple[Box, int], list[_Wide]] = {}

    def run(self, still_time: Callable[[], bool]) -> list[Listed]:
        """Take the box that gains most again and again; what a seed gained before is a first guess of what it gains now."""
        taken: list[tuple[Box, int]] = []
        waiting = [(-same.bit_count(), number) for number, same in enumerate(self._same)]
        heapify(waiting)
        while self._open and still_time():
            _, seed = heappop(waiting)
            if not self._open >> seed & 1:
                continue
            gain, wide = self._grown(seed)
            if waiting and gain < -waiting[0][0]:
                heappush(waiting, (-gain, seed))
                continue
            own, opened = self._take(wide, self._same[seed])
            taken = [(box, of & ~opened) for box, of in taken] if opened else taken
            taken.append((wide.box, own))
            for number in bits_of(opened):
                heappush(waiting, (-self._same[number].bit_count(), number))
        taken += [(self._boxes[number], 1 << number) for number in bits_of(self._open)]
        return [Listed(box, tuple(bits_of(of))) for box, of in reversed(taken) if of]

    def _take(self, wide: _Wide, same: int) -> tuple[int, int]:
        """Put a box before those taken; give the pieces that it is there for, and those that must be held before it."""
        own, opened = wide.inside & self._open & same, wide.meeting & ~self._open & ~same
        self._open = self._open & ~own | opened
        return own, opened

    def _grown(self, seed: int) -> tuple[int, _Wide]:
        """Grow a piece over pieces that say the same, as far as that gains something or costs nothing."""
        same = self._same[seed]
        gain, wide = best = self._with_gain(self._wide(self._boxes[seed]), same)
        while True:
            left = self._open & same & ~wide.inside
            steps = islice((step for step in self._steps_from(wide.box, same) if step.inside & left), MOST_TRIED)
            gain, wide = max(
                (self._with_gain(step, same) for step in steps),
                key=lambda pair: (pair[0], -pair[1].size),
                default=(0, wide),
            )
            if gain < best[0] or not gain:
                return best
            best = gain, wide

    def _with_gain(self, wide: _Wide, same: int) -> tuple[int, _Wide]:
        """Give by how many the open pieces become fewer with a box."""
        held = (wide.inside & self._open & same).bit_count()
        return held - (wide.meeting & ~self._open & ~same).bit_count(), wide

    def _steps_from(self, box: Box, same: int) -> list[_Wide]:
        """Give the boxes around a box and one more open piece that meet nothing barred, the smallest first.

        They are kept: a piece that is opened again later is not among them, which costs a step here and there, and little else.
        """
        found = self._steps.get((box, same))
        if found is None:
            hulls = {hull_of_two(box, self._boxes[number], self._ordered) for number in bits_of(same & self._open)}
            wide = (self._wide(step) for step in hulls if step != box)
            fit = [step for step in wide if not step.meeting & self._barred]
            found = nsmallest(MOST_KNOWN, fit, key=lambda step: (step.size, step.box))
            self._steps[box, same] = found
        return found

    def _wide(self, box: Box) -> _Wide:
        return _Wide(box, *self._index.around(box), size_of_box(box))
