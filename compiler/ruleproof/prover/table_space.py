"""A decision table made elsewhere, as boxes: each input is a dimension cut into cells, each row a box of masks.

The same expression in two columns is one dimension.  A cell that compares its input with another one makes a dimension of its
own (less, equal, greater, as far as the table tells them apart); whether values exist that compare so is asked of
`relations.py`.  Where a cell cannot be decided, its row holds for certain in `sure` and perhaps in `maybe`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ruleproof.model.cell_tests import tests_null
from ruleproof.model.tables import (
    NUMBER,
    UNKNOWN,
    WHOLE,
    AnyOf,
    AnyValue,
    CellTest,
    DecisionTable,
    InputColumn,
    Negated,
    Related,
    TableRow,
    Undecided,
)
from ruleproof.prover.boxes import meets, without
from ruleproof.prover.relations import ALIKE, APART, EQUAL, GREATER, HOLDS, LESS, TURNED
from ruleproof.prover.space import Box
from ruleproof.prover.table_cells import Axis, kinds_in

MOST_PARTS = 300
"""Into how many boxes a row is parted, where its cells compare inputs."""
LONGEST_NAME = 50
"""How many letters of an expression stand in a sentence."""


@dataclass(frozen=True, slots=True)
class RowBoxes:
    """Where a row holds: disjoint boxes, where it does for certain and where it may."""

    sure: tuple[Box, ...]
    maybe: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenCell:
    """A cell that cannot be decided; `row` is the index of its row, `None` for what an input can be."""

    row: int | None
    column: int
    text: str
    reason: str


@dataclass(frozen=True)
class Relation:
    """How two inputs compare: the states that the table tells apart, a cell of a dimension for each class of them."""

    left: int
    right: int
    classes: tuple[frozenset[str], ...]
    ordered: bool

    def mask(self, states: frozenset[str]) -> int:
        return sum(1 << index for index, group in enumerate(self.classes) if group <= states)

    def states(self, mask: int) -> frozenset[str]:
        return frozenset().union(*(group for index, group in enumerate(self.classes) if mask >> index & 1))


@dataclass
class _Input:
    """What is known of one input while the table is read."""

    name: str
    type: str
    nullable: bool
    tests: list[CellTest] = field(default_factory=list)
    domain: list[CellTest] = field(default_factory=list)


class TableSpace:
    """The cells of all inputs of a table, and its rows as boxes.

    `missing` lets every input be absent; `limits` says of some inputs what they can be at all, beyond what their columns say.
    """

    def __init__(
        self, table: DecisionTable, *, missing: bool = False, limits: Mapping[str, CellTest] | None = None
    ) -> None:
        self.table = table
        found = _inputs(table, missing, limits or {})
        self.names: tuple[str, ...] = tuple(found)
        """The input of each dimension that holds values."""
        self.axes = tuple(Axis(item.type, item.tests, item.domain, nullable=item.nullable) for item in found.values())
        self._places = {name: index for index, name in enumerate(self.names)}
        self.columns: tuple[int, ...] = tuple(self._places[column.expression] for column in table.columns)
        self.open_cells: list[OpenCell] = list(_open_domains(table))
        self.relations = self._relations()
        self._relation_places = {
            (item.left, item.right): len(self.axes) + index for index, item in enumerate(self.relations)
        }
        masks = [axis.full for axis in self.axes] + [(1 << len(item.classes)) - 1 for item in self.relations]
        self.whole: Box = tuple(masks)
        self.ordered = (*(axis.ordered for axis in self.axes), *(False for _ in self.relations))
        self.rows: tuple[RowBoxes, ...] = tuple(self._row(index, row) for index, row in enumerate(table.rows))

    @property
    def empty(self) -> bool:
        """True where an input has no value that it can be, so that there are no cases."""
        return not all(self.whole)

    @cached_property
    def open_places(self) -> tuple[int, ...]:
        """The dimensions of inputs of which it cannot be decided what they can be."""
        return tuple(sorted({self.columns[cell.column] for cell in self.open_cells if cell.row is None}))

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """What each input is called in a sentence: its expression, or its label where that is too long."""
        labels = {column.expression: column.label for column in (*self.table.columns, *self.table.references)}
        return tuple(short_name(name, labels.get(name, "")) for name in self.names)

    def passes_at_all(self, column: int, test: CellTest) -> bool:
        """Tell whether some value of a column may pass a test."""
        return any(True for _ in related_in(test)) or bool(self.axes[self.columns[column]].masks(test)[1])

    # -------------------------------------------------------------- relations

    def _relations(self) -> tuple[Relation, ...]:
        used: dict[tuple[int, int], set[frozenset[str]]] = {}
        for row in self.table.rows:
            for column, test in zip(self.columns, row.tests, strict=True):
                for relation in related_in(test):
                    pair, states = self._oriented(column, relation)
                    if self._comparable(*pair) and pair[0] != pair[1]:
                        used.setdefault(pair, set()).add(states)
        return tuple(self._relation(pair, states) for pair, states in sorted(used.items()))

    def _oriented(self, column: int, test: Related) -> tuple[tuple[int, int], frozenset[str]]:
        """Give the two inputs of a comparison in the order of the dimensions, and the states in which it holds."""
        other, states = self._places[test.other], HOLDS[test.how]
        if column <= other:
            return (column, other), states
        return (other, column), frozenset(TURNED[state] for state in states)

    def _comparable(self, left: int, right: int) -> bool:
        """Tell whether the values of two inputs are of one kind, so that their order can be followed."""
        kinds = [
            {NUMBER if kind == WHOLE else kind for kind in axis.kinds} for axis in (self.axes[left], self.axes[right])
        ]
        return kinds[0] == kinds[1] and len(kinds[0]) == 1

    def _relation(self, pair: tuple[int, int], used: set[frozenset[str]]) -> Relation:
        left, right = (self.axes[place] for place in pair)
        ordered = left.comparable
        states = [LESS, EQUAL, GREATER] if ordered else [ALIKE, APART]
        if left.nullable or right.nullable:
            states.append(APART)
        if left.nullable and right.nullable:
            states.append(ALIKE)
        tests = sorted(used, key=sorted)
        classes: dict[tuple[bool, ...], set[str]] = {}
        for state in states:
            classes.setdefault(tuple(state in test for test in tests), set()).add(state)
        return Relation(*pair, tuple(frozenset(group) for group in classes.values()), ordered)

    # -------------------------------------------------------------- rows

    def _row(self, index: int, row: TableRow) -> RowBoxes:
        sure, may = list(self.whole), list(self.whole)
        compared: list[tuple[int, CellTest]] = []
        for column, (place, test) in enumerate(zip(self.columns, row.tests, strict=True)):
            if type(test) is AnyValue:
                continue
            self._note_open_parts(index, column, test)
            if any(True for _ in related_in(test)):
                compared.append((place, test))
                continue
            certain, possible = self.axes[place].masks(test)
            sure[place] &= certain
            may[place] &= possible
        always = [tuple(sure)] if all(sure) else []
        perhaps = always if sure == may else [tuple(may)] if all(may) else []
        for place, test in compared:
            certain_boxes, possible_boxes = self._where(place, test)
            always, perhaps = _shared(always, certain_boxes), _shared(perhaps, possible_boxes)
            if max(len(always), len(perhaps)) > MOST_PARTS:
                column = self.columns.index(place)
                text = row.texts[column] if column < len(row.texts) else ""
                self.open_cells.append(OpenCell(index, column, text, "the rule compares inputs in too many ways"))
                return RowBoxes((), (tuple(may),) if all(may) else ())
        return RowBoxes(tuple(always), tuple(self._left(perhaps, always)))

    def _left(self, boxes: Sequence[Box], taken: Sequence[Box]) -> list[Box]:
        left = list(boxes)
        for box in taken:
            left = without(left, box)
        return left

    def _note_open_parts(self, row: int, column: int, test: CellTest) -> None:
        for part in undecided_in(test):
            self.open_cells.append(OpenCell(row, column, part.text, part.reason))
        place = self.columns[column]
        for relation in related_in(test):
            if not self._decides(place, relation):
                texts = self.table.rows[row].texts
                text = texts[column] if column < len(texts) else f"{relation.how} {relation.other}"
                self.open_cells.append(OpenCell(row, column, text, "it compares values of several kinds"))

    def _decides(self, place: int, test: Related) -> bool:
        other = self._places[test.other]
        return place == other or self._comparable(place, other)

    def _where(self, place: int, test: CellTest) -> tuple[list[Box], list[Box]]:
        """Give the disjoint boxes where a test with comparisons passes for certain, and where it may."""
        match test:
            case Related():
                return self._where_related(place, test)
            case Negated(part):
                sure, may = self._where(place, part)
                return self._left([self.whole], may), self._left([self.whole], sure)
            case AnyOf(parts):
                always: list[Box] = []
                perhaps: list[Box] = []
                for part in parts:
                    sure, may = self._where(place, part)
                    always += self._left(sure, always)
                    perhaps += self._left(may, perhaps)
                return always, perhaps
            case _:
                return _boxes(self.whole, place, self.axes[place].masks(test))

    def _where_related(self, place: int, test: Related) -> tuple[list[Box], list[Box]]:
        found = self.where_related(place, test)
        return ([], [self.whole]) if found is None else _boxes(self.whole, found[0], (found[1], found[1]))

    def where_related(self, place: int, test: Related) -> tuple[int, int] | None:
        """Give the dimension and the cells in which an input compares so; `None` where that cannot be decided."""
        if not self._decides(place, test):
            return None
        pair, states = self._oriented(place, test)
        if pair[0] == pair[1]:
            return place, self.axes[place].compared_to_itself(states)
        own = self._relation_places[pair]
        return own, self.relations[own - len(self.axes)].mask(states)


def _boxes(whole: Box, place: int, masks: tuple[int, int]) -> tuple[list[Box], list[Box]]:
    sure, may = ([(*whole[:place], mask, *whole[place + 1 :])] if mask else [] for mask in masks)
    return sure, may


def _shared(boxes: Sequence[Box], others: Sequence[Box]) -> list[Box]:
    return [part for box in boxes for other in others if (part := meets(box, other)) is not None]


# ---------------------------------------------------------------- reading a table


def short_name(name: str, label: str = "") -> str:
    r"""Give a name for a sentence: on one line, and not too long.

    >>> short_name("if x > 1\n  then x else null", "amount")
    'amount'
    """
    plain = " ".join(name.split())
    if len(plain) <= LONGEST_NAME and "\n" not in name.strip():
        return plain
    if label and label != name:
        return short_name(label)
    return plain if len(plain) <= LONGEST_NAME else f"{plain[: LONGEST_NAME - 1]}…"


def related_in(test: CellTest) -> Iterator[Related]:
    """Give the comparisons with other inputs in a test."""
    match test:
        case Related():
            yield test
        case Negated(part):
            yield from related_in(part)
        case AnyOf(parts):
            for part in parts:
                yield from related_in(part)
        case _:
            return


def undecided_in(test: CellTest) -> Iterator[Undecided]:
    """Give the parts of a test that cannot be decided."""
    match test:
        case Undecided():
            yield test
        case Negated(part):
            yield from undecided_in(part)
        case AnyOf(parts):
            for part in parts:
                yield from undecided_in(part)
        case _:
            return


def _open_domains(table: DecisionTable) -> Iterator[OpenCell]:
    for index, column in enumerate(table.columns):
        for part in undecided_in(column.allowed):
            yield OpenCell(None, index, part.text, part.reason)


def _inputs(table: DecisionTable, missing: bool, limits: Mapping[str, CellTest]) -> dict[str, _Input]:
    """Give what the table says of each input, and of those that its cells compare with, by expression."""
    found: dict[str, _Input] = {}
    for index, column in enumerate(table.columns):
        item = _noted(found, column, missing, limits)
        item.tests += [row.tests[index] for row in table.rows if type(row.tests[index]) is not AnyValue]
    compared = dict.fromkeys(
        (column.expression, relation.other)
        for index, column in enumerate(table.columns)
        for row in table.rows
        for relation in related_in(row.tests[index])
    )
    others = dict.fromkeys(other for _, other in compared)
    for column in table.references:
        if column.expression in others:
            _noted(found, column, missing, limits)
    for name in others:
        if name not in found:
            _noted(found, InputColumn(name, name, UNKNOWN, AnyValue()), missing, limits)
    for item in found.values():
        item.nullable = item.nullable or any(map(tests_null, item.tests))
    _adopt_types(found, compared)
    return found


def _noted(found: dict[str, _Input], column: InputColumn, missing: bool, limits: Mapping[str, CellTest]) -> _Input:
    name = column.expression
    if name not in found:
        found[name] = _Input(name, column.type, missing)
        if name in limits:
            found[name].domain.append(limits[name])
    item = found[name]
    item.type = column.type if item.type == UNKNOWN else item.type
    item.nullable = item.nullable or column.nullable
    item.domain += [] if type(column.allowed) is AnyValue else [column.allowed]
    return item


def _adopt_types(found: Mapping[str, _Input], compared: Iterable[tuple[str, str]]) -> None:
    """Let an input without a type have that of the input that it is compared with; numbers where neither has one."""
    pairs = [(found[name], found[other]) for name, other in compared]
    for item, partner in (*pairs, *((other, one) for one, other in pairs)):
        if item.type == UNKNOWN:
            kinds = kinds_in((*item.tests, *item.domain))
            if not kinds:
                kinds = kinds_in((*partner.tests, *partner.domain)) if partner.type == UNKNOWN else [partner.type]
            item.type = NUMBER if not kinds else kinds[0] if len(kinds) == 1 else UNKNOWN
