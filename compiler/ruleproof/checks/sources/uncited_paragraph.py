"""RP327, note: a paragraph of the source that the policy neither cites nor declares not modelled.

A citation of a section stands for all its paragraphs, one of a paragraph for all its sentences.

Why it matters: a sentence that nobody has read into the policy may be a rule.
To mend it: cite it where it is followed, or write `not modelled … because`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ruleproof.checks.findings import page_of
from ruleproof.checks.sources.library import Library
from ruleproof.finding import Finding

PAGE = page_of(sys.modules[__name__])

_MOST_NAMED = 6


def uncited_paragraph(library: Library) -> Iterator[Finding]:
    """List the paragraphs of which some sentence is not spoken for."""
    for material in library.materials:
        if material.known is None:
            continue
        cited, declared = material.spoken_for
        name = material.document.name
        for paragraph, hashes in material.known.paragraphs.items():
            sentences = [f"{paragraph}.{number}" for number in range(1, len(hashes) + 1)]
            left = [sentence for sentence in sentences if sentence not in cited and sentence not in declared]
            if left:
                told = f"`{name} {paragraph}`"
                if left != sentences:
                    word = "sentence" if len(left) == 1 else "sentences"
                    told = f"of {told} the {word} {_numbers(left)}"
                verb = "is" if left == sentences or len(left) == 1 else "are"
                message = f"{told} {verb} neither cited nor declared not modelled"
                help = (
                    f'cite it, or write `not modelled {name} {left[0] if left != sentences else paragraph} because "…"`'
                )
                yield library.finding(PAGE, message, help, [material.document.span])


def _numbers(left: list[str]) -> str:
    numbers = [sentence.rpartition(".")[2] for sentence in left]
    return ", ".join(numbers[:_MOST_NAMED]) + (" …" if len(numbers) > _MOST_NAMED else "")
