"""Answers that are being written, so that a run that is stopped can go on: never under their own name before they are whole.

A folder `OUTPUT.partial` holds the answers and the rejects so far, of Parquet also the descriptions of its row groups, and a
journal.  The first line of the journal says what is made from what; each later line says how far it has come, with the length
of every file, and is written when all of that is on the disk.  To go on is to cut the files back to the last such line.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from ruleproof.cli.claim_files.claim_file import Place
from ruleproof.cli.claim_files.parquet_parts import Fields, around_groups, end_of_file, groups_of
from ruleproof.cli.claim_files.working import Done
from ruleproof.cli.failures import Failure
from ruleproof.cli.reading import shown

SECONDS_BETWEEN = 1.0
"""How often the journal is written at most."""
_JOURNAL = "journal"
_PARTS = ("answers", "rejects", "groups")


@dataclass
class Counts:
    """How many rows there were; judged and rejected add up to rows."""

    rows: int = 0
    judged: int = 0
    rejected: int = 0


@dataclass(frozen=True)
class Progress:
    """How far a run has come."""

    file: int
    place: Place
    groups: int
    counts: Counts
    lengths: Mapping[str, int]
    whole: bool = False
    """All is written, and the files only have to be given their names."""


class Unfinished:
    """The folder of a run."""

    def __init__(self, output: Path, rejects: Path, about: Mapping[str, object], heads: Mapping[str, bytes]) -> None:
        """`about` says what is made from what; `heads` is what stands before the first row of the answers and rejects."""
        self.folder = output.with_name(f"{output.name}.partial")
        self._targets = {"answers": output, "rejects": rejects}
        self._about = dict(about)
        self._heads = dict(heads)
        self._files: dict[str, IO[bytes]] = {}
        self._journal: IO[bytes] | None = None
        self._last = time.monotonic()
        self.progress = Progress(0, (), 0, Counts(), {})
        self.saved: Counts | None = None
        """How much there is to go on from."""

    # ------------------------------------------------------------ beginning

    def begin(self, resume: bool) -> None:
        """Begin anew, or go on with what an earlier run has left; refuse to go on with something else."""
        try:
            self._begin(resume)
        except BaseException:
            self.close()
            raise

    def _begin(self, resume: bool) -> None:
        for target in self._targets.values():
            if not target.parent.is_dir():
                raise Failure(f"there is no folder `{shown(str(target.parent))}`", "make it first")
            if target.is_dir():
                raise Failure(f"`{shown(str(target))}` is a folder", "choose another name")
        left = self._left()
        if left is not None and not resume:
            name = shown(str(self.folder))
            raise Failure(
                f"`{name}` holds {left.counts.rows:,} rows of a run that was stopped",
                "go on with --resume, or remove that folder to begin anew",
            )
        if left is None:
            self._begin_anew()
        elif left.whole:
            self.progress, self.saved = left, left.counts
        else:
            self._go_on(left)

    def _begin_anew(self) -> None:
        if self._journal is not None:
            self._journal.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        self._journal = (self.folder / _JOURNAL).open("x+b")
        self._lock(self._journal)
        self._files = {name: (self.folder / name).open("xb") for name in _PARTS}
        self._write_line(self._about)
        for name, head in self._heads.items():
            self._files[name].write(head)

    def _left(self) -> Progress | None:
        """Read how far an earlier run has come; nothing where there is nothing to go on from."""
        if not self.folder.exists():
            return None
        try:
            self._journal = (self.folder / _JOURNAL).open("r+b")
        except OSError:
            raise Failure(
                f"`{shown(str(self.folder))}` is in the way, and no run has left it", "move it, or choose another -o"
            ) from None
        self._lock(self._journal)
        first, *others = self._journal.read().split(b"\n")[:-1] or [b""]
        if not others:
            return None
        about, lines = json.loads(first), [json.loads(line) for line in others]
        self._refuse_others(about)
        last = lines[-1]
        counts = Counts(**last["counts"])
        return Progress(last["file"], tuple(last["place"]), last["groups"], counts, last["lengths"], last["whole"])

    def _refuse_others(self, about: Mapping[str, object]) -> None:
        """Refuse to go on with a run of another policy, of other files, or with other options."""
        for name, value in self._about.items():
            if about.get(name) != json.loads(json.dumps(value)):
                raise Failure(
                    f"`{shown(str(self.folder))}` is left from a run with another {name}",
                    "remove that folder to begin anew, or choose another -o",
                )

    def _lock(self, journal: IO[bytes]) -> None:
        try:
            import fcntl
        except ImportError:  # pragma: no cover - Windows keeps others from the open files by itself
            return
        try:
            fcntl.flock(journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Failure(f"`{shown(str(self.folder))}` is being written by another run") from None

    def _go_on(self, left: Progress) -> None:
        for name in _PARTS:
            file = self._files[name] = (self.folder / name).open("r+b")
            if file.seek(0, os.SEEK_END) < left.lengths[name]:
                raise Failure(
                    f"`{shown(str(self.folder / name))}` is shorter than its journal says",
                    "remove that folder to begin anew",
                )
            file.truncate(left.lengths[name])
            file.seek(0, os.SEEK_END)
        for spilled in self.folder.glob("piece-*"):
            spilled.unlink()
        self.progress, self.saved = left, left.counts

    # ------------------------------------------------------------ adding

    def add(self, done: Done, file: int, place: Place) -> None:
        """Add what became of a piece; the next one begins at a place of a file."""
        start = self._files["answers"].tell()
        groups = self.progress.groups
        for offset, footer in done.footers:
            described = groups_of(footer, start + offset, groups)
            self._files["groups"].writelines(described)
            groups += len(described)
        for name, what in (("answers", done.answers), ("rejects", done.rejects)):
            if isinstance(what, Path):
                with what.open("rb") as stream:
                    shutil.copyfileobj(stream, self._files[name], 1 << 20)
                what.unlink()
            else:
                self._files[name].write(what)
        before = self.progress.counts
        counts = Counts(before.rows + done.rows, before.judged + done.judged, before.rejected + done.rejected)
        self.progress = Progress(file, place, groups, counts, {})
        if time.monotonic() - self._last >= SECONDS_BETWEEN:
            self.save()
            self._last = time.monotonic()

    def save(self, whole: bool = False) -> None:
        """Write down how far it has come, when all of it is on the disk."""
        for file in self._files.values():
            file.flush()
            os.fsync(file.fileno())
        lengths = {name: file.tell() for name, file in self._files.items()}
        now = self.progress
        self.progress = Progress(now.file, now.place, now.groups, now.counts, lengths, whole)
        self._write_line(asdict(self.progress))
        self.saved = now.counts

    def _write_line(self, line: Mapping[str, Any]) -> None:
        assert self._journal is not None
        self._journal.write(json.dumps(line).encode() + b"\n")
        self._journal.flush()
        os.fsync(self._journal.fileno())

    # ------------------------------------------------------------ the end

    def finish(self, footer: Fields | None) -> None:
        """Give the files their names; `footer` is that of a Parquet file with the same columns."""
        if not self.progress.whole:
            if footer is not None:
                self._join(footer)
            self.save(whole=True)
        self.close()
        for name in ("rejects", "answers"):
            made = self.folder / name
            if made.exists():
                _give_name(made, self._targets[name])
        shutil.rmtree(self.folder, ignore_errors=True)

    def _join(self, like: Fields) -> None:
        """Write the footer of a Parquet file behind its row groups."""
        answers, groups = self._files["answers"], self._files["groups"]
        before, behind = around_groups(like, self.progress.counts.judged, self.progress.groups)
        groups.flush()
        start = answers.tell()
        answers.write(before)
        with (self.folder / "groups").open("rb") as stream:
            shutil.copyfileobj(stream, answers, 1 << 20)
        answers.write(behind)
        answers.write(end_of_file(answers.tell() - start))

    def close(self) -> None:
        for file in self._files.values():
            file.close()
        if self._journal is not None:
            self._journal.close()

    def take_back(self) -> None:
        """Remove what was written."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _give_name(made: Path, target: Path) -> None:
    """Move a file to its name, with the permissions of the one that it replaces; through a link, to where it leads."""
    target = target.resolve()
    if target.exists():
        shutil.copymode(target, made)
    try:
        made.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        handle, name = tempfile.mkstemp(prefix=".ruleproof-", dir=target.parent)
        os.close(handle)
        shutil.copyfile(made, name)
        shutil.copymode(made, name)
        Path(name).replace(target)
        made.unlink()
