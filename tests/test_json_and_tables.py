"""The graph JSON, the input schema and the Markdown tables: they fit their schemas, and say what the meaning says."""

from __future__ import annotations

import datetime
import itertools
import json
import random
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from brute_force import compiled, full_cases
from random_policies import RandomPolicy, policies
from ruleproof.artifacts import EMITTERS
from ruleproof.artifacts.derived import MOST_ROWS, count_paths, derived_rows
from ruleproof.artifacts.to_markdown import escaped
from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.model import meaning
from ruleproof.model.nodes import Policy
from ruleproof.prover.boxes import meets
from ruleproof.resources import folder
from ruleproof.runtime.kernel.values import InputError
from ruleproof.runtime.load import LoadedPolicy
from test_evaluator_input import FULL, KINDS, RESTS

STRANGE = Path(__file__).with_name("strange.policy").read_text("utf-8")
BUNDLED = (folder("policies") / "tumor_ngs" / "tumor_ngs.policy").read_text("utf-8")
POLICIES = {"kinds": KINDS, "rests": RESTS, "strange": STRANGE, "bundled": BUNDLED}
MOST_CASES = 400


def _file(found: Compiled, kind: str, ending: str) -> str:
    return next(text for name, text in EMITTERS[kind](found).items() if name.endswith(ending))


def _some_cases(found: Compiled) -> Iterator[dict[str, Value]]:
    yield from itertools.islice(full_cases(found.space.samples()), MOST_CASES)


# ---------------------------------------------------------------- the graph JSON


def _follow(nodes: list[dict[str, Any]], cells: list[int]) -> dict[str, Any]:
    node = nodes[0]
    while "ask" in node:
        starts = [start for start, _ in node["from"]]
        node = nodes[node["from"][bisect_right(starts, cells[node["ask"]]) - 1][1]]
    return node


def _in_cell(cell: Mapping[str, Any], value: Value) -> bool:
    """Tell whether a value lies in a cell, by what the file says of the cell."""
    if value is None or cell.get("missing"):
        return value is None and bool(cell.get("missing"))
    if "low" not in cell:
        word = ("yes" if value else "no") if isinstance(value, bool) else value
        return word in cell.get("values", ())
    read: Any = type(value)
    read = datetime.date.fromisoformat if isinstance(value, datetime.date) else Decimal if read is Decimal else int
    number: Any = value
    low, high = cell["low"] and read(cell["low"]), cell["high"] and read(cell["high"])
    above = low is None or number > low or (cell["low_closed"] and number == low)
    return bool(above and (high is None or number < high or (cell["high_closed"] and number == high)))


def _cells_of(document: dict[str, Any], case: Mapping[str, Value]) -> list[int]:
    """Turn a case into cells, knowing nothing but the file."""
    cells = []
    for dimension in document["dimensions"]:
        value = case[dimension["input"]]
        group = dimension.get("group")
        if group is None:
            inside = [number for number, cell in enumerate(dimension["cells"]) if _in_cell(cell, value)]
            others = [number for number, cell in enumerate(dimension["cells"]) if cell.get("others")]
            cells.append((inside or others)[0])
            continue
        codes = value if isinstance(value, tuple) else ()
        same = [item["group"] for item in document["dimensions"] if item["input"] == dimension["input"]]
        named = {code for item in same for code in item.get("codes", ())}
        there = [code for code in codes if (code in group["codes"] if "codes" in group else code not in named)]
        cells.append(next(number for number, cell in enumerate(dimension["cells"]) if cell["some"] is bool(there)))
    return cells


@given(policies())
def test_the_graph_json_says_what_the_meaning_says(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    document = json.loads(_file(found, "graph", ".graph.json"))
    Draft202012Validator(json.loads(_file(found, "graph", ".schema.json"))).validate(document)
    assert [item["day"] for item in document["postings"]] == [str(item.day) for item in found.policy.postings]
    for case in _some_cases(found):
        _says_as_the_meaning(document, found.policy, case, "9999-12-31")
    samples = found.epochs[-1].compiler.space.samples()
    chance = random.Random(5)
    for epoch in found.epochs[:-1]:
        day = epoch.before - datetime.timedelta(days=1)
        for _ in range(20):
            case = {name: chance.choice(values) for name, values in samples.items()}
            _says_as_the_meaning(document, found.as_posted(day).policy, case, day.isoformat())


def _known(item: dict[str, Any], day: str) -> dict[str, Any]:
    """Give what stood as posted on a day, knowing nothing but the file."""
    return next((part for part in item.get("earlier", ()) if day < part["before"]), item)


def _says_as_the_meaning(document: dict[str, Any], policy: Policy, case: Mapping[str, Value], day: str) -> None:
    cells = _cells_of(document, case)
    judged = meaning.judge(policy, case)
    never = document["cannot_happen"]
    assert _follow(_known(never, day)["nodes"], cells)["met"] is bool(judged.impossible)
    met = [item["name"] for item in never["each"] if _follow(_known(item, day)["nodes"], cells)["met"]]
    assert tuple(met) == judged.impossible
    if not judged.impossible:
        for item in document["decisions"]:
            decision = _known(item, day)
            answer = decision["answers"][_follow(decision["nodes"], cells)["answer"]]
            expected = judged.answers[item["name"]]
            assert (answer["kind"], answer["force"], answer["reason"]) == (
                expected.kind,
                expected.force,
                expected.reason,
            )
            for key in ("outcomes", "further", "barred", "rules"):
                assert tuple(answer[key]) == getattr(expected, key)
        for item in document["requirements"]:
            requirement = _known(item, day)
            state = requirement["states"][_follow(requirement["nodes"], cells)["state"]]
            assert state == judged.requirements[item["name"]]


@pytest.mark.parametrize("name", POLICIES)
def test_json_files_fit_their_schemas_and_any_page(name: str) -> None:
    found = compiled(POLICIES[name])
    schema = json.loads(_file(found, "graph", ".schema.json"))
    Draft202012Validator.check_schema(schema)
    document = json.loads(_file(found, "graph", ".graph.json"))
    Draft202012Validator(schema).validate(document)
    assert document["policy"]["name"] == found.policy.name
    assert document["policy"]["sha256"] == found.source.sha256
    assert not Draft202012Validator(schema).is_valid(document | {"format": "other"})
    for kind in ("graph", "schema"):
        for text in EMITTERS[kind](found).values():
            assert text.isascii()
            assert not set(text) & set("<>&")


# ---------------------------------------------------------------- the input schema


def _as_json(case: Mapping[str, Value]) -> dict[str, Any]:
    """Give a case as a caller would send it."""
    return {
        name: value.isoformat()
        if isinstance(value, datetime.date)
        else f"{value:f}"
        if isinstance(value, Decimal)
        else list(value)
        if isinstance(value, tuple)
        else value
        for name, value in case.items()
    }


@given(policies())
def test_what_fits_the_input_schema_is_taken(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    schema = json.loads(_file(found, "schema", ".input.schema.json"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    loaded = LoadedPolicy(found)
    for case in itertools.islice(_some_cases(found), 50):
        sent = _as_json(case)
        validator.validate(sent)
        loaded.claim(json.loads(json.dumps(sent), parse_float=Decimal))


def test_the_input_schema_refuses_what_the_evaluator_refuses() -> None:
    found = compiled(KINDS)
    validator = Draft202012Validator(json.loads(_file(found, "schema", ".input.schema.json")))
    loaded = LoadedPolicy(found)
    full = _as_json(FULL)
    assert validator.is_valid(full)
    assert validator.is_valid({})
    wrong: list[dict[str, Any]] = [
        {"flag": 1},
        {"tissue": "marow"},
        {"genes": 0},
        {"genes": 501},
        {"genes": 1.5},
        {"share": "0.125"},
        {"share": 2},
        {"service_date": "20240603"},
        {"code": "81445"},
        {"tag": "Z0"},
        {"diagnoses": "ICD C00.0"},
        {"findings": []},
        {"findings": None},
        {"genes": None},
        {"gene": 5},
    ]
    for facts in wrong:
        assert not validator.is_valid({**full, **facts}), facts
        with pytest.raises(InputError):
            loaded.claim({**full, **facts})


# ---------------------------------------------------------------- Markdown


@given(policies())
def test_the_derived_table_has_one_row_for_every_case(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    for decision in found.policy.decisions:
        rows = derived_rows(found.graphs[decision.name])
        assert rows is not None
        for first, second in itertools.combinations(rows, 2):
            assert meets(first.box, second.box) is None
        for case in _some_cases(found):
            if meaning.impossible(found.policy, case):
                continue
            cells = found.space.encode(case)
            there = [row for row in rows if all(mask >> cell & 1 for mask, cell in zip(row.box, cells, strict=True))]
            assert [row.answer for row in there] == [meaning.answer_of(found.policy, decision, case)]


def test_a_table_that_nobody_would_read_is_not_printed() -> None:
    inputs = "\n".join(f"input i{number} is whole number from 0 to 9" for number in range(12))
    rules = "\n".join(
        f"rule R{number} for d when i{number} is at most {number % 9} then d is v{number}" for number in range(12)
    )
    values = ", ".join(f"v{number}" for number in range(12))
    found = compiled(f"policy wide\n{inputs}\ndecision d collects any of {values}\n{rules}\n")
    assert count_paths(found.graphs["d"]) == 2**12 > MOST_ROWS
    assert derived_rows(found.graphs["d"]) is None
    assert "It would have 4096 rows" in _file(found, "markdown", ".md")


@pytest.mark.parametrize("name", POLICIES)
def test_markdown_reads_as_it_is_meant(name: str) -> None:
    found = compiled(POLICIES[name])
    text = _file(found, "markdown", ".md")
    tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(text)
    inline = [child for token in tokens for child in token.children or ()]
    assert not [
        token
        for token in (*tokens, *inline)
        if token.type in ("html_block", "html_inline", "link_open", "image", "fence")
    ]
    assert found.source.sha256 in text
    shown = "".join(child.content for child in inline)
    for item in found.policy.inputs:
        assert item.name in shown
    for decision in found.policy.decisions:
        for rule in decision.rules:
            assert rule.name in shown
    widths = [len(re.findall(r"(?<!\\)\|", line)) for line in text.splitlines() if line.startswith("|")]
    headed = re.findall(r"^(\|.*\|)\n\|(?: --- \|)+$", text, re.MULTILINE)
    assert len(widths) > len(headed) >= 4
    for table in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1


SOURCED = """policy sourced
source paper "A paper | with a bar"
  authority is binding
  revision Rev 1 history date 2020-01-01 services from 2020-01-01 until 2020-12-31 no text
  revision Rev 2 published 2021-01-02 services from 2021-01-01 replaces Rev 1
  note "found on a shelf"
input service_date "date of service" is date from 2021-01-01
input kind is one of a, b, c
input asked "asked for" is yes or no
decision out gives one of x, y
  scope when asked else "nobody asks"
rule R1 for out
  when kind is one of (a, b)
  then report x
  cite paper p.1
  covers S1, S2
rule R2 "the narrower one" for out
  when kind is b
  then report y
  overrides R1 because "it is narrower" reading Q1
  cite paper p.2
leave open O1 "nobody knows" for out
  when kind is c
  because "the paper is silent"
question Q1 "Which of the two?"
  open
"""


def test_the_tables_name_sources_statements_questions_and_what_always_holds() -> None:
    lines = _file(compiled(SOURCED), "markdown", ".md").splitlines()
    start = lines.index("## Sources")
    assert lines[start + 2] == "| name | title | authority | revisions | notes |"
    assert lines[start + 4] == (
        "| `paper` | A paper \\| with a bar | binding | Rev 1, of 2020-01-01, services from 2020-01-01 until 2020-12-31, "
        "its text is not here; Rev 2, published 2021-01-02, services from 2021-01-01, replaces Rev 1 | found on a shelf |"
    )
    (first,) = (line for line in lines if line.startswith("| `R1` |"))
    assert first.endswith("| paper p.1 | `S1`, `S2` |  |")
    (second,) = (line for line in lines if line.startswith("| `R2` |"))
    assert second.endswith("| paper p.2 |  | `Q1` |")
    assert "Here always: asked for: yes." in lines
    assert "| no | *out of scope*: nobody asks |  |  |" in lines
    assert "| `kind` | answer | rules | cites |" in lines
    assert "| c | *left open*: the paper is silent | `O1` |  |" in lines


@pytest.mark.parametrize("text", ["a|b", "<b>", "`x`", "**x**", "[x](y)", "a\nb", "_x_", "# x", "~~x~~", "&lt;", "\\|"])
def test_escaped_texts_read_as_they_are(text: str) -> None:
    (inline,) = MarkdownIt("gfm-like", {"linkify": False}).parseInline(escaped(text))
    assert {child.type for child in inline.children or ()} <= {"text", "text_special"}
    assert "".join(child.content for child in inline.children or ()) == " ".join(text.split())
