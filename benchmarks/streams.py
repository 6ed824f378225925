"""Files larger than memory: rates by form and engine, memory, and a large file that is killed ten times and resumed.

    python benchmarks/streams.py                        rates of `eval` for each form and engine, and the peak of memory
    python benchmarks/streams.py --large 3000 --kills 10
                                                        one CSV file of 3,000 MB: undisturbed, then killed and resumed

Rates are rows in each second of the processor, of the whole command without its start; memory is what all its processes take
together (PSS, so that pages they share count once), and the largest of them alone (RSS).  Linux only.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "compiler")]

POLICY = ROOT / "policies" / "tumor_ngs" / "tumor_ngs.policy"
BLOCK, FAULTY = 60_000, 0.01
MB = 1 << 20


def claims(loaded: Any) -> pa.Table:
    """Give some claim lines of the first policy, one in a hundred with a fault."""
    chance = np.random.default_rng(4)
    pools: dict[str, list[Any]] = {name: list(pool) for name, pool in loaded.compiled.space.samples().items()}
    pools["service_date"] = [datetime.date(2024, 4, 1) + datetime.timedelta(days=day) for day in range(600)]
    pools["genes"] = list(range(1, 600))
    columns = {}
    for item in loaded.compiled.policy.asked:
        values = [list(value) if isinstance(value, tuple) else value for value in pools[item.name]]
        columns[item.name] = pa.array(values).take(pa.array(chance.integers(0, len(values), BLOCK * 4)))
    table = pa.table(columns)
    good = loaded.decide_table(table, words=["kind"]).table.column(0).is_valid()
    kept = table.filter(good).slice(0, int(BLOCK * (1 - FAULTY)))
    both = pa.concat_tables([kept, table.filter(pc.invert(good)).slice(0, BLOCK - kept.num_rows)])
    mixed = both.take(chance.permutation(both.num_rows))
    return mixed.add_column(0, "claim_id", [[f"C{number:08d}" for number in range(mixed.num_rows)]])


def as_texts(table: pa.Table) -> pa.Table:
    """Give claims as a CSV file holds them."""
    columns = {}
    for name in table.column_names:
        column = table.column(name)
        if pa.types.is_list(column.type):
            columns[name] = pc.binary_join(column, ";")
        else:
            columns[name] = pc.if_else(column, "yes", "no") if pa.types.is_boolean(column.type) else column
    return pa.table(columns)


def write(table: pa.Table, path: Path, times: int) -> None:
    """Write claims some times over, in the form that the ending says."""
    match path.suffix:
        case ".parquet":
            with pyarrow.parquet.ParquetWriter(path, table.schema) as writer:
                for _ in range(times):
                    writer.write_table(table, row_group_size=BLOCK)
        case ".csv":
            with pyarrow.csv.CSVWriter(path, as_texts(table).schema) as writer:
                for _ in range(times):
                    writer.write_table(as_texts(table))
        case _:
            import json

            rows = table.drop_columns(["claim_id"]).to_pylist()
            text = "".join(json.dumps(row, default=str) + "\n" for row in rows)
            with path.open("w", encoding="utf-8") as stream:
                stream.writelines([text] * times)


@dataclass
class Watched:
    """A command that is watched: the processes of its session, twenty times a second."""

    command: list[str]
    peak: int = 0
    largest: int = 0
    status: int | None = None
    worked: dict[int, float] = field(default_factory=dict)
    """The seconds of the processor of each process."""

    def run(self, kill_after: float | None = None) -> Watched:
        """Run it; give up with SIGKILL after so many seconds."""
        start = time.monotonic()
        process = subprocess.Popen(self.command, start_new_session=True, stdout=subprocess.DEVNULL)
        while process.poll() is None:
            found = list(_processes(process.pid))
            self.peak = max(self.peak, sum(one.share for one in found))
            self.largest = max([self.largest, *(one.resident for one in found)])
            self.worked.update({one.number: one.seconds for one in found})
            if kill_after is not None and time.monotonic() - start > kill_after:
                os.kill(process.pid, signal.SIGKILL)
                break
            time.sleep(0.05)
        self.status = process.wait()
        return self

    @property
    def seconds(self) -> float:
        return sum(self.worked.values())


@dataclass(frozen=True)
class Process:
    """What a process takes: its share of memory and all that it sees, in bytes, and its seconds of the processor."""

    number: int
    share: int
    resident: int
    seconds: float


def _processes(session: int) -> Iterator[Process]:
    """Give the processes of a session; workers are not the children of the one that waits for them."""
    ticks = os.sysconf("SC_CLK_TCK")
    for place in Path("/proc").glob("[0-9]*"):
        try:
            told = (place / "stat").read_text().rpartition(")")[2].split()
            if int(told[3]) == session:
                lines = (place / "smaps_rollup").read_text().splitlines()[1:]
                sizes = {line.split()[0]: int(line.split()[1]) * 1024 for line in lines}
                seconds = (int(told[11]) + int(told[12])) / ticks
                yield Process(int(place.name), sizes["Pss:"], sizes["Rss:"], seconds)
        except (OSError, KeyError, IndexError):
            continue


def evaluate(path: Path, output: Path, *more: str) -> list[str]:
    command = [sys.executable, "-m", "ruleproof", "eval", str(POLICY), str(path), "-o", str(output)]
    return [*command, "--rejects", str(output.with_suffix(".rejects.csv")), *more]


def rates(folder: Path, table: pa.Table) -> None:
    """Print the rates and the memory of each form and engine."""
    write(table.slice(0, 100), folder / "few.parquet", 1)
    start = Watched(evaluate(folder / "few.parquet", folder / "few.out.parquet", "--cores", "1")).run().seconds
    print(f"start: {start:.1f} s of the processor")
    for ending, times in ((".csv", 20), (".ndjson", 6), (".parquet", 40)):
        path = folder / f"claims{ending}"
        write(table, path, times)
        rows = table.num_rows * times
        print(f"\n{ending}: {rows:,} rows, {path.stat().st_size / MB:,.0f} MB")
        outputs = {}
        for engine, cores in (("arrow", "1"), ("arrow", "2"), ("duckdb", "1")):
            output = folder / f"{engine}{cores}{ending}"
            found = Watched(evaluate(path, output, "--engine", engine, "--cores", cores)).run()
            outputs[engine, cores] = _digest(output)
            rate = rows / max(found.seconds - start, 0.01)
            print(
                f"  --engine {engine:<6} --cores {cores}: {rate:10,.0f} rows a second of the processor, "
                f"{found.peak / MB:4.0f} MB in all, largest process {found.largest / MB:4.0f} MB"
            )
            output.unlink()
        assert len(set(outputs.values())) == 1, "the engines do not give the same bytes"


def large(folder: Path, table: pa.Table, megabytes: int, kills: int, limit: int) -> None:
    """Judge one large file undisturbed, then again with kills, and compare."""
    path = folder / "claims.csv"
    write(table, path, 1)
    times = max(megabytes * MB // path.stat().st_size, 1)
    write(table, path, times)
    print(f"{path.stat().st_size / MB:,.0f} MB, {table.num_rows * times:,} rows")
    start = time.monotonic()
    whole = Watched(evaluate(path, folder / "whole.csv", "--cores", "1")).run()
    took = time.monotonic() - start
    assert whole.status == 1
    print(f"undisturbed: {took:.0f} s, {whole.largest / MB:.0f} MB resident at most")
    assert whole.largest < limit * MB, "more memory than the limit"
    chance, done = random.Random(9), 0
    command = evaluate(path, folder / "again.csv", "--resume", "--cores", "1")
    while done < kills:
        found = Watched(command).run(3 + chance.uniform(0, 1.5 * took / kills))
        if found.status != -signal.SIGKILL:
            break
        done += 1
        journal = folder / "again.csv.partial" / "journal"
        print(
            f"  killed {done}: {len(journal.read_bytes().splitlines()) - 1 if journal.exists() else 0} lines in the journal"
        )
    found = Watched(command).run()
    assert found.status in (1, -signal.SIGKILL)
    for ending in (".csv", ".rejects.csv"):
        assert _digest(folder / f"whole{ending}") == _digest(folder / f"again{ending}"), "not the same bytes"
    print(f"killed {done} times and resumed: the same bytes")


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--large", type=int, default=0, metavar="MB")
    options.add_argument("--kills", type=int, default=10)
    options.add_argument("--limit", type=int, default=300, metavar="MB")
    asked = options.parse_args()
    import ruleproof

    table = claims(ruleproof.load(POLICY))
    with tempfile.TemporaryDirectory() as folder:
        if asked.large:
            large(Path(folder), table, asked.large, asked.kills, asked.limit)
        else:
            rates(Path(folder), table)


if __name__ == "__main__":
    main()
