"""The proof of a policy as data: the cells of its inputs, its conditions, and boxes that say which rules hold where.

`ruleproof verify` checks it with a short program of its own (`ruleproof/verify.py`) that knows nothing of the prover.
"""

from __future__ import annotations

import datetime
import json
from typing import Any, assert_never

from ruleproof.compiled import VERSION, Compiled
from ruleproof.model import nodes as model
from ruleproof.model.as_data import condition_as_data, plain
from ruleproof.prover.cells import Cell, Dimension
from ruleproof.prover.space import Box, Space, bits_of
from ruleproof.prover.study import Landscape

FORMAT = "ruleproof certificate 1"


_LAST_DAY = datetime.date.max
"""Where dates without a bound end: there is no later date of service."""


def to_certificate(compiled: Compiled) -> str:
    """Give the certificate of a policy as JSON text; a decision that was not decided is named and has no boxes."""
    policy, space = compiled.policy, compiled.space
    certificate = {
        "format": FORMAT,
        "ruleproof": VERSION,
        "policy": policy.name,
        "revision": compiled.revision,
        "sha256": compiled.source.sha256,
        "dimensions": [_dimension(space, dimension) for dimension in space.dimensions],
        "cannot_happen": {item.name: condition_as_data(item.condition) for item in policy.impossibles},
        "no_text": condition_as_data(policy.no_text),
        "decisions": [_decision(compiled, decision) for decision in policy.decisions],
    }
    certificate = _with_codes_once(certificate)
    return (
        json.dumps(certificate, ensure_ascii=True, indent=None, separators=(",", ":")).replace('{"box"', '\n{"box"')
        + "\n"
    )


def _scope(decision: model.Decision) -> model.Condition:
    """Give where a decision has to answer: in its scope, as far as the code lists that it rests on are here."""
    if not decision.elsewhere:
        return decision.scope
    return model.AllOf((decision.scope, *(model.Not(condition) for condition, _ in decision.elsewhere)))


SEVERAL = 40
"""From how many codes on a test or a cell names them by their classes."""


_ORDERED = "outcomes"
"""What a rule or an answer says: no set, so it stays as it is."""


def _with_codes_once(certificate: dict[str, Any]) -> dict[str, Any]:
    """Let long sets of codes be named by classes, so that each code stands once in the file, in `codes`."""
    sets: dict[tuple[str, ...], int] = {}

    def gather(part: Any) -> None:
        if isinstance(part, list) and len(part) >= SEVERAL and all(isinstance(item, str) for item in part):
            sets.setdefault(tuple(part), len(sets))
        elif isinstance(part, list | dict):
            for item in [item for key, item in part.items() if key != _ORDERED] if isinstance(part, dict) else part:
                gather(item)

    gather(certificate)
    signatures: dict[str, list[int]] = {}
    for codes, number in sets.items():
        for code in codes:
            signatures.setdefault(code, []).append(number)
    classes: dict[tuple[int, ...], list[str]] = {}
    for code, numbers in sorted(signatures.items()):
        classes.setdefault(tuple(numbers), []).append(code)
    of_set: dict[int, list[int]] = {}
    for index, signature in enumerate(classes):
        for number in signature:
            of_set.setdefault(number, []).append(index)

    def named(part: Any) -> Any:
        if isinstance(part, list):
            number = sets.get(tuple(part)) if len(part) >= SEVERAL and isinstance(part[0], str) else None
            return [named(item) for item in part] if number is None else {"codes": of_set[number]}
        if not isinstance(part, dict):
            return part
        return {name: item if name == _ORDERED else named(item) for name, item in part.items()}

    return {**named(certificate), "codes": list(classes.values())} if sets else certificate


def _decision(compiled: Compiled, decision: model.Decision) -> dict[str, Any]:
    landscape = compiled.study.landscape(decision)
    return {
        "decision": decision.name,
        "collects": decision.collects,
        "scope": condition_as_data(_scope(decision)),
        "rules": [
            {
                "rule": rule.name,
                "when": condition_as_data(rule.condition),
                "force": rule.force,
                "outcomes": list(rule.outcomes),
                "overrides": sorted({override.rule for override in rule.overrides}),
            }
            for rule in decision.rules
        ],
        "decided": landscape is not None,
        "boxes": [] if landscape is None else _boxes(compiled.space, landscape),
    }


def _boxes(space: Space, landscape: Landscape) -> list[dict[str, Any]]:
    order = [rule.name for rule in landscape.decision.rules]
    found: list[dict[str, Any]] = []
    for holding, boxes in sorted(
        landscape.boxes.items(), key=lambda pair: [name in pair[0] for name in order], reverse=True
    ):
        answer = landscape.answers[holding]
        said = {"kind": answer.kind, "force": answer.force, "outcomes": list(answer.outcomes)}
        rules = [name for name in order if name in holding]
        found += [{"box": _box(space, box), "rules": rules, "answer": said} for box in boxes]
    return found + [{"box": _box(space, box), "excluded": True} for box in landscape.excluded]


def _box(space: Space, box: Box) -> dict[str, list[int]]:
    """Give the cells of the dimensions that a box restricts."""
    return {
        str(index): list(bits_of(mask))
        for index, (mask, dimension) in enumerate(zip(box, space.dimensions, strict=True))
        if mask != dimension.full
    }


def _dimension(space: Space, dimension: Dimension) -> dict[str, Any]:
    item = space.inputs[dimension.input]
    found: dict[str, Any] = {
        "input": dimension.input,
        "domain": domain_as_data(item.domain),
        "may_be_missing": item.may_be_missing,
    }
    if dimension.group is not None:
        return found | {"group": _cell(dimension.group), "cells": [{"some": False}, {"some": True}]}
    if isinstance(item.domain, model.OneCode | model.CodePattern) and not any(cell.others for cell in dimension.cells):
        found["domain"]["values"] = [value for cell in dimension.cells for value in cell.values]
    return found | {"cells": [_cell(cell) for cell in dimension.cells]}


def _cell(cell: Cell) -> dict[str, Any]:
    if cell.missing:
        return {"missing": True}
    if cell.others:
        return {"others": True}
    if cell.stretch:
        return {
            "low": plain(cell.low),
            "high": plain(_LAST_DAY if cell.high is None else cell.high),
            "closed": [cell.low_closed, cell.high_closed],
        }
    return {"values": [plain(value) for value in cell.values]}


def domain_as_data(domain: model.Domain) -> dict[str, Any]:
    """Give what an input can be."""
    match domain:
        case model.YesNo():
            return {"kind": "choice", "values": ["yes", "no"]}
        case model.Choice(values):
            return {"kind": "choice", "values": list(values)}
        case model.WholeNumber(low, high):
            return {"kind": "whole", "low": str(low), "high": str(high)}
        case model.DecimalNumber(low, high, places):
            return {"kind": "decimal", "low": str(low), "high": str(high), "places": places}
        case model.Day(low, high):
            return {"kind": "date", "low": low.isoformat(), "high": plain(high or _LAST_DAY)}
        case model.OneCode() | model.CodePattern():
            return {"kind": "open", "pattern": domain.pattern}
        case model.SeveralCodes():
            return {"kind": "several"}
        case _:
            assert_never(domain)
