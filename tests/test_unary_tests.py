"""Cells of tables: what each form of a unary test means, what stays undecided, and that no text is ever too much."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruleproof.model.cell_tests import all_of, any_of, negated
from ruleproof.model.scalars import within
from ruleproof.model.table_meaning import passes
from ruleproof.model.tables import (
    AnyOf,
    AnyValue,
    CellTest,
    Expression,
    Literal,
    Months,
    Negated,
    OneOf,
    Related,
    Scalar,
    Undecided,
    Within,
)
from ruleproof.readers.feel import meaning
from ruleproof.readers.feel.from_text import expression_from_text, unary_tests_from_text
from ruleproof.readers.feel.names import Names
from ruleproof.readers.feel.outside import OutsideError
from ruleproof.readers.unary_tests import Cells, common_test

NAMES = ["x", "risk score", "a-b", "Applicant"]


def cells(lists: Iterable[str] = ()) -> Cells:
    return Cells(Names([*NAMES, *lists]), [*NAMES, *lists], lists)


def one(*values: Scalar) -> OneOf:
    return OneOf(frozenset(values))


def number(text: str) -> Decimal:
    return Decimal(text)


def below(bound: Scalar, closed: bool = False) -> Within:
    return Within(None, bound, False, closed)


def above(bound: Scalar, closed: bool = False) -> Within:
    return Within(bound, None, closed, False)


JUNE, JULY = datetime.date(2019, 6, 30), datetime.date(2019, 7, 1)

READ: dict[str, CellTest] = {
    "-": AnyValue(),
    "": AnyValue(),
    "  \n ": AnyValue(),
    "5": one(number("5")),
    "-5.50": one(number("-5.5")),
    "- .5": one(number("-0.5")),
    "1.5e3": one(number("1500")),
    "=5": one(number("5")),
    "!= 5": Negated(one(number("5"))),
    "<5": below(number("5")),
    "<= 5": below(number("5"), closed=True),
    "> -3": above(number("-3")),
    ">=3": above(number("3"), closed=True),
    "[1..5]": Within(number("1"), number("5"), True, True),
    "(1..5)": Within(number("1"), number("5"), False, False),
    "]1..5[": Within(number("1"), number("5"), False, False),
    "[1..5[": Within(number("1"), number("5"), True, False),
    "]1 .. 5]": Within(number("1"), number("5"), False, True),
    "[5..5]": one(number("5")),
    "(5..5]": one(),
    "[5..1]": one(),
    '"a"': one("a"),
    '"a", "b"': one("a", "b"),
    r'"a\"b", "\u00e9\n"': one('a"b', "é\n"),
    '"\ue000", "\\t"': one("\ue000", "\t"),
    '["a", "b"]': one("a", "b"),
    '["a".."m"]': Within("a", "m", True, True),
    "1, 2, > 10": AnyOf((one(number("1"), number("2")), above(number("10")))),
    "<0, >10": AnyOf((below(number("0")), above(number("10")))),
    "true": one(True),
    "true, false": one(True, False),
    "null": one(None),
    '"a", null': one("a", None),
    "not(5)": Negated(one(number("5"))),
    'not("a", "b")': Negated(one("a", "b")),
    "not(< 5)": Negated(below(number("5"))),
    "not(null)": Negated(one(None)),
    "not([1..5], 7)": Negated(AnyOf((Within(number("1"), number("5"), True, True), one(number("7"))))),
    "(5)": one(number("5")),
    "(> 5)": above(number("5")),
    'date("2019-06-30")': one(JUNE),
    '@"2019-06-30"': one(JUNE),
    "date(2019, 6, 30)": one(JUNE),
    '>= date(date and time("2019-06-30T00:00:00Z"))': above(JUNE, closed=True),
    '[date("2019-06-30")..@"2019-07-01")': Within(JUNE, JULY, True, False),
    '> time("10:00:00")': above(datetime.time(10)),
    '< date and time("2019-06-30T10:00:00")': below(datetime.datetime.combine(JUNE, datetime.time(10))),
    'duration("P1Y2M")': one(Months(14)),
    '> @"-PT36H"': above(datetime.timedelta(hours=-36)),
    '< years and months duration(date("2019-01-15"), date("2020-03-14"))': below(Months(13)),
    '> number("1 000,5", " ", ",")': above(number("1000.5")),
    "? > 5": above(number("5")),
    "5 < ?": above(number("5")),
    "? between 1 and 5": Within(number("1"), number("5"), True, True),
    "? in (1, 2)": one(number("1"), number("2")),
    "? in [1..5)": Within(number("1"), number("5"), True, False),
    "? in < 5": below(number("5")),
    "? > 5 and ? <= 10": Within(number("5"), number("10"), False, True),
    "? < 5 or ? > 10": AnyOf((below(number("5")), above(number("10")))),
    "? != null": Negated(one(None)),
    "own > 5": above(number("5")),
    "> x": Related(">", "x"),
    "x": Related("=", "x"),
    "!= risk  score": Related("!=", "risk score"),
    "<= a-b": Related("<=", "a-b"),
    "x < own": Related(">", "x"),
    "= Applicant.Age": Related("=", "Applicant.Age"),
    "// nothing to see\n5 /* five */": one(number("5")),
}


@pytest.mark.parametrize("text", READ)
def test_every_form_of_a_unary_test_is_read(text: str) -> None:
    assert cells().test(text, "own") == READ[text]


def test_an_interval_up_to_another_input_is_two_comparisons() -> None:
    found = cells().test("[x..10)", "own")
    assert found == Negated(AnyOf((Negated(Related(">=", "x")), Negated(below(number("10"))))))


UNDECIDED = {
    "High": "name of no input",
    "High, Low": "name of no input",
    'contains(?, "a")': "`contains(…)` is a function",
    "now()": "`now(…)` is a function",
    "x + 1": "does not look into",
    "1 + 1": "does not look into",
    '><"a"': "cannot stand",
    '"a': "does not belong here",
    "[1..": "ends too early",
    "not(": "ends too early",
    "2024-03-21": 'date("2024-03-21")',
    '> "2024-03-21" + 1': "does not look into",
    'date("2019-13-01")': "no day between",
    'date("30.6.2019")': "is not a date",
    'time("25:00:00")': "no time of day",
    'time("10:00:00@Europe/Paris")': "time zone Europe/Paris",
    '@"P1Y2D"': "not a duration",
    "> null": "null cannot be more or less",
    "< true": "yes and no cannot be more or less",
    '[1.."a"]': "cannot be compared",
    "x > 5": "does not speak of the input",
    "?": "by itself",
    "symptoms": "is a list",
    "1e99999": "too large or too small",
    "(" * 100 + "1" + ")" * 100: "deep",
    "\ue0005\ue001": "U+E000",
    "5 %": "does not belong here",
}


@pytest.mark.parametrize("text", UNDECIDED)
def test_what_is_beyond_stays_undecided_with_the_reason(text: str) -> None:
    found = cells(["symptoms"]).test(text, "own")
    assert isinstance(found, Undecided)
    assert UNDECIDED[text] in found.reason


@given(st.text(max_size=40) | st.text('x?0159.,<>=!()[]"- \\@PT:e\n', max_size=30))
def test_no_text_is_too_much(text: str) -> None:
    reader = cells()
    reader.test(text, "own")
    reader.output(text)
    reader.readable(text)
    reader.listed(text)


@pytest.mark.parametrize(
    "nested", ["1+" * 5_000 + "1", "-" * 5_000 + "1", "if x then " * 2_000 + "1", "x." * 5_000 + "y"]
)
def test_long_chains_do_not_run_away(nested: str) -> None:
    assert isinstance(cells().test(nested, "own"), Undecided | Related)
    assert isinstance(cells().output(nested), Expression | Literal)


def test_outputs_are_constants_or_expressions() -> None:
    read = {text: cells().output(text) for text in ('"a"', "5", "", "-", 'duration("P3D")', "x * 2", "now()", "[1, 2]")}
    assert read == {
        '"a"': Literal("a"),
        "5": Literal(number("5")),
        "": Literal(None),
        "-": Literal(None),
        'duration("P3D")': Literal(datetime.timedelta(days=3)),
        "x * 2": Expression("x * 2"),
        "now()": Expression("now()"),
        "[1, 2]": Expression("[1, 2]"),
    }


def test_allowed_values_keep_their_order() -> None:
    assert cells().listed('"z", "a", null') == ("z", "a", None)
    assert cells().listed("> 5") == ()


# ---------------------------------------------------------------------------------------------- the short way is exact

NUMERALS = st.from_regex(r"\A-?[0-9]{1,4}(\.[0-9]{1,3})?\Z")
SPACES = st.sampled_from(["", " ", "  ", "\n"])
COMMON = st.one_of(
    st.tuples(SPACES, st.sampled_from(["<", "<=", ">", ">=", ""]), SPACES, NUMERALS, SPACES).map("".join),
    st.tuples(
        st.sampled_from("[(]"), SPACES, NUMERALS, SPACES, st.just(".."), SPACES, NUMERALS, st.sampled_from("])[")
    ).map("".join),
    st.lists(st.from_regex(r'\A"[^"\\]{0,5}"\Z'), min_size=1, max_size=4).map(", ".join),
    st.just("-"),
)


@given(COMMON)
def test_the_common_cells_are_read_as_the_grammar_reads_them(text: str) -> None:
    reader = cells()
    short = common_test(text)
    assert short is not None
    assert short == reader._any_test(text, "own")


@given(st.text('01.5-<>=[]() ,"a\n', max_size=14))
def test_whatever_the_short_way_reads_the_grammar_reads_alike(text: str) -> None:
    short = common_test(text)
    assert short is None or short == cells()._any_test(text, "own")


# ---------------------------------------------------------------------------------------- two meanings of the same cell

CONSTANTS = [f"{value}" for value in range(-2, 4)] + ["null"]
ENDS = CONSTANTS[:-1]
SIMPLE = st.one_of(
    st.sampled_from(CONSTANTS),
    st.tuples(st.sampled_from(["<", "<=", ">", ">="]), st.sampled_from(ENDS)).map("".join),
    st.tuples(
        st.sampled_from("[(]"), st.sampled_from(ENDS), st.just(".."), st.sampled_from(ENDS), st.sampled_from("])[")
    ).map("".join),
    st.sampled_from(["x", "> x", "<= x", "!= 1", "!= null", "[x..2)", "(0..x]"]),
)
TESTS = st.lists(SIMPLE, min_size=1, max_size=3).map(", ".join)
ANY_TEST = (
    TESTS | TESTS.map("not({})".format) | st.tuples(TESTS, TESTS).map(lambda two: f"not({two[0]}, not({two[1]}))")
)
VALUES = st.none() | st.integers(-3, 4).map(Decimal)


@given(ANY_TEST, VALUES, VALUES)
def test_a_cell_means_what_feel_says_of_it(text: str, value: Decimal | None, other: Decimal | None) -> None:
    names = Names(NAMES)
    test = cells().test(text, "own")
    assert not isinstance(test, Undecided)
    node = unary_tests_from_text(text, names)
    said = meaning.passes(node, value, {"x": other, "?": value}) is True
    assert passes(test, value, {"x": other}) is said


BOUNDS = st.none() | st.integers(0, 4).map(Decimal)
STRETCHES = st.builds(within, BOUNDS, BOUNDS, st.booleans(), st.booleans())
SETS = st.frozensets(VALUES, max_size=3).map(OneOf)
SMALL = st.recursive(
    STRETCHES | SETS | st.just(AnyValue()),
    lambda inner: inner.map(Negated) | st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
    max_leaves=4,
)


@given(st.lists(SMALL, min_size=1, max_size=3), VALUES)
def test_joined_tests_mean_what_their_parts_mean(parts: list[CellTest], value: Decimal | None) -> None:
    each = [passes(part, value, {}) for part in parts]
    assert passes(all_of(parts), value, {}) is all(each)
    assert passes(any_of(parts), value, {}) is any(each)
    assert passes(negated(parts[0]), value, {}) is not each[0]


# ------------------------------------------------------------------------------------------------------- expressions

SCOPE: dict[str, Any] = {
    "x": Decimal(3),
    "risk score": Decimal(7),
    "a-b": "text",
    "Applicant": {"Age": Decimal(30), "Name": "Ann"},
    "items": (Decimal(1), Decimal(5)),
}
WORKED_OUT: dict[str, Any] = {
    "1 + 2 * 3 - 4 / 2": Decimal(5),
    "2 ** 3": Decimal(8),
    "-(x)": Decimal(-3),
    '"a" + a-b': "atext",
    "x - 1": Decimal(2),
    "risk score > x": True,
    "x in (1, 2, > 2)": True,
    "x in [1..3)": False,
    "x between 3 and 4": True,
    "x = null": False,
    "nothing = null": True,
    "nothing > 3": None,
    '1 = "1"': None,
    "true and nothing": None,
    "false and nothing": False,
    "true or nothing": True,
    'if x > 2 then "more" else "less"': "more",
    "if nothing then 1 else 2": Decimal(2),
    "Applicant.Age": Decimal(30),
    "Applicant.Missing": None,
    "{a: 1, b: a + 1}.b": Decimal(2),
    "items[1]": Decimal(1),
    "items[-1]": Decimal(5),
    "items[item > 2]": (Decimal(5),),
    "sum(items)": Decimal(6),
    "max(1, x, 2)": Decimal(3),
    "count(items)": Decimal(2),
    "list contains(items, 5)": True,
    'contains("abc", "b")': True,
    'substring("abcd", 2, 2)': "bc",
    "string(1.50)": "1.50",
    "floor(-1.5)": Decimal(-2),
    "decimal(2.345, 2)": Decimal("2.34"),
    'date("2020-02-29") + duration("P1Y")': datetime.date(2021, 2, 28),
    'date("2020-03-01") - date("2020-02-28")': datetime.timedelta(days=2),
    'date("2020-02-29").month': Decimal(2),
    'duration("P14M").years': Decimal(1),
    "1 / 0": None,
    "true + 1": None,
    'date("nonsense")': None,
    "unknown function(1)": None,
    "abs(n: -2)": Decimal(2),
}


@pytest.mark.parametrize("text", WORKED_OUT)
def test_expressions_are_worked_out(text: str) -> None:
    names = Names([*SCOPE, "unknown function"])
    found = meaning.evaluate(expression_from_text(text, names), SCOPE)
    assert found == WORKED_OUT[text]
    assert type(found) is type(WORKED_OUT[text])


def test_a_broken_expression_says_why() -> None:
    with pytest.raises(OutsideError, match="cannot stand"):
        expression_from_text("1 + + 2 )", Names())
