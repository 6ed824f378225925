"""All that is known about one policy, as one value."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ruleproof.finding import Finding, Place, Severity
from ruleproof.graph.from_model import graph_of_decision, graph_of_requirement
from ruleproof.graph.nodes import Graph
from ruleproof.graph.over_time import Epoch, epochs_of
from ruleproof.model.nodes import Decision, Policy
from ruleproof.model.tables import DecisionTable
from ruleproof.prover.space import Space
from ruleproof.prover.study import Study
from ruleproof.source import Source, Span
from ruleproof.tree.texts import own_place

VERSION = "0.1.0"
"""The version of the compiler, as every artifact carries it."""

PROVED, REFUTED, NOT_DECIDED = "proved", "refuted", "not decided"


@dataclass(frozen=True, slots=True)
class Proof:
    """What is proved of one decision."""

    policy: str
    decision: str
    hit_policy: str
    """`unique` where it gives one outcome, `collect` where it takes all; of a table made elsewhere, as in its file."""
    rules: int
    complete: str
    """`proved`, `refuted` or `not decided`: every case in scope has an answer (left open counts as one)."""
    consistent: str
    """`proved`, `refuted` or `not decided`: no case has answers that cannot stand together."""
    counts: Mapping[str, int]
    """How many findings of each name there are."""
    open: tuple[Mapping[str, str], ...]
    """What is left open or accepted: `kind`, `rule` or `rules`, `question`, `because`."""
    seconds: float = field(compare=False)


@dataclass(frozen=True, slots=True)
class SourceCoverage:
    """How much of a source a policy speaks for; counted in sentences."""

    source: str
    sentences: int
    cited: int
    """How many of them something cites, alone or with their paragraph or section."""
    not_modelled: int
    """How many others are declared not modelled."""
    quotes: int
    checked: bool
    """Whether the text was at hand, so that the quotes were compared with it."""

    @property
    def percent(self) -> float:
        return 100 * (self.cited + self.not_modelled) / self.sentences if self.sentences else 100.0


@dataclass(frozen=True)
class Rejected:
    """A text that is no policy yet, with every reason."""

    source: Source
    findings: tuple[Finding, ...]
    beside: Mapping[str, Source] = field(default_factory=dict)
    """The files beside the policy that were read, by path."""
    parts: tuple[tuple[int, Source], ...] = ()
    """The files that hold texts of revisions, each with the place at which it begins behind the text of the policy."""


@dataclass(frozen=True)
class CheckedTables:
    """The decision tables of a file made elsewhere, and everything found out about them."""

    source: Source
    tables: tuple[DecisionTable, ...]
    findings: tuple[Finding, ...]
    proofs: tuple[Proof, ...]
    """One for each table, in the same order."""


@dataclass(frozen=True, eq=False)
class Compiled:
    """A policy, everything found out about it, and the graphs that artifacts are made from."""

    source: Source
    policy: Policy
    study: Study
    findings: tuple[Finding, ...]
    proofs: tuple[Proof, ...]
    beside: Mapping[str, Source] = field(default_factory=dict)
    """The files beside the policy that were read, by path."""
    coverage: tuple[SourceCoverage, ...] = ()
    """How much of each source the policy speaks for, where its index or its text is at hand."""
    parts: tuple[tuple[int, Source], ...] = ()
    """The files that hold texts of revisions, each with the place at which it begins behind the text of the policy."""

    def place_of(self, span: Span) -> Place:
        """Give the place of a span of the model, in the file that it is in."""
        return own_place(self.source.path, span, self.parts)

    @property
    def space(self) -> Space:
        return self.study.space

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stand against the policy: errors neither expected nor accepted."""
        return tuple(
            item for item in self.findings if item.severity is Severity.ERROR and not (item.expected or item.accepted)
        )

    @property
    def revision(self) -> str:
        """The latest revision of the first binding source whose text is here; empty where none is declared."""
        for source in self.policy.sources:
            if source.authority == "binding" and source.revisions:
                with_text = [item for item in source.revisions if item.has_text]
                return max(with_text, key=lambda item: item.services_from).name if with_text else ""
        return ""

    @cached_property
    def graphs(self) -> Mapping[str, Graph]:
        """For each decision the graph to evaluate: its leaves name the rules, cases that cannot happen lead anywhere."""
        return {
            item.name: graph_of_decision(self.policy, item, self.study.compiler, exact=False) for item in self.decisions
        }

    @cached_property
    def epochs(self) -> tuple[Epoch, ...]:
        """What was known of the policy from one posting to the next, the latest last, over the cells that all share."""
        return epochs_of(self.study)

    def as_posted(self, on: datetime.date | None) -> Compiled:
        """Give the policy as far as it had been posted by a day, to make things from; its findings are not looked for."""
        study = self.study.as_posted(on)
        return self if study is self.study else Compiled(self.source, study.policy, study, (), (), self.beside)

    @cached_property
    def exact_graphs(self) -> Mapping[str, Graph]:
        """For each decision and requirement the graph with a leaf (`None`) for cases that cannot happen."""
        decisions = {
            item.name: graph_of_decision(self.policy, item, self.study.compiler, exact=True) for item in self.decisions
        }
        return decisions | {
            item.name: graph_of_requirement(self.policy, item, self.study.compiler) for item in self.policy.requirements
        }

    @property
    def decisions(self) -> tuple[Decision, ...]:
        return self.policy.decisions
