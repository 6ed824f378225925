"""The tables of decisions and requirements: graphs, followed exactly where all is known, or as far as is known."""

from __future__ import annotations

import datetime as dt

from ruleproof.runtime.kernel.answers import Answer, Question, Requirement, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence
    from typing import Any

# ---------------------------------------------------------------- graphs


class Open:
    """A graph asked with some inputs unknown: what can still be said, and which questions it hangs on.

    `nodes` holds a question as its dimension and then, for each stretch of cells, its first cell and the node to go to;
    a leaf as -1 and its number, -1 where the case cannot happen.  A node stands before all that it leads to.
    """

    __slots__ = ("_kept", "_numbers", "nodes", "reached", "root", "said")

    def __init__(self, nodes: tuple[tuple[int, ...], ...], said: Sequence[Hashable]) -> None:
        self.nodes = nodes
        self.said = said
        self.reached: set[int] = set()
        self.root = -1
        self._numbers: dict[Hashable, int] = {}
        self._kept: list[Any] = []

    def walk(self, cells: Sequence[int]) -> int:
        """Give what is left where some cells are known (-1: unknown), as a number; -1 where nothing can happen."""
        ways: dict[int, tuple[int, ...]] = {}
        waiting = [0]
        while waiting:
            index = waiting.pop()
            if index not in ways:
                ways[index] = self._ways(self.nodes[index], cells)
                waiting += ways[index][1::2]
        left: dict[int, int] = {}
        for index in sorted(ways, reverse=True):
            dimension, number = self.nodes[index][:2]
            if dimension >= 0:
                left[index] = self.question(dimension, ways[index][::2], [left[way] for way in ways[index][1::2]])
            else:
                left[index] = -1 if number < 0 else self.leaf(self.said[number])
        self.reached.update(self.nodes[index][1] for index in ways if self.nodes[index][0] < 0)
        self.reached.discard(-1)
        return left[0]

    def _ways(self, node: tuple[int, ...], cells: Sequence[int]) -> tuple[int, ...]:
        """Give the stretches of a question that the known cells leave, each as its start and the node to go to."""
        if node[0] < 0:
            return ()
        cell = cells[node[0]]
        return node[1:] if cell < 0 else (0, _way(node, cell))

    def leaf(self, said: Hashable) -> int:
        return self._number((-1, said))

    def question(self, dimension: int, starts: Iterable[int], ways: Sequence[int]) -> int:
        different = {way for way in ways if way >= 0}
        if len(different) < 2:
            return different.pop() if different else -1
        return self._number((dimension, tuple(starts), tuple(ways)))

    def _number(self, key: Hashable) -> int:
        if key not in self._numbers:
            self._numbers[key] = len(self._kept)
            self._kept.append(key)
        return self._numbers[key]

    def left(self) -> tuple[list[Any], list[int]]:
        """Give what can still be said below the root, and the dimensions still asked, those near the root first."""
        said, asked, seen = [], {}, {self.root: True} if self.root >= 0 else {}
        for number in (queue := list(seen)):
            dimension, *rest = self._kept[number]
            if dimension < 0:
                said.append(rest[0])
                continue
            asked[dimension] = True
            for way in rest[1]:
                if way >= 0 and way not in seen:
                    seen[way] = True
                    queue.append(way)
        return said, list(asked)


def _way(node: tuple[int, ...], cell: int) -> int:
    """Give the node that a question leads to for a cell."""
    place = len(node) - 2
    while node[place] > cell:
        place -= 2
    return node[place + 1]


def _leaf(nodes: tuple[tuple[int, ...], ...], cells: Sequence[int]) -> int:
    """Follow a full case to its leaf."""
    node = nodes[0]
    while node[0] >= 0:
        node = nodes[_way(node, cells[node[0]])]
    return node[1]


def standing(now: Any, earlier: Sequence[tuple[str, Any]], posted: dt.date | None) -> Any:
    """Give what stood as posted on a day: each of `earlier` stood until its day, `now` stands since the last of them."""
    if posted is None or not earlier:
        return now
    day = posted.isoformat()
    return next((item for before, item in earlier if day < before), now)


class Decision:
    """The tables of one decision."""

    __slots__ = ("answers", "asks", "earlier", "label", "name", "nodes", "questions", "reviewer", "rules", "said")

    def __init__(
        self,
        name: str,
        label: str,
        questions: dict[str, Question],
        reviewer: tuple[str, ...],
        rules: dict[str, Rule],
        answers: tuple[tuple[Any, ...], ...],
        nodes: tuple[tuple[int, ...], ...],
        earlier: tuple[tuple[str, Decision], ...] = (),
    ) -> None:
        self.name = name
        self.label = label
        self.earlier = earlier
        self.questions = questions
        self.reviewer = reviewer
        self.rules = rules
        self.answers = tuple(Answer(self, *parts) for parts in answers)
        self.nodes = nodes
        self.asks = frozenset(node[0] for node in nodes)
        self.said = tuple(answer.said for answer in self.answers)

    def full(self, cells: Sequence[int]) -> Answer:
        return self.answers[_leaf(self.nodes, cells)]

    def partial(self, opened: Open, names: Sequence[str], presumed: tuple[str, ...]) -> Answer:
        """Give the one answer that is left, or say which are possible and what they hang on."""
        said, asked = opened.left()
        reached = [self.answers[number] for number in sorted(opened.reached)]
        found: list[tuple[Any, ...]] = []
        for told in said:
            givers = {rule for answer in reached if answer.said == told for rule in answer.rules}
            found.append((*told, tuple(rule for rule in self.rules if rule in givers)))
        if len(found) == 1:
            return Answer(self, *(*found[0], presumed))
        possible = tuple(Answer(self, *parts) for parts in sorted(found, key=repr))
        needed = tuple(dict.fromkeys(names[dimension] for dimension in asked))
        return Answer(self, "not known yet", presumed=presumed, needed=needed, possible=possible)


class RequirementTable:
    """The tables of one requirement."""

    __slots__ = (
        "action",
        "asks",
        "earlier",
        "label",
        "limit",
        "name",
        "nodes",
        "questions",
        "reason_codes",
        "rule",
        "said",
        "states",
        "text",
    )

    def __init__(
        self,
        name: str,
        label: str,
        questions: dict[str, Question],
        action: str,
        reason_codes: str,
        text: str,
        limit: str,
        rule: Rule,
        said: tuple[str, ...],
        nodes: tuple[tuple[int, ...], ...],
        earlier: tuple[tuple[str, RequirementTable], ...] = (),
    ) -> None:
        self.name = name
        self.label = label
        self.earlier = earlier
        self.questions = questions
        self.action = action
        self.reason_codes = reason_codes
        self.text = text
        self.limit = limit
        self.rule = rule
        self.said = said
        self.nodes = nodes
        self.asks = frozenset(node[0] for node in nodes)
        self.states = {state: Requirement(self, state) for state in (*said, "not checked")}

    def full(self, cells: Sequence[int]) -> Requirement:
        return self.states[self.said[_leaf(self.nodes, cells)]]

    def partial(self, opened: Open, names: Sequence[str], presumed: tuple[str, ...]) -> Requirement:
        said, asked = opened.left()
        if len(said) == 1:
            return Requirement(self, said[0], presumed)
        needed = tuple(dict.fromkeys(names[dimension] for dimension in asked))
        return Requirement(self, "not checked", presumed, needed)


class Impossible:
    """One combination that cannot happen; its graph ends in 0 where it is met and in 1 where it is not."""

    __slots__ = ("because", "earlier", "inputs", "label", "name", "nodes")

    def __init__(
        self,
        name: str,
        label: str,
        because: str,
        inputs: tuple[str, ...],
        nodes: tuple[tuple[int, ...], ...],
        earlier: tuple[tuple[str, Impossible], ...] = (),
    ) -> None:
        self.earlier = earlier
        self.name = name
        self.label = label
        self.because = because
        self.inputs = inputs
        self.nodes = nodes
