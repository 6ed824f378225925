"""The options that several commands share, in the same words everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

_Function = TypeVar("_Function", bound=Callable[..., Any])


def format_option(*kinds: str) -> Callable[[_Function], _Function]:
    return click.option(
        "--format", "format", type=click.Choice(kinds), default="text", show_default=True, help="How to print."
    )


def paths_argument(function: _Function) -> _Function:
    return click.argument("paths", nargs=-1, required=True, metavar="PATH…")(function)


def limit_option(function: _Function) -> _Function:
    return click.option(
        "--limit",
        type=click.IntRange(min=0),
        default=None,
        metavar="N",
        help="Print at most N findings; all are counted.",
    )(function)


def amount_option(function: _Function) -> _Function:
    """Say how much is printed for people; the value is that of `formats.to_text.Amount`."""
    quiet = click.option("--quiet", "-q", "amount", flag_value="errors", help="Print errors only.")
    notes = click.option("--notes", "amount", flag_value="all", help="Print the notes too.")
    usual = click.option("--usual", "amount", flag_value="usual", default=True, hidden=True)
    return quiet(notes(usual(function)))


def stdin_name_option(function: _Function) -> _Function:
    return click.option(
        "--stdin-name",
        default="<stdin>",
        metavar="NAME",
        help="The name to show for standard input (`-`); one that ends in .md is read as Markdown.",
    )(function)


def source_option(function: _Function) -> _Function:
    """The texts of sources that are at hand, as `NAME=FILE`."""
    return click.option(
        "--source",
        "sources",
        multiple=True,
        metavar="NAME=FILE",
        callback=_sources,
        help="Compare citations and quotes of this source with its text in FILE.",
    )(function)


def _sources(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Read `NAME=FILE`, each source once."""
    found: dict[str, str] = {}
    for value in values:
        name, sign, file = value.partition("=")
        if not (name.strip() and sign and file.strip()):
            raise click.BadParameter(f"`{value}` is not of the form NAME=FILE, such as article=a56518.txt")
        if name.strip() in found:
            raise click.BadParameter(f"the source `{name.strip()}` is given twice; keep one of the two")
        found[name.strip()] = file.strip()
    return found


def table_options(function: _Function) -> _Function:
    """How decision tables made elsewhere are read and proved; the values are those of `tables.TableOptions`."""
    missing = click.option(
        "--missing", is_flag=True, help="Of decision tables: let every input be missing, not only where a cell asks."
    )
    time_limit = click.option(
        "--time-limit",
        type=click.FloatRange(min=0),
        default=None,
        metavar="SECONDS",
        help="Of decision tables: stop after so long; what is not proved by then is not decided.",
    )
    return hit_policy_option(missing(time_limit(function)))


def hit_policy_option(function: _Function) -> _Function:
    """The hit policy of files that name none."""
    return click.option(
        "--hit-policy",
        default="",
        callback=_hit_policy,
        metavar="POLICY",
        help="Of CSV files and workbooks: the hit policy, such as FIRST or C+; UNIQUE unless given.",
    )(function)


def _hit_policy(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """Refuse a hit policy that there is not."""
    if value:
        from ruleproof.readers.hit_policies import hit_policy_of

        if hit_policy_of(value) is None:
            raise click.BadParameter(
                f"there is no hit policy `{value}`; there are UNIQUE, ANY, PRIORITY, FIRST, "
                "RULE ORDER, OUTPUT ORDER and COLLECT, and their letters"
            )
    return value


def only_option(function: _Function) -> _Function:
    """Findings, by name, that are shown."""
    return click.option(
        "--only",
        callback=_names,
        default="",
        metavar="NAMES",
        help="Show these findings only, such as gap,conflict; all are counted.",
    )(function)


def allow_option(function: _Function) -> _Function:
    """Findings, by name, that do not stop the command."""
    return click.option(
        "--allow",
        callback=_names,
        default="",
        metavar="NAMES",
        help="Go on in spite of these findings, such as gap,conflict.",
    )(function)


def redact_option(function: _Function) -> _Function:
    """Fields whose values are shown nowhere."""
    return click.option(
        "--redact",
        callback=_fields,
        default="",
        metavar="FIELDS",
        help="Show the values of these fields nowhere; those that name a member never are.",
    )(function)


def _fields(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in value.split(",") if word.strip()))


def _names(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[str, ...]:
    """Read names between commas; one that no finding has is refused."""
    names = tuple(dict.fromkeys(word.strip() for word in value.split(",") if word.strip()))
    if names:
        from ruleproof.cli.explained import all_pages

        known = {page.name for page in all_pages()}
        for name in names:
            if name not in known:
                raise click.BadParameter(f"there is no finding `{name}`; `ruleproof rule` lists them")
    return names
