"""The certificate of a decision table verifies and says what brute force says; one that was tampered with does not verify."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

from brute_force_tables import Judged
from random_tables import random_table
from ruleproof.artifacts.to_table_certificate import TablesRead, to_table_certificate
from ruleproof.cli import main
from ruleproof.cli.table_certificates import same_tables
from ruleproof.model.tables import HIT_POLICIES, DecisionTable
from ruleproof.prover import table_proof
from ruleproof.prover.table_outputs import Outputs
from ruleproof.prover.table_study import TableStudy
from ruleproof.readers import read_table
from ruleproof.verify import FlawError
from ruleproof.verify_tables.table import EVERY, FIRST, SOME, Verified, verify_tables
from test_table_study import KINDS, random_tables

ROOT = Path(__file__).parents[1]

LOANS = '''amount,grade,since,joint,decision
number,"string: ""a"",""b"",""c""",date,boolean,string
<= 1000,"""a"",""b""",-,-,"""yes"""
(1000..5000],"""a""",< date("2020-01-01"),-,"""yes"""
(1000..5000],"not(""a"")",-,true,"""no"""
> 900,-,-,false,"""ask"""
[2000..3000],"""c""",>= date("2021-06-30"),-,"""no"""
'''


def certificate_of(*tables: DecisionTable) -> str:
    return to_table_certificate(TablesRead(tables, "0" * 64, tuple({} for _ in tables)))


def read(text: str, hit_policy: str = "") -> DecisionTable:
    (table,) = read_table("loans.csv", text.encode(), hit_policy=hit_policy).tables
    return table


def verified(*tables: DecisionTable) -> Verified:
    (found,) = verify_tables(certificate_of(*tables))
    return found


def is_refused(certificate: Any) -> bool:
    try:
        verify_tables(json.dumps(certificate))
    except FlawError:
        return True
    return False


def is_about_another(certificate: Any, file: Path) -> bool:
    try:
        same_tables(json.dumps(certificate), str(file))
    except FlawError:
        return True
    return False


# ---------------------------------------------------------------- laws


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hit_policy", HIT_POLICIES)
def test_certificates_of_random_tables_verify(hit_policy: str, kind: str) -> None:
    parted = 0
    for table, _ in random_tables(hit_policy, kind):
        found, study = verified(table), TableStudy(table)
        if not study.space.empty:
            assert found.complete == (study.complete is True), table
            assert found.consistent == (study.consistent is True), table
        parted += found.regions > 1
    assert parted > 5


@pytest.mark.parametrize("hit_policy", HIT_POLICIES)
def test_the_regions_name_exactly_the_rules_that_match_somewhere(hit_policy: str) -> None:
    several = 0
    for table, cases in random_tables(hit_policy, "plain"):
        (proof,) = json.loads(certificate_of(table))["tables"]
        named = {tuple(number - 1 for number in part["rules"]) for part in proof.get("parts", ())}
        places = Outputs(table).places
        first_wins = Outputs(table).first_wins and places is not None
        assert proof.get("ends", EVERY) == (FIRST if first_wins else EVERY)
        judged = set(Judged(table, cases).sure)
        if first_wins:
            assert places is not None
            judged = {(min(rows, key=places.__getitem__),) if rows else () for rows in judged}
        assert named == judged, table
        several += any(len(rows) > 1 for rows in named)
    assert several or hit_policy in ("FIRST", "PRIORITY")


@pytest.mark.parametrize("hit_policy", ["UNIQUE", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"])
def test_a_table_with_too_many_regions_is_proved_by_pairs(hit_policy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_proof, "MOST_ENDS", 7)
    kinds: dict[str, int] = {}
    for table, cases in random_tables(hit_policy, "plain", 2):
        text = certificate_of(table)
        (proof,) = json.loads(text)["tables"]
        kind = proof.get("ends", "none") if proof["decided"] else "not decided"
        kinds[kind] = kinds.get(kind, 0) + 1
        if kind == "not decided":
            with pytest.raises(FlawError, match="was not decided"):
                verify_tables(text)
            continue
        (found,) = verify_tables(text)
        study = TableStudy(table)
        if not study.space.empty:
            assert (found.complete, found.consistent) == (study.complete, study.consistent), table
        if kind == SOME:
            together = {tuple(sorted(pair)) for pair in proof["pairs"]}
            sure = Judged(table, cases).sure
            assert together == {(one + 1, two + 1) for rows in sure for one in rows for two in rows if one < two}
            for pair in proof["pairs"]:
                changed = copy.deepcopy(json.loads(text))
                changed["tables"][0]["pairs"].remove(pair)
                assert is_refused(changed)
    assert kinds.keys() >= {EVERY, SOME, "not decided"}, kinds


# ---------------------------------------------------------------- tampering


def changed_values(found: Any, where: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Callable[[Any], None]]]:
    """Give each place of a certificate, and a change there: another value, an item less, an item twice, two exchanged."""
    items = list(found.items()) if isinstance(found, dict) else list(enumerate(found))
    for key, value in items:
        place = (*where, key)
        if isinstance(value, dict | list):
            yield from changed_values(value, place)
        else:
            other = _other(value)
            yield place, lambda whole, place=place, other=other: _put(whole, place, other)
        if isinstance(found, list):
            yield (*place, "left out"), lambda whole, place=place: _at(whole, place[:-1]).pop(place[-1])
            yield (
                (*place, "twice"),
                lambda whole, place=place: _at(whole, place[:-1]).insert(place[-1], _at(whole, place)),
            )
        else:
            yield (*place, "left out"), lambda whole, place=place: _at(whole, place[:-1]).pop(place[-1])


def _other(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case None:
            return "a"
        case str() if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return f"19{value[2:]}"
        case str() if re.fullmatch(r"-?\d+", value):
            return str(int(value) + 1)
        case _:
            return "b" if value != "b" else "c"


def _at(found: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        found = found[key]
    return found


def _put(found: Any, place: tuple[Any, ...], value: Any) -> None:
    _at(found, place[:-1])[place[-1]] = value


def test_whatever_is_changed_the_certificate_of_a_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "loans.csv"
    tried = 0
    for hit_policy in ("UNIQUE", "FIRST", "COLLECT"):
        file.write_text(LOANS, "utf-8")
        arguments = ["build", str(file), "-o", str(tmp_path), "--allow", "gap,conflict,hit_policy_broken"]
        status, said = run(*arguments, "--hit-policy", hit_policy)
        assert status == 0, said
        certificate = json.loads((tmp_path / "loans.certificate.json").read_text("utf-8"))
        same_tables(json.dumps(certificate), str(file))
        for place, change in changed_values(certificate):
            if place[0] == "ruleproof":
                continue
            changed = copy.deepcopy(certificate)
            change(changed)
            if changed == certificate:
                continue
            assert is_refused(changed) or is_about_another(changed, file), place
            tried += 1
    assert tried > 1000


@pytest.mark.parametrize("hit_policy", HIT_POLICIES)
def test_a_tampered_proof_is_refused_without_the_file(hit_policy: str) -> None:
    certificate = json.loads(certificate_of(read(LOANS, hit_policy)))
    proof = certificate["tables"][0]
    tried = 0
    for key in ("complete", "consistent", "ends", "parts", "tree"):
        for place, change in changed_values({key: proof[key]}):
            changed = copy.deepcopy(certificate)
            change(changed["tables"][0])
            assert is_refused(changed), (place, changed["tables"][0][place[0]] if place[0] in proof else "")
            tried += 1
    assert tried > 50


def test_a_part_that_stands_nowhere_is_refused() -> None:
    certificate = json.loads(certificate_of(read(LOANS)))
    certificate["tables"][0]["parts"].append({"rules": [1, 2, 3], "answer": ["error", "several rules match"]})
    assert is_refused(certificate)


def test_cuts_that_are_not_in_order_are_refused() -> None:
    certificate = json.loads(certificate_of(read("x,y,out\n<= 5,1,1\n> 5,-,2\n<= 7,not(1),3\n")))
    for place in (0, 1):
        for turn in (lambda cuts: cuts.reverse(), lambda cuts: cuts.append(cuts[-1])):
            changed = copy.deepcopy(certificate)
            turn(changed["tables"][0]["inputs"][place]["kinds"][0]["cuts"])
            with pytest.raises(FlawError, match="not in order"):
                verify_tables(json.dumps(changed))


@pytest.mark.parametrize("kind", ["related", "undecided"])
def test_tampered_proofs_of_tables_that_compare_or_leave_open_are_refused(kind: str) -> None:
    tried = 0
    for seed in range(6):
        table = random_table(Random(f"tampered {kind} {seed}"), "RULE ORDER", **KINDS[kind])
        certificate = json.loads(certificate_of(table))
        proof = certificate["tables"][0]
        if "tree" not in proof:
            continue
        for place, change in changed_values({key: proof[key] for key in ("parts", "complete")}):
            changed = copy.deepcopy(certificate)
            change(changed["tables"][0])
            assert is_refused(changed), (seed, place)
            tried += 1
        for place, end in enumerate(proof["tree"]):
            for other in range(-1, len(proof["parts"])):
                changed = copy.deepcopy(certificate)
                changed["tables"][0]["tree"][place] = other
                if other == end:
                    continue
                if end == -1:
                    continue  # nothing is said of a part without cases, so whatever is said of it holds
                assert is_refused(changed), (seed, place, other)
                tried += 1
    assert tried > 100


# ---------------------------------------------------------------- what is no certificate


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "null",
        "not json",
        '{"format":"ruleproof table certificate 1"}',
        '{"format":"ruleproof table certificate 1","tables":[{}]}',
        "[" * 100_000,
    ],
)
def test_what_is_no_certificate_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(FlawError, match=r"^[^\n]+$"):
        verify_tables(text)


def test_a_number_beyond_all_bounds_is_refused() -> None:
    certificate = certificate_of(read(LOANS)).replace('"1000"', '"1E+999999999"')
    with pytest.raises(FlawError, match="no such number"):
        verify_tables(certificate)


def test_the_checker_uses_nothing_of_the_prover() -> None:
    modules = sorted((ROOT / "compiler" / "ruleproof" / "verify_tables").glob("*.py"))
    assert len(modules) > 4
    for module in modules:
        imported = re.findall(r"(?m)^\s*(?:from|import)\s+(ruleproof[\w.]*)", module.read_text("utf-8"))
        assert all(name == "ruleproof.verify" or name.startswith("ruleproof.verify_tables") for name in imported), (
            module
        )


# ---------------------------------------------------------------- the commands


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, list(arguments))
    return result.exit_code, result.output


def test_build_writes_a_certificate_that_verify_accepts(tmp_path: Path) -> None:
    file, out = tmp_path / "loans.csv", tmp_path / "out"
    file.write_text("x,out\n<= 5,1\n> 5,2\n", "utf-8")
    status, said = run("build", str(file), "-o", str(out))
    assert (status, "loans.certificate.json" in said) == (0, True)
    first = (out / "loans.certificate.json").read_bytes()
    run("build", str(file), "-o", str(out))
    assert (out / "loans.certificate.json").read_bytes() == first
    certificate = str(out / "loans.certificate.json")
    status, said = run("verify", certificate, "--policy", str(file))
    assert (status, said) == (
        0,
        "loans (UNIQUE)  verified: 2 regions fill the space; every case has an answer; no rules contradict each other\n",
    )
    status, said = run("verify", certificate, "--format", "json")
    assert json.loads(said)["tables"] == [
        {"table": "loans", "hit_policy": "UNIQUE", "regions": 2, "gaps": 0, "complete": True, "consistent": True}
    ]
    file.write_text("x,out\n<= 5,1\n> 5,3\n", "utf-8")
    status, said = run("verify", certificate, "--policy", str(file))
    assert (status, "another text" in said) == (1, True)


def test_a_table_with_a_conflict_is_built_on_request_only(tmp_path: Path) -> None:
    file, out = tmp_path / "loans.csv", tmp_path / "out"
    file.write_text("x,out\n<= 5,1\n> 3,2\n", "utf-8")
    status, said = run("build", str(file), "-o", str(out))
    assert (status, out.exists(), "--allow conflict" in said) == (1, False, True)
    assert run("build", str(file), "-o", str(out), "--allow", "conflict")[0] == 0
    _, said = run("verify", str(out / "loans.certificate.json"))
    assert "some rules contradict each other" in said
    status, said = run("build", str(file), "--only", "svg")
    assert (status, "only a certificate is made" in said) == (2, True)


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "loans.csv").write_text("x,out\n-,1\n", "utf-8")
    paths = [str(tmp_path / folder / "loans.csv") for folder in ("one", "two")]
    status, said = run("build", *paths, "-o", str(tmp_path / "out"))
    assert (status, "two files want to write" in said) == (2, True)
