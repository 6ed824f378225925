"""The charts of a policy as figures: each with its text beside it, and with what is needed to find a case in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ruleproof.artifacts.chart import Chart
from ruleproof.artifacts.charts.described import described
from ruleproof.artifacts.charts.flow import Flow
from ruleproof.artifacts.charts.heading import heading_of
from ruleproof.artifacts.charts.paper import lies_better
from ruleproof.artifacts.charts_of_policy import flow_of_decision
from ruleproof.artifacts.to_graph_json import space_object
from ruleproof.model.nodes import Decision
from ruleproof.prover.space import bits_of
from ruleproof.report.lean import lean_space
from ruleproof.report.markup import Content, Markup, element
from ruleproof.report.part import Part
from ruleproof.report.pictures import size_in, small_picture


def flows_of(part: Part) -> Mapping[str, Flow]:
    """Give the flowcharts of each decision, under names that no other policy of the report has."""
    found: dict[str, Flow] = {}
    drawn = 1
    for item in part.compiled.decisions:
        flow = flow_of_decision(part.compiled, item)
        found[item.name] = replace(flow, charts=_named(part, flow.charts, drawn))
        drawn += len(flow.charts)
    return found


def _named(part: Part, charts: Iterable[Chart], first: int) -> tuple[Chart, ...]:
    """Give charts the names that they have on the page, without the heading that the page has already."""
    common = heading_of(part.compiled).notes_with()
    return tuple(
        replace(
            chart,
            name=f"p{part.number}c{first + number}",
            title=chart.title.rpartition(": ")[2],
            notes=chart.notes[len(common) :],
        )
        for number, chart in enumerate(charts)
    )


def flowchart(decision: Decision, flow: Flow) -> Markup:
    """Give the figures of a decision's flowchart."""
    title = decision.label or decision.name
    return element("div", _figures(f"Flowchart of {title}", flow), class_="charts", data_decision=decision.name)


def _figures(title: str, flow: Flow) -> Iterator[Content]:
    for number in range(len(flow.charts)):
        of = f", {number + 1} of {len(flow.charts)}" if len(flow.charts) > 1 else ""
        yield _figure(f"{title}{of}", flow, number)


def _figure(title: str, flow: Flow, number: int) -> Markup:
    chart = flow.charts[number]
    text = f"{chart.name}-words"
    lines = [element("p", line) for line in described(chart).split("\n")]
    onward = {box: flow.charts[goal].name for (of, box), goal in flow.jumps.items() if of == number}
    drawn = small_picture(chart, text, onward)
    return element(
        "figure",
        element("figcaption", title, _neighbours(flow, number)),
        element("div", Markup(drawn), class_="chart", tabindex=0, role="group", aria_label=title),
        element("details", element("summary", "The chart as text"), element("div", lines, id=text), class_="chart-text"),
        id=chart.name, class_=None if lies_better(*size_in(drawn)) else "tall",
    )  # fmt: skip


def _neighbours(flow: Flow, number: int) -> Content:
    """Give links to the sections that lead to a section, and to those that it leads to."""
    before = sorted({of for (of, _), goal in flow.jumps.items() if goal == number})
    after = sorted({goal for (of, _), goal in flow.jumps.items() if of == number})
    return [
        [f"; {words} ", [[", " if place else "", _section(flow, goal)] for place, goal in enumerate(goals)]]
        for words, goals in (("reached from", before), ("goes on in", after))
        if goals
    ]


def _section(flow: Flow, number: int) -> Markup:
    return element("a", f"section {number + 1}", href=f"#{flow.charts[number].name}")


def flows_as_data(part: Part, flows: Mapping[str, Flow]) -> dict[str, object]:
    """Give what a script needs to follow a case through the charts.

    Of each question the dimension asked and the ways out (cells, arrow, box); where a box points to another chart, its
    number; of each end the rules behind it.  `space` says how cells are numbered in the charts, where that is otherwise
    than in the graphs.
    """
    compiled = part.compiled
    same = compiled.space.dimensions == compiled.epochs[-1].compiler.space.dimensions
    return {
        "space": None if same else lean_space(space_object(compiled.space)),
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
