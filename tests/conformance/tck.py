"""The test cases of the DMN TCK: what goes in, and what must come out."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from ruleproof.readers.feel.times import date_of, date_time_of, duration_of, time_of

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


@dataclass(frozen=True)
class Wanted:
    """One result node of a test case."""

    case: str
    node: str
    kind: str
    invocable: str
    inputs: dict[str, Any]
    expected: Any
    is_error: bool


def wanted_in(path: Path) -> Iterator[Wanted]:
    """Give every result that a file of test cases asks for."""
    root = ElementTree.parse(path).getroot()
    for case in root.findall("{*}testCase"):
        inputs = {node.get("name", ""): _value(node) for node in case.findall("{*}inputNode")}
        for node in case.findall("{*}resultNode"):
            expected = node.find("{*}expected")
            yield Wanted(
                case=case.get("id", ""),
                node=node.get("name", ""),
                kind=case.get("type", node.get("type", "decision")),
                invocable=case.get("invocableName", ""),
                inputs=inputs,
                expected=None if expected is None else _value(expected),
                is_error=node.get("errorResult") == "true",
            )


def _value(element: ElementTree.Element) -> Any:
    """Read a value: a list, parts by name, or one value by its type."""
    inner = element.find("{*}list")
    if inner is not None:
        return tuple(_value(item) for item in inner.findall("{*}item"))
    parts = element.findall("{*}component")
    if parts:
        return {part.get("name", ""): _value(part) for part in parts}
    value = element.find("{*}value")
    if value is None or value.get(NIL) == "true":
        return None
    return _typed(value.get(TYPE, "").rpartition(":")[2], value.text or "")


def _typed(kind: str, text: str) -> Any:
    match kind:
        case "boolean":
            return text.strip() == "true"
        case "decimal" | "double" | "integer" | "int" | "float" | "long":
            return Decimal(text.strip())
        case "date":
            return date_of(text.strip())
        case "time":
            return time_of(text.strip())
        case "dateTime":
            return date_time_of(text.strip())
        case "duration" | "dayTimeDuration" | "yearMonthDuration":
            return duration_of(text.strip())
        case _:
            return text


def equal(one: Any, other: Any) -> bool:
    """Compare results; numbers within the precision that the TCK asks for."""
    if type(one) is not type(other):
        return False
    if isinstance(one, Decimal):
        return abs(one - other) < Decimal("0.00000001")
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(one[name], other[name]) for name in one)
    if isinstance(one, datetime.datetime | datetime.time) and (one.utcoffset() is None) != (other.utcoffset() is None):
        return False
    return bool(one == other)
