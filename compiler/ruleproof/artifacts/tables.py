"""Compiled policy to the tables of the evaluator: one description, written out by `to_python` and built by `load`.

Always true of the tables: they hold names, numbers, texts, and objects of the kernel by the name of their class; nothing
of the compiler is left in them.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar, assert_never

from ruleproof.artifacts.history_tables import derived_parts, identifiers_of, kind_of
from ruleproof.compiled import VERSION, Compiled
from ruleproof.finding import Severity, Value
from ruleproof.graph.from_condition import MET, NOT_MET, graph_of_condition
from ruleproof.graph.nodes import Graph, Leaf, Question
from ruleproof.graph.over_time import Epoch
from ruleproof.model import nodes as model
from ruleproof.model.domains import words_of_domain
from ruleproof.model.meaning import CONFLICT, CONTRADICTION, Answer
from ruleproof.prover.cells import Cell
from ruleproof.prover.expressions import some
from ruleproof.prover.space import atoms_of
from ruleproof.prover.study import inputs_of


@dataclass(frozen=True, slots=True)
class Made:
    """An object of the kernel: its class by name, and what it is made from."""

    kind: str
    parts: tuple[object, ...]


QUESTIONS = Made("questions", ())
"""Stands for the table of questions, which decisions and requirements share."""

Nodes = tuple[tuple[int, ...], ...]
"""A graph as the kernel follows it: see `Open` in `runtime/kernel/graphs.py`."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a policy, by the names that the kernel's `Program` has for them."""

    version: Made
    questions: dict[str, Made]
    inputs: tuple[Made, ...]
    decisions: tuple[Made, ...]
    requirements: tuple[Made, ...]
    impossibles: tuple[Made, ...]
    never: Nodes
    never_earlier: tuple[tuple[str, Nodes], ...]
    """The graph of what cannot happen as it was known before some days, each until its day."""
    presumptions: tuple[tuple[str, object], ...]
    postings: tuple[tuple[str, tuple[str, ...]], ...]
    """Each day on which something was posted, and what."""
    derived: tuple[Made, ...]


@lru_cache(maxsize=1)
def tables_of(compiled: Compiled) -> Tables:
    """Give the tables of a compiled policy; the last are kept, since several artifacts of one policy need them."""
    policy = compiled.policy
    never = over_time((epoch, _never(epoch)) for epoch in compiled.epochs)
    return Tables(
        version_of(compiled),
        {item.name: _question(item) for item in policy.questions},
        (
            *(_input(compiled, item) for item in policy.asked),
            *(Made("KeyInput", (name,)) for name in identifiers_of(policy)),
        ),
        tuple(_dated(compiled, _decision, item.name) for item in policy.decisions),
        tuple(_dated(compiled, _requirement, item.name) for item in policy.requirements),
        tuple(_dated(compiled, _impossible, item.name) for item in policy.impossibles),
        never[0],
        never[1],
        tuple((item.input, _plain(item.value)) for item in policy.presumptions),
        tuple((item.day.isoformat(), item.names) for item in policy.postings),
        tuple(_dated(compiled, _derived, item.name) for item in policy.derived),
    )


Known = TypeVar("Known")


def over_time(known: Iterable[tuple[Epoch, Known]]) -> tuple[Known, tuple[tuple[str, Known], ...]]:
    """Give what is known now, and what was known earlier, each until its day; what did not change is said once."""
    (_, now), *before = reversed(list(known))
    earlier: list[tuple[str, Known]] = []
    last = now
    for epoch, item in before:
        if item != last:
            assert epoch.before is not None
            earlier.append((epoch.before.isoformat(), item))
        last = item
    return now, tuple(reversed(earlier))


def _dated(compiled: Compiled, made: Callable[[Epoch, str], Made], name: str) -> Made:
    """Give the table of a part of the policy, with those that stood earlier as its last part."""
    now, earlier = over_time((epoch, made(epoch, name)) for epoch in compiled.epochs)
    return Made(now.kind, (*now.parts, earlier)) if earlier else now


def _never(epoch: Epoch) -> Nodes:
    impossible = some(epoch.compiler.impossible())
    return encoded(graph_of_condition("cannot happen", impossible, epoch.compiler), (MET, NOT_MET))


def version_of(compiled: Compiled) -> Made:
    """Give which text this is, and what stands against it where it was built all the same."""
    policy, digest = compiled.policy, compiled.source.sha256
    return Made("PolicyVersion", (policy.name, policy.label, compiled.revision, digest, VERSION, unsound(compiled)))


def unsound(compiled: Compiled) -> tuple[str, ...]:
    """Name the errors that were found, expected ones and accepted conflicts included: such a policy may fail to answer."""
    errors = (item for item in compiled.findings if item.severity is Severity.ERROR)
    return tuple(sorted({item.name for item in errors if not item.accepted or item.name in (CONFLICT, CONTRADICTION)}))


# ---------------------------------------------------------------- graphs


def leaves_of(graph: Graph) -> tuple[Answer | str, ...]:
    """Give the different answers of a graph, in the order of its nodes."""
    return tuple(node.answer for node in graph.nodes if isinstance(node, Leaf) and node.answer is not None)


def encoded(graph: Graph, leaves: tuple[Answer | str, ...]) -> Nodes:
    """Give a graph as rows of numbers: stretches of cells and where they lead, or the number of an answer."""
    number = {leaf: index for index, leaf in enumerate(leaves)}
    rows: list[tuple[int, ...]] = []
    for node in graph.nodes:
        if isinstance(node, Leaf):
            rows.append((-1, -1 if node.answer is None else number[node.answer]))
        else:
            rows.append((node.dimension, *_stretches(graph, node)))
    return tuple(rows)


def _stretches(graph: Graph, node: Question) -> Iterator[int]:
    last = -1
    for cell in range(len(graph.space.dimensions[node.dimension].cells)):
        ways = [branch.node for branch in node.branches if branch.cells >> cell & 1]
        way = graph.number[id(ways[0])] if ways else last
        if way != last:
            yield cell
            yield way
        last = way


# ---------------------------------------------------------------- inputs


def _plain(value: Value) -> object:
    """Give a value as something that an input of the kernel reads."""
    return (
        value.isoformat() if isinstance(value, datetime.date) else f"{value:f}" if isinstance(value, Decimal) else value
    )


def allowed_values(item: model.Input) -> str:
    """Say what an input may be, in words."""
    return words_of_domain(item.domain) + (", or missing" if item.may_be_missing else "")


def _input(compiled: Compiled, item: model.Input) -> Made:
    space = compiled.epochs[-1].compiler.space
    places = space.places[item.name]
    cells = space.dimensions[places[0]].cells
    start = (item.name, places[0], item.may_be_missing, allowed_values(item))
    there = [cell for cell in cells if not cell.missing]
    match item.domain:
        case model.YesNo():
            return Made("YesNoInput", start)
        case model.Choice(values):
            return Made("ChoiceInput", (*start, values))
        case model.WholeNumber(low, high):
            return Made("WholeNumberInput", (*start, low, high, tuple(cell.low for cell in there)))
        case model.DecimalNumber(low, high, decimals):
            starts = tuple((f"{cell.low:f}", cell.low_closed) for cell in there)
            return Made("DecimalInput", (*start, f"{low:f}", f"{high:f}", decimals, starts))
        case model.Day(low, high):
            starts_on = tuple(cell.low.isoformat() for cell in there)
            return Made("DayInput", (*start, low.isoformat(), high and high.isoformat(), starts_on))
        case model.OneCode(_, prefix, pattern):
            return Made("OneCodeInput", (*start, prefix, pattern, *_classes(there)))
        case model.CodePattern(pattern):
            return Made("OneCodeInput", (*start, "", pattern, *_classes(there)))
        case model.SeveralCodes(_, prefix, pattern):
            groups = [group for place in places if (group := space.dimensions[place].group) is not None]
            return Made("SeveralCodesInput", (*start, prefix, pattern, *_classes(groups)))
        case _:
            assert_never(item.domain)


def _classes(cells: Iterable[Cell]) -> tuple[tuple[tuple[str, ...], ...], bool]:
    """Give the named codes of each cell, and whether there is a cell for all others."""
    listed = list(cells)
    return tuple(cell.values for cell in listed if not cell.others), any(cell.others for cell in listed)


def _derived(epoch: Epoch, name: str) -> Made:
    item = epoch.policy.input(name)
    kind, parts = derived_parts(epoch, item)
    if isinstance(item.derived, model.HistoryTest):
        parts = (*parts, encoded(kind_of(epoch, item.derived), (MET, NOT_MET)))
    return Made(kind, parts)


# ---------------------------------------------------------------- what answers rest on


def _question(item: model.Question) -> Made:
    if not item.is_open:
        return Made("Question", (item.name, "decided", item.text, item.decided))
    return Made(
        "Question", (item.name, "provisionally" if item.provisionally else "open", item.text, item.provisionally)
    )


def _conditions(policy: model.Policy, *conditions: model.Condition) -> Iterator[model.Condition]:
    """Give conditions and everything inside them: definitions unfolded, decisions entered."""
    waiting = list(reversed(conditions))
    entered: set[str] = set()
    while waiting:
        condition = waiting.pop()
        yield condition
        match condition:
            case model.Defined(_, part) | model.Not(part):
                waiting.append(part)
            case model.AllOf(parts) | model.AnyOf(parts) | model.AtLeastOf(_, parts):
                waiting += reversed(parts)
            case model.DecisionIs(name) | model.DecisionIsNothing(name) if name not in entered:
                entered.add(name)
                used = policy.decision(name)
                waiting += [used.scope, *(rule.condition for rule in used.rules)]
            case _:
                pass


def _reviewer(policy: model.Policy, *conditions: model.Condition) -> tuple[str, ...]:
    """Give the inputs decided by a reviewer that conditions hang on, in the order declared."""
    named = {getattr(atom, "input", "") for part in _conditions(policy, *conditions) for atom in atoms_of(part)}
    return tuple(item.name for item in policy.inputs if item.reviewer and item.name in named)


def _readings(policy: model.Policy, *conditions: model.Condition) -> Iterator[str]:
    """Give the questions that the definitions used in conditions rest on."""
    definitions = {item.name: item for item in policy.definitions}
    for part in _conditions(policy, *conditions):
        if isinstance(part, model.Defined) and part.name in definitions:
            yield from definitions[part.name].readings


def _named(policy: model.Policy, names: Iterable[str]) -> tuple[str, ...]:
    known = {item.name for item in policy.questions}
    return tuple(name for name in dict.fromkeys(names) if name in known)


def _rule(policy: model.Policy, rule: model.Rule) -> Made:
    readings = [*rule.readings, *(override.reading for override in rule.overrides)]
    readings += [item.name for item in policy.questions if item.is_open and item.provisionally == rule.name]
    questions = _named(policy, [*readings, *_readings(policy, rule.condition)])
    cited = tuple(dict.fromkeys(citation.text for citation in rule.citations))
    left_open = (rule.because, rule.action) if rule.left_open else ()
    return Made("Rule", (cited, questions, _reviewer(policy, rule.condition), *left_open))


# ---------------------------------------------------------------- decisions and the rest


def _decision(epoch: Epoch, name: str) -> Made:
    policy, item = epoch.policy, epoch.policy.decision(name)
    graph = epoch.exact_graphs[name]
    leaves = leaves_of(graph)
    rules = {rule.name: _rule(policy, rule) for rule in item.rules}
    reviewer = _reviewer(policy, item.scope)
    answers = tuple(answer_parts(leaf) for leaf in leaves if isinstance(leaf, Answer))
    return Made("Decision", (item.name, item.label, QUESTIONS, reviewer, rules, answers, encoded(graph, leaves)))


def answer_parts(answer: Answer) -> tuple[object, ...]:
    """Give what an answer is made from, as far as it says something."""
    parts: list[object] = [
        answer.kind, answer.force, answer.outcomes, answer.further, answer.barred, answer.reason, answer.rules,
    ]  # fmt: skip
    while not parts[-1]:
        parts.pop()
    return tuple(parts)


def _requirement(epoch: Epoch, name: str) -> Made:
    policy = epoch.policy
    item = next(item for item in policy.requirements if item.name == name)
    graph = epoch.exact_graphs[name]
    leaves = leaves_of(graph)
    cited = tuple(dict.fromkeys(citation.text for citation in item.citations))
    questions = _named(policy, [*item.readings, *_readings(policy, item.that, item.when)])
    rule = Made("Rule", (cited, questions, _reviewer(policy, item.that, item.when)))
    about = (item.name, item.label, QUESTIONS, item.action, item.reason_codes, item.text, item.limit)
    return Made("RequirementTable", (*about, rule, leaves, encoded(graph, leaves)))


def _impossible(epoch: Epoch, name: str) -> Made:
    item = next(item for item in epoch.policy.impossibles if item.name == name)
    expression = epoch.compiler(item.condition)
    graph = graph_of_condition(name, expression, epoch.compiler)
    inputs = inputs_of(epoch.compiler.space, expression)
    return Made("Impossible", (item.name, item.label, item.because, inputs, encoded(graph, (MET, NOT_MET))))
