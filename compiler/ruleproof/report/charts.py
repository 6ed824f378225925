"""The charts of a policy as figures: each with its text beside it, and with what is needed to find a case in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ruleproof.artifacts.chart import Chart
from ruleproof.artifacts.charts.described import described
from ruleproof.artifacts.charts.exceptions import exceptions_charts
from ruleproof.artifacts.charts.flow import Flow
from ruleproof.artifacts.charts.heading import heading_of
from ruleproof.artifacts.charts.requirements import requirements_charts
from ruleproof.artifacts.charts_of_policy import flow_of_decision
from ruleproof.artifacts.to_graph_json import space_object
from ruleproof.artifacts.to_svg import to_svg_beside_text
from ruleproof.model.nodes import Decision
from ruleproof.prover.space import bits_of
from ruleproof.report.markup import Content, Markup, element
from ruleproof.report.part import Part


def flows_of(part: Part) -> Mapping[str, Flow]:
    """Give the flowcharts of each decision, under names that no other policy of the report has."""
    flows = {item.name: flow_of_decision(part.compiled, item) for item in part.compiled.decisions}
    return {name: replace(flow, charts=_named(part, flow.charts)) for name, flow in flows.items()}


def _named(part: Part, charts: Iterable[Chart]) -> tuple[Chart, ...]:
    return tuple(replace(chart, name=f"p{part.number}-{chart.name}") for chart in charts)


def flowchart(decision: Decision, flow: Flow) -> Markup:
    """Give the figures of a decision's flowchart."""
    title = decision.label or decision.name
    return element("div", _figures(f"Flowchart of {title}", flow.charts), class_="charts")


def exceptions(part: Part) -> Markup:
    """Give the exception trees of a policy; nothing where no rule steps back."""
    charts = _named(part, exceptions_charts(part.policy, heading_of(part.compiled)))
    return element("div", _figures("Which rule steps back for which", charts), class_="charts")


def requirements(part: Part) -> Markup:
    """Give the charts of what requirements and decisions rest on."""
    charts = _named(part, requirements_charts(part.policy, heading_of(part.compiled)))
    return element("div", _figures("What each part rests on", charts), class_="charts")


def _figures(title: str, charts: Sequence[Chart]) -> Iterator[Content]:
    for number, chart in enumerate(charts, 1):
        of = f", {number} of {len(charts)}" if len(charts) > 1 else ""
        yield _figure(f"{title}{of}", chart)


def _figure(title: str, chart: Chart) -> Markup:
    text = f"{chart.name}-words"
    lines = [element("p", line) for line in described(chart).split("\n")]
    return element(
        "figure",
        element("figcaption", title),
        element(
            "div", Markup(to_svg_beside_text(chart, text)), class_="chart", tabindex=0, role="group", aria_label=title
        ),
        element("details", element("summary", "The chart as text"), element("div", lines, id=text), class_="chart-text"),
    )  # fmt: skip


def flows_as_data(part: Part, flows: Mapping[str, Flow]) -> dict[str, object]:
    """Give what a script needs to follow a case through the charts.

    Of each question the dimension asked and the ways out (cells, arrow, box); where a box points to another chart, its
    number; of each end the rules behind it.  `space` says how cells are numbered in the charts, where that is otherwise
    than in the graphs.
    """
    compiled = part.compiled
    same = compiled.space.dimensions == compiled.epochs[-1].compiler.space.dimensions
    return {
        "space": None if same else space_object(compiled.space),
        "decisions": {name: _flow_as_data(flow) for name, flow in flows.items()},
    }


def _flow_as_data(flow: Flow) -> list[dict[str, object]]:
    return [
        {
            "name": chart.name,
            "first": flow.first_boxes[number],
            "questions": {
                box: [dimension, [[list(bits_of(turn.cells)), turn.arrow, turn.box] for turn in turns]]
                for (of, box), (dimension, turns) in flow.questions.items() if of == number
            },
            "jumps": {box: goal for (of, box), goal in flow.jumps.items() if of == number},
            "rules": {box: rules for (of, box), rules in flow.rules.items() if of == number and rules},
        }
        for number, chart in enumerate(flow.charts)
    ]  # fmt: skip
