"""The interpretation log: what is open, what was decided by whom, and what somebody looked at and accepts."""

from __future__ import annotations

from collections.abc import Iterator

from ruleproof.artifacts.policy_tables import state_of
from ruleproof.model.nodes import Acceptance, Definition, Expectation, Policy, Question, Requirement
from ruleproof.report.markup import Content, element, joined
from ruleproof.report.part import QUESTION_ID, Part, table_of


def interpretation_log(part: Part) -> Content:
    """Give the questions of interpretation with what rests on them, and the findings that are accepted or expected."""
    policy = part.policy
    tables: list[Content] = []
    if policy.questions:
        head = ("question", "what is asked", "state", "what rests on it", "cites", "notes")
        rows = [
            element(
                "tr", _cells(_question(part, item)), id=part.id(QUESTION_ID, item.name), tabindex=-1,
                data_state="open" if item.is_open else "decided",
            )
            for item in policy.questions
        ]  # fmt: skip
        tables.append(table_of("Questions of interpretation", head, rows))
    reviewed = [*map(_accepted, policy.acceptances), *map(_expected, policy.expectations)]
    if reviewed:
        titles = ("what", "finding", "rules", "because", "by")
        tables.append(table_of("Findings that the policy answers for", titles, map(part.row, reviewed)))
    return tables or element("p", "No question of interpretation is written down.")


def _cells(cells: Iterator[Content]) -> list[Content]:
    first, *others = cells
    return [element("th", first), *(element("td", cell) for cell in others)]


def _question(part: Part, item: Question) -> Iterator[Content]:
    yield element("code", item.name)
    yield item.text
    sign, kind = ("?", "open") if item.is_open else ("✓", "decided")
    yield element("span", f"{sign} {state_of(item)}", class_=kind)
    yield joined([[part.rule(name), " "] for name in resting_on(part.policy, item)])
    yield joined([[part.cited(citation.text), " "] for citation in item.citations])
    yield [element("p", note) for note in item.notes]


def resting_on(policy: Policy, item: Question) -> tuple[str, ...]:
    """Name what rests on a question: what it names itself, and what names it as its reading."""
    found = list(item.rules)
    for decision in policy.decisions:
        for rule in decision.rules:
            if item.name in (*rule.readings, *(override.reading for override in rule.overrides)):
                found.append(rule.name)
    blocks: tuple[Definition | Requirement, ...] = (*policy.definitions, *policy.requirements)
    found += [block.name for block in blocks if item.name in block.readings]
    return tuple(dict.fromkeys((*found, *((item.provisionally,) if item.provisionally else ()))))


def _accepted(item: Acceptance) -> tuple[Content, ...]:
    by = " ".join(text for text in (item.by, f"on {item.on}" if item.on else "") if text)
    return "accepted", item.name, ", ".join(item.rules), item.because, by


def _expected(item: Expectation) -> tuple[Content, ...]:
    return "expected", item.name, ", ".join(item.rules) or item.decision, item.because, item.reading
