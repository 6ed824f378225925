"""The page about the evaluators: its examples run, one after the other, on the policy that it shows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from brute_force import compiled
from emitted import module_text

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "evaluators.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_the_examples_run(tmp_path: Path) -> None:
    (policy,) = [text for language, text in BLOCKS if language == "policy"]
    examples = [text for language, text in BLOCKS if language == "python"]
    assert len(examples) >= 5
    Path(tmp_path, "panels.policy").write_text(policy, encoding="utf-8")
    Path(tmp_path, "panels.py").write_text(module_text(compiled(policy)), encoding="utf-8")
    for number, example in enumerate(examples):
        Path(tmp_path, f"example_{number}.py").write_text(example, encoding="utf-8")
        done = subprocess.run([sys.executable, f"example_{number}.py"], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, f"{example}\n{done.stderr}"
