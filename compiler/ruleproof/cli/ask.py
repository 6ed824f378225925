"""`ruleproof ask`: an interview in the terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ruleproof.cli.options import allow_option, format_option

if TYPE_CHECKING:
    from ruleproof.runtime.explain.interview import Interview
    from ruleproof.runtime.load import LoadedPolicy


@click.command("ask")
@click.argument("path")
@click.option(
    "--decision",
    "decisions",
    multiple=True,
    metavar="NAME",
    help="Settle this decision; repeat it for several; all unless given.",
)
@click.option("--facts", metavar="FILE", help="What is known already: a JSON file with one object.")
@click.option(
    "--save",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Keep the interview in this file after every answer.",
)
@click.option("--resume", metavar="FILE", help="Go on with a saved interview.")
@allow_option
@format_option("text", "json")
def command(
    path: str,
    decisions: tuple[str, ...],
    facts: str | None,
    save: Path | None,
    resume: str | None,
    allow: tuple[str, ...],
    format: str,
) -> int:
    """Ask for the facts of a claim until its answer is settled.

    The most deciding question comes first, and none that cannot matter.

    To a question answer with the number of a choice or with a value; `back` takes the last answer back, `why` says what
    the question tells apart, `unknown` leaves it open, `quit` stops.  With --format json the questions go to standard error.
    The status is 1 where the answers end before it is settled.

    \b
    Examples:
      ruleproof ask panels.policy --decision billing_code --save claim-7.json
      ruleproof ask panels.policy --resume claim-7.json
    """
    from ruleproof.cli.eval import fit_policy
    from ruleproof.cli.interviews import Terminal
    from ruleproof.runtime.load import LoadedPolicy

    if resume and (facts or decisions):
        raise click.UsageError("--resume brings its own facts and decisions; leave --facts and --decision out")
    if "-" in (path, facts, resume):
        raise click.UsageError("standard input is for the answers: name files")
    compiled = fit_policy(path, allow, format)
    if isinstance(compiled, int):
        return compiled
    policy = LoadedPolicy(compiled)
    begun = _begun(policy, decisions, facts, resume, format)
    if isinstance(begun, int):
        return begun
    ended = Terminal(policy, begun, save, aside=format == "json").run()
    if format == "json":
        _show(policy, ended.interview)
    return 0 if ended.settled or ended.stopped else 1


def _begun(
    policy: LoadedPolicy, decisions: tuple[str, ...], facts: str | None, resume: str | None, format: str
) -> Interview | int:
    from ruleproof.cli.claims import read_claim
    from ruleproof.cli.facts import Facts
    from ruleproof.cli.failures import Failure
    from ruleproof.cli.reading import shown
    from ruleproof.runtime.explain.interview import StateError
    from ruleproof.runtime.explain.why_not import NoSuchAnswerError

    claim = Facts(resume or facts or "")
    try:
        if resume:
            return claim.attempt(lambda: policy.resume(read_claim(resume)), format)
        return claim.attempt(lambda: policy.interview(read_claim(facts) if facts else {}, decisions), format)
    except StateError as error:
        raise Failure(f"{shown(resume or '')}: {error}") from None
    except NoSuchAnswerError as error:
        raise click.UsageError(f"--decision: {error}") from None


def _show(policy: LoadedPolicy, interview: Interview) -> None:
    from ruleproof.cli.formats.to_json import dumps
    from ruleproof.cli.interviews import facts_of
    from ruleproof.cli.machine import compiler_version
    from ruleproof.cli.terminal import emit

    explanation: dict[str, Any] = policy.explain(facts_of(policy, interview)).as_dict()
    about = {"settled": interview.settled, "asked": len(interview.asked), "state": interview.state}
    emit(dumps({"ruleproof": compiler_version(), **about, "explanation": explanation}))


def state_text(interview: Interview) -> bytes:
    """Give what is saved of an interview."""
    return (json.dumps(interview.state, ensure_ascii=False, indent=2) + "\n").encode("utf-8")
