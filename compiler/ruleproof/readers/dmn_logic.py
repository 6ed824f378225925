"""The logic of a decision or function of DMN: boxed expressions, with the tables in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from ruleproof.finding import Finding
from ruleproof.model.tables import DecisionTable
from ruleproof.readers.dmn_nodes import (
    ConditionalLogic,
    ContextLogic,
    FunctionLogic,
    InvocationLogic,
    ListLogic,
    Logic,
    NoLogic,
    RelationLogic,
    TableLogic,
    TextLogic,
)
from ruleproof.readers.dmn_tables import Place, is_feel, table_from_element
from ruleproof.readers.feel.names import Names, tidy
from ruleproof.readers.item_types import ANYTHING, ItemType, Types
from ruleproof.readers.xml_tree import Element, element_span
from ruleproof.source import Source

_BOXES = (
    "decisionTable",
    "literalExpression",
    "context",
    "invocation",
    "functionDefinition",
    "list",
    "relation",
    "conditional",
    "for",
    "every",
    "some",
    "filter",
)


@dataclass(frozen=True, slots=True)
class _Scope:
    variables: Mapping[str, ItemType]
    type: ItemType = ANYTHING
    path: tuple[str, ...] = ()
    """The names of the entries around."""

    def inside(self, name: str, type: ItemType = ANYTHING) -> _Scope:
        return replace(self, path=(*self.path, name) if name else self.path, type=type)

    def knowing(self, variables: Mapping[str, ItemType]) -> _Scope:
        return replace(self, variables={**self.variables, **variables})


class LogicReader:
    """Reads the logic of one decision or function, and hands over each table that it finds."""

    def __init__(
        self,
        source: Source,
        owner: Element,
        *,
        names: Names,
        types: Types,
        variables: Mapping[str, ItemType],
        decisions: frozenset[str],
        language: str,
        report: Callable[[Finding], None],
        found: Callable[[DecisionTable], None],
    ) -> None:
        self._source = source
        self._owner = owner
        self._names = names
        self._types = types
        self._variables = variables
        self._decisions = decisions
        self._language = language
        self._report = report
        self._found = found
        self._several = sum(1 for _ in _tables_in(owner)) > 1

    def logic(self, parent: Element, type: ItemType) -> Logic:
        """Read the logic that an element holds."""
        return self._inside(parent, _Scope(self._variables, type))

    def function(self, parent: Element) -> FunctionLogic:
        """Read the function that a business knowledge model holds."""
        inner = parent.first("encapsulatedLogic")
        variable = parent.first("variable")
        given = ANYTHING
        if variable is not None and variable.get("typeRef"):
            given = self._types.named(variable.get("typeRef"), variable)
        scope = _Scope(self._variables, given)
        return FunctionLogic((), NoLogic()) if inner is None else self._function(inner, scope)

    def _inside(self, parent: Element, scope: _Scope) -> Logic:
        box = parent.first(*_BOXES)
        return NoLogic() if box is None else self._box(box, scope)

    def _each(self, elements: Iterable[Element], scope: _Scope) -> tuple[Logic, ...]:
        return tuple(self._box(element, scope) for element in elements)

    def _box(self, box: Element, scope: _Scope) -> Logic:
        match box.name:
            case "decisionTable":
                return self._table(box, scope)
            case "literalExpression":
                return self._text(box)
            case "context":
                return self._context(box, scope)
            case "invocation":
                return self._invocation(box, scope)
            case "functionDefinition":
                return self._function(box, scope)
            case "list":
                return ListLogic(self._each(box.all(*_BOXES), scope))
            case "relation":
                columns = tuple(tidy(column.get("name")) for column in box.all("column"))
                return RelationLogic(columns, tuple(self._each(row.all(*_BOXES), scope) for row in box.all("row")))
            case "conditional":
                parts = {part.name: self._inside(part, scope) for part in box.all("if", "then", "else")}
                return ConditionalLogic(*(parts.get(name, NoLogic()) for name in ("if", "then", "else")))
            case _:
                return NoLogic(f"a boxed `{box.name}` is not worked out here")

    def _table(self, box: Element, scope: _Scope) -> Logic:
        name = tidy(self._owner.get("name") or self._owner.get("id") or self._owner.name)
        place = Place(
            source=self._source,
            name=" / ".join((name, *scope.path)) if self._several else name,
            owner="decision" if self._owner.name == "decision" else "business knowledge model",
            type=scope.type,
            names=self._names,
            types=self._types,
            variables=scope.variables,
            decisions=self._decisions - (scope.variables.keys() - self._variables.keys()),
            language=self._language,
            report=self._report,
        )
        table = table_from_element(box, place)
        if table is None:
            return NoLogic("the table could not be read")
        self._found(table)
        return TableLogic(table)

    def _text(self, box: Element) -> Logic:
        language = box.get("expressionLanguage") or self._language
        if not is_feel(language):
            return NoLogic(f"an expression in {language} is not worked out here")
        inner = box.first("text")
        text = "" if inner is None else inner.text
        return TextLogic(text, element_span(self._source, box)) if text.strip() else NoLogic()

    def _context(self, box: Element, scope: _Scope) -> Logic:
        entries: list[tuple[str, Logic]] = []
        for entry in box.all("contextEntry"):
            variable = entry.first("variable")
            name = "" if variable is None else tidy(variable.get("name"))
            given = ANYTHING if variable is None else self._type_of(variable)
            entries.append((name, self._inside(entry, scope.inside(name, given if name else scope.type))))
            if name:
                scope = scope.knowing({name: given})
        return ContextLogic(tuple(entries))

    def _type_of(self, variable: Element) -> ItemType:
        return self._types.named(variable.get("typeRef"), variable) if variable.get("typeRef") else ANYTHING

    def _invocation(self, box: Element, scope: _Scope) -> Logic:
        bindings: list[tuple[str, Logic]] = []
        for binding in box.all("binding"):
            parameter = binding.first("parameter")
            if parameter is not None:
                bindings.append(
                    (tidy(parameter.get("name")), self._inside(binding, scope.inside(parameter.get("name"))))
                )
        return InvocationLogic(self._inside(box, scope.inside("")), tuple(bindings))

    def _function(self, box: Element, scope: _Scope) -> FunctionLogic:
        parameters = {tidy(item.get("name")): self._type_of(item) for item in box.all("formalParameter")}
        body: Logic = NoLogic(f"a function written in {box.get('kind')} is not worked out here")
        if box.get("kind") in ("", "FEEL"):
            body = self._inside(box, scope.knowing(parameters))
        return FunctionLogic(tuple(parameters), body)


def _tables_in(element: Element) -> Iterable[Element]:
    for child in element.children:
        if child.namespace == element.namespace:
            if child.name == "decisionTable":
                yield child
            else:
                yield from _tables_in(child)
