"""Graphs and spaces of cells as a page holds them: without what stands elsewhere on it, and nodes and codes written short."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def lean_graph(graph: Any) -> Any:
    """Leave out what the page has elsewhere and what did not change from day to day, and write nodes short.

    A node is its dimension with, for each stretch of cells, its first cell and the node to go to; or the number of its
    answer or state, or whether it is met; or nothing where the case cannot happen.
    """
    lean_space(graph)
    for table in (*graph["decisions"], *graph["requirements"], *graph["worked_out"], *graph["cannot_happen"]["each"]):
        for earlier in table.get("earlier", ()):
            for name in [name for name, value in earlier.items() if value == table.get(name)]:
                del earlier[name]
    for table in _tables(graph):
        for name in ("nodes", "counts"):
            if name in table:
                table[name] = [_short(node) for node in table[name]]
        for name in ("answers", "rules"):
            if name in table:
                table[name] = _told(table[name])
    graph["requirements"] = [_without_empty(table) for table in graph["requirements"]]
    for question in graph["questions"].values():
        del question["text"]
    for item in graph["inputs"]:
        for name in ("ask", "follows", "reviewer"):
            del item[name]
    return graph


def lean_space(space: Any) -> Any:
    """Leave the words of cells out of a space, and write the codes of long lists as one text."""
    for dimension in space["dimensions"]:
        for cell in dimension["cells"]:
            del cell["words"]
            if "values" in cell:
                cell["values"] = _joined(cell["values"])
        group = dimension.get("group", {})
        if "codes" in group:
            group["codes"] = _joined(group["codes"])
    return space


MANY = 20
"""Longer lists of codes are written as one text."""


def _joined(codes: list[str]) -> list[str] | str:
    """Write many codes of one system as what they begin with, and then the rest of each.

    >>> _joined([f"ICD C{number}" for number in range(10, 32)])[:16]
    'ICD C10 C11 C12 '
    """
    prefix, blank, _ = codes[0].partition(" ") if codes else ("", "", "")
    ends = [code.removeprefix(prefix + blank) for code in codes]
    alike = all(code == f"{prefix} {end}" and " " not in end for code, end in zip(codes, ends, strict=True))
    return " ".join((prefix, *ends)) if len(codes) > MANY and blank and alike else codes


def _told(parts: Any) -> Any:
    """Leave out what answers or rules do not have; the page knows what an answer and a rule can have."""
    if isinstance(parts, dict):
        return {name: _without_empty(part) for name, part in parts.items()}
    return [_without_empty(part) for part in parts]


def _without_empty(part: Any) -> Any:
    return {name: value for name, value in part.items() if value not in ("", [], False)}


def _tables(graph: Any) -> Iterator[Any]:
    """Give every part of a graph file that has nodes, and what stood before it."""
    never = graph["cannot_happen"]
    for table in (*graph["decisions"], *graph["requirements"], *graph["worked_out"], never, *never["each"]):
        yield table
        yield from table.get("earlier", ())


def _short(node: Any) -> object:
    if "ask" in node:
        return [node["ask"], *(number for step in node["from"] for number in step)]
    return next((value for name, value in node.items() if name != "cannot_happen"), None)
