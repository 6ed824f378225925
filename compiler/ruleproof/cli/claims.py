"""A claim from a JSON file: numbers stay exact, and what is no claim is refused in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

from ruleproof.cli.failures import Failure
from ruleproof.cli.reading import LARGEST_FILE, STDIN, shown


class ClaimError(ValueError):
    """A text that is no claim; `help` says how to mend it."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.message, self.help = message, help


def read_claim(path: str) -> dict[str, object]:
    """Read one JSON object: the names of inputs and their values."""
    found = parsed_json(_text(path))
    if not isinstance(found, dict):
        raise ClaimError("a claim is one JSON object, input names to values", _EXAMPLE)
    return found


def read_history(path: str) -> list[object]:
    """Read earlier services, the earliest first: a JSON list, or one object on each line."""
    text = _text(path)
    if text.lstrip().startswith("["):
        found = parsed_json(text)
        assert isinstance(found, list)
        return found
    return [parsed_json(line, number) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def objects_in(stream: BinaryIO) -> Iterator[tuple[int, object]]:
    """Give what each line of a stream holds as JSON, with the number of the line; empty lines are left out."""
    for number, line in enumerate(iter(lambda: stream.readline(LARGEST_FILE + 1), b""), 1):
        if len(line) > LARGEST_FILE:
            raise ClaimError(f"line {number} is larger than {LARGEST_FILE // 1024 // 1024} MB")
        if line.strip():
            try:
                yield number, parsed_json(line.decode("utf-8-sig"), number)
            except UnicodeDecodeError:
                raise ClaimError(f"line {number} is not UTF-8 text") from None


def _text(path: str) -> str:
    try:
        return _content(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ClaimError("the claim is not UTF-8 text", "save it again and choose the encoding UTF-8") from None


def parsed_json(text: str, line: int = 0) -> object:
    """Give what a JSON text holds; `line` is its place in a file of one object a line."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        what = error.msg[:1].lower() + error.msg[1:]
        place = f"line {line or error.lineno}, column {error.colno}"
        raise ClaimError(f"{place}: this is no JSON: {what}", _EXAMPLE) from None
    except ClaimError:
        raise
    except (RecursionError, ValueError) as error:
        what = "it is nested too deeply" if isinstance(error, RecursionError) else "a number in it is too long"
        place = f"line {line}: " if line else ""
        raise ClaimError(f"{place}this JSON cannot be read: {what}", _EXAMPLE) from None


_EXAMPLE = 'write, for example: {"genes": 50, "analyte": "dna", "z_code": null}'


def _content(path: str) -> bytes:
    import sys

    try:
        if path == STDIN:
            content = sys.stdin.buffer.read(LARGEST_FILE + 1)
        else:
            with Path(path).open("rb") as stream:
                content = stream.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise Failure(f"{shown(path)}: the claim cannot be read: {reason}") from None
    if len(content) > LARGEST_FILE:
        raise ClaimError(f"the claim is larger than {LARGEST_FILE // 1024 // 1024} MB")
    return content


def _no_number(word: str) -> object:
    raise ClaimError(f"`{word}` is no number of a claim", "write null where the claim has no value")


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise ClaimError(f"`{name}` stands twice in the claim", "keep one of the two")
        found[name] = value
    return found
