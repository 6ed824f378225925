"""A million claims answered by columns, compared in full with the meaning of their policies.

The meaning is slow, so it judges one claim of each combination of cells; that all values of a cell mean the same is a law of
its own (`tests/test_laws.py`), and every row is compared with what is meant for its combination.
"""

from __future__ import annotations

import datetime
import importlib
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="the extra `columns` is not installed")

import numpy as np
import pyarrow as pa

from brute_force import compiled
from columns_of_claims import shuffled_cases
from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.model import meaning
from ruleproof.resources import folder
from ruleproof.runtime.batch.coded import Numbers
from ruleproof.runtime.batch.tables import Deciding
from ruleproof.runtime.load import LoadedPolicy

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
first_policy = importlib.import_module("first_policy")
columns_of_many_rules = importlib.import_module("columns")

BASE, ROWS_OF_A_BUNDLED = 200, 100_000
FOLDERS = {"literal": "tumor_ngs"}
BUNDLED = ("tumor_ngs", "literal", "mrd", "ncd_90_2", "pgx", "code_facts", "plasma_cgp", "myeloid_ngs")


@dataclass(frozen=True)
class _Meant:
    """What is meant of a case, whatever came before it: where that makes a difference, there is no answer yet."""

    impossible: bool
    answers: Mapping[str, meaning.Answer | None]
    states: Mapping[str, str]


def _meant(found: Compiled, case: Mapping[str, Value]) -> _Meant:
    policy, samples = found.policy, found.space.samples()
    judged = [meaning.judge(policy, full) for full in meaning.completions(policy, case, samples)]
    if not judged:
        return _Meant(True, {}, {})
    answers = {name: {item.answers[name] for item in judged} for name in judged[0].answers}
    states = {name: {dict(item.requirements)[name] for item in judged} for name in dict(judged[0].requirements)}
    return _Meant(
        False,
        {name: one.pop() if len(one) == 1 else None for name, one in answers.items()},
        {name: one.pop() if len(one) == 1 else meaning.NOT_CHECKED for name, one in states.items()},
    )


def _combinations(found: Compiled, table: pa.Table) -> tuple[Numbers, list[dict[str, Value]]]:
    """Number the combinations of cells of the rows, and give the case of one row of each."""
    numbers = np.zeros(table.num_rows, np.int64)
    for name in table.column_names:
        column = table.column(name).combine_chunks()
        column = column if isinstance(column, pa.DictionaryArray) else column.dictionary_encode()
        cells: dict[object, int] = {}
        of_value = []
        for value in column.dictionary.to_pylist():
            box = found.space.box_of({name: value})
            of_value.append(cells.setdefault(tuple(box), len(cells)))
        _, numbers = np.unique(
            numbers * len(cells) + np.array(of_value).take(column.indices.to_numpy()), return_inverse=True
        )
    _, first = np.unique(numbers, return_index=True)
    return numbers, table.take(pa.array(first)).to_pylist()


def _compare(found: Compiled, ready: Deciding, table: pa.Table, numbers: Numbers, cases: Sequence[Any]) -> int:
    """Compare what is said of every row with what is meant for its combination of cells; give how many are rejected."""
    judged = [_meant(found, case) for case in cases]
    impossible = np.array([item.impossible for item in judged])
    first, rejected = 0, 0
    for batch in table.to_batches(max_chunksize=1 << 17):
        said, rejects = ready.said(batch, first + 1)
        combinations = numbers[first : first + batch.num_rows]
        assert [item.row - first - 1 for item in rejects] == np.flatnonzero(impossible[combinations]).tolist()
        for (name, known), column in zip(ready.things(), said, strict=True):
            for combination, number in np.unique(np.stack([combinations, column], axis=1), axis=0).tolist():
                expected = judged[combination]
                if expected.impossible:
                    assert number == -1
                elif name in expected.answers:
                    assert _agrees(known[number], expected.answers[name])
                else:
                    assert known[number].state == expected.states[name]
        first += batch.num_rows
        rejected += len(rejects)
    assert first == table.num_rows
    return rejected


def _agrees(answer: Any, meant: meaning.Answer | None) -> bool:
    return answer.kind == meaning.NOT_KNOWN if meant is None else _said(answer) == _said(meant)


def _said(answer: Any) -> tuple[object, ...]:
    return (answer.kind, answer.force, answer.outcomes, answer.further, answer.barred, answer.reason, answer.rules)


@pytest.mark.slow
def test_a_million_claims_of_the_first_policy_are_judged_as_the_meaning_says() -> None:
    found = compiled(first_policy.POLICY)
    loaded = LoadedPolicy(found)
    encoded = first_policy.arrow(1_000_000)
    numbers, cases = _combinations(found, encoded)
    for table in (encoded, first_policy.arrow(1_000_000, dictionary=False)):
        assert _compare(found, loaded.deciding(table.column_names), table, numbers, cases) == 0
    outcomes = loaded.decide_table(encoded, words=["outcome"]).table.column(0).to_pylist()
    sample = range(0, 1_000_000, 997)
    lines = encoded.take(pa.array(sample)).to_pylist()
    assert [outcomes[place] for place in sample] == [first_policy.by_hand(line) for line in lines]


@pytest.mark.parametrize("name", BUNDLED)
def test_claims_of_bundled_policies_are_judged_as_the_meaning_says(name: str) -> None:
    found = compiled((folder("policies") / FOLDERS.get(name, name) / f"{name}.policy").read_text("utf-8"))
    chance, derived = random.Random(name), {item.name for item in found.policy.derived}
    samples = {input: values for input, values in found.space.samples().items() if input not in derived}
    cases = shuffled_cases(samples, {}, BASE, chance)
    if "service_date" in samples:
        for case in cases[::2]:
            case["service_date"] = datetime.date(2024, 6, 3)
    places = np.random.default_rng(1).integers(0, BASE, ROWS_OF_A_BUNDLED)
    table = pa.table({input: _column([case[input] for case in cases]).take(pa.array(places)) for input in samples})
    rejected = _compare(found, LoadedPolicy(found).deciding(table.column_names), table, places, cases)
    assert rejected < table.num_rows


def _column(values: Sequence[Value]) -> pa.Array:
    return pa.array([list(value) if isinstance(value, tuple) else value for value in values])


def test_a_table_of_many_rules_is_judged_as_decide_does() -> None:
    """Its graph is made cut by cut, so a path may ask an input more than once."""
    loaded = LoadedPolicy(compiled(columns_of_many_rules.wide_policy(200)))
    chance = random.Random(2)
    names = loaded._program.names
    cases = [{name: f"v{chance.randrange(columns_of_many_rules.WIDE_VALUES)}" for name in names} for _ in range(300)]
    for told in (names, names[:-1], names[3:]):
        ready = loaded.deciding(told)
        table = pa.table({name: pa.array([case[name] for case in cases]).dictionary_encode() for name in told})
        (batch,) = table.to_batches()
        ((numbers,), rejects), ((_, said),) = ready.said(batch, 1), ready.things()
        assert not rejects
        for case, number in zip(cases, numbers.tolist(), strict=True):
            assert said[number] == loaded.decide({name: case[name] for name in told}).code
