"""Graphs of large decisions, made cut by cut: the same answers as the other graphs, in a size near that of the table."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from brute_force import compiled, full_cases
from emitted import module_of
from random_policies import RandomPolicy, policies
from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.graph import by_cuts, from_model
from ruleproof.graph.nodes import Graph, Question
from ruleproof.model import meaning
from ruleproof.prover.boxes import TooManyBoxesError
from ruleproof.runtime.load import LoadedPolicy

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

MOST_CASES = 300


def _cases(found: Compiled) -> Iterator[dict[str, Value]]:
    samples = found.space.samples()
    size = 1
    for values in samples.values():
        size *= len(values)
    if size <= MOST_CASES:
        yield from full_cases(samples)
    else:
        chance = random.Random(2)
        yield from ({name: chance.choice(values) for name, values in samples.items()} for _ in range(MOST_CASES))


def _cut(found: Compiled) -> dict[str, Graph]:
    """Give the graphs of those decisions that can be cut."""
    graphs = {}
    for item in found.policy.decisions:
        rules = from_model._plain_rules(found.policy, item, found.study.compiler)
        if rules is not None:
            graphs[item.name] = by_cuts.graph_by_cuts(item, found.space, rules, exact=True)
    return graphs


@given(policies())
def test_a_graph_made_by_cuts_answers_as_the_meaning_does(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    for name, graph in _cut(found).items():
        for case in _cases(found):
            expected = meaning.judge(found.policy, case).answers[name]
            assert graph.leaf_of(found.space.encode(case)).answer == expected
        _asks_nothing_idle(graph)


def _asks_nothing_idle(graph: Graph) -> None:
    """No path asks what it knows: every way of a question is possible, and none of them is the only one."""
    stack: list[tuple[Any, dict[int, int]]] = [(graph.root, {})]
    while stack:
        node, known = stack.pop()
        if isinstance(node, Question):
            open_cells = known.get(node.dimension, graph.space.dimensions[node.dimension].full)
            assert sum(part.cells for part in node.branches) == open_cells
            assert len(node.branches) == 2
            stack += [(part.node, {**known, node.dimension: part.cells}) for part in node.branches]


TABLE = """policy table
input kind is one of a, b, c, d, may be missing
input size is whole number from 0 to 40, may be missing
input share is decimal number from 0 to 1 with 2 decimals
decision d gives one of x, y, z
table rules for d
  | rule | kind    | size    | share       | outcome |
  | ---- | ------- | ------- | ----------- | ------- |
  | R1   | a, b    | <=10    | -           | x       |
  | R2   | a, b    | >10     | <0.5        | y       |
  | R3   | c       | 5..20   | -           | z       |
  | R4   | -       | missing | >=0.5       | x       |
  | R5   | missing | -       | 0.25..0.75  | y       |
  | R6   | d       | 7       | 0.5         | z       |
  | R7   | not a   | >=30    | -           | x       |
  row R4 overrides R5 because "first"
leave open L for d when kind is d and size is more than 7
  because "not said"
"""


def test_tables_with_missing_values_and_overlaps_are_cut() -> None:
    found = compiled(TABLE)
    (graph,) = _cut(found).values()
    for case in _cases(found):
        expected = meaning.judge(found.policy, case).answers["d"]
        assert graph.leaf_of(found.space.encode(case)).answer == expected
    _asks_nothing_idle(graph)


def test_evaluators_answer_by_cuts_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where facts are unknown: the same answers are possible, and what is needed settles them."""
    plain = LoadedPolicy(compiled(TABLE))
    monkeypatch.setattr(from_model, "MANY", 1)
    found = compiled(TABLE)
    assert any(len({*_dimensions(path)}) < len(_dimensions(path)) for path in _paths(found.graphs["d"]))
    for evaluator in (LoadedPolicy(found), module_of(found)):
        chance = random.Random(9)
        for case in _cases(found):
            facts = {name: value for name, value in case.items() if chance.random() < 0.6}
            before, now = plain.decide(facts)["d"], evaluator.decide(facts)["d"]
            assert (now.kind, now.outcomes) == (before.kind, before.outcomes)
            assert {str(item) for item in now.possible} == {str(item) for item in before.possible}
            assert not set(now.needed) & facts.keys()
            assert bool(now.needed) == bool(before.needed)


def _paths(graph: Graph) -> Iterator[list[Question]]:
    stack: list[list[Any]] = [[graph.root]]
    while stack:
        path = stack.pop()
        if isinstance(path[-1], Question):
            stack += [[*path, part.node] for part in path[-1].branches]
        else:
            yield path[:-1]


def _dimensions(path: list[Question]) -> list[int]:
    return [node.dimension for node in path]


def test_a_large_table_gives_a_graph_and_a_module_near_its_own_size() -> None:
    import large_policies
    from emitted_first import unproved

    shape, table = large_policies.table(by_cuts.MANY + 10)
    found = unproved(large_policies.policy_of(shape, table))
    graph = found.graphs["grade"]
    assert len(graph.nodes) < 4 * len(table)
    module = module_of(found)
    for claim in large_policies.claims_of(shape, 300):
        expected = large_policies.first_of(shape, table, claim)
        assert module.outcome_of_grade(claim) == expected
        assert module.decide(claim).grade.outcome == expected


def test_a_graph_that_would_be_too_large_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_cuts, "MOST_NODES", 3)
    with pytest.raises(TooManyBoxesError):
        _cut(compiled(TABLE))
