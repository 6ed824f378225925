"""Runs that are stopped leave the old answers or something to go on from, and going on gives the same bytes."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from brute_force import compiled

pytest.importorskip("pyarrow", reason="the extra `columns` is not installed")
if not hasattr(os, "fork"):
    pytest.skip("there is no fork on this system", allow_module_level=True)

import pyarrow.parquet as pq

from ruleproof.cli.claim_files import pool, stretches, unfinished, working
from ruleproof.cli.claim_files.judging import Job, judge_files
from ruleproof.cli.failures import Failure
from test_claim_files import SMALL, _csv, _ndjson, _parquet, cases

KILLS = 4
"""For each of the forms."""
FORMATS = [
    (".csv", ".parquet", _csv),
    (".ndjson", ".csv", _ndjson),
    (".parquet", ".ndjson", _parquet),
]


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut files into many pieces, and write the journal often; long answers go through files."""
    monkeypatch.setattr(stretches, "BYTES_OF_A_STRETCH", 4096)
    monkeypatch.setattr(unfinished, "SECONDS_BETWEEN", 0.01)
    monkeypatch.setattr(working, "MOST_IN_MEMORY", 3000)


@contextlib.contextmanager
def _running(job: Job) -> Iterator[int]:
    """Judge in another process, which is killed at the end if it still runs; the policy is compiled already."""
    found = compiled(SMALL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside threads that wait
        process = os.fork()
    if not process:
        status = 3
        try:
            judge_files(found, job)
            status = 0
        finally:
            os._exit(status)
    try:
        yield process
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def _job(folder: Path, name: str, source: str, output: str, **more: Any) -> Job:
    policy = folder / "panels.policy"
    return Job(policy, (folder / source,), folder / f"{name}{output}", folder / f"{name}.rejects.csv", **more)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize(("source", "output", "write"), FORMATS)
def test_killed_at_random_and_resumed_it_gives_the_same_bytes(
    tmp_path: Path, source: str, output: str, write: Callable[[Path, list[dict[str, Any]]], None]
) -> None:
    chance, found = random.Random(source), compiled(SMALL)
    write(tmp_path / f"claims{source}", cases(400) * 12)
    start = time.monotonic()
    whole = judge_files(found, _job(tmp_path, "whole", f"claims{source}", output)).counts
    took = time.monotonic() - start
    job = _job(tmp_path, "again", f"claims{source}", output, resume=True)
    job.output.write_bytes(b"before")
    partial = tmp_path / f"again{output}.partial"
    begun, done = 0, [0]
    for _ in range(KILLS):
        with _running(job):
            time.sleep(chance.uniform(0, took / 2))
        if job.output.read_bytes() != b"before":
            break
        lines = (partial / "journal").read_bytes().splitlines() if (partial / "journal").exists() else []
        begun += len(lines) > 1
        if lines[1:] and lines[-1].endswith(b"}"):
            done.append(json.loads(lines[-1])["counts"]["rows"])
    counts = judge_files(found, job).counts
    assert begun, "no run was killed on its way"
    assert done == sorted(done), "a run began anew"
    assert counts == whole
    assert job.output.read_bytes() == (tmp_path / f"whole{output}").read_bytes()
    assert job.rejects.read_bytes() == (tmp_path / "whole.rejects.csv").read_bytes()
    assert not partial.exists()
    if output == ".parquet":
        assert pq.read_table(job.output).num_rows == counts.judged


@pytest.fixture
def stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """Give a job that was stopped when a part of it was done."""
    monkeypatch.setattr(stretches, "BYTES_OF_A_STRETCH", 4096)
    monkeypatch.setattr(unfinished, "SECONDS_BETWEEN", 0)
    _csv(tmp_path / "claims.csv", cases(400))
    (tmp_path / "panels.policy").write_text(SMALL, encoding="utf-8")
    job = _job(tmp_path, "out", "claims.csv", ".ndjson", resume=True)
    judged = working.Worker.judged

    def stop(self: working.Worker, file: int, content: Any) -> working.Done:
        if content.stretch.first > 100:
            raise KeyboardInterrupt
        return judged(self, file, content)

    with monkeypatch.context() as patch:
        patch.setattr(working.Worker, "judged", stop)
        with pytest.raises(SystemExit, match="130"):
            judge_files(compiled(SMALL), job)
    assert (tmp_path / "out.ndjson.partial").is_dir()
    assert not job.output.exists()
    return job


def _changed(job: Job, **changes: Any) -> Job:
    return Job(**{**{name: getattr(job, name) for name in Job.__dataclass_fields__}, **changes})


def test_a_run_goes_on_only_with_what_it_began_with(stopped: Job) -> None:
    found = compiled(SMALL)
    other = compiled(SMALL.replace("at most 50", "at most 51"))
    with pytest.raises(Failure, match=r"out\.ndjson\.partial` is left from a run with another policy"):
        judge_files(other, stopped)
    with pytest.raises(Failure, match="another --as-posted-on"):
        judge_files(found, _changed(stopped, as_posted_on="2024-01-01"))
    with pytest.raises(Failure, match="another --rejects"):
        judge_files(found, _changed(stopped, rejects=stopped.rejects.with_name("others.csv")))
    with pytest.raises(Failure, match=r"holds \d+ rows of a run that was stopped"):
        judge_files(found, _changed(stopped, resume=False))
    assert judge_files(found, stopped).counts.rows == 400
    assert stopped.output.exists()


def test_a_run_does_not_go_on_with_a_file_that_has_changed(stopped: Job) -> None:
    path = stopped.inputs[0]
    content = path.read_bytes()
    path.write_bytes(content.replace(b"marrow", b"nodule", 1))
    with pytest.raises(Failure, match="another input"):
        judge_files(compiled(SMALL), stopped)


def test_a_journal_that_was_cut_within_a_line_counts_up_to_the_line_before(stopped: Job) -> None:
    journal = stopped.output.with_name("out.ndjson.partial") / "journal"
    journal.write_bytes(journal.read_bytes()[:-7])
    assert judge_files(compiled(SMALL), stopped).counts.rows == 400
    rows = [json.loads(line)["row"] for line in stopped.output.read_text("utf-8").splitlines()]
    assert rows == sorted(set(rows))


def test_what_another_run_is_writing_is_left_alone(stopped: Job) -> None:
    folder = stopped.output.with_name("out.ndjson.partial")
    code = (
        "import fcntl, sys, time; f = open(sys.argv[1], 'rb'); fcntl.flock(f, fcntl.LOCK_EX); "
        "print('locked', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(folder / "journal")], stdout=subprocess.PIPE) as other:
        try:
            assert other.stdout is not None
            other.stdout.readline()
            with pytest.raises(Failure, match="is being written by another run"):
                judge_files(compiled(SMALL), stopped)
        finally:
            other.kill()
    assert folder.is_dir()


def test_a_folder_of_that_name_that_no_run_has_left_stays(tmp_path: Path) -> None:
    _csv(tmp_path / "claims.csv", cases(4))
    (tmp_path / "out.csv.partial").mkdir()
    (tmp_path / "out.csv.partial" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(Failure, match="is in the way, and no run has left it"):
        judge_files(compiled(SMALL), _job(tmp_path, "out", "claims.csv", ".csv", resume=True))
    assert (tmp_path / "out.csv.partial" / "mine.txt").read_text("utf-8") == "mine"


def test_files_get_their_names_even_when_the_run_is_killed_between_them(
    stopped: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, give_name = compiled(SMALL), unfinished._give_name

    def only_rejects(made: Path, target: Path) -> None:
        if made.name == "answers":
            raise KeyboardInterrupt
        give_name(made, target)

    with monkeypatch.context() as patch:
        patch.setattr(unfinished, "_give_name", only_rejects)
        with pytest.raises(SystemExit, match="130"):
            judge_files(found, stopped)
    assert not stopped.output.exists()
    assert judge_files(found, stopped).counts.rows == 400
    assert stopped.output.exists()
    assert not stopped.output.with_name("out.ndjson.partial").exists()


def test_processes_end_with_the_one_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "panels.policy").write_text(SMALL, encoding="utf-8")
    _csv(tmp_path / "claims.csv", cases(400) * 20)
    code = (
        "from ruleproof.cli import main; from ruleproof.cli.claim_files import stretches;"
        "stretches.BYTES_OF_A_STRETCH = 4096;"
        "main(['eval', 'panels.policy', 'claims.csv', '-o', 'out.csv', '--cores', '2'])"
    )
    journal = tmp_path / "out.csv.partial" / "journal"
    with subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, start_new_session=True) as run:
        while run.poll() is None and not (journal.exists() and (tmp_path / "out.csv.partial/answers").stat().st_size):
            time.sleep(0.01)
        run.kill()
    for _ in range(300):
        if not _in_session(run.pid):
            return
        time.sleep(0.02)
    raise AssertionError(f"processes of a run that was killed still run: {_in_session(run.pid)}")


def _in_session(leader: int) -> list[str]:
    """Name the processes of a session, without those that have ended."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ProcessLookupError):
            name, _, told = (place / "stat").read_text().rpartition(")")
            state, _, _, session, *_ = told.split()
            if int(session) == leader and state != "Z":
                found.append(name)
    return found


@pytest.mark.usefixtures("small_pieces")
def test_several_processes_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _ndjson(tmp_path / "claims.ndjson", cases(400))
    one = _job(tmp_path, "one", "claims.ndjson", ".parquet")
    two = _job(tmp_path, "two", "claims.ndjson", ".parquet", cores=2)
    assert judge_files(compiled(SMALL), one).counts == judge_files(compiled(SMALL), two).counts
    assert one.output.read_bytes() == two.output.read_bytes()
    assert one.rejects.read_bytes() == two.rejects.read_bytes()

    def broken(*_: Any) -> Iterator[Any]:
        raise pool.BrokenProcessPool
        yield

    monkeypatch.setattr(pool, "_in_order", broken)
    with pytest.raises(Failure, match="was ended from outside"):
        judge_files(compiled(SMALL), two)
    assert not (tmp_path / "two.parquet.partial").exists()
