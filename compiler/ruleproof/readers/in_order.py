"""The tables of a file as decisions that ask one another: those that others ask about first, functions put in their place.

A business knowledge model that is one table is put where a decision calls it with plain names; what a decision works out in
any other way is remarked, and is an input for those that ask about it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from graphlib import TopologicalSorter

from ruleproof.model.tables import DecisionTable, InputColumn
from ruleproof.readers.dmn_nodes import (
    Decision,
    FunctionLogic,
    InvocationLogic,
    Knowledge,
    Logic,
    Model,
    NoLogic,
    TableLogic,
    TextLogic,
)
from ruleproof.readers.feel import nodes
from ruleproof.readers.feel.from_text import expression_from_text
from ruleproof.readers.feel.names import tidy
from ruleproof.readers.feel.outside import OutsideError
from ruleproof.readers.reading import Reading


@dataclass(frozen=True, slots=True)
class InOrder:
    """Tables, each after those whose names stand in its columns as `decided_by`; and what is in no table."""

    tables: tuple[DecisionTable, ...]
    inlined: tuple[str, ...] = ()
    """The decisions whose table is that of a function."""
    elsewhere: tuple[str, ...] = ()
    """The decisions that are worked out by something else than one table."""
    apart: tuple[str, ...] = ()
    """The tables that are a part of something larger, such as a context or a function that nobody calls."""


def tables_in_order(reading: Reading) -> InOrder:
    """Give the tables of a file in the order of what they require."""
    if reading.model is None:
        return InOrder(tuple(_asking(table, frozenset()) for table in reading.tables))
    return _Ordering(reading, reading.model).run()


def decisions_in_order(model: Model) -> tuple[str, ...]:
    """Give the names of the decisions of a model itself, each after those that it requires."""
    decisions = {key: member for key, member in model.members.items() if isinstance(member, Decision)}
    return tuple(
        decisions[key].name for key in _required_first(model) if key in decisions and key not in model.imported
    )


def _required_first(model: Model) -> Iterator[str]:
    """Give the ids of all members, each after those that it requires; inside a circle the order means nothing."""
    graph = {
        key: tuple(other for other in _requires(member) if not {key, other} <= model.broken)
        for key, member in model.members.items()
    }
    yield from TopologicalSorter(graph).static_order()


def _asking(table: DecisionTable, decided: frozenset[str]) -> DecisionTable:
    """Keep `decided_by` only where the name is that of a table."""
    columns = tuple(
        column if column.decided_by in decided else replace(column, decided_by="") for column in table.columns
    )
    return replace(table, columns=columns)


@dataclass
class _Ordering:
    reading: Reading
    model: Model
    found: dict[str, DecisionTable] = field(default_factory=dict)
    inlined: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    called: set[str] = field(default_factory=set)

    def run(self) -> InOrder:
        for key in _required_first(self.model):
            member = self.model.members[key]
            if isinstance(member, Decision) and key not in self.model.imported:
                self._decision(key, member)
        placed = {id(table) for table in self.found.values()}
        apart = [
            table
            for table in self.reading.tables
            if id(table) not in placed and table.name not in self.found and table.name not in self.called
        ]
        decided = frozenset(self.found)
        tables = (*self.found.values(), *apart)
        return InOrder(
            tuple(_asking(table, decided) for table in tables),
            tuple(self.inlined),
            tuple(self.elsewhere),
            tuple(table.name for table in apart),
        )

    def _decision(self, key: str, decision: Decision) -> None:
        table = None if key in self.model.broken else self._table_of(decision)
        if table is None:
            if not (isinstance(decision.logic, NoLogic) and not decision.logic.reason):
                self.elsewhere.append(decision.name)
        else:
            self.found[decision.name] = table

    def _table_of(self, decision: Decision) -> DecisionTable | None:
        if isinstance(decision.logic, TableLogic):
            return decision.logic.table
        called = self._called(decision.logic)
        if called is None:
            return None
        function, bindings = called
        table = self._inlined(decision, function, bindings)
        if table is not None:
            self.inlined.append(decision.name)
            self.called.add(function.name)
        return table

    def _called(self, logic: Logic) -> tuple[Knowledge, Mapping[str, str]] | None:
        """Give the function that a logic calls, with the text of each argument by the name of its parameter."""
        if isinstance(logic, InvocationLogic) and isinstance(logic.function, TextLogic):
            function = self._knowledge(logic.function.text)
            texts = {name: inner.text for name, inner in logic.bindings if isinstance(inner, TextLogic)}
            return None if function is None or len(texts) < len(logic.bindings) else (function, texts)
        if not isinstance(logic, TextLogic):
            return None
        try:
            node = expression_from_text(logic.text, self.model.names)
        except OutsideError:
            return None
        if not isinstance(node, nodes.Call):
            return None
        function = self._knowledge(nodes.written(node.function))
        if function is None:
            return None
        names = function.function.parameters
        texts = {
            name or names[place]: nodes.written(argument)
            for place, (name, argument) in enumerate(node.arguments)
            if name or place < len(names)
        }
        return function, texts

    def _knowledge(self, name: str) -> Knowledge | None:
        return next(
            (
                member
                for key, member in self.model.members.items()
                if isinstance(member, Knowledge) and member.name == tidy(name) and key not in self.model.imported
            ),
            None,
        )

    def _inlined(self, decision: Decision, called: Knowledge, bindings: Mapping[str, str]) -> DecisionTable | None:
        """Put the arguments in place of the parameters; `None` where one is no plain name, or a column is no parameter."""
        function: FunctionLogic = called.function
        if not isinstance(function.body, TableLogic):
            return None
        table = function.body.table
        known = {tidy(member.name) for member in self.model.members.values()}
        decided = {member.name for member in self.model.members.values() if isinstance(member, Decision)}
        columns: list[InputColumn] = []
        for column in table.columns:
            argument = tidy(bindings.get(column.expression, ""))
            if argument.split(".")[0] not in known and argument not in known:
                return None
            by = next((name for name in (argument, argument.split(".")[0]) if name in decided), "")
            label = column.label if column.label != column.expression else argument
            columns.append(replace(column, expression=argument, label=label, decided_by=by))
        return replace(table, name=decision.name, owner="decision", columns=tuple(columns))


def _requires(member: object) -> tuple[str, ...]:
    return member.requires if isinstance(member, Decision | Knowledge) else ()
