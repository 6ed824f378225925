"""Values, claims and dates of service in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from ruleproof.finding import Finding, Range, Value, Values
from ruleproof.model.nodes import SERVICE_DATE

_DAY = timedelta(days=1)


def value_in_words(value: Value) -> str:
    """Give a value as the policy language writes it.

    >>> value_in_words(True), value_in_words(None), value_in_words(("ICD C00.2", "ICD C00.3"))
    ('yes', 'missing', 'ICD C00.2 and ICD C00.3')
    """
    match value:
        case None:
            return "missing"
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case tuple():
            return " and ".join(value)
        case _:
            return str(value)


def claim_in_words(witness: Mapping[str, Value]) -> str:
    """Give a case with the names of its inputs, for findings that carry no words of their own."""
    return ", ".join(f"{name} is {value_in_words(value)}" for name, value in witness.items())


def dates_in_words(finding: Finding) -> list[str]:
    """Say which dates of service a finding is about; nothing where the policy asks for none.

    >>> early = Range(None, date(2023, 12, 31))
    >>> finding = Finding(code="", name="", severity=None, message="", witness={"service_date": None},
    ...     regions=({"service_date": early}, {"service_date": Range(date(2024, 1, 1), None)}))
    >>> dates_in_words(finding)
    ['on any date']
    """
    if SERVICE_DATE not in finding.witness or not finding.regions:
        return []
    spans: list[tuple[date, date]] = []
    for region in finding.regions:
        part = region.get(SERVICE_DATE)
        if part is None:
            return ["on any date"]
        spans += _spans(part)
    return ["; ".join(_words(low, high) for low, high in _joined(spans))] if spans else []


def _spans(part: object) -> list[tuple[date, date]]:
    """Give the days of a restriction, both ends included; an open end is the first or last day there is."""
    match part:
        case Range(low=low, high=high, low_closed=low_closed, high_closed=high_closed):
            start = low if isinstance(low, date) else date.min
            end = high if isinstance(high, date) else date.max
            start += _DAY * (isinstance(low, date) and not low_closed)
            end -= _DAY * (isinstance(high, date) and not high_closed)
            return [(start, end)]
        case Values(values=values):
            days = [date.fromisoformat(value) for value in values]
            return [(day, day) for day in days]
        case _:
            return []


def _joined(spans: list[tuple[date, date]]) -> list[tuple[date, date]]:
    """Join spans that meet or overlap."""
    joined: list[tuple[date, date]] = []
    for low, high in sorted(spans):
        if joined and (joined[-1][1] == date.max or low <= joined[-1][1] + _DAY):
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return joined


def _words(low: date, high: date) -> str:
    if low == date.min:
        return "on any date" if high == date.max else f"until {high}"
    if high == date.max:
        return f"from {low}"
    return f"on {low}" if low == high else f"from {low} until {high}"
