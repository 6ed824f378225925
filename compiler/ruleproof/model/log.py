"""The interpretation log, the examples and what is to be proved."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from ruleproof.finding import Value
from ruleproof.model import nodes as model
from ruleproof.model.conditions import Conditions
from ruleproof.model.declared import Declared, in_words
from ruleproof.model.domains import value_of, word_of
from ruleproof.model.ledger_nodes import ELSEWHERE, NO, UNKNOWN, YES
from ruleproof.model.nodes import MEMBER, SERVICE_DATE, AllOf, Always, Condition, Not, SeveralCodes, Within
from ruleproof.model.past import facts_only, services_of
from ruleproof.model.rules import Clauses
from ruleproof.model.texts import Texts
from ruleproof.source import Span
from ruleproof.tree import nodes as tree


@dataclass
class Log:
    """Reads what stands beside the rules: questions, reviewed findings, examples and proofs."""

    declared: Declared
    conditions: Conditions
    clauses: Clauses
    inputs: Sequence[model.Input]
    texts: Texts

    def rules_named(self, clause: tree.RulesNamed | None) -> tuple[str, ...]:
        if clause is None:
            return ()
        for name in clause.rules:
            self.declared.find(name, tree.Rule, tree.Row, tree.LeaveOpen, tree.Limit)
        return tuple(name.text for name in clause.rules)

    def question(self, block: tree.Question) -> model.Question:
        decided = self.clauses.one(block, tree.Decided, "decided")
        still_open = self.clauses.one(block, tree.StillOpen, "open")
        if decided is None and still_open is None:
            self.declared.report(
                "missing_part",
                block.name.span,
                f"question `{block.name.text}` says neither `open` nor `decided`",
                'add `open`, or `decided "…" by "…" on 2026-01-31`',
            )
        if decided is not None and still_open is not None:
            self.declared.report(
                "repeated_part",
                still_open.span,
                f"question `{block.name.text}` is both open and decided",
                "keep one of the two",
                decided.span,
            )
        rules = self.rules_named(self.clauses.one(block, tree.RulesNamed, "between"))
        provisionally = still_open.provisionally if still_open else None
        if provisionally is not None:
            self.declared.find(provisionally, tree.Rule, tree.Row, tree.LeaveOpen)
        return model.Question(
            block.name.text,
            block.text.text,
            rules,
            decided.text.text if decided else "",
            decided.by.text.text if decided else "",
            decided.on.date.value if decided else None,
            provisionally.text if provisionally else "",
            self.clauses.cited(block),
            self.clauses.notes(block),
            self.clauses.statements(block),
            block.name.span,
        )

    def acceptance(self, block: tree.Accept) -> model.Acceptance:
        because = self.clauses.needed(block, tree.Because, "because", 'because "both are meant"')
        by = self.clauses.needed(block, tree.ByWhom, "by", 'by "policy team"')
        on = self.clauses.needed(block, tree.OnDate, "on", "on 2026-01-31")
        seen = self.clauses.one(block, tree.Seen, "seen")
        return model.Acceptance(
            block.name.text,
            self.rules_named(block.between),
            because.text.text if because else "",
            by.text.text if by else "",
            on.date.value if on else None,
            seen.text.text if seen else "",
            block.name.span,
        )

    def expectation(self, block: tree.ExpectFinding) -> model.Expectation:
        when = self.clauses.one(block, tree.When, "when")
        decision = self.clauses.one(block, tree.ForDecision, "for")
        if decision is not None:
            self.declared.find(decision.decision, tree.Decision)
        because = self.clauses.one(block, tree.Because, "because")
        return model.Expectation(
            block.name.text,
            self.rules_named(self.clauses.one(block, tree.RulesNamed, "between")),
            decision.decision.text if decision else "",
            self.conditions.checked(when.condition) if when else None,
            because.text.text if because else "",
            next(iter(self.clauses.readings(block)), ""),
            block.name.span,
        )

    def example(self, block: tree.Example) -> model.Example:
        facts: dict[str, Value] = {}
        keys = self.conditions.derived.all_keys()
        own, earlier = services_of(self.declared, block, keys, self.fact)
        for given in self.clauses.all(block.clauses, tree.Given):
            for fact in facts_only(given.facts, keys):
                self.fact(fact, facts)
        on = self.clauses.one(block, tree.OnDate, "on")
        if on is not None and self.conditions.needs_service_date(on.span, "`on` gives a date of service"):
            facts[SERVICE_DATE] = value_of(self.declared, SERVICE_DATE, self.conditions.domains[SERVICE_DATE], on.date)
        expected: list[model.Expected] = []
        posted: datetime.date | None = None
        for clause in block.clauses:
            if isinstance(clause, tree.AsPostedOn):
                posted = clause.date.value
            elif isinstance(clause, tree.Expect):
                expected.append(self.expected(clause.expected, posted))
        if not expected:
            self.declared.report(
                "missing_part",
                block.name.span,
                f"example `{block.name.text}` expects nothing",
                "add, for example, `expect billing_code is CPT 81445`",
            )
        label = block.label.text if block.label else ""
        notes, span = self.clauses.notes(block), block.name.span
        return model.Example(block.name.text, label, facts, tuple(expected), notes, own, earlier, span)

    def fact(self, fact: tree.FactIs | tree.FactMissing | tree.FactUnknown, facts: dict[str, Value]) -> None:
        name = fact.name.text
        if self.declared.find(fact.name, tree.Input) is None or isinstance(fact, tree.FactUnknown):
            return
        if name in facts:
            self.declared.report("repeated_part", fact.name.span, f"`{name}` is given twice", "keep one of the two")
        item = next(item for item in self.inputs if item.name == name)
        if isinstance(fact, tree.FactMissing):
            if not item.may_be_missing:
                self.declared.report(
                    "wrong_type",
                    fact.span,
                    f"`{name}` is never missing",
                    "give a value, or leave it out where it is unknown",
                )
            facts[name] = None
            return
        values = [value_of(self.declared, name, item.domain, value) for value in fact.values]
        if isinstance(item.domain, SeveralCodes):
            facts[name] = tuple(dict.fromkeys(str(value) for value in values))
            return
        if len(values) > 1:
            self.declared.report(
                "wrong_type", fact.span, f"`{name}` has one value, and here stand {len(values)}", "keep one of them"
            )
        facts[name] = values[0]

    def expected(self, node: tree.Expected, posted: datetime.date | None) -> model.Expected:
        match node:
            case tree.ExpectAnswer(span, name) | tree.ExpectKind(span, name) if self._is_code_list(name):
                return self.member(node, span, posted)
            case tree.ExpectAnswer(span, decision, force, values, by):
                outcomes: tuple[str, ...] = ()
                if self.declared.find(decision, tree.Decision):
                    outcomes = tuple(self.conditions.outcome(decision.text, value) for value in values)
                return model.Expected(
                    decision.text, "outcome", force, outcomes, self.rules_named(tree.RulesNamed(span, by)), posted, span
                )
            case tree.ExpectKind(span, decision, kind, by):
                self.declared.find(decision, tree.Decision)
                return model.Expected(
                    decision.text, kind, "", (), self.rules_named(tree.RulesNamed(span, by)), posted, span
                )
            case tree.ExpectRequirement(span, requirement, state):
                self.declared.find(requirement, tree.Require, tree.Limit)
                return model.Expected(requirement.text, state, "", (), (), posted, span)
            case tree.ExpectCannotHappen(span, name):
                self.declared.find(name, tree.CannotHappen)
                return model.Expected(name.text, "cannot happen", "", (), (), posted, span)

    def _is_code_list(self, name: tree.Name) -> bool:
        return isinstance(self.declared.names.get(name.text), tree.Codes)

    def member(
        self, node: tree.ExpectAnswer | tree.ExpectKind, span: Span, posted: datetime.date | None
    ) -> model.Expected:
        """Give what an example expects of a code list: that it holds the code given, and by which revision."""
        said = [word_of(value) for value in node.values] if isinstance(node, tree.ExpectAnswer) else [node.kind]
        forced = isinstance(node, tree.ExpectAnswer) and node.force
        if forced or len(said) != 1 or said[0] not in (YES, NO, ELSEWHERE, UNKNOWN):
            message = f"`{node.decision.text}` is a code list: it holds a code or not"
            help = "write `is yes`, `is no`, `is elsewhere` or `is unknown`"
            self.declared.report("wrong_type", span, message, help)
        by = node.by_revision
        revision = () if by is None else (f"{by.source.text} {by.revision}" if by.source else by.revision,)
        return model.Expected(node.decision.text, MEMBER, "", tuple(said), revision, posted, span)

    def property(self, block: tree.Prove) -> model.Property:
        supposing: list[Condition] = []
        said: list[str] = []
        for clause in self.clauses.all(block.clauses, tree.Supposing):
            supposing.append(self.conditions.checked(clause.condition))
            words = " ".join(self.declared.tree.source.slice(clause.condition.span).split())
            said.append(words + (f", because {clause.because.text.text}" if clause.because else ""))
        for part in self.clauses.all(block.clauses, tree.ForServices):
            services = part.services
            start, until = (end.value if end else None for end in (services.start, services.until))
            if self.conditions.needs_service_date(part.span, "the proof names dates of service"):
                supposing.append(Within(SERVICE_DATE, start, until))
                said.append(f"services{f' from {start}' if start else ''}{f' until {until}' if until else ''}")
        kind, decision, condition = self.claim(block.claim)
        label = (
            block.label.text
            if block.label
            else in_words(" ".join(self.declared.tree.source.slice(block.claim.span).split()))
        )
        return model.Property(
            block.name.text,
            label,
            kind,
            decision,
            condition,
            AllOf(tuple(supposing)),
            tuple(said),
            self.clauses.notes(block),
            self.texts.two(block.claim) if isinstance(block.claim, tree.Differs) else (),
            block.name.span,
        )

    def claim(
        self, claim: tree.AlwaysAnswers | tree.NeverContradicts | tree.NeverBoth | tree.Always | tree.Differs
    ) -> tuple[str, str, Condition]:
        match claim:
            case tree.AlwaysAnswers(_, decision):
                self.declared.find(decision, tree.Decision)
                return "answers", decision.text, Always()
            case tree.NeverContradicts(_, decision):
                self.declared.find(decision, tree.Decision)
                return "never contradicts", decision.text, Always()
            case tree.NeverBoth(_, first, second):
                return "always", "", Not(AllOf((self.conditions.checked(first), self.conditions.checked(second))))
            case tree.Always(_, condition):
                return "always", "", self.conditions.checked(condition)
            case tree.Differs():
                return "differs", "", self.conditions.checked(claim.condition)

    def not_modelled(self, block: tree.NotModelled) -> model.NotModelled:
        self.declared.find(block.source, tree.SourceBlock)
        because = self.clauses.one(block, tree.Because, "because")
        if because is None:
            self.declared.report(
                "missing_part",
                block.span,
                "it is not said why this is not modelled",
                'add, for example, `because "legal notice"`',
            )
        return model.NotModelled(
            model.Citation(block.source.text, block.paragraph, span=block.span),
            because.text.text if because else "",
            self.clauses.statements(block),
            block.span,
        )
