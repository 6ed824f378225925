"""The page about sources: its commands run, one after the other, on the files that it shows, and print what it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from ruleproof.cli import main

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "sources.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_the_commands_print_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    article, outline = (text for language, text in BLOCKS if language == "text")
    (policy,) = (text for language, text in BLOCKS if language == "policy")
    Path("sources").mkdir()
    Path("a1234.txt").write_text(article, "utf-8")
    Path("a1234_r2.txt").write_text(article.replace("use the second code", "may use the second code"), "utf-8")
    Path("a1234.outline").write_text(outline, "utf-8")
    Path("panels.policy").write_text(policy, "utf-8")
    consoles = [text for language, text in BLOCKS if language == "console"]
    assert len(consoles) == 5
    for text in consoles:
        command, _, printed = text.partition("\n")
        done = CliRunner().invoke(main, shlex.split(command.removeprefix("$ ruleproof ")))
        assert re.sub(r"\d+\.\d\d s", "0.00 s", done.output) == printed, command
