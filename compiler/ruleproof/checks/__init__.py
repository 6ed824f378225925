"""What is asked of every policy: one question per module, listed here.

Always true of a check: it is a function from a study to findings, it reads nothing and prints nothing, and its docstring is
the page of its finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ruleproof.checks import (
    accepted_finding_changed,
    agreement,
    choice,
    code_not_valid_on_date,
    conflict,
    contradiction,
    date_gap,
    example_fails,
    expected_finding_absent,
    gap,
    not_decided,
    nothing_can_happen,
    nothing_posted,
    open_question,
    open_question_decided,
    overridden,
    override_never_happens,
    property_fails,
    redundant_rule,
    unreachable_rule,
    unused_input,
)
from ruleproof.checks.sources import CITATION_PAGES
from ruleproof.checks.tables import CHECK_PAGES
from ruleproof.finding import Finding
from ruleproof.import_pages import IMPORT_PAGES
from ruleproof.pages import LANGUAGE_PAGES, TABLE_PAGES, Page
from ruleproof.prover.boxes import TooManyBoxesError
from ruleproof.prover.study import Study
from ruleproof.source_pages import SOURCE_PAGES, TIME_PAGES

Check = Callable[[Study, str], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    nothing_can_happen.nothing_can_happen,
    not_decided.not_decided,
    contradiction.contradiction,
    conflict.conflict,
    choice.choice,
    gap.gap,
    overridden.overridden,
    agreement.agreement,
    unreachable_rule.unreachable_rule,
    redundant_rule.redundant_rule,
    override_never_happens.override_never_happens,
    code_not_valid_on_date.code_not_valid_on_date,
    unused_input.unused_input,
    date_gap.date_gap,
    open_question_decided.open_question_decided,
    open_question.open_question,
    property_fails.property_fails,
    example_fails.example_fails,
)
"""Every check, in the order in which findings of equal weight are shown."""


def found_by(check: Check, study: Study, path: str) -> Iterator[Finding]:
    """Give what a check finds; where its search is given up, that is the last thing it says."""
    try:
        yield from check(study, path)
    except TooManyBoxesError:
        yield not_decided.given_up(study, path, check.__name__, study.policy.span)


PAGES: tuple[Page, ...] = (
    *LANGUAGE_PAGES,
    *TABLE_PAGES,
    *IMPORT_PAGES,
    *SOURCE_PAGES,
    *TIME_PAGES,
    gap.PAGE,
    conflict.PAGE,
    contradiction.PAGE,
    choice.PAGE,
    agreement.PAGE,
    overridden.PAGE,
    unreachable_rule.PAGE,
    redundant_rule.PAGE,
    unused_input.PAGE,
    override_never_happens.PAGE,
    nothing_can_happen.PAGE,
    property_fails.PAGE,
    example_fails.PAGE,
    not_decided.PAGE,
    expected_finding_absent.PAGE,
    accepted_finding_changed.PAGE,
    open_question.PAGE,
    open_question_decided.PAGE,
    code_not_valid_on_date.PAGE,
    date_gap.PAGE,
    nothing_posted.PAGE,
    *CITATION_PAGES,
    *CHECK_PAGES,
)
"""The page of every finding, by code."""

NAMES = frozenset(page.name for page in PAGES)
