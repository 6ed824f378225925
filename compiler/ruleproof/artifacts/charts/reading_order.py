"""A decision graph in the order in which a person asks: the text in force, then the scope, then what settles most.

The compiler's graph tells two answers apart where different rules give them, and asks what is cheapest to compute.  For a
reader two places are one where the same is said and one rule says it at both.  So the graph is cut up into its boxes, these
are joined again, and are told apart anew by the questions that leave the fewest of them open.  What is said of a case that
can happen stays the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias, TypeVar

from ruleproof.artifacts.charts.steps import Ask, Step, Table, TooManyQuestionsError, in_order
from ruleproof.graph.nodes import Graph, Leaf, Node, Question
from ruleproof.model.meaning import CANNOT_ANSWER, OUT_OF_SCOPE, Answer
from ruleproof.prover.boxes import merged
from ruleproof.prover.space import Box, bits_of

MOST_PATHS = 5_000

NO_TEXT = Answer(CANNOT_ANSWER, reason="the text in force on this date is not here")
"""What is said wherever the text is missing, whichever revision it is: one end instead of one for each revision."""

Content = TypeVar("Content", bound=Hashable)
Boxes: TypeAlias = frozenset[tuple[Box, Content]]
"""Boxes with what is said in each; what lies in none of them cannot happen."""

_INSIDE = Answer("inside")
_STAGES: tuple[Callable[[Answer], bool], ...] = (
    lambda told: told == NO_TEXT,
    lambda told: told.kind == OUT_OF_SCOPE,
)
"""What is settled first, and what next: is there a text, is the case in scope; then what is said."""


def steps_of(graph: Graph) -> Step | None:
    """Give the graph of a decision in reading order; a graph that is too large for that stays as it is.

    `None` where no case can happen.  An exact graph gives fewer questions: it knows what cannot happen.
    """
    if _count_paths(graph) > MOST_PATHS:
        return _as_it_is(graph)
    try:
        return _Reorder(graph).run()
    except TooManyQuestionsError:
        return _as_it_is(graph)


def _count_paths(graph: Graph) -> int:
    count: dict[int, int] = {}
    for node in reversed(graph.nodes):
        count[id(node)] = sum(count[id(branch.node)] for branch in node.branches) if isinstance(node, Question) else 1
    return count[id(graph.root)]


def _as_it_is(graph: Graph) -> Step | None:
    table = Table(most=len(graph.nodes))
    made: dict[int, Step | None] = {}
    for node in reversed(graph.nodes):
        if isinstance(node, Leaf):
            made[id(node)] = table.say(_told(_answer(node)), _answer(node).rules) if node.answer is not None else None
            continue
        ways = [(branch.cells, step) for branch in node.branches if (step := made[id(branch.node)]) is not None]
        made[id(node)] = table.ask(node.dimension, ways) if ways else None
    return made[id(graph.root)]


def _answer(leaf: Leaf) -> Answer:
    assert isinstance(leaf.answer, Answer), (
        "the graph of a decision has answers, and one that is not exact nothing else"
    )
    return leaf.answer


def _told(answer: Answer) -> Answer:
    """Give an answer as a reader is told it, without the rules behind it."""
    if answer.kind == CANNOT_ANSWER and not answer.rules:
        return NO_TEXT
    return replace(answer, rules=())


class _Reorder:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.whole = graph.space.whole
        self.table = Table()
        self.chosen: dict[Boxes[Answer], int] = {}

    def run(self) -> Step | None:
        start = [(box, _told(answer)) for box, answer in self.answers(self.whole)]
        return self.stage(start, _STAGES) if start else None

    def stage(self, boxes: list[tuple[Box, Answer]], stages: tuple[Callable[[Answer], bool], ...]) -> Step:
        """Give the steps that tell apart what ends in the first stage, and from there on those of the other stages.

        A later stage is built once, for all cases that come to it, and so may ask again what an earlier one has asked for
        its own purpose: the reader turns one page, and the page is short.
        """
        if not stages:
            return self.build(_widened(_joined(boxes), self.whole), self.whole, None)
        ends, later = stages[0], stages[1:]
        inside = [(box, told) for box, told in boxes if not ends(told)]
        if not inside:
            return self.stage(boxes, ())
        rest = self.stage(inside, later)
        coarse = _joined((box, told if ends(told) else _INSIDE) for box, told in boxes)
        return self.build(_widened(coarse, self.whole), self.whole, rest)

    def answers(self, within: Box) -> Iterator[tuple[Box, Answer]]:
        """Give the graph's answers in a box, each with the part of the box where it is given."""
        stack: list[tuple[Node, Box]] = [(self.graph.root, within)]
        while stack:
            node, box = stack.pop()
            if isinstance(node, Leaf):
                if node.answer is not None:
                    yield box, _answer(node)
                continue
            for branch in node.branches:
                left = box[node.dimension] & branch.cells
                if left:
                    stack.append((branch.node, _cut(box, node.dimension, left)))

    def build(self, state: Boxes[Answer], path: Box, rest: Step | None) -> Step:
        """Give the step for a state, which the cases of the box `path` reach; `rest` is where those inside go on."""
        told = {told for _, told in state}
        if told == {_INSIDE} and rest is not None:
            return rest
        if len(told) == 1:
            return self.end(_joined((box, answer) for box, answer in self.answers(path) if _told(answer) in told))
        dimension = self.choice(state)
        parts = _slices(state, dimension, self.whole)
        return self.ask(dimension, {cells: _joined(part) for part, cells in parts.items()}, path, rest)

    def ask(self, dimension: int, parts: dict[int, Boxes[Answer]], path: Box, rest: Step | None) -> Step:
        """Ask a question; where an answer would ask it again to tell rules apart, tell its cells apart at once."""
        ways = []
        for cells, part in parts.items():
            step = self.build(part, _cut(path, dimension, cells), rest)
            if step is not rest and cells & (cells - 1) and dimension in _asked(step):
                ways += [
                    (1 << cell, self.build(part, _cut(path, dimension, 1 << cell), rest)) for cell in bits_of(cells)
                ]
            else:
                ways.append((cells, step))
        return self.table.ask(dimension, ways)

    def choice(self, state: Boxes[Answer]) -> int:
        """Choose the dimension to ask: where the fewest boxes stay open; of equal ones the first declared."""
        if state not in self.chosen:
            costs = ((self.cost(state, dimension), dimension) for dimension in _apart(state, self.whole))
            self.chosen[state] = min(costs)[1]
        return self.chosen[state]

    def cost(self, state: Boxes[Answer], dimension: int) -> float:
        """Count the boxes left open by a question; an end is cheap, but not free."""
        parts = _slices(state, dimension, self.whole)
        if len(parts) == 1:
            return float("inf")
        return sum(len(part) if len({told for _, told in part}) > 1 else 0.5 for part in parts)

    def end(self, found: Boxes[Answer]) -> Step:
        """Give the end where one thing is said; where no rule says it in every case, ask on until one does."""
        rules = [frozenset(answer.rules) for _, answer in found]
        always, ever = frozenset.intersection(*rules), frozenset.union(*rules)
        if always or not all(rules):
            told = {_told(answer) for _, answer in found}
            return self.table.say(told.pop(), self.named(always), self.named(ever - always))
        found = _widened(found, self.whole)
        all_parts = {place: _slices(found, place, self.whole) for place in _apart(found, self.whole)}
        asked = {place: parts for place, parts in all_parts.items() if len(parts) > 1}
        place = min(asked, key=lambda place: (sum(map(_fewest_rules, asked[place])), place))
        return self.table.ask(place, [(cells, self.end(part)) for part, cells in asked[place].items()])

    def named(self, rules: frozenset[str]) -> tuple[str, ...]:
        decision = self.graph.space.policy.decision(self.graph.name)
        return tuple(rule.name for rule in decision.rules if rule.name in rules)


def _asked(step: Step) -> frozenset[int]:
    """Give the dimensions that are asked from a step on."""
    return frozenset(later.dimension for later in in_order(step) if isinstance(later, Ask))


def _fewest_rules(found: Boxes[Answer]) -> int:
    """Count the rules that are needed to have one that gives each answer, taking the most useful one first."""
    open_answers = [frozenset(answer.rules) for _, answer in found]
    count = 0
    while open_answers:
        votes = Counter(rule for rules in open_answers for rule in sorted(rules))
        best = min(votes, key=lambda rule: (-votes[rule], rule))
        open_answers = [rules for rules in open_answers if best not in rules]
        count += 1
    return count


def _cut(box: Box, dimension: int, cells: int) -> Box:
    return (*box[:dimension], cells, *box[dimension + 1 :])


def _joined(boxes: Iterable[tuple[Box, Content]]) -> Boxes[Content]:
    """Join boxes in which the same is said, as far as they are neighbours."""
    by_content: dict[Content, list[Box]] = {}
    for box, content in boxes:
        by_content.setdefault(content, []).append(box)
    return frozenset((box, content) for content, found in by_content.items() for box in _merged(found))


def _merged(boxes: list[Box]) -> Iterator[Box]:
    """Join boxes; only the dimensions in which they differ are looked at."""
    differing = [place for place, masks in enumerate(zip(*boxes, strict=True)) if len(set(masks)) > 1]
    for small in merged(tuple(box[place] for place in differing) for box in boxes):
        whole = list(boxes[0])
        for place, mask in zip(differing, small, strict=True):
            whole[place] = mask
        yield tuple(whole)


def _widened(state: Boxes[Content], whole: Box) -> Boxes[Content]:
    """Drop every dimension that keeps nothing apart but cases that cannot happen, the last declared first.

    Afterwards boxes in which the same is said may overlap.
    """
    for place in reversed(_apart(state, whole)):
        if not _keeps_apart(state, place):
            state = _joined((_cut(box, place, whole[place]), said) for box, said in state)
    return state


def _keeps_apart(state: Boxes[Content], dropped: int) -> bool:
    """Tell whether two boxes in which different things are said would overlap without a dimension."""
    boxes = list(state)
    saying: dict[Content, int] = {}
    meeting = [(1 << len(boxes)) - 1] * len(boxes)
    for index, (_, said) in enumerate(boxes):
        saying[said] = saying.get(said, 0) | 1 << index
    for place in range(len(boxes[0][0])):
        if place == dropped:
            continue
        holding: dict[int, int] = {}
        for index, (box, _) in enumerate(boxes):
            holding[box[place]] = holding.get(box[place], 0) | 1 << index
        if len(holding) == 1:
            continue
        touching = {mask: sum(held for other, held in holding.items() if mask & other) for mask in holding}
        meeting = [meets & touching[box[place]] for meets, (box, _) in zip(meeting, boxes, strict=True)]
    return any(meets & ~saying[said] for meets, (_, said) in zip(meeting, boxes, strict=True))


def _apart(boxes: Boxes[Content], whole: Box) -> list[int]:
    """Give the dimensions in which some box is not the whole."""
    return [place for place, full in enumerate(whole) if any(box[place] != full for box, _ in boxes)]


def _slices(boxes: Boxes[Content], dimension: int, whole: Box) -> dict[Boxes[Content], int]:
    """Give what each cell of a dimension leaves of the boxes, with the mask of the cells that leave the same.

    Cells that leave nothing cannot happen and are left out.
    """
    cells_of: dict[Boxes[Content], int] = {}
    wide = [(box[dimension], (_cut(box, dimension, whole[dimension]), content)) for box, content in boxes]
    for cell in bits_of(whole[dimension]):
        bit = 1 << cell
        part = frozenset(item for mask, item in wide if mask & bit)
        if part:
            cells_of[part] = cells_of.get(part, 0) | bit
    return cells_of
