"""Elements as XML text: attributes and texts escaped, one line for each element, the same bytes each time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Element:
    """An element with its attributes, in order, and either a text or other elements."""

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    inside: str | tuple[Element, ...] = ()


def element(name: str, inside: str | Iterable[Element] = (), /, **attributes: str) -> Element:
    """Make an element; attributes without a value are left out, and `_` stands for `:`."""
    kept = tuple((key.replace("_", ":"), value) for key, value in attributes.items() if value)
    return Element(name, kept, inside if isinstance(inside, str) else tuple(inside))


def to_xml(root: Element) -> str:
    """Write a document."""
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', *_lines(root, ""), ""])


def escaped(text: str) -> str:
    r"""Escape a text; a letter that no XML may hold becomes �.

    >>> escaped('a < "b" & c\r\n\x00')
    'a &lt; &quot;b&quot; &amp; c&#13;\n�'
    """
    plain = _NOT_XML.sub("�", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return plain.replace('"', "&quot;").replace("\r", "&#13;")


def _lines(item: Element, indent: str) -> Iterator[str]:
    pairs = "".join(f' {key}="{_in_attribute(value)}"' for key, value in item.attributes)
    if isinstance(item.inside, str):
        yield f"{indent}<{item.name}{pairs}>{escaped(item.inside)}</{item.name}>"
    elif not item.inside:
        yield f"{indent}<{item.name}{pairs}/>"
    else:
        yield f"{indent}<{item.name}{pairs}>"
        for part in item.inside:
            yield from _lines(part, f"{indent}  ")
        yield f"{indent}</{item.name}>"


def _in_attribute(text: str) -> str:
    return escaped(text).replace("\n", "&#10;").replace("\t", "&#9;")
