"""What files tell of columns and fields, to batches of inputs, by a column mapping: each different value is mapped once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ruleproof.cli.claim_files.claim_file import Batch
from ruleproof.readers.claims.lines import Fault, Told
from ruleproof.readers.claims.mapping import UNKNOWN as UNKNOWN_WORD
from ruleproof.readers.claims.mapping import UNSAID, ColumnMapping, Unsaid, Value, Way, value_by
from ruleproof.runtime.batch.coded import Numbers
from ruleproof.runtime.batch.columns import Values
from ruleproof.runtime.batch.deciding import Reject
from ruleproof.runtime.kernel.values import UNKNOWN


@dataclass(frozen=True)
class Converted:
    """A column of texts, and what each of them tells."""

    column: pa.Array
    told: Callable[[str | None], Told]


Raw: TypeAlias = "Sequence[Told | Unsaid] | Converted | pa.Array"
"""What the rows tell of a column or field, row by row."""
Outcome: TypeAlias = "Value | Fault"

_MOST_KEPT = 100_000


@dataclass(frozen=True)
class _Mapped:
    """A column of values for an input, and the rows that have none, with the reason."""

    values: Values
    faults: dict[int, str]


@dataclass
class Mapper:
    """A mapping at work; it remembers what values stand for, some of them, from one batch to the next."""

    mapping: ColumnMapping
    _known: dict[str, dict[Told | Unsaid, Outcome]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The inputs that are mapped."""
        return tuple(way.input for way in self.mapping.ways)

    def batch(
        self,
        told: Callable[[Way], Raw],
        numbers: Numbers,
        others: Mapping[str, pa.Array],
        rejects: Sequence[Reject] = (),
        places: Sequence[str] = (),
    ) -> Batch:
        """Give rows as a batch, without those that have a value which cannot be mapped.

        `told` gives what the rows tell for a way, `places` says for rejects where each row stands.
        """
        rows = len(numbers)
        columns: dict[str, Values] = {}
        faulty: dict[int, Reject] = {}
        for way in self.mapping.ways:
            mapped = _constant(way, rows) if way.constant is not None else self._mapped(way, told(way))
            columns[way.input] = mapped.values
            for row, reason in mapped.faults.items():
                if row not in faulty:
                    said = f"{places[row]}: `{way.input}`: {reason}" if places else f"`{way.input}`: {reason}"
                    faulty[row] = Reject(int(numbers[row]), way.input, "", said)
        if not faulty:
            return Batch(rows, columns, others, numbers, tuple(rejects), places=places)
        good = np.ones(rows, bool)
        good[list(faulty)] = False
        every = sorted((*rejects, *faulty.values()), key=lambda item: item.row)
        return Batch(
            int(good.sum()),
            {name: _those(column, good) for name, column in columns.items()},
            {name: _filtered(column, good) for name, column in others.items()},
            numbers[good],
            tuple(every),
            places=[place for place, kept in zip(places, good.tolist(), strict=True) if kept] if places else (),
        )

    # ------------------------------------------------------------ one column

    def _mapped(self, way: Way, raw: Raw) -> _Mapped:
        if isinstance(raw, Converted):
            return self._of_dictionary(way, raw.column.dictionary_encode(), raw.told)
        if isinstance(raw, pa.Array):
            if not pa.types.is_dictionary(raw.type):
                if not pa.types.is_string(raw.type) and not pa.types.is_null(raw.type):
                    return _Mapped(_typed(way, raw), {})
                raw = raw.cast(pa.string()).dictionary_encode()
            return self._of_dictionary(way, raw, None)
        found = {told: self._outcome(way, told) for told in dict.fromkeys(raw)}
        faults = {outcome.reason for outcome in found.values() if isinstance(outcome, Fault)}
        reasons: dict[int, str] = {}
        if faults:
            for row, told in enumerate(raw):
                outcome = found[told]
                if isinstance(outcome, Fault):
                    reasons[row] = outcome.reason
        plain = {told: _plain(outcome) for told, outcome in found.items()}
        return _Mapped(_column(way, [plain[told] for told in raw]), reasons)

    def _of_dictionary(self, way: Way, raw: pa.Array, told: Callable[[str | None], Told] | None) -> _Mapped:
        """Map a column of texts by its dictionary, so that rows are never looked at one by one where that can be helped."""
        texts_there = (*raw.dictionary.to_pylist(), None)
        outcomes = [self._outcome(way, told(text) if told else text) for text in texts_there]
        places = raw.indices.fill_null(len(outcomes) - 1).to_numpy(zero_copy_only=False)
        reasons = [outcome.reason if isinstance(outcome, Fault) else "" for outcome in outcomes]
        faults: dict[int, str] = {}
        if any(reasons):
            bad = np.flatnonzero(np.array([bool(reason) for reason in reasons]).take(places))
            faults = {row: reasons[places[row]] for row in bad.tolist()}
        plain = [_plain(outcome) for outcome in outcomes]
        if way.several or UNKNOWN in plain:
            return _Mapped(_column(way, [plain[place] for place in places.tolist()]), faults)
        texts = dict.fromkeys(text for text in plain if text is not None)
        numbers = {text: number for number, text in enumerate(texts)}
        indices = np.array([-1 if text is None else numbers[text] for text in plain], np.int32).take(places)
        mask = indices < 0
        column = pa.array(indices, pa.int32(), mask=mask if mask.any() else None)
        return _Mapped(pa.DictionaryArray.from_arrays(column, pa.array(list(texts), pa.string())), faults)

    def _outcome(self, way: Way, told: Told | Unsaid) -> Outcome:
        if isinstance(told, Unsaid):
            return told
        known = self._known.setdefault(way.input, {})
        if told not in known:
            if len(known) >= _MOST_KEPT:
                known.clear()
            known[told] = value_by(way, told)
        return known[told]


def _plain(outcome: Outcome) -> object:
    """Give a value as an evaluator takes it; nothing for a fault, whose row is left out."""
    if outcome is UNSAID:
        return UNKNOWN
    if isinstance(outcome, Fault):
        return None
    return list(outcome) if isinstance(outcome, tuple) else outcome


def _column(way: Way, values: list[object]) -> Values:
    """Give values as an Arrow column, or as they are where some are unknown."""
    if UNKNOWN in values:
        return values
    return pa.array(values, pa.list_(pa.string()) if way.several else pa.string())


def _constant(way: Way, rows: int) -> _Mapped:
    if way.several:
        return _Mapped(pa.array([[way.constant]] * rows, pa.list_(pa.string())), {})
    indices = pa.array(np.zeros(rows, np.int32))
    return _Mapped(pa.DictionaryArray.from_arrays(indices, pa.array([way.constant], pa.string())), {})


def _typed(way: Way, column: pa.Array) -> Values:
    """Give a column of Parquet that is no text as it is; its nulls are unknown where the mapping says so."""
    if way.empty != UNKNOWN_WORD or not column.null_count:
        return column
    return [UNKNOWN if value is None else value for value in column.to_pylist()]


def _those(column: Values, good: Numbers) -> Values:
    if isinstance(column, list):
        return [value for value, kept in zip(column, good.tolist(), strict=True) if kept]
    return _filtered(column, good)


def _filtered(column: pa.Array, good: Numbers) -> pa.Array:
    return pc.filter(column, pa.array(good))
