"""Where two decision tables answer differently: exact, disjoint regions over the inputs of both.

A part of the cases is cut until nothing about either answer can change in it; a part in which the rows of both tables are the
same is never cut, so that the work follows what differs.  Outputs that are expressions are compared by their text, and a row
that cannot be decided is the same as another one only where both test the same and give the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from ruleproof.model import tables
from ruleproof.model.scalars import kind_of
from ruleproof.model.table_meaning import Value, combined
from ruleproof.model.tables import DecisionTable, Expression, Scalar, TableRow
from ruleproof.prover.boxes import meets, merged
from ruleproof.prover.rows import OutOfTimeError, Rows
from ruleproof.prover.space import Box
from ruleproof.prover.table_cases import Cases
from ruleproof.prover.table_joint import Joint, Side
from ruleproof.prover.table_regions import first_cells
from ruleproof.prover.table_space import TableSpace
from ruleproof.prover.table_study import MOST_BOXES
from ruleproof.prover.table_texts import value_text

VALUE, NOTHING, ERROR, NOT_ALLOWED, OPEN = "value", "nothing", "error", "not allowed", "not decided"
"""What a table says of a case: a value; that no row matches; that the hit policy is broken; that there is no such case; or that
a row cannot be decided."""

_MOST_COMPARED = 64
"""Up to how many rows of a part are compared as far as they lie in it."""

Plain: TypeAlias = object
"""Equal for two answers that are the same."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a table says of some cases; `rules` are the numbers of the rows behind it, in the order of the table."""

    kind: str
    value: Value = None
    reason: str = ""
    rules: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """Cases in which two tables answer differently, or may do so."""

    box: Box
    before: Said
    after: Said
    witness: Mapping[str, Scalar]
    """One of the cases; empty where it is not known whether there is one."""
    reason: str = ""
    """Why it is not decided whether the answers differ; empty where they do."""

    @property
    def as_written(self) -> bool:
        """True where an answer is an expression, of which the text alone is compared."""
        return _has_expression(self.before.value) or _has_expression(self.after.value)


@dataclass(frozen=True)
class TableComparison:
    """All the differences of two tables; their boxes are disjoint."""

    space: TableSpace
    before: DecisionTable
    after: DecisionTable
    differences: tuple[Difference, ...]
    not_decided: tuple[Difference, ...]
    stopped: str = ""
    """Why the search was given up, so that more cases may differ."""

    @property
    def equal(self) -> bool:
        """True where it is proved that both tables answer alike in every case."""
        return not self.differences and not self.not_decided and not self.stopped


def compare_tables(
    before: DecisionTable,
    after: DecisionTable,
    *,
    missing: bool = False,
    still_time: Callable[[], bool] = lambda: True,
) -> TableComparison:
    """Compare two tables; `missing` lets every input be absent, `still_time` tells whether to go on."""
    return _Comparer(Joint(before, after, missing=missing), still_time).run()


@dataclass
class _Found:
    """Parts of the cases with the same two answers."""

    before: Said
    after: Said
    reason: str
    parts: list[tuple[Box, Said, Said]] = field(default_factory=list)


class _Comparer:
    def __init__(self, joint: Joint, still_time: Callable[[], bool]) -> None:
        self._joint, self._space, self._still_time = joint, joint.space, still_time
        self._sides = (joint.before, joint.after)
        owned = [
            (side, row, certain, box)
            for side, own in enumerate(self._sides)
            for row, boxes in enumerate(own.rows)
            for certain, part in ((True, boxes.sure), (False, boxes.maybe))
            for box in part
        ]
        self._side_of = [side for side, _, _, _ in owned]
        self._row_of = [row for _, row, _, _ in owned]
        self._certain = [certain for _, _, certain, _ in owned]
        self._signatures = [(self._sides[side].signatures[row], certain) for side, row, certain, _ in owned]
        self._rows = Rows(self._space.whole, self._space.ordered, [box for _, _, _, box in owned], still_time)
        self._cases = Cases(self._space)
        self._alike = _answer_alike(joint.before.table, joint.after.table)
        self._in_order = joint.before.table.hit_policy not in (tables.UNIQUE, tables.ANY, tables.COLLECT)
        self._is_bag = any(side.table.hit_policy == tables.COLLECT for side in self._sides)
        self._found: dict[tuple[Plain, ...], _Found] = {}
        self._count = 0

    def run(self) -> TableComparison:
        stopped = ""
        try:
            self._search()
        except OutOfTimeError:
            stopped = "the time allowed is over" if self._count <= MOST_BOXES else f"more than {MOST_BOXES:,} regions"
        found = sorted(self._differences(), key=lambda item: (first_cells(item.box), item.box))
        return TableComparison(
            self._space,
            self._joint.before.table,
            self._joint.after.table,
            tuple(item for item in found if not item.reason),
            tuple(item for item in found if item.reason),
            stopped,
        )

    def _search(self) -> None:
        both, first, second = self._joint.parts()
        for box in [] if both is None else [both]:
            self._split(box, (0, 1))
        for box in first:
            self._split(box, (0,))
        for box in second:
            self._split(box, (1,))

    # -------------------------------------------------------------- cutting

    def _split(self, start: Box, sides: tuple[int, ...]) -> None:
        """Cut a part of the cases, in which the tables named (0 and 1) let every case be, until both answers are settled."""
        boxes = self._rows.boxes
        own = [number for number, side in enumerate(self._side_of) if side in sides]
        stack = [(start, [number for number in own if meets(boxes[number], start) is not None])]
        while stack:
            box, alive = stack.pop()
            if not self._still_time():
                raise OutOfTimeError
            alive = self._counting(box, alive)
            open_ones = [number for number in alive if not self._rows.covers(number, box)]
            if len(sides) == 2 and self._alike:
                changed = self._changed(box, alive)
                if not changed:
                    continue
                open_ones = [number for number in open_ones if number in changed] or open_ones
            if not open_ones:
                self._settle(box, alive, sides)
                continue
            cut = self._rows.best_cut(box, open_ones)
            before, after = box[: cut.column], box[cut.column + 1 :]
            for mask in (cut.cells, box[cut.column] & ~cut.cells):
                kept = [number for number in alive if boxes[number][cut.column] & mask]
                stack.append(((*before, mask, *after), kept))

    def _counting(self, box: Box, alive: list[int]) -> list[int]:
        """Leave out the rows that cannot matter: those after a row that wins everywhere in a box."""
        for side, own in enumerate(self._sides):
            if own.table.hit_policy != tables.FIRST:
                continue
            winners = (
                self._row_of[number]
                for number in alive
                if self._side_of[number] == side and self._certain[number] and self._rows.covers(number, box)
            )
            first = min(winners, default=None)
            if first is not None:
                alive = [number for number in alive if self._side_of[number] != side or self._row_of[number] <= first]
        return alive

    def _changed(self, box: Box, alive: Sequence[int]) -> frozenset[int]:
        """Give the rows of each table that the other one has not, as far as they lie in a box."""
        restricted = len(alive) <= _MOST_COMPARED
        sides: tuple[list[tuple[object, int]], list[tuple[object, int]]] = ([], [])
        for number in alive:
            own = self._rows.boxes[number]
            part = meets(own, box) if restricted else own
            sides[self._side_of[number]].append(((self._signatures[number], part), number))
        if self._in_order and [key for key, _ in sides[0]] != [key for key, _ in sides[1]]:
            return _common(sides) or frozenset(alive)
        return _common(sides)

    # -------------------------------------------------------------- answers

    def _settle(self, box: Box, alive: Sequence[int], sides: tuple[int, ...]) -> None:
        first, second = (self._said(side, alive) if side in sides else _NO_CASE for side in (0, 1))
        keys = tuple(self._plain(said) for said, _ in (first, second))
        is_open = OPEN in (first[0].kind, second[0].kind)
        if first[1] == second[1] if is_open else keys[0] == keys[1]:
            return
        can_be = self._cases.can_be(box)
        if can_be is False:
            return
        self._count += 1
        if self._count > MOST_BOXES:
            raise OutOfTimeError
        reason = "a rule cannot be decided" if is_open else ""
        if can_be is None:
            reason = reason or f"it is not known whether there are such cases: {next(iter(self._cases.undecided))}"
        group = self._found.setdefault((*keys, reason), _Found(first[0], second[0], reason))
        group.parts.append((box, first[0], second[0]))

    def _said(self, side: int, alive: Sequence[int]) -> tuple[Said, object]:
        """Give what a table says where rows hold, and what it is that leaves that open."""
        own = self._sides[side]
        numbers = [number for number in alive if self._side_of[number] == side]
        rows = sorted({self._row_of[number] for number in numbers})
        unknown = sorted({self._row_of[number] for number in numbers if not self._certain[number]})
        if unknown:
            told = [self._signatures[number] for number in sorted(numbers, key=self._row_of.__getitem__)]
            symbol = (
                tuple(told) if self._alike and self._in_order else frozenset((item, told.count(item)) for item in told)
            )
            policy = () if self._alike else (side,)
            return Said(OPEN, reason="a rule cannot be decided", rules=_numbers(own, unknown)), (symbol, policy)
        return _said_by(own.table, [own.table.rows[row] for row in rows]), None

    def _plain(self, said: Said) -> Plain:
        if said.kind in (ERROR, NOT_ALLOWED, OPEN):
            return (said.kind,)
        return (VALUE, _plain(said.value, self._is_bag))

    # -------------------------------------------------------------- results

    def _differences(self) -> Iterator[Difference]:
        for group in self._found.values():
            for box in merged(part for part, _, _ in group.parts):
                inside = [(before, after) for part, before, after in group.parts if meets(part, box) is not None]
                before, after = (_joined([pair[place] for pair in inside]) for place in (0, 1))
                yield Difference(box, before, after, self._witness(box, group), group.reason)

    def _witness(self, box: Box, group: _Found) -> Mapping[str, Scalar]:
        """Give a case of a merged box: of one of its parts, since not every part of a box need hold a case."""
        for part, _, _ in group.parts:
            if meets(part, box) is not None and self._cases.can_be(part):
                return self._cases.case(part) or {}
        return {}


_NO_CASE = (Said(NOT_ALLOWED), None)


def _said_by(table: DecisionTable, rows: Sequence[TableRow]) -> Said:
    """Give what rows of a table say together."""
    numbers = tuple(row.number for row in rows)
    if _depends_on_expressions(table, rows):
        return Said(VALUE, _formula(table, rows), rules=numbers)
    given = combined(table, rows)
    if not rows:
        return Said(NOTHING, given.value)
    return Said(ERROR, None, given.error, numbers) if given.error else Said(VALUE, given.value, "", given.rules)


def _depends_on_expressions(table: DecisionTable, rows: Sequence[TableRow]) -> bool:
    """Tell whether what rows give together is known only once their expressions are worked out."""
    cells = [pair for row in rows for pair in zip(table.outputs, row.outputs, strict=True)]
    unknown = [output for output, cell in cells if isinstance(cell, Expression)]
    if table.hit_policy in (tables.PRIORITY, tables.OUTPUT_ORDER):
        return len(rows) > 1 and any(output.allowed for output in unknown)
    return bool(unknown) and table.aggregation not in ("", tables.COUNT)


def _formula(table: DecisionTable, rows: Sequence[TableRow]) -> Value:
    """Give what rows say together as a text, where their outputs must be worked out first."""
    shown = [
        ", ".join(cell.text if isinstance(cell, Expression) else value_text(cell.value) for cell in row.outputs)
        for row in rows
    ]
    once = table.aggregation in (tables.MIN, tables.MAX)
    ordered = sorted(set(shown) if once else shown) if table.aggregation else shown
    return Expression(f"{table.aggregation or table.hit_policy} of {'; '.join(ordered)}", is_feel=False)


def _numbers(side: Side, rows: Sequence[int]) -> tuple[int, ...]:
    return tuple(side.table.rows[row].number for row in rows)


def _joined(found: Sequence[Said]) -> Said:
    """Join what is said in the parts of a region: the same everywhere, by one rule or another."""
    rules = tuple(dict.fromkeys(number for said in found for number in said.rules))
    return Said(found[0].kind, found[0].value, found[0].reason, tuple(sorted(rules)))


def _answer_alike(before: DecisionTable, after: DecisionTable) -> bool:
    """Tell whether two tables give the same wherever the same rows match: by hit policy, order of values and defaults."""
    if (before.hit_policy, before.aggregation) != (after.hit_policy, after.aggregation):
        return False
    told = [
        [(output.name if len(table.outputs) > 1 else "", output.allowed, output.default) for output in table.outputs]
        for table in (before, after)
    ]
    return told[0] == told[1]


def _common(sides: tuple[list[tuple[object, int]], list[tuple[object, int]]]) -> frozenset[int]:
    """Give what is on one side only; of equal ones as many as the other side lacks."""
    left: dict[object, list[int]] = {}
    for key, number in sides[1]:
        left.setdefault(key, []).append(number)
    alone: list[int] = []
    for key, number in sides[0]:
        if left.get(key):
            left[key].pop()
        else:
            alone.append(number)
    return frozenset(alone) | {number for numbers in left.values() for number in numbers}


def _plain(value: Value, is_bag: bool) -> Plain:
    if isinstance(value, tuple):
        parts = [_plain(part, False) for part in value]
        return ("list", tuple(sorted(parts, key=repr)) if is_bag else tuple(parts))
    if isinstance(value, Mapping):
        return ("outputs", tuple((name, _plain(part, False)) for name, part in value.items()))
    if isinstance(value, Expression):
        return ("expression", value.text)
    return (kind_of(value), value.normalize() if isinstance(value, Decimal) else value)


def _has_expression(value: Value) -> bool:
    if isinstance(value, tuple):
        return any(map(_has_expression, value))
    if isinstance(value, Mapping):
        return any(map(_has_expression, value.values()))
    return isinstance(value, Expression)
