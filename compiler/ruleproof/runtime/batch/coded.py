"""A column of small numbers, and what each of them stands for: what comes in as cells, and what goes out as answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from ruleproof.runtime.kernel.values import InputError

Numbers: TypeAlias = np.ndarray[Any, Any]

_CODES_OF_A_BYTE = 1 << 8
_CODES_OF_TWO_BYTES = 1 << 16


@dataclass(frozen=True, eq=False)
class Coded:
    """A code for each row, and what it stands for: the entry of `means` at its place, or the code itself."""

    codes: Numbers
    means: Numbers | None = None
    unchecked: tuple[str, int] | None = None
    """Where nobody has looked yet whether all codes are entries of a dictionary: the column, and how many entries there are."""

    def __len__(self) -> int:
        return len(self.codes)

    def plain(self) -> Numbers:
        """Give what each row stands for."""
        check(self.codes, self.unchecked)
        return self.codes if self.means is None else self.means.take(self.codes)

    def at(self, rows: Numbers) -> Coded:
        """Give some rows only."""
        return Coded(self.codes.take(rows), self.means, self.unchecked)


def check(codes: Numbers, unchecked: tuple[str, int] | None) -> None:
    """Refuse codes that are no entries of a dictionary; no library should hand out such a column."""
    if unchecked is None or not len(codes):
        return
    name, size = unchecked
    if int(codes.view(f"u{codes.itemsize}").max()) >= size:
        raise InputError(f"the column `{name}` names entries that its dictionary has not", name, None, "a sound column")


def least_type(most: int) -> np.dtype[Any]:
    """Give the type with the fewest bytes for numbers from 0 to `most`.

    >>> least_type(255), least_type(256)
    (dtype('uint8'), dtype('uint16'))
    """
    return np.dtype(np.uint8 if most < _CODES_OF_A_BYTE else np.uint16 if most < _CODES_OF_TWO_BYTES else np.int64)


def narrow(numbers: Numbers) -> Numbers:
    """Give numbers that are not negative in the type with the fewest bytes."""
    return numbers.astype(least_type(int(numbers.max()) if numbers.size else 0))
