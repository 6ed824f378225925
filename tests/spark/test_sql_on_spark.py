"""SQL in Spark, run for real: by the same law as in DuckDB and PostgreSQL, with limits over a history."""

from __future__ import annotations

import random
from typing import Any

import pytest

pytest.importorskip("pyspark", reason="pyspark is not installed (the extra `spark`)")
pytest.importorskip("pyarrow", reason="the extra `columns` is not installed")

from hypothesis import HealthCheck, given, settings

from brute_force import compiled
from columns_of_claims import shuffled_cases
from random_policies import RandomPolicy, policies
from ruleproof.artifacts import to_sql as to_sql_module
from ruleproof.artifacts.sql import answers, lists
from sql_engines import Engine, SparkEngine
from sql_histories import DATED, MISSING, UNDATED, tables
from sql_histories import agree as agree_on_history
from sql_law import (
    BUNDLED,
    agree,
    bundled,
    bundled_cases,
    large_tables_are_looked_up,
    listed_codes_are_looked_up,
    texts_come_back,
)
from sql_policies import SMALL, STRANGE_TEXTS, out_of_domain, strange_claims, strange_policy

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")


@pytest.fixture(scope="module")
def engine(session: Any) -> Engine:
    return SparkEngine(session)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(policy=policies())
def test_every_cell_is_judged_as_decide_does(engine: Engine, policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    agree(found, shuffled_cases(found.space.samples(), policy.others, 120, random.Random(12)), engine)


@pytest.mark.parametrize("name", BUNDLED)
def test_bundled_policies_are_judged_as_decide_does(engine: Engine, name: str) -> None:
    found = bundled(name)
    cases = bundled_cases(found, 800, 13)
    assert agree(found, cases, engine) < len(cases)


@pytest.mark.parametrize("name", ["code_facts", "mrd"])
def test_look_ups_say_the_same_of_bundled_policies(engine: Engine, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(to_sql_module, "MOST_CASES", 0)
    monkeypatch.setattr(lists, "MOST_CODES", 0)
    monkeypatch.setattr(answers, "MOST_WORDS", 2)
    found = bundled(name)
    agree(found, bundled_cases(found, 400, 15), engine)


def test_values_out_of_their_domain_are_refused_as_decide_does(engine: Engine) -> None:
    assert agree(compiled(SMALL), out_of_domain(), engine) == 13


@pytest.mark.parametrize(
    ("text", "unknown"),
    [(DATED, 0.0), (MISSING, 0.15), (UNDATED, 0.15)],
    ids=["dated", "date may be missing", "undated"],
)
def test_rows_are_judged_by_what_came_before_them(engine: Engine, text: str, unknown: float) -> None:
    found = compiled(text)
    claims, history = tables(found, 60, random.Random(7), unknown)
    assert agree_on_history(found, claims, history, engine)["failed"] > 5


def test_strange_names_and_texts_stay_what_they_are(engine: Engine) -> None:
    texts_come_back(engine, STRANGE_TEXTS)
    assert agree(compiled(strange_policy()), strange_claims(), engine) == 1


def test_listed_codes_are_looked_up(engine: Engine) -> None:
    listed_codes_are_looked_up(engine)


def test_large_tables_are_looked_up(engine: Engine) -> None:
    large_tables_are_looked_up(engine, 350, 1_000)
