"""Graph to Python functions: nested conditions for full cases, each end with its answer, rules and citations in a comment.

A part of the graph that is reached on several ways is a function of its own, so the text grows with the graph and not with
its paths; so is a part that would be indented too deep, or make its function too long to read.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ruleproof.artifacts.names import unused
from ruleproof.artifacts.python.conditions import Conditions
from ruleproof.artifacts.python.text import in_comment
from ruleproof.graph.nodes import Branch, Graph, Leaf, Node, NodeTable, Question

DEEPEST = 5
LONGEST = 40
"""How many questions a function asks at most."""


@dataclass
class Functions:
    """Writes the functions of one graph."""

    graph: Graph
    conditions: Conditions
    name: str
    """What the first function is called; those of shared parts have its name and a number."""
    returns: str
    """The type of what they return."""
    end: Callable[[Leaf], tuple[str, str]]
    """Gives what to return at a leaf, and what to say about it."""
    says: str
    """The docstring of the first function."""
    used: set[str]
    waiting: list[Question] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    left: int = 0

    def __post_init__(self) -> None:
        asked = Counter(
            id(branch.node) for node in self.graph.nodes if isinstance(node, Question) for branch in node.branches
        )
        self.shared = {node for node, times in asked.items() if times > 1}
        self.sizes: dict[int, int] = {}
        for node in reversed(self.graph.nodes):
            branches = node.branches if isinstance(node, Question) else ()
            self.sizes[id(node)] = 1 + sum(
                1 if id(part.node) in self.shared else self.sizes[id(part.node)] for part in branches
            )

    def lines(self) -> Iterator[str]:
        """Give the lines of all functions, the first one first."""
        yield from self.function(self.name, self.graph.root, self.says)
        done = 0
        while done < len(self.waiting):
            node = self.waiting[done]
            done += 1
            yield from self.function(self.names[id(node)], node, "")

    def function(self, name: str, node: Node, says: str) -> Iterator[str]:
        self.left = LONGEST
        yield ""
        yield ""
        yield f"def {name}({'known' if isinstance(node, Question) else '_known'}: _Known) -> {self.returns}:"
        if says:
            yield f'    """{says}"""'
        yield from self.body(node, 1)

    def body(self, node: Node, depth: int) -> list[str]:
        """Give the lines that answer from a node on; guards in a row that lead to the same lines are one."""
        guards: list[tuple[list[str], list[str]]] = []
        while isinstance(node, Question) and (self.own(node, depth) or not guards):
            if self.is_test(node):
                break
            self.left -= 1
            *others, last = self.ordered(node)
            open_cells = sum(branch.cells for branch in node.branches)
            for branch in others:
                test = self.conditions.test(node.dimension, branch.cells, open_cells)
                lines = self.part(branch.node, depth + 1)
                if guards and guards[-1][1] == lines:
                    guards[-1][0].append(test)
                else:
                    guards.append(([test], lines))
                open_cells &= ~branch.cells
            node = last.node
        said = [line for tests, lines in guards for line in [*_if(tests, "    " * depth), *lines]]
        return [*said, *(self.part(node, depth) if guards else self.ending(node, depth))]

    def part(self, node: Node, depth: int) -> list[str]:
        """Give what follows a condition: more of the same function, or a call of another one."""
        if isinstance(node, Leaf) or self.is_test(node):
            return self.ending(node, depth)
        if self.own(node, depth):
            return self.body(node, depth)
        if id(node) not in self.names:
            self.names[id(node)] = unused(f"{self.name}_{self.graph.number[id(node)]}", self.used)
            self.used.add(self.names[id(node)])
            self.waiting.append(node)
        return [f"{'    ' * depth}return {self.names[id(node)]}(known)"]

    def own(self, node: Node, depth: int) -> bool:
        """Tell whether a node is written out where it stands."""
        return id(node) not in self.shared and depth <= DEEPEST and self.left > 0

    def is_test(self, node: Node) -> bool:
        """Tell whether a question only tells true from false."""
        return (
            self.returns == "bool"
            and isinstance(node, Question)
            and all(isinstance(part.node, Leaf) for part in node.branches)
        )

    def ending(self, node: Node, depth: int) -> list[str]:
        pad = "    " * depth
        if isinstance(node, Question):
            yes = next(
                branch
                for branch in node.branches
                if isinstance(branch.node, Leaf) and self.end(branch.node)[0] == "True"
            )
            return [
                f"{pad}return {self.conditions.test(node.dimension, yes.cells, sum(part.cells for part in node.branches))}"
            ]
        value, words = self.end(node)
        lines = textwrap.wrap(in_comment(words), 108 - len(pad), break_on_hyphens=False)[:4]
        return [*(f"{pad}# {line}" for line in lines), f"{pad}return {value}"]

    def ordered(self, node: Question) -> list[Branch]:
        """Give the branches in the order of their cells, but the one with the most to ask last, where nothing is indented."""
        most = max(
            node.branches, key=lambda branch: self.sizes[id(branch.node)] if isinstance(branch.node, Question) else 0
        )
        last = most if isinstance(most.node, Question) else node.branches[-1]
        return [*(branch for branch in node.branches if branch is not last), last]


def _if(tests: list[str], pad: str) -> list[str]:
    """Give the line, or lines, that ask whether any of some conditions holds."""
    parts = [f"({test})" if " and " in test and len(tests) > 1 else test for test in tests]
    flat = f"{pad}if {' or '.join(parts)}:"
    if len(flat) <= 110 or len(parts) == 1:
        return [flat]
    return [f"{pad}if (", f"{pad}    {parts[0]}", *(f"{pad}    or {part}" for part in parts[1:]), f"{pad}):"]


def possible_part(graph: Graph) -> Graph:
    """Give an exact graph without the cases that cannot happen: they lead anywhere, so less is asked."""
    table = NodeTable()
    made: dict[int, Node | None] = {}
    for node in reversed(graph.nodes):
        if isinstance(node, Leaf):
            made[id(node)] = None if node.answer is None else table.leaf(node.answer)
            continue
        branches = [(branch.cells, way) for branch in node.branches if (way := made[id(branch.node)]) is not None]
        made[id(node)] = table.ask(node.dimension, branches) if branches else None
    return Graph(graph.name, graph.space, made[id(graph.root)] or table.leaf(None), False)
