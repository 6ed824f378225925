"""Made-up claims: each hits what it says that it was made for, nothing but a planted fault is refused, same seed, same bytes."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from brute_force import compiled
from random_policies import RandomPolicy, policies
from ruleproof.cli import main
from ruleproof.compiled import Compiled
from ruleproof.graph.from_model import graph_of_decision
from ruleproof.model.meaning import holds
from ruleproof.prover.told import with_days
from ruleproof.resources import folder
from ruleproof.runtime.generate import Generated, Generator, Rates
from ruleproof.runtime.generate.targets import boundaries, targets_of
from ruleproof.runtime.kernel.values import InputError
from ruleproof.runtime.load import LoadedPolicy, load

BUNDLED = sorted(folder("policies").rglob("*.policy"))
UNSOUND = ("gap", "conflict", "contradiction", "code_not_valid_on_date")

SMALL = """\
policy panels "Panels"
source article
  authority is binding
  revision Rev 1 published 2024-01-10 services from 2024-01-01
input service_date is date from 2024-01-01
input genes "genes analysed" is whole number from 1 to 500
input tissue is one of solid_organ, marrow
input tag "identifier" is code like "Z" then 4 letters or digits, may be missing
input share is decimal number from 0 to 1 with 2 decimals
cannot happen X1 when tissue is marrow and genes is at most 4
  because "marrow panels start at five genes"
decision code "code to report" gives one of small, large, rare
rule S for code when genes is at most 50
  then report small
  cite article coding.1
rule L for code when genes is more than 50
  then report large
  cite article coding.2
rule R for code when genes is 77 and tissue is marrow
  then report rare
  cite article coding.3
  overrides L because "rare size"
require T1 "identifier" that tag is present
  else reject "CO-16" "add the identifier"
"""


DATED = """\
policy samples "Samples"
source article
  authority is binding
  revision Rev 1 published 2024-01-10 services from 2024-01-01
input service_date is date from 2024-01-01
input collected is date from 2023-06-01
decision dated "date to use" gives one of archived, fresh
rule A for dated when service_date is more than 30 days after collected
  then dated is archived
  cite article one.1
rule F for dated when not (service_date is more than 30 days after collected)
  then dated is fresh
  cite article one.2
"""


def _hits(found: Compiled, claim: Generated) -> bool:
    """Tell whether a claim hits what it was made for, asking the evaluator alone."""
    loaded = LoadedPolicy(found)
    judged = loaded.decide(claim.facts, None if claim.history is None else [dict(item) for item in claim.history])
    kind, _, rest = claim.about.partition(" ")
    if kind == "rule":
        return any(rest in judged[item.name].rules for item in found.decisions)
    if kind == "requirement":
        name, _, state = rest.rpartition(" ")
        return judged.requirements[name].state == state
    if claim.about.endswith(" out of scope"):
        return judged[claim.about.removesuffix(" out of scope")].kind == "out of scope"
    if kind == "override":
        both = set(rest.split(" over "))
        case: dict[str, Any] = with_days(found.study, {**claim.facts})  # type: ignore[arg-type]
        if claim.history is not None:
            return True  # what the earlier services come to is the evaluator's to say
        case = dict.fromkeys((item.name for item in found.policy.derived), False) | case
        rules = [rule for item in found.decisions for rule in item.rules if rule.name in both]
        return all(holds(found.policy, rule.condition, case) for rule in rules)
    name = next(item.name for item in found.policy.asked if claim.about.startswith(f"{item.name} "))
    return claim.about == f"{name} {claim.facts[name]}"


def _tried(found: Compiled, claims: list[Generated]) -> int:
    """Hold every claim against what it says of itself; give how many were refused."""
    loaded, refused = LoadedPolicy(found), 0
    for claim in claims:
        if claim.is_faulty:
            with pytest.raises(InputError):
                loaded.decide(claim.facts)
            refused += 1
        elif claim.about == "noise":
            loaded.decide(claim.facts)
        else:
            assert _hits(found, claim), claim
    return refused


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
def test_claims_of_the_bundled_policies_hit_what_they_are_made_for(path: Path) -> None:
    found = load(path, allow=UNSOUND).compiled
    generator = Generator(found, 5, histories=True)
    number = 3 * len(generator.targets) + 100
    claims = list(generator.claims(number, Rates(0.2, 0.2)))
    assert {claim.about for claim in claims} >= {target.about for target in generator.targets}
    assert generator.out_of_reach == ()
    rules = {rule.name for item in found.decisions for rule in item.rules}
    unreachable = {name for item in found.findings if item.name == "unreachable_rule" for name in item.rules}
    aimed_at = {target.about.removeprefix("rule ") for target in generator.targets if target.about.startswith("rule ")}
    assert aimed_at == rules - unreachable
    assert _tried(found, claims) > number / 10


@given(policies(), st.integers(0, 99))
def test_claims_of_any_policy_hit_what_they_are_made_for(policy: RandomPolicy, seed: int) -> None:
    found = compiled(policy.text)
    generator = Generator(found, seed)
    if generator.targets:
        _tried(found, list(generator.claims(40, Rates(0.3, 0.2))))


def test_an_override_is_hit_where_both_rules_hold() -> None:
    found = compiled(SMALL)
    target = next(item for item in targets_of(found) if item.about == "override R over L")
    claims = list(Generator(found, 2).claims(200, Rates(noise=0)))
    overriding = [claim for claim in claims if claim.about == target.about]
    assert overriding
    assert all((claim.facts["genes"], claim.facts["tissue"]) == (77, "marrow") for claim in overriding)


def test_days_between_dates_come_out_as_they_are_to() -> None:
    found = compiled(DATED)
    claims = list(Generator(found, 3).claims(60, Rates(noise=0)))
    assert {claim.about for claim in claims} >= {"rule A", "rule F"}
    assert _tried(found, claims) == 0


def test_both_sides_of_every_bound_are_aimed_at() -> None:
    found = compiled(SMALL)
    assert [value for name, value in boundaries(found) if name == "genes"] == [4, 5, 50, 51, 76, 77, 78]
    hit = {
        claim.facts["genes"] for claim in Generator(found, 1).claims(100, Rates(0)) if claim.about.startswith("genes")
    }
    assert hit == {4, 5, 50, 51, 76, 77, 78}


def test_the_seed_decides_alone() -> None:
    found = compiled(SMALL)
    claims = [list(Generator(found, seed).claims(50, Rates(0.3, 0.2, 0.1))) for seed in (1, 1, 2)]
    assert claims[0] == claims[1] != claims[2]


def test_every_kind_of_fault_is_planted() -> None:
    faults = {claim.about for claim in Generator(compiled(SMALL), 1).claims(500, Rates(0, 1))}
    assert "fault X1: cannot happen" in faults
    assert {about.split(": ")[1] for about in faults} == {
        "missing", "outside its domain", "another form", "another type", "cannot happen",
    }  # fmt: skip


def test_noise_reaches_every_cell() -> None:
    found = compiled(SMALL)
    graph = graph_of_decision(found.policy, found.decisions[0], found.study.compiler, exact=False)
    leaves = {
        id(graph.leaf_of(found.space.encode({**claim.facts})))  # type: ignore[arg-type]
        for claim in Generator(found, 4).claims(400, Rates(noise=1))
    }
    assert len(leaves) == sum(hasattr(node, "answer") for node in graph.nodes)


# ---------------------------------------------------------------- the command


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "panels.policy").write_text(SMALL, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["generate", *arguments])


@pytest.mark.usefixtures("here")
def test_claims_are_printed_as_json_lines() -> None:
    result = _run("panels.policy", "-n", "30")
    assert result.exit_code == 0
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(lines) == 30
    assert set(lines[0]) == {"service_date", "genes", "tissue", "tag", "share"}
    assert result.stderr.startswith("30 claims: ")
    assert "aimed at: 13 of 13\n" in result.stderr


@pytest.mark.parametrize("ending", ["csv", "ndjson", "parquet"])
def test_a_file_is_judged_as_it_was_made(here: Path, ending: str) -> None:
    if ending == "parquet":
        pytest.importorskip("pyarrow", reason="the extra `columns` is not installed")
    claims = f"claims.{ending}"
    made = _run(
        "panels.policy", "-n", "300", "--faults", "0.1", "--made-for", "why.csv", "-o", claims, "--format", "json"
    )
    told = json.loads(made.stdout)
    assert (told["claims"], told["missed"], told["out_of_reach"]) == (300, [], [])
    with (here / "why.csv").open(encoding="utf-8") as stream:
        faulty = [int(row["row"]) for row in csv.DictReader(stream) if row["made_for"].startswith("fault ")]
    assert len(faulty) == told["faulty"] > 10
    pytest.importorskip("pyarrow", reason="the extra `columns` is not installed")
    judged = CliRunner().invoke(main, ["eval", "panels.policy", claims, "-o", "out.csv", "--rejects", "rejects.csv"])
    assert judged.exit_code == 1, judged.output
    with (here / "rejects.csv").open(encoding="utf-8") as stream:
        assert [int(row["row"]) for row in csv.DictReader(stream)] == faulty


def test_the_same_command_gives_the_same_bytes(here: Path) -> None:
    for name in ("a.csv", "b.csv"):
        assert _run("panels.policy", "-n", "500", "--faults", "0.2", "--seed", "9", "-o", name).exit_code == 0
    assert (here / "a.csv").read_bytes() == (here / "b.csv").read_bytes()


HISTORY = (folder("policies") / "mrd" / "mrd.policy").as_posix()


def test_limits_are_hit_with_histories() -> None:
    without, with_them = _run(HISTORY, "-n", "60"), _run(HISTORY, "-n", "60", "--histories")
    assert "out of reach without --histories: " in without.stderr
    assert '"history":' not in without.stdout
    assert "out of reach" not in with_them.stderr
    assert any(json.loads(line).get("history") for line in with_them.stdout.splitlines())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["panels.policy", "-o", "claims.txt"], "has none of the endings .csv, .ndjson, .jsonl, .parquet"),
        (["panels.policy", "-o", "a.csv", "--unknown", "0.1"], "--unknown and --histories need an output of .ndjson"),
        (["panels.policy", "--noise", "0.9", "--faults", "0.2"], "more than 1 together"),
        (["panels.policy", "--noise", "1.5"], "1.5 is not in the range 0<=x<=1"),
        (["panels.policy", "--noise", "nan"], "are shares from 0 to 1"),
        (["panels.policy", "-n", "0"], "0 is not in the range"),
        (["panels.policy", "-o", "a.csv", "--made-for", "a.csv"], "-o and --made-for are the same file"),
        (["panels.policy", "-o", "panels.policy"], "none of the endings"),
        (["panels.policy", "--made-for", "panels.policy"], "`panels.policy` is a file that is read"),
        (["panels.policy", "-o", "nowhere/a.csv"], "there is no folder"),
        (["none.policy"], "none.policy"),
    ],
)
def test_what_is_refused(here: Path, arguments: list[str], said: str) -> None:
    before = (here / "panels.policy").read_bytes()
    result = _run(*arguments)
    output: Any = result.output
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        output = str(result.exception)
    assert result.exit_code != 0
    assert said in output
    assert (here / "panels.policy").read_bytes() == before
    assert [path.name for path in here.iterdir()] == ["panels.policy"]
