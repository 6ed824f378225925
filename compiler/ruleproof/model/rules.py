"""Decisions with their rules, tables and regions left open: from the tree to the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from ruleproof.model.asked import names_tested_for_presence
from ruleproof.model.conditions import Conditions
from ruleproof.model.declared import Declared, in_words
from ruleproof.model.in_force import Stretch
from ruleproof.model.nodes import (
    LEFT_OPEN,
    REPORT,
    AllOf,
    Always,
    Citation,
    Condition,
    Decision,
    Override,
    Rule,
)
from ruleproof.model.order import circle_in
from ruleproof.model.texts import Texts, on_days
from ruleproof.tree import nodes as tree

Clause = TypeVar("Clause", bound=tree.Node)

LONGEST_QUOTE = 8
"""The most words that a quote may have: a pointer into the source, not a copy of it."""


@dataclass
class Clauses:
    """Reads the clauses that many blocks share."""

    declared: Declared

    def all(self, clauses: Iterable[tree.Node], kind: type[Clause]) -> list[Clause]:
        return [clause for clause in clauses if isinstance(clause, kind)]

    def one(self, block: Any, kind: type[Clause], words: str) -> Clause | None:
        """Give the one clause of a kind; a second one is remarked."""
        found = self.all(block.clauses, kind)
        if len(found) > 1:
            self.declared.report(
                "repeated_part",
                found[1].span,
                f"`{words}` stands here twice",
                "keep one, or join the two",
                found[0].span,
            )
        return found[0] if found else None

    def needed(self, block: Any, kind: type[Clause], words: str, example: str) -> Clause | None:
        """Give the one clause of a kind; its absence is remarked too."""
        found = self.one(block, kind, words)
        if found is None:
            words_of = {"LeaveOpen": "leave open", "CannotHappen": "cannot happen"}
            kind_of_block = type(block).__name__
            said = words_of.get(kind_of_block, kind_of_block.lower())
            self.declared.report(
                "missing_part",
                block.name.span,
                f"`{said} {block.name.text}` has no `{words}`",
                f"add, for example, `{example}`",
            )
        return found

    def notes(self, block: Any) -> tuple[str, ...]:
        return tuple(clause.text.text for clause in self.all(block.clauses, tree.Note))

    def statements(self, block: Any) -> tuple[str, ...]:
        return tuple(name.text for clause in self.all(block.clauses, tree.Covers) for name in clause.statements)

    def readings(self, block: Any) -> tuple[str, ...]:
        return tuple(self.question(clause.question) for clause in self.all(block.clauses, tree.Reading))

    def question(self, name: tree.Name) -> str:
        self.declared.find(name, tree.Question)
        return name.text

    def citations(self, cites: Iterable[tree.Cite]) -> tuple[Citation, ...]:
        return tuple(self.citation(cite) for cite in cites)

    def cited(self, block: Any) -> tuple[Citation, ...]:
        return self.citations(self.all(block.clauses, tree.Cite))

    def citation(self, cite: tree.Cite) -> Citation:
        self.declared.find(cite.source, tree.SourceBlock)
        if cite.says is not None and not 1 <= len(cite.says.text.split()) <= LONGEST_QUOTE:
            words = len(cite.says.text.split())
            message = f"this quote has {words} words" if words else "this quote is empty"
            self.declared.report(
                "long_quote", cite.says.span, message, f"quote the one to {LONGEST_QUOTE} words that decide"
            )
        return Citation(cite.source.text, cite.paragraph, cite.says.text if cite.says else "", cite.span)

    def label(self, block: Any) -> str:
        return block.label.text if block.label is not None and block.label.text.strip() else in_words(block.name.text)


@dataclass
class Rules:
    """Reads decisions and everything that answers them."""

    declared: Declared
    conditions: Conditions
    clauses: Clauses
    texts: Texts

    def decisions(self) -> list[Decision]:
        """Give the decisions in the order written, each with its rules in the order written."""
        rules: dict[str, list[Rule]] = {}
        for block in self.declared.tree.blocks:
            match block:
                case tree.Rule():
                    made = [self.rule(block)]
                case tree.Table():
                    made = self.table(block)
                case tree.LeaveOpen():
                    made = [self.leave_open(block)]
                case _:
                    continue
            for rule in made:
                if rule is not None and rule.days != ():  # in no text in force, it plays no part
                    rules.setdefault(rule.decision, []).append(rule)
        gone = self.gone(rules)
        found = [
            self.decision(block, [without(rule, gone) for rule in rules.get(block.name.text, [])])
            for block in self.declared.of(tree.Decision)
        ]
        for decision in found:
            self.check_overrides(decision, found)
        return found

    def decision(self, block: tree.Decision, rules: list[Rule]) -> Decision:
        name = block.name.text
        gives = self.clauses.needed(block, tree.Gives, "gives", "gives one of covered, not_covered")
        scope = self.clauses.one(block, tree.Scope, "scope")
        return Decision(
            name,
            self.clauses.label(block),
            self.conditions.outcomes.get(name, ()),
            gives.codes.text if gives is not None and gives.codes is not None else "",
            gives is not None and gives.collects,
            Always() if scope is None else self.conditions.checked(scope.condition),
            "" if scope is None else scope.otherwise.text,
            tuple(rules),
            self.clauses.cited(block),
            self.clauses.notes(block),
            self.clauses.statements(block),
            block.span,
            block.name.span,
        )

    def gone(self, rules: Mapping[str, Iterable[Rule]]) -> frozenset[str]:
        """Give the names of the rules that are written and stand in no text in force."""
        kinds = (tree.Rule, tree.Row, tree.LeaveOpen)
        written = {name for name, block in self.declared.names.items() if isinstance(block, kinds)}
        return frozenset(written.difference(rule.name for own in rules.values() for rule in own))

    # -------------------------------------------------------------- rules

    def rule(self, block: tree.Rule) -> Rule | None:
        when = self.clauses.needed(block, tree.When, "when", "when genes is at least 5")
        then = self.clauses.needed(block, tree.Then, "then", "then report CPT 81445")
        if when is None or then is None or self.declared.find(block.decision, tree.Decision) is None:
            return None
        decision = block.decision.text
        outcomes = self.outcomes(then.outcome, block.decision)
        return self.made(
            block, decision, self.conditions.of_rule(when, block), then.outcome.force, outcomes,
            days=self.texts.days(block),
            services=self.clauses.all(block.clauses, tree.Services),
            overrides=self.clauses.all(block.clauses, tree.Overrides),
            citations=self.clauses.cited(block),
            readings=self.clauses.readings(block),
        )  # fmt: skip

    def made(
        self,
        block: Any,
        decision: str,
        written: Condition,
        force: str,
        outcomes: tuple[str, ...],
        *,
        services: Iterable[tree.Services] = (),
        overrides: Iterable[tree.Overrides] = (),
        citations: tuple[Citation, ...] = (),
        readings: tuple[str, ...] = (),
        days: tuple[Stretch, ...] | None = None,
        **others: Any,
    ) -> Rule:
        start, until = self.texts.services(list(services))
        condition = written
        if (start or until or days is not None) and self.conditions.needs_service_date(
            block.name.span, f"`{block.name.text}` has dates of service"
        ):
            condition = on_days(days, start, until, written)
        others.setdefault("label", self.clauses.label(block) if hasattr(block, "label") else "")
        others.setdefault("notes", self.clauses.notes(block) if hasattr(block, "clauses") else ())
        others.setdefault("statements", self.clauses.statements(block) if hasattr(block, "clauses") else ())
        return Rule(
            name=block.name.text,
            decision=decision,
            condition=condition,
            written=written,
            services_from=start,
            services_until=until,
            days=days,
            force=force,
            outcomes=outcomes,
            overrides=self.overrides(overrides),
            citations=citations,
            readings=readings,
            span=block.span,
            name_span=block.name.span,
            **others,
        )

    def overrides(self, clauses: Iterable[tree.Overrides]) -> tuple[Override, ...]:
        found = []
        for clause in clauses:
            reading = self.clauses.question(clause.reading.question) if clause.reading else ""
            for name in clause.rules:
                self.declared.find(name, tree.Rule, tree.Row, tree.LeaveOpen)
                found.append(Override(name.text, clause.because.text.text, reading, name.span))
        return tuple(found)

    def outcomes(self, outcome: tree.Outcome, decision: tree.Name) -> tuple[str, ...]:
        """Give the outcomes that a rule names; the name of a code list stands for all its codes."""
        if outcome.decision is not None and outcome.decision.text != decision.text:
            message = f"this rule is for `{decision.text}`, and here stands `{outcome.decision.text}`"
            self.declared.report("wrong_type", outcome.decision.span, message, f"write `{decision.text} is …`")
        found: list[str] = []
        for value in outcome.values:
            listed = self.conditions.code_lists.get(value.text) if isinstance(value, tree.Name) else None
            if listed is not None and value.text not in self.conditions.outcomes.get(decision.text, ()):  # type: ignore[union-attr]
                found += listed.codes
            else:
                found.append(self.conditions.outcome(decision.text, value))
        gives = self.declared.names.get(decision.text)
        collects = isinstance(gives, tree.Decision) and any(
            part.collects for part in self.clauses.all(gives.clauses, tree.Gives)
        )
        if outcome.force == REPORT and len(found) > 1 and not collects:
            help = "split the rule, or write `consider` for several candidates"
            self.declared.report(
                "wrong_type", outcome.span, f"`{decision.text}` gives one outcome, and here stand {len(found)}", help
            )
        return tuple(dict.fromkeys(found))

    # -------------------------------------------------------------- tables

    def table(self, block: tree.Table) -> list[Rule | None]:
        if self.declared.find(block.decision, tree.Decision) is None:
            return []
        written = [clause.condition for clause in self.clauses.all(block.clauses, tree.Needs)]
        needs = [self.conditions.checked(condition) for condition in written]
        guarded = names_tested_for_presence(*written)
        columns = [
            column for column in block.columns if self.declared.find(column, tree.Input, tree.Define, tree.Decision)
        ]
        if len(columns) != len(block.columns):
            return []
        overrides, days = self.row_overrides(block), self.texts.days(block)
        return [self.row(block, row, needs, guarded, overrides.get(row.name.text, []), days) for row in block.rows]

    def row_overrides(self, block: tree.Table) -> dict[str, list[tree.Overrides]]:
        found: dict[str, list[tree.Overrides]] = {}
        rows = {row.name.text for row in block.rows}
        for clause in self.clauses.all(block.clauses, tree.RowOverrides):
            if clause.row.text not in rows and clause.row.text not in self.declared.tree.unread_names:
                self.declared.report(
                    "unknown_name",
                    clause.row.span,
                    f"table `{block.name.text}` has no row `{clause.row.text}`",
                    "name a row of this table",
                )
            found.setdefault(clause.row.text, []).append(clause.overrides)
        return found

    def row(
        self,
        table: tree.Table,
        row: tree.Row,
        needs: list[Condition],
        guarded: frozenset[str],
        overrides: list[tree.Overrides],
        days: tuple[Stretch, ...] | None,
    ) -> Rule:
        columns = zip(table.columns, row.tests, strict=True)
        tests = [self.conditions.cell(column, cell, guarded) for column, cell in columns]
        parts = [*needs, *(test for test in tests if test is not None)]
        services = [*self.clauses.all(table.clauses, tree.Services), *([row.services] if row.services else [])]
        return self.made(
            row,
            table.decision.text,
            parts[0] if len(parts) == 1 else AllOf(tuple(parts)),
            row.outcome.force,
            self.outcomes(row.outcome, table.decision),
            services=services,
            days=days,
            overrides=overrides,
            citations=self.clauses.citations(row.cites),
            readings=tuple(self.clauses.question(name) for name in row.readings),
            label=self.clauses.label(table) if table.label else "",
            notes=(row.note.text,) if row.note else (),
            statements=self.clauses.statements(table),
            table=table.name.text,
            table_end=max([table.span.end, *(other.span.end for other in table.rows)]),
        )

    # -------------------------------------------------------------- left open

    def leave_open(self, block: tree.LeaveOpen) -> Rule | None:
        when = self.clauses.needed(block, tree.When, "when", "when genes is 1")
        because = self.clauses.needed(block, tree.Because, "because", 'because "the source starts at two"')
        decision = self.decision_of(block)
        if when is None or because is None or not decision:
            return None
        named = self.clauses.all(block.clauses, tree.QuestionNamed)
        pend = self.clauses.one(block, tree.Pend, "then")
        return self.made(
            block, decision, self.conditions.of_rule(when, block), REPORT, (LEFT_OPEN,),
            days=self.texts.days(block),
            services=self.clauses.all(block.clauses, tree.Services),
            overrides=self.clauses.all(block.clauses, tree.Overrides),
            citations=self.clauses.cited(block),
            readings=tuple(self.clauses.question(clause.question) for clause in named),
            left_open=True,
            because=because.text.text,
            action=pend.action.text if pend else "",
        )  # fmt: skip

    def decision_of(self, block: tree.LeaveOpen) -> str:
        """Give the decision that a region left open belongs to; it may be unnamed where there is only one."""
        if block.decision is not None:
            return block.decision.text if self.declared.find(block.decision, tree.Decision) else ""
        decisions = [found.name.text for found in self.declared.of(tree.Decision)]
        if len(decisions) == 1:
            return decisions[0]
        if decisions:
            message = f"it is not said which decision `{block.name.text}` leaves open"
            self.declared.report(
                "missing_part",
                block.name.span,
                message,
                f"write `leave open {block.name.text} for {decisions[0]} when …`",
            )
        return ""

    # -------------------------------------------------------------- overrides

    def check_overrides(self, decision: Decision, decisions: Sequence[Decision]) -> None:
        """Remark overrides that reach into another decision, and circles of them."""
        elsewhere = {rule.name for other in decisions if other.name != decision.name for rule in other.rules}
        beats: dict[str, list[Override]] = {rule.name: list(rule.overrides) for rule in decision.rules}
        for rule in decision.rules:
            for override in rule.overrides:
                if override.rule in elsewhere:
                    self.declared.report(
                        "wrong_type",
                        override.span,
                        f"`{override.rule}` answers another decision than `{rule.name}`",
                        "a rule overrides rules of its own decision",
                    )
        circle = circle_in(
            {
                name: [override.rule for override in overrides if override.rule in beats]
                for name, overrides in beats.items()
            }
        )
        if circle:
            first = next(override for override in beats[circle[0]] if override.rule == circle[1])
            self.declared.report(
                "cycle", first.span, f"overrides lead in a circle: {' → '.join(circle)}", "take one of them out"
            )


def without(rule: Rule, gone: frozenset[str]) -> Rule:
    """Give a rule without its overrides of rules that play no part."""
    if not any(override.rule in gone for override in rule.overrides):
        return rule
    return replace(rule, overrides=tuple(override for override in rule.overrides if override.rule not in gone))
