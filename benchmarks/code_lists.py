"""How fast code lists are: `python benchmarks/code_lists.py` prints the figures.

Measured are the check of the article with its 403 dated events, the check of a list of 75,000 codes, and how long one lookup
takes in the emitted module, on both clocks.
"""

from __future__ import annotations

import datetime
import importlib.util
import sys
import tempfile
import time
import timeit
from itertools import islice, product
from pathlib import Path
from typing import Any

from ruleproof.artifacts.to_python import to_python
from ruleproof.beside import FolderBeside
from ruleproof.compiled import Compiled
from ruleproof.pipeline import compile_source
from ruleproof.resources import folder
from ruleproof.source import source_from_text

MANY = 75_000
LOOKUPS = 200_000
LONG = """policy long
input service_date is date from 2015-01-01
input diagnoses are codes of icd10cm
codes covered of icd10cm
  events from "covered.csv"
decision d gives one of a, b
rule R1 for d when diagnoses any in covered then report a
rule R2 for d when diagnoses none in covered then report b
"""


def checked(path: Path) -> tuple[Compiled, float]:
    """Give a policy, and the seconds to check it."""
    began = time.perf_counter()
    found = compile_source(source_from_text(path.read_text("utf-8"), str(path)), FolderBeside(path.parent))
    seconds = time.perf_counter() - began
    if not isinstance(found, Compiled):
        raise SystemExit("\n".join(finding.message for finding in found.findings))
    return found, seconds


def module_of(compiled: Compiled, into: Path) -> Any:
    """Give the emitted module of a policy."""
    name, text = next(iter(to_python(compiled).items()))
    (into / name).write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(Path(name).stem, into / name)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{name} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def lookup(listed: Any, code: str, *days: datetime.date) -> float:
    """Give the microseconds of one lookup, the best of five rounds."""
    listed.contains(code, *days)
    asked = timeit.Timer("contains(code, *days)", globals={"contains": listed.contains, "code": code, "days": days})
    return min(asked.repeat(5, LOOKUPS)) / LOOKUPS * 1e6


def main() -> None:
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        tumor, seconds = checked(Path(str(folder("policies"))) / "tumor_ngs" / "tumor_ngs.policy")
        print(f"the article with its 403 events: checked in {seconds:.2f} s")
        group = module_of(tumor, place).LISTS["group_2"]
        service, posted = datetime.date(2021, 8, 1), datetime.date(2021, 9, 1)
        for code, days in (
            ("ICD C00.2", (service,)),
            ("ICD C00.2", (service, posted)),
            ("ICD Z99.9", (service, posted)),
        ):
            clocks = "both clocks" if len(days) == 2 else "one clock"
            print(f"lookup of {code}, {clocks}: {lookup(group, code, *days):.2f} microseconds")
        numbers = islice(product("ABCDEFGH", *["0123456789"] * 4), MANY)
        rows = [f"{a}{b}{c}.{d}{e},start,{2015 + index % 5}-01-01" for index, (a, b, c, d, e) in enumerate(numbers)]
        (place / "covered.csv").write_text("\n".join(["code,event,services_from", *rows, ""]), encoding="utf-8")
        (place / "long.policy").write_text(LONG, encoding="utf-8")
        long, seconds = checked(place / "long.policy")
        print(f"a list of {MANY:,} codes: checked in {seconds:.2f} s")
        module = module_of(long, place)
        print(f"its module: {(place / 'long.py').stat().st_size / 1e6:.1f} MB")
        print(f"lookup in it: {lookup(module.LISTS['covered'], 'ICD A00.00', service):.2f} microseconds")


if __name__ == "__main__":
    main()
