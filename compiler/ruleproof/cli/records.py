"""Decision records in files: one line of JSON each, appended whole, read back one by one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruleproof.cli.claims import objects_in
from ruleproof.cli.failures import Failure
from ruleproof.cli.reading import shown


def append_record(path: Path, record: Mapping[str, Any]) -> None:
    """Append one record in a single write, so that several writers do not mix their lines."""
    line = (json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8")
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            os.write(file, line)
        finally:
            os.close(file)
    except OSError as error:
        raise Failure(
            f"{shown(path)}: the record cannot be written: {(error.strerror or str(error)).lower()}"
        ) from None


def records_in(path: str) -> Iterator[tuple[int, object]]:
    """Give each record of a log with the number of its line; `ClaimError` where a line is no JSON."""
    try:
        with Path(path).open("rb") as stream:
            yield from objects_in(stream)
    except OSError as error:
        raise Failure(f"{shown(path)}: the log cannot be read: {(error.strerror or str(error)).lower()}") from None
