"""FEEL as written: one class for each way to make a value or a test out of others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TypeAlias

from ruleproof.model.tables import Scalar


@dataclass(frozen=True, slots=True)
class Constant:
    value: Scalar


@dataclass(frozen=True, slots=True)
class Name:
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """`?`: the value that a cell tests."""


@dataclass(frozen=True, slots=True)
class Member:
    of: Node
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments, each with its name or an empty text."""

    function: Node
    arguments: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Negative:
    of: Node


@dataclass(frozen=True, slots=True)
class Operation:
    """`sign` is one of `+`, `-`, `*`, `/`, `**`."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison:
    how: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Both:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Conditional:
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class ListOf:
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextOf:
    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Filtered:
    of: Node
    by: Node


@dataclass(frozen=True, slots=True)
class Stretch:
    """An interval, as a value or as a test."""

    low: Node
    high: Node
    low_closed: bool
    high_closed: bool


# ---------------------------------------------------------------- tests of a value that is not named


@dataclass(frozen=True, slots=True)
class Everything:
    """`-`."""


@dataclass(frozen=True, slots=True)
class Compared:
    """`> 5`."""

    how: str
    right: Node


@dataclass(frozen=True, slots=True)
class SomeTest:
    """`1, > 5`: one of the tests passes."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class NoTest:
    """`not(1, > 5)`."""

    part: Node


@dataclass(frozen=True, slots=True)
class In:
    """A value, and the tests of which one must pass."""

    value: Node
    test: Node


Node: TypeAlias = (
    Constant
    | Name
    | Question
    | Member
    | Call
    | Negative
    | Operation
    | Comparison
    | Both
    | Either
    | Conditional
    | ListOf
    | ContextOf
    | Filtered
    | Stretch
    | Everything
    | Compared
    | SomeTest
    | NoTest
    | In
)


def parts_of(node: object) -> Iterator[Node]:
    """Give the nodes directly inside another, or inside a tuple of nodes."""
    if isinstance(node, tuple):
        for item in node:
            yield from parts_of(item)
    elif isinstance(node, Node):
        yield node


def walk(node: Node) -> Iterator[Node]:
    """Give a node and all that is inside it."""
    yield node
    for part in fields(node):
        for inner in parts_of(getattr(node, part.name)):
            yield from walk(inner)


def written(node: Node) -> str:
    """Write a name or a path of names; an empty text for anything else.

    >>> written(Member(Name("Applicant"), "Age"))
    'Applicant.Age'
    """
    match node:
        case Name(text):
            return text
        case Member(of, name):
            return f"{inner}.{name}" if (inner := written(of)) else ""
        case _:
            return ""
