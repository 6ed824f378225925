"""Where the sections of an article begin, and what their ids are.

An outline says it, line by line, in the order of the article:

    scope: Article Text                    the section begins below the line `Article Text`
    history.r7 ~ Updated to indicate       the section begins with the line that begins so
    skip: UPDATED ON                       a line of the page, not of the text

Without an outline, headings say it: those marked in Markdown and HTML, and in plain text short lines that stand alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ruleproof.articles.lines import Line
from ruleproof.articles.words import hash_of, one_line, words_of

MOST_SECTIONS = 2000
LONGEST_BEGINNING = 8
"""The most words that an outline may quote: a pointer into the article, not a copy of it."""

LONGEST_HEADING = 300
"""The most characters of a line that can be a heading, or a line to skip."""

_ENTRY = re.compile(r"(?P<id>[^\W\d]\w*(?:\.[^\W]\w*)*)[ \t]*(?P<how>[:~])[ \t]*(?P<text>\S.*)")
_LONGEST_HEADING = 12


class OutlineError(ValueError):
    """A line of an outline that cannot be read; `line` is its number."""

    def __init__(self, line: int, message: str, help: str) -> None:
        super().__init__(message)
        self.line, self.help = line, help


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its id, and the hash of the heading that it stands below, or of the `words` words that it begins with."""

    id: str
    hash: str
    words: int = 0
    """How many words at the beginning of its first line are meant; 0 for a whole line that is its heading."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The sections of an article in order, and the hashes of lines that are no text of it."""

    sections: tuple[Section, ...]
    skip: tuple[str, ...] = ()


def outline_from_text(text: str) -> Outline:
    """Read an outline.  Raises `OutlineError`."""
    sections: list[Section] = []
    skip: list[str] = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        entry = _ENTRY.fullmatch(line.strip())
        if entry is None:
            raise OutlineError(number, "this is no line of an outline", "write `id: heading` or `id ~ first words`")
        words = words_of(entry["text"])
        if len(words) > (LONGEST_BEGINNING if entry["how"] == "~" else _LONGEST_HEADING) or not words:
            raise OutlineError(
                number,
                f"here stand {len(words)} words",
                f"name at most {LONGEST_BEGINNING}, just enough to find the place",
            )
        if (entry["id"], entry["how"]) == ("skip", ":"):
            skip.append(hash_of(entry["text"]))
        elif entry["id"] in {section.id for section in sections}:
            raise OutlineError(number, f"the section `{entry['id']}` stands here twice", "give each section its own id")
        else:
            sections.append(Section(entry["id"], hash_of(entry["text"]), len(words) if entry["how"] == "~" else 0))
    if len(sections) > MOST_SECTIONS:
        raise OutlineError(1, f"here are {len(sections)} sections, and at most {MOST_SECTIONS} are read", "join some")
    return Outline(tuple(sections), tuple(dict.fromkeys(skip)))


def outline_from_headings(lines: Sequence[Line]) -> Outline:
    """Give the sections that the headings of an article announce; ids are made from their words."""
    found: dict[str, Section] = {}
    path: list[str] = []
    for level, text in _headings(lines):
        if len(found) == MOST_SECTIONS:
            break
        path = [*path[: level - 1], _slug(text)]
        name = base = ".".join(path)
        number = 1
        while name in found:
            number += 1
            name = f"{base}_{number}"
        path[-1] = name.rpartition(".")[2]
        found[name] = Section(name, hash_of(text))
    return Outline(tuple(found.values()))


def _headings(lines: Sequence[Line]) -> Iterator[tuple[int, str]]:
    marked = any(line.level for line in lines)
    top = min((line.level for line in lines if line.level), default=1)
    for index, line in enumerate(lines):
        if line.level:
            yield line.level - top + 1, line.text
        elif not marked and _stands_alone(lines, index) and _reads_like_a_heading(line.text):
            yield 1, line.text


def _stands_alone(lines: Sequence[Line], index: int) -> bool:
    before = index == 0 or not lines[index - 1].text
    return before and (index + 1 == len(lines) or not lines[index + 1].text)


def _reads_like_a_heading(text: str) -> bool:
    words = words_of(text)
    return (
        0 < len(words) <= _LONGEST_HEADING
        and text[-1] not in ".,;?!"
        and (text[0].isupper() or text[0].isdigit())
        and any(letter.isalpha() for letter in text)
        and text.upper() not in ("N/A", "NONE")
    )


def _slug(heading: str) -> str:
    """Make a part of an id from the first words of a heading.

    >>> _slug("Bill Type Codes:"), _slug("1. Scope")
    ('bill_type_codes', 's1_scope')
    """
    words = re.findall(r"[^\W_]+", one_line(heading).lower())
    slug = "_".join(words[:5])[:40].strip("_") or "section"
    return slug if not slug[0].isdigit() else f"s{slug}"


# ---------------------------------------------------------------- finding the sections in an article


def starts_of(outline: Outline, lines: Sequence[Line]) -> dict[int, Section]:
    """Give for each line at which a section begins that section; a section that is not there is left out.

    Where a heading stands more than once (in a list of contents too), the places are taken that keep the order, find the
    most sections, and leave the fewest of them empty.
    """
    candidates = _candidates(outline, lines)
    heads = {line for line, _ in candidates}
    texts = [0]
    for index, written in enumerate(lines):
        texts.append(texts[-1] + (bool(written.text) and index not in heads))
    best: list[tuple[tuple[int, int, int], int]] = []
    for place, (line, section) in enumerate(candidates):
        score, before = (0, 0, 0), -1
        for earlier in range(place):
            earlier_line, earlier_section = candidates[earlier]
            if earlier_line < line and earlier_section < section:
                found, filled, late = best[earlier][0]
                full = texts[line] > texts[earlier_line] or outline.sections[earlier_section].words > 0
                if (found, filled + full, late) > score:
                    score, before = (found, filled + full, late), earlier
        # of headings that stand twice the later one is meant (above it are contents), of other lines the first
        late = -line if outline.sections[section].words else line
        best.append(((score[0] + 1, score[1], score[2] + late), before))
    chosen: dict[int, Section] = {}
    at = max(range(len(best)), key=lambda index: best[index][0], default=-1)
    while at >= 0:
        line, section = candidates[at]
        chosen[line] = outline.sections[section]
        at = best[at][1]
    return chosen


_MOST_CANDIDATES = 3000


def _candidates(outline: Outline, lines: Sequence[Line]) -> list[tuple[int, int]]:
    """Give the lines at which a section may begin, with the number of the section, in the order of the lines."""
    whole: dict[str, list[int]] = {}
    beginnings: dict[int, dict[str, list[int]]] = {}
    for number, section in enumerate(outline.sections):
        known = beginnings.setdefault(section.words, {}) if section.words else whole
        known.setdefault(section.hash, []).append(number)
    found: list[tuple[int, int]] = []
    for index, line in enumerate(lines):
        if not line.text:
            continue
        numbers = list(whole.get(hash_of(line.text), ())) if len(line.text) < LONGEST_HEADING else []
        for count, known in beginnings.items():
            words = words_of(line.text[:400])[:count]
            numbers += known.get(hash_of(" ".join(words)), ()) if len(words) == count else ()
        found += ((index, number) for number in sorted(numbers))
    return found[:_MOST_CANDIDATES]
