"""RP325, error: the words after `says` do not stand in the paragraph that is cited.

Quotes are compared word for word with the text of the source, where it is at hand; quotation marks, dashes, hyphens and line
breaks do not count.

Why it matters: whoever looks the citation up finds something else than the policy says.
To mend it: correct the quote, or cite the paragraph that the message names.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ruleproof.articles.paragraphs import Article
from ruleproof.articles.quotes import elsewhere, nearest, stands_in
from ruleproof.checks.findings import page_of
from ruleproof.checks.sources.library import Cited, Library
from ruleproof.finding import Edit, Finding, Place, Repair

PAGE = page_of(sys.modules[__name__])


def quote_not_found(library: Library) -> Iterator[Finding]:
    """Find the quotes that do not stand where the policy says; without the text nothing is said of them."""
    for material in library.materials:
        if material.article is None or material.now is None:
            continue
        for item in material.cited:
            quote, cited = item.citation.says, item.citation.paragraph
            if quote and material.now.below(cited) and not stands_in(material.article, quote, cited):
                yield _finding(library, item, material.article)


def _finding(library: Library, item: Cited, article: Article) -> Finding:
    quote = item.citation.says
    found = elsewhere(article, quote)
    repairs: tuple[Repair, ...] = ()
    if found is not None:
        help = f"it stands in `{found.id}`: cite that"
        repairs = (_move(library, item, found.id),)
    else:
        near = nearest(article, quote)
        help = (
            f"the nearest words stand in `{near.id}`, at “{near.words}”" if near else "nothing in the source is like it"
        )
    message = f"“{quote}” does not stand in `{item.citation.text}`"
    rules = [item.owner] if item.rule else []
    return library.finding(PAGE, message, help, [item.citation.span], rules, repairs=repairs)


def _move(library: Library, item: Cited, id: str) -> Repair:
    """Give the repair that cites another paragraph."""
    span = item.citation.span
    written = library.source.slice(span)
    at = written.index(item.citation.paragraph, written.index(item.citation.source) + len(item.citation.source))
    text = written[:at] + id + written[at + len(item.citation.paragraph) :]
    return Repair(f"cite `{item.citation.source} {id}`", (Edit(Place(library.source.path, span), text),))
