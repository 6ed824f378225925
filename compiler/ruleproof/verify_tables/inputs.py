"""One input of a table certificate: which of its cells can be, and which pass a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ruleproof.verify import FlawError
from ruleproof.verify_tables.values import ZONE, Kind, value_of


class Input:
    """One input: its cells, kind by kind, then that of a missing value; those that can be are in `can`."""

    def __init__(self, item: Mapping[str, Any]) -> None:
        self.name, self.type = item["input"], item["type"]
        self.kinds: list[Kind] = []
        self.size = 0
        for part in item["kinds"]:
            self.kinds.append(Kind(part, self.size))
            self.size += self.kinds[-1].size
        self.null = 1 << self.size if item["may_be_missing"] else 0
        self.size += bool(self.null)
        self.all = (1 << self.size) - 1
        self._check_kinds(self.type, [kind.kind for kind in self.kinds])
        can = sum(kind.filled() for kind in self.kinds)
        for test in item["can_be"]:
            can &= self.mask(test)
        self.can = can | self.null

    def _check_kinds(self, type: str, kinds: list[str]) -> None:
        expected = (
            kinds[-1:] == [""] if type == "unknown" else set(kinds) in ({type}, {type + ZONE}, {type, type + ZONE})
        )
        if not expected or len(set(kinds)) != len(kinds) or "" in kinds[:-1]:
            raise FlawError(f"{self.name}: its values are not all there")

    def mask(self, test: Any) -> int:
        """Give the cells that pass a test of the input's own value."""
        match test:
            case ["any"]:
                return self.all
            case ["in", values]:
                return self._in(values)
            case ["within", low, high, low_closed, high_closed]:
                return self._within(low, high, low_closed, high_closed)
            case ["not", part]:
                return self.all & ~self.mask(part)
            case ["any of", *parts]:
                found = 0
                for part in parts:
                    found |= self.mask(part)
                return found
            case _:
                raise FlawError(f"no such test: {test!r}")

    def _in(self, values: Sequence[Any]) -> int:
        mask = 0
        by_kind: dict[str, list[Any]] = {}
        for value in values:
            kind, place = value_of(value)
            if kind == "null":
                mask |= self.null
            else:
                by_kind.setdefault(kind, []).append(place)
        for kind, places in by_kind.items():
            own = self._of_kind(kind)
            mask |= 0 if own is None else own.named(places)
        return mask

    def _within(self, low: Any, high: Any, low_closed: bool, high_closed: bool) -> int:
        (kind, start), (other, end) = value_of(low), value_of(high)
        if "null" not in (kind, other) and kind != other:
            raise FlawError(f"{self.name}: from a {kind} to a {other} is no stretch")
        own = self._of_kind(other if kind == "null" else kind)
        if own is None or own.kind == "boolean":
            return 0
        return own.between(
            None if start is None else own.cut(start, not low_closed),
            None if end is None else own.cut(end, bool(high_closed)),
        )

    def _of_kind(self, kind: str) -> Kind | None:
        found = next((part for part in self.kinds if part.fits(kind)), None)
        if found is None and (self.type == "unknown" or kind.removesuffix(ZONE) == self.type):
            raise FlawError(f"{self.name}: it has no cells for a {kind}")
        return found
