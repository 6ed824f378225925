"""Where several rules hold together: one finding for each set of rules, under the one name that fits.

Shared by the checks `contradiction`, `conflict`, `choice`, `overridden` and `agreement`: together their regions are disjoint
and cover all overlaps of a decision that gives one outcome.  Of a decision that collects, only contradictions are faults.
"""

from __future__ import annotations

from collections.abc import Iterator

from ruleproof.checks.findings import About, backquoted, in_a_row, override_repair, places_in_words, rules_named, said
from ruleproof.finding import Finding, Repair
from ruleproof.model.meaning import CHOICE, CONFLICT, CONTRADICTION, fault, surviving
from ruleproof.model.nodes import MAY_REPORT, MUST_NOT, REPORT, Decision, Rule
from ruleproof.model.order import leads_to
from ruleproof.pages import Page
from ruleproof.prover.boxes import shapes_around
from ruleproof.prover.space import Box
from ruleproof.prover.study import Holding, Landscape, Study

OVERRIDDEN, AGREEMENT = "overridden", "agreement"
MOST_WIDENED = 300
"""Beyond this many different sets of rules, overlaps are told as the search found them."""


def name_of(decision: Decision, holding: Holding) -> str:
    """Give the name of the finding for rules that hold together, empty where there is none."""
    wrong = fault(decision, holding)
    if wrong:
        return wrong
    if decision.collects or len(holding) < 2:
        return ""
    kept = surviving(decision, holding)
    forces = {rule.force for rule in decision.rules if rule.name in kept}
    outranked = "consider" in forces and forces & {REPORT, MAY_REPORT}
    return OVERRIDDEN if kept != holding or outranked else AGREEMENT


def overlaps(study: Study, path: str, page: Page) -> Iterator[Finding]:
    """Find the overlaps that go by the name of a page."""
    about = About(study, page)
    about.path = path
    for landscape in study.landscapes:
        for holding in sorted(landscape.boxes, key=lambda names: _order(landscape.decision, names)):
            if name_of(landscape.decision, holding) == page.name:
                yield _finding(study, about, landscape, holding)


def _order(decision: Decision, names: Holding) -> list[int]:
    return [index for index, rule in enumerate(decision.rules) if rule.name in names]


def _finding(study: Study, about: About, landscape: Landscape, holding: Holding) -> Finding:
    decision, boxes = landscape.decision, landscape.boxes[holding]
    rules = rules_named(decision, holding)
    words = places_in_words(study.space, _shapes(study, landscape, holding), "where")
    where = "in every case" if words == "where any case" else words
    return about.finding(
        f"{_sentence(decision, about.page.name, rules)} {where}",
        help=_HELP[about.page.name],
        decision=decision.name,
        rules=rules,
        boxes=boxes,
        inputs=landscape.inputs,
        repairs=_repairs(about, decision, rules, holding),
    )


def _shapes(study: Study, landscape: Landscape, holding: Holding) -> Iterator[Box]:
    """Give the boxes to speak of: wide ones, or plain ones where so many sets of rules hold that widening takes long."""
    boxes = landscape.boxes[holding]
    if len(landscape.boxes) > MOST_WIDENED:
        return iter(boxes)
    others = [box for names, own in landscape.boxes.items() if names != holding for box in own]
    return (shape for shape, _ in shapes_around(boxes, study.space.whole, others))


def _sentence(decision: Decision, name: str, rules: tuple[Rule, ...]) -> str:
    kept = surviving(decision, frozenset(rule.name for rule in rules))
    sayings: dict[str, list[str]] = {}
    for rule in rules:
        if rule.name in kept:
            sayings.setdefault(said(decision, rule), []).append(rule.name)
    parts = [
        f"{in_a_row(backquoted(names))} {'says' if len(names) == 1 else 'say'} {saying}"
        for saying, names in sayings.items()
    ]
    if name == OVERRIDDEN:
        dropped = [rule.name for rule in rules if rule.name not in kept]
        if not dropped:
            return f"a candidate gives way to a stronger word: {in_a_row(parts)}"
        wins = f"{in_a_row(parts)}, and " if parts else ""
        verb = "is" if len(dropped) == 1 else "are"
        return f"{wins}{in_a_row(backquoted(dropped))} {verb} overridden{_by_source(rules)}"
    return in_a_row(parts)


def _by_source(rules: tuple[Rule, ...]) -> str:
    """Say which sources beat which, where rules are overridden for that alone."""
    named = {rule.name for rule in rules}
    found = [item for rule in rules for item in rule.overrides if item.by_source and item.rule in named]
    written = {item.rule for rule in rules for item in rule.overrides if not item.by_source}
    reasons = dict.fromkeys(item.because for item in found if item.rule not in written)
    return f", because {'; '.join(reasons)}," if reasons else ""


_HELP = {
    CONTRADICTION: "say which of them wins: `overrides … because`, or narrow one of them",
    CONFLICT: "say which of them wins: `overrides … because`, or narrow one of them",
    CHOICE: "say which of them wins, or that both are meant: `accept choice between …`",
    OVERRIDDEN: "",
    AGREEMENT: "",
}


def _repairs(about: About, decision: Decision, rules: tuple[Rule, ...], holding: Holding) -> tuple[Repair, ...]:
    if about.page.name not in (CONTRADICTION, CONFLICT, CHOICE):
        return ()
    kept = [rule for rule in rules if rule.name in surviving(decision, holding)]
    beats = {rule.name: [override.rule for override in rule.overrides] for rule in decision.rules}
    found = []
    for winner in kept:
        losers = [rule for rule in kept if rule is not winner and _disagree(decision, winner, rule)]
        left = frozenset(rule.name for rule in kept if rule not in losers)
        if (
            losers
            and not fault(decision, left)
            and not any(leads_to(beats, loser.name, winner.name) for loser in losers)  # that would be a circle
        ):
            end = winner.table_end if winner.table else None
            found.append(override_repair(about.path, winner, losers, end))
    return tuple(found)


def _disagree(decision: Decision, rule: Rule, other: Rule) -> bool:
    if decision.collects or MUST_NOT in (rule.force, other.force):
        return (rule.force == MUST_NOT) != (other.force == MUST_NOT) and bool(set(rule.outcomes) & set(other.outcomes))
    return {rule.force, other.force} <= {REPORT, MAY_REPORT} and rule.outcomes != other.outcomes
