"""Files of claims to a file of answers and a file of rejects, piece by piece, with exact counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from ruleproof.cli import STOPPED
from ruleproof.cli.claim_files.claim_file import ClaimFile, Piece, Place
from ruleproof.cli.claim_files.columns_option import files_of, read_mapping
from ruleproof.cli.claim_files.parquet_parts import Fields, part_of
from ruleproof.cli.claim_files.pool import judged_in_order
from ruleproof.cli.claim_files.reading import files_named, open_claims
from ruleproof.cli.claim_files.showing import Shown
from ruleproof.cli.claim_files.unfinished import Counts, Unfinished
from ruleproof.cli.claim_files.working import FILE, ROW, Done, Source, Work
from ruleproof.cli.claim_files.writing import ANSWERS, REJECTS, encoded, head_of, head_of_rejects, kind_of
from ruleproof.cli.failures import Failure
from ruleproof.cli.reading import shown
from ruleproof.cli.terminal import say
from ruleproof.compiled import VERSION, Compiled
from ruleproof.runtime.batch.tables import Deciding, deciding
from ruleproof.runtime.load import program_of, sizes_of

if TYPE_CHECKING:
    from ruleproof.cli.claim_files.by_sql import Statements


@dataclass(frozen=True)
class Job:
    """What is asked for on the command line."""

    policy: Path
    inputs: tuple[Path, ...]
    """Files, and folders of them."""
    output: Path
    rejects: Path
    as_posted_on: str | None = None
    cores: int = 1
    resume: bool = False
    statements: Statements | None = None
    """The SQL that judges in DuckDB; nothing where this library does."""
    columns: Path | None = None
    """The column mapping."""
    master: str | None = None
    """The address of a cluster of Spark that judges; nothing where this machine does, without Spark."""


@dataclass(frozen=True)
class Judged:
    """What came of it."""

    counts: Counts
    read: tuple[str, ...]
    """The inputs that there are columns for."""
    others: tuple[str, ...]
    """The columns that are no input."""


def judge_files(compiled: Compiled, job: Job) -> Judged:
    """Judge every row of the files, and write the answers and the rejected rows."""
    kind, kind_of_rejects = kind_of(job.output, ANSWERS), kind_of(job.rejects, REJECTS)
    paths = files_named(job.inputs)
    program, sizes = program_of(compiled), sizes_of(compiled)
    mapping = None if job.columns is None else read_mapping(job.columns, compiled, program)
    refuse_same([job.policy, *paths, *files_of(mapping)], [job.output, job.rejects])
    files = [open_claims(path, program, mapping) for path in paths]
    _refuse_unlike(paths, files)
    names = (*files[0].names, *files[0].others.names)
    schema = _schema(files[0], deciding(program, sizes, names, job.as_posted_on), len(files) > 1)
    heads = {"answers": head_of(kind, schema), "rejects": head_of_rejects(kind_of_rejects, len(files) > 1)}
    unfinished = Unfinished(
        job.output, job.rejects, _about(program.policy.sha256, job, [*paths, *files_of(mapping)]), heads
    )
    sources = tuple(Source(shown(str(path)), file.batches) for path, file in zip(paths, files, strict=True))
    work = Work(
        program,
        sizes,
        job.as_posted_on,
        sources,
        names,
        schema,
        kind,
        kind_of_rejects,
        unfinished.folder,
        job.statements,
    )
    unfinished.begin(job.resume)
    like = part_of(encoded(kind, schema.empty_table())).footer if kind == ".parquet" else None
    _write_down(unfinished, files, work, job, like)
    counts = unfinished.progress.counts
    assert counts.rows == counts.judged + counts.rejected
    return Judged(counts, files[0].names, tuple(files[0].others.names))


def _write_down(unfinished: Unfinished, files: Sequence[ClaimFile], work: Work, job: Job, like: Fields | None) -> None:
    """Judge what is left to be judged; what is done stays where the run is stopped, and goes where the files are at fault."""
    try:
        if not unfinished.progress.whole:
            begin = unfinished.progress
            showing = Shown(sum(file.size for file in files), begin.counts)
            pieces = _pieces(files, begin.file, begin.place)
            before = [sum(file.size for file in files[:number]) for number in range(len(files))]
            for number, piece, done in _judged_in_order(work, pieces, job):
                unfinished.add(done, number, piece.end)
                showing.show(unfinished.progress.counts, before[number] + piece.read)
            showing.clear()
        unfinished.finish(like)
    except KeyboardInterrupt:
        if _kept(unfinished):
            raise SystemExit(STOPPED) from None
        raise
    except OSError:
        _kept(unfinished)
        raise
    except BaseException:
        unfinished.take_back()
        raise


def _judged_in_order(work: Work, pieces: Iterator[tuple[int, Piece]], job: Job) -> Iterator[tuple[int, Piece, Done]]:
    if job.master is None:
        return judged_in_order(work, pieces, job.cores)
    from ruleproof.cli.claim_files.by_spark import judged_by_spark

    return judged_by_spark(work, pieces, job.master)


def _kept(unfinished: Unfinished) -> bool:
    """Keep what was written down in the journal, and say so; where nothing was, take everything back."""
    if unfinished.saved is None:
        unfinished.take_back()
        return False
    unfinished.close()
    rows, folder = unfinished.saved.rows, shown(str(unfinished.folder))
    say(f"stopped; {rows:,} rows are done and kept in `{folder}`, and --resume goes on from there", err=True)
    return True


def _pieces(files: Sequence[ClaimFile], first: int, place: Place) -> Iterator[tuple[int, Piece]]:
    for number in range(first, len(files)):
        for piece in files[number].pieces(place):
            yield number, piece
        place = ()


def _about(policy: str, job: Job, paths: Sequence[Path]) -> dict[str, object]:
    """Say what the answers are made from, as far as it makes a difference."""
    stats = [(str(path), path.stat()) for path in paths]
    return {
        "version of ruleproof": VERSION,
        "version of pyarrow": pa.__version__,
        "policy": policy,
        "input": [[name, stat.st_size, stat.st_mtime_ns] for name, stat in stats],
        "--as-posted-on": job.as_posted_on,
        "--rejects": str(job.rejects),
    }


def _refuse_unlike(paths: Sequence[Path], files: Sequence[ClaimFile]) -> None:
    """Refuse files that have not the same columns."""
    for path, file in zip(paths, files, strict=True):
        if set(file.names) != set(files[0].names) or not file.others.equals(files[0].others):
            raise Failure(
                f"{shown(str(path))} has other columns than {shown(str(paths[0]))}",
                "judge files with the same columns together, and others apart",
            )


def _schema(claims: ClaimFile, ready: Deciding, several: bool) -> pa.Schema:
    """Give the columns of the answers: the file and the number of the row, what is no input, and what is said."""
    file = [(FILE, pa.dictionary(pa.int32(), pa.string()))] if several else []
    schema = pa.schema([*file, (ROW, pa.int64()), *claims.others, *ready.schema])
    for name in schema.names:
        if schema.names.count(name) > 1:
            raise Failure(f"the column `{name}` of the claims has the name of a column of the answers", "rename it")
    return schema


def refuse_same(read: Sequence[Path], written: Sequence[Path]) -> None:
    """Refuse to write over a file that is read, by whatever name, and to write two files of one name."""
    for number, path in enumerate(written):
        for other in (*read, *written[:number]):
            same = path.resolve() == other.resolve() or (path.exists() and other.exists() and path.samefile(other))
            if same:
                raise Failure(f"`{shown(str(path))}` would be written over what it is made from", "choose another name")
