"""Numbers of answers as Arrow columns: each text stands once, in a dictionary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa

from ruleproof.runtime.batch.coded import Coded, Numbers
from ruleproof.runtime.batch.judging import Numbered
from ruleproof.runtime.kernel.answers import Answer, Requirement
from ruleproof.runtime.kernel.consequences import consequence_of
from ruleproof.runtime.kernel.graphs import Decision


def _listed(name: str) -> Callable[[Answer], str | None]:
    return lambda answer: ", ".join(getattr(answer, name)) or None


def _text(name: str) -> Callable[[Answer], str | None]:
    return lambda answer: getattr(answer, name) or None


WORDS = MappingProxyType(
    {
        "outcome": _listed("outcomes"),
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
_USUAL = ("outcome", "kind", "force", "rules", "further", "barred", "needed")
_WHERE_SAID = ("further", "barred")
"""What is told only of decisions that can say such a thing."""

TEXTS = pa.dictionary(pa.int32(), pa.string())
FINDINGS, NOT_CHECKED, CONSEQUENCE = "findings", "not_checked", "consequence"
_MOST_BITS = 62


def column_name(decision: str, word: str) -> str:
    """Name the column of a word about a decision: the outcome has the name of the decision itself.

    >>> column_name("code", "outcome"), column_name("code", "rules")
    ('code', 'code.rules')
    """
    return decision if word == "outcome" else f"{decision}.{word}"


def usual_words(decision: Decision) -> tuple[str, ...]:
    """Give the words that are told of a decision unless others are asked for.

    Codes of a further line and codes that are barred are told where some answer names them, as posted on whatever day, so
    that the columns are the same on all days.
    """
    answers = [answer for table in (decision, *(table for _, table in decision.earlier)) for answer in table.answers]
    return tuple(word for word in _USUAL if word not in _WHERE_SAID or any(getattr(answer, word) for answer in answers))


def schema_of(decisions: Iterable[tuple[str, Sequence[str]]], requirements: Sequence[str]) -> pa.Schema:
    """Give the columns of answers, whatever is answered; each decision stands with its words."""
    names = [column_name(decision, word) for decision, words in decisions for word in words]
    names += [FINDINGS, NOT_CHECKED, CONSEQUENCE] if requirements else []
    return pa.schema([(name, TEXTS) for name in names])


def columns_of(
    decisions: Iterable[tuple[Numbered, Coded, Sequence[str]]],
    requirements: Sequence[tuple[Numbered, Coded]],
    rejected: bool,
) -> Iterator[pa.Array]:
    """Give the columns of `schema_of`, null in every row that was rejected, if any was."""
    for numbered, coded, words in decisions:
        for word in words:
            by_number, texts = _texts(numbered, word)
            yield _column(_by_code(by_number, coded), coded.codes, texts, rejected)
    if requirements:
        yield from _findings(requirements, rejected)


def _texts(numbered: Numbered, word: str) -> tuple[Numbers, pa.Array]:
    """Give what is told of all that was said so far; it is asked again only where something new was said."""
    count, by_number, texts = numbered.told.get(word, (-1, None, None))
    if count != len(numbered.said):
        by_number, texts = _told(numbered.said, WORDS[word])
        numbered.told[word] = (len(numbered.said), by_number, texts)
    return by_number, texts


def _told(said: Sequence[Any], told: Callable[[Any], str | None]) -> tuple[Numbers, pa.Array]:
    """Give what is told of things as texts, and for each thing the place of its text; -1 for nothing, as for a reject, last."""
    texts: dict[str, int] = {}
    places = [-1 if (text := told(thing)) is None else texts.setdefault(text, len(texts)) for thing in said]
    return np.array([*places, -1], np.int32), pa.array(list(texts), pa.string())


def _by_code(by_number: Numbers, coded: Coded) -> Numbers:
    """Give for each code what is given for its number; numbers below 0 take the last."""
    return by_number if coded.means is None else by_number.take(np.maximum(coded.means, -1))


def _column(places: Numbers, codes: Numbers, texts: pa.Array, rejected: bool) -> pa.Array:
    """Give a column of texts, by their places for each code; the last is for rows that were rejected, if any was."""
    possible = places if rejected else places[:-1]
    low, high = int(possible.min(initial=len(texts))), int(possible.max(initial=-1))
    if high < 0:
        return pa.nulls(len(codes), TEXTS)
    if low == high:
        return _dictionary(np.zeros(len(codes), np.int32), None, texts.slice(low, 1))
    indices = places.take(codes)
    if low >= 0:
        return _dictionary(indices, None, texts)
    there = np.packbits(indices >= 0, bitorder="little")
    return _dictionary(np.maximum(indices, 0, out=indices), there, texts)


def _dictionary(indices: Numbers, there: Numbers | None, texts: pa.Array) -> pa.Array:
    """Give a column of texts by their indices; `there` has a bit for each row that is not null."""
    valid = None if there is None else pa.py_buffer(there)
    column = pa.Array.from_buffers(pa.int32(), len(indices), [valid, pa.py_buffer(indices)])
    return pa.DictionaryArray.from_arrays(column, texts)


def _findings(requirements: Sequence[tuple[Numbered, Coded]], rejected: bool) -> Iterator[pa.Array]:
    """Give three columns: what is failed, what is not checked, and the consequence that comes first."""
    codes = _shared_codes([coded for _, coded in requirements])
    if codes is not None:  # it is enough to look at each code once
        requirements = [(numbered, Coded(_every(coded.means), coded.means)) for numbered, coded in requirements]
    none = requirements[0][1].plain() < 0

    def column(told: Callable[[Any], str | None]) -> pa.Array:
        places, texts = _told(sets, told)
        return (
            _column(places, numbers, texts, rejected)
            if codes is None
            else _column(places[numbers], codes, texts, rejected)
        )

    numbers, sets = _sets(requirements, "failed", none)
    yield column(_names)
    consequences = column(_consequence)
    numbers, sets = _sets(requirements, "not checked", none)
    yield column(_names)
    yield consequences


def _shared_codes(columns: Sequence[Coded]) -> Numbers | None:
    """Give the codes that all columns share, if they do."""
    codes = columns[0].codes
    return codes if all(column.codes is codes and column.means is not None for column in columns) else None


def _every(means: Numbers | None) -> Numbers:
    return np.arange(0 if means is None else len(means))


def _names(found: Sequence[Requirement]) -> str | None:
    return ", ".join(item.name for item in found) or None


def _consequence(found: Sequence[Requirement]) -> str | None:
    """Name the consequence that comes first; where the source states none, say so."""
    first = consequence_of((failed.action, failed.name) for failed in found)
    return None if first is None else first.action or "not stated"


def _sets(
    requirements: Sequence[tuple[Numbered, Coded]], state: str, none: Numbers
) -> tuple[Numbers, list[list[Requirement]]]:
    """Number the different sets of requirements in a state, and give each; -1 where there is `none`."""
    bits = np.zeros(len(requirements[0][1]), np.int64)
    held: list[list[Requirement]] = [[]]
    for start in range(0, len(requirements), _MOST_BITS):
        some = requirements[start : start + _MOST_BITS]
        numbers, earlier = bits, held
        bits = np.zeros(len(numbers), np.int64)
        for codes, table in _tables_of_bits(some, state):
            if table.any():
                bits |= table.take(codes)
        pairs, places = (
            np.unique(np.stack([numbers, bits], axis=1), axis=0, return_inverse=True) if start else _bits(bits)
        )
        held = [
            [*earlier[before], *(_named(numbered) for bit, (numbered, _) in enumerate(some) if now >> bit & 1)]
            for before, now in pairs.tolist()
        ]
        bits = places.reshape(-1)
    return np.where(none, -1, bits), held


def _tables_of_bits(requirements: Sequence[tuple[Numbered, Coded]], state: str) -> Iterator[tuple[Numbers, Numbers]]:
    """Give for each codes the requirements that are in a state, as bits; several that share codes are looked up together."""
    shared: dict[int, tuple[Numbers, Numbers]] = {}
    for bit, (numbered, coded) in enumerate(requirements):
        by_number = np.array([*((item.state == state) << bit for item in _states(numbered)), 0], np.int64)
        table = _by_code(by_number, coded)
        codes, before = shared.get(id(coded.codes), (coded.codes, 0))
        shared[id(coded.codes)] = codes, table | before
    yield from shared.values()


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
