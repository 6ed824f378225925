"""Decision tables as policies: the text is tidy and compiles, and answers every case as the table does."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from imported import compiled_text, expected, facts_of, said_by
from random_tables import cases_of, random_table
from ruleproof.artifacts.to_policy_text import Imported, policy_text
from ruleproof.compiled import NOT_DECIDED, REFUTED
from ruleproof.model import cell_tests, tables
from ruleproof.model.cell_tests import kinds_of
from ruleproof.model.meaning import OPEN, OUT_OF_SCOPE, OUTCOME, answer_of, impossible
from ruleproof.model.scalars import kind_of
from ruleproof.model.table_meaning import answer as table_answer
from ruleproof.model.table_meaning import matches, passes
from ruleproof.model.tables import (
    HIT_POLICIES,
    NUMBER,
    STRING,
    UNKNOWN,
    AnyOf,
    AnyValue,
    CellTest,
    DecisionTable,
    InputColumn,
    Literal,
    Negated,
    OneOf,
    OutputColumn,
    TableRow,
    Within,
)
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
        asked = [column for column in table.columns if column.expression in found.inputs]
        assert _possible(replace(table, columns=tuple(asked)), case), "a case that the table does not allow is taken"
        hidden = [row for row in rows if matches(row, table, case) is not False]
        for (_, output), name in found.decisions.items():
            place = next((index for index, item in enumerate(table.outputs) if item.name == output), 0)
            answer = answer_of(compiled.policy, compiled.policy.decision(name), facts)
            assert answer.kind != OUT_OF_SCOPE
            if not _possible(table, case):
                continue
            if answer.kind == OPEN:
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


HALF_OPEN = Within(Decimal(0), Decimal(2), True, False)
NULL = OneOf(frozenset({None}))
ONE = OneOf(frozenset({Decimal(1)}))


@pytest.mark.parametrize(
    "tests",
    [
        (HALF_OPEN, NULL),
        (HALF_OPEN, Negated(HALF_OPEN)),
        (AnyOf((HALF_OPEN, NULL)), Negated(AnyOf((HALF_OPEN, NULL)))),
        (AnyOf((ONE, NULL)), Negated(NULL)),
        (AnyOf((HALF_OPEN, Within(Decimal("2.25"), None, False, False))), Negated(ONE)),
    ],
)
@pytest.mark.parametrize("nullable", [True, False])
def test_missing_values_and_stretches_without_ends(tests: tuple[CellTest, ...], nullable: bool) -> None:
    columns = (InputColumn("in0", "in0", NUMBER, AnyValue(), nullable),)
    rows = tuple(TableRow(number, (test,), (Literal(Decimal(number)),)) for number, test in enumerate(tests, 1))
    outputs = (OutputColumn("out", "out", NUMBER, ()),)
    for hit_policy in (tables.UNIQUE, tables.FIRST, tables.RULE_ORDER):
        table = DecisionTable("table", "decision", hit_policy, "", columns, outputs, rows)
        if nullable or not any(cell_tests.tests_null(test) for test in tests):
            assert _compare(table, imported(table), Random(0)) > 5


def test_a_decision_that_says_nothing_passes_what_null_passes() -> None:
    above = DecisionTable(
        "above",
        "decision",
        tables.UNIQUE,
        "",
        (InputColumn("x", "x", NUMBER, AnyValue()),),
        (OutputColumn("above", "above", STRING, ()),),
        (
            TableRow(1, (ONE,), (Literal("a"),)),
            TableRow(2, (OneOf(frozenset({Decimal(2)})),), (Literal("b"),)),
        ),
    )
    asked = InputColumn("above", "above", STRING, AnyValue(), decided_by="above")
    a = OneOf(frozenset({"a"}))
    for test in (a, Negated(a), AnyOf((a, NULL)), NULL, Negated(NULL), AnyValue()):
        below = DecisionTable(
            "below",
            "decision",
            tables.UNIQUE,
            "",
            (asked,),
            (OutputColumn("below", "below", STRING, ()),),
            (TableRow(1, (test,), (Literal("yes"),)),),
        )
        found = policy_text([above, below], "chain", "chain.dmn")
        policy = compiled_text(found.text).policy
        for number in (1, 2, 3):
            given = table_answer(above, {"x": Decimal(number)}).value
            wanted = passes(test, given, {})
            answer = answer_of(policy, policy.decision("below"), {"x": Decimal(number)})
            assert (answer.kind == OUTCOME) == wanted, (test, number, found.text)


@pytest.mark.parametrize(
    "allowed",
    [
        Within(Decimal(0), Decimal(2), False, False),
        OneOf(frozenset({Decimal(0), Decimal(2)})),
        AnyOf((Within(None, Decimal(0), False, True), Within(Decimal(2), None, False, False))),
    ],
)
def test_what_a_column_does_not_allow_is_no_case(allowed: CellTest) -> None:
    columns = (InputColumn("x", "x", NUMBER, allowed),)
    rows = (TableRow(1, (Within(None, Decimal("0.25"), False, True),), (Literal("a"),)),)
    table = DecisionTable("table", "decision", tables.UNIQUE, "", columns, (OutputColumn("y", "y", STRING, ()),), rows)
    found = imported(table)
    policy = compiled_text(found.text).policy
    for value in map(Decimal, ("-1", "0", "0.5", "1", "1.5", "2", "2.5")):
        facts = facts_of(policy, found, {"x": value})
        refused = facts is None or bool(impossible(policy, facts))
        assert refused == (not passes(allowed, value, {})), (value, found.text)
