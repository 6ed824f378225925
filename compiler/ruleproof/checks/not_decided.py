"""RP214, error: a decision, proof or example that could not be decided exactly within the bounds of the search.

Why it matters: nothing is proved about it, and nothing is hidden about that.
To mend it: split the decision in two, or name parts of it as decisions of their own.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ruleproof.checks.findings import About, page_of
from ruleproof.finding import Finding
from ruleproof.model.nodes import DaysBetween, HistoryTest
from ruleproof.prover.boxes import BUDGET
from ruleproof.prover.day_differences import MOST_COMBINATIONS
from ruleproof.prover.histories import MOST_WAYS
from ruleproof.prover.study import Study
from ruleproof.source import Span

PAGE = page_of(sys.modules[__name__])


def not_decided(study: Study, path: str) -> Iterator[Finding]:
    """Name the decisions whose search was given up."""
    about = About(study, PAGE)
    about.path = path
    for decision in study.policy.decisions:
        if study.landscape(decision) is None:
            help = "split the decision, or let parts of it be decisions of their own"
            yield about.finding(_words(decision.name), at=decision.name_span, decision=decision.name, help=help)
    yield from _worked_out(study, about)


def _worked_out(study: Study, about: About) -> Iterator[Finding]:
    """Name the tests of a history, and of days between dates, of which too many stand together."""
    dates = study.compiler.day_differences.given_up
    for item in study.policy.derived:
        if isinstance(item.derived, HistoryTest) and study.compiler.histories.given_up:
            message = (
                f"it is not decided which histories there can be: more than {MOST_WAYS:,} ways for one service to lie"
            )
            yield about.finding(message, at=item.span, help="use fewer keys, windows and definitions in limits")
            return
        if isinstance(item.derived, DaysBetween) and item.derived.first in dates:
            message = (
                f"`{item.name}` is not decided: more than {MOST_COMBINATIONS:,} combinations of dates are compared"
            )
            yield about.finding(message, at=item.span, help="compare fewer dates with each other, or with fewer days")


def given_up(study: Study, path: str, what: str, at: Span) -> Finding:
    """Give the finding that the search for something else than a decision was given up."""
    about = About(study, PAGE)
    about.path = path
    return about.finding(_words(what), at=at, help="say it of fewer inputs, or split the decisions that it asks about")


def _words(what: str) -> str:
    return f"`{what}` is not decided: more than {BUDGET:,} groups of cases would have to be told apart"
