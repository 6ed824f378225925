"""Decision tables made elsewhere: from the path of a DMN file, a workbook or a CSV file to all that is known of it."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from ruleproof.cli.reading import shown, unreadable_file
from ruleproof.cli.report import Checked

if TYPE_CHECKING:
    from ruleproof.readers.reading import Reading

ENDINGS = (".dmn", ".csv", ".xlsx", ".xlsm")
LARGEST_FILE = 64 * 1024 * 1024


def is_table(path: str) -> bool:
    """Tell whether a path names a file of decision tables, by its ending."""
    return PurePath(path).suffix.lower() in ENDINGS


@dataclass(frozen=True, slots=True)
class TableOptions:
    """How tables are read and proved."""

    hit_policy: str = ""
    missing: bool = False
    time_limit: float | None = None


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file of decision tables: its path as shown, its bytes, and what was read."""

    path: str
    content: bytes
    reading: Reading

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def read_tables_of(path: str, hit_policy: str = "") -> TableFile | Checked:
    """Read the tables of one file; a file that cannot be opened is given as checked, with the reason."""
    from ruleproof.readers import read_table

    file = Path(path)
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        unread = unreadable_file(file, error)
        return Checked(unread.path, unread.sha256, (unread.finding,), status=unread.status)
    return TableFile(
        shown(file), content, read_table(shown(file), content, others=others_beside(file), hit_policy=hit_policy)
    )


def check_tables_of(path: str, options: TableOptions) -> Checked:
    """Read and prove the tables of one file."""
    from ruleproof.pipeline import check_tables

    file = read_tables_of(path, options.hit_policy)
    if isinstance(file, Checked):
        return file
    with _Progress(file.path) as progress:
        checked = check_tables(
            file.reading, missing=options.missing, still_time=clock(options.time_limit), progress=progress.tell
        )
    return Checked(file.path, file.sha256, checked.findings, checked.source, tables=checked)


def others_beside(file: Path) -> Iterator[tuple[str, bytes]]:
    """Give the DMN files in the same folder, which a DMN file may import; read only where they are asked for."""
    if file.suffix.lower() != ".dmn":
        return
    for other in sorted(file.parent.glob("*.dmn")):
        if other.name != file.name and other.is_file():
            try:
                with other.open("rb") as stream:
                    yield shown(other), stream.read(LARGEST_FILE + 1)
            except OSError:
                continue


def clock(seconds: float | None) -> Callable[[], bool]:
    """Give what tells whether some seconds from now are not over yet."""
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
