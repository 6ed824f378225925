"""Model to graphs: one for each decision and each requirement, built from the root, shared from the leaves.

A question asks one input and settles every test on it that is still open, so no path asks an input twice.  A state of the
search is what is left of the expressions, so states that ask the same end in the same node.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ruleproof.graph.nodes import Graph, Node, NodeTable
from ruleproof.model import meaning
from ruleproof.model.meaning import Answer
from ruleproof.model.nodes import Decision, Policy, Requirement
from ruleproof.prover.boxes import TooManyBoxes, split
from ruleproof.prover.expressions import (
    FALSE,
    TRUE,
    Compiler,
    Constant,
    Expression,
    Restrictor,
    dimensions_in,
    some,
    tests_in,
)
from ruleproof.prover.space import Box

BUDGET = 200_000
"""How many states a graph may have before it is given up."""

Settle = Callable[[Sequence[Expression]], Answer | str | None]


def graph_of_decision(policy: Policy, decision: Decision, compiler: Compiler, *, exact: bool) -> Graph:
    """Give the graph of a decision; an exact one has a leaf for the cases that cannot happen."""
    no_text = [(compiler(condition), reason) for condition, reason in policy.no_text_says]
    asked = (*(condition for condition, _ in no_text), compiler(decision.scope), *(compiler(rule.condition) for rule in decision.rules))
    names = [rule.name for rule in decision.rules]

    def answer(left: Sequence[Expression]) -> Answer | None:
        """Give the answer once it is settled: the text first, then the scope, then the rules."""
        for (_, reason), open_part in zip(no_text, left, strict=False):
            if open_part == TRUE:
                return Answer(meaning.CANNOT_ANSWER, reason=reason)
            if open_part != FALSE:
                return None
        scope, *rules = left[len(no_text) :]
        if scope == FALSE:
            return Answer(meaning.OUT_OF_SCOPE, reason=decision.out_of_scope)
        if scope != TRUE or not all(isinstance(rule, Constant) for rule in rules):
            return None
        holding = frozenset(name for name, rule in zip(names, rules, strict=True) if rule == TRUE)
        return meaning.resolve(decision, holding)

    return _Builder(policy, compiler, asked, answer, exact).run(decision.name)


def graph_of_requirement(policy: Policy, requirement: Requirement, compiler: Compiler) -> Graph:
    """Give the exact graph of a requirement; its leaves are states."""
    asked = (compiler(policy.no_text), compiler(requirement.when), compiler(requirement.that))

    def state(left: Sequence[Expression]) -> str | None:
        no_text, when, that = left
        if no_text == TRUE:
            return meaning.NOT_CHECKED
        if no_text == FALSE and when == FALSE:
            return meaning.NOT_APPLICABLE
        if no_text == FALSE and when == TRUE and isinstance(that, Constant):
            return meaning.MET if that.value else meaning.FAILED
        return None

    return _Builder(policy, compiler, asked, state, True).run(requirement.name)


@dataclass
class _Builder:
    policy: Policy
    compiler: Compiler
    asked: Sequence[Expression]
    settle: Settle
    exact: bool
    table: NodeTable = field(default_factory=NodeTable)
    known: dict[tuple[Expression, ...], Node | None] = field(default_factory=dict)

    def run(self, name: str) -> Graph:
        self.space = self.compiler.space
        self.restrict = Restrictor(self.policy)
        impossible = _touching(self.compiler.impossible(), self.asked)
        root = self.build(tuple(self.asked), some(impossible))
        return Graph(name, self.space, root or self.table.leaf(None), self.exact)

    def build(self, left: tuple[Expression, ...], impossible: Expression) -> Node | None:
        """Give the node for what is left to ask; `None` where it is reached by no case that can happen."""
        state = (*left, impossible)
        if state not in self.known:
            if len(self.known) > BUDGET:
                raise TooManyBoxes
            self.known[state] = self.make(left, impossible)
        return self.known[state]

    def make(self, left: tuple[Expression, ...], impossible: Expression) -> Node | None:
        if impossible == TRUE:
            return self.table.leaf(None) if self.exact else None
        answer = self.settle(left)
        if answer is not None and impossible == FALSE:
            return self.table.leaf(answer)
        if answer is not None and not self.exact:
            return self.table.leaf(answer) if self.can_happen(impossible) else None
        dimension = self.choose(left if answer is None else (impossible,))
        branches: list[tuple[int, Node]] = []
        for mask in self.cells_apart(dimension, (*left, impossible)):
            box = self.box(dimension, mask)
            rest = tuple(self.restrict(part, box) for part in left) if answer is None else left
            node = self.build(rest, self.restrict(impossible, box))
            if node is not None:
                branches.append((mask, node))
        return self.table.ask(dimension, branches) if branches else None

    def can_happen(self, impossible: Expression) -> bool:
        boxes = split(self.restrict, self.space.whole, (impossible,), lambda left: left[0] if isinstance(left[0], Constant) else None)
        return any(key == FALSE for _, key in boxes)

    def box(self, dimension: int, mask: int) -> Box:
        whole = self.space.whole
        return (*whole[:dimension], mask, *whole[dimension + 1 :])

    def choose(self, left: Sequence[Expression]) -> int:
        """Choose the dimension to ask: the one that leaves the least open on average, in the order declared where equal."""
        open_parts = [part for part in left if not isinstance(part, Constant)]
        candidates = sorted({dimension for part in open_parts for dimension in dimensions_in(part)})
        return min(candidates, key=lambda dimension: (self.cost(dimension, open_parts), dimension))

    def cost(self, dimension: int, open_parts: list[Expression]) -> float:
        classes = self.cells_apart(dimension, open_parts)
        still_open = 0
        for mask in classes:
            box = self.box(dimension, mask)
            for part in open_parts:
                rest = self.restrict(part, box)
                still_open += 0 if isinstance(rest, Constant) else _weight(rest)
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


def _weight(part: Expression) -> int:
    return sum(1 for _ in tests_in(part))


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

