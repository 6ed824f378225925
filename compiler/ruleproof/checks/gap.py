"""RP201, error: a case in the scope of a decision for which no rule gives an outcome.

Why it matters: whoever applies the policy has to invent an answer.
To mend it: add a rule, widen one, or say with `leave open … because` that the source is silent.
Cases that cannot happen, that lie outside the scope, or whose text is not here are no gaps.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from ruleproof.checks.findings import About, expected_as, insertion_after, page_of, places_in_words
from ruleproof.finding import Edit, Finding, Repair
from ruleproof.model.meaning import NOTHING
from ruleproof.model.nodes import Expectation, Policy
from ruleproof.prover.boxes import shapes_around
from ruleproof.prover.regions import written_name
from ruleproof.prover.space import Box
from ruleproof.prover.study import Landscape, Study, shared
from ruleproof.prover.written import condition_of

PAGE = page_of(sys.modules[__name__])


def gap(study: Study, path: str) -> Iterator[Finding]:
    """Find the gaps of each decision that gives an outcome: one finding for each shape of gap."""
    about = About(study, PAGE)
    about.path = path
    taken = _names(study.policy)
    for landscape in study.landscapes:
        if gap_boxes(landscape):
            yield from _gaps(study, about, landscape, taken)


def gap_boxes(landscape: Landscape) -> tuple[Box, ...]:
    """Give the cases of a decision that have no answer; of one that collects, an empty set is an answer."""
    if landscape.decision.collects:
        return ()
    return landscape.where(lambda holding: landscape.answers[holding].kind == NOTHING)


def _answered(landscape: Landscape) -> tuple[Box, ...]:
    return landscape.where(lambda holding: landscape.answers[holding].kind != NOTHING)


def is_all_gap(study: Study, expectation: Expectation) -> bool:
    """Tell whether the condition of an expected gap holds in some gap, and nowhere where there is an answer."""
    assert expectation.when is not None
    expression = study.compiler(expectation.when)
    for landscape in study.landscapes:
        if expectation.decision in ("", landscape.decision.name):
            in_gaps = study.parts_where(expression, gap_boxes(landscape))[0]
            if in_gaps and not study.parts_where(expression, _answered(landscape))[0]:
                return True
    return False


def _gaps(study: Study, about: About, landscape: Landscape, taken: set[str]) -> Iterator[Finding]:
    """Find the gaps of a decision; `taken` are the names that the policy has, and those proposed so far."""
    left: Sequence[Box] = gap_boxes(landscape)
    elsewhere: list[Box] = []
    answered = _answered(landscape)
    for expectation in study.policy.expectations:
        if expectation.name != PAGE.name or expectation.decision not in ("", landscape.decision.name):
            continue
        if expectation.when is None:
            continue
        expression = study.compiler(expectation.when)
        inside, left = study.parts_where(expression, list(left))
        if inside and not study.parts_where(expression, list(answered))[0]:
            others = study.parts_where(expression, gap_boxes(landscape))[1]
            around = shapes_around(inside, study.space.whole, [*answered, *others])
            found = _finding(study, about, landscape, (shape for shape, _ in around), inside)
            yield expected_as(study, expectation, found)
            elsewhere += inside
        else:
            left = [*left, *inside]
    ordered = sorted(left, key=lambda box: -sum(mask.bit_count() for mask in box))
    for shape, boxes in shapes_around(ordered, study.space.whole, [*answered, *elsewhere], apart=True):
        found = _finding(study, about, landscape, iter((shape,)), boxes)
        yield replace(found, repairs=_repairs(study, about, landscape, shape, taken))


def _finding(study: Study, about: About, landscape: Landscape, shapes: Iterator[Box], boxes: Sequence[Box]) -> Finding:
    decision = landscape.decision
    message = f"no rule gives `{decision.name}` {places_in_words(study.space, shapes, 'for')}"
    holding = next(holding for holding, own in landscape.boxes.items() if shared(own, boxes[0]))
    near = [rule for rule in decision.rules if rule.name in holding]
    return about.finding(
        message,
        help="add a rule for it, widen one, or say that the source is silent: `leave open … because`",
        at=decision.name_span,
        decision=decision.name,
        rules=near,
        boxes=boxes,
        inputs=landscape.inputs,
    )


def _repairs(study: Study, about: About, landscape: Landscape, shape: Box, taken: set[str]) -> tuple[Repair, ...]:
    decision = landscape.decision
    name = _free(f"open_{decision.name}_1", taken)
    taken.add(name)

    def free_name(wanted: str) -> str:
        found = _free(f"{name}_{wanted}_1", taken)
        taken.add(found)
        return found

    written = condition_of(study.space, shape, free_name)
    if written is None:
        return ()
    said = f"{written_name(name)} for {written_name(decision.name)}"
    head = f'leave open {said}\n  when {written.condition}\n  because "state why the source is silent"'
    block = "".join(f"\n\n{text}" for text in (*written.code_lists, head))
    return (
        Repair("say that the source leaves it open", (Edit(insertion_after(about.path, decision), block),)),
        *([] if written.code_lists else [Repair(f"add a rule: rule {said} when {written.condition} then …")]),
    )


def _names(policy: Policy) -> set[str]:
    """Give every name that a policy declares."""
    facts: tuple[Any, ...] = (
        *policy.sources,
        *policy.inputs,
        *policy.definitions,
        *policy.impossibles,
        *policy.code_lists,
    )
    asked: tuple[Any, ...] = (*policy.requirements, *policy.questions, *policy.examples, *policy.properties)
    names = {item.name for item in facts} | {item.name for item in asked}
    for decision in policy.decisions:
        names |= {decision.name, *(rule.name for rule in decision.rules), *(rule.table for rule in decision.rules)}
    return names


def _free(name: str, taken: set[str]) -> str:
    """Give a name that is not taken: this one, or with a number after it."""
    stem = name.removesuffix("_1")
    return next(other for number in range(1, 10_000) if (other := f"{stem}_{number}") not in taken)
