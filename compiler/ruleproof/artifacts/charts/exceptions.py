"""The exception tree: which rule steps back for which other rule, and why, in the policy's own words.

Read from left to right: the rule that goes first, the reason, the rules that step back.  Rules that step back for the same
reasons, and for which none steps back, share a box.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ruleproof.artifacts.chart import Arrow, Box, Chart, Group, Kind, clean, remarks_of, wrapped
from ruleproof.artifacts.charts import words
from ruleproof.artifacts.charts.heading import Heading
from ruleproof.model import nodes as model

WIDTH = 24
MOST_OVERRIDES = 60
"""How many overrides one chart may show."""


def exceptions_charts(policy: model.Policy, heading: Heading) -> tuple[Chart, ...]:
    """Give the exception tree of a policy, cut into several where it would be too crowded; none where there is none."""
    winners = [(decision, rule) for decision in policy.decisions for rule in decision.rules if rule.overrides]
    portions = list(_portions(winners))
    found = []
    for number, portion in enumerate(portions, 1):
        of = f", {number} of {len(portions)}" if len(portions) > 1 else ""
        drawing = _Drawing()
        for decision in policy.decisions:
            drawing.add(decision, [rule for owner, rule in portion if owner is decision])
        found.append(
            drawing.chart(f"exceptions-{number}" if of else "exceptions", heading.title_of(f"exceptions{of}"), heading)
        )
    return tuple(found)


Winners = Sequence[tuple[model.Decision, model.Rule]]


def _portions(winners: Winners) -> Iterator[Winners]:
    if len(winners) > 1 and sum(len(rule.overrides) for _, rule in winners) > MOST_OVERRIDES:
        half = len(winners) // 2
        yield from _portions(winners[:half])
        yield from _portions(winners[half:])
    elif winners:
        yield winners


class _Drawing:
    def __init__(self) -> None:
        self.boxes: list[Box] = []
        self.arrows: list[Arrow] = []
        self.groups: list[Group] = []

    def chart(self, name: str, title: str, heading: Heading) -> Chart:
        how = "An arrow leads from the rule that goes first, by way of the reason, to the rules that step back."
        groups = tuple(self.groups) if len(self.groups) > 1 else ()
        return Chart(name, title, heading.notes_with(how), tuple(self.boxes), tuple(self.arrows), groups, across=True)

    def add(self, decision: model.Decision, winners: Sequence[model.Rule]) -> None:
        """Draw the overrides by some rules of a decision, in a frame of their own."""
        start = len(self.boxes)
        rules = {rule.name: rule for rule in decision.rules}
        box_of = {rule.name: self.box(_kind(rule), rule.name, *_about(rule)) for rule in winners}
        for names in _together(decision, winners):
            if names[0] not in box_of:
                sample = rules[names[0]]
                texts = _about(sample) if len(names) == 1 else [f"{name}: {_said(rules[name])}" for name in names]
                box = self.box(_kind(sample), sample.name if len(names) == 1 else "", *texts)
                box_of |= dict.fromkeys(names, box)
        for rule in winners:
            self.reasons(rule, box_of)
        drawn = tuple(box.id for box in self.boxes[start:])
        if drawn:
            self.groups.append(Group(f"g{len(self.groups) + 1}", words.label_of(decision), drawn))

    def reasons(self, rule: model.Rule, box_of: dict[str, str]) -> None:
        because: dict[str, list[str]] = {}
        for override in rule.overrides:
            because.setdefault(override.because, []).append(override.rule)
        for reason, beaten in because.items():
            note = self.box(Kind.REASON, "", f"“{reason}”" if clean(reason) else "no reason given")
            self.arrow(box_of[rule.name], note)
            for head in dict.fromkeys(box_of[name] for name in beaten):
                self.arrow(note, head)

    def box(self, kind: Kind, heading: str, *text: str) -> str:
        box = f"b{len(self.boxes) + 1}"
        small = tuple(line for item in text for line in wrapped(item, WIDTH))
        self.boxes.append(Box(box, kind, wrapped(heading, WIDTH), small, remarks=remarks_of(text)))
        return box

    def arrow(self, tail: str, head: str) -> None:
        self.arrows.append(Arrow(f"a{len(self.arrows) + 1}", tail, head))


def _together(decision: model.Decision, winners: Sequence[model.Rule]) -> list[list[str]]:
    """Give the rules that step back, those of one force that step back for the same rules together."""
    beaten_by: dict[str, list[str]] = {}
    for rule in winners:
        for override in rule.overrides:
            beaten_by.setdefault(override.rule, []).append(f"{rule.name} {override.because}")
    going_first = {rule.name for rule in winners}
    together: dict[tuple[str, ...], list[str]] = {}
    for rule in decision.rules:
        if rule.name in beaten_by:
            alone = [rule.name] if rule.name in going_first else []
            together.setdefault((_kind(rule).value, *alone, *beaten_by[rule.name]), []).append(rule.name)
    return list(together.values())


def _kind(rule: model.Rule) -> Kind:
    return Kind.LEFT_OPEN if rule.left_open else words.KIND_OF_FORCE[rule.force]


def _said(rule: model.Rule) -> str:
    if rule.left_open:
        return "left open"
    return f"{rule.force} {words.listed(map(words.outcome, rule.outcomes), ' and')}"


def _about(rule: model.Rule) -> Iterator[str]:
    yield _said(rule)
    yield rule.label
