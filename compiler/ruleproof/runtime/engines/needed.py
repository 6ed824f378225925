"""What Spark needs on this machine: pyspark, and Java."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

OLDEST = 17
_SECONDS = 20


def spark_sql() -> Any:
    """Give the part of pyspark for tables; where there is none, the error says how to get it."""
    try:
        import pyspark.sql.types  # noqa: PLC0415 - every other module does without it
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("Spark needs pyspark: pip install 'ruleproof[spark]'", name=error.name) from error
    return pyspark.sql


def java() -> str | None:
    """Find Java: in JAVA_HOME where that is set, else on the path."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")


def version_of(program: str) -> int | None:
    """Give the first number of a Java's version, such as 17; nothing where it does not say."""
    try:
        done = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', done.stderr)
    return int(found[1]) if found else None
