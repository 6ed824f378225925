"""`ruleproof report`: one page for auditors, which opens anywhere.

What is called a report elsewhere in `cli/` (`Report`, in the module of that name) is what a command found, as data.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ruleproof.cli.options import format_option, paths_argument, source_option

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from ruleproof.cli.report import Report
    from ruleproof.compiled import Compiled
    from ruleproof.report.part import Part

FILE = "report.html"
"""The name of the page."""


@click.command("report")
@paths_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("out"),
    show_default=True,
    help="The folder to write report.html to.",
)
@click.option("--as-of", metavar="DATE", help="Show what code lists hold for services on this day, such as 2024-03-21.")
@source_option
@format_option("text", "json")
def command(paths: tuple[str, ...], output: Path, as_of: str | None, sources: dict[str, str], format: str) -> int:
    """Write one page for auditors, which opens anywhere.

    It says all that policies decide, on what ground, and what is proved or open.

    The page is one file, report.html.  It opens in any browser, from a file share too: it needs no server and no network,
    and sends nothing anywhere.  The same policies give the same bytes.  Findings do not stop it, since it shows them; the
    status is then 1.  A file that is no policy yet does.

    \b
    Examples:
      ruleproof report policies/ -o out
      ruleproof report panels.policy --source article=a56518.txt --as-of 2024-03-21
    """
    from ruleproof.cli.reading import STDIN, read_all
    from ruleproof.cli.report import check_all
    from ruleproof.cli.showing import show
    from ruleproof.cli.sources import refuse_unknown, texts_at_hand
    from ruleproof.cli.writing import write_all

    day = _day(as_of)
    texts = texts_at_hand(sources)
    report = check_all(read_all(map(_from_here, paths)), texts)
    refuse_unknown(report.files, texts)
    if any(file.compiled is None for file in report.files):
        show(report, format, None, "errors")
        return report.status
    compiled = [file.compiled for file in report.files if file.compiled is not None]
    page = page_of(compiled, texts, day)
    inputs = [Path(path) for path in report.sources if path != STDIN]
    (written,) = write_all(output, {FILE: page}, inputs)
    _show_written(report, written, format)
    return report.status


def page_of(
    compiled: list[Compiled], texts: Mapping[str, tuple[str, bytes]], day: datetime.date | None = None
) -> bytes:
    """Give the page of some policies, in the order in which they were named, as it is written."""
    from ruleproof.report.page import to_page

    return to_page(_parts(compiled, texts, day)).encode("utf-8")


def _from_here(path: str) -> str:
    """Give a path as the page has it however it was typed: from the current folder, or whole where it lies outside."""
    from ruleproof.cli.reading import STDIN

    if path == STDIN:
        return path
    whole = Path(path).resolve() if ".." in Path(path).parts else Path.cwd() / path
    return str(whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else whole)


def _day(as_of: str | None) -> datetime.date | None:
    from ruleproof.runtime.kernel.values import day_of

    day = day_of(as_of)
    if day is None and as_of is not None:
        raise click.UsageError(f"--as-of: `{as_of}` is no date written like 2024-03-21")
    return day


def _parts(
    compiled: list[Compiled], texts: Mapping[str, tuple[str, bytes]], day: datetime.date | None
) -> tuple[Part, ...]:
    """Give the policies of the page, in the order in which they were named."""
    from ruleproof.checks.sources.library import library_of
    from ruleproof.cli.failures import Failure
    from ruleproof.cli.reading import beside
    from ruleproof.report.part import Part
    from ruleproof.source import FilesRead

    names: dict[str, str] = {}
    parts: list[Part] = []
    for number, item in enumerate(compiled, 1):
        other = names.setdefault(item.policy.name, item.source.path)
        if other != item.source.path:
            raise Failure(
                f"two policies are called `{item.policy.name}`: {other} and {item.source.path}",
                "rename one of them, or make a report of each in a folder of its own",
            )
        files = FilesRead(item.source, beside(item.source.path))
        parts.append(Part(item, library_of(item.policy, item.source, files, texts), number, day))
    return tuple(parts)


def _show_written(report: Report, written: Path, format: str) -> None:
    from ruleproof.cli.formats.summary import summary_in_words
    from ruleproof.cli.formats.to_json import dumps, report_object
    from ruleproof.cli.reading import shown
    from ruleproof.cli.terminal import emit, say, style_for_results

    if format == "json":
        emit(dumps(report_object(report) | {"written": [shown(written)]}))
        return
    say(summary_in_words(report, style_for_results()))
    say(f"written:\n  {shown(written)}")
