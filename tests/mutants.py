"""Does some test notice?  Small changes of meaning in the prover and the checks of tables, one at a time.

    python tests/mutants.py 180            so many mutants, chosen at random
    python tests/mutants.py 40 --seed 7    others

The changes are made in a copy of the tree under the system's folder for temporary files; the tree itself is not touched.
A mutant that no test notices is printed with its place: either a test is missing, or the change means the same.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[1]
PACKAGE = Path("compiler/ruleproof")
TARGETS = (
    *sorted(path.relative_to(ROOT / PACKAGE) for path in (ROOT / PACKAGE / "checks/tables").glob("*.py")),
    Path("prover/boxes.py"),
    Path("prover/rows.py"),
    Path("prover/table_study.py"),
    Path("prover/table_worth.py"),
)
TESTS = (
    ["tests/test_table_samples.py", "tests/test_table_holes.py", "tests/test_rows.py"],
    ["tests/test_table_checks.py"],
    ["tests/test_table_study.py", "-k", "not related"],
)
"""The tests that are run, the quickest first; the next ones only where these notice nothing."""
SECONDS = 120
_SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
}


@dataclass(frozen=True)
class Mutant:
    """One change: in which file, at which node in the order of walking, and what becomes of it."""

    path: Path
    number: int
    line: int
    said: str


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Give every change of a file."""
    tree = ast.parse(_source(path))
    kinds = {id(part) for node in ast.walk(tree) for kind in _annotations(node) for part in ast.walk(kind)}
    for number, node in enumerate(ast.walk(tree)):
        said = "" if id(node) in kinds else _change(copy.deepcopy(node))
        if said:
            yield Mutant(path, number, getattr(node, "lineno", 0), said)


def _annotations(node: ast.AST) -> Iterator[ast.AST]:
    """Give what says of which kind something is; it is never run."""
    for name in ("annotation", "returns"):
        kind = getattr(node, name, None)
        if isinstance(kind, ast.AST):
            yield kind


def _source(path: Path) -> str:
    return (ROOT / PACKAGE / path).read_text("utf-8")


def text_of(mutant: Mutant) -> str:
    """Give the file with the change made; comments are lost."""
    tree = ast.parse(_source(mutant.path))
    _change(next(node for number, node in enumerate(ast.walk(tree)) if number == mutant.number))
    return ast.unparse(tree)


def _change(node: ast.AST) -> str:
    """Change a node; an empty text where there is nothing to change."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in _SWAPPED:
            node.ops = [_SWAPPED[type(op)]()]  # type: ignore[list-item]
            return f"{type(op).__name__} becomes {type(node.ops[0]).__name__}"
        case ast.BoolOp(op=op) | ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in _SWAPPED:
            node.op = _SWAPPED[type(op)]()  # type: ignore[assignment]
            return f"{type(op).__name__} becomes {type(node.op).__name__}"
        case ast.UnaryOp(op=ast.Not()):
            node.op = ast.UAdd()
            node.operand = ast.Call(ast.Name("bool"), [node.operand], [])
            return "not is dropped"
        case ast.Constant(value=bool() as value):
            node.value = not value
            return f"{value} becomes {not value}"
        case ast.Constant(value=int() as value):
            node.value = value + 1
            return f"{value} becomes {value + 1}"
        case ast.Continue():
            node.__class__ = ast.Pass  # type: ignore[assignment]
            return "continue is dropped"
        case _:
            return ""


def is_noticed(folder: Path, mutant: Mutant) -> bool:
    """Tell whether some test fails, or does not end, with a mutant."""
    place = folder / PACKAGE / mutant.path
    before = place.read_text("utf-8")
    place.write_text(text_of(mutant), "utf-8")
    environment = {**os.environ, "HYPOTHESIS_PROFILE": "mutants", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        return any(_fails(folder, tests, environment) for tests in TESTS)
    finally:
        place.write_text(before, "utf-8")


def _fails(folder: Path, tests: list[str], environment: dict[str, str]) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("count", type=int)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--minutes", type=float, default=60)
    options = asked.parse_args()
    every = [mutant for path in TARGETS for mutant in mutants_of(path)]
    chosen = Random(options.seed).sample(every, min(options.count, len(every)))
    end = time.monotonic() + options.minutes * 60
    noticed = tried = 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "tree"
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".*", "dist", "site", "out", "__pycache__"))
        if any(_fails(folder, tests, {**os.environ, "HYPOTHESIS_PROFILE": "mutants"}) for tests in TESTS):
            sys.exit("the tests fail without any change")
        for mutant in chosen:
            if time.monotonic() > end:
                break
            tried += 1
            found = is_noticed(folder, mutant)
            noticed += found
            if not found:
                print(f"not noticed: {PACKAGE / mutant.path}:{mutant.line}: {mutant.said}", flush=True)
    print(f"{noticed} of {tried} mutants are noticed ({len(every)} are possible)")


if __name__ == "__main__":
    main()
