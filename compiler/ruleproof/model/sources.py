"""Sources and their revisions, and the dates of service for which no text is here."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ruleproof.model import nodes as model
from ruleproof.model.conditions import Conditions
from ruleproof.model.declared import Declared
from ruleproof.model.in_force import Stretch, in_force, known_by, next_posted, stretches_of
from ruleproof.model.nodes import SERVICE_DATE, Always, Condition, Within
from ruleproof.model.order import circle_in
from ruleproof.model.rules import Clauses
from ruleproof.model.texts import Standpoint
from ruleproof.tree import nodes as tree


@dataclass
class Sources:
    """Reads the sources of a policy."""

    declared: Declared
    clauses: Clauses

    def source(self, block: tree.SourceBlock) -> model.SourceDocument:
        """Give a source with all its revisions."""
        authority = self.clauses.one(block, tree.Authority, "authority")
        clauses: dict[str, tree.Revision] = {}
        for clause in self.clauses.all(block.clauses, tree.Revision):
            if clause.name in clauses:
                self.declared.report(
                    "duplicate_name", clause.span, f"`{clause.name}` stands here twice", "keep one of the two"
                )
            clauses.setdefault(clause.name, clause)
        revisions = self.revisions(block.name.text, clauses)
        self.check_overlaps(block, revisions)
        return model.SourceDocument(
            block.name.text,
            self.clauses.label(block),
            authority.kind if authority else "binding",
            tuple(revisions),
            self.clauses.notes(block),
            self.index(block),
            tuple(self.gives_way(block)),
            block.name.span,
        )

    def index(self, block: tree.SourceBlock) -> str:
        clause = self.clauses.one(block, tree.Index, "index")
        return clause.file.text if clause else ""

    def gives_way(self, block: tree.SourceBlock) -> Iterator[tuple[str, str]]:
        for clause in self.clauses.all(block.clauses, tree.GivesWay):
            for name in clause.sources:
                if self.declared.find(name, tree.SourceBlock) is not None:
                    yield name.text, clause.because.text.text

    def revisions(self, source: str, clauses: Mapping[str, tree.Revision]) -> list[model.Revision]:
        replaced: dict[str, list[str]] = {name: [] for name in clauses}
        for name, clause in clauses.items():
            for part in self.parts(clause, tree.Replaces):
                if part.revision in clauses:
                    replaced[name].append(part.revision)
                else:
                    self.declared.report(
                        "unknown_name",
                        part.span,
                        f"`{name}` replaces `{part.revision}`, and `{source}` has no revision of that name",
                        "name a revision of the same source, or take `replaces` out",
                    )
        circle = circle_in(replaced)
        if circle:
            self.declared.report(
                "cycle",
                clauses[circle[0]].span,
                f"revisions replace each other in a circle: {' → '.join(circle)}",
                "take one of them out",
            )
        return [self.revision(clause, _beaten(name, replaced)) for name, clause in clauses.items()]

    def parts(self, clause: tree.Revision, kind: type[tree.Kind]) -> list[tree.Kind]:
        return [part for part in clause.parts if isinstance(part, kind)]

    def one(self, clause: tree.Revision, kind: type[tree.Kind]) -> tree.Kind | None:
        found = self.parts(clause, kind)
        if len(found) > 1:
            self.declared.report(
                "repeated_part", found[1].span, "this stands here twice", "keep one of the two", found[0].span
            )
        return found[0] if found else None

    def revision(self, clause: tree.Revision, beats: frozenset[str]) -> model.Revision:
        history, published = self.one(clause, tree.HistoryDate), self.one(clause, tree.Published)
        services = self.one(clause, tree.Services)
        start = services.start.value if services and services.start else None
        until = services.until.value if services and services.until else None
        if start is None:
            self.declared.report(
                "missing_part",
                clause.span,
                f"`{clause.name}` does not say from which date of service it counts",
                "add `services from` and the date",
            )
            start = datetime.date.min
        elif services and until is not None and until < start:
            self.declared.report(
                "outside_domain",
                services.span,
                f"`{clause.name}` ends on {until}, before it starts on {start}",
                "write the earlier day first",
            )
        posted = published.date.value if published else history.date.value if history else None
        return model.Revision(
            name=clause.name,
            services_from=start,
            services_until=until,
            posted=posted,
            posted_is_history_date=published is None,
            has_text=self.one(clause, tree.NoText) is None,
            text_file=text.file.text if (text := self.one(clause, tree.TextIn)) else "",
            replaces=", ".join(part.revision for part in self.parts(clause, tree.Replaces)),
            beats=beats,
            span=clause.span,
        )

    def check_overlaps(self, block: tree.SourceBlock, revisions: Sequence[model.Revision]) -> None:
        """Remark two revisions that are in force on one day though neither replaces the other.

        One that replaces a revision that is not there has its remark already.
        """
        names = {item.name for item in revisions}
        for (low, high), standing in stretches_of(revisions):
            unsure = any(name not in names for item in standing[-2:] for name in item.replaces.split(", ") if name)
            if len(standing) > 1 and not unsure:
                first, second = standing[-2:]
                self.declared.report(
                    "revisions_overlap",
                    second.span,
                    f"`{first.name}` and `{second.name}` of `{block.name.text}` are both in force "
                    f"{days_in_words((low, high))}, and neither replaces the other",
                    f"add `replaces {first.name}` to `{second.name}`, or let `{first.name}` end with `until`",
                    first.span,
                )
                return

    def no_text(
        self,
        conditions: Conditions,
        sources: Sequence[model.SourceDocument],
        standpoint: Standpoint,
    ) -> tuple[tuple[Condition, str], ...]:
        """Give the dates of service for which the text of a binding source is not here, and what to say of them.

        Where the text of one revision alone is read, it is here for every date of service.
        """
        posted_by = standpoint.posted_by
        found: list[tuple[Condition, str]] = []
        for source in sources:
            alone = standpoint.text_of is not None and standpoint.text_of[0] == source.name
            if source.authority != "binding" or not source.revisions or alone:
                continue
            first = next_posted(source, posted_by)
            if first is not None and not known_by(source, posted_by).revisions:
                found.append((Always(), f"no revision of {source.name} was posted before {first.isoformat()}"))
                continue
            undated = len(source.revisions) == 1 and source.revisions[0].has_text
            if undated and SERVICE_DATE not in conditions.domains:
                continue
            if conditions.needs_service_date(source.span, f"source `{source.name}` has dated revisions"):
                found += stretches_without_text(source, posted_by)
        return tuple(found)


def stretches_without_text(
    source: model.SourceDocument, posted_by: datetime.date | None
) -> Iterator[tuple[Condition, str]]:
    """Give the dates of service whose text is not here, among what had been posted, and why."""
    known = known_by(source, posted_by)
    later = next_posted(source, posted_by)
    for (low, high), _ in stretches_of(known.revisions):
        reason = _why_no_text(known, low, later)
        if reason:
            yield Within(SERVICE_DATE, low, high), reason


def _why_no_text(source: model.SourceDocument, on: datetime.date | None, later: datetime.date | None) -> str:
    """Say why the text of a day is not here; `None` is a day before all revisions, `later` the next day of posting.

    That day is not named: whoever answers as posted on a day does not know it.
    """
    chosen = in_force(source.revisions, on)
    if chosen is not None:
        return "" if chosen.has_text else f"the text of {chosen.name} of {source.name} is not here"
    if later is None:
        return f"no revision of {source.name} is in force on this date of service"
    return f"no revision of {source.name} posted by then is in force on this date of service"


def _beaten(name: str, replaced: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Give the revisions that one replaces, directly or through others; never itself."""
    found: set[str] = set()
    waiting = list(replaced[name])
    while waiting:
        other = waiting.pop()
        if other not in found:
            found.add(other)
            waiting += replaced[other]
    return frozenset(found - {name})


def days_in_words(days: Stretch) -> str:
    """Say which dates of service: from a day, until a day, from one to another, on a day, or on every day."""
    low, high = days
    if low is None or low == datetime.date.min:
        return "on every day" if high is None else f"until {high.isoformat()}"
    if low == high:
        return f"on {low.isoformat()}"
    return f"from {low.isoformat()}" + ("" if high is None else f" to {high.isoformat()}")
