"""Sources and their revisions, and the dates of service for which no text is here."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from ruleproof.model import nodes as model
from ruleproof.model.conditions import Conditions
from ruleproof.model.days import cuts_between
from ruleproof.model.declared import Declared
from ruleproof.model.nodes import SERVICE_DATE, Condition, Within
from ruleproof.model.rules import Clauses
from ruleproof.tree import nodes as tree


@dataclass
class Sources:
    """Reads the sources of a policy."""

    declared: Declared
    clauses: Clauses

    def source(self, block: tree.SourceBlock) -> model.SourceDocument:
        authority = self.clauses.one(block, tree.Authority, "authority")
        revisions: list[model.Revision] = []
        for clause in self.clauses.all(block.clauses, tree.Revision):
            if clause.name in [known.name for known in revisions]:
                self.declared.report(
                    "duplicate_name", clause.span, f"`{clause.name}` stands here twice", "keep one of the two"
                )
            revisions.append(self.revision(clause, [known.name for known in revisions]))
        kind = authority.kind if authority else "binding"
        return model.SourceDocument(
            block.name.text,
            self.clauses.label(block),
            kind,
            tuple(revisions),
            self.clauses.notes(block),
            block.name.span,
        )

    def revision(self, clause: tree.Revision, earlier: list[str]) -> model.Revision:
        def one(kind: type) -> tree.Node | None:
            found = [part for part in clause.parts if isinstance(part, kind)]
            if len(found) > 1:
                self.declared.report(
                    "repeated_part", found[1].span, "this stands here twice", "keep one of the two", found[0].span
                )
            return found[0] if found else None

        history, published, services, replaces = (
            one(kind) for kind in (tree.HistoryDate, tree.Published, tree.Services, tree.Replaces)
        )
        start = services.start.value if isinstance(services, tree.Services) and services.start else None
        until = services.until.value if isinstance(services, tree.Services) and services.until else None
        if start is None:
            self.declared.report(
                "missing_part",
                clause.span,
                f"`{clause.name}` does not say from which date of service it counts",
                "add `services from` and the date",
            )
            start = datetime.date.min
        if isinstance(replaces, tree.Replaces) and replaces.revision not in earlier:
            self.declared.report(
                "unknown_name",
                replaces.span,
                f"no revision `{replaces.revision}` stands before `{clause.name}`",
                "name an earlier revision of the same source",
            )
        posted = published.date.value if isinstance(published, tree.Published) else None
        if posted is None and isinstance(history, tree.HistoryDate):
            posted = history.date.value
        return model.Revision(
            clause.name, start, until, posted, not isinstance(published, tree.Published), one(tree.NoText) is None,
            replaces.revision if isinstance(replaces, tree.Replaces) else "", clause.span,
        )  # fmt: skip

    def no_text(
        self, conditions: Conditions, sources: Sequence[model.SourceDocument]
    ) -> tuple[tuple[Condition, str], ...]:
        """Give the dates of service for which the text of a binding source is not here, and what to say of them."""
        found: list[tuple[Condition, str]] = []
        for source in sources:
            if (
                source.authority != "binding"
                or not source.revisions
                or (
                    all(item.has_text for item in source.revisions)
                    and len(source.revisions) == 1
                    and SERVICE_DATE not in conditions.domains
                )
            ):
                continue
            if not conditions.needs_service_date(source.span, f"source `{source.name}` has dated revisions"):
                continue
            found += _stretches_without_text(source)
        return tuple(found)


def _stretches_without_text(source: model.SourceDocument) -> list[tuple[Condition, str]]:
    starts = {item.services_from for item in source.revisions}
    ends = {item.services_until for item in source.revisions if item.services_until is not None}
    found: list[tuple[Condition, str]] = []
    for low, high in cuts_between(starts, ends):
        reason = _why_no_text(source, low)
        if reason:
            found.append((Within(SERVICE_DATE, low, high), reason))
    return found


def _why_no_text(source: model.SourceDocument, on: datetime.date | None) -> str:
    """Say why the text of a day is not here; `None` is a day before all revisions."""
    chosen: model.Revision | None = None
    for item in source.revisions:
        in_force = (
            on is not None and item.services_from <= on and (item.services_until is None or on <= item.services_until)
        )
        if in_force and (chosen is None or item.services_from >= chosen.services_from):
            chosen = item
    if chosen is None:
        return f"no revision of {source.name} is in force on this date of service"
    return "" if chosen.has_text else f"the text of {chosen.name} of {source.name} is not here"
