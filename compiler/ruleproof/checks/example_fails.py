"""RP213, error: an example of the policy does not come out as expected.

Why it matters: examples are how people who know the subject say what is right.
To mend it: correct the rules if the example is right, else the example.
Inputs that an example does not give are unknown; the answer must be the same whatever they are.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ruleproof.checks.example_lists import member_problem
from ruleproof.checks.findings import About, in_a_row, page_of
from ruleproof.checks.not_decided import given_up
from ruleproof.finding import Finding, Value
from ruleproof.model import meaning
from ruleproof.model.meaning import Answer
from ruleproof.model.nodes import MEMBER, REPORT, Example, Expected
from ruleproof.prover.boxes import TooManyBoxesError
from ruleproof.prover.space import Box
from ruleproof.prover.study import Study
from ruleproof.prover.told import facts_of

PAGE = page_of(sys.modules[__name__])


def example_fails(study: Study, path: str) -> Iterator[Finding]:
    """Find the examples that come out otherwise than expected."""
    about = About(study, PAGE)
    about.path = path
    for example in study.policy.examples:
        try:
            yield from _failures(study, about, example)
        except TooManyBoxesError:
            yield given_up(study, path, example.name, example.span)


def _failures(study: Study, about: About, example: Example) -> Iterator[Finding]:
    for expected, problem in outcomes(study, example):
        if problem:
            yield about.finding(
                f"example `{example.name}`: {problem}",
                at=expected.span,
                also=[example.span],
                help="correct the rules if the example is right, else the example",
            )


def outcomes(study: Study, example: Example) -> Iterator[tuple[Expected, str]]:
    """Give for each expectation of an example what is wrong with it; empty where it comes out."""
    now, told = study, example
    known: dict[int, tuple[Example, Box, bool]] = {}
    for expected in told.expected:
        if expected.kind == MEMBER:
            yield expected, member_problem(now.policy, example, expected)
            continue
        study = now.as_posted(expected.as_posted_on)
        if id(study) not in known:
            example = replace(told, facts=facts_of(study, told))
            box = study.box_of(example.facts)
            known[id(study)] = example, box, study.example_of(within=box) is not None
        example, box, happens = known[id(study)]
        if expected.kind == "cannot happen":
            yield expected, _cannot_happen(study, example, expected, happens)
        elif not happens:
            yield expected, f"these facts cannot happen together{_ruled_out_by(study, box)}"
        elif expected.kind in (meaning.MET, meaning.FAILED, meaning.NOT_CHECKED, meaning.NOT_APPLICABLE):
            yield expected, _requirement(study, example, expected)
        else:
            yield expected, _answer(study, example, expected)


def _ruled_out_by(study: Study, box: Box) -> str:
    names = [
        item.name for item in study.policy.impossibles if study.parts_where(study.compiler(item.condition), [box])[0]
    ]
    return f" ({in_a_row([f'`cannot happen {name}`' for name in names])})" if names else ""


def presumed(study: Study, facts: Mapping[str, Value]) -> Box:
    """Give the box of the facts with the presumptions filled in, unless they leave nothing that can happen."""
    filled = {item.input: item.value for item in study.policy.presumptions if item.input not in facts}
    with_them = study.box_of({**facts, **filled})
    return with_them if study.example_of(within=with_them) is not None else study.box_of(facts)


def _cannot_happen(study: Study, example: Example, expected: Expected, happens: bool) -> str:
    item = next(item for item in study.policy.impossibles if item.name == expected.subject)
    inside, outside = study.parts_where(study.compiler(item.condition), [study.box_of(example.facts)])
    if inside and not outside:
        return ""
    return (
        f"it can happen, and `cannot happen {item.name}` does not rule it out"
        if happens
        else f"it is not `cannot happen {item.name}` that rules it out"
    )


def _requirement(study: Study, example: Example, expected: Expected) -> str:
    requirement = next(item for item in study.policy.requirements if item.name == expected.subject)
    states = study.states(requirement, presumed(study, example.facts))
    state = next(iter(states)) if len(states) == 1 else meaning.NOT_CHECKED
    return "" if state == expected.kind else f"`{requirement.name}` is {state}, not {expected.kind}"


def _answer(study: Study, example: Example, expected: Expected) -> str:
    decision = study.policy.decision(expected.subject)
    answers = study.answers(decision, presumed(study, example.facts))
    if len(answers) > 1:
        if expected.kind == meaning.NOT_KNOWN:
            return ""
        can_be = in_a_row([in_words(answer) for answer in answers[:4]], "or")
        return f"`{decision.name}` is not known yet: it can be {can_be}"
    (answer,) = answers
    if expected.kind == meaning.NOT_KNOWN:
        return f"`{decision.name}` is known: {in_words(answer)}"
    return _compare(decision.name, answer, expected)


def _compare(name: str, answer: Answer, expected: Expected) -> str:
    by = f" by {in_a_row(list(answer.rules))}" if answer.rules else ""
    same = answer.kind == expected.kind
    if same and expected.kind == meaning.OUTCOME:
        same = set(answer.outcomes) == set(expected.outcomes) and expected.force in ("", answer.force)
    if not same:
        said = f"{expected.force} {', '.join(expected.outcomes)}".strip()
        is_so = f"{REPORT} " if expected.force and answer.force == REPORT else ""
        not_so = said if expected.kind == meaning.OUTCOME else expected.kind
        return f"`{name}` is {is_so}{in_words(answer)}{by}, not {not_so}"
    if expected.rules and set(answer.rules) != set(expected.rules):
        return f"`{name}` is {in_words(answer)}{by or ' by no rule'}, not by {in_a_row(list(expected.rules))}"
    return ""


def in_words(answer: Answer) -> str:
    """Say an answer: CPT 81445, may report CPT 81459, left open, nothing; the plainest force is not named."""
    if answer.kind != meaning.OUTCOME:
        return answer.kind + (f" ({answer.reason})" if answer.reason and answer.kind == meaning.CANNOT_ANSWER else "")
    words = f"{answer.force} {', '.join(answer.outcomes)}".removeprefix("several ").removeprefix(f"{REPORT} ")
    return words + (f" and may also report {', '.join(answer.further)}" if answer.further else "")
