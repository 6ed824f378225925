"""One claim at a time: the emitted module beside hand-written functions and the engines of others.

python benchmarks/one_claim.py [--quick] [--peers]
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import peers
from emitted_first import module_at, written
from first_policy import POLICY, RULES, by_hand, claims, in_order, interpreted
from peers_one_claim import CHECKED, FAST
from plot import Bar, bars
from sections import RUNS, Aim, Run, Section, Table, figure, shown

PEERS = "peers-one-claim.svg"
ALL, MEASURED = 1_000_000, 100_000


_WHAT = """\
The first policy: {rules} rules over 12 inputs, of which the first that holds counts (`benchmarks/first_policy.py`).
{compared:,} generated claims are answered alike by the hand-written function, by the fast door and by `decide`."""
_HOW = """\
Microseconds for one claim, the middle one of {runs} runs over {claims:,} claims, loop and call included.
The nested function groups the rules by hand and looks an input up where it needs it.
The other one has one condition for each rule and looks all inputs up first."""
_PARSED = "The same with claims as they come from JSON, in which no text is the object that it is compared with:"
_OTHERS = """\
What others made, in the same run and in processes of their own.
The rules are compiled once, in the form that each engine is fastest with.
They answer with the outcome only; each was first compared with the hand-written function on 300 claims.
Ours and the hand-written functions are measured here once more, in the same way: all on the same 20,000 claims, read from JSON."""


@dataclass(frozen=True)
class Timed:
    """What was measured, and the microseconds for one claim, the middle one of the runs."""

    name: str
    microseconds: float


def section(run: Run) -> Section:
    rows = min(run.rows, 3_000 if run.quick else ALL)
    lines = claims(rows)
    with tempfile.TemporaryDirectory() as folder:
        module = module_at(written(POLICY, Path(folder)))
    compared = _compared(module, lines)
    some = lines[: min(len(lines), MEASURED)]
    own = timed(_own(module), some)
    read = _fresh(some)
    parsed = timed(
        [
            ("hand-written `if`, nested", by_hand, read),
            ("hand-written `if`, rule by rule", in_order, read),
            ("fast door, `outcome_of_code(claim)`", module.outcome_of_code, read),
        ],
        read,
    )
    others = peers_of(some) if run.peers else []
    beside = next((item["microseconds"] for item in others if item["name"] == FAST), 0.0)
    hand, straight, _, fast, known, checked, *_ = (item.microseconds for item in own)
    engines = [item["microseconds"] for item in others if item["package"] and "microseconds" in item]
    aims = [
        Aim(
            "one claim, outcome only: beside the hand-written rules, nested",
            "ratio at most 1.0",
            f"{fast / hand:.2f}",
            fast <= hand,
        ),
        Aim(
            "one claim, outcome only: beside the hand-written rules, one by one",
            "ratio at most 1.0",
            f"{fast / straight:.2f}",
            fast <= straight,
        ),
        *(
            [
                Aim(
                    "one claim, outcome only: beside the fastest engine of others",
                    "10 times as fast",
                    f"{figure(min(engines) / beside)} times",
                    min(engines) >= 10 * beside,
                )
            ]
            if engines
            else []
        ),
        Aim("with rules and citations, values already checked", "at most 1 µs", f"{figure(known)} µs", known <= 1.0),
        Aim("a mapping of 12 inputs checked and answered", "at most 4 µs", f"{figure(checked)} µs", checked <= 4.0),
    ]
    parts: list[str | Table] = [
        _WHAT.format(rules=len(RULES), compared=compared),
        _HOW.format(runs=RUNS, claims=len(some)),
        as_table(own, hand),
        _PARSED,
        as_table(parsed, parsed[0].microseconds),
    ]
    pictures = {}
    if others:
        parts += _beside(others, beside)
        shown_bars = [
            Bar(item["name"], item["microseconds"], item["name"] in (FAST, CHECKED))
            for item in others
            if "microseconds" in item
        ]
        pictures[PEERS] = bars(
            "One claim, microseconds",
            sorted(shown_bars, key=lambda bar: bar.value),
            " µs",
        )
        parts.append(f"![microseconds for one claim, ours and others, with a logarithmic axis](pictures/{PEERS})")
    return Section("One claim", parts, aims, pictures)


def _own(module: Any) -> list[tuple[str, Callable[[Any], object], Callable[[list[Any]], list[Any]] | list[Any] | None]]:
    def made(lines: list[Any]) -> list[Any]:
        return [module.Claim(**line) for line in lines]

    return [
        ("hand-written `if`, nested", by_hand, None),
        ("hand-written `if`, rule by rule", in_order, None),
        ("naive interpreter in Python", interpreted, None),
        ("fast door, `outcome_of_code(claim)`", module.outcome_of_code, None),
        ("`decide(claim)` of a `Claim`: rules, citations, findings", module.decide, made),
        ("`decide(mapping)`: the same, and the mapping is checked", module.decide, None),
        ("`Claim(...)` alone: twelve values checked and kept", lambda line: module.Claim(**line), None),
    ]


def timed(asked: Sequence[tuple[str, Callable[[Any], object], Any]], lines: list[Any]) -> list[Timed]:
    """Measure functions in turns, so that what else the machine does meets all of them."""
    given = [made(lines) if callable(made) else made or lines for _, _, made in asked]
    times: list[list[float]] = [[] for _ in asked]
    for turn in range(RUNS + 1):
        for place, (_, act, _) in enumerate(asked):
            began = time.process_time()
            for line in given[place]:
                act(line)
            if turn:  # the first turn warms up
                times[place].append((time.process_time() - began) / len(lines) * 1e6)
    return [Timed(name, statistics.median(found)) for (name, _, _), found in zip(asked, times, strict=True)]


def _fresh(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give claims in which every text is an object of its own."""
    return [json.loads(json.dumps(line)) for line in lines]


def _compared(module: Any, lines: list[dict[str, Any]]) -> int:
    """Compare all answers; a difference ends the run."""
    for line in lines:
        expected = by_hand(line)
        if module.outcome_of_code(line) != expected or module.decide(line).code.outcome != expected:
            raise SystemExit(f"the answers to {line} differ")
    return len(lines)


def as_table(found: Sequence[Timed], base: float) -> Table:
    rows = [(item.name, figure(item.microseconds), f"{item.microseconds / base:.2f}") for item in found]
    return Table(("", "µs", "times the nested function"), rows)


# ---------------------------------------------------------------- what others made


def peers_of(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give what was measured of other engines, on claims read from the same file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "claims.json"
        path.write_text(json.dumps(lines[:20_000]), "utf-8")
        module = written(POLICY, Path(folder))
        found: list[dict[str, Any]] = peers.told("peers_one_claim.py", str(path), str(module))
    return found


def _beside(others: Sequence[dict[str, Any]], fast: float) -> list[str | Table]:
    versions = peers.versions()
    good = [item for item in others if "microseconds" in item]
    rows = [
        (
            item["name"],
            f"{item['package']} {versions.get(item['package'], '')}".strip(),
            figure(item["microseconds"]),
            figure(item["microseconds"] / fast),
        )
        for item in good
    ]
    absent = peers.not_to_be_had()
    failed = [
        f"{item['name']} ({item['package']}): {'it cannot be had here' if item['package'] in absent else item['failed']}."
        for item in others
        if "failed" in item
    ]
    found: list[str | Table] = [_OTHERS, Table(("", "package", "µs", "times the fast door"), rows)]
    return [*found, "Not measured: " + "\n".join(failed)] if failed else found


if __name__ == "__main__":
    import sys

    print(shown(section(Run(quick="--quick" in sys.argv, peers="--peers" in sys.argv))))
