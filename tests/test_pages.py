"""The page of every finding: the same text offline, in the documentation and in SARIF."""

from __future__ import annotations

from pathlib import Path

import pytest

from ruleproof.cli.explained import all_pages, documentation, page_of, summary, write_documentation
from ruleproof.pages import Page

FOLDER = Path(__file__).parents[1] / "docs" / "findings"


def test_the_documentation_has_the_pages(rewrite: bool) -> None:
    if rewrite:
        write_documentation(FOLDER)
    files = documentation()
    assert len(files) > 30
    assert {path.name for path in FOLDER.glob("*.md")} == set(files)
    for name, text in files.items():
        assert (FOLDER / name).read_text("utf-8") == text, f"{name}: accept the new text with --rewrite"


def test_codes_and_names_are_unique() -> None:
    pages = all_pages()
    assert len({page.code for page in pages}) == len({page.name for page in pages}) == len(pages)


@pytest.mark.parametrize("page", all_pages(), ids=lambda page: page.name)
def test_a_page_says_what_why_and_how(page: Page) -> None:
    assert page_of(page.code.lower()) == page_of(page.name.upper()) == page
    assert "Why it matters: " in page.text
    assert "To mend it: " in page.text or page.severity.value == "note"
    assert 20 < len(summary(page)) < 250
    assert "\n" not in summary(page)
