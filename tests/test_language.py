"""The language by samples: each is a small policy that ends in what the compiler says about it.

A sample lies in `tests/language/<construct>/good/` or `bad/`.  `pytest --rewrite` accepts what is said now; read the diff.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ruleproof.beside import FolderBeside
from ruleproof.checks import PAGES
from ruleproof.checks.tables import CHECK_PAGES
from ruleproof.cli import main
from ruleproof.finding import Finding, Severity
from ruleproof.import_pages import IMPORT_PAGES
from ruleproof.pages import TABLE_PAGES
from ruleproof.pipeline import compile_source
from ruleproof.prover import boxes
from ruleproof.resources import folder
from ruleproof.source import NOTHING_BESIDE, Beside, Source, source_from_text
from ruleproof.tree import from_text
from ruleproof.tree.to_nodes import ToNodes

ROOT = Path(__file__).parent / "language"
SAMPLES = tuple(sorted(path for path in ROOT.glob("*/*/*.policy*") if path.is_file()))
_SAID = re.compile(r"^# said:.*\Z", re.DOTALL | re.MULTILINE)
_LONGEST_PLACE = 60
LONGEST_SAMPLE = 12

SHOWN_IN = {
    "steward": "policy",
    "document": "jurisdiction",
    "document_id": "jurisdiction",
    "import_plain": "import_terms",
    "import_typed": "import_terms",
    "from_document": "import_terms",
    "authority": "source",
    "history_date": "revision",
    "published": "revision",
    "no_text": "revision",
    "replaces": "revision",
    "unit": "input",
    "ask": "input",
    "follows": "input",
    "literal_part": "code_like",
    "letters": "code_like",
    "digits": "code_like",
    "letters_or_digits": "code_like",
    "gives_one_of": "decision",
    "gives_code_of": "decision",
    "collects_any_of": "collects",
    "collects_codes_of": "collects",
    "when": "rule",
    "then": "rule",
    "because": "overrides",
    "column": "table",
    "rule_cell": "table",
    "test_cell": "table",
    "outcome_cell": "table",
    "cite_cell": "table_columns",
    "place": "table_columns",
    "names_cell": "table_columns",
    "date_cell": "table_columns",
    "text_cell": "table_columns",
    "not_in_list": "in_list",
    "question_named": "leave_open",
    "pend": "leave_open",
    "that": "require",
    "otherwise": "require",
    "not_stated": "require",
    "consequence": "require",
    "at_most_of": "limit",
    "subject": "limit",
    "on_same": "limit",
    "counting": "limit",
    "in_any_days": "limit",
    "in_calendar_month": "limit",
    "in_calendar_year": "limit",
    "in_lifetime": "limit",
    "per_year_since": "limit",
    "unless": "limit",
    "paid": "after_service",
    "days_before": "days_apart",
    "days_after": "days_apart",
    "no_earlier": "earlier",
    "start": "codes",
    "before_date": "present",
    "by_revision": "add",
    "revision_named": "add",
    "posted_on": "add",
    "except_codes": "code_listed",
    "of_service_date": "code_set",
    "words": "silence",
    "means_any": "silence",
    "means_see": "silence",
    "between": "question",
    "decided": "question",
    "still_open": "question",
    "by_whom": "question",
    "on_date": "question",
    "seen": "accept",
    "for_decision": "expect_finding",
    "given": "example",
    "fact_is": "example",
    "fact_missing": "example",
    "fact_unknown": "example",
    "expect": "example",
    "expect_answer": "example",
    "bare_values": "example",
    "expect_kind": "example",
    "expect_requirement": "example",
    "expect_cannot_happen": "example",
    "by_rules": "example",
    "as_posted_on": "example",
    "always_answers": "prove",
    "never_contradicts": "prove",
    "never_both": "prove",
    "always": "prove",
    "for_services": "prove",
    "supposing": "prove",
    "is_not_value": "is_value",
    "is_not_one_of": "is_one_of",
    "at_least": "compared",
    "at_most": "compared",
    "more_than": "compared",
    "less_than": "compared",
    "before": "compared",
    "after": "compared",
    "on_or_before": "compared",
    "on_or_after": "compared",
    "is_present": "is_missing",
    "not_in_codes": "in_codes",
    "all_in": "any_in",
    "none_in": "any_in",
    "yes": "yes_or_no",
    "no": "yes_or_no",
    "label": "policy",
    "code": "code_of",
    "number": "compared",
}
"""Rules of the grammar that are shown in the folder of the construct that they are a part of."""

OTHER_FOLDERS = {"collects", "table_columns", "markdown", "file"}
"""Folders that are named for no rule of the grammar: a group of rules, or the file as a whole."""

TABLE_SAMPLES = tuple(sorted((Path(__file__).parent / "tables" / "findings").glob("*/*.said")))
SAID_OF_TABLES = {
    code for path in TABLE_SAMPLES for code in re.findall(r"^(RP\d{3}) ", path.read_text("utf-8"), re.MULTILINE)
}
"""Findings that samples of decision tables show; `test_table_samples.py` runs them."""

SAID_ELSEWHERE = (
    {"RP101", "RP214", "RP314", "RP325", "RP326", "RP327", "RP328"}
    | {page.code for page in IMPORT_PAGES}
    | (SAID_OF_TABLES & {page.code for page in (*TABLE_PAGES, *CHECK_PAGES)})
)
"""Findings that no text of a few lines can show; tests of their own below, and in those of the readers and of tables."""


def split_sample(text: str) -> tuple[str, str]:
    """Cut a sample into the policy and what is said about it."""
    said = _SAID.search(text)
    return (text, "") if said is None else (text[: said.start()], text[said.start() :])


def said_about(source: Source, beside: Beside = NOTHING_BESIDE) -> str:
    """Give the lines that the compiler's findings add to a sample."""
    compiled = compile_source(source, beside)
    sources = {**compiled.beside, source.path: source}
    lines = [line for finding in compiled.findings for line in _lines(sources, finding)]
    return "\n".join(["# said:" if lines else "# said: nothing", *lines]) + "\n"


def _lines(sources: Mapping[str, Source], finding: Finding) -> list[str]:
    place = ""
    if finding.places:
        first = finding.places[0]
        place = " ".join(sources[first.path].slice(first.span).split())
    place = place if len(place) <= _LONGEST_PLACE else place[: _LONGEST_PLACE - 1] + "…"
    apart = " (expected)" if finding.expected else " (accepted)" if finding.accepted else ""
    first = f"# {finding.code} {finding.severity.value}{apart} “{place}” {finding.message}"
    return [first, *([f"#   help: {finding.help}"] if finding.help else [])]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _source(path: Path) -> Source:
    """Read the policy of a sample, without what is said about it."""
    return source_from_text(split_sample(path.read_text("utf-8"))[0], path.name)


def rules_of_the_grammar() -> set[str]:
    """Name every rule of the grammar that gives a shape of its own."""
    text = (folder("grammar") / "policy.lark").read_text("utf-8")
    return set(re.findall(r"^([a-z]\w*):", text, re.MULTILINE)) | set(re.findall(r"-> (\w+)", text))


def rules_in(source: Source, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Name the rules of the grammar that the readable blocks and cells of a policy make use of."""
    seen: set[str] = set()

    class Watching(ToNodes):
        def _call_userfunc(self, tree: Any, new_children: Any = None) -> Any:
            seen.add(str(tree.data))
            return super()._call_userfunc(tree, new_children)  # type: ignore[no-untyped-call]

    with monkeypatch.context() as patch:
        patch.setattr(from_text, "ToNodes", Watching)
        from_text.tree_from_text(source)
    return seen


# ---------------------------------------------------------------------------------------------------------- samples


@pytest.mark.parametrize("path", SAMPLES, ids=_name)
def test_the_compiler_says_what_the_sample_says(path: Path, rewrite: bool) -> None:
    policy, said = split_sample(path.read_text("utf-8"))
    now = said_about(_source(path), FolderBeside(path.parent))
    if rewrite:
        path.write_text(policy.rstrip("\n") + "\n" + now, encoding="utf-8")
        return
    assert said == now


@pytest.mark.parametrize("path", SAMPLES, ids=_name)
def test_good_samples_are_good_and_bad_ones_are_bad(path: Path) -> None:
    """A note speaks against nothing; neither does what the policy itself expects or accepts."""
    findings = compile_source(_source(path), FolderBeside(path.parent)).findings
    against = [item for item in findings if item.severity is not Severity.NOTE and not (item.expected or item.accepted)]
    assert bool(against) == (path.parent.name == "bad")


@pytest.mark.parametrize("path", SAMPLES, ids=_name)
def test_samples_are_small(path: Path) -> None:
    lines = [line for line in split_sample(path.read_text("utf-8"))[0].splitlines() if line.strip()]
    assert len(lines) <= LONGEST_SAMPLE


# --------------------------------------------------------------------------------------------------- nothing left out


def test_every_construct_has_a_folder_with_good_and_bad_samples() -> None:
    wanted = rules_of_the_grammar() - SHOWN_IN.keys() | OTHER_FOLDERS
    assert {path.parent.parent.name for path in SAMPLES if path.parent.name == "good"} == wanted
    assert {path.parent.parent.name for path in SAMPLES if path.parent.name == "bad"} == wanted


def test_every_rule_of_the_grammar_is_seen_in_a_good_sample_of_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, set[str]] = {}
    for path in SAMPLES:
        if path.parent.name == "good":
            seen.setdefault(path.parent.parent.name, set()).update(rules_in(_source(path), monkeypatch))
    unseen = {rule for rule in rules_of_the_grammar() if rule not in seen.get(SHOWN_IN.get(rule, rule), ())}
    assert not unseen
    assert len(seen) > 50, "hardly any sample was read: this guard no longer looks"


def test_every_part_of_a_construct_is_a_rule_of_the_grammar() -> None:
    assert SHOWN_IN.keys() <= rules_of_the_grammar()


def test_every_finding_is_said_by_a_sample() -> None:
    """Notes object to nothing, so a good sample shows them; everything else is shown by a bad one."""
    said = {code for path in SAMPLES for code in re.findall(r"^# (RP\d{3})", path.read_text("utf-8"), re.MULTILINE)}
    assert {page.code for page in PAGES} - SAID_ELSEWHERE == said


def test_a_file_that_is_no_text_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "photo.policy").write_bytes(b"\x89PNG\r\n\x00\xff")
    done = CliRunner().invoke(main, ["check", "--format", "json", str(tmp_path / "photo.policy")])
    assert '"RP101"' in done.output


def test_a_search_that_is_given_up_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boxes, "BUDGET", 3)
    facts = "\n".join(f"input i{number} is yes or no" for number in range(4))
    source = source_from_text(
        f"policy p\n{facts}\ndecision d gives one of a, b\n"
        "rule R1 for d when at least 2 of (i0, i1, i2, i3) then report a\n"
        "rule R2 for d when none of (i0, i1, i2, i3) then report b\n"
    )
    assert "RP214" in {finding.code for finding in compile_source(source).findings}
