"""Write files so that nobody ever sees half of them: first aside on the same file system, then moved into place.

Should a move fail, or somebody press Ctrl-C or send SIGTERM or SIGHUP, what was there before is put back.  What a build
that was killed outright has left aside is taken away by the next one.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from types import FrameType
from typing import IO

from ruleproof.cli.failures import Failure

_DEEPEST_NAME = 2
_SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
_ASIDE = re.compile(r"\.ruleproof-(?:(\d{1,9})-)?\w+")
_PART = re.compile(r"(?:new|old)\d+")
_A_DAY = 86_400
_OURS: set[str] = set()
"""The folders aside that this very process is writing to."""


def write_all(folder: Path, files: Mapping[str, bytes], inputs: Sequence[Path] = ()) -> list[Path]:
    """Write files below a folder, all or none, and give their paths; none of `inputs` is ever overwritten."""
    targets = {name: folder / _safe(name) for name in files}
    _refuse_clashes(targets, inputs)
    with _stopped_like_an_error():
        made = _make_folder(folder)
        try:
            with _folder_aside(folder) as aside:
                for number, content in enumerate(files.values()):
                    (aside / f"new{number}").write_bytes(content)
                _move_all(list(targets.values()), aside)
        except BaseException:
            for empty in made:
                shutil.rmtree(empty, ignore_errors=True)
            raise
        _clear_stale(folder)
    return list(targets.values())


@contextmanager
def _stopped_like_an_error() -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise `SystemExit` meanwhile, once; a signal that is already seen to is left alone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    ours = [number for number, handler in before.items() if handler == signal.SIG_DFL]

    def stop(number: int, _: FrameType | None) -> None:
        for other in ours:
            signal.signal(other, signal.SIG_IGN)  # a second signal must not break off the way back
        raise SystemExit(128 + number)

    try:
        for number in ours:
            signal.signal(number, stop)
        yield
    finally:
        for number in ours:
            signal.signal(number, before[number])


@contextmanager
def _folder_aside(folder: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=f".ruleproof-{os.getpid()}-", dir=folder) as aside:
        name = Path(aside).name
        _OURS.add(name)
        try:
            yield Path(aside)
        finally:
            _OURS.discard(name)


def _clear_stale(folder: Path) -> None:
    """Remove the folders aside of builds that were killed; what another build is writing to stays."""
    for place in folder.glob(".ruleproof-*"):
        name = _ASIDE.fullmatch(place.name)
        if name is None or place.name in _OURS or place.is_symlink() or not place.is_dir():
            continue
        if name[1] and int(name[1]) != os.getpid() and _may_be_running(int(name[1]), place):
            continue
        if all(_PART.fullmatch(part.name) for part in place.iterdir()):
            shutil.rmtree(place, ignore_errors=True)


def _may_be_running(process: int, place: Path) -> bool:
    if os.name == "nt":  # asking there would end the process
        return time.time() - place.stat().st_mtime < _A_DAY
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def write_one(path: Path, content: bytes) -> None:
    """Write one file whole; its permissions stay as they were, and so does a link that leads to it."""
    path = path.resolve()
    if path.exists() and not path.is_file():
        path.write_bytes(content)  # a pipe or a device: there is nothing to be replaced
        return
    handle, aside = tempfile.mkstemp(prefix=".ruleproof-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        _copy_mode(path, Path(aside))
        Path(aside).replace(path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise


@contextmanager
def aside(path: Path) -> Iterator[IO[bytes]]:
    """Write a file piece by piece under another name beside it; it gets its own when all is done, and else is gone."""
    path = path.resolve()
    if not path.parent.is_dir():
        raise Failure(f"there is no folder `{path.parent.as_posix()}`", "make it first")
    if path.exists() and not path.is_file():
        with path.open("wb") as stream:
            yield stream  # a pipe or a device: there is nothing to be replaced
        return
    handle, name = tempfile.mkstemp(prefix=".ruleproof-", dir=path.parent)
    try:
        with _stopped_like_an_error(), os.fdopen(handle, "wb") as stream:
            yield stream
        _copy_mode(path, Path(name))
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _copy_mode(path: Path, aside: Path) -> None:
    if path.exists():
        shutil.copymode(path, aside)
    else:
        mask = os.umask(0)
        os.umask(mask)
        aside.chmod(0o666 & ~mask)


def _safe(name: str) -> PurePosixPath:
    """Refuse a name that would lead out of the folder: names of policies come from other people."""
    path = PurePosixPath(name)
    strange = any(part in ("", ".", "..") or part.startswith(".") or "\\" in part or ":" in part for part in path.parts)
    if strange or path.is_absolute() or not 1 <= len(path.parts) <= _DEEPEST_NAME or "\0" in name:
        raise Failure(f"a file cannot be called `{name}`", "give the policy a name of letters, digits and underscores")
    return path


def _refuse_clashes(targets: Mapping[str, Path], inputs: Sequence[Path]) -> None:
    seen: dict[str, str] = {}
    for name, target in targets.items():
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            raise Failure(f"`{name}` and `{other}` are the same file on many systems", "rename one of the policies")
        if target.is_dir():
            raise Failure(f"`{target.as_posix()}` is a folder", "choose another output folder with -o")
        for path in inputs:
            if target.exists() and path.exists() and target.samefile(path):
                raise Failure(f"`{path.as_posix()}` would be overwritten", "choose another output folder with -o")


def _make_folder(folder: Path) -> list[Path]:
    """Make a folder with its parents; give the topmost one that is new, to be taken away if nothing comes of it."""
    if folder.exists() and not folder.is_dir():
        raise Failure(f"`{folder.as_posix()}` is a file, not a folder", "choose another output folder with -o")
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[-1:]


def _move_all(targets: Sequence[Path], aside: Path) -> None:
    """Move `new0`, `new1`, … onto the targets; put everything back if one of the moves fails."""
    moved: list[tuple[Path, Path | None]] = []
    try:
        for number, target in enumerate(targets):
            target.parent.mkdir(exist_ok=True)
            kept = aside / f"old{number}" if target.exists() else None
            if kept is not None:
                shutil.copy2(target, kept)
            moved.append((target, kept))
            (aside / f"new{number}").replace(target)
    except BaseException:
        for target, kept in reversed(moved):
            if kept is None:
                target.unlink(missing_ok=True)
            else:
                kept.replace(target)
        raise
