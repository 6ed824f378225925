"""Graphs as a few tables to look up one after another: a number for what is known so far, and the cells still to come.

Where everything fits into one table that is one look-up; else the first table gives what is left of the graphs after some
dimensions, as a number, and the next goes on from there.  Tables are kept so small that they stay in the processor's cache.
Several graphs can be followed together, so that what they all ask is looked up once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

import numpy as np

from ruleproof.runtime.batch.coded import Numbers, least_type
from ruleproof.runtime.batch.residuals import Nodes, Residuals, TooLargeError

LARGEST_TABLE = 1 << 18
"""The most entries of a joined table; their numbers are mostly of one byte."""
MOST_NODES = 60_000
"""How many nodes may be made on the way; a graph that needs more is followed node by node instead."""
MOST_ENTRIES = 4_000_000

Left: TypeAlias = tuple[int, ...]
"""What is left of each graph, as a node."""


@dataclass(frozen=True, eq=False)
class Block:
    """One look-up: the number so far and the cells of some dimensions, as digits of a mixed radix, to the next number."""

    before: int
    """How many numbers there are so far: 1 where nothing is known yet."""
    dimensions: tuple[int, ...]
    sizes: tuple[int, ...]
    table: Numbers


@dataclass(frozen=True, eq=False)
class Cascade:
    """Tables that lead from the cells of known dimensions to the place in `ends` of what is left of each graph."""

    residuals: Residuals
    blocks: tuple[Block, ...]
    ends: tuple[Left, ...]

    @property
    def entries(self) -> int:
        """How many entries all tables have."""
        return sum(block.table.size for block in self.blocks)


def cascade_of(
    graphs: Sequence[Nodes], sizes: Sequence[int], known: Sequence[bool], most: int | None = None
) -> Cascade | None:
    """Make the tables of graphs for the dimensions that are `known`; nothing where they would grow beyond measure.

    `most` bounds the entries of the tables of single dimensions that are made on the way.
    """
    try:
        residuals = Residuals(graphs, sizes, MOST_NODES)
        return _joined(residuals, *_levels(residuals, _order(graphs, known), sizes, most or MOST_ENTRIES))
    except (TooLargeError, RecursionError):
        return None


def _order(graphs: Sequence[Nodes], known: Sequence[bool]) -> list[int]:
    """Give the known dimensions in the order in which the graphs come to them."""
    found = dict.fromkeys(node[0] for node in chain.from_iterable(graphs) if node[0] >= 0)
    return [dimension for dimension in found if known[dimension]]


Level: TypeAlias = tuple[int, Numbers]
"""A dimension, and for each number so far and each of its cells the next number."""


def _levels(
    residuals: Residuals, order: list[int], sizes: Sequence[int], most: int
) -> tuple[list[Level], tuple[Left, ...]]:
    levels: list[Level] = []
    before: list[Left] = [residuals.roots]
    entries = 0
    for dimension in order:
        size = sizes[dimension]
        numbers: dict[Left, int] = {}
        rows = []
        for left in before:
            if any(residuals.asks(node, dimension) for node in left):
                after = zip(*(residuals.ways(node, dimension, size) for node in left), strict=True)
                rows.append([numbers.setdefault(nodes, len(numbers)) for nodes in after])
            else:
                rows.append([numbers.setdefault(left, len(numbers))] * size)
        entries += len(rows) * size
        if entries > most:
            raise TooLargeError
        if len(numbers) > 1 or len(before) > 1:
            levels.append((dimension, np.array(rows, np.int64)))
        before = list(numbers)
    return levels, tuple(before)


def _joined(residuals: Residuals, levels: list[Level], ends: tuple[Left, ...]) -> Cascade:
    """Join tables that follow each other as long as they stay small."""
    blocks: list[Block] = []
    dimensions: list[int] = []
    table: Numbers | None = None
    for dimension, level in levels:
        if table is not None and table.size * level.shape[1] <= LARGEST_TABLE:
            table = level[table]
        else:
            if table is not None:
                blocks.append(_block(dimensions, table))
            dimensions, table = [], level
        dimensions.append(dimension)
    if table is not None:
        blocks.append(_block(dimensions, table))
    return Cascade(residuals, tuple(blocks), ends)


def _block(dimensions: list[int], table: Numbers) -> Block:
    """Make a look-up of a table with an axis for the number so far and one for each dimension.

    There is room for one number more than it leads to, for rows that are rejected.
    """
    most = int(table.max(initial=0)) + 1
    before, *sizes = table.shape
    return Block(before, tuple(dimensions), tuple(sizes), np.ascontiguousarray(table.astype(least_type(most))))
