"""How large definitions and decisions become once everything that they ask about is written out, before it is done.

Definitions may use definitions, and decisions decisions; each may use the next twice, so that a few lines can stand for
more tests than anybody could read or prove.
"""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from ruleproof.source import Span
from ruleproof.tree import nodes as tree

MOST_TESTS = 10_000
"""How many tests may stand behind what a definition or decision uses; those that it writes out itself do not count."""
LONGEST_CHAIN = 40
"""How many definitions or decisions may stand behind each other."""


def too_large(written: tree.Tree) -> Iterator[tuple[str, Span, str, str]]:
    """Give the name, place, message and help for each definition or decision that stands for too much."""
    names: dict[str, tree.Name] = {}
    asked: dict[str, list[str]] = {}
    for block in written.blocks:
        if isinstance(block, tree.Define | tree.Decision):
            names.setdefault(block.name.text, block.name)
            asked.setdefault(block.name.text, [])
    for block in written.blocks:
        owner = block.name if isinstance(block, tree.Define | tree.Decision) else getattr(block, "decision", None)
        if owner is not None and owner.text in asked:
            asked[owner.text] += _asked(block)
    try:
        order = list(
            TopologicalSorter({name: set(others) & names.keys() for name, others in asked.items()}).static_order()
        )
    except CycleError:
        return  # a circle is remarked where it is met
    size: dict[str, int] = {}
    depth: dict[str, int] = {}
    for name in order:
        others = [other for other in asked[name] if other in names]
        used = sum(size[other] for other in others)
        size[name] = min(len(asked[name]) - len(others) + used, 10 * MOST_TESTS)
        depth[name] = min(1 + max((depth[other] for other in others), default=0), 10 * LONGEST_CHAIN)
        if used > MOST_TESTS:
            message = f"`{name}` stands for more than {MOST_TESTS:,} tests once all that it uses is written out"
            yield name, names[name].span, message, "use each definition and decision fewer times"
            return  # those that use it are too large as well
        elif depth[name] > LONGEST_CHAIN:
            message = f"more than {LONGEST_CHAIN} definitions or decisions stand behind `{name}`, one using the next"
            yield name, names[name].span, message, "shorten the chain"
            return


def _asked(block: tree.Block) -> list[str]:
    """Give the names that the conditions of a block ask about, each as often as it stands there."""
    found: list[str] = []
    if isinstance(block, tree.Define):
        found += _names(block.condition)
    for clause in getattr(block, "clauses", ()):
        if isinstance(clause, tree.When | tree.Needs | tree.Scope | tree.Unless):
            found += _names(clause.condition)
    if isinstance(block, tree.Table):
        for row in block.rows:
            found += [
                column.text
                for column, test in zip(block.columns, row.tests, strict=True)
                if not isinstance(test, tree.AnyValue)
            ]
    return found


def _names(condition: tree.Condition) -> Iterator[str]:
    match condition:
        case tree.Not(_, part):
            yield from _names(part)
        case tree.AllOf(_, parts) | tree.AnyOf(_, parts) | tree.AtLeastOf(_, _, parts):
            for part in parts:
                yield from _names(part)
        case tree.AfterService(_, subject):
            yield subject.of.text
        case _:
            yield condition.name.text
