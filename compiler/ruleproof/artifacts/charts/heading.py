"""What stands above a chart: which policy this is, and what holds for the whole picture."""

from __future__ import annotations

from dataclasses import dataclass

from ruleproof.artifacts.chart import clean, wrapped
from ruleproof.compiled import VERSION, Compiled

NOTE_WIDTH = 95
"""How many letters a line has below the title."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of the policy in words, and the notes that stand on each of its charts."""

    title: str
    notes: tuple[str, ...]

    def title_of(self, subject: str) -> str:
        return clean(f"{self.title}: {subject}")

    def notes_with(self, *others: str) -> tuple[str, ...]:
        """Give the notes and others, in lines."""
        return tuple(line for note in (*self.notes, *others) for line in wrapped(note, NOTE_WIDTH))


def heading_of(compiled: Compiled) -> Heading:
    """Give the heading of the charts of a policy; it says so where findings stand against the policy."""
    policy = compiled.policy
    revision = f", revision {compiled.revision}" if compiled.revision else ""
    which = f"policy {policy.name}{revision}, content {compiled.source.sha256[:12]}, ruleproof {VERSION}"
    names = list(dict.fromkeys(finding.name.replace("_", " ") for finding in compiled.errors))
    unsound = [f"Not sound: findings stand against this policy ({', '.join(names)})."] if names else []
    sources = "; ".join(f"{source.name}: {source.label}" for source in policy.sources)
    return Heading(policy.label or policy.name, (which, *([sources] if sources else []), *unsound))
