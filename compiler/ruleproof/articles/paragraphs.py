"""An article as paragraphs: `coding.targeted.1.2` is the second sentence of the first paragraph of a section."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ruleproof.articles.lines import FURNITURE, Line
from ruleproof.articles.outline import LONGEST_HEADING, Outline, Section, starts_of
from ruleproof.articles.words import hash_of, sentences_of, words_of

START = "start"
"""The section of everything before the first section."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of an article; its text stays in memory and is never written anywhere."""

    id: str
    sentences: tuple[str, ...]

    @cached_property
    def words(self) -> tuple[tuple[str, ...], ...]:
        """The words of each sentence."""
        return tuple(words_of(sentence) for sentence in self.sentences)


@dataclass(frozen=True)
class Article:
    """The paragraphs of an article in order, and the sections that were looked for and are not there."""

    paragraphs: tuple[Paragraph, ...]
    not_there: tuple[str, ...] = ()


def article_of(lines: Sequence[Line], outline: Outline) -> Article:
    """Give the paragraphs of an article, numbered in each section of the outline."""
    kept = [FURNITURE if _is_skipped(line, outline) else line for line in lines]
    starts = starts_of(outline, kept)
    found: list[Paragraph] = []
    for section, own in _sections(kept, starts):
        for number, text in enumerate(_paragraphs(own), 1):
            found.append(Paragraph(f"{section}.{number}", sentences_of(text)))
    there = {section.id for section in starts.values()}
    return Article(tuple(found), tuple(section.id for section in outline.sections if section.id not in there))


def _is_skipped(line: Line, outline: Outline) -> bool:
    return 0 < len(line.text) < LONGEST_HEADING and bool(outline.skip) and hash_of(line.text) in outline.skip


def _sections(lines: Sequence[Line], starts: dict[int, Section]) -> Iterator[tuple[str, list[Line]]]:
    name, own = START, list[Line]()
    for index, line in enumerate(lines):
        section = starts.get(index)
        if section is not None:
            yield name, own
            name, own = section.id, []
        if section is None or section.words:
            own.append(line)
    yield name, own


def _paragraphs(lines: Sequence[Line]) -> Iterator[str]:
    """Put lines together that belong to a paragraph; page furniture inside one does not end it."""
    text, ended, furniture = "", False, False
    for line in lines:
        if not line.text:
            ended, furniture = ended or not line.furniture, furniture or line.furniture
            continue
        if text and ended and not (furniture and _goes_on(text)):
            yield text
            text = ""
        if not words_of(line.text):
            continue
        text, ended, furniture = f"{text}\n{line.text}", False, False
    if text:
        yield text


def _goes_on(text: str) -> bool:
    """Tell whether a paragraph that the page cut off has not come to its end."""
    return text.rstrip("\"'”’)] ")[-1:] not in (".", "!", "?", ":")
