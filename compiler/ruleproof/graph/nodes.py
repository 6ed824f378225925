"""The shapes of a decision graph, and the one way to make a question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from ruleproof.model.meaning import Answer
from ruleproof.prover.space import Space


@dataclass(frozen=True, eq=False, slots=True)
class Leaf:
    """An end of the graph: what the decision answers, or the state of a requirement.

    `answer` is `None` for the leaf of cases that cannot happen (only in an exact graph).
    """

    answer: Answer | str | None


@dataclass(frozen=True, slots=True)
class Branch:
    """Where a question leads for some cells: `cells` is a bit mask of cell numbers of the question's dimension."""

    cells: int
    node: Node


@dataclass(frozen=True, eq=False, slots=True)
class Question:
    """Ask in which cell of a dimension the case lies; the masks of the branches are disjoint, in ascending order."""

    dimension: int
    branches: tuple[Branch, ...]


Node: TypeAlias = Leaf | Question


@dataclass
class NodeTable:
    """Makes nodes so that equal ones are the same object and no question is idle."""

    _leaves: dict[Answer | str | None, Leaf] = field(default_factory=dict)
    _questions: dict[tuple[int, tuple[tuple[int, int], ...]], Question] = field(default_factory=dict)

    def leaf(self, answer: Answer | str | None) -> Leaf:
        return self._leaves.setdefault(answer, Leaf(answer))

    def ask(self, dimension: int, branches: list[tuple[int, Node]]) -> Node:
        """Give the question with these branches (cell mask, node); branches to the same node become one."""
        joined: dict[int, tuple[int, Node]] = {}
        for cells, node in branches:
            mask, _ = joined.get(id(node), (0, node))
            joined[id(node)] = (mask | cells, node)
        if len(joined) == 1:
            return next(iter(joined.values()))[1]
        ordered = sorted(joined.values(), key=lambda pair: pair[0] & -pair[0])
        key = (dimension, tuple((cells, id(node)) for cells, node in ordered))
        made = Question(dimension, tuple(Branch(cells, node) for cells, node in ordered))
        return self._questions.setdefault(key, made)


def nodes_below(root: Node) -> tuple[Node, ...]:
    """Give a node and all that it leads to, each before the nodes it leads to."""
    order: list[Node] = []
    seen: set[int] = set()
    stack: list[tuple[Node, bool]] = [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            if isinstance(node, Question):
                stack.extend((branch.node, False) for branch in node.branches)
    return tuple(reversed(order))


@dataclass(frozen=True)
class Graph:
    """The graph of one decision or requirement, over the cells of a space.

    `exact` tells whether cases that cannot happen have a leaf of their own; otherwise they lead anywhere.
    """

    name: str
    space: Space
    root: Node
    exact: bool

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """All nodes, each before the nodes it leads to, the root first; the order depends on the graph alone."""
        return nodes_below(self.root)

    @cached_property
    def number(self) -> dict[int, int]:
        """The position in `nodes` of each node, by the node's `id()`."""
        return {id(node): index for index, node in enumerate(self.nodes)}

    @cached_property
    def ways(self) -> tuple[tuple[int, tuple[tuple[int, int], ...]], ...]:
        """For each node its dimension, -1 of a leaf, and its branches: their cells and the number of the node they lead to."""
        number = self.number
        return tuple(
            (-1, ())
            if isinstance(node, Leaf)
            else (node.dimension, tuple((branch.cells, number[id(branch.node)]) for branch in node.branches))
            for node in self.nodes
        )

    def leaf_of(self, cells: tuple[int, ...]) -> Leaf:
        """Follow a case, given as a cell number for each dimension, to its leaf."""
        node = self.root
        while isinstance(node, Question):
            bit = 1 << cells[node.dimension]
            node = next(branch.node for branch in node.branches if branch.cells & bit)
        return node

    def paths(self) -> Iterator[tuple[dict[int, int], Leaf]]:
        """Give every way from the root to a leaf, as a cell mask for each dimension asked."""
        stack: list[tuple[Node, dict[int, int]]] = [(self.root, {})]
        while stack:
            node, asked = stack.pop()
            if isinstance(node, Leaf):
                yield asked, node
            else:
                stack.extend(
                    (branch.node, {**asked, node.dimension: branch.cells}) for branch in reversed(node.branches)
                )
