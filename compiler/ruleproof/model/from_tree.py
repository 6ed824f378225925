"""Tree to model: the one way from a policy as written to a policy as meant.

Every remark is collected; the model is given only where none of them is an error.
"""

from __future__ import annotations

from ruleproof.finding import Finding, Severity
from ruleproof.model import nodes as model
from ruleproof.model.asked import decisions_in
from ruleproof.model.conditions import Conditions
from ruleproof.model.declared import Declared
from ruleproof.model.domains import word_of
from ruleproof.model.facts import Facts
from ruleproof.model.log import Log
from ruleproof.model.nodes import Always, AnyOf
from ruleproof.model.rules import Clauses, Rules, circle_in, in_order
from ruleproof.model.sources import Sources
from ruleproof.model.unfolding import too_large
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
        self.facts = Facts(self.declared, self.clauses)
        self.inputs = tuple(self.facts.input(block) for block in self.declared.of(tree.Input))
        self.lists = {block.name.text: self.facts.code_list(block) for block in self.declared.of(tree.Codes)}
        self.conditions = Conditions(
            self.declared,
            {item.name: item.domain for item in self.inputs},
            frozenset(item.name for item in self.inputs if item.may_be_missing),
            self.lists,
            {block.name.text: self.possible(block) for block in self.declared.of(tree.Decision)},
        )

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

    def policy(self, header: tree.Policy) -> model.Policy:
        sources_of = Sources(self.declared, self.clauses)
        sources = tuple(sources_of.source(block) for block in self.declared.of(tree.SourceBlock))
        decisions = Rules(self.declared, self.conditions, self.clauses).decisions()
        no_text_says = sources_of.no_text(self.conditions, sources)
        log = Log(self.declared, self.conditions, self.clauses, self.inputs)
        return model.Policy(
            name=header.name.text,
            label=self.clauses.label(header),
            jurisdiction=next((part.text.text for part in self.clauses.all(header.clauses, tree.Jurisdiction)), ""),
            steward=next((part.text.text for part in self.clauses.all(header.clauses, tree.Steward)), ""),
            notes=self.clauses.notes(header),
            sources=sources,
            inputs=self.inputs,
            definitions=tuple(self.facts.definition(self.conditions, block) for block in self.declared.of(tree.Define)),
            impossibles=tuple(
                self.facts.impossible(self.conditions, block) for block in self.declared.of(tree.CannotHappen)
            ),
            presumptions=self.facts.presumptions(self.inputs, self.tree.of(tree.Presume)),
            code_lists=tuple(self.lists.values()),
            decisions=tuple(self.ordered(decisions)),
            requirements=tuple(self.requirement(block) for block in self.declared.of(tree.Require)),
            silences=tuple(self.silence(block) for block in self.tree.of(tree.Silence)),
            questions=tuple(log.question(block) for block in self.declared.of(tree.Question)),
            acceptances=tuple(log.acceptance(block) for block in self.tree.of(tree.Accept)),
            expectations=tuple(log.expectation(block) for block in self.tree.of(tree.ExpectFinding)),
            examples=tuple(log.example(block) for block in self.declared.of(tree.Example)),
            properties=tuple(log.property(block) for block in self.declared.of(tree.Prove)),
            not_modelled=tuple(log.not_modelled(block) for block in self.tree.of(tree.NotModelled)),
            no_text=AnyOf(tuple(condition for condition, _ in no_text_says)),
            no_text_says=no_text_says,
            span=header.name.span,
        )

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


_NAMELESS = tree.Policy(Span(0, 0), tree.Name(Span(0, 0), ""), None, ())
"""Stands in for the header of a file that has none, so that the rest of it is still looked at."""
