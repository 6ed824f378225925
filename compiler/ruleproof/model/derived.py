"""Inputs that are worked out from other facts: from the services that came before, and from the days between two dates.

Each is a yes/no input like any other, named by the words that ask for it, so that everything after the model treats it as one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ruleproof.model.asked import decisions_in
from ruleproof.model.declared import Declared
from ruleproof.model.domains import words_of_domain
from ruleproof.model.nodes import (
    AllOf,
    Always,
    AnyOf,
    AtLeastOf,
    Condition,
    Day,
    DaysBetween,
    Defined,
    Domain,
    HistoryTest,
    Input,
    IsIn,
    Key,
    Not,
    OneCode,
    YesNo,
)
from ruleproof.source import Span
from ruleproof.tree import nodes as tree
from ruleproof.tree.messages import did_you_mean

if TYPE_CHECKING:
    from ruleproof.model.conditions import Conditions

DAY = "day"
"""The word for the same date of service, where a key could stand."""

STANDARD_KEYS = (
    Key("patient", "patient"),
    Key("specimen", "specimen"),
    Key("encounter", "encounter"),
    Key("lesion", "lesion"),
)
"""The keys that every policy has."""

LONGEST_WAIT = 40_000
"""The most days that a window can have: a lifetime."""


@dataclass
class Derived:
    """Makes the derived inputs of one policy, each once."""

    declared: Declared
    domains: dict[str, Domain]
    conditions: Conditions
    inputs: dict[str, Input] = field(default_factory=dict)

    # -------------------------------------------------------------- the history

    def after(self, node: tree.AfterService) -> Condition:
        """Give `after a cgp on the same specimen`."""
        found = self.subject(node.subject)
        keys, window = self.keys((node.key,))
        if found is None:
            return Always()
        return self.history(found[0], HistoryTest(1, found[1], keys, window, paid=node.paid), node.span)

    def history(self, counted: str, test: HistoryTest, span: Span) -> Condition:
        """Give the derived input of a test; `counted` is what its subject is called."""
        if test.window and not self.conditions.needs_service_date(span, "a stretch of time is asked about"):
            return Always()
        return self._made(_words(counted, test), test, span)

    @property
    def tests_history(self) -> bool:
        return any(isinstance(item.derived, HistoryTest) for item in self.inputs.values())

    def subject(self, node: tree.Subject) -> tuple[str, Condition] | None:
        """Give what a limit speaks of: what it is called, and when a service is one."""
        condition = self._code(node.of) if isinstance(node.of, tree.Code) else self._named(node.of)
        if condition is None:
            return None
        if decisions_in(condition) or _asks_history(condition):
            self.declared.report(
                "wrong_type",
                node.of.span,
                f"`{node.of.text}` is not told by the facts of one service",
                "let it test inputs only, no decision and nothing that came before",
            )
            return None
        return node.of.text, condition

    def _named(self, name: tree.Name) -> Condition | None:
        if self.declared.find(name, tree.Define, tree.Input) is None:
            return None
        return self.conditions.resolve(tree.Holds(name.span, name))

    def _code(self, code: tree.Code) -> Condition | None:
        prefix = code.text.partition(" ")[0]
        holders = [
            name for name, item in self.domains.items() if isinstance(item, OneCode) and item.prefix in ("", prefix)
        ]
        if len(holders) == 1:
            return IsIn(holders[0], frozenset({code.text}))
        message = f"no input holds the {prefix} code of the line"
        if holders:
            message = f"`{code.text}` can be the value of {' or '.join(f'`{name}`' for name in holders)}"
        help = f"write `define NAME as INPUT is {code.text}`, and `NAME` here"
        self.declared.report("wrong_type", code.span, message, help)
        return None

    def keys(self, names: tuple[tree.Name, ...]) -> tuple[tuple[str, ...], str]:
        """Give the keys named, and the window `day` where the day is among them."""
        own = [block.name.text for block in self.declared.of(tree.Key)]
        known = (*(key.name for key in STANDARD_KEYS), *own, DAY)
        for name in names:
            if name.text not in known and name.text not in self.declared.tree.unread_names:
                near = did_you_mean(name.text, known)
                help = f"did you mean `{near}`?" if near else f"there are {', '.join(known)}, and `key NAME` adds one"
                self.declared.report("unknown_name", name.span, f"`{name.text}` is no key of this policy", help)
        keys = tuple(dict.fromkeys(name.text for name in names if name.text != DAY))
        return keys, DAY if any(name.text == DAY for name in names) else ""

    def all_keys(self) -> tuple[Key, ...]:
        """Give every key of the policy; none where it never looks at a history."""
        if not self.tests_history:
            return ()
        own = {
            block.name.text: Key(
                block.name.text,
                block.label.text if block.label else block.name.text.replace("_", " "),
                tuple(part.text.text for part in block.clauses),
            )
            for block in self.declared.of(tree.Key)
        }
        keys = tuple({**{key.name: key for key in STANDARD_KEYS}, **own}.values())
        for taken in ("id", "paid", *(key.field for key in keys)):
            block = self.declared.names.get(taken)
            if isinstance(block, tree.Input):
                message = f"`{taken}` says something else of a service in a history"
                self.declared.report("duplicate_name", block.name.span, message, "give this input another name")
        return keys

    # -------------------------------------------------------------- days between two dates

    def days_apart(self, node: tree.DaysApart) -> Condition:
        """Give `service_date is more than 30 days after collected`."""
        for name in (node.name, node.other):
            if self.declared.find(name, tree.Input) is None:
                return Always()
            domain = self.domains[name.text]
            if not isinstance(domain, Day):
                message = f"`{name.text}` is no date, so no days can be counted from it"
                self.declared.report("wrong_type", name.span, message, f"it is {words_of_domain(domain)}")
                return Always()
        days = self.whole(node.days, 0, "days")
        if node.name.text == node.other.text:
            self.declared.report("wrong_type", node.span, "no day lies before or after itself", "name two inputs")
            return Always()
        low, high = {">=": (days, None), ">": (days + 1, None), "<=": (0, days), "<": (0, days - 1)}[node.how]
        names = (node.name.text, node.other.text)
        first, second = names if node.side == "after" else names[::-1]
        how = {">=": "at least", ">": "more than", "<=": "at most", "<": "less than"}[node.how]
        said = f"{names[0]} is {how} {days} days {node.side} {names[1]}"
        return self._made(said, DaysBetween(first, second, low, high), node.span)

    def whole(self, number: tree.Number, least: int, what: str) -> int:
        """Give a whole number, or remark that it is none and give the least."""
        if number.value == int(number.value) and least <= number.value <= LONGEST_WAIT:
            return int(number.value)
        message = f"`{number.value}` is no number of {what}"
        self.declared.report(
            "outside_domain", number.span, message, f"write a whole number from {least} to {LONGEST_WAIT}"
        )
        return least

    def _made(self, name: str, derived: HistoryTest | DaysBetween, span: Span) -> Condition:
        if name in self.declared.names:
            help = "give what is declared another name"
            self.declared.report("duplicate_name", span, f"`{name}` is declared, and is worked out here", help)
        self.inputs.setdefault(name, Input(name, name, YesNo(), False, "", "", "", "", (), (), span, derived))
        return IsIn(name, frozenset({True}))


def _words(counted: str, test: HistoryTest) -> str:
    """Say what a test asks; equal tests are said alike, and a plain one as a condition says it.

    >>> _words("cgp", HistoryTest(1, Always(), ("specimen",)))
    'after a cgp on the same specimen'
    """
    keys = " and ".join((*test.keys, *([DAY] if test.window == DAY else [])))
    where = f" on the same {keys}" if keys else ""
    if test.beside:
        return f"beside {counted}{where}"
    article = "an" if counted[:1] in "aeiou" else "a"
    number = article if test.count == 1 else f"{test.count}"
    paid = "paid " if test.paid else ""
    since = {
        "days": f" less than {test.days} days ago",
        "month": " in the same calendar month",
        "year": " in the same calendar year",
        "year since": f" in the same year since {test.since}",
    }.get(test.window, "")
    same = f" with the same {', '.join(test.same)}" if test.same else ""
    return f"after {number} {paid}{counted}{where}{since}{same}"


def _asks_history(condition: Condition) -> bool:
    """Tell whether a condition rests on services that came before: such an input has a name of several words."""
    match condition:
        case IsIn(name, values):
            return name.startswith(("after ", "beside ")) and values == {True}
        case Defined(_, part) | Not(part):
            return _asks_history(part)
        case AllOf(parts) | AnyOf(parts) | AtLeastOf(_, parts):
            return any(map(_asks_history, parts))
        case _:
            return False
