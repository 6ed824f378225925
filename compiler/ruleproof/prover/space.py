"""Model to space: each input becomes one dimension (several codes: one for each group), cut into cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from ruleproof.finding import Value
from ruleproof.model.nodes import (
    AllOf,
    AnyOf,
    AtLeastOf,
    Condition,
    Defined,
    HistoryTest,
    Input,
    IsIn,
    Not,
    Policy,
    SomeIn,
    Within,
)
from ruleproof.prover.cells import Cell, Dimension, Test, dimensions_of

Box = tuple[int, ...]
"""A mask of cells for each dimension of a space."""


class Space:
    """The cells of all inputs of a policy.

    With `also`, cells are cut by the tests of those policies too, so that policies with the same inputs share their cells.
    """

    def __init__(self, policy: Policy, *also: Policy) -> None:
        self.policy = policy
        tests = _tests_by_input(policy, *also)
        dimensions: list[Dimension] = []
        places: dict[str, tuple[int, ...]] = {}
        for item in policy.inputs:
            made = dimensions_of(item, tests.get(item.name, []))
            places[item.name] = tuple(range(len(dimensions), len(dimensions) + len(made)))
            dimensions += made
        self.dimensions: tuple[Dimension, ...] = tuple(dimensions)
        self.places: Mapping[str, tuple[int, ...]] = places
        self.inputs: Mapping[str, Input] = {item.name: item for item in policy.inputs}

    @cached_property
    def whole(self) -> Box:
        """The box of all cells."""
        return tuple(dimension.full for dimension in self.dimensions)

    def encode(self, case: Mapping[str, Value]) -> tuple[int, ...]:
        """Give the cell number in each dimension of a full case; the values must lie in their domains."""
        cells: list[int] = []
        for name, places in self.places.items():
            value = case[name]
            for place in places:
                cells.append(self._cell_of(self.dimensions[place], value))
        return tuple(cells)

    def box_of(self, facts: Mapping[str, Value]) -> Box:
        """Give the box of the cases that agree with facts; inputs without a fact are unknown."""
        box = list(self.whole)
        for name, value in facts.items():
            for place in self.places.get(name, ()):
                box[place] = 1 << self._cell_of(self.dimensions[place], value)
        return tuple(box)

    def _cell_of(self, dimension: Dimension, value: Value) -> int:
        if dimension.group is None:
            return next(index for index, cell in self._others_last(dimension) if cell.holds(value))
        codes = value if isinstance(value, tuple) else ()
        named = dimension.group.values
        if dimension.group.others:
            return int(any(code not in self._named_codes(dimension.input) for code in codes))
        return int(any(code in named for code in codes))

    def _others_last(self, dimension: Dimension) -> list[tuple[int, Cell]]:
        cache = self.__dict__.setdefault("_cells_others_last", {})
        if id(dimension) not in cache:
            cache[id(dimension)] = sorted(enumerate(dimension.cells), key=lambda pair: pair[1].others)
        found: list[tuple[int, Cell]] = cache[id(dimension)]
        return found

    def _named_codes(self, name: str) -> frozenset[str]:
        cache = self.__dict__.setdefault("_codes_named", {})
        if name not in cache:
            groups = (self.dimensions[place].group for place in self.places[name])
            cache[name] = frozenset(code for group in groups if group is not None for code in group.values)
        return frozenset(cache[name])

    def decode(self, cells: tuple[int, ...]) -> dict[str, Value]:
        """Give one case that lies in these cells."""
        case: dict[str, Value] = {}
        for name, places in self.places.items():
            first = self.dimensions[places[0]]
            if first.group is None:
                case[name] = first.cells[cells[places[0]]].sample
            else:
                groups = [self.dimensions[place].group for place in places if cells[place]]
                codes = [group.sample for group in groups if group is not None]
                case[name] = tuple(str(code) for code in codes) or None
        return case

    def sample(self, box: Box) -> dict[str, Value]:
        """Give one case of a box: of each dimension the first cell that is not missing; of yes and no rather no."""
        return self.decode(tuple(_first(dimension, mask) for dimension, mask in zip(self.dimensions, box, strict=True)))

    def samples(self) -> dict[str, tuple[Value, ...]]:
        """Give one value of each cell of each input (for several codes: of each combination of groups)."""
        found: dict[str, tuple[Value, ...]] = {}
        for name, places in self.places.items():
            if self.dimensions[places[0]].group is None:
                found[name] = tuple(cell.sample for cell in self.dimensions[places[0]].cells)
                continue
            combinations: list[Value] = []
            for bits in range(1 << len(places)):
                groups = [self.dimensions[place].group for index, place in enumerate(places) if bits >> index & 1]
                codes = tuple(str(group.sample) for group in groups if group is not None)
                if codes or self.inputs[name].may_be_missing:
                    combinations.append(codes or None)
            found[name] = tuple(combinations)
        return found

    def size(self, box: Box, names: Iterable[str]) -> int | None:
        """Count the cases of a box over the inputs named; `None` where infinite."""
        total = 1
        for name in names:
            for place in self.places[name]:
                if self.dimensions[place].group is not None:
                    return None
                sizes = [self.dimensions[place].cells[index].size for index in bits_of(box[place])]
                if None in sizes:
                    return None
                total *= sum(size for size in sizes if size is not None)
        return total


def bits_of(mask: int) -> Iterator[int]:
    """Give the numbers of the bits set in a mask, ascending.

    >>> list(bits_of(0b1010))
    [1, 3]
    """
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _first(dimension: Dimension, mask: int) -> int:
    numbers = list(bits_of(mask))
    if dimension.group is not None:
        return numbers[-1]
    named = [number for number in numbers if not dimension.cells[number].missing]
    if dimension.cells[0].values == ("yes",):
        return numbers[0] if not named else named[-1]
    return (named or numbers)[0]


# ---------------------------------------------------------------- which tests there are


def atoms_of(condition: Condition) -> Iterator[Condition]:
    """Give the tests of a condition, definitions unfolded; decisions are not entered."""
    match condition:
        case Defined(_, part) | Not(part):
            yield from atoms_of(part)
        case AllOf(parts) | AnyOf(parts) | AtLeastOf(_, parts):
            for part in parts:
                yield from atoms_of(part)
        case _:
            yield condition


def conditions_of(policy: Policy) -> Iterator[Condition]:
    """Give every condition that the policy states, wherever it stands."""
    yield from (item.condition for item in policy.definitions)
    yield from (item.condition for item in policy.impossibles)
    yield policy.no_text
    yield from (condition for condition, _ in policy.no_text_says)
    for decision in policy.decisions:
        yield decision.scope
        yield from (condition for condition, _ in decision.elsewhere)
        yield from (rule.condition for rule in decision.rules)
    for requirement in policy.requirements:
        yield requirement.that
        yield requirement.when
        yield requirement.elsewhere
    for claim in policy.properties:
        yield claim.condition
        yield claim.supposing
    yield from (item.when for item in policy.expectations if item.when is not None)
    yield from (item.derived.subject for item in policy.inputs if isinstance(item.derived, HistoryTest))


def _tests_by_input(*policies: Policy) -> dict[str, list[Test]]:
    tests: dict[str, list[Test]] = {}
    for condition in (condition for policy in policies for condition in conditions_of(policy)):
        for atom in atoms_of(condition):
            if isinstance(atom, IsIn | Within | SomeIn):
                tests.setdefault(atom.input, []).append(atom)
    return tests
