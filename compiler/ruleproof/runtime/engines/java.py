"""Java, as Spark finds it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

OLDEST = 17
_SECONDS = 20


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
