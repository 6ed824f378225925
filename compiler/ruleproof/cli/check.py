"""`ruleproof check`: read, resolve and prove; all findings with the claims that show them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from ruleproof.cli.options import (
    amount_option,
    format_option,
    limit_option,
    only_option,
    paths_argument,
    stdin_name_option,
)

if TYPE_CHECKING:
    from ruleproof.cli.formats.to_text import Amount


@click.command("check")
@paths_argument
@format_option("text", "json", "sarif", "github", "junit")
@limit_option
@only_option
@amount_option
@stdin_name_option
def command(
    paths: tuple[str, ...], format: str, limit: int | None, only: tuple[str, ...], amount: Amount, stdin_name: str
) -> int:
    """Find gaps, conflicts and mistakes, each with a claim that shows it.

    PATH is a policy file, a folder (every *.policy and *.policy.md in it), or - for standard input.

    \b
    Examples:
      ruleproof check policies/
      ruleproof check panels.policy --only gap --limit 5
      ruleproof check policies/ --format sarif > findings.sarif
    """
    from ruleproof.cli.reading import read_all
    from ruleproof.cli.report import check_all
    from ruleproof.cli.showing import show

    report = replace(check_all(read_all(paths, stdin_name)), only=only)
    show(report, format, limit, amount)
    return report.status
