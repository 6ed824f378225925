"""The same table in two languages, as a table of a policy and as a CSV file, has the same gaps and the same overlaps."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import product
from random import Random
from typing import Any

import pytest

from brute_force import OVERLAPS, compiled, lies_in
from brute_force_tables import regions_with
from ruleproof.finding import Finding
from ruleproof.pipeline import check_tables
from ruleproof.readers.csv_table import read_csv

NUMBERS, WORDS = range(10), ("x", "y", "z")
CASES = list(product(NUMBERS, WORDS, (True, False)))


def _number(rng: Random) -> tuple[str, str]:
    """Give a cell in both languages."""
    low, high = sorted(rng.sample(NUMBERS, 2))
    return rng.choice([("-", "-"), (f"{low}..{high}", f"[{low}..{high}]"), (f"<{high}", f"<{high}"), (f">={low}",) * 2])


def _word(rng: Random) -> tuple[str, str]:
    some = ", ".join(sorted(rng.sample(WORDS, rng.randint(1, 2))))
    return rng.choice([("-", "-"), (some, f'"{some}"')])


def _truth(rng: Random) -> tuple[str, str]:
    return rng.choice([("-", "-"), ("yes", "true"), ("no", "false")])


def _texts(seed: int) -> tuple[str, str]:
    """Give a random table as a policy and as a CSV file."""
    rng = Random(f"same table {seed}")
    rows = [
        (*(cell(rng) for cell in (_number, _word, _truth)), rng.choice(["p", "q"])) for _ in range(rng.randint(1, 7))
    ]
    policy = [
        "policy same",
        "input a is whole number from 0 to 9",
        "input k is one of x, y, z",
        "input m is yes or no",
        "decision d gives one of p, q",
        "table t for d",
        "  | rule | a | k | m | outcome |",
        "  |------|---|---|---|---------|",
        *(f"  | T{place} | {a[0]} | {k[0]} | {m[0]} | {out} |" for place, (a, k, m, out) in enumerate(rows, 1)),
    ]
    sheet = [
        "a,k,m,d",
        'whole number: [0..9],"string: x, y, z",boolean,string',
        *(f"{a[1]},{k[1]},{m[1]},{out}" for a, k, m, out in rows),
    ]
    return "\n".join(policy) + "\n", "\n".join(sheet) + "\n"


def _overlapping(findings: Sequence[Finding], prefix: str) -> list[tuple[str, ...]]:
    return [
        tuple(sorted(rule.removeprefix(prefix) for rule in finding.rules))
        for finding in findings
        if finding.name in OVERLAPS
    ]


@pytest.mark.parametrize("start", range(0, 60, 10))
def test_gaps_and_overlaps_lie_in_the_same_cases(start: int) -> None:
    gaps = overlaps = 0
    for seed in range(start, start + 10):
        policy_text, csv_text = _texts(seed)
        policy = compiled(policy_text)
        table = check_tables(read_csv("same.csv", csv_text.encode()))
        for a, k, m in CASES:
            fact: dict[str, Any] = {"a": a, "k": k, "m": m}
            case = {"a": Decimal(a), "k": k, "m": m}
            ours = [item for item in policy.findings if any(lies_in(policy, part, fact) for part in item.regions)]
            theirs = [item for item in table.findings if regions_with(item.regions, case)]
            gap = [any(item.name == "gap" for item in found) for found in (ours, theirs)]
            assert gap[0] == gap[1], (seed, fact)
            here = _overlapping(ours, "T")
            assert here == _overlapping(theirs, ""), (seed, fact)
            gaps, overlaps = gaps + gap[0], overlaps + bool(here)
    assert gaps
    assert overlaps
