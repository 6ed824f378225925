"""Fewer rows for the same meaning: rows without effect are dropped, and rows that say the same are joined or cut anew.

What may be done depends on the hit policy:

- UNIQUE and COLLECT (all, SUM, COUNT): what rows give must stay the same in every case, as often as it is given.  Disjoint rows
  that give the same are cut anew into fewer disjoint ones.
- RULE ORDER and OUTPUT ORDER: the same, among rows that meet none that gives something else, so that no order changes.
- ANY, and COLLECT with MIN or MAX: rows may overlap, so that a row may grow over others that give the same (or what wins
  anyway), and rows that add nothing are dropped.
- FIRST and PRIORITY: a row may also grow under rows that win before it.  Where the order of the rows does not count under
  FIRST, since no two that say different things meet, they are first put into a new order that needs fewer of them.

A row that cannot be decided, and every row that meets one, stays as it is.  No row is ever added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from ruleproof.model import tables
from ruleproof.model.tables import CellTest, DecisionTable, TableRow
from ruleproof.prover.box_groups import inside, parted_anew
from ruleproof.prover.boxes import meets
from ruleproof.prover.space import Box
from ruleproof.prover.table_cases import Cases
from ruleproof.prover.table_listed import in_order
from ruleproof.prover.table_outputs import Key, Outputs
from ruleproof.prover.table_overlapping import Overlapping, Piece, can_say, compares
from ruleproof.prover.table_regions import row_tests
from ruleproof.prover.table_space import TableSpace
from ruleproof.prover.table_texts import cell_text


@dataclass(frozen=True, slots=True)
class Became:
    """A row of the simpler table: it stands for the rows `of` (indexes) in the place of the first, whose outputs it keeps."""

    row: int
    of: tuple[int, ...]


@dataclass(frozen=True)
class Simplified:
    table: DecisionTable
    """The simpler table; its rows are numbered anew."""
    rows: tuple[Became, ...]
    """For each of its rows where it comes from."""
    dropped: tuple[int, ...]
    """The rows (indexes) that are in none of them."""


def simplified(
    table: DecisionTable, *, missing: bool = False, still_time: Callable[[], bool] = lambda: True
) -> Simplified:
    """Give a table with no more rows that means the same; where time runs out, as far as it has got.

    `missing` lets every input be absent, so that `-` does not take the place of tests which an absent value fails.
    """
    rows = tuple(Became(index, (index,)) for index in range(len(table.rows)))
    current = table
    while True:
        found = _Simplifier(current, missing, still_time).run()
        if len(found) >= len(rows):
            break
        rows = tuple(Became(rows[item.row].row, _of(rows[index] for index in item.of)) for item, _ in found)
        current = _numbered(current, [row for _, row in found])
    named = {index for item in rows for index in item.of}
    return Simplified(current, rows, tuple(index for index in range(len(table.rows)) if index not in named))


def _of(items: Iterable[Became]) -> tuple[int, ...]:
    return tuple(sorted({index for item in items for index in item.of}))


def _numbered(table: DecisionTable, rows: Sequence[TableRow]) -> DecisionTable:
    return replace(table, rows=tuple(replace(row, number=number) for number, row in enumerate(rows, 1)))


class _Simplifier:
    def __init__(self, table: DecisionTable, missing: bool, still_time: Callable[[], bool]) -> None:
        self._table, self._still_time = table, still_time
        self._space, self._outputs = TableSpace(table, missing=missing), Outputs(table)
        self._cases = Cases(self._space)
        fixed = set(range(len(self._space.axes), len(self._space.whole)))  # how inputs compare stays as it is
        fixed |= set(range(len(self._space.axes))) - set(self._space.columns)
        self._fixed = frozenset(fixed)
        self._unsure = [box for row in self._space.rows for box in row.maybe]

    def run(self) -> list[tuple[Became, TableRow]]:
        """Give the rows of the simpler table in order."""
        if self._space.empty:
            return [(Became(index, (index,)), row) for index, row in enumerate(self._table.rows)]
        alive = [index for index in range(len(self._table.rows)) if self._can_hold(index)]
        pieces = [
            Piece(index, self._outputs.keys[index], self._space.rows[index].sure[0], frozenset({index}))
            for index in alive
            if self._may_change(index)
        ]
        movable = {piece.row for piece in pieces}
        stay = [index for index in alive if index not in movable]
        if self._table.hit_policy in (tables.FIRST, tables.PRIORITY) or self._may_overlap:
            made = self._fewer_overlapping(pieces, stay)
        else:
            made = self._fewer_apart(pieces, stay)
        kept = [(Became(index, (index,)), self._table.rows[index]) for index in stay]
        kept += [(Became(piece.row, tuple(sorted(piece.of))), self._written(piece)) for piece in made]
        return sorted(kept, key=lambda pair: pair[0].row)

    @property
    def _may_overlap(self) -> bool:
        return self._table.hit_policy == tables.ANY or self._table.aggregation in (tables.MIN, tables.MAX)

    def _can_hold(self, index: int) -> bool:
        own = self._space.rows[index]
        return any(self._cases.can_be(box) is not False for box in (*own.sure, *own.maybe))

    def _may_change(self, index: int) -> bool:
        """Tell whether a row is one box, away from everything that cannot be decided, and can be written anew."""
        own = self._space.rows[index]
        if len(own.sure) != 1 or own.maybe or any(meets(own.sure[0], box) is not None for box in self._unsure):
            return False
        return can_say(self._space, own.sure[0])

    def _written(self, piece: Piece) -> TableRow:
        """Give the row in whose place a piece stands with other tests, where those must change."""
        row, own = self._table.rows[piece.row], self._space.rows[piece.row].sure[0]
        if piece.box == own:
            return row
        found = row_tests(self._space, piece.box)
        assert found is not None, "a row that may change can be written"
        everywhere = compares(self._space, piece.box)
        tests: list[CellTest] = []
        texts: list[str] = []
        for column, place in enumerate(self._space.columns):
            same = piece.box[place] == own[place] and not everywhere
            tests.append(row.tests[column] if same else found[column])
            texts.append(row.texts[column] if same and row.texts else cell_text(tests[-1]))
        return replace(row, tests=tuple(tests), texts=tuple(texts))

    # -------------------------------------------------------------- rows that stay apart

    def _fewer_apart(self, pieces: Sequence[Piece], stay: Sequence[int]) -> list[Piece]:
        """Cut disjoint rows that give the same anew; what is given stays the same in every case, as often as it is given."""
        by_key: dict[tuple[Key, Box], list[Piece]] = {}
        made: list[Piece] = []
        for piece in pieces:
            if self._keeps_order(piece, pieces, stay):
                compared = tuple(piece.box[place] for place in sorted(self._fixed))
                by_key.setdefault((piece.key, compared), []).append(piece)
            else:
                made.append(piece)
        for group in by_key.values():
            for layer in _layers(group):
                made += self._parted_anew(layer)
        return made

    def _keeps_order(self, piece: Piece, pieces: Sequence[Piece], stay: Sequence[int]) -> bool:
        """Tell whether a row may stand anywhere: the order of rows does not count, or it meets none that says something else."""
        policy = self._table.hit_policy
        if policy not in (tables.RULE_ORDER, tables.OUTPUT_ORDER):
            return True
        others = [other.box for other in pieces if other.key != piece.key]
        others += [
            box for index in stay for box in self._space.rows[index].sure if self._outputs.keys[index] != piece.key
        ]
        return not any(meets(piece.box, box) is not None for box in others)

    def _parted_anew(self, layer: list[Piece]) -> list[Piece]:
        if len(layer) < 2:
            return layer
        boxes = [piece.box for piece in layer]
        fewer = parted_anew(boxes, self._space.ordered, self._fixed, self._still_time)
        if len(fewer) >= len(boxes) or not all(can_say(self._space, box) for box in fewer):
            return layer
        return _placed(layer, fewer)

    # -------------------------------------------------------------- rows that may overlap

    def _fewer_overlapping(self, pieces: Sequence[Piece], stay: Sequence[int]) -> list[Piece]:
        """Join rows, let them grow over one another, and drop those that add nothing."""
        if self._outputs.first_wins and self._outputs.places is None:
            return list(pieces)
        if self._table.hit_policy == tables.FIRST:
            bars = [box for index in stay for box in (*self._space.rows[index].sure, *self._space.rows[index].maybe)]
            listed = in_order(self._space, pieces, bars, sorted(self._fixed), self._still_time)
            if listed is not None:
                return listed
        others = [
            Piece(index, self._outputs.keys[index], box, frozenset({index}))
            for index in stay
            for box in self._space.rows[index].sure
        ]
        return Overlapping(
            self._outputs, self._cases, pieces, others, self._fixed, self._unsure, self._still_time
        ).run()


def _layers(group: Sequence[Piece]) -> list[list[Piece]]:
    """Put rows into layers of disjoint ones."""
    layers: list[list[Piece]] = []
    for piece in group:
        layer = next(
            (layer for layer in layers if not any(meets(other.box, piece.box) is not None for other in layer)), None
        )
        if layer is None:
            layers.append([piece])
        else:
            layer.append(piece)
    return layers


def _placed(layer: Sequence[Piece], boxes: Sequence[Box]) -> list[Piece]:
    """Put boxes into the places of rows that held their cases: their own one first, then one that lies in the box."""
    left = list(layer)
    made: list[Piece] = []

    def place(box: Box, piece: Piece) -> None:
        left.remove(piece)
        of = frozenset(other.row for other in layer if meets(other.box, box) is not None)
        made.append(Piece(piece.row, piece.key, box, of))

    waiting = list(boxes)
    for fits in (
        lambda own, box: own == box,
        inside,
        lambda own, box: meets(own, box) is not None,
        lambda _own, _box: True,
    ):
        rest: list[Box] = []
        for box in waiting:
            piece = next((piece for piece in left if fits(piece.box, box)), None)
            if piece is None:
                rest.append(box)
            else:
                place(box, piece)
        waiting = rest
    return made
