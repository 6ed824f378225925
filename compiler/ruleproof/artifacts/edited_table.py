"""A file with the rules of its decision tables replaced, and everything else left as it stands: CSV and DMN."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from ruleproof.model.tables import STRING, DecisionTable, TableRow
from ruleproof.prover.table_simplify import Simplified
from ruleproof.prover.table_texts import cell_text

Change = tuple[int, int, str]
"""Where a piece of text begins and ends, and what takes its place."""

_QUOTED = re.compile(r'"([^"\\]*)"')
_TAG = re.compile(r"""<(?P<prefix>[\w.-]+:)?(?P<name>[\w.-]+)(?P<rest>(?:[^>"']|"[^"]*"|'[^']*')*?)(?P<empty>/)?>""")
_HIT_POLICY = re.compile(r"""(\shitPolicy\s*=\s*)(?:"[^"]*"|'[^']*')""")


def changed_text(text: str, changes: Sequence[Change]) -> str:
    """Carry out changes that do not overlap.

    >>> changed_text("abcdef", [(1, 2, "X"), (4, 6, "")])
    'aXcd'
    """
    for start, end, written in sorted(changes, reverse=True):
        text = text[:start] + written + text[end:]
    return text


def csv_changes(text: str, table: DecisionTable, found: Simplified, *, quoted: bool) -> list[Change]:
    """Give the changes of a CSV file; texts stand bare where the column has none in quotes, unless all are to be `quoted`."""
    changed = _changed_columns(table, found)
    bare = {
        column
        for column in changed
        if table.columns[column].type == STRING and not any('"' in row.texts[column] for row in table.rows if row.texts)
    }
    changes: list[Change] = []
    for item, row in zip(found.rows, found.table.rows, strict=True):
        before = table.rows[item.row]
        for column in sorted(changed):
            test = row.tests[column]
            if not before.spans or (test == before.tests[column] and not (quoted and column in bare)):
                continue
            said = cell_text(test)
            said = _QUOTED.sub(r"\1", said) if column in bare and not quoted else said
            span = before.spans[column]
            changes.append((span.start, span.end, _field(said, text[before.spans[0].end : before.spans[0].end + 1])))
    return [*changes, *_rows_out(text, table, found)]


def dmn_changes(text: str, table: DecisionTable, found: Simplified, hit_policy: str = "") -> list[Change]:
    """Give the changes of a DMN file; `hit_policy` is another one for the table, where it is to have another one."""
    changes = list(_hit_policy_changes(text, table, hit_policy)) if hit_policy else []
    for item, row in zip(found.rows, found.table.rows, strict=True):
        before = table.rows[item.row]
        for column, (test, old) in enumerate(zip(row.tests, before.tests, strict=True)):
            if test != old:
                changes.append(
                    _entry_change(text, before.spans[column].start, before.spans[column].end, cell_text(test))
                )
    return [*changes, *_rows_out(text, table, found)]


def _changed_columns(table: DecisionTable, found: Simplified) -> set[int]:
    return {
        column
        for item, row in zip(found.rows, found.table.rows, strict=True)
        for column, (test, old) in enumerate(zip(row.tests, table.rows[item.row].tests, strict=True))
        if test != old
    }


def _rows_out(text: str, table: DecisionTable, found: Simplified) -> Iterator[Change]:
    """Take out the rows that are gone, with their lines where they stand alone on them."""
    kept = {item.row for item in found.rows}
    for index, row in enumerate(table.rows):
        if index not in kept:
            yield _row_out(text, row)


def _row_out(text: str, row: TableRow) -> Change:
    start, end = row.span.start, row.span.end
    line = text.rfind("\n", 0, start) + 1
    if not text[line:start].strip() and text[end : end + 1] in ("\n", ""):
        return line, min(end + 1, len(text)), ""
    return start, end, ""


def _field(said: str, separator: str) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=separator if separator in (",", ";", "\t") else ",", lineterminator="").writerow([said])
    return line.getvalue()


def _entry_change(text: str, start: int, end: int, said: str) -> Change:
    """Write the text of an entry: between its tags, or where the element is empty, with the tags that it lacks."""
    tag = (
        _TAG.match(text, start) if text[start : start + 1] == "<" and not text.startswith("<![CDATA[", start) else None
    )
    if tag is None or tag["name"] not in ("text", "inputEntry"):
        return start, end, escape(said)
    prefix, name = tag["prefix"] or "", tag["name"]
    inner = escape(said) if name == "text" else f"<{prefix}text>{escape(said)}</{prefix}text>"
    opening = f"<{prefix}{name}{tag['rest'].rstrip()}>"
    if not tag["empty"]:
        return tag.start(), tag.end(), opening + inner
    return tag.start(), tag.end(), f"{opening}{inner}</{prefix}{name}>"


def _hit_policy_changes(text: str, table: DecisionTable, hit_policy: str) -> Iterator[Change]:
    tag = _TAG.match(text, table.span.start)
    assert tag is not None, "a table begins with its tag"
    found = _HIT_POLICY.search(text, tag.start(), tag.end())
    if found is None:
        yield table.span.end, table.span.end, f' hitPolicy="{hit_policy}"'
    else:
        yield found.start(), found.end(), f'{found[1]}"{hit_policy}"'
