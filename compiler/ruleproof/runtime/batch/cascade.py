"""A graph as a few tables to look up one after another: a number for what is known so far, and the cells still to come.

Where everything fits into one table that is one look-up; else the first table gives what is left of the graph after some
dimensions, as a number, and the next goes on from there.  Tables are kept so small that they stay in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from ruleproof.runtime.batch.residuals import Nodes, Residuals, TooLargeError

Numbers: TypeAlias = np.ndarray[Any, Any]

LARGEST_TABLE = 1 << 16
"""The most entries of a joined table: their numbers then fit into two bytes."""
MOST_NODES = 60_000
"""How many nodes may be made on the way; a graph that needs more is followed node by node instead."""
MOST_ENTRIES = 4_000_000
ROWS_AT_ONCE = 1 << 14
"""How many rows are taken through all tables before the next: few enough to stay in the processor's cache."""


@dataclass(frozen=True)
class Block:
    """One look-up: the number so far and the cells of some dimensions, as digits of a mixed radix, to the next number."""

    dimensions: tuple[int, ...]
    sizes: tuple[int, ...]
    table: Numbers
    key: np.dtype[Any]


@dataclass(frozen=True)
class Cascade:
    """Tables that lead from the cells of known dimensions to one of `ends`: nodes of `residuals`."""

    residuals: Residuals
    blocks: tuple[Block, ...]
    ends: tuple[int, ...]

    def follow(self, cells: Callable[[int], Numbers], rows: int) -> Numbers:
        """Give the place in `ends` for each row; `cells` gives the cells of a dimension."""
        if not self.blocks:
            return np.zeros(rows, np.uint16)
        found = np.empty(rows, self.blocks[-1].table.dtype)
        columns = [[cells(dimension) for dimension in block.dimensions] for block in self.blocks]
        for start in range(0, rows, ROWS_AT_ONCE):
            stop = min(start + ROWS_AT_ONCE, rows)
            so_far: Numbers | None = None
            for block, known in zip(self.blocks, columns, strict=True):
                so_far = _looked_up(block, known, so_far, start, stop)
            found[start:stop] = so_far
        return found


def _looked_up(block: Block, columns: list[Numbers], so_far: Numbers | None, start: int, stop: int) -> Numbers:
    if so_far is None:
        key = columns[0][start:stop].astype(block.key)
        rest = zip(columns[1:], block.sizes[1:], strict=True)
    else:
        key = so_far.astype(block.key)
        rest = zip(columns, block.sizes, strict=True)
    for column, size in rest:
        np.multiply(key, size, out=key)
        np.add(key, column[start:stop], out=key, casting="unsafe")
    return block.table.take(key)


def cascade_of(nodes: Nodes, sizes: Sequence[int], known: Sequence[bool]) -> Cascade | None:
    """Make the tables of a graph for the dimensions that are `known`; nothing where they would grow beyond measure."""
    try:
        residuals = Residuals(nodes, sizes, MOST_NODES)
        return _joined(residuals, *_levels(residuals, _order(nodes, known), sizes))
    except (TooLargeError, RecursionError):
        return None


def _order(nodes: Nodes, known: Sequence[bool]) -> list[int]:
    """Give the known dimensions in the order in which the graph comes to them."""
    found = dict.fromkeys(node[0] for node in nodes if node[0] >= 0)
    return [dimension for dimension in found if known[dimension]]


Level: TypeAlias = tuple[int, Numbers]
"""A dimension, and for each node so far and each of its cells the number of the next node."""


def _levels(residuals: Residuals, order: list[int], sizes: Sequence[int]) -> tuple[list[Level], tuple[int, ...]]:
    levels: list[Level] = []
    before, entries = [residuals.root], 0
    for dimension in order:
        numbers: dict[int, int] = {}
        rows = [
            [
                numbers.setdefault(residuals.where(node, dimension, cell), len(numbers))
                for cell in range(sizes[dimension])
            ]
            for node in before
        ]
        entries += len(rows) * sizes[dimension]
        if entries > MOST_ENTRIES:
            raise TooLargeError
        if len(numbers) > 1 or len(before) > 1:
            levels.append((dimension, np.array(rows, np.int64)))
        before = list(numbers)
    return levels, tuple(before)


def _joined(residuals: Residuals, levels: list[Level], ends: tuple[int, ...]) -> Cascade:
    """Join tables that follow each other as long as they stay small."""
    blocks: list[Block] = []
    dimensions: list[int] = []
    widths: list[int] = []
    table: Numbers | None = None
    for dimension, level in levels:
        size = level.shape[1]
        if table is not None and table.size * size <= LARGEST_TABLE:
            table = level[table]
        else:
            if table is not None:
                blocks.append(_block(dimensions, widths, table))
            dimensions, widths, table = [], [], level
        dimensions.append(dimension)
        widths.append(size)
    if table is not None:
        blocks.append(_block(dimensions, widths, table))
    return Cascade(residuals, tuple(blocks), ends)


def _block(dimensions: list[int], widths: list[int], table: Numbers) -> Block:
    flat = table.reshape(-1)
    most = int(flat.max()) if flat.size else 0
    kept = np.dtype(np.uint8 if most < 1 << 8 else np.uint16 if most < 1 << 16 else np.int64)
    key = np.dtype(np.uint16 if flat.size <= 1 << 16 else np.int64)
    return Block(tuple(dimensions), tuple(widths), flat.astype(kept), key)
