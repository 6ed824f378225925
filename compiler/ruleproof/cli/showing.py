"""Print a report in the form asked for: findings for people to standard error, everything else to standard output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ruleproof.cli.report import Report

if TYPE_CHECKING:
    from ruleproof.cli.formats.to_text import Amount


def show(report: Report, format: str, limit: int | None, amount: Amount) -> None:
    """Print the findings of a report, and for people what was proved."""
    if format == "text":
        show_findings(report, limit, amount)
        if amount != "errors":
            _show_summary(report)
        return
    from ruleproof.cli.terminal import emit

    emit(_written(report, format, limit))


def show_findings(report: Report, limit: int | None, amount: Amount) -> None:
    """Print the findings in words."""
    from ruleproof.cli.formats.to_text import findings_in_words
    from ruleproof.cli.terminal import say, style_for_findings

    words = findings_in_words(report, limit, amount, style_for_findings())
    if words:
        say(words, err=True)


def _show_summary(report: Report) -> None:
    from ruleproof.cli.formats.summary import summary_in_words
    from ruleproof.cli.terminal import say, style_for_results

    say(summary_in_words(report, style_for_results()))


def _written(report: Report, format: str, limit: int | None) -> str:
    match format:
        case "sarif":
            from ruleproof.cli.formats.to_sarif import to_sarif

            return to_sarif(report, limit)
        case "github":
            from ruleproof.cli.formats.to_github import to_github

            return to_github(report, limit)
        case "junit":
            from ruleproof.cli.formats.to_junit import to_junit

            return to_junit(report, limit)
        case _:
            from ruleproof.cli.formats.to_json import to_json

            return to_json(report, limit)
