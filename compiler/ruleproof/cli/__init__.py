"""The command line: the only part that reads files, prints, and ends with an exit status.

Starting must be quick, since editors and hooks start us often: a command's module is imported when it is asked for, and
the list of commands that `--help` shows is written down here.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from importlib import import_module
from keyword import iskeyword
from typing import Any

import click

COMMANDS = {
    "check": "Find gaps, conflicts and mistakes, each with a claim that shows it.",
    "build": "Check, then write the evaluator, the tables and the flowcharts.",
    "test": "Run the examples and the proofs, and show what they leave untried.",
    "eval": "Answer one claim.",
    "generate": "Make up claims that hit every rule, override and bound.",
    "explain": "Answer one claim, and say why, or why not otherwise.",
    "ask": "Ask for the facts of a claim until its answer is settled.",
    "replay": "Answer decision records again, and say what differs.",
    "codes": "Say whether a code list holds a code, and which revision made it so.",
    "import": "Write decision tables made elsewhere as a policy.",
    "diff": "Say where two policies, or two tables, answer differently.",
    "simplify": "Write decision tables made elsewhere with fewer rules.",
    "verify": "Check a proof again, by a second program.",
    "report": "Write one page for auditors, which opens anywhere.",
    "render": "Draw a flowchart, a graph or a table.",
    "index": "Make the paragraph index of an article: ids and hashes, no text.",
    "fmt": "Bring policies into the tidy form.",
    "rule": "Say what a finding means, and how to mend it.",
    "new": "Write a starter policy that checks cleanly.",
    "demo": "Write a small policy with planted mistakes, and find them.",
    "doctor": "Say what is missing on this machine, and how to get it.",
}
"""Each command with the line that describes it; the module of the same name (`import_` for `import`) holds it as `command`."""

_ELSEWHERE = {"report": "auditors_report"}
"""Commands whose module has another name, since theirs is taken."""

STOPPED = 130
"""The exit status after Ctrl-C, as shells have it."""


class _Commands(click.Group):
    """The group of all commands, each loaded when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = _ELSEWHERE.get(cmd_name, f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name)
        command: click.Command = import_module(f"{__name__}.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        word = args[0]
        if word not in COMMANDS and not word.startswith("-") and not ctx.resilient_parsing:
            near = difflib.get_close_matches(word, COMMANDS, n=1)
            ctx.fail(f"there is no command `{word}`" + (f"; did you mean `{near[0]}`?" if near else ""))
        return super().resolve_command(ctx, args)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        arguments = sys.argv[1:] if args is None else list(args)
        try:
            answer = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
            status = answer if isinstance(answer, int) else 0
        except click.Abort:
            click.echo("stopped; what was being written has been taken back", err=True)
            status = STOPPED
        except Exception as error:
            from ruleproof.cli.failures import report_failure

            status = report_failure(error, arguments)
        sys.exit(status)


def _show_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from ruleproof.cli.machine import compiler_version, machine

        click.echo(f"ruleproof {compiler_version()} ({machine()})")
        ctx.exit()


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Begin with `ruleproof demo`. The exit status is 0 where there is nothing to object to, 1 where there are "
    "findings, and 2 where the command could not do its work.",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version."
)
def main() -> None:
    """Compile billing policies, and prove that they leave no gap and no conflict."""
