"""Lists of 75,000 codes: read as data, proved by the classes that the policy can tell apart, never written out for people."""

from __future__ import annotations

import time
from itertools import islice, product

import pytest

from ruleproof.artifacts import EMITTERS
from ruleproof.beside import FolderBeside
from ruleproof.compiled import Compiled
from ruleproof.pipeline import compile_source
from ruleproof.prover.study import Study
from ruleproof.source import source_from_text
from ruleproof.verify import verify

MANY = 75_000
CODES = tuple(
    f"{letter}{first}{second}.{third}{fourth}"
    for letter, first, second, third, fourth in islice(product("ABCDEFGH", *["0123456789"] * 4), MANY)
)
POLICY = """policy long
input service_date is date from 2015-01-01
input diagnoses are codes of icd10cm
input main is code of icd10cm
codes covered of icd10cm
  events from "covered.csv"
codes lung of icd10cm
  start ICD A01.00, ICD A01.01
decision d gives one of a, b, c
rule R1 for d when diagnoses any in covered and main is in lung then report a
rule R2 for d when diagnoses none in covered and main is in lung then report b
rule R3 for d when main is not in lung then report c
example E given diagnoses are ICD A00.00, main is ICD A01.00 on 2024-01-01
  expect d is a by R1
"""


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> tuple[Compiled, float]:
    folder = tmp_path_factory.mktemp("long")
    rows = [f"{code},start,{2015 + number % 3}-01-01" for number, code in enumerate(CODES)]
    (folder / "covered.csv").write_text("\n".join(["code,event,services_from", *rows, ""]), encoding="utf-8")
    began = time.perf_counter()
    found = compile_source(source_from_text(POLICY, str(folder / "long.policy")), FolderBeside(folder))
    assert isinstance(found, Compiled)
    return found, time.perf_counter() - began


def test_it_is_proved_in_seconds(long: tuple[Compiled, float]) -> None:
    compiled, seconds = long
    assert not compiled.errors
    assert len(compiled.policy.code_lists[0].codes) == MANY
    assert seconds < 15, "three seconds on a machine that does nothing else"


def test_the_space_has_a_dimension_for_each_class_of_codes(long: tuple[Compiled, float]) -> None:
    study: Study = long[0].study
    assert len(study.space.places["diagnoses"]) == 4  # three years, and any other code
    assert len(study.space.places["main"]) == 1


@pytest.mark.parametrize("kind", sorted(EMITTERS))
def test_no_artifact_is_large(long: tuple[Compiled, float], kind: str) -> None:
    files = EMITTERS[kind](long[0])
    assert files
    for name, text in files.items():
        assert len(text) < 5_000_000, name
        if kind in ("markdown", "svg"):
            assert sum(code in text for code in CODES[::1000]) <= 2, f"{name} writes a list out"
    if kind == "certificate":
        (text,) = files.values()
        assert set(verify(text)) == {"d"}
        assert text.count(CODES[7]) == 1, "each code stands once"
