"""Inputs, code lists, definitions, and what cannot happen or is presumed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ruleproof.model import nodes as model
from ruleproof.model.asked import decisions_in
from ruleproof.model.conditions import Conditions
from ruleproof.model.declared import Declared
from ruleproof.model.domains import domain_from_tree, value_of
from ruleproof.model.nodes import Always, SeveralCodes
from ruleproof.model.rules import Clauses
from ruleproof.model.texts import Texts
from ruleproof.tree import nodes as tree


@dataclass
class Facts:
    """Reads what a policy says of facts, before anything is decided."""

    declared: Declared
    clauses: Clauses
    texts: Texts

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

    def definition(self, conditions: Conditions, block: tree.Define) -> model.Definition:
        return model.Definition(
            block.name.text, self.clauses.label(block), conditions.definition(block), self.clauses.cited(block),
            self.clauses.readings(block), self.clauses.notes(block), self.clauses.statements(block), block.name.span,
        )  # fmt: skip

    def impossible(self, conditions: Conditions, block: tree.CannotHappen) -> model.Impossible:
        when = self.clauses.needed(block, tree.When, "when", "when together and analyte is not dna_and_rna")
        because = self.clauses.needed(block, tree.Because, "because", 'because "two panels need both"')
        condition = conditions.checked(when.condition) if when else Always()
        condition = self.texts.dated(block, condition, conditions.needs_service_date)
        if decisions_in(condition):
            self.declared.report(
                "wrong_type",
                block.name.span,
                "what cannot happen is said of facts, not of decisions",
                "test inputs and definitions only",
            )
        return model.Impossible(
            block.name.text, block.label.text if block.label else "", condition, because.text.text if because else "",
            self.clauses.cited(block), self.clauses.notes(block), self.clauses.statements(block), block.name.span,
        )  # fmt: skip

    def presumptions(
        self, inputs: Sequence[model.Input], blocks: Sequence[tree.Presume]
    ) -> tuple[model.Presumption, ...]:
        found: dict[str, model.Presumption] = {}
        for block in blocks:
            name = block.name.text
            if self.declared.find(block.name, tree.Input) is None:
                continue
            item = next(item for item in inputs if item.name == name)
            if item.reviewer:
                self.declared.report(
                    "wrong_type",
                    block.name.span,
                    f"`{name}` is decided by a reviewer and cannot be presumed",
                    "take the presumption out",
                )
            if name in found:
                self.declared.report(
                    "repeated_part", block.span, f"`{name}` is presumed twice", "keep one of the two", found[name].span
                )
            value = value_of(self.declared, name, item.domain, block.value)
            if isinstance(item.domain, SeveralCodes):
                value = (str(value),)
            found[name] = model.Presumption(
                name,
                value,
                self.clauses.cited(block),
                self.clauses.notes(block),
                self.clauses.statements(block),
                block.span,
            )
        return tuple(found.values())
