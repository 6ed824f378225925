"""The shapes of decision tables made elsewhere (DMN, spreadsheets), as meant: tests on values, not on text.

A table is kept as its makers wrote it: with its hit policy, its rows in order and its inputs under their expression text.
What a cell says beyond the reach of exact analysis is kept as `Undecided`, with the reason; the rest of the table is sound.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from ruleproof.source import NOWHERE, Span


@dataclass(frozen=True, slots=True, order=True)
class Months:
    """A duration of years and months, in months."""

    months: int


Scalar: TypeAlias = (
    bool | Decimal | str | datetime.date | datetime.datetime | datetime.time | datetime.timedelta | Months | None
)
"""A value of a column; `None` is null.  Dates and dates with a time never meet in one column."""

NUMBER, WHOLE, STRING, BOOLEAN, DATE, TIME, DATE_TIME, DURATION, MONTHS, UNKNOWN = (
    "number",
    "whole number",
    "string",
    "boolean",
    "date",
    "time",
    "date and time",
    "days and time duration",
    "years and months duration",
    "unknown",
)
"""The types of a column; `UNKNOWN` where no cell says."""


# ---------------------------------------------------------------- tests of a cell


@dataclass(frozen=True, slots=True)
class AnyValue:
    """`-`, or an empty cell: everything passes, null too."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value is one of these; null passes where `None` is among them."""

    values: frozenset[Scalar]


@dataclass(frozen=True, slots=True)
class Within:
    """The value lies between two bounds; `None` is an open end."""

    low: Scalar
    high: Scalar
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class Negated:
    """None of the tests passes; null passes unless one of the tests tests for null."""

    part: CellTest


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[CellTest, ...]


@dataclass(frozen=True, slots=True)
class Related:
    """The value compares to that of another input: `how` is one of `=`, `!=`, `<`, `<=`, `>`, `>=`."""

    how: str
    other: str
    """The expression of the other input."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """A cell that exact analysis cannot read; nothing is claimed of its row where this matters."""

    text: str
    reason: str
    is_feel: bool = True
    """Whether the text can still be worked out for one case: it is FEEL, and all of the cell."""


CellTest: TypeAlias = AnyValue | OneOf | Within | Negated | AnyOf | Related | Undecided


# ---------------------------------------------------------------- tables


@dataclass(frozen=True, slots=True)
class InputColumn:
    expression: str
    """The input's name in findings, evaluation and witnesses: its expression text as it stands in the file."""
    label: str
    type: str
    allowed: CellTest
    """What the input can be (`AnyValue` where nothing is said); cases outside are no cases."""
    nullable: bool = False
    """Whether an absent value is a case: only where a cell tests for null, or on request."""
    span: Span = field(compare=False, default=NOWHERE)
    decided_by: str = ""
    """The name of the decision whose result this input is, where the input is nothing else than that."""
    compares: tuple[str, str, str] | None = None
    """Two inputs and the sign between them, where the input is whether they compare so: `a > b`."""


@dataclass(frozen=True, slots=True)
class OutputColumn:
    name: str
    label: str
    type: str
    allowed: tuple[Scalar, ...]
    """The values that it can give, in the order of priority; empty where nothing is said."""
    default: OutputCell | None = None
    span: Span = field(compare=False, default=NOWHERE)
    constraint: CellTest = field(default_factory=AnyValue)
    """What it can give, where that is not a list of values."""


@dataclass(frozen=True, slots=True)
class Literal:
    """An output that is a constant."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class Expression:
    """An output that is an expression; equal texts give equal values, nothing else is known of it before evaluation."""

    text: str
    is_feel: bool = True


OutputCell: TypeAlias = Literal | Expression


@dataclass(frozen=True, slots=True)
class TableRow:
    """One rule: `number` counts from 1; one test for each input column, one cell for each output column."""

    number: int
    tests: tuple[CellTest, ...]
    outputs: tuple[OutputCell, ...]
    annotation: str = ""
    texts: tuple[str, ...] = field(compare=False, default=())
    """The input cells as written, for messages and repairs."""
    span: Span = field(compare=False, default=NOWHERE)
    id: str = ""
    spans: tuple[Span, ...] = field(compare=False, default=())
    """Where the input cells stand in the file."""


UNIQUE, ANY, PRIORITY, FIRST, RULE_ORDER, OUTPUT_ORDER, COLLECT = (
    "UNIQUE",
    "ANY",
    "PRIORITY",
    "FIRST",
    "RULE ORDER",
    "OUTPUT ORDER",
    "COLLECT",
)
HIT_POLICIES = (UNIQUE, ANY, PRIORITY, FIRST, RULE_ORDER, OUTPUT_ORDER, COLLECT)
SUM, MIN, MAX, COUNT = AGGREGATIONS = ("SUM", "MIN", "MAX", "COUNT")


@dataclass(frozen=True, slots=True)
class DecisionTable:
    name: str
    """The decision, or business knowledge model, that it belongs to."""
    owner: str
    """`decision` or `business knowledge model`."""
    hit_policy: str
    aggregation: str
    """`SUM`, `MIN`, `MAX`, `COUNT`, or empty."""
    columns: tuple[InputColumn, ...]
    outputs: tuple[OutputColumn, ...]
    rows: tuple[TableRow, ...]
    id: str = ""
    path: str = ""
    span: Span = field(compare=False, default=NOWHERE)
    references: tuple[InputColumn, ...] = ()
    """What cells compare with and no column tests: further inputs that may decide whether a row matches."""
