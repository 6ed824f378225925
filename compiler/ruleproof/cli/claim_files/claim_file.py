"""The shapes of reading: a file of claims, the pieces that it is cut into, and the batches of rows in a piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa

from ruleproof.cli.failures import Failure
from ruleproof.cli.reading import shown
from ruleproof.runtime.batch.coded import Numbers
from ruleproof.runtime.batch.columns import Values
from ruleproof.runtime.batch.deciding import Reject
from ruleproof.runtime.kernel.program import Program

Place: TypeAlias = tuple[int, ...]
"""Where a piece begins, in numbers that its reader understands; nothing is the beginning of the file."""

LONGEST_ROW = 1 << 20
"""A row of more bytes is refused, so that memory stays bounded."""


@dataclass(frozen=True)
class Batch:
    """Some rows of a file."""

    rows: int
    columns: Mapping[str, Values]
    """The columns that are inputs."""
    others: Mapping[str, pa.Array]
    """The columns that are no input; they go along to the answers."""
    numbers: Numbers
    """The number of each row in the file, counted from 1."""
    rejects: tuple[Reject, ...] = ()
    """Rows that could not be read, in no batch."""
    told: Callable[[int], Mapping[str, object]] | None = None
    """Gives what a row of the batch tells, value by value, where the columns do not keep the values as they are written."""
    unknown: frozenset[str] = frozenset()
    """The columns in which null says that a row has not told the value; in the others it says that there is none."""
    places: Sequence[str] = ()
    """Where each row stands, for the reason of a reject, in files whose rows are not their lines."""


@dataclass(frozen=True)
class Piece:
    """A stretch of a file that is read and judged by itself; where a file is cut depends on the file alone."""

    end: Place
    """Where the next piece begins."""
    read: int
    """How many bytes of the file come before its end, about."""
    content: Any
    """What is needed to read it, perhaps in another process."""


@dataclass(frozen=True)
class ClaimFile:
    """A file of claims, opened."""

    names: tuple[str, ...]
    """The inputs that it has columns for; of NDJSON all, since each line tells what it tells."""
    others: pa.Schema
    size: int
    """How many bytes it has."""
    pieces: Callable[[Place], Iterator[Piece]]
    """Cuts the file, from a place on."""
    batches: Callable[[Any], Iterator[Batch]]
    """Reads the content of a piece; it can be handed to another process."""


def in_order(
    names: tuple[str, ...], others: pa.Schema, size: int, batches: Callable[[], Iterator[tuple[int, Batch]]]
) -> ClaimFile:
    """Give a file that can only be read from its beginning to its end.

    `batches` begins to read, and gives each batch behind the number of bytes that are read by then.
    """

    def pieces(since: Place) -> Iterator[Piece]:
        done = since[0] if since else 0
        for number, (read, batch) in enumerate(batches(), 1):
            if number > done:
                yield Piece((number,), read, batch)

    return ClaimFile(names, others, size, pieces, _as_it_is)


def _as_it_is(content: Batch) -> Iterator[Batch]:
    yield content


def named(path: Path, schema: pa.Schema, program: Program) -> tuple[tuple[str, ...], pa.Schema]:
    """Tell the columns that are inputs from the others; a column cannot be there twice."""
    seen: set[str] = set()
    for name in schema.names:
        if name in seen:
            raise Failure(f"{shown(str(path))}: there are two columns `{name}`", "rename one of them")
        seen.add(name)
    read = tuple(name for name in program.names if name in seen)
    if not read:
        known = ", ".join(program.names[:8])
        raise Failure(f"{shown(str(path))}: no column has the name of an input", f"the inputs are {known}, …")
    return read, pa.schema([field for field in schema if field.name not in program.names])


def those(columns: Mapping[str, Any], names: Sequence[str], wanted: bool) -> dict[str, Any]:
    """Give the columns that are among some names, or those that are not."""
    return {name: column for name, column in columns.items() if (name in names) is wanted}


def unreadable(path: Path, error: Exception) -> Failure:
    """Say in a sentence why a file cannot be read any further."""
    return Failure(
        f"{shown(str(path))}: the claims cannot be read: {reason_of(error)}",
        "nothing was written; look whether the file is whole, and of the kind that its ending says",
    )


def reason_of(error: Exception) -> str:
    """Give what a library says of a file, as a part of a sentence."""
    reason = " ".join((getattr(error, "strerror", None) or str(error)).split())[:300]
    return f"{reason[:1].lower()}{reason[1:]}".rstrip(".")
