"""How many claims of the first policy a second other libraries judge by columns; prints JSON.

    .cache/peers/bin/python benchmarks/peers_of_columns.py ROWS WIDE.json

Each gets the rules as it is fastest with: values as codes or in its own kind of dictionary, one thread, and gives numbers of
outcomes, not texts.  What comes out is compared with NumPy before it is measured.  Seconds of the processor, the middle one
of the runs.  `WIDE.json` holds a table of rules over columns of codes (see `columns.py`), for those that can take it.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from operator import and_
from pathlib import Path
from typing import Any

os.environ["POLARS_MAX_THREADS"] = "1"

import numpy as np
from first_policy import INPUTS, RULES, Test, Value, arrow, drawn

RUNS, BUDGET = 5, 3.0
"""How often each is measured, and about how many seconds that may take."""
FEW = 20_000
"""So many rows are enough for what takes microseconds for each."""

OUTCOMES = list(dict.fromkeys(outcome for _, _, outcome in RULES))
Numbers = Any


def seconds_of(act: Callable[[], object]) -> float:
    act()
    times: list[float] = []
    while len(times) < RUNS and sum(times) < BUDGET:
        began = time.process_time()
        act()
        times.append(time.process_time() - began)
    return statistics.median(times)


def code_of(name: str, value: Value) -> int:
    return list(INPUTS[name]).index(value)


def tested(column: Any, name: str, allowed: Test, either: Callable[[Any, Any], Any]) -> Any:
    """Ask a column of codes, of yes and no, or of numbers what a rule asks."""
    if isinstance(allowed, range):
        return (column >= allowed[0]) & (column <= allowed[-1])
    if True in INPUTS[name]:
        return column if allowed == (True,) else ~column
    return reduce(either, [column == code_of(name, value) for value in allowed])


def conditions(columns: Mapping[str, Any]) -> list[Any]:
    return [
        reduce(
            and_, [tested(columns[name], name, allowed, lambda one, two: one | two) for name, allowed in tests.items()]
        )
        for _, tests, _ in RULES
    ]


def outcome_numbers() -> list[int]:
    return [OUTCOMES.index(outcome) for _, _, outcome in RULES]


# ---------------------------------------------------------------- codes


def codes(rows: int) -> dict[str, Numbers]:
    """Give the columns as codes: yes and no as such, genes as numbers."""
    found = drawn(rows)
    return {name: places == 0 if True in INPUTS[name] else places for name, places in found.items()}


def numpy_select(rows: int) -> Callable[[], Numbers]:
    columns, numbers = codes(rows), [np.int8(number) for number in outcome_numbers()]
    return lambda: np.select(conditions(columns), numbers, np.int8(-1))


def pandas_select(rows: int) -> Callable[[], Numbers]:
    import pandas as pd

    frame = pd.DataFrame(
        {
            name: pd.Categorical.from_codes(column, list(INPUTS[name]))
            if column.dtype == np.int32 and INPUTS[name]
            else column
            for name, column in codes(rows).items()
        }
    )
    numbers = [np.int8(number) for number in outcome_numbers()]
    coded = {name for name in frame if isinstance(frame[name].dtype, pd.CategoricalDtype)}

    def act() -> Numbers:
        columns = {name: frame[name].cat.codes if name in coded else frame[name] for name in frame}
        return np.select([one.to_numpy() for one in conditions(columns)], numbers, np.int8(-1))

    return act


def pyarrow_case_when(rows: int) -> Callable[[], Numbers]:
    import pyarrow as pa
    import pyarrow.compute as pc

    pa.set_cpu_count(1)
    columns = {name: pa.array(column) for name, column in codes(rows).items()}

    def asked(name: str, allowed: Test) -> Any:
        column = columns[name]
        if isinstance(allowed, range):
            return pc.and_(pc.greater_equal(column, allowed[0]), pc.less_equal(column, allowed[-1]))
        if True in INPUTS[name]:
            return column if allowed == (True,) else pc.invert(column)
        return reduce(pc.or_, [pc.equal(column, code_of(name, value)) for value in allowed])

    numbers = [pa.scalar(number, pa.int8()) for number in outcome_numbers()]

    def act() -> Any:
        asks = [reduce(pc.and_, [asked(*test) for test in tests.items()]) for _, tests, _ in RULES]
        return pc.case_when(pc.make_struct(*asks), *numbers)

    return act


def _polars(columns: Any, asked: Callable[[Any, str, Test], Any]) -> Callable[[], Numbers]:
    import polars as pl

    chain: Any = pl
    for (_, tests, _), number in zip(RULES, outcome_numbers(), strict=True):
        condition = reduce(and_, [asked(pl.col(name), name, allowed) for name, allowed in tests.items()])
        chain = chain.when(condition).then(pl.lit(number, pl.Int8))
    expression = chain.otherwise(pl.lit(-1, pl.Int8)).alias("code")
    return lambda: columns.select(expression).to_series()


def polars_codes(rows: int) -> Callable[[], Numbers]:
    import polars as pl

    return _polars(
        pl.DataFrame(codes(rows)), lambda column, name, allowed: tested(column, name, allowed, lambda a, b: a | b)
    )


def _by_value(column: Any, name: str, allowed: Test) -> Any:
    if isinstance(allowed, range) or True in INPUTS[name]:
        return tested(column, name, allowed, lambda one, two: one | two)
    return reduce(lambda one, two: one | two, [column == value for value in allowed])


def polars_enumerations(rows: int) -> Callable[[], Numbers]:
    import polars as pl

    kinds = {name: pl.Enum(list(map(str, values))) for name, values in INPUTS.items() if values and True not in values}
    return _polars(pl.DataFrame(pl.from_arrow(arrow(rows, dictionary=False))).cast(kinds), _by_value)  # type: ignore[arg-type]


def polars_texts(rows: int) -> Callable[[], Numbers]:
    import polars as pl

    return _polars(pl.from_arrow(arrow(rows, dictionary=False)), _by_value)


def _sql() -> Iterator[tuple[str, int]]:
    for (_, tests, _), number in zip(RULES, outcome_numbers(), strict=True):
        parts = []
        for name, allowed in tests.items():
            if isinstance(allowed, range):
                parts.append(f"{name} BETWEEN {allowed[0]} AND {allowed[-1]}")
            elif True in INPUTS[name]:
                parts.append(name if allowed == (True,) else f"NOT {name}")
            else:
                parts.append("(" + " OR ".join(f"{name} = '{value}'" for value in allowed) + ")")
        yield " AND ".join(parts), number


def _case() -> str:
    return "CASE " + " ".join(f"WHEN {condition} THEN {number}" for condition, number in _sql()) + " ELSE -1 END"


def _duckdb(rows: int, dictionary: bool) -> Callable[[], Numbers]:
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads TO 1")
    claims = arrow(rows, dictionary=False)
    connection.register("given", claims)
    columns = ", ".join(
        f"{name}::ENUM({', '.join(repr(value) for value in values)}) AS {name}"
        if dictionary and values and True not in values
        else name
        for name, values in INPUTS.items()
    )
    connection.execute(f"CREATE TABLE claims AS SELECT {columns} FROM given")
    query = f"SELECT ({_case()})::TINYINT AS code FROM claims"
    return lambda: connection.execute(query).fetchnumpy()["code"]


def duckdb_enum(rows: int) -> Callable[[], Numbers]:
    return _duckdb(rows, dictionary=True)


def duckdb_texts(rows: int) -> Callable[[], Numbers]:
    return _duckdb(rows, dictionary=False)


def datafusion_dictionary(rows: int) -> Callable[[], Numbers]:
    import datafusion

    context = datafusion.SessionContext(datafusion.SessionConfig().with_target_partitions(1))
    context.register_record_batches("claims", [arrow(rows).to_batches(max_chunksize=8192)])
    query = f"SELECT {_case()} AS code FROM claims"
    return lambda: np.concatenate([batch.column(0).to_numpy() for batch in context.sql(query).collect()])


PEERS: Mapping[str, tuple[str, str, Callable[[int], Callable[[], Numbers]]]] = {
    "`numpy.select` on codes": ("dictionary", "numpy", numpy_select),
    "DuckDB, `CASE` on enumerations": ("dictionary", "duckdb", duckdb_enum),
    "Polars, `when` on enumerations": ("dictionary", "polars", polars_enumerations),
    "Polars, `when` on codes": ("dictionary", "polars", polars_codes),
    "pyarrow, `case_when` on codes": ("dictionary", "pyarrow", pyarrow_case_when),
    "pandas categories and `numpy.select`": ("dictionary", "pandas", pandas_select),
    "DataFusion, `CASE` on dictionaries": ("dictionary", "datafusion", datafusion_dictionary),
    "DuckDB, `CASE` on texts": ("texts", "duckdb", duckdb_texts),
    "Polars, `when` on texts": ("texts", "polars", polars_texts),
}


def wide_select(path: Path) -> float:
    """Give the rows a second of `numpy.select` on a table of many rules."""
    table = json.loads(path.read_text("utf-8"))
    chance = np.random.default_rng(0)
    columns = [chance.integers(0, table["values"], FEW).astype(np.int32) for _ in range(table["columns"])]

    def act() -> Numbers:
        asks = []
        for cells in table["rules"]:
            parts = [reduce(np.logical_or, [columns[place] == code for code in some]) for place, some in cells]
            asks.append(reduce(np.logical_and, parts))
        return np.select(asks, [np.int16(number) for number in range(len(asks))], np.int16(-1))

    assert (act() >= 0).all()
    return FEW / seconds_of(act)


def measured(rows: int, wide: Path) -> dict[str, Any]:
    expected = numpy_select(rows)()
    found: list[dict[str, Any]] = []
    for name, (columns, package, make) in PEERS.items():
        try:
            act = make(rows)
        except ImportError:
            found.append({"name": name, "columns": columns, "package": package, "rate": None})
            continue
        assert (np.asarray(act()) == expected).all(), name
        found.append({"name": name, "columns": columns, "package": package, "rate": rows / seconds_of(act)})
    return {"peers": found, "wide": wide_select(wide)}


if __name__ == "__main__":
    print(json.dumps(measured(int(sys.argv[1]), Path(sys.argv[2]))))
