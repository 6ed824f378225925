"""Model to graphs: one for each decision and each requirement, built from the root, shared from the leaves.

A question asks one input and settles every test on it that is still open, so no path asks an input twice.  A state of the
search is what is left of the expressions, so states that ask the same end in the same node.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ruleproof.graph.by_cuts import MANY, Tests, graph_by_cuts, tests_of
from ruleproof.graph.nodes import Graph, Node, NodeTable
from ruleproof.model.nodes import Condition, Decision, Policy, Requirement
from ruleproof.prover.boxes import TooManyBoxesError, split
from ruleproof.prover.expressions import (
    FALSE,
    TRUE,
    Compiler,
    Constant,
    Expression,
    dimensions_in,
    restrict,
    some,
    tests_in,
)
from ruleproof.prover.space import Box
from ruleproof.prover.telling import TellAnswer, TellKind, TellState

BUDGET = 50_000
"""How many states a graph may have before it is given up."""


def graph_of_decision(policy: Policy, decision: Decision, compiler: Compiler, *, exact: bool) -> Graph:
    """Give the graph of a decision; an exact one has a leaf for the cases that cannot happen."""
    if len(decision.rules) >= MANY and (rules := _plain_rules(policy, decision, compiler)) is not None:
        return graph_by_cuts(decision, compiler.space, rules, exact=exact)
    return _Builder(compiler, TellAnswer(policy, decision, compiler), exact).run(decision.name)


def _plain_rules(policy: Policy, decision: Decision, compiler: Compiler) -> list[Tests] | None:
    """Give what the rules ask, where each is one test per input and every case can happen, has a text, and is in scope."""
    tell = TellAnswer(policy, decision, compiler)
    *reasons, scope = tell.asked[: tell.first]
    if compiler.impossible() or scope != TRUE or any(part != FALSE for part in reasons):
        return None
    found = [tests_of(part, compiler.space) for part in tell.asked[tell.first :] if part != FALSE]
    rules = [tests for tests in found if tests is not None]
    return rules if len(rules) == len(decision.rules) else None


def graph_of_requirement(policy: Policy, requirement: Requirement, compiler: Compiler) -> Graph:
    """Give the exact graph of a requirement; its leaves are states."""
    return _Builder(compiler, TellState(policy, requirement, compiler), True).run(requirement.name)


def graph_of_kind(name: str, condition: Condition, compiler: Compiler) -> Graph:
    """Give the exact graph that tells whether a service is of a kind; its leaves are `met` and `not met`."""
    return _Builder(compiler, TellKind(condition, compiler), True).run(name)


@dataclass
class _Builder:
    compiler: Compiler
    tell: TellAnswer | TellKind | TellState
    exact: bool
    table: NodeTable = field(default_factory=NodeTable)
    known: dict[tuple[Expression, ...], Node | None] = field(default_factory=dict)

    def run(self, name: str) -> Graph:
        self.space = self.compiler.space
        impossible = _touching(self.compiler.impossible(), self.tell.asked)
        root = self.build(tuple(self.tell.asked), some(impossible))
        return Graph(name, self.space, root or self.table.leaf(None), self.exact)

    def build(self, left: tuple[Expression, ...], impossible: Expression) -> Node | None:
        """Give the node for what is left to ask; `None` where it is reached by no case that can happen."""
        state = (*left, impossible)
        if state not in self.known:
            if len(self.known) > BUDGET:
                raise TooManyBoxesError
            self.known[state] = self.make(left, impossible)
        return self.known[state]

    def make(self, left: tuple[Expression, ...], impossible: Expression) -> Node | None:
        if impossible == TRUE:
            return self.table.leaf(None) if self.exact else None
        answer = self.tell(left)
        if answer is not None and impossible == FALSE:
            return self.table.leaf(answer)
        if answer is not None and not self.exact:
            return self.table.leaf(answer) if self.can_happen(impossible) else None
        dimension = self.choose(left if answer is None else (impossible,))
        branches: list[tuple[int, Node]] = []
        for mask in self.cells_apart(dimension, (*left, impossible)):
            box = self.box(dimension, mask)
            rest = tuple(restrict(part, box) for part in left) if answer is None else left
            node = self.build(rest, restrict(impossible, box))
            if node is not None:
                branches.append((mask, node))
        return self.table.ask(dimension, branches) if branches else None

    def can_happen(self, impossible: Expression) -> bool:
        boxes = split(
            self.space.whole,
            (impossible,),
            lambda left: left[0] if isinstance(left[0], Constant) else None,
        )
        return any(key == FALSE for _, key in boxes)

    def box(self, dimension: int, mask: int) -> Box:
        whole = self.space.whole
        return (*whole[:dimension], mask, *whole[dimension + 1 :])

    def choose(self, left: Sequence[Expression]) -> int:
        """Choose the dimension to ask: the one that leaves the least open on average, in the order declared where equal.

        What must be known first (the text, the scope) is asked first, as a person would.
        """
        open_parts = [part for part in left if not isinstance(part, Constant)]
        first = [part for part in left[: self.tell.first] if not isinstance(part, Constant)]
        open_parts = first or open_parts
        candidates = sorted({dimension for part in open_parts for dimension in dimensions_in(part)})
        return min(candidates, key=lambda dimension: (self.cost(dimension, open_parts), dimension))

    def cost(self, dimension: int, open_parts: Sequence[Expression]) -> float:
        classes = self.cells_apart(dimension, open_parts)
        still_open = 0
        for mask in classes:
            box = self.box(dimension, mask)
            for part in open_parts:
                rest = restrict(part, box)
                if not isinstance(rest, Constant):
                    still_open += 1
        return still_open / len(classes)

    def cells_apart(self, dimension: int, parts: Sequence[Expression]) -> list[int]:
        """Give the classes of cells that the open tests tell apart, as masks, in ascending order."""
        tests = {test.cells for part in parts for test in tests_in(part) if test.dimension == dimension}
        classes: dict[tuple[bool, ...], int] = {}
        for cell in range(len(self.space.dimensions[dimension].cells)):
            bit = 1 << cell
            signature = tuple(bool(cells & bit) for cells in sorted(tests))
            classes[signature] = classes.get(signature, 0) | bit
        return sorted(classes.values(), key=lambda mask: mask & -mask)


def _touching(impossible: Sequence[Expression], asked: Sequence[Expression]) -> list[Expression]:
    """Give the parts that share a dimension with what is asked, directly or through each other."""
    reached = frozenset(dimension for part in asked for dimension in dimensions_in(part))
    found: list[Expression] = []
    waiting = list(impossible)
    while True:
        near = [part for part in waiting if dimensions_in(part) & reached]
        if not near:
            return found
        found += near
        waiting = [part for part in waiting if part not in near]
        reached |= frozenset(dimension for part in near for dimension in dimensions_in(part))
