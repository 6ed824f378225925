"""Pieces judged by the workers of Spark, and handed back in the order in which they came."""

from __future__ import annotations

import contextlib
import tempfile
import uuid
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ruleproof.cli.claim_files.claim_file import Piece
from ruleproof.cli.claim_files.working import Done, Work, Worker
from ruleproof.cli.failures import Failure
from ruleproof.runtime.engines.spark_workers import EngineError, Workers


@dataclass(frozen=True)
class _Sent:
    """What each worker is told once: what to do, and where the paths of files begin."""

    about: str
    work: Work
    folder: Path


_ready: dict[str, Worker] = {}


def judged_by_spark(
    work: Work, pieces: Iterable[tuple[int, Piece]], master: str | None
) -> Iterator[tuple[int, Piece, Done]]:
    """Judge pieces, each with the number of its file, on a cluster; nothing as its address is every core of this machine.

    The files must be at the same place on every worker.
    """
    under_way: deque[tuple[int, Piece]] = deque()

    def contents() -> Iterator[tuple[int, object]]:
        for file, piece in pieces:
            under_way.append((file, piece))
            yield file, piece.content

    sent = _Sent(uuid.uuid4().hex, work, Path.cwd())
    try:
        with Workers(master) as workers:
            for done in workers.in_order(partial(_judged, sent), contents()):
                yield *under_way.popleft(), done
    except EngineError as error:
        raise Failure(f"--engine spark: {error}", "or leave out --engine") from None


def _judged(sent: _Sent, item: tuple[int, object]) -> Done:
    """Judge a piece on a worker; answers that are too long for its memory go to its own disk on the way."""
    file, content = item
    with contextlib.chdir(sent.folder):
        if sent.about not in _ready:
            _ready.clear()
            _ready[sent.about] = Worker(replace(sent.work, aside=Path(tempfile.gettempdir())))
        done = _ready[sent.about].judged(file, content)
    return replace(done, answers=_taken(done.answers), rejects=_taken(done.rejects))


def _taken(text: bytes | Path) -> bytes:
    if isinstance(text, bytes):
        return text
    content = text.read_bytes()
    text.unlink()
    return content
