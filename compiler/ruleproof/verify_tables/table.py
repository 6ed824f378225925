"""Check the certificate of decision tables by a second, short and dumb program: no line of the prover is used here.

The cells of each input lie between the cuts that the certificate names, so that they fill it; a test that cuts one is a flaw.
A tree of cuts parts all cases, so that its ends fill the space without touching.  At each end the rules are asked again,
by this program's own reading of their tests, and the answer is worked out again by the hit policy.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruleproof.verify import FlawError
from ruleproof.verify_tables.answers import answer, in_order, plain
from ruleproof.verify_tables.boxes import Box, Inputs

FORMAT = "ruleproof table certificate 1"
EVERY, FIRST, SOME = "every rule that matches", "the rule that wins", "a rule that matches"


@dataclass(frozen=True)
class Verified:
    """What a certificate shows of one table."""

    table: str
    hit_policy: str
    regions: int
    gaps: int
    """In how many regions no rule matches."""
    complete: bool
    """True where every case has an answer."""
    consistent: bool
    """True where no rules contradict each other; under UNIQUE rules that say the same do not."""


def verify_tables(text: str) -> tuple[Verified, ...]:
    """Check a certificate; give what it shows of each table, or raise `FlawError`."""
    try:
        certificate = json.loads(text)
    except (ValueError, RecursionError):
        raise FlawError("the file is no JSON") from None
    try:
        if certificate["format"] != FORMAT:
            raise FlawError(f"the file says it is {certificate['format']!r}, not {FORMAT!r}")
        return tuple(_Table(item).run() for item in certificate["tables"])
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError, ArithmeticError) as error:
        raise FlawError(f"a part is missing or malformed ({type(error).__name__}: {error})") from None


class _Table:
    def __init__(self, item: Mapping[str, Any]) -> None:
        self.item, self.name = item, item["table"]
        self.inputs = Inputs(item)
        self.rules = item["rules"]
        if [rule["rule"] for rule in self.rules] != list(range(1, len(self.rules) + 1)):
            raise self.flaw("the rules are not numbered one after the other")
        self.own = [self.inputs.rule(item["columns"], [item["tests"][test] for test in r["when"]]) for r in self.rules]

    def flaw(self, message: str) -> FlawError:
        return FlawError(f"{self.name}: {message}")

    def run(self) -> Verified:
        item = self.item
        if not item["decided"]:
            raise self.flaw("it was not decided, so there is nothing to check")
        if not all(self.inputs.whole):
            if "tree" in item:
                raise self.flaw("there are no cases to say anything of")
            return Verified(self.name, self.item["hit_policy"], 0, 0, True, True)
        parts = [tuple(part["rules"]) for part in item["parts"]]
        if len(set(parts)) != len(parts):
            raise self.flaw("two parts name the same rules")
        for rules in parts:
            if list(rules) != sorted(set(rules)) or not set(rules) <= set(range(1, len(self.rules) + 1)):
                raise self.flaw(f"a part names rules that are not there, or not in order: {list(rules)}")
        used = self.walk(parts)
        if set(used) - {-1} != set(range(len(parts))):
            raise self.flaw("a part stands nowhere in the tree")
        for rules, part in zip(parts, item["parts"], strict=True):
            said = None if item["ends"] == SOME else answer(item, [self.rules[number - 1] for number in rules])
            if part.get("answer") != said:
                raise self.flaw(f"{_named(rules)} do not give the answer {part.get('answer')}")
        return self.verdict(parts, used)

    def verdict(self, parts: Sequence[tuple[int, ...]], used: Sequence[int]) -> Verified:
        item = self.item
        has_default = any(output["default"] is not None for output in item["outputs"])
        complete = () not in parts or has_default
        together = parts
        if item["ends"] == SOME:
            together = sorted(self.pairs())
            if [tuple(pair) for pair in item["pairs"]] != together:
                raise self.flaw("other pairs of rules match together")
        elif "pairs" in item:
            raise self.flaw("the ends of the tree name all rules already")
        consistent = item["hit_policy"] not in ("UNIQUE", "ANY") or not any(map(self.differ, together))
        if (item["complete"], item["consistent"]) != (complete, consistent):
            raise self.flaw("it is not as complete or as consistent as stated")
        gaps = sum(number != -1 and not parts[number] for number in used)
        return Verified(self.name, self.item["hit_policy"], len(used), gaps, complete, consistent)

    def differ(self, rules: Sequence[int]) -> bool:
        return len({json.dumps(plain(self.rules[number - 1]["gives"])) for number in rules}) > 1

    # -------------------------------------------------------------- the tree

    def walk(self, parts: Sequence[tuple[int, ...]]) -> list[int]:
        """Follow the tree and check each of its ends; give the part of each, -1 where no case can be."""
        ends: dict[str, Callable[[Box, Sequence[int], tuple[int, ...]], bool]] = {
            EVERY: self.are_all,
            FIRST: self.wins,
            SOME: self.matches,
        }
        check = ends[self.item["ends"]]
        if (self.item["ends"] == FIRST) != (
            self.item["hit_policy"] in ("FIRST", "PRIORITY") and self.order is not None
        ):
            raise self.flaw("under its hit policy the ends of the tree must name something else")
        stack = [(self.inputs.whole, [number - 1 for number in self.order or range(1, len(self.rules) + 1)])]
        used: list[int] = []
        for step in self.item["tree"]:
            if not stack:
                raise self.flaw("the tree goes on after its end")
            box, alive = stack.pop()
            if isinstance(step, list):
                stack += self.cut(box, alive, step)
                continue
            if step == -1:
                if not self.inputs.is_impossible(box):
                    raise self.flaw("a part that is said to hold no case may hold one")
            elif not 0 <= step < len(parts) or not check(box, alive, parts[step]):
                raise self.flaw(f"{_named(parts[step])} are misjudged at an end of the tree")
            used.append(step)
        if stack:
            raise self.flaw("the tree ends before all cases are parted")
        return used

    def cut(self, box: Box, alive: Sequence[int], step: Sequence[int]) -> Iterator[tuple[Box, list[int]]]:
        """Give the part outside a cut, then the part inside it, each with the rules that it meets."""
        dimension, *ends = step
        cells = 0
        for first, last in zip(ends[::2], ends[1::2], strict=True):
            if not 0 <= first <= last < self.inputs.sizes[dimension]:
                raise self.flaw(f"a cut names cells that are not there: {list(step)}")
            cells |= (1 << last + 1) - (1 << first)
        if dimension < 0 or cells & ~box[dimension] or cells in (0, box[dimension]):
            raise self.flaw(f"a cut does not part what is there: {list(step)}")
        for mask in (box[dimension] & ~cells, box[dimension] & cells):
            part = [*box[:dimension], mask, *box[dimension + 1 :]]
            yield part, [number for number in alive if self.own[number].masks[dimension] & mask]

    def are_all(self, box: Box, alive: Sequence[int], rules: tuple[int, ...]) -> bool:
        """Tell whether exactly these rules match in every case of a box."""
        found = [(number + 1, self.inputs.holds(self.own[number], box)) for number in alive]
        return None not in dict(found).values() and tuple(sorted(number for number, holds in found if holds)) == rules

    def wins(self, box: Box, alive: Sequence[int], rules: tuple[int, ...]) -> bool:
        """Tell whether one rule matches in every case of a box and none before it does."""
        for number in alive:
            holds = self.inputs.holds(self.own[number], box)
            if holds is not False:
                return holds is True and rules == (number + 1,)
        return not rules

    def matches(self, box: Box, alive: Sequence[int], rules: tuple[int, ...]) -> bool:
        """Tell whether one rule matches in every case of a box, or none does in any."""
        if not rules:
            return all(self.inputs.holds(self.own[number], box) is False for number in alive)
        return len(rules) == 1 and self.inputs.holds(self.own[rules[0] - 1], box) is True

    @property
    def order(self) -> list[int] | None:
        """The numbers of the rules, the one that wins first; `None` where outputs must be known before."""
        return in_order(self.item, self.rules)

    # -------------------------------------------------------------- pairs

    def pairs(self) -> set[tuple[int, int]]:
        """Give the pairs of rules that match together somewhere."""
        if any(rule.compound for rule in self.own):
            raise self.flaw("pairs of rules that compare inputs cannot be checked")
        there = [number for number, rule in enumerate(self.own) if all(rule.masks)]
        meeting = {number: sum(1 << other for other in there) for number in there}
        for dimension in range(len(self.inputs.whole)):
            holding: dict[int, int] = {}
            for number in there:
                mask = self.own[number].masks[dimension]
                holding[mask] = holding.get(mask, 0) | 1 << number
            touched = {
                mask: sum(rules for other, rules in holding.items() if mask & other)  # each rule is in one of them
                for mask in holding
            }
            for number in there:
                meeting[number] &= touched[self.own[number].masks[dimension]]
        return {(one + 1, two + 1) for one in there for two in there if two > one and meeting[one] >> two & 1}


def _named(rules: Sequence[int]) -> str:
    return "rules " + ", ".join(map(str, rules)) if rules else "no rules"
