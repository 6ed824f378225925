"""Names of a model inside FEEL texts: those of several words, or with signs in them, become one token each.

FEEL lets a name hold spaces and operators (`Pre-bureau risk`), so that only somebody who knows the names can tell where one
ends.  Before a text is parsed, each such name is replaced by a mark; the longest name wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from ruleproof.readers.feel.functions import FUNCTIONS

_FIRST, _LAST = "\ue000", "\ue001"
_PLAIN = re.compile(r"[^\W\d]\w*")
_MARK = re.compile(f"{_FIRST}([0-9]+){_LAST}")
_STRING = r'@?"(?:\\.|[^"\\])*"'


def tidy(text: str) -> str:
    """Give a name with single spaces between its words."""
    return " ".join(text.split())


class Names:
    """The names that texts may use."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.known = frozenset(tidy(name) for name in names) - {""}

    @cached_property
    def _marked(self) -> tuple[str, ...]:
        special = (self.known | FUNCTIONS.keys()) - {"?"}
        return tuple(
            sorted((name for name in special if not _PLAIN.fullmatch(name)), key=lambda name: (-len(name), name))
        )

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        spelt = "|".join(r"\s+".join(map(re.escape, name.split())) for name in self._marked)
        return re.compile(rf"{_STRING}|(?<!\w)(?P<name>{spelt})(?!\w)")

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self._marked)}

    def mark(self, text: str) -> str:
        """Replace each name that is no plain word; texts in quotes stay as they are.

        >>> names = Names(["risk score", "a-b"])
        >>> names.restore(names.mark('> risk  score')), names.mark('"a-b"')
        ('> risk score', '"a-b"')
        """
        return self._pattern.sub(self._marked_one, text)

    def _marked_one(self, match: re.Match[str]) -> str:
        name = match["name"]
        return match[0] if name is None else f"{_FIRST}{self._numbers[tidy(name)]}{_LAST}"

    def restore(self, text: str) -> str:
        """Give the names back for their marks."""
        return _MARK.sub(lambda match: self._marked[int(match[1])], text)


def is_marked(text: str) -> bool:
    """Tell whether a text already holds characters that marks are made of."""
    return _FIRST in text or _LAST in text
