"""Condition to graph: which cases meet it, those that cannot happen included.  Its leaves are `met` and `not met`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ruleproof.graph.nodes import Graph, Node, NodeTable
from ruleproof.prover.boxes import TooManyBoxesError
from ruleproof.prover.expressions import Compiler, Constant, Expression, restrict, tests_in

MET, NOT_MET = "met", "not met"

BUDGET = 200_000
"""How many states a graph may have before it is given up."""


def graph_of_condition(name: str, condition: Expression, compiler: Compiler) -> Graph:
    """Give the graph that tells whether a condition is met."""
    asking = _Asking(compiler)
    return Graph(name, compiler.space, asking.node(condition), True)


@dataclass
class _Asking:
    compiler: Compiler
    table: NodeTable = field(default_factory=NodeTable)
    known: dict[Expression, Node] = field(default_factory=dict)

    def node(self, left: Expression) -> Node:
        """Give the node for what is left of the condition; what asks the same ends in the same node."""
        if left not in self.known:
            if len(self.known) > BUDGET:
                raise TooManyBoxesError
            self.known[left] = self.made(left)
        return self.known[left]

    def made(self, left: Expression) -> Node:
        if isinstance(left, Constant):
            return self.table.leaf(MET if left.value else NOT_MET)
        asked = Counter(test.dimension for test in tests_in(left))
        dimension = min(asked, key=lambda place: (-asked[place], place))
        whole = self.compiler.space.whole
        branches = []
        for mask in self.cells_apart(dimension, left):
            box = (*whole[:dimension], mask, *whole[dimension + 1 :])
            branches.append((mask, self.node(restrict(left, box))))
        return self.table.ask(dimension, branches)

    def cells_apart(self, dimension: int, left: Expression) -> list[int]:
        """Give the classes of cells of a dimension that the condition tells apart, as masks."""
        tests = sorted({test.cells for test in tests_in(left) if test.dimension == dimension})
        classes: dict[tuple[bool, ...], int] = {}
        for cell in range(len(self.compiler.space.dimensions[dimension].cells)):
            signature = tuple(bool(cells >> cell & 1) for cells in tests)
            classes[signature] = classes.get(signature, 0) | 1 << cell
        return list(classes.values())
