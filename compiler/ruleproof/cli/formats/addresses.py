"""Where a file is, as programs that read findings want it: relative to the folder that the command runs in."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from urllib.parse import quote


def relative_path(path: str) -> str:
    """Give a path relative to the current folder where it lies in it, with forward slashes."""
    if not PurePosixPath(path).is_absolute():
        return path
    here = Path.cwd()
    return Path(path).relative_to(here).as_posix() if Path(path).is_relative_to(here) else path


def address(path: str) -> str:
    """Give a path as a URI reference.

    >>> address("my policies/ü#1.policy")
    'my%20policies/%C3%BC%231.policy'
    """
    relative = relative_path(path)
    quoted = quote(relative, safe="/")
    if PurePosixPath(relative).is_absolute():
        return f"file://{quoted}"
    return f"./{quoted}" if ":" in quoted.split("/")[0] else quoted
