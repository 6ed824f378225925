"""Types of DMN: the built-in ones with the names that tools give them, and the item definitions of a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from ruleproof.model.cell_tests import all_of
from ruleproof.model.tables import (
    BOOLEAN,
    DATE,
    DATE_TIME,
    DURATION,
    MONTHS,
    NUMBER,
    STRING,
    TIME,
    UNKNOWN,
    WHOLE,
    AnyValue,
    CellTest,
    Scalar,
    Undecided,
)
from ruleproof.readers.feel.names import tidy
from ruleproof.readers.reading import shortened
from ruleproof.readers.unary_tests import Cells
from ruleproof.readers.xml_tree import Element

_SPELLINGS = {
    NUMBER: ("number", "double", "decimal", "float", "bigdecimal"),
    WHOLE: ("integer", "int", "long", "short", "byte", "biginteger", "whole number"),
    STRING: ("string", "text", "char"),
    BOOLEAN: ("boolean", "bool"),
    DATE: ("date", "localdate"),
    TIME: ("time", "localtime"),
    DATE_TIME: ("datetime", "date and time", "dateandtime", "localdatetime", "zoneddatetime", "offsetdatetime"),
    DURATION: ("daytimeduration", "days and time duration", "duration"),
    MONTHS: ("yearmonthduration", "years and months duration", "period"),
    UNKNOWN: ("any", "undefined", "object", ""),
}
_BUILT_IN = {spelling: kind for kind, spellings in _SPELLINGS.items() for spelling in spellings}

_WHOLE_ONLY = ("?=floor(?)", "floor(?)=?")
"""How a constraint, blanks apart, says of a number that it is whole."""


def built_in(name: str) -> str | None:
    """Give the type of a column for a name of FEEL, Camunda or Java; `None` for any other name.

    >>> built_in("feel:string"), built_in("java.lang.Integer"), built_in("tAge")
    ('string', 'whole number', None)
    """
    plain = name.strip()
    if plain.startswith("java."):
        plain = plain.rpartition(".")[2]
    return _BUILT_IN.get(plain.rpartition(":")[2].strip().lower())


@dataclass(frozen=True, slots=True)
class ItemType:
    """A type: of one value (`kind`), with what it may be; or of several parts; or a list of either."""

    kind: str = UNKNOWN
    allowed: CellTest = field(default_factory=AnyValue)
    order: tuple[Scalar, ...] = ()
    """The allowed values, in the order in which they are listed; empty where they are no list."""
    is_list: bool = False
    parts: Mapping[str, ItemType] = field(default_factory=dict)


ANYTHING = ItemType()
DEEPEST = 100
"""How deep types may be made of one another."""

Report = Callable[[str, Element, str], None]
"""Takes the name of a finding, the element and the message."""


class Types:
    """The types of a file; each is worked out when it is asked for."""

    def __init__(
        self, definitions: Mapping[str, Element], cells: Cells, report: Report, imported: Mapping[str, Types]
    ) -> None:
        self._definitions = definitions
        self._imported = imported
        self._cells = cells
        self._report = report
        self._found: dict[str, ItemType] = {}
        self._open: list[str] = []

    def named(self, name: str, asked_by: Element) -> ItemType:
        """Give the type that a `typeRef` names."""
        plain = name.strip()
        key = next((form for form in (plain, plain.rpartition(":")[2]) if form in self._definitions), None)
        if key is not None:
            return self._defined(key)
        alias, _, rest = plain.rpartition(".")
        if alias and alias in self._imported:
            return self._imported[alias].named(rest, asked_by)
        kind = built_in(plain)
        if kind is None:
            self._report("unknown_type", asked_by, f"`{shortened(plain)}` is a type that is defined nowhere")
        return replace(ANYTHING, kind=kind or UNKNOWN)

    def check(self) -> None:
        """Work out every type, so that whatever is wrong with one is reported."""
        for name in self._definitions:
            self._defined(name)

    def _defined(self, name: str) -> ItemType:
        if name in self._open:
            circle = " → ".join([*self._open[self._open.index(name) :][:12], name])
            self._report(
                "cyclic_requirement", self._definitions[name], f"the type `{name}` is made of itself: {circle}"
            )
            return ANYTHING
        if len(self._open) >= DEEPEST:
            message = (
                f"the type `{name}` is not worked out: types that are made of one another, more than {DEEPEST} deep"
            )
            self._report("unknown_type", self._definitions[name], message)
            return ANYTHING
        if name not in self._found:
            self._open.append(name)
            self._found[name] = self._made(self._definitions[name])
            self._open.pop()
        return self._found[name]

    def _made(self, definition: Element) -> ItemType:
        reference = definition.first("typeRef")
        base = ANYTHING
        if reference is not None:
            base = self.named(reference.text, reference)
        elif definition.get("typeRef"):
            base = self.named(definition.get("typeRef"), definition)
        parts = {part.get("name"): self._made(part) for part in definition.all("itemComponent")}
        is_list = base.is_list or definition.get("isCollection") == "true"
        made = replace(base, is_list=is_list, parts={**base.parts, **parts})
        for constraint in definition.all("allowedValues", "typeConstraint"):
            made = self.narrowed(made, constraint)
        return made

    def narrowed(self, type: ItemType, constraint: Element) -> ItemType:
        """Give a type with a further constraint on its values."""
        inner = constraint.first("text")
        text = inner.text if inner is not None else ""
        if type.kind == NUMBER and "".join(text.split()) in _WHOLE_ONLY:
            return replace(type, kind=WHOLE)
        test = self._cells.test(text)
        if isinstance(test, Undecided):
            self._report(
                "unreadable_cell",
                inner or constraint,
                f"the allowed values `{shortened(test.text)}` are not read: {test.reason}",
            )
            return type
        if isinstance(test, AnyValue):
            return type
        return replace(type, allowed=all_of([type.allowed, test]), order=self._cells.listed(text))


def at_path(variables: Mapping[str, ItemType], name: str) -> ItemType | None:
    """Give the type of a variable, or of a part of it (`Applicant.Age`); `None` where there is no such variable."""
    names = tidy(name).split(".")
    for length in range(len(names), 0, -1):
        found = variables.get(".".join(names[:length]))
        if found is not None:
            for part in names[length:]:
                inner = found.parts.get(part, ANYTHING)
                found = replace(inner, is_list=inner.is_list or found.is_list)
            return found
    return None
