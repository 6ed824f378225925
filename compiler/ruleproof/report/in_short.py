"""Four questions that a reader comes with, each with its answer, or the shortest way to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ruleproof.compiled import PROVED, REFUTED
from ruleproof.report.changes import day_id, days_of
from ruleproof.report.evidence import has_accepted_conflict, may_give_several, status
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
    yield "Is there any case with two codes?", _two(part)


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
    groups: dict[tuple[str, str, bool], list[Content]] = {}
    for item in part.compiled.proofs:
        key = item.consistent, may_give_several(part, item.decision), has_accepted_conflict(item)
        groups.setdefault(key, []).append(element("code", item.decision))
    if not groups:
        return "Nothing was proved of it."
    told = [element("p", _said(*key, _listed(names), len(names))) for key, names in groups.items()]
    return [told, element("p", "See ", _to(part, "proofs", "Proofs"), " and ", _to(part, "findings", "Findings"), ".")]


def _said(consistent: str, several: str, accepted: bool, names: Content, count: int) -> Content:
    """Answer the question for decisions of which the same is known."""
    sign = status(consistent)
    if consistent == REFUTED:
        return ["Yes, rules disagree (", sign, "): ", names, "."]
    if consistent != PROVED:
        return ["It is not known (", sign, "): ", names, "."]
    but = ", but for the cases that somebody accepted" if accepted else ""
    if several:
        them = "It may" if count == 1 else "They may"
        return [names, f": {them} give several by design ({several}); none of them contradict{but}, ", sign, "."]
    return [f"No{but}, ", sign, ": ", names, "."]


def _listed(names: Sequence[Content]) -> Content:
    return [[", " if number else "", name] for number, name in enumerate(names)]


def _to(part: Part, section: str, words: str) -> Markup:
    return element("a", words, href=f"#{part.id(section)}")
