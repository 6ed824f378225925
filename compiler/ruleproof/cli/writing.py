"""Write files so that nobody ever sees half of them: first aside on the same file system, then moved into place.

Should a move fail, or somebody press Ctrl-C, what was there before is put back.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from ruleproof.cli.failures import Failure

_DEEPEST_NAME = 2


def write_all(folder: Path, files: Mapping[str, bytes], inputs: Sequence[Path] = ()) -> list[Path]:
    """Write files below a folder, all or none, and give their paths; none of `inputs` is ever overwritten."""
    targets = {name: folder / _safe(name) for name in files}
    _refuse_clashes(targets, inputs)
    made = _make_folder(folder)
    try:
        with tempfile.TemporaryDirectory(prefix=".ruleproof-", dir=folder) as aside:
            for number, content in enumerate(files.values()):
                (Path(aside) / f"new{number}").write_bytes(content)
            _move_all(list(targets.values()), Path(aside))
    except BaseException:
        for empty in made:
            shutil.rmtree(empty, ignore_errors=True)
        raise
    return list(targets.values())


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
