"""A graph as one CASE: each question is asked once on a way, and what is unknown stays open."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from ruleproof.artifacts.sql.conditions import Columns
from ruleproof.graph.nodes import Graph, Leaf, Node, Question
from ruleproof.model.meaning import Answer
from ruleproof.prover.space import bits_of

Ends = tuple[Answer | str, ...]
"""What can still be said at an end; more than one where it hangs on what is unknown, none where it cannot happen."""


class TooManyCasesError(Exception):
    """A CASE with more ends than are worth writing; the graph is then looked up in tables."""


@dataclass
class _Writer:
    graph: Graph
    columns: Columns
    said: Callable[[Ends], str]
    most: int
    branches: int = 0

    def case(
        self, nodes: tuple[Node, ...], known: Mapping[int, int], unknown: frozenset[int], indent: str
    ) -> str | None:
        """Give what is said where one of some nodes is reached; nothing where that cannot happen."""
        nodes = self._entered(nodes, known, unknown)
        asked = next((node for node in nodes if isinstance(node, Question)), None)
        if asked is None:
            ends = answers_in(nodes)
            self.branches += 1
            if self.branches > self.most:
                raise TooManyCasesError
            return self.said(ends) if ends else None
        return self._question(asked.dimension, nodes, known, unknown, indent)

    def _question(
        self, dimension: int, nodes: tuple[Node, ...], known: Mapping[int, int], unknown: frozenset[int], indent: str
    ) -> str | None:
        deeper = indent + "  "
        found: dict[str, int] = {}
        whole = known.get(dimension, self.graph.space.dimensions[dimension].full)
        for mask, led in _ways(dimension, nodes, whole):
            said = self.case(led, {**known, dimension: mask}, unknown, deeper)
            if said is not None:
                found[said] = found.get(said, 0) | mask
        tests = []
        is_unknown = "" if dimension in known else self.columns.unknown_where(dimension)
        if is_unknown:
            said = self.case(nodes, known, unknown | {dimension}, deeper)
            if said is not None and set(found) != {said}:
                tests.append(f"{deeper}WHEN {is_unknown} THEN {said}")
        if len(found) < 2 and not tests:
            return next(iter(found), None)
        *first, (last, _) = sorted(found.items(), key=lambda pair: pair[1] & -pair[1])
        tests += [f"{deeper}WHEN {self.columns.holds(dimension, mask)} THEN {said}" for said, mask in first]
        return "\n".join(["CASE", *tests, f"{deeper}ELSE {last} END"])

    def _entered(self, nodes: tuple[Node, ...], known: Mapping[int, int], unknown: Collection[int]) -> tuple[Node, ...]:
        """Follow what is known, and enter every branch of what nobody tells; cases that cannot happen fall away."""
        found: dict[int, Node] = {}
        waiting = list(reversed(nodes))
        while waiting:
            node = waiting.pop()
            if isinstance(node, Leaf):
                if node.answer is not None:
                    found[id(node)] = node
                continue
            if node.dimension in unknown:
                waiting += [branch.node for branch in reversed(node.branches)]
                continue
            left = [branch for branch in node.branches if branch.cells & known.get(node.dimension, -1)]
            if len(left) == 1:
                waiting.append(left[0].node)
            elif left:
                found[id(node)] = node
        return tuple(found.values())


def answers_in(nodes: Iterable[Node]) -> Ends:
    """Give what the leaves among some nodes say, each once."""
    return tuple(dict.fromkeys(node.answer for node in nodes if isinstance(node, Leaf) and node.answer is not None))


def _ways(dimension: int, nodes: tuple[Node, ...], whole: int) -> list[tuple[int, tuple[Node, ...]]]:
    """Give the cells of a question that lead the same way, with the nodes that they lead to."""
    ways: dict[tuple[int, ...], tuple[int, tuple[Node, ...]]] = {}
    for cell in bits_of(whole):
        led = tuple(_led(node, dimension, cell) for node in nodes)
        key = tuple(id(node) for node in led)
        mask, _ = ways.get(key, (0, led))
        ways[key] = (mask | 1 << cell, led)
    return list(ways.values())


def _led(node: Node, dimension: int, cell: int) -> Node:
    if isinstance(node, Question) and node.dimension == dimension:
        return next(branch.node for branch in node.branches if branch.cells >> cell & 1)
    return node


def case_of(
    graph: Graph,
    columns: Columns,
    unknown: Collection[int],
    said: Callable[[Ends], str],
    most: int,
    indent: str = "  ",
) -> str:
    """Give a graph as one expression; `said` gives the expression of an end, `unknown` are dimensions that nobody tells.

    More than `most` ends are a `TooManyCasesError`.
    """
    return _Writer(graph, columns, said, most).case((graph.root,), {}, frozenset(unknown), indent) or "NULL"
