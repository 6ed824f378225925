"""Findings as a SARIF 2.1.0 log, for code scanning and editors."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from ruleproof.cli.explained import as_markdown, page_of, summary
from ruleproof.cli.formats.addresses import address
from ruleproof.cli.formats.to_json import dumps, region_object
from ruleproof.cli.machine import compiler_version
from ruleproof.cli.report import Report
from ruleproof.finding import Finding, Place, Repair, Severity
from ruleproof.source import Span

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
DOCS = "docs/findings"
_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def to_sarif(report: Report, limit: int | None = None) -> str:
    """Give a log with one run; columns count code points, paths are relative to the current folder."""
    findings = report.first(limit)
    codes = sorted({finding.code for finding in findings})
    names = {finding.code: finding.name for finding in findings}
    prints = _fingerprints(findings, report)
    return dumps(
        _log(
            {
                "tool": {"driver": _driver([_rule(code, names[code]) for code in codes])},
                "columnKind": "unicodeCodePoints",
                "artifacts": [_artifact(file.path, file.sha256) for file in report.files],
                "invocations": [{"executionSuccessful": report.status < 2}],
                "results": [
                    _result(finding, codes.index(finding.code), mark, report)
                    for finding, mark in zip(findings, prints, strict=True)
                ],
            }
        )
    )


def failure_in_sarif(message: str) -> str:
    """Give the log of a command that could not do its work."""
    said = [{"level": "error", "message": {"text": message}}]
    invocation = {"executionSuccessful": False, "toolExecutionNotifications": said}
    return dumps(_log({"tool": {"driver": _driver([])}, "invocations": [invocation], "results": []}))


def _log(run: dict[str, Any]) -> dict[str, Any]:
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _driver(rules: list[dict[str, Any]]) -> dict[str, Any]:
    version = compiler_version()
    return {"name": "ruleproof", "version": version, "semanticVersion": version, "rules": rules}


def _rule(code: str, name: str) -> dict[str, Any]:
    """Describe a kind of finding, with its whole page, so that it can be read without a network."""
    page = page_of(code)
    if page is None:
        return {"id": code, "name": name, "shortDescription": {"text": name}}
    text = as_markdown(page)
    return {
        "id": code,
        "name": name,
        "shortDescription": {"text": summary(page)},
        "fullDescription": {"text": summary(page)},
        "help": {"text": text, "markdown": text},
        "helpUri": f"{DOCS}/{code}.md",
        "defaultConfiguration": {"level": _LEVEL[page.severity]},
    }


def _artifact(path: str, sha256: str) -> dict[str, Any]:
    hashes = {"hashes": {"sha-256": sha256}} if sha256 else {}
    return {"location": {"uri": address(path)}, **hashes}


def _result(finding: Finding, index: int, mark: str, report: Report) -> dict[str, Any]:
    first, *others = [_location(place, report) for place in finding.places] or [{}]
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVEL[finding.severity],
        "message": {"text": _message(finding)},
        "partialFingerprints": {"ruleproof/v1": mark},
    }
    if first:
        result["locations"] = [first]
    if others:
        result["relatedLocations"] = [{"id": number, **place} for number, place in enumerate(others, 1)]
    if finding.expected or finding.accepted:
        why = "the policy expects this finding" if finding.expected else "the policy accepts this finding"
        result["suppressions"] = [{"kind": "inSource", "status": "accepted", "justification": why}]
    fixes = [_fix(repair, report) for repair in finding.repairs if repair.edits]
    return result | ({"fixes": fixes} if fixes else {})


def _message(finding: Finding) -> str:
    example = f"\nfor example: {finding.claim}" if finding.claim else ""
    return finding.message + example + (f"\nhelp: {finding.help}" if finding.help else "")


def _location(place: Place, report: Report) -> dict[str, Any]:
    where: dict[str, Any] = {"artifactLocation": {"uri": address(place.path)}}
    if place.path in report.sources:
        where["region"] = _region(place.path, place.span, report)
    return {"physicalLocation": where}


def _region(path: str, span: Span, report: Report) -> dict[str, int]:
    source = report.sources[path]
    line, column = source.line_and_column(span.start)
    end_line, end_column = source.line_and_column(span.end)
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _fix(repair: Repair, report: Report) -> dict[str, Any]:
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in repair.edits:
        if edit.place.path in report.sources:
            region = _region(edit.place.path, edit.place.span, report)
            replacement = {"deletedRegion": region, "insertedContent": {"text": edit.text}}
            changes.setdefault(edit.place.path, []).append(replacement)
    return {
        "description": {"text": repair.title},
        "artifactChanges": [
            {"artifactLocation": {"uri": address(path)}, "replacements": replacements}
            for path, replacements in changes.items()
        ],
    }


def _fingerprints(findings: Sequence[Finding], report: Report) -> list[str]:
    """Give each finding a mark that stays the same when lines move: made from what it says, not from where it is."""
    seen: Counter[str] = Counter()
    marks = []
    for finding in findings:
        place = finding.places[0] if finding.places else None
        source = report.sources.get(place.path) if place else None
        about = [
            finding.code,
            finding.policy,
            finding.decision,
            finding.rules,
            address(place.path) if place else "",
            source.slice(place.span) if place and source else "",
            [region_object(region) for region in finding.regions],
            "" if finding.regions or finding.rules else finding.message,
        ]
        digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:32]
        seen[digest] += 1
        marks.append(f"{digest}:{seen[digest]}")
    return marks
