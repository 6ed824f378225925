"""Graph to the fast door: functions from a mapping to an outcome that check nothing and look every input up at most once.

Unlike the functions that people read, these are written for the machine: what is asked next stands where it is reached, also
where that writes a small part down twice, ranges are cut in halves, and many values are looked up in a dictionary.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ruleproof.artifacts.names import unused
from ruleproof.artifacts.python.conditions import Conditions
from ruleproof.artifacts.python.text import quoted
from ruleproof.graph.nodes import Branch, Graph, Leaf, Node, Question
from ruleproof.model.nodes import Choice
from ruleproof.prover.space import bits_of

TWICE = 12
"""How many questions a part may have that is written out wherever it is reached."""

LONGEST = 400
"""How many questions a function asks at most; what is behind them is a function of its own."""

DEEPEST = 24
"""How deep a part may be indented."""

MANY = 4
"""From how many ways on they are not tried one after another."""


@dataclass
class FastDoor:
    """Writes the functions of one graph, whose leaves are texts of Python values."""

    graph: Graph
    conditions: Conditions
    name: str
    """What the first function is called; the others have its name and a number."""
    returns: str
    says: str
    """The docstring of the first function."""
    locals: Mapping[str, str]
    """What the value of each input is called inside the functions."""
    used: set[str]
    constants: dict[str, str] = field(default_factory=dict)
    """Tables that the functions look into: their text, and their names."""
    _waiting: list[tuple[Question, tuple[str, ...]]] = field(default_factory=list)
    _names: dict[tuple[int, tuple[str, ...]], str] = field(default_factory=dict)
    _left: int = 0

    def lines(self) -> Iterator[str]:
        """Give the lines of all functions, the first one first; the tables are known afterwards."""
        yield from self.function(self.name, self.graph.root, (), self.says)
        done = 0
        while done < len(self._waiting):
            node, bound = self._waiting[done]
            done += 1
            yield from self.function(self._names[id(node), bound], node, bound, "")

    def function(self, name: str, node: Node, bound: tuple[str, ...], says: str) -> Iterator[str]:
        self._left = LONGEST
        taken = "".join(f", {self.locals[name]}: Any" for name in bound)
        yield ""
        yield ""
        yield f"def {name}({'claim' if isinstance(node, Question) else '_claim'}: Mapping[str, Any]{taken}) -> {self.returns}:"
        if says:
            yield f'    """{says}"""'
        yield from self.part(node, frozenset(bound), 1, first=True)

    # ------------------------------------------------------------ one question

    def part(self, node: Node, bound: frozenset[str], depth: int, *, first: bool = False) -> list[str]:
        """Give the lines that answer from a node on, where the inputs `bound` are in variables already."""
        pad = "    " * depth
        if isinstance(node, Leaf):
            return [f"{pad}return {node.answer}"]
        if not first and not self.own(node, depth):
            return [f"{pad}return {self.call(node, bound)}"]
        self._left -= 1
        dimension = self.conditions.space.dimensions[node.dimension]
        again = any(dimension.input in self.below[id(part.node)] for part in node.branches)
        branches = self.by_share(node)
        value = self.locals[dimension.input]
        if dimension.input not in bound:
            read = f"claim[{quoted(dimension.input)}]"
            if not again and (once := self.in_one_line(node, branches, read, bound, depth)) is not None:
                return once
            bound |= {dimension.input}
            return [f"{pad}{value} = {read}", *self.ways(node, branches, value, bound, depth)]
        return self.ways(node, branches, value, bound, depth)

    def in_one_line(
        self, node: Question, branches: Sequence[Branch], read: str, bound: frozenset[str], depth: int
    ) -> list[str] | None:
        """Give the lines of a question that needs its value in one place only, so in no variable."""
        table = self.table(node, read)
        if table is not None:
            return [f"{'    ' * depth}return {table}"]
        if len(branches) != 2:
            return None
        test = self.test(node, branches[0].cells, sum(part.cells for part in branches), "\0")
        return None if test.count("\0") != 1 else self.guarded(test.replace("\0", read), branches, bound, depth)

    def ways(
        self, node: Question, branches: Sequence[Branch], value: str, bound: frozenset[str], depth: int
    ) -> list[str]:
        """Give the lines that find the way of a value that is in a variable."""
        table = self.table(node, value)
        if table is not None:
            return [f"{'    ' * depth}return {table}"]
        if len(branches) > MANY and self.stretches(node):
            return self.halves(node, self.runs(node), value, bound, depth)
        lines: list[str] = []
        open_cells = sum(part.cells for part in branches)
        *others, last = branches
        for part in others:
            lines.append(f"{'    ' * depth}if {self.test(node, part.cells, open_cells, value)}:")
            lines += self.part(part.node, bound, depth + 1)
            open_cells &= ~part.cells
        return [*lines, *self.part(last.node, bound, depth)]

    def guarded(self, test: str, branches: Sequence[Branch], bound: frozenset[str], depth: int) -> list[str]:
        first, last = branches
        return [
            f"{'    ' * depth}if {test}:",
            *self.part(first.node, bound, depth + 1),
            *self.part(last.node, bound, depth),
        ]

    def halves(
        self, node: Question, runs: Sequence[tuple[int, Node]], value: str, bound: frozenset[str], depth: int
    ) -> list[str]:
        """Give the lines that cut stretches of cells in halves until one is left."""
        if len({id(way) for _, way in runs}) == 1:
            return self.part(runs[0][1], bound, depth)
        middle = len(runs) // 2
        low, high = (sum(cells for cells, _ in half) for half in (runs[:middle], runs[middle:]))
        return [
            f"{'    ' * depth}if {self.test(node, low, low | high, value)}:",
            *self.halves(node, runs[:middle], value, bound, depth + 1),
            *self.halves(node, runs[middle:], value, bound, depth),
        ]

    # ------------------------------------------------------------ what is asked

    def test(self, node: Question, cells: int, open_cells: int, value: str) -> str:
        return self.conditions.test(node.dimension, cells, open_cells, value)

    def stretches(self, node: Question) -> bool:
        """Tell whether a question is about stretches of numbers or dates, all of them there."""
        cells = self.conditions.space.dimensions[node.dimension].cells
        return all(cells[number].stretch for part in node.branches for number in bits_of(part.cells))

    def runs(self, node: Question) -> list[tuple[int, Node]]:
        """Give the stretches of a question in their order, each as its cells and where it leads."""
        found: list[tuple[int, Node]] = []
        ways = [(number, part.node) for part in node.branches for number in bits_of(part.cells)]
        for number, way in sorted(ways, key=lambda pair: pair[0]):
            if found and found[-1][1] is way:
                found[-1] = (found[-1][0] | 1 << number, way)
            else:
                found.append((1 << number, way))
        return found

    def table(self, node: Question, value: str) -> str | None:
        """Give what looks the answer up, where a question about named values leads to many answers and nothing else."""
        dimension = self.conditions.space.dimensions[node.dimension]
        item = self.conditions.space.inputs[dimension.input]
        if len(node.branches) < MANY or not isinstance(item.domain, Choice):
            return None
        if not all(isinstance(part.node, Leaf) for part in node.branches):
            return None
        rows = {
            "None" if cell.missing else quoted(cell.values[0]): part.node.answer
            for part in node.branches
            if isinstance(part.node, Leaf)
            for number in bits_of(part.cells)
            for cell in (dimension.cells[number],)
        }
        text = f"{{{', '.join(f'{name}: {answer}' for name, answer in sorted(rows.items()))}}}"
        if text not in self.constants:
            self.constants[text] = self.unused(f"_{self.name.upper()}_BY_{self.locals[dimension.input].upper()}")
        return f"{self.constants[text]}[{value}]"

    # ------------------------------------------------------------ what stands where

    def by_share(self, node: Question) -> list[Branch]:
        """Give the branches, those of many cells first; the one with the most to ask last, where nothing is indented."""
        last = max(node.branches, key=lambda part: (self.whole[id(part.node)], part.cells.bit_count()))
        others = (part for part in node.branches if part is not last)
        return [*sorted(others, key=lambda part: -part.cells.bit_count()), last]

    def own(self, node: Question, depth: int) -> bool:
        """Tell whether a part is written out where it is reached."""
        if id(node) in self.shared and self.whole[id(node)] > TWICE:
            return False
        return depth <= DEEPEST and self._left > 0

    def call(self, node: Question, bound: frozenset[str]) -> str:
        """Give the call of the function that goes on from a node, with what was looked up already and is asked again."""
        needed = tuple(sorted(bound & self.below[id(node)]))
        if (id(node), needed) not in self._names:
            self._names[id(node), needed] = self.unused(f"_{self.name}_{self.graph.number[id(node)]}")
            self._waiting.append((node, needed))
        return f"{self._names[id(node), needed]}({', '.join(['claim', *(self.locals[name] for name in needed)])})"

    def unused(self, wish: str) -> str:
        found = unused(wish, self.used)
        self.used.add(found)
        return found

    @cached_property
    def shared(self) -> set[int]:
        """The questions that are reached on several ways."""
        reached: Counter[int] = Counter()
        for node in self.graph.nodes:
            if isinstance(node, Question):
                halved = len(node.branches) > MANY and self.stretches(node)
                reached.update(id(way) for _, way in (self.runs(node) if halved else _ways(node)))
        return {node for node, times in reached.items() if times > 1}

    @cached_property
    def whole(self) -> dict[int, int]:
        """How many questions each part has when it is written out with all that it leads to."""
        found: dict[int, int] = {}
        for node in reversed(self.graph.nodes):
            found[id(node)] = 1 + sum(found[id(way)] for _, way in _ways(node)) if isinstance(node, Question) else 0
        return found

    @cached_property
    def below(self) -> dict[int, frozenset[str]]:
        """The inputs that each part asks."""
        found: dict[int, frozenset[str]] = {}
        dimensions = self.conditions.space.dimensions
        for node in reversed(self.graph.nodes):
            if isinstance(node, Leaf):
                found[id(node)] = frozenset()
                continue
            asked = frozenset((dimensions[node.dimension].input,))
            found[id(node)] = asked.union(*(found[id(part.node)] for part in node.branches))
        return found


def _ways(node: Question) -> list[tuple[int, Node]]:
    return [(part.cells, part.node) for part in node.branches]
