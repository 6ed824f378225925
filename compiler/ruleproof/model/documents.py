"""Other policies, found by the number or the name of their document among the files beside this one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath
from typing import TypeAlias, TypeVar, cast

from ruleproof.finding import Finding, Place, Severity
from ruleproof.model import nodes as model
from ruleproof.model.declared import Declared
from ruleproof.model.elsewhere import Holes
from ruleproof.source import BesideError, FilesRead, Span, source_from_text
from ruleproof.tree import nodes as tree
from ruleproof.tree.from_text import header_of, tree_from_text
from ruleproof.tree.texts import with_texts

Modelled: TypeAlias = tuple[model.Policy | None, tuple[Finding, ...], Holes]
Model: TypeAlias = Callable[[tree.Tree, FilesRead, tuple[str, ...]], Modelled]
"""Gives the model of an imported policy, and its tests of lists that can be undecided.

The last that it takes are the paths of the policies that wait for it.
"""

MOST_IMPORTED = 100
_CIRCLE = "policies import each other in a circle"


@dataclass(frozen=True)
class FoundPolicy:
    """An imported policy, and the area that its document number stands for, if any."""

    policy: model.Policy
    area: str
    path: str
    holes: Holes


class Documents:
    """Finds the policies that one policy imports from."""

    def __init__(self, declared: Declared, files: FilesRead, model_of: Model, waiting: tuple[str, ...]) -> None:
        self.declared, self.files, self.model_of = declared, files, model_of
        self.waiting = (*waiting, files.policy.path)
        self._found: dict[tuple[str, str], FoundPolicy | None] = {}

    def is_here(self, document: str) -> bool:
        """Tell whether a policy beside this one goes by a number or a name."""
        own = PurePosixPath(self.files.root.policy.path).name
        return any(name != own or self.files.outer is not None for name, _ in self._named(document))

    def document(self, block: tree.ImportTerms) -> FoundPolicy | None:
        key = (block.source.document.text, block.source.revision)
        if key not in self._found:
            self._found[key] = self._look_for(block)
        return self._found[key]

    def _look_for(self, block: tree.ImportTerms) -> FoundPolicy | None:
        document, revision, at = block.source.document.text, block.source.revision, block.source.document.span
        candidates = list(self._candidates(document))
        if not candidates:
            self.report(at, f"`{document}` is not here, so {_terms(block)} until it is",
                        f"put the policy beside this one, with `document {document}` in its first block")  # fmt: skip
            return None
        read = [(files, area, _whole_tree(files)) for files, area in candidates]
        if revision:
            read = [item for item in read if _has_text_of(item[2][0], revision)]
            if not read:
                self.report(at, f"`{document}` is here, but not its {revision}, so {_terms(block)} until it is",
                            "name a revision whose text is here, or none for all of them")  # fmt: skip
                return None
        if len(read) > 1:
            paths = ", ".join(sorted(files.policy.path for files, *_ in read))
            self.report(at, f"`{document}` is the number of several policies: {paths}",
                        "let only one of them say `document`, or name a revision", Severity.ERROR)  # fmt: skip
            return None
        ((files, area, (written, unreadable)),) = read
        return self._modelled(block, files, area, written, unreadable)

    def _candidates(self, document: str) -> Iterator[tuple[FilesRead, str]]:
        """Give the policies beside this one that go by a number or a name, each with the area that the number means."""
        for name, area in self._named(document):
            files = self._files_of(name)
            if files is not None and files.policy.path != self.files.policy.path:
                yield files, area

    def _named(self, document: str) -> Iterator[tuple[str, str]]:
        """Give the files of those policies, each with the area; nothing of them becomes a part of this policy yet."""
        root = self.files.root
        for name in _kept(root, ("policies",), root.beside.policies):
            content = _kept(root, ("policy", name), partial(self._content, name))
            if content is None or document.encode() not in content:
                continue
            header = header_of(source_from_text(content.decode("utf-8", "replace"), name))
            for number, area in _ids_of(header) if header is not None else ():
                if number == document:
                    yield name, area
                    break

    def _content(self, name: str) -> bytes | None:
        try:
            return self.files.root.beside.read(name)
        except BesideError:
            return None

    def _files_of(self, name: str) -> FilesRead | None:
        root = self.files.root
        try:
            return _kept(root, ("import", name), lambda: root.of_import(name))
        except BesideError:
            return None

    def _modelled(
        self, block: tree.ImportTerms, files: FilesRead, area: str, written: tree.Tree, unreadable: tuple[Finding, ...]
    ) -> FoundPolicy | None:
        at, path = block.source.document.span, files.policy.path
        if path in self.waiting or len(self.waiting) > MOST_IMPORTED:
            circle = [*self.waiting[self.waiting.index(path) if path in self.waiting else 0 :], path]
            self.declared.report("cycle", at, f"{_CIRCLE}: {' → '.join(circle)}",
                                 "let one of them do without the next, and declare the term there")  # fmt: skip
            return None
        policy, findings, holes = self.model_of(written, files, self.waiting)
        errors = [item for item in (*unreadable, *findings) if item.severity is Severity.ERROR]
        circles = [item for item in errors if item.name == "cycle" and item.message.startswith(_CIRCLE)]
        if circles:
            self.declared.report("cycle", at, circles[0].message, circles[0].help)
            return None
        if policy is None or errors:
            count = f"{len(errors)} error{'' if len(errors) == 1 else 's'}"
            first = f"; the first: {errors[0].message}" if errors else ""
            self.report(at, f"`{block.source.document.text}` is {path}, which has {count}{first}",
                        "mend that policy first", Severity.ERROR, errors[0].places if errors else ())  # fmt: skip
            return None
        return FoundPolicy(policy, area, path, holes)

    def report(
        self, at: Span, message: str, help: str, severity: Severity = Severity.WARNING, also: tuple[Place, ...] = ()
    ) -> None:
        self.declared.report("unresolved_import", at, message, help)
        last = self.declared.findings[-1]
        self.declared.findings[-1] = replace(last, severity=severity, places=(*last.places, *also))


Kept = TypeVar("Kept")


def _kept(files: FilesRead, key: tuple[str, ...], make: Callable[[], Kept]) -> Kept:
    """Give what was made for a key, once for every standpoint that the policy is read from."""
    if key not in files.worked_out:
        files.worked_out[key] = make()
    return cast("Kept", files.worked_out[key])


def _terms(block: tree.ImportTerms) -> str:
    names = ", ".join(f"`{name.text}`" for name in block.names)
    return f"{names} {'is an input' if len(block.names) == 1 else 'are inputs'}"


def _ids_of(header: tree.Policy) -> list[tuple[str, str]]:
    """Give the numbers and the name that a policy goes by, each with its area; empty where it means every area."""
    clauses = [clause for clause in header.clauses if isinstance(clause, tree.Document)]
    ids = [(number.name.text, number.area.text if number.area else "") for clause in clauses for number in clause.ids]
    return [*ids, (header.name.text, "")]


def _whole_tree(files: FilesRead) -> tuple[tree.Tree, tuple[Finding, ...]]:
    def read() -> tuple[tree.Tree, tuple[Finding, ...]]:
        written, unreadable = tree_from_text(files.policy)
        whole, unjoined = with_texts(written, files)
        return whole, (*unreadable, *unjoined)

    return _kept(files, ("tree",), read)


def _has_text_of(written: tree.Tree, revision: str) -> bool:
    return any(
        clause.name == revision and not any(isinstance(part, tree.NoText) for part in clause.parts)
        for source in written.of(tree.SourceBlock)
        for clause in source.clauses
        if isinstance(clause, tree.Revision)
    )
