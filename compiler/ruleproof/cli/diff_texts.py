"""Two texts of one policy, to be compared: of two revisions, or as posted on two days."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ruleproof.compiled import Compiled
    from ruleproof.model.nodes import Policy, Revision

NOW = "now"
"""Stands for everything that has been posted."""


def two_texts(
    compiled: Compiled, revisions: tuple[str, str] | None, posted: tuple[str, str] | None
) -> tuple[Compiled, Compiled]:
    """Give the two texts that the options name; what they cannot mean is refused."""
    if revisions is not None:
        return _text_of(compiled, revisions[0]), _text_of(compiled, revisions[1])
    assert posted is not None
    return _as_posted(compiled, posted[0]), _as_posted(compiled, posted[1])


def _as_posted(compiled: Compiled, day: str) -> Compiled:
    from ruleproof.runtime.kernel.values import day_of

    on = day_of(day)
    if on is None and day != NOW:
        raise click.UsageError(f"--posted: `{day}` is no date written like 2024-03-21, and not `{NOW}`")
    return compiled.as_posted(on)


def _text_of(compiled: Compiled, wanted: str) -> Compiled:
    """Give the text of a revision as a policy: `Rev 7`, or `Rev 7 of article` where several sources have one."""
    from ruleproof.compiled import Compiled
    from ruleproof.prover.study import Study

    name, _, of = " ".join(wanted.split()).partition(" of ")
    found = [(source, item) for source, item in _revisions(compiled.policy) if item.name == name and of in ("", source)]
    if not found:
        known = ", ".join(f"{item.name} of {source}" for source, item in _revisions(compiled.policy))
        raise click.UsageError(f"--revisions: there is no `{wanted}`; there {f'are {known}' if known else 'is none'}")
    if len(found) > 1:
        sources = " and ".join(source for source, _ in found)
        raise click.UsageError(f"--revisions: {sources} both have a `{name}`; write `{name} of {found[0][0]}`")
    source, revision = found[0]
    policy = compiled.study.text_of(source, name) if revision.has_text else None
    if policy is None:
        raise click.UsageError(f"--revisions: the text of `{wanted}` is not here, so there is nothing to compare")
    return Compiled(compiled.source, policy, Study(policy), (), ())


def _revisions(policy: Policy) -> list[tuple[str, Revision]]:
    return [(source.name, item) for source in policy.sources for item in source.revisions]
