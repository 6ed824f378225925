"""How long explanations of the bundled policy take, and of a table of 1,500 rules and 15 columns.

    python benchmarks/explanations.py

Each time is the median of many runs, in microseconds of the clock; the ratio to one answer of the same policy depends little
on the machine.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import shapes

from ruleproof.readers import read_table
from ruleproof.resources import folder
from ruleproof.runtime.explain.tables.reasons import TableReasons
from ruleproof.runtime.load import load

RUNS = 40


def median(work: Callable[[], object], runs: int = RUNS) -> float:
    """Give the median time of some work, in microseconds."""
    work()
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return 1e6 * statistics.median(times)


def of_policy() -> None:
    policy = load(str(folder("policies") / "tumor_ngs" / "tumor_ngs.policy"))
    compiled = policy.compiled
    known = policy.compiled.policy.examples[0].facts
    inside = compiled.study.example_of(within=compiled.study.box_of(policy.claim(known)))
    assert inside is not None
    sample = compiled.space.sample(inside)
    facts = {name: value for name, value in sample.items() if compiled.space.inputs[name].derived is None}
    begun, half = (
        policy.interview({}, ["billing_code"]),
        policy.interview(dict(list(facts.items())[:5]), ["billing_code"]),
    )
    tasks: dict[str, Callable[[], object]] = {
        "an answer, `decide`": lambda: policy.decide(facts, []),
        "an explanation, before its words are read": lambda: policy.explain(facts, []),
        "why, one decision": lambda: policy.explain(facts, [])["billing_code"].text,
        "why, all in words": lambda: policy.explain(facts, []).text,
        "why not": lambda: policy.why_not(facts, "billing_code", "CPT 81459"),
        "the first question": lambda: replace(begun).question,
        "a question with five facts known": lambda: replace(half).question,
    }
    times = {name: median(work) for name, work in tasks.items()}
    base = times["an answer, `decide`"]
    for name, took in times.items():
        print(f"{name:45} {took:10,.0f} µs  {took / base:8.1f} answers")


def of_table(rules: int = 1500, columns: int = 15) -> None:
    rng, shape = Random(5), shapes.columns(columns)
    with TemporaryDirectory() as place:
        path = Path(place) / "table.csv"
        shapes.write(path, shape, shapes.parted(rng, shape, rules))
        began = time.perf_counter()
        (table,) = read_table(path.name, path.read_bytes()).tables
        read = time.perf_counter() - began
    case = {
        item.name: rng.choice(item.values) if item.values else Decimal(rng.randint(0, shapes.RANGE)) for item in shape
    }
    began = time.perf_counter()
    reasons = TableReasons(table)
    cells = time.perf_counter() - began
    print(f"{rules:,} rules, {columns} columns: read {read:.2f} s, cells {cells:.2f} s")
    for wanted in shapes.OUTPUTS:
        took = median(lambda wanted=wanted: reasons.why_not(case, wanted), 3)  # type: ignore[misc]
        found = reasons.why_not(case, wanted)
        print(f"  why not {wanted}: {took / 1e6:6.3f} s, {len(found.changes)} ways{' and more' if found.more else ''}")


if __name__ == "__main__":
    of_policy()
    of_table()
