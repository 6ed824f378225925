"""Why: what a decision answers to a case, by which rules, what each needed and what the case had, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ruleproof.finding import Value
from ruleproof.model.nodes import Decision, Rule
from ruleproof.prover.space import Box
from ruleproof.runtime.explain.english import English, listed
from ruleproof.runtime.explain.needs import Asks, Counted, Named, Need, Needed, Needs


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

    def __init__(self, needs: Needs, english: English) -> None:
        self.needs = needs
        self.english = english
        self.space = english.space

    def holding(self, decision: Decision, box: Box) -> tuple[Rule, ...]:
        """Give the rules whose condition every case of a box meets, in the order written."""
        return tuple(rule for rule in decision.rules if self.needs.met(self.needs.of(rule.condition), box))

    def beaten(self, decision: Decision, box: Box) -> dict[str, tuple[tuple[str, str], ...]]:
        """Give for each rule that holds and is overridden the rules that beat it, with the reason given."""
        holding = {rule.name for rule in self.holding(decision, box)}
        found: dict[str, tuple[tuple[str, str], ...]] = {}
        for rule in decision.rules:
            for override in rule.overrides if rule.name in holding else ():
                if override.rule in holding:
                    found[override.rule] = (*found.get(override.rule, ()), (rule.name, override.because))
        return found

    def reason(self, rule: Rule, facts: Mapping[str, Value], box: Box, *, unfold: bool = False) -> RuleReason:
        """Give what a rule needs and what the case has of it; `unfold` opens definitions."""
        needed = self.needs.of(rule.written)
        return RuleReason(rule, tuple(self._met(needed, facts, box, unfold)))

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
                yield Met(words, "", state, inner)
            case Counted(_, parts):
                told = [part for part in parts if self.needs.met(part, box) is state] or list(parts)
                yield Met(words, "", state, tuple(one for part in told for one in self._met(part, facts, box, unfold)))
            case Asks():
                yield Met(words, self._asked(needed, facts), state)

    def _had(self, name: str, facts: Mapping[str, Value]) -> str:
        return self.english.value(name, facts[name]) if name in facts else "not known"

    def _asked(self, needed: Asks, facts: Mapping[str, Value]) -> str:
        name = getattr(needed.condition, "input", "")
        return self._had(name, facts) if name else ""


# ---------------------------------------------------------------- one paragraph


def paragraph(english: English, decision: Decision, answer: Any, reasons: Mapping[str, RuleReason]) -> str:
    """Say why a decision answers as it does, in one paragraph."""
    said = [f"{_capital(decision.label)}: {english.answer(answer)}."]
    given = [reasons[name] for name in answer.rules if name in reasons]
    for reason in given:
        said.append(_by(reason))
    for name, reason in reasons.items():
        if name not in answer.rules and reason.overridden_by:
            winner, because = reason.overridden_by[0]
            said.append(f"{_rule(reason)} fits too, but gives way to {winner}: {because}.")
    if answer.because:
        said.append(f"It is left open because {answer.because}{f'; then {answer.action}' if answer.action else ''}.")
    said += _rests_on(english, answer)
    return " ".join(said)


def _by(reason: RuleReason) -> str:
    cited = listed([item.text for item in reason.rule.citations])
    source = f", from {cited}," if cited else ""
    needs = "; ".join(_need(met) for met in reason.needs)
    return f"{_rule(reason)}{source} says so: {needs}." if needs else f"{_rule(reason)}{source} says so in every case."


def _need(met: Met) -> str:
    if met.parts:
        return f"{met.needed}, since {'; '.join(map(_need, met.parts))}"
    alone = met.needed.partition(": ")[2]
    return met.needed if not met.had or met.had == alone else f"{met.needed} (here {met.had})"


def _rule(reason: RuleReason) -> str:
    return f"Rule {reason.title}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _rests_on(english: English, answer: Any) -> Iterator[str]:
    parts = [f"question {item.name} ({item.state}: {item.text})" for item in answer.questions]
    if answer.reviewer:
        labels = [english.label(name) for name in answer.reviewer]
        parts.insert(0, f"a reviewer's decision on {listed(labels)}")
    if answer.presumed:
        labels = [english.label(name) for name in answer.presumed]
        parts.insert(0, f"what is presumed of {listed(labels)}")
    if parts:
        yield f"This rests on {listed(parts)}."
