"""What a decision table can give, as a limit for the tables that take it as an input."""

from __future__ import annotations

from ruleproof.model import tables
from ruleproof.model.tables import CellTest, DecisionTable, Literal, OneOf

_ONE_OUTPUT = (tables.UNIQUE, tables.ANY, tables.FIRST, tables.PRIORITY)


def outputs_of(table: DecisionTable) -> CellTest | None:
    """Give the only values that a table can give, null apart; `None` where that is not known."""
    takes_one = table.hit_policy in _ONE_OUTPUT or table.aggregation in (tables.MIN, tables.MAX)
    if len(table.outputs) != 1 or not takes_one:
        return None
    default = table.outputs[0].default
    cells = [row.outputs[0] for row in table.rows] + ([] if default is None else [default])
    literals = [cell for cell in cells if isinstance(cell, Literal)]
    kinds = {type(cell.value) for cell in literals}
    if len(literals) < len(cells) or len(kinds) != 1:
        return None
    return OneOf(frozenset(cell.value for cell in literals))
