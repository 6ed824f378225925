"""The tidy form of a policy: the same tree, in a layout that everyone shares.

It works line by line, so that comments and the author's order stay.  A block begins in the first column, its clauses
two blanks in, what continues a clause four; blanks inside a line are evened out, tables are aligned, runs of empty
lines become one.  In a Markdown file only the ```policy blocks are touched.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ruleproof.source import Source
from ruleproof.tree.blocks import Piece, lines_inside, pieces, policy_text

_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|`[^`]*`|#.*|[(),]|[^\s"`#(),]+|["`]')
_CLAUSE = re.compile(
    r"(?:jurisdiction|document|index|steward|note|authority|revision|unit|ask|follows|decided|when|because|cite|covers|reading|gives"
    r"|collects|scope|services|then|overrides|needs|row|question|that|else|start|present|add|remove|Rev|moved|events|other|between|open|by|on|seen|for|given|as"
    r"|expect|supposing|after|unless|counting|in|per|earlier|no)\b"
)
_RULING = re.compile(r"[|\-: \t]+")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of policy text without the blanks around it, and what it is."""

    text: str
    kind: str
    """`block` (the first line of one), `row`, `comment`, `empty` or `more`."""
    table: int = -1
    """Where the block of a row begins, so that rows of one table are aligned together."""


def tidy_text(source: Source) -> str:
    """Give the tidy form of a policy without findings about its language; otherwise the result means nothing.

    >>> print(tidy_text(Source("a.policy", "policy  p\\n\\n\\ninput a   is yes or no # fact\\nnote \\"x\\"")), end="")
    policy p
    <BLANKLINE>
    input a is yes or no  # fact
      note "x"
    """
    found = pieces(policy_text(source))
    if not source.path.endswith(".md"):
        return "".join(line + "\n" for line in _tidy_lines(_classified(source.text, 0, found)))
    written: list[str] = []
    for start, lines, inside in _stretches(source):
        if not inside:
            written += lines
            continue
        margin = _margin(written[-1])
        tidied = _tidy_lines(_classified("\n".join(lines), start, found))
        written += [margin + line if line else "" for line in tidied]
    return "\n".join(written)


def _margin(fence: str) -> str:
    return fence[: len(fence) - len(fence.lstrip(" \t"))]


def _stretches(source: Source) -> Iterator[tuple[int, list[str], bool]]:
    """Cut a Markdown file into stretches of lines inside and outside its policy blocks, each with its offset."""
    lines = source.text.split("\n")
    inside = lines_inside(source)
    start = offset = 0
    for index, line in enumerate(lines):
        offset += len(line) + 1
        if index + 1 == len(lines) or inside[index + 1] != inside[index]:
            yield (
                offset - sum(len(part) + 1 for part in lines[start : index + 1]),
                lines[start : index + 1],
                inside[index],
            )
            start = index + 1


def _classified(text: str, offset: int, found: tuple[Piece, ...]) -> Iterator[_Line]:
    """Say of each line what it is; `offset` is where the text begins in its file."""
    starts = {piece.span.start for piece in found if piece.rule}
    tables = {row.start: piece.span.start for piece in found for row in piece.rows}
    for line in text.split("\n"):
        bare = line.strip(" \t")
        if offset in tables:
            yield _Line(bare, "row", tables[offset])
        else:
            kind = "block" if offset in starts else "comment" if bare.startswith("#") else "more" if bare else "empty"
            yield _Line(bare, kind)
        offset += len(line) + 1


def _tidy_lines(lines: Iterable[_Line]) -> list[str]:
    kept = list(lines)
    widths = _widths(kept)
    written: list[str] = []
    depth, clause = 0, ""
    for index, line in enumerate(kept):
        match line.kind:
            case "empty":
                if written and written[-1]:
                    written.append("")
            case "comment":
                written.append(("" if _leads_to_block(kept, index) else "  ") + _comment(line.text))
            case "row":
                written.append("  " + _aligned(line.text, widths[line.table]))
                depth, clause = 0, ""
            case _:
                if line.kind == "block":
                    depth, clause = 0, ""
                indent = 0 if line.kind == "block" else _indent(line.text, depth, clause)
                word = _CLAUSE.match(line.text)
                clause = word[0] if word and line.kind == "more" and indent == 2 else clause
                depth = max(0, depth + _opened(line.text))
                written.append(" " * indent + _evened(line.text))
    while written and not written[-1]:
        written.pop()
    return written


def _leads_to_block(lines: list[_Line], index: int) -> bool:
    """Tell whether a comment line stands above a block, or at the end of everything."""
    after = next((line.kind for line in lines[index:] if line.kind not in ("comment", "empty")), "block")
    return after == "block"


def _indent(text: str, depth: int, clause: str) -> int:
    """Give the indentation of a line inside a block: deeper in brackets, and where it continues a clause.

    `clause` is the word that the last clause began with; the `else` of a scope belongs to the scope.
    """
    depth -= len(text) - len(text.lstrip(")"))
    if depth > 0:
        return 2 + 2 * depth
    word = _CLAUSE.match(text)
    continues = word is None or (word[0] == "else" and clause == "scope")
    return 4 if clause and continues else 2


def _opened(text: str) -> int:
    """Count the brackets that a line opens, less those that it closes."""
    marks = [token for token in _TOKEN.findall(text) if token in ("(", ")")]
    return marks.count("(") - marks.count(")")


def _evened(text: str) -> str:
    """Even out the blanks of a line: one between words, none inside brackets, two before a comment.

    >>> _evened('when  any  of( a,b ,"c  d" )#why')
    'when any of (a, b, "c  d")  # why'
    """
    parts: list[str] = []
    before = ""
    for token in _TOKEN.findall(text):
        if token.startswith("#"):
            token = _comment(token)
            parts.append("  " if parts else "")
        elif parts and before != "(" and token not in (",", ")"):
            parts.append(" ")
        parts.append(token)
        before = token
    return "".join(parts)


def _comment(text: str) -> str:
    """Put a blank after the sign; what an author drew or indented inside a comment stays.

    >>> _comment("#why"), _comment("#   as it is"), _comment("#---")
    ('# why', '#   as it is', '# ---')
    """
    said = text[1:].rstrip(" \t")
    return f"#{said}" if not said or said[0] in " \t#!" else f"# {said}"


# ---------------------------------------------------------------- tables


def _cells(row: str) -> tuple[list[str], str]:
    """Cut a row at its bars, outside quotes, into evened cells and the comment after them."""
    cells: list[str] = []
    comment = ""
    inside: list[str] = []
    for token in re.findall(r'"(?:\\.|[^"\\])*"|`[^`]*`|#.*|\||[^"`#|]+|["`]', row):
        if token.startswith("#"):
            comment = _comment(token)
        elif token == "|":
            cells.append(_evened("".join(inside).strip(" \t")))
            inside = []
        else:
            inside.append(token)
    if "".join(inside).strip(" \t"):
        cells.append(_evened("".join(inside).strip(" \t")))
    return cells[1:], comment


def _is_ruling(row: str) -> bool:
    return _RULING.fullmatch(row) is not None


def _widths(lines: list[_Line]) -> dict[int, list[int]]:
    """Give the width of each column of each table; a ruling takes the width of the others."""
    widths: dict[int, list[int]] = {}
    for line in lines:
        if line.kind == "row":
            known = widths.setdefault(line.table, [])
            for index, cell in enumerate(_cells(line.text)[0]):
                wide = 3 if _is_ruling(line.text) else text_width(cell)
                known[index : index + 1] = [max(wide, *known[index : index + 1])] if known[index:] else [wide]
    return widths


def _aligned(row: str, widths: list[int]) -> str:
    cells, comment = _cells(row)
    if not cells:  # a lone bar stays one: with a second bar it would be a ruling the next time
        return "|" + (f"  {comment}" if comment else "")
    if _is_ruling(row):
        parts = [_ruled(cell, width) for cell, width in zip(cells, widths, strict=False)]
    else:
        parts = [cell + " " * (width - text_width(cell)) for cell, width in zip(cells, widths, strict=False)]
    return "| " + " | ".join(parts) + " |" + (f"  {comment}" if comment else "")


def _ruled(cell: str, width: int) -> str:
    left, right = ":" * cell.startswith(":"), ":" * (cell.endswith(":") and len(cell) > 1)
    return left + "-" * (width - len(left) - len(right)) + right


def text_width(text: str) -> int:
    """Count the columns that a text takes on a terminal: wide letters take two, combining ones none.

    >>> text_width("a\\u0301"), text_width("\\u4e2d")
    (1, 2)
    """
    return sum(_letter_width(letter) for letter in text)


def _letter_width(letter: str) -> int:
    if letter.isascii():
        return 1
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1
