"""RP212, error: something that the policy says it proves does not hold.

Why it matters: a reader relies on it.
To mend it: look at the case shown; correct the rules, or what is claimed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ruleproof.checks.findings import About, page_of
from ruleproof.checks.gap import gap_boxes
from ruleproof.checks.not_decided import given_up
from ruleproof.checks.overlaps import name_of
from ruleproof.checks.texts_differ import texts_differ
from ruleproof.finding import Finding, Severity
from ruleproof.model.meaning import CHOICE, CONFLICT, CONTRADICTION
from ruleproof.model.nodes import Property
from ruleproof.prover.boxes import TooManyBoxesError, merged
from ruleproof.prover.expressions import negation
from ruleproof.prover.regions import box_in_words
from ruleproof.prover.space import Box
from ruleproof.prover.study import Holding, Study

PAGE = page_of(sys.modules[__name__])


def property_fails(study: Study, path: str) -> Iterator[Finding]:
    """Find a case against each claimed property, if there is one."""
    about = About(study, PAGE)
    about.path = path
    for claim in study.policy.properties:
        try:
            yield from _failures(study, about, claim)
        except TooManyBoxesError:
            yield given_up(study, path, claim.name, claim.span)


def _failures(study: Study, about: About, claim: Property) -> Iterator[Finding]:
    if study.holds_nowhere(claim.supposing):
        message = f"`{claim.name}` supposes what never happens, so it says nothing"
        yield about.finding(message, at=claim.span, severity=Severity.ERROR, help="correct what it supposes")
        return
    if claim.kind == "differs":
        yield from texts_differ(study, about.path, claim, about)
        return
    boxes = against(study, claim)
    if boxes:
        yield _finding(study, about, claim, boxes)


def against(study: Study, claim: Property) -> tuple[Box, ...]:
    """Give the cases that speak against a property; none where it holds."""
    supposed = study.compiler(claim.supposing)
    if claim.kind == "always":
        # what a decision says is asked of cases whose text is here
        asked = (negation(study.compiler(study.policy.no_text)), supposed, negation(study.compiler(claim.condition)))
        box = study.example_of(*asked)
        if box is None:
            return ()
        try:
            return study.cases_where(*asked)
        except TooManyBoxesError:
            return (box,)
    landscape = study.landscape(study.policy.decision(claim.decision))
    if landscape is None:
        raise TooManyBoxesError
    if claim.kind == "answers":
        boxes = gap_boxes(landscape)
    else:
        wrong = (CONFLICT, CONTRADICTION, CHOICE)
        # to accept a choice is to say that each is meant; a conflict stays one, whoever has seen it
        meant = {frozenset(item.rules) for item in study.policy.acceptances if item.name == CHOICE}

        def contradicts(holding: Holding) -> bool:
            name = name_of(landscape.decision, holding)
            return name in wrong and not (name == CHOICE and holding in meant)

        boxes = landscape.where(contradicts)
    return merged(study.parts_where(supposed, boxes)[0])


def _finding(study: Study, about: About, claim: Property, boxes: tuple[Box, ...]) -> Finding:
    inputs = study.inputs_of(study.compiler(claim.condition), study.compiler(claim.supposing))
    if claim.decision:
        landscape = study.landscape(study.policy.decision(claim.decision))
        inputs = landscape.inputs if landscape is not None else inputs
    said = {
        "answers": f": no rule gives `{claim.decision}`",
        "never contradicts": f": `{claim.decision}` contradicts itself",
    }
    supposed = f" (supposing {'; '.join(claim.suppositions)})" if claim.suppositions else ""
    where = box_in_words(study.space, boxes[0])
    message = f"`{claim.name}` does not hold{said.get(claim.kind, '')} where {where}{supposed}"
    return about.finding(
        message,
        at=claim.span,
        decision=claim.decision,
        boxes=boxes,
        inputs=inputs,
        help="look at the case shown; correct the rules, or what is claimed",
    )
