"""A million generated claims: every engine gives the answers of `decide`, compared in full."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyspark", reason="pyspark is not installed (the extra `spark`)")
pytest.importorskip("duckdb", reason="DuckDB is not installed")
pytest.importorskip("pyarrow", reason="the extra `columns` is not installed")

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ruleproof.artifacts.to_sql import to_sql
from ruleproof.runtime.engines.spark import judge_by_sql, judge_in_batches
from ruleproof.runtime.load import LoadedPolicy
from spark.claims import NUMBER, REASON, REFUSED, Claims, agree, generated
from test_bundled import named

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
]

ROWS, DISTINCT = 1_000_000, 25_000


@pytest.fixture(scope="module")
def claims() -> Claims:
    """A million claims, of which 25,000 differ; each of those is judged by `decide` once."""
    return generated(named("tumor_ngs"), ROWS, DISTINCT)


@pytest.fixture(scope="module")
def file(claims: Claims, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("million") / "claims.parquet"
    pq.write_table(claims.table, path, row_group_size=100_000)
    return path


@pytest.fixture
def read(session: Any, file: Path) -> Any:
    for name in ("spark.sql.files.maxPartitionBytes", "spark.sql.files.openCostInBytes"):
        session.conf.unset(name)
    return session.read.parquet(str(file))


def test_columns(claims: Claims) -> None:
    decided = LoadedPolicy(claims.policy).decide_table(claims.table)
    assert decided.rejected == claims.rejected > ROWS // 20
    rows = [row - 1 for row in decided.rejects.column("row").to_pylist()]
    reasons: list[str | None] = [None] * ROWS
    for row, reason in zip(rows, decided.rejects.column("reason").to_pylist(), strict=True):
        reasons[row] = reason
    judged = decided.table.append_column(NUMBER, claims.table.column(NUMBER))
    agree(claims, judged.append_column(REFUSED, pa.array(reasons, pa.string())), reasons=True)


def test_duckdb(claims: Claims, file: Path) -> None:
    with duckdb.connect() as database:
        database.execute(to_sql(claims.policy, "duckdb")["tumor_ngs.duckdb.sql"])
        database.execute(f"CREATE VIEW claims AS FROM '{file}'")
        told = ", ".join(f'"{name}"' for name in _told(claims))
        judged = database.sql(f"SELECT {told} FROM tumor_ngs('claims')").to_arrow_table()
    agree(claims, judged, reasons=False, needed=False)


def test_spark_in_batches(claims: Claims, read: Any, tmp_path: Path) -> None:
    judged = judge_in_batches(read, LoadedPolicy(claims.policy), keep=[NUMBER])
    judged.write.parquet(str(tmp_path / "answers"))
    agree(claims, pq.read_table(tmp_path / "answers"), reasons=True)


def test_spark_by_sql(claims: Claims, read: Any, tmp_path: Path) -> None:
    judged = judge_by_sql(read, LoadedPolicy(claims.policy))
    judged.select(*(f"`{name}`" for name in _told(claims))).write.parquet(str(tmp_path / "answers"))
    agree(claims, pq.read_table(tmp_path / "answers"), reasons=False, needed=False)


def _told(claims: Claims) -> list[str]:
    """Name the columns that SQL gives: all but what is needed, which nothing unknown leads to."""
    answers = [name for name in claims.expected.column_names if name != REASON and not name.endswith(".needed")]
    return [NUMBER, *answers, REFUSED]
