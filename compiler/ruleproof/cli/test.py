"""`ruleproof test`: the examples and proofs of policies, and what they leave untried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ruleproof.cli.options import format_option, paths_argument, stdin_name_option

if TYPE_CHECKING:
    from ruleproof.cli.report import Report
    from ruleproof.cli.terminal import Style
    from ruleproof.cli.trial import Result, Trial

_MOST_NAMED = 12


@click.command("test")
@paths_argument
@click.option(
    "-k", "word", default="", metavar="WORD", help="Only examples and proofs whose name or label has this word."
)
@click.option("--threshold", type=click.FloatRange(0, 100), metavar="PERCENT", help="Fail where fewer rules are tried.")
@click.option(
    "--propose",
    is_flag=True,
    help="Print the examples that are missing, as policy text, and nothing else on standard output.",
)
@click.option("--verbose", "-v", is_flag=True, help="Name the examples and proofs that come out, too.")
@format_option("text", "json", "junit")
@stdin_name_option
def command(
    paths: tuple[str, ...],
    word: str,
    threshold: float | None,
    propose: bool,
    verbose: bool,
    format: str,
    stdin_name: str,
) -> int:
    """Run the examples and the proofs, and show what they leave untried.

    An example tries the decisions that it expects something of.  Counted are rules that win, overrides that take
    effect, answers given, requirements met and failed, and the values on both sides of every bound in a condition.
    """
    from ruleproof.cli.reading import read_all
    from ruleproof.cli.report import check_all
    from ruleproof.cli.trial import trials

    report = check_all(read_all(paths, stdin_name))
    tried = trials(report, word)
    if word and not any(trial.results for trial in tried):
        raise click.UsageError(f"no example and no proof has `{word}` in its name or label")
    rejected = _rejected(report)
    proposed = {trial.path: _proposed(trial) for trial in tried} if propose else {}
    short = [trial for trial in tried if _is_short(trial, threshold)]
    if format == "text":
        _show(tried, rejected, proposed if propose else None, short, threshold, verbose)
    else:
        _write(format, report, rejected, tried, proposed)
    failed = any(trial.failed for trial in tried) or bool(short)
    return max(rejected.status, 1 if failed else 0)


def _rejected(report: Report) -> Report:
    """Give the files that could not be tried."""
    from ruleproof.cli.report import Report

    return Report(tuple(file for file in report.files if file.compiled is None))


def _is_short(trial: Trial, threshold: float | None) -> bool:
    rules = next((item for item in trial.coverage if item.kind == "rules"), None)
    return threshold is not None and rules is not None and rules.share * 100 < threshold


def _proposed(trial: Trial) -> list[str]:
    from ruleproof.cli.proposals import proposals

    return proposals(trial.compiled, trial.coverage) if trial.coverage else []


# ---------------------------------------------------------------- for people


def _show(
    tried: tuple[Trial, ...],
    rejected: Report,
    proposed: dict[str, list[str]] | None,
    short: list[Trial],
    threshold: float | None,
    verbose: bool,
) -> None:
    from ruleproof.cli.showing import show_findings
    from ruleproof.cli.terminal import say, style_for_findings, style_for_results

    aside = proposed is not None  # what is proposed can be put to the end of the policy as it is printed
    style = style_for_findings() if aside else style_for_results()
    show_findings(rejected, None, "usual")
    for trial in tried:
        say("\n".join(_trial_lines(trial, verbose, style)), err=aside)
    for trial in short:
        say(style.error(f"{trial.compiled.policy.name}: fewer than {threshold:g} % of the rules are tried"), err=True)
    for texts in (proposed or {}).values():
        say("\n" + ("\n\n".join(texts) if texts else "# nothing to propose: everything that can be tried is tried"))


def _trial_lines(trial: Trial, verbose: bool, style: Style) -> list[str]:
    from ruleproof.cli.formats.letters import visible

    lines = [style.strong(visible(trial.compiled.policy.name))]
    for kind in ("example", "proof"):
        results = [result for result in trial.results if result.kind == kind]
        failed = [result for result in results if not result.passed]
        said = f"{len(results) - len(failed)} of {len(results)} come out" if results else "none"
        lines.append(f"  {kind + 's':<13}{(style.error if failed else style.good)(said)}")
        for result in results if verbose else failed:
            lines += _result_lines(result, style)
    for item in trial.coverage:
        if item.all:
            share = f"{len(item.all) - len(item.missing)} of {len(item.all)} tried"
            lines.append(f"  {item.kind:<13}{share}" + style.faint(_named(item.missing)))
    return lines


def _result_lines(result: Result, style: Style) -> list[str]:
    from ruleproof.cli.formats.letters import beside, visible

    label = beside(result.name, result.label)
    if result.passed:
        return [style.faint(f"    comes out   {visible(result.name)}{label}")]
    said = [f"      {visible(finding.message)}" for finding in result.findings]
    said += [f"      for example: {visible(finding.claim)}" for finding in result.findings if finding.claim]
    return [style.error("    fails") + f"       {visible(result.name)}{label}", *said]


def _named(missing: tuple[str, ...]) -> str:
    from ruleproof.cli.formats.letters import visible

    if not missing:
        return ""
    more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
    return visible(f"; not tried: {', '.join(missing[:_MOST_NAMED])}{more}")


# ---------------------------------------------------------------- for programs


def _write(
    format: str, report: Report, rejected: Report, tried: tuple[Trial, ...], proposed: dict[str, list[str]]
) -> None:
    from ruleproof.cli.terminal import emit

    if format == "junit":
        emit(_as_junit(report, rejected, tried))
        return
    from ruleproof.cli.formats.to_json import dumps, finding_object
    from ruleproof.cli.machine import compiler_version

    emit(
        dumps(
            {
                "ruleproof": compiler_version(),
                "files": [{"path": file.path, "sha256": file.sha256} for file in report.files],
                "policies": [_trial_object(trial, report, proposed) for trial in tried],
                "findings": [finding_object(finding, report.sources) for finding in rejected.findings],
            }
        )
    )


def _trial_object(trial: Trial, report: Report, proposed: dict[str, list[str]]) -> dict[str, Any]:
    from ruleproof.cli.formats.to_json import finding_object

    found: dict[str, Any] = {"policy": trial.compiled.policy.name, "path": trial.path}
    for kind in ("example", "proof"):
        found[f"{kind}s"] = [
            {
                "name": result.name,
                "label": result.label,
                "passed": result.passed,
                "findings": [finding_object(finding, report.sources) for finding in result.findings],
            }
            for result in trial.results
            if result.kind == kind
        ]
    found["coverage"] = {
        item.kind: {"all": len(item.all), "tried": len(item.all) - len(item.missing), "missing": list(item.missing)}
        for item in trial.coverage
    }
    return found | ({"proposed": proposed[trial.path]} if trial.path in proposed else {})


def _as_junit(report: Report, rejected: Report, tried: tuple[Trial, ...]) -> str:
    from ruleproof.cli.formats.to_junit import Case, Suite, in_words, suites_as_xml
    from ruleproof.cli.trial import failures_in_words

    suites = [
        Suite(file.path, (Case("policy", "can be read", tuple(in_words(item, report) for item in file.findings)),))
        for file in rejected.files
    ]
    for trial in tried:
        cases = (
            Case(f"{result.kind}s", f"{result.name} {result.label}".strip(), failures_in_words(result, report))
            for result in trial.results
        )
        suites.append(Suite(trial.path, tuple(cases)))
    return suites_as_xml(suites)
