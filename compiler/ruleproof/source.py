"""A text, and places in it.

Inside the compiler a place is a half-open range of character offsets; lines and columns are computed here and only when
somebody looks.  Columns count characters (Unicode code points) from 1.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePath, PurePosixPath
from typing import Protocol


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of characters, `start` to `end`, in the text of one file."""

    start: int
    end: int

    def cover(self, other: Span) -> Span:
        """Give the smallest span holding both.

        >>> Span(4, 9).cover(Span(12, 15))
        Span(start=4, end=15)
        """
        return Span(min(self.start, other.start), max(self.end, other.end))


NOWHERE = Span(0, 0)


@dataclass(frozen=True)
class Source:
    """The text of one policy file; `text` has `\\n` line ends and no byte order mark."""

    path: str
    text: str
    sha256: str = field(default="", compare=False)

    @cached_property
    def _line_starts(self) -> tuple[int, ...]:
        return (0, *(match.end() for match in re.finditer("\n", self.text)))

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Give the 1-based line and column of an offset.

        >>> Source("a", "one\\ntwo").line_and_column(5)
        (2, 2)
        """
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Give the text of a 1-based line, without its line end."""
        start = self._line_starts[number - 1]
        end = self._line_starts[number] - 1 if number < len(self._line_starts) else len(self.text)
        return self.text[start:end]

    def slice(self, span: Span) -> str:
        """Give the characters that a span holds."""
        return self.text[span.start : span.end]


def source_from_text(text: str, path: str = "<text>") -> Source:
    """Make a source from text already decoded: line ends become `\\n`, a byte order mark is dropped."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    tidy = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return Source(PurePath(path).as_posix(), tidy, digest)


# ---------------------------------------------------------------- files beside a policy


class BesideError(ValueError):
    """A file beside a policy is there and is not read; the message is a sentence that says why."""


class Beside(Protocol):
    """The files that lie beside a policy: lists of codes, texts of revisions, other policies."""

    def read(self, name: str) -> bytes | None:
        """Give the content of a file, named relative to the policy's folder with `/`; `None` where there is no such file.

        Raises `BesideError` for a file that is there and must not or cannot be read.
        """
        ...

    def policies(self) -> tuple[str, ...]:
        """Give the names of the policies in the policy's folder and in the folders next to it."""
        ...


class _Nothing:
    def read(self, name: str) -> bytes | None:  # noqa: ARG002 - it says no to every name
        return None

    def policies(self) -> tuple[str, ...]:
        return ()


NOTHING_BESIDE: Beside = _Nothing()
"""Stands beside a policy that is a text and no file."""


@dataclass(frozen=True)
class FilesRead:
    """Reads the files beside one policy, and remembers them: they are a part of its content."""

    policy: Source
    beside: Beside = NOTHING_BESIDE
    _digests: dict[str, str] = field(default_factory=dict)
    _texts: dict[str, Source | None] = field(default_factory=dict)
    worked_out: dict[object, object] = field(default_factory=dict)
    """What was made of the files, for those who read the same policy again from another standpoint."""

    outer: tuple[FilesRead, str] | None = None
    """Of a policy that another one imports: the files of that one, and the folder as seen from it."""

    @property
    def root(self) -> FilesRead:
        """The files of the policy that is compiled: itself, or the one that imports it."""
        return self if self.outer is None else self.outer[0].root

    def of_import(self, name: str) -> FilesRead | None:
        """Give the files beside another policy, `name`; what is read of them is a part of this policy too."""
        policy = self.text(name)
        return None if policy is None else FilesRead(policy, self.beside, outer=(self, posixpath.dirname(name)))

    def text(self, name: str) -> Source | None:
        """Give a file as a source, whose path is as the policy's own; `None` where there is no such file.

        Raises `BesideError` for a file that is there and cannot be read as UTF-8.
        """
        if self.outer is not None:
            files, folder = self.outer
            return files.text(posixpath.normpath(posixpath.join(folder, name)))
        if name not in self._texts:
            content = self.beside.read(name)
            self._texts[name] = None if content is None else self._source(name, content)
        return self._texts[name]

    def _source(self, name: str, content: bytes) -> Source:
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            byte = f"0x{content[error.start]:02X}"
            raise BesideError(f"line {line} of `{name}` is not UTF-8 (byte {byte}): save it as UTF-8") from None
        self._digests[name] = hashlib.sha256(content).hexdigest()
        path = posixpath.normpath((PurePosixPath(self.policy.path).parent / name).as_posix())
        return replace(source_from_text(text, path), sha256=self._digests[name])

    @property
    def sources(self) -> Mapping[str, Source]:
        """The files read so far, by path."""
        return {source.path: source for source in self._texts.values() if source is not None}

    def signed(self) -> Source:
        """Give the policy with a digest of its text and of every file read; its own where none was read."""
        if not self._digests:
            return self.policy
        lines = [self.policy.sha256, *(f"{name} {digest}" for name, digest in sorted(self._digests.items()))]
        return replace(
            self.policy, sha256=hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()
        )
