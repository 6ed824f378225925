"""Domains at their ends: the last day of the calendar, very long numbers, codes that are all named, one value only.

Each policy is small enough to go through: its cells hold values that the input can have, and the graph and the gaps say what
the meaning says.
"""

from __future__ import annotations

import pytest

from brute_force import Yardstick, compiled, in_domain, key_of, lies_in, regions_of
from ruleproof.compiled import Rejected
from ruleproof.model import meaning
from ruleproof.pipeline import compile_source
from ruleproof.prover import boxes
from ruleproof.source import source_from_text

PLACES = ", ".join(f"POS {number:02}" for number in range(100))
DIGITS = ", ".join(f'"{digit}"' for digit in range(10))
LONG = "999999999999999999999999999998.123456789012"
DATED = """
input service_date is date from 0001-01-01
source paper
  authority is binding
  revision Rev 1 services from 0001-01-01 until 2024-01-01
  revision Rev 2 services from 2024-01-02 until 9999-12-31
codes listed of cpt
  start CPT 81445 services from 0001-01-01 until 9999-12-31
  start CPT 81450 services until 2024-01-01
"""

POLICIES = {
    "first and last day": (DATED + "input x is code of cpt", "x is in listed", "services from 0001-01-01"),
    "for ever": (DATED + "input x is yes or no", "x", "services from 2024-01-01 until 9999-12-31"),
    "the last day only": ("input x is date from 9999-12-31", "x is on or before 9999-12-31", ""),
    "the last day at the end": ("input x is date from 2024-01-01 to 9999-12-31", "x is before 9999-12-31", ""),
    "long decimals": (
        f"input x is decimal number from 0 to {'9' * 30} with 12 decimals",
        f"x is more than {LONG} or x is 0.000000000001",
        "",
    ),
    "narrow decimals": (
        "input x is decimal number from 0 to 1",
        f"x is more than 0.1{'0' * 27}1 and x is less than 0.1{'0' * 27}2",
        "",
    ),
    "tiny decimals": ("input x is decimal number from 0 to 1 with 9 decimals", "x is at most 0.000000001", ""),
    "long whole numbers": (f"input x is whole number from -{'9' * 30} to {'9' * 30}", f"x is {'9' * 29}", ""),
    "one number": ("input x is whole number from 7 to 7", "x is more than 7", ""),
    "every code named": (f"input x is code of place\ncodes listed of place start {PLACES}", "x is in listed", ""),
    "every one of several codes named": (
        f"input x are codes of place\ncodes listed of place start {PLACES}",
        "x all in listed",
        "",
    ),
    "all but one code named": (
        f"input x is code of place, may be missing\ncodes listed of place start {PLACES[:-8]}",
        "x is in listed",
        "",
    ),
    "every text of a shape named": ("input x is code like 1 digit", f"x is one of ({DIGITS})", ""),
    "all texts but letters named": ("input x is code like 1 letter or digit", f"x is one of ({DIGITS})", ""),
    "a digit that is no place": ('input x is code like "Z1" then 1 letter', "x is Z1A", ""),
    "one text only": ('input x is code like "only"', "x is only", ""),
    "a choice of anything": (
        "input x is one of CPT 81445, 2024-01-01, 7, no",
        "x is CPT 81445 or x is 7 or x is no",
        "",
    ),
}


@pytest.mark.parametrize(("facts", "when", "services"), POLICIES.values(), ids=POLICIES)
def test_the_ends_of_domains_are_exact(facts: str, when: str, services: str) -> None:
    rule = f"rule R for d when {when} then report a {services}"
    found = compiled(f"policy ends\n{facts}\ndecision d gives one of a\n{rule}\n")
    known = Yardstick(found.policy, found.space.samples())
    (decision,) = found.policy.decisions
    gaps = [finding for finding in found.findings if finding.name == "gap"]
    assert known.possible
    for case in known.possible:
        assert all(in_domain(item, case[item.name]) for item in found.policy.inputs), case
        assert found.space.decode(found.space.encode(case)) == case
        answer = known.answers["d"][key_of(case)]
        assert found.graphs["d"].leaf_of(found.space.encode(case)).answer == answer
        inside = [finding for finding, region in regions_of(gaps) if lies_in(found, region, case)]
        assert len(inside) == (answer.kind == meaning.NOTHING)
    assert decision.rules


@pytest.mark.parametrize(
    "system", ["cpt", "hcpcs", "pla", "icd10cm", "icd10pcs", "revenue", "place", "modifier", "carc", "rarc"]
)
@pytest.mark.parametrize("kind", ["is code of", "are codes of"])
def test_a_code_that_nothing_names_is_one_of_its_system(system: str, kind: str) -> None:
    found = compiled(f"policy ends\ninput x {kind} {system}\ndecision d gives one of a\n")
    assert all(in_domain(found.policy.inputs[0], value) for value in found.space.samples()["x"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("codes listed of cpt start CPT 8144", "no code of cpt is written `CPT 8144`"),
        ("input y is decimal number from 0.25 to 1 with 1 decimal", "0.25 has more than 1 decimals"),
    ],
)
def test_what_no_input_can_be_is_refused(text: str, words: str) -> None:
    found = compile_source(source_from_text(f"policy ends\ninput x is yes or no\n{text}\n"))
    assert isinstance(found, Rejected)
    assert [finding.message for finding in found.findings] == [words]


COUNTED = ", ".join(f"a{number}" for number in range(14))
TOO_MUCH = f"""policy much
{chr(10).join(f"input a{number} is yes or no" for number in range(14))}
decision d gives one of x, y
rule R1 for d when at least 7 of ({COUNTED}) then report x
rule R2 for d when not at least 7 of ({COUNTED}) then report y
prove P1 d always answers
prove P2 never both (d is x, d is y)
example E1 given a0 is yes expect d is not known yet
"""


def test_what_is_too_much_is_said_to_be_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boxes, "BUDGET", 500)
    found = compiled(TOO_MUCH)
    assert {(proof.complete, proof.consistent) for proof in found.proofs} == {("not decided", "not decided")}
    assert {finding.name for finding in found.errors} == {"not_decided"}
    assert {finding.message.split("`")[1] for finding in found.errors} == {"d", "P1", "P2", "E1"}


def test_what_is_not_too_much_is_decided() -> None:
    found = compiled(TOO_MUCH)
    assert {(proof.complete, proof.consistent) for proof in found.proofs} == {("proved", "proved")}
    assert not found.errors
