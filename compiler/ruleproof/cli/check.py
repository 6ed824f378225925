"""`ruleproof check`: read, resolve and prove; all findings with the claims that show them."""

from __future__ import annotations

import click

from ruleproof.cli.options import format_option, limit_option, paths_argument, quiet_option, stdin_name_option


@click.command("check")
@paths_argument
@format_option("text", "json", "sarif", "github", "junit")
@limit_option
@quiet_option
@stdin_name_option
def command(paths: tuple[str, ...], format: str, limit: int | None, quiet: bool, stdin_name: str) -> int:
    """Find gaps, conflicts and mistakes, each with a claim that shows it.

    PATH is a policy file, a folder (every *.policy and *.policy.md in it), or - for standard input.

    \b
    Examples:
      ruleproof check policies/
      ruleproof check panels.policy --limit 5
      ruleproof check policies/ --format sarif > findings.sarif
    """
    from ruleproof.cli.reading import read_all
    from ruleproof.cli.report import check_all
    from ruleproof.cli.showing import show

    report = check_all(read_all(paths, stdin_name))
    show(report, format, limit, quiet)
    return report.status
