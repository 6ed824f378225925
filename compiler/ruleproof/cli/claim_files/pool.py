"""Pieces judged by several processes at once, and handed back in the order in which they came."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from multiprocessing.connection import wait

import pyarrow as pa

from ruleproof.cli.claim_files.claim_file import Piece
from ruleproof.cli.claim_files.working import Done, Work, Worker
from ruleproof.cli.failures import Failure

FEW_PIECES = 3
"""So few are judged here, since other processes take a while to start."""

_worker: Worker | None = None


def judged_in_order(work: Work, pieces: Iterable[tuple[int, Piece]], cores: int) -> Iterator[tuple[int, Piece, Done]]:
    """Judge pieces, each with the number of its file; so many at once as there are cores, and one more that waits."""
    coming = iter(pieces)
    first = list(islice(coming, FEW_PIECES + 1))
    if cores == 1 or len(first) <= FEW_PIECES:
        worker = Worker(work)
        for file, piece in chain(first, coming):
            yield file, piece, worker.judged(file, piece.content)
        return
    executor = ProcessPoolExecutor(cores, _context(), _begin, (work,))
    try:
        yield from _in_order(executor, chain(first, coming), cores + 1)
    except BrokenProcessPool:
        raise Failure(
            "a process that judged rows was ended from outside, perhaps for want of memory", "try again with --cores 1"
        ) from None
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _in_order(
    executor: ProcessPoolExecutor, pieces: Iterator[tuple[int, Piece]], most: int
) -> Iterator[tuple[int, Piece, Done]]:
    under_way: deque[tuple[int, Piece, Future[Done]]] = deque()
    for file, piece in pieces:
        under_way.append((file, piece, executor.submit(_judged, file, piece.content)))
        if len(under_way) >= most:
            first, done, future = under_way.popleft()
            yield first, done, future.result()
    while under_way:
        first, done, future = under_way.popleft()
        yield first, done, future.result()


def _context() -> multiprocessing.context.BaseContext:
    """Start processes from one that has not compiled anything, where that is possible: they then share what they load."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def _begin(work: Work) -> None:
    global _worker
    sys.meta_path.insert(0, _WithoutPandas())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who waits for us
    threading.Thread(target=_end_with_parent, daemon=True).start()
    pa.set_cpu_count(1)
    _worker = Worker(work)


class _WithoutPandas:
    """Keeps pyarrow from loading pandas where that is installed: nobody asks for it here, and it takes 40 MB."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:  # noqa: ARG002
        if name == "pandas":
            raise ModuleNotFoundError("pandas is not loaded here", name=name)


def _end_with_parent() -> None:
    """End this process when the one that it works for has been killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _judged(file: int, content: object) -> Done:
    assert _worker is not None
    done = _worker.judged(file, content)
    pa.default_memory_pool().release_unused()
    return done
