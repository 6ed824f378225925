"""The shapes of a DMN model: what is asked for, what is decided, and by which logic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from ruleproof.model.tables import DecisionTable
from ruleproof.readers.feel.names import Names
from ruleproof.source import NOWHERE, Span


@dataclass(frozen=True, slots=True)
class TextLogic:
    """An expression, as written."""

    text: str
    span: Span = field(compare=False, default=NOWHERE)


@dataclass(frozen=True, slots=True)
class TableLogic:
    table: DecisionTable


@dataclass(frozen=True, slots=True)
class ContextLogic:
    """Named entries, worked out in order; an entry without a name is the result."""

    entries: tuple[tuple[str, Logic], ...]


@dataclass(frozen=True, slots=True)
class InvocationLogic:
    function: Logic
    bindings: tuple[tuple[str, Logic], ...]


@dataclass(frozen=True, slots=True)
class FunctionLogic:
    parameters: tuple[str, ...]
    body: Logic


@dataclass(frozen=True, slots=True)
class ListLogic:
    items: tuple[Logic, ...]


@dataclass(frozen=True, slots=True)
class RelationLogic:
    columns: tuple[str, ...]
    rows: tuple[tuple[Logic, ...], ...]


@dataclass(frozen=True, slots=True)
class ConditionalLogic:
    condition: Logic
    then: Logic
    otherwise: Logic


@dataclass(frozen=True, slots=True)
class NoLogic:
    """Nothing, or something that is not worked out here; `reason` is empty where there simply is nothing."""

    reason: str = ""


Logic: TypeAlias = (
    TextLogic
    | TableLogic
    | ContextLogic
    | InvocationLogic
    | FunctionLogic
    | ListLogic
    | RelationLogic
    | ConditionalLogic
    | NoLogic
)


@dataclass(frozen=True, slots=True)
class InputData:
    id: str
    name: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """`requires` names by id what must be known first: inputs, decisions, functions."""

    id: str
    name: str
    requires: tuple[str, ...]
    logic: Logic


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A business knowledge model: a function by name."""

    id: str
    name: str
    requires: tuple[str, ...]
    function: FunctionLogic


@dataclass(frozen=True, slots=True)
class Service:
    """A decision service: decisions offered as a function of inputs and of decisions from outside."""

    id: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


Member: TypeAlias = InputData | Decision | Knowledge | Service


@dataclass(frozen=True, slots=True)
class Model:
    """A model: its members by id, with those of imported models under `namespace#id`."""

    name: str
    namespace: str
    members: Mapping[str, Member]
    names: Names
    """Every name that an expression may use."""
    broken: frozenset[str] = frozenset()
    """The ids of decisions that require themselves."""
    imported: Mapping[str, str] = field(default_factory=dict)
    """The names of imports, by the ids of what they bring."""
