"""What is said once a file of claims is judged."""

from __future__ import annotations

from pathlib import Path

from ruleproof.cli.claim_files.judging import Counts
from ruleproof.cli.claim_files.reading import ClaimFile
from ruleproof.model.nodes import Policy

_MOST_NAMED = 8


def say_counts(counts: Counts, claims: ClaimFile, policy: Policy, output: Path, rejects: Path, format: str) -> None:
    """Say how many rows there were, and where they are; a column that no input has is named, since it may be a slip."""
    from ruleproof.cli.formats.to_json import dumps
    from ruleproof.cli.machine import compiler_version
    from ruleproof.cli.reading import shown
    from ruleproof.cli.terminal import emit, say

    unknown = [item.name for item in policy.asked if item.name not in claims.names]
    if format == "json":
        told = {"rows": counts.rows, "judged": counts.judged, "rejected": counts.rejected}
        files = {"output": shown(str(output)), "rejects": shown(str(rejects))}
        columns = {"without_column": unknown, "no_input": list(claims.others.names)}
        emit(dumps({"ruleproof": compiler_version(), **told, **files, **columns}))
        return
    say(f"{counts.rows:,} rows: {counts.judged:,} judged, {counts.rejected:,} rejected")
    say(f"  answers  {shown(str(output))}")
    say(f"  rejects  {shown(str(rejects))}")
    if unknown:
        say(f"  unknown in every row, since there is no column: {_some(unknown)}")
    if claims.others.names:
        say(f"  columns that are no input, passed on: {_some(claims.others.names)}")


def _some(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
