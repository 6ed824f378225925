"""Code lists, from their blocks and the files of events beside the policy to ledgers."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ruleproof.finding import Place
from ruleproof.model import nodes as model
from ruleproof.model.code_sets import CodeSets, listed
from ruleproof.model.codes_named import CodesNamed
from ruleproof.model.csv_rows import Row, Rows
from ruleproof.model.declared import Declared
from ruleproof.model.domains import system_of
from ruleproof.model.ledger_faults import faults
from ruleproof.model.ledger_nodes import ADD, ELSEWHERE, MOVED, PRESENT, REMOVE, START, VOID, LedgerEvent
from ruleproof.model.ledgers import Ledger, holding, in_order_of_posting
from ruleproof.model.nodes import Posting, SourceDocument
from ruleproof.model.rules import Clauses
from ruleproof.source import FilesRead, Span
from ruleproof.tree import nodes as tree

COLUMNS = (
    "list", "code", "event", "services_from", "services_until", "before", "revision", "posted", "voids", "to", "label", "note",
)  # fmt: skip
"""The columns that a file of events can have; what each holds is in docs/language.md."""

_SAID_OF_ALL = ("event", "services_from", "services_until", "before", "revision", "posted", "voids", "to")
"""The columns that make an event; rows that are alike in them tell the same of several codes."""

_VOIDED = {
    "removals": frozenset({REMOVE}),
    "additions": frozenset({START, ADD}),
    "changes": frozenset({START, ADD, REMOVE, MOVED, VOID, PRESENT}),
}
_OF_FILE = {"present": PRESENT, "start": START, "add": ADD, "remove": REMOVE, "moved": MOVED}
_UNDOING = {"restore": "removals", "withdraw": "additions", "void": "changes"}
"""The events of a file that make others not exist, and which."""


@dataclass
class Ledgers:
    """Reads the code lists of a policy, as they stood when a day's postings were known."""

    declared: Declared
    clauses: Clauses
    files: FilesRead
    sources: Sequence[SourceDocument]
    posted_by: datetime.date | None
    sets: CodeSets = field(init=False)
    ledgers: dict[str, Ledger] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sets = CodeSets(self.declared, self.files)

    def code_list(self, block: tree.Codes) -> model.CodeList:
        """Give a code list."""
        name = block.name.text
        key = ("ledger", name, block.span)
        if key not in self.files.worked_out:
            self.files.worked_out[key] = self._ledger(block)
        ledger = self.files.worked_out[key]
        assert isinstance(ledger, Ledger)
        self.ledgers[name] = ledger
        entries = tuple(
            model.CodeEntry(code, first, last)
            for codes, line in ledger.held(self.posted_by)
            for first, last in holding(line)
            for code in codes
        )
        return model.CodeList(
            name, self.clauses.label(block), block.system.text, entries, self.clauses.cited(block),
            self.clauses.notes(block), self.clauses.statements(block), ledger,
            tuple(self._holes(name, ledger)), block.name.span,
        )  # fmt: skip

    def _holes(self, name: str, ledger: Ledger) -> Iterator[model.Hole]:
        for stretch, last, told, held in ledger.holes(self.posted_by):
            reason = f"code list {name} is known in part, and nothing is known here of a code that it does not name"
            if stretch.state == ELSEWHERE:
                since = f" for services from {stretch.first}" if stretch.first else ""
                reason = f"code list {name} has moved to {stretch.to}{since}"
            yield model.Hole(stretch.first, last, frozenset(told), frozenset(held), reason)

    def postings(self) -> Iterator[Posting]:
        """Give the days on which events were posted, with the revisions that they came with."""
        for name, ledger in self.ledgers.items():
            for day in ledger.posting_days:
                events = [event for event in ledger.events if event.posted == day]
                names = [f"{event.revision} of {event.source}" if event.revision else name for event in events]
                yield Posting(day, tuple(dict.fromkeys(names)))

    # -------------------------------------------------------------- the events

    def _ledger(self, block: tree.Codes) -> Ledger:
        prefix, shape = system_of(self.declared, block.system)
        named = CodesNamed(self.declared, self.sets, block.system.text, prefix, shape)
        found: list[LedgerEvent] = []
        for clause in block.clauses:
            match clause:
                case tree.CodeEvent():
                    found += self._of_codes(clause, named)
                case tree.Voids():
                    found += self._void(clause)
                case tree.MovedTo(span, documents):
                    to = " and ".join(name.text for name in documents)
                    found += self._dated(LedgerEvent(MOVED, None, to=to), span, clause.parts)
                case tree.EventsFrom(_, file):
                    found += self._from_file(block.name.text, file, named)
                case _:
                    pass
        if not any(isinstance(clause, tree.CodeEvent | tree.EventsFrom) for clause in block.clauses):
            self.declared.report(
                "missing_part",
                block.name.span,
                f"code list `{block.name.text}` names no codes",
                f"add, for example, `start {prefix} …`",
            )
        unknown = any(isinstance(clause, tree.OthersUnknown) for clause in block.clauses)
        ledger = Ledger(in_order_of_posting(found), others_unknown=unknown)
        for event, message, help in faults(ledger):
            if event.place is not None:
                self.declared.report_at("ledger_contradiction", event.place, message, help)
        named.check()
        named.check_days(ledger)
        return ledger

    def _of_codes(self, clause: tree.CodeEvent, named: CodesNamed) -> Iterator[LedgerEvent]:
        parts = clause.parts
        by_date = any(isinstance(part, tree.OfServiceDate) for part in parts)
        codes = named.expanded(clause)
        before = [part for part in parts if isinstance(part, tree.BeforeDate)]
        if (clause.kind == PRESENT) != bool(before):
            message, help = (
                (
                    "`present` needs `before` and a date",
                    "write since when the list is known to hold it: `before 2021-06-24`",
                )
                if clause.kind == PRESENT
                else ("`before` goes with `present`", "write `services until` for a last day")
            )
            self.declared.report("missing_part", clause.span, message, help)
        day = before[0].date.value if before else None
        event = LedgerEvent(clause.kind, tuple(codes), before=day)
        for dated in self._dated(event, clause.span, parts):
            if not by_date:
                yield dated
            else:
                yield from self._as_valid(dated, named, clause)
        twice = [code for code, count in _counted(codes) if count > 1]
        if twice:
            message = f"{listed(twice)} stands here twice"
            self.declared.report("ledger_contradiction", clause.span, message, "keep one of the two")

    def _as_valid(self, event: LedgerEvent, named: CodesNamed, clause: tree.CodeEvent) -> Iterator[LedgerEvent]:
        """Cut an event to the days on which each of its codes is valid."""
        known = self.sets.of(named.system)
        if known is None or not known.titles:
            return  # that there is no set, or no reading it, has been said
        if not known.is_dated:
            message = f"{known.says} does not say on which days a code is valid"
            help = f'leave the words out, or add `code set my_codes of {named.system} from "codes.csv"` with valid_from'
            self.declared.report("no_code_set", clause.span, message, help)
            return
        groups: dict[tuple[datetime.date | None, datetime.date | None], list[str]] = {}
        for code in event.codes or ():
            for low, high in known.valid(code.removeprefix(f"{named.prefix} ")):
                first = max((day for day in (event.first, low) if day is not None), default=None)
                last = min((day for day in (event.last, high) if day is not None), default=None)
                if first is None or last is None or first <= last:
                    groups.setdefault((first, last), []).append(code)
        for (first, last), codes in groups.items():
            yield replace(event, codes=tuple(codes), first=first, last=last)

    def _void(self, clause: tree.Voids) -> Iterator[LedgerEvent]:
        event = LedgerEvent(VOID, None, voids=_VOIDED[clause.what], voided=self._named(clause.voided)[:2])
        yield from self._dated(event, clause.span, (*clause.parts, clause.by))

    def _dated(self, event: LedgerEvent, span: Span, parts: Iterable[tree.EventPart]) -> Iterator[LedgerEvent]:
        """Put an event on the two clocks: its dates of service, and since when it is known."""
        known = list(parts)
        for kind in (tree.Services, tree.BeforeDate, tree.Reading, tree.Because):
            same = [part for part in known if isinstance(part, kind)]
            if len(same) > 1:
                self.declared.report("repeated_part", same[1].span, "this stands here twice", "keep one", same[0].span)
        postings = [part for part in known if isinstance(part, tree.RevisionNamed | tree.PostedOn)]
        if len(postings) > 1:
            message, help = "it is said twice when this was posted", "keep one of `by` and `posted`"
            self.declared.report("repeated_part", postings[1].span, message, help, postings[0].span)
        place = Place(self.declared.tree.source.path, span)
        event = replace(event, place=place)
        for part in known:
            match part:
                case tree.Services(_, start, until):
                    event = replace(event, first=start.value if start else None, last=until.value if until else None)
                case tree.RevisionNamed():
                    source, revision, posted = self._named(part)
                    event = replace(event, source=source, revision=revision, posted=posted)
                case tree.PostedOn(_, date):
                    event = replace(event, posted=date.value)
                case tree.Reading(_, question):
                    self.declared.find(question, tree.Question)
                    event = replace(event, reading=question.text)
                case tree.Because(_, text):
                    event = replace(event, because=text.text)
                case _:
                    pass
        yield event

    def _named(self, clause: tree.RevisionNamed) -> tuple[str, str, datetime.date | None]:
        """Give the source and the name of a revision, and when it was posted."""
        if clause.source is not None and self.declared.find(clause.source, tree.SourceBlock) is None:
            return "", "", None
        wanted = clause.source.text if clause.source else ""
        found = self._revisions(wanted, clause.revision)
        if not found:
            of = f" of {wanted}" if wanted else ""
            names = [item.name for source in self.sources if wanted in ("", source.name) for item in source.revisions]
            help = f"the revisions are {listed(names, 10)}" if names else "declare the revision with its source"
            self.declared.report("unknown_name", clause.span, f"there is no `{clause.revision}`{of}", help)
            return "", "", None
        if len(found) > 1:
            message = f"several sources have a `{clause.revision}`"
            help = " or ".join(f"`{source} {clause.revision}`" for source, _ in found)
            self.declared.report("unknown_name", clause.span, message, f"say which one: {help}")
        return found[0][0], clause.revision, found[0][1]

    def _revisions(self, source: str, name: str) -> list[tuple[str, datetime.date | None]]:
        return [
            (document.name, item.posted)
            for document in self.sources
            if source in ("", document.name)
            for item in document.revisions
            if item.name == name
        ]

    # -------------------------------------------------------------- events as data

    def _from_file(self, name: str, file: tree.Text, named: CodesNamed) -> Iterator[LedgerEvent]:
        """Give the events of a file; rows that tell the same of several codes become one event."""
        rows = Rows(self.declared, self.files, COLUMNS, ("code", "event"))
        told: dict[tuple[str, ...], LedgerEvent | None] = {}
        alike: dict[tuple[str, ...], dict[str, Place]] = {}
        for row in rows.read(file):
            if (of := row.get("list")) and of != name:
                if not isinstance(self.declared.names.get(of), tree.Codes):
                    rows.report(row.span, f"there is no code list `{of}`", "correct the name of the list")
                continue
            key = tuple(map(row.get, _SAID_OF_ALL))
            text = row.get("code")
            if key not in told or told[key] is None or text == "*":
                told[key] = self._of_row(rows, row)
            event = told[key]
            if event is None or rows.source is None:
                continue
            code = "*" if text == "*" else named.in_file(rows, row, text)
            if code is None:
                continue
            codes = alike.setdefault(key, {})
            if code in codes:
                rows.report(row.span, f"this row about `{text}` stands in the file twice", "keep one of the two")
                continue
            codes[code] = Place(rows.source.path, row.span)
        for key, codes in alike.items():
            event = told[key]
            if event is not None and "*" in codes:
                yield replace(event, codes=None, place=codes.pop("*"))
            if event is not None and codes:
                yield replace(event, codes=tuple(codes), place=next(iter(codes.values())))

    def _of_row(self, rows: Rows, row: Row) -> LedgerEvent | None:
        """Give what a row tells, its code aside; `None` where it cannot be read."""
        before = rows.mistakes
        word = row.get("event")
        if word not in _OF_FILE and word not in _UNDOING:
            known = ", ".join((*_OF_FILE, *_UNDOING))
            rows.report(row.span, f"`{word}` is no event of a code list", f"write one of {known}")
        first, last, posted = (rows.day(row, name) for name in ("services_from", "services_until", "posted"))
        source, revision, known_from = self._revision_of(rows, row, "revision")
        if posted is not None and revision:
            rows.report(row.span, "this row has a revision and a date of posting", "keep one of the two")
        voided = self._revision_of(rows, row, "voids")[:2]
        for column, goes_with in (("before", ("present",)), ("to", ("moved",)), ("voids", tuple(_UNDOING))):
            if (word in goes_with) != bool(row.get(column)) and not (column == "voids" and word in _UNDOING):
                has = (
                    f"`{column}` goes with {' and '.join(goes_with)}"
                    if row.get(column)
                    else f"`{word}` needs `{column}`"
                )
                rows.report(row.span, has, f"fill in or leave out `{column}`")
        if row.get("code") == "*" and word in ("present", "start", "add"):
            rows.report(row.span, f"`{word}` needs a code", "write the code; `*` is for what happens to the whole list")
        day = rows.day(row, "before")
        if rows.mistakes > before:
            return None
        kind = _OF_FILE.get(word, VOID)
        undone = _VOIDED[_UNDOING[word]] if kind == VOID else frozenset[str]()
        return LedgerEvent(
            kind, (), first, last, posted or known_from, revision, source, undone, voided, row.get("to"), day,
        )  # fmt: skip

    def _revision_of(self, rows: Rows, row: Row, column: str) -> tuple[str, str, datetime.date | None]:
        text = row.get(column)
        if not text:
            return "", "", None
        source, _, name = text.rpartition(" Rev ")
        name = f"Rev {name}" if source else text
        found = self._revisions(source, name)
        if len(found) != 1:
            message = f"several sources have a `{name}`" if found else f"there is no revision `{text}`"
            rows.report(row.span, message, "write it as the policy does, such as `Rev 5` or `article Rev 5`")
            return "", "", None
        return found[0][0], name, found[0][1]


def _counted(codes: Iterable[str]) -> Iterator[tuple[str, int]]:
    counts: dict[str, int] = {}
    for code in codes:
        counts[code] = counts.get(code, 0) + 1
    yield from counts.items()
