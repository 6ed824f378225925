"""Where a quote stands in an article, or what comes nearest to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from ruleproof.articles.paragraphs import Article, Paragraph
from ruleproof.articles.words import words_of

MOST_WORDS_SHOWN = 6
"""How many words of an article a message may show."""


_MOST_COMPARED, _LONGEST_COMPARED = 60, 500


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence of an article, and how near it comes to a quote."""

    id: str
    words: str
    """The few words that come nearest; empty where the quote stands there word for word."""
    nearness: float = 1.0


def stands_in(article: Article, quote: str, id: str) -> bool:
    """Tell whether a quote stands, word for word, in what an id means: a section, a paragraph or a sentence."""
    wanted = words_of(quote)
    return any(_inside(wanted, words) for words in _texts_of(article, id))


def _texts_of(article: Article, id: str) -> Iterator[tuple[str, ...]]:
    """Give the words of what an id means: of a sentence its own, of anything larger those of each whole paragraph."""
    for paragraph in article.paragraphs:
        if paragraph.id == id or paragraph.id.startswith(f"{id}."):
            yield tuple(word for words in paragraph.words for word in words)
        elif id.startswith(f"{paragraph.id}."):
            number = id[len(paragraph.id) + 1 :]
            if number.isdecimal() and 1 <= int(number) <= len(paragraph.words):
                yield paragraph.words[int(number) - 1]


def elsewhere(article: Article, quote: str) -> Found | None:
    """Give the first sentence or paragraph that holds a quote word for word."""
    wanted = words_of(quote)
    for name, words in _sentences(article.paragraphs):
        if _inside(wanted, words):
            return Found(name, "")
    whole = (paragraph.id for paragraph in article.paragraphs if stands_in(article, quote, paragraph.id))
    return next((Found(name, "") for name in whole), None)


def nearest(article: Article, quote: str) -> Found | None:
    """Give the sentence that comes nearest to a quote, with a few of its words; `None` where nothing is like it."""
    wanted = words_of(quote)
    best: Found | None = None
    few = {word.lower() for word in wanted}
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2([word.lower() for word in wanted])
    for name, words in _most_alike(article, few):
        lowered = [word.lower() for word in words]
        for start in range(max(1, len(words) - len(wanted) + 1)):
            window = lowered[start : start + len(wanted)]
            if not few.intersection(window):
                continue
            matcher.set_seq1(window)
            near = matcher.ratio()
            if near > (best.nearness if best else 0.5):
                best = Found(name, " ".join(words[start : start + min(len(wanted), MOST_WORDS_SHOWN)]), near)
    return best


def _most_alike(article: Article, few: set[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Give the sentences that share the most words with a quote, in the order of the article."""
    shared = [
        (-len(few.intersection(map(str.lower, words))), place, name, words)
        for place, (name, words) in enumerate(_sentences(article.paragraphs))
    ]
    best = sorted(item for item in shared if item[0])[:_MOST_COMPARED]
    return [(name, words[:_LONGEST_COMPARED]) for _, _, name, words in sorted(best, key=lambda item: item[1])]


def _sentences(paragraphs: tuple[Paragraph, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for paragraph in paragraphs:
        for number, words in enumerate(paragraph.words, 1):
            yield f"{paragraph.id}.{number}", words


def _inside(wanted: tuple[str, ...], words: tuple[str, ...]) -> bool:
    if not wanted:
        return False
    return any(words[start : start + len(wanted)] == wanted for start in range(len(words) - len(wanted) + 1))
