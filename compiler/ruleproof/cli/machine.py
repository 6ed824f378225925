"""What we run on, and which version we are: for `--version`, `doctor` and reports of failures."""

from __future__ import annotations

import platform

from ruleproof import __version__


def compiler_version() -> str:
    """Give the version of the compiler."""
    return __version__


def machine() -> str:
    """Name the Python and the system, for example `CPython 3.11.7, Linux x86_64`."""
    return f"{platform.python_implementation()} {platform.python_version()}, {platform.system()} {platform.machine()}"
