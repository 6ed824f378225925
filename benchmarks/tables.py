"""How long decision tables take to prove, how much memory that needs, and how both grow.

    python benchmarks/tables.py                      our own tables, and docs/performance-tables.md
    python benchmarks/tables.py --lending FOLDER     the tables of that folder too
    python benchmarks/tables.py --quick              a few small ones, nothing is written

Each table is measured in processes of its own; the middle one of three runs counts.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import shapes

ROOT = Path(__file__).parents[1]
RUNS = 3


def measure(path: Path, time_limit: float | None) -> dict[str, Any]:
    """Read and prove one table; the times of each step in seconds, and what was found."""
    from ruleproof.checks.tables import TABLE_CHECKS
    from ruleproof.prover.table_study import TableStudy
    from ruleproof.prover.table_worth import Worth
    from ruleproof.readers import read_table

    end = time.perf_counter() + (time_limit or 1e9)
    marks = [time.perf_counter()]

    def mark() -> None:
        marks.append(time.perf_counter())

    reading = read_table(path.name, path.read_bytes())
    (table,) = reading.tables
    mark()
    study = TableStudy(table, still_time=lambda: time.perf_counter() < end)
    mark()
    gaps = study.gaps
    mark()
    pairs = study.rows.pairs()
    mark()
    overlaps = study.overlaps
    mark()
    worth = Worth(study)
    rest = len(worth.worthless), len(worth.joinable), len(worth.irrelevant)
    mark()
    findings = sum(1 for check in TABLE_CHECKS for _ in check(worth, reading.source))
    mark()
    steps = ("read", "space", "gaps", "pairs", "sets", "worth", "findings")
    return {
        "rules": len(table.rows),
        "columns": len(table.columns),
        "seconds": dict(zip(steps, (after - before for before, after in pairwise(marks)), strict=True)),
        "gaps": len(gaps.boxes) + sum(map(len, gaps.unnamed.values())),
        "gaps of unnamed texts": sum(map(len, gaps.unnamed.values())),
        "pairs": pairs,
        "sets": len(overlaps.boxes),
        "without effect": rest[0],
        "joinable": rest[1],
        "findings": findings,
        "complete": study.complete,
        "consistent": study.consistent,
        "stopped": study.stopped,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


@dataclass(frozen=True)
class Subject:
    """One table to measure."""

    name: str
    path: Path
    changed: int = 0
    """How many rules were widened or narrowed."""


def median(subject: Subject, time_limit: float | None, runs: int = RUNS) -> dict[str, Any]:
    """Measure a table in several processes, and give the middle times."""
    command = [sys.executable, __file__, "--one", str(subject.path)]
    command += ["--time-limit", str(time_limit)] if time_limit else []
    found = []
    for _ in range(runs):
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found.append(json.loads(done.stdout))
    middle = dict(found[0])
    middle["seconds"] = {
        step: statistics.median(item["seconds"][step] for item in found) for step in found[0]["seconds"]
    }
    middle["megabytes"] = max(item["megabytes"] for item in found)
    return middle | {"name": subject.name, "changed": subject.changed}


# ---------------------------------------------------------------- the tables


def made(folder: Path, rules: int, count: int, how: str, share: float, seed: int = 1) -> Subject:
    """Make a table: `how` is clean, widened, narrowed or both."""
    rng = Random(f"{rules} {count} {how} {share} {seed}")
    shape = shapes.columns(count)
    clean = shapes.parted(rng, shape, rules)
    table, changed = shapes.disturbed(rng, shape, clean, share, how) if share else (clean, 0)
    name = f"{count} x {rules:,} {how}" + (f" {share:.0%}" if share else "")
    path = folder / f"{count}-{rules}-{how}-{share}.csv"
    shapes.write(path, shape, table)
    return Subject(name, path, changed)


def to_merge(folder: Path, count: int, enlarged: int) -> Subject:
    rng = Random(f"{count} {enlarged}")
    shape = shapes.columns(count)
    table = shapes.noisy(rng, shape, shapes.parted(rng, shape, 100), enlarged, 10)
    path = folder / f"merge-{count}-{enlarged}.csv"
    shapes.write(path, shape, table)
    return Subject(f"merge, {count} columns, {enlarged} enlarged", path, 100)


def published(folder: Path) -> Iterator[Subject]:
    for count, rules in ((3, 500), (3, 1_000), (3, 1_500), (7, 1_500), (15, 1_514)):
        yield made(folder, rules, count, "widened", 0.1)
        yield made(folder, rules, count, "narrowed", 0.1)
    yield made(folder, 1_500, 7, "both", 0.15)
    yield made(folder, 1_514, 15, "both", 0.15)


def large(folder: Path) -> Iterator[Subject]:
    yield made(folder, 10_000, 20, "clean", 0)
    yield made(folder, 10_000, 20, "narrowed", 0.1)
    yield made(folder, 10_000, 20, "widened", 0.1)


def more_rules(folder: Path) -> Iterator[Subject]:
    for rules in (500, 1_000, 2_000, 4_000, 8_000):
        yield made(folder, rules, 10, "narrowed", 0.1)


def more_columns(folder: Path) -> Iterator[Subject]:
    for count in (3, 5, 10, 20, 40):
        yield made(folder, 1_000, count, "narrowed", 0.1)


def hard(folder: Path) -> Iterator[Subject]:
    """Tables without any shape: whether rules of three tests each cover all cases is hard for every method known."""
    for count, rules in ((12, 60), (18, 80), (24, 110), (30, 130)):
        rng = Random(f"{count} {rules}")
        path = folder / f"hard-{count}-{rules}.csv"
        names = [f"b{index}" for index in range(count)]
        lines = [",".join([*names, "grade"]), ",".join(["boolean"] * count + ["string"])]
        for _ in range(rules):
            tested = rng.sample(range(count), 3)
            cells = [rng.choice(("true", "false")) if index in tested else "-" for index in range(count)]
            lines.append(",".join([*cells, '"""A"""']))
        path.write_text("\n".join(lines) + "\n", "utf-8")
        yield Subject(f"{count} yes-or-no columns, {rules} rules with three random tests each", path)


# ---------------------------------------------------------------- the page


def seconds(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def as_table(rows: Sequence[dict[str, Any]], extra: str = "narrowed or widened") -> str:
    head = ["table", extra, "gaps", "pairs", "sets", "read", "gaps + pairs, s", "sets, s", "everything, s", "MB"]
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    for row in rows:
        times = row["seconds"]
        cells = [
            row["name"],
            f"{row['changed']:,}" if row["changed"] else "",
            f"{row['gaps']:,}",
            f"{row['pairs']:,}",
            f"{row['sets']:,}",
            seconds(times["read"]),
            seconds(times["space"] + times["gaps"] + times["pairs"]),
            seconds(times["sets"]),
            seconds(sum(times.values())),
            f"{row['megabytes']:.0f}",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def machine() -> str:
    model = next(
        (line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor() or platform.machine(),
    )
    return f"{platform.python_implementation()} {platform.python_version()}, {platform.system()}, {model}"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text("utf-8").splitlines()
    except OSError:
        return []


def growth(rows: Sequence[dict[str, Any]], by: str) -> str:
    """Say by how much the work grows from each table to the next."""
    lines = [
        f"| {by} | gaps + pairs, s | times as long | everything, s | times as long | MB |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    before: tuple[float, float] | None = None
    for row in rows:
        times = row["seconds"]
        short, whole = times["space"] + times["gaps"] + times["pairs"], sum(times.values())
        ratios = ("", "") if before is None else (f"{short / before[0]:.1f}", f"{whole / before[1]:.1f}")
        lines.append(
            f"| {row[by]:,} | {seconds(short)} | {ratios[0]} | {seconds(whole)} | {ratios[1]} | {row['megabytes']:.0f} |"
        )
        before = short, whole
    return "\n".join(lines)


def main() -> None:
    options = argparse.ArgumentParser(description="Measure decision tables.")
    options.add_argument("--one", type=Path, help="measure this table, and print the figures as JSON")
    options.add_argument("--time-limit", type=float)
    options.add_argument("--lending", type=Path, help="a folder of further CSV tables")
    options.add_argument("--quick", action="store_true", help="two small tables; nothing is written")
    chosen = options.parse_args()
    if chosen.one:
        print(json.dumps(measure(chosen.one, chosen.time_limit)))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if chosen.quick:
            rows = [median(made(folder, 200, 5, how, 0.1), None, runs=1) for how in ("widened", "narrowed")]
            print(as_table(rows))
            return
        page = measured(folder, chosen.lending)
    (ROOT / "docs" / "performance-tables.md").write_text(page, "utf-8")


def measured(folder: Path, lending: Path | None) -> str:
    def rows_of(subjects: Iterator[Subject], limit: float | None = None, runs: int = RUNS) -> list[dict[str, Any]]:
        found = []
        for subject in subjects:
            found.append(median(subject, limit, runs))
            print(as_table(found[-1:]).splitlines()[-1], file=sys.stderr, flush=True)
        return found

    own, big = rows_of(published(folder)), rows_of(large(folder))
    rules, wide = rows_of(more_rules(folder)), rows_of(more_columns(folder))
    merge = rows_of(to_merge(folder, count, enlarged) for count in (3, 5, 7) for enlarged in (1, 2, 3))
    difficult = rows_of(hard(folder), limit=20, runs=1)
    others = rows_of(Subject(path.stem, path) for path in sorted(lending.glob("*.csv"))) if lending else []
    from page_of_tables import page

    return page(machine(), own, big, rules, wide, merge, difficult, others)


if __name__ == "__main__":
    main()
