"""The values of one input in a batch, as cells; and values of a dictionary, which the codes of a column stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ruleproof.runtime.batch.coded import Coded, Numbers, check, narrow

NO_ROWS = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Column:
    """The values of one input in a batch."""

    rows: int
    cells: tuple[Coded, ...]
    """For each dimension of the input the cell of each row; 0 where the row is refused or the value unknown."""
    refused: Numbers
    """The rows whose value is refused, ascending."""
    unknown: Numbers | None = None
    """Which rows have not been told, as a mask; nothing where all have."""
    days: Numbers | None = None
    """Of a date that days are counted from: the day of each row, counted from 1970-01-01."""


class Entries:
    """Values of a dictionary, and last what a null means."""

    def __init__(self, cells: Sequence[Numbers], refused: Numbers, unknown: Numbers, days: Numbers | None) -> None:
        """`refused` and `unknown` are masks; `days` is there for a date, and `cells` for each dimension of the input."""
        self.cells, self._refused, self._unknown, self.days = cells, refused, unknown, days
        self._means = tuple(
            map(_means, cells)
        )  # one and the same arrays in every batch: tables they are worked into last
        self._means_without_null = tuple(_means(part[:-1]) for part in cells)
        self._some_refused = bool(refused[:-1].any()), bool(refused.any())
        self._some_unknown = bool(unknown[:-1].any()), bool(unknown.any())

    def as_rows(self) -> Column:
        """Give all values but the last, each as a row."""
        return self.of(np.arange(len(self._refused) - 1, dtype=np.int32), False, [True] * len(self.cells), True)

    def of(
        self,
        codes: Numbers,
        nulls: bool,
        asked: Sequence[bool],
        counted: bool,
        unchecked: tuple[str, int] | None = None,
    ) -> Column:
        """Give each row what was read for the value that its code names; only with `nulls` some name the last.

        `asked` are the dimensions that anybody asks; the days of dates are given where they are `counted`.
        """
        bad, unknown = self._some_refused[nulls], self._some_unknown[nulls]
        days = self.days if counted else None
        if bad or unknown or days is not None:
            check(codes, unchecked)
            unchecked = None
        means = self._means if nulls else self._means_without_null
        cells = [
            Coded(codes, meant, unchecked) if there else nobody_asks(len(codes))
            for meant, there in zip(means, asked, strict=True)
        ]
        return Column(
            len(codes),
            tuple(cells),
            np.flatnonzero(self._refused.take(codes)) if bad else NO_ROWS,
            self._unknown.take(codes) if unknown else None,
            None if days is None else days.take(codes),
        )


def _means(cells: Numbers) -> Numbers | None:
    """Give what codes stand for; nothing where each stands for itself."""
    return None if np.array_equal(cells, np.arange(len(cells))) else narrow(cells)


def nobody_asks(rows: int) -> Coded:
    """Give a column of cells that nobody asks, without the memory for it."""
    return Coded(np.broadcast_to(np.uint8(0), (rows,)))
