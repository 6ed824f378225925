"""Conditions over code lists that are elsewhere, or known in part: what they leave undecided, and what follows from that.

A code that a list which has moved away does not hold is not a code that the list refuses.  So each condition is read three
ways: it certainly holds, it certainly does not, or nobody here can say; where that matters, a decision cannot answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ruleproof.model import nodes as model
from ruleproof.model.asked import decisions_in
from ruleproof.model.nodes import AllOf, Always, AnyOf, AtLeastOf, Condition, Defined, Not

Says = tuple[tuple[Condition, str], ...]
"""When nobody here can say, and why not."""
Holes = Mapping[int, tuple[Condition, Says]]
"""The tests that can be undecided, by their identity."""


def policy_with(holes: Holes, policy: model.Policy) -> model.Policy:
    """Give a policy that says where it cannot answer since a list is not here."""
    if not holes:
        return policy
    decisions = tuple(_decisions(holes, policy.decisions))
    return replace(
        policy,
        decisions=decisions,
        requirements=tuple(_requirements(holes, decisions, policy.requirements)),
        impossibles=tuple(_impossibles(holes, policy.impossibles)),
        properties=tuple(_properties(holes, policy.properties)),
    )


def _decisions(holes: Holes, decisions: Sequence[model.Decision]) -> Iterator[model.Decision]:
    """Give decisions, each after those that it uses, with when they cannot answer since a list is not here."""
    known: dict[str, Says] = {}
    for decision in decisions:
        says = _open(holes, known, decision.scope, ())
        outside = _surely(holes, known, decision.scope, holds=False)
        for rule in decision.rules:
            beaten = [
                _surely(holes, known, other.condition, holds=True)
                for other in decision.rules
                if not rule.overrides and any(override.rule == rule.name for override in other.overrides)
            ]
            says += _open(holes, known, rule.condition, [*outside, *(part for parts in beaten for part in parts)])
        known[decision.name] = tuple(dict.fromkeys(says))
        yield replace(decision, elsewhere=known[decision.name]) if says else decision


def _open(
    holes: Holes, known: Mapping[str, Says], condition: Condition, idle: Sequence[Condition]
) -> list[tuple[Condition, str]]:
    """Give when nobody here can say whether a condition holds, but for where that does not matter."""
    says = [*undecided(holes, condition), *(item for used in _used((condition,)) for item in known.get(used, ()))]
    return [(AllOf((Not(AnyOf(tuple(idle))), when)), reason) for when, reason in says] if idle else says


def _surely(holes: Holes, known: Mapping[str, Says], condition: Condition, *, holds: bool) -> list[Condition]:
    """Give when a condition certainly holds, or does not, what it asks of decisions included; nothing of one always true."""
    if isinstance(condition, Always):
        return []
    unknown = [Not(when) for used in _used((condition,)) for when, _ in known.get(used, ())]
    return [AllOf((_certainly(holes, condition, holds=holds), *unknown))]


def _requirements(
    holes: Holes, decisions: Sequence[model.Decision], requirements: Iterable[model.Requirement]
) -> Iterator[model.Requirement]:
    """Give requirements with when they cannot be checked since a list is not here."""
    known = {decision.name: decision.elsewhere for decision in decisions}
    for item in requirements:
        when, that = undecided(holes, item.when), undecided(holes, item.that)
        used = [condition for name in _used((item.when, item.that)) for condition, _ in known.get(name, ())]
        parts = [*used, *(condition for condition, _ in when)]
        parts += [AllOf((Not(_certainly(holes, item.when, holds=False)), condition)) for condition, _ in that]
        yield replace(item, elsewhere=AnyOf(tuple(parts))) if parts else item


def _impossibles(holes: Holes, items: Iterable[model.Impossible]) -> Iterator[model.Impossible]:
    """Give what cannot happen: only where that is certain."""
    for item in items:
        yield replace(item, condition=certainly(holes, item.condition)) if _rests_on(holes, item.condition) else item


def _properties(holes: Holes, items: Iterable[model.Property]) -> Iterator[model.Property]:
    """Give what is to be proved: it fails only where it certainly does not hold."""
    for item in items:
        if _rests_on(holes, item.condition):
            item = replace(item, condition=Not(_certainly(holes, item.condition, holds=False)))
        if _rests_on(holes, item.supposing):
            item = replace(item, supposing=certainly(holes, item.supposing))
        yield item


def undecided(holes: Holes, condition: Condition) -> Says:
    """Give when nobody here can say whether a condition holds, for each reason."""
    reasons = list(dict.fromkeys(reason for says in _rests_on(holes, condition) for _, reason in says))
    if not reasons:
        return ()
    open_here = Not(AnyOf((certainly(holes, condition), _certainly(holes, condition, holds=False))))
    if len(reasons) == 1:
        return ((open_here, reasons[0]),)
    where: dict[str, list[Condition]] = {reason: [] for reason in reasons}
    for says in _rests_on(holes, condition):
        for when, reason in says:
            where[reason].append(when)
    return tuple((AllOf((AnyOf(tuple(parts)), open_here)), reason) for reason, parts in where.items())


def certainly(holes: Holes, condition: Condition) -> Condition:
    """Give when a condition certainly holds."""
    return _certainly(holes, condition, holds=True)


def _certainly(holes: Holes, condition: Condition, *, holds: bool) -> Condition:
    if id(condition) in holes:
        not_known = AnyOf(tuple(when for when, _ in holes[id(condition)][1]))
        return AllOf((condition if holds else Not(condition), Not(not_known)))
    match condition:
        case Defined(name, part):
            return Defined(name, _certainly(holes, part, holds=True)) if holds else _certainly(holes, part, holds=False)
        case Not(part):
            return _certainly(holes, part, holds=not holds)
        case AllOf(parts):
            each = tuple(_certainly(holes, part, holds=holds) for part in parts)
            return AllOf(each) if holds else AnyOf(each)
        case AnyOf(parts):
            each = tuple(_certainly(holes, part, holds=holds) for part in parts)
            return AnyOf(each) if holds else AllOf(each)
        case AtLeastOf(count, parts):
            each = tuple(_certainly(holes, part, holds=holds) for part in parts)
            return AtLeastOf(count if holds else len(parts) - count + 1, each)
        case _:
            return condition if holds else Not(condition)


def _rests_on(holes: Holes, condition: Condition) -> list[Says]:
    """Give when each test inside a condition that can be undecided is so."""
    if id(condition) in holes:
        return [holes[id(condition)][1]]
    match condition:
        case Defined(_, part) | Not(part):
            return _rests_on(holes, part)
        case AllOf(parts) | AnyOf(parts) | AtLeastOf(_, parts):
            return [says for part in parts for says in _rests_on(holes, part)]
        case _:
            return []


def _used(conditions: Iterable[Condition]) -> list[str]:
    return list(dict.fromkeys(name for condition in conditions for name in decisions_in(condition)))
