"""RP303, error: a rule can give a code on dates of service on which the list of its decision does not hold that code.

Why it matters: a claim with a code that is not valid on its date of service is refused.
To mend it: let the rule begin or end with the code (`services from …`), or correct the dates of the list.
Of a list that has moved to another document, or is known in part, nothing is said.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ruleproof.checks.findings import About, page_of
from ruleproof.finding import Finding, Value
from ruleproof.model.ledger_nodes import NO
from ruleproof.model.ledgers import holding
from ruleproof.model.nodes import MUST_NOT, SERVICE_DATE, CodeList, Decision, Rule
from ruleproof.model.sources import days_in_words
from ruleproof.prover.cells import Cell
from ruleproof.prover.space import Box, bits_of
from ruleproof.prover.study import Landscape, Study
from ruleproof.prover.witnesses import Witness, witness_of

PAGE = page_of(sys.modules[__name__])

Days = tuple[datetime.date | None, datetime.date | None]


def code_not_valid_on_date(study: Study, path: str) -> Iterator[Finding]:
    """Find the rules that can give a code outside the dates of their list."""
    about = About(study, PAGE)
    about.path = path
    lists = {item.name: item for item in study.policy.code_lists}
    for landscape in study.landscapes:
        listed = lists.get(landscape.decision.codes)
        if listed is None or SERVICE_DATE not in study.space.places:
            continue
        for rule in landscape.decision.rules:
            if rule.force != MUST_NOT and not rule.left_open:
                yield from _of_rule(about, landscape, rule, listed)


def _of_rule(about: About, landscape: Landscape, rule: Rule, listed: CodeList) -> Iterator[Finding]:
    for code in rule.outcomes:
        numbers = listed.ledger.class_of.get(code)
        if numbers is None:
            continue
        boxes = list(_given(landscape, rule, code))
        line = listed.ledger.line(numbers, None)
        windows = [shared for days in holding(line, NO) for shared in _shared(about.study, boxes, days)]
        if windows:
            yield _finding(about, landscape.decision, rule, code, listed, windows)


def _given(landscape: Landscape, rule: Rule, code: str) -> Iterator[Box]:
    """Give the cases in which the answer has this code from this rule."""
    for held, boxes in landscape.boxes.items():
        answer = landscape.answers[held]
        said = any(outcome == code or outcome.endswith(f" {code}") for outcome in (*answer.outcomes, *answer.further))
        if rule.name in answer.rules and said:
            yield from boxes


def _shared(study: Study, boxes: Sequence[Box], days: Days) -> Iterator[tuple[Days, Box]]:
    """Give the dates that boxes share with some days, each with a box of them; no test need cut the dates there."""
    (place,) = study.space.places[SERVICE_DATE]
    cells = study.space.dimensions[place].cells
    for box in boxes:
        for number in bits_of(box[place]):
            inside = _meet(cells[number], days)
            if inside is not None:
                yield inside, (*box[:place], 1 << number, *box[place + 1 :])


def _meet(cell: Cell, days: Days) -> Days | None:
    if cell.missing:
        return None
    low = max((day for day in (cell.low, days[0]) if day is not None), default=None)
    high = min((day for day in (cell.high, days[1]) if day is not None), default=None)
    return None if low is not None and high is not None and low > high else (low, high)


def _finding(
    about: About, decision: Decision, rule: Rule, code: str, listed: CodeList, windows: list[tuple[Days, Box]]
) -> Finding:
    words = " and ".join(dict.fromkeys(days_in_words(days) for days in _joined([days for days, _ in windows])))
    (low, high), box = windows[0]
    shown = _on(witness_of(about.study, box), low if low is not None else high)
    return about.finding(
        f"`{rule.name}` can give {code} for dates of service {words}, when `{listed.name}` does not hold it",
        decision=decision.name,
        rules=[rule],
        also=[listed.span],
        boxes=[box for _, box in windows],
        help="let the rule begin or end with the code (`services from …`), or correct the dates of the list",
        shown=shown,
    )


def _on(found: Witness, day: datetime.date | None) -> Witness:
    """Move a witness to a day of the window: its cell may begin before it."""
    line: dict[str, Value] = dict(found.line)
    if day is not None:
        line[SERVICE_DATE] = day
    return replace(found, line=line)


def _joined(windows: Sequence[Days]) -> list[Days]:
    """Join windows that touch, in the order of time."""
    found: list[Days] = []
    for low, high in sorted(
        set(windows), key=lambda days: (days[0] or datetime.date.min, days[1] or datetime.date.max)
    ):
        last = found[-1] if found else None
        if last is not None and (last[1] is None or (low is not None and (low - last[1]).days <= 1) or low is None):
            ends = None if last[1] is None or high is None else max(last[1], high)
            found[-1] = (last[0], ends)
        else:
            found.append((low, high))
    return found
