"""What is said when a command could not do its work, in the form that was asked for; the exit status is then 2.

A mistake of ours is reported in a few lines that can be sent to us; `RULEPROOF_DEBUG=1` adds the whole trace.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

COULD_NOT = 2


class Failure(click.ClickException):
    """Work that could not be done, said in one sentence; `help` says what to do."""

    exit_code = COULD_NOT

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.help = help


def report_failure(error: Exception, arguments: Sequence[str]) -> int:
    """Report why a command stopped, and give its exit status."""
    if isinstance(error, click.ClickException):
        kind, message = "usage" if isinstance(error, click.UsageError) else "failure", error.format_message()
        advice = getattr(error, "help", "") or _usage_help(error)
    elif isinstance(error, OSError) and not _is_ours(error):
        kind, message, advice = "failure", _system_words(error), ""
    elif _is_too_much(error):
        kind = "failure"
        message = "the policy leaves too many combinations of cases to work with"
        advice = "let rules ask about fewer inputs together, or split the decision in two"
    else:
        kind, message, advice = "internal", _internal_words(error), _what_to_send(arguments)
    _print(_format_asked_for(arguments), kind, message, advice)
    if os.environ.get("RULEPROOF_DEBUG"):
        traceback.print_exception(error, file=sys.stderr)
    return COULD_NOT


def _usage_help(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f"see `{context.command_path} --help`" if context is not None else ""


def _is_too_much(error: Exception) -> bool:
    from ruleproof.prover.boxes import TooManyBoxesError

    return isinstance(error, TooManyBoxesError)


def _is_ours(error: OSError) -> bool:
    """An operating system's refusal names a file or a number; anything else is a mistake of ours."""
    return error.errno is None


def _system_words(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{(error.strerror or str(error)).lower()}"


def _internal_words(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    place = frames[-1] if frames else None
    package = Path(__file__).parents[1]
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(package)]
    where = ""
    if ours:
        where = f" in {Path(ours[-1].filename).relative_to(package).as_posix()}, line {ours[-1].lineno}"
    elif place:
        where = f" in {Path(place.filename).name}, line {place.lineno}"
    said = str(error).splitlines()[0][:200] if str(error) else ""
    return f"ruleproof made a mistake of its own: {type(error).__name__}{where}" + (f": {said}" if said else "")


def _what_to_send(arguments: Sequence[str]) -> str:
    from ruleproof.cli.machine import compiler_version, machine

    return (
        "please report it with these lines, the policy if you may share it, and the command "
        f"`ruleproof {' '.join(arguments)}` (ruleproof {compiler_version()}, {machine()}); "
        "RULEPROOF_DEBUG=1 shows the whole trace"
    )


def _format_asked_for(arguments: Sequence[str]) -> str:
    """Find `--format` among the arguments, which may be why they could not be read."""
    asked = "text"
    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        if word == "--format":
            asked = following
        elif word.startswith("--format="):
            asked = word.removeprefix("--format=")
    return asked


def _print(format: str, kind: str, message: str, help: str) -> None:
    from ruleproof.cli.formats.letters import visible
    from ruleproof.cli.terminal import emit, say, style_for_findings

    whole = f"{message}\n{help}" if help else message
    match format:
        case "json":
            from ruleproof.cli.formats.to_json import failure_in_json

            emit(failure_in_json(kind, message, help))
        case "sarif":
            from ruleproof.cli.formats.to_sarif import failure_in_sarif

            emit(failure_in_sarif(whole))
        case "junit":
            from ruleproof.cli.formats.to_junit import failure_in_junit

            emit(failure_in_junit(whole))
        case "github":
            from ruleproof.cli.formats.to_github import failure_in_github

            emit(failure_in_github(whole))
        case _:
            style = style_for_findings()
            say(f"{style.error('error')}: {visible(message)}", err=True)
            if help:
                say(f"  {style.faint('help')}  {visible(help)}", err=True)
