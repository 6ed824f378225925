"""Circles in what requires what: the groups of things that lead to one another, each with one circle to show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

Graph = Mapping[str, Sequence[str]]
"""What each thing leads to; what is no key leads nowhere."""


def circles(graph: Graph) -> Iterator[tuple[frozenset[str], tuple[str, ...]]]:
    """Give each largest group whose members all lead to one another, and a shortest circle through its first member.

    >>> [circle for _, circle in circles({"a": ["b"], "b": ["c", "a"], "c": ["c"], "d": ["a"]})]
    [('a', 'b', 'a'), ('c', 'c')]
    """
    place = {key: number for number, key in enumerate(graph)}
    for group in sorted(_groups(graph), key=lambda group: min(map(place.__getitem__, group))):
        first = min(group, key=place.__getitem__)
        circle = _circle(graph, first, group)
        if circle:
            yield group, circle


def _groups(graph: Graph) -> Iterator[frozenset[str]]:
    """Part all things into groups that lead to one another: what is left last when going forward is met first going back."""
    back: dict[str, list[str]] = {key: [] for key in graph}
    for key, others in graph.items():
        for other in others:
            if other in back:
                back[other].append(key)
    seen: set[str] = set()
    left: list[str] = []
    for key in graph:
        left += _left_in_order(graph, key, seen)
    taken: set[str] = set()
    for key in reversed(left):
        if key not in taken:
            yield frozenset(_left_in_order(back, key, taken))


def _left_in_order(graph: Graph, start: str, seen: set[str]) -> Iterator[str]:
    """Walk everything that is not seen yet, depth first; give each thing when it is left."""
    if start in seen:
        return
    seen.add(start)
    stack = [(start, iter(graph[start]))]
    while stack:
        key, others = stack[-1]
        other = next((each for each in others if each in graph and each not in seen), None)
        if other is None:
            stack.pop()
            yield key
        else:
            seen.add(other)
            stack.append((other, iter(graph[other])))


def _circle(graph: Graph, first: str, group: frozenset[str]) -> tuple[str, ...]:
    """Give a shortest way from a thing back to itself inside its group; empty where there is none."""
    came: dict[str, str] = {}
    todo = [first]
    for key in todo:
        for other in graph[key]:
            if other == first:
                way = [first, key]
                while way[-1] != first:
                    way.append(came[way[-1]])
                return tuple(reversed(way))
            if other in group and other not in came:
                came[other] = key
                todo.append(other)
    return ()
