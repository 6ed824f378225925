"""Code lists: what each holds on a day of service, and everything that ever happened to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ruleproof.model.ledger_nodes import LedgerEvent
from ruleproof.model.nodes import CodeEntry, CodeList
from ruleproof.report.markup import Content, Markup, data_block, element, joined
from ruleproof.report.part import Part, table_of

MOST_CODES = 400
"""How many codes of one list a page shows in one place; the graph and the evaluator hold all of them."""

WIDTH, _EDGE = 160, 12
"""How wide the bars of a list are drawn, and how much of that lies before its first and after its last day."""

Span = tuple[date | None, date | None]


def code_lists(part: Part) -> Content:
    """Give every code list of a policy."""
    if not part.policy.code_lists:
        return element("p", "The policy has no code lists.")
    return [
        element("article", list(_list(part, item)), id=part.id("list", item.name), class_="code-list")
        for item in part.policy.code_lists
    ]


def _list(part: Part, item: CodeList) -> Iterator[Content]:
    yield element("h4", f"{item.label or item.name} ", element("code", item.name))
    cites = [joined(" ", part.cited(citation.text)) for citation in item.citations]
    yield element("p", f"Codes of {item.system}.", [" Cites:", cites, "."] if cites else "")
    yield [element("p", note) for note in item.notes]
    yield from _holes(item)
    yield _held(part, item)
    if item.ledger.events:
        head = ("posted", "services", "event", "codes", "revision", "why")
        rows = (part.row(_event(event)) for event in _alike(item.ledger.events))
        yield table_of(f"What happened to {item.name}, in the order of posting", head, rows)


def _holes(item: CodeList) -> Iterator[Content]:
    reasons: dict[str, list[str]] = {}
    for hole in item.holes:
        reasons.setdefault(hole.reason, []).append(_days(hole.first, hole.last))
    for reason, days in reasons.items():
        yield element("p", element("strong", f"Services {'; '.join(days)}: "), reason)


def _held(part: Part, item: CodeList) -> Content:
    """Give the codes by the dates of service on which the list holds them, with a bar that shows when that is."""
    day = part.as_of
    spans: dict[Span, list[str]] = {}
    for entry in item.entries:
        if day is None or _holds(entry, day):
            spans.setdefault((entry.services_from, entry.services_until), []).append(entry.code)
    when = f"for services on {day}" if day else "for services on any date"
    count = len({code for codes in spans.values() for code in codes})
    line = _Line.of(item)
    ordered = sorted(spans.items(), key=lambda span: (span[0][0] or date.min, span[0][1] or date.max))
    rows = (
        element(
            "tr",
            element("th", _days(first, last)),
            element("td", line.bar(first, last)) if line else "",
            element("td", f"{len(codes):,}"),
            element("td", _codes(codes)),
            data_from=first.isoformat() if first else "",
            data_until=last.isoformat() if last else "",
        )
        for (first, last), codes in ordered
    )
    head = ("services", *((str(line),) if line else ()), "codes", "which")
    table = table_of(f"{item.name}: {count:,} code{'' if count == 1 else 's'} {when}", head, rows)
    if not any(len(codes) > MOST_CODES for codes in spans.values()):
        return table
    return [table, data_block(part.id("codes", item.name), [_spelled(span, codes) for span, codes in ordered])]


def _spelled(span: Span, codes: Sequence[str]) -> list[str]:
    """Give the dates of some codes, what all of them begin with, and the codes in one text: short, and fast to read."""
    prefix = codes[0].rpartition(" ")[0] + " " if " " in codes[0] else ""
    if not all(code.startswith(prefix) and " " not in code.removeprefix(prefix) for code in codes):
        prefix = ""
    first, last = (day.isoformat() if day else "" for day in span)
    apart = " " if prefix else "\n"
    return [first, last, prefix, apart.join(code.removeprefix(prefix) for code in codes)]


@dataclass(frozen=True, slots=True)
class _Line:
    """The stretch of time that the bars of a list are drawn on: its first and its last day, and some room after them."""

    first: date
    last: date

    @classmethod
    def of(cls, item: CodeList) -> _Line | None:
        """Give the line of a list; nothing where the list holds the same codes on every date."""
        days = [day for entry in item.entries for day in (entry.services_from, entry.services_until) if day]
        days += [day for event in item.ledger.events for day in (event.posted, event.first) if day]
        return cls(min(days), max(days)) if days else None

    def __str__(self) -> str:
        return f"{self.first.year} to {self.last.year}"

    def bar(self, first: date | None, last: date | None) -> Markup:
        """Draw when codes are held; what has no end runs to the edge."""
        start, end = (0 if first is None else self._place(first)), (WIDTH if last is None else self._place(last) + 1)
        shape = element("rect", x=start, y=2, width=max(2, end - start), height=8, rx=1)
        return element("svg", shape, class_="bar", viewBox=f"0 0 {WIDTH} 12", aria_hidden="true")

    def _place(self, day: date) -> int:
        whole = max(1, (self.last - self.first).days)
        return _EDGE + (day - self.first).days * (WIDTH - 2 * _EDGE) // whole


def _holds(entry: CodeEntry, day: date) -> bool:
    first, last = entry.services_from, entry.services_until
    return (first is None or first <= day) and (last is None or day <= last)


def _codes(codes: Sequence[str]) -> Content:
    """Give codes in a row; of many, the first are shown and the rest can be opened."""
    shown = codes[:MOST_CODES]
    more = len(codes) - len(shown)
    text = ", ".join(shown) + (f" … and {more:,} more, not shown here" if more else "")
    if len(shown) <= 12:
        return text
    return element("details", element("summary", f"{', '.join(shown[:6])} … (show {len(shown)})"), text)


def _alike(events: Iterable[LedgerEvent]) -> list[LedgerEvent]:
    """Give events that differ in nothing but their codes as one, where the first of them stands."""
    found: dict[LedgerEvent, list[str] | None] = {}
    for event in events:
        key = replace(event, codes=())
        if event.codes is None:
            found[event] = None
        else:
            before = found.setdefault(key, [])
            assert before is not None
            before += event.codes
    return [event if codes is None else replace(event, codes=tuple(codes)) for event, codes in found.items()]


def _event(event: LedgerEvent) -> Iterator[Content]:
    yield event.posted.isoformat() if event.posted else "always known"
    yield _days(event.first, event.last)
    yield event_in_words(event)
    yield "all codes" if event.codes is None else [f"{len(event.codes)}: ", _codes(event.codes)]
    yield " ".join(text for text in (event.revision, f"of {event.source}" if event.source else "") if text)
    yield event.because + (f" (reading {event.reading})" if event.reading else "")


def event_in_words(event: LedgerEvent) -> str:
    """Say what an event does, without its codes and days."""
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
