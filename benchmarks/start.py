"""How long whole processes take: bare Python, with an emitted module imported, and to its first answer.

    python benchmarks/start.py [--quick]

Each figure is the middle one of many processes that take turns: seconds of the processor from the start to the end of the process,
as the system counts them.  The modules were imported once before, so that Python has its compiled form of them.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import large_policies
from emitted_first import written
from first_policy import POLICY, claims
from sections import Aim, Run, Section, Table, shown

TURNS = 21
RULES = 1_000


@dataclass(frozen=True)
class Started:
    """What a process did, and its milliseconds of the processor."""

    name: str
    milliseconds: float


def section(run: Run) -> Section:
    rules = 50 if run.quick else RULES
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written(POLICY, folder)
        shape, table = large_policies.table(rules)
        written(large_policies.policy_of(shape, table), folder)
        large_claim = large_policies.claims_of(shape, 1)[0]
        codes = [
            ("bare Python", "pass"),
            ("the module of 28 rules imported", "import first"),
            ("and a first answer: `decide`", f"import first; first.decide({claims(1)[0]!r})"),
            ("and a first answer: the fast door", f"import first; first.outcome_of_code({claims(1)[0]!r})"),
            (f"the module of {rules:,} rules imported", "import large"),
            ("and a first answer: `decide`", f"import large; large.decide({large_claim!r})"),
            ("NumPy imported, for comparison", "import numpy"),
        ]
        found = started(codes, folder, 3 if run.quick else TURNS)
        loaded = _loaded(folder, codes[5][1])
    bare = found[0].milliseconds
    more = [item.milliseconds - bare for item in found]
    aims = [
        Aim("importing the module of 28 rules", "at most +5 ms over bare Python", f"+{more[1]:.1f} ms", more[1] <= 5),
        Aim("first answer, 28 rules", "at most +10 ms", f"+{more[2]:.1f} ms", more[2] <= 10),
        Aim(f"first answer, {rules:,} rules", "at most +25 ms", f"+{more[5]:.1f} ms", more[5] <= 25),
        Aim(
            "NumPy and pyarrow loaded by an emitted module",
            "never",
            "never" if not loaded else ", ".join(loaded),
            not loaded,
        ),
    ]
    rows = [
        (item.name, f"{item.milliseconds:.1f}", f"+{item.milliseconds - bare:.1f}" if place else "")
        for place, item in enumerate(found)
    ]
    words = (
        "Whole processes, from start to end: milliseconds of the processor, the middle one of "
        f"{3 if run.quick else TURNS} that took turns.\n"
        "The modules had been imported before, so Python found its compiled form of them; the very first import makes it."
    )
    return Section("Start", [words, Table(("process", "ms", "more than bare Python"), rows)], aims)


def started(codes: Sequence[tuple[str, str]], folder: Path, turns: int) -> list[Started]:
    times: list[list[float]] = [[] for _ in codes]
    for turn in range(turns + 1):
        for place, (_, code) in enumerate(codes):
            measured = _process(code, folder)
            if turn:  # the first turn compiles the modules
                times[place].append(measured)
    return [Started(name, statistics.median(found)) for (name, _), found in zip(codes, times, strict=True)]


def _process(code: str, folder: Path) -> float:
    """Give the milliseconds of one process."""
    process = subprocess.Popen([sys.executable, "-c", code], cwd=folder, env=_environment())
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)  # else it would be waited for again
    if status:
        raise SystemExit(f"a process ended with status {status}: {code[:80]}")
    return (used.ru_utime + used.ru_stime) * 1e3


def _environment() -> dict[str, str]:
    """Give the environment in which Python keeps what it compiled, as it does where nobody forbids it."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _loaded(folder: Path, code: str) -> list[str]:
    """Name those of NumPy and pyarrow that a process has loaded at its end."""
    told = "; import sys; print(*[name for name in ('numpy', 'pyarrow') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code + told], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.split()


if __name__ == "__main__":
    print(shown(section(Run(quick="--quick" in sys.argv))))
