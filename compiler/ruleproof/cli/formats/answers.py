"""What a policy answers to a claim, in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ruleproof.cli.formats.letters import beside, visible
from ruleproof.cli.machine import compiler_version
from ruleproof.cli.terminal import Style

if TYPE_CHECKING:
    from ruleproof.model.nodes import Policy
    from ruleproof.runtime.kernel.answers import Answer, Judged, JudgedClaim, Requirement
    from ruleproof.runtime.kernel.consequences import Consequence
    from ruleproof.runtime.kernel.over_time import OverTime, Period

_LABEL = 14


def answer_object(judged: Judged | JudgedClaim | OverTime) -> dict[str, Any]:
    return {"ruleproof": compiler_version(), **judged.as_dict()}


def answer_in_words(policy: Policy, judged: Judged | JudgedClaim | OverTime, style: Style | None = None) -> str:
    """Say every answer with its grounds, then the requirements; the lines of a claim, or periods, one after the other."""
    chosen = style or Style()
    periods = getattr(judged, "periods", None)
    if periods is not None:
        return "\n\n".join(_period(policy, period, chosen) for period in periods)
    lines = getattr(judged, "lines", None)
    if lines is None:
        return "\n".join(_judged(policy, judged, chosen))  # type: ignore[arg-type]
    parts = []
    for number, line in enumerate(lines, 1):
        parts += [chosen.strong(f"line {number}"), *_judged(policy, line, chosen)]
    consequence = getattr(judged, "consequence", None)
    return "\n".join([*parts, *(_consequence("claim", consequence, chosen) if consequence is not None else ())])


def _period(policy: Policy, period: Period, style: Style) -> str:
    """Say since when it is answered so, what was posted then, what that changed, and the answers."""
    first, before = period.first, period.before
    days = f"from {first.isoformat()}" if first else "on every day" if before is None else ""
    days += f"{' ' if days else ''}before {before.isoformat()}" if before else ", and now" if first else ""
    lines = [style.strong(f"as posted {days}")]
    lines += _labelled("posted", [", ".join(period.posted)] if period.posted else [], style)
    changed = ", ".join(period.changed) or "the rules behind the answers"
    lines += _labelled("changed", [changed] if period.posted else [], style)
    said = visible(period.refused) if period.judged is None else answer_in_words(policy, period.judged, style)
    return "\n".join([*lines, said])


def _judged(policy: Policy, judged: Judged, style: Style) -> Iterator[str]:
    for name, answer in judged.answers.items():
        yield from _answer(policy, name, answer, style)
    by_state: dict[tuple[str, str], list[Requirement]] = {}
    for requirement in judged.requirements.values():
        kind = "limits" if requirement.limit else "requirements"
        by_state.setdefault((kind, requirement.state), []).append(requirement)
    for requirement in judged.findings:
        yield from _failed(requirement, style)
    for (kind, state), requirements in by_state.items():
        if state != "failed":
            yield style.faint(f"{kind} {state}: {visible(', '.join(item.name for item in requirements))}")
    if judged.consequence is not None and judged.consequence.also:
        yield from _consequence("consequence", judged.consequence, style)


def _consequence(label: str, consequence: Consequence, style: Style) -> Iterator[str]:
    """Say which consequence comes first, why, and of which lines; and what is failed besides."""
    action = consequence.action or "consequence not stated"
    lines = ", ".join(map(str, consequence.lines))
    of = f" line{'' if len(consequence.lines) == 1 else 's'} {lines} only" if lines and not consequence.whole else ""
    yield f"{style.strong(label)}: {action}{of} by {visible(', '.join(consequence.by))}"
    yield from _labelled("because", [consequence.reason] if consequence.also or consequence.lines else [], style)
    yield from _labelled("failed too", [", ".join(consequence.also)] if consequence.also else [], style)


def _answer(policy: Policy, name: str, answer: Answer, style: Style) -> Iterator[str]:
    yield f"{style.strong(visible(name))}: {visible(_says(answer))}"
    known = {rule.name: rule.label for rule in policy.decision(name).rules}
    rules = [rule + beside(rule, known.get(rule, "")) for rule in answer.rules]
    questions = [f"{item.name} ({item.state}): {item.text}" for item in answer.questions]
    possible = [_says(other) for other in answer.possible]
    yield from _labelled("may also", answer.further, style)
    yield from _labelled("must not", answer.barred, style)
    yield from _labelled("by", rules, style)
    yield from _labelled("source", answer.citations, style)
    yield from _labelled("our reading", questions, style)
    yield from _labelled("presumed", answer.presumed, style)
    yield from _labelled("by a reviewer", answer.reviewer, style)
    yield from _labelled("because", [answer.because] if answer.because else [], style)
    yield from _labelled("then", [answer.action] if answer.action else [], style)
    yield from _labelled("hangs on", [", ".join(answer.needed)] if answer.needed else [], style)
    yield from _labelled("can be", possible, style)


def _says(answer: Answer) -> str:
    said = f"{answer.force} {', '.join(answer.outcomes)}".removeprefix("several ")
    said = said if answer.kind == "outcome" else answer.kind
    return said + (f": {answer.reason}" if answer.reason else "")


def _failed(requirement: Requirement, style: Style) -> Iterator[str]:
    yield f"{style.error('failed')}: {visible(requirement.name)}{beside(requirement.name, requirement.label)}"
    parts = [requirement.action or "consequence not stated", requirement.reason_codes, requirement.text]
    yield from _labelled("limit", [requirement.limit] if requirement.limit else [], style)
    yield from _labelled("then", [" · ".join(filter(None, parts))], style)
    yield from _labelled("source", requirement.citations, style)


def _labelled(label: str, said: Sequence[str], style: Style) -> Iterator[str]:
    for index, text in enumerate(said):
        yield "  " + style.faint(f"{'' if index else label:<{_LABEL}}") + visible(text)
