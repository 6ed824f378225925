"""The answers of a decision as texts, one for each: what stands in the output of a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ruleproof.model.meaning import OUTCOME, Answer
from ruleproof.model.nodes import REPORT

CANNOT_HAPPEN = "cannot happen"
"""What a table gives in a case that the policy rules out."""

Said = tuple[object, ...]


def answers_in_words(answers: Iterable[Answer]) -> dict[Said, str]:
    """Give each answer, by what it says, a text of its own.

    A code that is to be reported is that code; everything else says what it is.

    >>> sorted(answers_in_words([Answer("outcome", "report", ("CPT 1",)), Answer("nothing")]).values())
    ['CPT 1', 'nothing']
    """
    found: dict[Said, str] = {}
    taken = {CANNOT_HAPPEN}
    for answer in sorted(answers, key=_plain_last):
        if answer.said not in found:
            found[answer.said] = next(text for text in _texts(answer) if text not in taken)
            taken.add(found[answer.said])
    return found


def _plain_last(answer: Answer) -> tuple[bool, tuple[str, ...]]:
    """Let words of ours come before those of the author, which can say themselves at greater length."""
    return _is_plain(answer), tuple(map(str, answer.said))


def _is_plain(answer: Answer) -> bool:
    return answer.kind == OUTCOME and answer.force == REPORT and len(answer.outcomes) == 1 and not _more(answer)


def _texts(answer: Answer) -> Iterator[str]:
    """Give texts for an answer, the shortest first, without end."""
    if _is_plain(answer):
        yield answer.outcomes[0]
    text = _at_length(answer)
    yield text
    number = 2
    while True:
        yield f"{text} ({number})"
        number += 1


def _at_length(answer: Answer) -> str:
    several = answer.force == "several"  # then each outcome says its own force
    force = "" if several or answer.kind != OUTCOME else f"{answer.force} "
    said = f"{force}{', '.join(answer.outcomes)}" if answer.kind == OUTCOME else answer.kind
    said = f"{said}{_more(answer)}"
    return f"{said}: {answer.reason}" if answer.reason else said


def _more(answer: Answer) -> str:
    further = f"; on a further line {', '.join(answer.further)}" if answer.further else ""
    return further + (f"; not {', '.join(answer.barred)}" if answer.barred else "")
