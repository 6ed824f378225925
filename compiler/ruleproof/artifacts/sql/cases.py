"""A graph as one CASE: each question is asked once on a way, and what hangs on a history stays open."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from ruleproof.artifacts.sql.conditions import holds
from ruleproof.artifacts.sql.words import NotInSqlError
from ruleproof.graph.nodes import Graph, Leaf, Node, Question
from ruleproof.model.meaning import Answer
from ruleproof.prover.space import bits_of

MOST_BRANCHES = 5_000
"""A CASE with more ends is beyond what databases plan in time."""

Ends = tuple[Answer | str, ...]
"""What can still be said at an end; more than one where it hangs on a history."""


@dataclass
class _Writer:
    graph: Graph
    unknown: Collection[int]
    """The dimensions that no column tells."""
    said: Callable[[Ends], str]
    branches: int = 0

    def case(self, nodes: tuple[Node, ...], known: Mapping[int, int], indent: str) -> str | None:
        """Give what is said where one of some nodes is reached; nothing where that cannot happen."""
        nodes = self._entered(nodes, known)
        asked = next((node for node in nodes if isinstance(node, Question)), None)
        if asked is None:
            ends = tuple(
                dict.fromkeys(node.answer for node in nodes if isinstance(node, Leaf) and node.answer is not None)
            )
            self.branches += 1
            if self.branches > MOST_BRANCHES:
                raise NotInSqlError(f"it has more than {MOST_BRANCHES:,} cases")
            return self.said(ends) if ends else None
        return self._question(asked.dimension, nodes, known, indent)

    def _question(self, dimension: int, nodes: tuple[Node, ...], known: Mapping[int, int], indent: str) -> str | None:
        whole = known.get(dimension, self.graph.space.dimensions[dimension].full)
        ways: dict[tuple[int, ...], tuple[int, tuple[Node, ...]]] = {}
        for cell in bits_of(whole):
            led = tuple(_led(node, dimension, cell) for node in nodes)
            key = tuple(id(node) for node in led)
            mask, _ = ways.get(key, (0, led))
            ways[key] = (mask | 1 << cell, led)
        deeper = indent + "  "
        found: dict[str, int] = {}
        for mask, led in ways.values():
            said = self.case(led, {**known, dimension: mask}, deeper)
            if said is not None:
                found[said] = found.get(said, 0) | mask
        if len(found) < 2:
            return next(iter(found), None)
        *first, (last, _) = sorted(found.items(), key=lambda pair: pair[1] & -pair[1])
        tests = [f"{deeper}WHEN {holds(self.graph.space, dimension, mask)} THEN {said}" for said, mask in first]
        return "\n".join(["CASE", *tests, f"{deeper}ELSE {last} END"])

    def _entered(self, nodes: tuple[Node, ...], known: Mapping[int, int]) -> tuple[Node, ...]:
        """Follow what is known, and enter every branch of what nobody tells; cases that cannot happen fall away."""
        found: dict[int, Node] = {}
        waiting = list(reversed(nodes))
        while waiting:
            node = waiting.pop()
            if isinstance(node, Leaf):
                if node.answer is not None:
                    found[id(node)] = node
                continue
            if node.dimension in self.unknown:
                waiting += [branch.node for branch in reversed(node.branches)]
                continue
            left = [branch for branch in node.branches if branch.cells & known.get(node.dimension, -1)]
            if len(left) == 1:
                waiting.append(left[0].node)
            elif left:
                found[id(node)] = node
        return tuple(found.values())


def _led(node: Node, dimension: int, cell: int) -> Node:
    if isinstance(node, Question) and node.dimension == dimension:
        return next(branch.node for branch in node.branches if branch.cells >> cell & 1)
    return node


def case_of(graph: Graph, unknown: Collection[int], said: Callable[[Ends], str], indent: str = "  ") -> str:
    """Give a graph as one expression; `said` gives the expression of an end."""
    return _Writer(graph, unknown, said).case((graph.root,), {}, indent) or "NULL"
