"""`kind is book or film`, where `film` is meant as a second value: found in a chain, so that one remark tells of it."""

from __future__ import annotations

from collections.abc import Container, Mapping

from ruleproof.model.domains import word_of
from ruleproof.model.nodes import Choice, Domain
from ruleproof.source import Span
from ruleproof.tree import nodes as tree


def values_in_a_row(
    parts: tuple[tree.Condition, ...], domains: Mapping[str, Domain], declared: Container[str]
) -> tuple[Span, str, str] | None:
    """Give the place of the first bare value, the message and the help, where the whole chain is values of one input."""
    first = parts[0]
    if not isinstance(first, tree.IsValue) or first.negated or len(first.values) != 1:
        return None
    input, domain = first.name.text, domains.get(first.name.text)
    names = [part.name for part in parts[1:] if isinstance(part, tree.Holds)]
    if not isinstance(domain, Choice) or not names or len(names) != len(parts) - 1:
        return None
    if any(name.text not in domain.values or name.text in declared for name in names):
        return None
    values = ", ".join((word_of(first.values[0]), *(name.text for name in names)))
    message = f"`{names[0].text}` is a value of `{input}` and no condition by itself"
    return names[0].span, message, f"write `{input} is one of ({values})`"
