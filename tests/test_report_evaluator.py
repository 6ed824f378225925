"""The evaluator of the report, in JavaScript: it answers and refuses as the evaluators in Python do, word for word.

Every cell of every input of every bundled policy is tried, and every way out of every question of its graphs; all
combinations where they are few, else random ones, with everything known, with some facts unknown, after earlier services,
and as posted on the days on which something was posted.
"""

from __future__ import annotations

import itertools
import json
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from brute_force import compiled as compiled_of
from random_policies import RandomPolicy, policies
from ruleproof.artifacts.to_graph_json import to_graph_json
from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.graph.changes import Search
from ruleproof.graph.nodes import Graph, Leaf, Question
from ruleproof.model.meaning import Answer
from ruleproof.prover.space import Box
from ruleproof.runtime.kernel.values import InputError
from ruleproof.runtime.load import LoadedPolicy
from test_bundled import POLICIES, bundled, named

FOLDER = Path(__file__).parents[1] / "compiler" / "ruleproof" / "report"
NODE = shutil.which("node")
MOST = 1_000

needs_node = pytest.mark.skipif(NODE is None, reason="there is no Node.js on this machine")

RUN = """
const { Policy } = require(process.argv[1]);
const { graph, cases } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const policy = new Policy(graph);
const told = cases.map(([facts, history, postedOn]) => {
  try {
    const { decisions, requirements } = policy.judge(facts, { history, postedOn });
    return { decisions, requirements };
  } catch (error) {
    if (error.input === undefined) throw error;
    return { refused: error.message, input: error.input };
  }
});
process.stdout.write(JSON.stringify(told));
"""

Case = tuple[dict[str, object], "list[Any] | None", "str | None"]
"""Facts, what came before (`None` where nobody told), and the day of posting."""


def graph_of(compiled: Compiled) -> Any:
    return json.loads(next(text for name, text in to_graph_json(compiled).items() if name.endswith(".graph.json")))


def by_javascript(compiled: Compiled, cases: list[Case]) -> list[Any]:
    told = json.dumps({"graph": graph_of(compiled), "cases": cases})
    done = subprocess.run(
        [str(NODE), "-e", RUN, str(FOLDER / "evaluator.js")],
        input=told,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found


def by_python(compiled: Compiled, cases: list[Case]) -> list[Any]:
    policy = LoadedPolicy(compiled)
    found: list[Any] = []
    for facts, history, posted_on in cases:
        try:
            judged = policy.decide(facts, history, posted_on)
        except InputError as error:
            found.append({"refused": error.message, "input": error.input})
            continue
        found.append(
            {
                "decisions": {name: plain(answer) for name, answer in judged.answers.items()},
                "requirements": {name: plain(item) for name, item in judged.requirements.items()},
            }
        )
    return found


def plain(answer: Any) -> Any:
    """Give an answer as the evaluator of the report gives it: questions by name, outcomes in a list only."""
    told = answer.as_dict() if hasattr(answer, "as_dict") else answer
    told = {name: value for name, value in told.items() if name != "outcome"}
    told["questions"] = [question["name"] for question in told["questions"]]
    if "possible" in told:
        told["possible"] = [plain(other) for other in told["possible"]]
    return told


def as_json(value: Value) -> object:
    return list(value) if isinstance(value, tuple) else value if isinstance(value, bool | int | None) else f"{value}"


def samples(compiled: Compiled) -> dict[str, list[object]]:
    """Give values of every input that is given: one of each cell."""
    asked = {item.name for item in compiled.policy.asked}
    space = compiled.epochs[-1].compiler.space
    return {name: [as_json(value) for value in values] for name, values in space.samples().items() if name in asked}


def some_cases(compiled: Compiled, most: int = MOST) -> Iterator[Case]:
    known = samples(compiled)
    chance = random.Random(7)
    keyed: list[Any] | None = [] if compiled.policy.keys else None
    count = 1
    for values in known.values():
        count *= len(values)
    if count <= most:
        yield from ((dict(zip(known, case, strict=True)), keyed, None) for case in itertools.product(*known.values()))
    days: list[str | None] = [None, *(posting.day.isoformat() for posting in compiled.policy.postings)]
    # every cell at least once, then at random, with fewer and fewer facts
    for name, values in known.items():
        for value in values:
            yield {name: value}, None, None
            yield {**{other: chance.choice(of) for other, of in known.items()}, name: value}, keyed, None
    for number in range(most // 2):
        share = (1.0, 1.0, 0.9, 0.6)[number % 4]
        facts = {name: chance.choice(values) for name, values in known.items() if chance.random() < share}
        yield facts, keyed if chance.random() < 0.5 else None, chance.choice(days)


def leaf_cases(compiled: Compiled) -> Iterator[Case]:
    """Give a case for every way out of every question of every graph, and so for every end."""
    keyed: list[Any] | None = [] if compiled.policy.keys else None
    epoch = compiled.epochs[-1]
    asked = {item.name for item in compiled.policy.asked}
    for graph in epoch.exact_graphs.values():
        for box in boxes_of_ways(graph):
            facts = graph.space.sample(box)
            yield {name: as_json(value) for name, value in facts.items() if name in asked}, keyed, None


def boxes_of_ways(graph: Graph) -> Iterator[Box]:
    """Give for each branch of a graph a box of cases that go along it."""
    to: dict[int, Box] = {id(graph.root): graph.space.whole}
    for node in graph.nodes:
        if not isinstance(node, Question):
            continue
        box = to[id(node)]
        for branch in node.branches:
            own = (*box[: node.dimension], branch.cells, *box[node.dimension + 1 :])
            to.setdefault(id(branch.node), own)
            yield own


def histories(compiled: Compiled, count: int) -> Iterator[Case]:
    """Give cases with earlier services, most of them in order, some of other patients, some refused."""
    known, chance = samples(compiled), random.Random(11)
    days = ["2024-03-21", "2024-03-31", "2024-04-01", "2024-04-29", "2024-05-01", "2024-05-02", "2024-06-03"]
    ids: list[object] = ["1", "1", "1", "1", "2", None]
    bases = [
        item.facts for item in compiled.policy.examples if any("happen" not in told.kind for told in item.expected)
    ]

    def service() -> dict[str, object]:
        facts: dict[str, object] = {name: as_json(value) for name, value in chance.choice(bases).items()}
        if chance.random() < 0.3:
            name = chance.choice(list(known))
            facts[name] = chance.choice(known[name])
        facts |= {f"{key}_id": chance.choice(ids) for key in ("specimen", "lesion") if chance.random() < 0.9}
        facts |= {"patient_id": "1" if chance.random() < 0.95 else "2"}
        return facts | (
            {"service_date": chance.choice(days)} if "service_date" in known and chance.random() < 0.9 else {}
        )

    for _ in range(count):
        past = [{**service(), "id": str(number + 2)} for number in range(chance.randrange(4))]
        for item in past:
            if chance.random() < 0.8:
                item["paid"] = chance.choice(
                    [True, "yes", False, "no", "maybe"] if chance.random() < 0.1 else [True, False]
                )
        if chance.random() < 0.9:
            past.sort(key=lambda item: str(item.get("service_date", "")))
        if past and chance.random() < 0.15:
            past[-1]["id"] = chance.choice(["1", "2", ""])
        line = service() | ({"id": "1"} if chance.random() < 0.5 else {})
        yield line, past, None


def compare(compiled: Compiled, cases: list[Case]) -> int:
    """Compare the two on every case; give how many cases were taken."""
    theirs, ours = by_javascript(compiled, cases), by_python(compiled, cases)
    assert len(theirs) == len(ours) == len(cases)
    for case, one, other in zip(cases, theirs, ours, strict=True):
        assert one == other, case
    return sum("refused" not in item for item in ours)


@needs_node
@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_it_answers_as_python_does(path: Path) -> None:
    compiled = bundled(path)
    assert compare(compiled, [*some_cases(compiled), *leaf_cases(compiled)]) > 20


@needs_node
@pytest.mark.parametrize("path", [path for path in POLICIES if bundled(path).policy.keys], ids=lambda path: path.stem)
def test_it_counts_earlier_services_as_python_does(path: Path) -> None:
    compiled = bundled(path)
    cases = list(histories(compiled, 500))
    told = by_python(compiled, cases)
    limits = {item.name for item in compiled.policy.requirements if item.limit}
    states = {item["requirements"][name]["state"] for item in told if "requirements" in item for name in limits}
    assert {"met", "failed", "not checked"} <= states
    refused = " ".join(item["refused"] for item in told if "refused" in item)
    for words in ("wrong order", "mixes patients", "stands in its own history", "no `id`", "`paid` cannot be"):
        assert words in refused
    assert compare(compiled, cases) > 150


FIND_CHANGES = """
const { changesTo } = require(process.argv[1]);
const { saidBy } = require(process.argv[2]);
const { graph, cases } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const told = cases.map(([name, cells, wanted]) => {
  const table = graph.decisions.find((item) => item.name === name);
  const fits = (node) => JSON.stringify(saidBy(table.answers[node.answer])) === wanted;
  const found = changesTo(table.nodes, cells, (place) => graph.dimensions[place].input, fits, 1000);
  return found.map(({ inputs, ways }) => [inputs, ways.map(([place, own]) => [
    place, graph.dimensions[place].cells.flatMap((_, cell) => (own(cell) ? [cell] : []))])]);
});
process.stdout.write(JSON.stringify(told));
"""


@needs_node
@pytest.mark.parametrize("stem", ["mrd", "panel_definition", "tumor_ngs", "plasma_cgp"])
def test_the_smallest_changes_are_those_that_python_finds(stem: str) -> None:
    """All minimal sets of changes are the same, and the way that is told does lead to the answer."""
    compiled = named(stem)
    graph, chance = graph_of(compiled), random.Random(5)
    space = compiled.epochs[-1].compiler.space
    asked: list[tuple[str, list[int], str]] = []
    wanted: list[tuple[Graph, tuple[int, ...], Any]] = []
    for table in graph["decisions"]:
        exact = compiled.epochs[-1].exact_graphs[table["name"]]
        leaves = [node.answer for node in exact.nodes if isinstance(node, Leaf) and isinstance(node.answer, Answer)]
        for _ in range(12):
            known = [chance.randrange(len(item.cells)) if chance.random() < 0.9 else -1 for item in space.dimensions]
            answer = chance.choice(leaves)
            said = [answer.kind, answer.force, answer.outcomes, answer.further, answer.barred, answer.reason]
            asked.append((table["name"], known, json.dumps(said, separators=(",", ":"), ensure_ascii=False)))
            wanted.append((exact, tuple(known), answer.said))
    done = subprocess.run(
        [str(NODE), "-e", FIND_CHANGES, str(FOLDER / "changes.js"), str(FOLDER / "evaluator.js")],
        input=json.dumps({"graph": graph, "cases": asked}), capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    some = 0
    for (exact, cells, said), found in zip(wanted, json.loads(done.stdout), strict=True):
        box = tuple(1 << cell if cell >= 0 else item.full for cell, item in zip(cells, space.dimensions, strict=True))

        def fits(leaf: object, said: object = said) -> bool:
            return isinstance(leaf, Answer) and leaf.said == said

        changes = Search(exact, box, fits).run(1000)
        assert {frozenset(names) for names, _ in found} == {frozenset(item.inputs) for item in changes.found}
        assert [len(names) for names, _ in found] == sorted(len(item.inputs) for item in changes.found)
        for _, ways in found:
            some += 1
            for place, own in ways:
                box = (*box[:place], sum(1 << cell for cell in own), *box[place + 1 :])
            assert any(fits(item.answer) for item in reached(exact, box))
            box = tuple(
                1 << cell if cell >= 0 else item.full for cell, item in zip(cells, space.dimensions, strict=True)
            )
    assert some > 8


def reached(graph: Graph, box: Box) -> Iterator[Leaf]:
    waiting = [graph.root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Leaf):
            yield node
        else:
            waiting += [branch.node for branch in node.branches if branch.cells & box[node.dimension]]


@needs_node
@settings(max_examples=8)
@given(policies())
def test_it_answers_as_python_does_for_any_policy(policy: RandomPolicy) -> None:
    compiled = compiled_of(policy.text)
    compare(compiled, list(some_cases(compiled, 400)))


STRANGE: tuple[object, ...] = (
    None, True, False, "", " ", "yes", "no", "Yes", "0", "1", "30", "+30", "-0", "007", "1e3", "2.", ".5", "0.50", "2024-02-30",
    "2024-02-29", "1900-02-29", "0000-01-01", "9999-12-31", "2024-3-1", 0, 1, -1, 10**12, [], ["x"], ["ICD C34.1", "ICD C34.1"],
    "c34.1", "C34.1", "ICD C34.1", "81445", "CPT 81445", "ngs", "nsg", "somtic", "solid organ", "it's", 'a "word"', "it's \"both\"",
    "a\tb\nc\\", "caf\u00e9", "\u202ertl", "\U0001f9ec", "x" * 61, "\U0001f9ec" * 401, {"a": 1},
)  # fmt: skip
"""Values that a page or a link may hold and that hardly any input takes."""


@needs_node
@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_it_refuses_as_python_does(path: Path) -> None:
    compiled = bundled(path)
    cases: list[Case] = [({item.name: value}, None, None) for item in compiled.policy.asked for value in STRANGE]
    cases += [({name: "x"}, None, None) for name in ("gene", "service-date", "__proto__", "x" * 200)]
    cases += [({}, None if compiled.policy.keys else [], None), ({}, None, "2024-02-30")]
    refused = len(cases) - compare(compiled, cases)
    assert refused > len(cases) // 2


NUMBERS_AND_DAYS = """
policy weights
input weight "weight" is decimal number from 0 to 100.5 with 2 decimals
input ratio "ratio" is decimal number from -1 to 1, may be missing
input first "first" is date from 2020-01-01
input second "second" is date from 2020-01-01, may be missing
cannot happen X1 "too light" when weight is less than 0.10 because "nobody is so light"
decision answer gives one of low, high
rule R1 for answer when weight is at most 50.25 and ratio is at least 0 and first is more than 30 days after second
  then answer is low
rule R2 for answer when weight is more than 50.25 then answer is high
"""


@needs_node
def test_numbers_and_days_between_dates_are_exact() -> None:
    compiled = compiled_of(NUMBERS_AND_DAYS)
    numbers = (
        "0",
        "0.09",
        "0.1",
        "0.099",
        "0.10",
        "50.25",
        "50.26",
        "100.5",
        "100.50",
        "100.51",
        "-1",
        "-0.0000001",
        "+.5",
        "1",
    )
    days = ("2020-01-01", "2020-01-31", "2020-02-01", "2024-02-28", "2024-03-29", "2024-03-30", "2019-12-31")
    cases: list[Case] = [
        ({"weight": weight, "ratio": ratio, "first": first, "second": second}, None, None)
        for weight in numbers
        for ratio in (*numbers[:3], "-0.0000001", None)
        for first in days
        for second in (days[0], days[3], None)
    ]
    assert compare(compiled, cases) > 200
