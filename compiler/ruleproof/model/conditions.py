"""Conditions and table cells, from words to tests on inputs, definitions and decisions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, assert_never

from ruleproof.finding import Value
from ruleproof.model.asked import names_tested_for_presence, names_tested_in_the_negative
from ruleproof.model.declared import Declared
from ruleproof.model.derived import Derived
from ruleproof.model.domains import value_of, word_of, words_of_domain
from ruleproof.model.list_tests import ListTests
from ruleproof.model.misnamed import is_misnamed
from ruleproof.model.nodes import (
    SERVICE_DATE,
    AllOf,
    Always,
    AnyOf,
    AtLeastOf,
    CodeList,
    Condition,
    Day,
    DecimalNumber,
    DecisionIs,
    DecisionIsNothing,
    Defined,
    Domain,
    IsIn,
    IsMissing,
    Not,
    SeveralCodes,
    WholeNumber,
    Within,
    YesNo,
)
from ruleproof.model.values_in_a_row import values_in_a_row
from ruleproof.source import Span
from ruleproof.tree import nodes as tree
from ruleproof.tree.messages import did_you_mean


@dataclass
class Conditions:
    """Resolves conditions against the domains, code lists and decisions of one policy."""

    declared: Declared
    domains: dict[str, Domain]
    may_be_missing: frozenset[str]
    code_lists: dict[str, CodeList]
    outcomes: dict[str, tuple[str, ...]]
    """The outcomes that each decision can give."""
    dated: Callable[[Any, Condition], Condition] = lambda _, condition: condition
    """Gives a definition only the dates of service on which it counts."""
    derived: Derived = field(init=False)
    lists: ListTests = field(init=False)
    _defined: dict[str, Condition] = field(default_factory=dict)
    _inside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.derived = Derived(self.declared, self.domains, self)
        self.lists = ListTests(self.declared, self.domains, self.code_lists, self.needs_service_date)

    def resolve(self, node: tree.Condition) -> Condition:
        """Give what a condition tests; what cannot be resolved is remarked, and `Always` given in its place."""
        match node:
            case tree.Holds(_, name):
                return self._holds(name)
            case tree.Not(_, part):
                return Not(self.resolve(part))
            case tree.AllOf(_, parts):
                return AllOf(tuple(self.resolve(part) for part in parts))
            case tree.AnyOf(_, parts):
                if (values := values_in_a_row(parts, self.domains, self.declared.names)) is not None:
                    self.declared.report("unknown_name", *values)
                    return Always()
                return AnyOf(tuple(self.resolve(part) for part in parts))
            case tree.AtLeastOf(_, count, parts):
                return self._at_least(count, parts)
            case tree.IsValue(_, name, values, negated):
                return _negated(self._is_value(name, values), negated)
            case tree.Compared(_, name, how, bound):
                return self._within(name, [(how, bound)])
            case tree.Between(span, name, low, high):
                return self._within(name, [(">=", low), ("<=", high)], span)
            case tree.IsMissing(span, name, negated):
                return _negated(self._is_missing(name, span), negated)
            case tree.IsNothing(_, name):
                found = self.declared.find(name, tree.Decision)
                return Always() if found is None else DecisionIsNothing(name.text)
            case tree.InCodes(_, name, codes, negated):
                return _negated(self.lists.in_codes(name, codes), negated)
            case tree.SomeIn(_, name, quantifier, codes):
                return self.lists.some_in(name, quantifier, codes)
            case tree.AfterService():
                return self.derived.after(node)
            case tree.DaysApart():
                return self.derived.days_apart(node)
            case _:
                assert_never(node)

    def of_rule(self, when: tree.When, block: Any) -> Condition:
        """Give when a rule holds: its `when`, and the earlier services that it comes after."""
        after = [self.derived.after(part) for part in block.clauses if isinstance(part, tree.AfterService)]
        return AllOf((self.checked(when.condition), *after)) if after else self.checked(when.condition)

    def checked(self, node: tree.Condition) -> Condition:
        """Give what a whole condition tests, with a warning where a negative test meets a missing value unnoticed."""
        guarded = names_tested_for_presence(node)
        for name in dict.fromkeys(names_tested_in_the_negative(node)):
            if name.text in self.may_be_missing and name.text not in guarded:
                message = f"this also holds where `{name.text}` is missing"
                help = f"add `and {name.text} is present`, or `or {name.text} is missing` to say that it is meant"
                self.declared.report("unguarded_not", name.span, message, help)
        return self.resolve(node)

    # -------------------------------------------------------------- tests

    def _holds(self, name: tree.Name) -> Condition:
        if is_misnamed(self.declared, self.domains, name):
            return Always()
        found = self.declared.find(name, tree.Input, tree.Define, tree.Decision)
        if isinstance(found, tree.Define):
            return Defined(name.text, self.definition(found))
        if isinstance(found, tree.Decision):
            self.declared.report(
                "wrong_type",
                name.span,
                f"`{name.text}` is a decision and does not hold by itself",
                f"say what it is: `{name.text} is …`",
            )
        elif isinstance(found, tree.Input):
            domain = self.domains[name.text]
            if isinstance(domain, YesNo):
                return IsIn(name.text, frozenset({True}))
            self.declared.report(
                "wrong_type",
                name.span,
                f"`{name.text}` is not yes or no, so it does not hold by itself",
                f"say what it is: `{name.text} is …`; it is {words_of_domain(domain)}",
            )
        return Always()

    def bring(self, definitions: dict[str, Condition]) -> None:
        """Let definitions of other policies be known by name."""
        self._defined |= definitions

    def definition(self, block: tree.Define) -> Condition:
        """Give what a definition tests, resolved once; a definition that leads back to itself is remarked."""
        name = block.name.text
        if name in self._inside:
            circle = [*self._inside[self._inside.index(name) :], name]
            self.declared.report(
                "cycle",
                block.name.span,
                f"the definition `{name}` leads back to itself: {' → '.join(circle)}",
                "take one of the steps out",
            )
            self._defined[name] = Always()
        if name not in self._defined:
            self._inside.append(name)
            resolved = self.dated(block, self.checked(block.condition))
            self._inside.pop()
            self._defined.setdefault(name, resolved)
        return self._defined[name]

    def _at_least(self, count: tree.Number, parts: tuple[tree.Condition, ...]) -> Condition:
        resolved = tuple(self.resolve(part) for part in parts)
        if count.value != int(count.value) or not 1 <= count.value <= len(parts):
            self.declared.report(
                "outside_domain",
                count.span,
                f"at least {count.value} of {len(parts)} parts can never hold",
                f"write a whole number from 1 to {len(parts)}",
            )
            return Always()
        return AtLeastOf(int(count.value), resolved)

    def _is_value(self, name: tree.Name, values: Iterable[tree.Value]) -> Condition:
        found = self.declared.find(name, tree.Input, tree.Decision, tree.Define)
        if isinstance(found, tree.Decision):
            return DecisionIs(name.text, frozenset(self.outcome(name.text, value) for value in values))
        if isinstance(found, tree.Define):
            return self._defined_is(found, list(values))
        if found is None:
            return Always()
        domain = self.domains[name.text]
        if isinstance(domain, SeveralCodes):
            self.declared.report(
                "wrong_type",
                name.span,
                f"`{name.text}` holds several codes, so it is no single one",
                f"write `{name.text} any in LIST`, `all in` or `none in`",
            )
            return Always()
        return IsIn(name.text, frozenset(value_of(self.declared, name.text, domain, value) for value in values))

    def _defined_is(self, block: tree.Define, values: list[tree.Value]) -> Condition:
        condition: Condition = Defined(block.name.text, self.definition(block))
        for value in values:
            if not isinstance(value, tree.YesNo):
                self.declared.report(
                    "wrong_type", value.span, f"`{block.name.text}` is a definition: it holds or not", "write yes or no"
                )
                return Always()
        wanted = {value.value for value in values if isinstance(value, tree.YesNo)}
        if len(wanted) == 2:
            return Always()
        return condition if True in wanted else Not(condition)

    def outcome(self, decision: str, value: tree.Value) -> str:
        """Give an outcome of a decision as it is written, remarked where the decision cannot give it."""
        word = word_of(value)
        possible = self.outcomes.get(decision, ())
        if possible and word not in possible:
            near = did_you_mean(word, set(possible))
            help = f"did you mean `{near}`?" if near and near in possible else f"it gives {_list(possible)}"
            if isinstance(value, tree.Code):
                help = f"it gives codes of its list: {_list(possible)}"
            self.declared.report("outside_domain", value.span, f"`{decision}` can never be `{word}`", help)
        return word

    def _within(
        self, name: tree.Name, bounds: list[tuple[str, tree.Number | tree.Date]], span: Span | None = None
    ) -> Condition:
        if self.declared.find(name, tree.Input) is None:
            return Always()
        domain = self.domains[name.text]
        if not isinstance(domain, WholeNumber | DecimalNumber | Day):
            self.declared.report(
                "wrong_type",
                name.span,
                f"`{name.text}` has no order, so it cannot be compared",
                f"it is {words_of_domain(domain)}",
            )
            return Always()
        low: Any = None
        high: Any = None
        low_closed = high_closed = True
        for how, bound in bounds:
            value = self._bound(name.text, domain, bound)
            if value is None:
                return Always()
            if how in (">", ">="):
                low, low_closed = value, how == ">="
            else:
                high, high_closed = value, how == "<="
        if low is not None and high is not None and low > high:
            self.declared.report(
                "outside_domain",
                span or name.span,
                f"nothing lies between {low} and {high}",
                "write the lower bound first",
            )
        return Within(name.text, low, high, low_closed, high_closed)

    def _bound(self, name: str, domain: WholeNumber | DecimalNumber | Day, node: tree.Number | tree.Date) -> Value:
        """Give a bound; one outside the domain is remarked, since the test would hold always or never."""
        if isinstance(domain, WholeNumber) and isinstance(node, tree.Number) and node.value != int(node.value):
            self.declared.report(
                "wrong_type",
                node.span,
                f"`{node.value}` is no whole number, and `{name}` is one",
                "write a whole number",
            )
            return None
        return value_of(self.declared, name, domain, node)

    def _is_missing(self, name: tree.Name, span: Span) -> Condition:
        if self.declared.find(name, tree.Input) is None:
            return Always()
        if name.text not in self.may_be_missing:
            self.declared.report(
                "wrong_type",
                span,
                f"`{name.text}` is never missing",
                "declare it with `, may be missing`, or leave the test out",
            )
        return IsMissing(name.text)

    def needs_service_date(self, span: Span, why: str) -> bool:
        """Tell whether the policy has a date of service; remark where it has none, once."""
        if isinstance(self.domains.get(SERVICE_DATE), Day):
            return True
        help = f"add `input {SERVICE_DATE} is date from 2015-01-01`, or the earliest date that matters"
        told = any(finding.name == "no_service_date" for finding in self.declared.findings)
        if not told and SERVICE_DATE not in self.declared.tree.unread_names:
            self.declared.report("no_service_date", span, f"{why}, but the policy has no input `{SERVICE_DATE}`", help)
        return False

    # -------------------------------------------------------------- cells of tables

    def cell(self, column: tree.Name, node: tree.TestCell, guarded: frozenset[str]) -> Condition | None:
        """Give what a cell tests, or `None` where it lets everything pass; `guarded` are the inputs known to be present."""
        negative = isinstance(node, tree.CellIn | tree.CellList) and node.negated
        if negative and column.text in self.may_be_missing and column.text not in guarded:
            message = f"this also holds where `{column.text}` is missing"
            help = f"write the values out, or add `needs {column.text} is present` to the table"
            self.declared.report("unguarded_not", node.span, message, help)
        match node:
            case tree.AnyValue():
                return None
            case tree.CellMissing(span, negated):
                return _negated(self._is_missing(column, span), negated)
            case tree.CellIn(_, codes, negated):
                return _negated(self.lists.in_codes(column, codes), negated)
            case tree.CellList(_, items, negated):
                tests = list(self._items(column, items))
                return _negated(tests[0] if len(tests) == 1 else AnyOf(tuple(tests)), negated)
            case _:
                assert_never(node)

    def _items(
        self, column: tree.Name, items: tuple[tree.CellRange | tree.CellBound | tree.Value, ...]
    ) -> Iterator[Condition]:
        values: list[tree.Value] = []
        for item in items:
            if isinstance(item, tree.CellRange):
                yield self._within(column, [(">=", item.low), ("<=", item.high)], item.span)
            elif isinstance(item, tree.CellBound):
                yield self._within(column, [(item.how, item.bound)])
            else:
                values.append(item)
        if values:
            yield self._is_value(column, values)


def _negated(condition: Condition, negated: bool) -> Condition:
    return Not(condition) if negated else condition


def _list(words: tuple[str, ...]) -> str:
    return ", ".join(words[:10]) + (" …" if len(words) > 10 else "")
