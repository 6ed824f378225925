"""What counts in a text: its words, and its sentences; not how it was typeset.

Two texts are the same where their words are: quotes, brackets, full stops, ligatures, soft hyphens, the hyphens of words
and the breaks of lines are left out; signs that change a meaning (`<`, `%`, `/`, the point inside a number) are kept.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

_MARKS = re.compile("[®©™℠\u00ad\u200b-\u200f\u2060\ufeff]")
_DASHES = re.compile("[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d\ufffd]")
_HYPHEN = re.compile(r"(?<=\w)-\s*(?=[^\W\d])|(?<=[^\W\d])-\s*(?=\w)")
_BROKEN_NUMBER = re.compile(r"(?<=\d)-\s+(?=\d)")
_PLAIN = re.compile(r"(?<!\d)[.,]|[.,](?!\d)|[^\w\s.,<>≤≥=+%$/~&*-]")
_LONE_DASH = re.compile(r"(?<!\S)-+(?!\S)")

_END = re.compile(r"[.!?](?:[\"'”’)\]]*)\s+(?=[\"'“‘(\[]?[A-Z0-9])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Za-z]|i\.e|e\.g|vs|no|nos|dr|mr|ms|st|inc|etc|al|fig|sec|approx|dept|cf|ca)|\b(?:[A-Z]\.)+[A-Z])\.$",
    re.IGNORECASE,
)


_LONGEST_ABBREVIATION = 16


def one_line(text: str) -> str:
    """Give a text in one line and in plain letters.

    >>> one_line("the ﬁrst\\n  line – it’s")
    "the first line - it's"
    """
    plain = unicodedata.normalize("NFKC", _MARKS.sub("", text))
    plain = re.sub("[“”„‟″]", '"', re.sub("[‘’‚‛′`]", "'", plain))
    return " ".join(_DASHES.sub("-", plain).split())


def words_of(text: str) -> tuple[str, ...]:
    """Give the words that count in a text, in order.

    >>> words_of("DNA-\\nbased panels (“hotspots”), 1.5 % of 81445-\\n81450.")
    ('DNAbased', 'panels', 'hotspots', '1.5', '%', 'of', '81445-81450')
    """
    joined = _HYPHEN.sub("", _BROKEN_NUMBER.sub("-", one_line(text)))
    return tuple(_LONE_DASH.sub(" ", _PLAIN.sub("", joined)).split())


def hash_of(text: str) -> str:
    """Give 16 letters that stand for the words of a text; blanks between them do not count.

    >>> hash_of("Z-Code®  for\\nthe test") == hash_of("Z-\\nCode for the test")
    True
    """
    return hashlib.sha256("".join(words_of(text)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def sentences_of(paragraph: str) -> tuple[str, ...]:
    """Cut a paragraph into its sentences.

    >>> sentences_of("Some (e.g. two) panels. 81449 may be billed (UOS=1). Dr. Who agrees.")
    ('Some (e.g. two) panels.', '81449 may be billed (UOS=1).', 'Dr. Who agrees.')
    """
    text = one_line(paragraph)
    last_closed = text.rfind(")")
    found: list[str] = []
    start = at = depth = 0
    for end in _END.finditer(text):
        stop = end.start() + 1
        depth = max(0, depth + text.count("(", at, end.end()) - text.count(")", at, end.end()))
        at = end.end()
        inside = depth > 0 and stop < last_closed
        if inside or _ABBREVIATION.search(text[max(start, stop - _LONGEST_ABBREVIATION) : stop]):
            continue
        found.append(text[start : end.end()].strip())
        start, depth = end.end(), 0
    found.append(text[start:].strip())
    return tuple(sentence for sentence in found if words_of(sentence))
