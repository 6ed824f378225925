"""In the text of which revisions a block stands, and on which dates of service it counts.

A text is chosen by the date of service, among the revisions that had been posted; `in Rev 7` lets a block stand in the
text of that revision alone, so that it becomes a plain condition on the date of service here.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ruleproof.model.declared import Declared
from ruleproof.model.in_force import Stretch, days_of, known_by
from ruleproof.model.nodes import SERVICE_DATE, AllOf, AnyOf, Condition, Policy, SourceDocument, Within
from ruleproof.source import Span
from ruleproof.tree import nodes as tree


@dataclass(frozen=True, slots=True)
class Standpoint:
    """From where a policy is read: all that has been posted, or less."""

    posted_by: datetime.date | None = None
    """Only what had been posted by this day counts; with no day, everything."""
    text_of: tuple[str, str] | None = None
    """The source and revision whose text alone counts, for every date of service."""


NOW = Standpoint()
"""Everything that has been posted."""


@dataclass
class Texts:
    """Tells on which dates of service the blocks of a policy count."""

    declared: Declared
    sources: Sequence[SourceDocument]
    standpoint: Standpoint = NOW
    _named_sources: set[str] = field(default_factory=set)

    def days(self, block: Any) -> tuple[Stretch, ...] | None:
        """Give the dates of service on which a block stands in the text in force; `None` where it is every date."""
        clauses = [part for part in block.clauses if isinstance(part, tree.InRevisions)]
        if len(clauses) > 1:
            help = "keep one of the two"
            self.declared.report("repeated_part", clauses[1].span, "`in` stands here twice", help, clauses[0].span)
        if not clauses:
            return self._shared([self._others(source) for source in self.sources if _has_files(source)])
        named = self._named(clauses[0])
        return None if named is None else self._shared([named])

    def dated(self, block: Any, condition: Condition, needs_service_date: Callable[[Span, str], bool]) -> Condition:
        """Give a condition only on the dates of service on which its block counts: by its text, and by its own dates."""
        days = self.days(block)
        start, until = self.services([part for part in block.clauses if isinstance(part, tree.Services)])
        if days is None and start is None and until is None:
            return condition
        if not needs_service_date(block.name.span, f"`{block.name.text}` has dates of service"):
            return condition
        return on_days(days, start, until, condition)

    def services(self, clauses: Sequence[tree.Services]) -> Stretch:
        """Give the dates of service that several clauses leave, first and last."""
        starts = [part.start.value for part in clauses if part.start is not None]
        ends = [part.until.value for part in clauses if part.until is not None]
        for part in clauses:
            if part.start and part.until and part.until.value < part.start.value:
                self.declared.report(
                    "outside_domain",
                    part.span,
                    f"no day lies from {part.start.value} to {part.until.value}",
                    "write the earlier day first",
                )
        return max(starts, default=None), min(ends, default=None)

    def matters(self, source: SourceDocument) -> bool:
        """Tell whether anything hangs on which revision of a source is in force."""
        return source.authority == "binding" or source.name in self._named_sources or _has_files(source)

    def two(self, claim: tree.Differs) -> tuple[tuple[str, str], ...]:
        """Give the two texts that a claim compares, the other one first; nothing where they cannot be found."""
        first = self._named(tree.InRevisions(claim.span, claim.other, None, claim.source))
        second = self._named(tree.InRevisions(claim.span, claim.revision, None, claim.source))
        if first is None or second is None:
            return ()
        if claim.revision == claim.other:
            message = f"`{claim.revision}` is compared with itself"
            self.declared.report("wrong_type", claim.span, message, "name two revisions of one source")
        return (first[0].name, claim.other), (second[0].name, claim.revision)

    def _shared(self, named: Sequence[tuple[SourceDocument, frozenset[str]]]) -> tuple[Stretch, ...] | None:
        """Give the days on which, of each of some sources, one of the revisions named is in force."""
        found: tuple[Stretch, ...] | None = None
        for source, names in named:
            if self.standpoint.text_of is not None and self.standpoint.text_of[0] == source.name:
                days: tuple[Stretch, ...] | None = None if self.standpoint.text_of[1] in names else ()
            else:
                days = days_of(known_by(source, self.standpoint.posted_by).revisions, names)
            found = days if found is None else found if days is None else _both(found, days)
        return found

    def _others(self, source: SourceDocument) -> tuple[SourceDocument, frozenset[str]]:
        """Give the revisions of a source whose text is the policy file itself."""
        return source, frozenset(item.name for item in source.revisions if item.has_text and not item.text_file)

    def _named(self, clause: tree.InRevisions) -> tuple[SourceDocument, frozenset[str]] | None:
        """Give the source and the revisions that an `in` names; what it cannot mean is remarked."""
        source = self._source(clause)
        if source is None:
            return None
        self._named_sources.add(source.name)
        names = [item.name for item in source.revisions]
        last = clause.last or clause.first
        for name in (clause.first, last):
            if name not in names:
                self.declared.report(
                    "unknown_name",
                    clause.span,
                    f"`{source.name}` has no revision `{name}`",
                    f"there {'is' if len(names) == 1 else 'are'} {', '.join(names) or 'none'}",
                )
                return None
        start, end = names.index(clause.first), names.index(last)
        if end < start:
            message = f"`{last}` stands before `{clause.first}` in `{source.name}`"
            self.declared.report("outside_domain", clause.span, message, "write the earlier revision first")
            return None
        chosen = source.revisions[start : end + 1]
        without = [item.name for item in chosen if not item.has_text]
        if without:
            self.declared.report(
                "no_text_here",
                clause.span,
                f"`{without[0]}` is declared with `no text`, so nothing stands in its text",
                "take `no text` out where its text is put into rules, or name other revisions",
            )
        return source, frozenset(item.name for item in chosen)

    def _source(self, clause: tree.InRevisions) -> SourceDocument | None:
        if clause.source is not None:
            self.declared.find(clause.source, tree.SourceBlock)
            return next((item for item in self.sources if item.name == clause.source.text), None)
        having = [item for item in self.sources if clause.first in [revision.name for revision in item.revisions]]
        if len(having) == 1:
            return having[0]
        if having:
            names = " and ".join(f"`{item.name}`" for item in having)
            message, help = f"{names} both have a revision `{clause.first}`", f"add `of {having[0].name}`"
        else:
            message, help = f"no source has a revision `{clause.first}`", "declare the revision in its source"
        self.declared.report("unknown_name", clause.span, message, help)
        return None


def on_days(
    days: tuple[Stretch, ...] | None,
    start: datetime.date | None,
    until: datetime.date | None,
    condition: Condition,
) -> Condition:
    """Give a condition that holds only on some dates of service, and from `start` to `until`."""
    parts: list[Condition] = []
    if days is not None:
        texts = tuple(Within(SERVICE_DATE, low, high) for low, high in days)
        parts.append(texts[0] if len(texts) == 1 else AnyOf(texts))
    if start is not None or until is not None:
        parts.append(Within(SERVICE_DATE, start, until))
    return AllOf((*parts, condition)) if parts else condition


def in_no_text(condition: Condition) -> bool:
    """Tell whether a condition is that of a block which stands in no text in force: it plays no part, and is no mistake."""
    return isinstance(condition, AllOf) and condition.parts[:1] == (AnyOf(()),)


def as_it_stood(policy: Policy) -> Policy:
    """Give a policy without what speaks of the whole history: its examples, and what names rules that are not in it."""
    rules = {rule.name for decision in policy.decisions for rule in decision.rules}
    return replace(
        policy,
        examples=(),
        acceptances=tuple(item for item in policy.acceptances if rules.issuperset(item.rules)),
        expectations=tuple(item for item in policy.expectations if rules.issuperset(item.rules)),
    )


def _has_files(source: SourceDocument) -> bool:
    return any(item.text_file for item in source.revisions)


def _both(days: Sequence[Stretch], others: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """Give the days that two lists of stretches share."""
    found: list[Stretch] = []
    for low, high in days:
        for other_low, other_high in others:
            lows = [day for day in (low, other_low) if day is not None]
            highs = [day for day in (high, other_high) if day is not None]
            start, end = max(lows, default=None), min(highs, default=None)
            if start is None or end is None or start <= end:
                found.append((start, end))
    return tuple(found)
