"""A policy does not differ from itself; two policies differ in exactly the cases that the regions hold."""

from __future__ import annotations

import itertools
import json
import re
from math import prod
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import assume, given
from hypothesis import strategies as st

from brute_force import BESIDE
from random_policies import RandomPolicy, policies
from ruleproof.cli import main
from ruleproof.compiled import Compiled
from ruleproof.model.meaning import Answer, answer_of, impossible, state_of
from ruleproof.model.nodes import Decision, Policy
from ruleproof.pipeline import compile_source
from ruleproof.prover.difference import IMPOSSIBLE, DifferentInputsError, Said, compare
from ruleproof.source import source_from_text

ROOT = Path(__file__).parents[1]
BUNDLED = sorted((ROOT / "policies").rglob("*.policy"))
REMOVABLE = re.compile(r"(?m)^(?:rule|leave open|cannot happen|require) (?:.*\n?)(?:[ \t]+.*\n?)*")


def policy_of(text: str) -> Policy | None:
    found = compile_source(source_from_text(text, "t.policy"), BESIDE)
    return found.policy if isinstance(found, Compiled) else None


def said(policy: Policy, name: str, case: dict[str, object]) -> object:
    """What the yardstick says of a subject in a case, rules apart."""
    if impossible(policy, case):  # type: ignore[arg-type]
        return (IMPOSSIBLE,)
    subject = next(item for item in (*policy.decisions, *policy.requirements) if item.name == name)
    if isinstance(subject, Decision):
        return answer_of(policy, subject, case).said  # type: ignore[arg-type]
    return (state_of(policy, subject, case),)  # type: ignore[arg-type]


def key(told: Said) -> object:
    return told.said if isinstance(told, Answer) else (told,)


def agree_on_every_cell(before: Policy, after: Policy) -> int:
    """Compare the comparison with the yardstick on a case of every cell; give the number of cases that differ."""
    comparison = compare(before, after)
    space = comparison.space
    samples = space.samples()
    assume(prod(len(values) for values in samples.values()) <= 3_000)
    differing = 0
    for values in itertools.product(*samples.values()):
        case = dict(zip(samples, values, strict=True))
        cells = space.encode(case)
        for name in comparison.inputs:
            told = [
                (key(difference.before), key(difference.after))
                for difference in comparison.differences
                if difference.subject == name
                and any(
                    all(mask >> cell & 1 for mask, cell in zip(box, cells, strict=True)) for box in difference.boxes
                )
            ]
            expected = said(before, name, case), said(after, name, case)
            if expected[0] == expected[1]:
                assert told == []
            else:
                assert told == [expected]
                differing += 1
    return differing


@given(policies(), st.data())
def test_the_regions_are_exactly_the_cases_that_differ(policy: RandomPolicy, data: st.DataObject) -> None:
    blocks = list(REMOVABLE.finditer(policy.text))
    assume(blocks)
    taken = data.draw(st.sampled_from(blocks))
    before = policy_of(policy.text)
    after = policy_of(policy.text[: taken.start()] + policy.text[taken.end() :])
    assume(before is not None and after is not None)
    assert before is not None
    assert after is not None
    agree_on_every_cell(before, after)


@given(policies())
def test_no_policy_differs_from_itself(policy: RandomPolicy) -> None:
    found = policy_of(policy.text)
    assume(found is not None)
    assert found is not None
    comparison = compare(found, found)
    assert (comparison.differences, comparison.only_before, comparison.only_after) == ((), (), ())


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
def test_no_bundled_policy_differs_from_itself(path: Path) -> None:
    found = policy_of(path.read_text("utf-8"))
    assert found is not None
    assert compare(found, found).differences == ()


OLD = """policy small
input genes is whole number from 1 to 100
input msi is yes or no
decision code gives one of a, b
rule R1 for code when genes is at least 5 then report a
rule R2 for code when genes is less than 5 then report b
decision gone gives one of x
rule G1 for gone when msi then report x
leave open G2 for gone when not msi because "silent"
"""
NEW = (
    OLD.replace("at least 5", "at least 6")
    .replace("less than 5", "less than 6")
    .replace("decision gone", "decision come")
    .replace(" for gone", " for come")
)


def test_one_difference_in_words_and_as_data(tmp_path: Path) -> None:
    old, new = tmp_path / "old.policy", tmp_path / "new.policy"
    old.write_text(OLD, "utf-8")
    new.write_text(NEW, "utf-8")
    words = CliRunner().invoke(main, ["diff", str(old), str(new)]).output
    assert "code: genes: 5\n  before  a (by R1)\n  after   b (by R2)\n" in words
    assert words.rstrip().endswith("1 difference; only before: gone; only after: come")
    data = json.loads(CliRunner().invoke(main, ["diff", str(old), str(new), "--format", "json"]).output)
    (difference,) = data["differences"]
    assert difference["regions"] == [
        {"genes": {"kind": "range", "low": "5", "high": "5", "low_closed": True, "high_closed": True}}
    ]
    assert difference["witness"]["genes"] == 5
    assert difference["size"] == "1"
    assert CliRunner().invoke(main, ["diff", str(old), str(new), "--exit-code"]).exit_code == 1
    assert CliRunner().invoke(main, ["diff", str(old), str(old), "--exit-code"]).exit_code == 0


def test_an_input_declared_differently_is_refused(tmp_path: Path) -> None:
    before, after = policy_of(OLD), policy_of(OLD.replace("1 to 100", "1 to 99"))
    assert before is not None
    assert after is not None
    with pytest.raises(DifferentInputsError, match="`genes`"):
        compare(before, after)
    old, new = tmp_path / "old.policy", tmp_path / "new.policy"
    old.write_text(OLD, "utf-8")
    new.write_text(OLD.replace("1 to 100", "1 to 99"), "utf-8")
    refused = CliRunner().invoke(main, ["diff", str(old), str(new)])
    assert refused.exit_code == 2
    assert "`genes`" in refused.output
