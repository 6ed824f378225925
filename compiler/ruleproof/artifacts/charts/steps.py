"""The steps of a flowchart: what is asked and what is said, before anything is laid out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from ruleproof.model.meaning import Answer

MOST_QUESTIONS = 2_000


@dataclass(frozen=True, slots=True)
class Say:
    """An end: what is said (without rules), the rules that say it in every case here, and those that do in some."""

    answer: Answer
    always: tuple[str, ...]
    at_times: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """Where a question leads for some cells, given as a bit mask."""

    cells: int
    step: Step


@dataclass(frozen=True, eq=False, slots=True)
class Ask:
    """A question; the masks of its ways are disjoint, in ascending order.  A cell of no way cannot happen here."""

    dimension: int
    ways: tuple[Way, ...]


Step: TypeAlias = Say | Ask


class TooManyQuestionsError(Exception):
    """There would be more questions than anybody reads."""


@dataclass
class Table:
    """Makes steps so that equal ones are the same object and no question is idle."""

    most: int = MOST_QUESTIONS
    _says: dict[Say, Say] = field(default_factory=dict)
    _asks: dict[tuple[int, tuple[tuple[int, int], ...]], Ask] = field(default_factory=dict)
    _made: int = 0

    def say(self, answer: Answer, always: tuple[str, ...], at_times: tuple[str, ...] = ()) -> Say:
        end = Say(answer, always, at_times)
        return self._says.setdefault(end, end)

    def ask(self, dimension: int, ways: Iterable[tuple[int, Step]]) -> Step:
        """Give the question with these ways; ways to the same step become one, and one way needs no question."""
        self._made += 1
        if self._made > self.most:
            raise TooManyQuestionsError
        joined: dict[int, tuple[int, Step]] = {}
        for cells, step in ways:
            joined[id(step)] = (joined.get(id(step), (0, step))[0] | cells, step)
        ordered = sorted(joined.values(), key=lambda way: way[0] & -way[0])
        if len(ordered) == 1:
            return ordered[0][1]
        key = (dimension, tuple((cells, id(step)) for cells, step in ordered))
        return self._asks.setdefault(key, Ask(dimension, tuple(Way(cells, step) for cells, step in ordered)))


def in_order(root: Step) -> Iterator[Step]:
    """Give every step once, each before the steps it leads to, as far as there is such an order on first sight."""
    seen: set[int] = set()
    stack = [root]
    while stack:
        step = stack.pop()
        if id(step) in seen:
            continue
        seen.add(id(step))
        yield step
        if isinstance(step, Ask):
            stack.extend(way.step for way in reversed(step.ways))


def follow(root: Step, cells: tuple[int, ...]) -> Say | None:
    """Follow a case, given as a cell number for each dimension, to what is said of it; `None` where it cannot happen."""
    step = root
    while isinstance(step, Ask):
        bit = 1 << cells[step.dimension]
        ways = [way.step for way in step.ways if way.cells & bit]
        if not ways:
            return None
        step = ways[0]
    return step


def bottom_up(root: Step) -> tuple[Step, ...]:
    """Give every step once, each after the steps it leads to, the root last."""
    order: list[Step] = []
    seen: set[int] = set()
    stack: list[tuple[Step, bool]] = [(root, False)]
    while stack:
        step, done = stack.pop()
        if done:
            order.append(step)
        elif id(step) not in seen:
            seen.add(id(step))
            stack.append((step, True))
            if isinstance(step, Ask):
                stack.extend((way.step, False) for way in reversed(step.ways))
    return tuple(order)
