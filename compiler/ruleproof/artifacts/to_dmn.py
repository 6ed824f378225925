"""Compiled policy to DMN: its tables with inputs, types, sources, requirements and a diagram.

Two files: DMN 1.5, and the same in DMN 1.3 for the tools that read no later version (Camunda Modeler, dmn-js, SpiffWorkflow).
"""

from __future__ import annotations

from collections.abc import Iterator

from ruleproof.artifacts.dmn.graph import CODES, Requirements, requirements_of, type_of_input
from ruleproof.artifacts.dmn.layout import Layout, Shape, layout_of
from ruleproof.artifacts.dmn.logic import logic_of, worked_out
from ruleproof.artifacts.dmn.tables import is_bounded, item_definition, table_element, type_name
from ruleproof.artifacts.dmn.versions import DC, DI, VERSIONS, Version
from ruleproof.artifacts.dmn.xml import Element, element, to_xml
from ruleproof.artifacts.exported.columns import Column
from ruleproof.artifacts.exported.fidelity import what_is_lost
from ruleproof.artifacts.exported.tables import Exported, ExportedTable, exported
from ruleproof.artifacts.names import file_stem
from ruleproof.compiled import VERSION, Compiled

_NOTE = "note"


def to_dmn(compiled: Compiled) -> dict[str, str]:
    """Give the files of a policy."""
    tables = exported(compiled)
    stem = file_stem(compiled.policy.name)
    return {f"{stem}{version.ending}": to_xml(_Writer(tables, version).definitions()) for version in VERSIONS}


class _Writer:
    def __init__(self, tables: Exported, version: Version) -> None:
        self._tables, self._version = tables, version
        self._policy = tables.compiled.policy
        self._requirements: Requirements = requirements_of(tables)

    def definitions(self) -> Element:
        compiled, version = self._tables.compiled, self._version
        note = "\n".join(self._note())
        revision = compiled.revision or "not stated"
        about = (
            f"Policy {self._policy.name}, revision {revision}, sha256 {compiled.source.sha256}, "
            f"made by ruleproof {VERSION}.\n{note}"
        )
        return element(
            "definitions",
            [
                element("description", about),
                *self._types(),
                *self._members(),
                element("textAnnotation", [element("text", note)], id=_NOTE, textFormat="text/plain"),
                self._diagram(layout_of(self._requirements.layers, self._requirements.lines, _NOTE, note)),
            ],
            xmlns=version.model,
            xmlns_dmndi=version.diagram,
            xmlns_dc=DC,
            xmlns_di=DI,
            id="definitions",
            name=self._policy.label or self._policy.name,
            namespace=f"urn:ruleproof:{file_stem(self._policy.name)}",
            exporter="ruleproof",
            exporterVersion=VERSION,
        )

    def _note(self) -> Iterator[str]:
        yield "What these tables do not say:"
        yield from (f"- {sentence}" for sentence in what_is_lost(self._tables))
        if not self._version.constrains_types:
            yield "- That a number is whole is said in the file for DMN 1.5 only."

    def _types(self) -> Iterator[Element]:
        for column in self._tables.columns:
            if is_bounded(column):
                yield item_definition(column, self._version)
        if any(type_of_input(item) == CODES for item in self._requirements.inputs.values()):
            yield element(
                "itemDefinition", [element("typeRef", "string")], id="type-codes", name=CODES, isCollection="true"
            )

    # ------------------------------------------------------------ inputs, decisions, sources

    def _members(self) -> Iterator[Element]:
        columns = {column.name: column for column in self._tables.columns}
        for name, item in self._requirements.inputs.items():
            variable = self._variable(name, self._type_of_input(name, columns))
            yield element("inputData", [element("description", item.label), variable], id=f"input-{name}", name=name)
        for column in self._tables.columns:
            if worked_out(column):
                yield self._worked_out(column)
        for table in self._tables.tables:
            if not table.left_out:
                yield self._decision(table)
        for source in self._requirements.sources:
            yield element(
                "knowledgeSource", [element("description", source.label)], id=f"source-{source.name}", name=source.name
            )

    def _type_of_input(self, name: str, columns: dict[str, Column]) -> str:
        column = columns.get(name)
        return type_of_input(self._requirements.inputs[name]) if column is None else type_name(column)

    def _variable(self, name: str, type: str) -> Element:
        return element("variable", id=f"variable-{name}", name=name, typeRef=type)

    def _worked_out(self, column: Column) -> Element:
        logic = element("text", logic_of(column, self._tables.names, self._tables.compiled.space))
        return element(
            "decision",
            [
                element("description", column.label),
                self._variable(column.name, type_name(column)),
                *self._required(f"decision-{column.name}"),
                element("literalExpression", [logic], id=f"logic-{column.name}", typeRef=type_name(column)),
            ],
            id=f"decision-{column.name}",
            name=column.name,
        )

    def _decision(self, table: ExportedTable) -> Element:
        return element(
            "decision",
            [
                element("description", table.title),
                self._variable(table.name, "string"),
                *self._required(f"decision-{table.name}"),
                table_element(table, self._version),
            ],
            id=f"decision-{table.name}",
            name=table.name,
        )

    def _required(self, id: str) -> Iterator[Element]:
        """Give what a decision requires: inputs, other decisions, and the sources that it rests on."""
        for line, (low, high) in self._requirements.information.items():
            if high == id:
                kind = "requiredInput" if low.startswith("input-") else "requiredDecision"
                yield element("informationRequirement", [element(kind, href=f"#{low}")], id=line)
        for line, (low, high) in self._requirements.authority.items():
            if high == id:
                yield element("authorityRequirement", [element("requiredAuthority", href=f"#{low}")], id=line)

    # ------------------------------------------------------------ the diagram

    def _diagram(self, layout: Layout) -> Element:
        shapes = [
            element("dmndi:DMNShape", [_bounds(shape)], id=f"shape-{key}", dmnElementRef=key)
            for key, shape in layout.shapes.items()
        ]
        edges = [
            element(
                "dmndi:DMNEdge",
                [element("di:waypoint", x=str(x), y=str(y)) for x, y in points],
                id=f"edge-{key}",
                dmnElementRef=key,
            )
            for key, points in layout.lines.items()
        ]
        return element("dmndi:DMNDI", [element("dmndi:DMNDiagram", [*shapes, *edges], id="diagram")])


def _bounds(shape: Shape) -> Element:
    sides = {"x": shape.x, "y": shape.y, "width": shape.width, "height": shape.height}
    return element("dc:Bounds", **{name: str(value) for name, value in sides.items()})
