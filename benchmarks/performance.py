"""Writes `docs/performance.md`: answers one at a time, by columns, on engines, and at the start, beside what others made.

    python benchmarks/performance.py                    everything; about a quarter of an hour
    python benchmarks/performance.py --peers            beside other engines too, installed in .cache/peers
    python benchmarks/performance.py --only one_claim   one section, printed; nothing is written
    python benchmarks/performance.py --quick            a little of everything, printed; nothing is written
    python benchmarks/performance.py --again columns    measures one section anew; the rest of the page stays as it was measured

Each section is measured in a process of its own, one after another, and kept in .cache/performance.
"""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import peers
from sections import ROOT, Aim, Run, Section, from_json, shown, table_of_aims, to_json

from tables import machine

PAGE = ROOT / "docs" / "performance.md"

KEPT = ROOT / ".cache" / "performance"

SECTIONS = ("one_claim", "many_rules", "start", "columns", "engines.spark")
"""The modules that give a section each, in the order of the page."""


def measured(name: str, run: Run) -> Section | None:
    """Measure a section in a process of its own."""
    command = [sys.executable, __file__, "--json", name, "--rows", str(run.rows)]
    command += ["--quick"] * run.quick + ["--peers"] * run.peers
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"the section {name} could not be measured")
    told = done.stdout.splitlines()[-1]
    if not run.quick:
        KEPT.mkdir(parents=True, exist_ok=True)
        (KEPT / f"{name}.json").write_text(told, "utf-8")
    return from_json(told)


def kept(name: str) -> Section | None:
    """Give a section as it was measured last."""
    path = KEPT / f"{name}.json"
    return from_json(path.read_text("utf-8")) if path.exists() else None


def section_of(name: str, run: Run) -> Section | None:
    """Measure a section here; nothing where its module is not there, or gives none."""
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name not in (name, name.partition(".")[0]):
            raise
        return None
    found: Section | None = module.section(run) if hasattr(module, "section") else None
    return found


def page(sections: Sequence[Section], words_of_machine: str, run: Run) -> str:
    """Give the page, with the aims of all sections first."""
    aims: list[Aim] = [aim for section in sections for aim in section.aims]
    met = sum(aim.met for aim in aims)
    beside = "with" if run.peers else "without"
    peers_words = "What others made was measured beside ours." if run.peers else _WITHOUT
    return (
        "\n\n".join(
            [
                "# Performance",
                f"{_WRITTEN}\nMeasured with {words_of_machine}, {beside} other engines.\n{peers_words}\n{_SECONDS}",
                "How long decision tables take to prove is on [a page of its own](performance-tables.md).",
                "## Aims",
                f"{met} of {len(aims)} are met.",
                str(table_of_aims(aims)),
                *map(str, sections),
            ]
        ).rstrip()
        + "\n"
    )


_WRITTEN = "This page is written by `make bench` (`benchmarks/performance.py`); nothing on it is entered by hand."
_WITHOUT = "`make bench PEERS=1` measures other engines too."
_SECONDS = """\
All times are of the processor, so that other work on the same machine counts little.
It still counts some, so look at ratios within a table rather than at single figures.
Each section is measured in one go, but they need not be of the same hour.
The claims are generated from a seed, the same for everybody."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="a little of everything; nothing is written")
    options.add_argument("--peers", action="store_true", help="measure what others made too")
    options.add_argument("--only", nargs="+", choices=SECTIONS, help="print these sections; nothing is written")
    options.add_argument("--again", nargs="+", choices=SECTIONS, help="measure only these anew, and write the page")
    options.add_argument("--rows", type=int, default=Run().rows, help="how many claims to generate at most")
    options.add_argument("--json", choices=SECTIONS, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    run = Run(chosen.quick, chosen.peers, chosen.rows)
    if chosen.json:
        print(to_json(section_of(chosen.json, run)))
        return
    if run.peers:
        peers.peers_python()
    found: list[Section] = []
    for name in chosen.only or SECTIONS:
        section = kept(name) if chosen.again and name not in chosen.again else measured(name, run)
        if section is not None:
            found.append(section)
            print(shown(section), file=sys.stdout if chosen.only or run.quick else sys.stderr, flush=True)
    if chosen.only or run.quick:
        return
    for section in found:
        for name, drawing in section.pictures.items():
            (ROOT / "docs" / "pictures" / name).write_text(drawing, "utf-8")
    PAGE.write_text(page(found, machine(), run), "utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()
