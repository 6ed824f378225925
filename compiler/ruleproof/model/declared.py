"""The names that a policy declares, and the remarks made while they are resolved."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeAlias, TypeVar

from ruleproof.finding import Finding, Place
from ruleproof.source import Span
from ruleproof.tree import nodes as tree
from ruleproof.tree.messages import did_you_mean, language_finding
from ruleproof.tree.nodes import Name, Tree

_RESERVED_WORDS = """
yes no is are not and or all any none of at in nothing missing present when then policy source input presume define
decision rule table require codes question accept expect example prove cite note reading covers outcome
"""
RESERVED = frozenset(_RESERVED_WORDS.split())

KINDS = {
    tree.SourceBlock: "source",
    tree.Input: "input",
    tree.CannotHappen: "cannot happen",
    tree.Define: "definition",
    tree.Decision: "decision",
    tree.Rule: "rule",
    tree.Table: "table",
    tree.Row: "rule",
    tree.LeaveOpen: "rule",
    tree.Require: "requirement",
    tree.Key: "key",
    tree.Limit: "limit",
    tree.Codes: "code list",
    tree.Question: "question",
    tree.Example: "example",
    tree.Prove: "property",
}
"""What a block declares, in words; one name stands for one thing in a policy, whatever its kind."""

_DECLARING = (
    tree.SourceBlock,
    tree.Input,
    tree.CannotHappen,
    tree.Define,
    tree.Decision,
    tree.Rule,
    tree.LeaveOpen,
    tree.Require,
    tree.Key,
    tree.Limit,
    tree.Codes,
    tree.Question,
    tree.Example,
    tree.Prove,
)

Declaring: TypeAlias = (
    tree.SourceBlock
    | tree.Input
    | tree.CannotHappen
    | tree.Define
    | tree.Decision
    | tree.Rule
    | tree.Table
    | tree.Row
    | tree.LeaveOpen
    | tree.Require
    | tree.Key
    | tree.Limit
    | tree.Codes
    | tree.Question
    | tree.Example
    | tree.Prove
)


Kind = TypeVar("Kind", bound=tree.Node)


@dataclass
class Declared:
    """The symbol table of one policy, and the findings so far."""

    tree: Tree
    findings: list[Finding] = field(default_factory=list)
    names: dict[str, Declaring] = field(default_factory=dict)
    imported: set[str] = field(default_factory=set)
    """The names that stand for something of another policy."""
    _twice: set[str] = field(default_factory=set)
    _unknown: dict[str, tuple[int, set[Place]]] = field(default_factory=dict)
    """Names that nothing declares: which finding tells of each, and where it stands."""

    def __post_init__(self) -> None:
        for block in self.tree.blocks:
            if isinstance(block, tree.Table):
                self.declare(block)
                for row in block.rows:
                    self.declare(row)
            elif isinstance(block, _DECLARING):
                self.declare(block)

    def report(self, name: str, span: Span, message: str, help: str, *also: Span) -> None:
        """Make a remark about a place."""
        self.findings.append(language_finding(self.tree.source, name, span, message, help, *also))

    def report_at(self, name: str, place: Place, message: str, help: str) -> None:
        """Make a remark about a place in any file that has been read."""
        source = replace(self.tree.source, path=place.path)
        self.findings.append(language_finding(source, name, place.span, message, help))

    def declare(self, block: Declaring) -> None:
        name = block.name
        quoted = self.tree.source.slice(name.span).startswith("`")
        earlier = self.names.get(name.text)
        if name.text in RESERVED and not quoted:
            message = f"`{name.text}` is a word of the language and cannot be a name"
            self.report(
                "duplicate_name", name.span, message, f"choose another name, or write it in backquotes: `{name.text}`"
            )
        if not name.text.strip() or name.text != name.text.strip():
            self.report(
                "duplicate_name", name.span, "a name in backquotes begins or ends with a blank", "take the blank out"
            )
        if earlier is not None:
            kind, message = KINDS[type(earlier)], f"the name `{name.text}` is declared twice"
            if KINDS[type(earlier)] != KINDS[type(block)]:
                message = f"`{name.text}` is the name of {_a(kind)} already"
            self.report("duplicate_name", name.span, message, "rename one of the two", earlier.name.span)
            self._twice.add(name.text)
            return
        self.names[name.text] = block

    def find(self, name: Name, *kinds: type) -> Declaring | None:
        """Give what a name stands for, if it is of one of these kinds; else make a remark and give `None`."""
        found = self.names.get(name.text)
        if isinstance(found, kinds):
            return found
        if name.text in self.tree.unread_names or name.text in self._twice:
            return None
        if found is None and name.text in self.tree.unread_words:
            return None
        place = Place(self.tree.source.path, name.span)
        if name.text in self._unknown:
            self._unknown[name.text][1].add(place)
            return None
        wanted = _or(list(dict.fromkeys(KINDS[kind] for kind in kinds)))
        known = [known for known, block in self.names.items() if isinstance(block, kinds)]
        if found is not None:
            message = f"`{name.text}` is {_a(KINDS[type(found)])}, and {_a(wanted)} is needed here"
            self.report("unknown_name", name.span, message, _known(known, wanted), found.name.span)
            return None
        self._unknown[name.text] = len(self.findings), {place}
        near = self._labelled(name.text, kinds) or did_you_mean(name.text, [*known, *self.tree.unread_names])
        help = f"did you mean `{near}`?" if near else _known(known, wanted)
        self.report("unknown_name", name.span, f"`{name.text}` is no {wanted} of this policy", help)
        return None

    def remarks(self) -> tuple[Finding, ...]:
        """Give the findings, each unknown name in one of them with all its places."""
        found = list(self.findings)
        for index, stands in self._unknown.values():
            others = len(stands) - 1
            if others:
                places = tuple(sorted(stands, key=lambda place: place.span.start))
                message = f"{found[index].message}, here and in {others} other place{'' if others == 1 else 's'}"
                found[index] = replace(found[index], message=message, places=places)
        return tuple(found)

    def _labelled(self, word: str, kinds: tuple[type, ...]) -> str:
        """Give the name that has this word as its label."""
        for name, block in self.names.items():
            label = getattr(block, "label", None)
            if (
                isinstance(block, kinds)
                and isinstance(label, tree.Text)
                and label.text.lower() == in_words(word).lower()
            ):
                return name
        return ""

    def of(self, kind: type[Kind]) -> list[Kind]:
        """Give the declared blocks of a kind, in the order written; of a name declared twice, the first."""
        own = [block for name, block in self.names.items() if name not in self.imported]
        return [block for block in own if isinstance(block, kind)]


def _or(nouns: list[str]) -> str:
    return nouns[0] if len(nouns) == 1 else f"{', '.join(nouns[:-1])} or {nouns[-1]}"


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _known(known: Iterable[str], wanted: str) -> str:
    names = sorted(known)
    if not names:
        return f"the policy declares no {wanted}"
    shown = ", ".join(f"`{name}`" for name in names[:8])
    return f"there {'is' if len(names) == 1 else 'are'} {shown}{' …' if len(names) > 8 else ''}"


def in_words(name: str) -> str:
    """Give a name as words, for a thing without a label.

    >>> in_words("rna_adds")
    'rna adds'
    """
    return re.sub(r"_+", " ", name).strip() or name
