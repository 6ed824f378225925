"""One claim against hundreds and thousands of rules, disjoint and overlapping: how answers and modules grow.

python benchmarks/many_rules.py [--quick]
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from math import log2
from pathlib import Path

import large_policies
from emitted_first import module_at, unproved
from large_policies import Line
from one_claim import timed
from plot import Line as Drawn
from plot import Plot, svg
from sections import Aim, Run, Section, Table, figure, shown

from ruleproof.artifacts.to_python import to_python

DISJOINT, OVERLAPPING = (100, 300, 1_000, 3_000, 10_000), (100, 300, 1_000)
MOST_READ = 1_000
"""How many rules are read as text; larger tables are made as models."""

CLAIMS, COMPARED = 20_000, 500
PICTURE = "growth-of-one-claim.svg"

_WORDS = """\
Tables of {columns} columns, made from a seed: disjoint rules part the whole.
Of overlapping ones a tenth is widened, and what stands first overrides the rest.
The answers were first compared with a plain loop over the rules, on {compared} claims.
All are microseconds for one claim: *fast* is the outcome only, *decide* has rules and citations and checks the mapping.
*Loop* is that plain loop.
The last column is how long it takes to make the module without the proof, up to 1,000 rules from the text of the policy."""
_BOUNDED = """\
What is written as code is bounded: a graph of more than 20,000 questions is followed through its tables instead.
One of more than 200,000 is refused."""


@dataclass(frozen=True)
class Grown:
    """What was measured of one table."""

    rules: int
    overlapping: bool
    questions: int
    megabytes: float
    build: float
    """Seconds of the processor to make the module, from the text."""
    fast: float
    """Microseconds for the outcome only."""
    full: float
    """Microseconds with rules and citations, the mapping checked."""
    naive: float
    """Microseconds of a plain loop over the rules."""


def measured(rules: int, overlapping: bool, claims: int) -> Grown:
    """Measure one table; answers are first compared with those of a plain loop over its rules."""
    shape, table = large_policies.table(rules, overlapping=overlapping)
    began = time.process_time()
    if rules > MOST_READ:
        compiled = large_policies.model_of(shape, table)
    else:
        compiled = unproved(large_policies.policy_of(shape, table, overlapping=overlapping))
    text = next(iter(to_python(compiled).values()))
    build = time.process_time() - began
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"large_{rules}_{'overlapping' if overlapping else 'disjoint'}.py"
        path.write_text(text, encoding="utf-8")
        module = module_at(path)
    lines = large_policies.claims_of(shape, claims)
    for line in lines[:COMPARED]:
        expected = large_policies.first_of(shape, table, line)
        if module.outcome_of_grade(line) != expected or module.decide(line).grade.outcome != expected:
            raise SystemExit(f"{rules} rules: the answers to {line} differ")

    def loop(line: Line) -> str:
        return large_policies.first_of(shape, table, line)

    some = lines[: max(20, 40_000 // rules)]
    fast, full = timed([("", module.outcome_of_grade, None), ("", module.decide, None)], lines)
    (naive,) = timed([("", loop, None)], some)
    questions = len(compiled.graphs[large_policies.DECISION].nodes)
    return Grown(
        rules, overlapping, questions, len(text) / 1e6, build, fast.microseconds, full.microseconds, naive.microseconds
    )


def section(run: Run) -> Section:
    sizes = ((60, 160), (60,)) if run.quick else (DISJOINT, OVERLAPPING)
    claims = 500 if run.quick else CLAIMS
    found = [measured(rules, False, claims) for rules in sizes[0]] + [
        measured(rules, True, claims) for rules in sizes[1]
    ]
    apart = {item.rules: item for item in found if not item.overlapping}
    aims = [
        Aim(f"{rules:,} disjoint rules, outcome only", f"at most {most} µs", f"{figure(fast)} µs", fast <= most)
        for rules, most in ((1_000, 1.0), (10_000, 1.5))
        if rules in apart and (fast := apart[rules].fast)
    ]
    smallest, largest = apart[min(apart)], apart[max(apart)]
    grown = largest.fast / smallest.fast
    fair = log2(largest.rules) / log2(smallest.rules)
    aims.append(
        Aim(
            f"growth from {smallest.rules:,} to {largest.rules:,} disjoint rules",
            f"like log n, times {fair:.1f}, and no more than half of that on top",
            f"times {grown:.1f}",
            grown <= 1.5 * fair,
        )
    )
    rows = [
        (
            f"{item.rules:,} {'overlapping' if item.overlapping else 'disjoint'}",
            figure(item.fast),
            figure(item.full),
            figure(item.naive),
            f"{item.questions:,}",
            f"{item.megabytes:.2f}",
            f"{item.build:.1f}",
        )
        for item in found
    ]
    head = ("rules", "fast, µs", "decide, µs", "loop, µs", "nodes of the graph", "module, MB", "made in, s")
    plot = Plot(
        "One claim, outcome only",
        "rules",
        [
            Drawn("a loop over the rules", [(item.rules, item.naive) for item in apart.values()]),
            Drawn("fast door", [(item.rules, item.fast) for item in apart.values()]),
        ],
        "µs",
    )
    parts = [
        _WORDS.format(columns=large_policies.COLUMNS, compared=COMPARED),
        Table(head, rows),
        f"![microseconds by the number of rules, with logarithmic axes](pictures/{PICTURE})",
        _BOUNDED,
    ]
    return Section("Many rules", parts, aims, {PICTURE: svg([plot])})


if __name__ == "__main__":
    print(shown(section(Run(quick="--quick" in sys.argv))))
