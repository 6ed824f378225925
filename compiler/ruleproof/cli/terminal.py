"""What a terminal can show: colour where it is wanted, and letters that it may not know."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TextIO

import click


@dataclass(frozen=True, slots=True)
class Style:
    """How words are marked; without colour they stay as they are."""

    colour: bool = False

    def _paint(self, text: str, fg: str | None = None, bold: bool | None = None, dim: bool | None = None) -> str:
        return click.style(text, fg=fg, bold=bold, dim=dim) if self.colour and text else text

    def error(self, text: str) -> str:
        return self._paint(text, fg="red", bold=True)

    def warning(self, text: str) -> str:
        return self._paint(text, fg="yellow", bold=True)

    def note(self, text: str) -> str:
        return self._paint(text, fg="cyan")

    def good(self, text: str) -> str:
        return self._paint(text, fg="green")

    def strong(self, text: str) -> str:
        return self._paint(text, bold=True)

    def faint(self, text: str) -> str:
        return self._paint(text, dim=True)


def wants_colour(stream: TextIO) -> bool:
    """Tell whether a stream gets colour: `NO_COLOR` forbids it, `FORCE_COLOR` asks for it, else a terminal decides."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def style_for_findings() -> Style:
    """Findings go to standard error."""
    return Style(wants_colour(sys.stderr))


def style_for_results() -> Style:
    return Style(wants_colour(sys.stdout))


def say(text: str, *, err: bool = False) -> None:
    """Print text for people; a letter that the terminal's encoding does not know is replaced, never an error."""
    stream = sys.stderr if err else sys.stdout
    encoding = stream.encoding or "utf-8"
    known = text.encode(encoding, "backslashreplace").decode(encoding)
    click.echo(known, file=stream, color=True)


def emit(text: str) -> None:
    """Write text for programs to standard output: always UTF-8, always one line end at its end, nothing for nothing."""
    sys.stdout.flush()
    stream = sys.stdout.buffer
    if not text:
        return
    stream.write((text.rstrip("\n") + "\n").encode("utf-8", "backslashreplace"))
    stream.flush()
