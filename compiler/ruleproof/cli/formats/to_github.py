"""Findings as annotations of a GitHub workflow: one command line each."""

from __future__ import annotations

from ruleproof.cli.formats.addresses import relative_path
from ruleproof.cli.report import Report
from ruleproof.finding import Finding, Severity

_COMMAND = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def to_github(report: Report, limit: int | None = None) -> str:
    """Give one `::error …::` line for each finding; what the policy itself expects or accepts is only a notice."""
    return "\n".join(_annotation(finding, report) for finding in report.first(limit))


def failure_in_github(message: str) -> str:
    return f"::error title=ruleproof::{_data(message)}"


def _annotation(finding: Finding, report: Report) -> str:
    answered_for = finding.expected or finding.accepted
    command = "notice" if answered_for else _COMMAND[finding.severity]
    properties = {**_where(finding, report), "title": f"{finding.code} {finding.name}"}
    said = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    parts = [finding.message, f"for example: {finding.claim}" if finding.claim else "", finding.help]
    return f"::{command} {said}::{_data(chr(10).join(filter(None, parts)))}"


def _where(finding: Finding, report: Report) -> dict[str, str]:
    """Give the place; columns only where it lies on one line, since others are refused."""
    if not finding.places:
        return {}
    place = finding.places[0]
    found = {"file": relative_path(place.path)}
    source = report.sources.get(place.path)
    if source is None:
        return found
    line, column = source.line_and_column(place.span.start)
    end_line, end_column = source.line_and_column(place.span.end)
    found |= {"line": str(line), "endLine": str(end_line)}
    if line == end_line:
        found |= {"col": str(column), "endColumn": str(max(column, end_column - 1))}
    return found


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
