"""What the policy itself says about its findings: which it expects, and which somebody has accepted.

Runs over the findings of all checks, after them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace

from ruleproof.checks import accepted_finding_changed, expected_finding_absent
from ruleproof.checks.findings import About, backquoted, expected_as, in_a_row, rule_named
from ruleproof.checks.gap import is_all_gap
from ruleproof.finding import Edit, Finding, Place, Repair, Severity
from ruleproof.model.as_data import condition_as_data
from ruleproof.model.nodes import Acceptance, Expectation
from ruleproof.prover.study import Study
from ruleproof.source import Source, Span


def reviewed(study: Study, source: Source, findings: Sequence[Finding], known: frozenset[str]) -> tuple[Finding, ...]:
    """Mark the findings that are expected or accepted, and add a remark where an expectation or acceptance does not fit.

    `known` are the names that a finding can have.
    """
    marked = list(findings)
    remarks: list[Finding] = []
    for expectation in study.policy.expectations:
        remarks += _expect(study, source, expectation, marked, known)
    for acceptance in study.policy.acceptances:
        remarks += _accept(study, source, acceptance, marked)
    return (*marked, *remarks)


_NEVER_EXPECTED = frozenset(("example_fails", "property_fails", "expected_finding_absent", "accepted_finding_changed"))


def _fits(expectation: Expectation, finding: Finding) -> bool:
    same_decision = expectation.decision in ("", finding.decision)
    return finding.name == expectation.name and same_decision and set(expectation.rules) <= set(finding.rules)


def _expect(
    study: Study, source: Source, expectation: Expectation, marked: list[Finding], known: frozenset[str]
) -> list[Finding]:
    about = About(study, expected_finding_absent.PAGE)
    about.path = source.path
    if expectation.name not in known:
        message = f"`{expectation.name}` is the name of no finding"
        return [about.finding(message, at=expectation.span, help="`ruleproof rule` lists the names")]
    if expectation.name in _NEVER_EXPECTED:
        message = f"`{expectation.name}` cannot be expected: one line would hide every one of them"
        return [about.finding(message, at=expectation.span, help="mend the example or the proof, or take it out")]
    # the gaps of a condition are found apart from the others, and marked where they are found
    apart = expectation.when is not None and expectation.name == "gap"
    fitting = [] if apart else [index for index, finding in enumerate(marked) if _fits(expectation, finding)]
    for index in fitting:
        marked[index] = expected_as(study, expectation, marked[index])
    if fitting or (apart and is_all_gap(study, expectation)):
        return []
    rules = [rule for name in expectation.rules if (rule := rule_named(study.policy, name)) is not None]
    between = f" between {in_a_row(backquoted(expectation.rules))}" if expectation.rules else ""
    message = f"the policy expects a finding `{expectation.name}`{between}, and there is none"
    if expectation.when is not None:
        message = f"the policy expects a `{expectation.name}` here, but not every such case is one"
    return [
        about.finding(
            message, at=expectation.span, rules=rules, help="take the expectation out, or correct what it names"
        )
    ]


def fingerprint(study: Study, source: Source, rules: Sequence[str]) -> str:
    """Give a short mark of some rules: their text, blanks and comments apart, and all that it stands for.

    It changes when a rule changes, and when a definition, code list or table that the rule rests on does.
    """
    parts: list[object] = []
    for name in sorted(rules):
        rule = rule_named(study.policy, name)
        if rule is not None:
            parts.append(" ".join(_without_comments(source.slice(rule.span)).split()))
            parts.append(
                [condition_as_data(rule.condition), rule.force, rule.outcomes, [item.rule for item in rule.overrides]]
            )
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


def _without_comments(text: str) -> str:
    return re.sub(r'("(?:\\.|[^"\\\n])*")|#[^\n]*', lambda match: match[1] or "", text)


def _accept(study: Study, source: Source, acceptance: Acceptance, marked: list[Finding]) -> list[Finding]:
    about = About(study, accepted_finding_changed.PAGE)
    about.path = source.path
    mark = fingerprint(study, source, acceptance.rules)
    named = in_a_row(backquoted(acceptance.rules))
    fitting = [
        index
        for index, finding in enumerate(marked)
        if finding.name == acceptance.name and set(finding.rules) == set(acceptance.rules)
    ]
    if not fitting:
        message = f"there is no `{acceptance.name}` between {named} to accept"
        return [
            about.finding(message, at=acceptance.span, help="take the `accept` out, or correct the rules that it names")
        ]
    end = Span(acceptance.span.end, acceptance.span.end)
    if not acceptance.seen:
        for index in fitting:
            marked[index] = _accepted_as(acceptance, marked[index])
        message = f"this `accept` has no fingerprint, so a later change of {named} would go unnoticed"
        return [
            about.finding(
                message,
                at=acceptance.span,
                severity=Severity.WARNING,
                help=f'add `seen "{mark}"`',
                repairs=_seen(source, end, mark),
            )
        ]
    if acceptance.seen != mark:
        message = f"{named} changed since this was accepted"
        return [
            about.finding(message, at=acceptance.span, help=f'look again; if it still holds, write `seen "{mark}"`')
        ]
    for index in fitting:
        marked[index] = _accepted_as(acceptance, marked[index])
    return []


def _accepted_as(acceptance: Acceptance, finding: Finding) -> Finding:
    on = f" on {acceptance.on.isoformat()}" if acceptance.on else ""
    said = f"{acceptance.because} (accepted by {acceptance.by}{on})"
    return replace(finding, accepted=True, note=said, help="", repairs=())


def _seen(source: Source, end: Span, mark: str) -> tuple[Repair, ...]:
    line_end = source.text.find("\n", end.start)
    at = len(source.text) if line_end < 0 else line_end
    return (Repair("put the fingerprint in", (Edit(Place(source.path, Span(at, at)), f'\n  seen "{mark}"'),)),)
