"""Memory does not grow with a file: ten times the rows, and the same peak."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from test_claim_files import SMALL, _csv, _ndjson, _parquet, cases, expected

pytest.importorskip("pyarrow", reason="the extra `columns` is not installed")
if not Path("/proc/self/status").exists():
    pytest.skip("this system does not tell the peak of memory", allow_module_level=True)

MOST_GROWTH, LIMIT = 8, 300
"""MB that may come on top for ten times the rows, and MB in all."""
MEASURED = """
import json
from pathlib import Path
from ruleproof.cli.claim_files import stretches
from ruleproof.cli.claim_files.judging import Job, judge_files
from ruleproof.pipeline import compile_source
from ruleproof.source import source_from_text

stretches.BYTES_OF_A_STRETCH = 1 << 18
found = compile_source(source_from_text(Path("panels.policy").read_text("utf-8")))
for ending in (".csv", ".ndjson", ".parquet"):
    told = []
    for name in ("small", "large"):
        job = Job(Path("panels.policy"), (Path(name + ending),), Path("out" + ending), Path("bad.csv"))
        rows = judge_files(found, job).counts.rows
        peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
        told.append([rows, int(peak.split()[1]) // 1024])
    print(json.dumps([ending, *told]))
"""


def test_ten_times_the_rows_need_no_more_memory(tmp_path: Path) -> None:
    """The small file is larger than what is read at once, so that all that a batch needs is there by then."""
    import pyarrow.parquet as pq

    every = cases(400)
    good = expected(every)[0]
    rows_judged = [row for number, row in enumerate(every, 1) if number in good]
    (tmp_path / "panels.policy").write_text(SMALL, encoding="utf-8")
    for write, ending, times in ((_csv, ".csv", 100), (_ndjson, ".ndjson", 40)):
        write(tmp_path / f"one{ending}", rows_judged)
        lines = (tmp_path / f"one{ending}").read_bytes().splitlines(keepends=True)
        header, rows = (lines[:1], lines[1:]) if ending == ".csv" else ([], lines)
        for name, count in (("small", times), ("large", times * 10)):
            (tmp_path / f"{name}{ending}").write_bytes(b"".join([*header, *(rows * count)]))
    _parquet(tmp_path / "one.parquet", rows_judged)
    table = pq.read_table(tmp_path / "one.parquet")
    for name, groups in (("small", 3), ("large", 30)):
        with pq.ParquetWriter(tmp_path / f"{name}.parquet", table.schema) as writer:
            for _ in range(groups):
                writer.write_table(table.take(list(range(table.num_rows)) * 60))
    done = subprocess.run([sys.executable, "-c", MEASURED], cwd=tmp_path, capture_output=True, text=True, check=True)
    for line in done.stdout.splitlines():
        ending, (few, before), (many, after) = json.loads(line)
        assert many == few * 10
        assert after - before <= MOST_GROWTH, f"{ending}: from {before} to {after} MB"
        assert after <= LIMIT, f"{ending}: {after} MB"
    assert len(done.stdout.splitlines()) == 3
