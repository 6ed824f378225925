"""The requirements graph of the tables: which inputs, worked-out values and sources each decision rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ruleproof.artifacts.dmn.logic import asked_by, worked_out
from ruleproof.artifacts.exported.tables import Exported, ExportedTable
from ruleproof.model import nodes as model
from ruleproof.model.tables import BOOLEAN, DATE, NUMBER, STRING

CODES = "t_codes"
"""The type of an input that holds several codes."""


@dataclass(frozen=True, slots=True)
class Requirements:
    """Inputs by the name that they have in the tables; shapes in layers, the highest first; lines by id."""

    inputs: Mapping[str, model.Input]
    sources: tuple[model.SourceDocument, ...]
    layers: tuple[tuple[str, ...], ...]
    information: Mapping[str, tuple[str, str]]
    """What is required and what requires it."""
    authority: Mapping[str, tuple[str, str]]
    """The source and what rests on it."""

    @property
    def lines(self) -> Mapping[str, tuple[str, str]]:
        return {**self.information, **self.authority}


def requirements_of(tables: Exported) -> Requirements:
    """Give the graph of a policy's tables."""
    names = tables.names
    drawn = [table for table in tables.tables if not table.left_out]
    made = [column for column in tables.columns if worked_out(column)]
    given = [column.item.name for column in tables.columns if not worked_out(column)]
    asked = {*given, *(name for column in made for name in asked_by(column))}
    inputs = {names.inputs[item.name]: item for item in tables.compiled.policy.inputs if item.name in asked}
    lines = [(f"input-{names.inputs[name]}", f"decision-{column.name}") for column in made for name in asked_by(column)]
    lines += [
        (f"{'decision' if worked_out(column) else 'input'}-{column.name}", f"decision-{table.name}")
        for table in drawn
        for column in table.columns
    ]
    rests = [(f"source-{source}", f"decision-{table.name}") for table in drawn for source in _cited_by(table)]
    cited = {source for source, _ in rests}
    sources = tuple(item for item in tables.compiled.policy.sources if f"source-{item.name}" in cited)
    known = {f"source-{item.name}" for item in sources}
    layers = (
        tuple(f"decision-{table.name}" for table in drawn),
        tuple(f"decision-{column.name}" for column in made),
        tuple(f"input-{name}" for name in inputs),
        tuple(f"source-{item.name}" for item in sources),
    )
    authority = [pair for pair in rests if pair[0] in known]
    return Requirements(inputs, sources, layers, _with_ids(lines), _with_ids(authority))


def type_of_input(item: model.Input) -> str:
    """Give the type of an input that no table has a column for."""
    match item.domain:
        case model.SeveralCodes():
            return CODES
        case model.Day():
            return DATE
        case model.YesNo():
            return BOOLEAN
        case model.WholeNumber() | model.DecimalNumber():
            return NUMBER
        case _:
            return STRING


def _with_ids(lines: list[tuple[str, str]]) -> dict[str, tuple[str, str]]:
    return {f"line-{low}-{high}": (low, high) for low, high in dict.fromkeys(lines)}


def _cited_by(table: ExportedTable) -> Iterator[str]:
    """Name the sources that a decision or requirement rests on, itself or by one of its rules."""
    cited = list(table.of.citations)
    if isinstance(table.of, model.Decision):
        cited += [citation for rule in table.of.rules for citation in rule.citations]
    yield from dict.fromkeys(citation.source for citation in cited)
