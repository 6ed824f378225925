"""A worker is killed in the middle of a run: nothing is lost, nothing is doubled, and every answer is what it would have been.

The claims come through a gate: the tasks of the second half wait there until the worker is dead.  So it is known, and not
hoped for, that at that moment half of the tasks had ended, one was at work on either worker, and none could get any further.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyspark", reason="pyspark is not installed (the extra `spark`)")
pytest.importorskip("pyarrow", reason="the extra `columns` is not installed")

import pyarrow as pa
import pyarrow.parquet as pq

from ruleproof.runtime.engines.spark import judge_by_sql, judge_in_batches
from ruleproof.runtime.load import LoadedPolicy
from spark.claims import NUMBER, Claims, agree, generated
from spark.cluster import Cluster
from test_bundled import named

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

PARTS, ROWS = 12, 24_000
PATIENCE = 240.0


def through_gate(folder: Path) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Give a function that lets claims through: half of the tasks at once, the others when the file `open` is there."""
    started, gate, half = folder / "started", folder / "open", PARTS // 2
    started.mkdir()

    def through(batches: Any) -> Any:
        import time

        from pyspark import TaskContext

        task = TaskContext.get()
        assert task is not None
        (started / f"{task.partitionId()}-{task.taskAttemptId()}").touch()
        while task.partitionId() >= half and not gate.exists():
            time.sleep(0.02)
        yield from batches

    return through


def starts(folder: Path) -> list[int]:
    """Give the part of each task that has begun, so often as it has."""
    return sorted(int(path.name.partition("-")[0]) for path in (folder / "started").glob("*"))


def claims_at_gate(session: Any, claims: Claims, folder: Path) -> Any:
    """Give claims as a DataFrame of files, each a part, that come through the gate."""
    (folder / "claims").mkdir()
    size = ROWS // PARTS
    for part in range(PARTS):
        pq.write_table(claims.table.slice(part * size, size), folder / "claims" / f"{part:02}.parquet")
    largest = max(path.stat().st_size for path in (folder / "claims").iterdir())
    session.conf.set("spark.sql.files.openCostInBytes", "0")
    session.conf.set("spark.sql.files.maxPartitionBytes", str(largest))
    read = session.read.parquet(str(folder / "claims"))
    assert read.rdd.getNumPartitions() == PARTS
    return read.mapInArrow(through_gate(folder), read.schema)


def run_and_kill(session: Any, running: Cluster, folder: Path, act: Callable[[], pa.Table]) -> pa.Table:
    """Run a job, kill a worker and its executor when half of the tasks have ended, and give what comes out."""
    found: list[pa.Table | BaseException] = []

    def run() -> None:
        try:
            found.append(act())
        except BaseException as error:
            found.append(error)

    job = threading.Thread(target=run)
    job.start()
    try:
        victim = running.workers[-1]
        _until(lambda: _tasks(session) == (PARTS // 2, 2) and len(starts(folder)) == PARTS // 2 + 2, found)
        assert running.executors(victim), "the worker that is to be killed has nothing to do"
        killed = running.kill(victim)
        assert len(killed) == 2
        assert not found, "the job had ended before the worker was killed"
    finally:
        (folder / "open").touch()
        job.join(PATIENCE)
    assert not job.is_alive()
    (outcome,) = found
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def _tasks(session: Any) -> tuple[int, int]:
    """Give how many tasks of the stage that runs have ended, and how many are at work."""
    tracker = session.sparkContext.statusTracker()
    stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
    return sum(stage.numCompletedTasks for stage in stages), sum(stage.numActiveTasks for stage in stages)


def _until(holds: Callable[[], bool], found: list[Any]) -> None:
    ends = time.monotonic() + PATIENCE
    while not holds():
        assert not found, f"the job ended too early: {found}"
        assert time.monotonic() < ends, "half of the job is not done in time"
        time.sleep(0.05)


@pytest.fixture
def worker_again(running: Cluster) -> Iterator[None]:
    """Start another worker in the place of the one that was killed."""
    yield
    running.replace_worker()


@pytest.mark.usefixtures("worker_again")
def test_batches_survive_the_death_of_a_worker(session: Any, running: Cluster, tmp_path: Path) -> None:
    """The answers are written by the workers, each task its own file."""
    claims = generated(named("tumor_ngs"), ROWS, 4000)
    judged = judge_in_batches(claims_at_gate(session, claims, tmp_path), LoadedPolicy(claims.policy))

    def write() -> pa.Table:
        judged.write.parquet(str(tmp_path / "answers"))
        return pq.read_table(tmp_path / "answers")

    answers = run_and_kill(session, running, tmp_path, write)
    begun = starts(tmp_path)
    assert set(begun) == set(range(PARTS))
    assert len(begun) > PARTS, "no task was begun a second time: the death of the worker was not felt"
    agree(claims, answers, reasons=True)


@pytest.mark.usefixtures("worker_again")
def test_sql_survives_the_death_of_a_worker(session: Any, running: Cluster, tmp_path: Path) -> None:
    """The answers wait on the workers for the next stage; those on the one that is killed are made again, once."""
    claims = generated(named("tumor_ngs"), ROWS, 4000)
    judged = judge_by_sql(claims_at_gate(session, claims, tmp_path), LoadedPolicy(claims.policy))
    answers = run_and_kill(session, running, tmp_path, lambda: judged.repartition(3, judged[f"`{NUMBER}`"]).toArrow())
    again = [part for part in starts(tmp_path) if part < PARTS // 2]
    assert len(again) > PARTS // 2, "nothing that had been done was done again: no answer was lost with the worker"
    agree(claims, answers, reasons=False, needed=False)
