"""`ruleproof rule`: what a finding means, without a network."""

from __future__ import annotations

import difflib

import click

from ruleproof.cli.options import format_option


@click.command("rule")
@click.argument("codes", nargs=-1, metavar="[CODE]…")
@format_option("text", "json")
def command(codes: tuple[str, ...], format: str) -> int:
    """Say what a finding means, and how to mend it.

    CODE is a code such as RP201, or a name such as gap.  Without one, every finding is listed.
    """
    from ruleproof.cli.explained import all_pages, as_markdown, page_of, summary
    from ruleproof.cli.formats.to_json import dumps
    from ruleproof.cli.terminal import emit, say

    pages = []
    for asked in codes:
        page = page_of(asked)
        if page is None:
            raise click.UsageError(_unknown(asked, [word for page in all_pages() for word in (page.code, page.name)]))
        pages.append(page)
    chosen = pages or list(all_pages())
    if format == "json":
        described = [
            {"code": page.code, "name": page.name, "severity": page.severity.value, "text": as_markdown(page)}
            for page in chosen
        ]
        emit(dumps({"rules": described}))
    elif pages:
        say("\n".join(as_markdown(page) for page in pages).rstrip("\n"))
    else:
        width = max(len(page.name) for page in chosen)
        say("\n".join(f"{page.code}  {page.name:<{width}}  {summary(page)}" for page in chosen))
    return 0


def _unknown(asked: str, known: list[str]) -> str:
    near = difflib.get_close_matches(asked, known, n=1) or difflib.get_close_matches(asked.upper(), known, n=1)
    advice = f"did you mean `{near[0]}`?" if near else "`ruleproof rule` lists them"
    return f"there is no finding `{asked}`; {advice}"
