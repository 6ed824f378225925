"""Values to JSON text: ASCII only, short parts on one line, safe inside a web page, equal values in equal text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

WIDTH = 120


def json_text(value: object) -> str:
    """Give a value as a JSON file.

    >>> json_text({"a": [1, "</script>"], "b": Decimal("0.10")})
    '{"a": [1, "\\\\u003c/script\\\\u003e"], "b": 0.10}\\n'
    """
    return _written(value, 0) + "\n"


def _written(value: object, indent: int) -> str:
    flat = _flat(value)
    if len(flat) + indent <= WIDTH or not isinstance(value, Mapping | list | tuple):
        return flat
    pad = " " * (indent + 1)
    if isinstance(value, Mapping):
        lines = [f"{pad}{_flat(str(name))}: {_written(item, indent + 1)}" for name, item in value.items()]
        return "{\n" + ",\n".join(lines) + "\n" + " " * indent + "}"
    return "[\n" + ",\n".join(f"{pad}{_written(item, indent + 1)}" for item in value) + "\n" + " " * indent + "]"


def _flat(value: object) -> str:
    match value:
        case Mapping():
            return "{" + ", ".join(f"{_flat(str(name))}: {_flat(item)}" for name, item in value.items()) + "}"
        case list() | tuple():
            return f"[{', '.join(map(_flat, value))}]"
        case Decimal():
            return f"{value:f}"
        case _:
            text = json.dumps(value)
            return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
