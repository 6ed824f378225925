"""A cluster of Spark on this machine alone: a master and workers as processes of their own, ended by their own ids.

Run as a script with a number of workers it starts a cluster, prints the ids of its processes, and ends it on Ctrl-C.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
EXECUTOR_MEMORY = "512m"
_DAEMON_OPTIONS = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dspark.worker.cleanup.enabled=false"
_PATIENCE = 180.0
_DEATH_OF_PARENT = 1
"""The number of PR_SET_PDEATHSIG: should this process be killed, its children are told to end."""


def missing() -> str:
    """Say what a cluster needs and this machine does not have; nothing where it has all."""
    if find_spec("pyspark") is None:
        return "pyspark is not installed (the extra `spark`)"
    from ruleproof.runtime.engines.needed import java

    return "" if java() else "there is no Java: neither JAVA_HOME nor the path leads to one"


@dataclass
class Cluster:
    """A master and its workers."""

    folder: Path
    port: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    seen: dict[int, str] = field(default_factory=dict)
    """Every process that was started here, or by one of them, with the time of its start: ids are given again."""
    started: int = 0
    """How many processes have been started here."""

    @property
    def master(self) -> str:
        return f"spark://{HOST}:{self.port}"

    @property
    def workers(self) -> list[subprocess.Popen[bytes]]:
        return self.processes[1:]

    def look(self) -> None:
        """Remember which processes belong to this cluster now."""
        for process in self.processes:
            for pid in (process.pid, *descendants(process.pid)):
                if (born := birth(pid)) is not None:
                    self.seen[pid] = born

    def left(self) -> list[int]:
        """Give the processes of this cluster that still run."""
        return [pid for pid, born in self.seen.items() if birth(pid) == born]

    def executors(self, worker: subprocess.Popen[bytes]) -> list[int]:
        """Give the executors of a worker."""
        return [pid for pid in descendants(worker.pid) if "CoarseGrainedExecutorBackend" in command(pid)]

    def kill(self, worker: subprocess.Popen[bytes]) -> list[int]:
        """Kill a worker and its executors without a word; give the ids of what was killed."""
        self.look()
        pids = [worker.pid, *self.executors(worker)]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        worker.wait()
        return pids

    def replace_worker(self) -> None:
        """Start a worker in the place of the last one, which was killed, and wait until the master knows it."""
        self.processes.pop()
        self.start_worker()

    def start_worker(self) -> None:
        """Start one more worker, of one core, and wait until the master knows it."""
        log = self.folder / "0.log"
        known = log.read_text("utf-8").count("Registering worker")
        work = self.folder / f"worker{self.started}"
        arguments = ("--host", HOST, "--cores", "1", "--memory", "600m", "--work-dir", str(work))
        _start(self, "worker.Worker", *arguments, "--webui-port", str(_free_port()), self.master)
        _until(lambda: log.read_text("utf-8").count("Registering worker") > known, self, "the worker does not register")

    def stop(self) -> None:
        """End every process of this cluster: politely, and then for good; each by its own id."""
        self.look()
        for sent in (signal.SIGTERM, signal.SIGKILL):
            for pid in self.left():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, sent)
            ends = time.monotonic() + 10
            while self.left() and time.monotonic() < ends:
                for process in self.processes:
                    process.poll()
                time.sleep(0.05)
        for process in self.processes:
            process.wait()


@contextlib.contextmanager
def cluster(workers: int = 2) -> Iterator[Cluster]:
    """Start a cluster with workers of one core each, and end it whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix="ruleproof-spark-"))
    found = Cluster(folder, _free_port())
    try:
        _start(found, "master.Master", "--host", HOST, "--port", str(found.port), "--webui-port", str(_free_port()))
        _until(lambda: _answers(found.port), found, "the master does not answer")
        for _ in range(workers):
            found.start_worker()
        yield found
    finally:
        found.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _start(found: Cluster, kind: str, *arguments: str) -> None:
    import pyspark

    home = Path(pyspark.__file__).parent
    spark = {name: value for name, value in os.environ.items() if not name.startswith("SPARK_")}
    settings = {
        "SPARK_HOME": str(home), "SPARK_LOCAL_IP": HOST, "SPARK_LOCAL_HOSTNAME": HOST, "SPARK_LOCAL_DIRS": str(found.folder),
        "SPARK_DAEMON_MEMORY": "160m", "SPARK_DAEMON_JAVA_OPTS": _DAEMON_OPTIONS,
    }  # fmt: skip
    log = found.folder / f"{found.started}.log"
    found.started += 1
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{kind}", *arguments],
            env=spark | settings,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches us, and we end them in our own order
            preexec_fn=_die_with_parent,
        )
    found.processes.append(process)
    found.look()


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DEATH_OF_PARENT, signal.SIGTERM)


def _until(holds: Any, found: Cluster, otherwise: str) -> None:
    ends = time.monotonic() + _PATIENCE
    while not holds():
        if time.monotonic() > ends or any(process.poll() is not None for process in found.processes):
            logs = "\n".join(path.read_text("utf-8")[-2000:] for path in sorted(found.folder.glob("*.log")))
            raise RuntimeError(f"{otherwise}:\n{logs}")
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


# ---------------------------------------------------------------- processes, as Linux lists them


def birth(pid: int) -> str | None:
    """Give when a process was started, in ticks; nothing where it has ended, or waits to be counted."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""


def descendants(pid: int) -> list[int]:
    """Give the processes that a process started, and those that they started."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text("utf-8").rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found, front = [], [pid]
    while front:
        front = [child for parent in front for child in children.get(parent, ())]
        found += front
    return found


def main() -> None:
    with cluster(int(sys.argv[1])) as found:
        print(*(process.pid for process in found.processes), flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    main()
