"""The README shows what there is: its policy, its output and its picture are those of today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from ruleproof.cli import COMMANDS, main

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"


def shown(marker: str) -> str:
    """Give the fenced block that follows a marker."""
    found = re.search(rf"<!-- {re.escape(marker)} -->\n```\w*\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert found is not None, f"the README has no block marked {marker}"
    return found[1]


def checked() -> str:
    result = CliRunner().invoke(main, ["check", "docs/pictures/panels.policy"])
    assert result.exit_code == 1
    return "".join(
        re.sub(r"\d+\.\d\d s\n", "\n", line).replace(", \n", "\n") for line in result.output.splitlines(True)
    )


def test_the_policy_in_the_readme_is_the_one_that_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert shown("policy: docs/pictures/panels.policy") == (ROOT / "docs/pictures/panels.policy").read_text("utf-8")


def test_the_output_in_the_readme_is_what_the_command_says(monkeypatch: pytest.MonkeyPatch, rewrite: bool) -> None:
    monkeypatch.chdir(ROOT)
    said = checked()
    marker = "output: check docs/pictures/panels.policy"
    if rewrite:
        text = README.read_text("utf-8").replace(
            f"<!-- {marker} -->\n```text\n{shown(marker)}```", f"<!-- {marker} -->\n```text\n{said}```"
        )
        README.write_text(text, "utf-8")
    assert shown(marker) == said


def test_the_picture_in_the_readme_is_drawn_from_that_policy(
    monkeypatch: pytest.MonkeyPatch, rewrite: bool, tmp_path: Path
) -> None:
    monkeypatch.chdir(ROOT)
    drawn = tmp_path / "panels.svg"
    result = CliRunner().invoke(main, ["render", "docs/pictures/panels.policy", "-o", str(drawn)])
    assert result.exit_code == 0, result.output
    kept = ROOT / "docs" / "pictures" / "panels.svg"
    if rewrite:
        kept.write_bytes(drawn.read_bytes())
    assert kept.read_bytes() == drawn.read_bytes()


def test_every_command_of_the_readme_is_there() -> None:
    named = set(re.findall(r"`ruleproof (\w+)", README.read_text("utf-8")))
    assert len(named) > 6
    assert named <= set(COMMANDS) | {"COMMAND"}


def test_the_python_example_of_the_readme_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    code = re.search(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert code is not None
    exec(code[1], {})
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "not known yet"
    assert "design" in said[1]
