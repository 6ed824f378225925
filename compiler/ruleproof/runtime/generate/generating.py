"""A policy, a seed and rates to claims: first whatever is to be hit, again and again, mixed with noise and faults."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.prover.boxes import TooManyBoxesError
from ruleproof.prover.space import Box
from ruleproof.runtime.generate.drawing import Drawer, Drawn
from ruleproof.runtime.generate.faults import Fault, faults_of
from ruleproof.runtime.generate.targets import Target, hangs_on_history, targets_of

NOISE = "noise"
_TRIES = 30


class NothingCanHappenError(ValueError):
    """A policy of which no claim can be made."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Which shares of the claims, from 0 to 1, are noise and faulty, and which share of the facts is left out."""

    noise: float = 0.2
    faults: float = 0.0
    unknown: float = 0.0


@dataclass(frozen=True, slots=True)
class Generated:
    """A made-up claim; `about` says what it was made for, such as `rule T1`, `noise` or `fault genes: missing`."""

    facts: dict[str, object]
    """Values by the names of inputs; dates are dates, several codes a tuple, no value is `None`."""
    about: str
    history: tuple[Mapping[str, Value], ...] | None = None
    """Earlier services, the first one first; `None` where it does not hang on any."""

    @property
    def is_faulty(self) -> bool:
        return self.about.startswith("fault ")


class Generator:
    """Makes claims of one policy."""

    def __init__(self, compiled: Compiled, seed: int, *, histories: bool = False, typed: bool = False) -> None:
        """Without `histories`, nothing is hit that hangs on earlier services; `typed` claims fit into typed columns."""
        self._compiled = compiled
        self.inputs = tuple(compiled.policy.asked)
        # A text as seed is spread by the library in a way that is the same everywhere; the policy takes part in it.
        spread = hashlib.sha256(f"{seed} {compiled.policy.name}".encode()).digest()
        self._random = Random(int.from_bytes(spread))
        self._drawer = Drawer(compiled, self._random)
        found = targets_of(compiled)
        self.targets = found if histories else tuple(filter(None, map(self._without_history, found)))
        kept = {target.about for target in self.targets}
        self.out_of_reach = tuple(target.about for target in found if target.about not in kept)
        """What only claims with a history hit."""
        self._faults = tuple(fault for item in self.inputs for fault in faults_of(item) if fault.typed or not typed)
        self._impossible = self._impossible_boxes()

    def _without_history(self, target: Target) -> Target | None:
        boxes = tuple(box for box in target.boxes if not hangs_on_history(self._compiled, box))
        return Target(target.about, boxes, target.fixed) if boxes else None

    def _impossible_boxes(self) -> tuple[tuple[str, Box], ...]:
        """Give for each combination that cannot happen a box of cases, none of which hangs on a history."""
        study = self._compiled.study
        found: list[tuple[str, Box]] = []
        for item in self._compiled.policy.impossibles:
            try:
                inside, _ = study.parts_where(study.compiler(item.condition), [study.space.whole])
            except TooManyBoxesError:
                continue
            found += [(item.name, box) for box in inside if not hangs_on_history(self._compiled, box)]
        return tuple(found)

    def claims(self, number: int, rates: Rates) -> Iterator[Generated]:
        """Give so many claims; the first ones of those that are made for something hit everything once, in random order."""
        waiting: list[Target] = []
        for _ in range(number):
            drawn = self._random.random()
            if drawn < rates.faults and (faulty := self._faulty()) is not None:
                yield faulty
                continue
            if drawn < rates.faults + rates.noise or not self.targets:
                noise = self._drawer.anywhere()
                if noise is not None:
                    yield self._made(noise, NOISE, rates.unknown)
                    continue
            if not waiting:
                waiting = list(self.targets)
                self._random.shuffle(waiting)
            if not waiting:
                raise NothingCanHappenError("the policy has no case that can happen")
            target = waiting.pop()
            box = self._drawer.one_of(target.boxes)
            yield self._made(self._drawer.inside(box, target.fixed), target.about, 0.0)

    def _made(self, drawn: Drawn, about: str, unknown: float) -> Generated:
        facts: dict[str, object] = dict(drawn.line)
        if unknown:
            facts = {name: value for name, value in facts.items() if self._random.random() >= unknown}
        return Generated(facts, about, drawn.history)

    def _faulty(self) -> Generated | None:
        """Make a claim with one fault: a value that is refused, or facts that cannot happen together."""
        chosen = self._drawer.one_of((*self._faults, None)) if self._impossible else self._drawer.one_of(self._faults)
        if chosen is None:
            name, box = self._drawer.one_of(self._impossible)
            drawn = self._drawer.among_impossible(box)
            return None if drawn is None else Generated(dict(drawn.line), f"fault {name}: cannot happen")
        return self._spoiled(chosen)

    def _spoiled(self, fault: Fault) -> Generated | None:
        drawn = self._drawer.anywhere()
        if drawn is None:
            return None
        return Generated({**drawn.line, fault.input: fault.value}, f"fault {fault.input}: {fault.kind}")
