"""Decision tables as policies: the text is tidy and compiles, and answers every case as the table does."""

from __future__ import annotations

from random import Random

import pytest

from imported import compiled_text, expected, facts_of, said_by
from random_tables import cases_of, random_table
from ruleproof.artifacts.to_policy_text import Imported, policy_text
from ruleproof.compiled import NOT_DECIDED, REFUTED
from ruleproof.model import tables
from ruleproof.model.cell_tests import kinds_of
from ruleproof.model.meaning import OPEN, OUT_OF_SCOPE, answer_of, impossible
from ruleproof.model.scalars import kind_of
from ruleproof.model.table_meaning import matches, passes
from ruleproof.model.tables import HIT_POLICIES, STRING, UNKNOWN, DecisionTable
from ruleproof.pipeline import check_table
from ruleproof.source import source_from_text
from ruleproof.tree.tidy import tidy_text

MOST_CASES = 600


def imported(table: DecisionTable) -> Imported:
    return policy_text([table], "random", "random.dmn")


def left_out(found: Imported) -> set[int]:
    """Give the numbers of the rows that are not in a policy."""
    return {int(number) for finding in found.findings if finding.name == "not_imported" for number in finding.rules}


@pytest.mark.parametrize("hit_policy", HIT_POLICIES)
@pytest.mark.parametrize("seed", range(8))
def test_the_policy_answers_as_the_table_does(hit_policy: str, seed: int) -> None:
    compared = 0
    for number in range(12):
        rng = Random(f"{hit_policy} {seed} {number}")
        table = random_table(rng, hit_policy, related=number % 5 == 4, undecided=number % 4 == 3)
        compared += _compare(table, imported(table), rng)
    assert compared > 10


def _compare(table: DecisionTable, found: Imported, rng: Random) -> int:
    if not found.text:
        assert any(finding.name == "not_imported" for finding in found.findings)
        return 0
    assert tidy_text(source_from_text(found.text, "imported.policy")) == found.text
    compiled = compiled_text(found.text)
    rows = [table.rows[number - 1] for number in left_out(found)]
    cases = [case for case in cases_of(table) if _is_of_the_kinds(table, case)]
    compared = 0
    for case in cases if len(cases) <= MOST_CASES else rng.sample(cases, MOST_CASES):
        facts = facts_of(compiled.policy, found, case)
        if facts is None or impossible(compiled.policy, facts):
            assert facts is None or not _possible(table, case)
            continue
        hidden = [row for row in rows if matches(row, table, case) is not False]
        for (_, output), name in found.decisions.items():
            place = next((index for index, item in enumerate(table.outputs) if item.name == output), 0)
            answer = answer_of(compiled.policy, compiled.policy.decision(name), facts)
            if answer.kind == OUT_OF_SCOPE:
                assert not _possible(table, case)
            elif not _possible(table, case):
                continue
            elif answer.kind == OPEN:
                assert rows
            elif not hidden:
                assert said_by(answer, table) == expected(table, place, case), (table, case, found.text)
                compared += 1
    return compared


def _possible(table: DecisionTable, case: dict[str, object]) -> bool:
    """Tell whether every column allows its value; a missing one is always a case."""
    return all(
        case[column.expression] is None or passes(column.allowed, case[column.expression], case) is not False
        for column in table.columns
    )


def _is_of_the_kinds(table: DecisionTable, case: dict[str, object]) -> bool:
    """Tell whether every value is of a kind that its column speaks of, where that has no type: other kinds are no cases."""
    for index, column in enumerate(table.columns):
        value = case[column.expression]
        kinds = {kind for row in table.rows for kind in kinds_of(row.tests[index])}
        if column.type == UNKNOWN and value is not None and kinds - {STRING} and kind_of(value) not in kinds:
            return False
    return True


def test_the_same_is_proved_of_both() -> None:
    compared = 0
    for seed in range(80):
        table = random_table(Random(f"proved {seed}"), tables.UNIQUE)
        found = imported(table)
        if left_out(found) or any(column.type == UNKNOWN for column in table.columns) or not found.text:
            continue
        _, proof = check_table(table)
        proofs = compiled_text(found.text).proofs
        assert {item.complete for item in proofs} == {proof.complete} != {NOT_DECIDED}
        consistent = {item.consistent for item in proofs}
        assert (consistent if len(consistent) == 1 else {REFUTED}) == {proof.consistent}
        compared += 1
    assert compared > 30
