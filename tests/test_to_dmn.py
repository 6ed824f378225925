"""The law of DMN: what `build` writes answers as the policy does, in our own reader and in the programs of others."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brute_force import compiled
from random_policies import RandomPolicy, policies
from ruleproof.artifacts.dmn.layout import CORRIDOR, HEIGHT, WIDTH, Shape, layout_of
from ruleproof.artifacts.dmn.versions import VERSION_1_3, VERSION_1_5
from ruleproof.artifacts.dmn.xml import element, to_xml
from ruleproof.artifacts.exported.answers import answers_in_words
from ruleproof.artifacts.exported.columns import GIVEN, GROUP, HAS
from ruleproof.artifacts.to_dmn import to_dmn
from ruleproof.compiled import VERSION, Compiled
from ruleproof.model.meaning import Answer
from ruleproof.pipeline import check_tables
from ruleproof.readers import read_table
from ruleproof.readers.dmn_model import decide_all
from ruleproof.readers.reading import Reading
from ruleproof.readers.xml_tree import Element, text_of_xml, tree_from_xml
from tables_elsewhere import MANY_SHAPES, answers_expected, cases_to_try, exported_once, facts_of_model
from test_bundled import POLICIES, bundled, every_policy, named


def files_of(found: Compiled) -> tuple[str, str]:
    """Give the file for DMN 1.5 and the one for DMN 1.3."""
    made = to_dmn(found)
    assert [name.partition(".")[2] for name in made] == ["dmn", "v1_3.dmn"]
    first, second = made.values()
    return first, second


def read(text: str) -> Reading:
    return read_table("made.dmn", text.encode())


def _answers_alike(found: Compiled, count: int) -> int:
    """Compare what the model answers with what the policy means, case by case; give how many cases can happen."""
    tables = exported_once(found)
    compared = 0
    models = [read(text) for text in files_of(found)]
    # a policy whose every decision answers alike in all cases has no table
    assert not [item.message for reading in models for item in reading.findings if item.name != "no_table"]
    for number, case in enumerate(cases_to_try(found, count)):
        expected = answers_expected(tables, case)
        compared += bool(expected)
        model = models[number % 2].model
        assert model is not None
        said = decide_all(model, facts_of_model(tables, case)) if expected else {}
        for name, text in expected.items():
            assert not said[name].error, (name, said[name].error)
            assert said[name].value == text, (name, case)
    return compared


# ---------------------------------------------------------------- the law


@every_policy
def test_bundled_policies_are_answered_alike(path: Path) -> None:
    assert _answers_alike(bundled(path), 30) > 8


@every_policy
@pytest.mark.slow
@pytest.mark.skipif("RULEPROOF_DMN" not in os.environ, reason="`make dmn` tries thousands of cases")
def test_bundled_policies_are_answered_alike_in_thousands_of_cases(path: Path) -> None:
    assert _answers_alike(bundled(path), 2_000) > 20


def test_columns_of_every_kind_are_answered_alike() -> None:
    found = compiled(MANY_SHAPES)
    assert {column.how for column in exported_once(found).columns} == {GIVEN, GROUP, HAS}
    assert _answers_alike(found, 600) > 100


@settings(max_examples=25)
@given(policies())
def test_random_policies_are_answered_alike(policy: RandomPolicy) -> None:
    _answers_alike(compiled(policy.text), 25)


@every_policy
def test_every_table_is_proved_complete_and_free_of_overlaps(path: Path) -> None:
    checked = check_tables(read(files_of(bundled(path))[0]))
    assert {(proof.complete, proof.consistent) for proof in checked.proofs} <= {("proved", "proved")}
    assert checked.proofs


# ---------------------------------------------------------------- the text


def test_texts_of_authors_are_escaped() -> None:
    hostile = 'say "<b>&amp;" \\ ]]> {x} =1+1'
    text = to_xml(element("a", [element("text", hostile)], name=hostile + "\n"))
    root = tree_from_xml(text_of_xml(text.encode(), "a.xml"))
    assert root.get("name") == hostile + "\n"
    assert root.children[0].text == hostile


@given(st.lists(st.text(max_size=12), min_size=1, max_size=3))
def test_any_text_can_stand_in_the_file(texts: list[str]) -> None:
    made = to_xml(element("a", [element("text", text) for text in texts]))
    root = tree_from_xml(text_of_xml(made.encode("utf-8", "surrogatepass"), "a.xml"))
    kept = [re.sub("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "�", text) for text in texts]
    assert [child.text for child in root.children] == kept


def test_no_two_answers_have_one_text() -> None:
    answers = [
        Answer("nothing"),
        Answer("outcome", "report", ("nothing",)),
        Answer("outcome", "report", ("report nothing",)),
        Answer("outcome", "report", ("cannot happen",)),
        Answer("outcome", "may report", ("a",), further=("b",)),
        Answer("outcome", "may report", ("a; on a further line b",)),
        Answer("out of scope", reason="x"),
        Answer("outcome", "report", ("out of scope: x",)),
    ]
    words = answers_in_words(answers)
    assert len(set(words.values())) == len(answers)
    assert "cannot happen" not in words.values()


def test_the_file_says_what_it_is_made_from_and_what_it_cannot_say() -> None:
    found = named("tumor_ngs")
    for text, version in zip(files_of(found), (VERSION_1_5, VERSION_1_3), strict=True):
        root = tree_from_xml(text_of_xml(text.encode(), "a.dmn"))
        assert root.namespace == version.model
        (about,) = root.all("description")
        assert f"revision {found.revision}, sha256 {found.source.sha256}, made by ruleproof {VERSION}" in about.text
        ((note,),) = [list(item.all("text")) for item in root.all("textAnnotation")]
        assert note.text in about.text
        for words in (
            "Overrides (",
            "Code lists (",
            "What came before",
            "Limits over the history",
            "as posted last",
            "missing",
        ):
            assert words in note.text, words


def test_ids_are_unique_and_every_reference_leads_to_one() -> None:
    for text in files_of(named("tumor_ngs")):
        ids = re.findall(r' id="([^"]*)"', text)
        assert len(ids) == len(set(ids)) > 2_000
        asked = re.findall(r' (?:href="#|dmnElementRef=")([^"]*)"', text)
        assert len(asked) > 300
        assert set(asked) <= set(ids)


def test_a_file_is_the_same_each_time() -> None:
    found = named("overview_81455")
    assert to_dmn(found) == to_dmn(found)


# ---------------------------------------------------------------- the diagram


def _crosses(shape: Shape, start: tuple[int, int], end: tuple[int, int]) -> bool:
    """Tell whether a line goes through the inside of a shape, tried at many points."""
    for step in range(1, 60):
        x = start[0] + (end[0] - start[0]) * step / 60
        y = start[1] + (end[1] - start[1]) * step / 60
        if shape.x < x < shape.x + shape.width and shape.y < y < shape.y + shape.height:
            return True
    return False


@pytest.mark.parametrize("sizes", [(1,), (2, 1), (3, 0, 7, 2), (8, 2, 13, 2)])
def test_no_shapes_overlap_and_no_line_crosses_a_shape(sizes: tuple[int, ...]) -> None:
    layers = [[f"{layer}-{place}" for place in range(count)] for layer, count in enumerate(sizes)]
    below = [
        (low, high)
        for index, layer in enumerate(layers)
        for high in layer
        for lower in layers[index + 1 :]
        for low in lower
    ]
    lines = {f"{low} {high}": (low, high) for low, high in below}
    found = layout_of(layers, lines, "note", "one\ntwo")
    shapes = list(found.shapes.values())
    for number, one in enumerate(shapes):
        for other in shapes[:number]:
            apart = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert apart or one.y + one.height <= other.y or other.y + other.height <= one.y
    for key, points in found.lines.items():
        low, high = (found.shapes[name] for name in lines[key])
        assert points[0] == (low.x + WIDTH // 2, low.y)
        assert high.x < points[-1][0] < high.x + WIDTH
        assert points[-1][1] == high.y + HEIGHT
        for start, end in pairwise(points):
            assert not any(_crosses(shape, start, end) for shape in shapes)
    assert CORRIDOR > 0
    assert len(found.lines) == len(below)


# ---------------------------------------------------------------- SpiffWorkflow

_STRING = r'"(?:\\.|[^"\\])*"'
_INTERVAL = r"[\[(][^\])]*\([^)]*\)\.\.[^)]*\)[\])]|[\[(][^\])]*[\])]"
_OTHER = r'[^",\[(]+(?:\([^)]*\))?'
TESTS = re.compile(rf"({_STRING}|{_INTERVAL}|{_OTHER})(?:,|$)")


def in_python(cell: str) -> str:
    """Give a cell as Python has it, which is what the cells of SpiffWorkflow are written in; `-` stays."""
    if cell == "-":
        return cell
    if cell.startswith("not("):
        return f"not ({_any_in_python(cell[4:-1])})"
    return _any_in_python(cell)


def _any_in_python(tests: str) -> str:
    found = TESTS.findall(tests)
    assert ",".join(found) == tests
    return " or ".join(map(_one_in_python, found))


def _one_in_python(test: str) -> str:
    if test == "null":
        return "? is None"
    interval = re.fullmatch(r"([\[(])(.*)\.\.(.*)([\])])", test)
    if interval:
        signs = ["<=" if bracket in "[]" else "<" for bracket in (interval[1], interval[4])]
        return f"(? is not None and {interval[2]} {signs[0]} ? {signs[1]} {interval[3]})"
    return f"(? is not None and ? {test})" if test.startswith(("<", ">")) else f"? == {test}"


def _cut_down(text: str, decision: str) -> Any:
    """Give the file with one decision, which is all that SpiffWorkflow reads, and its cells in Python."""
    etree = pytest.importorskip("lxml.etree", reason="lxml is not installed")
    root = etree.fromstring(text.encode())
    space = f"{{{VERSION_1_3.model}}}"
    for other in root.findall(f"{space}decision"):
        if other.get("name") != decision:
            root.remove(other)
    for cell in root.iter(f"{space}inputEntry"):
        (inner,) = cell
        inner.text = in_python(inner.text)
    return root


@pytest.mark.parametrize("stem", ["overview_81455", "date_of_service", "plasma_cgp", "myeloid_ngs", "tumor_ngs"])
def test_spiffworkflow_answers_alike_once_its_cells_are_in_python(stem: str) -> None:
    pytest.importorskip("SpiffWorkflow", reason="SpiffWorkflow is not installed")
    from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment
    from SpiffWorkflow.dmn.engine.DMNEngine import DMNEngine
    from SpiffWorkflow.dmn.parser.DMNParser import DMNParser

    found = named(stem)
    tables = exported_once(found)
    words = {"true": True, "false": False, "null": None, "date": datetime.date.fromisoformat}
    engine = PythonScriptEngine(environment=TaskDataEnvironment(words))
    cases = cases_to_try(found, 25)
    compared = 0
    for table in tables.decisions:
        parser = DMNParser(None, _cut_down(files_of(found)[1], table.name), {"dmn": VERSION_1_3.model})
        parser.parse()
        (read_table_of,) = parser.decision.decisionTables
        assert len(read_table_of.rules) == len(table.rows)
        for case in cases:
            expected = answers_expected(tables, case)
            workflow = SimpleNamespace(script_engine=engine)
            task = SimpleNamespace(data=facts_of_model(tables, case), workflow=workflow)
            if expected:
                compared += 1
                assert DMNEngine(read_table_of).result(task) == {table.name: expected[table.name]}
    assert compared > 15


def test_spiffworkflow_reads_one_decision_and_the_schema_of_1_3_holds() -> None:
    etree = pytest.importorskip("lxml.etree", reason="lxml is not installed")
    parser = pytest.importorskip("SpiffWorkflow.dmn.parser", reason="SpiffWorkflow is not installed")
    folder = Path(parser.__file__).parent / "schema"
    schema = etree.XMLSchema(etree.parse(str(folder / "DMN13.xsd")))
    for path in POLICIES:
        _, text = files_of(bundled(path))
        assert schema.validate(etree.fromstring(text.encode())), schema.error_log
    from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException

    several = parser.DMNParser.DMNParser(
        None, etree.fromstring(files_of(named("pgx"))[1].encode()), {"dmn": VERSION_1_3.model}
    )
    with pytest.raises((ValidationException, AttributeError)):  # the second where it fails to say the first
        several.parse()


@every_policy
def test_the_two_files_differ_in_the_version_and_in_whole_numbers_only(path: Path) -> None:
    newer, older = (tree_from_xml(text_of_xml(text.encode(), "a.dmn")) for text in files_of(bundled(path)))
    assert (newer.namespace, older.namespace) == (VERSION_1_5.model, VERSION_1_3.model)
    assert list(_flat(newer)) == list(_flat(older))


def _flat(root: Element) -> Iterator[tuple[str, dict[str, str], str]]:
    """Give every element but those in which versions differ: constraints of types, and the name of a table's one output."""
    if root.name != "typeConstraint":
        said = (
            ""
            if root.name in ("definitions", "description", "text") and "What these tables" in root.text
            else root.text
        )
        dropped = {"output": "name", "Bounds": "height"}.get(root.name, "")  # the note is a line longer
        yield root.name, {name: value for name, value in root.attributes.items() if name != dropped}, said.strip()
        for child in root.children:
            yield from _flat(child)


@pytest.mark.parametrize(
    ("cell", "passing", "failing"),
    [(">=5", 5, 4), ('"a"', "a", "b"), ("true", True, False), ('>=date("2024-03-21")', "2024-03-21", "2024-03-20")],
)
def test_spiffworkflow_takes_some_cells_as_they_stand(cell: str, passing: Any, failing: Any) -> None:
    pytest.importorskip("SpiffWorkflow", reason="SpiffWorkflow is not installed")
    from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment
    from SpiffWorkflow.dmn.engine.DMNEngine import DMNEngine

    words = {"true": True, "false": False, "null": None, "date": datetime.date.fromisoformat}
    workflow = SimpleNamespace(script_engine=PythonScriptEngine(environment=TaskDataEnvironment(words)))
    for value, expected in ((passing, True), (failing, False)):
        given = datetime.date.fromisoformat(value) if "date" in cell else value
        task = SimpleNamespace(data={"x": given}, workflow=workflow)
        assert DMNEngine(None).evaluate("x", cell, task) is expected
