"""Four questions that a reader comes with, each with its answer, or the shortest way to it."""

from __future__ import annotations

from collections.abc import Iterator

from ruleproof.compiled import PROVED
from ruleproof.report.changes import day_id, days_of
from ruleproof.report.evidence import status
from ruleproof.report.markup import Content, Markup, element
from ruleproof.report.part import Part


def in_short(part: Part) -> Markup:
    """Give the four questions of a policy with their answers."""
    return element(
        "dl",
        [[element("dt", asked), element("dd", answer)] for asked, answer in _asked(part)],
        class_="in-short",
        id=part.id("short"),
    )


def _asked(part: Part) -> Iterator[tuple[str, Content]]:
    yield "What is the answer for a case, and which sentence says so?", _answers(part)
    yield "What changed, and when?", _changes(part)
    yield "Which readings are open?", _readings(part)
    yield "Is there any case with two answers?", _two(part)


def _answers(part: Part) -> Content:
    decisions = [
        [", " if number else "", element("a", item.label or item.name, href=f"#{part.id('decision', item.name)}")]
        for number, item in enumerate(part.policy.decisions)
    ]
    asked: list[Content] = (
        [] if part.compiled.errors else ["Give the facts under ", _to(part, "try", "Try a case"), "; or "]
    )
    return [asked, "read " if asked else "Read ", "the flowchart and the tables of ", decisions, "."]


def _changes(part: Part) -> Content:
    days = [element("a", day.isoformat(), href=f"#{day_id(part, day)}") for day in days_of(part)]
    if not days:
        return "Nothing of it depends on a date."
    return [[", " if number else "", link] for number, link in enumerate(days)]


def _readings(part: Part) -> Content:
    still_open = [item for item in part.policy.questions if item.is_open]
    decided = len(part.policy.questions) - len(still_open)
    if not part.policy.questions:
        return "No question of interpretation is written down."
    links = [[", " if number else "", part.question(item.name)] for number, item in enumerate(still_open)]
    told: list[Content] = [f"{len(still_open)} open: ", links] if still_open else ["None is open"]
    return [told, "; ", _to(part, "log", f"{decided} decided"), "."]


def _two(part: Part) -> Content:
    said = [
        [", " if number else "", element("code", item.decision), " ", status(item.consistent)]
        for number, item in enumerate(part.compiled.proofs)
    ]
    never = all(item.consistent == PROVED for item in part.compiled.proofs)
    if not said:
        return "Nothing was proved of it."
    first = "No; that none has is " if never else "That none has is "
    return [first, said, "; see ", _to(part, "proofs", "Proofs"), " and ", _to(part, "findings", "Findings"), "."]


def _to(part: Part, section: str, words: str) -> Markup:
    return element("a", words, href=f"#{part.id(section)}")
