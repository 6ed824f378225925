"""Policies and the texts of their sources: quotes, paragraphs, coverage, and what a changed text makes stale."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ruleproof.articles.index import index_to_json, read_article
from ruleproof.beside import FolderBeside
from ruleproof.cli import main
from ruleproof.compiled import Compiled
from ruleproof.finding import Finding
from ruleproof.pipeline import compile_source
from ruleproof.source import NOTHING_BESIDE, source_from_text

ARTICLE = """Coding

Panels of up to fifty genes use the first code. Larger panels use the second code.

Small panels use neither.

Contact

Write to us.
"""

POLICY = """policy panels
source article
  index "sources/a1.index.json"
input genes is whole number from 1 to 500
decision code gives one of first, second, neither
rule A for code when genes is between 5 and 50 then report first
  cite article coding.1.1 says "up to fifty genes"
rule B for code when genes is more than 50 then report second
  cite article coding.1.2
rule C for code when genes is less than 5 then report neither
  cite article coding.2 says "use neither"
not modelled article contact because "an address"
"""

COMPARED = ("quote_not_found", "unknown_paragraph", "stale_citation", "uncited_paragraph", "unreadable_index")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with the policy and the index of its article, whose text is not there."""
    (tmp_path / "sources").mkdir()
    _, index = read_article(ARTICLE.encode(), "a1.txt")
    (tmp_path / "sources" / "a1.index.json").write_text(index_to_json(index), "utf-8")
    (tmp_path / "panels.policy").write_text(POLICY, "utf-8")
    return tmp_path


def checked(folder: Path, policy: str = POLICY, text: str | None = None) -> Compiled:
    texts = {} if text is None else {"article": ("a1.txt", text.encode())}
    found = compile_source(source_from_text(policy, str(folder / "panels.policy")), FolderBeside(folder), texts)
    assert isinstance(found, Compiled), [finding.message for finding in found.findings]
    return found


def compared(found: Compiled) -> list[Finding]:
    return [finding for finding in found.findings if finding.name in COMPARED]


def test_without_the_text_quotes_are_unchecked_and_nothing_is_found(folder: Path) -> None:
    found = checked(folder)
    assert compared(found) == []
    (coverage,) = found.coverage
    assert (coverage.sentences, coverage.cited, coverage.not_modelled, coverage.quotes) == (4, 3, 1, 2)
    assert (coverage.percent, coverage.checked) == (100.0, False)


def test_with_the_text_quotes_are_checked(folder: Path) -> None:
    found = checked(folder, text=ARTICLE)
    assert compared(found) == []
    assert found.coverage[0].checked


def test_a_text_beside_the_index_is_at_hand_and_no_part_of_the_policy(folder: Path) -> None:
    before = checked(folder)
    (folder / "sources" / "a1.txt").write_text(ARTICLE.replace("neither", "none"), "utf-8")
    after = checked(folder)
    assert {finding.name for finding in compared(after)} == {"quote_not_found", "stale_citation"}
    assert after.source.sha256 == before.source.sha256


def test_the_index_is_a_part_of_the_policy(folder: Path) -> None:
    before = checked(folder).source.sha256
    path = folder / "sources" / "a1.index.json"
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    assert checked(folder).source.sha256 != before


def test_without_an_index_nothing_changes(folder: Path) -> None:
    found = checked(folder, POLICY.replace('  index "sources/a1.index.json"\n', ""))
    assert (compared(found), found.coverage) == ([], ())


def test_a_text_that_is_no_file_has_no_files_beside_it() -> None:
    found = compile_source(source_from_text(POLICY), NOTHING_BESIDE)
    assert isinstance(found, Compiled)
    assert (compared(found), found.coverage) == ([], ())


def test_a_quote_that_stands_elsewhere_is_moved_there(folder: Path) -> None:
    policy = POLICY.replace("cite article coding.1.1 says", "cite article coding.2 says")
    (finding, uncited) = compared(checked(folder, policy, ARTICLE))
    assert (finding.code, finding.rules) == ("RP325", ("A",))
    assert finding.message == "“up to fifty genes” does not stand in `article coding.2`"
    assert finding.help == "it stands in `coding.1.1`: cite that"
    assert uncited.message == "of `article coding.1` the sentence 1 is neither cited nor declared not modelled"
    (edit,) = finding.repairs[0].edits
    span = edit.place.span
    mended = policy[: span.start] + edit.text + policy[span.end :]
    assert mended == POLICY
    assert compared(checked(folder, mended, ARTICLE)) == []


def test_a_quote_that_stands_nowhere_is_told_with_what_is_nearest_to_it(folder: Path) -> None:
    policy = POLICY.replace("up to fifty genes", "up to sixty genes")
    (finding,) = compared(checked(folder, policy, ARTICLE))
    assert finding.help == "the nearest words stand in `coding.1.1`, at “up to fifty genes”"
    policy = POLICY.replace("up to fifty genes", "zebras")
    (finding,) = compared(checked(folder, policy, ARTICLE))
    assert finding.help == "nothing in the source is like it"


@pytest.mark.parametrize(
    ("cited", "help"),
    [
        ("coding.3", "`coding` goes up to `coding.2.1`"),
        ("coding.1.3", "`coding.1` goes up to `coding.1.2`"),
        ("codding.1.1", "did you mean `coding.1.1`?"),
        ("z", "`ruleproof index --ids` lists the paragraphs"),
    ],
)
def test_a_paragraph_that_is_not_there(folder: Path, cited: str, help: str) -> None:
    found = compared(checked(folder, POLICY + f"not modelled article {cited} because {json.dumps('x')}\n"))
    assert [(finding.code, finding.severity.value, finding.help) for finding in found] == [("RP326", "error", help)]


def test_a_paragraph_that_nobody_speaks_for(folder: Path) -> None:
    policy = POLICY.replace('not modelled article contact because "an address"\n', "")
    (finding,) = compared(checked(folder, policy))
    assert (finding.code, finding.severity.value) == ("RP327", "note")
    assert finding.message == "`article contact.1` is neither cited nor declared not modelled"
    assert checked(folder, policy).coverage[0].percent == 75.0


def test_a_changed_paragraph_makes_stale_what_rests_on_it(folder: Path) -> None:
    found = compared(checked(folder, text=ARTICLE.replace("Larger panels use", "Larger panels may use")))
    assert [(finding.code, finding.rules) for finding in found] == [("RP328", ("B",))]
    assert found[0].message == "`article coding.1.2` has changed; `B` rests on it"


def test_a_paragraph_that_moved_is_told_where_it_is(folder: Path) -> None:
    text = ARTICLE.replace("Small panels", "A new paragraph.\n\nSmall panels")
    found = {finding.message for finding in compared(checked(folder, text=text)) if finding.code == "RP328"}
    assert found == {"`article coding.2` has moved to `coding.3.1`; `C` rests on it"}


def test_a_paragraph_that_is_gone(folder: Path) -> None:
    text = ARTICLE.replace("Small panels use neither.\n", "")
    found = {finding.message for finding in compared(checked(folder, text=text)) if finding.code == "RP328"}
    assert found == {"`article coding.2` is no longer in the text; `C` rests on it"}


def test_layout_makes_nothing_stale(folder: Path) -> None:
    text = ARTICLE.replace("genes use", "genes\n  use").replace("code. Larger", "code.\nPage 2 of 3\n\fLarger")
    assert compared(checked(folder, text=text)) == []


# ---------------------------------------------------------------- the command line


def test_check_compares_with_the_file_that_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    Path("text.txt").write_text(ARTICLE, "utf-8")
    unchecked = CliRunner().invoke(main, ["check", "panels.policy"])
    assert unchecked.exit_code == 0
    said = "source article: 100 % of 4 sentences cited or declared not modelled, 2 quotes"
    assert f"{said} unchecked (no text at hand)" in unchecked.output
    done = CliRunner().invoke(main, ["check", "panels.policy", "--source", "article=text.txt"])
    assert f"{said} checked" in done.output
    data = json.loads(
        CliRunner().invoke(main, ["check", "panels.policy", "--source", "article=text.txt", "--format", "json"]).stdout
    )
    assert data["sources"] == [
        {
            "policy": "panels",
            "source": "article",
            "sentences": 4,
            "cited": 3,
            "not_modelled": 1,
            "percent": 100.0,
            "quotes": 2,
            "quotes_checked": True,
        }
    ]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("article", "is not of the form NAME=FILE"),
        ("=text.txt", "is not of the form NAME=FILE"),
        ("article=nowhere.txt", "nowhere.txt: no such file"),
        ("overview=text.txt", "no policy here has a source `overview`; there are `article`"),
    ],
)
def test_check_says_what_it_cannot_compare(
    folder: Path, monkeypatch: pytest.MonkeyPatch, value: str, said: str
) -> None:
    monkeypatch.chdir(folder)
    Path("text.txt").write_text(ARTICLE, "utf-8")
    done = CliRunner().invoke(main, ["check", "panels.policy", "--source", value])
    assert done.exit_code == 2
    assert said in done.output


def test_a_text_that_is_no_text_is_a_finding(folder: Path) -> None:
    texts = {"article": ("a1.pdf", b"%PDF-1.4")}
    found = compile_source(source_from_text(POLICY, str(folder / "panels.policy")), FolderBeside(folder), texts)
    assert isinstance(found, Compiled)
    (finding,) = compared(found)
    assert finding.code == "RP329"
    assert "the text `a1.pdf` cannot be read: it is no text" in finding.message
