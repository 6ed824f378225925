"""How far it has come, on a terminal: rows, rejects, the rate, and the time that is left."""

from __future__ import annotations

import sys
import time

from ruleproof.cli.claim_files.unfinished import Counts

_SECONDS_BETWEEN = 0.5
_MINUTE, _HOUR = 60, 3600


class Shown:
    """A line that is written over twice a second; nothing where nobody looks."""

    def __init__(self, size: int, before: Counts) -> None:
        """`size` counts the bytes that are to be read in all, `before` the rows that were done by an earlier run."""
        self._shows = sys.stderr.isatty()
        self._size, self._before = max(size, 1), before.rows
        self._started = self._last = time.monotonic()
        self._read: int | None = None

    def show(self, counts: Counts, read: int) -> None:
        """Show the counts, and how many bytes are read of all."""
        if self._read is None:
            self._read = read
        now = time.monotonic()
        if self._shows and now - self._last >= _SECONDS_BETWEEN:
            self._last = now
            print(f"\r{self.line(counts, read, now - self._started)}\x1b[K", end="", file=sys.stderr, flush=True)

    def line(self, counts: Counts, read: int, seconds: float) -> str:
        """Give what is shown after so many seconds."""
        rate = (counts.rows - self._before) / max(seconds, 1e-9)
        said = f"{counts.rows:,} rows, {counts.rejected:,} rejected, {rate:,.0f} rows/s, {read * 100 // self._size}%"
        since = read - (self._read or 0)
        return f"{said}, {in_words(seconds * (self._size - read) / since)} left" if since > 0 else said

    def clear(self) -> None:
        if self._shows:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def in_words(seconds: float) -> str:
    """Give a time in words.

    >>> in_words(7.2), in_words(80), in_words(7300)
    ('7 s', '1 min 20 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"
