"""The earlier services of an example, and the history that a line is judged by: what counts, as far as that is known.

A service counts where every part of the test holds; a part that rests on something unknown is unknown itself, and is
`None` here.  What is said of the order: a service comes before the line where its date is not later than the line's; of the
lines of one claim with the same date, those with a smaller number come before.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ruleproof.finding import Value
from ruleproof.model.declared import Declared
from ruleproof.model.nodes import SERVICE_DATE, Condition, DaysBetween, HistoryTest, Key, Service
from ruleproof.tree import nodes as tree

PATIENT = "patient"
SAME = "1"
"""The value of a key that an example does not name: all its services share it."""

Judge = Callable[[Condition, Mapping[str, Value]], bool | None]
"""Tells whether a service is of a kind, by its facts; `None` where that is unknown."""


def reached(test: HistoryTest, line: Service, before: Sequence[Service], holds: Judge, dated: bool) -> bool | None:
    """Tell whether at least so many of the services count; `None` where that hangs on what is unknown.

    `dated` tells whether the policy has a date of service.
    """
    known = [counts(test, line, service, holds, dated) for service in before]
    if sum(item is True for item in known) >= test.count:
        return True
    return False if sum(item is not False for item in known) < test.count else None


def counts(test: HistoryTest, line: Service, service: Service, holds: Judge, dated: bool) -> bool | None:
    """Tell whether an earlier service counts against a line."""
    return _all(_parts(test, line, service, holds, dated))


def _parts(test: HistoryTest, line: Service, service: Service, holds: Judge, dated: bool) -> Iterator[bool | None]:
    for key in test.keys:
        if key != PATIENT:  # a history is that of the patient
            yield _equal(line.keys, service.keys, key)
    if test.paid:
        yield service.paid
    if dated:
        yield in_window(test, line.facts, service.facts)
    for name in test.same:
        yield _equal(line.facts, service.facts, name, missing=True)
    yield holds(test.subject, service.facts)


def in_window(test: HistoryTest, line: Mapping[str, Value], past: Mapping[str, Value]) -> bool | None:
    """Tell whether an earlier service lies in the stretch of time that a test looks at, and not after the line."""
    if test.window == "year since" and isinstance(test.since, str) and line.get(test.since, test) is None:
        return False
    if SERVICE_DATE not in line or SERVICE_DATE not in past:
        return None
    day: Any = line[SERVICE_DATE]
    then: Any = past[SERVICE_DATE]
    if day is None or then is None:
        return not test.window
    if then > day:
        return False
    match test.window:
        case "days":
            return bool((day - then).days < test.days)
        case "day":
            return bool(day == then)
        case "month":
            return bool((day.year, day.month) == (then.year, then.month))
        case "year":
            return bool(day.year == then.year)
        case "year since":
            return _same_year_since(test.since, line, day, then)
        case _:
            return True


def _same_year_since(
    since: str | datetime.date, line: Mapping[str, Value], day: datetime.date, then: datetime.date
) -> bool | None:
    event: Any = line.get(since) if isinstance(since, str) else since
    if event is None:
        return False if isinstance(since, str) and since in line else None
    return years_since(event, day) == years_since(event, then)


def years_since(event: datetime.date, day: datetime.date) -> int:
    """Count the anniversaries of an event up to a day; that of 29 February is 1 March where the year has no such day.

    >>> years_since(datetime.date(2020, 2, 29), datetime.date(2023, 2, 28))
    2
    """
    return day.year - event.year - ((day.month, day.day) < (event.month, event.day))


def days_between(test: DaysBetween, facts: Mapping[str, Value]) -> bool | None:
    """Tell whether two dates lie so many days apart; false where one is missing, `None` where one is unknown."""
    if any(name in facts and facts[name] is None for name in (test.first, test.second)):
        return False
    first: Any = facts.get(test.first)
    second: Any = facts.get(test.second)
    if first is None or second is None:
        return None
    days = (first - second).days
    return bool((test.low is None or days >= test.low) and (test.high is None or days <= test.high))


def _equal(one: Mapping[str, Any], other: Mapping[str, Any], name: str, missing: bool = False) -> bool | None:
    """Compare two values; two that are missing are alike only where `missing` says so."""
    if name not in one or name not in other:
        absent = not missing and any(name in side and side[name] is None for side in (one, other))
        return False if absent else None
    return bool(one[name] == other[name] and (missing or one[name] is not None))


def _all(parts: Iterable[bool | None]) -> bool | None:
    found = list(parts)
    return False if False in found else None if None in found else True


# ---------------------------------------------------------------- examples


def services_of(
    declared: Declared,
    block: tree.Example,
    keys: Sequence[Key],
    fact: Callable[[Any, dict[str, Value]], None],
) -> tuple[dict[str, str | None], tuple[Service, ...] | None]:
    """Give the keys of the line of an example, and its earlier services; `None` where it says nothing of them."""
    given = [part for clause in block.clauses if isinstance(clause, tree.Given) for part in clause.facts]
    own, _ = _apart(declared, given, keys)
    line: dict[str, str | None] = {**{key.name: SAME for key in keys}, **own}
    earlier = [clause for clause in block.clauses if isinstance(clause, tree.Earlier)]
    empty = [clause for clause in block.clauses if isinstance(clause, tree.NoEarlier)]
    if (earlier or empty) and not keys:
        span = (*earlier, *empty)[0].span
        help = "take it out: no limit and no rule of the policy asks what came before"
        declared.report("wrong_type", span, "this policy never looks at earlier services", help)
    if earlier and empty:
        help = "keep one of the two"
        declared.report("repeated_part", empty[0].span, "there are earlier services, and there are none", help)
    found = []
    for clause in earlier:
        said, paid = _apart(declared, clause.facts, keys)
        facts: dict[str, Value] = {}
        for part in facts_only(clause.facts, keys):
            fact(part, facts)
        if clause.date is not None:
            facts[SERVICE_DATE] = clause.date.value
        found.append(Service(facts, {**line, **said}, paid))
    return line, tuple(found) if earlier or empty else None


def facts_only(facts: Iterable[Any], keys: Sequence[Key]) -> list[Any]:
    """Give the facts that are values of inputs, without keys and payment."""
    others = {"paid", *(key.field for key in keys)} if keys else set()
    return [fact for fact in facts if fact.name.text not in others]


def _apart(declared: Declared, facts: Iterable[Any], keys: Sequence[Key]) -> tuple[dict[str, str | None], bool | None]:
    """Give the keys that facts name, and whether the service was paid."""
    fields = {key.field: key.name for key in keys}
    found: dict[str, str | None] = {}
    paid: bool | None = None
    for fact in facts:
        if not keys or fact.name.text not in (*fields, "paid"):
            continue
        value = fact.values[0] if isinstance(fact, tree.FactIs) and len(fact.values) == 1 else None
        if fact.name.text == "paid":
            if isinstance(value, tree.YesNo):
                paid = value.value
            elif not isinstance(fact, tree.FactUnknown):
                declared.report("wrong_type", fact.span, "a service was paid or not", "write `paid is yes` or `no`")
        elif isinstance(fact, tree.FactMissing):
            found[fields[fact.name.text]] = None
        elif isinstance(value, tree.Text):
            found[fields[fact.name.text]] = value.text
        else:
            help = f'write a text, such as `{fact.name.text} is "A"`'
            declared.report("wrong_type", fact.span, f"`{fact.name.text}` is an identifier", help)
    return found, paid
