"""An explanation: what a policy says of a claim line, and why; a value that works out its words when somebody asks."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from ruleproof.artifacts.charts.flow import Flow
from ruleproof.artifacts.charts_of_policy import flow_of_decision
from ruleproof.artifacts.to_svg import to_svg
from ruleproof.finding import Value
from ruleproof.model.in_force import in_force
from ruleproof.model.nodes import SERVICE_DATE
from ruleproof.prover.space import bits_of
from ruleproof.runtime.explain.english import in_words, listed
from ruleproof.runtime.explain.explainer import DecisionReason, Explainer, Known, RequirementReason
from ruleproof.runtime.explain.html import html_of
from ruleproof.runtime.explain.paragraphs import capital


class Explanation:
    """What a policy says of one claim line, and why.

    `judged` is there at once; the reasons are worked out when they are first asked for.
    """

    def __init__(
        self,
        judged: Any,
        explainer: Callable[[], Explainer],
        facts: Callable[[], Mapping[str, Value]],
        *,
        as_posted_on: datetime.date | None = None,
        unfold: bool = False,
    ) -> None:
        self.judged = judged
        """The answers, as `decide` gives them."""
        self.as_posted_on = as_posted_on
        self._explainer_of = explainer
        self._facts_of = facts
        self._unfold = unfold
        self._reasons: dict[str, DecisionReason] = {}

    @cached_property
    def explainer(self) -> Explainer:
        """What explains the text that answered."""
        return self._explainer_of()

    @cached_property
    def facts(self) -> Mapping[str, Value]:
        """The facts of the line, with those worked out from them and from the history; what is unknown is not there."""
        return self._facts_of()

    @cached_property
    def _known(self) -> Known:
        return Known(self.facts, self.explainer.box_of(self.facts))

    @property
    def decisions(self) -> Mapping[str, DecisionReason]:
        """Why each decision answers as it does, by its name."""
        return {name: self[name] for name in self.judged.answers}

    def __getitem__(self, decision: str) -> DecisionReason:
        """Give why one decision answers as it does; the others are left alone."""
        if decision not in self._reasons:
            item = self.explainer.compiled.policy.decision(decision)
            answer = self.judged.answers[decision]
            self._reasons[decision] = self.explainer.decision(item, answer, self._known, unfold=self._unfold)
        return self._reasons[decision]

    @cached_property
    def requirements(self) -> Mapping[str, RequirementReason]:
        """Why each requirement and each limit is met, failed, not applicable or not checked, by its name."""
        states = self.judged.requirements
        return {
            item.name: self.explainer.requirement(item, states[item.name], self._known, unfold=self._unfold)
            for item in self.explainer.compiled.policy.requirements
            if item.name in states
        }

    @cached_property
    def revisions(self) -> Mapping[str, str]:
        """For each source with revisions the one in force on the date of service; none where the date is unknown."""
        day = self.facts.get(SERVICE_DATE)
        if not isinstance(day, datetime.date):
            return {}
        found = {item.name: in_force(item.revisions, day) for item in self.explainer.compiled.policy.sources}
        return {name: revision.name for name, revision in found.items() if revision is not None}

    # -------------------------------------------------------------- in words

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """One paragraph for each decision, each failed requirement, the others together, and the text that answered."""
        failed = [item.text for item in self.requirements.values() if item.state.state == "failed"]
        return (*(item.text for item in self.decisions.values()), *failed, *self._others(), self._which_text())

    @property
    def text(self) -> str:
        return "\n\n".join(self.texts)

    def _others(self) -> tuple[str, ...]:
        """Say which requirements are not failed, by their state."""
        by_state: dict[str, list[str]] = {}
        for name, item in self.requirements.items():
            label = item.requirement.label
            if item.state.state != "failed":
                by_state.setdefault(item.state.state, []).append(f"{name} ({label})" if label else name)
        parts = [f"{state}: {listed(names)}" for state, names in by_state.items()]
        return (f"{capital('; '.join(parts))}.",) if parts else ()

    def _which_text(self) -> str:
        version = self.judged.policy
        said = f"By the policy “{version.label or in_words(version.name)}”"
        if self.revisions:
            day = self.facts[SERVICE_DATE]
            told = listed([f"{revision} of {source}" for source, revision in self.revisions.items()])
            said += f", {told}" + ("" if SERVICE_DATE in self.explainer.hidden else f" for services on {day}")
        if self.as_posted_on is not None:
            said += f", as posted on {self.as_posted_on.isoformat()}"
        unsound = f" It was used in spite of {listed(version.unsound)}." if version.unsound else ""
        return f"{said}, content {version.sha256[:12]}.{unsound}"

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<Explanation of {self.judged!r}>"

    def as_dict(self) -> dict[str, Any]:
        """Give everything as JSON can hold it."""
        return {
            "policy": self.judged.policy.as_dict(),
            "as_posted_on": None if self.as_posted_on is None else self.as_posted_on.isoformat(),
            "revisions": dict(self.revisions),
            "decisions": {name: item.as_dict() for name, item in self.decisions.items()},
            "requirements": {name: item.as_dict() for name, item in self.requirements.items()},
            "findings": [item.name for item in self.judged.findings],
            "consequence": None if self.judged.consequence is None else self.judged.consequence.as_dict(),
            "text": self.text,
        }

    # -------------------------------------------------------------- pictures

    def _repr_html_(self) -> str:
        return html_of(self)

    def pictures(self, decision: str) -> tuple[str, ...]:
        """Give the flowcharts (SVG) of a decision that the case goes through, its way marked, as far as it is known.

        What is presumed counts as known, since the answer rests on it.
        """
        compiled = self.explainer.compiled
        flow = flow_of_decision(compiled, compiled.policy.decision(decision))
        ways = zip(flow.charts, self.trail(decision, flow), strict=True)
        return tuple(to_svg(chart.with_marks(ids)) for chart, ids in ways if ids)

    def trail(self, decision: str, flow: Flow) -> tuple[frozenset[str], ...]:
        """Give for each flowchart of a decision the ids of the boxes and arrows that the case goes along."""
        presumed = self.judged.answers[decision].presumed
        values = {
            item.input: item.value for item in self.explainer.compiled.policy.presumptions if item.input in presumed
        }
        box = self.explainer.box_of({**values, **self.facts})
        return flow.trail(tuple(-1 if mask & (mask - 1) else next(bits_of(mask)) for mask in box))

    def _repr_svg_(self) -> str:
        """Give the chart that holds the end of the way through the first decision."""
        return self.pictures(next(iter(self.judged.answers)))[-1]
