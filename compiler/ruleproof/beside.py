"""The folder of a policy: which files a policy may name, and how they are read.

A policy is a text from anywhere, so what it names is read only inside its own folder or a folder next to it, never through
a link that leads out of there, and never beyond a size.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ruleproof.source import BesideError

ENDINGS = (".policy", ".policy.md")
MOST_POLICIES = 1000
"""The most policies that are looked at for one that is imported."""
LARGEST_BESIDE = 64 * 1024 * 1024
"""The most bytes that are read from a file beside a policy."""


@dataclass(frozen=True, slots=True)
class FolderBeside:
    """Reads the files beside a policy that lies in `folder`; nothing outside the folder above it is read.

    Nothing hidden is read there either, and where the folder above is the root of the disk, nothing of it at all.
    """

    folder: Path

    def read(self, name: str) -> bytes | None:
        """Give the content of a file; see `ruleproof.source.Beside`."""
        if not name or "\\" in name or "\0" in name or ":" in name or PurePosixPath(name).is_absolute():
            raise BesideError(f"`{name}` is no file beside the policy: name it relative to the policy, with `/`")
        folder = Path(os.path.realpath(self.folder))
        path = Path(os.path.realpath(folder / name))
        if not _lies_around(path, folder):
            raise BesideError(
                f"`{name}` lies outside the folders around the policy and is not read: move it beside the policy"
            )
        try:
            if path.exists() and not path.is_file():
                raise BesideError(f"`{name}` is no file: name a text file")
            with path.open("rb") as stream:
                content = stream.read(LARGEST_BESIDE + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            reason = (error.strerror or "it cannot be opened").lower()
            raise BesideError(f"`{name}` cannot be read: {reason}") from None
        if len(content) > LARGEST_BESIDE:
            raise BesideError(f"`{name}` is larger than {LARGEST_BESIDE // 1024 // 1024} MB: split it")
        return content

    def policies(self) -> tuple[str, ...]:
        """Give the names of the policies in the folder and in the folders next to it, in order."""
        here = Path(os.path.realpath(self.folder))
        found = [path.name for path in _entries(here) if path.name.endswith(ENDINGS) and path.is_file()]
        for folder in _entries(here.parent) if _lies_around(here.parent / "any", here) else ():
            if folder != here and not folder.name.startswith(".") and folder.is_dir() and not folder.is_symlink():
                found += (f"../{folder.name}/{path.name}" for path in _entries(folder) if path.name.endswith(ENDINGS))
            if len(found) > MOST_POLICIES:
                break
        return tuple(sorted(found)[:MOST_POLICIES])


def _lies_around(path: Path, folder: Path) -> bool:
    """Tell whether a path lies in a folder or in the one above it; not in a hidden one there, nor all over the disk."""
    if path.is_relative_to(folder):
        return True
    above = folder.parent
    if above == above.parent or not path.is_relative_to(above):
        return False
    return not any(part.startswith(".") for part in path.relative_to(above).parts)


def _entries(folder: Path) -> list[Path]:
    """Give what a folder holds; nothing of one that may not be looked into."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []
