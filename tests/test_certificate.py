"""A certificate verifies, and a tampered one does not: whatever single thing is changed in it."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given

from random_policies import RandomPolicy, policies
from ruleproof.artifacts.to_certificate import to_certificate
from ruleproof.beside import FolderBeside
from ruleproof.compiled import Compiled
from ruleproof.pipeline import compile_source
from ruleproof.source import NOTHING_BESIDE, Beside, source_from_text
from ruleproof.verify import FlawError, verify

ROOT = Path(__file__).parents[1]
BUNDLED = sorted((ROOT / "policies").rglob("*.policy"))

SMALL = """policy small
input genes is whole number from 1 to 500
input msi is yes or no
input tissue is one of solid, blood, other
input paid is decimal number from 0 to 10, may be missing
input service_day is date from 2020-01-01
input diagnoses are codes of icd10cm
codes listed of icd10cm
  start ICD C00.0, ICD C00.1
cannot happen X1 when msi and tissue is other because "never done"
decision code gives one of a, b, c
  scope when tissue is not other else "elsewhere"
rule R1 for code when all of (genes is between 5 and 50, not msi) then report a
rule R2 for code when msi then report b
  overrides R3 because "narrower"
rule R3 for code when any of (genes is more than 50, diagnoses any in listed) then may report c
rule R4 for code when any of (paid is more than 2.5, paid is missing) then consider b
decision remark gives one of x, y
rule N1 for remark when code is b then report x
rule N2 for remark when service_day is before 2021-01-01 then report y
"""


def compiled(text: str, path: str = "t.policy", beside: Beside = NOTHING_BESIDE) -> Compiled:
    found = compile_source(source_from_text(text, path), beside)
    assert isinstance(found, Compiled), found.findings
    return found


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
def test_the_certificates_of_the_bundled_policies_verify(path: Path) -> None:
    policy = compiled(path.read_text("utf-8"), path.name, FolderBeside(path.parent))
    boxes = verify(to_certificate(policy))
    assert set(boxes) == {decision.name for decision in policy.policy.decisions}
    assert all(number > 0 for number in boxes.values())


@given(policies())
def test_the_certificates_of_random_policies_verify(policy: RandomPolicy) -> None:
    found = compile_source(source_from_text(policy.text, "random.policy"))
    assume(isinstance(found, Compiled))
    assert isinstance(found, Compiled)
    verify(to_certificate(found))


def is_refused(certificate: Any) -> bool:
    try:
        verify(json.dumps(certificate))
    except FlawError:
        return True
    return False


def tampered(certificate: Any) -> Iterator[tuple[str, Any]]:
    """Give copies of a certificate with one thing changed, each with words for what it is."""
    for decision_number, decision in enumerate(certificate["decisions"]):
        for number, entry in enumerate(decision["boxes"]):
            for words, change in changes(entry, certificate["dimensions"], decision):
                copied = copy.deepcopy(certificate)
                change(copied["decisions"][decision_number]["boxes"], number)
                yield f"{words} in {entry}", copied


def changes(entry: Any, dimensions: Any, decision: Any) -> Iterator[tuple[str, Any]]:
    yield "box left out", lambda boxes, number: boxes.pop(number)
    yield "box twice", lambda boxes, number: boxes.append(boxes[number])
    for index, cells in entry["box"].items():
        if len(cells) > 1:
            yield "box narrowed", lambda boxes, number, index=index: boxes[number]["box"][index].pop()
        other = [cell for cell in range(len(dimensions[int(index)]["cells"])) if cell not in cells]
        yield (
            "box widened",
            lambda boxes, number, index=index, other=other: boxes[number]["box"][index].append(other[0]),
        )
    if "excluded" in entry:
        return
    for rule in decision["rules"]:
        name = rule["rule"]
        if name in entry["rules"]:
            yield f"{name} forgotten", lambda boxes, number, name=name: boxes[number]["rules"].remove(name)
        else:
            yield f"{name} added", lambda boxes, number, name=name: boxes[number]["rules"].append(name)
    yield "other kind", lambda boxes, number: boxes[number]["answer"].update(kind="out of scope")
    yield "other outcome", lambda boxes, number: boxes[number]["answer"]["outcomes"].append("z")


def test_every_tampered_box_is_found() -> None:
    certificate = json.loads(to_certificate(compiled(SMALL)))
    tried = 0
    for words, changed in tampered(certificate):
        assert is_refused(changed), words
        tried += 1
    assert tried > 300


def test_tampered_cells_are_found() -> None:
    certificate = json.loads(to_certificate(compiled(SMALL)))
    tried = 0
    for index, dimension in enumerate(certificate["dimensions"]):
        for number, cell in enumerate(dimension["cells"]):
            for key in set(cell) & {"low", "high", "values", "missing", "others"}:
                changed = copy.deepcopy(certificate)
                target = changed["dimensions"][index]["cells"][number]
                if key in ("low", "high") and target[key] is not None:
                    target[key] = "2031-05-05" if "-" in target[key] else str(float(target[key]) + 0.5)
                elif key == "values":
                    target[key] = ["elsewhere"]
                else:
                    del target[key]
                assert is_refused(changed), f"{key} of {cell}"
                tried += 1
    assert tried >= 20


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"report"', '"consider"'),
        ('"5","50"', '"5","51"'),
        ('"overrides":["R3"]', '"overrides":[]'),
        ('"may_be_missing":true', '"may_be_missing":false'),
        ('["decision","code",["b"]]', '["decision","code",["a"]]'),
        ("ruleproof certificate 1", "something else"),
        ('"decided":true', '"decided":false'),
    ],
)
def test_other_tampering_is_found(old: str, new: str) -> None:
    text = to_certificate(compiled(SMALL))
    assert old in text
    with pytest.raises(FlawError):
        verify(text.replace(old, new, 1))


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", "not json", '{"format":"ruleproof certificate 1"}', "[" * 100_000]
)
def test_what_is_no_certificate_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(FlawError, match=r"^[^\n]+$"):
        verify(text)


def test_the_checker_uses_nothing_of_the_prover() -> None:
    source = (ROOT / "compiler" / "ruleproof" / "verify.py").read_text("utf-8")
    assert not re.search(r"(?m)^\s*(?:from|import)\s+ruleproof", source)
