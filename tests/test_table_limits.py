"""Tables without any shape: the command stops at its limit, says what is left open, and its memory stays bounded."""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

COMMAND = [sys.executable, "-m", "ruleproof", "check"]
ROOM = 700 * 1024 * 1024
"""How much memory the command may ask for; nearly a third of it is Python and what it loads."""


def exploding(folder: Path, count: int = 22) -> str:
    """Write a table in which each rule tests a column of its own, so that any set of rules matches together somewhere."""
    lines = [",".join([*(f"n{index}" for index in range(count)), "grade"]), ",".join(["number"] * count + ["string"])]
    for own in range(count):
        lines.append(",".join([*(">0" if index == own else "-" for index in range(count)), '"""A"""']))
    lines.append(",".join(["-"] * count + ['"""A"""']))
    path = folder / "apart.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return str(path)


def check(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=400, check=False, **options)


def test_at_the_limit_what_is_proved_so_far_is_said(tmp_path: Path) -> None:
    began = time.monotonic()
    done = check(exploding(tmp_path), "--time-limit", "1", "--format", "json")
    assert time.monotonic() - began < 60  # without a limit the search would look at four million sets
    found = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    (decision,) = found["decisions"]
    assert (decision["complete"], decision["consistent"]) == ("proved", "not decided")
    said = {
        finding["message"]: finding["severity"] for finding in found["findings"] if finding["name"] == "not_decided"
    }
    assert (
        said["not all rules that overlap are found: the time allowed is over (253 pairs of rules overlap)"] == "warning"
    )
    assert set(said.values()) == {"warning"}
    assert decision["counts"]["agreement"] > 0


def test_a_gap_found_before_the_limit_is_an_error_all_the_same(tmp_path: Path) -> None:
    path = Path(exploding(tmp_path))
    path.write_text(path.read_text("utf-8").rsplit("\n", 2)[0] + "\n", "utf-8")
    done = check(str(path), "--time-limit", "1", "--format", "json")
    (decision,) = json.loads(done.stdout)["decisions"]
    assert (done.returncode, decision["complete"], decision["consistent"]) == (1, "refuted", "not decided")


@pytest.mark.slow
def test_without_a_limit_the_search_still_ends_and_its_memory_stays_bounded(tmp_path: Path) -> None:
    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM))

    done = check(exploding(tmp_path), "--only", "not_decided", preexec_fn=bounded)
    assert done.returncode == 0, done.stderr
    assert "not all rules that overlap are found: there are more than" in done.stderr
    assert "consistent: not decided" in done.stdout


# ---------------------------------------------------------------- on a terminal


def on_a_terminal(path: str, *arguments: str, stop_at: bytes = b"") -> tuple[int, str]:
    """Run the command with a terminal as standard error; press Ctrl-C once a text was shown there."""
    import pty

    main, side = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, path, *arguments], stdout=subprocess.DEVNULL, stderr=side, start_new_session=True
    )
    os.close(side)
    seen = b""
    end = time.monotonic() + 100
    try:
        while time.monotonic() < end:
            if select.select([main], [], [], 0.1)[0]:
                try:
                    part = os.read(main, 65536)
                except OSError:  # Linux says so where nobody writes any more
                    break
                if not part:
                    break
                seen += part
            if stop_at and stop_at in seen:
                process.send_signal(signal.SIGINT)
                stop_at = b""
        return process.wait(timeout=20), seen.decode()
    finally:
        process.kill()
        os.close(main)


def test_progress_is_shown_on_a_terminal_and_wiped_away(tmp_path: Path) -> None:
    status, seen = on_a_terminal(exploding(tmp_path), "--time-limit", "3", "--quiet")
    assert status == 0
    shown = "apart.csv: rules that overlap, "
    assert shown in seen
    assert seen.rstrip("\r\n").endswith(" ")  # the last thing is the line of blanks that wipes it away
    assert "\r" + " " * len(shown) in seen.rsplit(shown, 1)[1]


def test_no_progress_is_shown_where_nobody_looks(tmp_path: Path) -> None:
    done = check(exploding(tmp_path), "--time-limit", "2", "--quiet")
    assert "\r" not in done.stderr
    assert "rules that overlap, " not in done.stderr + done.stdout


def test_the_search_can_be_stopped(tmp_path: Path) -> None:
    status, seen = on_a_terminal(exploding(tmp_path), stop_at=b"rules that overlap, ")
    assert status == 130
    assert "Traceback" not in seen
    assert "mistake of its own" not in seen
