"""Values and tables to Python text: ASCII only, wrapped, equal values in equal text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ruleproof.artifacts.tables import QUESTIONS, Made

WIDTH = 110

FILLED = 60
"""Items up to this length share a line."""


def quoted(text: str) -> str:
    r"""Give a text as a Python literal in double quotes.

    >>> quoted("it's \"so\" \\ größe\n")
    '"it\'s \\"so\\" \\\\ gr\\xf6\\xdfe\\n"'
    """
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    inner = ascii("'\"" + text)[4:-1]
    return '"' + re.sub(r"\\.|\"", lambda found: {"\\'": "'", '"': '\\"'}.get(found[0], found[0]), inner) + '"'


def in_comment(text: str) -> str:
    r"""Give a text as it can stand in a comment: one line, ASCII only.

    >>> in_comment("two\nlines")
    'two\\nlines'
    """
    return ascii(text)[1:-1]


def in_docstring(text: str) -> str:
    """Give a text as it can stand between the quotes of a docstring."""
    return quoted(text)[1:-1]


def literal(part: object, indent: int = 0) -> str:
    """Give the text that makes a value; it begins where the caller is, and goes on in lines indented deeper."""
    if _leaves(part, WIDTH) <= WIDTH:  # else it cannot fit, and trying would take long
        flat = _flat(part)
        if len(flat) + indent <= WIDTH:
            return flat
    inner = indent + 4
    if isinstance(part, tuple) and all(len(_flat(item)) <= FILLED for item in part):
        return "\n".join(["(", *_filled(part, inner), " " * indent + ")"])
    match part:
        case Made(kind, parts):
            start, end, lines = f"{kind}(", ")", [literal(item, inner) for item in parts]
        case dict():
            start, end = "{", "}"
            lines = [f"{quoted(str(name))}: {literal(item, inner)}" for name, item in part.items()]
        case tuple():
            start, end, lines = "(", ")", [literal(item, inner) for item in part]
        case _:
            return _flat(part)
    return "\n".join([start, *(f"{' ' * inner}{line}," for line in lines), " " * indent + end])


def names_in_a_tuple(names: Iterable[str]) -> str:
    """Give a tuple of things by their names.

    >>> names_in_a_tuple(["a"]), names_in_a_tuple([])
    ('(a,)', '()')
    """
    listed = list(names)
    return f"({', '.join(listed)}{',' if len(listed) == 1 else ''})"


def _filled(part: tuple[object, ...], indent: int) -> list[str]:
    """Give short items, as many on a line as there is room for."""
    lines = [" " * indent]
    for item in part:
        text = f"{_flat(item)},"
        if lines[-1].strip() and len(lines[-1]) + 1 + len(text) > WIDTH:
            lines.append(" " * indent)
        lines[-1] += f" {text}" if lines[-1].strip() else text
    return lines


def _leaves(part: object, most: int) -> int:
    """Count the values inside a value, each of which takes a letter or more; beyond `most` it stops counting."""
    match part:
        case Made(_, parts):
            inside: Iterable[object] = parts
        case tuple():
            inside = part
        case Mapping():
            inside = part.values()
        case _:
            return 1
    count = 0
    for item in inside:
        count += _leaves(item, most)
        if count > most:
            break
    return count


def _flat(part: object) -> str:
    match part:
        case Made() if part is QUESTIONS:
            return "_QUESTIONS"
        case Made(kind, parts):
            return f"{kind}({', '.join(map(_flat, parts))})"
        case str():
            return quoted(part)
        case tuple():
            return f"({', '.join(map(_flat, part))}{',' if len(part) == 1 else ''})"
        case Mapping():
            return "{" + ", ".join(f"{quoted(str(name))}: {_flat(item)}" for name, item in part.items()) + "}"
        case _:
            return repr(part)
