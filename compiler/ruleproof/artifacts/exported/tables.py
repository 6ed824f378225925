"""Compiled policy to tables: for each decision and requirement its rows, disjoint, and total but for what cannot happen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ruleproof.artifacts.derived import MOST_ROWS, Row, count_paths, derived_rows
from ruleproof.artifacts.exported.answers import CANNOT_HAPPEN, answers_in_words
from ruleproof.artifacts.exported.columns import Column, column_of, test_of
from ruleproof.artifacts.exported.names import Names, names_of
from ruleproof.compiled import Compiled
from ruleproof.graph.nodes import Graph
from ruleproof.model import nodes as model
from ruleproof.model.tables import CellTest
from ruleproof.prover.boxes import merged, without
from ruleproof.prover.space import Box, Space

MOST_LEFT = 5_000
"""How many boxes the cases that cannot happen may fall into on the way; beyond that they get no rows."""


@dataclass(frozen=True, slots=True)
class ExportedRow:
    """One row: a test for each column, the answer as text, and what stands behind it."""

    tests: tuple[CellTest, ...]
    answer: str
    rules: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class ExportedTable:
    """The table of a decision or requirement; `left_out` says why there are no rows, if so."""

    name: str
    of: model.Decision | model.Requirement
    columns: tuple[Column, ...] = ()
    rows: tuple[ExportedRow, ...] = ()
    answers: tuple[str, ...] = ()
    """Every answer that a row gives, each once."""
    left_out: str = ""

    @property
    def title(self) -> str:
        return self.of.label or self.of.name

    @property
    def is_decision(self) -> bool:
        return isinstance(self.of, model.Decision)


@dataclass(frozen=True, slots=True)
class Exported:
    """All tables of a policy."""

    compiled: Compiled
    names: Names
    decisions: tuple[ExportedTable, ...]
    requirements: tuple[ExportedTable, ...]

    @property
    def tables(self) -> tuple[ExportedTable, ...]:
        return (*self.decisions, *self.requirements)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every column that a table has, in the order of the inputs."""
        found = {column.place: column for table in self.tables for column in table.columns}
        return tuple(found[place] for place in sorted(found))


def exported(compiled: Compiled) -> Exported:
    """Give the tables of a policy."""
    names = names_of(compiled.policy, compiled.space)
    makers = _Maker(compiled, names)
    decisions = tuple(map(makers.decision, compiled.policy.decisions))
    return Exported(compiled, names, decisions, tuple(map(makers.requirement, compiled.policy.requirements)))


@dataclass(frozen=True, slots=True)
class _Told:
    """A box with what is said there."""

    box: Box
    answer: str
    rules: tuple[str, ...] = ()


class _Maker:
    def __init__(self, compiled: Compiled, names: Names) -> None:
        self._compiled, self._names = compiled, names
        self._space: Space = compiled.space

    def decision(self, decision: model.Decision) -> ExportedTable:
        graph = self._compiled.graphs[decision.name]
        rows = derived_rows(graph)
        if rows is None:
            return self._too_many(decision, graph)
        words = answers_in_words(row.answer for row in rows)
        told = [_Told(row.box, words[row.answer.said], row.answer.rules) for row in rows]
        told += [_Told(box, CANNOT_HAPPEN) for box in _uncovered(self._space, rows)]
        return self._table(decision, told, {rule.name: rule for rule in decision.rules})

    def requirement(self, requirement: model.Requirement) -> ExportedTable:
        graph = self._compiled.exact_graphs[requirement.name]
        if count_paths(graph) > MOST_ROWS:
            return self._too_many(requirement, graph)
        boxes: dict[str, list[Box]] = {}
        for asked, leaf in graph.paths():
            answer = leaf.answer if isinstance(leaf.answer, str) else CANNOT_HAPPEN
            box = tuple(asked.get(place, mask) for place, mask in enumerate(self._space.whole))
            boxes.setdefault(answer, []).append(box)
        told = [_Told(box, answer) for answer, found in boxes.items() for box in merged(found)]
        told.sort(key=lambda item: (item.answer == CANNOT_HAPPEN, [mask & -mask for mask in item.box]))
        return self._table(requirement, told, {})

    def _too_many(self, subject: model.Decision | model.Requirement, graph: Graph) -> ExportedTable:
        reason = f"its table would have up to {count_paths(graph):,} rows, more than {MOST_ROWS:,}"
        return ExportedTable(self._names.subjects[subject.name], subject, left_out=reason)

    def _table(
        self, of: model.Decision | model.Requirement, told: Sequence[_Told], rules: Mapping[str, model.Rule]
    ) -> ExportedTable:
        asked = [place for place, full in enumerate(self._space.whole) if any(row.box[place] != full for row in told)]
        lists = self._compiled.policy.code_lists
        columns = tuple(column_of(self._space, self._names, place, lists) for place in asked)
        rows = tuple(_row(columns, item, rules) for item in told)
        answers = tuple(dict.fromkeys(row.answer for row in rows))
        return ExportedTable(self._names.subjects[of.name], of, columns, rows, answers)


def _row(columns: Iterable[Column], told: _Told, rules: Mapping[str, model.Rule]) -> ExportedRow:
    behind = [rules[name] for name in told.rules if name in rules]
    cites = dict.fromkeys(citation.text for rule in behind for citation in rule.citations)
    reasons = dict.fromkeys(_why_open(rule) for rule in behind if rule.left_open)
    tests = tuple(test_of(column, told.box[column.place]) for column in columns)
    return ExportedRow(tests, told.answer, told.rules, tuple(cites), "; ".join(filter(None, reasons)))


def _why_open(rule: model.Rule) -> str:
    return "; ".join(
        text for text in (rule.because or rule.label, f"then {rule.action}" if rule.action else "") if text
    )


def _uncovered(space: Space, rows: Iterable[Row]) -> Iterator[Box]:
    """Give the cases that no row holds, none of which can happen; nothing where they are in too many pieces."""
    left = [space.whole]
    for row in rows:
        left = without(left, row.box)
        if len(left) > MOST_LEFT:
            return
    yield from merged(left)
