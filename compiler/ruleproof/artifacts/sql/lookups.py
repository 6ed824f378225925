"""A graph as tables to look up one after another, where one CASE would be too large for a database to plan.

Each table leads from what is left of the graph, as a number, and the classes of a few inputs to what is left then.  A class
holds the cells of an input that the graph never tells apart; what is unknown is a class of its own, which leaves the question
open.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from ruleproof.artifacts.sql.cases import Ends, answers_in
from ruleproof.artifacts.sql.conditions import Columns
from ruleproof.graph.nodes import Graph, Leaf, Node, NodeTable, Question
from ruleproof.prover.space import bits_of

LARGEST_TABLE = 1 << 16
"""The most rows of a look-up that takes in several inputs."""
MOST_ROWS = 300_000
"""The most rows of all look-ups of a graph."""

State = tuple[Node, ...]
"""What is left of a graph: a node, or several where something is unknown."""


class TooManyRowsError(Exception):
    """The look-ups of a graph would be larger than is worth making."""


@dataclass(frozen=True)
class Asked:
    """A dimension that a look-up asks: the cells of each class, and whether it may be unknown, which is a class more."""

    dimension: int
    classes: tuple[int, ...]
    may_be_unknown: bool

    @property
    def size(self) -> int:
        return len(self.classes) + self.may_be_unknown

    def expression(self, columns: Columns) -> str:
        """Give the expression of the number of the class that a row lies in."""
        tests = _halved(columns, self.dimension, self.classes)
        if self.may_be_unknown:
            tests = [f"WHEN {columns.unknown_where(self.dimension)} THEN {len(self.classes)}", *tests]
        return " ".join(["CASE", *tests, "END"]) if len(tests) > 1 else tests[0].removeprefix("ELSE ")


@dataclass(frozen=True)
class LookUp:
    """One table: the number so far and the classes of some dimensions, as digits of a mixed radix, to the next number."""

    asked: tuple[Asked, ...]
    next: tuple[int, ...]

    def key(self, so_far: str, columns: Columns) -> str:
        """Give the expression of the key; `so_far` is the number that the table before gave, empty for the first."""
        key = so_far
        for asked in self.asked:
            expression = asked.expression(columns)
            key = f"{key if '*' not in key else f'({key})'} * {asked.size} + {expression}" if key else expression
        return key


@dataclass(frozen=True)
class LookUps:
    """The tables of a graph, and what can be said at each number that the last one gives."""

    tables: tuple[LookUp, ...]
    ends: tuple[Ends, ...]


def look_ups_of(graph: Graph, columns: Columns, unknown: Collection[int]) -> LookUps:
    """Give the tables of a graph; `unknown` are dimensions that nobody tells."""
    left = _Left(frozenset(unknown))
    states: list[State] = [left.entered((graph.root,))]
    levels: list[tuple[Asked, list[list[int]]]] = []
    rows = 0
    dimensions = dict.fromkeys(node.dimension for node in graph.nodes if isinstance(node, Question))
    for dimension in (dimension for dimension in dimensions if dimension not in left.unknown):
        asked = Asked(dimension, _classes(graph, dimension), bool(columns.unknown_where(dimension)))
        numbers: dict[State, int] = {}
        level = []
        for state in states:
            ways = [left.after(state, dimension, mask) for mask in asked.classes]
            ways += [left.opened(state, dimension)] if asked.may_be_unknown else []
            level.append([numbers.setdefault(way, len(numbers)) for way in ways])
            rows += asked.size
            if rows > MOST_ROWS:
                raise TooManyRowsError
        levels.append((asked, level))
        states = list(numbers)
    return LookUps(_joined(levels), tuple(answers_in(state) for state in states))


def _classes(graph: Graph, dimension: int) -> tuple[int, ...]:
    """Give the cells that no question of the graph tells apart, as masks."""
    asked = [node for node in graph.nodes if isinstance(node, Question) and node.dimension == dimension]
    found: dict[tuple[int, ...], int] = {}
    for cell in range(len(graph.space.dimensions[dimension].cells)):
        ways = tuple(
            next((place for place, branch in enumerate(node.branches) if branch.cells >> cell & 1), -1)
            for node in asked
        )
        found[ways] = found.get(ways, 0) | 1 << cell
    return tuple(found.values())


def _halved(columns: Columns, dimension: int, classes: Sequence[int]) -> list[str]:
    """Give tests for each class; runs of neighbouring numbers are found by halving, in few comparisons."""
    cells = columns.space.dimensions[dimension].cells
    stretches = [place for place, cell in enumerate(cells) if cell.stretch]
    if len(stretches) < 8:
        *first, _ = enumerate(classes)
        tests = [f"WHEN {columns.holds(dimension, mask)} THEN {number}" for number, mask in first]
        return [*tests, f"ELSE {len(classes) - 1}"]
    number_of = {cell: number for number, mask in enumerate(classes) for cell in bits_of(mask)}
    tests = [
        f"WHEN {columns.holds(dimension, 1 << place)} THEN {number_of[place]}"
        for place, cell in enumerate(cells)
        if cell.missing
    ]
    runs: list[tuple[int, int]] = []
    for place in stretches:
        if not runs or number_of[runs[-1][0]] != number_of[place]:
            runs.append((place, number_of[place]))

    def between(low: int, high: int) -> str:
        if high - low == 1:
            return str(runs[low][1])
        middle = (low + high) // 2
        test = columns.holds(dimension, (1 << runs[middle][0]) - (1 << stretches[0]))
        return f"CASE WHEN {test} THEN {between(low, middle)} ELSE {between(middle, high)} END"

    return [*tests, f"ELSE {between(0, len(runs))}"]


def _joined(levels: Sequence[tuple[Asked, list[list[int]]]]) -> tuple[LookUp, ...]:
    """Join tables that follow each other as long as they stay small."""
    found: list[LookUp] = []
    taken: list[Asked] = []
    table: list[int] = []
    for asked, level in levels:
        if table and len(table) * asked.size <= LARGEST_TABLE:
            table = [way for state in table for way in level[state]]
        else:
            if table:
                found.append(LookUp(tuple(taken), tuple(table)))
            taken, table = [], [way for row in level for way in row]
        taken.append(asked)
    if table:
        found.append(LookUp(tuple(taken), tuple(table)))
    return tuple(found)


@dataclass
class _Left:
    """What is left of nodes once a dimension is known; equal nodes are the same object."""

    unknown: frozenset[int]
    table: NodeTable = field(default_factory=NodeTable)
    memo: dict[tuple[int, int, int], Node] = field(default_factory=dict)
    below: dict[int, frozenset[int]] = field(default_factory=dict)
    kept: list[Node] = field(default_factory=list)
    """Nodes whose ids are remembered, so that no other gets them."""

    def after(self, state: State, dimension: int, mask: int) -> State:
        return self.entered(tuple(self._after(node, dimension, mask & -mask) for node in state))

    def opened(self, state: State, dimension: int) -> State:
        """Give what is left where a dimension is unknown: every way that its questions lead."""
        cells = {mask & -mask for node in state for mask in self._masks(node, dimension)}
        return self.entered(
            tuple(self._after(node, dimension, cell) for node in state for cell in sorted(cells or {1}))
        )

    def entered(self, nodes: State) -> State:
        """Give different nodes; where only what nobody tells is left to ask, the leaves."""
        found: dict[int, Node] = {}
        waiting = list(reversed(nodes))
        while waiting:
            node = waiting.pop()
            if isinstance(node, Question) and self.asks(node) <= self.unknown:
                waiting += [branch.node for branch in reversed(node.branches)]
            elif isinstance(node, Question) or node.answer is not None:
                found[id(node)] = node
        self.kept += found.values()
        return tuple(found.values())

    def asks(self, node: Node) -> frozenset[int]:
        """Give the dimensions that are asked at a node and below it."""
        if isinstance(node, Leaf):
            return frozenset()
        if id(node) not in self.below:
            self.kept.append(node)
            parts = (self.asks(branch.node) for branch in node.branches)
            self.below[id(node)] = frozenset({node.dimension}).union(*parts)
        return self.below[id(node)]

    def _masks(self, node: Node, dimension: int) -> set[int]:
        if isinstance(node, Leaf) or dimension not in self.asks(node):
            return set()
        own = {branch.cells for branch in node.branches} if node.dimension == dimension else set[int]()
        return own.union(*(self._masks(branch.node, dimension) for branch in node.branches))

    def _after(self, node: Node, dimension: int, cell: int) -> Node:
        if isinstance(node, Leaf) or dimension not in self.asks(node):
            return node
        key = (id(node), dimension, cell)
        if key not in self.memo:
            if node.dimension == dimension:
                chosen = [branch.node for branch in node.branches if branch.cells & cell]
                # A way may ask a dimension more than once, each time to cut it further.
                self.memo[key] = self._after((chosen or [node.branches[0].node])[0], dimension, cell)
            else:
                ways = [(branch.cells, self._after(branch.node, dimension, cell)) for branch in node.branches]
                self.memo[key] = self.table.ask(node.dimension, ways)
            self.kept.append(self.memo[key])
        return self.memo[key]
