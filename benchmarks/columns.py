"""Deciding by columns: claims a second on one core, beside the limits of the machine and what others reach.

python benchmarks/columns.py [--quick] [--peers]

The limits are written by hand in NumPy for this one policy, over codes that are known to be sound and give numbers, not texts;
`decide_table` takes any Arrow table, checks every value, and gives Arrow columns.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import peers
import pyarrow as pa
from emitted_first import unproved
from first_policy import DECISION, INPUTS, POLICY, RULES, arrow, by_hand, drawn, interpreted
from plot import Bar, bars
from sections import ROOT, RUNS, Aim, Run, Section, Table, figure, seconds_of, shown
from shapes import OUTPUTS, Column, Rule, parted

import ruleproof
from ruleproof.runtime.load import LoadedPolicy

PICTURE = "peers-columns.svg"
QUICK_ROWS, LOOPED, BLOCK = 20_000, 20_000, 1 << 14
BUNDLED = ROOT / "policies" / "tumor_ngs" / "tumor_ngs.policy"
WIDE_COLUMNS, WIDE_VALUES, WIDE_RULES = 10, 4, 1_000
GENES = (1, 5, 10, 51)
"""The first number of genes of each stretch that the rules tell apart."""

Numbers = Any


def section(run: Run) -> Section:
    rows = min(run.rows, QUICK_ROWS) if run.quick else run.rows
    pa.set_cpu_count(1)
    own, wide = own_rates(rows), wide_rates(rows, 60 if run.quick else WIDE_RULES)
    limits = limits_of(rows)
    parts: list[str | Table] = [
        _about(rows),
        _table(own, "claims"),
        "The limits of this machine, written by hand for these very columns: nothing is checked, and numbers come out.",
        _table(limits, "claims"),
        f"A table of {WIDE_RULES:,} rules over {WIDE_COLUMNS} columns with {WIDE_VALUES} values each, as dictionaries:",
        _table(wide, "table"),
    ]
    encoded, plain = own["dictionaries, the outcome"], own["plain texts, the outcome"]
    large = wide["`decide_table`, the outcome"]
    aims = [
        _aim("columns with dictionaries, one core", 60, encoded),
        _aim("columns of plain texts, one core", 12, plain),
        _aim("columns, 1,000 rules over 10 inputs, one core", 40, large),
    ]
    pictures = {}
    if run.peers:
        others = _told(rows, 60 if run.quick else WIDE_RULES)
        rates = {item["name"]: item["rate"] for item in others["peers"] if item["rate"]}
        best = max(item["rate"] for item in others["peers"] if item["rate"] and item["columns"] == "dictionary")
        parts += [
            "What others reach with the same claims, as they are fastest, on one thread: nothing is checked, and numbers come out.",
            Table(
                ("peer", "million claims/s", "`decide_table` is"),
                [
                    (
                        f"{item['name']} ({item['package']} {peers.versions().get(item['package'], '')})",
                        figure(item["rate"] / 1e6),
                        f"{figure((encoded if item['columns'] == 'dictionary' else plain) / item['rate'])} times as fast",
                    )
                    for item in others["peers"]
                    if item["rate"]
                ],
            ),
            _of_wide(large, others["wide"]),
            f"![millions of claims a second, ours and others, with a logarithmic axis](pictures/{PICTURE})",
        ]
        aims.append(
            Aim(
                "columns with dictionaries, beside the best of others",
                "8 times as fast",
                f"{figure(encoded / best)} times",
                encoded >= 8 * best,
            )
        )
        drawn_bars = [Bar(name, rate / 1e6) for name, rate in rates.items()]
        drawn_bars += [
            Bar("ruleproof, dictionaries", encoded / 1e6, True),
            Bar("ruleproof, plain texts", plain / 1e6, True),
        ]
        pictures[PICTURE] = bars(
            "Claims by columns, millions a second", sorted(drawn_bars, key=lambda bar: -bar.value), ""
        )
    return Section("Many claims, by columns", parts, aims, pictures)


def _about(rows: int) -> str:
    return (
        f"Millions of claims a second that `decide_table` judges on one core, in seconds of the processor, "
        f"the middle one of {RUNS} runs over {rows:,} claims.\n"
        f"The first policy again: {len(RULES)} rules over 12 inputs, seven of them texts, four yes or no, and one a number."
    )


def _of_wide(ours: float, select: float) -> str:
    return (
        f"`numpy.select` reaches {figure(select / 1e6)} million rows a second with the {WIDE_RULES:,} rules; "
        f"`decide_table` is {figure(ours / select)} times as fast."
    )


def _aim(what: str, millions: float, rate: float) -> Aim:
    return Aim(what, f"at least {millions:g} million claims/s", f"{figure(rate / 1e6)} million", rate >= millions * 1e6)


def _table(rates: Mapping[str, float], head: str) -> Table:
    return Table(
        (head, "million/s", "ns each"), [(name, figure(rate / 1e6), figure(1e9 / rate)) for name, rate in rates.items()]
    )


# ---------------------------------------------------------------- ours


def own_rates(rows: int) -> dict[str, float]:
    loaded = LoadedPolicy(unproved(POLICY))
    encoded, plain = arrow(rows).combine_chunks(), arrow(rows, dictionary=False).combine_chunks()
    _check(loaded, encoded)

    def rate(table: pa.Table, **options: Any) -> float:
        def act() -> object:
            return loaded.decide_table(table, **options)

        act()  # twice, until the dictionaries are worked into the tables
        return float(table.num_rows / seconds_of(act))

    lines = plain.slice(0, LOOPED).to_pylist()
    return {
        "dictionaries, the outcome": rate(encoded, words=["outcome"]),
        "dictionaries, outcome and rules": rate(encoded, words=["outcome", "rules"]),
        "dictionaries, all that is usually told": rate(encoded),
        "plain texts, the outcome": rate(plain, words=["outcome"]),
        "a plain loop over the nested function, from dictionaries of Python": len(lines)
        / seconds_of(lambda: [by_hand(line) for line in lines]),
        f"{BUNDLED.stem}, everything: 30 inputs, all decisions and requirements": _bundled_rate(rows),
    }


def _check(loaded: LoadedPolicy, table: pa.Table) -> None:
    some = table.slice(0, LOOPED)
    expected = [by_hand(line) for line in some.to_pylist()]
    assert loaded.decide_table(some).table.column(DECISION).to_pylist() == expected


def _bundled_rate(rows: int) -> float:
    """Judge claims of a bundled policy, without those that are refused since they cannot happen."""
    loaded = ruleproof.load(BUNDLED)
    samples, chance = loaded.compiled.space.samples(), np.random.default_rng(4)
    columns = {}
    for item in loaded.compiled.policy.asked:
        pool = [list(value) if isinstance(value, tuple) else value for value in samples[item.name]]
        column = pa.array(pool).take(pa.array(chance.integers(0, len(pool), rows)))
        columns[item.name] = column.dictionary_encode() if pa.types.is_string(column.type) else column
    table = pa.table(columns)
    table = table.filter(loaded.decide_table(table, words=["kind"]).table.column(0).is_valid()).combine_chunks()
    return float(table.num_rows / seconds_of(lambda: loaded.decide_table(table)))


# ---------------------------------------------------------------- limits


def limits_of(rows: int) -> dict[str, float]:
    places = drawn(rows)
    columns = [places[name] for name in INPUTS]
    sizes = [len(values) or len(GENES) for values in INPUTS.values()]
    flat = _flat(sizes)
    outcomes = list(dict.fromkeys(flat))
    table = np.array([outcomes.index(outcome) for outcome in flat], np.uint8)
    stretches = (np.searchsorted(GENES, np.arange(GENES[-1] + 1), "right") - 1).astype(np.int32)
    genes = list(INPUTS).index("genes")

    def cells(start: int, stop: int) -> list[Numbers]:
        some = [column[start:stop] for column in columns]
        some[genes] = stretches.take(some[genes], mode="clip")
        return some

    def whole() -> Numbers:
        return table.take(np.ravel_multi_index(tuple(cells(0, rows)), tuple(sizes)))

    def keyed(start: int, stop: int, key: Numbers) -> Numbers:
        first, *others = cells(start, stop)
        np.copyto(key, first)
        for column, size in zip(others, sizes[1:], strict=True):
            np.multiply(key, size, out=key)
            np.add(key, column, out=key)
        return key

    def blocked() -> Numbers:
        found, key = np.empty(rows, np.uint8), np.empty(BLOCK, np.int32)
        for start in range(0, rows, BLOCK):
            stop = min(start + BLOCK, rows)
            table.take(keyed(start, stop, key[: stop - start]), out=found[start:stop], mode="clip")
        return found

    assert (whole() == blocked()).all()
    acts: dict[str, Callable[[], object]] = {
        "reading the bytes of all columns (the largest of each)": lambda: [column.max() for column in columns],
        "NumPy, one flat table, all rows at once": whole,
        "NumPy, one flat table, rows in blocks": blocked,
    }
    return {name: rows / seconds_of(act) for name, act in acts.items()}


def _flat(sizes: Sequence[int]) -> list[str]:
    """Give the outcome of every combination, in order."""
    values = [list(INPUTS[name]) or list(GENES) for name in INPUTS]
    assert [len(some) for some in values] == list(sizes)
    return [interpreted(dict(zip(INPUTS, case, strict=True))) for case in product(*values)]


# ---------------------------------------------------------------- many rules


def wide_rules(count: int) -> tuple[Sequence[Column], list[Rule]]:
    shape = [
        Column(f"kind_{place}", tuple(f"v{value}" for value in range(WIDE_VALUES))) for place in range(WIDE_COLUMNS)
    ]
    return shape, parted(Random(7), shape, count)


def wide_policy(count: int) -> str:
    shape, rules = wide_rules(count)
    lines = ["policy wide", "", "source handbook", "  authority is binding", ""]
    lines += [f"input {column.name} is one of {', '.join(column.values)}" for column in shape]
    lines += ["", f"decision code gives one of {', '.join(OUTPUTS)}"]
    for number, (cells, output) in enumerate(rules):
        asks = [
            f"{column.name} is one of ({', '.join(sorted(cell))})"
            for column, cell in zip(shape, cells, strict=True)
            if isinstance(cell, frozenset)
        ]
        lines += [
            f"rule R{number} for code",
            f"  when {' and '.join(asks)}",
            f"  then report {output}",
            f"  cite handbook r.{number}",
        ]
    return "\n".join(lines) + "\n"


def wide_rates(rows: int, rules: int) -> dict[str, float]:
    loaded = LoadedPolicy(unproved(wide_policy(rules)))
    chance, shape = np.random.default_rng(5), wide_rules(rules)[0]
    codes = [chance.integers(0, WIDE_VALUES, rows).astype(np.int32) for _ in shape]
    table = pa.table(
        {
            column.name: pa.DictionaryArray.from_arrays(pa.array(some), pa.array(column.values))
            for column, some in zip(shape, codes, strict=True)
        }
    )
    flat = chance.integers(0, rules, WIDE_VALUES**WIDE_COLUMNS).astype(np.uint16)

    def look_up() -> Numbers:
        return flat.take(np.ravel_multi_index(tuple(codes), (WIDE_VALUES,) * len(codes)))

    loaded.decide_table(table, words=["outcome"])
    return {
        "`decide_table`, the outcome": rows / seconds_of(lambda: loaded.decide_table(table, words=["outcome"])),
        "`decide_table`, outcome and rule": rows
        / seconds_of(lambda: loaded.decide_table(table, words=["outcome", "rules"])),
        "limit: NumPy, one flat table, all rows at once": rows / seconds_of(look_up),
    }


def _told(rows: int, rules: int) -> Any:
    shape, made = wide_rules(rules)
    coded = [
        [
            (place, sorted(column.values.index(value) for value in cell))
            for place, (column, cell) in enumerate(zip(shape, cells, strict=True))
            if isinstance(cell, frozenset)
        ]
        for cells, _ in made
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "wide.json")
        path.write_text(json.dumps({"values": WIDE_VALUES, "columns": WIDE_COLUMNS, "rules": coded}), "utf-8")
        return peers.told("peers_of_columns.py", str(rows), str(path))


if __name__ == "__main__":
    print(shown(section(Run(quick="--quick" in sys.argv, peers="--peers" in sys.argv))))
