"""Terms of other policies: found among the files beside this one, and brought in with everything that they rest on.

An import that is not there is reported, and its terms are inputs until it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeAlias

from ruleproof.model import nodes as model
from ruleproof.model.asked import decisions_in, inputs_in
from ruleproof.model.declared import Declared
from ruleproof.model.documents import Documents, FoundPolicy, Model
from ruleproof.model.domains import words_of_domain
from ruleproof.model.elsewhere import Says
from ruleproof.model.nodes import SERVICE_DATE, AllOf, Condition, Not
from ruleproof.model.specialised import JURISDICTION, as_imported, in_area
from ruleproof.source import FilesRead, Span
from ruleproof.tree import nodes as tree
from ruleproof.tree.messages import did_you_mean

Term: TypeAlias = model.Input | model.Definition | model.CodeList | model.Decision


@dataclass
class Brought:
    """Everything that comes in from other policies, by name."""

    inputs: dict[str, model.Input] = field(default_factory=dict)
    definitions: dict[str, model.Definition] = field(default_factory=dict)
    lists: dict[str, model.CodeList] = field(default_factory=dict)
    decisions: dict[str, model.Decision] = field(default_factory=dict)
    impossibles: dict[str, model.Impossible] = field(default_factory=dict)
    presumptions: dict[str, model.Presumption] = field(default_factory=dict)
    no_text_says: list[tuple[Condition, str]] = field(default_factory=list)
    postings: list[model.Posting] = field(default_factory=list)
    holes: dict[int, tuple[Condition, Says]] = field(default_factory=dict)
    """The tests over there of lists that are elsewhere, or known in part; they leave the same undecided here."""
    unresolved: list[tree.Input] = field(default_factory=list)
    """The terms that are inputs until their document is here."""


class Imports:
    """Reads the imports of one policy."""

    def __init__(self, declared: Declared, files: FilesRead, model_of: Model, waiting: tuple[str, ...]) -> None:
        self.declared = declared
        self.documents = Documents(declared, files, model_of, waiting)
        self.brought = Brought()
        self._no_text_of: set[str] = set()
        self._shared: list[tuple[model.Input, FoundPolicy, Span, Span]] = []
        """The inputs that both policies have, to be compared once this policy's own are known."""

    def run(self) -> Brought:
        for block in self.declared.tree.of(tree.ImportTerms):
            for name in block.names:
                earlier = self.declared.names.get(name.text)
                if earlier is not None:
                    self.declared.report(
                        "duplicate_name", name.span, f"`{name.text}` is imported, and this policy has that name already",
                        "take one of the two out, or rename it", earlier.name.span,
                    )  # fmt: skip
                    continue
                found = self.documents.document(block)
                term = None if found is None else self.term(block, name, found)
                if found is None:
                    self.unresolved(block, name)
                elif term is not None:
                    self.bring(block, name, term, found)
        self._refuse_rules()
        self._elsewhere()
        return self.brought

    def _elsewhere(self) -> None:
        """Note the documents that hold a list and are not here: what they hold is not known, and never taken to be met."""
        named: dict[str, list[tuple[str, Span]]] = {}
        for block in self.declared.tree.of(tree.Silence):
            for name in block.see:
                named.setdefault(name.text, []).append((block.subject, name.span))
        for document, places in named.items():
            if not self.documents.is_here(document):
                subjects = ", ".join(dict.fromkeys(subject for subject, _ in places))
                self.declared.report(
                    "elsewhere", places[0][1], f"`{document}` is not here, so nothing checks its {subjects}",
                    f"put the policy beside this one, with `document {document}` in its first block",
                    *(span for _, span in places[1:]),
                )  # fmt: skip

    def _refuse_rules(self) -> None:
        """Remark rules for a decision that belongs to another policy."""
        for block in self.declared.tree.blocks:
            name = block.decision if isinstance(block, tree.Rule | tree.Table | tree.LeaveOpen) else None
            if name is not None and name.text in self.brought.decisions:
                document = self.brought.decisions[name.text].imported
                message = f"`{name.text}` is imported from {document}, so no rule for it can stand here"
                self.declared.report("wrong_type", name.span, message, "declare a decision here that uses it")

    def unresolved(self, block: tree.ImportTerms, name: tree.Name) -> None:
        """Let a term be an input until its document is here."""
        missing = (block.may_be_missing,) if block.may_be_missing is not None else ()
        follows = tree.Follows(block.source.span, block.source.document)
        domain = block.domain or tree.YesOrNo(name.span)
        item = tree.Input(block.span, name, block.label, domain, (*missing, follows, *block.clauses))
        self.declared.declare(item)
        self.brought.unresolved.append(item)

    # -------------------------------------------------------------- bringing a term in

    def term(self, block: tree.ImportTerms, name: tree.Name, found: FoundPolicy) -> Term | None:
        """Give what a name stands for in the imported policy, if it can be imported."""
        policy = found.policy
        groups = (policy.inputs, policy.definitions, policy.code_lists, policy.decisions)
        terms: dict[str, Term] = {item.name: item for group in groups for item in group}
        term = terms.get(name.text)
        if term is None or getattr(term, "derived", None) is not None:
            near = did_you_mean(name.text, set(terms))
            known = ", ".join(f"`{known}`" for known in sorted(terms)[:8])
            self.declared.report(
                "unknown_name", name.span,
                f"`{name.text}` is no input, definition, code list or decision of {block.source.document.text} ({found.path})",
                f"did you mean `{near}`?" if near else f"it has {known or 'none'}{' …' if len(terms) > 8 else ''}",
            )  # fmt: skip
            return None
        if block.domain is not None and not _fits(block.domain, term):
            self.declared.report(
                "wrong_type", block.domain.span,
                f"`{name.text}` is something else in {block.source.document.text} ({found.path}): {_what(term)}",
                "take the domain out: the document is here",
            )  # fmt: skip
        return term

    def bring(self, block: tree.ImportTerms, name: tree.Name, term: Term, found: FoundPolicy) -> None:
        """Bring a term in with everything that it rests on."""
        document, at = block.source.document.text, name.span
        brought = self.brought
        brought.holes |= found.holes
        conditions: list[Condition] = []
        match term:
            case model.Input():
                brought.inputs[term.name] = replace(term, span=at)
                self.stand_in(tree.Input(at, name, None, tree.YesOrNo(at), ()))
            case model.CodeList():
                brought.lists[term.name] = replace(term, citations=(), statements=(), span=at)
                self.stand_in(tree.Codes(at, name, None, tree.Name(at, term.system), ()))
                return
            case model.Definition():
                condition = in_area(term.condition, found.area, found.holes)
                conditions.append(condition)
                brought.definitions[term.name] = replace(
                    term, condition=condition, citations=(), readings=(), statements=(), span=at
                )
                self.stand_in(tree.Define(at, name, None, tree.Holds(at, name), ()))
            case model.Decision():
                conditions += self.decision(document, term, found, at)
        self.rest(document, conditions, found, at)
        if not isinstance(term, model.Input) and found.path not in self._no_text_of:
            self._no_text_of.add(found.path)
            brought.no_text_says += (
                (condition, f"{reason} (in {document})") for condition, reason in found.policy.no_text_says
            )
            brought.postings += found.policy.postings

    def decision(self, document: str, term: model.Decision, found: FoundPolicy, at: Span) -> list[Condition]:
        """Bring a decision in, after those that it uses; give the conditions that it rests on."""
        if term.name in self.brought.decisions:
            return []
        name = tree.Name(at, term.name)
        earlier = self.declared.names.get(term.name)
        if earlier is not None:
            self.clash(term.name, found, at, earlier.name.span)
            return []
        conditions = [term.scope, *(rule.condition for rule in term.rules), *(rule.written for rule in term.rules)]
        area = found.area
        used = sorted(frozenset[str]().union(*map(decisions_in, conditions)))
        below = [part for other in used for part in self.decision(document, found.policy.decision(other), found, at)]
        text_is_here = Not(found.policy.no_text)
        brought = as_imported(term, document, at, lambda condition: in_area(condition, area, found.holes))
        self.brought.decisions[term.name] = replace(brought, scope=AllOf((text_is_here, brought.scope)))
        self.stand_in(tree.Decision(at, name, None, ()))
        if term.codes and term.codes not in self.brought.lists:
            codes = next(item for item in found.policy.code_lists if item.name == term.codes)
            if term.codes in self.declared.names:
                self.clash(term.codes, found, at, self.declared.names[term.codes].name.span)
            else:
                self.brought.lists[term.codes] = replace(codes, citations=(), statements=(), span=at)
                self.stand_in(tree.Codes(at, tree.Name(at, term.codes), None, tree.Name(at, codes.system), ()))
        return [*below, *(in_area(condition, area, found.holes) for condition in conditions), found.policy.no_text]

    def rest(self, document: str, conditions: list[Condition], found: FoundPolicy, at: Span) -> None:
        """Bring in the inputs that conditions ask about, with what cannot happen and what is presumed of them."""
        asked = frozenset[str]().union(*map(inputs_in, conditions))
        for item in found.policy.inputs:
            if item.name in asked:
                self.input(item, found, at)
        for impossible in found.policy.impossibles:
            condition = in_area(impossible.condition, found.area, found.holes)
            names = inputs_in(condition)
            name = f"{document}_{impossible.name}"
            if names & self.brought.inputs.keys() and names <= self.brought.inputs.keys() | self.declared.names.keys():
                self.brought.impossibles[name] = replace(
                    impossible, name=name, condition=condition, citations=(), statements=(), span=at
                )
        for presumption in found.policy.presumptions:
            if presumption.input in self.brought.inputs:
                self.brought.presumptions[presumption.input] = replace(
                    presumption, citations=(), statements=(), span=at
                )

    def input(self, item: model.Input, found: FoundPolicy, at: Span) -> None:
        """Bring an input in; where this policy has the same one, that is the same fact."""
        if item.name in self.brought.inputs:
            return
        if item.derived is not None:
            self.declared.report(
                "wrong_type", at, f"this rests on `{item.name}` in {found.path}, which looks at other services or dates",
                "such terms cannot be imported: declare them here",
            )  # fmt: skip
            return
        if item.name == JURISDICTION and found.area:
            return
        earlier = self.declared.names.get(item.name)
        if earlier is None:
            self.brought.inputs[item.name] = replace(item, span=at)
            name = tree.Name(at, item.name)
            self.stand_in(tree.Input(at, name, None, tree.YesOrNo(at), ()))
        elif not isinstance(earlier, tree.Input):
            self.clash(item.name, found, at, earlier.name.span)
        elif item.name != SERVICE_DATE:
            self._shared.append((item, found, at, earlier.name.span))

    def presumptions(self, own: tuple[model.Presumption, ...]) -> tuple[model.Presumption, ...]:
        """Add what is presumed of inputs that came in; what this policy presumes itself goes before."""
        here = {item.input for item in own}
        return (*own, *(item for name, item in self.brought.presumptions.items() if name not in here))

    def check_shared(self, inputs: dict[str, model.Input]) -> None:
        """Remark inputs that have one name here and there and are not the same fact."""
        for item, found, at, earlier in self._shared:
            own = inputs.get(item.name)
            if own is not None and (own.domain, own.may_be_missing) != (item.domain, item.may_be_missing):
                missing = ", may be missing" if item.may_be_missing else ""
                self.declared.report(
                    "wrong_type", at,
                    f"this rests on `{item.name}`, which is {words_of_domain(item.domain)}{missing} in {found.path}",
                    f"declare `{item.name}` alike in both policies, or rename one of the two", earlier,
                )  # fmt: skip

    def clash(self, name: str, found: FoundPolicy, at: Span, earlier: Span) -> None:
        self.declared.report(
            "duplicate_name", at, f"this brings in `{name}` of {found.path}, and this policy has that name already",
            "rename one of the two", earlier,
        )  # fmt: skip

    def stand_in(self, block: tree.Input | tree.Define | tree.Codes | tree.Decision) -> None:
        """Let a name be found, though nothing of this policy declares it."""
        self.declared.names[block.name.text] = block
        self.declared.imported.add(block.name.text)


def _fits(domain: tree.Domain, term: Term) -> bool:
    """Tell whether a term is what an import says of it; only kinds are compared, not bounds."""
    match term:
        case model.Input():
            kinds = {
                model.YesNo: tree.YesOrNo, model.Choice: tree.OneOf, model.WholeNumber: tree.WholeNumber,
                model.DecimalNumber: tree.DecimalNumber, model.Day: tree.DateRange, model.OneCode: tree.CodeOf,
                model.SeveralCodes: tree.CodesOf, model.CodePattern: tree.CodeLike,
            }  # fmt: skip
            return isinstance(domain, kinds[type(term.domain)])
        case model.Definition():
            return isinstance(domain, tree.YesOrNo)
        case model.Decision():
            return isinstance(domain, tree.OneOf)
        case model.CodeList():
            return False


def _what(term: Term) -> str:
    match term:
        case model.Input():
            return words_of_domain(term.domain)
        case model.Definition():
            return "a definition"
        case model.Decision():
            return "a decision"
        case model.CodeList():
            return "a code list"
