"""Generated claims as columns that every engine reads, and what `decide` says of each of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ruleproof.compiled import Compiled
from ruleproof.model import nodes as model
from ruleproof.runtime.generate import Generator, Rates
from ruleproof.runtime.kernel.values import InputError
from ruleproof.runtime.load import LoadedPolicy

NUMBER, REFUSED = "claim number", "refused"
RATES = Rates(noise=0.3, faults=0.08)
REASON = "what refuses it"
"""Of a row that cannot be judged: the first input that is refused, or the names of those that cannot go together."""


@dataclass(frozen=True)
class Claims:
    """Claims with their numbers, counted from 0, and in the same order what `decide` says of each."""

    policy: Compiled
    table: pa.Table
    expected: pa.Table
    """The columns of the answers, and `what refuses it`, which is null where a row can be judged."""

    @property
    def rejected(self) -> int:
        return len(self.table) - self.expected.column(REASON).null_count


@cache
def generated(policy: Compiled, rows: int, distinct: int) -> Claims:
    """Give claims of which so many differ; each different one is judged once, by `decide`."""
    made = (claim.facts for claim in Generator(policy, 7, typed=True).claims(2 * distinct, RATES))
    claims = list(islice((claim for claim in made if _fits(claim, policy)), distinct))
    columns = {
        item.name: pa.array([_told(claim.get(item.name), item.domain) for claim in claims], _type(item.domain))
        for item in policy.policy.asked
    }
    chance = np.random.default_rng(11)
    again = chance.integers(0, distinct, max(0, rows - distinct))
    places = pa.array(np.concatenate([np.arange(min(rows, distinct)), again]))
    numbers = pa.array(range(rows), pa.int64())
    table = pa.table({NUMBER: numbers, **{name: column.take(places) for name, column in columns.items()}})
    said = _said(policy, pa.table(columns).to_pylist())
    return Claims(policy, table, pa.table({name: column.take(places) for name, column in said.items()}))


def _said(policy: Compiled, claims: list[dict[str, Any]]) -> dict[str, pa.Array]:
    """Judge claims one by one."""
    loaded = LoadedPolicy(policy)
    told = [_of_one(loaded, claim) for claim in claims]
    decisions = [item.name for item in policy.policy.decisions]
    usual = ("", ".kind", ".force", ".rules", ".needed")
    names = [f"{name}{word}" for name in decisions for word in usual]
    beside = (f"{name}{word}" for name in decisions for word in (".further", ".barred"))
    names += [column for column in beside if any(row.get(column) for row in told)]
    names += ["findings", "not_checked", "consequence"] if policy.policy.requirements else []
    return {name: pa.array([row.get(name) for row in told], pa.string()) for name in [*names, REASON]}


def _of_one(loaded: LoadedPolicy, claim: Mapping[str, Any]) -> dict[str, str | None]:
    try:
        judged = loaded.decide(claim)
    except InputError as error:
        return {REASON: error.message}
    found: dict[str, str | None] = {}
    for name, answer in judged.answers.items():
        found |= {f"{name}.kind": answer.kind, f"{name}.force": answer.force or None}
        found |= {name: ", ".join(answer.outcomes) or None}
        for word in ("rules", "needed", "further", "barred"):
            found[f"{name}.{word}"] = ", ".join(getattr(answer, word)) or None
    if judged.requirements:
        unchecked = [name for name, item in judged.requirements.items() if item.state == "not checked"]
        found["findings"] = ", ".join(item.name for item in judged.findings) or None
        found["not_checked"] = ", ".join(unchecked) or None
        found["consequence"] = judged.consequence and (judged.consequence.action or "not stated")
    return found


def _fits(claim: Mapping[str, object], policy: Compiled) -> bool:
    """Tell whether a claim has a place in columns: a text that is no number has none among decimals."""
    texts = (claim.get(item.name) for item in policy.policy.asked if isinstance(item.domain, model.DecimalNumber))
    return all(not isinstance(text, str) or re.fullmatch(r"-?\d+(\.\d+)?", text) for text in texts)


def _told(value: object, domain: model.Domain) -> object:
    if isinstance(value, str) and isinstance(domain, model.DecimalNumber):
        return Decimal(value)
    return list(value) if isinstance(value, tuple) else value


def _type(domain: model.Domain) -> pa.DataType:
    """Give the type of a column that Spark, DuckDB and Arrow all have."""
    match domain:
        case model.YesNo():
            return pa.bool_()
        case model.WholeNumber():
            return pa.int64()
        case model.DecimalNumber(_, _, places):
            return pa.decimal128(30, 12 if places is None else max(places, 1))
        case model.Day():
            return pa.date32()
        case model.SeveralCodes():
            return pa.list_(pa.string())
        case _:
            return pa.string()


def agree(claims: Claims, judged: pa.Table, *, reasons: bool, needed: bool = True) -> None:
    """Compare every answer of an engine with what `decide` says; the rows may come in any order.

    With `reasons` the reason why a row is refused is that of `decide`, word for word; else it is only that there is one.
    """
    judged = judged.sort_by(NUMBER)
    assert len(judged) == len(claims.table), "rows are lost, or there are more than before"
    assert judged.column(NUMBER).equals(claims.table.column(NUMBER)), "some row is lost and another one doubled"
    for name in claims.expected.column_names:
        if name == REASON or (name.endswith(".needed") and not needed):
            continue
        _same(claims, judged, name, judged.column(name).cast(pa.string()), claims.expected.column(name))
    found, expected = judged.column(REFUSED).cast(pa.string()), claims.expected.column(REASON)
    if reasons:
        _same(claims, judged, REFUSED, found, expected)
    else:
        _same(claims, judged, REFUSED, found.is_valid(), expected.is_valid())


def _same(claims: Claims, judged: pa.Table, name: str, found: Any, expected: Any) -> None:
    if found.equals(expected):
        return
    found, expected = found.combine_chunks(), expected.combine_chunks()
    alike = pc.fill_null(pc.equal(found, expected), False)
    both_null = pc.and_(found.is_null(), expected.is_null())
    differ = np.flatnonzero(~np.asarray(pc.or_(alike, both_null).to_numpy(zero_copy_only=False), bool))
    first = int(differ[0])
    row = claims.table.slice(first, 1).to_pylist()[0]
    words = f"{judged.column(REFUSED)[first]}; decide: {claims.expected.column(REASON)[first]}"
    raise AssertionError(
        f"{len(differ):,} rows differ in `{name}`, the first: {found[first]}, not {expected[first]} ({words}), of {row}"
    )
