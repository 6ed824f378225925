"""The rules of a finding side by side: what each says, the sentence of the source, and where it is our reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ruleproof.cli.formats.letters import visible
from ruleproof.cli.terminal import Style
from ruleproof.tree.tidy import text_width

if TYPE_CHECKING:
    from ruleproof.model.nodes import Policy, Rule

_MOST = 8


def sentences(policy: Policy, names: Sequence[str], style: Style) -> Iterator[str]:
    """Show each rule named, its force marked, with the words of the source and our readings told apart."""
    known = {rule.name: rule for decision in policy.decisions for rule in decision.rules}
    rules = [known[name] for name in names if name in known]
    width = max((text_width(visible(rule.name)) for rule in rules), default=0)
    for rule in rules[:_MOST]:
        name = visible(rule.name)
        yield f"{style.strong(name)}{' ' * (width - text_width(name))}  {_says(rule, style)}"
        for line in _grounds(rule):
            yield " " * width + "  " + style.faint(line)
    if len(rules) > _MOST:
        yield style.faint(f"… and {len(rules) - _MOST} more rules")


def _says(rule: Rule, style: Style) -> str:
    label = f" ({visible(rule.label)})" if rule.label else ""
    if rule.left_open:
        return style.strong("left open") + label
    return f"{style.strong(rule.force)} {visible(', '.join(rule.outcomes))}{label}"


def _grounds(rule: Rule) -> Iterator[str]:
    for citation in rule.citations:
        says = f", which says “{citation.says}”" if citation.says else ""
        yield visible(f"source: {citation.text}") + visible(says)
    if rule.readings:
        yield visible(f"our reading: {', '.join(rule.readings)}")
