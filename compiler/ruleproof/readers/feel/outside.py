"""What is said where a text is beyond what this reader knows of FEEL."""

from __future__ import annotations


class OutsideError(Exception):
    """A text, or a part of it, cannot be read here; `str()` says why, in words for whoever wrote it."""
