"""`ruleproof render`: one flowchart, graph or table of a policy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ruleproof.cli.options import format_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ruleproof.artifacts.chart import Chart
    from ruleproof.compiled import Compiled
    from ruleproof.model.nodes import Decision

_ENDINGS = {
    "svg": "svg", "pdf": "pdf", "png": "png", "html": "html", "dot": "dot", "mermaid": "mmd", "md": "md",
}  # fmt: skip
_TOGETHER = ("pdf", "html")
"""The forms that hold all sections in one file."""


@click.command("render")
@click.argument("policy")
@click.option(
    "--kind",
    type=click.Choice(("flowchart", "requirements", "exceptions", "table")),
    default="flowchart",
    show_default=True,
    help="What to draw.",
)
@click.option("--decision", metavar="NAME", help="Of this decision; needed for a flowchart where there are several.")
@click.option("--section", type=click.IntRange(min=1), metavar="N", help="Only this section of a long chart.")
@click.option(
    "--path", "facts", metavar="FILE", help="Mark the way that the claim in this JSON file takes through a flowchart."
)
@click.option("--focus", metavar="RULE", help="Mark the ends of a flowchart that this rule stands behind.")
@click.option(
    "--as",
    "form",
    type=click.Choice(tuple(_ENDINGS)),
    help="In this form  [default: as the file ends, else svg; md for a table]",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file, or into this folder.")
@format_option("text", "json")
def command(
    policy: str,
    kind: str,
    decision: str | None,
    section: int | None,
    facts: str | None,
    focus: str | None,
    form: str | None,
    output: Path | None,
    format: str,
) -> int:
    """Draw a flowchart, a graph or a table.

    A policy with gaps or conflicts is drawn as it is, mistakes and all.  Without -o the drawing goes to standard output.

    \b
    Examples:
      ruleproof render panels.policy --decision billing_code -o chart.svg
      ruleproof render panels.policy --decision billing_code -o chart.pdf
      ruleproof render panels.policy --decision billing_code --path claim.json -o way.svg
      ruleproof render panels.policy --kind exceptions --as mermaid
    """
    chosen = form or _by_ending(output) or ("md" if kind == "table" else "svg")
    if (chosen == "md") != (kind == "table"):
        drawn = "written as md" if kind == "table" else f"drawn as {', '.join(list(_ENDINGS)[:-2])} or mermaid"
        raise click.UsageError(f"`--kind {kind}` is {drawn}, not {chosen}")
    if (facts is not None or focus is not None) and kind != "flowchart":
        raise click.UsageError("--path and --focus mark a flowchart")
    compiled = _compiled(policy, format)
    if isinstance(compiled, int):
        return compiled
    if kind == "table":
        drawings = {name: text.encode("utf-8") for name, text in _table(compiled).items()}
    else:
        charts: Sequence[Chart] = _charts(compiled, kind, decision)
        if facts is not None or focus is not None:
            from ruleproof.cli.marks import marked_charts

            found = marked_charts(compiled, _decision(compiled, decision), facts, focus, format)
            if isinstance(found, int):
                return found
            charts = found
        charts = _section(charts, section)
        drawings = _drawn(compiled, charts, chosen)
    _write(drawings, output, format)
    return 0


def _by_ending(output: Path | None) -> str:
    """Give the form that the name of a file asks for; nothing where it has no ending, or is a folder."""
    if output is None or not output.suffix or output.is_dir():
        return ""
    form = next((form for form, ending in _ENDINGS.items() if output.suffix.lower() == f".{ending}"), "")
    if not form:
        endings = ", ".join(f".{ending} ({form})" for form, ending in _ENDINGS.items())
        raise click.UsageError(
            f"no drawing is written as `{output.suffix}`: name a file that ends in {endings}, or say --as"
        )
    return form


def _compiled(path: str, format: str) -> Compiled | int:
    from ruleproof.cli.reading import read_one
    from ruleproof.cli.report import check_all
    from ruleproof.cli.showing import show

    report = check_all([read_one(path)])
    compiled = report.files[0].compiled
    if compiled is None:
        show(report, format, None, "usual")
        return report.status
    return compiled


def _charts(compiled: Compiled, kind: str, decision: str | None) -> tuple[Chart, ...]:
    from ruleproof.artifacts.charts.exceptions import exceptions_charts
    from ruleproof.artifacts.charts.heading import heading_of
    from ruleproof.artifacts.charts.requirements import requirements_charts
    from ruleproof.artifacts.charts_of_policy import flow_of_decision
    from ruleproof.cli.failures import Failure

    if kind == "flowchart":
        return flow_of_decision(compiled, _decision(compiled, decision)).charts
    if decision is not None:
        raise click.UsageError(f"--decision picks a flowchart; {kind} are drawn for the whole policy")
    make = requirements_charts if kind == "requirements" else exceptions_charts
    charts = tuple(make(compiled.policy, heading_of(compiled)))
    if not charts:
        raise Failure(f"the policy has no {kind} to draw")
    return charts


def _decision(compiled: Compiled, name: str | None) -> Decision:
    import difflib

    names = [decision.name for decision in compiled.decisions]
    if name is None and len(names) == 1:
        return compiled.decisions[0]
    if name is None:
        raise click.UsageError(f"the policy has several decisions; pick one with --decision: {', '.join(names)}")
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        raise click.UsageError(
            f"there is no decision `{name}`; "
            + (f"did you mean `{near[0]}`?" if near else f"there are: {', '.join(names)}")
        )
    return compiled.policy.decision(name)


def _section(charts: Sequence[Chart], section: int | None) -> Sequence[Chart]:
    if section is None:
        return charts
    if section > len(charts):
        raise click.UsageError(f"there is no section {section}; there are {len(charts)}")
    return charts[section - 1 : section]


def _drawn(compiled: Compiled, charts: Sequence[Chart], form: str) -> dict[str, bytes]:
    """Give the drawings by file name."""
    from ruleproof.artifacts.names import file_stem
    from ruleproof.artifacts.to_dot import to_dot
    from ruleproof.artifacts.to_mermaid import to_mermaid
    from ruleproof.artifacts.to_svg import to_svg

    stem = file_stem(compiled.policy.name)
    if form in _TOGETHER:
        name = re.sub(r"-1$", "", charts[0].name) if len(charts) > 1 else charts[0].name
        return {f"{stem}.{name}.{form}": _together(charts, form)}
    if form == "png":
        return {f"{stem}.{chart.name}.png": _png(chart) for chart in charts}
    draw = {"svg": to_svg, "dot": to_dot, "mermaid": to_mermaid}[form]
    return {f"{stem}.{chart.name}.{_ENDINGS[form]}": draw(chart).encode("utf-8") for chart in charts}


def _together(charts: Sequence[Chart], form: str) -> bytes:
    from ruleproof.artifacts.layout import TIME_LIMIT
    from ruleproof.artifacts.to_html_page import to_html_page
    from ruleproof.artifacts.to_svg import to_svg

    if form == "html":
        return to_html_page(charts, TIME_LIMIT).encode("utf-8")
    from ruleproof.artifacts.to_pdf import to_pdf

    with _by_libraries():
        return to_pdf([to_svg(chart) for chart in charts])


def _png(chart: Chart) -> bytes:
    from ruleproof.artifacts.to_pdf import to_png
    from ruleproof.artifacts.to_svg import to_svg

    with _by_libraries():
        return to_png(to_svg(chart))


@contextmanager
def _by_libraries() -> Iterator[None]:
    """Say in words what the libraries for PDF and PNG lack."""
    from ruleproof.artifacts.to_pdf import NoSuchLetterError
    from ruleproof.cli.failures import Failure

    try:
        yield
    except ImportError as error:
        help = "install the extra `pictures`: pip install 'ruleproof[pictures]'; svg and html need nothing"
        raise Failure(f"pdf and png need a library that is not here: {error.name}", help) from None
    except NoSuchLetterError as error:
        raise Failure(str(error), "draw the chart as svg or html, and print it from a browser") from None


def _table(compiled: Compiled) -> dict[str, str]:
    from ruleproof.artifacts import EMITTERS

    return EMITTERS["markdown"](compiled)


def _write(drawings: dict[str, bytes], output: Path | None, format: str) -> None:
    from ruleproof.cli.formats.to_json import dumps
    from ruleproof.cli.machine import compiler_version
    from ruleproof.cli.reading import shown
    from ruleproof.cli.terminal import emit, say

    if output is not None:
        written = _to_files(drawings, output)
        if format == "json":
            emit(dumps({"ruleproof": compiler_version(), "written": [shown(path) for path in written]}))
        else:
            say("\n".join(["written:", *(f"  {shown(path)}" for path in written)]))
        return
    if any(name.endswith((".pdf", ".png")) for name in drawings):
        raise click.UsageError("pdf and png are no texts: name a file with -o")
    texts = {name: content.decode("utf-8") for name, content in drawings.items()}
    if format == "json":
        emit(dumps({"ruleproof": compiler_version(), "drawings": texts}))
    elif len(texts) > 1:
        raise click.UsageError(
            f"this chart has {len(texts)} sections: pick one with --section, or name a folder with -o"
        )
    else:
        emit(next(iter(texts.values())))


def _to_files(drawings: dict[str, bytes], output: Path) -> list[Path]:
    """Write to the file named, or into the folder where there are several drawings or it is one already."""
    from ruleproof.cli.writing import write_all, write_one

    if len(drawings) == 1 and not output.is_dir():
        write_one(output, next(iter(drawings.values())))
        return [output]
    if output.suffix and not output.is_dir():
        raise click.UsageError(f"these are {len(drawings)} files: name a folder with -o, or pick one with --section")
    return write_all(output, drawings)
