"""The evaluator of the report, in JavaScript: it answers and refuses as the evaluators in Python do, word for word.

Every cell of every input of every bundled policy is tried: all combinations where they are few, else random ones, with
everything known, with some facts unknown, and as posted on the days on which something was posted.
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
from ruleproof.runtime.kernel.values import InputError
from ruleproof.runtime.load import LoadedPolicy
from test_bundled import POLICIES, bundled

FOLDER = Path(__file__).parents[1] / "compiler" / "ruleproof" / "report"
NODE = shutil.which("node")
MOST = 3_000

needs_node = pytest.mark.skipif(NODE is None, reason="there is no Node.js on this machine")

RUN = """
const { Policy } = require(process.argv[1]);
const { graph, cases } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const policy = new Policy(graph);
const told = cases.map(([facts, nothingBefore, postedOn]) => {
  try {
    const { decisions, requirements } = policy.judge(facts, { nothingBefore, postedOn });
    return { decisions, requirements };
  } catch (error) {
    if (error.input === undefined) throw error;
    return { refused: error.message, input: error.input };
  }
});
process.stdout.write(JSON.stringify(told));
"""

Case = tuple[dict[str, object], bool, "str | None"]


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
    for facts, nothing_before, posted_on in cases:
        try:
            judged = policy.decide(facts, [] if nothing_before else None, posted_on)
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
    keyed = bool(compiled.policy.keys)
    count = 1
    for values in known.values():
        count *= len(values)
    if count <= most:
        yield from ((dict(zip(known, case, strict=True)), keyed, None) for case in itertools.product(*known.values()))
    days: list[str | None] = [None, *(posting.day.isoformat() for posting in compiled.policy.postings)]
    # every cell at least once, then at random, with fewer and fewer facts
    for name, values in known.items():
        for value in values:
            yield {name: value}, False, None
            yield {**{other: chance.choice(of) for other, of in known.items()}, name: value}, keyed, None
    for number in range(most // 2):
        share = (1.0, 1.0, 0.9, 0.6)[number % 4]
        facts = {name: chance.choice(values) for name, values in known.items() if chance.random() < share}
        yield facts, keyed and chance.random() < 0.5, chance.choice(days)


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
    assert compare(compiled, list(some_cases(compiled))) > 20


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
    cases: list[Case] = [({item.name: value}, False, None) for item in compiled.policy.asked for value in STRANGE]
    cases += [({name: "x"}, False, None) for name in ("gene", "service-date", "__proto__", "x" * 200)]
    cases += [({}, not compiled.policy.keys, None), ({}, False, "2024-02-30")]
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
        ({"weight": weight, "ratio": ratio, "first": first, "second": second}, False, None)
        for weight in numbers
        for ratio in (*numbers[:3], "-0.0000001", None)
        for first in days
        for second in (days[0], days[3], None)
    ]
    assert compare(compiled, cases) > 200
