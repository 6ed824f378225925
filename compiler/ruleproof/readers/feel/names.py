"""Names of a model inside FEEL texts: those of several words, or with signs in them, become one token each.

FEEL lets a name hold spaces and operators (`Pre-bureau risk`), so that only somebody who knows the names can tell where one
ends.  Before a text is parsed, each such name is replaced by a mark; the longest name wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property

from ruleproof.readers.feel.functions import FUNCTIONS

_FIRST, _LAST = "\ue000", "\ue001"
_PLAIN = re.compile(r"[^\W\d]\w*")
_MARK = re.compile(f"{_FIRST}([0-9]+){_LAST}")
_PIECE = re.compile(r'@?"(?:\\.|[^"\\])*"|(?<!\w)[^\W\d]\w*', re.DOTALL)


def tidy(text: str) -> str:
    """Give a name with single spaces between its words."""
    return " ".join(text.split())


class Names:
    """The names that texts may use."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.known = frozenset(tidy(name) for name in names) - {""}

    @cached_property
    def _marked(self) -> tuple[str, ...]:
        special = (name for name in self.known | FUNCTIONS.keys() if not _PLAIN.fullmatch(name) and _PLAIN.match(name))
        return tuple(sorted(special, key=lambda name: (-len(name), name)))

    @cached_property
    def _by_first_word(self) -> Mapping[str, list[tuple[re.Pattern[str], int]]]:
        """The names to look for, the longest first, by the word that they begin with."""
        found: dict[str, list[tuple[re.Pattern[str], int]]] = {}
        for number, name in enumerate(self._marked):
            first = _PLAIN.match(name)
            if first is not None:
                spelt = re.compile(r"\s+".join(map(re.escape, name.split())) + r"(?!\w)")
                found.setdefault(first[0], []).append((spelt, number))
        return found

    def mark(self, text: str) -> str:
        """Replace each name that is no plain word; texts in quotes stay as they are.

        >>> names = Names(["risk score", "a-b"])
        >>> names.restore(names.mark('> risk  score')), names.mark('"a-b"')
        ('> risk score', '"a-b"')
        """
        parts: list[str] = []
        done = position = 0
        while (piece := _PIECE.search(text, position)) is not None:
            position = piece.end()
            for spelt, number in self._by_first_word.get(piece[0], ()):
                name = spelt.match(text, piece.start())
                if name is not None:
                    parts += [text[done : piece.start()], f"{_FIRST}{number}{_LAST}"]
                    done = position = name.end()
                    break
        return "".join([*parts, text[done:]])

    def restore(self, text: str) -> str:
        """Give the names back for their marks."""
        return _MARK.sub(lambda match: self._marked[int(match[1])], text)


def is_marked(text: str) -> bool:
    """Tell whether a text already holds characters that marks are made of."""
    return _FIRST in text or _LAST in text
