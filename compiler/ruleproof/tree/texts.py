"""One tree from several files: the policy, and the texts of its revisions that lie in files beside it.

The blocks of a text get the clause `in Rev 7`, and a name that is taken already becomes `T1 of Rev 7`.  The joined tree has
one source, the texts behind each other, so that a place is one number; findings are led back to their own file at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from ruleproof.finding import Finding, Place
from ruleproof.source import BesideError, FilesRead, Source, Span
from ruleproof.tree import nodes
from ruleproof.tree.from_text import tree_from_text
from ruleproof.tree.messages import language_finding

_DATED = (
    nodes.Rule, nodes.Table, nodes.LeaveOpen, nodes.Define, nodes.Require, nodes.CannotHappen, nodes.Limit,
)  # fmt: skip
"""Blocks that stand in the text of a revision."""

_RENAMED = (*_DATED, nodes.Question, nodes.Example, nodes.Prove)
"""Blocks that may have the name of a block in another text."""

_NO_NAMES = frozenset(("values", "items", "value", "statements", "document", "see", "action"))
"""Fields in which a word is a value or a document, and never the name of a block."""

_WHERE = "declare it as the policy does, or leave it out"

Thing = TypeVar("Thing")


def with_texts(written: nodes.Tree, files: FilesRead) -> tuple[nodes.Tree, tuple[Finding, ...]]:
    """Give the tree of the policy with the texts of its revisions, and what is wrong with those."""
    joiner = _Joiner(written, files)
    for source in written.of(nodes.SourceBlock):
        for revision in (part for part in source.clauses if isinstance(part, nodes.Revision)):
            for part in revision.parts:
                if isinstance(part, nodes.TextIn):
                    joiner.add(part, revision.name, source.name)
    return joiner.tree(), tuple(joiner.findings)


def in_own_files(findings: Iterable[Finding], tree: nodes.Tree) -> tuple[Finding, ...]:
    """Lead the places of findings back to the files that they are in; repairs that would join files are left out."""
    if not tree.parts:
        return tuple(findings)
    return tuple(
        replace(finding, places=tuple(_own(place, tree) for place in finding.places), repairs=())
        for finding in findings
    )


def _own(place: Place, tree: nodes.Tree) -> Place:
    return place if place.path != tree.source.path else own_place(place.path, place.span, tree.parts)


def own_place(path: str, span: Span, parts: Iterable[tuple[int, Source]]) -> Place:
    """Give the place of a span of the joined text in its own file; `path` is that of the policy."""
    start, source = max(
        ((start, source) for start, source in parts if start <= span.start), default=(0, None), key=_start
    )
    return Place(path if source is None else source.path, Span(span.start - start, span.end - start))


def _start(part: tuple[int, Source | None]) -> int:
    return part[0]


@dataclass
class _Joiner:
    written: nodes.Tree
    files: FilesRead
    findings: list[Finding] = field(default_factory=list)
    blocks: list[nodes.Block] = field(default_factory=list)
    parts: list[tuple[int, Source]] = field(default_factory=list)
    unread: list[nodes.Tree] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.blocks += self.written.blocks
        self.text = self.written.source.text
        self.named: dict[str, Any] = {}
        self.remember(self.written.blocks)

    def remember(self, blocks: Iterable[nodes.Block]) -> None:
        for block in blocks:
            for name in _names_of(block):
                self.named.setdefault(name, block)

    def tree(self) -> nodes.Tree:
        if not self.parts and not self.unread:
            return self.written
        trees = [self.written, *self.unread]
        return nodes.Tree(
            replace(self.written.source, text=self.text),
            tuple(self.blocks),
            frozenset[str]().union(*(tree.unread_names for tree in trees)),
            frozenset[str]().union(*(tree.unread_words for tree in trees)),
            tuple(self.parts),
        )

    def report(self, source: Source, span: Span, message: str, help: str) -> None:
        self.findings.append(language_finding(source, "text_not_read", span, message, help))

    def add(self, part: nodes.TextIn, revision: str, source: nodes.Name) -> None:
        """Add the text of one revision."""
        file = part.file
        try:
            text = self.files.text(file.text)
        except BesideError as error:
            self.report(self.written.source, file.span, f"{error}", "name another file, or mend it")
            return
        if text is None:
            message = f"there is no file `{file.text}` beside the policy"
            self.report(
                self.written.source, file.span, message, f"put the text of `{revision}` there, or write `no text`"
            )
            return
        if text.path in [known.path for _, known in self.parts] or text.path == self.written.source.path:
            message = f"`{file.text}` holds the text of another revision already"
            self.report(self.written.source, file.span, message, "give each revision a file of its own")
            return
        tree, found = tree_from_text(text)
        self.findings += found
        self.unread.append(tree)
        start = len(self.text) + 1
        self.text += "\n" + text.text
        self.parts.append((start, text))
        kept = [block for block in tree.blocks if self.is_new(block, text, revision)]
        names = {name for block in kept if isinstance(block, _RENAMED) for name in _names_of(block)}
        taken = {name: self.free(name, revision, source.text) for name in names if name in self.named}
        clause = nodes.InRevisions(part.span, revision, None, source)
        added = [_in_text(_moved(block, start, taken), clause) for block in kept]
        self.blocks += added
        self.remember(added)

    def free(self, name: str, revision: str, source: str) -> str:
        wanted = f"{name} of {revision}"
        return f"{wanted} of {source}" if wanted in self.named else wanted

    def is_new(self, block: nodes.Block, text: Source, revision: str) -> bool:
        """Tell whether a block of a text is one of its own; what the policy says too is left out, or remarked if otherwise."""
        match block:
            case nodes.Policy():
                own = next(iter(self.written.of(nodes.Policy)), None)
                if own is not None and own.name != block.name:
                    message = f"this is the policy `{block.name.text}`, and the text of `{own.name.text}` is needed"
                    self.report(
                        text, block.name.span, message, "name the file that holds its text, or correct the name"
                    )
                return False
            case _ if isinstance(block, _DATED):
                for clause in block.clauses:
                    if isinstance(clause, nodes.InRevisions):
                        message = f"this file is the text of `{revision}`, and the block names a revision of its own"
                        self.report(text, clause.span, message, "take the `in` out, or move the block into the policy")
                return True
            case nodes.Example() | nodes.Prove() | nodes.Accept() | nodes.ExpectFinding() | nodes.NotModelled():
                return True
            case nodes.Silence() | nodes.Presume():
                return block not in self.blocks
            case _:
                return self.is_unsaid(block, text)

    def is_unsaid(self, block: Any, text: Source) -> bool:
        for name in _names_of(block):
            known = self.named.get(name)
            if known is None:
                continue
            if known != block and not isinstance(block, nodes.Question):
                name_span = block.name.span if hasattr(block, "name") else block.span
                message = f"`{name}` is declared otherwise in `{self.written.source.path}`"
                self.report(text, name_span, message, _WHERE)
            return isinstance(block, nodes.Question) and known != block
        return True


def _names_of(block: Any) -> Iterator[str]:
    """Give the names that a block declares."""
    if isinstance(block, nodes.Accept | nodes.ExpectFinding | nodes.Presume | nodes.Policy):
        return
    name = getattr(block, "name", None)
    if isinstance(name, nodes.Name):
        yield name.text
    for row in getattr(block, "rows", ()):
        yield row.name.text
    for one in getattr(block, "names", ()):
        if isinstance(one, nodes.Name):
            yield one.text


def _in_text(block: Any, clause: nodes.InRevisions) -> Any:
    if not isinstance(block, _DATED):
        return block
    dated: Any = block
    return replace(
        dated, clauses=(clause, *(part for part in dated.clauses if not isinstance(part, nodes.InRevisions)))
    )


def _moved(node: Thing, start: int, names: Mapping[str, str], within: str = "") -> Thing:
    """Give a part of a tree moved to another place, the names of blocks that are taken changed."""
    moved: Any = node
    if isinstance(node, tuple):
        moved = tuple(_moved(part, start, names, within) for part in node)
    elif isinstance(node, nodes.Name) and within not in _NO_NAMES:
        moved = nodes.Name(_shifted(node.span, start), names.get(node.text, node.text))
    elif isinstance(node, nodes.Node):
        changes: dict[str, Any] = {
            item.name: _moved(getattr(node, item.name), start, names, item.name) for item in fields(node)
        }
        moved = replace(node, **(changes | {"span": _shifted(node.span, start)}))
    return moved  # type: ignore[no-any-return]


def _shifted(span: Span, start: int) -> Span:
    return Span(span.start + start, span.end + start)
