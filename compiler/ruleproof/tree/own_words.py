"""Examples in messages, told with the inputs and outcomes of the policy at hand instead of foreign ones."""

from __future__ import annotations

import re
from functools import lru_cache

from ruleproof.source import Source, Span

_LOOKED_AT = 100_000
"""How many characters of a policy are searched for its words."""
_NEARBY = 1_000
"""How many characters around a place are searched for the block that it belongs to."""

_LABEL = r'(?:"[^"\n]*"\s+)?'
_INPUT = re.compile(
    rf"(?m)^[ \t]*input[ \t]+(?P<name>\w+)\s+{_LABEL}is\s+"
    r"(?:(?P<yes>yes\s+or\s+no)|one\s+of\s+(?P<one>\w+)|(?:whole|decimal)\s+number\s+from\s+(?P<low>-?[\d.]+)"
    r"|date\s+from\s+(?P<day>\d{4}-\d\d-\d\d))"
)
_DECISION = re.compile(
    rf"(?m)^[ \t]*decision[ \t]+(?P<name>\w+)\s+{_LABEL}"
    r"(?:(?:gives|collects)\s+(?:(?:one|any)\s+of\s+(?P<one>\w+(?: [A-Z0-9.]+)?)|codes?\s+of\s+(?P<list>\w+)))?"
)
_BLOCK = re.compile(r"(?m)^[ \t]*(?:rule|table|leave[ \t]+open)[ \t]+\w+[^\n]*?\bfor[ \t]+(\w+)")
_TEST = re.compile(r"\bgenes is (?:at least 5|1)(?!\d)|\bunits is 1(?!\d)|(?<![\w.])targeted\b(?!\.)")
_FACT = re.compile(r"\bgiven genes is 50\b")


def in_own_words(source: Source, span: Span, help: str) -> str:
    """Put the policy's own words into an example, where they are known.

    >>> text = "input late is yes or no\\ndecision fine gives one of small, large\\nrule R1 for fine when late"
    >>> in_own_words(Source("p.policy", text), Span(70, 72), "add, for example, `then report CPT 81445`")
    'add, for example, `then report small`'
    """
    text = source.text[:_LOOKED_AT]
    test, fact = _conditions(text)
    decisions = _decisions(text)
    begin = max(0, span.start - _NEARBY)
    near = source.text[begin : span.end + _NEARBY]
    before = [match[1] for match in _BLOCK.finditer(near) if begin + match.start() <= span.end]
    decision = before[-1] if before and before[-1] in decisions else next(iter(decisions), "")
    if test:
        help = _TEST.sub(lambda _: test, help)
        help = _FACT.sub(lambda _: f"given {fact}", help)
    if decision:
        help = re.sub(r"\bbilling_code\b", decision, help)
        if decisions[decision]:
            help = help.replace("CPT 81445", decisions[decision])
    return help


@lru_cache(maxsize=4)
def _conditions(text: str) -> tuple[str, str]:
    """Give a test of the first input that can be tested plainly, and a fact about it."""
    found = _INPUT.search(text)
    if found is None:
        return "", ""
    name = found["name"]
    if found["yes"]:
        return name, f"{name} is yes"
    if found["one"]:
        return f"{name} is {found['one']}", f"{name} is {found['one']}"
    if found["low"]:
        return f"{name} is {found['low']}", f"{name} is {found['low']}"
    return f"{name} is on or after {found['day']}", f"{name} is {found['day']}"


@lru_cache(maxsize=4)
def _decisions(text: str) -> dict[str, str]:
    """Give each decision with its first outcome, empty where that cannot be told."""
    found: dict[str, str] = {}
    for match in _DECISION.finditer(text):
        outcome = match["one"] or ""
        if match["list"]:
            start = re.search(rf"(?m)^[ \t]*codes[ \t]+{match['list']}\b[^#]*?\bstart\s+([A-Z]+ [A-Z0-9.]+)", text)
            outcome = start[1] if start else ""
        found.setdefault(match["name"], outcome)
    return found
