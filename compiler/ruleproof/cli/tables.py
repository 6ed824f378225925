"""Decision tables made elsewhere: from the path of a DMN file, a workbook or a CSV file to all that is known of it."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from ruleproof.cli.reading import shown, unreadable_file
from ruleproof.cli.report import Checked

ENDINGS = (".dmn", ".csv", ".xlsx", ".xlsm")
LARGEST_FILE = 256 * 1024 * 1024


def is_table(path: str) -> bool:
    """Tell whether a path names a file of decision tables, by its ending."""
    return PurePath(path).suffix.lower() in ENDINGS


@dataclass(frozen=True, slots=True)
class TableOptions:
    """How tables are read and proved."""

    hit_policy: str = ""
    missing: bool = False
    time_limit: float | None = None


def check_tables_of(path: str, options: TableOptions) -> Checked:
    """Read and prove the tables of one file."""
    from ruleproof.pipeline import check_tables
    from ruleproof.readers import read_table

    file = Path(path)
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        unread = unreadable_file(file, error)
        return Checked(unread.path, unread.sha256, (unread.finding,), status=unread.status)
    digest = hashlib.sha256(content).hexdigest()
    reading = read_table(shown(file), content, others=_beside(file), hit_policy=options.hit_policy)
    with _Progress(shown(file)) as progress:
        checked = check_tables(
            reading, missing=options.missing, still_time=_clock(options.time_limit), progress=progress.tell
        )
    return Checked(shown(file), digest, checked.findings, checked.source, tables=checked)


def _beside(file: Path) -> Iterator[tuple[str, bytes]]:
    """Give the DMN files in the same folder, which a DMN file may import; read only where they are asked for."""
    if file.suffix.lower() != ".dmn":
        return
    for other in sorted(file.parent.glob("*.dmn")):
        if other.name != file.name:
            try:
                yield shown(other), other.read_bytes()
            except OSError:
                continue


def _clock(seconds: float | None) -> Callable[[], bool]:
    if seconds is None:
        return lambda: True
    end = time.monotonic() + seconds
    return lambda: time.monotonic() < end


class _Progress:
    """One line on a terminal that says what is being looked for; nothing where nobody looks."""

    def __init__(self, path: str) -> None:
        self._path, self._width = path, 0
        self._wanted = sys.stderr.isatty()
        self._last = time.monotonic()

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()

    def tell(self, what: str, done: int, of: int) -> None:
        now = time.monotonic()
        if not self._wanted or now - self._last < 0.2:
            return
        self._last = now
        line = f"{self._path}: {what}, {done:,}" + (f" of {of:,}" if of else "")
        sys.stderr.write("\r" + line.ljust(self._width))
        sys.stderr.flush()
        self._width = max(self._width, len(line))
