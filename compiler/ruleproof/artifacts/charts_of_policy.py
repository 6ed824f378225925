"""Compiled policy to charts: a flowchart for each decision, the requirements graphs, and the exception tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ruleproof.artifacts.chart import Box, Chart, Kind
from ruleproof.artifacts.charts import words
from ruleproof.artifacts.charts.exceptions import exceptions_charts
from ruleproof.artifacts.charts.flow import Flow, flow_of
from ruleproof.artifacts.charts.heading import heading_of
from ruleproof.artifacts.charts.reading_order import steps_of
from ruleproof.artifacts.charts.requirements import requirements_charts
from ruleproof.artifacts.charts.steps import Ask, bottom_up
from ruleproof.artifacts.names import file_stem, identifier
from ruleproof.artifacts.to_dot import to_dot
from ruleproof.artifacts.to_mermaid import to_mermaid
from ruleproof.artifacts.to_svg import to_svg
from ruleproof.compiled import Compiled
from ruleproof.model.nodes import Decision
from ruleproof.prover.boxes import TooManyBoxesError

MOST_DRAWN = 300
"""How many questions a decision may ask to be drawn; that is some forty pages."""


_ELSEWHERE = "Its tables say the same."


def charts_of_policy(compiled: Compiled) -> tuple[Chart, ...]:
    """Give all charts of a policy, each fit for a page; their names are unique, whatever case is made of them."""
    heading = heading_of(compiled)
    flows = (chart for decision in compiled.decisions for chart in flow_of_decision(compiled, decision).charts)
    return (*flows, *requirements_charts(compiled.policy, heading), *exceptions_charts(compiled.policy, heading))


def flow_of_decision(compiled: Compiled, decision: Decision) -> Flow:
    """Give the flowcharts of a decision; where they would be too many to read, one that says so."""
    name = chart_names(compiled)[decision.name]
    try:
        steps = steps_of(compiled.exact_graphs[decision.name])
    except TooManyBoxesError:
        return _not_drawn(compiled, decision, name, f"It is too large for a flowchart. {_ELSEWHERE}")
    if steps is None:
        return _not_drawn(compiled, decision, name, "No case can happen.")
    questions = sum(isinstance(step, Ask) for step in bottom_up(steps))
    if questions > MOST_DRAWN:
        return _not_drawn(compiled, decision, name, f"It would ask {questions} different questions. {_ELSEWHERE}")
    return flow_of(decision, compiled.space, steps, heading_of(compiled), name)


def _not_drawn(compiled: Compiled, decision: Decision, name: str, why: str) -> Flow:
    heading = heading_of(compiled)
    box = Box("b1", Kind.DECISION, ("not drawn",), (words.counted(len(decision.rules), "rule"),))
    notes = heading.notes_with(why)
    chart = Chart(name, heading.title_of(words.label_of(decision)), notes, (box,), ())
    return Flow((chart,), ("b1",), {}, {}, {})


def chart_names(compiled: Compiled) -> Mapping[str, str]:
    """Give the name of the flowchart of each decision, fit for files and ids."""
    taken = {"decisions", "requirements", "exceptions"}
    names: dict[str, str] = {}
    for decision in compiled.decisions:
        base = identifier(decision.name) or "decision"
        candidates: Iterator[str] = iter(
            [base, *(f"{base}_{number}" for number in range(2, len(compiled.decisions) + 6))]
        )
        names[decision.name] = next(name for name in candidates if name.casefold() not in taken)
        taken.add(names[decision.name].casefold())
    return names


def to_charts(compiled: Compiled) -> dict[str, str]:
    """Give every chart of a policy as SVG and as DOT, by file name."""
    stem = file_stem(compiled.policy.name)
    charts = charts_of_policy(compiled)
    drawn = {f"{stem}.{chart.name}.svg": to_svg(chart) for chart in charts}
    return drawn | {f"{stem}.{chart.name}.dot": to_dot(chart) for chart in charts}


def to_mermaid_texts(compiled: Compiled) -> dict[str, str]:
    """Give every chart of a policy as Mermaid text, by file name."""
    stem = file_stem(compiled.policy.name)
    return {f"{stem}.{chart.name}.mmd": to_mermaid(chart) for chart in charts_of_policy(compiled)}
