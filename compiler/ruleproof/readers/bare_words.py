"""Texts of a sheet that stand without quotes, as people write them.

In an input column where no cell has a quote and every cell is `-`, a word or a list of words, each word is that text; so it is in
a column that is declared to hold texts.  In an output column a word that is no name of an input is that text.  A bare date such
as 2024-03-21 is that date.  Everywhere else a word is what it is in FEEL: a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from ruleproof.model.tables import STRING, UNKNOWN, Literal, OutputCell
from ruleproof.readers.feel.outside import OutsideError
from ruleproof.readers.unary_tests import Cells

_WORD = r"[\w.][\w .+&/%#'–-]*"
_WORDS = rf"{_WORD}(?:,\s*{_WORD})*"
_BARE = re.compile(rf"\s*(?:(?P<all>-)|(?P<not>not\s*\()?\s*(?P<words>{_WORDS})(?(not)\)|))\s*")
_NUMERAL = re.compile(r"-?\s*(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_CODE = re.compile(r"0[0-9]+")
_DATE = re.compile(
    r'"(?:\\.|[^"\\])*"|(?<![\w.-])([0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.]+(?:Z|[+-][0-9:]+)?)?)(?![\w-])'
)
_WORDS_OF_FEEL = frozenset({"true", "false", "null", "not", "and", "or", "in", "between"})


def with_dates(text: str) -> str:
    """Make a literal of every bare date.

    >>> with_dates("> 2024-03-21")
    '> @"2024-03-21"'
    """
    if "-" not in text:
        return text
    return _DATE.sub(lambda match: f'@"{match[1]}"' if match[1] else match[0], text)


def with_quotes(
    texts: Sequence[str], kind: str, is_name: Callable[[str], bool], *, has_values: bool = False
) -> list[str]:
    """Put quotes around the words of a column, where its words are texts.

    `kind` is its declared type; `has_values` tells that a workbook keeps some of its cells as numbers, dates or yes and no.

    >>> with_quotes(["low, high", "-"], "unknown", lambda word: False)
    ['"low", "high"', '-']
    """
    dated = {text: with_dates(text) for text in set(texts)}
    words = {text: _words_in(text) for text in dated}
    if kind == STRING or (kind == UNKNOWN and not has_values and _are_texts(words, dated, is_name)):
        for text, found in words.items():
            if found and not all(word in _WORDS_OF_FEEL for word in found):
                dated[text] = _quoted(text, found)
    return [dated[text] for text in texts]


def _words_in(text: str) -> list[str] | None:
    """Give the words of a cell; nothing for `-` and an empty cell, `None` for what is no list of words."""
    if not text.strip() or text.strip() == "-":
        return []
    match = _BARE.fullmatch(text)
    if match is None or match["words"] is None or ".." in text:
        return None
    words = [word.strip() for word in match["words"].split(",")]
    return words if all(_NUMERAL.fullmatch(word) or re.search(r"[^\W\d]", word) for word in words) else None


def _are_texts(words: dict[str, list[str] | None], dated: dict[str, str], is_name: Callable[[str], bool]) -> bool:
    if any(found is None for found in words.values()) or any('"' in text for text in dated.values()):
        return False
    seen = {word for found in words.values() for word in found or ()}
    real = {
        word for word in seen if word not in _WORDS_OF_FEEL and (_CODE.fullmatch(word) or not _NUMERAL.fullmatch(word))
    }
    return bool(real) and not any(map(is_name, seen))


def _quoted(text: str, words: Iterable[str]) -> str:
    inner = ", ".join(word if word in ("true", "false", "null") else f'"{word}"' for word in words)
    return f"not({inner})" if text.lstrip().startswith("not") and "(" in text else inner


# ---------------------------------------------------------------- outputs


def output_cells(texts: Sequence[str], are_texts: Sequence[bool], kind: str, cells: Cells) -> tuple[OutputCell, ...]:
    """Read the cells of an output column; where one of them is a bare text, all that have no quotes are.

    `are_texts` tells which cells a workbook keeps as texts; `kind` is the declared type.
    """
    read = {text: _output(text, cells) for text in set(texts)}
    bare = kind == STRING or (kind == UNKNOWN and any(cell is None for cell in read.values()))
    found: list[OutputCell] = []
    for text, is_text in zip(texts, are_texts, strict=True):
        cell = read[text]
        is_digits = is_text and kind == UNKNOWN and _NUMERAL.fullmatch(text.strip()) is not None
        if cell is None or ((bare or is_digits) and _stands_bare(text, cell)):
            cell = Literal(text.strip())
        found.append(cell)
    return tuple(found)


def _stands_bare(text: str, cell: OutputCell) -> bool:
    return isinstance(cell, Literal) and cell.value is not None and not text.lstrip().startswith(('"', "@"))


def _output(text: str, cells: Cells) -> OutputCell | None:
    """Read an output cell as FEEL; `None` where it is a bare text."""
    plain = with_dates(text).strip()
    if plain in ("", "-"):
        return Literal(None)
    if _CODE.fullmatch(plain):
        return None
    try:
        return cells.constant_or_formula(plain)
    except (OutsideError, RecursionError):
        return None
