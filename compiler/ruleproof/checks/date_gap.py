"""RP310, warning: dates of service for which no revision of a source is in force, or no rule of a decision.

Why it matters: claims of these dates get no answer, or an empty set, though the policy takes them.
To mend it: let a revision or a rule begin earlier or end later, or let the input `service_date` begin where the policy does.
Before the first revision it is a note: a policy has to begin somewhere.
Of a decision that gives one outcome a gap says the same, with more than the dates, so only those that collect are told of.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterator, Sequence

from ruleproof.checks.findings import About, in_a_row, page_of
from ruleproof.finding import Finding, Severity
from ruleproof.model.days import cuts_between
from ruleproof.model.in_force import Stretch, in_force, stretches_of
from ruleproof.model.nodes import SERVICE_DATE, Day, Decision, Rule, SourceDocument
from ruleproof.model.sources import days_in_words
from ruleproof.prover.boxes import split
from ruleproof.prover.expressions import TRUE, Constant
from ruleproof.prover.space import Box
from ruleproof.prover.study import Study

PAGE = page_of(sys.modules[__name__])


def date_gap(study: Study, path: str) -> Iterator[Finding]:
    """Find the dates of service without a revision in force, and those for which a decision has no rule."""
    about = About(study, PAGE)
    about.path = path
    domain = next((item.domain for item in study.policy.inputs if item.name == SERVICE_DATE), None)
    if not isinstance(domain, Day):
        return
    days = (domain.low, domain.high)
    for source in study.policy.sources:
        if source.authority == "binding" and source.revisions:
            yield from _of_source(about, source, days)
    for decision in study.policy.decisions:
        if decision.collects and decision.rules:
            yield from _of_decision(about, decision, days)


def _of_source(about: About, source: SourceDocument, days: Stretch) -> Iterator[Finding]:
    first = min(item.services_from for item in source.revisions)
    found = [
        inside
        for (low, high), _ in stretches_of(source.revisions)
        if in_force(source.revisions, low) is None and (inside := _inside((low, high), days)) is not None
    ]
    before = [stretch for stretch in found if stretch[1] is not None and stretch[1] < first]
    later = [item for item in found if item not in before]
    declare = "declare the revision of these dates, with `no text` where its text is not here"
    for stretches, severity, help in (
        (before, Severity.NOTE, f"{declare}; or let the input `{SERVICE_DATE}` begin later"),
        (later, None, declare),
    ):
        if stretches:
            words = in_a_row([days_in_words(stretch) for stretch in stretches])
            yield about.finding(
                f"no revision of `{source.name}` is in force {words}",
                at=source.span,
                boxes=_boxes(about.study, stretches),
                severity=severity,
                help=help,
            )


def _of_decision(about: About, decision: Decision, days: Stretch) -> Iterator[Finding]:
    stretches = [(days_of_rule(rule)) for rule in decision.rules]
    starts = {low for own in stretches for low, _ in own if low is not None}
    ends = {high for own in stretches for _, high in own if high is not None}
    empty: list[Stretch] = []
    for low, high in cuts_between(starts, ends):
        inside = _inside((low, high), days)
        if inside is not None and not any(_holds(stretch, low) for own in stretches for stretch in own):
            empty.append(inside)
    for stretch in empty:
        boxes = _with_text(about.study, stretch)
        if boxes:
            yield about.finding(
                f"`{decision.name}` has no rule for dates of service {days_in_words(stretch)}",
                at=decision.name_span,
                decision=decision.name,
                boxes=boxes,
                help="add a rule for these dates, or say that the source is silent: `leave open … because`",
            )


def days_of_rule(rule: Rule) -> Sequence[Stretch]:
    """Give the dates of service on which a rule can hold, by its text and its own dates."""
    own = (rule.services_from, rule.services_until)
    if rule.days is None:
        return (own,)
    return tuple(inside for stretch in rule.days if (inside := _inside(stretch, own)) is not None)


def _inside(stretch: Stretch, days: Stretch) -> Stretch | None:
    """Give the part of a stretch that lies inside some days."""
    lows = [day for day in (stretch[0], days[0]) if day is not None]
    highs = [day for day in (stretch[1], days[1]) if day is not None]
    low, high = max(lows, default=None), min(highs, default=None)
    return None if low is not None and high is not None and low > high else (low, high)


def _holds(stretch: Stretch, day: datetime.date | None) -> bool:
    """Tell whether a stretch holds a day; `None` is a day before all others."""
    low, high = stretch
    if day is None:
        return low is None
    return (low is None or low <= day) and (high is None or day <= high)


def _boxes(study: Study, stretches: Sequence[Stretch]) -> tuple[Box, ...]:
    """Give the cases of some dates of service."""
    (place,) = study.space.places[SERVICE_DATE]
    dimension = study.space.dimensions[place]
    mask = 0
    for index, cell in enumerate(dimension.cells):
        sample = cell.sample
        if isinstance(sample, datetime.date) and any(_holds(stretch, sample) for stretch in stretches):
            mask |= 1 << index
    whole = study.space.whole
    return ((*whole[:place], mask, *whole[place + 1 :]),) if mask else ()


def _with_text(study: Study, stretch: Stretch) -> tuple[Box, ...]:
    """Give the cases of some dates of service whose text is here."""
    no_text = study.compiler(study.policy.no_text)
    found: list[Box] = []
    for start in _boxes(study, [stretch]):
        for box, left in split(start, (no_text,), lambda left: left[0] if isinstance(left[0], Constant) else None):
            if left != TRUE:
                found.append(box)
    return tuple(found)
