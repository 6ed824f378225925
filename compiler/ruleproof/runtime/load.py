"""A policy as a value that answers, without a build step: the tables of the emitted module, built in memory."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruleproof.artifacts.tables import QUESTIONS, Made, tables_of
from ruleproof.compiled import Compiled, Rejected
from ruleproof.finding import Finding, Severity
from ruleproof.pipeline import compile_source
from ruleproof.runtime.kernel import answers, graphs, inputs, program
from ruleproof.runtime.kernel.answers import Answer, Judged, JudgedClaim, PolicyVersion
from ruleproof.runtime.kernel.program import Program
from ruleproof.source import Source, source_from_text

_KINDS: Mapping[str, Any] = {
    name: item for part in (answers, graphs, inputs, program) for name, item in vars(part).items()
}

MOST_SHOWN = 20
"""How many findings the text of a `PolicyError` lists; all are in its `findings`."""


class PolicyError(ValueError):
    """A policy that cannot be loaded, with everything that stands against it."""

    def __init__(self, source: Source, findings: tuple[Finding, ...]) -> None:
        self.source = source
        self.findings = findings
        shown = [_line(source, finding) for finding in findings[:MOST_SHOWN]]
        more = len(findings) - len(shown)
        super().__init__("\n".join([*shown, *([f"and {more} more"] if more else [])]))


def _line(source: Source, finding: Finding) -> str:
    place = source.path
    if finding.places:
        line, column = source.line_and_column(finding.places[0].span.start)
        place = f"{finding.places[0].path}:{line}:{column}"
    return f"{place}: {finding.severity.value}[{finding.code}] {finding.message}"


class LoadedJudgement(Judged):
    """All that a policy says of one claim line; the answer of a decision is an attribute, or `judged["name"]`."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Answer:
        try:
            return self.answers[name]
        except KeyError:
            raise AttributeError(f"the policy has no decision `{name}`") from None


class LoadedPolicy:
    """A compiled policy that judges claims; the same names and answers as in its emitted module."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self._program = program_of(compiled)

    @property
    def policy(self) -> PolicyVersion:
        """Which text gives the answers."""
        return self._program.policy

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the compiler remarks: warnings and notes, and errors that the policy expects or that were allowed."""
        return self.compiled.findings

    def claim(self, facts: Mapping[str, object] | None = None, /, **more: object) -> dict[str, Any]:
        """Check facts, and give each in its own type: a mapping that `decide` takes."""
        given = {**(facts or {}), **more}
        values = self._program.read(given)
        return {name: value for name, value in zip(self._program.names, values, strict=True) if name in given}

    def decide(
        self,
        line: Mapping[str, object],
        history: object = None,
        as_posted_on: datetime.date | str | None = None,
    ) -> LoadedJudgement:
        """Judge one claim line; inputs left out are unknown, and the answer is then still exact.

        No policy has limits over a history yet, so any history is refused instead of left unread.
        """
        values = self._program.read(line)
        return LoadedJudgement(self._program, *self._program.judge(values, history, as_posted_on))

    def decide_claim(
        self,
        claim: Mapping[str, object],
        history: object = None,
        as_posted_on: datetime.date | str | None = None,
    ) -> JudgedClaim:
        """Judge each of the `lines` of a claim; every other key is a fact of all its lines."""
        judged = self._program.each_line(
            claim, lambda line: self.decide(line, history, as_posted_on), history, as_posted_on
        )
        return JudgedClaim(judged)


def load(path_or_text: str | Path, *, allow: tuple[str, ...] = ()) -> LoadedPolicy:
    """Compile a policy, given as a path or as its text, to a value that answers.

    A policy with errors raises `PolicyError`, except for findings whose names are in `allow`; where the policy
    contradicts itself the answer then is `cannot answer`.
    """
    source = _source(path_or_text)
    compiled = compile_source(source)
    if isinstance(compiled, Rejected):
        errors = tuple(finding for finding in compiled.findings if finding.severity is Severity.ERROR)
        raise PolicyError(source, errors or compiled.findings)
    errors = tuple(finding for finding in compiled.errors if finding.name not in allow)
    if errors:
        raise PolicyError(source, errors)
    return LoadedPolicy(compiled)


def check(path_or_text: str | Path) -> tuple[Finding, ...]:
    """Give everything that the compiler finds in a policy, given as a path or as its text."""
    return compile_source(_source(path_or_text)).findings


def _source(path_or_text: str | Path) -> Source:
    """Read a policy: a text of several lines, or one that begins like a policy, is no path."""
    if isinstance(path_or_text, str) and ("\n" in path_or_text or path_or_text.lstrip().startswith("policy ")):
        return source_from_text(path_or_text)
    path = Path(path_or_text)
    return source_from_text(path.read_bytes().decode("utf-8"), str(path))


def program_of(compiled: Compiled) -> Program:
    """Build the tables of a policy."""
    tables = tables_of(compiled)
    questions = {name: _built(item, {}) for name, item in tables.questions.items()}
    return Program(
        _built(tables.version, questions),
        _built(tables.inputs, questions),
        _built(tables.decisions, questions),
        _built(tables.requirements, questions),
        _built(tables.impossibles, questions),
        tables.never,
        tables.presumptions,
        _built(tables.sources, questions),
    )


def _built(part: object, questions: dict[str, Any]) -> Any:
    match part:
        case Made() if part is QUESTIONS:
            return questions
        case Made(kind, parts):
            return _KINDS[kind](*(_built(item, questions) for item in parts))
        case tuple():
            return tuple(_built(item, questions) for item in part)
        case dict():
            return {name: _built(item, questions) for name, item in part.items()}
        case _:
            return part
