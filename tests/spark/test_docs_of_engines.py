"""The page about engines: its examples run, and what they write is what `decide_table` says."""

from __future__ import annotations

import datetime
import random
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="the extra `columns` is not installed")

import pyarrow as pa
import pyarrow.parquet as pq

import ruleproof

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

DOCS = Path(__file__).parents[2] / "docs"
_BLOCK = re.compile(r"^```(\w+) ?(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
ROWS = 6000


def examples() -> dict[str, str]:
    """Give the examples in Python, by the engine that they need."""
    blocks = _BLOCK.findall((DOCS / "engines.md").read_text("utf-8"))
    return {engine: text for language, engine, text in blocks if language == "python"}


@pytest.fixture
def at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with the policy of the page about the evaluators, and claims in and out of its domains."""
    blocks = _BLOCK.findall((DOCS / "evaluators.md").read_text("utf-8"))
    (policy,) = [text for language, _, text in blocks if language == "policy"]
    (tmp_path / "panels.policy").write_text(policy, encoding="utf-8")
    chance = random.Random(3)
    claims = {
        "claim": [f"c{row}" for row in range(ROWS)],
        "genes": pa.array([chance.randrange(0, 520) for _ in range(ROWS)], pa.int64()),
        "tissue": [chance.choice(["marrow", "marrow", "solid_organ", "nowhere"]) for _ in range(ROWS)],
        "service_date": [datetime.date(2024, 6, 3)] * ROWS,
        "tag": [chance.choice([None, "Z1234"]) for _ in range(ROWS)],
    }
    pq.write_table(pa.table(claims), tmp_path / "claims.parquet", row_group_size=2000)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _is_judged(folder: Path, told: pa.Table) -> None:
    claims = pq.read_table(folder / "claims.parquet").sort_by("claim")
    decided = ruleproof.load(folder / "panels.policy").decide_table(claims)
    assert 0 < decided.rejected < ROWS
    told = told.sort_by("claim")
    assert told.column("claim").to_pylist() == claims.column("claim").to_pylist()
    for name in decided.table.column_names:
        assert told.column(name).to_pylist() == decided.table.column(name).to_pylist(), name
    assert told.column("refused").null_count == decided.judged


def test_the_page_has_an_example_for_each_engine() -> None:
    assert set(examples()) == {"", "spark", "dask", "daft", "ray"}


@pytest.mark.parametrize("engine", ["", "dask", "daft", "ray"])
def test_the_example_runs(engine: str, at_hand: Path) -> None:
    if engine and find_spec(engine) is None:
        pytest.skip(f"{engine} is not installed")
    done = subprocess.run([sys.executable, "-c", examples()[engine]], cwd=at_hand, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    if engine:
        _is_judged(at_hand, pq.read_table(at_hand / "answers"))


def test_the_example_of_spark_runs(session: Any, at_hand: Path) -> None:
    names: dict[str, Any] = {"spark": session}
    at = str(at_hand / "claims.parquet")  # the workers have folders of their own
    exec(examples()["spark"].replace('"claims.parquet"', repr(at)), names)
    _is_judged(at_hand, names["in_batches"].toArrow())
