"""The proof of a decision table: a tree of cuts whose ends say which rules hold there, for another program to check.

A tree of cuts holds every case once by its shape.  A cell that cannot be decided becomes a question of its own (it passes, or
it does not), so that what is said of a part is exact whatever the answer is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import TypeAlias

from ruleproof.model.tables import AnyOf, AnyValue, CellTest, Negated, Related, TableRow, Undecided
from ruleproof.prover.boxes import meets, without
from ruleproof.prover.rows import Cut, Leaf, OutOfTimeError, Rows
from ruleproof.prover.space import Box, bits_of
from ruleproof.prover.table_cases import Cases
from ruleproof.prover.table_cells import Axis
from ruleproof.prover.table_outputs import Outputs
from ruleproof.prover.table_space import TableSpace, related_in, undecided_in

MOST_ENDS = 200_000
"""How many parts a proof may have, and how many pairs of rules it may name."""
MOST_MASKS = 4_000_000
"""How many parts it may have in all dimensions together, for tables of very many columns."""
MOST_CHOICES = 1_000
"""How many combinations of stretches and comparisons another program is asked to try, to see that a part holds no case."""

EVERY, FIRST, SOME = "every rule that matches", "the rule that wins", "a rule that matches"
"""What the ends of a tree name."""

NO_CASE: Leaf = (-1,)
"""The end of a part in which inputs cannot compare so."""

Step: TypeAlias = Cut | Leaf
"""A cut, or the end of a part."""


@dataclass(frozen=True)
class TableProof:
    """A tree of cuts, from the root, the inside of a cut before its outside; rows go by their index, from 0."""

    ends: str
    """What its ends name: `EVERY`, `FIRST` or `SOME`."""
    steps: tuple[Step, ...]
    pairs: tuple[tuple[int, int], ...] | None = None
    """The pairs of rows that hold together somewhere, where the ends do not tell."""


class ProofSpace:
    """The dimensions of a proof: those of a table, then one of two cells for each question that cannot be decided."""

    def __init__(self, space: TableSpace) -> None:
        self.space = space
        self.questions: dict[tuple[int, str], int] = {}
        """For each cell that cannot be decided, as its input and its text, its dimension."""
        columns = list(zip(*(row.tests for row in space.table.rows), strict=True))
        for place, tests in zip(space.columns, columns, strict=False):
            for test in tests:
                for text in self._questions_of(place, test):
                    self.questions.setdefault((place, text), len(space.whole) + len(self.questions))
        self.whole: Box = (*space.whole, *(0b11 for _ in self.questions))
        found = [(owner, box) for owner, row in enumerate(space.table.rows) for box in self._boxes(row)]
        self.owners = tuple(owner for owner, _ in found)
        """The row that each box belongs to."""
        self.rows = Rows(self.whole, (*space.ordered, *(False for _ in self.questions)), [box for _, box in found])

    @property
    def is_plain(self) -> bool:
        """True where each cell asks for the value of its own input only, and can be decided."""
        return not self.questions and not self.space.relations

    def _questions_of(self, place: int, test: CellTest) -> Iterator[str]:
        yield from (part.text for part in undecided_in(test))
        for relation in related_in(test):
            if self.space.where_related(place, relation) is None:
                yield question_of(relation)

    def _boxes(self, row: TableRow) -> list[Box]:
        """Give disjoint boxes of exactly the cases in which a row holds."""
        own = list(self.whole)
        compound: list[list[Box]] = []
        for place, test in zip(self.space.columns, row.tests, strict=True):
            if is_plain(test):
                own[place] &= self.space.axes[place].masks(test)[0]
            else:
                compound.append(self._where(place, test))
        boxes = [tuple(own)] if all(own) else []
        for others in compound:
            boxes = [part for box in boxes for other in others if (part := meets(box, other)) is not None]
        return boxes

    def _where(self, place: int, test: CellTest) -> list[Box]:
        match test:
            case Undecided(text):
                return self._at(self.questions[place, text], 0b10)
            case Related():
                found = self.space.where_related(place, test)
                return self._at(self.questions[place, question_of(test)], 0b10) if found is None else self._at(*found)
            case Negated(part):
                return _left([self.whole], self._where(place, part))
            case AnyOf(parts):
                boxes: list[Box] = []
                for part in parts:
                    boxes += _left(self._where(place, part), boxes)
                return boxes
            case _:
                return self._at(place, self.space.axes[place].masks(test)[0])

    def _at(self, dimension: int, mask: int) -> list[Box]:
        return [(*self.whole[:dimension], mask, *self.whole[dimension + 1 :])] if mask else []


def question_of(relation: Related) -> str:
    """Give the text of a comparison that cannot be decided.

    >>> question_of(Related("<", "limit"))
    '< limit'
    """
    return f"{relation.how} {relation.other}"


def is_plain(test: CellTest) -> bool:
    """Tell whether a test asks for the value of its own input only, and can be decided."""
    return type(test) is AnyValue or not (any(True for _ in related_in(test)) or any(True for _ in undecided_in(test)))


def _left(boxes: Sequence[Box], taken: Sequence[Box]) -> list[Box]:
    left = list(boxes)
    for box in taken:
        left = without(left, box)
    return left


# ---------------------------------------------------------------- the search


def proof_of(proof_space: ProofSpace, still_time: Callable[[], bool] = lambda: True) -> TableProof | None:
    """Give the smallest kind of proof that says all of a table; `None` where each of them would be too large.

    Where one rule wins, its ends name that one.  Else they name every rule that matches; where there are too many such
    parts, one that matches, and beside the tree stand the pairs of rules that hold together.
    """
    proof_space.rows.still_time = still_time
    search = _Search(proof_space)
    outputs = Outputs(proof_space.space.table)
    if outputs.first_wins and outputs.places is not None:
        steps = search.steps(FIRST, outputs.places)
        return None if steps is None else TableProof(FIRST, steps)
    steps = search.steps(EVERY)
    if steps is not None:
        return TableProof(EVERY, steps)
    steps = search.steps(SOME) if proof_space.is_plain else None
    if steps is None:
        return None
    pairs = search.pairs()
    return None if pairs is None else TableProof(SOME, steps, pairs)


class _Search:
    def __init__(self, proof_space: ProofSpace) -> None:
        self.space, self.rows, self.owners = proof_space.space, proof_space.rows, proof_space.owners
        self.cases = Cases(self.space)

    def steps(self, ends: str, places: Sequence[int] | None = None) -> tuple[Step, ...] | None:
        """Give a tree; `None` where it grows too large, or the time allowed is over."""
        order = range(len(self.owners))
        if places is not None:
            order = sorted(order, key=lambda number: places[self.owners[number]])  # type: ignore[assignment]
        settled = {EVERY: self._every, FIRST: self._first, SOME: self._some}[ends]
        found: list[Step] = []
        most = 2 * min(MOST_ENDS, max(100, MOST_MASKS // max(1, len(self.rows.whole))))
        try:
            for _, step in self.rows.tree(settled, order, along_first=ends == FIRST):
                if len(found) > most:
                    return None
                found.append(step)
        except OutOfTimeError:
            return None
        return tuple(found)

    def pairs(self) -> tuple[tuple[int, int], ...] | None:
        """Give the pairs of rows that hold together somewhere; `None` where there are too many."""
        if self.rows.pairs() > MOST_ENDS:
            return None
        found = set()
        for number, others in enumerate(self.rows.neighbours):
            for other in bits_of(others):
                one, two = self.owners[number], self.owners[other]
                if one < two:
                    found.add((one, two))
        return tuple(sorted(found))

    def _every(self, box: Box, alive: Sequence[int]) -> Leaf | None:
        if not all(self.rows.covers(number, box) for number in alive):
            return None
        return self._end(box, tuple(sorted({self.owners[number] for number in alive})))

    def _first(self, box: Box, alive: Sequence[int]) -> Leaf | None:
        if alive and not self.rows.covers(alive[0], box):
            return None
        return self._end(box, tuple(self.owners[number] for number in alive[:1]))

    def _some(self, box: Box, alive: Sequence[int]) -> Leaf | None:
        covering = next((number for number in alive if self.rows.covers(number, box)), None)
        if alive and covering is None:
            return None
        return self._end(box, () if covering is None else (self.owners[covering],))

    def _end(self, box: Box, rows: Leaf) -> Leaf:
        """Give the end of a part; one without a case where that is easily seen."""
        space = self.space
        own = box[: len(space.whole)]
        if space.relations and self._choices(own) <= MOST_CHOICES and self.cases.can_be(own) is False:
            return NO_CASE
        return rows

    def _choices(self, box: Box) -> int:
        """Count the combinations of stretches and comparisons in a box, of inputs that are compared."""
        start = len(self.space.axes)
        relations = [
            (item, box[start + index])
            for index, item in enumerate(self.space.relations)
            if box[start + index] != self.space.whole[start + index]
        ]
        inputs = {place for item, _ in relations for place in (item.left, item.right)}
        states = prod(len(item.states(mask)) for item, mask in relations)
        return prod(_stretches(self.space.axes[place], box[place]) for place in inputs) * states


def _stretches(axis: Axis, mask: int) -> int:
    """Count the stretches of values in a mask; null is one, and named values lie between what is not named."""
    named = 2 * sum(len(cell.values) for cell in axis.cells) + 1
    return sum(1 for _ in axis.runs(mask)) + (0 if axis.ordered else named) + bool(mask & axis.missing)
