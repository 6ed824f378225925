"""Files of claims, opened by their kind.

A kind of file is an entry of `OPENERS`: from the path and the policy to a `ClaimFile`, which is cut into pieces that are
read and judged by themselves, perhaps in other processes.  A format that can only be read from its beginning to its end is
one too (`in_order` in `claim_file.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa

from ruleproof.cli.claim_files.claim_file import ClaimFile, unreadable
from ruleproof.cli.claim_files.columns_option import open_mapped
from ruleproof.cli.claim_files.from_csv import open_csv
from ruleproof.cli.claim_files.from_json_lines import open_json_lines
from ruleproof.cli.claim_files.from_parquet import open_parquet
from ruleproof.cli.failures import Failure
from ruleproof.cli.reading import shown
from ruleproof.readers.claims.mapping import ColumnMapping
from ruleproof.runtime.kernel.program import Program

Opener: TypeAlias = Callable[[Path, Program], ClaimFile]

OPENERS: Mapping[str, Opener] = {
    ".csv": open_csv,
    ".ndjson": open_json_lines,
    ".jsonl": open_json_lines,
    ".parquet": open_parquet,
}
"""Each kind of file, by its ending."""

PARTS_OF_A_FOLDER = ".parquet"
"""A folder stands for the files with this ending in it and below it."""


def open_claims(path: Path, program: Program, mapping: ColumnMapping | None = None) -> ClaimFile:
    """Open a file of claims by its ending, or by a column mapping where there is one."""
    try:
        if mapping is not None:
            return open_mapped(path, program, mapping)
        return OPENERS[path.suffix.lower()](path, program)
    except (pa.ArrowException, OSError) as error:
        raise unreadable(path, error) from None


def files_named(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """Give the files that paths stand for: those of a folder in the order of their names."""
    return tuple(file for path in paths for file in (_files_in(path) if path.is_dir() else (path,)))


def _files_in(folder: Path) -> tuple[Path, ...]:
    inside = sorted(path for path in folder.rglob(f"*{PARTS_OF_A_FOLDER}") if path.is_file())
    seen = tuple(path for path in inside if not any(part[0] in "._" for part in path.relative_to(folder).parts))
    if not seen:
        raise Failure(f"{shown(str(folder))}: there is no file *{PARTS_OF_A_FOLDER} in this folder")
    return seen
