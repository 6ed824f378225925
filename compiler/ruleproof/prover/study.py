"""What the prover knows of one policy: its space, its expressions, and for each decision which rules hold where.

Each result is worked out once, when somebody asks for it.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeVar

from ruleproof.finding import Value
from ruleproof.model.in_force import day_in_epoch, epoch_of
from ruleproof.model.meaning import Answer, resolve
from ruleproof.model.nodes import Condition, Decision, Policy, Requirement
from ruleproof.model.texts import Standpoint
from ruleproof.prover.boxes import TooManyBoxesError, meets, merged, split
from ruleproof.prover.expressions import (
    FALSE,
    TRUE,
    Compiler,
    Constant,
    Expression,
    dimensions_in,
    negation,
    some,
)
from ruleproof.prover.space import Box, Space
from ruleproof.prover.telling import TellAnswer, TellState

Holding = frozenset[str]
"""The names of the rules that hold together."""


Seen = Callable[[Standpoint], Policy]
"""Gives a policy as it is seen from a standpoint."""

Told_co = TypeVar("Told_co", covariant=True)


class Tell(Protocol[Told_co]):
    """Tells what follows from expressions once enough of them is settled: `TellAnswer` or `TellState`."""

    @property
    def asked(self) -> tuple[Expression, ...]: ...

    def __call__(self, left: Sequence[Expression]) -> Told_co | None: ...


@dataclass(frozen=True)
class Landscape:
    """Which rules of a decision hold where: disjoint boxes for each set of rules that hold together.

    The boxes hold exactly the cases that can happen, whose text is here, and that lie in the decision's scope.
    """

    decision: Decision
    boxes: Mapping[Holding, tuple[Box, ...]]
    excluded: tuple[Box, ...]
    """The other cases: they cannot happen, their text is not here, or they lie outside the scope."""
    inputs: tuple[str, ...]
    """The inputs that the decision depends on."""
    seconds: float

    @cached_property
    def answers(self) -> Mapping[Holding, Answer]:
        return {holding: resolve(self.decision, holding) for holding in self.boxes}

    def where(self, wanted: Callable[[Holding], bool]) -> tuple[Box, ...]:
        return merged(box for holding, boxes in self.boxes.items() if wanted(holding) for box in boxes)


class Study:
    """Answers questions about a policy exactly."""

    def __init__(self, policy: Policy, seen: Seen | None = None, space: Space | None = None) -> None:
        """`seen` gives the policy from other standpoints; a `space` holds at least the cells of the policy."""
        self.policy = policy
        self.space = space or Space(policy)
        self.compiler = Compiler(self.space, policy)
        self._seen = seen
        self._epochs: dict[int, Study] = {}
        self._landscapes: dict[str, Landscape | None] = {}

    # -------------------------------------------------------------- other standpoints

    def as_posted(self, on: datetime.date | None) -> Study:
        """Give the study of the policy as far as it had been posted by a day; with no day, of all of it."""
        epoch = epoch_of(self.policy.postings, on)
        if self._seen is None or epoch == len(self.policy.postings):
            return self
        if epoch not in self._epochs:
            day = day_in_epoch(self.policy.postings, epoch)
            self._epochs[epoch] = Study(self._seen(Standpoint(posted_by=day)))
        return self._epochs[epoch]

    def earlier(self) -> tuple[tuple[datetime.date, Policy], ...]:
        """Give the policy as it was known before each day of posting, in the order of time."""
        if self._seen is None:
            return ()
        postings = self.policy.postings
        days = [day_in_epoch(postings, epoch) for epoch in range(len(postings))]
        return tuple((item.day, self.as_posted(day).policy) for item, day in zip(postings, days, strict=True))

    def text_of(self, source: str, revision: str) -> Policy | None:
        """Give the text of one revision as a policy, for every date of service; `None` where only this policy is known."""
        return None if self._seen is None else self._seen(Standpoint(text_of=(source, revision)))

    @cached_property
    def impossible(self) -> Expression:
        """Holds where a case cannot happen."""
        return some(self.compiler.impossible())

    def landscape(self, decision: Decision) -> Landscape | None:
        """Give which rules hold where, or `None` where that would take too many boxes."""
        if decision.name not in self._landscapes:
            try:
                self._landscapes[decision.name] = self._survey(decision)
            except TooManyBoxesError:
                self._landscapes[decision.name] = None
        return self._landscapes[decision.name]

    @property
    def landscapes(self) -> list[Landscape]:
        """The landscapes of the decisions, without those that would take too many boxes."""
        return [found for decision in self.policy.decisions if (found := self.landscape(decision)) is not None]

    def _survey(self, decision: Decision) -> Landscape:
        began = time.perf_counter()
        names = [rule.name for rule in decision.rules]
        rules = [self.compiler(rule.condition) for rule in decision.rules]
        not_here = self.compiler.not_here(decision)
        asked = (self.impossible, not_here, self.compiler(decision.scope), *rules)

        def settle(left: Sequence[Expression]) -> tuple[Holding, ...] | None:
            impossible, no_text, scope, *open_rules = left
            if TRUE in (impossible, no_text) or scope == FALSE:
                return ()
            if not all(isinstance(part, Constant) for part in left):
                return None
            return (frozenset(name for name, rule in zip(names, open_rules, strict=True) if rule == TRUE),)

        found: dict[Holding, list[Box]] = {}
        excluded: list[Box] = []
        for box, key in split(self.space.whole, asked, settle):
            for holding in key:
                found.setdefault(holding, []).append(box)
            if not key:
                excluded.append(box)
        return Landscape(
            decision,
            {holding: merged(boxes) for holding, boxes in found.items()},
            merged(excluded),
            self.inputs_of(*asked[1:]),
            time.perf_counter() - began,
        )

    def inputs_of(self, *expressions: Expression) -> tuple[str, ...]:
        """Give the inputs that expressions depend on, in the order declared."""
        return inputs_of(self.space, *expressions)

    def example_of(self, *expressions: Expression, within: Box | None = None) -> Box | None:
        """Give a box of cases that can happen and in which all the expressions hold, or `None` where there is none."""
        asked = (*expressions, negation(self.impossible))
        boxes = split(within or self.space.whole, asked, _all_hold, in_order=True)
        return next((box for box, found in boxes if found), None)

    def holds_somewhere(self, *expressions: Expression) -> bool:
        """Tell whether there is a case, also one that cannot happen, in which all the expressions hold."""
        return any(found for _, found in split(self.space.whole, expressions, _all_hold, in_order=True))

    def cases_where(self, *expressions: Expression) -> tuple[Box, ...]:
        """Give all the cases that can happen and in which all the expressions hold."""
        asked = (*expressions, negation(self.impossible))
        return merged(box for box, found in split(self.space.whole, asked, _all_hold) if found)

    def parts_where(self, expression: Expression, boxes: Sequence[Box]) -> tuple[list[Box], list[Box]]:
        """Cut boxes into those where an expression holds and those where it does not."""
        inside: list[Box] = []
        outside: list[Box] = []
        for start in boxes:
            for box, holds in split(start, (expression,), _constant):
                (inside if holds == TRUE else outside).append(box)
        return inside, outside

    # -------------------------------------------------------------- answers with some facts unknown

    def box_of(self, facts: Mapping[str, Value]) -> Box:
        """Give the box of the cases that agree with facts; inputs without a fact are unknown."""
        return self.space.box_of(facts)

    def answers(self, decision: Decision, box: Box) -> tuple[Answer, ...]:
        """Give the different answers (rules apart) of a decision over a box, as `meaning.partial` defines them."""
        return joined(decision, list(self._told(TellAnswer(self.policy, decision, self.compiler), box)))

    def states(self, requirement: Requirement, box: Box) -> frozenset[str]:
        """Give the states of a requirement over the cases of a box that can happen."""
        return frozenset(self._told(TellState(self.policy, requirement, self.compiler), box))

    def _told(self, tell: Tell[Told_co], box: Box) -> Iterator[Told_co]:
        """Give what is told of each part of a box that can happen."""

        def settle(left: Sequence[Expression]) -> tuple[Told_co, ...] | None:
            if left[0] == TRUE:
                return ()
            told = tell(left[1:]) if left[0] == FALSE else None
            return None if told is None else (told,)

        for _, told in split(box, (self.impossible, *tell.asked), settle):
            yield from told

    def holds_nowhere(self, condition: Condition) -> bool:
        """Tell whether no case that can happen meets a condition."""
        return self.example_of(self.compiler(condition)) is None


def inputs_of(space: Space, *expressions: Expression) -> tuple[str, ...]:
    """Give the inputs that expressions over a space depend on, in the order declared."""
    places = {place for expression in expressions for place in dimensions_in(expression)}
    return tuple(name for name, own in space.places.items() if places & set(own))


def joined(decision: Decision, answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """Join answers that say the same; the joined answer names the rules of all of them, in the order written."""
    order = {rule.name: index for index, rule in enumerate(decision.rules)}
    found: dict[tuple[object, ...], tuple[Answer, set[str]]] = {}
    for answer in answers:
        found.setdefault(answer.said, (answer, set()))[1].update(answer.rules)
    return tuple(
        Answer(
            one.kind,
            one.force,
            one.outcomes,
            one.further,
            one.barred,
            one.reason,
            tuple(sorted(rules, key=order.__getitem__)),
        )
        for one, rules in found.values()
    )


def shared(boxes: Sequence[Box], with_box: Box) -> list[Box]:
    """Give what boxes share with one box."""
    return [part for box in boxes if (part := meets(box, with_box)) is not None]


def _all_hold(left: Sequence[Expression]) -> bool | None:
    if FALSE in left:
        return False
    return True if all(part == TRUE for part in left) else None


def _constant(left: Sequence[Expression]) -> Expression | None:
    return left[0] if isinstance(left[0], Constant) else None
