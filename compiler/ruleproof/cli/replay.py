"""`ruleproof replay`: decision records answered again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ruleproof.cli.options import allow_option, format_option

if TYPE_CHECKING:
    from ruleproof.runtime.explain.record import Replayed
    from ruleproof.runtime.load import LoadedPolicy


@click.command("replay")
@click.argument("log")
@click.option(
    "--policy",
    "policies",
    multiple=True,
    required=True,
    metavar="PATH",
    help="The policy of the records; repeat it for several.",
)
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="Print at most N records; all are counted.")
@allow_option
@format_option("text", "json")
def command(log: str, policies: tuple[str, ...], limit: int | None, allow: tuple[str, ...], format: str) -> int:
    """Answer decision records again, and say what differs.

    LOG holds one record a line, as `eval --record` writes them.  The status is 0 where every record gives the same answers
    again, 1 where one does not, and 2 where a line is no record or of a policy that is not named.

    \b
    Example:
      ruleproof replay decisions.ndjson --policy panels.policy
    """
    from ruleproof.cli.claims import ClaimError
    from ruleproof.cli.failures import Failure
    from ruleproof.cli.reading import shown
    from ruleproof.cli.records import records_in
    from ruleproof.runtime.explain.record import RecordError

    known = _loaded(policies, allow, format)
    if isinstance(known, int):
        return known
    counted = _Counted(limit, format)
    number = 0
    try:
        for number, record in records_in(log):
            counted.add(number, _policy_of(record, known).replay(record))
    except (ClaimError, RecordError) as error:
        text = str(error)
        place = "" if text.startswith("line ") else f"line {number}: "
        raise Failure(f"{shown(log)}: {place}{text}", "nothing after this line was answered again") from None
    counted.close()
    return int(counted.different > 0)


def _loaded(paths: tuple[str, ...], allow: tuple[str, ...], format: str) -> dict[str, LoadedPolicy] | int:
    """Give the policies by name."""
    from ruleproof.cli.eval import fit_policy
    from ruleproof.runtime.load import LoadedPolicy

    found: dict[str, LoadedPolicy] = {}
    for path in paths:
        compiled = fit_policy(path, allow, format)
        if isinstance(compiled, int):
            return 2
        if compiled.policy.name in found:
            raise click.UsageError(f"--policy: two of the files are the policy `{compiled.policy.name}`")
        found[compiled.policy.name] = LoadedPolicy(compiled)
    return found


def _policy_of(record: object, known: dict[str, LoadedPolicy]) -> LoadedPolicy:
    """Give the policy that a record is of; where none is, the first, which then says so."""
    policy = record.get("policy") if isinstance(record, dict) else None
    name = policy.get("name") if isinstance(policy, dict) else None
    return known.get(name if isinstance(name, str) else "", next(iter(known.values())))


class _Counted:
    """Prints what differs as it is found, and then the counts."""

    def __init__(self, limit: int | None, format: str) -> None:
        self.limit, self.format = limit, format
        self.all = self.different = self.other_text = 0
        self.found: list[dict[str, Any]] = []

    def add(self, number: int, replayed: Replayed) -> None:
        from ruleproof.cli.formats.letters import visible
        from ruleproof.cli.terminal import say

        self.all += 1
        self.other_text += bool(replayed.notes)
        if replayed.same:
            return
        self.different += 1
        if self.limit is not None and self.different > self.limit:
            return
        told = [*replayed.differences, *replayed.notes]
        if self.format == "json":
            self.found.append(
                {"line": number, "differences": list(replayed.differences), "notes": list(replayed.notes)}
            )
        else:
            say("\n".join([f"line {number}: differs", *(f"  {visible(item)}" for item in told)]))

    def close(self) -> None:
        from ruleproof.cli.formats.to_json import dumps
        from ruleproof.cli.machine import compiler_version
        from ruleproof.cli.terminal import emit, say

        if self.format == "json":
            counts = {"records": self.all, "different": self.different, "other_text": self.other_text}
            emit(dumps({"ruleproof": compiler_version(), **counts, "found": self.found}))
            return
        records = f"{self.all:,} record{'' if self.all == 1 else 's'}"
        other = f"; {self.other_text:,} by another text of the policy" if self.other_text else ""
        say(f"{records}: {self.all - self.different:,} with the same answers, {self.different:,} with others{other}")
