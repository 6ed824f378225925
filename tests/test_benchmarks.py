"""The benchmarks run, their rules mean one thing, and the page says what was measured."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from brute_force import compiled
from emitted import module_of

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "benchmarks"))

import first_policy  # noqa: E402
import performance  # noqa: E402
import sections  # noqa: E402
from sections import Aim, Run, Section, Table  # noqa: E402

PAGE = ROOT / "docs" / "performance.md"


def test_the_first_policy_means_the_same_however_it_is_written() -> None:
    """By hand, one by one, interpreted, and as the policy; and every rule decides some of the claims."""
    import emitted_first

    claims = first_policy.claims(4_000)
    expected = [first_policy.by_hand(claim) for claim in claims]
    assert expected == [first_policy.in_order(claim) for claim in claims]
    assert expected == [first_policy.interpreted(claim) for claim in claims]
    module = module_of(emitted_first.unproved(first_policy.POLICY))
    assert expected == [module.outcome_of_code(claim) for claim in claims]
    rules: Counter[str] = Counter()
    for claim, outcome in zip(claims, expected, strict=True):
        answer = module.decide(claim).code
        assert answer.outcome == outcome
        rules[answer.rules[0]] += 1
    assert len(first_policy.RULES) == 28
    assert len(first_policy.INPUTS) == 12
    assert set(rules) == {name for name, _, _ in first_policy.RULES}


def test_claims_are_the_same_as_dictionaries_and_as_columns() -> None:
    claims = first_policy.claims(500)
    assert claims == first_policy.claims(500) != first_policy.claims(500, seed=1)
    for dictionary in (True, False):
        table = first_policy.arrow(500, dictionary=dictionary)
        assert table.to_pylist() == claims
        assert str(table.schema.field("method").type).startswith("dictionary") == dictionary


def test_a_large_table_means_the_same_as_text_and_as_a_model() -> None:
    import large_policies

    shape, table = large_policies.table(40)
    written, made = compiled(large_policies.policy_of(shape, table)), large_policies.model_of(shape, table)
    modules = [module_of(written), module_of(made)]
    for claim in large_policies.claims_of(shape, 200):
        expected = large_policies.first_of(shape, table, claim)
        assert [module.outcome_of_grade(claim) for module in modules] == [expected, expected]


# ---------------------------------------------------------------- sections and the page


def test_a_section_stays_itself_from_one_process_to_another() -> None:
    section = Section("T", ["words", Table(("a", "b"), [("x", "1")])], [Aim("w", "a", "m", True)], {"p.svg": "<svg/>"})
    back = sections.from_json(sections.to_json(section))
    assert back is not None
    assert str(back) == str(section) == "## T\n\nwords\n\n| a | b |\n| --- | ---: |\n| x | 1 |"
    assert (list(back.aims), dict(back.pictures)) == (list(section.aims), dict(section.pictures))
    assert sections.from_json(sections.to_json(None)) is None


def test_the_page_holds_every_aim_and_every_figure() -> None:
    aims = [Aim("one", "at most 1", "0.5", True), Aim("two", "at most 1", "1.5", False)]
    parts = [Section(title, [Table(("", "µs"), [(title, "3")])], [aim]) for title, aim in zip("AB", aims, strict=True)]
    text = performance.page(parts, "a machine", Run())
    assert "Measured with a machine, without other engines." in text
    assert "1 of 2 are met." in text
    assert "| one | at most 1 | 0.5 | yes |\n| two | at most 1 | 1.5 | no |" in text
    assert text.index("## Aims") < text.index("## A\n") < text.index("## B\n")
    assert "with other engines" in performance.page(parts, "a machine", replace(Run(), peers=True))


def test_the_page_has_what_the_code_measures() -> None:
    """The page in `docs` was written by this code: its head, its sections, the pictures that it names."""
    page = PAGE.read_text("utf-8")
    assert page.startswith("# Performance\n\nThis page is written by `make bench` (`benchmarks/performance.py`)")
    head, *rest = re.split(r"^## ", page, flags=re.MULTILINE)
    assert re.search(r"Measured with CPython 3\.\d+", head)
    titles = [part.splitlines()[0] for part in rest]
    assert titles[:4] == ["Aims", "One claim", "Many rules", "Start"]
    rows = [line for line in rest[0].splitlines() if line.startswith("| ")][2:]
    assert f"{sum(row.endswith('| yes |') for row in rows)} of {len(rows)} are met." in rest[0]
    assert len(rows) >= 12
    for picture in re.findall(r"\]\((pictures/[^)]*)\)", page):
        assert (ROOT / "docs" / picture).read_text("utf-8").startswith("<svg")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["one_claim", "start"])
def test_a_quick_run_measures_and_writes_nothing(name: str) -> None:
    before = PAGE.read_text("utf-8")
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "performance.py"), "--quick", "--only", name],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    title = {"one_claim": "One claim", "start": "Start"}[name]
    assert done.stdout.startswith(f"## {title}\n")
    assert _shape(done.stdout) == _shape(before[before.index(f"## {title}\n") :].split("\n## ")[0])
    assert PAGE.read_text("utf-8") == before


def _shape(text: str) -> list[str]:
    """Give the rows of the first table of a section by their first words, with numbers left out."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    first: list[str] = []
    for line in lines:
        if first and line.startswith("| ---") and len(first) > 1:
            first.pop()
            break
        first.append(re.sub(r"[\d,]+", "#", line.split("|")[1].strip()))
    return first


def test_what_is_not_to_be_had_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import peers

    monkeypatch.setattr(peers, "FOLDER", tmp_path)
    asked: list[str] = []

    def installed(_python: Path, package: str) -> bool:
        asked.append(package)
        return package != "nowhere"

    def made(command: list[str], **_: Any) -> None:
        assert command[1:3] == ["-m", "venv"]

    monkeypatch.setattr(peers, "_installed", installed)
    monkeypatch.setattr(peers.subprocess, "run", made)
    for _ in range(2):
        peers.peers_python(["somewhere", "nowhere"])
    assert asked == ["somewhere", "nowhere"]
    assert peers.not_to_be_had(["somewhere", "nowhere"]) == ["nowhere"]
