"""An ordered list of boxes says in every case what the pieces say, by brute force over all cells, and needs fewer of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import product
from random import Random

import pytest

from ruleproof.model.tables import (
    FIRST,
    NUMBER,
    UNIQUE,
    WHOLE,
    AnyValue,
    CellTest,
    DecisionTable,
    InputColumn,
    Literal,
    OutputColumn,
    TableRow,
    Within,
)
from ruleproof.prover.box_groups import hull, hull_of_two, unbroken
from ruleproof.prover.box_index import BoxIndex, shared_size, size_of_box
from ruleproof.prover.box_lists import Listed, listed_anew
from ruleproof.prover.boxes import meets, without
from ruleproof.prover.space import Box
from ruleproof.prover.table_difference import compare_tables
from ruleproof.prover.table_simplify import simplified

TABLES = 400 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 60
CELLS = 5


def _cells(box: Box) -> set[tuple[int, ...]]:
    return set(product(*([place for place in range(CELLS) if mask >> place & 1] for mask in box)))


def _random_box(rng: Random, ordered: list[bool]) -> Box:
    masks = []
    for order in ordered:
        low, high = sorted(rng.choices(range(CELLS), k=2))
        masks.append((1 << high + 1) - (1 << low) if order else rng.randint(1, (1 << CELLS) - 1))
    return tuple(masks)


def parted(seed: int) -> tuple[list[bool], list[Box], list[str], list[Box]]:
    """Give pieces that share no case, as boxes cut one another, what they say, and some boxes that are barred."""
    rng = Random(f"listed {seed}")
    ordered = [rng.random() < 0.7 for _ in range(3)]
    boxes: list[Box] = []
    says: list[str] = []
    for _ in range(rng.randint(3, 8)):
        left = [_random_box(rng, ordered)]
        for box in boxes:
            left = without(left, box)
        boxes += left
        says += [rng.choice("xyz")] * len(left)
    every: list[Box] = [((1 << CELLS) - 1,) * 3]
    for box in boxes:
        every = without(every, box)
    order = rng.sample(range(len(boxes)), len(boxes))
    return ordered, [boxes[number] for number in order], [says[number] for number in order], every


def _first_that_holds(found: list[Listed], says: list[str], cell: tuple[int, ...]) -> str | None:
    return next((says[item.of[0]] for item in found if cell in _cells(item.box)), None)


def _ticks(count: int) -> Iterator[bool]:
    yield from [True] * count
    while True:
        yield False


@pytest.mark.parametrize("steps", [0, 1, 3, 1_000_000])
def test_a_list_says_what_the_pieces_say(steps: int) -> None:
    fewer = 0
    for seed in range(TABLES):
        ordered, boxes, says, barred = parted(seed)
        clock = _ticks(min(steps, 10_000))
        found = listed_anew(boxes, says, barred, ordered, lambda clock=clock: next(clock))  # type: ignore[misc]
        said = {cell: word for box, word in zip(boxes, says, strict=True) for cell in _cells(box)}
        for cell in product(range(CELLS), repeat=3):
            assert _first_that_holds(found, says, cell) == said.get(cell)
        assert sorted(number for item in found for number in item.of) == list(range(len(boxes)))
        assert all(meets(boxes[number], item.box) == boxes[number] for item in found for number in item.of)
        assert len(found) <= len(boxes)
        fewer += len(found) < len(boxes)
    assert fewer > TABLES // 2 or steps < 10


def test_an_index_of_boxes_knows_what_meets_and_what_lies_in_a_box() -> None:
    for seed in range(TABLES):
        ordered, boxes, _, _ = parted(seed)
        index = BoxIndex(boxes)
        box = _random_box(Random(seed), ordered)
        meeting, inside = index.around(box)
        for number, own in enumerate(boxes):
            shared = _cells(own) & _cells(box)
            assert bool(meeting >> number & 1) == bool(shared)
            assert bool(inside >> number & 1) == (shared == _cells(own))
            assert shared_size(own, box) == len(shared)
            assert hull_of_two(own, box, ordered) == hull([own, box], ordered)
        assert size_of_box(box) == len(_cells(box))
        assert index.filled(box) == (_cells(box) <= {cell for own in boxes for cell in _cells(own)})


def _table(rows: list[tuple[Box, int]]) -> DecisionTable:
    columns = tuple(InputColumn(name, name, WHOLE, AnyValue()) for name in "abc")
    made = tuple(
        TableRow(number, tuple(map(_stretch, box)), (Literal(Decimal(given)),), id=f"r{number}")
        for number, (box, given) in enumerate(rows, 1)
    )
    return DecisionTable("t", "decision", UNIQUE, "", columns, (OutputColumn("x", "x", NUMBER, ()),), made)


def _stretch(mask: int) -> CellTest:
    assert unbroken(mask)
    low, high = (mask & -mask).bit_length() - 1, mask.bit_length() - 1
    return Within(Decimal(low), Decimal(high), True, True)


def _cut_by_noise(seed: int) -> tuple[DecisionTable, int]:
    """Give a table of a grid of rules, some of which are widened and cut out of the others, and the rules before that."""
    rng = Random(f"noise {seed}")
    size = 10
    rules: list[tuple[Box, int]] = [
        ((0b11 << 2 * x, 0b11 << 2 * y, (1 << size) - 1), rng.randint(1, 5)) for x, y in product(range(5), repeat=2)
    ]
    found = list(rules)
    for place in rng.sample(range(len(rules)), 4):
        box, given = rules[place]
        wide = ((box[0] << 1 | box[0]) & (1 << size) - 1, box[1] | box[1] >> 1, 0b1111 << rng.choice((0, 6)))
        found = [(part, other) for own, other in found for part in without([own], wide)] + [(wide, given)]
    rng.shuffle(found)
    return _table(found), len(rules) + 4


@pytest.mark.parametrize("seed", range(8))
def test_a_table_cut_by_noise_needs_no_more_rows_than_before_where_the_first_wins(seed: int) -> None:
    table, before = _cut_by_noise(seed)
    found = simplified(replace(table, hit_policy=FIRST))
    assert compare_tables(table, found.table).equal
    assert len(found.table.rows) <= before < len(table.rows)
    places = [item.row for item in found.rows]
    assert places == sorted(set(places))
    for item, row in zip(found.rows, found.table.rows, strict=True):
        assert (row.outputs, row.id) == (table.rows[item.row].outputs, table.rows[item.row].id)


def test_a_case_without_an_answer_gets_none() -> None:
    everything = (1 << 10) - 1
    ends = [((0b111, everything, everything), 1), ((0b1111000000, everything, everything), 1)]
    halves = [((0b11000, 0b11111, everything), 2), ((0b11000, 0b1111100000, everything), 2)]
    table = _table([*halves, *ends])
    found = simplified(replace(table, hit_policy=FIRST))
    assert len(found.table.rows) == 3
    assert compare_tables(table, found.table).equal
