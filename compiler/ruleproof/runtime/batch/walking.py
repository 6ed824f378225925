"""The way through a graph that has no tables: row by row from question to question, all rows at each step together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ruleproof.runtime.batch.coded import Numbers
from ruleproof.runtime.batch.residuals import Nodes, ways_by_cell
from ruleproof.runtime.kernel.graphs import Open


def ends_by_walking(
    nodes: Nodes,
    said: Sequence[Any],
    sizes: Sequence[int],
    known: Sequence[bool],
    cells: Callable[[int], Numbers],
    rows: int,
) -> tuple[Numbers, Callable[[int], Open]]:
    """Give for each row the number of what is left of a graph, and what makes of such a number the open graph.

    Where all that is asked is known, the number is that of the leaf; else the number of a combination of known cells.
    """
    asked = sorted({node[0] for node in nodes if node[0] >= 0})
    if all(known[dimension] for dimension in asked):
        leaves = [number for number, node in enumerate(nodes) if node[0] < 0]
        reached = _leaves(nodes, sizes, {dimension: cells(dimension) for dimension in asked}, rows)
        return np.searchsorted(np.array(leaves), reached), _leaf_of([nodes[leaf] for leaf in leaves], said, sizes)
    listed = [dimension for dimension in asked if known[dimension]]
    numbers, combinations = _combinations([cells(dimension) for dimension in listed], rows)

    def opened(number: int) -> Open:
        told = [-1] * len(sizes)
        for dimension, cell in zip(listed, combinations[number], strict=True):
            told[dimension] = int(cell)
        found = Open(nodes, said)
        found.root = found.walk(told)
        return found

    return numbers, opened


def _leaf_of(leaves: Sequence[tuple[int, ...]], said: Sequence[Any], sizes: Sequence[int]) -> Callable[[int], Open]:
    def opened(number: int) -> Open:
        found = Open((leaves[number],), said)
        found.root = found.walk([-1] * len(sizes))
        return found

    return opened


def _leaves(nodes: Nodes, sizes: Sequence[int], cells: dict[int, Numbers], rows: int) -> Numbers:
    """Give the node of the leaf that each row comes to."""
    asked = np.array([node[0] for node in nodes])
    starts = np.zeros(len(nodes), np.int64)
    ways: list[int] = []
    for number, node in enumerate(nodes):
        starts[number] = len(ways)
        ways += ways_by_cell(node, sizes[node[0]]) if node[0] >= 0 else ()
    leads = np.array(ways or [0], np.int64)
    found = np.zeros(rows, np.int64)
    places = {dimension: place for place, dimension in enumerate(cells)}
    wide = np.stack([column.astype(np.int32) for column in cells.values()]) if cells else np.zeros((1, rows), np.int32)
    at = np.array([places.get(dimension, 0) for dimension in asked])
    going = np.arange(rows) if asked[0] >= 0 else np.zeros(0, np.int64)
    while len(going):
        now = found[going]
        after = leads[starts[now] + wide[at[now], going]]
        found[going] = after
        going = going[asked[after] >= 0]
    return found


def _combinations(columns: list[Numbers], rows: int) -> tuple[Numbers, Numbers]:
    """Number the different combinations of cells, and give each as a row."""
    if not columns:
        return np.zeros(rows, np.int64), np.zeros((1, 0), np.int64)
    numbers = np.zeros(rows, np.int64)
    for column in columns:
        width = int(column.max(initial=0)) + 1
        _, numbers = np.unique(numbers * width + column, return_inverse=True)
    _, first = np.unique(numbers, return_index=True)
    return numbers, np.stack([column[first] for column in columns], axis=1)
