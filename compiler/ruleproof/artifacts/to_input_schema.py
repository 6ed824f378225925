"""Compiled policy to a JSON Schema of its inputs: what a claim line may say, for callers and for forms.

Whatever fits is taken by the evaluators (read numbers with decimals exactly: `json.loads(text, parse_float=Decimal)`),
unless it cannot happen.  Not every bound can be said in a schema: the days of a date are in its description.
"""

from __future__ import annotations

import re
from typing import assert_never

from ruleproof.artifacts.history_tables import identifier_inputs
from ruleproof.artifacts.json_text import json_text
from ruleproof.artifacts.names import file_stem
from ruleproof.artifacts.tables import allowed_values, version_of
from ruleproof.artifacts.to_graph_json import version_object
from ruleproof.compiled import Compiled
from ruleproof.model import nodes as model

Schema = dict[str, object]


def to_input_schema(compiled: Compiled) -> dict[str, str]:
    """Give the schema of one claim line."""
    policy = compiled.policy
    schema: Schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": policy.label or policy.name,
        "description": "The facts of one claim line. What is left out is unknown; null is a value that the claim does not have.",
        "x-policy": version_object(version_of(compiled)),
        "type": "object",
        "properties": {item.name: _property(item) for item in (*policy.asked, *identifier_inputs(policy))},
        "additionalProperties": False,
    }
    return {f"{file_stem(policy.name)}.input.schema.json": json_text(schema)}


def _property(item: model.Input) -> Schema:
    about: Schema = {"title": item.label, "description": _description(item)}
    kind = _kind(item.domain)
    if not item.may_be_missing:
        return {**about, **kind}
    return {**about, "anyOf": [{"type": "null"}, kind]}


def _description(item: model.Input) -> str:
    parts = [item.ask, f"It is {allowed_values(item)}.", f"Unit: {item.unit}." if item.unit else ""]
    parts += [f"Decided by a reviewer: {item.reviewer}." if item.reviewer else ""]
    parts += [f"Follows {item.follows}." if item.follows else "", *item.notes]
    return " ".join(part for part in parts if part)


def _kind(domain: model.Domain) -> Schema:
    match domain:
        case model.YesNo():
            return {"type": "boolean"}
        case model.Choice(values):
            return {"enum": values}
        case model.WholeNumber(low, high):
            return {"type": "integer", "minimum": low, "maximum": high}
        case model.DecimalNumber(low, high, places):
            return {"type": ["number", "string"], "minimum": low, "maximum": high, "pattern": _decimal_pattern(places)}
        case model.Day():
            return {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
        case model.OneCode(_, prefix, pattern):
            return _code(prefix, pattern)
        case model.CodePattern(pattern):
            return _code("", pattern)
        case model.SeveralCodes(_, prefix, pattern):
            return {"type": "array", "items": _code(prefix, pattern), "minItems": 1}
        case _:
            assert_never(domain)


def _code(prefix: str, pattern: str) -> Schema:
    start = f"{prefix} " if prefix else ""
    return {"type": "string", "pattern": f"^{start}(?:{_everywhere(pattern)})$"}


def _everywhere(pattern: str) -> str:
    r"""Give a pattern with only those escapes that every dialect of regular expressions knows.

    >>> _everywhere(r"A\-\.\ [0-9]{2}")
    'A-\\. [0-9]{2}'
    """
    return re.sub(r"\\(.)", lambda found: found[0] if found[1] in r"^$\.*+?()[]{}|/" else found[1], pattern)


def _decimal_pattern(places: int | None) -> str:
    decimals = r"(\.[0-9]+)?" if places is None else rf"(\.[0-9]{{1,{places}}})?" if places else ""
    return f"^[+-]?[0-9]+{decimals}$"
