"""Laws that hold of every policy, tried on random ones: cells, graphs, partial answers, tidy text and equal results.

The laws of findings are in `test_laws_of_findings.py`.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import networkx
from hypothesis import given, settings
from hypothesis import strategies as st

from brute_force import Yardstick, compiled, in_domain, key_of
from random_policies import RandomPolicy, policies
from ruleproof.checks.example_fails import outcomes, presumed
from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.graph.network import network_of
from ruleproof.graph.nodes import Graph, Leaf, Question
from ruleproof.model import meaning
from ruleproof.model.meaning import Answer, Case
from ruleproof.model.nodes import Example, Expected
from ruleproof.source import Source
from ruleproof.tree.from_text import tree_from_text
from ruleproof.tree.tidy import tidy_text

ROOT = Path(__file__).parents[1]


def yardstick(found: Compiled) -> Yardstick:
    return Yardstick(found.policy, found.space.samples())


def _spread(things: Sequence[Case], count: int) -> Sequence[Case]:
    """Give about `count` of the things, evenly spread."""
    return things[:: max(1, len(things) // count)]


def _with_others(policy: RandomPolicy, cases: Sequence[Case]) -> Iterator[Case]:
    """Give cases with values that need not be the samples of their cells."""
    for case in _spread(cases, 20):
        for name, values in policy.others.items():
            yield from ({**case, name: value} for value in values)
    for index, case in enumerate(_spread(cases, 20)):
        yield {**case, **{name: values[index % len(values)] for name, values in policy.others.items() if values}}


# ---------------------------------------------------------------- cells


@given(policies())
def test_values_of_one_cell_mean_the_same(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    space, cases = found.space, yardstick(found).all
    for case in cases:
        assert all(in_domain(item, case[item.name]) for item in found.policy.inputs), case
        assert space.decode(space.encode(case)) == case
    for case in _with_others(policy, cases):
        assert all(in_domain(item, case[item.name]) for item in found.policy.inputs), case
        assert meaning.judge(found.policy, case) == meaning.judge(found.policy, space.decode(space.encode(case)))


# ---------------------------------------------------------------- law 1: graph = meaning


@given(policies())
def test_graphs_answer_as_the_meaning_says(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    cases = yardstick(found).all
    for case in [*cases, *_with_others(policy, cases)]:
        cells = found.space.encode(case)
        possible = not meaning.impossible(found.policy, case)
        for decision in found.policy.decisions:
            answer = meaning.answer_of(found.policy, decision, case)
            exact = found.exact_graphs[decision.name].leaf_of(cells).answer
            assert exact == answer if possible else exact in (answer, None)
            if possible:
                assert found.graphs[decision.name].leaf_of(cells).answer == answer
        for requirement in found.policy.requirements:
            state = meaning.state_of(found.policy, requirement, case)
            said = found.exact_graphs[requirement.name].leaf_of(cells).answer
            assert said == state if possible else said in (state, None)


@given(policies())
def test_no_path_asks_twice_and_no_question_is_idle(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    for kind in (found.graphs, found.exact_graphs):
        for graph in kind.values():
            shapes = set()
            for node in graph.nodes:
                if isinstance(node, Question):
                    shape = (node.dimension, tuple((branch.cells, id(branch.node)) for branch in node.branches))
                    assert shape not in shapes, "two questions are the same"
                    shapes.add(shape)
                    assert len({id(branch.node) for branch in node.branches}) == len(node.branches) > 1
                    masks = [branch.cells for branch in node.branches]
                    full = found.space.dimensions[node.dimension].full
                    assert sum(masks) == (sum(masks) & full), "the branches overlap, or lead out of the dimension"
                    assert sum(masks) == full or not graph.exact
            _asks_once(graph)
            network = network_of(graph)
            assert networkx.is_directed_acyclic_graph(network)
            assert [number for number, into in network.in_degree() if not into] == [0], "a part that nothing leads to"


def _asks_once(graph: Graph) -> None:
    below: dict[int, frozenset[int]] = {}
    for node in reversed(graph.nodes):
        asked: frozenset[int] = frozenset()
        if isinstance(node, Question):
            asked = frozenset[int]().union(*(below[id(branch.node)] for branch in node.branches))
            assert node.dimension not in asked
            asked |= {node.dimension}
        below[id(node)] = asked


# ---------------------------------------------------------------- law 7: partial answer = answers of all completions


def _partial_facts(cases: Sequence[Case]) -> Iterator[dict[str, Value]]:
    """Give parts of a few cases: for each all the ways to know up to two inputs, or all but one or two."""
    for case in _spread(cases, 3):
        names = list(case)
        for known in range(len(names) + 1):
            if known <= 2 or known >= len(names) - 1:
                yield from ({name: case[name] for name in some} for some in combinations(names, known))


def _joined(answers: Sequence[Answer]) -> dict[tuple[object, ...], set[str]]:
    """Give what answers say, each with the rules behind it."""
    found: dict[tuple[object, ...], set[str]] = {}
    for answer in answers:
        found.setdefault(answer.said, set()).update(answer.rules)
    return found


@given(policies())
def test_partial_answers_are_those_of_all_completions(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    known = yardstick(found)
    for facts in _partial_facts(known.all):
        box = found.study.box_of(facts)
        cases = [case for case in known.possible if all(case[name] == value for name, value in facts.items())]
        assert (found.study.example_of(within=box) is not None) == bool(cases)
        for decision in found.policy.decisions:
            expected = _joined([known.answers[decision.name][key_of(case)] for case in cases])
            assert _joined(found.study.answers(decision, box)) == expected
            assert not cases or _joined(list(_reached(found.exact_graphs[decision.name], box))) == expected
        for requirement in found.policy.requirements:
            states = {meaning.state_of(found.policy, requirement, case) for case in cases}
            assert found.study.states(requirement, box) == states


def _reached(graph: Graph, box: tuple[int, ...]) -> Iterator[Answer]:
    """Give the answers of the leaves that the cases of a box lead to."""
    waiting, seen = [graph.root], {id(graph.root)}
    while waiting:
        node = waiting.pop()
        if isinstance(node, Leaf):
            if isinstance(node.answer, Answer):
                yield node.answer
            continue
        for branch in node.branches:
            if branch.cells & box[node.dimension] and id(branch.node) not in seen:
                seen.add(id(branch.node))
                waiting.append(branch.node)


@given(policies())
def test_presumptions_fill_what_is_unknown(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    known = yardstick(found)
    for facts in list(_partial_facts(known.all))[:12]:
        for decision in found.policy.decisions:
            expected = meaning.partial(found.policy, decision, facts, found.space.samples()).possible
            said = found.study.answers(decision, presumed(found.study, facts))
            assert _joined(said) == _joined(expected)


@given(policies())
def test_examples_come_out_as_the_meaning_says(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    for example in found.policy.examples:
        for expected, problem in outcomes(found.study, example):
            decision = found.policy.decision(expected.subject)
            answers = meaning.partial(found.policy, decision, example.facts, found.space.samples()).possible
            assert (problem == "") == _comes_out(answers, expected.kind, expected.force, expected.outcomes), problem


@given(policies())
def test_an_example_holds_exactly_if_it_expects_what_is_so(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    samples = found.space.samples()
    for facts in list(_partial_facts(yardstick(found).all))[:8]:
        for decision in found.policy.decisions:
            answers = meaning.partial(found.policy, decision, facts, samples).possible
            if len(answers) != 1:
                continue
            (answer,) = answers
            right = Expected(decision.name, answer.kind, answer.force, answer.outcomes, answer.rules, None)
            wrong = [replace(right, kind=meaning.NOT_KNOWN)]
            if answer.kind == meaning.OUTCOME:
                wrong += [replace(right, force="some other force"), replace(right, outcomes=("some other outcome",))]
            if answer.rules:
                wrong += [replace(right, rules=(*answer.rules, "another rule"))]
            example = Example("E", "", facts, (right, *wrong), ())
            problems = [problem for _, problem in outcomes(found.study, example)]
            assert [problem == "" for problem in problems] == [True, *(False for _ in wrong)], problems


def _comes_out(answers: Sequence[Answer], kind: str, force: str, outcomes: tuple[str, ...]) -> bool:
    if not answers:
        return False
    if kind == meaning.NOT_KNOWN or len(answers) > 1:
        return kind == meaning.NOT_KNOWN and len(answers) > 1
    (answer,) = answers
    if kind != meaning.OUTCOME or answer.kind != kind:
        return answer.kind == kind
    return set(answer.outcomes) == set(outcomes) and force in ("", answer.force)


# ---------------------------------------------------------------- law 4: the tidy form


def _untidy(text: str, seed: int) -> str:
    """Give the same policy with other blanks, comments and empty lines; the blank in a code is part of it."""
    dice = random.Random(seed)
    lines = []
    for line in text.split("\n"):
        blanks = " " * dice.randint(1, 3)
        parts = re.split(r'("(?:\\.|[^"\\\n])*"|`[^`]*`|(?:CPT|ICD|Rev) )', line.strip())
        spaced = "".join(part if index % 2 else part.replace(" ", blanks) for index, part in enumerate(parts))
        end = dice.choice(["", "", "", "  ", ' # a "comment', "\n", "\n  # more | here"])
        lines.append(" " * dice.randint(0, 5) + spaced + end)
    return "\n".join(lines)


@given(policies(), st.integers(0, 9))
def test_the_tidy_form_is_idempotent_and_keeps_the_tree(policy: RandomPolicy, seed: int) -> None:
    source = Source("random.policy", _untidy(policy.text, seed))
    tree, remarks = tree_from_text(source)
    assert not remarks, (source.text, remarks)
    tidy = Source("random.policy", tidy_text(source))
    assert tidy_text(tidy) == tidy.text
    again, remarks = tree_from_text(tidy)
    assert not remarks
    assert again.blocks == tree.blocks
    assert tree_from_text(Source("random.policy", policy.text))[0].blocks == tree.blocks


# ---------------------------------------------------------------- law 9: twice the same


def described(found: Compiled) -> list[str]:
    """Say all that was found out about a policy, in order."""
    graphs = [
        [kind, name, [_node_described(graph, node) for node in graph.nodes]]
        for kind in ("graphs", "exact_graphs")
        for name, graph in getattr(found, kind).items()
    ]
    return [*map(repr, found.findings), *map(repr, graphs), *(repr(replace_seconds(proof)) for proof in found.proofs)]


def replace_seconds(proof: object) -> dict[str, object]:
    return {name: getattr(proof, name) for name in proof.__dataclass_fields__ if name != "seconds"}  # type: ignore[attr-defined]


def _node_described(graph: Graph, node: Leaf | Question) -> object:
    if isinstance(node, Leaf):
        return node.answer
    return node.dimension, [(branch.cells, graph.number[id(branch.node)]) for branch in node.branches]


@settings(max_examples=max(2, settings.default.max_examples // 25))  # type: ignore[union-attr]
@given(st.lists(policies(), min_size=5, max_size=10))
def test_compiling_again_says_the_same_also_in_another_process(some: list[RandomPolicy]) -> None:
    here = [described(compiled(policy.text)) for policy in some]
    assert here == [described(compiled(policy.text)) for policy in some]
    for seed in ("1", "2"):
        assert described_elsewhere([policy.text for policy in some], seed) == here


def described_elsewhere(texts: list[str], hash_seed: str, path: str = "random.policy") -> list[list[str]]:
    """Describe policies in another process, where Python orders its sets in another way."""
    code = (
        "import json, sys; from test_laws import compiled, described;"
        f"print(json.dumps([described(compiled(text, {path!r})) for text in json.load(sys.stdin)]))"
    )
    folders = os.pathsep.join([str(ROOT / "compiler"), str(ROOT / "tests")])
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(texts),
        env=os.environ | {"PYTHONPATH": folders, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found: list[list[str]] = json.loads(done.stdout)
    return found
