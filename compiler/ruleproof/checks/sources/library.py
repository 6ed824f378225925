"""What is at hand of the sources of a policy, and what the policy cites of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from ruleproof.articles.index import (
    Index,
    UnreadableArticleError,
    UnreadableIndexError,
    index_from_json,
    read_article,
)
from ruleproof.articles.paragraphs import Article
from ruleproof.compiled import SourceCoverage
from ruleproof.finding import Finding, Place
from ruleproof.model.nodes import Citation, Decision, NotModelled, Policy, Rule, SourceDocument
from ruleproof.pages import Page
from ruleproof.source import NOTHING_BESIDE, BesideError, FilesRead, Source, Span

TEXT_ENDINGS = (".txt", ".md", ".html")
INDEX_ENDING = ".index.json"

TextAtHand = tuple[str, bytes]
"""The name of a file with the text of a source, and its content."""


@dataclass(frozen=True)
class Cited:
    """A place of a policy that cites a paragraph, and what it belongs to: a rule, a definition, …"""

    citation: Citation
    owner: str
    """The name of the block; empty of one without a name."""
    rule: bool = False
    not_modelled: bool = False


@dataclass(frozen=True)
class Material:
    """What is at hand of one source."""

    document: SourceDocument
    cited: tuple[Cited, ...]
    index: Index | None = None
    article: Article | None = None
    now: Index | None = None
    """The index of the text at hand."""
    problem: str = ""
    """Why the index or the text could not be read; empty where nothing went wrong."""

    @property
    def known(self) -> Index | None:
        """The ids that can be cited: those of the text at hand, or else of the index."""
        return self.now or self.index

    @cached_property
    def spoken_for(self) -> tuple[frozenset[str], frozenset[str]]:
        """The sentences that something cites, and those that are declared not modelled."""
        known = self.known
        found: tuple[set[str], set[str]] = (set(), set())
        for item in self.cited if known is not None else ():
            found[item.not_modelled].update(known.below(item.citation.paragraph) if known else ())
        return frozenset(found[0]), frozenset(found[1])

    @property
    def coverage(self) -> SourceCoverage | None:
        """What of the source the policy speaks for; `None` without an index or a text."""
        if self.known is None:
            return None
        cited, declared = self.spoken_for
        quotes = sum(bool(item.citation.says) for item in self.cited)
        return SourceCoverage(
            self.document.name, len(self.known.sentences), len(cited), len(declared - cited), quotes,
            self.article is not None,
        )  # fmt: skip


@dataclass(frozen=True)
class Library:
    """The sources of one policy with what is at hand of each."""

    policy: Policy
    source: Source
    materials: tuple[Material, ...] = field(default=())

    @property
    def coverage(self) -> tuple[SourceCoverage, ...]:
        return tuple(found for material in self.materials if (found := material.coverage) is not None)

    def finding(
        self, page: Page, message: str, help: str, spans: Iterable[Span], rules: Iterable[str] = (), **others: Any
    ) -> Finding:
        """Make a finding about places of the policy."""
        return Finding(
            code=page.code, name=page.name, severity=page.severity, message=message, help=help,
            places=tuple(Place(self.source.path, span) for span in spans), policy=self.policy.name,
            rules=tuple(rules), **others,
        )  # fmt: skip


def library_of(policy: Policy, source: Source, files: FilesRead, texts: Mapping[str, TextAtHand]) -> Library:
    """Give what is at hand of the sources of a policy; `texts` are those named on the command line, by source.

    `source` is the text that the places of the policy are in.
    """
    cited = tuple(citations_in(policy))
    own = {document.name: tuple(item for item in cited if item.citation.source == document.name)
           for document in policy.sources}  # fmt: skip
    materials = tuple(
        _material(document, own[document.name], files, texts.get(document.name)) for document in policy.sources
    )
    return Library(policy, source, materials)


def _material(
    document: SourceDocument, cited: tuple[Cited, ...], files: FilesRead, text: TextAtHand | None
) -> Material:
    index: Index | None = None
    problem = ""
    if document.index:
        try:
            index = _index(document.index, files)
        except (BesideError, UnreadableIndexError) as error:
            return Material(document, cited, problem=f"the index `{document.index}` cannot be read: {error}")
        if index is None and files.beside is not NOTHING_BESIDE:
            problem = f"there is no file `{document.index}` beside the policy"
        text = text or _text_beside(document.index, files)
    if text is None:
        return Material(document, cited, index, problem=problem)
    name, content = text
    try:
        article, now = read_article(content, name, index.outline if index else None)
    except UnreadableArticleError as error:
        return Material(document, cited, index, problem=f"the text `{name}` cannot be read: {error}")
    return Material(document, cited, index, article, now, problem)


def _index(name: str, files: FilesRead) -> Index | None:
    found = files.text(name)
    return None if found is None else index_from_json(found.text)


def _text_beside(index: str, files: FilesRead) -> TextAtHand | None:
    """Give the text that lies beside its index under the same name; it is no part of the policy."""
    stem = index.removesuffix(INDEX_ENDING)
    for ending in TEXT_ENDINGS if stem != index else ():
        try:
            content = files.beside.read(stem + ending)
        except BesideError:
            content = None
        if content is not None:
            return PurePosixPath(stem + ending).name, content
    return None


def citations_in(policy: Policy) -> Iterator[Cited]:
    """Give every citation of a policy with what it belongs to."""
    for part in fields(policy):
        value = getattr(policy, part.name)
        for item in value if isinstance(value, tuple) else ():
            if isinstance(item, NotModelled):
                yield Cited(item.citation, "", not_modelled=True)
                continue
            for citation in getattr(item, "citations", ()):
                yield Cited(citation, getattr(item, "name", getattr(item, "input", "")))
            for rule in item.rules if isinstance(item, Decision) else ():
                yield from _of_rule(rule)


def _of_rule(rule: Rule) -> Iterator[Cited]:
    return (Cited(citation, rule.name, rule=True) for citation in rule.citations)
