"""Tree to model: the one way from a policy as written to a policy as meant.

Every remark is collected; the model is given only where none of them is an error.
"""

from __future__ import annotations

from typing import Any

from ruleproof.finding import Finding, Severity
from ruleproof.model import nodes as model
from ruleproof.model.areas import declare_areas, documents_of, jurisdiction_of
from ruleproof.model.asked import decisions_in
from ruleproof.model.conditions import Conditions
from ruleproof.model.declared import Declared
from ruleproof.model.documents import Modelled
from ruleproof.model.domains import word_of
from ruleproof.model.elsewhere import policy_with
from ruleproof.model.facts import Facts
from ruleproof.model.imports import Imports
from ruleproof.model.in_force import known_by, postings_of
from ruleproof.model.ledger_reading import Ledgers
from ruleproof.model.limits import Limits
from ruleproof.model.log import Log
from ruleproof.model.nodes import Always, AnyOf
from ruleproof.model.order import circle_in, in_order
from ruleproof.model.precedence import Precedence
from ruleproof.model.rules import Clauses, Rules
from ruleproof.model.sources import Sources
from ruleproof.model.texts import NOW, Standpoint, Texts, as_it_stood
from ruleproof.model.unfolding import too_large
from ruleproof.source import FilesRead, Span
from ruleproof.tree import nodes as tree


def model_from_tree(
    written: tree.Tree, files: FilesRead | None = None, standpoint: Standpoint = NOW
) -> tuple[model.Policy | None, tuple[Finding, ...]]:
    """Give the policy that a tree means, or `None` where it has an error, and every remark; `files` are those beside it."""
    return _Reader(written, files or FilesRead(written.source), standpoint).run()


def _model_of_import(
    written: tree.Tree, files: FilesRead, standpoint: Standpoint, waiting: tuple[str, ...]
) -> Modelled:
    reader = _Reader(written, files, standpoint, waiting)
    policy, findings = reader.run()
    return policy, findings, reader.conditions.lists.holes


def seen_from(written: tree.Tree, files: FilesRead | None, standpoint: Standpoint) -> model.Policy:
    """Give the policy that a tree without errors means from another standpoint, such as what had been posted by a day."""
    return _Reader(written, files or FilesRead(written.source), standpoint).seen()


class _Reader:
    def __init__(
        self, written: tree.Tree, files: FilesRead, standpoint: Standpoint, waiting: tuple[str, ...] = ()
    ) -> None:
        self.tree = written
        self.standpoint = standpoint
        self.files = files
        self.declared = Declared(written)
        self.clauses = Clauses(self.declared)
        self.sources_of = Sources(self.declared, self.clauses)
        self.sources = tuple(self.sources_of.source(block) for block in self.declared.of(tree.SourceBlock))
        self.texts = Texts(self.declared, self.sources, standpoint)
        self.facts = Facts(self.declared, self.clauses, self.texts)
        declare_areas(self.declared)
        self.imports = Imports(self.declared, files, self.model_of, waiting)
        self.brought = self.imports.run()
        own = tuple(self.facts.input(block) for block in self.declared.of(tree.Input))
        self.imports.check_shared({item.name: item for item in own})
        self.inputs = (*own, *self.brought.inputs.values())
        self.ledgers = Ledgers(self.declared, self.clauses, files, self.sources, standpoint.posted_by)
        self.lists = {block.name.text: self.ledgers.code_list(block) for block in self.declared.of(tree.Codes)}
        self.lists |= self.brought.lists
        self.conditions = Conditions(
            self.declared,
            {item.name: item.domain for item in self.inputs},
            frozenset(item.name for item in self.inputs if item.may_be_missing),
            self.lists,
            {block.name.text: self.possible(block) for block in self.declared.of(tree.Decision)}
            | {name: item.outcomes for name, item in self.brought.decisions.items()},
        )
        self.conditions.bring({name: item.condition for name, item in self.brought.definitions.items()})
        self.conditions.lists.holes |= self.brought.holes
        self.conditions.dated = self.dated

    def model_of(self, written: tree.Tree, files: FilesRead, waiting: tuple[str, ...]) -> Modelled:
        """Give the model of an imported policy, known as this one is."""
        return _model_of_import(written, files, Standpoint(self.standpoint.posted_by), waiting)

    def run(self) -> tuple[model.Policy | None, tuple[Finding, ...]]:
        large = list(too_large(self.tree))
        for _, span, message, help in large:
            self.declared.report("too_large", span, message, help)
        if large:
            return None, tuple(self.declared.findings)  # writing it all out is what must not be tried
        header = self.header()
        policy = self.policy(header) if header is not None else self.policy(_NAMELESS)
        findings = self.declared.remarks()
        broken = any(finding.severity is Severity.ERROR for finding in findings)
        return (None if broken or header is None else policy), findings

    def seen(self) -> model.Policy:
        """Give the policy, whatever there is to remark: the same tree has been read without errors from now."""
        header = self.header()
        return as_it_stood(self.policy(header if header is not None else _NAMELESS))

    def dated(self, block: Any, condition: model.Condition) -> model.Condition:
        return self.texts.dated(block, condition, self.conditions.needs_service_date)

    def policy(self, header: tree.Policy) -> model.Policy:
        own = Rules(self.declared, self.conditions, self.clauses, self.texts).decisions()
        precedence = Precedence(self.sources)
        precedence.remark(self.declared)
        decisions = [*self.brought.decisions.values(), *map(precedence.applied, own)]
        no_text_says = (
            *self.sources_of.no_text(self.conditions, self.sources, self.standpoint),
            *self.brought.no_text_says,
        )
        log = Log(self.declared, self.conditions, self.clauses, self.inputs, self.texts)
        made = model.Policy(
            name=header.name.text,
            label=self.clauses.label(header),
            jurisdiction=jurisdiction_of(header),
            documents=documents_of(header),
            steward=next((part.text.text for part in self.clauses.all(header.clauses, tree.Steward)), ""),
            notes=self.clauses.notes(header),
            sources=tuple(known_by(source, self.standpoint.posted_by) for source in self.sources),
            definitions=(
                *(self.facts.definition(self.conditions, block) for block in self.declared.of(tree.Define)),
                *self.brought.definitions.values(),
            ),
            impossibles=(
                *(self.facts.impossible(self.conditions, block) for block in self.declared.of(tree.CannotHappen)),
                *self.brought.impossibles.values(),
            ),
            presumptions=self.imports.presumptions(self.facts.presumptions(self.inputs, self.tree.of(tree.Presume))),
            code_lists=tuple(self.lists.values()),
            decisions=tuple(self.ordered(decisions)),
            requirements=self.requirements(),
            silences=tuple(self.silence(block) for block in self.tree.of(tree.Silence)),
            questions=tuple(log.question(block) for block in self.declared.of(tree.Question)),
            acceptances=tuple(log.acceptance(block) for block in self.tree.of(tree.Accept)),
            expectations=tuple(log.expectation(block) for block in self.tree.of(tree.ExpectFinding)),
            examples=tuple(log.example(block) for block in self.declared.of(tree.Example)),
            properties=tuple(log.property(block) for block in self.declared.of(tree.Prove)),
            not_modelled=tuple(log.not_modelled(block) for block in self.tree.of(tree.NotModelled)),
            no_text=AnyOf(tuple(condition for condition, _ in no_text_says)),
            no_text_says=no_text_says,
            postings=postings_of(
                (source for source in self.sources if self.texts.matters(source)),
                (*self.ledgers.postings(), *self.brought.postings),
            ),
            # last, since every condition can bring one in
            inputs=(*self.inputs, *self.conditions.derived.inputs.values()),
            keys=self.conditions.derived.all_keys(),
            span=header.name.span,
        )
        return policy_with(self.conditions.lists.holes, made)

    def header(self) -> tree.Policy | None:
        found = [block for block in self.tree.blocks if isinstance(block, tree.Policy)]
        if not found:
            if not self.tree.unread_names:
                where = Span(0, 0)
                self.declared.report(
                    "empty_policy",
                    where,
                    "there is no policy in this file",
                    'begin with a line such as `policy my_policy "What it is about"`',
                )
            return None
        if len(found) > 1:
            self.declared.report(
                "empty_policy",
                found[1].name.span,
                "a second policy begins here",
                "keep each policy in a file of its own",
                found[0].name.span,
            )
        return found[0]

    # -------------------------------------------------------------- decisions

    def possible(self, block: tree.Decision) -> tuple[str, ...]:
        """Give the outcomes that a decision can give."""
        gives = next(iter(self.clauses.all(block.clauses, tree.Gives)), None)
        if gives is None:
            return ()
        if gives.codes is None:
            words = [word_of(value) for value in gives.values]
            for index, word in enumerate(words):
                if word == model.LEFT_OPEN:
                    self.declared.report(
                        "duplicate_name",
                        gives.values[index].span,
                        f"the outcome `{word}` is spelt as what is said of a case that no rule answers",
                        "spell it in another way, such as left_open",
                    )
                if word in words[:index]:
                    self.declared.report(
                        "duplicate_name",
                        gives.values[index].span,
                        f"the outcome `{word}` stands here twice",
                        "keep one of the two",
                    )
            return tuple(dict.fromkeys(words))
        listed = self.lists.get(gives.codes.text)
        if listed is None:
            self.declared.find(gives.codes, tree.Codes)
            return ()
        return listed.codes

    def ordered(self, decisions: list[model.Decision]) -> list[model.Decision]:
        """Put decisions after those that they use; a circle of them is remarked."""
        names = {decision.name for decision in decisions}
        uses = {
            decision.name: sorted(
                {
                    used
                    for condition in (decision.scope, *(rule.condition for rule in decision.rules))
                    for used in decisions_in(condition)
                }
                & names
            )
            for decision in decisions
        }
        circle = circle_in(uses)
        if circle:
            block = self.declared.names[circle[0]]
            self.declared.report(
                "cycle",
                block.name.span,
                f"decisions lead in a circle: {' → '.join(circle)}",
                "let one of them do without the next",
            )
            return decisions
        return in_order(decisions, uses)

    def requirements(self) -> tuple[model.Requirement, ...]:
        """Give the requirements and the limits, in the order written."""
        limits = Limits(self.declared, self.conditions, self.clauses).limits()
        found = (*(self.requirement(block) for block in self.declared.of(tree.Require)), *limits)
        return tuple(sorted(found, key=lambda item: item.span.start))

    def requirement(self, block: tree.Require) -> model.Requirement:
        that = self.clauses.needed(block, tree.That, "that", "that units is 1")
        when = self.clauses.one(block, tree.When, "when")
        otherwise = self.clauses.needed(block, tree.Otherwise, "else", "else consequence not stated")
        texts = [text.text for text in otherwise.texts] if otherwise else []
        return model.Requirement(
            block.name.text,
            self.clauses.label(block),
            self.conditions.checked(that.condition) if that else Always(),
            self.dated(block, self.conditions.checked(when.condition) if when else Always()),
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


_NAMELESS = tree.Policy(Span(0, 0), tree.Name(Span(0, 0), ""), None, ())
"""Stands in for the header of a file that has none, so that the rest of it is still looked at."""
