"""What a whole DMN model answers: every decision worked out from the inputs, through whatever it requires.

Values in and out are those of Python: numbers (as `Decimal` on the way out), texts, yes and no, dates, times, durations, lists
and mappings; `None` is null.  A decision that cannot be worked out gives null, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from graphlib import TopologicalSorter
from typing import Any, assert_never

from ruleproof.model.table_meaning import Answer, Beyond, answer
from ruleproof.model.tables import DecisionTable, Expression, Undecided
from ruleproof.readers.dmn_nodes import (
    ConditionalLogic,
    ContextLogic,
    Decision,
    FunctionLogic,
    InputData,
    InvocationLogic,
    Knowledge,
    ListLogic,
    Logic,
    Model,
    NoLogic,
    RelationLogic,
    Service,
    TableLogic,
    TextLogic,
)
from ruleproof.readers.feel import nodes
from ruleproof.readers.feel.from_text import expression_from_text, unary_tests_from_text
from ruleproof.readers.feel.functions import Function
from ruleproof.readers.feel.meaning import TESTED, evaluate, passes
from ruleproof.readers.feel.names import Names, tidy
from ruleproof.readers.feel.outside import OutsideError
from ruleproof.readers.feel.times import timed
from ruleproof.readers.item_types import built_in


@dataclass(frozen=True, slots=True)
class Result:
    """What a decision answers; `error` says why there is no value, `rules` are the rows of its table that give it."""

    value: Any
    error: str = ""
    rules: tuple[int, ...] = ()


def decide(model: Model, name: str, inputs: Mapping[str, Any]) -> Result:
    """Work out one decision, by its name or id."""
    for key, member in model.members.items():
        if isinstance(member, Decision) and name in (member.name, key):
            return _Run(model, inputs).results([key])[key]
    return Result(None, f"there is no decision `{name}`")


def decide_all(model: Model, inputs: Mapping[str, Any]) -> dict[str, Result]:
    """Work out every decision of a model itself, by name; those of imported models are worked out as they are needed."""
    keys = [key for key, member in model.members.items() if isinstance(member, Decision) and key not in model.imported]
    found = _Run(model, inputs).results(keys)
    return {_name(model, key): found[key] for key in keys}


def invoke(model: Model, name: str, arguments: Mapping[str, Any]) -> Result:
    """Call a business knowledge model or a decision service, by its name."""
    for key, member in model.members.items():
        if isinstance(member, Knowledge | Service) and name in (member.name, key):
            run = _Run(model, arguments)
            run.results([key])
            function = run.values[key]
            wanted = {
                given: _value(value) for given, value in arguments.items() if given in (function.parameters or ())
            }
            try:
                return Result(function((), wanted))
            except OutsideError as outside:
                return Result(None, str(outside))
            except RecursionError:
                return Result(None, "the logic goes too deep")
    return Result(None, f"there is no function `{name}`")


def evaluate_table(table: DecisionTable, case: Mapping[str, Any], names: Names | None = None) -> Answer:
    """Work out one table where every input is given by its expression; its cells may name the inputs."""
    given = {name: _value(value) for name, value in case.items()}
    scope = {tidy(name): value for name, value in given.items()}
    columns = (*table.columns, *table.references)
    full = {column.expression: timed(given.get(column.expression), column.type) for column in columns}
    try:
        return answer(table, full, _beyond(scope, names or Names(scope)))
    except OutsideError as outside:
        return Answer(None, error=str(outside))
    except RecursionError:
        return Answer(None, error="a cell goes too deep")


def _value(value: Any) -> Any:
    match value:
        case bool() | None:
            return value
        case int():
            return Decimal(value)
        case float():
            return Decimal(repr(value))
        case Mapping():
            return {tidy(str(name)): _value(item) for name, item in value.items()}
        case list() | tuple():
            return tuple(_value(item) for item in value)
        case _:
            return value


def _name(model: Model, key: str) -> str:
    return model.members[key].name


class _Run:
    """One set of inputs, and what is worked out from it."""

    def __init__(self, model: Model, inputs: Mapping[str, Any]) -> None:
        self._model = model
        self._inputs = {tidy(name): _value(value) for name, value in inputs.items()}
        self.values: dict[str, Any] = {}
        declared = {member.name for key, member in model.members.items() if key not in model.imported}
        self._free = {name: value for name, value in self._inputs.items() if name not in declared}

    def results(self, wanted: Iterable[str], given: Mapping[str, Any] | None = None) -> dict[str, Result]:
        """Work out members and all that they require, in an order in which each finds what it needs."""
        found: dict[str, Result] = {}
        graph: dict[str, tuple[str, ...]] = {}
        todo = list(wanted)
        while todo:
            key = todo.pop()
            if key not in graph:
                needed = () if given is not None and key in given else self._requires(key)
                graph[key] = tuple(other for other in needed if other not in self._model.broken)
                todo.extend(graph[key])
        self.values.update(given or {})
        for key in TopologicalSorter(graph).static_order():
            if given is None or key not in given:
                found[key] = self._member(key)
                self.values[key] = found[key].value
        return found

    def _requires(self, key: str) -> tuple[str, ...]:
        member = self._model.members[key]
        return member.requires if isinstance(member, Decision | Knowledge) else ()

    def _member(self, key: str) -> Result:
        member = self._model.members[key]
        if key in self._model.broken:
            return Result(None, f"`{member.name}` requires itself")
        match member:
            case InputData():
                return Result(timed(self._input(key, member.name), built_in(member.type) or ""))
            case Knowledge():
                return Result(self._function(member.function, self._scope(key, member.requires)))
            case Service():
                return Result(self._service(member))
            case Decision():
                return self._worked_out(member.logic, {**self._free, **self._scope(key, member.requires)})
            case _:
                assert_never(member)

    def _input(self, key: str, name: str) -> Any:
        """Give an input; one of an imported model stands under the name of the import, or by itself."""
        around = self._inputs.get(self._model.imported.get(key, ""))
        return around[name] if isinstance(around, Mapping) and name in around else self._inputs.get(name)

    def _scope(self, asking: str, requires: Iterable[str]) -> dict[str, Any]:
        """Give what a member requires, by name; what comes from another file by the name of the import and its own."""
        scope: dict[str, Any] = {}
        here = self._model.imported.get(asking, "")
        for key in requires:
            alias = self._model.imported.get(key, "")
            around = scope if alias == here else scope.setdefault(alias, {})
            around[_name(self._model, key)] = self.values.get(key)
        return scope

    def _service(self, service: Service) -> Function:
        names = tuple(_name(self._model, key) for key in service.inputs)

        def call(*arguments: Any) -> Any:
            inner = _Run(self._model, {**self._inputs, **dict(zip(names, arguments, strict=False))})
            given = dict(zip(service.inputs, arguments, strict=False))
            found = inner.results(service.outputs, given)
            values = {_name(self._model, key): found[key].value for key in service.outputs}
            return next(iter(values.values())) if len(values) == 1 else values

        return Function(names, call)

    # ------------------------------------------------------------ logic

    def _worked_out(self, logic: Logic, scope: dict[str, Any]) -> Result:
        """Work out the logic of a decision; a table at the top says which rules gave the answer."""
        try:
            if isinstance(logic, TableLogic):
                found = self._table(logic.table, scope)
                return Result(found.value, found.error, found.rules)
            return Result(self._logic(logic, scope))
        except OutsideError as outside:
            return Result(None, str(outside))
        except RecursionError:
            return Result(None, "the logic goes too deep")

    def _logic(self, logic: Logic, scope: dict[str, Any]) -> Any:
        match logic:
            case TextLogic(text):
                return evaluate(expression_from_text(text, self._model.names), scope)
            case TableLogic(table):
                return self._table(table, scope).value
            case ContextLogic(entries):
                return self._context(entries, scope)
            case InvocationLogic(function, bindings):
                called = self._logic(function, scope)
                named = {name: self._logic(inner, scope) for name, inner in bindings}
                return called((), named) if isinstance(called, Function) else None
            case FunctionLogic():
                return self._function(logic, scope)
            case ListLogic(items):
                return tuple(self._logic(item, scope) for item in items)
            case RelationLogic(columns, rows):
                return tuple(dict(zip(columns, self._logic(ListLogic(row), scope), strict=False)) for row in rows)
            case ConditionalLogic(condition, then, otherwise):
                return self._logic(then if self._logic(condition, scope) is True else otherwise, scope)
            case NoLogic(reason):
                if reason:
                    raise OutsideError(reason)
                return None
            case _:
                assert_never(logic)

    def _context(self, entries: Iterable[tuple[str, Logic]], scope: dict[str, Any]) -> Any:
        found: dict[str, Any] = {}
        for name, inner in entries:
            value = self._logic(inner, {**scope, **found})
            if not name:
                return value
            found[name] = value
        return found

    def _function(self, function: FunctionLogic, scope: dict[str, Any]) -> Function:
        def call(*arguments: Any) -> Any:
            return self._logic(function.body, {**scope, **dict(zip(function.parameters, arguments, strict=False))})

        return Function(function.parameters, call)

    def _table(self, table: DecisionTable, scope: dict[str, Any]) -> Answer:
        columns = (*table.columns, *table.references)
        case = {column.expression: timed(self._column(column.expression, scope), column.type) for column in columns}
        return answer(table, case, _beyond(scope, self._model.names))

    def _column(self, name: str, scope: dict[str, Any]) -> Any:
        if tidy(name) in scope:
            return scope[tidy(name)]
        try:
            return evaluate(expression_from_text(name, self._model.names), scope)
        except OutsideError:
            raise OutsideError(f"the input expression `{name}` is not worked out here") from None


# ---------------------------------------------------------------- cells beyond exact analysis


def _beyond(scope: Mapping[str, Any], names: Names) -> Beyond:
    def decides(cell: Undecided, value: Any) -> bool | None:
        node = _test_of(cell.text, names) if cell.is_feel else None
        return None if node is None else passes(node, value, {**scope, TESTED: value}) is True

    def gives(expression: Expression) -> Any:
        if not expression.is_feel:
            raise OutsideError(f"the output `{expression.text}` is not written in FEEL")
        return evaluate(expression_from_text(expression.text, names), scope)

    return Beyond(decides, gives)


def _test_of(text: str, names: Names) -> nodes.Node | None:
    """Read a cell as unary tests, as a condition, or as a list of either; `None` where it is none of these."""
    if not text.strip():
        return None
    for read, form in (
        (unary_tests_from_text, text),
        (expression_from_text, text),
        (expression_from_text, f"? in ({text})"),
    ):
        try:
            return read(form, names)
        except OutsideError:
            continue
    return None
