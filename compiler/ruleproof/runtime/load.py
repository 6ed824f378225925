"""A policy as a value that answers, without a build step: the tables of the emitted module, built in memory."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ruleproof.artifacts.list_tables import list_parts
from ruleproof.artifacts.tables import QUESTIONS, Made, tables_of
from ruleproof.beside import FolderBeside
from ruleproof.compiled import Compiled, Rejected
from ruleproof.finding import Finding, Severity
from ruleproof.pipeline import compile_source
from ruleproof.runtime.explain.explaining import Explaining
from ruleproof.runtime.explain.html import answers_as_html
from ruleproof.runtime.kernel import answers, graphs, history, inputs, program
from ruleproof.runtime.kernel.answers import Answer, Judged, JudgedClaim, PolicyVersion
from ruleproof.runtime.kernel.lists import CodeList
from ruleproof.runtime.kernel.over_time import OverTime, over_time_of
from ruleproof.runtime.kernel.program import Program
from ruleproof.source import NOTHING_BESIDE, Beside, Source, source_from_text

if TYPE_CHECKING:
    from ruleproof.runtime.batch.tables import DecidedTable, Deciding
    from ruleproof.runtime.generate import Generated

_KINDS: Mapping[str, Any] = {
    name: item for part in (answers, graphs, history, inputs, program) for name, item in vars(part).items()
}

MOST_SHOWN = 20
"""How many findings the text of a `PolicyError` lists; all are in its `findings`."""

MOST_KEPT_READY = 8
"""For how many different sets of columns a loaded policy stays ready to judge tables."""


class PolicyError(ValueError):
    """A policy that cannot be loaded, with everything that stands against it."""

    def __init__(
        self, source: Source, findings: tuple[Finding, ...], beside: Mapping[str, Source] | None = None
    ) -> None:
        self.source = source
        self.findings = findings
        sources = {**(beside or {}), source.path: source}
        shown = [_line(sources, source.path, finding) for finding in findings[:MOST_SHOWN]]
        more = len(findings) - len(shown)
        super().__init__("\n".join([*shown, *([f"and {more} more"] if more else [])]))


def _line(sources: Mapping[str, Source], place: str, finding: Finding) -> str:
    if finding.places:
        first = finding.places[0]
        line, column = sources[first.path].line_and_column(first.span.start)
        place = f"{first.path}:{line}:{column}"
    return f"{place}: {finding.severity.value}[{finding.code}] {finding.message}"


class LoadedJudgement(Judged):
    """All that a policy says of one claim line; the answer of a decision is an attribute, or `judged["name"]`."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Answer:
        try:
            return self.answers[name]
        except KeyError:
            raise AttributeError(f"the policy has no decision `{name}`") from None

    def _repr_html_(self) -> str:
        """Give the answers as a table, for notebooks."""
        rows = [
            (name, str(answer).partition(" by ")[0], ", ".join(answer.rules)) for name, answer in self.answers.items()
        ]
        return answers_as_html(self.policy.label or self.policy.name, rows)


class LoadedPolicy(Explaining):
    """A compiled policy that judges claims; the same names and answers as in its emitted module."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self._program = program_of(compiled)
        self._deciding: dict[tuple[object, ...], Deciding] = {}

    @property
    def policy(self) -> PolicyVersion:
        """Which text gives the answers."""
        return self._program.policy

    @cached_property
    def lists(self) -> Mapping[str, CodeList]:
        """The code lists by name: `lists["group_2"].contains(code, service_date, as_posted_on)`."""
        return {item.name: list_of(self.compiled, item.name) for item in self.compiled.policy.code_lists}

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

        `history` are the services of the patient that came before, the earliest first, each a mapping with an `id`;
        left out, it is unknown, and what hangs on it is not checked.
        """
        values = self._program.read(line)
        return LoadedJudgement(self._program, *self._program.judge(values, history, as_posted_on))

    def over_time(
        self, claim: Mapping[str, object], history: object = None, since: datetime.date | str | None = None
    ) -> OverTime:
        """Judge a claim line, or a claim with `lines`, as posted on one day after another.

        There is a period for each stretch of days with the same answers, and each names the revisions that made the
        difference; with `since`, the first of them begins on that day.
        """
        lines = getattr(claim, "get", lambda _: None)("lines")
        decide = self.decide_claim if isinstance(lines, list | tuple) else self.decide
        start = self._program.day("since", since)
        return over_time_of(self._program.postings, lambda day: decide(claim, history, day), start)

    def decide_claim(
        self,
        claim: Mapping[str, object],
        history: object = None,
        as_posted_on: datetime.date | str | None = None,
    ) -> JudgedClaim:
        """Judge each of the `lines` of a claim; every other key is a fact of all its lines.

        The lines see each other, as limits ask.
        """
        judged = self._program.each_line(
            claim, lambda line, past: self.decide(line, past, as_posted_on), history, as_posted_on
        )
        return JudgedClaim(judged)

    def decide_table(
        self,
        table: object,
        *,
        as_posted_on: datetime.date | str | None = None,
        only: Sequence[str] | None = None,
        words: Sequence[str] | None = None,
        nulls_unknown: Sequence[str] = (),
    ) -> DecidedTable:
        """Judge every row of a table as `decide` judges a claim line: of pyarrow, polars, pandas, DuckDB and others.

        A column has the name of its input.  An input without a column is unknown; a null is missing, or unknown for the
        inputs named in `nulls_unknown`.  `only` names the decisions and requirements to judge, `words` what is told of
        each answer.  A row that cannot be judged is null, and stands in the `rejects` with the reason.
        """
        from ruleproof.runtime.batch.tables import decide_table  # noqa: PLC0415

        return decide_table(lambda names: self.deciding(names, as_posted_on, only, words, nulls_unknown), table)

    def decide_batches(
        self,
        table: object,
        *,
        as_posted_on: datetime.date | str | None = None,
        only: Sequence[str] | None = None,
        words: Sequence[str] | None = None,
        nulls_unknown: Sequence[str] = (),
    ) -> Iterator[DecidedTable]:
        """Judge a stream of rows batch by batch, in constant memory; rows are counted through the whole stream."""
        from ruleproof.runtime.batch.tables import decide_batches  # noqa: PLC0415

        return decide_batches(lambda names: self.deciding(names, as_posted_on, only, words, nulls_unknown), table)

    def generate(self, number: int, seed: int = 1, *, histories: bool = False, **rates: float) -> Iterator[Generated]:
        """Make up claims that hit every rule, override and bound; the same seed gives the same claims.

        `rates` are `noise` (0.2), `faults` (0) and `unknown` (0), from 0 to 1.  Each claim has `facts`, `about`, what it was
        made for, and with `histories` also `history`, the earlier services where it hangs on some.
        """
        from ruleproof.runtime.generate import Generator, Rates  # noqa: PLC0415

        return Generator(self.compiled, seed, histories=histories).claims(number, Rates(**rates))

    def deciding(
        self,
        names: Sequence[str],
        as_posted_on: datetime.date | str | None = None,
        only: Sequence[str] | None = None,
        words: Sequence[str] | None = None,
        nulls_unknown: Sequence[str] = (),
    ) -> Deciding:
        """Make ready to judge batches with columns of these names; the parameters are those of `decide_table`."""
        from ruleproof.runtime.batch.tables import deciding  # noqa: PLC0415

        told = None if words is None else tuple(words)
        about = (tuple(names), as_posted_on, None if only is None else tuple(only), told, tuple(nulls_unknown))
        if about not in self._deciding:
            if len(self._deciding) >= MOST_KEPT_READY:
                self._deciding.clear()
            self._deciding[about] = deciding(self._program, sizes_of(self.compiled), *about)
        return self._deciding[about]


def load(path_or_text: str | Path, *, allow: tuple[str, ...] = ()) -> LoadedPolicy:
    """Compile a policy, given as a path or as its text, to a value that answers.

    A policy with errors raises `PolicyError`, except for findings whose names are in `allow`; where the policy
    contradicts itself the answer then is `cannot answer`.
    """
    source, beside = _source(path_or_text)
    compiled = compile_source(source, beside)
    if isinstance(compiled, Rejected):
        errors = tuple(finding for finding in compiled.findings if finding.severity is Severity.ERROR)
        raise PolicyError(source, errors or compiled.findings, compiled.beside)
    errors = tuple(finding for finding in compiled.errors if finding.name not in allow)
    if errors:
        raise PolicyError(source, errors, compiled.beside)
    return LoadedPolicy(compiled)


def check(path_or_text: str | Path) -> tuple[Finding, ...]:
    """Give everything that the compiler finds in a policy, given as a path or as its text."""
    return compile_source(*_source(path_or_text)).findings


def _source(path_or_text: str | Path) -> tuple[Source, Beside]:
    """Read a policy: a text of several lines, or one that begins like a policy, is no path and has no files beside it."""
    if isinstance(path_or_text, str) and ("\n" in path_or_text or path_or_text.lstrip().startswith("policy ")):
        return source_from_text(path_or_text), NOTHING_BESIDE
    path = Path(path_or_text)
    return source_from_text(path.read_bytes().decode("utf-8"), str(path)), FolderBeside(path.parent)


def list_of(compiled: Compiled, name: str) -> CodeList:
    """Give a code list of a policy, to be asked about codes."""
    listed = next(item for item in compiled.policy.code_lists if item.name == name)
    return CodeList(*cast("Any", list_parts(listed)))


def sizes_of(compiled: Compiled) -> tuple[int, ...]:
    """Count the cells of each dimension, as judging by columns needs them beside the tables."""
    dimensions = compiled.epochs[-1].compiler.space.dimensions
    return tuple(len(item.cells) if item.group is None else 2 for item in dimensions)


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
        tables.never_earlier,
        tables.presumptions,
        tables.postings,
        _built(tables.derived, questions),
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
