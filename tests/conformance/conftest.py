"""Runs against other people's tables, which are not part of this repository: RULEPROOF_SUITES names their folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

NAMED = os.environ.get("RULEPROOF_SUITES", "")
SUITES = Path(NAMED) if NAMED else None


def files_of(pattern: str) -> list[Path]:
    """Give the files of a suite; none where no suites are named."""
    return sorted(SUITES.glob(pattern)) if SUITES is not None else []


def named(path: Path) -> str:
    return path.stem


@pytest.fixture(autouse=True)
def _suites_are_named() -> None:
    if SUITES is None:
        pytest.skip("RULEPROOF_SUITES names no folder of suites")
    assert SUITES.is_dir(), f"RULEPROOF_SUITES names no folder: {SUITES}"


def others_of(path: Path) -> list[tuple[str, bytes]]:
    """Give the DMN files beside one, which it may import."""
    return [(other.name, other.read_bytes()) for other in sorted(path.parent.glob("*.dmn")) if other != path]
