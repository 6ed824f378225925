"""What a finding says in words: no input is taken for another, and every case that it is about is spoken of."""

from __future__ import annotations

from brute_force import compiled
from ruleproof.finding import Finding

PLACES = """policy places

input stay "length of stay in days" is whole number from 1 to 60
  unit "days"
input wait "days since discharge" is whole number from 0 to 60
  unit "days"
input genes "genes analysed" is whole number from 1 to 100
  unit "genes"
input dose "amount given" is whole number from 1 to 100
  unit "milligrams"

source paper "A paper"
  authority is binding

decision fine gives one of low, high
"""

RULES = """
rule R1 for fine
  when stay is at least 4 or wait is at most 20
  then report low
  cite paper p.1
rule R2 for fine
  when {when}
  then report {gives}
  cite paper p.2
"""


def found(when: str, gives: str, name: str) -> list[Finding]:
    text = PLACES + RULES.format(when=when, gives=gives)
    return [finding for finding in compiled(text).findings if finding.name == name]


def test_a_unit_names_an_input_only_where_no_other_has_it() -> None:
    (gap,) = found("genes is at least 50", "low", "gap")
    assert (
        "for length of stay in days: up to 3 days, days since discharge: 21 or more days, up to 49 genes" in gap.message
    )
    assert gap.claim == "length of stay in days: 1 day, days since discharge: 21 days, 1 gene"


def test_a_unit_stands_for_a_label_only_where_the_label_says_it() -> None:
    (gap,) = found("dose is at least 50", "low", "gap")
    assert gap.message.endswith("days since discharge: 21 or more days, amount given: up to 49 milligrams")
    assert gap.claim.endswith("amount given: 1 milligram")


def test_a_conflict_names_each_of_its_shapes() -> None:
    (conflict,) = found("genes is at least 50", "high", "conflict")
    assert "where length of stay in days: 4 or more days, 50 or more genes" in conflict.message
    assert "; also where days since discharge: up to 20 days, 50 or more genes" in conflict.message
    assert "other cases" not in conflict.message


def test_a_message_names_three_shapes_and_where_the_others_stand() -> None:
    (conflict,) = found(
        "any of (genes is 2, genes is 4) and any of (dose is 2, dose is 4, dose is 6)", "high", "conflict"
    )
    assert conflict.message.count("where ") == 2
    whens = ", ".join(f"all of (stay is {n}, wait is {n}, genes is {n}, dose is {n})" for n in (5, 7, 9, 11))
    (conflict,) = found(f"any of ({whens})", "high", "conflict")
    assert conflict.message.count("where ") == 3
    assert conflict.message.endswith("; and in other cases, which `--format json` lists")


GAPS = """
rule R1 for fine
  when all of (stay is between 4 and 60, wait is between 0 and 20)
  then report low
  cite paper p.1
"""


def test_gaps_of_one_decision_share_no_case_and_no_name() -> None:
    gaps = [finding for finding in compiled(PLACES + GAPS).findings if finding.name == "gap"]
    said = [finding.message.partition(" for ")[2] for finding in gaps]
    assert said == [
        "days since discharge: 21 or more days",
        "length of stay in days: up to 3 days, days since discharge: up to 20 days",
    ]
    assert [finding.size for finding in gaps] == [60 * 40, 3 * 21]
    blocks = [edit.text.split("\n  ")[0].strip() for finding in gaps for edit in finding.repairs[0].edits]
    assert blocks == ["leave open open_fine_1 for fine", "leave open open_fine_2 for fine"]
