"""SQL in PostgreSQL, run for real where its programs are: a server of the tests alone, reached by a socket in their folder."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from brute_force import compiled
from random_policies import RandomPolicy, policies
from ruleproof.artifacts import to_sql as to_sql_module
from ruleproof.artifacts.sql import answers, lists
from sql_engines import Engine, PostgreSQLEngine, postgresql_missing, postgresql_server

pytest.importorskip("pyarrow", reason="the extra `columns` is not installed")

from columns_of_claims import shuffled_cases
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

pytestmark = [
    pytest.mark.skipif(bool(postgresql_missing()), reason=postgresql_missing() or "there is a server"),
    pytest.mark.xdist_group("postgresql"),
]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with postgresql_server() as address, contextlib.closing(PostgreSQLEngine(address)) as engine:
        yield engine


@settings(max_examples=40)
@given(policy=policies())
def test_every_cell_is_judged_as_decide_does(engine: Engine, policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    agree(found, shuffled_cases(found.space.samples(), policy.others, 120, random.Random(12)), engine)


@pytest.mark.parametrize("name", BUNDLED)
def test_bundled_policies_are_judged_as_decide_does(engine: Engine, name: str) -> None:
    found = bundled(name)
    cases = bundled_cases(found, 800, 13)
    assert agree(found, cases, engine) < len(cases)


def test_values_out_of_their_domain_are_refused_as_decide_does(engine: Engine) -> None:
    assert agree(compiled(SMALL), out_of_domain(), engine) == 13


@pytest.mark.parametrize("name", ["code_facts", "mrd", "myeloid_ngs"])
def test_look_ups_say_the_same(engine: Engine, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(to_sql_module, "MOST_CASES", 0)
    monkeypatch.setattr(lists, "MOST_CODES", 0)
    monkeypatch.setattr(answers, "MOST_WORDS", 2)
    found = bundled(name)
    agree(found, bundled_cases(found, 400, 15), engine)


def test_strange_names_and_texts_stay_what_they_are(engine: Engine) -> None:
    texts_come_back(engine, STRANGE_TEXTS)
    assert agree(compiled(strange_policy()), strange_claims(), engine) == 1


def test_listed_codes_are_looked_up(engine: Engine) -> None:
    listed_codes_are_looked_up(engine)


def test_large_tables_are_looked_up(engine: Engine) -> None:
    large_tables_are_looked_up(engine, 350, 1_000)
