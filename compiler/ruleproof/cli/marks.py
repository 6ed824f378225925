"""Marks in the flowcharts of a decision: the way of one claim, and the ends of one rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ruleproof.artifacts.chart import Chart
    from ruleproof.artifacts.charts.flow import Flow
    from ruleproof.compiled import Compiled
    from ruleproof.model.nodes import Decision


def marked_charts(
    compiled: Compiled, decision: Decision, facts: str | None, focus: str | None, format: str
) -> tuple[Chart, ...] | int:
    """Give the sections in which something is marked; a claim that is refused is shown, and its status given."""
    from ruleproof.artifacts.charts_of_policy import flow_of_decision

    flow = flow_of_decision(compiled, decision)
    marks = [set[str]() for _ in flow.charts]
    if facts is not None:
        way = _way(compiled, decision, flow, facts, format)
        if isinstance(way, int):
            return way
        for found, ids in zip(marks, way, strict=True):
            found |= ids
    if focus is not None:
        _check_rule(decision, focus)
        for found, ids in zip(marks, flow.boxes_of_rule(focus), strict=True):
            found |= ids
    charts = tuple(chart.with_marks(ids) for chart, ids in zip(flow.charts, marks, strict=True) if ids)
    return charts or flow.charts


def _way(
    compiled: Compiled, decision: Decision, flow: Flow, path: str, format: str
) -> tuple[frozenset[str], ...] | int:
    from ruleproof.cli.facts import Facts
    from ruleproof.runtime.load import LoadedPolicy

    policy, claim = LoadedPolicy(compiled), Facts(path)

    def explained() -> tuple[frozenset[str], ...]:
        facts, history = claim.read(compiled)
        return policy.explain(facts, history).trail(decision.name, flow)

    return claim.attempt(explained, format)


def _check_rule(decision: Decision, name: str) -> None:
    import difflib

    names = [rule.name for rule in decision.rules]
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"there are: {', '.join(names)}"
        raise click.UsageError(f"--focus: `{decision.name}` has no rule `{name}`; {hint}")
