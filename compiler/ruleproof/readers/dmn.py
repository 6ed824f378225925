"""A DMN file (1.1 to 1.6) to its decision tables and its model.

Nothing is skipped in silence: what cannot be read becomes a finding that says where and why, and the rest is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ruleproof.finding import Finding
from ruleproof.model.tables import DecisionTable
from ruleproof.readers.circles import circles
from ruleproof.readers.dmn_logic import LogicReader
from ruleproof.readers.dmn_nodes import Decision, InputData, Knowledge, Member, Model, Service
from ruleproof.readers.feel.names import Names, tidy
from ruleproof.readers.item_types import ANYTHING, ItemType, Types
from ruleproof.readers.reading import Reading, shortened, table_finding
from ruleproof.readers.unary_tests import Cells
from ruleproof.readers.xml_tree import Element, UnsafeError, element_span, text_of_xml, tree_from_xml
from ruleproof.source import Source, source_from_text

VERSIONS = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20151101/dmn11.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
    "https://www.omg.org/spec/DMN/20240513/MODEL/": "1.6",
}

_KINDS = ("inputData", "decision", "businessKnowledgeModel", "decisionService")
_NAMED = frozenset(
    {
        *_KINDS,
        "variable",
        "itemComponent",
        "formalParameter",
        "parameter",
        "output",
        "column",
        "import",
        "itemDefinition",
    }
)
_REQUIRED = ("requiredInput", "requiredDecision", "requiredKnowledge")
_OFFERED = ("outputDecision", "encapsulatedDecision", "inputDecision", "inputData")
_IN_WORDS = {"inputData": "input", "businessKnowledgeModel": "business knowledge model", "decisionService": "service"}
_WORDS = re.compile(r"[^\W\d]\w*(?:\s+\w+)+")
LONGEST_CIRCLE = 12
"""How many names of a circle a message gives."""


def read_dmn(path: str, data: bytes, others: Iterable[tuple[str, bytes]] = ()) -> Reading:
    """Read a DMN file; `others` are the path and content of files that it may import, looked at only where it does."""
    source = source_from_text("", path)
    try:
        source = text_of_xml(data, path)
        root = tree_from_xml(source)
    except UnsafeError as error:
        source = source_from_text(error.shown, path) if error.shown else source
        return Reading(
            source, findings=(table_finding(source, "unreadable_table", error.span, str(error), error.help),)
        )
    if problem := _not_dmn(root):
        span = element_span(source, root)
        return Reading(source, findings=(table_finding(source, "unreadable_table", span, problem),))
    return _Reader(_File(source, root), others).run()


def _not_dmn(root: Element) -> str:
    if root.name != "definitions":
        return f"this is no DMN file: it begins with `{root.name}`, not with `definitions`"
    if not root.namespace:
        return "`definitions` has no namespace, so the version of DMN is not known"
    if root.namespace not in VERSIONS:
        return f"`{root.namespace}` is the namespace of no DMN version from 1.1 to 1.6"
    return ""


@dataclass(frozen=True, slots=True)
class _File:
    source: Source
    root: Element
    alias: str = ""
    """The name under which another file imports this one."""

    @property
    def namespace(self) -> str:
        return self.root.get("namespace")

    def key(self, id: str) -> str:
        """Give the id of an element among all files."""
        return f"{self.namespace}#{id}" if self.alias else id


class _Reader:
    def __init__(self, file: _File, others: Iterable[tuple[str, bytes]]) -> None:
        self._file = file
        self._findings: list[Finding] = []
        self._said: set[tuple[str, str]] = set()
        self._files = (file, *self._imports(others))
        self._elements: dict[str, tuple[_File, Element]] = {}
        for each in self._files:
            self._index(each)
        self._names = Names(name for each in self._files for name in _names_in(each))
        self._types: dict[str, Types] = {}
        for each in reversed(self._files):  # imports first
            self._types[each.alias] = self._types_of(each)

    def run(self) -> Reading:
        self._types[""].check()
        variables = dict(self._variables())
        tables: list[DecisionTable] = []
        members = {key: self._member(key, variables, tables) for key in self._elements}
        broken = self._cycles(members)
        model = Model(
            name=self._file.root.get("name"),
            namespace=self._file.namespace,
            members=members,
            names=self._names,
            broken=broken,
            imported={key: file.alias for key, (file, _) in self._elements.items() if file.alias},
        )
        if not tables and not self._findings:
            span = element_span(self._file.source, self._file.root)
            self._findings.append(
                table_finding(self._file.source, "no_table", span, "there is no decision table in this file")
            )
        return Reading(self._file.source, tuple(tables), tuple(self._findings), model)

    def _report(self, file: _File, name: str, element: Element, message: str, help: str = "") -> None:
        """Remark something; what is wrong in an imported file is remarked where that file is read."""
        if file is self._file and (name, message) not in self._said:
            self._said.add((name, message))
            self._findings.append(table_finding(file.source, name, element_span(file.source, element), message, help))

    # ------------------------------------------------------------ files

    def _imports(self, others: Iterable[tuple[str, bytes]]) -> Iterator[_File]:
        """Find the files that are imported, by their namespace."""
        wanted = {
            item.get("namespace"): item
            for item in self._file.root.all("import")
            if item.get("importType") in VERSIONS or item.get("importType") in ("", self._file.root.namespace)
        }
        for path, data in others if wanted else ():
            try:
                source = text_of_xml(data, path)
                root = tree_from_xml(source)
            except UnsafeError:
                continue
            item = wanted.pop(root.get("namespace"), None) if not _not_dmn(root) else None
            if item is not None:
                yield _File(source, root, item.get("name") or root.get("name"))
        for namespace, item in wanted.items():
            message = f"the import `{item.get('name')}` is not among the files at hand: {namespace}"
            self._report(self._file, "unknown_reference", item, message, "put the file that it names beside this one")

    def _index(self, file: _File) -> None:
        for element in file.root.all(*_KINDS):
            kind = _IN_WORDS.get(element.name, element.name)
            key, name = element.get("id"), element.get("name")
            if not key:
                help = "give it an id; nothing can require it without one"
                self._report(file, "missing_id", element, f"the {kind} `{name or '?'}` has no id", help)
                key = f" {kind} {len(self._elements) + 1}"
            elif not name:
                self._report(
                    file, "missing_id", element, f"the {kind} with the id `{key}` has no name", "give it a name"
                )
            if file.key(key) in self._elements:
                message = f"two elements have the id `{key}`; the second is the {kind} `{name}`"
                self._report(file, "missing_id", element, message, "give each its own id")
                key = f"{key} {len(self._elements) + 1}"
            self._elements[file.key(key)] = (file, element)

    def _types_of(self, file: _File) -> Types:
        definitions = {item.get("name"): item for item in file.root.all("itemDefinition")}

        def report(name: str, element: Element, message: str) -> None:
            self._report(file, name, element, message)

        return Types(definitions, Cells(self._names), report, {} if file.alias else self._types)

    # ------------------------------------------------------------ members

    def _variables(self) -> Iterator[tuple[str, ItemType]]:
        """Give every input and decision by the name that expressions use, with its type."""
        for file, element in self._elements.values():
            if element.name in ("inputData", "decision"):
                yield _visible(file, element), self._type_of(file, element)

    def _type_of(self, file: _File, element: Element) -> ItemType:
        types = self._types[file.alias]
        variable, table = element.first("variable"), element.first("decisionTable")
        outputs = [] if table is None else list(table.all("output"))
        for asked in (variable, table, *outputs[:1], element.first("literalExpression")):
            if asked is not None and asked.get("typeRef") and (asked not in outputs or len(outputs) == 1):
                return types.named(asked.get("typeRef"), asked)
        return ANYTHING

    def _member(self, key: str, variables: Mapping[str, ItemType], tables: list[DecisionTable]) -> Member:
        file, element = self._elements[key]
        name = tidy(_name_of(element))
        match element.name:
            case "inputData":
                variable = element.first("variable")
                return InputData(key, name, "" if variable is None else variable.get("typeRef"))
            case "decisionService":
                return self._service(key, name, file, element)
            case "businessKnowledgeModel":
                function = self._logic(file, element, variables, tables).function(element)
                return Knowledge(key, name, self._requires(file, element), function)
            case _:
                logic = self._logic(file, element, variables, tables).logic(element, self._type_of(file, element))
                return Decision(key, name, self._requires(file, element), logic)

    def _logic(
        self, file: _File, element: Element, variables: Mapping[str, ItemType], tables: list[DecisionTable]
    ) -> LogicReader:
        own = file is self._file
        return LogicReader(
            file.source,
            element,
            names=self._names,
            types=self._types[file.alias],
            variables=variables,
            decisions=self._decisions,
            language=file.root.get("expressionLanguage"),
            report=self._findings.append if own else lambda _finding: None,
            found=tables.append if own else lambda _table: None,
        )

    @cached_property
    def _decisions(self) -> frozenset[str]:
        return frozenset(_visible(file, item) for file, item in self._elements.values() if item.name == "decision")

    def _service(self, key: str, name: str, file: _File, element: Element) -> Service:
        hrefs = {kind: tuple(self._resolved(file, element.all(kind), name)) for kind in _OFFERED}
        return Service(key, name, (*hrefs["inputDecision"], *hrefs["inputData"]), hrefs["outputDecision"])

    def _requires(self, file: _File, element: Element) -> tuple[str, ...]:
        inner = element.all("informationRequirement", "knowledgeRequirement")
        asked = (child for requirement in inner for child in requirement.all(*_REQUIRED))
        return tuple(self._resolved(file, asked, _name_of(element)))

    def _resolved(self, file: _File, elements: Iterable[Element], name: str) -> Iterator[str]:
        for element in elements:
            namespace, _, target = element.get("href").rpartition("#")
            if namespace in ("", file.namespace):
                key = file.key(target)
            else:
                key = target if namespace == self._file.namespace else f"{namespace}#{target}"
            if key in self._elements:
                yield key
            else:
                message = f"`{name}` requires `{element.get('href')}`, which is not in this file"
                self._report(file, "unknown_reference", element, message, "correct the reference, or add what it names")

    def _cycles(self, members: Mapping[str, Member]) -> frozenset[str]:
        """Find the decisions and functions that require themselves; those that require one another are one finding."""
        broken: set[str] = set()
        for group, circle in circles({key: _needs(member) for key, member in members.items()}):
            broken.update(group)
            self._circle(circle, len(group))
        return frozenset(broken)

    def _circle(self, circle: Sequence[str], members: int) -> None:
        file, element = self._elements[circle[0]]
        names = [f"`{shortened(_name_of(self._elements[key][1]))}`" for key in circle]
        said = " → ".join([*names[:LONGEST_CIRCLE], "…", names[-1]] if len(names) > LONGEST_CIRCLE else names)
        more = f" ({members} decisions and functions require one another)" if members >= len(circle) else ""
        message = f"what is required goes round in a circle: {said}{more}"
        self._report(file, "cyclic_requirement", element, message, "take out one of these requirements")


def _needs(member: Member) -> tuple[str, ...]:
    match member:
        case Decision() | Knowledge():
            return member.requires
        case Service():
            return member.outputs
        case _:
            return ()


def _visible(file: _File, element: Element) -> str:
    """Give the name under which expressions of the file that is read know an element."""
    name = tidy(_name_of(element))
    return f"{file.alias}.{name}" if file.alias else name


def _name_of(element: Element) -> str:
    variable = element.first("variable")
    return (
        element.get("name") or ("" if variable is None else variable.get("name")) or element.get("id") or element.name
    )


def _names_in(file: _File) -> Iterator[str]:
    """Give every name that an expression in a file may use."""
    todo = [file.root]
    while todo:
        element = todo.pop()
        if element.namespace != file.root.namespace:
            continue
        todo.extend(element.children)
        if element.name in _NAMED:
            yield element.get("name")
        elif element.name == "input":
            yield element.get("inputVariable")
        elif element.name == "inputExpression":
            text = element.first("text")
            if text is not None and _WORDS.fullmatch(text.text.strip()):
                yield text.text
