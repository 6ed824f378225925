"""The rules of a finding side by side: what each says, the sentence of the source, and where it is our reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ruleproof.checks.findings import said
from ruleproof.cli.formats.letters import beside, visible
from ruleproof.cli.terminal import Style
from ruleproof.model.nodes import ALSO, CONSIDER, MAY_REPORT, MUST_NOT, REPORT
from ruleproof.tree.tidy import text_width

if TYPE_CHECKING:
    from ruleproof.model.nodes import Decision, Policy, Rule

_MOST = 8
_FORCES = (MAY_REPORT, ALSO, MUST_NOT, CONSIDER, REPORT)


def sentences(policy: Policy, names: Sequence[str], style: Style) -> Iterator[str]:
    """Show each rule named, its force marked, with the words of the source and our readings told apart."""
    known = {rule.name: (decision, rule) for decision in policy.decisions for rule in decision.rules}
    rules = [known[name] for name in names if name in known]
    width = max((text_width(visible(rule.name)) for _, rule in rules), default=0)
    for decision, rule in rules[:_MOST]:
        name = visible(rule.name)
        yield f"{style.strong(name)}{' ' * (width - text_width(name))}  {_says(decision, rule, style)}"
        for line in _grounds(rule):
            yield " " * width + "  " + style.faint(line)
    if len(rules) > _MOST:
        yield style.faint(f"… and {len(rules) - _MOST} more rules")


def _says(decision: Decision, rule: Rule, style: Style) -> str:
    """Say what a rule answers, the words that tell how strong it is marked."""
    label = beside(rule.name, rule.label)
    if rule.left_open:
        return style.strong("left open") + label
    words = said(decision, rule).strip("`")
    force = next((force for force in _FORCES if words.startswith(force)), "")
    return f"{style.strong(force)}{visible(words.removeprefix(force))}{label}"


def _grounds(rule: Rule) -> Iterator[str]:
    for citation in rule.citations:
        says = f", which says “{citation.says}”" if citation.says else ""
        yield visible(f"source: {citation.text}") + visible(says)
    if rule.readings:
        yield visible(f"our reading: {', '.join(rule.readings)}")
