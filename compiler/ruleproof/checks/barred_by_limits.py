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
from ruleproof.prover.histories import Histories, Hits
from ruleproof.prover.space import Box
from ruleproof.prover.study import Landscape, Study
from ruleproof.prover.witnesses import Witness, made, witness_of

_PERMITS = (REPORT, MAY_REPORT, ALSO)


def barred_by_limits(study: Study, path: str, page: Page) -> Iterator[Finding]:
    """Find the rules that permit what a limit bars, both because of one and the same earlier service."""
    histories = study.compiler.histories
    limits = [item for item in study.policy.requirements if item.limit in _lasting(histories)]
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


def _lasting(histories: Histories) -> list[str]:
    """Name the tests that hang on what came before, and not on when: a limit in time only narrows what a rule permits."""
    return [
        name for name, test in zip(histories.names, histories.tests, strict=True) if not test.window and not test.same
    ]


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


def _barred(about: About, landscape: Landscape, rule: Rule, limit: Requirement, needed: list[str]) -> Iterator[Finding]:
    study = about.study
    histories = study.compiler.histories
    wanted = frozenset(histories.names.index(name) for name in (*needed, limit.limit))
    decided = [
        box
        for holding, boxes in landscape.boxes.items()
        if rule.name in holding
        for box in boxes
        if landscape.answers[holding].kind == OUTCOME and rule.name in landscape.answers[holding].rules
    ]
    failed = every([study.compiler(limit.when), negation(study.compiler(limit.that))])
    boxes = study.parts_where(failed, decided)[0]
    found = list(dict.fromkeys(part for box in boxes for part in _with_one(histories, box, wanted)))
    if not found:
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
        shown=_case(study, histories, found, wanted),
    )
    cited = (citation.text for citation in limit.citations)
    yield replace(
        finding,
        rules=(*finding.rules, limit.name),
        citations=tuple(dict.fromkeys((*finding.citations, *cited))),
        places=(*finding.places[:1], Place(about.path, limit.span), *finding.places[2:]),
    )


def _with_one(histories: Histories, box: Box, wanted: Hits) -> Iterator[Box]:
    """Give the parts of a box in which one earlier service alone does all that is wanted."""
    if any(histories.tests[index].count > 1 for index in wanted):
        return
    for cell in histories.line_cells():
        for hits in histories.hits_before(cell, without_event=bool(histories.events)):
            if wanted <= hits and (part := _alone(histories, box, hits, cell)) is not None:
                yield part


def _alone(histories: Histories, box: Box, hits: Hits, cell: int) -> Box | None:
    """Give the part of a box in which what came before is one service that these tests count."""
    whole = histories.space.whole
    within = list(whole)
    if cell >= 0:
        within[histories.dated] = 1 << cell
    for index, (place, test) in enumerate(zip(histories.places, histories.tests, strict=True)):
        within[place] = 0b01 if test.count == 1 and index in hits else 0b10
    return meets(box, tuple(within))


def _case(study: Study, histories: Histories, parts: list[Box], wanted: Hits) -> Witness:
    """Give one line and one earlier service, both real."""
    for part in parts:
        line = witness_of(study, part).line
        facts = {name: value for name, value in line.items() if name in study.space.inputs}
        missing = [name for name in histories.events if facts.get(name) is None]
        cell = -1 if histories.dated < 0 else part[histories.dated].bit_length() - 1
        for day in histories.days_in(cell):
            for service in histories.services(day, missing):
                if wanted <= service.hits and _alone(histories, part, service.hits, cell) is not None:
                    dated = {} if day is None else {SERVICE_DATE: day}
                    return made(study, {**facts, **dated}, (service,))
    return witness_of(study, parts[0])
