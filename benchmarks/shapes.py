"""Tables in the shapes of the published benchmark, made at random from a seed: parts of a whole, and what disturbs them.

A clean table parts all cases: the whole is cut in two at a random bound of a random column, then each part, until there are as
many parts as rules.  Numbers are whole; the cells are `(low..high]`, `<= high`, `> low` or `-`, and lists of named values.
Disturbed rules are widened (overlaps) or narrowed (gaps) in one column: by 2 % of the column's range on each side that has a
bound, or by one named value.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TypeAlias

OUTPUTS = "ABCDEFG"
RANGE = 100_000
"""The largest number of a column of numbers; the smallest is 0."""


@dataclass(frozen=True)
class Column:
    name: str
    values: tuple[str, ...] = ()
    """The named values; none for a column of numbers."""


Cell: TypeAlias = tuple[int | None, int | None] | frozenset[str] | None
"""What lies above one number up to another one, some named values, or anything."""

Rule: TypeAlias = tuple[tuple[Cell, ...], str]


def columns(count: int) -> tuple[Column, ...]:
    """Give columns, every third of them with named values."""
    sizes = (14, 5, 12, 3, 2)
    return tuple(
        Column(f"kind_{index}", tuple(f"v{value}" for value in range(sizes[index // 3 % len(sizes)])))
        if index % 3 == 0
        else Column(f"amount_{index}")
        for index in range(count)
    )


def parted(rng: Random, shape: Sequence[Column], rules: int) -> list[Rule]:
    """Part the whole into rules; two parts from the same cut differ in their outputs."""
    parts: list[Rule] = [((None,) * len(shape), OUTPUTS[0])]
    while len(parts) < rules:
        place = rng.randrange(len(parts))
        cells, output = parts[place]
        column = rng.randrange(len(shape))
        halves = _halves(rng, shape[column], cells[column])
        if halves is None:
            continue
        parts[place] = (_with(cells, column, halves[0]), output)
        parts.append((_with(cells, column, halves[1]), rng.choice([other for other in OUTPUTS if other != output])))
    rng.shuffle(parts)
    return parts


def _halves(rng: Random, column: Column, cell: Cell) -> tuple[Cell, Cell] | None:
    if column.values:
        values = sorted(column.values if not isinstance(cell, frozenset) else cell)
        if len(values) < 2:
            return None
        some = frozenset(rng.sample(values, rng.randint(1, len(values) - 1)))
        return some, frozenset(values) - some
    low, high = cell if isinstance(cell, tuple) else (None, None)
    first, last = (0 if low is None else low), (RANGE if high is None else high)
    if last - first < 2:
        return None
    at = rng.randint(first + 1, last - 1)
    return (low, at), (at, high)


def _with(cells: tuple[Cell, ...], column: int, cell: Cell) -> tuple[Cell, ...]:
    return (*cells[:column], cell, *cells[column + 1 :])


def disturbed(
    rng: Random, shape: Sequence[Column], rules: Sequence[Rule], share: float, how: str
) -> tuple[list[Rule], int]:
    """Widen, narrow or (`both`) do either to a share of the rules; give the rules, and how many are changed."""
    found = list(rules)
    changed = 0
    for place in rng.sample(range(len(rules)), round(len(rules) * share)):
        cells, output = found[place]
        wider = how == "widened" or (how == "both" and rng.random() < 0.5)
        limited = [index for index, cell in enumerate(cells) if cell is not None]
        rng.shuffle(limited)
        for column in limited:
            cell = _moved(rng, shape[column], cells[column], wider)
            if cell is not None:
                found[place] = (_with(cells, column, cell), output)
                changed += 1
                break
    return found, changed


def _moved(rng: Random, column: Column, cell: Cell, wider: bool) -> Cell:
    """Give a wider or narrower cell, or `None` where there is none."""
    if isinstance(cell, frozenset):
        rest = sorted(set(column.values) - cell) if wider else sorted(cell)
        if not rest or (not wider and len(rest) < 2):
            return None
        return cell | {rng.choice(rest)} if wider else cell - {rng.choice(rest)}
    assert cell is not None
    low, high = cell
    step = RANGE // 50 * (1 if wider else -1)
    low = None if low is None or low - step <= 0 else low - step
    high = None if high is None or high + step >= RANGE else high + step
    return (low, high) if low is None or high is None or low < high else None


def noisy(rng: Random, shape: Sequence[Column], rules: Sequence[Rule], enlarged: int, widened: int) -> list[Rule]:
    """Widen some rules in several columns, and cut what they now cover out of the others: the parts of a partition again."""
    found = list(rules)
    for place in rng.sample(range(len(rules)), widened):
        cells, output = rules[place]
        wide = cells
        for column in rng.sample(range(len(shape)), enlarged):
            if wide[column] is not None:
                wide = _with(wide, column, _moved(rng, shape[column], wide[column], wider=True) or wide[column])
        kept = [part for other in found if other[0] != cells for part in _without(shape, other, wide)]
        found = [*kept, (wide, output)]
    rng.shuffle(found)
    return found


def _without(shape: Sequence[Column], rule: Rule, taken: tuple[Cell, ...]) -> Iterator[Rule]:
    cells, output = rule
    shared = [_shared(one, other) for one, other in zip(cells, taken, strict=True)]
    if any(cell == "none" for cell in shared):
        yield rule
        return
    rest = cells
    for column, other in enumerate(taken):
        for piece in _outside(shape[column], rest[column], other):
            yield _with(rest, column, piece), output
        inside = shared[column]
        assert not isinstance(inside, str)
        rest = _with(rest, column, inside)


def _shared(one: Cell, other: Cell) -> Cell | str:
    if one is None or other is None:
        return other if one is None else one
    if isinstance(one, frozenset) and isinstance(other, frozenset):
        return one & other or "none"
    assert isinstance(one, tuple)
    assert isinstance(other, tuple)
    low = max((end for end in (one[0], other[0]) if end is not None), default=None)
    high = min((end for end in (one[1], other[1]) if end is not None), default=None)
    return "none" if low is not None and high is not None and low >= high else (low, high)


def _outside(column: Column, one: Cell, other: Cell) -> Iterator[Cell]:
    if other is None:
        return
    if isinstance(other, frozenset):
        rest = (one if isinstance(one, frozenset) else frozenset(column.values)) - other
        if rest:
            yield rest
        return
    low, high = one if isinstance(one, tuple) else (None, None)
    for piece in ((low, other[0]), (other[1], high)):
        if (piece == (low, other[0]) and other[0] is None) or (piece == (other[1], high) and other[1] is None):
            continue
        if piece[0] is None or piece[1] is None or piece[0] < piece[1]:
            yield piece


# ---------------------------------------------------------------- files


def cell_text(cell: Cell) -> str:
    if cell is None or cell == (None, None):
        return "-"
    if isinstance(cell, frozenset):
        return ",".join(f'"{value}"' for value in sorted(cell))
    low, high = cell
    if low is None:
        return f"<={high}"
    return f">{low}" if high is None else f"({low}..{high}]"


def write(path: Path, shape: Sequence[Column], rules: Sequence[Rule]) -> None:
    """Write a CSV file with a row of types, so that the named values are all there are."""
    types = [
        "string: " + ",".join(f'"{value}"' for value in column.values) if column.values else "number"
        for column in shape
    ]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*(column.name for column in shape), "grade"])
        writer.writerow([*types, "string"])
        for cells, output in rules:
            writer.writerow([*map(cell_text, cells), f'"{output}"'])
