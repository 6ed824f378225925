"""Where two graphs over one space answer differently: both are walked at once, and what they share is left out.

The second may be read at other cells than the first, as a policy is on one date of service and on the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ruleproof.graph.nodes import Graph, Leaf, Node, Question
from ruleproof.model.meaning import Answer
from ruleproof.prover.space import Box

Told = Answer | str | None
"""What an exact graph says of a case: an answer, a state, or `None` where it cannot happen."""

MOST_WAYS = 20_000
"""How many pairs of nodes are looked at before the walk is given up."""


class TooManyWaysError(Exception):
    """The two graphs differ in too many ways to tell them all."""


@dataclass(frozen=True, slots=True)
class Differing:
    """A box of cases of which the two say different things."""

    before: Told
    after: Told
    box: Box


def differing(before: Graph, after: Graph, place: int = -1, cells: tuple[int, int] = (0, 0)) -> Iterator[Differing]:
    """Give disjoint boxes that hold exactly the cases told differently; raise `TooManyWaysError` where they are too many.

    With a `place`, the first graph is read at the first of the two cells of that dimension, the second at the second; the
    boxes then hold that second cell.
    """
    return _Walk(before, after, place, cells).run()


class _Walk:
    def __init__(self, before: Graph, after: Graph, place: int, cells: tuple[int, int]) -> None:
        self.before, self.after, self.place, self.cells = before, after, place, cells

    def run(self) -> Iterator[Differing]:
        whole = self.before.space.whole
        if self.place >= 0:
            whole = (*whole[: self.place], 1 << self.cells[1], *whole[self.place + 1 :])
        asking: dict[int, bool] = {}
        stack: list[tuple[Node, Node, Box]] = [(self.before.root, self.after.root, whole)]
        looked = 0
        while stack:
            first, second, box = stack.pop()
            first, second = self.settled(first, box, 0), self.settled(second, box, 1)
            looked += 1
            if looked > MOST_WAYS:
                raise TooManyWaysError
            if first is second and not self.asks_of_place(first, asking):
                continue
            asked = next((node for node in (first, second) if isinstance(node, Question)), None)
            if asked is None:
                assert isinstance(first, Leaf)
                assert isinstance(second, Leaf)
                if first.answer != second.answer:
                    yield Differing(first.answer, second.answer, box)
                continue
            own = asked.dimension
            for branch in reversed(asked.branches):
                if box[own] & branch.cells:
                    stack.append((first, second, (*box[:own], box[own] & branch.cells, *box[own + 1 :])))

    def settled(self, node: Node, box: Box, side: int) -> Node:
        """Follow a node as far as the box alone tells the way."""
        while isinstance(node, Question):
            mask = 1 << self.cells[side] if node.dimension == self.place else box[node.dimension]
            ways = [branch.node for branch in node.branches if branch.cells & mask]
            if len(ways) != 1:
                return node
            node = ways[0]
        return node

    def asks_of_place(self, node: Node, known: dict[int, bool]) -> bool:
        """Tell whether a node, or one that it leads to, asks for the dimension that the two are read at differently."""
        if self.place < 0 or isinstance(node, Leaf):
            return False
        if id(node) not in known:
            known[id(node)] = node.dimension == self.place or any(
                self.asks_of_place(branch.node, known) for branch in node.branches
            )
        return known[id(node)]
