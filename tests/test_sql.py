"""SQL in DuckDB, which always runs; the other databases are tried in files of their own, by the same law."""

from __future__ import annotations

import datetime
import random
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings

from brute_force import compiled
from random_policies import RandomPolicy, policies
from ruleproof.artifacts import to_sql as to_sql_module
from ruleproof.artifacts.sql import answers, lists, lookups
from ruleproof.artifacts.sql.words import NotInSqlError, number
from ruleproof.artifacts.to_sql import FIRST_TO_LAST, to_sql
from ruleproof.cli import main
from ruleproof.resources import folder
from ruleproof.runtime.generate import Generator, Rates
from ruleproof.runtime.kernel.consequences import CONSEQUENCES
from ruleproof.runtime.load import LoadedPolicy

pytest.importorskip("duckdb", reason="DuckDB is not installed")
pytest.importorskip("pyarrow", reason="the extra `columns` is not installed")

import pyarrow as pa

from columns_of_claims import shuffled_cases
from sql_engines import DuckDBEngine, Engine
from sql_law import (
    BUNDLED,
    agree,
    bundled,
    bundled_cases,
    judged,
    large_tables_are_looked_up,
    listed_codes_are_looked_up,
    texts_come_back,
)
from sql_policies import CODES, GOOD, HALVES, SMALL, STRANGE_TEXTS, out_of_domain, strange_claims, strange_policy

SEVERAL = """policy several
input old is yes or no
decision panel collects any of small, old
rule A for panel when any of (old, not old)
  then consider small
rule B for panel when old
  then consider old
"""

EARLIER = """policy earlier
source article
  revision Rev 6 published 2022-03-22 services from 2022-03-16
  revision Rev 7 published 2023-11-22 services from 2022-03-16 replaces Rev 6
input service_date is date from 2022-03-16
decision code gives one of a, b
rule A for code when service_date is on or after 2022-03-16
  then report a
rule B for code in Rev 6 when service_date is on or after 2022-03-16
  then must not report b
"""

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return DuckDBEngine()


@settings(max_examples=40)
@given(policy=policies())
def test_every_cell_is_judged_as_decide_does(engine: Engine, policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    agree(found, shuffled_cases(found.space.samples(), policy.others, 120, random.Random(12)), engine)


@pytest.mark.parametrize("name", BUNDLED)
def test_bundled_policies_are_judged_as_decide_does(engine: Engine, name: str) -> None:
    found = bundled(name)
    cases = bundled_cases(found, 800, 13)
    assert agree(found, cases, engine) < len(cases)


@pytest.fixture
def nothing_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every graph looked up in tables, and every code."""
    monkeypatch.setattr(to_sql_module, "MOST_CASES", 0)
    monkeypatch.setattr(lists, "MOST_CODES", 0)
    monkeypatch.setattr(answers, "MOST_WORDS", 2)


@pytest.mark.usefixtures("nothing_written_out")
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(policy=policies())
def test_look_ups_say_the_same(engine: Engine, policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    agree(found, shuffled_cases(found.space.samples(), policy.others, 60, random.Random(14)), engine)


@pytest.mark.usefixtures("nothing_written_out")
@pytest.mark.parametrize("name", BUNDLED)
def test_look_ups_say_the_same_of_bundled_policies(engine: Engine, name: str) -> None:
    found = bundled(name)
    agree(found, bundled_cases(found, 400, 15), engine)


def test_values_out_of_their_domain_are_refused_as_decide_does(engine: Engine) -> None:
    assert agree(compiled(SMALL), out_of_domain(), engine) == 13


def test_a_bound_that_no_decimals_limit_belongs_to_one_side_only(engine: Engine) -> None:
    """Between one half and anything above it there is no next number, so the test must say which side has the bound."""
    shares = ["0", "0.499999999999", "0.5", "0.500000000001", "1"]
    found = compiled(HALVES)
    cases = [{"share": Decimal(share)} for share in shares]
    assert agree(found, [*cases, {"share": None}], engine) == 0
    sides = [told["side"] for told in judged(found, cases, engine)]
    assert sides == ["beside", "beside", "half", "beside", "beside"]


def test_strange_names_and_texts_stay_what_they_are(engine: Engine) -> None:
    texts_come_back(engine, STRANGE_TEXTS)
    assert agree(compiled(strange_policy()), strange_claims(), engine) == 1


@pytest.mark.parametrize("most_words", [answers.MOST_WORDS, 0])
@pytest.mark.parametrize(
    ("name", "decision", "force", "codes"),
    [
        ("code_facts", "described_by", "consider", {"CPT 81445, CPT 81457", "CPT 81445, CPT 81458"}),
        ("tumor_ngs", "barred_codes", "must not report", {"tier_1, tier_2"}),
    ],
)
def test_several_codes_are_told(
    engine: Engine,
    name: str,
    decision: str,
    force: str,
    codes: set[str],
    most_words: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As `decide` tells them, written out and in the table of words."""
    monkeypatch.setattr(answers, "MOST_WORDS", most_words)
    found = bundled(name)
    claims = [
        {item.name: claim.facts.get(item.name) for item in found.policy.asked}
        for claim in Generator(found, 1, typed=True).claims(400, Rates(noise=0.3))
    ]
    agree(found, claims, engine)
    told = judged(found, claims, engine)
    assert codes <= {row[decision] for row in told if row[f"{decision}.force"] == force}


@pytest.mark.parametrize("most_words", [answers.MOST_WORDS, 0])
def test_barred_and_further_codes_have_columns(
    engine: Engine, most_words: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MOST_WORDS", most_words)
    cases = [{"rna": rna, "serial": serial} for rna in (False, True) for serial in (False, True)]
    assert agree(compiled(CODES), cases, engine) == 0
    told = judged(compiled(CODES), cases, engine)
    assert [row["code.further"] for row in told] == [None, "again", None, None]
    assert [row["code.barred"] for row in told] == [None, None, "large, other", "large, other"]
    assert "plain.barred" not in told[0]


def test_what_was_barred_as_posted_earlier_has_its_column(engine: Engine) -> None:
    """It is that of `decide_table`, which may be asked as posted on any day."""
    found = compiled(EARLIER)
    day = {"service_date": datetime.date(2023, 1, 1)}
    assert agree(found, [day], engine) == 0
    table = pa.table({name: [value] for name, value in day.items()})
    earlier = LoadedPolicy(found).decide_table(table, as_posted_on="2022-12-01")
    assert earlier.table.column("code.barred").to_pylist() == ["b"]


def test_listed_codes_are_looked_up(engine: Engine) -> None:
    listed_codes_are_looked_up(engine)


@pytest.mark.parametrize("rules", [350, pytest.param(1_000, marks=pytest.mark.slow)])
def test_large_tables_are_looked_up(engine: Engine, rules: int) -> None:
    large_tables_are_looked_up(engine, rules, 2_000)


def test_an_expression_gives_the_outcome_of_a_row(engine: Engine) -> None:
    agree(compiled(SMALL), [GOOD, {**GOOD, "genes": 60}], engine)
    columns = "genes, share, tissue, tag, diagnoses"
    told = engine.ask(f'SELECT panels_code({columns}) AS code FROM claims ORDER BY "the row"')
    assert [row["code"] for row in told] == ["small", "la'rge; DROP TABLE claims --"]
    agree(compiled(SEVERAL), [{"old": False}, {"old": True}], engine)
    told = engine.ask('SELECT several_panel(old) AS panel FROM claims ORDER BY "the row"')
    assert [row["panel"] for row in told] == ["small", "small, old"]


def test_the_page_about_databases_is_true(tmp_path: Path) -> None:
    """Its example runs, on the policy of the page about the evaluators, and the limits that it names are those that hold."""
    block = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
    (policy,) = (text for kind, text in block.findall((DOCS / "evaluators.md").read_text("utf-8")) if kind == "policy")
    page = (DOCS / "sql.md").read_text("utf-8")
    (example,) = (text for kind, text in block.findall(page) if kind == "python")
    (tmp_path / "panels.policy").write_text(policy, encoding="utf-8")
    built = CliRunner().invoke(
        main, ["build", str(tmp_path / "panels.policy"), "-o", str(tmp_path / "out"), "--only", "sql"]
    )
    assert built.exit_code == 0, built.output
    subprocess.run([sys.executable, "-c", example], cwd=tmp_path, check=True)
    for words in (
        f"more than {lists.MOST_CODES} codes",
        f"more than {answers.MOST_WORDS} different things",
        f"more than {to_sql_module.MOST_CASES} cases",
        f"more than {lookups.MOST_ROWS:,} rows",
        f"at most {to_sql_module.LARGEST_CASE:,} cases",
        f"fit into {lookups.LARGEST_TABLE:,} rows",
    ):
        assert words in page


def test_the_order_of_consequences_is_that_of_the_evaluator() -> None:
    assert tuple(CONSEQUENCES) == FIRST_TO_LAST


def test_what_sql_cannot_say_exactly_is_not_said() -> None:
    with pytest.raises(NotInSqlError, match="38 digits"):
        number(10**40)
    alike = SMALL.replace("input tag", "input Genes is yes or no\ninput tag")
    files = to_sql(compiled(alike))
    assert sorted(files) == [
        f"panels.{ending}.sql" for ending in ("bigquery", "duckdb", "postgresql", "snowflake", "spark")
    ]
    for statements in files.values():
        assert "-- There are no statements: `Genes` and `genes` differ in capitals only." in statements
        assert "CREATE" not in statements


def test_the_same_policy_gives_the_same_bytes_in_another_process() -> None:
    path = str(folder("policies") / "mrd" / "mrd.policy")
    code = (
        "import sys, ruleproof; from ruleproof.artifacts.to_sql import to_sql;"
        "sys.stdout.write(repr(to_sql(ruleproof.load(sys.argv[1]).compiled)))"
    )
    runs = {
        subprocess.run([sys.executable, "-X", "utf8", "-c", code, path], capture_output=True, check=True).stdout
        for _ in range(2)
    }
    assert len(runs) == 1
    assert b"CREATE OR REPLACE MACRO" in runs.pop()
