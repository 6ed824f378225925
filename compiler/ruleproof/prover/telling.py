"""How the answer of a decision, or the state of a requirement, follows from what is left of its conditions in a box."""

from __future__ import annotations

from collections.abc import Sequence

from ruleproof.model import meaning
from ruleproof.model.meaning import Answer, resolve
from ruleproof.model.nodes import Condition, Decision, Policy, Requirement
from ruleproof.prover.expressions import FALSE, TRUE, Compiler, Constant, Expression, some

IS_ONE, IS_NONE = "met", "not met"


class TellAnswer:
    """Tells the answer of a decision: `asked` is what must be known, the first `first` of it before the rest."""

    def __init__(self, policy: Policy, decision: Decision, compiler: Compiler) -> None:
        says = [(compiler(condition), reason) for condition, reason in (*policy.no_text_says, *decision.elsewhere)]
        rules = [compiler(rule.condition) for rule in decision.rules]
        self.decision = decision
        self.reasons = [reason for _, reason in says]
        self.asked = (*(condition for condition, _ in says), compiler(decision.scope), *rules)
        self.first = len(says) + 1

    def __call__(self, left: Sequence[Expression]) -> Answer | None:
        """Give the answer once it is settled: the text first, then the scope, then the rules."""
        for reason, part in zip(self.reasons, left, strict=False):
            if part == TRUE:
                return Answer(meaning.CANNOT_ANSWER, reason=reason)
            if part != FALSE:
                return None
        scope, *rules = left[len(self.reasons) :]
        if scope == FALSE:
            return Answer(meaning.OUT_OF_SCOPE, reason=self.decision.out_of_scope)
        if scope != TRUE or not all(isinstance(rule, Constant) for rule in rules):
            return None
        held = [rule.name for rule, part in zip(self.decision.rules, rules, strict=True) if part == TRUE]
        return resolve(self.decision, frozenset(held))


class TellKind:
    """Tells whether a service is of a kind."""

    first = 1

    def __init__(self, condition: Condition, compiler: Compiler) -> None:
        self.asked = (compiler(condition),)

    def __call__(self, left: Sequence[Expression]) -> str | None:
        """Give `met` or `not met` once it is settled."""
        (kind,) = left
        return None if not isinstance(kind, Constant) else IS_ONE if kind.value else IS_NONE


class TellState:
    """Tells the state of a requirement, in the same manner."""

    first = 2

    def __init__(self, policy: Policy, requirement: Requirement, compiler: Compiler) -> None:
        not_here = some((compiler(policy.no_text), compiler(requirement.elsewhere)))
        self.asked = (not_here, compiler(requirement.when), compiler(requirement.that))

    def __call__(self, left: Sequence[Expression]) -> str | None:
        """Give the state once it is settled."""
        no_text, when, that = left
        if no_text == TRUE:
            return meaning.NOT_CHECKED
        if no_text == FALSE and when == FALSE:
            return meaning.NOT_APPLICABLE
        if no_text == FALSE and when == TRUE and isinstance(that, Constant):
            return meaning.MET if that.value else meaning.FAILED
        return None
