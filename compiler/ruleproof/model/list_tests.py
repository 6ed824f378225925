"""Tests of code lists: for each stretch of dates of service the codes that the list holds then, and where that is not known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ruleproof.finding import Value
from ruleproof.model.code_dates import stretches_of
from ruleproof.model.declared import Declared
from ruleproof.model.domains import words_of_domain
from ruleproof.model.nodes import (
    SERVICE_DATE,
    AllOf,
    Always,
    AnyOf,
    CodeList,
    Condition,
    DecisionIs,
    DecisionIsNothing,
    Domain,
    Hole,
    IsIn,
    IsMissing,
    Not,
    OneCode,
    SeveralCodes,
    SomeIn,
    Within,
)
from ruleproof.source import Span
from ruleproof.tree import nodes as tree

Test = Callable[[frozenset[str]], Condition]
"""Gives a test against the codes that a list holds."""


@dataclass
class ListTests:
    """Resolves tests of code lists."""

    declared: Declared
    domains: Mapping[str, Domain]
    code_lists: Mapping[str, CodeList]
    needs_service_date: Callable[[Span, str], bool]
    holes: dict[int, tuple[Condition, tuple[tuple[Condition, str], ...]]] = field(default_factory=dict)
    """For each test (by its identity) of a list that is elsewhere or known in part: when it is not known, and why."""

    def _list(self, name: tree.Name) -> CodeList | None:
        return None if self.declared.find(name, tree.Codes) is None else self.code_lists[name.text]

    def in_codes(self, name: tree.Name, codes: tree.Name) -> Condition:
        """Give the test that one code, or the outcome of a decision, is in a list."""
        found, listed = self.declared.find(name, tree.Input, tree.Decision), self._list(codes)
        if found is None or listed is None:
            return Always()
        if isinstance(found, tree.Decision):
            return self._by_date(
                listed,
                codes.span,
                lambda members: DecisionIs(name.text, members),
                lambda hole: Not(AnyOf((DecisionIsNothing(name.text), DecisionIs(name.text, hole.told)))),
            )
        domain = self.domains[name.text]
        if isinstance(domain, SeveralCodes):
            self.declared.report(
                "wrong_type",
                name.span,
                f"`{name.text}` holds several codes",
                f"write `{name.text} any in {codes.text}`, `all in` or `none in`",
            )
        elif not isinstance(domain, OneCode) or (domain.prefix and domain.system != listed.system):
            self.declared.report(
                "wrong_type",
                codes.span,
                f"`{codes.text}` lists codes of {listed.system}",
                f"`{name.text}` is {words_of_domain(domain)}",
            )

        def among(members: frozenset[str]) -> Condition:
            return IsIn(name.text, frozenset[Value](members), codes.text)

        return self._by_date(
            listed,
            codes.span,
            among,
            lambda hole: AllOf((Not(IsMissing(name.text)), Not(IsIn(name.text, frozenset[Value](hole.told))))),
        )

    def some_in(self, name: tree.Name, quantifier: str, codes: tree.Name) -> Condition:
        """Give the test that any, all or none of several codes are in a list."""
        found, listed = self.declared.find(name, tree.Input), self._list(codes)
        if found is None or listed is None:
            return Always()
        domain = self.domains[name.text]
        if not isinstance(domain, SeveralCodes):
            self.declared.report(
                "wrong_type",
                name.span,
                f"`{name.text}` does not hold several codes",
                f"write `{name.text} is in {codes.text}`"
                if isinstance(domain, OneCode)
                else f"it is {words_of_domain(domain)}",
            )
        elif domain.prefix and domain.system != listed.system:
            self.declared.report(
                "wrong_type",
                codes.span,
                f"`{codes.text}` lists codes of {listed.system}",
                f"`{name.text}` is {words_of_domain(domain)}",
            )

        def unknown(hole: Hole) -> Condition:
            settling = hole.told - hole.held if quantifier == "all" else hole.held
            some, every = SomeIn(name.text, "any", settling, ""), SomeIn(name.text, "all", hole.told, "")
            return Not(AnyOf((IsMissing(name.text), some, every)))

        return self._by_date(
            listed,
            codes.span,
            lambda members: SomeIn(name.text, quantifier, members, codes.text),
            unknown,
            empty_too=quantifier == "none",
        )

    def _by_date(
        self, listed: CodeList, span: Span, test: Test, unknown: Callable[[Hole], Condition], *, empty_too: bool = False
    ) -> Condition:
        """Give a test of a list as the list stands on the date of service: for each stretch of dates, the codes then in it."""
        stretches = list(stretches_of(listed.entries))
        dated = len(stretches) > 1 or any(hole.first or hole.last for hole in listed.holes)
        if dated and not self.needs_service_date(span, f"`{listed.name}` has dates"):
            return Always()
        if len(stretches) == 1:
            made = AllOf((test(stretches[0][2]),)) if listed.holes else test(stretches[0][2])
        else:
            made = AnyOf(
                tuple(
                    AllOf((Within(SERVICE_DATE, low, high), test(members)))
                    for low, high, members in stretches
                    if members or empty_too
                )
            )
        if listed.holes:
            open_says = [(_on(hole, unknown(hole)), hole.reason) for hole in listed.holes]
            self.holes[id(made)] = (made, tuple(open_says))
        return made


def _on(hole: Hole, condition: Condition) -> Condition:
    if hole.first is None and hole.last is None:
        return condition
    return AllOf((Within(SERVICE_DATE, hole.first, hole.last), condition))
