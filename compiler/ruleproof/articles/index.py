"""The index of an article: ids of its paragraphs and hashes of their sentences, without a word of its text.

An index remembers where the sections begin (as hashes too), so that a later text of the same article gets the same ids.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ruleproof.articles.lines import LONGEST_ARTICLE, lines_of
from ruleproof.articles.outline import Outline, Section, outline_from_headings
from ruleproof.articles.paragraphs import Article, article_of
from ruleproof.articles.words import hash_of

FORMAT = "ruleproof paragraph index 1"
LARGEST_INDEX = 16_000_000
_ID = re.compile(r"[^\W\d]\w*(?:\.\w+)*")
_HASH = re.compile(r"[0-9a-f]{16}")


class UnreadableIndexError(ValueError):
    """A file that is no index; the message says why, in one sentence."""


class UnreadableArticleError(ValueError):
    """A text that cannot be read; the message says why, in one sentence."""


@dataclass(frozen=True)
class Index:
    """What is known of an article without its text."""

    source_sha256: str
    outline: Outline
    paragraphs: Mapping[str, tuple[str, ...]]
    """For each paragraph the hashes of its sentences, in order."""

    @cached_property
    def sentences(self) -> Mapping[str, str]:
        """The hash of each sentence, by its id."""
        return {f"{name}.{number}": sign for name, own in self.paragraphs.items() for number, sign in enumerate(own, 1)}

    @cached_property
    def _below(self) -> Mapping[str, tuple[str, ...]]:
        """The sentences that each id stands for: of a section, a paragraph or a sentence."""
        found: dict[str, list[str]] = {}
        for sentence in self.sentences:
            parts = sentence.split(".")
            for end in range(1, len(parts) + 1):
                found.setdefault(".".join(parts[:end]), []).append(sentence)
        return {name: tuple(sentences) for name, sentences in found.items()}

    def below(self, id: str) -> tuple[str, ...]:
        """Give the sentences that an id stands for; none where the index does not know it."""
        return self._below.get(id, ())

    @property
    def ids(self) -> Iterator[str]:
        """Every id that can be cited."""
        return iter(self._below)


def read_article(content: bytes, name: str, outline: Outline | None = None) -> tuple[Article, Index]:
    """Give the paragraphs of an article and its index; without an outline, its headings say where sections begin.

    `name` is the name of the file.  Raises `UnreadableArticleError`.
    """
    if len(content) > LONGEST_ARTICLE:
        raise UnreadableArticleError(f"it is larger than {LONGEST_ARTICLE // 1_000_000} MB")
    if b"\0" in content or content.startswith((b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UnreadableArticleError("it is no text: save it as plain text, Markdown or HTML")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableArticleError(f"line {line} is not UTF-8: save it again as UTF-8") from None
    lines = lines_of(text, name)
    used = outline or outline_from_headings(lines)
    article = article_of(lines, used)
    if not article.paragraphs:
        raise UnreadableArticleError("it holds no text")
    hashes = {item.id: tuple(map(hash_of, item.sentences)) for item in article.paragraphs}
    return article, Index(hashlib.sha256(content).hexdigest(), used, hashes)


def index_to_json(index: Index) -> str:
    """Give an index as a file: equal indexes give equal bytes."""
    sections = [json.dumps([section.id, section.hash, section.words]) for section in index.outline.sections]
    paragraphs = [f"{json.dumps(name)}: {json.dumps(list(hashes))}" for name, hashes in index.paragraphs.items()]
    return (
        f'{{\n "format": {json.dumps(FORMAT)},\n "source_sha256": {json.dumps(index.source_sha256)},\n'
        f' "skip": {json.dumps(list(index.outline.skip))},\n'
        f' "sections": [{_listed(sections)}],\n "paragraphs": {{{_listed(paragraphs)}}}\n}}\n'
    )


def _listed(lines: list[str]) -> str:
    return "\n  " + ",\n  ".join(lines) + "\n " if lines else ""


def index_from_json(content: bytes | str) -> Index:
    """Read an index.  Raises `UnreadableIndexError`."""
    if len(content) > LARGEST_INDEX:
        raise UnreadableIndexError(f"it is larger than {LARGEST_INDEX // 1_000_000} MB")
    try:
        read = json.loads(content)
    except (ValueError, RecursionError):
        raise UnreadableIndexError("it is no JSON") from None
    if not isinstance(read, dict) or read.get("format") != FORMAT:
        raise UnreadableIndexError(f'it does not say `"format": "{FORMAT}"`')
    sections = tuple(_section(entry) for entry in _list_of(read, "sections"))
    skip = tuple(_hash(entry) for entry in _list_of(read, "skip"))
    paragraphs = read.get("paragraphs")
    if not isinstance(paragraphs, dict) or not paragraphs:
        raise UnreadableIndexError("it has no paragraphs")
    found: dict[str, tuple[str, ...]] = {}
    for name, hashes in paragraphs.items():
        if not _ID.fullmatch(name) or not isinstance(hashes, list) or not hashes:
            raise UnreadableIndexError(f"its paragraph `{name[:80]}` is not an id with a list of hashes")
        found[name] = tuple(map(_hash, hashes))
    return Index(str(read.get("source_sha256", ""))[:64], Outline(sections, skip), found)


def _list_of(read: dict[str, Any], name: str) -> list[Any]:
    found = read.get(name, [])
    if not isinstance(found, list):
        raise UnreadableIndexError(f"its `{name}` is no list")
    return found


def _section(entry: object) -> Section:
    match entry:
        case [str(name), sign, int(words)] if _ID.fullmatch(name) and 0 <= words <= 100:
            return Section(name, _hash(sign), words)
    raise UnreadableIndexError("one of its sections is no id with a hash and a number of words")


def _hash(entry: object) -> str:
    if not isinstance(entry, str) or not _HASH.fullmatch(entry):
        raise UnreadableIndexError("one of its hashes is not 16 hexadecimal digits")
    return entry
