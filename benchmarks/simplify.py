"""How many rules of tables cut by noise are left, and how long that takes.

python benchmarks/simplify.py            tables of our own, 100 rules before the noise
python benchmarks/simplify.py FILE…      CSV tables
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from random import Random

import shapes


def measured(path: Path) -> str:
    """Simplify one table as it is and under FIRST, prove both, and give a line of figures."""
    from ruleproof.prover.table_difference import compare_tables
    from ruleproof.prover.table_simplify import simplified
    from ruleproof.readers import read_table

    (table,) = read_table(path.name, path.read_bytes()).tables
    cells = [path.stem, f"{len(table.rows)}"]
    for hit_policy in dict.fromkeys((table.hit_policy, "FIRST")):
        began = time.perf_counter()
        found = simplified(replace(table, hit_policy=hit_policy))
        seconds = time.perf_counter() - began
        assert compare_tables(table, found.table).equal, f"{path} under {hit_policy} means something else"
        cells += [f"{hit_policy} {len(found.table.rows)}", f"{seconds:.2f} s"]
    return "  ".join(cells)


def own(folder: Path) -> list[Path]:
    paths = []
    for count in (3, 5, 7):
        for enlarged in (1, 2, 3):
            rng = Random(f"{count} {enlarged}")
            shape = shapes.columns(count)
            paths.append(folder / f"merge-{count}-{enlarged}.csv")
            shapes.write(paths[-1], shape, shapes.noisy(rng, shape, shapes.parted(rng, shape, 100), enlarged, 10))
    return paths


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        for path in list(map(Path, sys.argv[1:])) or own(Path(name)):
            print(measured(path), flush=True)


if __name__ == "__main__":
    main()
