"""Findings and the results of examples as JUnit XML, for the test reports of build servers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from ruleproof.cli.report import Checked, Report, counts
from ruleproof.finding import Finding

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Case:
    """One line of a test report; it failed where `failures` says why."""

    group: str
    name: str
    failures: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Suite:
    name: str
    cases: tuple[Case, ...]


def to_junit(report: Report, limit: int | None = None) -> str:
    """Give a suite for each file: what is proved of each decision, and a case for every other error."""
    shown = set(map(id, report.first(limit)))
    return suites_as_xml([Suite(file.path, tuple(_cases(file, shown, report))) for file in report.files])


_PROOFS = {
    "answers every case": {"gap"},
    "never contradicts itself": {"conflict", "contradiction", "choice"},
}


def _cases(file: Checked, shown: set[int], report: Report) -> Iterable[Case]:
    errors = [finding for finding in file.findings if counts(finding) and id(finding) in shown]
    told: set[int] = set()
    for proof in file.proofs:
        for claim, names in _PROOFS.items():
            against = [item for item in errors if item.decision == proof.decision and item.name in names]
            told.update(map(id, against))
            yield Case(proof.decision, claim, tuple(in_words(item, report) for item in against), proof.seconds)
    others = [finding for finding in errors if id(finding) not in told]
    for finding in others:
        name = f"{finding.code} {finding.name} at {_position(finding, report)}"
        yield Case(finding.decision or "policy", name, (in_words(finding, report),))
    if not others:
        yield Case("policy", "no other mistakes")


def _position(finding: Finding, report: Report) -> str:
    place = finding.places[0] if finding.places else None
    source = report.sources.get(place.path) if place else None
    return f"line {source.line_and_column(place.span.start)[0]}" if place and source else "file"


def in_words(finding: Finding, report: Report) -> str:
    """Say a finding in a few plain lines, its place first."""
    place = finding.places[0] if finding.places else None
    source = report.sources.get(place.path) if place else None
    where = ""
    if place and source:
        line, column = source.line_and_column(place.span.start)
        where = f"{place.path}:{line}:{column}: "
    elif place:
        where = f"{place.path}: "
    parts = [where + finding.message]
    parts += [f"for example: {finding.claim}"] if finding.claim else []
    parts += [f"help: {finding.help}"] if finding.help else []
    return "\n".join(parts)


def suites_as_xml(suites: Sequence[Suite]) -> str:
    """Write suites as XML; times are left out where nothing was measured."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {_totals(suites)}>"]
    for suite in suites:
        lines.append(f"  <testsuite name={_quoted(suite.name)} {_totals([suite])}>")
        lines += [line for case in suite.cases for line in _case(case)]
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"])


def failure_in_junit(message: str) -> str:
    """Give the report of a command that could not do its work: one case that ended in an error."""
    return "\n".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<testsuites tests="1" failures="0" errors="1">',
            '  <testsuite name="ruleproof" tests="1" failures="0" errors="1">',
            '    <testcase classname="ruleproof" name="run">',
            f"      <error message={_quoted(message.splitlines()[0] if message else '')}>{_text(message)}</error>",
            "    </testcase>",
            "  </testsuite>",
            "</testsuites>",
        )
    )


def _totals(suites: Sequence[Suite]) -> str:
    cases = [case for suite in suites for case in suite.cases]
    return f'tests="{len(cases)}" failures="{sum(bool(case.failures) for case in cases)}" errors="0"'


def _case(case: Case) -> Iterable[str]:
    time = f' time="{case.seconds:.3f}"' if case.seconds else ""
    opening = f"    <testcase classname={_quoted(case.group)} name={_quoted(case.name)}{time}"
    if not case.failures:
        return [f"{opening}/>"]
    said = "\n\n".join(case.failures)
    failure = f"      <failure message={_quoted(said.splitlines()[0])}>{_text(said)}</failure>"
    return [f"{opening}>", failure, "    </testcase>"]


def _text(text: str) -> str:
    return escape(_ILLEGAL.sub("\ufffd", text))


def _quoted(text: str) -> str:
    return '"' + escape(_ILLEGAL.sub("\ufffd", text), {'"': "&quot;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"}) + '"'
