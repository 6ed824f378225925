"""Where the texts of two revisions answer differently outside the condition that a property names.

Shared by the check `property_fails`; the texts are compared for every date of service, whichever of them is in force.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ruleproof.checks.example_fails import in_words
from ruleproof.checks.findings import About
from ruleproof.finding import Finding
from ruleproof.model.meaning import Answer
from ruleproof.model.nodes import Property
from ruleproof.prover.difference import Difference, Said, compare
from ruleproof.prover.regions import box_in_words
from ruleproof.prover.space import Box
from ruleproof.prover.study import Study


def texts_differ(study: Study, path: str, claim: Property, about: About) -> Iterator[Finding]:
    """Find the differences of two texts that a property rules out: one finding, with the first of them."""
    texts = [study.text_of(*text) for text in claim.texts]
    before, after = texts if len(texts) == 2 else (None, None)
    if before is None or after is None:  # a text that was read only as far as it was posted is not compared
        return
    found = compare(before, after)
    both = Study(after, space=found.space)
    said = next(item for item in after.properties if item.name == claim.name)
    allowed, supposed = both.compiler(said.condition), both.compiler(said.supposing)
    ruled_out: list[tuple[Difference, Sequence[Box]]] = []
    for difference in found.differences:
        outside = both.parts_where(allowed, difference.boxes)[1]
        left = both.parts_where(supposed, outside)[0]
        if left:
            ruled_out.append((difference, left))
    if not ruled_out:
        return
    difference, boxes = ruled_out[0]
    (_, old), (_, new) = claim.texts
    more = len(ruled_out) - 1
    also = f"; and {more} other difference{'' if more == 1 else 's'}" if more else ""
    told = About(both, about.page)
    told.path = path
    yield told.finding(
        f"`{claim.name}` does not hold: of `{difference.subject}` `{new}` says {_words(difference.after)}, "
        f"and `{old}` says {_words(difference.before)}, where {box_in_words(found.space, boxes[0])}{also}",
        at=claim.span,
        decision=difference.subject if any(item.name == difference.subject for item in after.decisions) else "",
        boxes=boxes,
        inputs=found.inputs[difference.subject],
        help="look at the case shown; widen the condition, or correct the text that is wrong",
    )


def _words(said: Said) -> str:
    return in_words(said) if isinstance(said, Answer) else said
