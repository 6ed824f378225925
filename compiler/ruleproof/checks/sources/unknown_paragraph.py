"""RP326, error: a paragraph is cited that the source has not.

Why it matters: nobody can look up what a rule rests on.
To mend it: cite a paragraph of the index; `ruleproof index --ids` lists them with their first words.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ruleproof.articles.index import Index
from ruleproof.checks.findings import page_of
from ruleproof.checks.sources.library import Library
from ruleproof.finding import Finding
from ruleproof.tree.messages import did_you_mean

PAGE = page_of(sys.modules[__name__])


def unknown_paragraph(library: Library) -> Iterator[Finding]:
    """Find citations of paragraphs that are neither in the index nor in the text at hand."""
    for material in library.materials:
        indexes = [index for index in (material.index, material.now) if index is not None]
        for item in material.cited if indexes else ():
            cited = item.citation.paragraph
            if not any(index.below(cited) for index in indexes):
                message = f"`{material.document.name}` has no paragraph `{cited}`"
                rules = [item.owner] if item.rule else []
                yield library.finding(PAGE, message, _help(indexes[-1], cited), [item.citation.span], rules)


def _help(index: Index, id: str) -> str:
    """Say how far the id leads, or which one is near."""
    above = id
    while "." in above and not index.below(above):
        above = above.rpartition(".")[0]
    if index.below(above):
        last = index.below(above)[-1]
        return f"`{above}` goes up to `{last}`"
    near = did_you_mean(id, set(index.ids))
    return f"did you mean `{near}`?" if near else "`ruleproof index --ids` lists the paragraphs"
