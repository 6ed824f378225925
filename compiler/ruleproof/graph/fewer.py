"""Graph to a graph that answers the same with fewer tests: leaves that say the same are one, and the order is chosen anew.

A graph tells rules apart and asks what a person would ask first; where only the outcome matters, much of that is idle.  The
order here is that of decision trees: one test with two ways at a time, the one that takes most doubt about the outcome for what
it costs, where every cell is as likely as any other.  Doubt is worked out from the graph itself: on each of its paths a
dimension is asked once, so that shares multiply.  A path may ask a dimension again here, but only for what it does not know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ruleproof.graph.nodes import Graph, Leaf, Node, NodeTable, Question, nodes_below
from ruleproof.model.meaning import Answer
from ruleproof.prover.space import Space, bits_of

MOST_NODES = 400
"""How many nodes a graph may have to be asked anew; a larger one only has its leaves joined."""

TWO_TRIED = 200_000
"""As long as fewer nodes were looked at, the two best tests are tried to their ends, and the cheaper one is taken."""

MOST_VISITS = 1_500_000
"""How many nodes may be looked at for a whole graph; what is left then keeps its order."""

MANY = 4
"""From how many values on the last question is one look-up instead of one test after another."""

READ, TEST, SEVERAL = 1.0, 0.7, 0.4
"""What it costs to look an input up, to test it, and to test more than one value or bound of it."""

Shares = Mapping[str | None, float]
"""How likely each end is."""


def with_fewer_tests(graph: Graph, said: Callable[[Answer | str | None], str | None]) -> Graph:
    """Give the graph that ends in what `said` makes of each answer; the cases that cannot happen may lead anywhere."""
    merged = _relabelled(graph, said)
    if len(nodes_below(merged)) > MOST_NODES:
        return Graph(graph.name, graph.space, merged, False)
    _, root = _Asking(graph.space).build(merged, frozenset())
    return Graph(graph.name, graph.space, root, False)


def _relabelled(graph: Graph, said: Callable[[Answer | str | None], str | None]) -> Node:
    table = NodeTable()
    made: dict[int, Node] = {}
    for node in reversed(graph.nodes):
        if isinstance(node, Leaf):
            made[id(node)] = table.leaf(said(node.answer))
        else:
            made[id(node)] = table.ask(node.dimension, [(part.cells, made[id(part.node)]) for part in node.branches])
    return made[id(graph.root)]


@dataclass(frozen=True, order=True, slots=True)
class _Test:
    """A test that may be asked; the best comes first."""

    worthless: float
    price: float
    dimension: int
    ways: tuple[int, ...]
    """The cells of each way."""


@dataclass
class _Asking:
    """Builds the new graph, test by test, from what is left of the old one."""

    space: Space
    left: NodeTable = field(default_factory=NodeTable)
    """What is left of the old graph where some cells are known."""
    made: NodeTable = field(default_factory=NodeTable)
    known: dict[tuple[int, frozenset[str]], tuple[tuple[float, Node], Node]] = field(default_factory=dict)
    """What was made of each node of `left`, which stands beside it so that its `id()` stays its own."""
    visits: int = 0

    def build(self, node: Node, read: frozenset[str]) -> tuple[float, Node]:
        """Give what is left as a new node, where some inputs were looked up already, and what it costs on average."""
        if isinstance(node, Leaf):
            return 0.0, self.made.leaf(node.answer)
        order = nodes_below(node)
        asked = _asked(order)
        read &= {self.space.dimensions[dimension].input for dimension in asked}
        if (id(node), read) not in self.known:
            best = min((self.tried(order, test, read) for test in self.choose(node, order, asked, read)), key=_cost)
            self.known[id(node), read] = best, node
        return self.known[id(node), read][0]

    def tried(self, order: Sequence[Node], test: _Test, read: frozenset[str]) -> tuple[float, Node]:
        """Give the new node that asks a test first, and what it costs on average."""
        then = read | {self.space.dimensions[test.dimension].input}
        total = sum(mask.bit_count() for mask in test.ways)
        cost = test.price
        ways: list[tuple[int, Node]] = []
        for mask in test.ways:
            left = self.restricted(order, test.dimension, mask)
            if left is not None:
                own, way = self.build(left, then)
                cost += own * mask.bit_count() / total
                ways.append((mask, way))
        return round(cost, 9), self.made.ask(test.dimension, ways)

    def choose(
        self, node: Question, order: Sequence[Node], asked: Mapping[int, set[int]], read: frozenset[str]
    ) -> list[_Test]:
        """Choose the tests to try: the best one, or the best two as long as there is time."""
        apart = {dimension: self.parts(dimension, masks) for dimension, masks in sorted(asked.items())}
        if len(apart) == 1 and len(apart[node.dimension]) >= MANY and not self.stretches(node.dimension):
            return [_Test(0.0, READ, node.dimension, tuple(apart[node.dimension]))]
        visits = len(order) * sum(map(len, apart.values()))
        if self.visits + visits > MOST_VISITS:
            return [_Test(0.0, READ, node.dimension, tuple(part.cells for part in node.branches))]
        self.visits += visits
        now = _doubt(_shares(order, -1, 0))
        found: list[_Test] = []
        for dimension, parts in apart.items():
            shares = [_shares(order, dimension, part) for part in parts]
            bare = TEST if self.space.dimensions[dimension].input in read else READ + TEST
            for more, ways in self.tests(dimension, parts, asked[dimension]):
                worth = (now - _doubt_after(parts, shares, ways[0])) / (bare + more)
                found.append(_Test(-round(worth, 9), bare + more, dimension, ways))
        return sorted(found)[: 2 if self.visits < TWO_TRIED else 1]

    def parts(self, dimension: int, masks: Iterable[int]) -> list[int]:
        """Give the parts of a dimension that are told apart: of stretches each unbroken run, of others each class."""
        classes = _classes(masks)
        cells = self.space.dimensions[dimension].cells
        if not self.stretches(dimension):
            return classes
        of = {number: place for place, part in enumerate(classes) for number in bits_of(part)}
        runs: list[int] = []
        last = -1
        for number in sorted(of):
            if runs and of[number] == last and not cells[number].missing:
                runs[-1] |= 1 << number
            else:
                runs.append(1 << number)
            last = of[number]
        return runs

    def stretches(self, dimension: int) -> bool:
        """Tell whether a dimension is made of stretches of numbers or dates."""
        return any(cell.stretch for cell in self.space.dimensions[dimension].cells)

    def tests(
        self, dimension: int, parts: Sequence[int], masks: Iterable[int]
    ) -> Iterator[tuple[float, tuple[int, int]]]:
        """Give the tests that may be asked, each as what it costs more than the cheapest, and its two ways."""
        whole = sum(parts)
        cells = self.space.dimensions[dimension].cells
        missing = sum(1 << number for number in bits_of(whole) if cells[number].missing)
        if self.stretches(dimension):
            if missing and missing != whole:
                yield 0.0, (missing, whole & ~missing)
            low = 0
            there = [part for part in parts if part != missing]
            for part in there[:-1]:
                low |= part
                yield (SEVERAL if missing else 0.0), (low, whole & ~low)
            return
        seen = {0, whole}
        for part in (*parts, *sorted(masks)):
            if part not in seen:
                seen |= {part, whole & ~part}
                single = min(part.bit_count(), (whole & ~part).bit_count()) == 1
                yield (0.0 if single else SEVERAL), (part, whole & ~part)

    def restricted(self, order: Sequence[Node], dimension: int, mask: int) -> Node | None:
        """Give what is left where a dimension is known to lie in the cells of a mask; nothing where that cannot happen."""
        root = order[0]
        if isinstance(root, Question) and root.dimension == dimension:
            way = next((part.node for part in root.branches if part.cells == mask), None)
            if way is not None:
                return way
        made: dict[int, Node | None] = {}
        for node in reversed(order):
            if isinstance(node, Leaf):
                made[id(node)] = node
                continue
            keep = mask if node.dimension == dimension else -1
            ways = [
                (part.cells & keep, way)
                for part in node.branches
                if part.cells & keep and (way := made[id(part.node)]) is not None
            ]
            made[id(node)] = self.left.ask(node.dimension, ways) if ways else None
        return made[id(order[0])]


def _cost(tried: tuple[float, Node]) -> float:
    return tried[0]


def _asked(order: Sequence[Node]) -> dict[int, set[int]]:
    """Give the masks of the branches of each dimension that is asked."""
    asked: dict[int, set[int]] = {}
    for node in order:
        if isinstance(node, Question):
            asked.setdefault(node.dimension, set()).update(part.cells for part in node.branches)
    return asked


def _classes(masks: Iterable[int]) -> list[int]:
    """Give the classes of cells that some masks tell apart, as masks.

    >>> _classes([0b0011, 0b1100, 0b0111, 0b1000])
    [3, 4, 8]
    """
    apart = [0]
    for mask in masks:
        apart[0] |= mask
    for mask in sorted(masks):
        apart = [part for whole in apart for part in (whole & mask, whole & ~mask) if part]
    return sorted(apart, key=lambda part: part & -part)


def _shares(order: Sequence[Node], dimension: int, mask: int) -> Shares:
    """Give how likely each end is where a dimension lies in a mask."""
    reached = {id(order[0]): 1.0}
    ends: dict[str | None, float] = {}
    for node in order:
        share = reached.get(id(node), 0.0)
        if not share:
            continue
        if isinstance(node, Leaf):
            ends[str(node.answer)] = share
            continue
        keep = mask if node.dimension == dimension else -1
        ways = [(bits, part.node) for part in node.branches if (bits := (part.cells & keep).bit_count())]
        total = sum(bits for bits, _ in ways)
        for bits, way in ways:
            reached[id(way)] = reached.get(id(way), 0.0) + share * bits / total
    return ends


def _doubt(shares: Shares) -> float:
    """Give how likely two cases say different things."""
    return 1 - sum(share * share for share in shares.values())


def _doubt_after(parts: Sequence[int], shares: Sequence[Shares], mask: int) -> float:
    """Give the doubt that is left on average once it is known whether a dimension lies in a mask, which is some of its parts."""
    weights: list[dict[str | None, float]] = [{}, {}]
    totals = [0, 0]
    for part, ends in zip(parts, shares, strict=True):
        inside = bool(part & mask)
        size = part.bit_count()
        totals[inside] += size
        for end, share in ends.items():
            weights[inside][end] = weights[inside].get(end, 0.0) + size * share
    left = 0.0
    for side, total in zip(weights, totals, strict=True):
        left += total - sum(weight * weight for weight in side.values()) / total
    return left / sum(totals)
