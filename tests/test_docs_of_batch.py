"""The pages about many claims at once and made-up claims: their examples run, on the policy of the page about the evaluators."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pyarrow", reason="the extra `columns` is not installed")

DOCS = Path(__file__).parents[1] / "docs"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(("page", "least"), [("batch.md", 2), ("generate.md", 1)])
def test_the_examples_run(tmp_path: Path, page: str, least: int) -> None:
    blocks = _BLOCK.findall((DOCS / "evaluators.md").read_text("utf-8"))
    (policy,) = [text for language, text in blocks if language == "policy"]
    Path(tmp_path, "panels.policy").write_text(policy, encoding="utf-8")
    examples = [text for language, text in _BLOCK.findall((DOCS / page).read_text("utf-8")) if language == "python"]
    assert len(examples) >= least
    for example in examples:
        done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, f"{example}\n{done.stderr}"


def test_nothing_else_loads_the_libraries_of_columns(tmp_path: Path) -> None:
    """A single claim must not pay for them."""
    blocks = _BLOCK.findall((DOCS / "evaluators.md").read_text("utf-8"))
    (policy,) = [text for language, text in blocks if language == "policy"]
    Path(tmp_path, "panels.policy").write_text(policy, encoding="utf-8")
    code = "import sys, ruleproof; ruleproof.load('panels.policy').decide({'genes': 40}); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not {"numpy", "pyarrow"} & set(done.stdout.split())
