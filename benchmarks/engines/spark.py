"""A section of `docs/performance.md`: Spark on one core, by SQL and by batches, beside functions written by hand.

    python benchmarks/engines/spark.py                 one million claims of the first policy
    python benchmarks/engines/spark.py --rows 100000

Everything runs in one session of Spark with one core, in rounds: each thing once, then each again.  What counts is the time of
the processor, of the program of Spark and of the processes of Python that it starts together; the middle one of the rounds.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

BENCHMARKS = Path(__file__).parents[1]
sys.path[:0] = [path for path in (str(BENCHMARKS), str(BENCHMARKS.parent / "compiler")) if path not in sys.path]

from sections import Aim, Run, Section, Table, figure, shown  # noqa: E402 - it lies in the folder above

ROUNDS, WARMING = 3, 1
QUICK_ROWS, COMPARED = 5_000, 2_000
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100

UDF, ARROW_UDF, LOOP = "Python UDF, by hand", "pandas UDF, by hand", "mapInArrow, by hand"
NOTHING, BATCHES = (
    "mapInArrow that does nothing: 12 columns in and out",
    "in batches: 12 columns in and out, and 2 more",
)
NARROW, NARROW_BATCHES = "mapInArrow that does nothing: 12 columns in, 2 out", "in batches: 12 columns in, 2 out"
SQL, EVERYTHING, READING = (
    "by SQL: the code, and why a row is refused",
    "by SQL: all that is told",
    "reading the 12 columns only",
)


_WORDS = """\
Claims from a Parquet file with plain texts, judged by a session of Spark with one core (`local[1]`).
Time of the processor, of Spark and of its Python processes together; starting them is not counted."""


def section(run: Run) -> Section | None:
    """Measure; nothing where Spark or Java is not there."""
    try:
        import pyspark  # noqa: F401
    except ModuleNotFoundError:
        return None
    from ruleproof.runtime.engines.needed import java

    if java() is None or not Path("/proc/self/stat").exists():
        return None
    rows = QUICK_ROWS if run.quick else run.rows
    rounds, warming = (1, 0) if run.quick else (ROUNDS, WARMING)
    with tempfile.TemporaryDirectory() as folder:
        found = measured(rows, rounds, warming, Path(folder))
    rate = {name: rows / statistics.median(times) for name, times in found.items()}
    return Section("Spark, one core", _parts(rate), _aims(found))


def _parts(rate: dict[str, float]) -> list[str | Table]:
    order = (SQL, EVERYTHING, BATCHES, NARROW_BATCHES, NOTHING, NARROW, LOOP, ARROW_UDF, UDF, READING)
    hand = max(rate[name] for name in (UDF, ARROW_UDF, LOOP))
    lines = [(name, figure(rate[name] / 1e6), figure(rate[name] / hand)) for name in order]
    return [
        _WORDS,
        Table(("what", "million rows/s", "times the best by hand"), lines),
        "By hand means the conditions as a developer writes them, called once for each row.",
    ]


def _aims(found: dict[str, list[float]]) -> list[Aim]:
    best_udf = min((UDF, ARROW_UDF), key=lambda name: statistics.median(found[name]))
    by_sql = _ratio(found[best_udf], found[SQL])
    same, narrow = _ratio(found[NOTHING], found[BATCHES]), _ratio(found[NARROW], found[NARROW_BATCHES])
    return [
        Aim("Spark by SQL, beside the faster UDF by hand", "at least 4 times", f"{figure(by_sql)} times", by_sql >= 4),
        Aim("Spark in batches, beside doing nothing (all columns)", "at least 0.9", figure(same), same >= 0.9),
        Aim("Spark in batches, beside doing nothing (2 columns back)", "at least 0.9", figure(narrow), narrow >= 0.9),
    ]


def _ratio(above: list[float], below: list[float]) -> float:
    """Give the middle ratio of the rounds: what else the machine does in one of them slows both."""
    return statistics.median(one / other for one, other in zip(above, below, strict=True))


# ---------------------------------------------------------------- measuring


def measured(rows: int, rounds: int, warming: int, folder: Path) -> dict[str, list[float]]:
    """Give the seconds of each thing, round by round."""
    import first_policy
    import pyarrow.parquet as pq

    path = folder / "claims.parquet"
    table = first_policy.arrow(rows, dictionary=False)
    pq.write_table(table, path, row_group_size=max(1, rows // 4))
    session = _session(folder)
    try:
        things = _things(session, path)
        _same_answers(things, table.slice(0, COMPARED).to_pylist(), first_policy.by_hand)
        clock = Clock()
        found: dict[str, list[float]] = {name: [] for name in things}
        for number in range(warming + rounds):
            for name, frame in things.items():
                began = clock.seconds()
                frame.write.format("noop").mode("overwrite").save()
                if number >= warming:
                    found[name].append(clock.seconds() - began)
        return found
    finally:
        session.stop()


def _session(folder: Path) -> Any:
    from pyspark.sql import SparkSession

    os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    # The workers import what stands here by its name.
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (*sys.path[:2], os.environ.get("PYTHONPATH", ""))))
    settings = {
        "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR",
        "spark.driver.memory": "2g", "spark.driver.host": "127.0.0.1", "spark.sql.warehouse.dir": str(folder),
        "spark.sql.execution.arrow.maxRecordsPerBatch": "20000",
    }  # fmt: skip
    builder = SparkSession.builder.master("local[1]").appName("benchmark")
    for name, value in settings.items():
        builder = builder.config(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # about pandas
        return builder.getOrCreate()


def _things(session: Any, path: Path) -> dict[str, Any]:
    """Give what is measured, each as a DataFrame that is worked out when it is written."""
    import first_policy
    import pandas as pd
    import pyarrow as pa
    from pyspark.sql.functions import pandas_udf, udf

    import ruleproof
    from ruleproof.runtime.engines.spark import judge_by_sql, judge_in_batches

    decision, names, by_hand = first_policy.DECISION, tuple(first_policy.INPUTS), first_policy.by_hand
    policy = ruleproof.load(first_policy.POLICY)
    claims = session.read.parquet(str(path))

    def one(*values: Any) -> str:
        return by_hand(dict(zip(names, values, strict=True)))

    def series(*columns: Any) -> Any:
        lines = zip(*(column.tolist() for column in columns), strict=True)
        return pd.Series([by_hand(dict(zip(names, line, strict=True))) for line in lines])

    # Spark asks for the types themselves, and here they would be their names.
    series.__annotations__ = {"columns": pd.Series, "return": pd.Series}

    def loop(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield pa.record_batch([pa.array(map(by_hand, batch.to_pylist()), pa.string())], names=[decision])

    def nothing(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from batches

    def narrow(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield batch.select(["method", "purpose"])

    columns = [claims[name] for name in names]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        by_series = pandas_udf(series, "string")
        only: dict[str, Any] = {"only": [decision], "words": ["outcome"]}
        return {
            READING: claims,
            SQL: judge_by_sql(claims, policy).select(decision, "refused"),
            EVERYTHING: judge_by_sql(claims, policy),
            UDF: claims.select(udf(one, "string")(*columns).alias(decision)),
            ARROW_UDF: claims.select(by_series(*columns).alias(decision)),
            LOOP: claims.mapInArrow(loop, f"{decision} string"),
            NOTHING: claims.mapInArrow(nothing, claims.schema),
            BATCHES: judge_in_batches(claims, policy, **only),
            NARROW: claims.mapInArrow(narrow, claims.select("method", "purpose").schema),
            NARROW_BATCHES: judge_in_batches(claims, policy, **only, keep=[]),
        }


def _same_answers(things: dict[str, Any], claims: list[dict[str, Any]], by_hand: Callable[[Any], str]) -> None:
    """Look at the first answers of everything that answers: what is measured must be the same work."""
    expected = [by_hand(claim) for claim in claims]
    for name, frame in things.items():
        if "code" in frame.columns:
            told = [row["code"] for row in frame.select("code").limit(len(expected)).collect()]
            if told != expected:
                raise SystemExit(f"{name} answers otherwise than the conditions by hand")


class Clock:
    """The time of the processor that Spark and the processes of Python have taken so far."""

    def __init__(self) -> None:
        from pyspark import SparkContext

        gateway = SparkContext._gateway
        assert gateway is not None
        self._spark = int(gateway.proc.pid)

    def seconds(self) -> float:
        """Count also what ended processes have taken: those that start them inherit it."""
        stats = {int(path.name): _stat(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
        mine, ticks = {self._spark}, 0
        while more := {pid for pid, stat in stats.items() if stat and stat[0] in mine and pid not in mine}:
            mine |= more
        for pid in mine:
            ticks += sum(stats[pid][1:]) if stats.get(pid) else 0
        return ticks / _TICKS


def _stat(path: Path) -> tuple[int, ...]:
    """Give the parent of a process and its ticks, of its own and of its ended children; nothing where it has ended."""
    try:
        fields = (path / "stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return ()
    return (int(fields[1]), *map(int, fields[11:15]))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--quick", action="store_true")
    given = options.parse_args()
    print(shown(section(Run(quick=given.quick, rows=given.rows))))


if __name__ == "__main__":
    main()
