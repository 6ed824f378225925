"""What `build` makes of a small policy is kept here, read by people when it changes, and run as it lies here."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ruleproof.artifacts import EMITTERS
from ruleproof.compiled import Compiled
from ruleproof.model import meaning
from ruleproof.pipeline import compile_source
from ruleproof.source import source_from_text
from ruleproof.verify import verify

ROOT = Path(__file__).parents[1]
KEPT = Path(__file__).parent / "artifacts" / "overview_81455"
POLICY = ROOT / "policies" / "overview_81455" / "overview_81455.policy"


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    found = compile_source(source_from_text(POLICY.read_text("utf-8"), "policies/overview_81455/overview_81455.policy"))
    assert isinstance(found, Compiled)
    return found


@pytest.fixture(scope="module")
def made(compiled: Compiled) -> dict[str, str]:
    return {name: text for emit in EMITTERS.values() for name, text in emit(compiled).items()}


def test_the_artifacts_are_as_they_were_accepted(made: dict[str, str], rewrite: bool) -> None:
    if rewrite:
        KEPT.mkdir(parents=True, exist_ok=True)
        for old in KEPT.iterdir():
            old.unlink()
        for name, text in made.items():
            (KEPT / name).write_bytes(text.encode("utf-8"))
    assert {path.name for path in KEPT.iterdir() if path.is_file()} == set(made)
    for name, text in made.items():
        assert (KEPT / name).read_bytes() == text.encode("utf-8"), (
            f"{name} changed: run with --rewrite and read the diff"
        )


def kept_module() -> ModuleType:
    (path,) = KEPT.glob("*.py")
    spec = importlib.util.spec_from_file_location("kept_overview", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["kept_overview"] = module
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


def test_the_kept_module_answers_as_the_meaning_says(compiled: Compiled) -> None:
    module: Any = kept_module()
    policy, samples = compiled.policy, compiled.space.samples()
    cases = list(meaning.completions(policy, {}, samples))
    assert len(cases) > 20
    for case in cases:
        said = module.decide(case)
        for decision in policy.decisions:
            answer = getattr(said, decision.name)
            expected = meaning.answer_of(policy, decision, case)
            assert (answer.kind, answer.force, tuple(answer.outcomes)) == (
                expected.kind,
                expected.force,
                expected.outcomes,
            )
            assert tuple(answer.rules) == expected.rules


def test_the_kept_certificate_verifies(compiled: Compiled) -> None:
    (path,) = KEPT.glob("*.certificate.json")
    assert set(verify(path.read_text("utf-8"))) == {decision.name for decision in compiled.policy.decisions}


def test_the_kept_graph_is_json_with_the_hash_of_the_policy(compiled: Compiled) -> None:
    (path,) = KEPT.glob("*.graph.json")
    assert compiled.source.sha256 in json.dumps(json.loads(path.read_text("utf-8")))
