"""What is asked of a policy and the texts of its sources: one question per module, listed here.

Always true of these checks: without an index nothing is said, and without a text no quote is called right or wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ruleproof.checks.sources import (
    quote_not_found,
    stale_citation,
    uncited_paragraph,
    unknown_paragraph,
    unreadable_index,
)
from ruleproof.checks.sources.library import Library
from ruleproof.finding import Finding
from ruleproof.pages import Page

SOURCE_CHECKS: tuple[Callable[[Library], Iterator[Finding]], ...] = (
    unreadable_index.unreadable_index,
    unknown_paragraph.unknown_paragraph,
    quote_not_found.quote_not_found,
    stale_citation.stale_citation,
    uncited_paragraph.uncited_paragraph,
)
"""Every check of sources, in the order in which findings of equal weight are shown."""

CITATION_PAGES: tuple[Page, ...] = (
    quote_not_found.PAGE,
    unknown_paragraph.PAGE,
    uncited_paragraph.PAGE,
    stale_citation.PAGE,
    unreadable_index.PAGE,
)
