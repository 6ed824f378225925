"""The fast door of a module: for each decision a function from a mapping to the outcome, without a check and without reasons.

What it trusts is said in its docstring, since nothing else protects who uses it.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ruleproof.artifacts.names import identifiers, unused
from ruleproof.artifacts.python.conditions import Conditions
from ruleproof.artifacts.python.fast import FastDoor
from ruleproof.artifacts.python.text import in_docstring, names_in_a_tuple, quoted
from ruleproof.graph.fewer import with_fewer_tests
from ruleproof.graph.nodes import Graph, Question
from ruleproof.model import nodes as model
from ruleproof.model.meaning import Answer

MOST_QUESTIONS = 20_000
"""How many questions a graph may have to be written as code; a larger one goes through `decide`, which follows tables."""

_TRUSTED = """\
Give the {outcome} of `{decision}`{label} fast: nothing is checked.

    `claim` has a value for every input, of the type that a `Claim` keeps, as `decide` would take it: nothing is unknown, and
    what cannot happen does not happen.  For anything else the answer means nothing, or Python raises what it likes.
    {otherwise}
    """


@dataclass
class Doors:
    """Writes the fast doors of a module."""

    policy: model.Policy
    conditions: Conditions
    attributes: Mapping[str, str]
    """What the answer of each decision is called in a judgement."""
    used: set[str]
    names: list[str] = field(default_factory=list)
    """What the doors that were written are called."""

    def lines(self, item: model.Decision, graph: Graph) -> Iterator[str]:
        """Give the lines of the door of a decision."""
        word, returns = ("outcomes", "tuple[str, ...]") if item.collects else ("outcome", "str | None")
        name = self.unused(f"{word}_of_{self.attributes[item.name]}")
        self.names.append(name)
        otherwise = "Where the answer is no outcome, it is empty." if item.collects else _NONE
        label = f", {in_docstring(item.label)}," if item.label else ""
        own = {"outcome": word, "decision": in_docstring(item.name), "label": label, "otherwise": otherwise}
        says = _TRUSTED.format(**own)
        if self.worked_out(graph) or sum(isinstance(node, Question) for node in graph.nodes) > MOST_QUESTIONS:
            yield from self.by_decide(name, word, returns, says, self.attributes[item.name])
            return
        shorter = with_fewer_tests(graph, lambda answer: _outcomes(answer) if item.collects else _outcome(answer))
        inputs = [one.name for one in self.policy.inputs]
        local = identifiers(inputs, {*dir(builtins), "claim", "dt"}, "input")
        door = FastDoor(shorter, self.conditions, name, returns, says, local, self.used)
        functions = list(door.lines())
        yield from (f"\n{table} = {text}" for text, table in door.constants.items())
        yield from functions

    def by_decide(self, name: str, word: str, returns: str, says: str, attribute: str) -> Iterator[str]:
        """Give the door where the graph asks for what is worked out, or is too large to be code."""
        yield f"\n\ndef {name}(claim: Mapping[str, Any]) -> {returns}:"
        yield f'    """{says}"""'
        yield f"    return decide(claim).{attribute}.{word}"

    def worked_out(self, graph: Graph) -> bool:
        """Tell whether a graph asks for what is worked out from other facts, which no mapping has."""
        derived = {item.name for item in self.policy.derived}
        asked = {graph.space.dimensions[node.dimension].input for node in graph.nodes if isinstance(node, Question)}
        return bool(derived & asked)

    def unused(self, wish: str) -> str:
        found = unused(wish, self.used)
        self.used.add(found)
        return found


_NONE = "Where the answer is no outcome, or more than one, it is `None`."


def _outcome(answer: Answer | str | None) -> str:
    listed = answer.outcomes if isinstance(answer, Answer) else ()
    return quoted(listed[0]) if len(listed) == 1 else "None"


def _outcomes(answer: Answer | str | None) -> str:
    return names_in_a_tuple(map(quoted, answer.outcomes if isinstance(answer, Answer) else ()))


def as_listed(name: str) -> tuple[object, ...]:
    """Give where a name stands in `__all__`: constants, then classes, then functions, and numbers by their size."""
    kind = 0 if name.isupper() else 1 if name[:1].isupper() else 2
    parts = [(1, int(part), "") if part.isdigit() else (2, 0, part) for part in re.findall(r"[0-9]+|[^0-9]+", name)]
    return kind, parts
