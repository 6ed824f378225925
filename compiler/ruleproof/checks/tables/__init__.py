"""What is asked of every decision table: one question per module, listed here.

Always true of a check: it is a function from what is known of a table to findings, it reads nothing and prints nothing.  The
page of a finding is the docstring of its module, or that of the same finding about policies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ruleproof.checks.tables import (
    agreement,
    conflict,
    gap,
    hit_policy_broken,
    hit_policy_too_strong,
    irrelevant_input,
    mergeable_rules,
    not_decided,
    redundant_rule,
    subsumed_rule,
    unreachable_rule,
)
from ruleproof.finding import Finding
from ruleproof.pages import Page
from ruleproof.prover.table_worth import Worth
from ruleproof.source import Source

TableCheck = Callable[[Worth, Source | None], Iterator[Finding]]

TABLE_CHECKS: tuple[TableCheck, ...] = (
    gap.gap,
    conflict.conflict,
    agreement.agreement,
    unreachable_rule.unreachable_rule,
    redundant_rule.redundant_rule,
    subsumed_rule.subsumed_rule,
    hit_policy_broken.hit_policy_broken,
    hit_policy_too_strong.hit_policy_too_strong,
    irrelevant_input.irrelevant_input,
    mergeable_rules.mergeable_rules,
    not_decided.not_decided,
)
"""Every check, the most important first, as time may be short; the last one says what was not decided by the others."""

CHECK_PAGES: tuple[Page, ...] = (
    mergeable_rules.PAGE,
    subsumed_rule.PAGE,
    irrelevant_input.PAGE,
    hit_policy_too_strong.PAGE,
    hit_policy_broken.PAGE,
)
"""The pages of the findings that only tables have."""
