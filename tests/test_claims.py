"""Claims with lines: facts of the whole claim, lines that point at its diagnoses, and what follows for line and claim."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from brute_force import compiled
from emitted import module_of
from ruleproof.runtime.kernel.values import InputError
from ruleproof.runtime.load import LoadedPolicy

POLICY = """
policy claims
input diagnoses are codes of icd10cm
input units is whole number from 0 to 99
input modifiers are codes of modifier, may be missing
codes lung of icd10cm start ICD C34.90
require LUNG that diagnoses any in lung else deny "no lung cancer"
require ONE that units is 1 else needs record "why so many"
require FEW that units is at most 5 else return "CO-16" "too many"
require ANY that units is at least 1 else consequence not stated
"""


@cache
def _evaluators() -> tuple[Any, ...]:
    found = compiled(POLICY)
    return module_of(found), LoadedPolicy(found)


def _states(line: Any) -> list[str]:
    return [line.requirements[name].state for name in ("LUNG", "ONE")]


def test_pointers_select_the_diagnoses_of_a_line() -> None:
    claim = {
        "diagnoses": ["ICD C34.90", "ICD D46.9", "ICD C00.2"],
        "lines": [{"pointers": [1]}, {"pointers": [3, 2]}, {"pointers": (2, 1)}, {}],
    }
    for evaluator in _evaluators():
        judged = evaluator.decide_claim(claim)
        assert [line.requirements["LUNG"].state for line in judged.lines] == ["met", "failed", "met", "met"]


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ({"diagnoses": ["ICD C34.90"], "lines": [{"pointers": [2]}]}, "line 1: `pointers` cannot be a list of 1"),
        ({"diagnoses": ["ICD C34.90"], "lines": [{"pointers": [0]}]}, "counted from 1; the claim has 1"),
        ({"diagnoses": ["ICD C34.90"], "lines": [{"pointers": [1, 1]}]}, "they are different places"),
        ({"diagnoses": ["ICD C34.90"], "lines": [{"pointers": [True]}]}, "`pointers` cannot be"),
        ({"diagnoses": ["ICD C34.90"], "lines": [{"pointers": []}]}, "`pointers` cannot be"),
        ({"diagnoses": ["ICD C34.90"], "lines": [{"pointers": "1"}]}, "`pointers` cannot be '1'"),
        ({"lines": [{}, {"pointers": [1]}]}, "line 2: `pointers` point at the `diagnoses` of the claim"),
        (
            {"diagnoses": ["ICD C34.90"], "lines": [{"pointers": [1], "diagnoses": ["ICD C34.90"]}]},
            "which must be a list there and not stand here",
        ),
    ],
)
def test_pointers_that_point_at_nothing_are_refused(claim: dict[str, Any], said: str) -> None:
    for evaluator in _evaluators():
        with pytest.raises(getattr(evaluator, "InputError", InputError)) as caught:
            evaluator.decide_claim(claim)
        assert said in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "action", "by", "also", "numbers", "whole"),
    [
        ([("ICD D46.9", 1), ("ICD C34.90", 1)], "deny", ("LUNG",), (), (1,), False),
        ([("ICD D46.9", 1), ("ICD D46.9", 3)], "deny", ("LUNG",), ("ONE",), (1, 2), True),
        ([("ICD D46.9", 1), ("ICD C34.90", 9)], "return", ("FEW",), ("LUNG", "ONE"), (2,), True),
        ([("ICD C34.90", 0), ("ICD C34.90", 1)], "needs record", ("ONE",), ("ANY",), (1,), False),
    ],
)
def test_the_consequence_of_a_claim_is_that_of_the_line_that_comes_first(
    lines: list[tuple[str, int]], action: str, by: tuple[str, ...], also: tuple[str, ...], numbers: Any, whole: bool
) -> None:
    claim = {"lines": [{"diagnoses": [code], "units": units} for code, units in lines]}
    for evaluator in _evaluators():
        judged = evaluator.decide_claim(claim)
        found = judged.consequence
        assert (found.action, found.by, found.also) == (action, by, also)
        assert (found.lines, found.whole) == (numbers, whole)
        assert judged.as_dict()["consequence"]["reason"] == found.reason


def test_a_claim_without_a_fault_has_no_consequence() -> None:
    for evaluator in _evaluators():
        assert evaluator.decide_claim({"lines": [{"units": 1, "diagnoses": ["ICD C34.90"]}]}).consequence is None
        assert evaluator.decide_claim({"lines": []}).consequence is None
