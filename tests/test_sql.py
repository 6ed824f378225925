"""The law of SQL: DuckDB, given the emitted statements, says of every row what `decide` says of it."""

from __future__ import annotations

import datetime
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from brute_force import compiled
from random_policies import RandomPolicy, policies
from ruleproof.artifacts.sql.words import NotInSqlError, number
from ruleproof.artifacts.to_sql import FIRST_TO_LAST, to_sql
from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.model import nodes as model
from ruleproof.resources import folder
from ruleproof.runtime.kernel.consequences import CONSEQUENCES
from ruleproof.runtime.kernel.values import InputError
from ruleproof.runtime.load import LoadedPolicy

pytest.importorskip("duckdb", reason="DuckDB is not installed")
pytest.importorskip("pyarrow", reason="the extra `columns` is not installed")

import duckdb
import pyarrow as pa

from columns_of_claims import shuffled_cases


def _type(domain: model.Domain) -> pa.DataType:
    match domain:
        case model.YesNo():
            return pa.bool_()
        case model.WholeNumber():
            return pa.int64()
        case model.DecimalNumber(_, _, places):
            return pa.decimal128(30, 12 if places is None else max(places, 1))
        case model.Day():
            return pa.date32()
        case model.SeveralCodes():
            return pa.list_(pa.string())
        case _:
            return pa.string()


def _judged(found: Compiled, cases: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give what DuckDB says of cases, in their order."""
    ((_, statements),) = to_sql(found).items()
    columns = {
        item.name: pa.array(
            [list(case[item.name]) if isinstance(case[item.name], tuple) else case[item.name] for case in cases],
            _type(item.domain),
        )
        for item in found.policy.asked
    }
    claims = pa.table({"the row": pa.array(range(len(cases))), **columns})
    with duckdb.connect() as connection:
        connection.execute(statements)
        connection.register("claims", claims)
        macro = next(line for line in statements.splitlines() if line.endswith("AS TABLE")).split()[4].partition("(")[0]
        told = pa.table(connection.sql(f"""FROM {macro}('claims') ORDER BY "the row" """))
    rows: list[dict[str, Any]] = told.to_pylist()
    return rows


def _agree(found: Compiled, cases: Sequence[Mapping[str, Any]]) -> int:
    """Compare every row; give how many were refused."""
    loaded, refused = LoadedPolicy(found), 0
    for case, told in zip(cases, _judged(found, cases), strict=True):
        try:
            judged = loaded.decide(case)
        except InputError as error:
            first = f"`{error.input}` is not " if not error.cannot_happen else "these facts cannot happen together"
            assert told["refused"].startswith(first), error.message  # noqa: PT017
            assert not any(told[name] for name in (*(f"{item.name}.kind" for item in found.decisions),))
            refused += 1
            continue
        assert told["refused"] is None
        for name, answer in judged.answers.items():
            said = (told[f"{name}.kind"], told[name], told[f"{name}.force"])
            assert said == (answer.kind, answer.outcome, answer.force or None)
            assert told[f"{name}.rules"] == (", ".join(answer.rules) or None)
        if judged.requirements:
            assert told["findings"] == (", ".join(item.name for item in judged.findings) or None)
            unchecked = [name for name, item in judged.requirements.items() if item.state == "not checked"]
            assert told["not_checked"] == (", ".join(unchecked) or None)
            consequence = judged.consequence
            assert told["consequence"] == (consequence and (consequence.action or "not stated"))
    return refused


@given(policies())
def test_every_cell_is_judged_as_decide_does(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    chance = random.Random(12)
    _agree(found, shuffled_cases(found.space.samples(), policy.others, 120, chance))


@pytest.mark.parametrize(
    "name",
    ["tumor_ngs", "literal", "mrd", "ncd_90_2", "pgx", "code_facts", "plasma_cgp", "myeloid_ngs", "panel_definition"],
)
def test_bundled_policies_are_judged_as_decide_does(name: str) -> None:
    subject = name if name != "literal" else "tumor_ngs"
    found = compiled((folder("policies") / subject / f"{name}.policy").read_text("utf-8"))
    chance = random.Random(13)
    samples: dict[str, tuple[Value, ...]] = {item.name: found.space.samples()[item.name] for item in found.policy.asked}
    cases = shuffled_cases(samples, {}, 800, chance)
    for case in cases[::2]:
        if "service_date" in case:
            case["service_date"] = datetime.date(2024, 6, 3)
    assert _agree(found, cases) < len(cases)


SMALL = """policy panels
input genes is whole number from 1 to 500
input share is decimal number from 0 to 1 with 2 decimals, may be missing
input tissue is one of "it's", marrow
input tag is code like "Z" then 4 letters or digits, may be missing
input diagnoses are codes of icd10cm
decision code gives one of small, "la'rge; DROP TABLE claims --"
rule S for code when genes is at most 50
  then report small
rule L for code when genes is more than 50
  then report "la'rge; DROP TABLE claims --"
"""
GOOD: dict[str, Any] = {
    "genes": 40,
    "share": Decimal("0.75"),
    "tissue": "it's",
    "tag": None,
    "diagnoses": ("ICD C34.1",),
}


def test_values_out_of_their_domain_are_refused_as_decide_does() -> None:
    changes: list[tuple[str, Any]] = [
        ("genes", 0), ("genes", 501), ("genes", None), ("share", Decimal("1.01")), ("share", Decimal("0.5")),
        ("tissue", "its"), ("tissue", None), ("tag", "Z123"), ("tag", "Z12345"), ("tag", "xZ1234"), ("tag", "Z1234"),
        ("diagnoses", ()), ("diagnoses", None), ("diagnoses", ("C34.1",)), ("diagnoses", ("ICD C34.1", "ICD C34.2")),
    ]  # fmt: skip
    cases = [GOOD, {**GOOD, "genes": 60}, *({**GOOD, name: value} for name, value in changes)]
    assert _agree(compiled(SMALL), cases) == 12


HALVES = """policy halves
input share is decimal number from 0 to 1, may be missing
decision side gives one of half, beside
rule H for side when share is 0.5
  then report half
rule B for side when not (share is 0.5)
  then report beside
"""


def test_a_bound_that_no_decimals_limit_belongs_to_one_side_only() -> None:
    """Between one half and anything above it there is no next number, so the test must say which side has the bound."""
    shares = ["0", "0.499999999999", "0.5", "0.500000000001", "1"]
    found = compiled(HALVES)
    cases = [{"share": Decimal(share)} for share in shares]
    assert _agree(found, [*cases, {"share": None}]) == 0
    sides = [told["side"] for told in _judged(found, cases)]
    assert sides == ["beside", "beside", "half", "beside", "beside"]


def test_the_order_of_consequences_is_that_of_the_evaluator() -> None:
    assert tuple(CONSEQUENCES) == FIRST_TO_LAST


def test_what_sql_cannot_say_exactly_is_not_said() -> None:
    with pytest.raises(NotInSqlError, match="38 digits"):
        number(10**40)
    alike = SMALL.replace("input tag", "input Genes is yes or no\ninput tag")
    ((name, statements),) = to_sql(compiled(alike)).items()
    assert name == "panels.duckdb.sql"
    assert "-- There are no statements: `Genes` and `genes` differ in capitals only." in statements
    assert "CREATE" not in statements


def test_the_same_policy_gives_the_same_bytes_in_another_process() -> None:
    path = str(folder("policies") / "tumor_ngs" / "tumor_ngs.policy")
    code = (
        "import sys, ruleproof; from ruleproof.artifacts.to_sql import to_sql;"
        "sys.stdout.write(*to_sql(ruleproof.load(sys.argv[1]).compiled).values())"
    )
    runs = {
        subprocess.run([sys.executable, "-X", "utf8", "-c", code, path], capture_output=True, check=True).stdout
        for _ in range(2)
    }
    assert len(runs) == 1
    assert b"CREATE OR REPLACE MACRO" in runs.pop()
