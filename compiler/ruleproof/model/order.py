"""What must come before what: circles, and an order without one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from ruleproof.model.nodes import Decision


def circle_in(follows: Mapping[str, Sequence[str]]) -> list[str]:
    """Give a way that leads back to its start, or nothing.

    >>> circle_in({"a": ["b"], "b": ["c"], "c": ["b"]})
    ['b', 'c', 'b']
    """
    try:
        TopologicalSorter({name: sorted(others) for name, others in follows.items()}).prepare()
    except CycleError as error:
        # the sorter names each step before the one that leads to it
        return list(reversed(error.args[1]))
    return []


def leads_to(follows: Mapping[str, Iterable[str]], start: str, goal: str) -> bool:
    """Tell whether a way leads from one name to another.

    >>> leads_to({"a": ["b"], "b": ["c"]}, "a", "c"), leads_to({"a": ["b"]}, "b", "a")
    (True, False)
    """
    waiting, seen = [start], {start}
    while waiting:
        for name in follows.get(waiting.pop(), ()):
            if name == goal:
                return True
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return False


def in_order(decisions: Sequence[Decision], uses: Mapping[str, Sequence[str]]) -> list[Decision]:
    """Put decisions after those that they use, else in the order written; there must be no circle."""
    left = list(decisions)
    placed: list[Decision] = []
    while left:
        names = {decision.name for decision in placed}
        ready = next(decision for decision in left if names.issuperset(uses[decision.name]))
        placed.append(ready)
        left.remove(ready)
    return placed
