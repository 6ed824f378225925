"""What a policy means, in the fewest lines: no cells, no graph, no speed.  Every other path is tested against this."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never

from ruleproof.finding import Value
from ruleproof.model.nodes import (
    ALSO,
    CONSIDER,
    LEFT_OPEN,
    MAY_REPORT,
    MUST_NOT,
    REPORT,
    AllOf,
    Always,
    AnyOf,
    AtLeastOf,
    Condition,
    Decision,
    DecisionIs,
    DecisionIsNothing,
    Defined,
    IsIn,
    IsMissing,
    Not,
    Policy,
    Requirement,
    SomeIn,
    Within,
)

OUTCOME, NOTHING, OPEN = "outcome", "nothing", "left open"
OUT_OF_SCOPE, CANNOT_ANSWER, NOT_KNOWN = "out of scope", "cannot answer", "not known yet"
MET, FAILED, NOT_CHECKED, NOT_APPLICABLE = "met", "failed", "not checked", "not applicable"
CONFLICT, CONTRADICTION, CHOICE = "conflict", "contradiction", "choice"

Case = Mapping[str, Value]
"""A value for every input; `None` is missing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a decision answers: what it says, and the rules that say it."""

    kind: str
    """`outcome`, `nothing`, `left open`, `out of scope`, `cannot answer` or `not known yet`."""
    force: str = ""
    outcomes: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    """Codes that may also be reported, each on a further line."""
    barred: tuple[str, ...] = ()
    """Codes that must not be reported."""
    reason: str = ""
    rules: tuple[str, ...] = ()

    @property
    def said(self) -> tuple[object, ...]:
        """What a person is told, without the rules behind it: two answers agree where this is equal."""
        return (self.kind, self.force, self.outcomes, self.further, self.barred, self.reason)


def holds(policy: Policy, condition: Condition, case: Case) -> bool:
    """Tell whether a condition holds in a case."""
    match condition:
        case Always():
            return True
        case IsIn(input, values):
            return case[input] is not None and case[input] in values
        case Within(input, low, high, low_closed, high_closed):
            value: Any = case[input]
            above = value is not None and (low is None or value > low or (low_closed and value == low))
            return above and (high is None or value < high or (high_closed and value == high))
        case SomeIn(input, quantifier, values):
            codes = case[input]
            if not isinstance(codes, tuple) or not codes:
                return False
            inside = [code in values for code in codes]
            return {"any": any(inside), "all": all(inside), "none": not any(inside)}[quantifier]
        case IsMissing(input):
            return case[input] is None or case[input] == ()
        case DecisionIs(decision, outcomes):
            answer = answer_of(policy, policy.decision(decision), case)
            return answer.kind == OUTCOME and len(answer.outcomes) == 1 and answer.outcomes[0] in outcomes
        case DecisionIsNothing(decision):
            return answer_of(policy, policy.decision(decision), case).kind != OUTCOME
        case Defined(_, part):
            return holds(policy, part, case)
        case Not(part):
            return not holds(policy, part, case)
        case AllOf(parts):
            return all(holds(policy, part, case) for part in parts)
        case AnyOf(parts):
            return any(holds(policy, part, case) for part in parts)
        case AtLeastOf(count, parts):
            return sum(holds(policy, part, case) for part in parts) >= count
        case _:
            assert_never(condition)


def impossible(policy: Policy, case: Case) -> tuple[str, ...]:
    """Give the names of the `cannot happen` that a case meets."""
    return tuple(item.name for item in policy.impossibles if holds(policy, item.condition, case))


def answer_of(policy: Policy, decision: Decision, case: Case) -> Answer:
    """Give what a decision answers in a case that can happen."""
    for condition, reason in (*policy.no_text_says, *decision.elsewhere):
        if holds(policy, condition, case):
            return Answer(CANNOT_ANSWER, reason=reason)
    if not holds(policy, decision.scope, case):
        return Answer(OUT_OF_SCOPE, reason=decision.out_of_scope)
    return resolve(decision, frozenset(rule.name for rule in decision.rules if holds(policy, rule.condition, case)))


def surviving(decision: Decision, holding: frozenset[str]) -> frozenset[str]:
    """Drop every rule that a holding rule overrides, also where the overrider is dropped itself."""
    dropped = {override.rule for rule in decision.rules if rule.name in holding for override in rule.overrides}
    return holding - dropped


def _said_with(decision: Decision, rules: frozenset[str], force: str) -> dict[str, list[str]]:
    """Give the outcomes that the rules name with a force, each with those rules, in the order written."""
    found: dict[str, list[str]] = {}
    for rule in decision.rules:
        if rule.name in rules and rule.force == force:
            for outcome in rule.outcomes:
                found.setdefault(outcome, []).append(rule.name)
    return found


def fault(decision: Decision, holding: frozenset[str]) -> str:
    """Give `contradiction`, `conflict` or `choice` where the rules that survive disagree, else an empty text."""
    kept = surviving(decision, holding)
    must, may, barred = (_said_with(decision, kept, force) for force in (REPORT, MAY_REPORT, MUST_NOT))
    others = _said_with(decision, kept, CONSIDER) | _said_with(decision, kept, ALSO) if decision.collects else {}
    if barred.keys() & (must.keys() | may.keys() | others.keys()):
        return CONTRADICTION
    if decision.collects:
        return ""
    if len(must) > 1 or (must and not may.keys() <= must.keys()):
        return CONFLICT
    return CHOICE if not must and len(may) > 1 else ""


def resolve(decision: Decision, holding: frozenset[str]) -> Answer:
    """Give the answer where exactly these rules hold: by force, after overrides."""
    kept = surviving(decision, holding)
    must, may, also, maybe, barred = (
        _said_with(decision, kept, force) for force in (REPORT, MAY_REPORT, ALSO, CONSIDER, MUST_NOT)
    )
    wrong = fault(decision, holding)
    if wrong in (CONFLICT, CONTRADICTION):
        named = _names(decision, kept)
        return Answer(CANNOT_ANSWER, reason=f"{wrong} between {', '.join(named)}", rules=named)
    if decision.collects:
        return _collected(decision, kept)
    if LEFT_OPEN in must:
        return Answer(OPEN, rules=tuple(must[LEFT_OPEN]))
    for force, said in (
        (REPORT, must | {code: [*must[code], *may.get(code, [])] for code in must}),
        (MAY_REPORT, may),
        (CONSIDER, maybe),
    ):
        if said:
            givers = {rule for rules in (*said.values(), *also.values()) for rule in rules}
            return Answer(OUTCOME, force, tuple(said), tuple(also), tuple(barred), rules=_names(decision, givers))
    if also:
        return Answer(
            OUTCOME,
            ALSO,
            tuple(also),
            (),
            tuple(barred),
            rules=_names(decision, set(*also.values()))
            if len(also) == 1
            else _names(decision, {rule for rules in also.values() for rule in rules}),
        )
    return Answer(
        NOTHING, barred=tuple(barred), rules=_names(decision, {rule for rules in barred.values() for rule in rules})
    )


def _collected(decision: Decision, kept: frozenset[str]) -> Answer:
    found = {force: _said_with(decision, kept, force) for force in (REPORT, MAY_REPORT, ALSO, CONSIDER, MUST_NOT)}
    forces = [force for force, said in found.items() if said]
    if not forces:
        return Answer(NOTHING)
    if LEFT_OPEN in found[REPORT]:
        return Answer(OPEN, rules=tuple(found[REPORT][LEFT_OPEN]))
    if len(forces) == 1:
        return Answer(OUTCOME, forces[0], tuple(found[forces[0]]), rules=_names(decision, kept))
    outcomes = tuple(f"{force} {outcome}" for force in forces for outcome in found[force])
    return Answer(OUTCOME, "several", outcomes, rules=_names(decision, kept))


def _names(decision: Decision, rules: Iterable[str]) -> tuple[str, ...]:
    wanted = set(rules)
    return tuple(rule.name for rule in decision.rules if rule.name in wanted)


def state_of(policy: Policy, requirement: Requirement, case: Case) -> str:
    """Give `met`, `failed` or `not applicable` for a requirement; `not checked` where the text, or a code list, is not here."""
    if holds(policy, policy.no_text, case) or holds(policy, requirement.elsewhere, case):
        return NOT_CHECKED
    if not holds(policy, requirement.when, case):
        return NOT_APPLICABLE
    return MET if holds(policy, requirement.that, case) else FAILED


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that a policy says of one case."""

    impossible: tuple[str, ...]
    answers: Mapping[str, Answer] = field(default_factory=dict)
    requirements: Mapping[str, str] = field(default_factory=dict)


def judge(policy: Policy, case: Case) -> Judgement:
    """Judge one full case."""
    broken = impossible(policy, case)
    if broken:
        return Judgement(broken)
    answers = {decision.name: answer_of(policy, decision, case) for decision in policy.decisions}
    return Judgement((), answers, {item.name: state_of(policy, item, case) for item in policy.requirements})


def completions(policy: Policy, facts: Case, samples: Mapping[str, tuple[Value, ...]]) -> Iterator[dict[str, Value]]:
    """Give every case that can happen and agrees with the facts; unknown inputs run over `samples`."""
    unknown = [item.name for item in policy.inputs if item.name not in facts]
    for values in itertools.product(*(samples[name] for name in unknown)):
        case = {**facts, **dict(zip(unknown, values, strict=True))}
        if not impossible(policy, case):
            yield case


@dataclass(frozen=True, slots=True)
class Partial:
    """What a policy says where some inputs are unknown."""

    possible: tuple[Answer, ...]
    """The different answers still possible (rules apart), in no order."""
    presumed: tuple[str, ...]
    """The inputs whose presumed value the answer rests on."""

    @property
    def settled(self) -> bool:
        return len(self.possible) == 1


def partial(policy: Policy, decision: Decision, facts: Case, samples: Mapping[str, tuple[Value, ...]]) -> Partial:
    """Give the answers of a decision over all completions; what is presumed fills an unknown before that.

    The answer rests on the presumptions where, without them, it would not be settled in the same way.  Presumptions that
    leave nothing that can happen are void.
    """
    bare = _possible(policy, decision, facts, samples)
    presumed = {item.input: item.value for item in policy.presumptions if item.input not in facts}
    if not presumed:
        return Partial(bare, ())
    filled = _possible(policy, decision, {**facts, **presumed}, samples)
    if not filled:
        return Partial(bare, ())
    same = {answer.said for answer in filled} == {answer.said for answer in bare}
    return Partial(filled, () if same else tuple(presumed))


def _possible(
    policy: Policy, decision: Decision, facts: Case, samples: Mapping[str, tuple[Value, ...]]
) -> tuple[Answer, ...]:
    found: dict[tuple[object, ...], Answer] = {}
    rules: dict[tuple[object, ...], set[str]] = {}
    for case in completions(policy, facts, samples):
        answer = answer_of(policy, decision, case)
        found.setdefault(answer.said, answer)
        rules.setdefault(answer.said, set()).update(answer.rules)
    return tuple(
        Answer(
            answer.kind,
            answer.force,
            answer.outcomes,
            answer.further,
            answer.barred,
            answer.reason,
            _names(decision, rules[said]),
        )
        for said, answer in found.items()
    )
