"""Limits over a history in SQL: DuckDB here, and PostgreSQL where it can run."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing

import pytest

from brute_force import compiled

pytest.importorskip("duckdb", reason="DuckDB is not installed")
pytest.importorskip("pyarrow", reason="the extra `columns` is not installed")

from sql_engines import DuckDBEngine, Engine, PostgreSQLEngine, postgresql_missing, postgresql_server
from sql_histories import DATED, DAYS, EDGE_DAYS, EDGES, MISSING, UNDATED, agree, tables

pytestmark = pytest.mark.xdist_group("postgresql")


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param == "duckdb":
        yield DuckDBEngine()
        return
    if postgresql_missing():
        pytest.skip(postgresql_missing())
    with postgresql_server() as address, closing(PostgreSQLEngine(address)) as server:
        yield server


@pytest.mark.parametrize(
    "text", [DATED, MISSING, UNDATED, EDGES], ids=["dated", "date may be missing", "undated", "edges"]
)
def test_rows_are_judged_by_what_came_before_them(engine: Engine, text: str) -> None:
    found = compiled(text)
    claims, history = tables(found, 100, random.Random(1), days=EDGE_DAYS if text is EDGES else DAYS)
    counts = agree(found, claims, history, engine)
    assert counts["failed"] > 20
    assert counts["met"] > 20


@pytest.mark.parametrize("text", [DATED, MISSING, UNDATED], ids=["dated", "date may be missing", "undated"])
def test_what_is_unknown_of_a_service_leaves_a_limit_unchecked(engine: Engine, text: str) -> None:
    found = compiled(text)
    claims, history = tables(found, 60, random.Random(7), unknown=0.15)
    assert agree(found, claims, history, engine)["not checked"] > 5
