"""The paragraphs of a source, each with what the policy makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ruleproof.checks.sources.library import Material
from ruleproof.model.nodes import Citation, NotModelled, Policy


@dataclass(frozen=True, slots=True)
class Citing:
    """A citation of a place, and what cites it."""

    owner: str
    rule: bool
    citation: Citation


@dataclass(frozen=True, slots=True)
class Place:
    """A paragraph of a source, or a section that is cited as a whole."""

    id: str
    sentences: tuple[str, ...]
    """The sentences, where the text is at hand; else none."""
    count: int
    """How many sentences it has; 0 where nobody knows."""
    citing: tuple[Citing, ...]
    not_modelled: tuple[NotModelled, ...]

    @property
    def state(self) -> str:
        """`cited`, `not modelled`, or `not cited`."""
        return "cited" if self.citing else "not modelled" if self.not_modelled else "not cited"


def places_of(policy: Policy, material: Material) -> tuple[Place, ...]:
    """Give the paragraphs of a source in their order, and what is cited besides them: sections, unknown places."""
    known = material.known
    texts = {item.id: item.sentences for item in material.article.paragraphs} if material.article else {}
    paragraphs = {name: len(hashes) for name, hashes in known.paragraphs.items()} if known else {}
    cited = [Citing(item.owner, item.rule, item.citation) for item in material.cited if not item.not_modelled]
    skipped = [item for item in policy.not_modelled if item.citation.source == material.document.name]
    named = [*(item.citation.paragraph for item in cited), *(item.citation.paragraph for item in skipped)]
    others = {place_id(name, paragraphs) for name in named} - set(paragraphs)
    listed = _in_order(paragraphs, others)

    def own(id: str) -> Iterator[Place]:
        citing = tuple(item for item in cited if _speaks_of(item.citation.paragraph, id, paragraphs))
        left_out = tuple(item for item in skipped if _speaks_of(item.citation.paragraph, id, paragraphs))
        yield Place(id, texts.get(id, ()), paragraphs.get(id, 0), citing, left_out)

    return tuple(place for name in listed for place in own(name))


def place_id(cited: str, paragraphs: Iterable[str]) -> str:
    """Give the paragraph that a citation is shown at: its own, or that of its sentence; else the citation itself.

    >>> place_id("coding.2.1", {"coding.2": 3}), place_id("coding", {"coding.2": 3})
    ('coding.2', 'coding')
    """
    parent = cited.rpartition(".")[0]
    return parent if cited not in paragraphs and parent in paragraphs else cited


def _speaks_of(cited: str, id: str, paragraphs: Iterable[str]) -> bool:
    """Tell whether a citation is of a place: of the place itself, a sentence in it, or a section around it."""
    return place_id(cited, paragraphs) == id or (id in paragraphs and id.startswith(f"{cited}."))


def _in_order(paragraphs: Sequence[str] | Iterable[str], others: Iterable[str]) -> list[str]:
    """Put other places where they belong: a section before its first paragraph, the rest at the end, by number."""
    found = list(paragraphs)
    for other in sorted(others, key=_by_number):
        inside = [place for place, name in enumerate(found) if name.startswith(f"{other}.")]
        found.insert(inside[0] if inside else len(found), other)
    return found


def _by_number(id: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part), "") if re.fullmatch(r"[0-9]{1,9}", part) else (0, part) for part in id.split("."))
