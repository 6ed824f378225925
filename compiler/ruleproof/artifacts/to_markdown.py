"""Compiled policy to tables for people: the rules as written, and for each decision the derived table without overlaps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import assert_never

from ruleproof.artifacts import policy_tables as tables
from ruleproof.artifacts.chart import clean
from ruleproof.artifacts.names import file_stem
from ruleproof.artifacts.policy_tables import Cell, Cited, Name, Piece, Stressed, Table, Text
from ruleproof.artifacts.tables import unsound
from ruleproof.compiled import VERSION, Compiled
from ruleproof.model import nodes as model


def to_markdown(compiled: Compiled) -> dict[str, str]:
    """Give the tables of a policy."""
    lines = [line for section in _sections(compiled) for line in section]
    return {f"{file_stem(compiled.policy.name)}.md": "\n".join(lines).rstrip("\n") + "\n"}


def escaped(text: str) -> str:
    r"""Give a text as it can stand anywhere in Markdown, a table included, and be read as it is.

    >>> escaped("a|b <i> `c` _d_ e_f *g*")
    'a\\|b &lt;i&gt; \\`c\\` \\_d\\_ e_f \\*g\\*'
    """
    plain = re.sub(r"[\\`*\[\]|~$#!]|(?<!\w)_|_(?!\w)", r"\\\g<0>", clean(text))
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _name(text: str) -> str:
    """Give a name as code where that is safe."""
    return f"`{text}`" if re.fullmatch(r"-|\w+(?:[ .]\w+)*", text) else escaped(text)


def _piece(piece: Piece) -> str:
    match piece:
        case str():
            return piece
        case Name(text):
            return _name(text)
        case Text(text) | Cited(text):
            return escaped(text)
        case Stressed(text):
            return f"*{text}*"
        case _:
            assert_never(piece)


def _cell(cell: Cell) -> str:
    return "".join(map(_piece, cell))


def _table(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(map(_cell, table.head))} |"
    yield f"|{' --- |' * len(table.head)}"
    for row in table.rows:
        yield f"| {' | '.join(map(_cell, row))} |"
    yield ""


def _sections(compiled: Compiled) -> Iterator[list[str]]:
    policy = compiled.policy
    yield list(_head(compiled))
    for decision in policy.decisions:
        yield list(_decision(compiled, decision))
    others = (
        ("Requirements", policy.requirements, tables.requirements_table(policy.requirements)),
        ("Inputs", (policy,), tables.inputs_table(policy)),
        ("Sources", policy.sources, tables.sources_table(policy)),
        ("Definitions", policy.definitions, tables.definitions_table(policy)),
        ("What cannot happen", policy.impossibles, tables.impossibles_table(policy)),
        ("Questions", policy.questions, tables.questions_table(policy)),
    )
    for title, listed, table in others:
        if listed:
            yield [f"## {title}", "", *_table(table)]


def _head(compiled: Compiled) -> Iterator[str]:
    policy = compiled.policy
    yield f"# {escaped(policy.label or policy.name)}"
    yield ""
    yield f"Policy {_name(policy.name)}, revision {escaped(compiled.revision or 'not stated')}."
    yield f"sha256 `{compiled.source.sha256}`, made by ruleproof {VERSION}."
    faults = unsound(compiled)
    if faults:
        yield ""
        yield f"**Built all the same, with these findings standing: {', '.join(map(_name, faults))}.**"
    yield ""


def _decision(compiled: Compiled, decision: model.Decision) -> Iterator[str]:
    yield f"## {escaped(decision.label or decision.name)}"
    yield ""
    yield from map(_cell, tables.decision_in_words(decision))
    yield ""
    yield "### Rules as written"
    yield ""
    yield from _table(tables.rules_as_written(decision))
    yield "### Derived table without overlaps"
    yield ""
    for part in tables.derived_table(compiled, decision):
        yield from _table(part) if isinstance(part, Table) else (_cell(part), "")
