"""`ruleproof explain`: the answer to one claim, why, and what would lead to another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ruleproof.cli.options import allow_option, format_option, hit_policy_option, redact_option

if TYPE_CHECKING:
    from ruleproof.cli.facts import Facts
    from ruleproof.compiled import Compiled


@click.command("explain")
@click.argument("path")
@click.option(
    "--facts", required=True, metavar="FILE", help="The claim: a JSON file with one object, or - for standard input."
)
@click.option(
    "--why-not", metavar="OUTCOME", help="Say what would lead to this answer, such as an outcome or `left open`."
)
@click.option(
    "--decision",
    "--table",
    default="",
    metavar="NAME",
    help="The decision (or the table, the requirement) asked about.",
)
@click.option(
    "--fix", default="", metavar="INPUTS", help="With --why-not: inputs that stay as they are, between commas."
)
@click.option(
    "--cost", multiple=True, metavar="INPUT=N", help="With --why-not: what changing an input costs, 1 unless given."
)
@click.option(
    "--limit", type=click.IntRange(min=1), default=5, show_default=True, metavar="N", help="Give at most N ways."
)
@click.option("--possible", is_flag=True, help="Say what can still come out, and what to ask next.")
@click.option("--range", "range_of", metavar="INPUT", help="Say over which values of an input the answer stays.")
@click.option("--compare", metavar="FILE", help="Compare with the claim in this file.")
@click.option("--unfold", is_flag=True, help="Open the definitions that the rules use.")
@click.option("--as-posted-on", metavar="DATE", help="Answer by the texts posted on this day, such as 2024-03-21.")
@click.option("--history", metavar="FILE", help="The earlier services of the patient, as for `eval`.")
@redact_option
@hit_policy_option
@allow_option
@format_option("text", "json")
def command(path: str, facts: str, format: str, hit_policy: str, **asked: Any) -> int:
    """Answer one claim, and say why, or why not otherwise.

    PATH is a policy, or a file of decision tables made elsewhere (*.dmn, *.csv, *.xlsx).

    \b
    Examples:
      ruleproof explain panels.policy --facts claim.json
      ruleproof explain panels.policy --facts claim.json --why-not "CPT 81459" --fix genes,tissue
      ruleproof explain loans.csv --facts case.json --why-not accept
    """
    from ruleproof.cli.tables import is_table
    from ruleproof.runtime.kernel.values import day_of

    modes = [name for name in ("why_not", "possible", "range_of", "compare") if asked[name]]
    if len(modes) > 1:
        raise click.UsageError("choose one of --why-not, --possible, --range and --compare")
    if (asked["fix"] or asked["cost"]) and not asked["why_not"]:
        raise click.UsageError("--fix and --cost say what --why-not may change")
    posted = asked["as_posted_on"]
    if posted is not None and day_of(posted) is None:
        raise click.UsageError(f"--as-posted-on: `{posted}` is no date written like 2024-03-21")
    if [path, facts, asked["history"], asked["compare"]].count("-") > 1:
        raise click.UsageError("only one file can come from standard input")
    fixed = tuple(word.strip() for word in asked["fix"].split(",") if word.strip())
    costs = dict(map(_cost, asked["cost"]))
    if is_table(path):
        from ruleproof.cli.table_reasons import TableAsked, explain_tables

        _refuse_for_tables(asked)
        wanted = TableAsked(asked["decision"], asked["why_not"], fixed, costs, asked["limit"])
        return explain_tables(path, facts, hit_policy, wanted, format)
    if asked["decision"] and not (asked["why_not"] or asked["possible"]):
        raise click.UsageError("--decision goes with --why-not or --possible")
    if hit_policy:
        raise click.UsageError("--hit-policy is for decision tables made elsewhere")
    return _by_policy(path, facts, fixed, costs, asked, format)


def _cost(written: str) -> tuple[str, int]:
    name, sign, cost = written.rpartition("=")
    if not (
        sign
        and name.strip()
        and cost.strip().isascii()
        and cost.strip().isdigit()
        and int(cost[:9]) >= 1
        and len(cost) < 8
    ):
        raise click.UsageError(
            f"--cost: `{written}` is not of the form INPUT=N, such as genes=3, with a whole number from 1"
        )
    return name.strip(), int(cost)


def _refuse_for_tables(asked: dict[str, Any]) -> None:
    for name, option in _ONLY_POLICIES.items():
        if asked[name]:
            raise click.UsageError(f"{option}: this is for policies, not for decision tables made elsewhere")


_ONLY_POLICIES = {
    "possible": "--possible",
    "range_of": "--range",
    "compare": "--compare",
    "unfold": "--unfold",
    "as_posted_on": "--as-posted-on",
    "history": "--history",
    "redact": "--redact",
    "allow": "--allow",
}


def _by_policy(
    path: str, facts: str, fixed: tuple[str, ...], costs: dict[str, int], asked: dict[str, Any], format: str
) -> int:
    from ruleproof.cli.eval import fit_policy
    from ruleproof.cli.facts import Facts
    from ruleproof.runtime.explain.faults import NoSuchInputError
    from ruleproof.runtime.explain.why_not import NoSuchAnswerError
    from ruleproof.runtime.load import LoadedPolicy

    compiled = fit_policy(path, asked["allow"], format)
    if isinstance(compiled, int):
        return compiled
    policy, claim = LoadedPolicy(compiled), Facts(facts, asked["history"])
    try:
        found = claim.attempt(lambda: _found(policy, claim, fixed, costs, asked), format)
    except (NoSuchAnswerError, NoSuchInputError) as error:
        raise click.UsageError(str(error)) from None
    if isinstance(found, int):
        return found
    return _show(found, format)


def _found(
    policy: Any, claim: Facts, fixed: tuple[str, ...], costs: dict[str, int], asked: dict[str, Any]
) -> dict[str, Any]:
    """Give what is asked for, by what it is called in JSON."""
    facts, history = claim.read(policy.compiled)
    posted, redact = asked["as_posted_on"], asked["redact"]
    several = isinstance(facts.get("lines"), list)
    about: dict[str, Any] = {"history": history, "as_posted_on": posted}
    if several and any(asked[name] for name in ("why_not", "possible", "range_of", "compare")):
        raise click.UsageError("the claim has several lines: give the one line that is asked about")
    if asked["why_not"]:
        subject = _subject(policy.compiled, asked["decision"], asked["why_not"])
        options = {"fixed": fixed, "costs": costs, "limit": asked["limit"], "redact": redact}
        return {"why_not": policy.why_not(facts, subject, asked["why_not"], **options, **about)}
    if asked["possible"]:
        names = [asked["decision"]] if asked["decision"] else [item.name for item in policy.compiled.decisions]
        return {"possible": [policy.possible(facts, name, **about, redact=redact) for name in names]}
    if asked["range_of"]:
        return {"ranges": policy.ranges(facts, asked["range_of"], **about, redact=redact)}
    if asked["compare"]:
        from ruleproof.cli.claims import read_claim

        return {"comparison": policy.compare(facts, read_claim(asked["compare"]), posted, redact=redact)}
    if several:
        return {"lines": list(policy.explain_claim(facts, history, posted, unfold=asked["unfold"], redact=redact))}
    return {"explanation": policy.explain(facts, history, posted, unfold=asked["unfold"], redact=redact)}


def _subject(compiled: Compiled, named: str, wanted: str) -> str:
    """Give the decision or requirement asked about: the one named, the only one, or the only one that gives this answer."""
    known = [item.name for item in compiled.decisions]
    if named or len(known) == 1:
        return named or known[0]
    giving = [item.name for item in compiled.decisions if any(wanted.endswith(outcome) for outcome in item.outcomes)]
    if len(giving) == 1:
        return giving[0]
    raise click.UsageError(f"say with --decision which one is to be `{wanted}`: {', '.join(giving or known)}")


def _show(found: dict[str, Any], format: str) -> int:
    from ruleproof.cli.formats.letters import visible
    from ruleproof.cli.formats.to_json import dumps
    from ruleproof.cli.machine import compiler_version
    from ruleproof.cli.terminal import emit, say

    if format == "json":
        head = {"ruleproof": compiler_version()}
        plain = _plain(found)
        emit(dumps(head | plain.get("explanation", plain)))
        return 0
    (value,) = found.values()
    say("\n\n".join(visible(text) for text in _texts(value)))
    return 0


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value.as_dict()


def _texts(value: Any) -> list[str]:
    """Give the paragraphs of what was found."""
    if isinstance(value, dict):
        return [f"{name}: {_ranges(ranges)}" for name, ranges in value.items()]
    if isinstance(value, list):
        texts = []
        for number, item in enumerate(value, 1):
            texts += [f"line {number}", *item.texts] if hasattr(item, "texts") else [item.text]
        return texts
    return list(value.texts) if hasattr(value, "texts") else [str(value.text)]


def _ranges(ranges: Any) -> str:
    from ruleproof.runtime.explain.english import listed

    told = []
    for item in ranges:
        answers = listed(item.answers, "or") or "cannot happen"
        told.append(f"{item.words}{' (here)' if item.here else ''}: {answers}")
    return "; ".join(told) + "."
