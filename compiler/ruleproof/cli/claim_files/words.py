"""What is said once a file of claims is judged."""

from __future__ import annotations

from collections.abc import Sequence

from ruleproof.cli.claim_files.judging import Job, Judged
from ruleproof.model.nodes import Policy

_MOST_NAMED = 8


def say_counts(judged: Judged, policy: Policy, job: Job, format: str) -> None:
    """Say how many rows there were, and where they are; a column that no input has is named, since it may be a slip."""
    from ruleproof.cli.formats.to_json import dumps
    from ruleproof.cli.machine import compiler_version
    from ruleproof.cli.reading import shown
    from ruleproof.cli.terminal import emit, say

    counts, output, rejects = judged.counts, job.output, job.rejects
    unknown = [item.name for item in policy.asked if item.name not in judged.read]
    if format == "json":
        told = {"rows": counts.rows, "judged": counts.judged, "rejected": counts.rejected}
        files = {"output": shown(str(output)), "rejects": shown(str(rejects))}
        columns = {"without_column": unknown, "no_input": list(judged.others)}
        emit(dumps({"ruleproof": compiler_version(), **told, **files, **columns}))
        return
    say(f"{counts.rows:,} row{'' if counts.rows == 1 else 's'}: {counts.judged:,} judged, {counts.rejected:,} rejected")
    say(f"  answers  {shown(str(output))}")
    say(f"  rejects  {shown(str(rejects))}")
    if unknown:
        say(f"  unknown in every row, since there is no column: {_some(unknown)}")
    if judged.others:
        say(f"  columns that are no input, passed on: {_some(judged.others)}")


def _some(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
