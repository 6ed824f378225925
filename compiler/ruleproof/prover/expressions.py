"""Conditions over cells: on a box each holds always, never, or sometimes, and then says what is left to ask.

An expression restricted to a box is simpler or the same; equal expressions are the same object, so that a state of a search
can be remembered by what is left of its expressions.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias, assert_never

from ruleproof.model import nodes as model
from ruleproof.model.meaning import OUTCOME, Answer, resolve
from ruleproof.prover.space import Box, Space

if TYPE_CHECKING:
    from ruleproof.prover.day_differences import DayDifferences
    from ruleproof.prover.histories import Histories


@dataclass(frozen=True, slots=True)
class Constant:
    value: bool


@dataclass(frozen=True, slots=True)
class InCells:
    """The case lies in one of some cells of a dimension."""

    dimension: int
    cells: int


@dataclass(frozen=True, slots=True)
class Negation:
    part: Expression


@dataclass(frozen=True, slots=True)
class Count:
    """At least `count` of the parts hold; all of them, or any of them, where it is their number, or one."""

    count: int
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Decides:
    """What a decision answers passes a test: `test` is the outcomes that pass, or `None` for no outcome at all."""

    decision: str
    test: frozenset[str] | None
    no_text: Expression
    scope: Expression
    rules: tuple[Expression, ...]
    """For each rule of the decision, in order, when it holds."""
    of: model.Decision = field(compare=False, repr=False)
    """The decision itself, which says what follows from the rules that hold."""


Expression: TypeAlias = Constant | InCells | Negation | Count | Decides

TRUE, FALSE = Constant(True), Constant(False)
"""The only two constants: they are compared by identity where it matters for speed."""


def negation(part: Expression) -> Expression:
    if isinstance(part, Constant):
        return FALSE if part.value else TRUE
    return part.part if isinstance(part, Negation) else Negation(part)


def count(needed: int, parts: Iterable[Expression]) -> Expression:
    """Make `at least needed of parts`, with what is settled taken out."""
    open_parts = []
    for part in parts:
        if isinstance(part, Constant):
            needed -= part.value
        else:
            open_parts.append(part)
    if needed <= 0:
        return TRUE
    if needed > len(open_parts):
        return FALSE
    return open_parts[0] if len(open_parts) == 1 else Count(needed, tuple(open_parts))


def every(parts: Iterable[Expression]) -> Expression:
    known = tuple(parts)
    return count(len(known), known)


def some(parts: Iterable[Expression]) -> Expression:
    return count(1, parts)


@dataclass
class Compiler:
    """Turns conditions of a policy into expressions over the cells of its space."""

    space: Space
    policy: model.Policy
    _known: dict[model.Condition, Expression] = field(default_factory=dict)
    _ordered: dict[int, list[Any]] = field(default_factory=dict)
    _unreal: tuple[Expression, ...] | None = None
    _decisions: dict[str, tuple[Expression, Expression, tuple[Expression, ...]]] = field(default_factory=dict)

    def __call__(self, condition: model.Condition) -> Expression:
        if condition not in self._known:
            self._known[condition] = self._compile(condition)
        return self._known[condition]

    def _compile(self, condition: model.Condition) -> Expression:
        match condition:
            case model.Always():
                return TRUE
            case model.IsIn(name, values):
                return self._cells(name, lambda sample: sample is not None and sample in values)
            case model.Within():
                return self._within(condition)
            case model.SomeIn(name, quantifier, values):
                return self._some_in(name, quantifier, values)
            case model.IsMissing(name):
                return self._missing(name)
            case model.DecisionIs(decision, outcomes):
                return self._decides(decision, outcomes)
            case model.DecisionIsNothing(decision):
                return self._decides(decision, None)
            case model.Defined(_, part):
                return self(part)
            case model.Not(part):
                return negation(self(part))
            case model.AllOf(parts):
                return every(self(part) for part in parts)
            case model.AnyOf(parts):
                return some(self(part) for part in parts)
            case model.AtLeastOf(needed, parts):
                return count(needed, [self(part) for part in parts])
            case _:
                assert_never(condition)

    def _cells(self, name: str, test: Callable[[object], bool]) -> Expression:
        place = self.space.places[name][0]
        dimension = self.space.dimensions[place]
        mask = sum(1 << index for index, cell in enumerate(dimension.cells) if test(cell.sample))
        if mask == 0:
            return FALSE
        return TRUE if mask == dimension.full else InCells(place, mask)

    def _within(self, test: model.Within) -> Expression:
        """A sample stands for its cell, since every bound of every test is a bound of cells; the cells stand in order."""
        place = self.space.places[test.input][0]
        samples = self._samples(place)
        first, last = 0, len(samples)
        if test.low is not None:
            first = (bisect_left if test.low_closed else bisect_right)(samples, test.low)
        if test.high is not None:
            last = (bisect_right if test.high_closed else bisect_left)(samples, test.high)
        if first >= last:
            return FALSE
        mask = (1 << last) - (1 << first)
        return TRUE if mask == self.space.dimensions[place].full else InCells(place, mask)

    def _samples(self, place: int) -> list[Any]:
        """Give a value of each cell of a dimension that is there, in their order."""
        if place not in self._ordered:
            cells = self.space.dimensions[place].cells
            self._ordered[place] = [cell.sample for cell in cells if not cell.missing]
        return self._ordered[place]

    def _some_in(self, name: str, quantifier: str, values: frozenset[str]) -> Expression:
        inside: list[Expression] = []
        outside: list[Expression] = []
        for place in self.space.places[name]:
            group = self.space.dimensions[place].group
            assert group is not None
            belongs = not group.others and group.values[0] in values
            (inside if belongs else outside).append(InCells(place, 0b10))
        there = some([*inside, *outside])
        match quantifier:
            case "any":
                return some(inside)
            case "all":
                return every([there, negation(some(outside))])
            case _:
                return every([there, negation(some(inside))])

    def _missing(self, name: str) -> Expression:
        places = self.space.places[name]
        if self.space.dimensions[places[0]].group is None:
            return self._cells(name, lambda sample: sample is None)
        return negation(some(InCells(place, 0b10) for place in places))

    def _decides(self, name: str, test: frozenset[str] | None) -> Expression:
        policy = self.policy
        decision = policy.decision(name)
        parts = Decides(
            name,
            test,
            self.not_here(decision),
            self(decision.scope),
            tuple(self(rule.condition) for rule in decision.rules),
            decision,
        )
        return settle(parts)

    def not_here(self, decision: model.Decision) -> Expression:
        """Give when a decision cannot answer: its text is not here, or a code list that it rests on."""
        return some((self(self.policy.no_text), *(self(condition) for condition, _ in decision.elsewhere)))

    def impossible(self) -> tuple[Expression, ...]:
        """Give when each `cannot happen` is met, in order, and then when an input lacks the codes that it must have."""
        return (*self.declared_impossible(), *self.unreal())

    def declared_impossible(self) -> tuple[Expression, ...]:
        return (*(self(item.condition) for item in self.policy.impossibles), *self.lacking())

    def unreal(self) -> tuple[Expression, ...]:
        """Give when what is worked out from other facts comes out as it never does."""
        if not self.policy.derived:
            return ()
        if self._unreal is None:
            self._unreal = ()  # whether a single service can be does not hang on its own history
            self._unreal = (*self.day_differences.unreal, *self.histories.unreal)
        return self._unreal

    @cached_property
    def day_differences(self) -> DayDifferences:
        from ruleproof.prover.day_differences import DayDifferences  # noqa: PLC0415 (it is made of expressions)

        return DayDifferences(self)

    @cached_property
    def histories(self) -> Histories:
        from ruleproof.prover.histories import Histories  # noqa: PLC0415 (it is made of expressions)

        return Histories(self, some((*self.declared_impossible(), *self.day_differences.unreal)))

    def lacking(self) -> tuple[Expression, ...]:
        """Give when an input lacks the codes that it must have."""
        policy = self.policy
        needed = [
            item.name
            for item in policy.inputs
            if isinstance(item.domain, model.SeveralCodes) and not item.may_be_missing
        ]
        return tuple(self._missing(name) for name in needed)


def settle(parts: Decides) -> Expression:
    """Give a constant where what is known of a decision decides the test, else the parts as they are."""
    if parts.no_text == TRUE or parts.scope == FALSE:
        return FALSE if parts.test is not None else TRUE
    if not all(isinstance(part, Constant) for part in (parts.no_text, parts.scope, *parts.rules)):
        return parts
    holding = frozenset(rule.name for rule, holds in zip(parts.of.rules, parts.rules, strict=True) if holds == TRUE)
    return TRUE if passes(resolve(parts.of, holding), parts.test) else FALSE


def passes(answer: Answer, test: frozenset[str] | None) -> bool:
    """Tell whether an answer passes the test of a `Decides`."""
    if test is None:
        return answer.kind != OUTCOME
    return answer.kind == OUTCOME and len(answer.outcomes) == 1 and answer.outcomes[0] in test


def restrict(expression: Expression, box: Box) -> Expression:
    """Give what is left of an expression inside a box: a constant where it holds always or never.

    The innermost step of every proof, so it asks for the kind directly: half the time of a `match`.
    """
    kind = type(expression)
    if kind is InCells:
        mask = box[expression.dimension]  # type: ignore[union-attr]
        cells = expression.cells  # type: ignore[union-attr]
        if not mask & cells:
            return FALSE
        return expression if mask & ~cells else TRUE
    if kind is Count:
        return _restrict_count(expression, box)  # type: ignore[arg-type]
    if kind is Constant:
        return expression
    if kind is Negation:
        part = expression.part  # type: ignore[union-attr]
        left = restrict(part, box)
        return expression if left is part else negation(left)
    return _restrict_decides(expression, box)  # type: ignore[arg-type]


def _restrict_count(expression: Count, box: Box) -> Expression:
    needed = expression.count
    open_parts = []
    changed = False
    for part in expression.parts:
        left = restrict(part, box)
        if left is part:
            open_parts.append(part)
            continue
        changed = True
        if left is TRUE:
            needed -= 1
            if not needed:
                return TRUE
        elif left is not FALSE:
            open_parts.append(left)
    if not changed:
        return expression
    if needed > len(open_parts):
        return FALSE
    return open_parts[0] if len(open_parts) == 1 else Count(needed, tuple(open_parts))


def _restrict_decides(asked: Decides, box: Box) -> Expression:
    no_text, scope = restrict(asked.no_text, box), restrict(asked.scope, box)
    rules = tuple(restrict(rule, box) for rule in asked.rules)
    return settle(Decides(asked.decision, asked.test, no_text, scope, rules, asked.of))


def tests_in(expression: Expression) -> Iterator[InCells]:
    """Give the tests that an expression still asks, each as often as it stands there."""
    match expression:
        case InCells():
            yield expression
        case Constant():
            return
        case Negation(part):
            yield from tests_in(part)
        case Count(_, parts):
            for part in parts:
                yield from tests_in(part)
        case Decides(_, _, no_text, scope, rules, _):
            for part in (no_text, scope, *rules):
                yield from tests_in(part)
        case _:
            assert_never(expression)


def dimensions_in(expression: Expression) -> frozenset[int]:
    """Give the dimensions that an expression depends on."""
    return frozenset(test.dimension for test in tests_in(expression))
