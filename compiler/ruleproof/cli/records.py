"""Decision records in files: one line of JSON each, appended whole, read back one by one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruleproof.cli.claims import ClaimError, parsed_json
from ruleproof.cli.failures import Failure
from ruleproof.cli.reading import LARGEST_FILE, shown


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
            number = 0
            while line := stream.readline(LARGEST_FILE + 1):
                number += 1
                if len(line) > LARGEST_FILE:
                    raise ClaimError(f"line {number} is larger than {LARGEST_FILE // 1024 // 1024} MB")
                if line.strip():
                    yield number, parsed_json(_text(line, number), number)
    except OSError as error:
        raise Failure(f"{shown(path)}: the log cannot be read: {(error.strerror or str(error)).lower()}") from None


def _text(line: bytes, number: int) -> str:
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ClaimError(f"line {number} is not UTF-8 text") from None
