"""Parts of all cases of a table: which rules match in all of a part, and whether inputs can compare as it says.

The dimensions of a part are the inputs, then how two of them compare, then questions that nobody has decided.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import floor, prod
from typing import Any

from ruleproof.verify import FlawError
from ruleproof.verify_tables.inputs import Input
from ruleproof.verify_tables.values import STEPPED, Piece

Box = Sequence[int]
"""For each dimension a set of cells."""

_STATES = {
    "=": {"equal", "alike"},
    "!=": {"less", "greater", "apart"},
    "<": {"less"},
    "<=": {"less", "equal"},
    ">": {"greater"},
    ">=": {"greater", "equal"},
}
_TURNED = {"less": "greater", "greater": "less", "equal": "equal", "alike": "alike", "apart": "apart"}
_MOST_CHOICES = 100_000

_Order = tuple[int, int, bool]
"""The first input is not larger than the second; smaller where the third is true."""


@dataclass(frozen=True)
class Rule:
    """Where a rule matches: its cells in each dimension, and its tests that ask for more than the value of one input."""

    masks: Box
    compound: tuple[tuple[int, Any], ...]


class Inputs:
    """All dimensions of a table."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.inputs = [Input(item) for item in table["inputs"]]
        self.comparisons = [(*item["inputs"], item["states"]) for item in table["comparisons"]]
        self.questions = [tuple(question) for question in table["questions"]]
        for found in ([item.name for item in self.inputs], self.questions, [item[:2] for item in self.comparisons]):
            if len(set(found)) != len(found):
                raise FlawError("an input, a comparison or a question is there twice")
        for left, right, states in self.comparisons:
            self._check_comparison(left, right, states)
        counts = [len(states) for _, _, states in self.comparisons] + [2] * len(self.questions)
        self.sizes = [item.size for item in self.inputs] + counts
        self.whole: Box = [item.can for item in self.inputs] + [(1 << count) - 1 for count in counts]
        self._masks: dict[tuple[int, str], int] = {}

    def _check_comparison(self, left: int, right: int, states: Sequence[Sequence[str]]) -> None:
        """The classes hold each way in which two inputs can compare once."""
        one, two = self.inputs[left], self.inputs[right]
        kinds = {"number" if kind.kind == "whole number" else kind.kind for kind in (*one.kinds, *two.kinds)}
        if not 0 <= left < right or len(kinds) != 1 or "" in kinds:
            raise FlawError("two inputs that cannot be compared are")
        expected = {"alike", "apart"} if kinds == {"boolean"} else {"less", "equal", "greater"}
        expected |= {"apart"} if one.null or two.null else set()
        expected |= {"alike"} if one.null and two.null else set()
        named = [state for group in states for state in group]
        if set(named) != expected or len(named) != len(expected) or not all(states):
            raise FlawError(f"{one.name} and {two.name} can compare in other ways")

    # -------------------------------------------------------------- rules

    def rule(self, columns: Sequence[int], tests: Sequence[Any]) -> Rule:
        """Give where a rule matches, from its test in each column."""
        masks, compound = list(self.whole), []
        for place, test in zip(columns, tests, strict=True):
            if _is_plain(test):
                masks[place] &= self.mask(place, test)
            else:
                compound.append((place, test))
        return Rule(masks, tuple(compound))

    def mask(self, place: int, test: Any) -> int:
        """Give the cells of an input that pass a test."""
        key = place, json.dumps(test)
        if key not in self._masks:
            self._masks[key] = self.inputs[place].mask(test)
        return self._masks[key]

    def holds(self, rule: Rule, box: Box) -> bool | None:
        """Tell whether a rule matches in every case of a box, or in none; `None` where neither is so."""
        value = self._value(rule, box)
        if value is not None or not rule.compound:
            return value
        asked = [dimension for place, test in rule.compound for dimension in self._asked(place, test)]
        index = next((index for index in asked if box[index] & box[index] - 1), None)
        if index is None:
            return None
        halves = _halves(box[index])
        first, second = (self.holds(rule, [*box[:index], half, *box[index + 1 :]]) for half in halves)
        return first if first == second else None

    def _value(self, rule: Rule, box: Box) -> bool | None:
        inside = True
        for mask, cells in zip(rule.masks, box, strict=True):
            if not mask & cells:
                return False
            inside = inside and not cells & ~mask
        found = [self._passes(place, test, box) for place, test in rule.compound]
        if False in found:
            return False
        return True if inside and None not in found else None

    def _passes(self, place: int, test: Any, box: Box) -> bool | None:
        match test:
            case ["not", part]:
                value = self._passes(place, part, box)
                return None if value is None else not value
            case ["any of", *parts]:
                values = [self._passes(place, part, box) for part in parts]
                return True if True in values else None if None in values else False
            case _:
                dimension, mask = self._where(place, test)
                inside, outside = box[dimension] & mask, box[dimension] & ~mask
                return None if inside and outside else bool(inside)

    def _where(self, place: int, test: Any) -> tuple[int, int]:
        """Give the dimension and the cells that a test without parts speaks of."""
        match test:
            case ["question", text]:
                return len(self.inputs) + len(self.comparisons) + self.questions.index((place, text)), 0b10
            case ["compares", how, other]:
                return self._compared(place, how, other)
            case _:
                return place, self.mask(place, test)

    def _compared(self, place: int, how: str, other: int) -> tuple[int, int]:
        wanted = _STATES[how]
        if place == other:
            null = self.inputs[place].null
            same = self.whole[place] & ~null if wanted & {"equal"} else 0
            return place, same | null if "alike" in wanted else same
        if place > other:
            place, other, wanted = other, place, {_TURNED[state] for state in wanted}
        index = next(number for number, item in enumerate(self.comparisons) if item[:2] == (place, other))
        mask = 0
        for number, group in enumerate(self.comparisons[index][2]):
            if wanted & set(group) and set(group) - wanted:
                raise FlawError("a test cuts the ways in which two inputs compare")
            mask |= bool(wanted & set(group)) << number
        return len(self.inputs) + index, mask

    def _asked(self, place: int, test: Any) -> Iterator[int]:
        if test[0] in ("not", "any of"):
            for part in test[1:]:
                yield from self._asked(place, part)
        else:
            yield self._where(place, test)[0]

    # -------------------------------------------------------------- comparisons

    def is_impossible(self, box: Box) -> bool:
        """Tell whether no values of the inputs compare as a box says: every combination of stretches is tried."""
        start = len(self.inputs)
        said = []
        for number, (left, right, states) in enumerate(self.comparisons):
            if box[start + number] != self.whole[start + number]:
                ways = [
                    state for index, group in enumerate(states) if box[start + number] >> index & 1 for state in group
                ]
                said.append((left, right, ways))
        places = sorted({place for left, right, _ in said for place in (left, right)})
        stretches = [self._stretches(place, box[place]) for place in places]
        if prod(map(len, stretches)) * prod(len(ways) for _, _, ways in said) > _MOST_CHOICES:
            raise FlawError("whether a part holds a case has too many combinations to try")
        for chosen in product(*stretches):
            lying = dict(zip(places, chosen, strict=True))
            for states in product(*(ways for _, _, ways in said)):
                for orders in self._orders(said, states, lying):
                    if self._can_be(lying, orders):
                        return False
        return bool(said)

    def _stretches(self, place: int, mask: int) -> list[Piece | None]:
        """Give the stretches of values in cells of an input; `None` is a missing value."""
        own = self.inputs[place]
        found: list[Piece | None] = [piece for kind in own.kinds for piece in kind.pieces(mask)]
        return [*found, None] if mask & own.null else found

    def _orders(
        self, said: Sequence[tuple[int, int, Any]], states: Sequence[str], lying: Mapping[int, Piece | None]
    ) -> Iterator[list[_Order]]:
        """Give the orders, in each way that there is, in which inputs compare as stated."""
        ways: list[list[list[_Order]]] = []
        for (left, right, _), state in zip(said, states, strict=True):
            ordered = self.inputs[left].kinds[0].kind != "boolean"
            ways.append(_ways(left, right, state, (lying[left] is None, lying[right] is None), ordered))
        for chosen in product(*ways):
            yield [order for group in chosen for order in group]

    def _can_be(self, lying: Mapping[int, Piece | None], orders: Sequence[_Order]) -> bool:
        """Tell whether values lie in some stretches in some orders: each is pushed up as far as the orders ask."""
        stepped = {place for place in lying if self.inputs[place].kinds[0].kind in (*STEPPED, "boolean")}
        there = {place: piece for place, piece in lying.items() if piece is not None}
        least = {
            place: _raised((True, piece.low, not piece.low_closed), place in stepped)
            if piece.low is not None
            else (False, 0, 0)
            for place, piece in there.items()
        }
        for _ in range(4 * len(there) + 8):
            before = dict(least)
            for low, high, strictly in orders:
                known, place, steps = least[low]
                least[high] = max(least[high], _raised((known, place, steps + strictly), high in stepped))
            if least == before:
                break
        else:
            return False  # a circle of values, each smaller than the next
        return all(_reaches(least[place], piece) for place, piece in there.items())


def _ways(left: int, right: int, state: str, missing: tuple[bool, bool], ordered: bool) -> list[list[_Order]]:
    """Give the orders, in each way that there is, in which two inputs compare as one state says."""
    if any(missing):
        return [[]] if state == ("alike" if all(missing) else "apart") else []
    less, greater = (left, right, True), (right, left, True)
    same = [(left, right, False), (right, left, False)]
    if ordered:
        return {"less": [[less]], "greater": [[greater]], "equal": [same]}.get(state, [])
    return [same] if state == "alike" else [[less], [greater]]


_Bound = tuple[bool, Any, int]
"""Whether there is a place, the place, and how many steps smaller than any number lie above it."""


def _raised(bound: _Bound, stepped: bool) -> _Bound:
    """Give the first bound at or above one that a value can have."""
    known, place, steps = bound
    if not stepped or not known:
        return known, place, int(steps)
    whole = floor(place)
    return True, whole if whole == place and not steps else whole + 1, 0


def _reaches(bound: _Bound, piece: Piece) -> bool:
    known, place, steps = bound
    if piece.high is None or not known:
        return True
    return bool(place < piece.high or (place == piece.high and piece.high_closed and not steps))


def _is_plain(test: Any) -> bool:
    """Tell whether a test asks for the value of its own input only."""
    if test[0] in ("not", "any of"):
        return all(map(_is_plain, test[1:]))
    return test[0] not in ("compares", "question")


def _halves(mask: int) -> tuple[int, int]:
    cells = [number for number in range(mask.bit_length()) if mask >> number & 1]
    first = sum(1 << number for number in cells[: len(cells) // 2])
    return first, mask & ~first
