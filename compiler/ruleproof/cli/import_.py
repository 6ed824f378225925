"""`ruleproof import`: decision tables made elsewhere as policy text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ruleproof.cli.options import amount_option, format_option, hit_policy_option

if TYPE_CHECKING:
    from ruleproof.artifacts.to_policy_text import Imported
    from ruleproof.cli.formats.to_text import Amount
    from ruleproof.cli.report import Report
    from ruleproof.cli.tables import TableFile


@click.command("import")
@click.argument("file", metavar="FILE")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the policy to this file.")
@click.option("--force", is_flag=True, help="Write over a file that is there already.")
@hit_policy_option
@amount_option
@format_option("text", "json")
def command(file: str, output: Path | None, force: bool, hit_policy: str, amount: Amount, format: str) -> int:
    """Write decision tables made elsewhere as a policy.

    FILE is a DMN model, a workbook or a CSV file (*.dmn, *.xlsx, *.csv).  The policy goes to standard output, or to the file
    that -o names.  What the language cannot say is told, rule by rule, and stands as a note in the policy; the exit status is
    then 1.

    \b
    Examples:
      ruleproof import loans.dmn -o loans.policy
      ruleproof import rates.csv --hit-policy FIRST | ruleproof check -
    """
    from ruleproof.cli.report import Checked, Report
    from ruleproof.cli.tables import read_tables_of

    _refuse(file, output, force)
    read = read_tables_of(file, hit_policy)
    if isinstance(read, Checked):
        _show(Report((read,)), None, output, amount, format)
        return read.status
    made = _made(read)
    if output is not None and made.text:
        from ruleproof.cli.writing import write_one

        write_one(output, made.text.encode("utf-8"))
    report = Report((Checked(read.path, read.sha256, made.findings, read.reading.source),))
    _show(report, made, output, amount, format)
    return report.status


def _refuse(file: str, output: Path | None, force: bool) -> None:
    """Refuse what is no file of tables, and to write over what is there."""
    from ruleproof.cli.failures import Failure
    from ruleproof.cli.reading import shown
    from ruleproof.cli.tables import ENDINGS, is_table

    if not is_table(file):
        said = f"`{shown(file)}` does not end in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}"
        raise click.UsageError(f"{said}, so it is no file of decision tables")
    if output is None:
        return
    if output.exists() and Path(file).exists() and output.samefile(file):
        raise Failure(f"`{shown(output)}` is the file that is read", "choose another name with -o")
    if output.exists() and not force:
        raise Failure(f"`{shown(output)}` is there already", "choose another name, or write over it with --force")
    if not output.parent.is_dir():
        raise Failure(f"there is no folder `{shown(output.parent)}`", "make it first, or choose another name with -o")


def _made(read: TableFile) -> Imported:
    """Write the tables that were read as a policy, with everything that is to be said of it."""
    from pathlib import PurePath

    from ruleproof.artifacts.imported.remarks import CHOSEN, NOT_IMPORTED, Remarks
    from ruleproof.artifacts.imported.written import slug
    from ruleproof.artifacts.to_policy_text import policy_text
    from ruleproof.readers.in_order import tables_in_order

    ordered = tables_in_order(read.reading)
    remarks = Remarks([finding for finding in read.reading.findings if finding.name not in _TOLD_BY_RULE])
    for name in ordered.elsewhere:
        message = f"the decision `{name}` is worked out by an expression: recorded, not run"
        help = "it is an input where a table asks about it; else write it by hand"
        remarks.say(NOT_IMPORTED, message, help)
    for name in ordered.apart:
        message = f"the table `{name}` is a part of something larger: it is a decision by itself here"
        remarks.say(NOT_IMPORTED, message, "what is done with its answer is not in the policy")
    for name in ordered.inlined:
        remarks.say(CHOSEN, f"the function that `{name}` calls is put in its place")
    if not ordered.tables and not remarks.findings:
        remarks.say(NOT_IMPORTED, "there is no decision table in this file")
    path = PurePath(read.path)
    return policy_text(ordered.tables, slug(path.stem, 60), path.name, remarks.findings)


_TOLD_BY_RULE = ("unreadable_cell",)
"""What is told again of each rule that is not imported."""


def _show(report: Report, made: Imported | None, output: Path | None, amount: Amount, format: str) -> None:
    from ruleproof.cli.reading import shown
    from ruleproof.cli.showing import show_findings
    from ruleproof.cli.terminal import emit, say

    written = made is not None and bool(made.text)
    if format == "json":
        from ruleproof.cli.formats.to_json import dumps, report_object

        found = report_object(report)
        text = made.text if made is not None and output is None else ""
        names = {} if made is None else dict(made.inputs)
        decisions = [] if made is None else list(made.decisions.values())
        about = {"written": shown(output) if output is not None and written else "", "text": text}
        emit(dumps(found | about | {"inputs": names, "decisions": decisions}))
        return
    show_findings(report, None, amount)
    if made is None or not written:
        say("nothing was written: no decision could be imported", err=True)
    elif output is None:
        emit(made.text.removesuffix("\n"))
    else:
        say(f"written: {shown(output)} ({len(made.decisions)} decision{'' if len(made.decisions) == 1 else 's'})")
