"""The choice of what judges files with many claims: this library by columns, the statements in DuckDB, or Spark.

Nothing that an engine needs is loaded before it is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ruleproof.cli.failures import Failure
from ruleproof.compiled import Compiled

if TYPE_CHECKING:
    from ruleproof.cli.claim_files.by_sql import Statements


@dataclass(frozen=True)
class Asked:
    """What is asked for on the command line."""

    policy: str
    inputs: tuple[str, ...]
    output: Path
    rejects: str | None
    as_posted_on: str | None
    cores: int | None
    resume: bool
    engine: str
    allow: tuple[str, ...]
    columns: Path | None = None
    master: str | None = None

    @property
    def rejects_path(self) -> Path:
        """Where rejected rows go: beside the answers unless named."""
        return Path(self.rejects) if self.rejects is not None else self.output.with_suffix(".rejects.csv")


def answer_many(compiled: Compiled, asked: Asked, format: str) -> int:
    """Judge files with many claims; the exit status is 1 where a row was rejected."""
    try:
        return ENGINES[asked.engine](compiled, asked, format)
    except ModuleNotFoundError as error:
        raise Failure(str(error)) from None


def _by_columns(compiled: Compiled, asked: Asked, format: str) -> int:
    return _here(compiled, asked, format, None)


def _by_duckdb(compiled: Compiled, asked: Asked, format: str) -> int:
    import ruleproof.runtime.batch  # noqa: F401 - says in a sentence what is missing

    try:
        import duckdb  # noqa: F401
    except ModuleNotFoundError:
        raise Failure("--engine duckdb needs duckdb: pip install 'ruleproof[duckdb]'") from None
    from ruleproof.cli.claim_files.by_sql import statements_of

    return _here(compiled, asked, format, statements_of(compiled, asked.as_posted_on))


def _here(
    compiled: Compiled, asked: Asked, format: str, statements: Statements | None, master: str | None = None
) -> int:
    """Judge on this machine, or from here by the workers of Spark."""
    import ruleproof.runtime.batch  # noqa: F401 - says in a sentence what is missing
    from ruleproof.cli.claim_files.judging import Job, judge_files
    from ruleproof.cli.claim_files.words import say_counts

    job = Job(
        Path(asked.policy),
        tuple(Path(name) for name in asked.inputs),
        asked.output,
        asked.rejects_path,
        asked.as_posted_on,
        asked.cores or _cores(),
        asked.resume,
        statements,
        asked.columns,
        master,
    )
    judged = judge_files(compiled, job)
    say_counts(judged, compiled.policy, job, format)
    return 1 if judged.counts.rejected else 0


def _cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _by_spark(compiled: Compiled, asked: Asked, format: str) -> int:
    import ruleproof.runtime.engines.spark_workers as spark

    return _here(compiled, asked, format, None, asked.master or spark.LOCAL)


ENGINES: Mapping[str, Callable[[Compiled, Asked, str], int]] = {
    "arrow": _by_columns,
    "duckdb": _by_duckdb,
    "spark": _by_spark,
}
