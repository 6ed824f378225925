"""Limits over a history by a naive scan: every way in which what is unknown can come out, each counted from scratch.

Nothing here knows of the compiler's history tests; the limits are written down once more, as plain functions.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

Record = Mapping[str, Any]
"""A service with everything known: inputs, keys as `…_id`, `paid`; `None` is missing."""

POLICY = """
policy limits

input service_date is date from 2020-01-01 to 2024-12-31
input implanted is date from 2019-01-01 to 2024-12-31, may be missing
input design is one of profile, panel, single
input size is whole number from 1 to 9
input billed is code of cpt

define cgp as design is profile
define large_panel as design is panel and size is at least 5
define molecular_test as design is one of (profile, panel)

key primary "primary tumour"

decision further gives one of allowed, barred
rule F1 for further when design is panel after a cgp on the same specimen then further is allowed
rule F2 for further when not (design is panel and after a cgp on the same specimen) then further is barred

limit ONE at most 1 cgp per specimen counting paid services else deny "one test per specimen"
limit TWO at most 2 molecular_test per patient and primary in any 30 days else pend
limit CLOSED after a cgp no molecular_test on the same specimen else reject "CO-1" "closed"
limit WAIT at least 14 days after an earlier large_panel on the same patient else needs record "why so soon"
limit MONTH at most 1 large_panel per patient in a calendar month unless size is 9 else return
limit YEARLY at most 1 cgp per lesion in a calendar year else consequence not stated
limit SINCE at most 1 molecular_test per patient per year since implanted else deny
limit DATED at most 2 cgp per patient per year since 2020-02-29 else deny
limit SAME_DAY no CPT 81455 with CPT 81445 on the same day else deny
limit AGAIN no molecular_test again with the same billed, size, service_date else deny "duplicate"
"""

DOMAINS: Mapping[str, tuple[Any, ...]] = {
    "design": ("profile", "panel", "single"),
    "size": (4, 5, 9),
    "billed": ("CPT 81445", "CPT 81455", "CPT 81479"),
    "implanted": (None, datetime.date(2022, 2, 28), datetime.date(2022, 3, 1), datetime.date(2023, 6, 15)),
    "specimen_id": ("S1", "S2", None),
    "primary_id": ("P1", "P2"),
    "lesion_id": ("L1", None),
    "paid": (True, False),
}
"""What the facts of a service can be here; dates of service are drawn apart."""


def is_cgp(service: Record) -> bool:
    return bool(service["design"] == "profile")


def is_large_panel(service: Record) -> bool:
    return bool(service["design"] == "panel" and service["size"] >= 5)


def is_molecular(service: Record) -> bool:
    return service["design"] in ("profile", "panel")


def same(line: Record, service: Record, *keys: str) -> bool:
    return all(line[key] is not None and line[key] == service[key] for key in keys)


def anniversaries(event: datetime.date, day: datetime.date) -> int:
    """Count the years gone since an event by trying them one after the other."""
    years, step = 0, 1 if day >= event else -1
    while True:
        year = event.year + years + (1 if step > 0 else 0)
        leap = event.month == 2 and event.day == 29 and not (year % 4 == 0 and (year % 100 or year % 400 == 0))
        turn = datetime.date(year, 3, 1) if leap else event.replace(year=year)
        if step > 0 and turn > day:
            return years
        if step < 0 and turn <= day:
            return years
        years += step


def _since(event: datetime.date | None, line: Record, service: Record) -> bool:
    return event is not None and anniversaries(event, line["service_date"]) == anniversaries(
        event, service["service_date"]
    )


def _days(line: Record, service: Record) -> int:
    return int((line["service_date"] - service["service_date"]).days)


Applies = Callable[[Record], bool]
Counts = Callable[[Record, Record], bool]

LIMITS: Mapping[str, tuple[Applies, int, Counts]] = {
    "ONE": (is_cgp, 1, lambda a, b: is_cgp(b) and b["paid"] and same(a, b, "specimen_id")),
    "TWO": (is_molecular, 2, lambda a, b: is_molecular(b) and same(a, b, "primary_id") and _days(a, b) < 30),
    "CLOSED": (is_molecular, 1, lambda a, b: is_cgp(b) and same(a, b, "specimen_id")),
    "WAIT": (is_large_panel, 1, lambda a, b: is_large_panel(b) and _days(a, b) < 14),
    "MONTH": (
        lambda a: is_large_panel(a) and a["size"] != 9,
        1,
        lambda a, b: is_large_panel(b) and f"{a['service_date']:%Y-%m}" == f"{b['service_date']:%Y-%m}",
    ),
    "YEARLY": (
        is_cgp,
        1,
        lambda a, b: is_cgp(b) and same(a, b, "lesion_id") and a["service_date"].year == b["service_date"].year,
    ),
    "SINCE": (is_molecular, 1, lambda a, b: is_molecular(b) and _since(a["implanted"], a, b)),
    "DATED": (is_cgp, 2, lambda a, b: is_cgp(b) and _since(datetime.date(2020, 2, 29), a, b)),
    "SAME_DAY": (
        lambda a: a["billed"] == "CPT 81455",
        1,
        lambda a, b: b["billed"] == "CPT 81445" and _days(a, b) == 0,
    ),
    "AGAIN": (
        is_molecular,
        1,
        lambda a, b: is_molecular(b) and all(a[name] == b[name] for name in ("billed", "size", "service_date")),
    ),
}
"""For each limit: which lines it applies to, how many services reach it, and which services count."""

LOOKS_BESIDE = ("SAME_DAY",)
"""The limits that look at all other lines of the claim, not only at those before the line."""


def completions(known: Record, days: Sequence[datetime.date]) -> Iterator[Record]:
    """Give every service that agrees with what is known of one."""
    unknown = [name for name in (*DOMAINS, "service_date") if name not in known]
    for values in product(*((*days,) if name == "service_date" else DOMAINS[name] for name in unknown)):
        yield {**known, **dict(zip(unknown, values, strict=True))}


def state(
    name: str,
    line: Record,
    history: Sequence[Record] | None,
    days: Sequence[datetime.date],
    lines: Sequence[Record] = (),
    number: int = 0,
) -> str:
    """Give the state of a limit; `lines` are all lines of the claim, of which this is one, by its number from 0."""
    applies, least, counts = LIMITS[name]
    found = set()
    for whole in completions(line, days):
        if not applies(whole):
            found.add("not applicable")
            continue
        # each service is completed by itself: what is unknown of one says nothing of another
        ways = [
            {counts(whole, past) and _days(whole, past) >= 0 for past in completions(item, days)}
            for item in history or ()
        ]
        for index, other in enumerate(lines):
            if index != number:
                before = index < number or name in LOOKS_BESIDE
                ways.append(
                    {
                        counts(whole, past) and (_days(whole, past) > 0 or (before and _days(whole, past) == 0))
                        for past in completions(other, days)
                    }
                )
        least_met, most_met = sum(False not in way for way in ways), sum(True in way for way in ways)
        found |= {"failed"} if least_met >= least else {"met", "failed"} if most_met >= least else {"met"}
        if history is None and least_met < least:
            found |= {"met", "failed"}
    return found.pop() if len(found) == 1 else "not checked"
