"""Decision of many rules to a graph, cut by cut: for tables of hundreds of rules, each a test of one range or set per input.

Asking an input settles every test on it elsewhere, which is easy to read; but a column with a thousand bounds has as many
branches then, and most rules stand in most of them.  Here a question has two ways, at the bound or set that keeps the rules
apart best, so that the graph stays near the size of the table.  A path may ask an input again, for what it does not know yet.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import log2

from ruleproof.graph.nodes import Graph, Node, NodeTable
from ruleproof.model.meaning import resolve
from ruleproof.model.nodes import Decision
from ruleproof.prover.boxes import TooManyBoxesError
from ruleproof.prover.expressions import TRUE, Count, Expression, InCells, Negation
from ruleproof.prover.space import Space

MANY = 150
"""From how many rules on a decision is cut."""

MOST_NODES = 200_000
"""How many questions a graph may have before it is given up."""

MOST_SETS = 24
"""How many sets of named values are tried for a cut, those that most rules name."""

Tests = Mapping[int, int]
"""What a rule asks: the cells of each dimension in which it may hold; in all others it holds everywhere."""


def tests_of(rule: Expression, space: Space) -> Tests | None:
    """Give what a rule asks, where it is one test for each of some dimensions; nothing for any other condition."""
    if rule == TRUE:
        return {}
    parts = rule.parts if isinstance(rule, Count) and rule.count == len(rule.parts) else (rule,)
    found: dict[int, int] = {}
    for part in parts:
        test = part.part if isinstance(part, Negation) else part
        if not isinstance(test, InCells):
            return None
        full = space.dimensions[test.dimension].full
        found[test.dimension] = found.get(test.dimension, full) & (test.cells if test is part else full & ~test.cells)
    return found if all(found.values()) else None


def graph_by_cuts(decision: Decision, space: Space, rules: Sequence[Tests], *, exact: bool) -> Graph:
    """Give the graph of a decision whose rules ask `rules`, in their order, where every case can happen and is in scope."""
    return Graph(decision.name, space, _Cutting(decision, space).build(rules), exact)


@dataclass
class _Cutting:
    decision: Decision
    space: Space
    table: NodeTable = field(default_factory=NodeTable)
    made: int = 0

    def build(self, rules: Sequence[Tests]) -> Node:
        left = {number: dict(tests) for number, tests in enumerate(rules)}
        held = tuple(number for number, tests in left.items() if not tests)
        return self.node(self.space.whole, {number: tests for number, tests in left.items() if tests}, held)

    def node(self, box: Sequence[int], left: Mapping[int, dict[int, int]], held: tuple[int, ...]) -> Node:
        """Give the node of a box: `left` is what the rules still ask that may hold in it, `held` are those that do."""
        if not left:
            rules = tuple(self.decision.rules[number] for number in sorted(held))
            return self.table.leaf(resolve(replace(self.decision, rules=rules), frozenset(rule.name for rule in rules)))
        self.made += 1
        if self.made > MOST_NODES:
            raise TooManyBoxesError
        dimension, cells = self.cut(box, left)
        ways = []
        for mask in (cells, box[dimension] & ~cells):
            inside = (*box[:dimension], mask, *box[dimension + 1 :])
            ways.append((mask, self.node(inside, *_within(left, held, dimension, mask))))
        return self.table.ask(dimension, ways)

    def cut(self, box: Sequence[int], left: Mapping[int, dict[int, int]]) -> tuple[int, int]:
        """Choose where to cut: where the two sides together have the least left to do."""
        asked: dict[int, list[int]] = {}
        for tests in left.values():
            for dimension, mask in tests.items():
                asked.setdefault(dimension, []).append(mask)
        best: tuple[float, int, int] = (float("inf"), 0, 0)
        for dimension, masks in sorted(asked.items()):
            anywhere = len(left) - len(masks)
            cuts = self.bounds if self.in_order(dimension, masks) else self.sets
            for inside, outside, cells in cuts(masks, box[dimension]):
                worth = round(_work(inside + anywhere) + _work(outside + anywhere), 6)
                if worth < best[0]:
                    best = worth, dimension, cells & box[dimension]
        return best[1:]

    def in_order(self, dimension: int, masks: Sequence[int]) -> bool:
        """Tell whether a dimension is cut at bounds: its cells stand in an order, and every test is one stretch of them."""
        return self.space.dimensions[dimension].cells[0].stretch and all(_one_stretch(mask) for mask in masks)

    def bounds(self, masks: Sequence[int], here: int) -> Iterator[tuple[int, int, int]]:
        """Give each bound as a cut: how many rules reach below it, how many above it, and the cells below it."""
        starts = sorted((mask & -mask).bit_length() - 1 for mask in masks)
        ends = sorted(mask.bit_length() for mask in masks)
        first, after = (here & -here).bit_length() - 1, here.bit_length()
        for bound in sorted(bound for bound in {*starts, *ends} if first < bound < after):
            yield bisect_left(starts, bound), len(ends) - bisect_right(ends, bound), (1 << bound) - 1

    def sets(self, masks: Sequence[int], here: int) -> Iterator[tuple[int, int, int]]:
        """Give sets of cells as cuts, in the same manner: those that most rules name."""
        named = Counter(masks)
        for cells, _ in sorted(named.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_SETS]:
            inside = sum(times for mask, times in named.items() if mask & cells)
            outside = sum(times for mask, times in named.items() if mask & here & ~cells)
            yield inside, outside, cells


def _within(
    left: Mapping[int, dict[int, int]], held: tuple[int, ...], dimension: int, mask: int
) -> tuple[dict[int, dict[int, int]], tuple[int, ...]]:
    """Give what is left, and what holds, where a dimension is known to lie in a mask."""
    still: dict[int, dict[int, int]] = {}
    more: list[int] = []
    for number, tests in left.items():
        cells = tests.get(dimension)
        if cells is None or (mask & ~cells and mask & cells == cells):
            still[number] = tests
        elif not mask & cells:
            continue
        elif mask & ~cells:
            still[number] = {**tests, dimension: mask & cells}
        elif len(tests) > 1:
            still[number] = {place: own for place, own in tests.items() if place != dimension}
        else:
            more.append(number)
    return still, (*held, *more)


def _one_stretch(mask: int) -> bool:
    """Tell whether the bits of a mask stand side by side.

    >>> _one_stretch(0b0110), _one_stretch(0b0101)
    (True, False)
    """
    from_the_end = mask // (mask & -mask)
    return not from_the_end & (from_the_end + 1)


def _work(rules: int) -> float:
    """Give about how much is left to do with so many rules."""
    return rules * log2(rules + 1)
