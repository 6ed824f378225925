"""The first look: `ruleproof demo` writes the report of its policy, and opens it only where somebody would see it."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ruleproof.cli import main
from ruleproof.cli.demo import can_be_opened


def test_it_writes_the_report_and_says_what_comes_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(click, "launch", opened.append)
    monkeypatch.setenv("DISPLAY", ":0")
    done = CliRunner().invoke(main, ["demo", str(tmp_path / "shown")])
    assert done.exit_code == 0, done.output
    page = (tmp_path / "shown" / "out" / "report.html").read_text("utf-8")
    assert "no rule gives `billing_code`" in page
    assert "shown/out/report.html" in done.output
    assert len(done.output.partition("\nNext:\n")[2].splitlines()) == 3
    assert opened == [], "what is no terminal opens nothing"


def test_at_a_terminal_with_a_desktop_it_opens_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(click, "launch", opened.append)
    monkeypatch.setattr("ruleproof.cli.demo.can_be_opened", lambda *_: True)
    assert CliRunner().invoke(main, ["demo", str(tmp_path / "shown")]).exit_code == 0
    assert opened == [str((tmp_path / "shown" / "out" / "report.html").resolve())]
    opened.clear()
    assert CliRunner().invoke(main, ["demo", str(tmp_path / "other"), "--format", "json"]).exit_code == 0
    assert opened == [], "who asks for JSON is no reader"


@pytest.mark.parametrize(
    ("terminal", "platform", "environment", "opened"),
    [
        (True, "linux", {"DISPLAY": ":0"}, True),
        (True, "linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        (True, "darwin", {}, True),
        (True, "win32", {}, True),
        (False, "linux", {"DISPLAY": ":0"}, False),
        (True, "linux", {}, False),
        (True, "darwin", {"CI": "true"}, False),
    ],
)
def test_where_nobody_would_see_it_nothing_is_opened(
    terminal: bool, platform: str, environment: dict[str, str], opened: bool
) -> None:
    assert can_be_opened(terminal, platform, environment) is opened
