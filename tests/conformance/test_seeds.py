"""The bundled policies against the texts that they were written from; RULEPROOF_SEEDS names their folder.

The texts are not part of this repository: only ids and hashes of their paragraphs are.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from ruleproof.articles.index import index_from_json, index_to_json, read_article
from ruleproof.articles.outline import outline_from_text
from ruleproof.beside import FolderBeside
from ruleproof.checks.sources import CITATION_PAGES
from ruleproof.compiled import Compiled
from ruleproof.pipeline import compile_source
from ruleproof.source import source_from_text

NAMED = os.environ.get("RULEPROOF_SEEDS", "")
POLICIES = Path(__file__).parents[2] / "policies"
INDEXED = [
    ("tumor_ngs/tumor_ngs.policy", "article", "tumor_ngs/sources/a56518", 47),
    ("tumor_ngs/literal.policy", "article", "tumor_ngs/sources/a56518", 22),
    ("overview_81455/overview_81455.policy", "overview", "overview_81455/sources/overview", 0),
]
INDEXES = sorted({stem for _, _, stem, _ in INDEXED})


@pytest.fixture(autouse=True)
def _suites_are_named() -> None:
    """Stand in for the fixture of this folder: these tests need the seeds and not the suites."""
    if not NAMED:
        pytest.skip("RULEPROOF_SEEDS names no folder of texts")


def seed_of(stem: str) -> tuple[str, bytes]:
    """Give the text that an index was made from, by the hash that it remembers."""
    wanted = index_from_json((POLICIES / f"{stem}.index.json").read_bytes()).source_sha256
    texts = {path: path.read_bytes() for path in sorted(Path(NAMED).glob("*.txt"))}
    found = [(path.name, content) for path, content in texts.items() if hashlib.sha256(content).hexdigest() == wanted]
    assert found, f"no text in {NAMED} is the one that {stem}.index.json was made from"
    return found[0]


@pytest.mark.parametrize("stem", INDEXES)
def test_the_index_is_made_from_the_text(stem: str) -> None:
    name, content = seed_of(stem)
    outline = outline_from_text((POLICIES / f"{stem}.outline").read_text("utf-8"))
    article, index = read_article(content, name, outline)
    assert article.not_there == ()
    assert index_to_json(index) == (POLICIES / f"{stem}.index.json").read_text("utf-8")


@pytest.mark.parametrize(("path", "source", "stem", "quotes"), INDEXED)
def test_every_quote_stands_where_the_policy_says(path: str, source: str, stem: str, quotes: int) -> None:
    file = POLICIES / path
    policy = source_from_text(file.read_text("utf-8"), file.as_posix())
    found = compile_source(policy, FolderBeside(file.parent), {source: seed_of(stem)})
    assert isinstance(found, Compiled)
    compared = {page.name for page in CITATION_PAGES}
    assert [finding.message for finding in found.findings if finding.name in compared] == []
    (coverage,) = found.coverage
    assert coverage.checked
    assert coverage.quotes >= quotes
    assert coverage.percent == 100


@pytest.mark.parametrize("stem", INDEXES)
def test_no_sentence_of_the_text_is_in_the_repository(stem: str) -> None:
    """The first sixty letters of a sentence stand for it; a quote of eight words may come near."""
    name, content = seed_of(stem)
    article, _ = read_article(content, name)
    sentences = [" ".join(s.split()) for paragraph in article.paragraphs for s in paragraph.sentences if len(s) > 60]
    texts = [" ".join(path.read_text("utf-8").split()) for path in (POLICIES / stem).parent.parent.rglob("*.*")]
    assert len(sentences) > 20
    assert not [sentence[:60] for sentence in sentences if any(sentence[:60] in text for text in texts)]
