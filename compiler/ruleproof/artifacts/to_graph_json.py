"""Compiled policy to JSON: everything that another runtime needs to give the same answers, with the schema of the file.

Cells are numbered; a case is turned into a cell number for each dimension, and the graphs are followed from node 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from ruleproof.artifacts.history_tables import identifiers_of
from ruleproof.artifacts.json_text import json_text
from ruleproof.artifacts.names import file_stem
from ruleproof.artifacts.tables import Made, Nodes, allowed_values, tables_of
from ruleproof.compiled import Compiled
from ruleproof.model import nodes as model
from ruleproof.prover.cells import Cell, Dimension
from ruleproof.prover.regions import cells_in_words
from ruleproof.prover.space import Space

FORMAT = "ruleproof.graph/1"

KINDS = {
    model.YesNo: "yes or no", model.Choice: "one of", model.WholeNumber: "whole number", model.DecimalNumber: "decimal number",
    model.Day: "date", model.OneCode: "code", model.CodePattern: "code like", model.SeveralCodes: "codes",
}  # fmt: skip
"""What the kinds of input are called."""


def to_graph_json(compiled: Compiled) -> dict[str, str]:
    """Give the graphs of a policy, and the schema that they fit."""
    stem = file_stem(compiled.policy.name)
    return {f"{stem}.graph.json": json_text(_document(compiled)), f"{stem}.graph.schema.json": json_text(SCHEMA)}


def version_object(version: Made) -> dict[str, object]:
    """Give which policy, revision and compiler an artifact comes from."""
    return dict(zip(("name", "label", "revision", "sha256", "compiler", "unsound"), version.parts, strict=True))


def _document(compiled: Compiled) -> dict[str, object]:
    policy, tables = compiled.policy, tables_of(compiled)
    space = compiled.epochs[-1].compiler.space
    return {
        "format": FORMAT,
        "policy": version_object(tables.version),
        "inputs": [_input(space, item) for item in policy.inputs],
        "identifiers": identifiers_of(policy),
        "worked_out": [_derived(made) for made in tables.derived],
        "dimensions": [_dimension(space, place) for place in range(len(space.dimensions))],
        "cannot_happen": {
            "nodes": list(_nodes(tables.never, "met")),
            **({"earlier": [_never_until(*item) for item in tables.never_earlier]} if tables.never_earlier else {}),
            "each": [_impossible(made) for made in tables.impossibles],
        },
        "presumptions": [{"input": name, "value": value} for name, value in tables.presumptions],
        "questions": {
            name: dict(zip(("state", "text", "decided"), made.parts[1:], strict=True))
            for name, made in tables.questions.items()
        },
        "postings": [{"day": day, "posted": names} for day, names in tables.postings],
        "decisions": [_decision(item, made) for item, made in zip(policy.decisions, tables.decisions, strict=True)],
        "requirements": [_requirement(made) for made in tables.requirements],
    }


def _parts(made: Made, count: int) -> tuple[tuple[object, ...], Nodes, tuple[tuple[str, Made], ...]]:
    """Give what a table is made from: `count` parts, then its graph, then the tables that stood earlier."""
    rows = made.parts[count]
    earlier = made.parts[count + 1] if len(made.parts) > count + 1 else ()
    assert isinstance(rows, tuple)
    assert isinstance(earlier, tuple)
    return made.parts[:count], rows, earlier


def _earlier(
    earlier: tuple[tuple[str, Made], ...], known: Callable[[Made], dict[str, object]]
) -> dict[str, list[dict[str, object]]]:
    """Give what stood as posted on days before some days; nothing where it never changed."""
    return {"earlier": [{"before": before, **known(made)} for before, made in earlier]} if earlier else {}


def _never_until(before: str, rows: Nodes) -> dict[str, object]:
    return {"before": before, "nodes": list(_nodes(rows, "met"))}


def _impossible(made: Made) -> dict[str, object]:
    about, _, earlier = _parts(made, 4)

    def known(made: Made) -> dict[str, object]:
        parts, rows, _ = _parts(made, 4)
        return {"inputs": parts[3], "nodes": list(_nodes(rows, "met"))}

    return {
        **dict(zip(("name", "label", "because", "inputs"), about, strict=True)), **known(made),
        **_earlier(earlier, known),
    }  # fmt: skip


def _nodes(rows: Nodes, end: str) -> Iterator[dict[str, object]]:
    """Give the nodes of a graph; `end` is what a leaf calls its number."""
    for dimension, *rest in rows:
        if dimension >= 0:
            yield {"ask": dimension, "from": [[rest[place], rest[place + 1]] for place in range(0, len(rest), 2)]}
        elif end == "met":
            yield {"met": rest[0] == 0}
        else:
            yield {end: rest[0]} if rest[0] >= 0 else {"cannot_happen": True}


def _input(space: Space, item: model.Input) -> dict[str, object]:
    return {
        "name": item.name, "label": item.label, "kind": KINDS[type(item.domain)], "allowed": allowed_values(item),
        "may_be_missing": item.may_be_missing, "unit": item.unit, "ask": item.ask, "follows": item.follows,
        "reviewer": item.reviewer, **dict(_domain(item.domain)), "dimensions": list(space.places[item.name]),
    }  # fmt: skip


_DAYS = ("input", "dimension", "first", "second", "low", "high")
_COUNT = ("input", "dimension", "count", "keys", "window", "days", "since", "since_day", "paid", "same", "beside")


def _derived(made: Made) -> dict[str, object]:
    """Give how an input is worked out: from two dates, or by counting earlier services, with the graph of what counts."""
    if made.kind == "DaysBetween":
        return dict(zip(_DAYS, made.parts, strict=True))
    about, rows, earlier = _parts(made, len(_COUNT))

    def known(made: Made) -> dict[str, object]:
        return {"counts": list(_nodes(_parts(made, len(_COUNT))[1], "met"))}

    return {**dict(zip(_COUNT, about, strict=True)), "counts": list(_nodes(rows, "met")), **_earlier(earlier, known)}


def _domain(domain: model.Domain) -> Iterator[tuple[str, object]]:
    match domain:
        case model.Choice(values):
            yield "values", values
        case model.WholeNumber(low, high) | model.DecimalNumber(low, high) | model.Day(low, high):
            yield "low", _bound(low)
            yield "high", _bound(high)
        case model.OneCode(system, prefix, pattern) | model.SeveralCodes(system, prefix, pattern):
            yield from (("system", system), ("prefix", prefix), ("pattern", pattern))
        case model.CodePattern(pattern):
            yield "pattern", pattern
        case _:
            pass
    if isinstance(domain, model.DecimalNumber):
        yield "decimals", domain.places


def _bound(value: object) -> str | None:
    return None if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)


def _dimension(space: Space, place: int) -> dict[str, object]:
    dimension = space.dimensions[place]
    cells = [
        {**_cell(dimension, cell), "words": cells_in_words(space, place, 1 << number)}
        for number, cell in enumerate(dimension.cells)
    ]
    group = dimension.group
    if group is None:
        return {"input": dimension.input, "cells": cells}
    codes = {"others": True} if group.others else {"codes": group.values}
    return {"input": dimension.input, "group": {"name": dimension.group_name, **codes}, "cells": cells}


def space_object(space: Space) -> dict[str, object]:
    """Give a space of cells as the file has it, for those who number cells otherwise than the file does."""
    inputs = [
        {"name": item.name, "kind": KINDS[type(item.domain)], "dimensions": list(space.places[item.name])}
        for item in space.inputs.values()
    ]
    return {"inputs": inputs, "dimensions": [_dimension(space, place) for place in range(len(space.dimensions))]}


def _cell(dimension: Dimension, cell: Cell) -> dict[str, object]:
    if cell.missing:
        return {"missing": True}
    if cell.others:
        return {"others": True}
    if cell.stretch:
        bounds = {"low": _bound(cell.low), "high": _bound(cell.high)}
        return {**bounds, "low_closed": cell.low_closed, "high_closed": cell.high_closed}
    return {"some": cell.values == ("yes",)} if dimension.group is not None else {"values": cell.values}


def _rule(made: object) -> dict[str, object]:
    assert isinstance(made, Made)
    parts = [*made.parts, "", ""][:5]
    return dict(zip(("citations", "questions", "reviewer", "because", "action"), parts, strict=True))


def _decision(item: model.Decision, made: Made) -> dict[str, object]:
    (name, label, *_), _, earlier = _parts(made, 6)
    about = {"name": name, "label": label, "collects": item.collects, "outcomes": item.outcomes}
    labels = {rule.name: rule.label for rule in item.rules}
    return {**about, **_answered(made, labels), **_earlier(earlier, lambda other: _answered(other, labels))}


def _answered(made: Made, labels: Mapping[str, str]) -> dict[str, object]:
    (_, _, _, reviewer, rules, answers), rows, _ = _parts(made, 6)
    assert isinstance(rules, dict)
    assert isinstance(answers, tuple)
    empty = ("", "", (), (), (), "", ())
    keys = ("kind", "force", "outcomes", "further", "barred", "reason", "rules")
    return {
        "reviewer": reviewer,
        "rules": {name: {"label": labels.get(name, ""), **_rule(rule)} for name, rule in rules.items()},
        "answers": [dict(zip(keys, (*answer, *empty[len(answer) :]), strict=True)) for answer in answers],
        "nodes": list(_nodes(rows, "answer")),
    }


def _requirement(made: Made) -> dict[str, object]:
    (name, label, _, action, reason_codes, text, limit, rule, _), _, earlier = _parts(made, 9)
    return {
        "name": name, "label": label, "action": action, "reason_codes": reason_codes, "text": text,
        "limit": limit, **(_rule(rule) | {"action": action}), **_told(made), **_earlier(earlier, _told),
    }  # fmt: skip


def _told(made: Made) -> dict[str, object]:
    (*_, states), rows, _ = _parts(made, 9)
    return {"states": states, "nodes": list(_nodes(rows, "state"))}


# ---------------------------------------------------------------- the schema of the file

_TEXT: dict[str, object] = {"type": "string"}
_TEXT_OR_NULL: dict[str, object] = {"type": ["string", "null"]}
_YES: dict[str, object] = {"type": "boolean"}
_TEXTS: dict[str, object] = {"type": "array", "items": _TEXT}
_NUMBER: dict[str, object] = {"type": "integer", "minimum": 0}


def _object(needed: dict[str, object], more: dict[str, object] | None = None) -> dict[str, object]:
    properties = {**needed, **(more or {})}
    return {"type": "object", "properties": properties, "required": list(needed), "additionalProperties": False}


def _list(items: dict[str, object]) -> dict[str, object]:
    return {"type": "array", "items": items}


def _graph(end: str, number: dict[str, object]) -> dict[str, object]:
    step = {"type": "array", "prefixItems": [_NUMBER, _NUMBER], "minItems": 2, "maxItems": 2}
    ask = _object({"ask": _NUMBER, "from": {**_list(step), "minItems": 1}})
    ends = [_object({end: number}), _object({"cannot_happen": {"const": True}})]
    return {
        "type": "array", "minItems": 1, "items": {"oneOf": [ask, *ends]},
        "description": "Follow from node 0. `ask` is a dimension; `from` holds, in ascending order, a first cell and the node "
        "that this cell and those after it lead to. A node stands before all that it leads to.",
    }  # fmt: skip


_RULE = {"citations": _TEXTS, "questions": _TEXTS, "reviewer": _TEXTS, "because": _TEXT, "action": _TEXT}
_ANSWERED: dict[str, object] = {
    "reviewer": _TEXTS,
    "rules": {"type": "object", "additionalProperties": _object({"label": _TEXT, **_RULE})},
    "answers": _list(
        _object(
            {
                "kind": {"enum": ["outcome", "nothing", "left open", "out of scope", "cannot answer"]},
                "force": _TEXT, "outcomes": _TEXTS, "further": _TEXTS, "barred": _TEXTS, "reason": _TEXT, "rules": _TEXTS,
            }
        )
    ),
    "nodes": _graph("answer", _NUMBER),
}  # fmt: skip
_TOLD: dict[str, object] = {
    "states": _list({"enum": ["met", "failed", "not applicable", "not checked"]}),
    "nodes": _graph("state", _NUMBER),
}
_MET: dict[str, object] = {"inputs": _TEXTS, "nodes": _graph("met", _YES)}


def _until(known: Mapping[str, object]) -> dict[str, object]:
    return {
        **_list(_object({"before": _TEXT, **known})),
        "description": "What stood as posted on a day: the first of these whose `before` is a later day, else what stands now.",
    }


_CELL = {
    "type": "object",
    "properties": {
        "words": _TEXT, "values": _TEXTS, "others": {"const": True}, "missing": {"const": True}, "some": _YES,
        "low": _TEXT_OR_NULL, "high": _TEXT_OR_NULL, "low_closed": _YES, "high_closed": _YES,
    },
    "required": ["words"],
    "additionalProperties": False,
    "description": "Values that the policy cannot tell apart: named values, a stretch (numbers and dates as text, an open end is "
    "null), all others, no value; of a group of codes, whether some code of it is there.",
}  # fmt: skip

_COUNTS: dict[str, object] = {"counts": _graph("met", _YES)}
_INTEGER_OR_NULL: dict[str, object] = {"type": ["integer", "null"]}
_DAYS_BETWEEN = _object(
    {
        "input": _TEXT, "dimension": _NUMBER, "first": _TEXT, "second": _TEXT, "low": _INTEGER_OR_NULL,
        "high": _INTEGER_OR_NULL,
    }
)  # fmt: skip
_COUNTED = _object(
    {
        "input": _TEXT, "dimension": _NUMBER, "count": _NUMBER, "keys": _TEXTS,
        "window": {"enum": ["", "days", "day", "month", "year", "year since"]}, "days": _NUMBER, "since": _TEXT,
        "since_day": _TEXT, "paid": _YES, "same": _TEXTS, "beside": _YES, **_COUNTS,
    },
    {"earlier": _until(_COUNTS)},
)  # fmt: skip

SCHEMA: dict[str, object] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Decision graphs of a policy",
    "description": "All that is needed to judge claims. Order: is each value allowed, can this happen, then the graphs.",
    **_object(
        {
            "format": {"const": FORMAT},
            "policy": _object({**dict.fromkeys(("name", "label", "revision", "sha256", "compiler"), _TEXT), "unsound": _TEXTS}),
            "inputs": _list(
                _object(
                    {
                        "name": _TEXT, "label": _TEXT, "kind": {"enum": list(KINDS.values())}, "allowed": _TEXT,
                        "may_be_missing": _YES, "unit": _TEXT, "ask": _TEXT, "follows": _TEXT, "reviewer": _TEXT,
                        "dimensions": {**_list(_NUMBER), "minItems": 1},
                    },
                    {
                        "values": _TEXTS, "low": _TEXT_OR_NULL, "high": _TEXT_OR_NULL, "decimals": {"type": ["integer", "null"]},
                        "system": _TEXT, "prefix": _TEXT, "pattern": _TEXT,
                    },
                )
            ),
            "identifiers": {**_TEXTS, "description": "What ties services together; none where no history is asked about."},
            "worked_out": {
                **_list({"oneOf": [_DAYS_BETWEEN, _COUNTED]}),
                "description": "Inputs that no claim gives, by dimension: whether `first` lies from `low` to `high` days after "
                "`second`; whether, of the services that came before, at least `count` count.",
            },
            "dimensions": _list(
                _object(
                    {"input": _TEXT, "cells": {**_list(_CELL), "minItems": 1}},
                    {"group": _object({"name": _TEXT}, {"codes": _TEXTS, "others": {"const": True}})},
                )
            ),
            "cannot_happen": _object(
                {
                    "nodes": _graph("met", _YES),
                    "each": _list(
                        _object({"name": _TEXT, "label": _TEXT, "because": _TEXT, **_MET}, {"earlier": _until(_MET)})
                    ),
                },
                {"earlier": _until({"nodes": _graph("met", _YES)})},
            ),
            "presumptions": _list(_object({"input": _TEXT, "value": {"type": ["string", "boolean", "integer", "array", "null"]}})),
            "questions": {
                "type": "object",
                "additionalProperties": _object(
                    {"state": {"enum": ["decided", "provisionally", "open"]}, "text": _TEXT, "decided": _TEXT}
                ),
            },
            "postings": _list(_object({"day": _TEXT, "posted": _TEXTS})),
            "decisions": _list(
                _object(
                    {
                        "name": _TEXT, "label": _TEXT, "collects": _YES, "outcomes": _TEXTS, **_ANSWERED,
                    },
                    {"earlier": _until(_ANSWERED)},
                )
            ),
            "requirements": _list(
                _object(
                    {
                        "name": _TEXT, "label": _TEXT, "action": _TEXT, "reason_codes": _TEXT, "text": _TEXT,
                        "limit": _TEXT, **_RULE, **_TOLD,
                    },
                    {"earlier": _until(_TOLD)},
                )
            ),
        }
    ),
}  # fmt: skip
