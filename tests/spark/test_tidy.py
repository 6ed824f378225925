"""No process is left behind, however a cluster comes to its end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from spark.cluster import birth

pytest.importorskip("pyspark", reason="pyspark is not installed (the extra `spark`)")

PATIENCE = 120.0


@pytest.mark.skipif(sys.platform != "linux", reason="the processes are looked up as Linux lists them")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "killed"])
def test_a_cluster_ends_with_the_program_that_started_it(sent: signal.Signals) -> None:
    """Where the program is killed, the system tells master and workers to end."""
    command = [sys.executable, str(Path(__file__).with_name("cluster.py")), "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        started = [int(pid) for pid in program.stdout.readline().split()]
        assert len(started) == 2
        born = {pid: birth(pid) for pid in started}
        assert all(born.values())
        os.kill(program.pid, sent)
        program.wait(PATIENCE)
    ends = time.monotonic() + PATIENCE
    while left := [pid for pid in started if birth(pid) == born[pid]]:
        assert time.monotonic() < ends, f"still running: {left}"
        time.sleep(0.05)
