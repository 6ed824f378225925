"""What would take forever, or more memory than there is, ends soon with one clear finding."""

from __future__ import annotations

import time

import pytest

from ruleproof.finding import Finding
from ruleproof.pipeline import compile_source
from ruleproof.source import source_from_text

NUMBER = "policy p\ninput n is whole number from 1 to 9\n"
RULE = "decision d gives one of a, b\nrule R for d when {} then report a\n"


def findings(text: str, seconds: float = 10) -> list[Finding]:
    began = time.process_time()
    found = compile_source(source_from_text(text, "p.policy")).findings
    assert time.process_time() - began < seconds
    return list(found)


def chain(length: int, step: str) -> str:
    definitions = [f"define d{number} as {step.format(number - 1)}" for number in range(1, length)]
    return NUMBER + "\n".join(["define d0 as n is 1", *definitions]) + "\n" + RULE.format(f"d{length - 1}")


@pytest.mark.parametrize(
    "text",
    [
        chain(500, "not d{0}"),
        chain(30, "any of (d{0}, d{0})"),
        NUMBER
        + "decision d0 gives one of a, b\nrule R0 for d0 when n is 1 then report a\n"
        + "".join(
            f"decision d{i} gives one of a, b\nrule R{i} for d{i} when d{i - 1} is a then report a\n"
            f"rule S{i} for d{i} when d{i - 1} is nothing then report b\n"
            for i in range(1, 30)
        ),
    ],
    ids=["long", "doubling", "decisions"],
)
def test_chains_are_bounded(text: str) -> None:
    assert [finding.name for finding in findings(text)] == ["too_large"]


def test_chains_within_the_bound_are_proved() -> None:
    assert "too_large" not in {finding.name for finding in findings(chain(39, "not d{0}"))}


@pytest.mark.parametrize("rules", [20, 60])
def test_too_many_sets_of_rules_are_not_decided(rules: int) -> None:
    text = "policy p\n" + "".join(f"input x{i} is yes or no\n" for i in range(rules)) + "decision d gives one of a, b\n"
    text += "".join(f"rule R{i} for d when x{i} then report a\n" for i in range(rules))
    assert "not_decided" in {finding.name for finding in findings(text, 60)}


def test_a_few_thousand_sets_of_rules_are_told_one_by_one() -> None:
    text = "policy p\n" + "".join(f"input x{i} is yes or no\n" for i in range(11)) + "decision d gives one of a, b\n"
    text += "".join(f"rule R{i} for d when x{i} then report a\n" for i in range(11))
    named = [finding.name for finding in findings(text, 30)]
    assert named.count("agreement") == 2**11 - 11 - 1
    assert named.count("gap") == 1
