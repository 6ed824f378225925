"""The environment in which what others made is installed: `.cache/peers`, apart from our own and never needed.

`make bench PEERS=1` makes it.  A package that cannot be had is named on the page, and everything else is measured all the same.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".cache" / "peers"

PACKAGES: tuple[str, ...] = (
    "zen-engine",
    "cel-python",
    "common-expression-language",
    "cel-expr-python",
    "regorus",
    "regopy",
    "cedarpy",
    "bkflow-dmn",
    "setuptools<81",
    "rule-engine",
    "numpy",
    "pyarrow",
    "polars",
    "duckdb",
    "pandas",
    "datafusion",
)
"""What is installed, if it can be had: engines for single claims first, then those for columns.

`setuptools` is here since `bkflow-dmn` asks it for its version and does not say so.
"""


def peers_python(packages: Sequence[str] = PACKAGES) -> Path:
    """Give the interpreter of the environment, once the packages that can be had are in it."""
    python = FOLDER / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(FOLDER)], check=True)
    known = _kept()
    for package in packages:
        if package not in known:
            known[package] = _installed(python, package)
            (FOLDER / "kept.json").write_text(json.dumps(known, indent=1), "utf-8")
    return python


def not_to_be_had(packages: Sequence[str] = PACKAGES) -> list[str]:
    """Name the packages that could not be installed."""
    known = _kept()
    return [package for package in packages if known.get(package) is False]


def versions() -> dict[str, str]:
    """Give the version of everything in the environment, by its name."""
    done = subprocess.run(
        [str(FOLDER / "bin" / "python"), "-m", "pip", "list", "--format", "json", "--disable-pip-version-check"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {item["name"].lower(): item["version"] for item in json.loads(done.stdout)}


def told(script: str, *arguments: str) -> Any:
    """Give what a script in this folder prints as JSON when the interpreter of the peers runs it."""
    command = [str(peers_python()), str(Path(__file__).with_name(script)), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _kept() -> dict[str, bool]:
    try:
        found: dict[str, bool] = json.loads((FOLDER / "kept.json").read_text("utf-8"))
    except OSError:
        return {}
    return found


def _installed(python: Path, package: str) -> bool:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", package]
    return subprocess.run(command, capture_output=True).returncode == 0
