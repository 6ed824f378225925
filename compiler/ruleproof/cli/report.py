"""What was found in all files of one command, as data; each form of output (`formats/`) is made from it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ruleproof.cli.reading import Read, Unread, beside
from ruleproof.finding import Finding, Place, Severity
from ruleproof.source import NOWHERE, Source

if TYPE_CHECKING:
    import datetime

    from ruleproof.compiled import CheckedTables, Compiled, Proof

FOUND, COULD_NOT = 1, 2
"""Exit statuses: something to object to, and work that could not be done."""

_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


@dataclass(frozen=True)
class Checked:
    """One file and all that is known of it; `source` is `None` where there is no text to show."""

    path: str
    sha256: str
    findings: tuple[Finding, ...]
    source: Source | None = None
    compiled: Compiled | None = None
    status: int = 0
    """1 or 2 where the file could not be read, else 0."""
    tables: CheckedTables | None = None
    """What is known of the decision tables of a file made elsewhere."""
    beside: Mapping[str, Source] = field(default_factory=dict)
    """The files beside it that were read, by path."""
    texts: tuple[str, ...] = ()
    """The paths of the files that hold texts of its revisions."""

    @property
    def proofs(self) -> tuple[Proof, ...]:
        """What is proved of each decision."""
        known = self.compiled or self.tables
        return known.proofs if known else ()


@dataclass(frozen=True)
class Report:
    """What one command found."""

    files: tuple[Checked, ...]
    only: tuple[str, ...] = ()
    """The names of the findings to show; all where it is empty.  What is counted stays the same."""

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, file by file, the worst first, gaps last among equals, then in the order of the text."""
        return tuple(finding for file in self.files for finding in sorted(file.findings, key=_order))

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        named = {path: source for file in self.files for path, source in file.beside.items()}
        return named | {file.path: file.source for file in self.files if file.source is not None}

    @property
    def status(self) -> int:
        """0 nothing to object to, 1 a finding that counts, 2 a file that could not be read."""
        unread = max((file.status for file in self.files), default=0)
        return max(unread, FOUND if any(map(counts, self.findings)) else 0)

    @property
    def asked_for(self) -> tuple[Finding, ...]:
        """The findings with the names asked for."""
        return tuple(finding for finding in self.findings if not self.only or finding.name in self.only)

    def first(self, limit: int | None) -> tuple[Finding, ...]:
        """Give at most `limit` of the findings asked for."""
        return self.asked_for if limit is None else self.asked_for[:limit]


def _order(finding: Finding) -> tuple[object, ...]:
    first = finding.places[0].span if finding.places else NOWHERE
    answered_for = finding.expected or finding.accepted
    # two answers are worse than none: what is wrong in the rules comes before what is missing
    missing = finding.name == "gap"
    return (answered_for, _RANK[finding.severity], missing, first.start, first.end, finding.code, finding.message)


def counts(finding: Finding) -> bool:
    """Tell whether a finding makes the exit status 1."""
    return finding.severity is Severity.ERROR and not finding.expected and not finding.accepted


def first_place(finding: Finding) -> Place | None:
    return finding.places[0] if finding.places else None


def check_all(
    read: Iterable[Read],
    texts: Mapping[str, tuple[str, bytes]] | None = None,
    posted_by: datetime.date | None = None,
) -> Report:
    """Compile every policy that could be read; `texts` are those of sources that are at hand.

    With `posted_by` only what had been posted by that day is proved.  A file that holds the text of a revision of another
    file is a part of that one, and is not looked at on its own.
    """
    files = [_check(item, texts or {}, posted_by) for item in read]
    parts = {os.path.normpath(part) for file in files for part in file.texts}
    return Report(tuple(file for file in files if file.texts or os.path.normpath(file.path) not in parts))


def _check(item: Read, texts: Mapping[str, tuple[str, bytes]], posted_by: datetime.date | None) -> Checked:
    if isinstance(item, Unread):
        return Checked(item.path, item.sha256, (item.finding,), item.source, status=item.status)
    from ruleproof.compiled import Compiled
    from ruleproof.pipeline import compile_source

    compiled = compile_source(item, beside(item.path), texts, posted_by)
    whole = compiled if isinstance(compiled, Compiled) else None
    return Checked(
        item.path,
        item.sha256,
        compiled.findings,
        item,
        whole,
        beside=compiled.beside,
        texts=tuple(part.path for _, part in compiled.parts),
    )
