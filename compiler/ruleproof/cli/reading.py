"""Files and folders to sources: what cannot be read becomes a finding, so that the other files are still read.

A file that is not there, or that we may not read, means that the command could not do its work (status 2); a file whose
content is no text is something to object to (status 1).
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TypeAlias

from ruleproof.beside import FolderBeside
from ruleproof.finding import Finding, Place, Severity
from ruleproof.source import NOWHERE, Beside, Source, Span, source_from_text

LARGEST_FILE = 16 * 1024 * 1024
STDIN = "-"
ENDINGS = (".policy", ".policy.md")

_OTHER_KINDS = (
    (b"%PDF", "a PDF file", "copy the text into a plain text file"),
    (b"PK\x03\x04", "a Word or Excel file, or another archive", "save it as plain text (UTF-8)"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel file", "save it as plain text (UTF-8)"),
    (b"{\\rtf", "a rich text file", "save it as plain text (UTF-8)"),
    (b"\xff\xfe", "text in UTF-16, not in UTF-8", "save it again and choose the encoding UTF-8"),
    (b"\xfe\xff", "text in UTF-16, not in UTF-8", "save it again and choose the encoding UTF-8"),
)


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that could not be read; `source` is there where its text can at least be shown."""

    path: str
    finding: Finding
    status: int
    sha256: str = ""
    source: Source | None = None


Read: TypeAlias = Source | Unread


def read_all(paths: Iterable[str], stdin_name: str = "<stdin>") -> tuple[Read, ...]:
    """Read files, the policies in folders, and standard input (`-`), each file once, in order."""
    read: dict[str, Read] = {}
    for path in paths:
        for item in _read_path(path, stdin_name):
            read.setdefault(os.path.realpath(item.path) if item.path != stdin_name else STDIN, item)
    return tuple(read.values())


def read_one(path: str, stdin_name: str = "<stdin>") -> Read:
    """Read one file, or standard input (`-`)."""
    if path == STDIN:
        return source_from_bytes(sys.stdin.buffer.read(LARGEST_FILE + 1), stdin_name)
    return read_file(Path(path))


def _read_path(path: str, stdin_name: str) -> Iterator[Read]:
    if path != STDIN and Path(path).is_dir():
        yield from _read_folder(Path(path))
    else:
        yield read_one(path, stdin_name)


def _read_folder(folder: Path) -> Iterator[Read]:
    problems: list[OSError] = []
    found = sorted(_policies_in(folder, problems), key=lambda path: path.parts)
    for problem in problems:
        yield _unreadable(shown(problem.filename or folder), f"the folder cannot be read: {_reason(problem)}", "")
    if not found and not problems:
        advice = "name a file, or a folder that holds some"
        yield _unreadable(shown(folder), "no file in this folder ends in .policy or .policy.md", advice)
    yield from map(read_file, found)


def _policies_in(folder: Path, problems: list[OSError]) -> Iterator[Path]:
    """Give the policy files below a folder; folders whose name begins with a dot are left out."""
    for place, folders, names in os.walk(folder, onerror=problems.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(place, name) for name in names if name.endswith(ENDINGS))


def read_file(path: Path) -> Read:
    """Read one file."""
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        return unreadable_file(path, error)
    return source_from_bytes(content, shown(path))


def unreadable_file(path: Path, error: OSError | ValueError) -> Unread:
    """Say why a file could not be opened."""
    if isinstance(error, FileNotFoundError):
        return _unreadable(shown(path), "there is no such file", _near(path))
    return _unreadable(shown(path), f"the file cannot be read: {_reason(error)}", "")


def source_from_bytes(content: bytes, path: str) -> Read:
    """Make a source from the bytes of a file, or say why they are no text."""
    digest = hashlib.sha256(content).hexdigest()
    if len(content) > LARGEST_FILE:
        message = f"the file is larger than {LARGEST_FILE // 1024 // 1024} MB"
        finding = _finding(path, "RP107", "too_large", message, "split the policy, or keep long code lists as data")
        return Unread(path, finding, 1, digest)
    for beginning, kind, advice in _OTHER_KINDS:
        if content.startswith(beginning):
            return _no_text(path, digest, f"this is {kind}", advice)
    if b"\0" in content:
        return _no_text(path, digest, "this is no text: it holds bytes of value zero", _zero_help(content))
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_utf8(path, digest, content, error)
    return replace(source_from_text(text, path), sha256=digest)


def _zero_help(content: bytes) -> str:
    sample = content[:2000]
    if sample[1::2].count(0) > len(sample) // 4 or sample[::2].count(0) > len(sample) // 4:
        return "it looks like UTF-16: save it again and choose the encoding UTF-8"
    return "save the policy as plain text (UTF-8)"


def _not_utf8(path: str, digest: str, content: bytes, error: UnicodeDecodeError) -> Unread:
    """Point at the first byte that is not UTF-8, in the text as far as it can be shown."""
    before = source_from_text(content[: error.start].decode("utf-8")).text
    source = replace(source_from_text(content.decode("utf-8", "replace"), path), sha256=digest)
    message = f"this byte (0x{content[error.start]:02X}) is not UTF-8"
    advice = "the file is in another encoding, often Windows-1252: save it again and choose the encoding UTF-8"
    finding = _finding(path, "RP101", "unreadable_file", message, advice, Span(len(before), len(before) + 1))
    return Unread(path, finding, 1, digest, source)


def _no_text(path: str, digest: str, message: str, help: str) -> Unread:
    return Unread(path, _finding(path, "RP101", "unreadable_file", message, help), 1, digest)


def _unreadable(path: str, message: str, help: str) -> Unread:
    return Unread(path, _finding(path, "RP101", "unreadable_file", message, help), 2)


def _finding(path: str, code: str, name: str, message: str, help: str, span: Span = NOWHERE) -> Finding:
    places = (Place(path, span),)
    return Finding(code=code, name=name, severity=Severity.ERROR, message=message, help=help, places=places)


def _reason(error: OSError | ValueError) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()


def _near(path: Path) -> str:
    """Name the file in the same folder that was probably meant."""
    import difflib

    try:
        names = [other.name for other in path.parent.iterdir() if other.name.endswith(ENDINGS)]
    except OSError:
        return ""
    near = difflib.get_close_matches(path.name, names, n=1) or [name for name in names if name.startswith(path.name)]
    return f"did you mean `{shown(path.with_name(near[0]))}`?" if near else ""


def beside(path: str) -> Beside:
    """Give the files beside a policy; those of standard input are looked for in the folder that its name says."""
    return FolderBeside(Path(os.fsdecode(path)).parent)


def shown(path: str | PurePath) -> str:
    """Give a path as it is shown everywhere: with forward slashes, and only letters that can be printed."""
    return os.fsencode(PurePath(path).as_posix()).decode("utf-8", "backslashreplace")
