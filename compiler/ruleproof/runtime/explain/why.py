"""Why: which rules fit a case, what each needed and what the case had, and which of them are overridden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ruleproof.finding import Value
from ruleproof.model.nodes import Condition, Decision, Rule
from ruleproof.prover.space import Box
from ruleproof.runtime.explain.english import English
from ruleproof.runtime.explain.needs import Asks, Counted, Named, Need, Needed, Needs

NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Met:
    """One thing that a rule needs, and what the case has of it."""

    needed: str
    had: str
    """The value in the case; empty where the need is about several facts, which `parts` then name."""
    state: bool | None
    """Whether the case meets it; `None` where that is not known."""
    parts: tuple[Met, ...] = ()

    def as_dict(self) -> dict[str, object]:
        found: dict[str, object] = {"needed": self.needed, "had": self.had, "met": self.state}
        return found | ({"parts": [part.as_dict() for part in self.parts]} if self.parts else {})


@dataclass(frozen=True, slots=True)
class RuleReason:
    """A rule and its needs in a case."""

    rule: Rule
    needs: tuple[Met, ...]
    overridden_by: tuple[tuple[str, str], ...] = ()
    """The rules that beat it in this case, each with the reason that the policy gives."""

    @property
    def title(self) -> str:
        return f"{self.rule.name} ({self.rule.label})" if self.rule.label != self.rule.name else self.rule.name

    def as_dict(self) -> dict[str, object]:
        return {
            "rule": self.rule.name,
            "label": self.rule.label,
            "force": self.rule.force,
            "outcomes": list(self.rule.outcomes),
            "citations": [item.text for item in self.rule.citations],
            "needs": [need.as_dict() for need in self.needs],
            "overridden_by": [{"rule": rule, "because": because} for rule, because in self.overridden_by],
        }


class Reasons:
    """Explains the answers of one policy."""

    def __init__(self, needs: Needs, english: English, presumed: frozenset[str] = frozenset()) -> None:
        """`presumed` names the facts that the policy presumes, since nobody has told them."""
        self.needs = needs
        self.english = english
        self.presumed = presumed
        self.space = english.space

    def beaten(self, decision: Decision, box: Box) -> dict[str, tuple[tuple[str, str], ...]]:
        """Give for each rule that holds and is overridden the rules that beat it, with the reason given."""
        found: dict[str, tuple[tuple[str, str], ...]] = {}
        by_name = {rule.name: rule for rule in decision.rules}
        for rule in decision.rules:
            if rule.overrides and self._holds(rule, box):
                for override in rule.overrides:
                    if override.rule in by_name and self._holds(by_name[override.rule], box):
                        found[override.rule] = (*found.get(override.rule, ()), (rule.name, override.because))
        return found

    def _holds(self, rule: Rule, box: Box) -> bool:
        return self.needs.met(self.needs.of(rule.condition), box) is True

    def reason(self, rule: Rule, facts: Mapping[str, Value], box: Box, *, unfold: bool = False) -> RuleReason:
        """Give what a rule needs and what the case has of it; `unfold` opens definitions."""
        needed = self.needs.of(rule.written)
        if self.needs.met(needed, box) and not self.needs.met(self.needs.of(rule.condition), box):
            needed = self.needs.of(rule.condition)  # only its dates are against it
        return RuleReason(rule, tuple(self._met(needed, facts, box, unfold)))

    def met(
        self, condition: Condition, facts: Mapping[str, Value], box: Box, *, unfold: bool = False
    ) -> tuple[Met, ...]:
        """Give what a condition needs and what the case has of it."""
        return tuple(self._met(self.needs.of(condition), facts, box, unfold))

    def _met(self, needed: Needed, facts: Mapping[str, Value], box: Box, unfold: bool) -> Iterator[Met]:
        if isinstance(needed, Counted) and needed.all:
            for part in needed.parts:
                yield from self._met(part, facts, box, unfold)
            return
        words, state = self.english.need(needed), self.needs.met(needed, box)
        match needed:
            case Need(dimension):
                yield Met(words, self._had(self.space.dimensions[dimension].input, facts), state)
            case Named(_, _, part):
                inner = tuple(self._met(part, facts, box, unfold)) if unfold or state is not True else ()
                told = inner if unfold else tuple(one for one in inner if one.state is state)
                yield Met(words, "", state, told)
            case Counted(_, parts):
                decisive = [part for part in parts if self.needs.met(part, box) is state] or list(parts)
                yield Met(
                    words, "", state, tuple(one for part in decisive for one in self._met(part, facts, box, unfold))
                )
            case Asks():
                yield Met(words, self._asked(needed, facts), state)

    def _had(self, name: str, facts: Mapping[str, Value]) -> str:
        if name not in facts:
            return NOT_KNOWN
        return self.english.value(name, facts[name]) + (", as presumed" if name in self.presumed else "")

    def _asked(self, needed: Asks, facts: Mapping[str, Value]) -> str:
        name = getattr(needed.condition, "input", "")
        return self._had(name, facts) if name else ""
