"""RP328, warning: a paragraph that is cited reads otherwise in the text at hand than in the index.

The index is what the policy was written from; the text at hand is newer, or another one.

Why it matters: the rule may say what the source no longer says.
To mend it: read the paragraph again, correct what rests on it, and make the index anew with `ruleproof index`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ruleproof.articles.index import Index
from ruleproof.checks.findings import page_of
from ruleproof.checks.sources.library import Cited, Library
from ruleproof.finding import Finding

PAGE = page_of(sys.modules[__name__])


def stale_citation(library: Library) -> Iterator[Finding]:
    """Find the cited paragraphs that have changed, each once, with everything that rests on it."""
    for material in library.materials:
        if material.index is None or material.now is None:
            continue
        resting: dict[str, list[Cited]] = {}
        for item in material.cited:
            resting.setdefault(item.citation.paragraph, []).append(item)
        for cited, items in resting.items():
            change = _change(material.index, material.now, cited)
            if change:
                message = f"`{material.document.name} {cited}` {change}; {_named(items)}"
                help = "read it again, correct what rests on it, and make the index anew"
                rules = dict.fromkeys(item.owner for item in items if item.rule)
                yield library.finding(PAGE, message, help, [item.citation.span for item in items], rules)


def _change(before: Index, now: Index, id: str) -> str:
    """Say how the text behind an id has changed; empty where it has not, or the index never knew it."""
    old = [before.sentences[sentence] for sentence in before.below(id)]
    new = [now.sentences[sentence] for sentence in now.below(id)]
    if not old or old == new:
        return ""
    moved = _moved(old, now) if len(old) == 1 or not new else ""
    if moved and moved != id:
        return f"has moved to `{moved}`"
    return "has changed" if new else "is no longer in the text"


def _moved(old: list[str], now: Index) -> str:
    """Give the sentence or paragraph that reads as this one did, if exactly one does."""
    if len(old) == 1:
        found = [name for name, sign in now.sentences.items() if sign == old[0]]
    else:
        found = [name for name, hashes in now.paragraphs.items() if list(hashes) == old]
    return found[0] if len(found) == 1 else ""


def _named(items: list[Cited]) -> str:
    names = list(dict.fromkeys(f"`{item.owner}`" for item in items if item.owner))
    if not names:
        return "it is declared not modelled" if any(item.not_modelled for item in items) else "it is cited"
    return f"{', '.join(names)} {'rests' if len(names) == 1 else 'rest'} on it"
