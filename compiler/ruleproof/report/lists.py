"""Code lists: what each holds on a day of service, and everything that ever happened to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from ruleproof.model.ledger_nodes import LedgerEvent
from ruleproof.model.nodes import CodeEntry, CodeList
from ruleproof.report.markup import Content, Markup, element, joined
from ruleproof.report.part import Part, table_of

MOST_CODES = 400
"""How many codes of one list a page shows in one place; the graph and the evaluator hold all of them."""

Span = tuple[date | None, date | None]


def code_lists(part: Part) -> Content:
    """Give every code list of a policy."""
    if not part.policy.code_lists:
        return element("p", "The policy has no code lists.")
    return [
        element("article", list(_list(part, item)), id=part.id("list", item.name)) for item in part.policy.code_lists
    ]


def _list(part: Part, item: CodeList) -> Iterator[Content]:
    yield element("h4", f"{item.label or item.name} ", element("code", item.name))
    cites = [joined(" ", part.cited(citation.text)) for citation in item.citations]
    yield element("p", f"Codes of {item.system}.", [" Cites:", cites, "."] if cites else "")
    yield [element("p", note) for note in item.notes]
    yield from _holes(item)
    yield _held(item, part.as_of)
    if item.ledger.events:
        head = ("posted", "services", "event", "codes", "revision", "why")
        rows = (part.row(_event(event)) for event in item.ledger.events)
        yield table_of(f"What happened to {item.name}, in the order of posting", head, rows)


def _holes(item: CodeList) -> Iterator[Content]:
    reasons: dict[str, list[str]] = {}
    for hole in item.holes:
        reasons.setdefault(hole.reason, []).append(_days(hole.first, hole.last))
    for reason, days in reasons.items():
        yield element("p", element("strong", f"Services {'; '.join(days)}: "), reason)


def _held(item: CodeList, day: date | None) -> Markup:
    """Give the codes by the dates of service on which the list holds them."""
    spans: dict[Span, list[str]] = {}
    for entry in item.entries:
        if day is None or _holds(entry, day):
            spans.setdefault((entry.services_from, entry.services_until), []).append(entry.code)
    when = f"for services on {day}" if day else "for services on any date"
    count = len({code for codes in spans.values() for code in codes})
    rows = (
        element(
            "tr",
            element("th", _days(first, last)),
            element("td", str(len(codes))),
            element("td", _codes(codes)),
            data_from=first.isoformat() if first else "",
            data_until=last.isoformat() if last else "",
        )
        for (first, last), codes in sorted(
            spans.items(), key=lambda span: (span[0][0] or date.min, span[0][1] or date.max)
        )
    )
    return table_of(
        f"{item.name}: {count} code{'' if count == 1 else 's'} {when}", ("services", "codes", "which"), rows
    )


def _holds(entry: CodeEntry, day: date) -> bool:
    first, last = entry.services_from, entry.services_until
    return (first is None or first <= day) and (last is None or day <= last)


def _codes(codes: Sequence[str]) -> Content:
    """Give codes in a row; of many, the first are shown and the rest can be opened."""
    shown = codes[:MOST_CODES]
    more = len(codes) - len(shown)
    text = ", ".join(shown) + (f" … and {more} more, not shown here" if more else "")
    if len(shown) <= 12:
        return text
    return element("details", element("summary", f"{', '.join(shown[:6])} … (show {len(shown)})"), text)


def _event(event: LedgerEvent) -> Iterator[Content]:
    yield event.posted.isoformat() if event.posted else "always known"
    yield _days(event.first, event.last)
    yield _kind(event)
    yield "all codes" if event.codes is None else [f"{len(event.codes)}: ", _codes(event.codes)]
    yield " ".join(text for text in (event.revision, f"of {event.source}" if event.source else "") if text)
    yield event.because + (f" (reading {event.reading})" if event.reading else "")


def _kind(event: LedgerEvent) -> str:
    if event.voids:
        source, revision = event.voided
        of = f" of {' '.join(text for text in (source, revision) if text)}" if source or revision else ""
        return f"{event.kind}: the {', '.join(sorted(event.voids))}{of} never counted"
    before = f", held before {event.before}" if event.before else ""
    return f"{event.kind}{f' to {event.to}' if event.to else ''}{before}"


def _days(first: date | None, last: date | None) -> str:
    if first is None and last is None:
        return "on any date"
    start = f"from {first}" if first else ""
    return f"{start} {f'until {last}' if last else ''}".strip()
