"""What the rows of a table give, compared: which give the same, which of two wins, and what a set of rows says together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TypeAlias

from ruleproof.model import tables
from ruleproof.model.scalars import below, kind_of
from ruleproof.model.table_meaning import rank
from ruleproof.model.tables import DecisionTable, Literal, OutputCell

Key: TypeAlias = tuple[object, ...]
"""Equal for two rows that give the same."""


class Outputs:
    """The outputs of the rows of a table; rows go by their index, from 0."""

    def __init__(self, table: DecisionTable) -> None:
        self.table = table
        self.keys: tuple[Key, ...] = tuple(tuple(map(_key, row.outputs)) for row in table.rows)

    def agree(self, rows: Iterable[int]) -> bool:
        """Tell whether all of some rows give the same."""
        return len({self.keys[row] for row in rows}) <= 1

    def clash(self, rows: Sequence[int]) -> bool:
        """Tell whether some rows that hold together break the hit policy: they say different things, and none is to win."""
        return self.table.hit_policy in (tables.UNIQUE, tables.ANY) and not self.agree(rows)

    @cached_property
    def places(self) -> tuple[int, ...] | None:
        """Give the place of each row in the order in which rows win, or are listed; `None` where outputs must be known first."""
        count = len(self.table.rows)
        if self.table.hit_policy not in (tables.PRIORITY, tables.OUTPUT_ORDER):
            return tuple(range(count))
        ranks = [[rank for rank in self._ranks(row) if rank is not None] for row in range(count)]
        if any(len(own) < len(self.table.outputs) for own in ranks):
            return None
        order = sorted(range(count), key=lambda row: (ranks[row], row))
        found = [0] * count
        for place, row in enumerate(order):
            found[row] = place
        return tuple(found)

    def _ranks(self, row: int) -> list[int | None]:
        """Give the priority of each output of a row; `None` where it is an expression and priorities differ."""
        cells = zip(self.table.outputs, self.table.rows[row].outputs, strict=True)
        return [
            rank(output.allowed, cell.value) if isinstance(cell, Literal) else None if output.allowed else 0
            for output, cell in cells
        ]

    @property
    def first_wins(self) -> bool:
        """True where one of several rows wins."""
        return self.table.hit_policy in (tables.FIRST, tables.PRIORITY)

    @property
    def collects(self) -> bool:
        """True where all rows that hold together are taken."""
        return self.table.hit_policy in (tables.RULE_ORDER, tables.OUTPUT_ORDER, tables.COLLECT)

    def makes_superfluous(self, other: int, row: int) -> bool:
        """Tell whether a row adds nothing wherever another one holds too."""
        if self.table.hit_policy in (tables.UNIQUE, tables.ANY):
            return self.keys[other] == self.keys[row]
        if self.table.aggregation not in (tables.MIN, tables.MAX) or len(self.table.outputs) != 1:
            return False
        if self.keys[other] == self.keys[row]:
            return True
        one, two = self.table.rows[other].outputs[0], self.table.rows[row].outputs[0]
        if not isinstance(one, Literal) or not isinstance(two, Literal):
            return False
        least, most = (one, two) if self.table.aggregation == tables.MIN else (two, one)
        return below(least.value, most.value) is True

    def said(self, rows: Sequence[int]) -> object:
        """Give what rows (in order of their numbers) say together; equal values mean the same answer of the table."""
        keys = [self.keys[row] for row in rows]
        if not rows:
            return None
        if not self.first_wins and not self.collects:
            return frozenset(keys)
        places = self.places
        if places is None:
            return tuple(rows)
        ordered = sorted(rows, key=places.__getitem__)
        if self.first_wins:
            return self.keys[ordered[0]]
        if self.table.hit_policy == tables.COLLECT:
            return tuple(sorted(keys, key=repr))
        return tuple(self.keys[row] for row in ordered)


def _key(cell: OutputCell) -> object:
    """Give a key that only equal outputs share; yes is not one."""
    return (kind_of(cell.value), cell.value) if isinstance(cell, Literal) else ("expression", cell.text)
