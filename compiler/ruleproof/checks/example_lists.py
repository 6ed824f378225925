"""Examples that ask a code list whether it holds a code on a date of service, as posted on another date."""

from __future__ import annotations

import datetime

from ruleproof.model.ledger_nodes import LedgerEvent
from ruleproof.model.nodes import SERVICE_DATE, CodeList, Example, Expected, OneCode, Policy, SeveralCodes


def member_problem(policy: Policy, example: Example, expected: Expected) -> str:
    """Say what is wrong with an expectation of a code list; empty where it comes out."""
    listed = next(item for item in policy.code_lists if item.name == expected.subject)
    codes = codes_given(policy, example, listed)
    if len(codes) != 1:
        given = f"{len(codes)} codes of {listed.system} are given" if codes else f"no code of {listed.system} is given"
        return f"{given}, and `{listed.name}` is asked about one: give one code"
    day = example.facts.get(SERVICE_DATE)
    if not isinstance(day, datetime.date) and listed.ledger.posting_days:
        return f"`{listed.name}` has dates, and the example gives no date of service: add `on` and the date"
    state, event = listed.ledger.contains(
        codes[0], day if isinstance(day, datetime.date) else None, expected.as_posted_on
    )
    by = revision_of(event)
    if state != expected.outcomes[0]:
        return f"`{listed.name}` is {state} for {codes[0]}{f' by {by}' if by else ''}, not {expected.outcomes[0]}"
    if expected.rules and expected.rules[0] not in (by, f"{event.source if event else ''} {by}"):
        return f"`{listed.name}` is {state} for {codes[0]} by {by or 'no revision'}, not by {expected.rules[0]}"
    return ""


def codes_given(policy: Policy, example: Example, listed: CodeList) -> tuple[str, ...]:
    """Give the codes of the list's system that an example gives."""
    found: list[str] = []
    for item in policy.inputs:
        if isinstance(item.domain, OneCode | SeveralCodes) and item.domain.system == listed.system:
            value = example.facts.get(item.name)
            found += value if isinstance(value, tuple) else [value] if isinstance(value, str) else []
    return tuple(dict.fromkeys(found))


def revision_of(event: LedgerEvent | None) -> str:
    """Name the revision that an event came with, or the day on which it was posted; empty where it was known always."""
    if event is None:
        return ""
    return event.revision or ("" if event.posted is None else event.posted.isoformat())
