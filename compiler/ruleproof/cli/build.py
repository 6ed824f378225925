"""`ruleproof build`: check, then write every artifact, or none of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ruleproof.cli.options import (
    allow_option,
    amount_option,
    format_option,
    limit_option,
    paths_argument,
    table_options,
)

if TYPE_CHECKING:
    from ruleproof.cli.formats.to_text import Amount
    from ruleproof.cli.report import Report
    from ruleproof.compiled import Compiled
    from ruleproof.finding import Finding

_UNSOUND = frozenset(("gap", "conflict", "contradiction", "choice", "not_decided"))
"""Findings that stand against building even where the policy expects them: an evaluator would have no answer."""


@click.command("build")
@paths_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("out"),
    show_default=True,
    help="The folder to write to.",
)
@click.option(
    "--only",
    default="",
    metavar="KINDS",
    help="Write these kinds only, such as python,svg: python, graph, schema, markdown, certificate, sql, svg, dmn, csv, xlsx.",
)
@allow_option
@format_option("text", "json")
@limit_option
@amount_option
@table_options
def command(
    paths: tuple[str, ...],
    output: Path,
    only: str,
    allow: tuple[str, ...],
    format: str,
    limit: int | None,
    amount: Amount,
    **table_options: Any,
) -> int:
    """Check, then write the evaluator, the tables and the flowcharts.

    A policy with errors is refused unless --allow names them; the artifacts then say so.  Either everything is written
    or nothing: after an error the folder holds what it held before.  The same policy gives the same bytes.
    Of decision tables made elsewhere (*.dmn, *.csv, *.xlsx) the certificate of the proof is written.

    \b
    Examples:
      ruleproof build policies/ -o out
      ruleproof build draft.policy --allow gap,conflict --only svg
      ruleproof build loans.dmn -o out
    """
    from ruleproof.cli.reading import STDIN, read_all
    from ruleproof.cli.report import Report, check_all
    from ruleproof.cli.table_certificates import certificates_of
    from ruleproof.cli.tables import TableOptions, check_tables_of, is_table
    from ruleproof.cli.writing import write_all

    kinds = _kinds(only)
    policies = [path for path in paths if not is_table(path)]
    tables = list(dict.fromkeys(path for path in paths if is_table(path)))
    if tables and "certificate" not in kinds:
        raise click.UsageError("of decision tables only a certificate is made; add it to --only")
    options = TableOptions(**table_options)
    checked = check_all(read_all(policies)).files if policies else ()
    report = Report((*checked, *(check_tables_of(path, options) for path in tables)))
    refused = _refused(report, allow)
    if refused.findings:
        _show_refused(refused, report, format, limit, amount)
        return max(refused.status, 1)
    compiled = [file.compiled for file in report.files if file.compiled is not None]
    inputs = [Path(path) for path in (*report.sources, *tables) if path != STDIN]
    files = _made_of_policies(compiled, kinds)
    files |= certificates_of(tables, options, taken=files)
    written = write_all(output, files, inputs)
    _show_written(report, written, format)
    return 0


def _kinds(only: str) -> tuple[str, ...]:
    from ruleproof.artifacts import EMITTERS, WORKBOOKS

    known = (*EMITTERS, *WORKBOOKS)
    wanted = tuple(dict.fromkeys(word.strip() for word in only.split(",") if word.strip()))
    for kind in wanted:
        if kind not in known:
            raise click.UsageError(f"there is no kind `{kind}`; there are: {', '.join(known)}")
    return wanted or known


def _refused(report: Report, allow: tuple[str, ...]) -> Report:
    """Give what stands against building, file by file."""
    from dataclasses import replace

    from ruleproof.cli.report import Report

    files = (
        replace(file, findings=tuple(finding for finding in file.findings if _stands_against(finding, allow)))
        for file in report.files
    )
    return Report(tuple(files))


def _stands_against(finding: Finding, allow: tuple[str, ...]) -> bool:
    from ruleproof.finding import Severity

    if finding.severity is not Severity.ERROR or finding.accepted or finding.name in allow:
        return False
    return not finding.expected or finding.name in _UNSOUND


def _show_refused(refused: Report, report: Report, format: str, limit: int | None, amount: Amount) -> None:
    from ruleproof.cli.formats.to_json import dumps, report_object
    from ruleproof.cli.showing import show_findings
    from ruleproof.cli.terminal import emit, say

    if format == "json":
        emit(dumps(report_object(report, limit) | {"written": []}))
        return
    show_findings(refused, limit, "usual" if amount == "errors" else amount)
    allowable = sorted({item.name for item in refused.findings if item.code >= "RP2"})
    say("nothing was written: the findings above stand against it", err=True)
    if allowable and not any(item.code < "RP2" for item in refused.findings):
        say(f"  --allow {','.join(allowable)} builds all the same; the artifacts then say so", err=True)


def _made_of_policies(compiled: list[Compiled], kinds: tuple[str, ...]) -> dict[str, bytes]:
    """Give the files that are made of policies, by name."""
    from ruleproof.cli.failures import Failure

    names: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for item in compiled:
        other = names.setdefault(item.policy.name, item.source.path)
        if other != item.source.path:
            raise Failure(
                f"two policies are called `{item.policy.name}`: {other} and {item.source.path}",
                "rename one of them, or build them into different folders",
            )
        for kind in kinds:
            for name, content in _made(item, kind).items():
                if files.setdefault(name, content) != content:
                    raise Failure(f"two policies want to write `{name}`", "rename one of them")
    return files


def _made(compiled: Compiled, kind: str) -> dict[str, bytes]:
    from ruleproof.artifacts import EMITTERS, WORKBOOKS

    if kind in WORKBOOKS:
        return WORKBOOKS[kind](compiled)
    return {name: text.encode("utf-8") for name, text in EMITTERS[kind](compiled).items()}


def _show_written(report: Report, written: list[Path], format: str) -> None:
    import hashlib

    from ruleproof.cli.formats.summary import summary_in_words
    from ruleproof.cli.formats.to_json import dumps, report_object
    from ruleproof.cli.reading import shown
    from ruleproof.cli.terminal import emit, say, style_for_results

    if format == "json":
        files = [{"path": shown(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()} for path in written]
        emit(dumps(report_object(report) | {"written": files}))
        return
    style = style_for_results()
    say(summary_in_words(report, style))
    say("\n".join(["written:", *(f"  {shown(path)}" for path in sorted(written))]))
