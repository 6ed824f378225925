"""Paths to values in a FHIR resource, such as `supportingInfo[category.coding.code=dex].valueString`: a few fixed steps.

A path is read once and followed by plain look-ups; nothing of it is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_MOST_STEPS = 12
_LONGEST = 300
_NAME = r"[A-Za-z][A-Za-z0-9]{0,63}"
_STEP = re.compile(rf"({_NAME})(?:\[({_NAME}(?:\.{_NAME}){{0,5}})=([^\]]{{1,200}})\])?(\.|\Z)")
MOST_VALUES = 1000
"""The most values that one path gives."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a name, and of several things under it only those where a path inside leads to a text."""

    name: str
    inside: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class FhirPath:
    """A path; `of_item` says that it begins at the line, not at the claim."""

    steps: tuple[Step, ...]
    of_item: bool


def path_from_text(text: str) -> FhirPath | None:
    """Read a path; nothing where it is none.

    >>> path_from_text("item.extension[url=urn:dex].valueString").of_item, path_from_text("a..b")
    (True, None)
    """
    steps: list[Step] = []
    position = 0
    while position < len(text) <= _LONGEST and len(steps) < _MOST_STEPS:
        found = _STEP.match(text, position)
        if found is None:
            return None
        name, inside, wanted, end = found.groups()
        steps.append(Step(name, tuple(inside.split(".")) if inside else (), wanted or ""))
        position = found.end()
        if position == len(text):
            of_item = steps[0] == Step("item") and len(steps) > 1
            return None if end else FhirPath(tuple(steps[1:] if of_item else steps), of_item)
    return None


def things_at(path: FhirPath, start: object) -> list[object]:
    """Give what a path leads to, from a claim or from a line; more than `MOST_VALUES` things are a `ValueError`."""
    found = [start]
    for step in path.steps:
        found = [thing for item in found for thing in _under(item, step.name)]
        if step.inside:
            found = [thing for thing in found if step.text in texts_at(step.inside, thing)]
        if len(found) > MOST_VALUES:
            raise ValueError(f"a path leads to more than {MOST_VALUES:,} things at `{step.name}`")
    return found


def texts_at(names: tuple[str, ...], start: object) -> list[str]:
    """Give the texts that names lead to."""
    found = [start]
    for name in names:
        found = [thing for item in found for thing in _under(item, name)]
    return [text for thing in found if (text := text_of(thing)) is not None]


def _under(thing: object, name: str) -> Iterator[object]:
    value = thing.get(name) if isinstance(thing, dict) else None
    if isinstance(value, list):
        yield from value
    elif value is not None:
        yield value


def text_of(value: object) -> str | None:
    """Give a plain value as a text: yes and no for true and false, a number as it is written."""
    if isinstance(value, str):
        whole = value if value.isascii() else value.encode("utf-8", "replace").decode()  # half a letter is none
        return whole.strip() or None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value) if value.bit_length() < 200 else None
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() and abs(value.adjusted()) < 40 else None
    return None
