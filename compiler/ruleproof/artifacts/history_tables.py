"""The inputs that are worked out from other facts, as they are told to the evaluator."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from ruleproof.graph.from_model import graph_of_kind
from ruleproof.graph.nodes import Graph
from ruleproof.graph.over_time import Epoch
from ruleproof.model.nodes import CodePattern, DaysBetween, HistoryTest, Input, Policy

Parts = tuple[str, tuple[object, ...]]
"""A class of the evaluator by name, and what an object of it is made from."""


def identifiers_of(policy: Policy) -> tuple[str, ...]:
    """Give what ties services together, as a claim names it: its own `id` and the keys; nothing without a history."""
    return ("id", *(key.field for key in policy.keys)) if policy.keys else ()


def identifier_inputs(policy: Policy) -> tuple[Input, ...]:
    """Give what ties services together as if it were inputs, for those who list what a claim may say."""
    labels = {"id": "this line, as its own history would name it"} | {key.field: key.label for key in policy.keys}
    identifier = CodePattern("(?s).{1,200}", "a text that identifies it", "A", ())
    return tuple(Input(name, labels[name], identifier, True, "", "", "", "", (), ()) for name in identifiers_of(policy))


def derived_parts(epoch: Epoch, item: Input) -> Parts:
    """Give what works out an input, but for the graph of what a history test counts."""
    (dimension,) = epoch.compiler.space.places[item.name]
    match item.derived:
        case DaysBetween(first, second, low, high):
            return "DaysBetween", (item.name, dimension, first, second, low, high)
        case HistoryTest() as test:
            parts = (item.name, dimension, test.count, _fields(epoch.policy, test), test.window, test.days)
            return "HistoryTest", (*parts, *_since(test.since), test.paid, test.same, test.beside)
        case None:
            raise ValueError(f"`{item.name}` is given, not worked out")


def kind_of(epoch: Epoch, test: HistoryTest) -> Graph:
    """Give the graph of what a history test counts."""
    return graph_of_kind("counts", test.subject, epoch.compiler)


def _fields(policy: Policy, test: HistoryTest) -> tuple[str, ...]:
    """Give the keys that are compared: a history is that of one patient, so the patient never is."""
    fields: Mapping[str, str] = {key.name: key.field for key in policy.keys}
    return tuple(fields[key] for key in test.keys if key != "patient")


def _since(since: str | datetime.date) -> tuple[str, str]:
    return (since, "") if isinstance(since, str) else ("", since.isoformat())
