"""How long decision tables take to prove, how much memory that needs, and how both grow.

    python benchmarks/tables.py                      our own tables, and docs/performance-tables.md
    python benchmarks/tables.py --lending FOLDER     the tables of that folder too
    python benchmarks/tables.py --only-simplify      fewer rules for the same meaning; the rest of the page stays as it is
    python benchmarks/tables.py --quick              a few small ones, nothing is written

Each table is measured in processes of its own.  Of the tables that aims are set for, and of those that show how the work grows,
the middle one of three runs counts; the largest, the hard and the further ones are run once.
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
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import shapes
from page_of_tables import Measured, as_table, page, picture, with_fewer_rules

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "performance-tables.md"
RUNS = 3
LIMIT_OF_HARD = 10.0
"""After how many seconds the search for a table without any shape is stopped."""


def measure(path: Path, time_limit: float | None) -> dict[str, Any]:
    """Read and prove one table; the times of each step in seconds of the processor, and what was found."""
    from ruleproof.checks.tables import TABLE_CHECKS
    from ruleproof.prover.table_study import TableStudy
    from ruleproof.prover.table_worth import Worth
    from ruleproof.readers import read_table

    end = time.perf_counter() + (time_limit or 1e9)
    marks = [time.process_time()]

    def mark() -> None:
        marks.append(time.process_time())

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
    return middle | {"name": subject.name, "changed": subject.changed, "limit": time_limit or 0}


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
    for count, rules in ((3, 1_492), (7, 1_496), (15, 1_514)):
        yield made(folder, rules, count, "widened", 0.1)
        yield made(folder, rules, count, "narrowed", 0.1)
    yield made(folder, 1_496, 7, "both", 0.15)
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
    for count in (10, 20, 40, 200):
        path = folder / f"apart-{count}.csv"
        lines = [
            ",".join([*(f"n{index}" for index in range(count)), "grade"]),
            ",".join(["number"] * count + ["string"]),
        ]
        for own in range(count):
            cells = [f">{own}" if index == own else "-" for index in range(count)]
            lines.append(",".join([*cells, f'"""{"AB"[own % 2]}"""']))
        path.write_text("\n".join(lines) + "\n", "utf-8")
        yield Subject(f"{count} rules, each with one test, of a column of its own", path)


# ---------------------------------------------------------------- fewer rules, certificates


def simpler(path: Path) -> dict[str, Any]:
    """Make the rules of a table fewer, under UNIQUE and under FIRST: seconds, and rules before and after."""
    from ruleproof.model.tables import FIRST, UNIQUE
    from ruleproof.prover.table_simplify import simplified
    from ruleproof.readers import read_table

    (table,) = read_table(path.name, path.read_bytes()).tables
    found: dict[str, Any] = {"before": len(table.rows)}
    for form, hit_policy in (("unique", UNIQUE), ("first", FIRST)):
        began = time.process_time()
        made_simpler = simplified(replace(table, hit_policy=hit_policy))
        found[form] = {"seconds": time.process_time() - began, "after": len(made_simpler.table.rows)}
    return found


def certified(path: Path) -> dict[str, Any]:
    """Make and check the certificate of a table: seconds for both, and its size."""
    from ruleproof.artifacts.to_table_certificate import TablesRead, to_table_certificate
    from ruleproof.readers import read_table
    from ruleproof.verify_tables.table import verify_tables

    reading = read_table(path.name, path.read_bytes())
    began = time.process_time()
    text = to_table_certificate(TablesRead(reading.tables, "", ({},)))
    made_at = time.process_time()
    (proof,) = verify_tables(text)
    return {
        "regions": proof.regions,
        "megabytes": len(text) / 1e6,
        "make": made_at - began,
        "verify": time.process_time() - made_at,
    }


def told(option: str, subjects: Iterable[Subject]) -> Iterator[dict[str, Any]]:
    """Give what this program says of each table with an option, in a process of its own."""
    for subject in subjects:
        command = [sys.executable, __file__, option, str(subject.path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        yield json.loads(done.stdout) | {"name": subject.name, "made_of": subject.changed}


# ---------------------------------------------------------------- all of it


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


def main() -> None:
    options = argparse.ArgumentParser(description="Measure decision tables.")
    options.add_argument("--one", type=Path, help="measure this table, and print the figures as JSON")
    options.add_argument("--time-limit", type=float)
    options.add_argument("--lending", type=Path, help="a folder of further CSV tables")
    options.add_argument("--quick", action="store_true", help="two small tables; nothing is written")
    options.add_argument(
        "--certificate", type=Path, help="make and check the certificate of this table, print the figures"
    )
    options.add_argument("--simplify", type=Path, help="write this table with fewer rules, print the figures")
    options.add_argument(
        "--only-simplify", action="store_true", help="measure fewer rules alone; the rest of the page stays"
    )
    chosen = options.parse_args()
    if chosen.simplify:
        print(json.dumps(simpler(chosen.simplify)))
        return
    if chosen.certificate:
        print(json.dumps(certified(chosen.certificate)))
        return
    if chosen.one:
        print(json.dumps(measure(chosen.one, chosen.time_limit)))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if chosen.quick:
            rows = [median(made(folder, 200, 5, how, 0.1), None, runs=1) for how in ("widened", "narrowed")]
            print(as_table(rows))
            return
        if chosen.only_simplify:
            PAGE.write_text(with_fewer_rules(PAGE.read_text("utf-8"), merged(folder)), "utf-8")
            return
        found = measured(folder, chosen.lending)
    PAGE.write_text(page(machine(), found), "utf-8")
    (ROOT / "docs" / "pictures" / "growth-of-tables.svg").write_text(picture(found), "utf-8")


def merged(folder: Path) -> list[dict[str, Any]]:
    return list(told("--simplify", (to_merge(folder, 7, enlarged) for enlarged in (1, 2, 3))))


def measured(folder: Path, lending: Path | None) -> Measured:
    def rows_of(subjects: Iterable[Subject], limit: float | None = None, runs: int = RUNS) -> list[dict[str, Any]]:
        found = []
        for subject in subjects:
            found.append(median(subject, limit, runs))
            print(as_table(found[-1:]).splitlines()[-1], file=sys.stderr, flush=True)
        return found

    own = list(published(folder))
    return Measured(
        own=rows_of(own),
        large=rows_of(large(folder), runs=1),
        more_rules=rows_of(more_rules(folder)),
        more_columns=rows_of(more_columns(folder)),
        merge=merged(folder),
        hard=rows_of(hard(folder), limit=LIMIT_OF_HARD, runs=1),
        certificates=list(told("--certificate", own)),
        others=rows_of((Subject(path.stem, path) for path in sorted(lending.glob("*.csv"))), runs=1) if lending else [],
    )


if __name__ == "__main__":
    main()
