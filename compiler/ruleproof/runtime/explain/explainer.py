"""All that explains the answers of one text of a policy, and why a decision or a requirement says what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.model.meaning import FAILED, NOT_APPLICABLE, OUT_OF_SCOPE
from ruleproof.model.nodes import Decision, Requirement
from ruleproof.prover.space import Box
from ruleproof.runtime.explain.english import English
from ruleproof.runtime.explain.needs import Needs
from ruleproof.runtime.explain.paragraphs import decision_paragraph, requirement_paragraph
from ruleproof.runtime.explain.what_if import WhatIf
from ruleproof.runtime.explain.why import Met, Reasons, RuleReason
from ruleproof.runtime.explain.why_not import WhyNots


@dataclass(frozen=True, slots=True)
class DecisionReason:
    """Why a decision answers as it does."""

    decision: Decision
    answer: Any
    """The answer, as the policy gives it."""
    says: str
    """The answer in words."""
    rules: tuple[RuleReason, ...]
    """The rules that give it; of an answer that is settled before all is known, those that may."""
    overridden: tuple[RuleReason, ...]
    """The rules that fit too, and give way."""
    lacks: tuple[Met, ...]
    """Of a case outside the scope: what the scope needs and the case has not; where that is not known, what it needs."""
    reviewer: tuple[str, ...]
    """The inputs decided by a reviewer that it rests on, of those that are known."""
    english: English = field(repr=False, compare=False)

    @property
    def text(self) -> str:
        """All that in one paragraph."""
        return decision_paragraph(self.english, self)

    def as_dict(self) -> dict[str, Any]:
        return {
            **self.answer.as_dict(),
            "says": self.says,
            "why": [reason.as_dict() for reason in self.rules],
            "overridden": [reason.as_dict() for reason in self.overridden],
            "lacks": [met.as_dict() for met in self.lacks],
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class RequirementReason:
    """Why a requirement or a limit is met, failed, not applicable or not checked."""

    requirement: Requirement
    state: Any
    """The state, as the policy gives it, with its consequence."""
    needs: tuple[Met, ...]
    """What it asks for; of one that does not apply, what would have to be so for it to apply."""
    reviewer: tuple[str, ...]
    """The inputs decided by a reviewer that it rests on, of those that are known."""
    english: English = field(repr=False, compare=False)

    @property
    def text(self) -> str:
        """All that in one paragraph."""
        return requirement_paragraph(self.english, self)

    def as_dict(self) -> dict[str, Any]:
        return {**self.state.as_dict(), "needs": [met.as_dict() for met in self.needs], "why": self.text}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a case: its facts, and the cells that they leave."""

    facts: Mapping[str, Value]
    box: Box


@dataclass(frozen=True)
class Explainer:
    """Explains the answers of one text of a policy; of the inputs that are `hidden` it says no value of a case."""

    compiled: Compiled
    hidden: frozenset[str] = frozenset()

    @cached_property
    def english(self) -> English:
        return English(self.compiled.space, self.hidden)

    @cached_property
    def needs(self) -> Needs:
        return Needs(self.compiled.study.compiler)

    @cached_property
    def reasons(self) -> Reasons:
        return Reasons(self.needs, self.english)

    @cached_property
    def why_nots(self) -> WhyNots:
        return WhyNots(self.compiled, self.reasons, self.english)

    @cached_property
    def what_if(self) -> WhatIf:
        return WhatIf(self.compiled, self.english)

    def box_of(self, facts: Mapping[str, Value]) -> Box:
        """Give the cases that agree with facts; what is no input of the policy is left aside."""
        return self.compiled.study.box_of(facts)

    def decision(self, decision: Decision, answer: Any, case: Known, *, unfold: bool = False) -> DecisionReason:
        """Say why a decision gives an answer; `case` is what is known and worked out, without what is presumed."""
        told, box, reasons = self._presumed(answer.presumed, case)
        by_name = {rule.name: rule for rule in decision.rules}
        beaten = reasons.beaten(decision, box)
        given = tuple(reasons.reason(by_name[name], told, box, unfold=unfold) for name in answer.rules)
        overridden = []
        for name, by in beaten.items():
            if name not in answer.rules:
                reason = reasons.reason(by_name[name], told, box, unfold=unfold)
                overridden.append(RuleReason(reason.rule, reason.needs, by))
        lacks: tuple[Met, ...] = ()
        if answer.kind == OUT_OF_SCOPE:
            lacks = _lacking(reasons.met(decision.scope, told, box))
        says, reviewer = self.english.answer(answer), _known(answer.reviewer, told)
        return DecisionReason(decision, answer, says, given, tuple(overridden), lacks, reviewer, self.english)

    def requirement(
        self, requirement: Requirement, state: Any, case: Known, *, unfold: bool = False
    ) -> RequirementReason:
        """Say why a requirement has a state."""
        told, box, reasons = self._presumed(state.presumed, case)
        asked = requirement.when if state.state == NOT_APPLICABLE else requirement.that
        met = reasons.met(asked, told, box, unfold=unfold)
        if state.state in (FAILED, NOT_APPLICABLE):
            met = _lacking(met)
        return RequirementReason(requirement, state, met, _known(state.reviewer, told), self.english)

    def _presumed(self, names: tuple[str, ...], case: Known) -> tuple[Mapping[str, Value], Box, Reasons]:
        """Add what is presumed to a case."""
        if not names:
            return case.facts, case.box, self.reasons
        values = {item.input: item.value for item in self.compiled.policy.presumptions if item.input in names}
        told = {**values, **case.facts}
        return told, self.box_of(told), Reasons(self.needs, self.english, frozenset(values) - frozenset(case.facts))


def _lacking(needs: tuple[Met, ...]) -> tuple[Met, ...]:
    """Give the needs that are not met; where none is known not to be, those that are not known."""
    return tuple(one for one in needs if one.state is False) or tuple(one for one in needs if one.state is None)


def _known(names: tuple[str, ...], facts: Mapping[str, Value]) -> tuple[str, ...]:
    return tuple(name for name in names if name in facts)
