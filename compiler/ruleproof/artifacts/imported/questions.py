"""The inputs of tables as inputs of a policy: what each can be, and its tests as entries of a table or as conditions.

All columns of one expression are one input, cut into the cells (`prover/table_cells.py`) that no test tells apart, so that a
test is a mask.  The language has closed domains only: an open text gets a value for all that is not named, an open number
gets bounds.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any, Protocol

from ruleproof.artifacts.imported import written
from ruleproof.artifacts.imported.conditions import any_of, is_one_of, word_of
from ruleproof.artifacts.imported.forms import ONE_OF, YES_OR_NO, Form, form_of
from ruleproof.model.tables import (
    NUMBER,
    UNKNOWN,
    WHOLE,
    CellTest,
    InputColumn,
    Scalar,
)
from ruleproof.prover.scales import Cell
from ruleproof.prover.table_cells import Axis
from ruleproof.prover.table_space import related_in, undecided_in

ANY_OTHER = "any_other"
LEAST_BOUND = 1_000_000
"""An open number reaches at least so far, and a thousand times as far as any number in the table."""
FIRST_DAY, LAST_DAY = datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)
A_CENTURY = 36_525


class Question(Protocol):
    """What rows can ask about: an input, or another decision."""

    name: str
    full: int
    """The mask of everything that it can be."""

    def mask(self, test: CellTest) -> int:
        """Give what passes a test that can be decided."""
        ...

    def entry(self, mask: int) -> str | None:
        """Write a mask as an entry of a table; `None` where an entry cannot say it."""
        ...

    def condition(self, mask: int) -> str:
        """Write a mask, neither empty nor full, as a condition."""
        ...


def is_beyond(test: CellTest) -> bool:
    """Tell whether a test compares with another input, or cannot be decided."""
    return any(True for _ in related_in(test)) or any(True for _ in undecided_in(test))


# ---------------------------------------------------------------- inputs


@dataclass(frozen=True, slots=True)
class Unsupported:
    """An input that the language has no domain for."""

    expression: str
    reason: str


def input_of(
    columns: Sequence[InputColumn], tests: Iterable[CellTest], named: Callable[[], str]
) -> AskedInput | Unsupported:
    """Make one input of all columns with one expression; `named` gives its name in the policy."""
    first = columns[0]
    kinds = {column.type for column in columns} - {UNKNOWN}
    if kinds == {NUMBER, WHOLE}:
        kinds = {NUMBER}
    if len(kinds) > 1:
        return Unsupported(first.expression, f"it is taken for a {' and for a '.join(sorted(kinds))}")
    decided = [test for test in tests if not is_beyond(test)]
    allowed = [column.allowed for column in columns if not is_beyond(column.allowed)]
    nullable = any(column.nullable for column in columns)
    kind = kinds.pop() if kinds else UNKNOWN
    axis = Axis(kind, [*decided, *allowed], [], nullable=nullable)
    form = form_of(axis)
    if isinstance(form, str):
        return Unsupported(first.expression, form)
    allowed_masks = [axis.masks(test)[0] for test in allowed]
    domain = axis.missing
    for mask in allowed_masks or [axis.full]:
        domain |= mask
    if form.words != ONE_OF:
        domain &= ~axis.others  # of a kind that no cell speaks of
    if not domain & ~axis.missing:
        return Unsupported(first.expression, "there is no value that it can be")
    label = next((column.label for column in columns if column.label not in ("", column.expression)), "")
    found = AskedInput(named(), first.expression, label, axis, domain, form)
    problem = found.problem()
    return Unsupported(first.expression, problem) if problem else found


class AskedInput:
    """An input of the policy, and how its tests are written."""

    def __init__(self, name: str, expression: str, label: str, axis: Axis, domain: int, form: Form) -> None:
        self.name, self.expression, self.label = name, expression, label
        self.full = domain
        self.notes: list[str] = []
        self._axis, self._form = axis, form
        self._said = written.name(name)
        self._bits = [number for number in range(len(axis.cells)) if domain >> number & 1]
        self._stretches = bool(axis.stretches & domain)
        self.others = _free_word(ANY_OTHER, axis.named(domain))
        self._written: dict[int, str | None] = {}

    @property
    def nullable(self) -> bool:
        return bool(self._axis.missing)

    @property
    def unit(self) -> str:
        return self._form.unit

    def mask(self, test: CellTest) -> int:
        return self._axis.masks(test)[0] & self.full

    def outside(self, test: CellTest) -> int:
        """Give what the input can be and a column does not allow; a missing value is never outside."""
        return self.full & ~self._axis.masks(test)[0] & ~self._axis.missing

    def problem(self) -> str:
        """Say why the input cannot be declared; an empty text where it can."""
        if self._stretches:
            bounds = [
                self._form.shown(bound)
                for cell in self._axis.cells
                for bound in (cell.low, cell.high)
                if bound is not None
            ]
            if any(len(part) > 30 for bound in bounds for part in bound.lstrip("-").split(".")):
                return "a number has more than 30 digits on one side of its point"
        named = [value for value in self._axis.named(self.full) if isinstance(value, str)]
        if any(not written.can_be_written(value) or len(value) > 1_000 for value in named):
            return "a text holds letters that cannot be seen, or more than 1,000 letters"
        return ""

    # ------------------------------------------------------------ declared

    def declaration(self) -> str:
        """Write the block that declares the input."""
        label = f" {written.text(written.shortened(self.label))}" if self.label else ""
        missing = ", may be missing" if self.nullable else ""
        lines = [f"input {self._said}{label} is {self._domain()}{missing}"]
        lines += [f"  unit {written.text(self._form.unit)}"] if self._form.unit else []
        lines += [f"  note {written.text(note)}" for note in self.notes]
        return "\n".join(lines)

    def _domain(self) -> str:
        if self._form.words == YES_OR_NO:
            return YES_OR_NO
        if self._form.words == ONE_OF:
            return f"one of {written.listed(map(written.value, self.words(self.full)))}"
        low, high = self._ends()
        return f"{self._form.words} from {low} to {high}"

    def _ends(self) -> tuple[str, str]:
        first, last = self._hull()
        low = self._form.least if first.low is None else self._form.shown(first.low)
        high = self._form.most if last.high is None else self._form.shown(last.high)
        return low or self._bound(False), high or self._bound(True)

    def _hull(self) -> tuple[Cell, Cell]:
        runs = list(self._axis.runs(self.full))
        return runs[0][0], runs[-1][1]

    def _bound(self, upper: bool) -> str:
        """Choose an end for values without one, far beyond every bound of the table."""
        cells = self._axis.cells
        if self._form.words == "date":
            days = [bound for cell in cells for bound in (cell.low, cell.high) if isinstance(bound, datetime.date)]
            if upper:
                last = max([LAST_DAY.toordinal(), *(day.toordinal() + A_CENTURY for day in days)])
                return datetime.date.fromordinal(min(last, datetime.date.max.toordinal())).isoformat()
            return datetime.date.fromordinal(
                max(1, min([FIRST_DAY.toordinal(), *(day.toordinal() - A_CENTURY for day in days)]))
            ).isoformat()
        shown = [self._form.shown(bound) for cell in cells for bound in (cell.low, cell.high) if bound is not None]
        largest = max([Decimal(LEAST_BOUND), *(abs(Decimal(bound)) * 1000 for bound in shown)])
        return f"{'' if upper else '-'}1{'0' * (largest.adjusted() + (largest != Decimal(10) ** largest.adjusted()))}"

    def is_open(self) -> bool:
        """Tell whether an end of the domain was chosen, since the table sets none."""
        if not self._stretches:
            return False
        first, last = self._hull()
        return (first.low is None and not self._form.least) or (last.high is None and not self._form.most)

    @property
    def ends(self) -> str:
        return " to ".join(self._ends())

    @property
    def has_others(self) -> bool:
        return bool(self._axis.others & self.full)

    def impossible(self) -> str:
        """Write what lies within the ends of the domain and can never be; an empty text where nothing does."""
        if not self._stretches:
            return ""
        runs = list(self._axis.runs(self.full & ~self._axis.missing))
        parts: list[str] = []
        first, last = runs[0][0], runs[-1][1]
        if first.low is not None and not first.low_closed:
            parts.append(f"{self._said} is {self._before(first.low, True)}")
        for (_, one), (other, _) in pairwise(runs):
            parts.append(self._between(one.high, other.low, not one.high_closed, not other.low_closed))
        if last.high is not None and not last.high_closed:
            parts.append(f"{self._said} is {self._after(last.high, True)}")
        return any_of(parts)

    # ------------------------------------------------------------ tests

    def words(self, mask: int) -> list[str]:
        """Give the values in a mask, as words of a choice."""
        found = [word_of(value) for value in self._axis.named(mask)]
        return [*found, *([self.others] if mask & self._axis.others else [])]

    def entry(self, mask: int) -> str | None:
        if mask not in self._written:
            self._written[mask] = self._entry(mask)
        return self._written[mask]

    def _entry(self, mask: int) -> str | None:
        missing = self._axis.missing
        if mask == self.full:
            return "-"
        if missing and mask in (missing, self.full & ~missing):
            return "missing" if mask == missing else "present"
        plain = None if mask & missing else self._items(mask)
        if missing:
            return plain
        turned = self._items(self.full & ~mask)
        if plain is None:
            return None if turned is None else f"not {turned}"
        return f"not {turned}" if turned is not None and len(turned) + 10 < len(plain) else plain

    def _items(self, mask: int) -> str | None:
        """Write values and stretches with commas between them; `None` where a stretch cannot be written so."""
        if not self._stretches:
            return ", ".join(self._values(mask))
        items = [self._item(first, last) for first, last in self._axis.runs(mask)]
        return None if None in items else ", ".join(item for item in items if item)

    def _values(self, mask: int) -> list[str]:
        if self._form.words == YES_OR_NO:
            return [word_of(value) for value in self._axis.named(mask)]
        return [written.value(word) for word in self.words(mask)]

    def _item(self, first: Cell, last: Cell) -> str | None:
        low, high = self._inner(first, last)
        shown = self._form.shown
        if low is None:
            return f"{'<=' if last.high_closed else '<'}{shown(high)}"
        if high is None:
            return f"{'>=' if first.low_closed else '>'}{shown(low)}"
        if not (first.low_closed and last.high_closed):
            return None
        return shown(low) if low == high else f"{shown(low)}..{shown(high)}"

    def _inner(self, first: Cell, last: Cell) -> tuple[Any, Any]:
        """Give the bounds of a stretch, without those that are ends of the domain."""
        least, most = self._hull()
        one_value = first.low is not None and first.low == last.high
        low = None if first is least and not one_value else first.low
        high = None if last is most and not one_value else last.high
        return low, high

    def condition(self, mask: int) -> str:
        missing = self._axis.missing
        values = mask & ~missing
        if missing and values == self.full & ~missing:
            return f"{self._said} is present"
        parts = self._conditions(values) if values else []
        return any_of([*parts, *([f"{self._said} is missing"] if mask & missing else [])])

    def _conditions(self, mask: int) -> list[str]:
        if self._form.words == YES_OR_NO:
            return [self._said if value else f"{self._said} is no" for value in self._axis.named(mask)]
        if not self._stretches:
            return [is_one_of(self._said, self._values(mask))]
        return [self._stretch(first, last) for first, last in self._axis.runs(mask)]

    def _stretch(self, first: Cell, last: Cell) -> str:
        low, high = self._inner(first, last)
        if low is not None and low == high:
            return f"{self._said} is {self._form.shown(low)}"
        return self._between(low, high, first.low_closed, last.high_closed)

    def _between(self, low: Any, high: Any, low_closed: bool, high_closed: bool) -> str:
        if low is not None and high is not None and low_closed and high_closed:
            if low == high:
                return f"{self._said} is {self._form.shown(low)}"
            return f"{self._said} is between {self._form.shown(low)} and {self._form.shown(high)}"
        above = [] if low is None else [f"{self._said} is {self._after(low, low_closed)}"]
        under = [] if high is None else [f"{self._said} is {self._before(high, high_closed)}"]
        parts = above + under or [f"{self._said} is {self._after_text(self._ends()[0])}"]
        return parts[0] if len(parts) == 1 else f"({' and '.join(parts)})"

    def _after(self, bound: Any, closed: bool) -> str:
        return self._after_text(self._form.shown(bound), closed)

    def _after_text(self, bound: str, closed: bool = True) -> str:
        how = ("on or after", "after") if self._form.words == "date" else ("at least", "more than")
        return f"{how[not closed]} {bound}"

    def _before(self, bound: Any, closed: bool) -> str:
        how = ("on or before", "before") if self._form.words == "date" else ("at most", "less than")
        return f"{how[not closed]} {self._form.shown(bound)}"


def _free_word(wanted: str, taken: Iterable[Scalar]) -> str:
    words = set(map(word_of, taken))
    number = 1
    while (found := wanted if number == 1 else f"{wanted}_{number}") in words:
        number += 1
    return found
