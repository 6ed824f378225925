"""`ruleproof diff`: where two policies, or two decision tables made elsewhere, answer differently."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ruleproof.cli.options import format_option, table_options

if TYPE_CHECKING:
    from ruleproof.compiled import Compiled
    from ruleproof.prover.difference import Comparison, Difference, Said


@click.command("diff")
@click.argument("old")
@click.argument("new", required=False, default="")
@click.option(
    "--revisions",
    nargs=2,
    default=None,
    metavar="REV REV",
    help='Compare two revisions of OLD, such as "Rev 7" "Rev 8".',
)
@click.option(
    "--posted",
    nargs=2,
    default=None,
    metavar="DATE DATE",
    help="Compare OLD as posted on two days; `now` is all that has been posted.",
)
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="Print at most N differences; all are counted.")
@click.option(
    "--input",
    "claims",
    metavar="FILE",
    help="Say which claims of this file (*.ndjson, *.csv) are answered differently.",
)
@click.option("--exit-code", is_flag=True, help="End with status 1 where there is a difference.")
@format_option("text", "json")
@click.option("--table", default="", metavar="NAME", help="Of decision tables: compare the one of this name or id.")
@table_options
def command(
    old: str,
    new: str,
    revisions: tuple[str, str] | None,
    posted: tuple[str, str] | None,
    limit: int | None,
    claims: str | None,
    exit_code: bool,
    format: str,
    table: str,
    **table_options: Any,
) -> int:
    """Say where two policies, or two tables, answer differently.

    The tables are decision tables made elsewhere (*.dmn, *.csv, *.xlsx).

    Every region is exact and comes with one claim that shows the difference.  Findings against either policy do not
    matter here: a gap is compared as the answer `nothing`.

    \b
    Examples:
      ruleproof diff panels-2024.policy panels-2025.policy
      ruleproof diff panels.policy --revisions "Rev 7" "Rev 8"
      ruleproof diff panels.policy --posted 2021-09-01 now
      ruleproof diff panels-2024.policy panels-2025.policy --input claims.ndjson --limit 20
      ruleproof diff loans.dmn loans.xlsx --table Approval --exit-code
    """
    from ruleproof.cli.tables import TableOptions, is_table
    from ruleproof.prover.difference import DifferentInputsError, compare

    within = revisions is not None or posted is not None
    if within + bool(new) != 1 or (revisions and posted):
        raise click.UsageError("name two files; or one file and --revisions, or one file and --posted")
    if old == new == "-":
        raise click.UsageError("only one of the two policies can come from standard input")
    if within and is_table(old):
        raise click.UsageError("decision tables made elsewhere have no revisions; name two files")
    if is_table(old) or is_table(new):
        from ruleproof.cli.table_diff import Asked, diff_tables

        if claims is not None:
            raise click.UsageError(
                "--input: claims are compared under policies, not under decision tables made elsewhere"
            )
        asked = Asked(old, new, table, TableOptions(**table_options), limit, exit_code, format)
        return diff_tables(asked)
    if table:
        raise click.UsageError("--table chooses among decision tables made elsewhere; both files are policies")
    both = _both(old, new or old, format)
    if isinstance(both, int):
        return both
    if within:
        from ruleproof.cli.diff_texts import two_texts

        both = two_texts(both[0], revisions, posted)
    try:
        comparison = compare(both[0].policy, both[1].policy)
    except DifferentInputsError as error:
        raise click.UsageError(f"{error}; compare policies with the same inputs") from None
    if claims is not None:
        from ruleproof.cli.claims_diff import diff_claims

        if format == "text":
            _show(both, comparison, revisions or posted or (), limit, format)
        affected = diff_claims(both[0], both[1], claims, limit, format)
        return int(exit_code and affected > 0)
    _show(both, comparison, revisions or posted or (), limit, format)
    differ = comparison.differences or comparison.only_before or comparison.only_after
    return int(bool(exit_code and differ))


def _both(old: str, new: str, format: str) -> tuple[Compiled, Compiled] | int:
    """Give the two policies compiled; a text that is no policy is shown with its findings."""
    from ruleproof.cli.reading import read_one
    from ruleproof.cli.report import Report, check_all
    from ruleproof.cli.showing import show

    each = (check_all([read_one(path)]).files for path in dict.fromkeys((old, new)))
    report = Report(tuple(file for files in each for file in files))
    files = [file for file in report.files if file.compiled is None]
    if files:
        broken = Report(tuple(files))
        show(broken, format, None, "errors")
        return broken.status
    first, second = report.files[0].compiled, report.files[-1].compiled
    assert first is not None
    assert second is not None
    return first, second


def _show(
    both: tuple[Compiled, Compiled], comparison: Comparison, texts: tuple[str, ...], limit: int | None, format: str
) -> None:
    from ruleproof.cli.formats.to_json import dumps
    from ruleproof.cli.machine import compiler_version
    from ruleproof.cli.terminal import emit, say

    shown = comparison.differences[:limit]
    if format == "json":
        found: dict[str, Any] = {
            "ruleproof": compiler_version(),
            "files": [{"path": policy.source.path, "sha256": policy.source.sha256} for policy in both],
            **({"texts": list(texts)} if texts else {}),
            "only_before": list(comparison.only_before),
            "only_after": list(comparison.only_after),
            "count": len(comparison.differences),
            "differences": [_object(comparison, difference) for difference in shown],
        }
        emit(dumps(found))
        return
    for difference in shown:
        say(_words(comparison, difference) + "\n")
    say(_summary(comparison, len(shown)))


def _object(comparison: Comparison, difference: Difference) -> dict[str, Any]:
    from ruleproof.cli.formats.to_json import region_object, witness_object
    from ruleproof.prover.regions import regions_of

    space, inputs = comparison.space, comparison.inputs[difference.subject]
    sizes = [space.size(box, inputs) for box in difference.boxes]
    found: dict[str, Any] = {
        "subject": difference.subject,
        "before": _said_object(difference.before, difference.rules_before),
        "after": _said_object(difference.after, difference.rules_after),
        "regions": [region_object(region) for region in regions_of(space, difference.boxes)],
        "witness": witness_object(space.sample(difference.boxes[0])),
    }
    counted = [size for size in sizes if size is not None]
    return found | ({"size": str(sum(counted))} if len(counted) == len(sizes) else {})


def _said_object(said: Said, rules: tuple[str, ...]) -> dict[str, Any]:
    if isinstance(said, str):
        return {"kind": said}
    answer = {"kind": said.kind, "force": said.force, "outcomes": list(said.outcomes), "reason": said.reason}
    return answer | {"further": list(said.further), "barred": list(said.barred), "rules": list(rules)}


def _words(comparison: Comparison, difference: Difference) -> str:
    from ruleproof.cli.formats.letters import visible
    from ruleproof.prover.regions import box_in_words, case_in_words

    space = comparison.space
    where = box_in_words(space, difference.shape)
    case = space.sample(difference.boxes[0])
    restricted = [
        name
        for name, places in space.places.items()
        if any(difference.boxes[0][place] != space.dimensions[place].full for place in places)
    ]
    lines = [
        f"{difference.subject}: {'in every case' if where == 'any case' else where}",
        f"  before  {_said(difference.before, difference.rules_before)}",
        f"  after   {_said(difference.after, difference.rules_after)}",
        f"  claim   {case_in_words(space, case, restricted) or 'any claim'}",
    ]
    return "\n".join(visible(line) for line in lines)


def _said(said: Said, rules: tuple[str, ...]) -> str:
    from ruleproof.checks.example_fails import in_words

    if isinstance(said, str):
        return said
    return in_words(said) + (f" (by {', '.join(rules)})" if rules else "")


def _summary(comparison: Comparison, shown: int) -> str:
    found = len(comparison.differences)
    parts = [f"{found} difference{'' if found == 1 else 's'}" if found else "no difference in what both decide"]
    if shown < found:
        parts.append(f"{shown} shown")
    for names, words in ((comparison.only_before, "only before"), (comparison.only_after, "only after")):
        if names:
            parts.append(f"{words}: {', '.join(names)}")
    return "; ".join(parts)
