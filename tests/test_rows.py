"""The fast search for rows of tables finds what the search for policies finds, and what looking at every case finds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from random import Random

import pytest

from ruleproof.prover.boxes import meets, merged, shapes_around, split, widened
from ruleproof.prover.expressions import FALSE, TRUE, InCells, every
from ruleproof.prover.rows import FEW, OutOfTimeError, Rows
from ruleproof.prover.space import Box, bits_of

TABLES = 60


def _mask(rng: Random, cells: int, ordered: bool) -> int:
    full = (1 << cells) - 1
    roll = rng.random()
    if roll < 0.25:
        return full
    if ordered and roll < 0.85:
        low, high = sorted(rng.choices(range(cells), k=2))
        return (1 << high + 1) - (1 << low)
    return rng.randint(1, full)


def _random_rows(seed: int) -> Rows:
    """Give up to 20 rows over up to four columns, more than are looked at one by one."""
    rng = Random(f"rows {seed}")
    sizes = [rng.randint(1, 6) for _ in range(rng.randint(1, 4))]
    ordered = [rng.random() < 0.5 for _ in sizes]
    count = rng.randint(0, 2 * FEW + 4)
    boxes = [tuple(_mask(rng, size, order) for size, order in zip(sizes, ordered, strict=True)) for _ in range(count)]
    boxes += rng.sample(boxes, min(2, count)) if rng.random() < 0.3 else []
    return Rows(tuple((1 << size) - 1 for size in sizes), ordered, boxes)


def _cells(box: Box) -> Iterator[Box]:
    return product(*(tuple(bits_of(mask)) for mask in box))


def _held(rows: Rows, cell: Box) -> tuple[int, ...]:
    return tuple(
        row
        for row, box in enumerate(rows.boxes)
        if all(mask >> place & 1 for mask, place in zip(box, cell, strict=True))
    )


@pytest.mark.parametrize("seed", range(TABLES))
def test_gaps_and_overlaps_are_those_of_every_cell(seed: int) -> None:
    rows = _random_rows(seed)
    held = {cell: _held(rows, cell) for cell in _cells(rows.whole)}
    gaps = [cell for box in rows.gaps() for cell in _cells(box)]
    assert sorted(gaps) == sorted(cell for cell, there in held.items() if not there)
    found = [(cell, key) for key, own in rows.overlaps().items() for box in own for cell in _cells(box)]
    assert len(found) == len(dict(found))
    assert dict(found) == {cell: there for cell, there in held.items() if len(there) > 1}
    pairs = {pair for there in held.values() for pair in combinations(there, 2)}
    assert rows.pairs() == len(pairs)
    assert [set(bits_of(others)) for others in rows.neighbours] == [
        {other for pair in pairs if row in pair for other in pair if other != row} for row in range(len(rows.boxes))
    ]


@pytest.mark.parametrize("seed", range(TABLES))
def test_the_search_for_policies_says_the_same(seed: int) -> None:
    rows = _random_rows(seed)
    asked = [every(InCells(place, mask) for place, mask in enumerate(box)) for box in rows.boxes]

    def settle(left: object) -> tuple[bool, ...] | None:
        assert isinstance(left, list)
        return tuple(part == TRUE for part in left) if all(part in (TRUE, FALSE) for part in left) else None

    said: dict[tuple[int, ...], list[Box]] = {}
    for box, key in split(rows.whole, asked, settle):
        said.setdefault(tuple(row for row, there in enumerate(key) if there), []).append(box)
    assert _all_cells(rows.gaps()) == _all_cells(said.get((), []))
    overlaps = rows.overlaps()
    assert overlaps.keys() == {key for key in said if len(key) > 1}
    for key, boxes in overlaps.items():
        assert _all_cells(boxes) == _all_cells(said[key])


def _all_cells(boxes: object) -> set[Box]:
    return {cell for box in boxes for cell in _cells(box)}  # type: ignore[attr-defined]


@pytest.mark.parametrize("seed", range(TABLES // 3))
def test_what_is_covered_and_what_a_part_lacks(seed: int) -> None:
    rows = _random_rows(seed)
    rng = Random(f"parts {seed}")
    for _ in range(5):
        part = tuple(rng.randint(1, mask) for mask in rows.whole)
        some = [row for row in range(len(rows.boxes)) if rng.random() < 0.6]
        lacking = {cell for cell in _cells(part) if not set(_held(rows, cell)) & set(some)}
        assert _all_cells(rows.gaps(part, some)) == lacking
        assert rows.covered(part, some) == (not lacking)
        for row in some:
            assert rows.covers(row, part) == all(row in _held(rows, cell) for cell in _cells(part))


@pytest.mark.parametrize("seed", range(TABLES // 3))
def test_a_cut_parts_a_box_and_counts_the_rows_on_both_sides(seed: int) -> None:
    rows = _random_rows(seed)
    alive = list(range(len(rows.boxes)))
    if all(rows.covers(row, rows.whole) for row in alive):
        return
    cut = rows.best_cut(rows.whole, alive)
    mask = rows.whole[cut.column]
    assert cut.cells
    assert mask & ~cut.cells
    inside = [row for row in alive if rows.boxes[row][cut.column] & cut.cells]
    outside = [row for row in alive if rows.boxes[row][cut.column] & mask & ~cut.cells]
    if not rows.broken[cut.column]:
        assert cut.straddling == len(set(inside) & set(outside))
        assert cut.lean == abs(len(inside) - len(outside))


def test_joined_boxes_hold_the_same_and_no_two_could_be_one() -> None:
    for seed in range(TABLES):
        rows = _random_rows(seed)
        gaps = list(rows.gaps())
        joined = merged(gaps)
        assert _all_cells(joined) == _all_cells(gaps)
        assert sum(1 for box in joined for _ in _cells(box)) == len(_all_cells(gaps))
        for one, other in combinations(joined, 2):
            assert sum(left != right for left, right in zip(one, other, strict=True)) > 1


def test_a_box_is_widened_as_far_as_the_others_allow() -> None:
    seen = 0
    for seed in range(TABLES):
        rows = _random_rows(seed)
        for gap in list(rows.gaps())[:5]:
            wide = widened(gap, rows.whole, rows.boxes)
            seen += wide != gap
            assert _all_cells([gap]) <= _all_cells([wide])
            assert not any(meets(wide, box) for box in rows.boxes)
            for place, mask in enumerate(rows.whole):
                for cell in bits_of(mask & ~wide[place]):
                    more = (*wide[:place], wide[place] | 1 << cell, *wide[place + 1 :])
                    assert any(meets(more, box) for box in rows.boxes)
    assert seen > TABLES // 6


def test_shapes_hold_all_boxes_and_meet_none_of_the_others() -> None:
    for seed in range(TABLES):
        rows = _random_rows(seed)
        gaps = list(rows.gaps())
        for apart in (False, True):
            found = list(shapes_around(gaps, rows.whole, rows.boxes, apart=apart))
            inside = [cell for _, parts in found for part in parts for cell in _cells(part)]
            assert sorted(inside) == sorted(cell for gap in gaps for cell in _cells(gap))
            assert not any(meets(shape, box) for shape, _ in found for box in rows.boxes)
            if apart:
                assert not any(meets(one, other) for (one, _), (other, _) in combinations(found, 2))


def test_a_search_stops_when_its_time_is_over() -> None:
    rows = next(rows for seed in range(TABLES) if len(list((rows := _random_rows(seed)).gaps())) > 2)
    late = Rows(rows.whole, rows.ordered, rows.boxes, lambda: False)
    with pytest.raises(OutOfTimeError):
        list(late.gaps())
    with pytest.raises(OutOfTimeError):
        late.overlaps()
