"""Which names the lines of an NDJSON text have, and which of their values are texts: found for all lines at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ruleproof.runtime.batch.coded import Numbers

_QUOTE, _COLON, _BLANK = b'": '
_ENDS = np.zeros(256, bool)
_ENDS[list(b",}]:")] = True
_WINDOW = 8
_MIXED, _SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(29)


@dataclass(frozen=True)
class Key:
    """A name in the lines of a text."""

    starts: Numbers
    """Where it stands, in bytes, once for each line that has it."""
    texts: bool
    """Some of its values are texts."""


class Keys:
    """Finds the names of inputs."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        keys = [json.dumps(name, ensure_ascii=False)[1:-1].encode() for name in names]
        joined = np.frombuffer(b"\0" * _WINDOW + b"".join(keys) + b"\0" * _WINDOW, np.uint8)
        lengths = np.array([len(key) for key in keys])
        starts = np.cumsum(lengths) - lengths + _WINDOW
        self._marks = _marks(joined, starts, lengths)
        self._order = np.argsort(self._marks)
        self.told_apart = len(np.unique(self._marks)) == len(keys) and all(lengths)

    def found_in(self, text: bytes) -> Mapping[str, Key] | None:
        """Give the names that occur; nothing where the text is not plain enough to find them so.

        The text is JSON without a backslash, and has no other names than those that were given.
        """
        if not self.told_apart:
            return None
        letters = np.frombuffer(b"\0" * _WINDOW + text + b"\0" * _WINDOW, np.uint8)
        quotes = np.flatnonzero(letters == _QUOTE)
        if len(quotes) % 2:
            return None
        opening, closing = quotes[0::2], quotes[1::2]
        after = letters[closing + 1]
        if not _ENDS[after].all():
            return None
        keys = np.flatnonzero(after == _COLON)
        starts, values = opening[keys] + 1, closing[keys] + 2
        first, second = letters[values], letters[values + 1]
        if ((first == _BLANK) & (second == _BLANK)).any():
            return None
        texts = (first == _QUOTE) | ((first == _BLANK) & (second == _QUOTE))
        marks = _marks(letters, starts, closing[keys] - starts)
        places = self._order[np.minimum(np.searchsorted(self._marks, marks, sorter=self._order), len(self.names) - 1)]
        by_name = np.argsort(places, kind="stable")
        ends = np.searchsorted(places[by_name], np.arange(len(self.names) + 1))
        found = {}
        for place, name in enumerate(self.names):
            some = by_name[ends[place] : ends[place + 1]]
            if len(some):
                found[name] = Key(starts[some] - _WINDOW, bool(texts[some].any()))
        return found


def _marks(letters: Numbers, starts: Numbers, lengths: Numbers) -> Numbers:
    """Give a number for each name, by its length and its first and last letters."""
    windows = np.lib.stride_tricks.sliding_window_view(letters, _WINDOW)
    short = np.minimum(lengths, _WINDOW)
    kept = (~np.uint64(0)) >> (np.uint64(8) * (np.uint64(_WINDOW) - short.astype(np.uint64)))
    first = np.ascontiguousarray(windows[starts]).view("<u8").reshape(-1) & kept
    last = np.ascontiguousarray(windows[starts + lengths - short]).view("<u8").reshape(-1) & kept
    marks: Numbers = (first * _MIXED) ^ (last << np.uint64(1)) ^ (last >> _SHIFT) ^ lengths.astype(np.uint64)
    return marks
