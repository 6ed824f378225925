"""`ruleproof eval`: the answer to one claim."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ruleproof.cli.options import allow_option, format_option, hit_policy_option, redact_option

if TYPE_CHECKING:
    from ruleproof.compiled import Compiled
    from ruleproof.finding import Finding
    from ruleproof.runtime.kernel.answers import Judged, JudgedClaim
    from ruleproof.runtime.kernel.values import InputError

_MANY = (".csv", ".ndjson", ".jsonl", ".parquet")
"""The endings of files with many claims."""


@click.command("eval")
@click.argument("policy")
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the answer to this file.")
@click.option("--as-posted-on", metavar="DATE", help="Answer by the texts posted on this day, such as 2024-03-21.")
@click.option(
    "--over-time", is_flag=True, help="Answer as posted on every day (from --as-posted-on on), and say what changed it."
)
@click.option(
    "--history",
    metavar="FILE",
    help="The earlier services of the patient: a JSON list or one object a line, earliest first.",
)
@click.option(
    "--record",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="LOG",
    help="Append a decision record, one line of JSON, to this file; `replay` answers it again.",
)
@redact_option
@click.option(
    "--rejects",
    metavar="FILE",
    help="Of files with many claims: the rows that cannot be judged; OUTPUT.rejects.csv unless given.",
)
@click.option(
    "--columns",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="MAP.toml",
    help="Of files with many claims: how columns, or fields of RIF, X12 837 and FHIR, tell the inputs.",
)
@click.option("--resume", is_flag=True, help="Of files with many claims: go on where an earlier run was stopped.")
@click.option(
    "--cores",
    type=click.IntRange(1),
    metavar="N",
    help="Of files with many claims: judge on so many cores; all by default.",
)
@click.option(
    "--engine",
    type=click.Choice(["arrow", "duckdb", "spark"]),
    help="Of files with many claims: what judges them; arrow unless given.",
)
@click.option(
    "--master",
    metavar="URL",
    help="With --engine spark: a cluster, such as spark://host:7077; the files are at the same path on all its machines.",
)
@click.option("--decision", "--table", default="", metavar="NAME", help="Of decision tables: answer this one only.")
@hit_policy_option
@allow_option
@format_option("text", "json")
def command(
    policy: str,
    inputs: tuple[str, ...],
    output: Path | None,
    as_posted_on: str | None,
    over_time: bool,
    history: str | None,
    record: Path | None,
    redact: tuple[str, ...],
    rejects: str | None,
    columns: Path | None,
    resume: bool,
    cores: int | None,
    engine: str | None,
    master: str | None,
    decision: str,
    hit_policy: str,
    allow: tuple[str, ...],
    format: str,
) -> int:
    """Answer one claim, or a file of many.

    POLICY is a policy file, - for standard input, or a file of decision tables made elsewhere (*.dmn, *.csv, *.xlsx).

    INPUT is a JSON file with one object, input names to values, or - for standard input.  An input that is left out is
    unknown; null says that the claim has no value.  An object with a list of `lines` is judged line by line.  Its `history`
    lists the earlier services, where no file with --history does; without either, limits are not checked.

    A file with many claims (*.csv, *.ndjson, *.parquet) is judged row by row, and the answers are written to OUTPUT.
    Several files are judged in order; a folder means every *.parquet in it and below it.
    With --columns it may have other columns, or be RIF, X12 837 (P or I) or FHIR (Claim, ExplanationOfBenefit).

    \b
    Examples:
      echo '{"genes": 50, "analyte": "dna"}' | ruleproof eval panels.policy -
      ruleproof eval panels.policy claims.parquet -o answers.parquet
    """
    from ruleproof.cli.reading import STDIN
    from ruleproof.cli.tables import is_table
    from ruleproof.runtime.kernel.values import day_of

    input = inputs[0]
    of_many = [columns is not None or Path(name).suffix.lower() in _MANY or Path(name).is_dir() for name in inputs]
    many = any(of_many)
    if len(inputs) > 1 and not all(of_many):
        raise click.UsageError(
            f"several files are judged together only where they hold many claims: {', '.join(_MANY)}"
        )
    if policy == input == STDIN:
        raise click.UsageError("only one of the policy and the claim can come from standard input")
    if as_posted_on is not None and day_of(as_posted_on) is None:
        raise click.UsageError(f"--as-posted-on: `{as_posted_on}` is no date written like 2024-03-21")
    _keep_what_is_read((output, "-o"), (record, "--record"), read=(policy, *inputs, history))
    for option, given in (("--rejects", rejects), ("--resume", resume), ("--cores", cores), ("--engine", engine)):
        if given and not many:
            raise click.UsageError(f"{option} is for files with many claims: {', '.join(_MANY)}")
    if master is not None and engine != "spark":
        raise click.UsageError("--master goes with --engine spark")
    if is_table(policy):
        if many:
            raise click.UsageError("decision tables answer one case; give it as JSON")
        if over_time:
            raise click.UsageError("--over-time: decision tables have no texts that are posted")
        if history is not None:
            raise click.UsageError("--history: decision tables have no limits over a history")
        if record is not None:
            raise click.UsageError("--record: decision records are kept of policies only")
        return _by_tables(policy, input, output, as_posted_on, decision, hit_policy, format)
    if input == history == STDIN or policy == history == STDIN:
        raise click.UsageError("only one of the policy, the claim and the history can come from standard input")
    if decision or hit_policy:
        raise click.UsageError("--decision, --table and --hit-policy are for decision tables made elsewhere")
    if record is not None and over_time:
        raise click.UsageError("--record keeps one answer; leave --over-time out")
    if many and (over_time or history is not None or record is not None or redact or output is None):
        raise click.UsageError(
            "a file with many claims needs -o, and goes without --over-time, --history, --record, --redact"
        )
    compiled = fit_policy(policy, allow, format)
    if isinstance(compiled, int):
        return compiled
    if many and output is not None:
        from ruleproof.cli.claim_files.engines import Asked, answer_many

        asked = Asked(
            policy, inputs, output, rejects, as_posted_on, cores, resume, engine or "arrow", allow, columns, master
        )
        return answer_many(compiled, asked, format)
    return _answer(compiled, input, history, output, as_posted_on, over_time, format, record, redact)


def _keep_what_is_read(*written: tuple[Path | None, str], read: tuple[str | None, ...]) -> None:
    """Refuse to write the answer, or a record of it, over a file that it comes from."""
    from ruleproof.cli.failures import Failure
    from ruleproof.cli.reading import STDIN, shown

    for path, option in written:
        for file in (Path(name) for name in read if name is not None and name != STDIN):
            if path is not None and path.exists() and file.exists() and path.samefile(file):
                raise Failure(f"`{shown(path)}` is a file that is read", f"choose another name with {option}")


def _by_tables(
    file: str, input: str, output: Path | None, as_posted_on: str | None, decision: str, hit_policy: str, format: str
) -> int:
    from ruleproof.cli.table_answers import answer_tables

    if as_posted_on is not None:
        raise click.UsageError("--as-posted-on: decision tables have no texts that are posted")
    return answer_tables(file, input, output, decision, hit_policy, format)


def fit_policy(path: str, allow: tuple[str, ...], format: str) -> Compiled | int:
    """Give a policy that is fit to answer; else show what stands against it, and give the exit status."""
    from ruleproof.cli.reading import read_one
    from ruleproof.cli.report import Checked, Report, check_all
    from ruleproof.cli.showing import show

    (file,) = check_all([read_one(path)]).files
    against = file.findings if file.compiled is None else file.compiled.errors
    standing = tuple(finding for finding in against if finding.name not in allow)
    if file.compiled is not None and not standing:
        return file.compiled
    report = Report((Checked(file.path, file.sha256, standing, file.source, status=file.status, beside=file.beside),))
    show(report, format, None, "usual")
    if format == "text":
        _say_not_judged(standing)
    return report.status


def _say_not_judged(standing: tuple[Finding, ...]) -> None:
    from ruleproof.cli.terminal import say

    names = sorted({finding.name for finding in standing})
    allowed = f"; `--allow {','.join(names)}` takes it all the same"
    end = allowed if all(finding.code >= "RP2" for finding in standing) else ""
    say(f"the policy was not used: the findings above stand against it{end}", err=True)


def _answer(
    compiled: Compiled,
    path: str,
    history: str | None,
    output: Path | None,
    as_posted_on: str | None,
    over_time: bool,
    format: str,
    record: Path | None,
    redact: tuple[str, ...],
) -> int:
    from ruleproof.cli.facts import Facts
    from ruleproof.cli.formats.answers import answer_in_words, answer_object
    from ruleproof.cli.formats.to_json import dumps
    from ruleproof.cli.terminal import emit, say, style_for_results
    from ruleproof.cli.writing import write_one
    from ruleproof.runtime.load import LoadedPolicy

    policy, claim = LoadedPolicy(compiled), Facts(path, history)

    def judge() -> Any:
        facts, told = claim.read(compiled)
        judged = (
            policy.over_time(facts, told, as_posted_on) if over_time else _judged(policy, facts, told, as_posted_on)
        )
        if record is not None:
            from ruleproof.cli.records import append_record
            from ruleproof.runtime.explain.record import record_of

            append_record(record, record_of(judged, facts, history=told, as_posted_on=as_posted_on, redact=redact))
        return judged

    judged = claim.attempt(judge, format)
    if isinstance(judged, int):
        return judged
    if format == "json" and output is None:
        emit(dumps(answer_object(judged)))
    elif output is not None:
        text = dumps(answer_object(judged)) if format == "json" else answer_in_words(compiled.policy, judged)
        write_one(output, (text + "\n").encode("utf-8"))
    else:
        say(answer_in_words(compiled.policy, judged, style_for_results()))
    return 0


def _judged(policy: Any, facts: dict[str, object], history: object, as_posted_on: str | None) -> Judged | JudgedClaim:
    decide = policy.decide_claim if isinstance(facts.get("lines"), list) else policy.decide
    judged: Judged | JudgedClaim = decide(facts, history, as_posted_on)
    return judged


def in_json_words(error: InputError) -> str:
    """Say what is wrong with a value as it stands in the claim, not as Python would show it."""
    from decimal import Decimal

    from ruleproof.runtime.kernel.values import shown

    value, message = error.value, str(error)
    if isinstance(value, Decimal):
        if value.is_finite() and value == value.to_integral_value() and error.allowed.startswith("a whole number"):
            return f"`{error.input}` cannot be {value}: write it without a decimal point"
        return message.replace(shown(value), str(value), 1)
    if isinstance(value, bool):
        return message.replace(f" {value}:", f" {str(value).lower()}:", 1)
    return message.replace(" a dict of ", " an object of ", 1) if isinstance(value, dict) else message


def shown_value(value: object) -> object:
    """Give a refused value as JSON can hold it."""
    return value if isinstance(value, str | bool | int | None) else str(value)


def refuse(path: str, message: str, help: str, about: dict[str, object], format: str) -> int:
    """Show what is wrong with a claim, in the manner of a finding."""
    from ruleproof.cli.formats.letters import visible
    from ruleproof.cli.formats.to_json import dumps
    from ruleproof.cli.machine import compiler_version
    from ruleproof.cli.reading import STDIN, shown
    from ruleproof.cli.terminal import emit, say, style_for_findings

    where = "<stdin>" if path == STDIN else shown(path)
    if format == "json":
        finding = {"name": "input_error", "severity": "error", "message": message, "help": help, "path": where}
        emit(dumps({"ruleproof": compiler_version(), "findings": [finding | about]}))
    else:
        style = style_for_findings()
        say(f"{style.strong(visible(where) + ':')} {style.error('error')} {visible(message)}", err=True)
        if help:
            say(f"  {style.faint('help')}  {visible(help)}", err=True)
    return 1
