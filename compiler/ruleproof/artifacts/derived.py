"""Graph to the derived table: rows that do not overlap and together hold every case that can happen."""

from __future__ import annotations

from dataclasses import dataclass

from ruleproof.graph.nodes import Graph, Question
from ruleproof.model.meaning import Answer
from ruleproof.prover.boxes import merged
from ruleproof.prover.space import Box

MOST_ROWS = 2_000
"""How many ways through a graph are put into a table; beyond that nobody reads it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the cells of each dimension, as masks, and the answer there."""

    box: Box
    answer: Answer


def derived_rows(graph: Graph) -> tuple[Row, ...] | None:
    """Give the rows of the derived table of a decision, in the order of the inputs; `None` where they are too many."""
    if count_paths(graph) > MOST_ROWS:
        return None
    whole = graph.space.whole
    boxes: dict[Answer, list[Box]] = {}
    for asked, leaf in graph.paths():
        if isinstance(leaf.answer, Answer):
            box = tuple(asked.get(place, mask) for place, mask in enumerate(whole))
            boxes.setdefault(leaf.answer, []).append(box)
    rows = [Row(box, answer) for answer, found in boxes.items() for box in merged(found)]
    return tuple(sorted(rows, key=lambda row: [mask & -mask for mask in row.box]))


def count_paths(graph: Graph) -> int:
    """Count the ways from the root to a leaf, without walking them."""
    ways: dict[int, int] = {}
    for node in reversed(graph.nodes):
        branches = node.branches if isinstance(node, Question) else ()
        ways[id(node)] = sum(ways[id(branch.node)] for branch in branches) if branches else 1
    return ways[id(graph.root)]
