"""Numbers of answers as Arrow columns: each text stands once, in a dictionary."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa

from ruleproof.runtime.batch.columns import Numbers
from ruleproof.runtime.batch.judging import Numbered
from ruleproof.runtime.kernel.answers import Answer, Requirement
from ruleproof.runtime.kernel.consequences import consequence_of


def _listed(name: str) -> Callable[[Answer], str | None]:
    return lambda answer: ", ".join(getattr(answer, name)) or None


def _text(name: str) -> Callable[[Answer], str | None]:
    return lambda answer: getattr(answer, name) or None


WORDS = MappingProxyType(
    {
        "outcome": _text("outcome"),
        "kind": _text("kind"),
        "force": _text("force"),
        "outcomes": _listed("outcomes"),
        "rules": _listed("rules"),
        "citations": _listed("citations"),
        "further": _listed("further"),
        "barred": _listed("barred"),
        "reason": _text("reason"),
        "because": _text("because"),
        "action": _text("action"),
        "presumed": _listed("presumed"),
        "needed": _listed("needed"),
    }
)
"""What can be told of an answer, as a text: several between commas; nothing where there is none."""
USUAL = ("outcome", "kind", "force", "rules", "needed")

TEXTS = pa.dictionary(pa.int32(), pa.string())
FINDINGS, NOT_CHECKED, CONSEQUENCE = "findings", "not_checked", "consequence"
_MOST_BITS = 62


def column_name(decision: str, word: str) -> str:
    """Name the column of a word about a decision: the outcome has the name of the decision itself.

    >>> column_name("code", "outcome"), column_name("code", "rules")
    ('code', 'code.rules')
    """
    return decision if word == "outcome" else f"{decision}.{word}"


def schema_of(decisions: Sequence[str], requirements: Sequence[str], words: Sequence[str]) -> pa.Schema:
    """Give the columns of answers, whatever is answered."""
    names = [column_name(decision, word) for decision in decisions for word in words]
    names += [FINDINGS, NOT_CHECKED, CONSEQUENCE] if requirements else []
    return pa.schema([(name, TEXTS) for name in names])


def columns_of(
    decisions: Sequence[tuple[Numbered, Numbers]],
    requirements: Sequence[tuple[Numbered, Numbers]],
    words: Sequence[str],
) -> Iterator[pa.Array]:
    """Give the columns of `schema_of`, null in every row that was rejected."""
    for numbered, numbers in decisions:
        for word in words:
            yield _told(numbers, numbered.said, WORDS[word])
    if requirements:
        yield from _findings(requirements)


def _told(numbers: Numbers, said: Sequence[Any], told: Callable[[Any], str | None]) -> pa.Array:
    """Give a column of what is told of things, by their numbers."""
    texts: dict[str, int] = {}
    places = [-1 if (text := told(thing)) is None else texts.setdefault(text, len(texts)) for thing in said]
    if not texts:
        return pa.nulls(len(numbers), TEXTS)
    indices = np.array([*places, -1], np.int32).take(numbers)  # -1 takes the last: a row that was rejected
    nulls = indices < 0 if -1 in places or int(numbers.min(initial=0)) < 0 else None
    return pa.DictionaryArray.from_arrays(pa.array(indices, mask=nulls), pa.array(list(texts), pa.string()))


def _findings(requirements: Sequence[tuple[Numbered, Numbers]]) -> Iterator[pa.Array]:
    """Give three columns: what is failed, what is not checked, and the consequence that comes first."""
    rejected = requirements[0][1] < 0
    for state in ("failed", "not checked"):
        numbers, sets = _sets(requirements, state)
        numbers = np.where(rejected, -1, numbers)
        yield _told(numbers, sets, lambda found: ", ".join(item.name for item in found) or None)
        if state == "failed":
            consequences = _told(numbers, sets, _consequence)
    yield consequences


def _consequence(found: Sequence[Requirement]) -> str | None:
    """Name the consequence that comes first; where the source states none, say so."""
    first = consequence_of((failed.action, failed.name) for failed in found)
    return None if first is None else first.action or "not stated"


def _sets(requirements: Sequence[tuple[Numbered, Numbers]], state: str) -> tuple[Numbers, list[list[Requirement]]]:
    """Number the different sets of requirements in a state, and give each."""
    bits = np.zeros(len(requirements[0][1]), np.int64)
    held: list[list[Requirement]] = [[]]
    for start in range(0, len(requirements), _MOST_BITS):
        some = requirements[start : start + _MOST_BITS]
        numbers, earlier = bits, held
        bits = np.zeros(len(numbers), np.int64)
        for bit, (numbered, said) in enumerate(some):
            table = np.array([*((item.state == state) << bit for item in _states(numbered)), 0], np.int64)
            bits |= table.take(said)
        pairs, places = (
            np.unique(np.stack([numbers, bits], axis=1), axis=0, return_inverse=True) if start else _bits(bits)
        )
        held = [
            [*earlier[before], *(_named(numbered) for bit, (numbered, _) in enumerate(some) if now >> bit & 1)]
            for before, now in pairs.tolist()
        ]
        bits = places.reshape(-1)
    return bits, held


def _bits(bits: Numbers) -> tuple[Numbers, Numbers]:
    """Number the different sets of bits: by a table where they are few, else by sorting."""
    if int(bits.max(initial=0)) < 1 << 20:
        there = np.flatnonzero(np.bincount(bits, minlength=1))
        table = np.zeros(int(there[-1]) + 1, np.int64)
        table[there] = np.arange(len(there))
        found, places = there, table.take(bits)
    else:
        found, places = np.unique(bits, return_inverse=True)
    return np.stack([np.zeros(len(found), np.int64), found], axis=1), places


def _states(numbered: Numbered) -> list[Requirement]:
    return [item for item in numbered.said if isinstance(item, Requirement)]


def _named(numbered: Numbered) -> Requirement:
    return _states(numbered)[0]
