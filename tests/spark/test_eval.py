"""`ruleproof eval --engine spark` writes, byte for byte, the files that it writes without Spark."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

pytest.importorskip("pyspark", reason="pyspark is not installed (the extra `spark`)")
pytest.importorskip("pyarrow", reason="the extra `columns` is not installed")

import pyarrow.parquet as pq

from ruleproof.cli import main
from ruleproof.resources import folder
from spark.claims import generated
from test_bundled import named

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

POLICY = str(folder("policies") / "tumor_ngs" / "tumor_ngs.policy")
ROWS = 4000


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["eval", POLICY, *arguments])
    return done.exit_code, done.output


def same_files(first: str, second: str) -> None:
    for ending in (".parquet", ".rejects.csv"):
        left, right = (Path(f"{name}{ending}").read_bytes() for name in (first, second))
        assert left == right, ending


@pytest.mark.parametrize("kind", ["parquet", "csv", "ndjson"])
def test_the_workers_of_a_cluster_write_the_same_files(
    kind: str, session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The workers have folders of their own, so the paths of the command line mean something else there."""
    monkeypatch.chdir(tmp_path)
    made = CliRunner().invoke(main, ["generate", POLICY, "-n", str(ROWS), "--faults", "0.1", "-o", f"claims.{kind}"])
    assert made.exit_code == 0, made.output
    status, said = run(f"claims.{kind}", "-o", "by_arrow.parquet")
    assert status == 1
    assert session.sparkContext.master.startswith("spark://")
    by_spark = run(f"claims.{kind}", "-o", "by_spark.parquet", "--engine", "spark")
    assert by_spark == (1, said.replace("by_arrow", "by_spark"))
    same_files("by_arrow", "by_spark")


def test_many_pieces_come_back_in_their_order(session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    claims = generated(named("tumor_ngs"), 24_000, 4000)
    pq.write_table(claims.table, "claims.parquet", row_group_size=1500)
    assert session.sparkContext.defaultParallelism < 16
    for engine in ("arrow", "spark"):
        status, said = run("claims.parquet", "-o", f"by_{engine}.parquet", "--engine", engine)
        assert (status, said.splitlines()[0]) == (
            1, f"24,000 rows: {24_000 - claims.rejected:,} judged, {claims.rejected:,} rejected",
        )  # fmt: skip
    same_files("by_arrow", "by_spark")


def test_a_program_of_its_own_uses_the_cores_of_this_machine(tmp_path: Path) -> None:
    table = generated(named("tumor_ngs"), 400, 400).table
    pq.write_table(table, tmp_path / "claims.parquet")
    command = [sys.executable, "-m", "ruleproof", "eval", POLICY, "claims.parquet", "-o", "out.ndjson"]
    done = subprocess.run(
        [*command, "--engine", "spark", "--master", "local[1]"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("400 rows: ")
    assert len(Path(tmp_path, "out.ndjson").read_text("utf-8").splitlines()) > 300


def test_what_keeps_spark_from_working_is_said_in_a_sentence(tmp_path: Path) -> None:
    pq.write_table(generated(named("tumor_ngs"), 40, 40).table, tmp_path / "claims.parquet")
    command = [sys.executable, "-m", "ruleproof", "eval", POLICY, "claims.parquet", "-o", "out.ndjson"]
    for more, environment, sentence in (
        (
            ["--master", "local[1]"],
            {"JAVA_HOME": str(tmp_path)},
            "Spark needs Java 17, and neither JAVA_HOME nor the path",
        ),
        (["--master", "spark://127.0.0.1:1"], {}, "no master of Spark answers at `spark://127.0.0.1:1`"),
    ):
        done = subprocess.run(
            [*command, "--engine", "spark", *more],
            cwd=tmp_path,
            env=os.environ | environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 2
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr
        assert sorted(path.name for path in tmp_path.iterdir()) == ["claims.parquet"]
