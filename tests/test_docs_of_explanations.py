"""The page about explanations: its commands run, one after the other, on the policy that it shows, and print what it says."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from ruleproof.cli import main

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "explanations.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
TYPED = "20\nwhy\n1\n2\n"


def test_the_commands_print_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    (policy,) = (text for language, text in BLOCKS if language == "policy")
    (claim,) = (text for language, text in BLOCKS if language == "json")
    Path("panels.policy").write_text(policy, "utf-8")
    Path("claim.json").write_text(claim, "utf-8")
    Path("some.json").write_text('{"tumour": "solid_organ"}', "utf-8")
    Path("other.json").write_text(json.dumps(json.loads(claim) | {"genes": 80, "analyte": "rna"}), "utf-8")
    consoles = [text for language, text in BLOCKS if language == "console"]
    assert len(consoles) == 9
    for text in consoles:
        command, _, printed = text.partition("\n")
        done = CliRunner().invoke(main, shlex.split(command.removeprefix("$ ruleproof ")), input=TYPED)
        assert done.exit_code == 0, done.output
        assert done.output == printed, command


def test_the_names_on_the_page_are_those_of_the_values() -> None:
    """What the page says of Python exists."""
    from ruleproof.runtime.explain.explanation import Explanation
    from ruleproof.runtime.explain.interview import Interview
    from ruleproof.runtime.explain.record import ALWAYS_REDACTED
    from ruleproof.runtime.load import LoadedPolicy

    called = set(re.findall(r"`policy\.(\w+)\(", PAGE))
    assert called >= {"explain", "why_not", "possible", "interview", "resume", "ranges", "compare", "record", "replay"}
    assert all(hasattr(LoadedPolicy, name) for name in called)
    assert all(hasattr(Explanation, name) for name in re.findall(r"`explanation\.(\w+)", PAGE))
    assert all(
        hasattr(Interview, name)
        for name in ("question", "most_left", "answer", "dont_know", "back", "settled", "state")
    )
    assert all(f"`{name}`" in PAGE for name in ALWAYS_REDACTED)
