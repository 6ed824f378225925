"""DMN files: tables wherever they stand, the models around them, and one clear finding for each thing that is wrong."""

from __future__ import annotations

import datetime
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruleproof.model.tables import (
    AnyValue,
    DecisionTable,
    Expression,
    Literal,
    Negated,
    OneOf,
    Related,
    Undecided,
    Within,
)
from ruleproof.pages import TABLE_PAGES
from ruleproof.readers import read_table
from ruleproof.readers.dmn import VERSIONS, read_dmn
from ruleproof.readers.dmn_model import Result, decide, decide_all, evaluate_table, invoke
from ruleproof.readers.reading import Reading
from ruleproof.readers.xml_tree import DEEPEST, LARGEST_FILE

TABLES = Path(__file__).parent / "tables"
NUMBER = Decimal


def read(name: str, *others: str) -> Reading:
    beside = [(other, (TABLES / other).read_bytes()) for other in others]
    return read_table(name, (TABLES / name).read_bytes(), others=beside)


def table_of(reading: Reading, name: str) -> DecisionTable:
    (found,) = [table for table in reading.tables if table.name == name]
    return found


def said(reading: Reading) -> list[tuple[str, str]]:
    return [(finding.name, finding.message) for finding in reading.findings]


def names(reading: Reading) -> list[str]:
    return [finding.name for finding in reading.findings]


# ------------------------------------------------------------------------------------------------------------- tables


def test_tables_are_found_in_decisions_contexts_and_functions() -> None:
    reading = read("loan.dmn")
    assert not reading.findings
    assert [(table.name, table.owner, table.hit_policy, table.aggregation) for table in reading.tables] == [
        ("Risk", "decision", "FIRST", ""),
        ("Offer", "decision", "UNIQUE", ""),
        ("Letter", "decision", "COLLECT", "MAX"),
        ("surcharge by age", "business knowledge model", "ANY", ""),
    ]


def test_inputs_have_the_types_and_constraints_of_what_they_name() -> None:
    risk = table_of(read("loan.dmn"), "Risk")
    age, income = risk.columns
    assert (age.expression, age.type) == ("Applicant.Age", "number")
    assert age.allowed == Within(NUMBER(18), NUMBER(150), True, True)
    assert (income.expression, income.type, income.allowed) == ("Applicant.Monthly Income", "number", AnyValue())
    (offered,) = table_of(read("loan.dmn"), "Offer").columns
    assert (offered.allowed, offered.decided_by) == (OneOf(frozenset({"high", "medium", "low"})), "Risk")
    (years,) = table_of(read("loan.dmn"), "surcharge by age").columns
    assert years.type == "whole number"


def test_rows_keep_their_texts_and_places() -> None:
    reading = read("loan.dmn")
    second = table_of(reading, "Risk").rows[1]
    assert second.tests == (Within(NUMBER(60), NUMBER(150), False, True), Related(">", "Income limit"))
    assert second.texts == ("]60..150]", "> Income limit")
    assert [reading.source.slice(span) for span in second.spans] == ["]60..150]", "&gt; Income limit"]
    assert reading.source.slice(second.span).startswith('<rule id="a2">')
    assert reading.source.slice(second.span).endswith("</rule>")
    assert table_of(reading, "Risk").rows[0].annotation == "young"
    assert [column.expression for column in table_of(reading, "Risk").references] == ["Income limit"]


def test_outputs_have_their_order_and_defaults() -> None:
    (risk,) = table_of(read("loan.dmn"), "Risk").outputs
    assert (risk.name, risk.type, risk.allowed) == ("Risk", "string", ("high", "medium", "low"))
    rate, review = table_of(read("loan.dmn"), "Offer").outputs
    assert (rate.name, rate.type, rate.default) == ("Rate", "number", Literal(NUMBER("9.5")))
    assert (review.name, review.type, review.default) == ("Review", "boolean", Literal(True))


def test_what_camunda_writes_is_read() -> None:
    reading = read("camunda.dmn")
    (table,) = reading.tables
    assert [(column.expression, column.label, column.type) for column in table.columns] == [
        ("season", "Season", "string"),
        ("guestCount", "How many guests", "whole number"),
        ("day", "day", "date and time"),
    ]
    first, second, third = table.rows
    assert first.tests[0] == Negated(OneOf(frozenset({"Fall", "Winter", "Spring"})))
    assert (first.annotation, first.tests[2]) == ("cold days", AnyValue())
    assert second.outputs == (Expression("desiredDish2"),)
    assert third.outputs == (Literal(None),)
    assert third.tests[0] == Undecided("season in known", "it is written in groovy", False)
    ((name, message),) = said(reading)
    assert name == "unreadable_cell"
    assert message == "the cell `season in known` under `season` is not decided: it is written in groovy"
    (place,) = reading.findings[0].places
    assert reading.source.slice(place.span) == "season in known"
    assert reading.findings[0].rules == ("3",)


def test_an_input_that_compares_two_others_says_so() -> None:
    text = one_table("true").replace("<text>x</text>", "<text>a &gt;= b.c</text>")
    (column,) = read_dmn("t.dmn", text.encode()).tables[0].columns
    assert (column.expression, column.type, column.compares) == ("a >= b.c", "boolean", ("a", ">=", "b.c"))


@pytest.mark.parametrize("namespace", VERSIONS)
def test_every_version_is_known_by_its_namespace(namespace: str) -> None:
    reading = read_dmn("t.dmn", one_table("<5", namespace=namespace).encode())
    assert not reading.findings
    assert reading.tables[0].rows[0].tests == (Within(None, NUMBER(5), False, False),)


def test_types_are_taken_from_cells_where_nothing_is_declared() -> None:
    cells = {
        "<5": "number",
        '"a"': "string",
        "true": "boolean",
        '@"2024-01-01"': "date",
        "-": "unknown",
        "null": "unknown",
    }
    for cell, kind in cells.items():
        (column,) = read_dmn("t.dmn", one_table(cell).encode()).tables[0].columns
        assert (column.type, column.nullable) == (kind, cell == "null")


def test_a_cell_of_another_type_than_its_column_stays_undecided() -> None:
    reading = read_dmn("t.dmn", one_table("<5", '"five"', "> 7").encode())
    kinds = [type(row.tests[0]) for row in reading.tables[0].rows]
    assert kinds == [Within, Undecided, Within]
    assert said(reading)[0][1].endswith("the column holds numbers, the cell compares with texts")


def test_the_same_text_is_remarked_once_with_all_its_rules() -> None:
    reading = read_dmn("t.dmn", one_table("High", "<5", "High").encode())
    (finding,) = reading.findings
    assert finding.rules == ("1", "3")
    assert len(finding.places) == 2


# ------------------------------------------------------------------------------------------------------------- models

APPLICANT: dict[str, Any] = {"Applicant": {"Age": 25, "Monthly Income": 3000, "Debts": []}, "Income limit": 2000}


def test_decisions_are_worked_out_through_what_they_require() -> None:
    model = read("loan.dmn").model
    assert model is not None
    assert decide_all(model, APPLICANT) == {
        "Risk": Result("low", rules=(3,)),
        "Offer": Result({"Rate": NUMBER(3), "Review": False}, rules=(1,)),
        "Letter": Result("grade 1"),
    }
    young = {**APPLICANT, "Applicant": {"Age": 20}}
    assert decide(model, "Offer", young) == Result({"Rate": NUMBER("9.5"), "Review": True})
    assert decide(model, "Letter", young) == Result("please wait")
    assert decide(model, "Risk", {"Applicant": {"Age": 17}}).error == "`Applicant.Age` is outside its allowed values"
    assert decide(model, "No such", {}).error == "there is no decision `No such`"


def test_functions_and_services_can_be_called() -> None:
    model = read("loan.dmn").model
    assert model is not None
    assert invoke(model, "surcharge by age", {"years": 31}) == Result(NUMBER("0.5"))
    assert invoke(model, "offer service", APPLICANT) == Result({"Rate": NUMBER(3), "Review": False})


def test_what_is_not_feel_leaves_the_answer_open() -> None:
    model = read("camunda.dmn").model
    assert model is not None
    assert decide(model, "Dish", {"season": "Summer", "guestCount": 5}).error == "a rule cannot be decided"
    assert decide(model, "Dish", {"season": "Summer", "guestCount": 4}).value == ("Light Salad",)


def test_imports_bring_types_and_decisions() -> None:
    reading = read("imports.dmn", "grades.csv", "shared_types.dmn")
    assert not reading.findings
    is_red, mine = reading.tables[0].columns
    assert (is_red.type, is_red.decided_by) == ("boolean", "other.Is red")
    assert mine.allowed == OneOf(frozenset({"red", "green"}))
    assert reading.model is not None
    assert decide(reading.model, "Answer", {"Mine": "red", "other": {"Colour": "red"}}).value == "both"
    assert decide(reading.model, "Answer", {"Mine": "red", "Colour": "green"}).value == "not both"


def test_an_import_that_is_not_at_hand_is_remarked() -> None:
    found = said(read("imports.dmn"))
    assert ("unknown_reference", "the import `other` is not among the files at hand: urn:shared") in found
    assert ("unknown_reference", "`Answer` requires `urn:shared#d`, which is not in this file") in found


def test_a_table_alone_can_be_worked_out() -> None:
    (table,) = read_dmn("t.dmn", one_table('contains(?, "b")', "> y", "own = 3").encode()).tables
    assert evaluate_table(table, {"x": "abc"}).rules == (1,)
    assert evaluate_table(table, {"x": 4, "y": 3.5}).rules == (2,)
    assert evaluate_table(table, {"x": 4, "y": 4}).rules == ()
    boxed = """<relation><column name="a"/><column name="b"/>
      <row><literalExpression><text>1</text></literalExpression><literalExpression><text>"x"</text></literalExpression></row>
    </relation>"""
    model = read_dmn("t.dmn", whole(f'<decision id="d" name="D">{boxed}</decision>').encode()).model
    assert model is not None
    assert decide(model, "D", {}).value == ({"a": NUMBER(1), "b": "x"},)


@pytest.mark.parametrize(
    ("boxed", "expected"),
    [
        ("<list><literalExpression><text>1 + 1</text></literalExpression></list>", (NUMBER(2),)),
        pytest.param(
            "<conditional><if><literalExpression><text>2 &gt; 1</text></literalExpression></if>"
            "<then><literalExpression><text>1</text></literalExpression></then>"
            "<else><literalExpression><text>2</text></literalExpression></else></conditional>",
            NUMBER(1),
        ),
        pytest.param(
            "<context><contextEntry><variable name='f'/><functionDefinition><formalParameter name='n'/>"
            "<literalExpression><text>n * 2</text></literalExpression></functionDefinition></contextEntry>"
            "<contextEntry><invocation><literalExpression><text>f</text></literalExpression><binding><parameter name='n'/>"
            "<literalExpression><text>21</text></literalExpression></binding></invocation></contextEntry></context>",
            NUMBER(42),
        ),
        ("", None),
    ],
)
def test_boxed_expressions_are_worked_out(boxed: str, expected: Any) -> None:
    model = read_dmn("t.dmn", whole(f'<decision id="d" name="D">{boxed}</decision>').encode()).model
    assert model is not None
    assert decide(model, "D", {}) == Result(expected)


def test_a_box_that_is_not_worked_out_says_so() -> None:
    model = read_dmn("t.dmn", whole('<decision id="d" name="D"><filter/></decision>').encode()).model
    assert model is not None
    assert decide(model, "D", {}).error == "a boxed `filter` is not worked out here"


# ---------------------------------------------------------------------------------------------------------- bad input

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def whole(inner: str, namespace: str = NAMESPACE) -> str:
    return f'<definitions xmlns="{namespace}" id="d" name="t" namespace="urn:t">\n{inner}\n</definitions>'


def one_table(*cells: str, namespace: str = NAMESPACE, attributes: str = "", output: str = "") -> str:
    """A decision with a table of one untyped input `x` and one output."""
    rules = "\n".join(
        f"<rule><inputEntry><text><![CDATA[{cell}]]></text></inputEntry><outputEntry><text>{number}</text></outputEntry></rule>"
        for number, cell in enumerate(cells, 1)
    )
    inner = f"<input><inputExpression><text>x</text></inputExpression></input><output>{output}</output>{rules}"
    return whole(f'<decision id="D" name="D"><decisionTable {attributes}>{inner}</decisionTable></decision>', namespace)


BROKEN: dict[str, tuple[bytes, str, str, int]] = {
    "not closed": (b"<definitions>\n<decision>\n</definitions>", "unreadable_table", "mismatched tag", 3),
    "no xml": (b"rule one", "unreadable_table", "XML is broken", 1),
    "empty": (b"", "unreadable_table", "XML is broken", 1),
    "bad bytes": (b"<definitions>\xff</definitions>", "unreadable_table", "byte 14 of the file is no text in UTF-8", 1),
    "odd encoding": (b'<?xml version="1.0" encoding="klingon"?><d/>', "unreadable_table", "encoding", 1),
    "entities": (
        b'<!DOCTYPE d [\n<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">\n]>\n<d>&b;</d>',
        "unreadable_table",
        "document type",
        1,
    ),
    "outer entity": (b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><d/>', "unreadable_table", "document type", 1),
    "unknown entity": (b"<d>\n&nbsp;</d>", "unreadable_table", "undefined entity", 2),
    "too deep": (b"<a>" * (DEEPEST + 1), "unreadable_table", "deep", 1),
    "other root": (b"<html/>", "unreadable_table", "begins with `html`", 1),
    "other namespace": (
        whole("", "http://example.org/DMN").encode(),
        "unreadable_table",
        "namespace of no DMN version",
        1,
    ),
    "no table": (whole("").encode(), "no_table", "no decision table", 1),
    "no hit policy": (
        one_table("<5", attributes='hitPolicy="BEST"').encode(),
        "unreadable_table",
        "`BEST` is no hit policy",
        2,
    ),
    "no output": (
        whole('\n<decision id="D" name="D"><decisionTable><input/></decisionTable></decision>').encode(),
        "unreadable_table",
        "the table has no output",
        3,
    ),
    "no id": (one_table("<5").replace('id="D" ', "").encode(), "missing_id", "the decision `D` has no id", 2),
    "no name": (one_table("<5").replace('name="D"', "").encode(), "missing_id", "id `D` has no name", 2),
    "same id": (
        one_table("<5").replace("<decision ", '<inputData id="D" name="E"/>\n<decision ').encode(),
        "missing_id",
        "two elements have the id `D`",
        3,
    ),
    "nowhere": (
        one_table("<5")
        .replace(
            "<decisionTable",
            '<informationRequirement><requiredInput href="#x"/></informationRequirement><decisionTable',
        )
        .encode(),
        "unknown_reference",
        "`D` requires `#x`",
        2,
    ),
    "not listed": (
        one_table("<5", output="<outputValues><text>2, 3</text></outputValues>").encode(),
        "outside_values",
        "may not be 1",
        2,
    ),
    "no order": (one_table("<5", attributes='hitPolicy="PRIORITY"').encode(), "no_priorities", "PRIORITY", 2),
    "bad expression": (
        one_table("<5").replace("<text>x</text>", "<text>x +</text>").encode(),
        "unreadable_cell",
        "the input expression `x +` cannot be worked out: it ends too early",
        2,
    ),
    "bad values": (
        one_table("<5")
        .replace("</inputExpression>", "</inputExpression><inputValues><text>1..</text></inputValues>")
        .encode(),
        "unreadable_cell",
        "the allowed values `1..` are not read",
        2,
    ),
    "own type": (
        one_table("<5").replace("<inputExpression>", '<inputExpression typeRef="tBox">').encode(),
        "unknown_type",
        "`tBox` is a type that is defined nowhere",
        2,
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_each_fault_is_one_finding_at_its_place(case: str) -> None:
    data, name, message, line = BROKEN[case]
    reading = read_dmn("t.dmn", data)
    (finding,) = reading.findings
    assert finding.name == name
    assert message in finding.message
    assert "\n" not in finding.message
    assert finding.places[0].path == "t.dmn"
    assert reading.source.line_and_column(finding.places[0].span.start)[0] == line


def test_a_row_of_the_wrong_length_keeps_its_place_and_claims_nothing() -> None:
    text = one_table("<5", "<7", "<9").replace("<outputEntry><text>2</text></outputEntry>", "")
    reading = read_dmn("t.dmn", text.encode())
    assert said(reading) == [
        ("uneven_row", "rule 2 has 1 input cells and 0 output cells, the table has 1 inputs and 1 outputs")
    ]
    tests = [row.tests[0] for row in reading.tables[0].rows]
    assert [isinstance(test, Undecided) for test in tests] == [False, True, False]


def test_requirements_that_go_round_are_one_finding_and_the_rest_is_worked_out() -> None:
    def decision(key: str, needs: str, text: str) -> str:
        asked = f'<informationRequirement><requiredDecision href="#{needs}"/></informationRequirement>' if needs else ""
        return f'<decision id="{key}" name="{key}">{asked}<literalExpression><text>{text}</text></literalExpression></decision>'

    parts = [decision("a", "b", "b"), decision("b", "c", "c"), decision("c", "a", "a"), decision("e", "", "1")]
    reading = read_dmn("t.dmn", whole("\n".join(parts)).encode())
    (finding,) = reading.findings
    assert finding.name == "cyclic_requirement"
    assert all(f"`{name}`" in finding.message for name in "abc")
    assert reading.model is not None
    assert decide(reading.model, "e", {}).value == 1
    assert decide(reading.model, "a", {}).error == "`a` requires itself"


def test_a_service_that_offers_what_calls_it_is_a_circle() -> None:
    calls = (
        '<decision id="d" name="d"><knowledgeRequirement><requiredKnowledge href="#s"/></knowledgeRequirement>'
        "<literalExpression><text>s() + s()</text></literalExpression></decision>"
    )
    service = '<decisionService id="s" name="s"><outputDecision href="#d"/></decisionService>'
    reading = read_dmn("t.dmn", whole(calls + service).encode())
    assert names(reading) == ["cyclic_requirement"]
    assert reading.model is not None
    assert decide(reading.model, "d", {}).error == "`d` requires itself"


def test_dates_may_be_given_as_texts() -> None:
    (table,) = read_dmn("t.dmn", one_table('< @"2024-01-01"', '>= @"2024-01-01"').encode()).tables
    assert evaluate_table(table, {"x": "2023-12-31"}).rules == (1,)
    assert evaluate_table(table, {"x": datetime.date(2024, 1, 1)}).rules == (2,)


def test_many_long_names_do_not_slow_a_table_down() -> None:
    inputs = "".join(f'<inputData id="i{number}" name="long name {number}"/>' for number in range(1500))
    cells = [f"> long name {number}" for number in range(1500)]
    start = time.perf_counter()
    reading = read_dmn("t.dmn", one_table(*cells).replace("<decision ", inputs + "<decision ").encode())
    assert reading.tables[0].rows[-1].tests == (Related(">", "long name 1499"),)
    assert time.perf_counter() - start < 20


def test_every_finding_about_tables_is_shown_here() -> None:
    shown = {name for _, name, _, _ in BROKEN.values()} | {"uneven_row", "cyclic_requirement"}
    assert shown == {page.name for page in TABLE_PAGES}


def test_a_type_made_of_itself_is_one_finding() -> None:
    types = "".join(
        f'<itemDefinition name="{name}"><typeRef>{base}</typeRef></itemDefinition>' for name, base in ("tu", "ut")
    )
    reading = read_dmn("t.dmn", whole(types).encode())
    assert names(reading) == ["cyclic_requirement"]


def test_what_is_wrong_in_one_table_leaves_the_others() -> None:
    good = one_table("<5").partition("\n")[2].rpartition("\n")[0]
    bad = good.replace('id="D" name="D"', 'id="E" name="E"').replace("<decisionTable ", '<decisionTable hitPolicy="?" ')
    reading = read_dmn("t.dmn", whole(f"{bad}\n{good}").encode())
    assert names(reading) == ["unreadable_table"]
    assert [table.name for table in reading.tables] == ["D"]


def test_a_file_of_any_size_is_refused_at_once() -> None:
    start = time.perf_counter()
    reading = read_dmn("t.dmn", b" " * (LARGEST_FILE + 1))
    assert names(reading) == ["unreadable_table"]
    assert "larger than 64 MB" in reading.findings[0].message
    assert time.perf_counter() - start < 5


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: whole(text).encode("utf-8", "replace")))
def test_no_file_is_too_much(data: bytes) -> None:
    reading = read_dmn("t.dmn", data)
    assert reading.findings or reading.tables


@given(st.integers(0, 10_000), st.sampled_from([b"", b"<", b'"', b">", b"x", b"</text>"]))
def test_a_damaged_file_is_read_or_refused(place: int, damage: bytes) -> None:
    data = (TABLES / "loan.dmn").read_bytes()
    cut = place % len(data)
    reading = read_dmn("t.dmn", data[:cut] + damage + data[cut + 1 :])
    if reading.model is not None:
        decide_all(reading.model, APPLICANT)
