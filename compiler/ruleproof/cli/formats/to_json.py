"""Findings as one JSON object, with everything that is needed to show them without asking the compiler again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, assert_never

from ruleproof.cli.machine import compiler_version
from ruleproof.cli.report import Checked, Report
from ruleproof.finding import CodesOf, Edit, Finding, Place, Range, Region, Repair, Restriction, Value, Values
from ruleproof.source import Source

if TYPE_CHECKING:
    from ruleproof.compiled import Proof

_LARGEST_EXACT = 2**53
Sources = Mapping[str, Source]


def dumps(value: object) -> str:
    """Give JSON that people can read too."""
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)


def to_json(report: Report, limit: int | None = None) -> str:
    """Give the report of `check --format json`; `limit` bounds the findings listed, never the counts."""
    return dumps(report_object(report, limit))


def report_object(report: Report, limit: int | None = None) -> dict[str, Any]:
    return {
        "ruleproof": compiler_version(),
        "files": [{"path": file.path, "sha256": file.sha256} for file in report.files],
        "decisions": [decision for file in report.files for decision in map(_decision, file.proofs)],
        "sources": [source for file in report.files for source in _sources_of(file)],
        "findings": [finding_object(finding, report.sources) for finding in report.first(limit)],
    }


def failure_in_json(kind: str, message: str, help: str) -> str:
    """Give the object of a command that could not do its work; `kind` is `usage`, `failure` or `internal`."""
    return dumps({"ruleproof": compiler_version(), "error": {"kind": kind, "message": message, "help": help}})


def _decision(proof: Proof) -> dict[str, Any]:
    """Give what is proved of a decision; `seconds` is the one value that differs from run to run."""
    return {
        "policy": proof.policy,
        "decision": proof.decision,
        "hit_policy": proof.hit_policy,
        "rules": proof.rules,
        "complete": proof.complete,
        "consistent": proof.consistent,
        "counts": dict(proof.counts),
        "open": [dict(item) for item in proof.open],
        "seconds": round(proof.seconds, 4),
    }


def _sources_of(file: Checked) -> Iterator[dict[str, Any]]:
    """Give how much of each source with an index or a text a policy speaks for."""
    for item in file.compiled.coverage if file.compiled else ():
        yield {
            "policy": file.compiled.policy.name if file.compiled else "",
            "source": item.source,
            "sentences": item.sentences,
            "cited": item.cited,
            "not_modelled": item.not_modelled,
            "percent": round(item.percent, 1),
            "quotes": item.quotes,
            "quotes_checked": item.checked,
        }


def finding_object(finding: Finding, sources: Sources) -> dict[str, Any]:
    """Give one finding; what it has not (a size, for example) is left out."""
    found: dict[str, Any] = {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "message": finding.message,
        "help": finding.help,
        "policy": finding.policy,
        "decision": finding.decision,
        "rules": list(finding.rules),
        "regions": [region_object(region) for region in finding.regions],
        "witness": witness_object(finding.witness),
        "claim": finding.claim,
        "places": [_place(place, sources) for place in finding.places],
        "citations": list(finding.citations),
        "repairs": [_repair(repair, sources) for repair in finding.repairs],
    }
    if finding.history:
        found["history"] = [witness_object(service) for service in finding.history]
    if finding.size is not None:
        found["size"] = str(finding.size)
    if finding.expected:
        found["expected"] = True
    if finding.accepted:
        found["accepted"] = True
    if finding.note:
        found["note"] = finding.note
    return found


def witness_object(witness: Mapping[str, Value]) -> dict[str, Any]:
    """Give a case as `eval` and `explain` read it."""
    return {name: _plain(value) for name, value in witness.items()}


def _plain(value: Value) -> Any:
    """Give a value as JSON has it; a number that JSON would not keep exactly becomes a text."""
    match value:
        case Decimal():
            return f"{value:f}"
        case bool():
            return value
        case int():
            return value if -_LARGEST_EXACT < value < _LARGEST_EXACT else str(value)
        case date():
            return value.isoformat()
        case tuple():
            return list(value)
        case _:
            return value


def region_object(region: Region) -> dict[str, Any]:
    return {name: _restriction(part) for name, part in region.items()}


def _restriction(part: Restriction) -> dict[str, Any]:
    match part:
        case Values(values, others, missing, but):
            found: dict[str, Any] = {"kind": "values", "values": list(values)}
            if others:
                found |= {"others": True} | ({"but": list(but)} if but else {})
        case Range(low, high, low_closed, high_closed, missing):
            found = {"kind": "range", "low": _bound(low), "high": _bound(high)}
            found |= {"low_closed": low_closed, "high_closed": high_closed}
        case CodesOf(some, none, missing):
            found = {"kind": "codes", "some": list(some), "none": list(none)}
        case _:
            assert_never(part)
    return found | ({"missing": True} if missing else {})


def _bound(bound: int | Decimal | date | str | None) -> str | None:
    if bound is None:
        return None
    return f"{bound:f}" if isinstance(bound, Decimal) else str(bound)


def _place(place: Place, sources: Sources) -> dict[str, Any]:
    """Give a place with lines and columns from 1, the end not included."""
    source = sources.get(place.path)
    if source is None:
        return {"path": place.path, "start": _point(1, 1), "end": _point(1, 1)}
    start, end = source.line_and_column(place.span.start), source.line_and_column(place.span.end)
    return {"path": place.path, "start": _point(*start), "end": _point(*end)}


def _point(line: int, column: int) -> dict[str, int]:
    return {"line": line, "column": column}


def _repair(repair: Repair, sources: Sources) -> dict[str, Any]:
    return {"title": repair.title, "edits": [_edit(edit, sources) for edit in repair.edits]}


def _edit(edit: Edit, sources: Sources) -> dict[str, Any]:
    return _place(edit.place, sources) | {"text": edit.text}
