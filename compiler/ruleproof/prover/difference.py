"""Where two policies answer differently: exact regions over the inputs of both, for each decision and requirement.

Both are asked at once: one search over cells that neither of them can tell apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ruleproof.model.meaning import Answer
from ruleproof.model.nodes import Decision, Input, Policy, Requirement
from ruleproof.prover.boxes import merged, shape_around, split
from ruleproof.prover.expressions import FALSE, TRUE, Compiler, Expression, dimensions_in, some
from ruleproof.prover.space import Box, Space
from ruleproof.prover.telling import TellAnswer, TellState

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
        if other.derived != item.derived:
            raise DifferentInputsError(f"`{item.name}` is worked out differently in the two, so their cases differ")
    inputs = tuple(known.values())
    return replace(before, inputs=inputs), replace(after, inputs=inputs)


@dataclass
class _Side:
    """One of the two policies: its expressions, and how to read them."""

    policy: Policy
    compiler: Compiler

    def impossible(self) -> Expression:
        return some(self.compiler.impossible())

    def telling(self, item: Decision | Requirement) -> TellAnswer | TellState:
        if isinstance(item, Decision):
            return TellAnswer(self.policy, item, self.compiler)
        return TellState(self.policy, item, self.compiler)


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
        first_tell, second_tell = self.before.telling(old), self.after.telling(new)
        cut = 2 + len(first_tell.asked)
        asked = (self.before.impossible(), self.after.impossible(), *first_tell.asked, *second_tell.asked)

        def settle(left: Sequence[Expression]) -> tuple[Said, Said] | None:
            first = _told(left[0], left[2:cut], first_tell)
            second = _told(left[1], left[cut:], second_tell)
            return None if first is None or second is None else (first, second)

        groups: dict[tuple[object, object], list[tuple[Box, Said, Said]]] = {}
        for box, (first, second) in split(self.space.whole, asked, settle):
            groups.setdefault((_words(first), _words(second)), []).append((box, first, second))
        places = {place for part in asked[2:] for place in dimensions_in(part)}
        self.inputs[name] = tuple(item for item, own in self.space.places.items() if places & set(own))
        return [self._difference(name, key, groups) for key in groups if key[0] != key[1]]

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


def _told(impossible: Expression, left: Sequence[Expression], tell: TellAnswer | TellState) -> Said | None:
    """Give what one policy says, once it is settled whether the case can happen."""
    if impossible == TRUE:
        return IMPOSSIBLE
    return tell(left) if impossible == FALSE else None


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
