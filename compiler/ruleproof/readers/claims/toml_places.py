"""In which line of a TOML text a key stands, so that a remark can name it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

_PART = r"(?:[A-Za-z0-9_-]+|\"(?:[^\"\\]|\\.)*\"|'[^']*')"
_DOTTED = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_HEADER = re.compile(rf"[ \t]*\[\[?[ \t]*({_DOTTED})[ \t]*\]")
_KEY = re.compile(rf"[ \t]*({_DOTTED})[ \t]*=")
_SPLIT = re.compile(_PART)
_LONGEST_LINE = 10_000


def places_of_keys(text: str) -> Mapping[tuple[str, ...], int]:
    """Give the line of each key and table, counted from 1; a key inside braces has none of its own.

    >>> places_of_keys("format = 'rif'\\n[inputs.genes]\\nfrom = 'GENES'")
    {('format',): 1, ('inputs', 'genes'): 2, ('inputs',): 2, ('inputs', 'genes', 'from'): 3}
    """
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > _LONGEST_LINE:
            continue
        header, key = _HEADER.match(line), _KEY.match(line)
        if header:
            table = _parts(header[1])
            for path in _beginnings(table):
                found.setdefault(path, number)
        elif key:
            for path in _beginnings((*table, *_parts(key[1]))):
                found.setdefault(path, number)
    return found


def line_of(places: Mapping[tuple[str, ...], int], path: Sequence[str]) -> int:
    """Give the line of a key, or of what it stands in."""
    return next((places[part] for part in _beginnings(tuple(path)) if part in places), 1)


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _SPLIT.findall(dotted))


def _beginnings(path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Give a path and what it stands in, the longest first."""
    return (path[:length] for length in range(len(path), 0, -1))
