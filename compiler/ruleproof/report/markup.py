"""Elements of a page: texts are escaped when they enter, and only what went through here counts as markup."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Markup:
    """HTML that is safe to put into a page."""

    text: str


Content: TypeAlias = "str | Markup | Iterable[Content]"
"""What an element holds: texts, elements, or several of them."""

Attribute: TypeAlias = "str | int | bool | None"
"""The value of an attribute; `True` is one without a value, `False` and `None` leave it out."""

_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Letters that cannot be seen, or that turn the direction of what follows: a text could show another order than it has."""

_EMPTY = frozenset(("input", "meta", "br", "hr"))
_ENDED_BY_THE_NEXT = frozenset(("td", "th", "tr", "tbody", "thead", "li", "dt", "dd", "option"))
"""Elements whose end a browser sees by what follows; a report has tens of thousands of them."""


def shown(text: str) -> str:
    r"""Give a text as it can stand in a page and be read as it is, not yet escaped.

    >>> shown("a\u202eb\x00")
    'a�b�'
    """
    return _HIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def joined(*content: Content) -> Markup:
    """Give contents one after the other.

    >>> joined("a < b", element("br")).text
    'a &lt; b<br>'
    """
    return Markup("".join(_pieces(content)))


def _pieces(content: Content) -> Iterable[str]:
    match content:
        case Markup(text):
            yield text
        case str():
            yield escape(shown(content))
        case _:
            for part in content:
                yield from _pieces(part)


def element(name: str, /, *content: Content, **attributes: Attribute) -> Markup:
    """Give an element; in the names of attributes `_` stands for `-`, and one at the end is dropped (`class_`).

    >>> element("a", "R & D", href="#r", class_="rule", data_of="x", hidden=False).text
    '<a href="#r" class="rule" data-of="x">R &amp; D</a>'
    """
    written = "".join(_attribute(key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items())
    start = f"<{name}{written}>"
    if name in _EMPTY:
        return Markup(start)
    return Markup(f"{start}{joined(*content).text}{'' if name in _ENDED_BY_THE_NEXT else f'</{name}>'}")


def _attribute(name: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(shown(str(value)))}"'


def data_block(id: str, value: object) -> Markup:
    r"""Give values for a script to read, as JSON that no text in it can end.

    >>> data_block("d", {"a": "</script>"}).text
    '<script type="application/json" id="d">{"a":"\\u003c/script\\u003e"}</script>'
    """
    text = json.dumps(value, separators=(",", ":"))
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(f'<script type="application/json" id="{escape(id)}">{text}</script>')


def anchor(*parts: str) -> str:
    """Give an id that no other parts give, and that may stand in a link as it is.

    >>> anchor("p1", "rule", "R1"), anchor("p1", "place", "article coding.1")
    ('p1-rule-R1', 'p1-place-article:20:coding.1')
    """
    return "-".join(re.sub(r"[^A-Za-z0-9_.]", lambda found: f":{ord(found[0]):x}:", part) for part in parts)
