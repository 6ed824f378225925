"""Reasons as paragraphs: the answer first, then the rules with what the case had, then what all that rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ruleproof.graph.remaining import Worth
from ruleproof.model.meaning import CANNOT_ANSWER, FAILED, NOT_APPLICABLE, OUT_OF_SCOPE
from ruleproof.model.nodes import Requirement
from ruleproof.runtime.explain.english import English, in_words, listed
from ruleproof.runtime.explain.why import NOT_KNOWN, Met, RuleReason

if TYPE_CHECKING:
    from ruleproof.runtime.explain.explainer import DecisionReason, RequirementReason

MOST_POSSIBLE = 6
"""How many answers that are still possible a paragraph names."""


def decision_paragraph(english: English, found: DecisionReason) -> str:
    """Say why a decision answers as it does, in one paragraph."""
    answer = found.answer
    said = [f"{capital(found.decision.label)}: {found.says}."]
    if answer.kind == "not known yet":
        said += _not_known(english, answer)
    elif answer.kind == OUT_OF_SCOPE:
        said += [f"This decision is only for {needs_in_words(found.lacks)}."] if found.lacks else []
    elif answer.kind != CANNOT_ANSWER:
        said += _by_rules(found.rules, answer)
    said += [f"{_title(reason)} fits too, but gives way to {beaten_in_words(reason)}." for reason in found.overridden]
    said += _further(answer)
    said += rests_on(english, answer, found.reviewer)
    return in_one_line(said)


def _by_rules(rules: Sequence[RuleReason], answer: Any) -> Iterator[str]:
    """Say which rules give an answer; where some of them only may, that one of them does in any case."""
    sure = [reason for reason in rules if all(met.state for met in reason.needs)]
    for number, reason in enumerate(sure):
        needs = needs_in_words(reason.needs) or "it holds in every case"
        yield f"{_title(reason)} {'says so too' if number else 'says so'}: {needs}.{_cited(reason)}"
    if not sure and len(rules) == 1:
        (reason,) = rules
        yield f"{_title(reason)} says so whatever is still unknown: {needs_in_words(reason.needs)}.{_cited(reason)}"
    elif not sure and rules:
        names = listed([reason.title for reason in rules], "or")
        yield f"It comes out so whatever is still unknown, by {names}."
    if answer.because:
        yield f"It is left open because {answer.because}." + (f" Until then: {answer.action}." if answer.action else "")


def _not_known(english: English, answer: Any) -> Iterator[str]:
    yield f"Still possible: {some_of([english.answer(other) for other in answer.possible])}."
    if answer.needed:
        yield f"It hangs on {listed([english.label(name) for name in answer.needed])}."


def some_of(answers: Sequence[str]) -> str:
    """Name answers that are still possible, not too many of them."""
    more = len(answers) - MOST_POSSIBLE
    return "; ".join(answers[:MOST_POSSIBLE]) + (f"; and {more} more" if more > 0 else "")


def _further(answer: Any) -> Iterator[str]:
    if answer.further:
        yield f"On a further line {listed(map(in_words, answer.further))} may also be reported."
    if answer.barred:
        yield f"{capital(listed(map(in_words, answer.barred)))} must not be reported."


def requirement_paragraph(english: English, found: RequirementReason) -> str:
    """Say why a requirement has its state, and what follows from it."""
    item, state = found.requirement, found.state
    title = requirement_title(item)
    needs = needs_in_words(found.needs)
    if state.state == FAILED:
        follows = ": ".join(
            filter(None, (in_words(state.action), ", ".join(filter(None, (state.reason_codes, state.text)))))
        )
        said = [f"{title} is failed; it needs {needs}." if needs else f"{title} is failed."]
        said.append(f"What follows: {follows}." if follows else "The source states no consequence.")
    elif state.state == NOT_APPLICABLE:
        said = [f"{title} does not apply; it is for {needs}." if needs else f"{title} does not apply."]
    elif state.needed:
        said = [f"{title} is not checked; it hangs on {listed([english.label(name) for name in state.needed])}."]
    elif state.state == "met":
        said = [f"{title} is met: {needs}." if needs else f"{title} is met."]
    else:
        said = [f"{title} is not checked."]
    return in_one_line([*said, *rests_on(english, state, found.reviewer)])


def requirement_title(item: Requirement) -> str:
    return f"{'Limit' if item.limit else 'Requirement'} {item.name}" + (f" ({item.label})" if item.label else "")


def rests_on(english: English, answer: Any, reviewer: Sequence[str]) -> Iterator[str]:
    """Say what else an answer rests on: what is presumed, what a reviewer decides, and questions of interpretation."""
    parts = []
    if answer.presumed:
        parts.append(f"what is presumed of {listed([english.label(name) for name in answer.presumed])}")
    if reviewer:
        parts.append(f"a reviewer's decision on {listed([english.label(name) for name in reviewer])}")
    for item in answer.questions:
        text = "" if item.state == "decided" else f": {item.text.rstrip('.')}"
        parts.append(f"question {item.name} ({item.state}{text})")
    if parts:
        yield f"This rests on {listed(parts)}."


def needs_in_words(needs: Sequence[Met]) -> str:
    """Say what is needed, each with what the case had where that says more."""
    return "; ".join(map(need_in_words, needs))


def need_in_words(met: Met) -> str:
    """Say one need; of one about several facts, with those facts that decide it.

    >>> need_in_words(Met("genes: 5 to 50 genes", "20 genes", True))
    'genes: 5 to 50 genes (here 20 genes)'
    >>> need_in_words(Met("“large”: no", "", True, (Met("genes: 1 to 50 genes", "20 genes", True),)))
    '“large”: no (here genes: 20 genes)'
    """
    if met.parts:
        return f"{met.needed} (here {', '.join(dict.fromkeys(_facts(met.parts)))})"
    values = met.needed.partition(": ")[2]
    if not met.had or met.had == values:
        return met.needed
    return f"{met.needed} ({NOT_KNOWN if met.had == NOT_KNOWN else f'here {met.had}'})"


def _facts(parts: Sequence[Met]) -> Iterator[str]:
    """Say what the case had of some needs, without what was needed."""
    for met in parts:
        label, colon, _ = met.needed.partition(": ")
        if met.parts:
            yield from _facts(met.parts)
        else:
            yield f"{label}: {met.had}" if met.had and colon else met.needed


def _title(reason: RuleReason) -> str:
    return f"Rule {reason.title}"


def beaten_in_words(reason: RuleReason) -> str:
    """Say which rules beat one, and why."""
    by = [f"{winner}, because {because.rstrip('.')}" if because else winner for winner, because in reason.overridden_by]
    return listed(by)


def _cited(reason: RuleReason) -> str:
    cited = listed([_source(item.text) for item in reason.rule.citations])
    return f" Source: {cited}." if cited else ""


def _source(citation: str) -> str:
    """Give a citation with the name of its source as people write it.

    >>> _source("code_set codes.c81457")
    'code set codes.c81457'
    """
    source, blank, place = citation.partition(" ")
    return f"{in_words(source)}{blank}{place}"


def left_after(worth: Worth) -> str:
    """Say how many answers are left after a question."""
    worst = "one answer is" if worth.worst == 1 else f"{worth.worst} answers are"
    return f"at worst {worst} left then, on average {float(worth.expected):.1f}"


def in_one_line(sentences: Iterable[str]) -> str:
    """Join sentences to a paragraph; names and texts of a policy may hold line breaks."""
    return " ".join(" ".join(sentences).split())


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
