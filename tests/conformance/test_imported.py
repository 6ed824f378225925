"""Other people's tables as policies: each compiles, and answers a case of each rule as the table does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from imported import expected, facts_of, policy_of_text, said_by
from ruleproof.artifacts.to_policy_text import policy_text
from ruleproof.model import tables
from ruleproof.model.meaning import OPEN, OUT_OF_SCOPE, answer_of, impossible
from ruleproof.model.table_meaning import matches
from ruleproof.model.tables import DecisionTable, TableRow
from ruleproof.prover.space import bits_of
from ruleproof.prover.table_space import TableSpace
from ruleproof.readers import read_table
from ruleproof.readers.in_order import tables_in_order

from .conftest import files_of, named, others_of

FILES = [
    path
    for pattern in ("hmcts-dmn/**/*.dmn", "drools-dtanalysis/*.dmn", "limit-probes/*.dmn", "bench-lending/*.csv")
    for path in files_of(pattern)
]
MOST_ROWS = 40
"""How many rules of one table are tried; of more, every so many."""


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_policy_answers_as_the_table_it_is_made_of(path: Path) -> None:
    reading = read_table(path.name, path.read_bytes(), others=others_of(path))
    ordered = tables_in_order(reading).tables
    found = policy_text(ordered, "imported", path.name)
    if not found.text:
        assert not ordered or all(finding.name == "not_imported" for finding in found.findings)
        return
    policy = policy_of_text(found.text)
    left_out = {
        (finding.decision, int(number))
        for finding in found.findings
        if finding.name == "not_imported"
        for number in finding.rules
    }
    compared = 0
    others = _samples(ordered)
    for table in ordered:
        decisions = {output: name for (owner, output), name in found.decisions.items() if owner == table.name}
        space = TableSpace(table)
        for row in table.rows[:: max(1, len(table.rows) // MOST_ROWS)]:
            case = _case(table, space, row)
            facts = None if case is None else facts_of(policy, found, others | case)
            if case is None or facts is None or impossible(policy, facts):
                continue
            hidden = [
                other
                for other in table.rows
                if (table.name, other.number) in left_out and matches(other, table, case) is not False
            ]
            for output, name in decisions.items():
                place = next((index for index, item in enumerate(table.outputs) if item.name == output), 0)
                answer = answer_of(policy, policy.decision(name), facts)
                if hidden:
                    assert answer.kind == OPEN or table.hit_policy not in (tables.FIRST, tables.PRIORITY)
                elif answer.kind != OUT_OF_SCOPE:
                    assert said_by(answer, table) == expected(table, place, case), (path.name, row.number, case)
                    compared += 1
    assert compared or left_out or all(table.columns[0].decided_by for table in ordered)


def _case(table: DecisionTable, space: TableSpace, row: TableRow) -> dict[str, Any] | None:
    """Give a case in which a row holds; `None` where it never does, or where it asks what another table decides."""
    if any(column.decided_by for column in table.columns):
        return None
    box = next(iter(space.rows[row.number - 1].sure), None)
    if box is None:
        return None
    return {
        name: axis.cells[next(iter(bits_of(mask)))].sample
        for name, axis, mask in zip(space.names, space.axes, box, strict=False)
    }


def _samples(ordered: tuple[DecisionTable, ...]) -> dict[str, Any]:
    """Give some value for each input of all tables."""
    found: dict[str, Any] = {}
    for table in ordered:
        space = TableSpace(table)
        found |= {name: axis.cells[0].sample for name, axis in zip(space.names, space.axes, strict=False) if axis.cells}
    return found
