"""The proofs of the decision tables of a file as data: their inputs, tests and rules, and trees that say which rules match where.

`ruleproof verify` checks them with a short program of its own (`ruleproof/verify_tables.py`) that knows nothing of the prover.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, assert_never

from ruleproof.compiled import VERSION
from ruleproof.model import tables
from ruleproof.model.cell_tests import negated
from ruleproof.model.scalars import kind_of
from ruleproof.model.table_meaning import Value, combined
from ruleproof.model.tables import (
    AnyOf,
    AnyValue,
    CellTest,
    DecisionTable,
    Expression,
    Literal,
    Months,
    Negated,
    OneOf,
    OutputCell,
    Related,
    Scalar,
    Undecided,
    Within,
)
from ruleproof.prover.rows import Cut
from ruleproof.prover.scales import order_kind
from ruleproof.prover.space import bits_of
from ruleproof.prover.table_cells import Line, Names
from ruleproof.prover.table_outputs import Outputs
from ruleproof.prover.table_proof import NO_CASE, SOME, ProofSpace, TableProof, proof_of, question_of
from ruleproof.prover.table_space import TableSpace, undecided_in

FORMAT = "ruleproof table certificate 1"
_MICROSECOND = datetime.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class TablesRead:
    """The tables of one file and how they were read: what a certificate is about."""

    tables: tuple[DecisionTable, ...]
    sha256: str
    """The hash of the file."""
    limits: tuple[Mapping[str, CellTest], ...]
    """For each table, what some of its inputs can be, beyond what the table says."""
    hit_policy: str = ""
    """The hit policy given for files that name none."""
    missing: bool = False
    """Whether every input may be missing."""


def to_table_certificate(read: TablesRead) -> str:
    """Give the certificate of the tables of one file as JSON text; a table whose proof would be too large has none."""
    proved = [stated | _proved(space) for stated, space in _stated(read)]
    text = json.dumps(_head(read) | {"tables": proved}, ensure_ascii=True, separators=(",", ":"))
    for key in ("table", "rule", "rules", "input"):
        text = text.replace(f'{{"{key}":', f'\n{{"{key}":')
    return text + "\n"


def statements(read: TablesRead) -> dict[str, Any]:
    """Give what a certificate says of the tables themselves, without proofs."""
    return _head(read) | {"tables": [stated for stated, _ in _stated(read)]}


def _head(read: TablesRead) -> dict[str, Any]:
    how = {"hit_policy": read.hit_policy, "missing": read.missing}
    return {"format": FORMAT, "ruleproof": VERSION, "sha256": read.sha256, "read_with": how}


def _stated(read: TablesRead) -> Iterator[tuple[dict[str, Any], ProofSpace]]:
    for table, limits in zip(read.tables, read.limits, strict=True):
        space = ProofSpace(TableSpace(table, missing=read.missing, limits=limits))
        yield _statement(table, space), space


def _proved(space: ProofSpace) -> dict[str, Any]:
    if space.space.empty:
        return {"decided": True}
    proof = proof_of(space)
    return {"decided": False} if proof is None else {"decided": True} | _Tree(space, proof).as_data()


def _statement(table: DecisionTable, proof_space: ProofSpace) -> dict[str, Any]:
    space = proof_space.space
    tests: dict[str, int] = {}
    rules = [
        {
            "rule": row.number,
            "when": [
                tests.setdefault(_key(_test(space, place, test)), len(tests))
                for place, test in zip(space.columns, row.tests, strict=True)
            ],
            "gives": [_output(cell) for cell in row.outputs],
        }
        for row in table.rows
    ]
    return {
        "table": table.name,
        "hit_policy": table.hit_policy,
        "aggregation": table.aggregation,
        "inputs": [_input(space, place) for place in range(len(space.axes))],
        "comparisons": [
            {"inputs": [item.left, item.right], "states": [sorted(group) for group in item.classes]}
            for item in space.relations
        ],
        "questions": [list(question) for question in proof_space.questions],
        "columns": list(space.columns),
        "outputs": [
            {
                "output": output.name,
                "order": [scalar_as_data(value) for value in output.allowed],
                "default": None if output.default is None else _output(output.default),
            }
            for output in table.outputs
        ],
        "tests": [json.loads(text) for text in tests],
        "rules": rules,
    }


def _key(test: Any) -> str:
    return json.dumps(test, ensure_ascii=True)


# ---------------------------------------------------------------- the tree


class _Tree:
    """Writes a proof: a list for each cut (its dimension, then the first and last cell of each stretch), a number for each end."""

    def __init__(self, space: ProofSpace, proof: TableProof) -> None:
        self.proof, self.table = proof, space.space.table
        self.outputs = Outputs(self.table)
        self.numbers = [row.number for row in space.space.table.rows]
        kept = [axis.kept for axis in space.space.axes]
        self.cells = [*kept, *(tuple(range(mask.bit_length())) for mask in space.whole[len(kept) :])]
        self.sets: dict[tuple[int, ...], int] = {}

    def as_data(self) -> dict[str, Any]:
        tree = [self._cut(step) if isinstance(step, Cut) else self._end(step) for step in self.proof.steps]
        together = tuple(self.sets) if self.proof.pairs is None else self.proof.pairs
        found: dict[str, Any] = {
            "complete": () not in self.sets or any(output.default is not None for output in self.table.outputs),
            "consistent": not any(map(self.outputs.clash, together)),
            "ends": self.proof.ends,
            "parts": [self._part(rows) for rows in self.sets],
            "tree": tree,
        }
        if self.proof.pairs is not None:
            found["pairs"] = [[self.numbers[one], self.numbers[two]] for one, two in self.proof.pairs]
        return found

    def _part(self, rows: tuple[int, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {"rules": [self.numbers[row] for row in rows]}
        if self.proof.ends != SOME:
            found["answer"] = self._answer(rows)
        return found

    def _answer(self, rows: tuple[int, ...]) -> list[Any]:
        """Give what rows say together; it is open where outputs must be worked out first."""
        own = [self.table.rows[row] for row in rows]
        worked_out_later = any(isinstance(cell, Expression) for row in own for cell in row.outputs)
        by_order = self.table.hit_policy in (tables.PRIORITY, tables.OUTPUT_ORDER) and len(own) > 1
        if self.table.aggregation not in ("", tables.COUNT) and worked_out_later:
            return ["open"]
        if by_order and self.outputs.places is None:
            return ["open"]
        answer = combined(self.table, own)
        if answer.error:
            return ["error", answer.error]
        if isinstance(answer.value, tuple):
            return ["list", [self._outputs(value) for value in answer.value]]
        if not own and not any(output.default is not None for output in self.table.outputs) and answer.value is None:
            return ["nothing"]
        return ["gives", self._outputs(answer.value)]

    def _outputs(self, value: Value) -> list[Any]:
        values = [value[item.name] for item in self.table.outputs] if isinstance(value, Mapping) else [value]
        return [["expression", item.text] if isinstance(item, Expression) else _given(item) for item in values]

    def _end(self, rows: tuple[int, ...]) -> int:
        return -1 if rows == NO_CASE else self.sets.setdefault(rows, len(self.sets))

    def _cut(self, cut: Cut) -> list[int]:
        cells = self.cells[cut.column]
        if cells[-1] - cells[0] + 1 == len(cells):
            mask = cut.cells << cells[0]
        else:
            mask = sum(1 << cells[bit] for bit in bits_of(cut.cells))
        return [cut.column, *_ends_of_runs(mask)]


def _ends_of_runs(mask: int) -> Iterator[int]:
    """Give the first and the last number of each unbroken run of bits."""
    while mask:
        after = mask + (mask & -mask)
        run = mask & ~after
        yield (run & -run).bit_length() - 1
        yield run.bit_length() - 1
        mask &= after


# ---------------------------------------------------------------- inputs


def _input(space: TableSpace, place: int) -> dict[str, Any]:
    axis = space.axes[place]
    return {
        "input": space.names[place],
        "type": axis.type,
        "may_be_missing": axis.nullable,
        "can_be": [_test(space, place, possible(test)) for test in axis.domain],
        "kinds": [_part(part) for part in axis.parts],
    }


def _part(part: Line | Names) -> dict[str, Any]:
    if isinstance(part, Line):
        return {"kind": part.kind, "cuts": [_bound(part, cut) for cut in part.cuts]}
    if part.kind != tables.STRING:
        return {"kind": part.kind}
    return {"kind": part.kind, "values": [list(cell.values) for cell in part.cells if not cell.others]}


def _bound(part: Line, cut: Any) -> list[Any]:
    """Give the value of a cut, and whether the cut lies after it."""
    scale = part.scale
    if not scale.stepped:
        return [scalar_as_data(scale.value(cut[0])), cut[1]]
    if cut == scale.ends[-1:]:
        return [scalar_as_data(scale.value(scale.last)), True]
    after_all = scale.last is not None and cut > scale.last
    return [scalar_as_data(scale.value(scale.last if after_all else cut)), after_all]


def possible(test: CellTest) -> CellTest:
    """Let every part of a test that cannot be decided pass, so that what it limits is no smaller than it may be."""
    match test:
        case Undecided():
            return AnyValue()
        case Negated(part):
            return negated(_certain(part))
        case AnyOf(parts):
            return AnyOf(tuple(map(possible, parts)))
        case _:
            return test


def _certain(test: CellTest) -> CellTest:
    if not any(True for _ in undecided_in(test)):
        return test
    match test:
        case Negated(part):
            return negated(possible(part))
        case AnyOf(parts):
            return AnyOf(tuple(map(_certain, parts)))
        case _:
            return OneOf(frozenset())


# ---------------------------------------------------------------- tests and values


def _test(space: TableSpace, place: int, test: CellTest) -> list[Any]:
    match test:
        case AnyValue():
            return ["any"]
        case OneOf(values):
            return ["in", sorted(map(scalar_as_data, values), key=repr)]
        case Within(low, high, low_closed, high_closed):
            return ["within", scalar_as_data(low), scalar_as_data(high), low_closed, high_closed]
        case Negated(part):
            return ["not", _test(space, place, part)]
        case AnyOf(parts):
            return ["any of", *(_test(space, place, part) for part in parts)]
        case Related(how, other):
            if space.where_related(place, test) is None:
                return ["question", question_of(test)]
            return ["compares", how, space.names.index(other)]
        case Undecided(text):
            return ["question", text]
        case _:
            assert_never(test)


def _output(cell: OutputCell) -> list[Any]:
    return _given(cell.value) if isinstance(cell, Literal) else ["expression", cell.text]


def _given(value: Any) -> list[Any]:
    return ["value", scalar_as_data(value)]


def scalar_as_data(value: Scalar) -> Any:
    """Give a value as JSON keeps it exactly: texts, yes and no, and null as such, others as their kind and a text.

    >>> scalar_as_data(Decimal("0.5")), scalar_as_data(datetime.date(2024, 2, 29)), scalar_as_data("a")
    (['number', '0.5'], ['date', '2024-02-29'], 'a')
    """
    match value:
        case None | bool() | str():
            return value
        case Decimal():
            return [kind_of(value), str(value)]
        case Months(months):
            return [kind_of(value), str(months)]
        case datetime.timedelta():
            return [kind_of(value), str(value // _MICROSECOND)]
        case datetime.date() | datetime.time():
            return [order_kind(value), value.isoformat()]
        case _:
            assert_never(value)
