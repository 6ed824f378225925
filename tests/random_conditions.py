"""Random conditions and table cells over the inputs, definitions, code lists and decisions of a random policy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis import strategies as st

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Fact:
    """An input as tests see it: its name and the values and bounds that tests may name, all as written."""

    name: str
    kind: str
    """`yes_no`, `choice`, `number`, `date`, `code` or `codes`."""
    values: tuple[str, ...]
    missing: bool


@dataclass
class Lists:
    """The code lists of a policy, by the system of their codes."""

    cpt: list[str] = field(default_factory=list)
    icd: list[str] = field(default_factory=list)
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    needs_icd: bool = False


@dataclass(frozen=True)
class Outcomes:
    """What a decision can give, as written."""

    decision: str
    values: tuple[str, ...]
    codes: str
    """The code list that they come from, if any."""
    collects: bool


def named(value: str) -> str:
    """Give a value as a text in quotes."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


@dataclass
class Conditions:
    """Draws conditions; `definitions` and `decisions` are those that stand earlier, so that no circle can arise."""

    draw: Callable[[st.SearchStrategy[Any]], Any]
    facts: list[Fact]
    lists: Lists
    definitions: list[str] = field(default_factory=list)
    decisions: list[Outcomes] = field(default_factory=list)

    def number(self, low: int, high: int) -> int:
        return int(self.draw(st.integers(low, high)))

    def one_of(self, things: Sequence[Thing]) -> Thing:
        return things[self.number(0, len(things) - 1)]

    # ---------------------------------------------------------------- conditions

    def condition(self, depth: int) -> str:
        """Give a condition: one part, or a chain of parts that is all `and` or all `or`."""
        word = self.one_of(("", "", "", " and ", " or ")) if depth else ""
        if not word:
            return self.part(depth)
        return word.join(self.part(depth - 1) for _ in range(self.number(2, 3)))

    def part(self, depth: int) -> str:
        """Give a condition that can stand in a chain."""
        form = self.number(0, 9) if depth else 0
        match form:
            case 5:
                return f"({self.condition(depth - 1)})"
            case 6:
                return f"not ({self.condition(depth - 1)})"
            case 7 | 8 | 9:
                return self.group(depth)
            case _:
                return self.test()

    def group(self, depth: int) -> str:
        parts = [self.condition(depth - 1) for _ in range(self.number(1, 3))]
        words = self.one_of(("all of", "any of", "none of", f"at least {self.number(1, len(parts))} of"))
        negated = self.one_of(("", "", "not "))
        return f"{negated}{words} ({', '.join(parts)})"

    # ---------------------------------------------------------------- tests

    def test(self) -> str:
        """Give one test of an input, a definition or a decision."""
        kinds = ["fact"] * 4 + ["definition"] * bool(self.definitions) + ["decision"] * 2 * bool(self.decisions)
        match self.one_of(kinds):
            case "definition":
                name = self.one_of(self.definitions)
                return self.one_of((name, f"not {name}", f"{name} is yes", f"{name} is no"))
            case "decision":
                return self.decision_test(self.one_of(self.decisions))
            case _:
                return self.fact_test(self.one_of(self.facts))

    def decision_test(self, given: Outcomes) -> str:
        name = given.decision
        tests = [f"{name} is nothing", f"not ({name} is nothing)", *self.value_tests(name, given.values)]
        if given.codes:
            listed = self.one_of(self.lists.cpt)
            tests += [f"{name} is in {listed}", f"{name} is not in {listed}"]
        return self.one_of(tests)

    def fact_test(self, fact: Fact) -> str:
        name = fact.name
        tests: list[str] = []
        match fact.kind:
            case "yes_no":
                tests = [name, f"not {name}", f"{name} is yes", f"{name} is not yes"]
            case "choice" | "code":
                tests = self.value_tests(name, fact.values)
            case "number" if fact.values:
                tests = [*self.value_tests(name, fact.values)[:2], *self.bound_tests(fact, _NUMBER_WORDS)]
            case "date":
                tests = [*self.value_tests(name, fact.values)[:1], *self.bound_tests(fact, _DATE_WORDS)]
            case "codes":
                listed = self.one_of(self.lists.icd)
                tests = [f"{name} any in {listed}", f"{name} all in {listed}", f"{name} none in {listed}"]
        if fact.kind == "code" and fact.values[0].startswith("CPT"):
            listed = self.one_of(self.lists.cpt)
            tests += [f"{name} is in {listed}", f"{name} is not in {listed}"]
        if fact.missing:
            tests += [f"{name} is missing", f"{name} is present"]
        return self.one_of(tests) if tests else f"any of ({name} is 2, not ({name} is 2))"

    def value_tests(self, name: str, values: tuple[str, ...]) -> list[str]:
        first, second = self.one_of(values), self.one_of(values)
        return [
            f"{name} is {first}",
            f"{name} is not {first}",
            f"{name} is one of ({first}, {second})",
            f"{name} is not one of ({first}, {second})",
        ]

    def bound_tests(self, fact: Fact, words: tuple[str, ...]) -> list[str]:
        low, high = fact.values[0], fact.values[-1]
        return [
            f"{fact.name} is {self.one_of(words)} {self.one_of(fact.values)}",
            f"{fact.name} is between {low} and {high}",
        ]

    # ---------------------------------------------------------------- cells of tables

    def columns(self) -> list[str]:
        """Give what a table can have a column for."""
        return [*(fact.name for fact in self.facts), *self.definitions, *(item.decision for item in self.decisions)]

    def cell(self, column: str) -> str:
        """Give a cell of a column."""
        if column in self.definitions:
            return self.one_of(("-", "yes", "no", "not yes"))
        for given in self.decisions:
            if given.decision == column:
                return self.one_of(("-", *given.values, f"not {given.values[0]}", ", ".join(given.values)))
        fact = next(fact for fact in self.facts if fact.name == column)
        cells = ["-", *fact.values]
        match fact.kind:
            case "number" | "date" if fact.values:
                low, high = fact.values[0], fact.values[-1]
                cells += [f"{low}..{high}", f"not {low}..{high}", f">= {high}", f"<{high}", f"<={low}, > {high}"]
            case "choice" | "code":
                cells += [", ".join(fact.values), f"not {fact.values[0]}"]
                if fact.values[0].startswith("CPT"):
                    listed = self.one_of(self.lists.cpt)
                    cells += [f"in {listed}", f"not in {listed}"]
        if fact.missing:
            cells += ["missing", "present"]
        return self.one_of(cells)


_NUMBER_WORDS = ("at least", "at most", "more than", "less than")
_DATE_WORDS = ("before", "after", "on or before", "on or after")
