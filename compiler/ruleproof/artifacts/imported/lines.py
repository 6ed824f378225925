"""The rows of a table as lines of a policy, for one decision: what each says, and which wins where two hold together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ruleproof.artifacts.imported import written
from ruleproof.model import tables
from ruleproof.model.scalars import below, kind_of
from ruleproof.model.tables import DecisionTable, Literal, OutputCell, Scalar, TableRow
from ruleproof.prover.table_outputs import Outputs
from ruleproof.prover.table_texts import plain_text

NO_VALUE = "no_value"
"""What stands for an output that is null."""

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One rule of the policy: where it holds (a mask for each question) and what it says; `None` leaves the case open."""

    row: TableRow | None
    """The row of the table that it comes from; `None` for the default output."""
    box: tuple[int, ...]
    outcome: str | None
    """As written in the policy."""
    level: int = 0
    """Where two lines that differ hold together, the one with the lower level wins; on equal levels neither does."""


@dataclass
class Outcomes:
    """The outcomes of one decision: a word for each thing that rows give, never one for two things."""

    keys: dict[Key, str] = field(default_factory=dict)
    values: dict[str, Scalar] = field(default_factory=dict)
    """For each outcome, as written, its value; only of outcomes that are one value."""
    constant: bool = True
    """False where some outcome is an expression, which nobody has worked out."""

    def word(self, key: Key, wanted: Callable[[], str]) -> str:
        """Give the word of a key, as written."""
        if key not in self.keys:
            said, number = wanted(), 1
            taken = set(self.keys.values())
            while (found := said if number == 1 else _numbered(said, number)) in taken:
                number += 1
            self.keys[key] = found
        return self.keys[key]

    def of_cell(self, cell: OutputCell | None) -> str:
        """Give the outcome that an output cell stands for."""
        if not isinstance(cell, Literal) and cell is not None:
            self.constant = False
            return self.word(("expression", cell.text), lambda: written.text(f"= {cell.text}"))
        value = None if cell is None else cell.value
        word = self.word((kind_of(value), value), lambda: _word(value))
        self.values[word] = value
        return word

    def of_cells(self, names: Sequence[str], cells: Sequence[OutputCell | None], number: str = "") -> str:
        """Give the outcome that all cells of a row stand for together; with a number it differs from those of other rows."""
        parts = [_part(cell) for cell in cells]
        said = parts[0] if len(parts) == 1 else "; ".join(map("{}: {}".format, names, parts))
        key = (number, *(_key(cell) for cell in cells))
        return self.word(key, lambda: written.text(f"{number}: {said}" if number else said))


def _numbered(said: str, number: int) -> str:
    return f'{said[:-1]} ({number})"' if said.endswith('"') else written.value(f"{said} ({number})")


def _word(value: Scalar) -> str:
    match value:
        case None:
            return NO_VALUE
        case bool():
            return "yes" if value else "no"
        case str():
            return written.value(value)
        case _ if kind_of(value) == tables.NUMBER:
            said = _part(Literal(value))
            return said if all(len(part) <= 30 for part in said.lstrip("-").split(".")) else written.text(said)
        case _ if kind_of(value) == tables.DATE:
            return plain_text(value)
        case _:
            return written.text(plain_text(value))


def _part(cell: OutputCell | None) -> str:
    """Give an output as it stands beside those of other columns."""
    match cell:
        case None | Literal(None):
            return "null"
        case Literal(bool() as value):
            return "yes" if value else "no"
        case Literal(Decimal() as value):
            return written.number(value)
        case Literal(value):
            return plain_text(value)
        case _:
            return f"= {cell.text}"


def _key(cell: OutputCell | None) -> Key:
    if cell is None or isinstance(cell, Literal):
        value = None if cell is None else cell.value
        return kind_of(value), value
    return "expression", cell.text


# ---------------------------------------------------------------- hit policies

PLAIN, ONE_WINS, COLLECTS, RECORDED = "plain", "one wins", "collects", "recorded"
"""What a hit policy becomes: rules as they are, rules that override others, a collection, a collection nobody works out."""


def kind_of_table(table: DecisionTable) -> str:
    """Say what the hit policy of a table becomes."""
    match table.hit_policy:
        case tables.UNIQUE | tables.ANY:
            return PLAIN
        case tables.FIRST | tables.PRIORITY:
            return ONE_WINS
        case tables.COLLECT if table.aggregation in (tables.MIN, tables.MAX):
            return ONE_WINS if _can_be_compared(table) else RECORDED
        case tables.COLLECT if table.aggregation:
            return RECORDED
        case _:
            return COLLECTS


def _can_be_compared(table: DecisionTable) -> bool:
    """Tell whether all outputs of each column have an order."""
    for index in range(len(table.outputs)):
        cells = [row.outputs[index] for row in table.rows]
        values = [cell.value for cell in cells if isinstance(cell, Literal)]
        if len(values) < len(cells) or any(below(values[0], value) is None for value in values):
            return False
    return True


def order_of(table: DecisionTable, output: int) -> list[int] | None:
    """Give for each row its place among those that win, for one output; `None` where outputs must be known first."""
    if table.hit_policy == tables.COLLECT and table.aggregation:
        values: list[Any] = [_value(row.outputs[output]) for row in table.rows]
        best_first = sorted(set(values), reverse=table.aggregation == tables.MAX)
        return [best_first.index(value) for value in values]
    places = Outputs(table).places
    return None if places is None else list(places)


def _value(cell: OutputCell) -> Scalar:
    return cell.value if isinstance(cell, Literal) else None


def meet(one: Line, other: Line) -> bool:
    """Tell whether two lines hold together somewhere."""
    return all(mask & others for mask, others in zip(one.box, other.box, strict=True))


def overrides_of(lines: Sequence[Line], most: int) -> Mapping[int, list[int]] | None:
    """Give for each line the others that it must override; `None` where there are more than `most` in all."""
    found: dict[int, list[int]] = {}
    count = 0
    order = sorted(range(len(lines)), key=lambda index: lines[index].level)
    for place, winner in enumerate(order):
        for loser in order[place + 1 :]:
            one, other = lines[winner], lines[loser]
            if one.level < other.level and one.outcome != other.outcome and meet(one, other):
                found.setdefault(winner, []).append(loser)
                count += 1
                if count > most:
                    return None
    return {winner: sorted(losers) for winner, losers in found.items()}


def repeated(lines: Iterable[Line]) -> tuple[Line, Line] | None:
    """Give two lines that say the same and hold together, if there are any."""
    by_outcome: dict[str | None, list[Line]] = {}
    for line in lines:
        for other in by_outcome.setdefault(line.outcome, []):
            if meet(line, other):
                return other, line
        by_outcome[line.outcome].append(line)
    return None
