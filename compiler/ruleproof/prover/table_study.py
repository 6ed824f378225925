"""What is proved of one decision table: its gaps, and which rows hold together where.

Each answer is worked out once, when somebody asks for it.  A search that is stopped, by the time allowed or because its answer
outgrows what anybody could read, keeps what it has found; `stopped` says what is left open, so that nothing is left out in
silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from ruleproof.model.tables import CellTest, DecisionTable
from ruleproof.prover.boxes import meets, merged, without
from ruleproof.prover.rows import OutOfTimeError, Rows
from ruleproof.prover.space import Box, bits_of
from ruleproof.prover.table_cases import Cases
from ruleproof.prover.table_outputs import Outputs
from ruleproof.prover.table_space import TableSpace

_Item = TypeVar("_Item")

MOST_BOXES = 200_000
"""How many boxes a search may give before it is stopped."""
MOST_BOXES_NOTED = 20_000
"""The same, where what is found is worth a note only."""
MOST_MASKS = 1_000_000
"""The same in all dimensions together, for tables of very many columns."""
MOST_STEPS = 1_000_000
"""How many parts of the cases one search may look at before it is stopped; a part of many columns counts more than once."""

Progress = Callable[[str, int, int], None]
"""Told what is being looked for, how much of it is done, and how much there is (0 where that is not known)."""

GAPS, OVERLAPS, WORTH = "gaps", "rules that overlap", "rules without effect"
SHOWN = "overlaps of rules"
"""What may be known, but not written about."""
NO_TIME, TOO_HARD = "the time allowed is over", "the rules leave too many combinations of values to look at"


@dataclass(frozen=True)
class Gaps:
    """Where no row holds."""

    boxes: tuple[Box, ...]
    """Disjoint boxes where certainly none does, merged; those of `unnamed` are not among them."""
    unnamed: Mapping[int, tuple[Box, ...]]
    """For a dimension of texts, disjoint boxes where certainly none does and the text is one that the table does not name."""
    all_found: bool
    depends: bool
    """True where further cases are gaps unless a row holds that cannot be decided."""


@dataclass(frozen=True)
class Overlaps:
    """Where several rows hold together."""

    boxes: Mapping[tuple[int, ...], tuple[Box, ...]]
    """For each set of rows (indexes) the disjoint boxes where exactly these hold, as far as rows can be decided."""
    all_found: bool
    depends: bool
    """True where rows that cannot be decided may disagree with others."""


class TableStudy:
    """Answers questions about a table exactly; rows go by their index, from 0."""

    def __init__(
        self,
        table: DecisionTable,
        *,
        missing: bool = False,
        limits: Mapping[str, CellTest] | None = None,
        still_time: Callable[[], bool] = lambda: True,
        progress: Progress = lambda _what, _done, _all: None,
    ) -> None:
        self.table, self.progress = table, progress
        self._clock = still_time
        self.space = TableSpace(table, missing=missing, limits=limits)
        self._steps, self._step = 0, 1 + len(self.space.whole) // 8
        self.cases = Cases(self.space)
        self.outputs = Outputs(table)
        sure = [(owner, box) for owner, row in enumerate(self.space.rows) for box in row.sure]
        maybe = [(owner, box) for owner, row in enumerate(self.space.rows) for box in row.maybe]
        self.owners = tuple(owner for owner, _ in (*sure, *maybe))
        """The row that each box belongs to: first the boxes where rows hold for certain, then those where they may."""
        self.certain = len(sure)
        self.rows = self._rows_of(sure)
        self.rows_that_may = self._rows_of([*sure, *maybe]) if maybe else self.rows
        self._unsure = False
        self.stopped: dict[str, str] = {}
        """For each question that was given up, why."""

    def _rows_of(self, owned: list[tuple[int, Box]]) -> Rows:
        return Rows(self.space.whole, self.space.ordered, [box for _, box in owned], self.still_time)

    def still_time(self) -> bool:
        """Tell whether the search under way may go on; it is asked for each part of the cases that is looked at."""
        self._steps += self._step
        return self._steps <= MOST_STEPS and self._clock()

    def has_time(self) -> bool:
        """Tell whether the time allowed is not over yet."""
        return self._clock()

    def begin(self) -> None:
        """Begin a search: each may take as many steps as another one."""
        self._steps = 0

    @cached_property
    def boxes_of(self) -> tuple[tuple[int, ...], ...]:
        """For each row the numbers of the boxes where it holds for certain."""
        found: list[list[int]] = [[] for _ in self.table.rows]
        for number, owner in enumerate(self.owners[: self.certain]):
            found[owner].append(number)
        return tuple(map(tuple, found))

    @property
    def is_open(self) -> bool:
        """True where some row cannot be decided everywhere."""
        return self.certain < len(self.owners)

    # -------------------------------------------------------------- gaps

    @cached_property
    def has_default(self) -> bool:
        """True where the table answers even if no row holds."""
        return any(output.default is not None for output in self.table.outputs)

    @cached_property
    def gaps(self) -> Gaps:
        """Give the cases in which no row holds."""
        if self.space.empty:
            return Gaps((), {}, True, False)
        named: list[Box] = []
        unnamed: dict[int, tuple[Box, ...]] = {}
        self._unsure = False
        all_found = True
        self.begin()
        try:
            start, others = self._parts_by_name()
            named.extend(self._gaps_in(start))
            named = [self._with_unnamed(box) for box in merged(named)]
            for place, box in others:
                found = list(self._gaps_in(box))
                for wide in named:
                    found = without(found, wide) if found else found
                found = [gap for gap in found if self.cases.can_be(gap)]  # what was cut off may hold no case
                if found:
                    unnamed[place] = merged(found)
            self._unsure = self._unsure or (self.is_open and any(map(self._uncovered, self._open_boxes())))
        except OutOfTimeError:
            self.stop(GAPS)
            all_found = False
        return Gaps(tuple(named), unnamed, all_found, self._unsure)

    def _parts_by_name(self) -> tuple[Box, list[tuple[int, Box]]]:
        """Part the cases: first those where every text is named by the table, then, text by text, those where it is not."""
        start = self.space.whole
        others: list[tuple[int, Box]] = []
        for place, axis in enumerate(self.space.axes):
            if axis.unnamed:
                others.append((place, _with(start, place, axis.unnamed)))
                start = _with(start, place, axis.full & ~axis.unnamed)
        return start, others

    def _with_unnamed(self, box: Box) -> Box:
        """Let a gap hold for unnamed texts too, where it holds for all that are named."""
        for place, axis in enumerate(self.space.axes):
            if axis.unnamed and box[place] | axis.unnamed == axis.full:
                added = _with(box, place, axis.unnamed)
                if not any(meets(added, row) for row in self.rows_that_may.boxes):
                    box = _with(box, place, axis.full)
        return box

    def _gaps_in(self, box: Box) -> Iterator[Box]:
        for gap in self.bounded(self.rows_that_may.gaps(box), GAPS, MOST_BOXES):
            can_be = self.cases.can_be(gap)
            self._unsure = self._unsure or can_be is None
            if can_be:
                yield gap

    def _open_boxes(self) -> Iterator[Box]:
        return iter(self.rows_that_may.boxes[self.certain :])

    def _uncovered(self, box: Box) -> bool:
        return any(self.cases.can_be(gap) is not False for gap in self.rows.gaps(box))

    def bounded(self, found: Iterator[_Item], what: str, most: int) -> Iterator[_Item]:
        """Give what a search finds, until there is too much of it."""
        most = min(most, max(100, MOST_MASKS // max(1, len(self.space.whole))))
        for count, item in enumerate(found, start=1):
            if count > most:
                self.stopped[what] = f"there are more than {most:,} regions"
                raise OutOfTimeError
            if count % 256 == 0:
                self.progress(what, count, 0)
            yield item

    def stop(self, what: str) -> None:
        """Note that a question was given up, for want of time unless another reason is noted."""
        self.stopped.setdefault(what, TOO_HARD if self._steps > MOST_STEPS else NO_TIME)

    # -------------------------------------------------------------- overlaps

    @cached_property
    def overlaps(self) -> Overlaps:
        """Give for each set of rows that hold together the cases where exactly these do."""
        found: dict[tuple[int, ...], list[Box]] = {}
        depends, all_found = False, True
        most = MOST_BOXES_NOTED if self.outputs.collects or self.outputs.first_wins else MOST_BOXES
        self.begin()
        try:
            for rows, box in self.bounded(self.rows.overlaps_one_by_one(), OVERLAPS, most):
                can_be = self.cases.can_be(box)
                owners = tuple(sorted(self.owners[row] for row in rows))
                depends = depends or (can_be is None and self.outputs.clash(owners))
                if can_be:
                    found.setdefault(owners, []).append(box)
            depends = depends or (self.is_open and self._may_clash())
        except OutOfTimeError:
            self.stop(OVERLAPS)
            self.stopped[OVERLAPS] += f" ({self.rows.pairs():,} pairs of rules overlap)"
            all_found = False
        return Overlaps({rows: merged(boxes) for rows, boxes in sorted(found.items())}, all_found, depends)

    def _may_clash(self) -> bool:
        """Tell whether a row that cannot be decided may hold with another one that says something else."""
        boxes = self.rows_that_may.boxes
        for number in range(self.certain, len(boxes)):
            for other, box in enumerate(boxes):
                rows = (self.owners[number], self.owners[other])
                if rows[0] == rows[1] or not self.outputs.clash(rows):
                    continue
                shared = meets(boxes[number], box)
                if shared is not None and self.cases.can_be(shared) is not False:
                    return True
        return False

    @cached_property
    def meet(self) -> bool:
        """Tell whether two rows may hold together at all."""
        rows = self.rows_that_may
        for number, others in enumerate(rows.neighbours):
            for other in _bits_above(others, number):
                if self.owners[number] == self.owners[other]:
                    continue
                shared = meets(rows.boxes[number], rows.boxes[other])
                if shared is not None and self.cases.can_be(shared) is not False:
                    return True
        return False

    # -------------------------------------------------------------- verdicts

    @cached_property
    def complete(self) -> bool | None:
        """Tell whether the table answers every case; `None` where that is not decided."""
        gaps = self.gaps
        if self.has_default:
            return True
        if gaps.boxes or gaps.unnamed:
            return False
        return True if gaps.all_found and not gaps.depends else None

    @cached_property
    def consistent(self) -> bool | None:
        """Tell whether the table never gives two answers where it may give one; `None` where that is not decided."""
        if self.outputs.first_wins or self.outputs.collects:
            return True
        overlaps = self.overlaps
        if any(map(self.outputs.clash, overlaps.boxes)):
            return False
        return True if overlaps.all_found and not overlaps.depends else None


def _with(box: Box, place: int, mask: int) -> Box:
    return (*box[:place], mask, *box[place + 1 :])


def _bits_above(mask: int, place: int) -> Iterator[int]:
    return bits_of(mask >> place + 1 << place + 1)
