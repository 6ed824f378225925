"""The requirements graph: which facts, terms, code lists and decisions each decision and requirement rests on.

Drawn from left to right in the manner of DMN.  Facts that serve exactly the same purposes share a box.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from ruleproof.artifacts.chart import Arrow, Box, Chart, Kind, Line, clean, remarks_of, wrapped
from ruleproof.artifacts.charts import words
from ruleproof.artifacts.charts.heading import Heading
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


def requirements_charts(policy: model.Policy, heading: Heading) -> tuple[Chart, ...]:
    """Give the requirements graphs of a policy: of its decisions, and of what the claim must carry.

    One that would be too crowded is cut into several, each of some of the decisions or requirements.
    """
    uses = dict(users_in(policy))
    found: list[Chart] = []
    for name, kind in (("decisions", "decision"), ("requirements", "requirement")):
        parts = list(_portions([user for user in uses if user.kind == kind], uses))
        for number, part in enumerate(parts, 1):
            of = f", {number} of {len(parts)}" if len(parts) > 1 else ""
            title = heading.title_of(f"what each {kind} rests on{of}")
            found.append(_Drawing(policy, part).chart(f"{name}-{number}" if of else name, title, heading))
    return tuple(found)


MOST_PARTS, MOST_USES = 70, 110
"""How many parts and uses one graph may show."""

Uses: TypeAlias = dict[Part, tuple[Part, ...]]


def _portions(users: list[Part], uses: Uses) -> Iterator[Uses]:
    """Give the uses below some users, in as many portions as are needed for each to be read."""
    part = _below(users, uses)
    parts = {*part, *(used for all_used in part.values() for used in all_used)}
    crowded = len(parts) > MOST_PARTS or sum(map(len, part.values())) > MOST_USES
    if crowded and len(users) > 1:
        half = len(users) // 2
        yield from _portions(users[:half], uses)
        yield from _portions(users[half:], uses)
    elif users:
        yield part


def _below(users: list[Part], uses: Uses) -> Uses:
    """Give the part of `uses` that some users rest on, directly or by way of others."""
    reached, waiting = set(users), list(users)
    while waiting:
        for part in uses.get(waiting.pop(), ()):
            if part not in reached:
                reached.add(part)
                waiting.append(part)
    return {user: used for user, used in uses.items() if user in reached}


class _Drawing:
    def __init__(self, policy: model.Policy, uses: Uses) -> None:
        self.policy = policy
        self.uses = uses
        self.users: dict[Part, list[Part]] = {}
        for user, used in uses.items():
            for part in used:
                self.users.setdefault(part, []).append(user)
        self.boxes: list[Box] = []
        self.box_of: dict[Part, str] = {}

    def chart(self, name: str, title: str, heading: Heading) -> Chart:
        for names in self.facts_together():
            self.add([Part("input", name) for name in names], Kind.INPUT, *self.facts(names))
        for codes in self.policy.code_lists:
            self.add(
                [Part("codes", codes.name)], Kind.CODES, words.label_of(codes), words.counted(len(codes.codes), "code")
            )
        for term in self.policy.definitions:
            self.add([Part("definition", term.name)], Kind.DEFINITION, words.label_of(term), "term")
        for decision in self.policy.decisions:
            size = f"{decision.name}, {words.counted(len(decision.rules), 'rule')}"
            self.add([Part("decision", decision.name)], Kind.DECISION, words.label_of(decision), size)
        for item in self.policy.requirements:
            self.add(
                [Part("requirement", item.name)],
                Kind.REQUIREMENT,
                f"{item.name}: {item.label}" if item.label else item.name,
            )
        return Chart(
            name=name,
            title=title,
            notes=heading.notes_with(
                "An arrow leads from what is used to what uses it. Facts with the same uses share a box."
            ),
            boxes=tuple(self.boxes),
            arrows=tuple(self.arrows()),
            across=True,
            last=tuple(box for part, box in self.box_of.items() if part in self.uses and part not in self.users),
        )

    def facts_together(self) -> list[list[str]]:
        """Give the inputs, those with the same users together, in the order declared."""
        together: dict[tuple[Part, ...], list[str]] = {}
        for item in self.policy.inputs:
            users = self.users.get(Part("input", item.name))
            if users:
                together.setdefault(tuple(users), []).append(item.name)
        return list(together.values())

    def facts(self, names: list[str]) -> tuple[str, ...]:
        """Give the lines of a box of inputs: one heading, or a list."""
        labels = [words.label_of(self.policy.input(name)) for name in names]
        return (labels[0],) if len(labels) == 1 else ("", *(f"• {label}" for label in labels))

    def add(self, parts: list[Part], kind: Kind, heading: str, *text: str) -> None:
        if parts[0] not in self.uses and parts[0] not in self.users:
            return
        box = f"b{len(self.boxes) + 1}"
        self.box_of |= dict.fromkeys(parts, box)
        tooltip = clean(", ".join(part.name for part in parts))
        small = tuple(line for item in text for line in wrapped(item, WIDTH))
        self.boxes.append(Box(box, kind, wrapped(heading, WIDTH), small, tooltip, remarks=remarks_of(text)))

    def arrows(self) -> Iterator[Arrow]:
        drawn: dict[tuple[str, str], Line] = {}
        for user, used in self.uses.items():
            for part in used:
                line = Line.DASHED if part.kind == "codes" else Line.PLAIN
                drawn.setdefault((self.box_of[part], self.box_of[user]), line)
        for number, ((tail, head), line) in enumerate(drawn.items(), 1):
            yield Arrow(f"a{number}", tail, head, line=line)
