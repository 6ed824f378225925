"""Graphs that are followed together: what can happen, decisions and requirements, in as few look-ups as pay."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ruleproof.runtime.batch.cascade import Cascade, cascade_of
from ruleproof.runtime.batch.coded import Coded, Numbers
from ruleproof.runtime.batch.following import Graph, Known, Rows
from ruleproof.runtime.batch.lookups import Follower
from ruleproof.runtime.kernel.graphs import Open

CAN_HAPPEN = 1
"""What the graph of all that cannot happen together says of what can."""
_MOST_ENTRIES_TOGETHER = 60_000
"""The most entries of tables of single dimensions that are made to find out whether graphs are followed together."""
_COST_OF_A_COLUMN, _COST_OF_A_TABLE = 0.4, 1.2
"""Nanoseconds a row, roughly; only their ratio counts."""
_FEW_ENDS = 256
"""So few ends are asked all, whether they occur or not."""
_NOT_ASKED = -2


@dataclass(frozen=True)
class Group:
    """Some graphs, by their places, and the tables that they share; the first one tells what can happen."""

    places: tuple[int, ...]
    follower: Follower
    numbers: tuple[Numbers, ...]
    """For each of these graphs and each end the number of what is said there; last a row that was rejected: -1."""
    first_impossible: int
    """The ends from here on cannot happen."""


def groups_of(graphs: Sequence[Graph], sizes: Sequence[int], known: Known) -> tuple[tuple[Group, ...], tuple[int, ...]]:
    """Put graphs into groups, each beside the first graph; and name those that have no tables."""
    never = cascade_of([graphs[0].nodes], sizes, known)
    if never is None:
        return (), tuple(range(len(graphs)))
    groups: list[tuple[tuple[int, ...], Cascade]] = [((0,), never)]
    without: list[int] = []
    for place in range(1, len(graphs)):
        places, last = groups[-1]
        together = [graphs[item].nodes for item in (*places, place)]
        if not last.blocks:  # nothing is asked so far
            joint = cascade_of(together, sizes, known)
            if joint is None:
                without.append(place)
            else:
                groups[-1] = ((*places, place), joint)
            continue
        alone = cascade_of([graphs[place].nodes], sizes, known)
        if alone is None:
            without.append(place)
            continue
        joint = cascade_of(together, sizes, known, _MOST_ENTRIES_TOGETHER)
        if joint is not None and _cost(joint) <= _cost(last) + _cost(alone):
            groups[-1] = ((*places, place), joint)
        else:
            groups.append(((place,), alone))
    return tuple(_group(places, cascade) for places, cascade in groups), tuple(without)


def _cost(cascade: Cascade) -> float:
    return sum(len(block.dimensions) * _COST_OF_A_COLUMN + _COST_OF_A_TABLE for block in cascade.blocks)


def _group(places: tuple[int, ...], cascade: Cascade) -> Group:
    first = len(cascade.ends)
    if places[0] == 0:
        cascade, first = _impossible_last(cascade)
    numbers = [np.full(len(cascade.ends) + 1, _NOT_ASKED, np.int32) for _ in places]
    for said in numbers:
        said[first:] = -1
    return Group(places, Follower(cascade), tuple(numbers), first)


def _impossible_last(cascade: Cascade) -> tuple[Cascade, int]:
    """Order the ends so that those which cannot happen come last; give also the place of the first of them."""
    happens = {node: _can_happen(cascade, node) for node in {left[0] for left in cascade.ends}}
    possible = np.array([happens[left[0]] for left in cascade.ends])
    if possible.all() or not cascade.blocks:
        return cascade, len(possible) if possible.all() else 0
    order = np.argsort(~possible, kind="stable")
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    last = cascade.blocks[-1]
    table = places.take(last.table).astype(last.table.dtype)
    blocks = (*cascade.blocks[:-1], replace(last, table=table))
    ends = tuple(cascade.ends[place] for place in order.tolist())
    return replace(cascade, blocks=blocks, ends=ends), int(possible.sum())


def _can_happen(cascade: Cascade, node: int) -> bool:
    return CAN_HAPPEN in cascade.residuals.opened(node, (True, False)).reached


def said_of(
    group: Group, graphs: Sequence[Graph], rows: Rows, number: Callable[[int, Open], int]
) -> tuple[Numbers | None, Iterator[tuple[int, Coded]]]:
    """Give the rows that cannot happen, if any, and for each graph the numbers of what it says; `number` numbers that.

    The graph of what can happen says nothing itself.
    """
    ends = group.follower.follow(rows.of, rows.count)
    impossible = None
    if group.first_impossible < len(group.follower.cascade.ends) and int(ends.max(initial=0)) >= group.first_impossible:
        impossible = ends >= group.first_impossible
    _ask(group, graphs, ends, number)
    pairs = zip(group.places, group.numbers, strict=True)
    return impossible, ((place, Coded(ends, numbers)) for place, numbers in pairs if place)


def _ask(group: Group, graphs: Sequence[Graph], ends: Numbers, number: Callable[[int, Open], int]) -> None:
    """Number what is said at each end that occurs, the first time that it does; few ends are all asked at once."""
    waiting = group.numbers[-1] == _NOT_ASKED
    if group.places == (0,) or not waiting.any():
        return
    cascade = group.follower.cascade
    if len(cascade.ends) > _FEW_ENDS:
        waiting[:-1] &= np.bincount(ends, minlength=len(cascade.ends)).astype(bool)
    for end in np.flatnonzero(waiting).tolist():
        for place, node, numbers in zip(group.places, cascade.ends[end], group.numbers, strict=True):
            if place:
                numbers[end] = number(place, cascade.residuals.opened(node, graphs[place].said))
