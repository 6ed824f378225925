"""The pages for people are true: what they show compiles, what they quote is said, what they tell to type exists."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import click
import pytest

from ruleproof.checks import PAGES as FINDINGS
from ruleproof.cli import main
from ruleproof.finding import Finding, Severity
from ruleproof.pipeline import compile_source
from ruleproof.source import source_from_text
from test_language import SAMPLES, rules_in, rules_of_the_grammar, split_sample

ROOT = Path(__file__).parents[1]
LANGUAGE = ROOT / "docs" / "language.md"
PAGES = tuple(page for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))) if page.exists())

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_SHELLS = {"sh", "bash", "console", "shell"}
_COMMAND = re.compile(r"(?:^|[\s`])ruleproof ([a-z][a-z-]*)")
_MISTAKES = re.compile(r"^\| written \| said \|\n\|---\|---\|\n((?:\|.*\|\n)+)", re.MULTILINE)
_BAR = "\x00"
"""Stands for a bar that is part of what a table shows."""
LONGEST_EXAMPLE = 16


def _blocks(page: Path) -> list[tuple[str, str]]:
    """Give the fenced blocks of a page, each with its language."""
    return _FENCED.findall(page.read_text("utf-8"))


def examples() -> list[tuple[str, str, str]]:
    """Give every policy of the pages with the findings shown right below it, if any, and a name for the test."""
    found = []
    for page in PAGES:
        blocks = [*_blocks(page), ("", "")]
        for index, ((language, text), (after, said)) in enumerate(pairwise(blocks)):
            if language == "policy":
                found.append((text, said if after == "said" else "", f"{page.name} {index}"))
    return found


EXAMPLES = examples()


def _counts(finding: Finding) -> bool:
    return finding.severity is not Severity.NOTE and not (finding.expected or finding.accepted)


def _shown(finding: Finding) -> str:
    return f"{finding.code} {finding.severity.value}: {finding.message}\n  help: {finding.help}\n"


@pytest.mark.parametrize(("policy", "said", "name"), EXAMPLES, ids=[name for *_, name in EXAMPLES])
def test_an_example_says_what_the_page_says(policy: str, said: str, name: str) -> None:
    """An example without a `said` block below it has nothing against it; notes are never shown."""
    findings = compile_source(source_from_text(policy, name)).findings
    assert "".join(_shown(finding) for finding in findings if _counts(finding)) == said


def test_the_examples_of_the_language_are_short() -> None:
    """An example shows one construct; what needs more room belongs into `policies/`."""
    lines = {
        text: sum(bool(line.strip()) for line in text.splitlines())
        for language, text in _blocks(LANGUAGE)
        if language == "policy"
    }
    assert [text for text, count in lines.items() if count > LONGEST_EXAMPLE] == []


def test_the_examples_are_there() -> None:
    """A guard that finds nothing to look at can never fail."""
    assert len(EXAMPLES) > 30


def test_every_construct_has_an_example_on_the_page_of_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[str] = set()
    for language, text in _blocks(LANGUAGE):
        if language == "policy":
            seen |= rules_in(source_from_text(text), monkeypatch)
    assert rules_of_the_grammar() - seen == set()


def mistakes() -> list[tuple[str, str]]:
    """Give what the tables of the page of the language say is refused, and with which words."""
    rows = "".join(_MISTAKES.findall(LANGUAGE.read_text("utf-8").replace(r"\|", _BAR))).splitlines()
    cells = [row.replace("| ", "", 1).removesuffix(" |").split(" | ") for row in rows]
    return [(written.strip("`").replace(_BAR, "|"), said.replace(_BAR, "|")) for written, said in cells]


def test_every_mistake_on_the_page_is_in_a_sample() -> None:
    """Both what is written and what is said must stand, word for word, in one of the samples."""
    samples = [split_sample(path.read_text("utf-8")) for path in SAMPLES]
    flat = [(re.sub(r"\s+", " ", policy), said) for policy, said in samples]
    assert len(mistakes()) > 50
    unknown = [row for row in mistakes() if not any(row[0] in policy and row[1] in said for policy, said in flat)]
    assert not unknown


def test_every_finding_named_on_a_page_exists() -> None:
    known = {page.code for page in FINDINGS}
    named = {code for page in PAGES for code in re.findall(r"\bRP[12]\d\d\b", page.read_text("utf-8"))}
    assert named
    assert named <= known


def test_every_command_on_a_page_exists() -> None:
    assert isinstance(main, click.Group)
    known = set(main.list_commands(click.Context(main)))
    typed: dict[str, set[str]] = {}
    for page in PAGES:
        text = page.read_text("utf-8")
        code = [block for language, block in _FENCED.findall(text) if language in _SHELLS]
        code += re.findall(r"`([^`\n]+)`", _FENCED.sub("", text))
        typed[page.name] = {word for part in code for word in _COMMAND.findall(part)} - known
    assert known
    assert {name: words for name, words in typed.items() if words} == {}
