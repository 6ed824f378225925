"""What a section of the page `docs/performance.md` gives: a title, words, tables of figures, aims and pictures.

A section lives in a module of its own that is named in `performance.py` and has one function:

    def section(run: Run) -> Section | None

It measures, compares in one run, and gives texts only; `None` where nothing can be measured here.  `performance.py` calls
each in a process of its own, and puts the sections together.  A module may measure with more processes, and may be started
alone: `python benchmarks/columns.py` with `shown(section(run))` at its end.
"""

from __future__ import annotations

import json
import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]

RUNS = 5
"""How often most things are measured; the middle one counts."""


@dataclass(frozen=True)
class Run:
    """How to measure."""

    quick: bool = False
    """Little of everything, to see that it works; the figures mean nothing."""
    peers: bool = False
    """Whether to measure beside what others made, installed in the environment `peers_python` (see `peers.py`)."""
    rows: int = 1_000_000
    """How many claims to generate, at most; a quick run takes a few thousand."""


@dataclass(frozen=True)
class Table:
    """A table of figures; the first column holds words, all others are aligned to the right."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __str__(self) -> str:
        lines = ["| " + " | ".join(self.head) + " |", "| --- |" + " ---: |" * (len(self.head) - 1)]
        return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in self.rows)])


@dataclass(frozen=True)
class Aim:
    """What is aimed at (such as `at most 1 µs`), what was measured in this run, and whether that meets it."""

    what: str
    aimed: str
    measured: str
    met: bool


@dataclass(frozen=True)
class Section:
    """One section of the page.

    `parts` stand one after another: paragraphs of Markdown (one sentence per line), tables, and `###` headings as text.
    """

    title: str
    parts: Sequence[str | Table]
    aims: Sequence[Aim] = ()
    pictures: Mapping[str, str] = field(default_factory=dict)
    """The SVG of each picture by its file name; `parts` name it as `![words](pictures/NAME)`."""

    def __str__(self) -> str:
        return "\n\n".join([f"## {self.title}", *map(str, self.parts)])


def table_of_aims(aims: Sequence[Aim]) -> Table:
    rows = [(aim.what, aim.aimed, aim.measured, "yes" if aim.met else "no") for aim in aims]
    return Table(("aim", "aimed at", "measured", "met"), rows)


def shown(section: Section | None) -> str:
    """Give a section as Markdown, with its own aims at the end."""
    if section is None:
        return "nothing can be measured here"
    return "\n\n".join([str(section), *([str(table_of_aims(section.aims))] if section.aims else [])])


# ---------------------------------------------------------------- from one process to another


def to_json(section: Section | None) -> str:
    return json.dumps(None if section is None else asdict(section))


def from_json(text: str) -> Section | None:
    told = json.loads(text)
    if told is None:
        return None
    parts = [part if isinstance(part, str) else Table(**part) for part in told["parts"]]
    return Section(told["title"], parts, [Aim(**aim) for aim in told["aims"]], told["pictures"])


# ---------------------------------------------------------------- measuring


def seconds_of(act: Callable[[], object], runs: int = RUNS) -> float:
    """Give the middle time of some runs in seconds of the processor, after one that is not counted."""
    act()
    times = []
    for _ in range(runs):
        began = time.process_time()
        act()
        times.append(time.process_time() - began)
    return statistics.median(times)


def figure(value: float) -> str:
    """Give a number with three digits that count.

    >>> [figure(value) for value in (0.04321, 0.3149, 5.678, 123.4, 45678.9)]
    ['0.0432', '0.315', '5.68', '123', '45,679']
    """
    if value >= 100:
        return f"{value:,.0f}"
    whole = math.floor(math.log10(value)) if value > 0 else 0
    return f"{value:.{max(0, 2 - whole)}f}"
