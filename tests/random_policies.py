"""Random small policies, as text in the language, so that reading them is part of every law.

A policy has few inputs, and each test draws its bounds and values from a short list that belongs to its input: so the space
stays small enough to go through cell by cell, and rules still meet, miss and overlap each other in many ways.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from hypothesis import strategies as st

from random_conditions import Conditions, Fact, Lists, Outcomes, named
from ruleproof.finding import Value

Draw = Callable[[st.SearchStrategy[Any]], Any]
Thing = TypeVar("Thing")

STRANGE = (
    "plain",
    "a, b or c",
    'says "so" \\ <b>',
    "missing",
    "yes",
    "one",
    "007",
    "CPT 81445",
    "line\nbreak",
    "größe",
)
"""Values of a choice; all but the first stand in quotes."""

NAMES = ("genes", "tissue", "`when`", "class", "`a name of words`", "größe", "None", "x", "item_4")
DAYS = ("2024-01-01", "2024-03-21", "2024-03-22", "2025-07-01")
ICD = ("ICD C00.0", "ICD C00.1", "ICD D46.9")
CPT = ("CPT 81445", "CPT 81450", "CPT 81457", "CPT 81459")


@dataclass(frozen=True)
class RandomPolicy:
    """A policy as text, and for each input some more values of its domain, which need not be samples of its cells."""

    text: str = field(repr=False)
    others: dict[str, tuple[Value, ...]]

    def __repr__(self) -> str:
        return f"RandomPolicy(others={self.others}, text:\n{self.text})"


@st.composite
def policies(draw: Draw, *, prefix: str = "") -> RandomPolicy:
    """Give a random policy that has no error of language; `prefix` is put before its name."""
    return _Writer(draw, prefix).policy()


class _Writer:
    def __init__(self, draw: Draw, prefix: str) -> None:
        self.draw, self.prefix = draw, prefix
        self.blocks: list[str] = []
        self.others: dict[str, tuple[Value, ...]] = {}
        self.facts: list[Fact] = []
        self.lists = Lists()
        self.rules: dict[str, list[str]] = {}
        self.conditions = Conditions(draw, self.facts, self.lists)
        self.texts: list[int] = []

    # ---------------------------------------------------------------- drawing

    def number(self, low: int, high: int) -> int:
        return int(self.draw(st.integers(low, high)))

    def chance(self, one_in: int) -> bool:
        """Tell whether to do something rare; shrinks towards not doing it."""
        return self.number(1, one_in) == one_in

    def one_of(self, things: Sequence[Thing]) -> Thing:
        return things[self.number(0, len(things) - 1)]

    def some_of(self, things: Sequence[Thing], least: int, most: int) -> list[Thing]:
        """Give some different ones of the things, in their order."""
        wanted = self.number(min(least, len(things)), min(most, len(things)))
        left = list(range(len(things)))
        chosen = [left.pop(self.number(0, len(left) - 1)) for _ in range(wanted)]
        return [things[index] for index in sorted(chosen)]

    # ---------------------------------------------------------------- the whole

    def policy(self) -> RandomPolicy:
        self.dated = self.chance(2)
        self.inputs()
        self.source()
        self.code_lists()
        for index in range(self.number(0, 2)):
            name = f"defined{index}"
            clauses = f"\n  {self.in_text()}\n  {self.services()}"
            self.blocks.append(f"define {name} as {self.conditions.condition(2)}{clauses}{self.cite()}")
            self.conditions.definitions.append(name)
        for index in range(self.one_of((0, 0, 1, 1, 2))):
            when = self.conditions.condition(1)
            self.blocks.append(f'cannot happen X{index} when {when}\n  because "so it is" {self.in_text()}')
        self.presumptions()
        for index in range(self.one_of((1, 1, 2, 3))):
            self.decision(index)
        self.requirements()
        self.properties()
        for index in range(self.number(0, 2)):
            self.example(index)
        self.log()
        return RandomPolicy(f"policy {self.prefix}random\n\n" + "\n\n".join(self.blocks) + "\n", self.others)

    def cite(self) -> str:
        return self.one_of(("", "", "\n  cite paper a.1", '\n  cite paper a.2 says "two words"'))

    # ---------------------------------------------------------------- facts

    def inputs(self) -> None:
        kinds = [self.yes_no, self.choice, self.whole, self.decimal, self.other_day, self.code, self.like, self.several]
        made: set[str] = set()
        for index in range(self.number(1, 3) + (not self.dated)):
            make = self.one_of(kinds)
            if make.__name__ == "several":
                kinds.remove(make)
            name = self.one_of([name for name in NAMES if name not in made])
            made.add(name)
            missing = self.chance(3)
            fact, domain, others = make(name, missing)
            bare = name.strip("`")
            self.facts.append(fact)
            self.others[bare] = (*others, None) if missing else tuple(others)
            extra = self.one_of(("", "", f'\n  ask "what is input {index}?"', '\n  note "a note"'))
            self.blocks.append(f"input {name} {domain}{', may be missing' if missing else ''}{extra}")
        if self.dated:
            fact, domain, others = self.day("service_date", False)
            self.facts.append(fact)
            self.others["service_date"] = tuple(others)
            self.blocks.append(f"input service_date {domain}")

    def yes_no(self, name: str, missing: bool) -> tuple[Fact, str, list[Value]]:
        return Fact(name, "yes_no", ("yes", "no"), missing), "is yes or no", [True, False]

    def choice(self, name: str, missing: bool) -> tuple[Fact, str, list[Value]]:
        values = self.some_of(STRANGE, self.one_of((1, 2, 2)), 3)
        written = tuple(value if value == "plain" else named(value) for value in values)
        return Fact(name, "choice", written, missing), f"is one of {', '.join(written)}", list(values)

    def whole(self, name: str, missing: bool) -> tuple[Fact, str, list[Value]]:
        low = self.number(-2, 1)
        high = low + self.number(0, 12)
        bounds = self.some_of([str(number) for number in range(low, high + 1)], 1, 2)
        others: list[Value] = [self.number(low, high) for _ in range(3)]
        return Fact(name, "number", tuple(bounds), missing), f"is whole number from {low} to {high}", others

    def decimal(self, name: str, missing: bool) -> tuple[Fact, str, list[Value]]:
        places = self.one_of((None, 1, 2, 9))
        low, high = self.one_of((("0", "1"), ("-0.5", "0.7"), ("0.25", "0.95"), ("2", "2")))
        step = Decimal(1).scaleb(-(places or 1))
        if places == 1 and low == "0.25":
            low, high = "0.2", "0.9"
        inside = [low, "0.3", "0.300000001", "0.5", high]
        bounds = [text for text in inside if Decimal(low) <= Decimal(text) <= Decimal(high)]
        bounds = self.some_of([text for text in bounds if places is None or Decimal(text) % step == 0], 1, 2)
        tiny = Decimal("0.0001") if places is None else step
        around = [Decimal(text) + tiny * self.number(-2, 2) for text in bounds]
        others: list[Value] = [
            number
            for number in around
            if Decimal(low) <= number <= Decimal(high) and (places is None or number % step == 0)
        ]
        shape = "" if places is None else f" with {places} decimal{'' if places == 1 else 's'}"
        domain = f"is decimal number from {low} to {high}{shape}"
        return Fact(name, "number", tuple(dict.fromkeys(bounds)), missing), domain, others

    def other_day(self, name: str, missing: bool) -> tuple[Fact, str, list[Value]]:
        return self.day(name, missing)

    def day(self, name: str, missing: bool) -> tuple[Fact, str, list[Value]]:
        until = self.one_of(("", "", " to 2025-07-01", " to 9999-12-31"))
        last = ("9999-12-31",) if "9999" in until else ()
        days = self.some_of(("2024-01-01", *DAYS[1:], *last), 1, 2)
        others: list[Value] = []
        for text in days:
            day = datetime.date.fromisoformat(text) if text != "9999-12-31" else datetime.date(9999, 12, 30)
            moved = day + datetime.timedelta(days=self.number(-1, 1))
            in_time = datetime.date(2024, 1, 1) <= moved and ("2025" not in until or moved <= datetime.date(2025, 7, 1))
            others += [moved] if in_time else []
        return Fact(name, "date", tuple(days), missing), f"is date from 2024-01-01{until}", others

    def code(self, name: str, missing: bool) -> tuple[Fact, str, list[Value]]:
        codes = self.some_of(CPT, 1, 3)
        others: list[Value] = ["CPT 00001", "CPT 81479", *codes]
        return Fact(name, "code", tuple(codes), missing), "is code of cpt", others

    def like(self, name: str, missing: bool) -> tuple[Fact, str, list[Value]]:
        shape, values, others = self.one_of(
            (
                ('"Z" then 4 letters or digits', ("Z1111", "Z0AB1"), ["Z9999", "ZABCD"]),
                ('"Z1" then 1 letter', ("Z1A", "Z1B"), ["Z1Q"]),
                ('1 digit then "-x"', ('"1-x"', '"2-x"'), ["7-x"]),
                ('"only"', ("only",), ["only"]),
            )
        )
        return Fact(name, "code", values, missing), f"is code like {shape}", list(others)

    def several(self, name: str, missing: bool) -> tuple[Fact, str, list[Value]]:
        pool = (*ICD, "ICD Z00", "ICD Z01.1")
        others: list[Value] = [tuple(self.some_of(pool, 1, 3)) for _ in range(3)]
        self.lists.needs_icd = True
        return Fact(name, "codes", (), missing), "are codes of icd10cm", others

    def presumptions(self) -> None:
        for fact in self.facts:
            if fact.values and self.chance(3):
                self.blocks.append(f"presume {fact.name} is {self.one_of(fact.values)} unless shown")

    # ---------------------------------------------------------------- sources and code lists

    def services(self) -> str:
        """Give dates of service, or nothing."""
        if not self.dated or self.chance(2):
            return ""
        low, high = self.some_of((*DAYS, "9999-12-31"), 2, 2)
        return self.one_of((f"services from {low}", f"services from {low} until {high}", f"services until {high}"))

    def source(self) -> None:
        lines = ['source paper "A paper"', f"  authority is {self.one_of(('binding', 'binding', 'background'))}"]
        days = (
            ["2023-05-01", *self.some_of(DAYS, 0, 2)]
            if self.dated and self.chance(2)
            else ["2024-01-01"][: self.number(0, 1)]
        )
        for index, day in enumerate(days):
            untils = ("", "", *(f" until {last}" for last in ("2025-01-01", "9999-12-31") if day < last))
            until = self.one_of(untils) if self.dated else ""
            text = " no text" if self.dated and self.chance(4) else ""
            posted = self.one_of(("", f" history date {day}", *(f" published {other}" for other in (day, *DAYS))))
            replaces = f" replaces Rev {index}" if index else ""
            lines.append(f"  revision Rev {index + 1}{posted} services from {day}{until}{text}{replaces}")
            if self.dated and not text:
                self.texts.append(index + 1)
        self.blocks.append("\n".join(lines))

    def in_text(self) -> str:
        """Let a block stand in the text of one revision, or of one to another, or of all."""
        if not self.texts or self.chance(2):
            return ""
        first = self.one_of(self.texts)
        last = self.one_of([number for number in self.texts if number >= first])
        if any(number not in self.texts for number in range(first, last)):
            last = first
        return f"in Rev {first}" + (f" to Rev {last}" if last > first or self.chance(4) else "")

    def code_lists(self) -> None:
        for index in range(self.number(1, 2)):
            self.lists.cpt.append(self.code_list(f"cpt_list{index}", "cpt", CPT))
        if self.lists.needs_icd:
            for index in range(self.number(1, 2)):
                self.lists.icd.append(self.code_list(f"icd_list{index}", "icd10cm", ICD))

    def code_list(self, name: str, system: str, codes: tuple[str, ...]) -> str:
        chosen = self.some_of(codes, 1, 3)
        cut = self.number(1, len(chosen))
        starts = [f"  start {', '.join(part)} {self.services()}" for part in (chosen[:cut], chosen[cut:]) if part]
        self.lists.codes[name] = tuple(chosen)
        self.blocks.append(f"codes {name} of {system}\n" + "\n".join(starts))
        return name

    # ---------------------------------------------------------------- decisions

    def decision(self, index: int) -> None:
        name = f"decided{index}"
        collects = self.chance(3)
        if self.chance(3):
            listed = self.one_of(self.lists.cpt)
            given = Outcomes(name, self.lists.codes[listed], listed, collects)
            gives = f"{'collects codes' if collects else 'gives code'} of {listed}"
        else:
            words = tuple(word if word == "plain" else named(word) for word in self.some_of(STRANGE, 1, 3))
            given = Outcomes(name, words, "", collects)
            gives = f"{'collects any' if collects else 'gives one'} of {', '.join(words)}"
        scope = f'\n  scope when {self.conditions.condition(1)} else "not here"' if self.chance(3) else ""
        self.blocks.append(f"decision {name} {gives}{scope}")
        self.rules[name] = []
        if self.chance(3):
            self.table(given, index)
        for number in range(self.one_of((0, 1, 2, 3, 3, 4, 4, 5))):
            self.rule(given, f"R{index}{number}")
        if self.chance(3):
            when = self.conditions.condition(1)
            overrides = self.overrides(name)
            self.blocks.append(
                f'leave open G{index} for {name} when {when}\n  because "silence" {self.in_text()}{overrides}'
            )
            self.rules[name].append(f"G{index}")
        self.conditions.decisions.append(given)

    def outcome(self, given: Outcomes) -> str:
        force = self.one_of(("is", "report", "report", "may report", "consider", "must not report", "may also report"))
        several = given.collects or force not in ("is", "report")
        named_ones = self.some_of(given.values, 1, 2 if several else 1)
        if force == "is":
            return f"{given.decision} is {named_ones[0]}"
        if given.codes and several and self.chance(4):
            named_ones = [given.codes]
        further = " on a further line" if force == "may also report" and self.chance(2) else ""
        return f"{force} {', '.join(named_ones)}{further}"

    def overrides(self, decision: str) -> str:
        """Let a rule override earlier ones of its decision, so that no circle can arise."""
        earlier = self.rules[decision]
        if not earlier or not self.chance(3):
            return ""
        return f'\n  overrides {", ".join(self.some_of(earlier, 1, 2))} because "it is narrower"'

    def rule(self, given: Outcomes, name: str) -> None:
        clauses = [
            f"when {self.conditions.condition(2)}",
            f"then {self.outcome(given)}",
            self.services(),
            self.in_text(),
            self.overrides(given.decision).strip(),
            self.cite().strip(),
        ]
        self.blocks.append("\n  ".join([f"rule {name} for {given.decision}", *filter(None, clauses)]))
        self.rules[given.decision].append(name)

    def table(self, given: Outcomes, index: int) -> None:
        columns = self.some_of(self.conditions.columns(), 1, 2)
        needs = f"\n  needs {self.conditions.condition(1)}" if self.chance(3) else ""
        dated = self.dated and self.chance(2)
        lines = [f"table T{index} for {given.decision} {self.in_text()}{needs}"]
        header = ["rule", *columns, *(["from"] if dated else []), "outcome", "cite"]
        lines.append(f"  | {' | '.join(header)} |")
        rows = []
        for number in range(self.number(1, 3)):
            rows.append(f"T{index}{number}")
            cells = [rows[-1], *(self.conditions.cell(column) for column in columns)]
            cells += [self.one_of(("-", DAYS[1]))] if dated else []
            lines.append(f"  | {' | '.join([*cells, self.outcome(given), self.one_of(('-', 'paper b.1'))])} |")
        if len(rows) > 1 and self.chance(2):
            lines.append(f'  row {rows[1]} overrides {rows[0]} because "it is narrower"')
        self.blocks.append("\n".join(lines))
        self.rules[given.decision] += rows

    # ---------------------------------------------------------------- claims, proofs, examples, the log

    def requirements(self) -> None:
        for index in range(self.number(0, 1)):
            when = f"\n  when {self.conditions.condition(1)}" if self.chance(2) else ""
            action = self.one_of(("consequence not stated", "deny", 'reject "CO-1" "a text"', 'pend "a text"'))
            dates = f"\n  {self.in_text()} {self.services()}"
            self.blocks.append(f"require N{index} that {self.conditions.condition(1)}{when}{dates}\n  else {action}")

    def properties(self) -> None:
        for index in range(self.number(0, 2)):
            decision = self.one_of(self.conditions.decisions).decision
            claim = self.one_of((0, 1, 2, 3))
            first, second = (self.conditions.condition(1) for _ in range(2)) if claim > 1 else ("", "")
            words = (
                f"{decision} always answers",
                f"{decision} never contradicts",
                f"never both ({first}, {second})",
                f"always {first}",
            )[claim]
            services = self.services()
            clauses = [f"for {services}"] if services else []
            clauses += [f"supposing {self.conditions.condition(1)}"] if self.chance(3) else []
            self.blocks.append("\n  ".join([f"prove P{index} {words}", *clauses]))

    def example(self, index: int) -> None:
        given = [
            f"{fact.name} is {self.one_of((*fact.values, *(['missing'] if fact.missing else [])))}"
            for fact in self.facts
            if fact.values and self.chance(2)
        ]
        expected = []
        for decision in self.some_of(self.conditions.decisions, 1, 2):
            kind = self.one_of(("outcome", "outcome", "nothing", "left open", "out of scope", "not known yet"))
            said = self.one_of(decision.values) if kind == "outcome" else kind
            force = self.one_of(("", "", "report ", "may report ", "consider ")) if kind == "outcome" else ""
            expected.append(f"expect {decision.decision} is {force}{said}")
        clauses = [f"given {', '.join(given)}"] if given else []
        self.blocks.append("\n  ".join([f"example E{index}", *clauses, *expected]))

    def log(self) -> None:
        for given in self.conditions.decisions:
            if self.chance(4):
                when = self.conditions.condition(1)
                self.blocks.append(f"expect finding gap for {given.decision} when {when}")
        rules = [rule for own in self.rules.values() for rule in own]
        if rules and self.chance(3):
            between = ", ".join(self.some_of(rules, 1, 2))
            state = self.one_of(("open", f"open provisionally {rules[0]}", 'decided "so" by "us" on 2025-01-01'))
            self.blocks.append(f'question Q1 "Which one?" between {between} {state}')
        if self.chance(4):
            self.blocks.append('not modelled paper z.9 because "boilerplate"')
        if self.chance(4):
            self.blocks.append("no bill types listed means any bill type cite paper z.8")
