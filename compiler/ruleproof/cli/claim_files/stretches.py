"""Text files cut where a line ends, into stretches of about the same number of bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

BYTES_OF_A_STRETCH = 1 << 22


@dataclass(frozen=True)
class Stretch:
    """Some whole lines of a file."""

    start: int
    """Where they begin, in bytes."""
    length: int
    first: int
    """The number of the first line or row."""
    too_long: bool = False
    """It is one line, of more bytes than are kept in memory."""
    text: bytes | None = field(default=None, repr=False)
    """The text, where it is not what the file holds there."""

    def read_from(self, path: Path) -> bytes:
        """Give the text."""
        if self.text is not None:
            return self.text
        with path.open("rb") as stream:
            stream.seek(self.start)
            return stream.read(self.length)


def next_block(stream: BinaryIO, start: int) -> tuple[bytes, bool]:
    """Read a block from a place on, up to the end of a line, and tell whether the file ends with it.

    The block is empty where the line is longer than a stretch.
    """
    stream.seek(start)
    block = stream.read(BYTES_OF_A_STRETCH)
    if len(block) < BYTES_OF_A_STRETCH:
        return block, True
    return block[: block.rfind(b"\n") + 1], False


def end_of_line(stream: BinaryIO, start: int) -> int:
    """Find where the line that begins at a place ends, without keeping it in memory."""
    stream.seek(start)
    place = start
    while block := stream.read(BYTES_OF_A_STRETCH):
        found = block.find(b"\n")
        if found >= 0:
            return place + found + 1
        place += len(block)
    return place
