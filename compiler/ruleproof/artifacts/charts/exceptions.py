"""The exception tree: which rule steps back for which other rule, and why, in the policy's own words.

Read from left to right: the rule that goes first, the reason, the rules that step back.  Rules that step back for the same
reasons, and for which none steps back, share a box.
"""

from __future__ import annotations

from collections.abc import Iterator

from ruleproof.artifacts.charts import words
from ruleproof.artifacts.chart import Arrow, Box, Chart, Kind, wrapped
from ruleproof.artifacts.charts.flow import NOTE_WIDTH, Heading
from ruleproof.model import nodes as model

WIDTH = 24

_KINDS = {
    model.REPORT: Kind.REPORT,
    model.MAY_REPORT: Kind.MAY_REPORT,
    model.ALSO: Kind.ALSO,
    model.CONSIDER: Kind.CONSIDER,
    model.MUST_NOT: Kind.MUST_NOT,
}


def exceptions_chart(policy: model.Policy, heading: Heading) -> Chart | None:
    """Give the exception tree of a policy; `None` where no rule steps back for another."""
    drawing = _Drawing()
    for decision in policy.decisions:
        drawing.add(decision)
    if not drawing.boxes:
        return None
    notes = (*heading.notes, "An arrow leads from the rule that goes first, by way of the reason, to the rules that step back.")
    return Chart(
        name="exceptions",
        title=f"{heading.title}: exceptions",
        notes=tuple(line for note in notes for line in wrapped(note, NOTE_WIDTH)),
        boxes=tuple(drawing.boxes),
        arrows=tuple(drawing.arrows),
        across=True,
    )


class _Drawing:
    def __init__(self) -> None:
        self.boxes: list[Box] = []
        self.arrows: list[Arrow] = []

    def add(self, decision: model.Decision) -> None:
        """Draw the overrides of one decision."""
        winners = [rule for rule in decision.rules if rule.overrides]
        if not winners:
            return
        rules = {rule.name: rule for rule in decision.rules}
        box_of: dict[str, str] = {}
        for rule in winners:
            box_of[rule.name] = self.box(_kind(rule), rule.name, *_about(rule))
        for names in _together(decision):
            sample = rules[names[0]]
            if sample.name in box_of:
                continue
            texts = _about(sample) if len(names) == 1 else [f"{name}: {_said(rules[name])}" for name in names]
            heading = sample.name if len(names) == 1 else ""
            box_of |= dict.fromkeys(names, self.box(_kind(sample), heading, *texts))
        for rule in winners:
            self.reasons(rule, box_of)

    def reasons(self, rule: model.Rule, box_of: dict[str, str]) -> None:
        because: dict[str, list[str]] = {}
        for override in rule.overrides:
            because.setdefault(override.because, []).append(override.rule)
        for reason, beaten in because.items():
            note = self.box(Kind.REASON, "", f"“{reason}”")
            self.arrow(box_of[rule.name], note)
            for head in dict.fromkeys(box_of[name] for name in beaten):
                self.arrow(note, head)

    def box(self, kind: Kind, heading: str, *text: str) -> str:
        box = f"b{len(self.boxes) + 1}"
        small = tuple(line for item in text for line in wrapped(item, WIDTH))
        self.boxes.append(Box(box, kind, wrapped(heading, WIDTH), small))
        return box

    def arrow(self, tail: str, head: str) -> None:
        self.arrows.append(Arrow(f"a{len(self.arrows) + 1}", tail, head))


def _together(decision: model.Decision) -> list[list[str]]:
    """Give the rules that step back, those of one force that step back for the same rules together."""
    beaten_by: dict[str, list[str]] = {}
    for rule in decision.rules:
        for override in rule.overrides:
            beaten_by.setdefault(override.rule, []).append(f"{rule.name} {override.because}")
    together: dict[tuple[str, ...], list[str]] = {}
    for rule in decision.rules:
        if rule.name in beaten_by:
            alone = [rule.name] if rule.overrides else []
            together.setdefault((_kind(rule).value, *alone, *beaten_by[rule.name]), []).append(rule.name)
    return list(together.values())


def _kind(rule: model.Rule) -> Kind:
    return Kind.LEFT_OPEN if rule.left_open else _KINDS[rule.force]


def _said(rule: model.Rule) -> str:
    if rule.left_open:
        return "left open"
    return f"{rule.force} {words.listed(map(words.outcome, rule.outcomes), ' and')}"


def _about(rule: model.Rule) -> Iterator[str]:
    yield _said(rule)
    if rule.label:
        yield rule.label
