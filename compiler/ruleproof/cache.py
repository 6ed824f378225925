"""Files kept from one run to the next, to save time: never needed, never shared, never trusted blindly.

What is kept may be code in disguise (a parser's tables, compiled layout code), so a file is used only if nobody else can
have written it (our own file in our own folder, closed to others), and only whole (a digest stands in front of it).  The
digest finds damage, not malice, which is why the owner is checked.  Any doubt, and any error, means working it out anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from pathlib import Path

from platformdirs import user_cache_path

_DIGEST_SIZE = hashlib.sha256().digest_size
_LARGEST = 64 * 2**20


def cache_folder() -> Path:
    """Give the folder of this user for what is kept; it need not be there yet."""
    return user_cache_path("ruleproof", appauthor=False)


def _ours_alone(status: os.stat_result) -> bool:
    """Tell whether nobody but this user can have written something; where files have no owner, the profile is private."""
    if not hasattr(os, "geteuid"):
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def read_kept(path: Path) -> bytes | None:
    """Give what a file keeps, or `None` where there is nothing to be trusted."""
    try:
        if not _ours_alone(path.parent.lstat()):
            return None
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or not _ours_alone(status) or status.st_size > _LARGEST:
                return None
            content = file.read()
    except OSError:
        return None
    digest, kept = content[:_DIGEST_SIZE], content[_DIGEST_SIZE:]
    return kept if digest == hashlib.sha256(kept).digest() else None


def keep(path: Path, content: bytes) -> None:
    """Put something into a file in one step, so that no reader sees half of it; a folder that cannot be written is no error."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _ours_alone(path.parent.lstat()):
            return
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(content).digest() + content)
            Path(temporary).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise
