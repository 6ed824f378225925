"""`ruleproof check`: read, resolve and prove; all findings with the claims that show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ruleproof.cli.options import (
    amount_option,
    format_option,
    limit_option,
    only_option,
    paths_argument,
    source_option,
    stdin_name_option,
    table_options,
)

if TYPE_CHECKING:
    import datetime

    from ruleproof.cli.formats.to_text import Amount


@click.command("check")
@paths_argument
@format_option("text", "json", "sarif", "github", "junit")
@limit_option
@only_option
@amount_option
@stdin_name_option
@source_option
@click.option("--as-posted-on", metavar="DATE", help="Check what had been posted by this day, such as 2024-03-21.")
@table_options
def command(
    paths: tuple[str, ...],
    format: str,
    limit: int | None,
    only: tuple[str, ...],
    amount: Amount,
    stdin_name: str,
    sources: dict[str, str],
    as_posted_on: str | None,
    **table_options: Any,
) -> int:
    """Find gaps, conflicts and mistakes, each with a claim that shows it.

    PATH is a policy file, a folder (every *.policy and *.policy.md in it), - for standard input, or a file of decision
    tables made elsewhere (*.dmn, *.csv, *.xlsx).

    \b
    Examples:
      ruleproof check policies/
      ruleproof check panels.policy --only gap --limit 5
      ruleproof check policies/ --format sarif > findings.sarif
      ruleproof check panels.policy --source article=a56518.txt
      ruleproof check panels.policy --as-posted-on 2021-09-01
      ruleproof check loans.dmn rates.csv --time-limit 60
    """
    from ruleproof.cli.reading import read_all
    from ruleproof.cli.report import Report, check_all
    from ruleproof.cli.showing import show
    from ruleproof.cli.sources import refuse_unknown, texts_at_hand
    from ruleproof.cli.tables import TableOptions, check_tables_of, is_table

    policies = [path for path in paths if not is_table(path)]
    texts = texts_at_hand(sources)
    files = check_all(read_all(policies, stdin_name), texts, _day(as_posted_on)).files if policies else ()
    refuse_unknown(files, texts)
    options = TableOptions(**table_options)
    tables = tuple(check_tables_of(path, options) for path in dict.fromkeys(paths) if is_table(path))
    report = Report((*files, *tables), only)
    show(report, format, limit, amount)
    return report.status


def _day(as_posted_on: str | None) -> datetime.date | None:
    from ruleproof.runtime.kernel.values import day_of

    day = day_of(as_posted_on)
    if day is None and as_posted_on is not None:
        raise click.UsageError(f"--as-posted-on: `{as_posted_on}` is no date written like 2024-03-21")
    return day
