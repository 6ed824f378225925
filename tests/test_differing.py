"""Where two graphs differ, held against asking both in every case."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import assume, given, settings

from brute_force import compiled as compiled_of
from random_policies import RandomPolicy, policies
from ruleproof.graph.differing import Differing, TooManyWaysError, differing
from ruleproof.graph.nodes import Graph
from test_bundled import named

Case = tuple[int, ...]


def every_case(graph: Graph) -> Iterator[Case]:
    return itertools.product(*(range(len(dimension.cells)) for dimension in graph.space.dimensions))


def inside(case: Case, found: Differing) -> bool:
    return all(mask >> cell & 1 for cell, mask in zip(case, found.box, strict=True))


@settings(max_examples=25)
@given(policies())
def test_it_finds_exactly_the_cases_told_otherwise_at_another_cell(policy: RandomPolicy) -> None:
    compiled = compiled_of(policy.text)
    for graph in compiled.exact_graphs.values():
        cases = list(every_case(graph))
        assume(len(cases) < 3_000)
        for place, dimension in enumerate(graph.space.dimensions):
            if len(dimension.cells) < 2:
                continue
            found = list(differing(graph, graph, place, (0, 1)))
            for case in (case for case in cases if case[place] == 1):
                before = graph.leaf_of((*case[:place], 0, *case[place + 1 :])).answer
                after = graph.leaf_of(case).answer
                told = [item for item in found if inside(case, item)]
                assert [(item.before, item.after) for item in told] == ([(before, after)] if before != after else [])


def test_between_two_postings_it_finds_what_the_comparison_of_policies_finds() -> None:
    compiled = named("literal")
    first, second = compiled.epochs[-2:]
    for name, graph in first.exact_graphs.items():
        boxes = list(differing(graph, second.exact_graphs[name]))
        for item in boxes:
            case = tuple((mask & -mask).bit_length() - 1 for mask in item.box)
            assert graph.leaf_of(case).answer == item.before
            assert second.exact_graphs[name].leaf_of(case).answer == item.after
        same = list(differing(graph, graph))
        assert same == []


def test_too_many_ways_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ruleproof.graph.differing.MOST_WAYS", 3)
    compiled = named("tumor_ngs")
    first, second = compiled.epochs[-2:]
    with pytest.raises(TooManyWaysError):
        list(differing(first.exact_graphs["billing_code"], second.exact_graphs["billing_code"]))
