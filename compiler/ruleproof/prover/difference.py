"""Where two policies answer differently: exact regions over the inputs of both, for each decision and requirement.

Both are asked at once: one search over cells that neither of them can tell apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from ruleproof.model import meaning
from ruleproof.model.meaning import Answer, resolve
from ruleproof.model.nodes import Decision, Input, Policy, Requirement
from ruleproof.prover.boxes import merged, shape_around, split
from ruleproof.prover.expressions import FALSE, TRUE, Compiler, Constant, Expression, dimensions_in, some
from ruleproof.prover.space import Box, Space

IMPOSSIBLE = "cannot happen"
"""What a policy says of a case that it rules out."""

Said = Answer | str
"""What a policy says of a case: an answer (without its rules), a state of a requirement, or `IMPOSSIBLE`."""


class DifferentInputsError(Exception):
    """Two policies declare the same input differently, so their cases are not the same; says which, in one sentence."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Cases of one decision or requirement in which two policies say different things."""

    subject: str
    before: Said
    after: Said
    boxes: tuple[Box, ...]
    """Disjoint boxes that hold exactly these cases, over the cells of `Comparison.space`."""
    shape: Box
    """A wide box around the first of them in which every case that can happen is one of these."""
    rules_before: tuple[str, ...]
    rules_after: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """All the differences of two policies."""

    space: Space
    differences: tuple[Difference, ...]
    inputs: dict[str, tuple[str, ...]]
    """For each decision and requirement the inputs that it depends on, in either policy."""
    only_before: tuple[str, ...]
    """Decisions and requirements that only the first policy has."""
    only_after: tuple[str, ...]


def compare(before: Policy, after: Policy) -> Comparison:
    """Compare two policies; raise `DifferentInputsError` where an input is not the same in both."""
    before, after = _with_inputs_of_both(before, after)
    return _Comparer(before, after).run()


def _with_inputs_of_both(before: Policy, after: Policy) -> tuple[Policy, Policy]:
    known: dict[str, Input] = {item.name: item for item in before.inputs}
    for item in after.inputs:
        other = known.setdefault(item.name, item)
        if (other.domain, other.may_be_missing) != (item.domain, item.may_be_missing):
            raise DifferentInputsError(
                f"the input `{item.name}` is declared differently in the two, so their cases differ"
            )
    inputs = tuple(known.values())
    return replace(before, inputs=inputs), replace(after, inputs=inputs)


@dataclass
class _Side:
    """One of the two policies: its expressions, and how to read them."""

    policy: Policy
    compiler: Compiler

    def impossible(self) -> Expression:
        return some(self.compiler.impossible())

    def decision(
        self, decision: Decision
    ) -> tuple[tuple[Expression, ...], Callable[[Sequence[Expression]], Answer | None]]:
        """Give what must be asked to know the answer of a decision, and how to tell it."""
        says = [(self.compiler(condition), reason) for condition, reason in self.policy.no_text_says]
        rules = [self.compiler(rule.condition) for rule in decision.rules]
        asked = (*(condition for condition, _ in says), self.compiler(decision.scope), *rules)

        def tell(left: Sequence[Expression]) -> Answer | None:
            for part, (_, reason) in zip(left, says, strict=False):
                if part == TRUE:
                    return Answer(meaning.CANNOT_ANSWER, reason=reason)
                if part != FALSE:
                    return None
            scope, *open_rules = left[len(says) :]
            if scope == FALSE:
                return Answer(meaning.OUT_OF_SCOPE, reason=decision.out_of_scope)
            if scope != TRUE or not all(isinstance(part, Constant) for part in open_rules):
                return None
            held = [rule.name for rule, part in zip(decision.rules, open_rules, strict=True) if part == TRUE]
            return resolve(decision, frozenset(held))

        return asked, tell

    def requirement(
        self, item: Requirement
    ) -> tuple[tuple[Expression, ...], Callable[[Sequence[Expression]], str | None]]:
        """Give what must be asked to know the state of a requirement, and how to tell it."""
        asked = tuple(self.compiler(part) for part in (self.policy.no_text, item.when, item.that))

        def tell(left: Sequence[Expression]) -> str | None:
            no_text, when, that = left
            if no_text == TRUE:
                return meaning.NOT_CHECKED
            if no_text == FALSE and when == FALSE:
                return meaning.NOT_APPLICABLE
            if no_text == FALSE and when == TRUE and isinstance(that, Constant):
                return meaning.MET if that.value else meaning.FAILED
            return None

        return asked, tell


class _Comparer:
    def __init__(self, before: Policy, after: Policy) -> None:
        self.space = Space(before, after)
        self.before, self.after = (_Side(policy, Compiler(self.space, policy)) for policy in (before, after))
        self.inputs: dict[str, tuple[str, ...]] = {}

    def run(self) -> Comparison:
        found: list[Difference] = []
        old, new = _subjects(self.before.policy), _subjects(self.after.policy)
        kinds = {name: (type(old[name]), type(new[name])) for name in old if name in new}
        shared = [name for name, (left, right) in kinds.items() if left is right]
        for name in shared:
            found += self.subject(name, old[name], new[name])
        only_before = tuple(name for name in old if name not in shared)
        return Comparison(
            self.space, tuple(found), self.inputs, only_before, tuple(name for name in new if name not in shared)
        )

    def subject(self, name: str, old: Decision | Requirement, new: Decision | Requirement) -> list[Difference]:
        left_asked, left_tell = self._asking(self.before, old)
        right_asked, right_tell = self._asking(self.after, new)
        cut = 2 + len(left_asked)
        asked = (self.before.impossible(), self.after.impossible(), *left_asked, *right_asked)

        def settle(left: Sequence[Expression]) -> tuple[Said, Said] | None:
            said = []
            for impossible, part, tell in ((left[0], left[2:cut], left_tell), (left[1], left[cut:], right_tell)):
                told = IMPOSSIBLE if impossible == TRUE else tell(part) if impossible == FALSE else None
                if told is None:
                    return None
                said.append(told)
            return said[0], said[1]

        groups: dict[tuple[object, object], list[tuple[Box, Said, Said]]] = {}
        for box, (first, second) in split(self.space.whole, asked, settle):
            groups.setdefault((_words(first), _words(second)), []).append((box, first, second))
        places = {place for part in (*left_asked, *right_asked) for place in dimensions_in(part)}
        self.inputs[name] = tuple(item for item, own in self.space.places.items() if places & set(own))
        return [self._difference(name, key, groups) for key in groups if key[0] != key[1]]

    def _asking(
        self, side: _Side, item: Decision | Requirement
    ) -> tuple[tuple[Expression, ...], Callable[[Sequence[Expression]], Said | None]]:
        return side.decision(item) if isinstance(item, Decision) else side.requirement(item)

    def _difference(
        self, name: str, key: tuple[object, object], groups: dict[tuple[object, object], list[tuple[Box, Said, Said]]]
    ) -> Difference:
        found = groups[key]
        boxes = merged(box for box, _, _ in found)
        nothing = ((IMPOSSIBLE,), (IMPOSSIBLE,))
        others = [box for other, group in groups.items() if other not in (key, nothing) for box, _, _ in group]
        _, before, after = found[0]
        return Difference(
            name,
            before,
            after,
            boxes,
            shape_around(boxes[0], self.space.whole, boxes, others),
            _rules(said for _, said, _ in found),
            _rules(said for _, _, said in found),
        )


def _subjects(policy: Policy) -> dict[str, Decision | Requirement]:
    found: list[Decision | Requirement] = [*policy.decisions, *policy.requirements]
    return {item.name: item for item in found}


def _words(said: Said) -> tuple[object, ...]:
    return said.said if isinstance(said, Answer) else (said,)


def _rules(answers: Iterable[Said]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for said in answers:
        if isinstance(said, Answer):
            names.update(dict.fromkeys(said.rules))
    return tuple(names)
