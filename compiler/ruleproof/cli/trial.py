"""How the examples and proofs of one policy came out, as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ruleproof.cli.coverage import Coverage, coverages
from ruleproof.cli.formats.to_junit import in_words
from ruleproof.cli.report import Checked, Report
from ruleproof.compiled import Compiled
from ruleproof.finding import Finding
from ruleproof.source import Span


@dataclass(frozen=True, slots=True)
class Result:
    """One example or proof; it came out where there are no findings about it."""

    kind: str
    """`example` or `proof`."""
    name: str
    label: str
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        return not self.findings


@dataclass(frozen=True, slots=True)
class Trial:
    """All examples and proofs of one policy, and what the examples try."""

    path: str
    compiled: Compiled
    results: tuple[Result, ...]
    coverage: tuple[Coverage, ...]

    @property
    def failed(self) -> tuple[Result, ...]:
        return tuple(result for result in self.results if not result.passed)


def trials(report: Report, word: str) -> tuple[Trial, ...]:
    """Try every policy of a report; `word` picks examples and proofs by name or label, and then nothing is measured."""
    return tuple(_trial(file, file.compiled, word) for file in report.files if file.compiled is not None)


def _trial(file: Checked, compiled: Compiled, word: str) -> Trial:
    failed = [item for item in compiled.findings if not item.expected and not item.accepted]
    examples = (
        Result(
            "example",
            item.name,
            item.label,
            _about(compiled, failed, "example_fails", [part.span for part in item.expected]),
        )
        for item in compiled.policy.examples
    )
    proofs = (
        Result("proof", item.name, item.label, _about(compiled, failed, "property_fails", [item.span]))
        for item in compiled.policy.properties
    )
    chosen = tuple(item for item in (*examples, *proofs) if word.lower() in f"{item.name} {item.label}".lower())
    return Trial(file.path, compiled, chosen, () if word else coverages(compiled))


def _about(compiled: Compiled, findings: Sequence[Finding], name: str, spans: Sequence[Span]) -> tuple[Finding, ...]:
    places = [compiled.place_of(span) for span in spans]
    return tuple(item for item in findings if item.name == name and item.places and item.places[0] in places)


def failures_in_words(result: Result, report: Report) -> tuple[str, ...]:
    return tuple(in_words(finding, report) for finding in result.findings)
