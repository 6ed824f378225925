"""What made-up claims are to hit: each rule, override, state of a requirement, end of a scope, and side of a bound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.model.meaning import FAILED, MET
from ruleproof.model.nodes import Always, Decision, HistoryTest, Requirement
from ruleproof.prover.boxes import TooManyBoxesError
from ruleproof.prover.expressions import Expression, InCells, negation
from ruleproof.prover.space import Box
from ruleproof.prover.study import Landscape


@dataclass(frozen=True, slots=True)
class Target:
    """Something to hit: a claim in one of the boxes, with the fixed values, hits it."""

    about: str
    """Such as `rule T1`, `override T2 over T1`, `requirement Z1 failed` or `genes 50`."""
    boxes: tuple[Box, ...]
    fixed: Mapping[str, Value] = field(default_factory=dict)


def targets_of(compiled: Compiled) -> tuple[Target, ...]:
    """Give everything that some claim can hit, in the order of the policy."""
    study = compiled.study
    found: list[Target] = []
    for decision in compiled.decisions:
        landscape = study.landscape(decision)
        found += _apart(compiled, decision) if landscape is None else _of_landscape(landscape)
        found += _out_of_scope(compiled, decision)
    for requirement in compiled.policy.requirements:
        found += _of_requirement(compiled, requirement)
    return (*found, *_of_boundaries(compiled))


def hangs_on_history(compiled: Compiled, box: Box) -> bool:
    """Tell whether the cases of a box have something in common that came before them."""
    space = compiled.space
    return any(
        box[place] != space.dimensions[place].full
        for item in compiled.policy.derived
        if isinstance(item.derived, HistoryTest)
        for place in space.places[item.name]
    )


def _of_landscape(landscape: Landscape) -> Iterator[Target]:
    for rule in landscape.decision.rules:
        won = [key for key, answer in landscape.answers.items() if rule.name in answer.rules]
        if won:
            yield Target(f"rule {rule.name}", _boxes(landscape, won))
        for beaten in rule.overrides:
            both = [key for key in landscape.boxes if {rule.name, beaten.rule} <= key]
            if both:
                yield Target(f"override {rule.name} over {beaten.rule}", _boxes(landscape, both))


def _boxes(landscape: Landscape, keys: Sequence[frozenset[str]]) -> tuple[Box, ...]:
    return tuple(box for key in keys for box in landscape.boxes[key])


def _apart(compiled: Compiled, decision: Decision) -> Iterator[Target]:
    """Give one case of each rule where the sets of rules that hold together are too many; another rule may win there."""
    compiler = compiled.study.compiler
    for rule in decision.rules:
        box = compiled.study.example_of(_has_text(compiled), compiler(decision.scope), compiler(rule.condition))
        if box is not None:
            yield Target(f"condition of {rule.name}", (box,))


def _out_of_scope(compiled: Compiled, decision: Decision) -> Iterator[Target]:
    if not isinstance(decision.scope, Always):
        outside = negation(compiled.study.compiler(decision.scope))
        yield from _where(compiled, f"{decision.name} out of scope", _has_text(compiled), outside)


def _of_requirement(compiled: Compiled, requirement: Requirement) -> Iterator[Target]:
    compiler = compiled.study.compiler
    when, that = compiler(requirement.when), compiler(requirement.that)
    elsewhere = negation(compiler(requirement.elsewhere))
    for state, wanted in ((MET, that), (FAILED, negation(that))):
        about = f"requirement {requirement.name} {state}"
        yield from _where(compiled, about, _has_text(compiled), elsewhere, when, wanted)


def _where(compiled: Compiled, about: str, *expressions: Expression) -> Iterator[Target]:
    try:
        boxes = compiled.study.cases_where(*expressions)
    except TooManyBoxesError:
        one = compiled.study.example_of(*expressions)
        boxes = () if one is None else (one,)
    if boxes:
        yield Target(about, tuple(boxes))


def _has_text(compiled: Compiled) -> Expression:
    return negation(compiled.study.compiler(compiled.policy.no_text))


# ---------------------------------------------------------------- boundaries


def _of_boundaries(compiled: Compiled) -> Iterator[Target]:
    """Give a target for each side of a cut, among cases that some decision speaks of where there are any."""
    for name, value in boundaries(compiled):
        place = compiled.space.places[name][0]
        mask = sum(
            1 << number for number, cell in enumerate(compiled.space.dimensions[place].cells) if cell.holds(value)
        )
        boxes = _at(compiled, name, place, mask)
        if boxes:
            yield Target(f"{name} {value}", boxes, {name: value})


def _at(compiled: Compiled, name: str, place: int, mask: int) -> tuple[Box, ...]:
    for landscape in compiled.study.landscapes:
        if name in landscape.inputs:
            spoken = [box for own in landscape.boxes.values() for box in own if box[place] & mask]
            if spoken:
                return tuple((*box[:place], box[place] & mask, *box[place + 1 :]) for box in spoken)
    box = compiled.study.example_of(_has_text(compiled), InCells(place, mask))
    return () if box is None else (box,)


def boundaries(compiled: Compiled) -> Iterator[tuple[str, Value]]:
    """Give for each number and date the values on both sides of every cut, where some case with them can be judged."""
    for place, dimension in enumerate(compiled.space.dimensions):
        stretches = [(number, cell) for number, cell in enumerate(dimension.cells) if cell.stretch]
        found: dict[Value, None] = {}
        for (number, before), (_, after) in pairwise(stretches):
            for side, value, closed in (
                (number, before.high, before.high_closed),
                (number + 1, after.low, after.low_closed),
            ):
                if closed and _is_judged(compiled, dimension.input, place, side):
                    found[value] = None
        yield from ((dimension.input, value) for value in found)


def _is_judged(compiled: Compiled, name: str, place: int, cell: int) -> bool:
    """Tell whether a decision speaks about some case in a cell; cells that only requirements look at count as well."""
    looking = [landscape for landscape in compiled.study.landscapes if name in landscape.inputs]
    boxes = (box for landscape in looking for own in landscape.boxes.values() for box in own)
    return not looking or any(box[place] >> cell & 1 for box in boxes)
