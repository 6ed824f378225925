"""What changed, and when: each day on which something was posted or began to count, with the answers that it changed."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from ruleproof.checks.example_fails import in_words
from ruleproof.graph.differing import Differing, Told, TooManyWaysError, differing
from ruleproof.graph.nodes import Graph
from ruleproof.model.ledger_nodes import LedgerEvent
from ruleproof.model.meaning import CANNOT_ANSWER, Answer
from ruleproof.model.nodes import SERVICE_DATE, CodeList, Revision, SourceDocument
from ruleproof.prover.boxes import merged
from ruleproof.prover.difference import compare
from ruleproof.prover.regions import box_in_words
from ruleproof.prover.space import Box, Space
from ruleproof.report.lists import event_in_words
from ruleproof.report.markup import Content, Markup, element, joined
from ruleproof.report.part import Part, table_of

MOST = 8
"""How many differences of one day are told; all are counted."""

IMPOSSIBLE, ANSWERED = "cannot happen", "answered"


@dataclass
class Day:
    """A day of a policy's life."""

    posted: list[Content] = field(default_factory=list)
    begins: list[Content] = field(default_factory=list)
    answers: list[Content] = field(default_factory=list)


def days_of(part: Part) -> dict[datetime.date, Day]:
    """Give every day on which something was posted or begins to count for services, in the order of time."""
    found: dict[datetime.date, Day] = {}
    for source in part.policy.sources:
        for revision in source.revisions:
            _revision(source, revision, found)
    for listed in part.policy.code_lists:
        _list(part, listed, found)
    for posting in part.policy.postings:
        found.setdefault(posting.day, Day())
    _answers(part, found)
    return dict(sorted(found.items()))


def changes(part: Part) -> Content:
    """Give a row for each day, and what differs between the texts of revisions that are here."""
    days = days_of(part)
    if not days:
        return element("p", "Nothing of this policy depends on a date.")
    head = ("day", "posted", "begins for services", "what is answered otherwise")
    rows = (part.row(_row(part, day, told), day_id(part, day)) for day, told in days.items())
    return [
        element(
            "p",
            "Posted is what became known on a day; it may count for services before it. "
            "What begins for services counts from that date of service on, whenever it was posted.",
        ),
        table_of("What changed, and when", head, rows),
        list(_texts(part)),
    ]


def day_id(part: Part, day: datetime.date) -> str:
    """Give the id of the row of a day."""
    return f"{part.id('day')}-{day.isoformat()}"


def _row(part: Part, day: datetime.date, told: Day) -> Iterator[Content]:
    yield element("span", day.isoformat(), class_="day")
    yield [[element("p", line) for line in told.posted], _named_in(part, day)]
    for cell in (told.begins, told.answers):
        yield [element("p", line) for line in cell]


# ---------------------------------------------------------------- what happened


def _revision(source: SourceDocument, item: Revision, found: dict[datetime.date, Day]) -> None:
    words = [item.name, f" of {source.name}"]
    more = [f"replaces {item.replaces}"] if item.replaces else []
    more += [] if item.has_text else ["its text is not here"]
    told = f" ({'; '.join(more)})" if more else ""
    if item.posted:
        began = f", for services from {item.services_from}"
        found.setdefault(item.posted, Day()).posted.append([*words, began, told])
    found.setdefault(item.services_from, Day()).begins.append([*words, told])
    if item.services_until and item.services_until < datetime.date.max:
        end = item.services_until + datetime.timedelta(days=1)
        found.setdefault(end, Day()).begins.append([*words, " no longer counts"])


def _list(part: Part, listed: CodeList, found: dict[datetime.date, Day]) -> None:
    link = element("a", listed.name, href=f"#{part.id('list', listed.name)}")
    grouped: dict[tuple[object, ...], tuple[LedgerEvent, int]] = {}
    for event in listed.ledger.events:
        key = (event_in_words(event), event.posted, event.first, event.last, event.revision)
        before = grouped.get(key, (event, 0))[1]
        grouped[key] = event, before + len(event.codes or ())
    for event, count in grouped.values():
        codes = f"{count:,} code{'' if count == 1 else 's'}" if event.codes is not None else "all codes"
        words: Content = [link, f": {event_in_words(event)}, {codes}"]
        if event.posted:
            since = f", for services from {event.first}" if event.first else ", for services on any date"
            found.setdefault(event.posted, Day()).posted.append([words, since])
        if event.first:
            found.setdefault(event.first, Day()).begins.append(words)
    if not listed.ledger.events:
        starts: dict[datetime.date, int] = {}
        for entry in listed.entries:
            if entry.services_from:
                starts[entry.services_from] = starts.get(entry.services_from, 0) + 1
        for day, number in starts.items():
            words = [link, f": {number:,} code{'' if number == 1 else 's'} begin{'s' if number == 1 else ''}"]
            found.setdefault(day, Day()).begins.append(words)


def _named_in(part: Part, day: datetime.date) -> Content:
    """Give the questions, and the places left out, whose words name the day, or a revision posted or beginning on it."""
    revisions = {
        item.name
        for source in part.policy.sources
        for item in source.revisions
        if day in (item.posted, item.services_from)
    }
    names = (day.isoformat(), *(f"{name} " for name in sorted(revisions)))

    def speaks(*texts: str) -> bool:
        return any(name in f"{text} ".replace(",", " ").replace(";", " ") for text in texts for name in names)

    questions = [part.question(item.name) for item in part.policy.questions if speaks(item.text, item.decided)]
    places: list[Content] = [
        [part.cited(item.citation.text), f": {item.because}"]
        for item in part.policy.not_modelled
        if speaks(item.because)
    ]
    named: list[Content]
    named = [joined([[", " if number else "", item] for number, item in enumerate(questions)])] if questions else []
    return [element("p", "named in ", words) for words in (*named, *places)]


# ---------------------------------------------------------------- what is answered otherwise


def _answers(part: Part, found: dict[datetime.date, Day]) -> None:
    epochs = part.compiled.epochs
    for before, after in pairwise(epochs):
        assert before.before is not None
        eve = before.before - datetime.timedelta(days=1)
        told = _told(part, before.exact_graphs, after.exact_graphs, -1, (0, 0), (eve, before.before))
        if told:
            found.setdefault(before.before, Day()).answers += [_heading("As posted since this day"), *told]
    space = epochs[-1].compiler.space
    for place in space.places.get(SERVICE_DATE, ())[:1]:
        cells = space.dimensions[place].cells
        for number, cell in enumerate(cells[1:], 1):
            if cell.missing or not isinstance(cell.low, datetime.date) or cells[number - 1].missing:
                continue
            graphs = epochs[-1].exact_graphs
            told = _told(part, graphs, graphs, place, (number - 1, number), None)
            if told:
                found.setdefault(cell.low, Day()).answers += [_heading("For services from this day on"), *told]


def _heading(words: str) -> Markup:
    return element("strong", f"{words}:")


def _told(
    part: Part,
    before: Mapping[str, Graph],
    after: Mapping[str, Graph],
    place: int,
    cells: tuple[int, int],
    posted: tuple[datetime.date, datetime.date] | None,
) -> list[Content]:
    lines: list[Content] = []
    left = 0
    for name in after:
        if name not in before:
            lines.append([element("code", name), ": is new"])
            continue
        try:
            groups = _groups(differing(before[name], after[name], place, cells))
        except TooManyWaysError:
            lines.append([element("code", name), ": differs in too many ways to tell them here"])
            continue
        for told in groups:
            if len(lines) >= MOST:
                left += 1
            else:
                lines.append(_line(part, after[name].space, place, name, told, posted))
    if left:
        lines.append(f"and {left} more")
    return lines


@dataclass(frozen=True, slots=True)
class _Told:
    """Cases in which a decision said one thing and says another."""

    before: str
    after: str
    boxes: tuple[Box, ...]
    answers: int
    """How many different answers there are on the side that is not told apart; 1 where both are."""


def _groups(found: Iterable[Differing]) -> list[_Told]:
    """Group differences by what is said before and after; where one side cannot answer, the other is not told apart.

    Where neither side can, nothing is answered otherwise: only the reason is another, and such cases are left out.
    """
    groups: dict[tuple[str, str], list[Box]] = {}
    others: dict[tuple[str, str], set[str]] = {}
    for item in found:
        first, second = _words(item.before), _words(item.after)
        if first == second or (_cannot(item.before) and _cannot(item.after)):
            continue
        key = first, second
        if _cannot(item.before) != _cannot(item.after):
            key = (first, ANSWERED) if _cannot(item.before) else (ANSWERED, second)
        groups.setdefault(key, []).append(item.box)
        others.setdefault(key, set()).add(second if key[1] == ANSWERED else first)
    return [_Told(*key, merged(boxes), len(others[key])) for key, boxes in groups.items()]


def _cannot(told: Told) -> bool:
    return isinstance(told, Answer) and told.kind == CANNOT_ANSWER


def _words(told: Told) -> str:
    return IMPOSSIBLE if told is None else told if isinstance(told, str) else in_words(told)


def _line(
    part: Part,
    space: Space,
    place: int,
    name: str,
    told: _Told,
    posted: tuple[datetime.date, datetime.date] | None,
) -> Content:
    box = told.boxes[0]
    apart = ANSWERED not in (told.before, told.after)
    shown = box if place < 0 else (*box[:place], space.whole[place], *box[place + 1 :])
    where = box_in_words(space, shown) if apart else "many cases"
    more = f", and {len(told.boxes) - 1} more regions" if apart and len(told.boxes) > 1 else ""
    many = "" if apart else f", {told.answers} different answers"
    facts = {
        item: value
        for item, value in space.sample(box).items()
        if any(box[at] != space.dimensions[at].full for at in space.places[item])
    }
    first, last = posted or (None, None)
    links: list[Content] = [part.try_link(facts, "try it", last)]
    if first is not None:
        links += [", ", part.try_link(facts, "as it was the day before", first)]
    said = f", {where}{more}: before {told.before}, now {told.after}{many}"
    return [element("code", name), said, [" (", links, ")"] if not part.compiled.errors else ""]


# ---------------------------------------------------------------- texts of revisions


def _texts(part: Part) -> Iterator[Content]:
    """Compare each text of a revision that is here with the next one."""
    for source in part.policy.sources:
        here = [item for item in source.revisions if item.has_text]
        for first, second in pairwise(here):
            before = part.compiled.study.text_of(source.name, first.name)
            after = part.compiled.study.text_of(source.name, second.name)
            if before is None or after is None:
                continue
            comparison = compare(before, after)
            rows = [
                part.row((
                    element("code", item.subject),
                    box_in_words(comparison.space, item.shape),
                    _said(item.before), _said(item.after),
                    [[part.rule(name), " "] for name in dict.fromkeys((*item.rules_before, *item.rules_after))],
                    part.try_link(comparison.space.sample(item.boxes[0]), "Try it"),
                ))
                for item in comparison.differences
            ]  # fmt: skip
            title = f"From {first.name} to {second.name} of {source.name}: {len(rows)} differences"
            head = ("decision", "where", "before", "after", "rules", "a case that shows it")
            yield table_of(title, head, rows) if rows else element("p", f"{title[:-14]}no difference.")


def _said(told: Answer | str) -> str:
    return told if isinstance(told, str) else in_words(told)
