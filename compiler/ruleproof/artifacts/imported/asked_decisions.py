"""Decisions of the policy that rows ask about, where a table asks what another one decides."""

from __future__ import annotations

from collections.abc import Sequence

from ruleproof.artifacts.imported import written
from ruleproof.artifacts.imported.conditions import any_of, is_one_of
from ruleproof.model.table_meaning import passes
from ruleproof.model.tables import CellTest, Scalar


class AskedDecision:
    """A decision of the policy that rows ask about: its outcomes, and that it names none."""

    def __init__(self, name: str, outcomes: Sequence[tuple[str, Scalar]]) -> None:
        """Take the name and the outcomes: each as written, with the value that it stands for."""
        self.name = name
        self._said = written.name(name)
        self._outcomes = tuple(outcomes)
        self._nothing = 1 << len(self._outcomes)
        self.full = (self._nothing << 1) - 1

    def mask(self, test: CellTest) -> int:
        found = sum(1 << place for place, (_, value) in enumerate(self._outcomes) if passes(test, value, {}))
        return found | (self._nothing if passes(test, None, {}) else 0)

    def _values(self, mask: int) -> list[str]:
        return [word for place, (word, _) in enumerate(self._outcomes) if mask >> place & 1]

    def entry(self, mask: int) -> str | None:
        if mask == self.full:
            return "-"
        if mask & self._nothing:
            return f"not {', '.join(self._values(self.full & ~mask))}"
        return ", ".join(self._values(mask))

    def condition(self, mask: int) -> str:
        values = self._values(mask)
        parts = [is_one_of(self._said, values)] if values else []
        return any_of([*parts, *([f"{self._said} is nothing"] if mask & self._nothing else [])])
