"""Tree to model: the one way from a policy as written to a policy as meant.

Every remark is collected; the model is given only where none of them is an error.
"""

from __future__ import annotations

import datetime
from itertools import pairwise

from ruleproof.finding import Finding, Severity, Value
from ruleproof.model import nodes as model
from ruleproof.model.conditions import Conditions
from ruleproof.model.declared import Declared, in_words
from ruleproof.model.domains import domain_from_tree, system_of, value_of, word_of
from ruleproof.model.nodes import SERVICE_DATE, AllOf, Always, AnyOf, Condition, Not, SeveralCodes, Within
from ruleproof.model.rules import Clauses, Rules, circle_in, in_order
from ruleproof.source import Span
from ruleproof.tree import nodes as tree


def model_from_tree(written: tree.Tree) -> tuple[model.Policy | None, tuple[Finding, ...]]:
    """Give the policy that a tree means, or `None` where it has an error, and every remark."""
    return _Reader(written).run()


class _Reader:
    def __init__(self, written: tree.Tree) -> None:
        self.tree = written
        self.declared = Declared(written)
        self.clauses = Clauses(self.declared)

    def blocks(self, kind: type[tree.Node]) -> list[tree.Node]:
        return [block for block in self.tree.blocks if isinstance(block, kind)]

    def run(self) -> tuple[model.Policy | None, tuple[Finding, ...]]:
        self.inputs = [self.input(block) for block in self.declared.of_kind(tree.Input) if isinstance(block, tree.Input)]
        self.lists = {block.name.text: self.code_list(block) for block in self.declared.of_kind(tree.Codes) if isinstance(block, tree.Codes)}
        self.conditions = Conditions(
            self.declared,
            {item.name: item.domain for item in self.inputs},
            frozenset(item.name for item in self.inputs if item.may_be_missing),
            self.lists,
            {block.name.text: self.possible(block) for block in self.declared.of_kind(tree.Decision) if isinstance(block, tree.Decision)},
        )
        sources = [self.source(block) for block in self.declared.of_kind(tree.SourceBlock) if isinstance(block, tree.SourceBlock)]
        decisions = Rules(self.declared, self.conditions, self.clauses).decisions()
        no_text_says = self.no_text(sources)
        header = self.header()
        policy = model.Policy(
            name=header.name.text if header else "",
            label=self.clauses.label(header) if header else "",
            jurisdiction=next((part.text.text for part in self.clauses.all(header.clauses, tree.Jurisdiction)), "") if header else "",
            steward=next((part.text.text for part in self.clauses.all(header.clauses, tree.Steward)), "") if header else "",
            notes=self.clauses.notes(header) if header else (),
            sources=tuple(sources),
            inputs=tuple(self.inputs),
            definitions=tuple(self.definition(block) for block in self.declared.of_kind(tree.Define) if isinstance(block, tree.Define)),
            impossibles=tuple(self.impossible(block) for block in self.declared.of_kind(tree.CannotHappen) if isinstance(block, tree.CannotHappen)),
            presumptions=self.presumptions(),
            code_lists=tuple(self.lists.values()),
            decisions=tuple(self.ordered(decisions)),
            requirements=tuple(self.requirement(block) for block in self.declared.of_kind(tree.Require) if isinstance(block, tree.Require)),
            silences=tuple(self.silence(block) for block in self.blocks(tree.Silence) if isinstance(block, tree.Silence)),
            questions=tuple(self.question(block) for block in self.declared.of_kind(tree.Question) if isinstance(block, tree.Question)),
            acceptances=tuple(self.acceptance(block) for block in self.blocks(tree.Accept) if isinstance(block, tree.Accept)),
            expectations=tuple(self.expectation(block) for block in self.blocks(tree.ExpectFinding) if isinstance(block, tree.ExpectFinding)),
            examples=tuple(self.example(block) for block in self.declared.of_kind(tree.Example) if isinstance(block, tree.Example)),
            properties=tuple(self.property(block) for block in self.declared.of_kind(tree.Prove) if isinstance(block, tree.Prove)),
            not_modelled=tuple(self.not_modelled(block) for block in self.blocks(tree.NotModelled) if isinstance(block, tree.NotModelled)),
            no_text=AnyOf(tuple(condition for condition, _ in no_text_says)),
            no_text_says=no_text_says,
            span=header.name.span if header else Span(0, 0),
        )
        findings = tuple(self.declared.findings)
        broken = any(finding.severity is Severity.ERROR for finding in findings)
        return (None if broken or header is None else policy), findings

    # -------------------------------------------------------------- the policy and its sources

    def header(self) -> tree.Policy | None:
        found = [block for block in self.tree.blocks if isinstance(block, tree.Policy)]
        if not found:
            if not self.tree.unread_names:
                where = Span(0, 0)
                self.declared.report("empty_policy", where, "there is no policy in this file", "begin with a line such as `policy my_policy \"What it is about\"`")
            return None
        if len(found) > 1:
            self.declared.report("empty_policy", found[1].name.span, "a second policy begins here", "keep each policy in a file of its own", found[0].name.span)
        return found[0]

    def source(self, block: tree.SourceBlock) -> model.SourceDocument:
        authority = self.clauses.one(block, tree.Authority, "authority")
        revisions: list[model.Revision] = []
        for clause in self.clauses.all(block.clauses, tree.Revision):
            if clause.name in [known.name for known in revisions]:
                self.declared.report("duplicate_name", clause.span, f"`{clause.name}` stands here twice", "keep one of the two")
            revisions.append(self.revision(clause, [known.name for known in revisions]))
        kind = authority.kind if authority else "binding"
        return model.SourceDocument(block.name.text, self.clauses.label(block), kind, tuple(revisions), self.clauses.notes(block), block.span)

    def revision(self, clause: tree.Revision, earlier: list[str]) -> model.Revision:
        def one(kind: type) -> tree.Node | None:
            found = [part for part in clause.parts if isinstance(part, kind)]
            if len(found) > 1:
                self.declared.report("repeated_part", found[1].span, "this stands here twice", "keep one of the two", found[0].span)
            return found[0] if found else None

        history, published, services, replaces = (one(kind) for kind in (tree.HistoryDate, tree.Published, tree.Services, tree.Replaces))
        start = services.start.value if isinstance(services, tree.Services) and services.start else None
        until = services.until.value if isinstance(services, tree.Services) and services.until else None
        if start is None:
            self.declared.report("missing_part", clause.span, f"`{clause.name}` does not say from which date of service it counts", "add `services from` and the date")
            start = datetime.date.min
        if isinstance(replaces, tree.Replaces) and replaces.revision not in earlier:
            self.declared.report("unknown_name", replaces.span, f"no revision `{replaces.revision}` stands before `{clause.name}`", "name an earlier revision of the same source")
        posted = published.date.value if isinstance(published, tree.Published) else None
        if posted is None and isinstance(history, tree.HistoryDate):
            posted = history.date.value
        return model.Revision(
            clause.name, start, until, posted, not isinstance(published, tree.Published), one(tree.NoText) is None,
            replaces.revision if isinstance(replaces, tree.Replaces) else "", clause.span,
        )  # fmt: skip

    def no_text(self, sources: list[model.SourceDocument]) -> tuple[tuple[Condition, str], ...]:
        """Give the dates of service for which the text of a binding source is not here, and what to say of them."""
        found: list[tuple[Condition, str]] = []
        for source in sources:
            if source.authority != "binding" or not source.revisions or all(item.has_text for item in source.revisions) and len(source.revisions) == 1 and SERVICE_DATE not in self.conditions.domains:
                continue
            if not self.conditions.needs_service_date(source.span, f"source `{source.name}` has dated revisions"):
                continue
            found += _stretches_without_text(source)
        return tuple(found)

    # -------------------------------------------------------------- facts

    def input(self, block: tree.Input) -> model.Input:
        ask = self.clauses.one(block, tree.Ask, "ask")
        unit = self.clauses.one(block, tree.Unit, "unit")
        follows = self.clauses.one(block, tree.Follows, "follows")
        reviewer = self.clauses.one(block, tree.ByReviewer, "decided by reviewer")
        missing = self.clauses.one(block, tree.MayBeMissing, "may be missing")
        domain = domain_from_tree(self.declared, block.domain)
        return model.Input(
            block.name.text,
            self.clauses.label(block),
            domain,
            missing is not None,
            unit.text.text if unit else "",
            ask.text.text if ask else "",
            follows.document.text if follows else "",
            reviewer.because.text.text if reviewer else "",
            self.clauses.notes(block),
            self.clauses.statements(block),
            block.name.span,
        )

    def code_list(self, block: tree.Codes) -> model.CodeList:
        prefix = system_of(self.declared, block.system)
        entries: list[model.CodeEntry] = []
        if not self.clauses.all(block.clauses, tree.Start):
            self.declared.report("missing_part", block.name.span, f"code list `{block.name.text}` names no codes", f"add, for example, `start {prefix} …`")
        for clause in self.clauses.all(block.clauses, tree.Start):
            services = clause.services
            start = services.start.value if services and services.start else None
            until = services.until.value if services and services.until else None
            for value in clause.codes:
                word = word_of(value)
                if not isinstance(value, tree.Code) or not word.startswith(prefix + " "):
                    self.declared.report("wrong_type", value.span, f"`{word}` is no code of {block.system.text}", f"write {prefix} and the code")
                    continue
                entries.append(model.CodeEntry(word, start, until))
        return model.CodeList(
            block.name.text, self.clauses.label(block), block.system.text, tuple(entries), self.clauses.cited(block),
            self.clauses.notes(block), self.clauses.statements(block), block.name.span,
        )  # fmt: skip

    def possible(self, block: tree.Decision) -> tuple[str, ...]:
        """Give the outcomes that a decision can give."""
        gives = next(iter(self.clauses.all(block.clauses, tree.Gives)), None)
        if gives is None:
            return ()
        if gives.codes is None:
            words = [word_of(value) for value in gives.values]
            for index, word in enumerate(words):
                if word in words[:index]:
                    self.declared.report("duplicate_name", gives.values[index].span, f"the outcome `{word}` stands here twice", "keep one of the two")
            return tuple(dict.fromkeys(words))
        listed = self.lists.get(gives.codes.text)
        if listed is None:
            self.declared.find(gives.codes, tree.Codes)
            return ()
        return listed.codes

    def definition(self, block: tree.Define) -> model.Definition:
        return model.Definition(
            block.name.text, self.clauses.label(block), self.conditions.definition(block), self.clauses.cited(block),
            self.clauses.readings(block), self.clauses.notes(block), self.clauses.statements(block), block.name.span,
        )  # fmt: skip

    def impossible(self, block: tree.CannotHappen) -> model.Impossible:
        when = self.clauses.needed(block, tree.When, "when", "when together and analyte is not dna_and_rna")
        because = self.clauses.needed(block, tree.Because, "because", 'because "two panels need both"')
        condition = self.conditions.checked(when.condition) if when else Always()
        if model_uses_decision(condition):
            self.declared.report("wrong_type", block.name.span, "what cannot happen is said of facts, not of decisions", "test inputs and definitions only")
        return model.Impossible(
            block.name.text, block.label.text if block.label else "", condition, because.text.text if because else "",
            self.clauses.cited(block), self.clauses.notes(block), self.clauses.statements(block), block.name.span,
        )  # fmt: skip

    def presumptions(self) -> tuple[model.Presumption, ...]:
        found: dict[str, model.Presumption] = {}
        for block in self.blocks(tree.Presume):
            assert isinstance(block, tree.Presume)
            name = block.name.text
            if self.declared.find(block.name, tree.Input) is None:
                continue
            item = next(item for item in self.inputs if item.name == name)
            if item.reviewer:
                self.declared.report("wrong_type", block.name.span, f"`{name}` is decided by a reviewer and cannot be presumed", "take the presumption out")
            if name in found:
                self.declared.report("repeated_part", block.span, f"`{name}` is presumed twice", "keep one of the two", found[name].span)
            value = value_of(self.declared, name, item.domain, block.value)
            if isinstance(item.domain, SeveralCodes):
                value = (str(value),)
            found[name] = model.Presumption(name, value, self.clauses.cited(block), self.clauses.notes(block), self.clauses.statements(block), block.span)
        return tuple(found.values())

    # -------------------------------------------------------------- decisions

    def ordered(self, decisions: list[model.Decision]) -> list[model.Decision]:
        """Put decisions after those that they use; a circle of them is remarked."""
        names = {decision.name for decision in decisions}
        uses = {
            decision.name: sorted({used for condition in (decision.scope, *(rule.condition for rule in decision.rules)) for used in decisions_in(condition)} & names)
            for decision in decisions
        }
        circle = circle_in(uses)
        if circle:
            block = self.declared.names[circle[0]]
            self.declared.report("cycle", block.name.span, f"decisions lead in a circle: {' → '.join(circle)}", "let one of them do without the next")
            return decisions
        return in_order(decisions, uses)

    def requirement(self, block: tree.Require) -> model.Requirement:
        that = self.clauses.needed(block, tree.That, "that", "that units is 1")
        when = self.clauses.one(block, tree.When, "when")
        otherwise = self.clauses.needed(block, tree.Otherwise, "else", "else consequence not stated")
        texts = [text.text for text in otherwise.texts] if otherwise else []
        return model.Requirement(
            block.name.text,
            self.clauses.label(block),
            self.conditions.checked(that.condition) if that else Always(),
            self.conditions.checked(when.condition) if when else Always(),
            otherwise.action if otherwise else "",
            texts[0] if len(texts) == 2 else "",
            texts[-1] if texts else "",
            self.clauses.cited(block),
            self.clauses.readings(block),
            self.clauses.notes(block),
            self.clauses.statements(block),
            block.name.span,
        )

    def silence(self, block: tree.Silence) -> model.Silence:
        return model.Silence(
            block.subject, block.means, tuple(name.text for name in block.see), self.clauses.cited(block),
            self.clauses.notes(block), self.clauses.statements(block),
        )  # fmt: skip

    # -------------------------------------------------------------- log, examples, proofs

    def rules_named(self, clause: tree.RulesNamed | None) -> tuple[str, ...]:
        if clause is None:
            return ()
        for name in clause.rules:
            self.declared.find(name, tree.Rule, tree.Row, tree.LeaveOpen)
        return tuple(name.text for name in clause.rules)

    def question(self, block: tree.Question) -> model.Question:
        decided = self.clauses.one(block, tree.Decided, "decided")
        still_open = self.clauses.one(block, tree.StillOpen, "open")
        if decided is None and still_open is None:
            self.declared.report("missing_part", block.name.span, f"question `{block.name.text}` says neither `open` nor `decided`", 'add `open`, or `decided "…" by "…" on 2026-01-31`')
        if decided is not None and still_open is not None:
            self.declared.report("repeated_part", still_open.span, f"question `{block.name.text}` is both open and decided", "keep one of the two", decided.span)
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
        for given in self.clauses.all(block.clauses, tree.Given):
            for fact in given.facts:
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
            self.declared.report("missing_part", block.name.span, f"example `{block.name.text}` expects nothing", "add, for example, `expect billing_code is CPT 81445`")
        label = block.label.text if block.label else ""
        return model.Example(block.name.text, label, facts, tuple(expected), self.clauses.notes(block), block.name.span)

    def fact(self, fact: tree.FactIs | tree.FactMissing | tree.FactUnknown, facts: dict[str, Value]) -> None:
        name = fact.name.text
        if self.declared.find(fact.name, tree.Input) is None or isinstance(fact, tree.FactUnknown):
            return
        if name in facts:
            self.declared.report("repeated_part", fact.name.span, f"`{name}` is given twice", "keep one of the two")
        item = next(item for item in self.inputs if item.name == name)
        if isinstance(fact, tree.FactMissing):
            if not item.may_be_missing:
                self.declared.report("wrong_type", fact.span, f"`{name}` is never missing", "give a value, or leave it out where it is unknown")
            facts[name] = None
            return
        values = [value_of(self.declared, name, item.domain, value) for value in fact.values]
        if isinstance(item.domain, SeveralCodes):
            facts[name] = tuple(dict.fromkeys(str(value) for value in values))
            return
        if len(values) > 1:
            self.declared.report("wrong_type", fact.span, f"`{name}` has one value, and here stand {len(values)}", "keep one of them")
        facts[name] = values[0]

    def expected(self, node: tree.Expected, posted: datetime.date | None) -> model.Expected:
        match node:
            case tree.ExpectAnswer(span, decision, force, values, by):
                outcomes: tuple[str, ...] = ()
                if self.declared.find(decision, tree.Decision):
                    outcomes = tuple(self.conditions.outcome(decision.text, value) for value in values)
                return model.Expected(decision.text, "outcome", force, outcomes, self.rules_named(tree.RulesNamed(span, by)), posted, span)
            case tree.ExpectKind(span, decision, kind, by):
                self.declared.find(decision, tree.Decision)
                return model.Expected(decision.text, kind, "", (), self.rules_named(tree.RulesNamed(span, by)), posted, span)
            case tree.ExpectRequirement(span, requirement, state):
                self.declared.find(requirement, tree.Require)
                return model.Expected(requirement.text, state, "", (), (), posted, span)
            case tree.ExpectCannotHappen(span, name):
                self.declared.find(name, tree.CannotHappen)
                return model.Expected(name.text, "cannot happen", "", (), (), posted, span)

    def property(self, block: tree.Prove) -> model.Property:
        supposing: list[Condition] = []
        said: list[str] = []
        for clause in self.clauses.all(block.clauses, tree.Supposing):
            supposing.append(self.conditions.checked(clause.condition))
            words = " ".join(self.tree.source.slice(clause.condition.span).split())
            said.append(words + (f", because {clause.because.text.text}" if clause.because else ""))
        for part in self.clauses.all(block.clauses, tree.ForServices):
            services = part.services
            start, until = (end.value if end else None for end in (services.start, services.until))
            if self.conditions.needs_service_date(part.span, "the proof names dates of service"):
                supposing.append(Within(SERVICE_DATE, start, until))
                said.append(f"services{f' from {start}' if start else ''}{f' until {until}' if until else ''}")
        kind, decision, condition = self.claim(block.claim)
        label = block.label.text if block.label else in_words(" ".join(self.tree.source.slice(block.claim.span).split()))
        return model.Property(block.name.text, label, kind, decision, condition, AllOf(tuple(supposing)), tuple(said), self.clauses.notes(block), block.name.span)

    def claim(self, claim: tree.AlwaysAnswers | tree.NeverContradicts | tree.NeverBoth | tree.Always) -> tuple[str, str, Condition]:
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

    def not_modelled(self, block: tree.NotModelled) -> model.NotModelled:
        self.declared.find(block.source, tree.SourceBlock)
        because = self.clauses.one(block, tree.Because, "because")
        if because is None:
            self.declared.report("missing_part", block.span, "it is not said why this is not modelled", 'add, for example, `because "legal notice"`')
        return model.NotModelled(model.Citation(block.source.text, block.paragraph), because.text.text if because else "", self.clauses.statements(block), block.span)


def _stretches_without_text(source: model.SourceDocument) -> list[tuple[Condition, str]]:
    day = datetime.timedelta(days=1)
    cuts = {item.services_from for item in source.revisions}
    cuts |= {item.services_until + day for item in source.revisions if item.services_until is not None}
    found: list[tuple[Condition, str]] = []
    starts: list[datetime.date | None] = [None, *sorted(cuts), None]
    for low, after in pairwise(starts):
        reason = _why_no_text(source, low)
        if reason:
            found.append((Within(SERVICE_DATE, low, None if after is None else after - day), reason))
    return found


def _why_no_text(source: model.SourceDocument, on: datetime.date | None) -> str:
    """Say why the text of a day is not here; `None` is a day before all revisions."""
    chosen: model.Revision | None = None
    for item in source.revisions:
        in_force = on is not None and item.services_from <= on and (item.services_until is None or on <= item.services_until)
        if in_force and (chosen is None or item.services_from >= chosen.services_from):
            chosen = item
    if chosen is None:
        return f"no revision of {source.name} is in force on this date of service"
    return "" if chosen.has_text else f"the text of {chosen.name} of {source.name} is not here"


def decisions_in(condition: Condition) -> frozenset[str]:
    """Give the decisions that a condition asks about."""
    match condition:
        case model.DecisionIs(decision) | model.DecisionIsNothing(decision):
            return frozenset({decision})
        case model.Defined(_, part) | Not(part):
            return decisions_in(part)
        case AllOf(parts) | AnyOf(parts) | model.AtLeastOf(_, parts):
            return frozenset[str]().union(*(decisions_in(part) for part in parts))
        case _:
            return frozenset()


def model_uses_decision(condition: Condition) -> bool:
    return bool(decisions_in(condition))
