"""What the rows and inputs of a table are worth: rows that never win, rows and inputs that change nothing, rows to be joined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ruleproof.model import tables
from ruleproof.model.tables import AnyValue
from ruleproof.prover.boxes import meets
from ruleproof.prover.rows import OutOfTimeError
from ruleproof.prover.space import Box, bits_of
from ruleproof.prover.table_cells import Axis
from ruleproof.prover.table_outputs import Key
from ruleproof.prover.table_study import WORTH, TableStudy

NEVER_HOLDS, NEVER_WINS, ADDS_NOTHING, SUBSUMED = "never holds", "never wins", "adds nothing", "subsumed"


@dataclass(frozen=True)
class Worthless:
    """A row without effect: `how` it is so, and because of which others (indexes)."""

    row: int
    how: str
    because_of: tuple[int, ...]


@dataclass(frozen=True)
class Joinable:
    """Rows that could be one: they give the same and differ in one dimension only, where together they hold in `mask`."""

    rows: tuple[int, ...]
    dimension: int
    mask: int


class Worth:
    """Works out what each row and input is worth."""

    def __init__(self, study: TableStudy) -> None:
        self.study, self.outputs = study, study.outputs
        self.rows, self.boxes_of = study.rows, study.boxes_of

    # -------------------------------------------------------------- rows without effect

    @cached_property
    def worthless(self) -> tuple[Worthless, ...]:
        """Give the rows without effect, in order; what the time does not allow is noted as stopped."""
        found: list[Worthless] = []
        count = len(self.study.table.rows)
        self.study.begin()
        try:
            for row in range(count):
                if row % 64 == 0:
                    self.study.progress(WORTH, row, count)
                verdict = self._verdict(row)
                if verdict is not None:
                    found.append(verdict)
        except OutOfTimeError:
            self.study.stop(WORTH)
        return tuple(found)

    def _verdict(self, row: int) -> Worthless | None:
        own = self.study.space.rows[row]
        boxes = (*own.sure, *own.maybe)
        if all(self.study.cases.can_be(box) is False for box in boxes):
            return Worthless(row, NEVER_HOLDS, ())
        around = self._neighbours(row, boxes)
        if self.outputs.first_wins:
            return self._verdict_of_order(row, boxes, around)
        others = [other for other in around if self.outputs.makes_superfluous(self.study.owners[other], row)]
        covering = self._cover(boxes, others)
        if covering is not None:
            return Worthless(row, ADDS_NOTHING, covering)
        return self._subsumed(row, around) if self.outputs.collects else None

    def _neighbours(self, row: int, boxes: Sequence[Box]) -> list[int]:
        """Give the boxes of other rows, where these certainly hold, that a row may meet."""
        if not self.study.space.rows[row].maybe:
            meeting = 0
            for number in self.boxes_of[row]:
                meeting |= self.rows.neighbours[number]
            return list(bits_of(meeting))
        return [
            number
            for number, box in enumerate(self.rows.boxes)
            if self.study.owners[number] != row and any(meets(box, own) for own in boxes)
        ]

    def _cover(self, boxes: Sequence[Box], others: list[int]) -> tuple[int, ...] | None:
        """Give the rows among others that together hold in all cases of some boxes, as few as are needed one by one."""
        if len(boxes) == 1:
            alone = next((number for number in others if self.rows.covers(number, boxes[0])), None)
            if alone is not None:
                return (self.study.owners[alone],)
        if not others or any(not self._covered(box, others) for box in boxes):
            return None
        needed = others
        if len(needed) <= 40:
            for other in reversed(others):
                fewer = [number for number in needed if number != other]
                if fewer and all(self._covered(box, fewer) for box in boxes):
                    needed = fewer
        return tuple(sorted({self.study.owners[number] for number in needed}))

    def _covered(self, box: Box, others: Sequence[int]) -> bool:
        return not any(self.study.cases.can_be(gap) is not False for gap in self.rows.gaps(box, others))

    def _subsumed(self, row: int, around: Sequence[int]) -> Worthless | None:
        """Tell whether one other row says the same wherever a row does; of two that are equal the later one is meant."""
        own = self.study.space.rows[row]
        for number in around:
            other = self.study.owners[number]
            theirs = self.study.space.rows[other]
            if self.outputs.keys[other] != self.outputs.keys[row] or len(theirs.sure) != 1 or own.maybe:
                continue
            inside = all(
                all(not mask & ~wide for mask, wide in zip(box, theirs.sure[0], strict=True)) for box in own.sure
            )
            if inside and (own.sure != theirs.sure or other < row):
                return Worthless(row, SUBSUMED, (other,))
        return None

    # -------------------------------------------------------------- where one row wins

    def _verdict_of_order(self, row: int, boxes: Sequence[Box], around: Sequence[int]) -> Worthless | None:
        places = self.outputs.places
        if places is None:
            self.study.stopped.setdefault(WORTH, "which rule wins depends on outputs that are worked out later")
            return None
        before = [number for number in around if places[self.study.owners[number]] < places[row]]
        covering = self._cover(boxes, before)
        if covering is not None:
            return Worthless(row, NEVER_WINS, covering)
        if self.study.space.rows[row].maybe or self.study.is_open:
            return None
        after = sorted(set(around) - set(before), key=lambda number: places[self.study.owners[number]])
        if not after or any(self._others_differ(row, box, before, after) for box in boxes):
            return None
        same = tuple(
            sorted(
                {self.study.owners[number] for number in after if self.outputs.agree((row, self.study.owners[number]))}
            )
        )
        return Worthless(row, ADDS_NOTHING, same)

    def _others_differ(self, row: int, box: Box, before: Sequence[int], after: list[int]) -> bool:
        """Tell whether, somewhere that a row wins in a box, the table would answer otherwise without it."""
        return any(self._next_differs(row, won, after) for won in self.rows.gaps(box, before))

    def _next_differs(self, row: int, box: Box, after: list[int]) -> bool:
        """Tell whether somewhere in a box the first of the rows after (in order) says something else, or there is none."""
        stack = [(box, [number for number in after if meets(self.rows.boxes[number], box)])]
        while stack:
            box, alive = stack.pop()
            if not self.study.still_time():
                raise OutOfTimeError
            if not alive or not self.outputs.agree((row, self.study.owners[alive[0]])):
                inside = meets(box, self.rows.boxes[alive[0]]) if alive else box
                if inside is not None and self.study.cases.can_be(inside) is not False:
                    return True
            mine = self.rows.boxes[alive[0]] if alive else box
            column = next((place for place, mask in enumerate(box) if mask & ~mine[place]), None)
            if column is None:
                continue
            for mask in (box[column] & mine[column], box[column] & ~mine[column]):
                part = (*box[:column], mask, *box[column + 1 :])
                stack.append((part, [number for number in alive if self.rows.boxes[number][column] & mask]))
        return False

    # -------------------------------------------------------------- rows to be joined

    @cached_property
    def joinable(self) -> tuple[Joinable, ...]:
        """Give groups of rows that could be one row each, without a change of meaning."""
        groups: dict[tuple[int, Box, Key], list[int]] = {}
        for row, boxes in enumerate(self.study.space.rows):
            if len(boxes.sure) == 1 and not boxes.maybe:
                box = boxes.sure[0]
                for dimension in range(len(self.study.space.axes)):
                    rest = (*box[:dimension], 0, *box[dimension + 1 :])
                    groups.setdefault((dimension, rest, self.outputs.keys[row]), []).append(row)
        found = [group for (dimension, _, _), rows in groups.items() for group in self._chains(dimension, rows)]
        return tuple(sorted(found, key=lambda group: (group.rows, group.dimension)))

    def _chains(self, dimension: int, rows: Sequence[int]) -> Iterator[Joinable]:
        """Part rows that differ in one dimension only into groups that make one stretch, or one list of values."""
        if len(rows) < 2:
            return
        axis = self.study.space.axes[dimension]
        chain: list[int] = []
        joined = 0
        for row in sorted(
            rows, key=lambda row: (_lowest(self._mask(row, dimension)), -self._mask(row, dimension), row)
        ):
            mask = self._mask(row, dimension)
            if not mask & ~joined:
                continue  # it adds nothing, and is named for that
            if chain and self._fits(joined, mask) and (not axis.ordered or _one_run(axis, joined | mask)):
                chain, joined = [*chain, row], joined | mask
                continue
            yield from self._joined(dimension, chain, joined)
            chain, joined = [row], mask
        yield from self._joined(dimension, chain, joined)

    def _mask(self, row: int, dimension: int) -> int:
        return self.study.space.rows[row].sure[0][dimension]

    def _fits(self, joined: int, mask: int) -> bool:
        """Two rows that both count where they hold together must not overlap."""
        return not (joined & mask and self.outputs.collects)

    def _joined(self, dimension: int, chain: Sequence[int], mask: int) -> Iterator[Joinable]:
        rows = sorted(chain)
        while len(rows) > 1 and not self._keeps_order(rows):
            rows = rows[:-1]
            mask = 0
            for row in rows:
                mask |= self._mask(row, dimension)
        axis = self.study.space.axes[dimension]
        if len(rows) > 1 and (not axis.ordered or _one_run(axis, mask)):
            yield Joinable(tuple(rows), dimension, mask)

    def _keeps_order(self, rows: Sequence[int]) -> bool:
        """Tell whether rows may move up to the first of them: no row between says something else in a case of theirs."""
        policy = self.study.table.hit_policy
        if policy in (tables.UNIQUE, tables.ANY, tables.COLLECT):
            return True
        places = self.outputs.places
        if places is None or self.study.is_open:
            return False
        first = min(places[row] for row in rows)
        for row in rows:
            own = self.study.space.rows[row].sure[0]
            for number in self._neighbours(row, (own,)):
                other = self.study.owners[number]
                between = first < places[other] < places[row]
                if between and other not in rows and not self.outputs.agree((row, other)):
                    return False
        return True

    # -------------------------------------------------------------- inputs without effect

    @cached_property
    def irrelevant(self) -> tuple[int, ...]:
        """Give the dimensions of columns whose value changes nothing."""
        space = self.study.space
        compared = {place for relation in space.relations for place in (relation.left, relation.right)}
        found: list[int] = []
        self.study.begin()
        try:
            for place in dict.fromkeys(space.columns):
                if (
                    place in compared
                    or not space.table.rows
                    or space.empty
                    or space.axes[place].size(space.whole[place]) == 1
                ):
                    continue
                if self._asked_by_none(place) or not (self.study.is_open or self._matters(place)):
                    found.append(place)
        except OutOfTimeError:
            self.study.stop(WORTH)
        return tuple(found)

    def _asked_by_none(self, place: int) -> bool:
        columns = [column for column, own in enumerate(self.study.space.columns) if own == place]
        return all(type(row.tests[column]) is AnyValue for row in self.study.table.rows for column in columns)

    def _matters(self, place: int) -> bool:
        """Tell whether two cases that differ in one dimension only have different answers."""
        rows, space = self.rows, self.study.space
        start = (*space.whole[:place], 1, *space.whole[place + 1 :])  # one cell, so that no cut is made there
        stack = [(start, list(range(len(rows.boxes))))]
        while stack:
            box, alive = stack.pop()
            if not self.study.still_time():
                raise OutOfTimeError
            if all(rows.boxes[number][place] == space.whole[place] for number in alive):
                continue
            if all(_covers(rows.boxes[number], box, place) for number in alive):
                if self._differs_along(place, alive):
                    return True
                continue
            cut = self._cut_beside(place, box, alive)
            for mask in (cut[1], box[cut[0]] & ~cut[1]):
                part = (*box[: cut[0]], mask, *box[cut[0] + 1 :])
                stack.append((part, [number for number in alive if rows.boxes[number][cut[0]] & mask]))
        return False

    def _cut_beside(self, place: int, box: Box, alive: list[int]) -> tuple[int, int]:
        """Cut along the first row that asks for the dimension and lacks something of the box elsewhere, else along any."""
        asking = [number for number in alive if self.rows.boxes[number][place] != self.study.space.whole[place]]
        for number in (*asking, *alive):
            for column, mask in enumerate(box):
                inside = mask & self.rows.boxes[number][column]
                if column != place and inside != mask:
                    return column, inside
        raise AssertionError("a row lacks something of the box")

    def _differs_along(self, place: int, alive: Sequence[int]) -> bool:
        """Tell whether the answer changes along a dimension, where rows differ in nothing else."""
        first: object = None
        masks = {number: self.rows.boxes[number][place] for number in alive}
        for cell in bits_of(self.study.space.whole[place]):
            owners = sorted(self.study.owners[number] for number, mask in masks.items() if mask >> cell & 1)
            said = self.outputs.said(owners)
            if cell and said != first:
                return True
            first = said
        return False


def _covers(own: Box, box: Box, besides: int) -> bool:
    return all(place == besides or not mask & ~mine for place, (mine, mask) in enumerate(zip(own, box, strict=True)))


def _lowest(mask: int) -> int:
    return mask & -mask


def _one_run(axis: Axis, mask: int) -> bool:
    """Tell whether a mask is one unbroken stretch."""
    stretches = len(list(axis.runs(mask)))
    return stretches == 1 and not (mask + (mask & -mask)) & mask
