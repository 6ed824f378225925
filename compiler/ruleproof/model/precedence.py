"""Which source beats which: a rule that rests on the weaker one gives way where the stronger one says something else.

A background source gives way to every binding one, and any source to those that its `gives way to` names.  That becomes
an ordinary override here, so that no later stage knows of sources.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ruleproof.model.declared import Declared
from ruleproof.model.nodes import (
    ALSO,
    MUST_NOT,
    AllOf,
    Condition,
    Decision,
    Defined,
    IsIn,
    Override,
    Rule,
    SourceDocument,
    Within,
)
from ruleproof.model.order import circle_in, leads_to

BACKGROUND = "background"


@dataclass(frozen=True)
class Precedence:
    """The order of the sources of one policy."""

    sources: Sequence[SourceDocument]

    def remark(self, declared: Declared) -> None:
        """Remark sources that give way to each other in a circle, and binding ones that give way to background."""
        follows = {source.name: [stronger for stronger, _ in source.gives_way] for source in self.sources}
        circle = circle_in(follows)
        spans = {source.name: source.span for source in self.sources}
        if circle:
            declared.report(
                "cycle", spans[circle[0]], f"sources give way to each other in a circle: {' → '.join(circle)}",
                "take one of the `gives way to` out",
            )  # fmt: skip
        weak = {source.name for source in self.sources if source.authority == BACKGROUND}
        for source in self.sources:
            for stronger, _ in source.gives_way:
                if stronger in weak and source.name not in weak:
                    declared.report(
                        "wrong_type", source.span,
                        f"`{source.name}` is binding and gives way to `{stronger}`, which is background",
                        "let the two be of one authority, or take `gives way to` out",
                    )  # fmt: skip

    def applied(self, decision: Decision) -> Decision:
        """Give a decision whose rules beat those that rest on weaker sources alone and say something else."""
        if decision.imported or not self.weaker:
            return decision
        beaten = [rule for rule in decision.rules if {citation.source for citation in rule.citations} & self.weaker]
        if not beaten:
            return decision
        beats = {rule.name: {override.rule for override in rule.overrides} for rule in decision.rules}
        rules = []
        for rule in decision.rules:
            more = tuple(self._overrides(decision, rule, beaten, beats))
            beats[rule.name] |= {override.rule for override in more}
            rules.append(replace(rule, overrides=(*rule.overrides, *more)) if more else rule)
        return replace(decision, rules=tuple(rules))

    @property
    def weaker(self) -> frozenset[str]:
        """The sources that give way to some other."""
        binding = any(source.authority != BACKGROUND for source in self.sources)
        return frozenset(
            source.name for source in self.sources if source.gives_way or (binding and source.authority == BACKGROUND)
        )

    def _overrides(
        self, decision: Decision, rule: Rule, beaten: Sequence[Rule], beats: dict[str, set[str]]
    ) -> Iterator[Override]:
        for other in beaten:
            why = self._why(rule, other)
            if (
                why
                and other is not rule
                and other.name not in beats[rule.name]
                and _disagree(decision, rule, other)
                and not _apart(rule.condition, other.condition)
                and not leads_to(beats, other.name, rule.name)
            ):
                yield Override(other.name, why, "", rule.name_span, by_source=True)

    def _why(self, rule: Rule, other: Rule) -> str:
        """Say why a rule's sources beat another's: one of them beats all the others; empty where none does."""
        weaker = list(dict.fromkeys(citation.source for citation in other.citations))
        for name in dict.fromkeys(citation.source for citation in rule.citations):
            reasons = [self._beats(name, less) for less in weaker]
            if reasons and all(reasons):
                return "; ".join(dict.fromkeys(reasons))
        return ""

    def _beats(self, stronger: str, weaker: str) -> str:
        known = {source.name: source for source in self.sources}
        if stronger not in known or weaker not in known or stronger == weaker:
            return ""
        waiting, seen = [weaker], {weaker}
        while waiting:
            for name, because in known[waiting.pop()].gives_way:
                if name == stronger:
                    return f"`{weaker}` gives way to `{stronger}`: {because}"
                if name not in seen and name in known:
                    seen.add(name)
                    waiting.append(name)
        if known[weaker].authority == BACKGROUND and known[stronger].authority != BACKGROUND:
            return f"`{stronger}` is binding, and `{weaker}` is background"
        return ""


def _disagree(decision: Decision, rule: Rule, other: Rule) -> bool:
    """Tell whether two rules cannot both be followed, or name other outcomes."""
    if decision.collects or MUST_NOT in (rule.force, other.force):
        return (rule.force == MUST_NOT) != (other.force == MUST_NOT) and bool(set(rule.outcomes) & set(other.outcomes))
    if ALSO in (rule.force, other.force):
        return False
    return not set(other.outcomes) <= set(rule.outcomes)


def _apart(condition: Condition, other: Condition) -> bool:
    """Tell whether two conditions plainly never hold together; where it takes thought to see, the answer is no."""
    return any(_values_apart(part, test) for part in _parts(condition) for test in _parts(other))


def _parts(condition: Condition) -> Iterator[IsIn | Within]:
    """Give the plain tests that a condition cannot hold without."""
    match condition:
        case IsIn() | Within():
            yield condition
        case Defined(_, part):
            yield from _parts(part)
        case AllOf(parts):
            for part in parts:
                yield from _parts(part)
        case _:
            return


def _values_apart(part: IsIn | Within, test: IsIn | Within) -> bool:
    if part.input != test.input:
        return False
    if isinstance(part, IsIn) and isinstance(test, IsIn):
        return not part.values & test.values
    if isinstance(part, Within) and isinstance(test, Within):
        return _below(part, test) or _below(test, part)
    return False


def _below(part: Within, test: Within) -> bool:
    high: Any = part.high
    low: Any = test.low
    return high is not None and low is not None and high < low
