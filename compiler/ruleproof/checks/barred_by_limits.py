"""Where a rule lets something follow an earlier service, and a limit bars it because of that very service.

Part of the check `conflict`: shown with two services, the earlier one and the line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ruleproof.checks.findings import About, in_a_row, said
from ruleproof.finding import Finding, Place
from ruleproof.model.meaning import OUTCOME
from ruleproof.model.nodes import (
    ALSO,
    MAY_REPORT,
    REPORT,
    SERVICE_DATE,
    AllOf,
    AnyOf,
    AtLeastOf,
    Condition,
    Defined,
    IsIn,
    Requirement,
    Rule,
)
from ruleproof.pages import Page
from ruleproof.prover.boxes import meets, merged
from ruleproof.prover.expressions import every, negation
from ruleproof.prover.histories import Earlier, Histories
from ruleproof.prover.space import Box
from ruleproof.prover.study import Landscape, Study
from ruleproof.prover.witnesses import Witness, made, witness_of

_PERMITS = (REPORT, MAY_REPORT, ALSO)


def barred_by_limits(study: Study, path: str, page: Page) -> Iterator[Finding]:
    """Find the rules that permit what a limit bars, both because of one and the same earlier service."""
    histories = study.compiler.histories
    limits = [item for item in study.policy.requirements if item.limit in histories.names]
    if histories.given_up:
        return
    about = About(study, page)
    about.path = path
    for landscape in study.landscapes:
        for rule in landscape.decision.rules:
            if rule.force not in _PERMITS or rule.left_open:
                continue
            for limit in limits:
                needed = [name for name in _needed(rule.condition) if name in histories.names]
                if needed:
                    yield from _barred(about, landscape, rule, limit, needed)


def _needed(condition: Condition) -> Iterator[str]:
    """Give the inputs that a rule needs to be yes."""
    match condition:
        case IsIn(name, values) if values == {True}:
            yield name
        case Defined(_, part):
            yield from _needed(part)
        case AllOf(parts):
            for part in parts:
                yield from _needed(part)
        case AnyOf((part,)) | AtLeastOf(1, (part,)):
            yield from _needed(part)
        case _:
            return


def _barred(
    about: About, landscape: Landscape, rule: Rule, limit: Requirement, needed: list[str]
) -> Iterator[Finding]:
    study = about.study
    histories = study.compiler.histories
    wanted = {histories.names.index(name) for name in (*needed, limit.limit)}
    decided = [
        box
        for holding, boxes in landscape.boxes.items()
        if rule.name in holding
        for box in boxes
        if landscape.answers[holding].kind == OUTCOME and rule.name in landscape.answers[holding].rules
    ]
    failed = every([study.compiler(limit.when), negation(study.compiler(limit.that))])
    found, shown = [], None
    for box in study.parts_where(failed, decided)[0]:
        for part, witness in _with_one(study, histories, box, wanted):
            found.append(part)
            shown = shown or witness
    if not found or shown is None:
        return
    bars = f"the limit `{limit.name}` bars it (the line comes {limit.limit})"
    after = in_a_row([f"`{name}`" for name in dict.fromkeys(needed)])
    message = f"`{rule.name}` says {said(landscape.decision, rule)} where the line comes {after}, and {bars}"
    finding = about.finding(
        message,
        help="say which of them wins: narrow the rule, give the limit an `unless`, or add a rule that overrides",
        decision=landscape.decision.name,
        rules=[rule],
        boxes=merged(found),
        inputs=landscape.inputs,
        also=[limit.span],
        shown=shown,
    )
    cited = (citation.text for citation in limit.citations)
    yield replace(
        finding,
        rules=(*finding.rules, limit.name),
        citations=tuple(dict.fromkeys((*finding.citations, *cited))),
        places=(*finding.places[:1], Place(about.path, limit.span), *finding.places[2:]),
    )


def _with_one(
    study: Study, histories: Histories, box: Box, wanted: set[int]
) -> Iterator[tuple[Box, Witness]]:
    """Give the parts of a box in which one earlier service alone does all that is wanted, each with a case."""
    if any(histories.tests[index].count > 1 for index in wanted):
        return
    place = histories.dated
    cells = [-1] if place < 0 else [cell for cell in range(len(study.space.dimensions[place].cells)) if box[place] >> cell & 1]
    seen: set[Box] = set()
    for cell in cells:
        for day in [None] if cell < 0 else histories.days_in(cell):
            for service in histories.services(day):
                if not wanted <= service.hits:
                    continue
                part = _alone(histories, box, service, cell)
                if part is None or part in seen:
                    continue
                seen.add(part)
                line = witness_of(study, part).line
                dated = {} if day is None else {SERVICE_DATE: day}
                bare = {name: value for name, value in line.items() if study.space.inputs.get(name) is not None}
                yield part, made(study, {**bare, **dated}, (service,))


def _alone(histories: Histories, box: Box, service: Earlier, cell: int) -> Box | None:
    """Give the part of a box in which a history of this one service is what came before."""
    part: Box | None = box
    if cell >= 0:
        part = (*box[: histories.dated], 1 << cell, *box[histories.dated + 1 :])
    for index, (place, test) in enumerate(zip(histories.places, histories.tests, strict=True)):
        if part is None:
            return None
        met = test.count == 1 and index in service.hits
        mask = 0b01 if met else 0b10
        part = meets(part, (*histories.space.whole[:place], mask, *histories.space.whole[place + 1 :]))
    return part
