"""The texts of sources that `check --source NAME=FILE` names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ruleproof.cli.report import Checked


def texts_at_hand(named: Mapping[str, str]) -> dict[str, tuple[str, bytes]]:
    """Read the files; each comes with its name, whose ending says what it is."""
    from ruleproof.articles.lines import LONGEST_ARTICLE

    found: dict[str, tuple[str, bytes]] = {}
    for name, file in named.items():
        with Path(file).open("rb") as stream:
            found[name] = Path(file).name, stream.read(LONGEST_ARTICLE + 1)
    return found


def refuse_unknown(files: Iterable[Checked], texts: Mapping[str, object]) -> None:
    """Refuse a text of a source that no policy has."""
    known = [source.name for file in files if file.compiled for source in file.compiled.policy.sources]
    unread = any(file.compiled is None for file in files)
    for name in texts if not unread else ():
        if name not in known:
            there = ", ".join(f"`{other}`" for other in dict.fromkeys(known)) or "none"
            raise click.UsageError(f"no policy here has a source `{name}`; there are {there}")
