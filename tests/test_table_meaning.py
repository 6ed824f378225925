"""What tables mean: which rows match, and what each hit policy makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruleproof.model.scalars import below, kind_of, same
from ruleproof.model.table_meaning import Answer, Beyond, answer, combined, matches, passes
from ruleproof.model.tables import (
    AGGREGATIONS,
    ANY,
    COLLECT,
    COUNT,
    FIRST,
    HIT_POLICIES,
    MAX,
    MIN,
    NUMBER,
    OUTPUT_ORDER,
    PRIORITY,
    RULE_ORDER,
    STRING,
    SUM,
    UNIQUE,
    AnyOf,
    AnyValue,
    CellTest,
    DecisionTable,
    Expression,
    InputColumn,
    Literal,
    Negated,
    OneOf,
    OutputCell,
    OutputColumn,
    Related,
    Scalar,
    TableRow,
    Undecided,
    Within,
)

ONE, TWO, THREE, FOUR = (Decimal(number) for number in (1, 2, 3, 4))


def one(*values: Scalar) -> OneOf:
    return OneOf(frozenset(values))


def at_least(bound: Scalar) -> Within:
    return Within(bound, None, True, False)


def table(
    policy: str,
    rows: Sequence[tuple[CellTest, Any]],
    *,
    aggregation: str = "",
    order: tuple[Scalar, ...] = (),
    default: OutputCell | None = None,
    allowed: CellTest | None = None,
) -> DecisionTable:
    """A table of one input `x` and one output."""
    made = tuple(
        TableRow(number, (test,), (given if isinstance(given, Expression) else Literal(given),))
        for number, (test, given) in enumerate(rows, 1)
    )
    column = InputColumn("x", "x", NUMBER, allowed or AnyValue())
    return DecisionTable(
        "t", "decision", policy, aggregation, (column,), (OutputColumn("y", "y", STRING, order, default),), made
    )


STEPS: list[tuple[CellTest, Any]] = [(at_least(THREE), "a"), (at_least(TWO), "b"), (at_least(ONE), "a")]
IN_NUMBERS: list[tuple[CellTest, Any]] = [(at_least(THREE), FOUR), (at_least(TWO), TWO), (at_least(ONE), TWO)]


def said(made: DecisionTable, x: Any) -> tuple[Any, tuple[int, ...]]:
    found = answer(made, {"x": x})
    return found.value, found.rules


# -------------------------------------------------------------------------------------------------------------- cells


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (AnyValue(), True),
        (one(ONE), False),
        (one(ONE, None), True),
        (at_least(ONE), False),
        (Within(None, None, False, False), False),
        (Negated(at_least(ONE)), True),
        (Negated(one(None)), False),
        (AnyOf((one(None), at_least(ONE))), True),
        (Related("=", "other"), False),
        (Related("!=", "other"), True),
        (Related("<", "other"), False),
        (Related("=", "empty"), True),
        (Related("<=", "empty"), False),
    ],
)
def test_null_passes_no_comparison(test: CellTest, expected: bool) -> None:
    assert passes(test, None, {"other": ONE, "empty": None}) is expected


def test_values_of_different_kinds_are_neither_the_same_nor_ordered() -> None:
    assert not same(True, ONE)
    assert not same("1", ONE)
    assert below("a", ONE) is None
    assert below(False, True) is None
    assert kind_of(True) != kind_of(ONE)
    assert passes(one(ONE), True, {}) is False
    assert passes(at_least(ONE), "2", {}) is False


def test_to_be_equal_to_a_list_is_to_be_in_it() -> None:
    assert passes(Related("=", "list"), ONE, {"list": (ONE, TWO)}) is True
    assert passes(Related("=", "list"), THREE, {"list": (ONE, TWO)}) is False


def test_what_is_not_decided_leaves_the_row_open_unless_another_cell_fails() -> None:
    row = TableRow(1, (Undecided("?", "why"), one(ONE)), (Literal("a"),))
    columns = (InputColumn("x", "x", NUMBER, AnyValue()), InputColumn("y", "y", NUMBER, AnyValue()))
    made = DecisionTable("t", "decision", UNIQUE, "", columns, (OutputColumn("z", "z", STRING, ()),), (row,))
    assert matches(row, made, {"x": ONE, "y": ONE}) is None
    assert matches(row, made, {"x": ONE, "y": TWO}) is False
    assert answer(made, {"x": ONE, "y": ONE}).open == (1,)
    assert answer(made, {"x": ONE, "y": ONE}, Beyond(decides=lambda _cell, _value: True)) == Answer("a", (1,))


def test_under_first_a_row_that_comes_too_late_leaves_nothing_open() -> None:
    made = table(FIRST, [(at_least(TWO), "a"), (Undecided("?", "why"), "b"), (AnyValue(), "c")])
    assert said(made, TWO) == ("a", (1,))
    assert answer(made, {"x": ONE}).open == (2,)


# -------------------------------------------------------------------------------------------------------- hit policies


def test_unique_with_several_matches_is_an_error() -> None:
    made = table(UNIQUE, STEPS)
    assert said(made, ONE) == ("a", (3,))
    assert answer(made, {"x": TWO}) == Answer(None, (2, 3), "several rules match")
    assert said(made, Decimal(0)) == (None, ())


def test_any_wants_all_that_match_to_agree() -> None:
    assert said(table(ANY, [STEPS[0], STEPS[2]]), THREE) == ("a", (1, 2))
    assert answer(table(ANY, STEPS), {"x": THREE}).error == "rules that match disagree"


def test_first_takes_the_first() -> None:
    assert [said(table(FIRST, STEPS), x) for x in (THREE, TWO, ONE)] == [("a", (1,)), ("b", (2,)), ("a", (3,))]


def test_priority_follows_the_output_values() -> None:
    assert said(table(PRIORITY, STEPS, order=("b", "a")), THREE) == ("b", (2,))
    assert said(table(PRIORITY, STEPS, order=("a", "b")), TWO) == ("a", (3,))
    assert said(table(PRIORITY, STEPS, order=("c", "b")), THREE) == ("b", (2,))
    assert said(table(PRIORITY, STEPS), TWO) == ("b", (2,))


def test_the_policies_that_give_lists() -> None:
    assert said(table(RULE_ORDER, STEPS), THREE) == (("a", "b", "a"), (1, 2, 3))
    assert said(table(OUTPUT_ORDER, STEPS, order=("b", "a")), THREE) == (("b", "a", "a"), (2, 1, 3))
    assert said(table(COLLECT, STEPS), TWO) == (("b", "a"), (2, 3))


@pytest.mark.parametrize(("how", "expected"), [(SUM, Decimal(8)), (MIN, TWO), (MAX, FOUR), (COUNT, THREE)])
def test_collect_aggregates(how: str, expected: Decimal) -> None:
    assert answer(table(COLLECT, IN_NUMBERS, aggregation=how), {"x": FOUR}).value == expected


def test_texts_have_an_order_but_no_sum() -> None:
    assert answer(table(COLLECT, STEPS, aggregation=MAX), {"x": THREE}).value == "b"
    assert answer(table(COLLECT, STEPS, aggregation=SUM), {"x": THREE}).error


@pytest.mark.parametrize(
    ("policy", "aggregation", "expected"),
    [
        (UNIQUE, "", None),
        (FIRST, "", None),
        (RULE_ORDER, "", ()),
        (OUTPUT_ORDER, "", ()),
        (COLLECT, "", ()),
        (COLLECT, COUNT, Decimal(0)),
        (COLLECT, SUM, None),
    ],
)
def test_where_no_rule_matches(policy: str, aggregation: str, expected: Any) -> None:
    bare = table(policy, STEPS, aggregation=aggregation)
    assert answer(bare, {"x": Decimal(0)}) == Answer(expected)
    filled = table(policy, STEPS, aggregation=aggregation, default=Literal("d"))
    assert answer(filled, {"x": Decimal(0)}).value == (("d",) if expected == () else "d")


def test_a_case_outside_the_allowed_values_is_an_error() -> None:
    made = table(UNIQUE, [(AnyValue(), "a")], allowed=Within(ONE, TWO, True, True))
    assert answer(made, {"x": TWO}).value == "a"
    assert answer(made, {"x": THREE}).error == "`x` is outside its allowed values"


def test_an_absent_value_is_never_outside_the_allowed_values() -> None:
    """As in the proof, where it is a case if a cell asks for it, whatever values are allowed."""
    made = table(
        UNIQUE, [(OneOf((None,)), "none"), (Within(ONE, TWO, True, True), "some")], allowed=Within(ONE, TWO, True, True)
    )
    assert answer(made, {"x": None}).value == "none"
    assert answer(made, {"x": ONE}).value == "some"


def test_several_outputs_are_a_value_for_each() -> None:
    outputs = (OutputColumn("rate", "", NUMBER, (TWO, ONE)), OutputColumn("note", "", STRING, ("x", "w")))
    rows = tuple(
        TableRow(number, (AnyValue(),), (Literal(rate), Literal(note)))
        for number, (rate, note) in enumerate([(ONE, "x"), (TWO, "w"), (TWO, "x")], 1)
    )
    columns = (InputColumn("x", "x", NUMBER, AnyValue()),)

    def made(policy: str, aggregation: str = "") -> DecisionTable:
        return DecisionTable("t", "decision", policy, aggregation, columns, outputs, rows)

    assert said(made(FIRST), ONE) == ({"rate": ONE, "note": "x"}, (1,))
    assert said(made(PRIORITY), ONE) == ({"rate": TWO, "note": "x"}, (3,))
    assert answer(made(OUTPUT_ORDER), {"x": ONE}).rules == (3, 2, 1)
    assert answer(made(ANY), {"x": ONE}).error
    assert said(made(COLLECT, MAX), ONE) == ({"rate": TWO, "note": "x"}, (1, 2, 3))


def test_expressions_stay_what_they_are_until_somebody_works_them_out() -> None:
    made = table(ANY, [(AnyValue(), Expression("x + 1")), (AnyValue(), Expression("x + 1"))])
    assert said(made, ONE) == (Expression("x + 1"), (1, 2))
    assert answer(made, {"x": ONE}, Beyond(gives=lambda _expression: TWO)).value == TWO


# ---------------------------------------------------------------------------------------------------------------- laws

CELLS = st.sampled_from(
    [AnyValue(), one(ONE), one(None), at_least(TWO), Negated(one(TWO)), Within(ONE, THREE, False, True)]
)
ROWS = st.lists(st.tuples(CELLS, st.sampled_from(["a", "b", "c"])), max_size=5)
CASES = st.sampled_from([None, ONE, TWO, THREE, FOUR])


@given(ROWS, CASES, st.sampled_from(HIT_POLICIES))
def test_every_policy_agrees_with_the_rows_that_match(rows: list[tuple[CellTest, Any]], x: Scalar, policy: str) -> None:
    made = table(policy, rows, order=("c", "a", "b"))
    matching = [row for row in made.rows if matches(row, made, {"x": x})]
    found = answer(made, {"x": x})
    assert found == combined(made, matching)
    assert set(found.rules) <= {row.number for row in matching}
    values = [row.outputs[0].value for row in matching if isinstance(row.outputs[0], Literal)]
    if isinstance(found.value, tuple):
        assert sorted(found.value) == sorted(values)
    elif found.value is not None:
        assert found.value in values
    else:
        assert not values or found.error


@given(st.lists(st.integers(-5, 5).map(Decimal), min_size=1, max_size=6), st.sampled_from(AGGREGATIONS))
def test_aggregations_are_those_of_python(numbers: list[Decimal], how: str) -> None:
    made = table(COLLECT, [(AnyValue(), number) for number in numbers], aggregation=how)
    expected = {SUM: sum(numbers), MIN: min(numbers), MAX: max(numbers), COUNT: Decimal(len(numbers))}[how]
    assert answer(made, {"x": ONE}).value == expected
