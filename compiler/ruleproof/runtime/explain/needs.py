"""What a condition needs of a case, as plain needs of inputs without negations, and how a case meets them.

A need names the values that pass, so that no sentence made of it needs a `not`; needs of one input that stand together
become one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ruleproof.model import nodes as model
from ruleproof.model.nodes import Condition
from ruleproof.prover.expressions import TRUE, Compiler, Constant, Expression, InCells, negation, restrict
from ruleproof.prover.space import Box


@dataclass(frozen=True, slots=True)
class Need:
    """One input has one of some values: those of the cells of a dimension."""

    dimension: int
    cells: int


@dataclass(frozen=True, slots=True)
class Asks:
    """A test that is no set of values of one input: of several codes, or of what another decision answers."""

    expression: Expression
    condition: Condition
    holds: bool
    """False where the condition must fail."""


@dataclass(frozen=True, slots=True)
class Counted:
    """At least `count` of the parts are met: all of them, or any of them, where it is their number, or one."""

    count: int
    parts: tuple[Needed, ...]

    @property
    def all(self) -> bool:
        return self.count == len(self.parts)


@dataclass(frozen=True, slots=True)
class Named:
    """A definition of the policy: it must hold, or (`holds` is false) must not."""

    name: str
    holds: bool
    part: Needed


Needed: TypeAlias = Need | Asks | Counted | Named


class Needs:
    """Gives the needs of conditions of one policy, and tells whether a case meets them."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler
        self.space = compiler.space
        self._known: dict[int, tuple[Condition, Needed]] = {}

    def of(self, condition: Condition) -> Needed:
        """Give what a condition needs; nothing at all is `Counted(0, ())`."""
        known = self._known.get(id(condition))
        if known is None:  # by identity, since conditions are large to compare
            known = self._known[id(condition)] = condition, self._needed(condition, True)
        return known[1]

    def _needed(self, condition: Condition, holds: bool) -> Needed:
        match condition:
            case model.Not(part):
                return self._needed(part, not holds)
            case model.Defined(name, part):
                return Named(name, holds, self._needed(part, holds))
            case model.AllOf(parts):
                return self._counted(len(parts), parts, holds)
            case model.AnyOf(parts):
                return self._counted(1, parts, holds)
            case model.AtLeastOf(count, parts):
                return self._counted(count, parts, holds)
            case _:
                return self._test(condition, holds)

    def _counted(self, count: int, parts: Sequence[Condition], holds: bool) -> Needed:
        if not holds:
            count = len(parts) - count + 1
        needed = [self._needed(part, holds) for part in parts]
        if count == len(needed):
            needed = list(self._joined(needed))
            count = len(needed)
        return needed[0] if len(needed) == 1 else Counted(count, tuple(needed))

    def _joined(self, parts: Iterable[Needed]) -> Iterable[Needed]:
        """Open what is all needed anyway, and join the needs of one input."""
        found: list[Needed] = []
        for part in parts:
            inner = part.parts if isinstance(part, Counted) and part.all else (part,)
            for one in inner:
                at = next(
                    (
                        place
                        for place, other in enumerate(found)
                        if isinstance(one, Need) and isinstance(other, Need) and other.dimension == one.dimension
                    ),
                    None,
                )
                if at is None:
                    found.append(one)
                elif isinstance(one, Need) and isinstance(found[at], Need):
                    found[at] = Need(one.dimension, one.cells & found[at].cells)  # type: ignore[union-attr]
        return found

    def _test(self, condition: Condition, holds: bool) -> Needed:
        expression = self.compiler(condition)
        if not holds:
            expression = negation(expression)
        if isinstance(expression, Constant):
            return Counted(0, ()) if expression is TRUE else Counted(1, ())
        plain = self.compiler(condition)
        if isinstance(plain, InCells):
            full = self.space.dimensions[plain.dimension].full
            return Need(plain.dimension, plain.cells if holds else full & ~plain.cells)
        return Asks(expression, condition, holds)

    # -------------------------------------------------------------- a case

    def met(self, needed: Needed, box: Box) -> bool | None:
        """Tell whether the cases of a box meet a need: all of them, none, or (`None`) some."""
        match needed:
            case Need(dimension, cells):
                known = box[dimension]
                return None if known & cells and known & ~cells else bool(known & cells)
            case Asks(expression):
                left = restrict(expression, box)
                return None if not isinstance(left, Constant) else left is TRUE
            case Named(_, _, part):
                return self.met(part, box)
            case Counted(count, parts):
                states = [self.met(part, box) for part in parts]
                if states.count(True) >= count:
                    return True
                return False if len(states) - states.count(False) < count else None

    def failing(self, needed: Needed, box: Box) -> tuple[Needed, ...]:
        """Give the parts of a need that a case does not meet, opened as far as they are all needed."""
        if self.met(needed, box) is not False:
            return ()
        match needed:
            case Counted(_, parts) if needed.all and parts:
                return tuple(one for part in parts for one in self.failing(part, box))
            case Named(_, True, part) if isinstance(part, Need):
                return (part,)
            case _:
                return (needed,)
