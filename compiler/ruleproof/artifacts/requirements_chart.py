"""The requirements graph: which facts, terms, code lists and decisions each decision and requirement rests on.

Drawn from left to right in the manner of DMN.  Facts that serve exactly the same purposes share a box.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import assert_never

from ruleproof.artifacts import chart_words as words
from ruleproof.artifacts.chart import Arrow, Box, Chart, Kind, Line, clean, wrapped
from ruleproof.artifacts.flow import NOTE_WIDTH, Heading
from ruleproof.model import nodes as model

WIDTH = 30


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """Something that a policy names: `kind` is input, definition, codes, decision or requirement."""

    kind: str
    name: str


def uses_of(condition: model.Condition) -> Iterator[Part]:
    """Give what a condition names itself; what a definition or a decision rests on is theirs."""
    match condition:
        case model.Always():
            return
        case model.IsIn(name, _, codes) | model.SomeIn(name, _, _, codes):
            yield Part("input", name)
            if codes:
                yield Part("codes", codes)
        case model.Within(name) | model.IsMissing(name):
            yield Part("input", name)
        case model.DecisionIs(name) | model.DecisionIsNothing(name):
            yield Part("decision", name)
        case model.Defined(name):
            yield Part("definition", name)
        case model.Not(part):
            yield from uses_of(part)
        case model.AllOf(parts) | model.AnyOf(parts) | model.AtLeastOf(_, parts):
            for part in parts:
                yield from uses_of(part)
        case _:
            assert_never(condition)


def users_in(policy: model.Policy) -> Iterator[tuple[Part, tuple[Part, ...]]]:
    """Give everything that rests on something, with what it rests on, in the order of the policy."""
    for definition in policy.definitions:
        yield Part("definition", definition.name), _once(uses_of(definition.condition))
    for decision in policy.decisions:
        conditions = (policy.no_text, decision.scope, *(rule.condition for rule in decision.rules))
        codes = [Part("codes", decision.codes)] if decision.codes else []
        yield Part("decision", decision.name), _once([*codes, *(use for item in conditions for use in uses_of(item))])
    for item in policy.requirements:
        yield Part("requirement", item.name), _once([*uses_of(item.when), *uses_of(item.that)])


def _once(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(dict.fromkeys(parts))


def requirements_chart(policy: model.Policy, heading: Heading) -> Chart:
    """Give the requirements graph of a policy."""
    return _Drawing(policy, heading).chart()


class _Drawing:
    def __init__(self, policy: model.Policy, heading: Heading) -> None:
        self.policy = policy
        self.heading = heading
        self.uses = dict(users_in(policy))
        self.users: dict[Part, list[Part]] = {}
        for user, used in self.uses.items():
            for part in used:
                self.users.setdefault(part, []).append(user)
        self.boxes: list[Box] = []
        self.box_of: dict[Part, str] = {}

    def chart(self) -> Chart:
        for names in self.facts_together():
            self.add([Part("input", name) for name in names], Kind.INPUT, *self.facts(names))
        for codes in self.policy.code_lists:
            self.add([Part("codes", codes.name)], Kind.CODES, codes.label or words.plain(codes.name), f"{len(codes.codes)} codes")
        for term in self.policy.definitions:
            self.add([Part("definition", term.name)], Kind.DEFINITION, term.label or words.plain(term.name))
        for decision in self.policy.decisions:
            rules = f"{decision.name}, {len(decision.rules)} rules"
            self.add([Part("decision", decision.name)], Kind.DECISION, decision.label or words.plain(decision.name), rules)
        for item in self.policy.requirements:
            self.add([Part("requirement", item.name)], Kind.REQUIREMENT, f"{item.name}: {item.label}" if item.label else item.name)
        notes = (*self.heading.notes, "An arrow leads from what is used to what uses it. Facts with the same uses share a box.")
        return Chart(
            name="requirements",
            title=f"{self.heading.title}: what rests on what",
            notes=tuple(line for note in notes for line in wrapped(note, NOTE_WIDTH)),
            boxes=tuple(self.boxes),
            arrows=tuple(self.arrows()),
            across=True,
        )

    def facts_together(self) -> list[list[str]]:
        """Give the inputs, those with the same users together, in the order declared."""
        together: dict[tuple[Part, ...], list[str]] = {}
        for item in self.policy.inputs:
            together.setdefault(tuple(self.users.get(Part("input", item.name), ())), []).append(item.name)
        return list(together.values())

    def facts(self, names: list[str]) -> tuple[str, ...]:
        """Give the lines of a box of inputs: one heading, or a list."""
        labels = [self.policy.input(name).label or words.plain(name) for name in names]
        unused = () if self.users.get(Part("input", names[0])) else ("(used by no decision or requirement)",)
        return (labels[0], *unused) if len(labels) == 1 else ("", *(f"{label}" for label in labels), *unused)

    def add(self, parts: list[Part], kind: Kind, heading: str, *text: str) -> None:
        box = f"b{len(self.boxes) + 1}"
        self.box_of |= dict.fromkeys(parts, box)
        tooltip = clean(", ".join(part.name for part in parts))
        small = tuple(line for item in text for line in wrapped(item, WIDTH))
        self.boxes.append(Box(box, kind, wrapped(heading, WIDTH), small, tooltip))

    def arrows(self) -> Iterator[Arrow]:
        drawn: dict[tuple[str, str], Line] = {}
        for user, used in self.uses.items():
            for part in used:
                line = Line.DASHED if part.kind == "codes" else Line.PLAIN
                drawn.setdefault((self.box_of[part], self.box_of[user]), line)
        for number, ((tail, head), line) in enumerate(drawn.items(), 1):
            yield Arrow(f"a{number}", tail, head, line=line)
