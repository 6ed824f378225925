"""How many claim lines a second are decided by columns, on one core, beside a plain loop over the emitted module.

    python benchmarks/columns.py                 one million lines of the first policy, `billing_code`
    python benchmarks/columns.py --rows 100000

Everything is measured in one process, one after another, in seconds of the processor; the middle one of five runs counts.
"""

from __future__ import annotations

import argparse
import datetime
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "compiler"), str(ROOT / "tests")]

POLICY, DECISION = ROOT / "policies" / "tumor_ngs" / "tumor_ngs.policy", "billing_code"
RUNS = 5
LOOPED = 20_000
"""How many lines the plain loop is measured on."""


def pools(loaded: Any) -> dict[str, list[object]]:
    """Give values to draw from for each input: some of every cell, and of numbers and dates many in between."""
    samples = loaded.compiled.space.samples()
    names = [item.name for item in loaded.compiled.policy.asked]
    found: dict[str, list[object]] = {name: list(samples[name]) for name in names}
    found["service_date"] = [datetime.date(2024, 4, 1) + datetime.timedelta(days=day) for day in range(600)]
    found["genes"] = list(range(1, 600))
    return found


def table_of(loaded: Any, rows: int, dictionary: bool) -> pa.Table:
    """Give claim lines that can happen, as columns: texts and lists as dictionaries or plain."""
    chance = np.random.default_rng(4)
    columns = {}
    for name, pool in pools(loaded).items():
        values = [list(value) if isinstance(value, tuple) else value for value in pool]
        column = pa.array(values).take(pa.array(chance.integers(0, len(pool), rows)))
        columns[name] = column.dictionary_encode() if dictionary and pa.types.is_string(column.type) else column
    return pa.table(columns)


def seconds(act: Callable[[], object]) -> float:
    """Give the middle time of some runs, after one that is not counted."""
    act()
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        act()
        times.append(time.process_time() - start)
    return statistics.median(times)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=1_000_000)
    rows = options.parse_args().rows
    pa.set_cpu_count(1)

    import ruleproof
    from emitted import module_of
    from ruleproof.runtime.batch.judging import Rows

    loaded = ruleproof.load(POLICY)
    encoded, plain = table_of(loaded, rows, dictionary=True), table_of(loaded, rows, dictionary=False)
    asked = {
        loaded._program._dimension_names[place]
        for place in next(item for item in loaded._program.decisions if item.name == DECISION).asks
        if place >= 0
    }
    encoded, plain = (table.filter(_judged(loaded, table)) for table in (encoded, plain))
    encoded, plain, rows = encoded.combine_chunks(), plain.combine_chunks(), encoded.num_rows
    only_asked = encoded.select([name for name in encoded.column_names if name in asked])
    print(f"{rows:,} lines that can happen, of {options.parse_args().rows:,}")
    lines = plain.slice(0, LOOPED).to_pylist()
    module = module_of(loaded.compiled)
    loop = seconds(lambda: [_decided(module, line) for line in lines]) / len(lines)
    rate = {"plain loop over the emitted module, everything": 1 / loop}
    decider = loaded.deciding(encoded.column_names, only=[DECISION]).decider
    cells = Rows(rows, _cells(decider, encoded))
    rate["look-ups alone, from cells"] = rows / seconds(lambda: list(decider.judge.judge(cells, None)))
    for about, table, only in (
        (f"{DECISION}, dictionary columns that it asks", only_asked, [DECISION]),
        (f"{DECISION}, all dictionary columns", encoded, [DECISION]),
        (f"{DECISION}, plain strings", plain, [DECISION]),
        ("every decision and requirement, dictionary columns", encoded, None),
    ):
        rate[about] = rows / seconds(lambda: loaded.decide_table(table, only=only))  # noqa: B023
    base = rate["plain loop over the emitted module, everything"]
    for about, found in rate.items():
        print(f"{about:<52} {found / 1e6:8.3f} million rows/s   {found / base:8.1f} x the loop")


def _decided(module: Any, line: dict[str, object]) -> object:
    try:
        return module.decide(line)[DECISION]
    except module.InputError:
        return None


def _cells(decider: Any, table: pa.Table) -> tuple[Any, ...]:
    (batch,) = table.to_batches()
    columns = {name: decider._readers[name].read(batch.column(name)) for name in batch.schema.names}
    return tuple(item.cells for item in decider._dimensions(columns, batch.num_rows))


def _judged(loaded: Any, table: pa.Table) -> pa.Array:
    return loaded.decide_table(table, only=[DECISION], words=["kind"]).table.column(0).is_valid()


if __name__ == "__main__":
    main()
