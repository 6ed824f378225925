"""A list that a laboratory keeps (CSV), to what each of its keys stands for: a test identifier to its number of genes."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from ruleproof.readers.claims.lines import clipped
from ruleproof.tree.messages import did_you_mean

_LONGEST_FIELD = 1 << 16


def looked_up(content: bytes, key: str, gives: str, most: int) -> Mapping[str, str | None]:
    """Give what each key stands for, nothing where its field is empty; what is wrong with the file is a `ValueError`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("the file is not UTF-8 text") from None
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(rows, [])]
        places = [_place(header, name) for name in (key, gives)]
        found: dict[str, str | None] = {}
        for row in rows:
            if not any(row):
                continue
            if len(row) != len(header):
                raise ValueError(f"line {rows.line_num} has {len(row)} fields, and the header {len(header)}")
            name, value = (row[place].strip() for place in places)
            if not name or len(name) > _LONGEST_FIELD:
                raise ValueError(f"line {rows.line_num} has no `{key}`")
            if name in found and found[name] != (value or None):
                raise ValueError(f"line {rows.line_num}: `{clipped(name)}` stands for another value in an earlier line")
            found[name] = value or None
            if len(found) > most:
                raise ValueError(f"it has more than {most:,} keys")
    except csv.Error as error:
        raise ValueError(f"line {rows.line_num}: {str(error).rstrip('.')}") from None
    return found


def _place(header: list[str], name: str) -> int:
    if header.count(name) > 1:
        raise ValueError(f"it has two columns `{name}`")
    if name not in header:
        near = did_you_mean(name, tuple(header))
        hint = f"did you mean `{near}`?" if near else f"it has {', '.join(map(clipped, header[:20]))}"
        raise ValueError(f"it has no column `{clipped(name)}`; {hint}")
    return header.index(name)
