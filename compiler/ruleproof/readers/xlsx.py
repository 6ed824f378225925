"""A workbook to decision tables, one for each sheet that holds one, by the conventions of `grid`.

Cells that hold texts are unary tests, as in a CSV file; numbers, dates and yes or no are the value itself.  Formulas, merged cells
and cells in error are not guessed at: each stays undecided, and is named with its sheet and cell.
"""

from __future__ import annotations

import datetime
import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ruleproof.finding import Finding
from ruleproof.model.tables import DecisionTable
from ruleproof.readers.feel.functions import string_of
from ruleproof.readers.grid import Grid, table_from_grid
from ruleproof.readers.hit_policies import hit_policy_of
from ruleproof.readers.reading import Reading, table_finding
from ruleproof.readers.xlsx_parts import MOST_CELLS, BrokenError, column_number, parts_of
from ruleproof.source import NOWHERE, Source, Span, source_from_text

try:
    import python_calamine as calamine
except ImportError:  # an extra
    calamine = None  # type: ignore[assignment]

READING_ONLY = "ruleproof: "
"""What the first cell of a sheet begins with that is no table."""
_BETWEEN = " | "
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(/?)>(?:\s*<(?:\w+:)?(f)\b)?")
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_IN_ERROR = re.compile(rb"""\bt\s*=\s*["']e["']""")


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    values: list[list[Any]]
    problems: Mapping[tuple[int, int], str]


def read_xlsx(path: str, data: bytes, hit_policy: str = "") -> Reading:
    """Read a workbook; sheets without a table are told apart from tables that cannot be read."""
    source = source_from_text("", path)
    try:
        sheets = list(_sheets(data))
    except BrokenError as error:
        return Reading(source, findings=(table_finding(source, "unreadable_table", NOWHERE, str(error), error.help),))
    if not sheets:
        message = "the workbook holds no sheet that is shown"
        return Reading(source, findings=(table_finding(source, "no_table", NOWHERE, message),))
    sheets = [sheet for sheet in sheets if not _is_for_reading_only(sheet)]
    if not sheets:
        message = "every sheet of the workbook is for reading only"
        return Reading(source, findings=(table_finding(source, "no_table", NOWHERE, message),))
    source, grids = _grids(path, sheets)
    tables: list[DecisionTable] = []
    findings: list[Finding] = []
    for number, grid in enumerate(grids):
        if number and not _looks_like_a_table(grid):
            message = f"the sheet `{grid.name}` holds no table"
            findings.append(table_finding(source, "no_table", grid.span(0, 0), message))
            continue
        table, remarks = table_from_grid(grid, hit_policy)
        findings += remarks
        tables += [table] if table is not None else []
    return Reading(source, tuple(tables), tuple(findings))


def _is_for_reading_only(sheet: _Sheet) -> bool:
    """Tell whether `ruleproof build` wrote a sheet to be read by people, not as a table: its first cell says so."""
    first = sheet.values[0][0] if sheet.values and sheet.values[0] else ""
    return isinstance(first, str) and first.startswith(READING_ONLY)


def _looks_like_a_table(grid: Grid) -> bool:
    """Tell whether a sheet after the first is a table; one that names its hit policy is, below a title too."""
    wide = [texts for texts in grid.texts if sum(bool(text.strip()) for text in texts) > 1]
    if len(wide) > 1 and hit_policy_of(wide[0][0]) is not None and len(wide[0][0].strip()) > 2:
        return True
    filled = [sum(bool(text.strip()) for text in texts) for texts in grid.texts]
    widths = [width for width in filled if width]
    return len(widths) > 1 and widths[0] > 1 and max(widths[1:]) > 1


# ---------------------------------------------------------------- workbooks


def _sheets(data: bytes) -> Iterator[_Sheet]:
    """Read the sheets that are not hidden."""
    if calamine is None:
        raise BrokenError("workbooks need the extra `tables`", "pip install 'ruleproof[tables]'")
    packed = parts_of(data)
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        shown = [item.name for item in book.sheets_metadata if item.visible == calamine.SheetVisibleEnum.Visible]
        for name in shown:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height * sheet.total_width > MOST_CELLS:
                raise BrokenError(f"the sheet `{name}` reaches over more than {MOST_CELLS:,} cells")
            values = sheet.to_python(skip_empty_area=False)
            problems = _problems(packed.get(name, b"")) | _merged(values, sheet.merged_cell_ranges or ())
            yield _Sheet(name, values, problems | _no_numbers(values))
    except calamine.CalamineError as error:
        raise BrokenError(f"the workbook is broken: {' '.join(str(error).split())}") from None


Problems = dict[tuple[int, int], str]
"""What is wrong with cells, by row and column."""


def _problems(xml: bytes) -> Problems:
    """Find the cells that hold a formula or an error."""
    found: Problems = {}
    for match in _CELL.finditer(xml):
        attributes, formula = match[1], match[3]
        is_error = _IN_ERROR.search(attributes)
        place = _PLACE.search(attributes) if formula or is_error else None
        if place is not None:
            reason = "is in error" if is_error else "is a formula; only its last result is in the file"
            found[int(place[2]) - 1, column_number(place[1].decode())] = reason
    return found


def _merged(values: list[list[Any]], ranges: Any) -> Problems:
    """Find the cells that are merged with others; the ranges may reach beyond the sheet."""
    found: Problems = {}
    looked_at = 0
    width = max(map(len, values), default=0)
    for (top, left), (bottom, right) in ranges:
        reason = f"is merged with others ({cell_name(top, left)}:{cell_name(bottom, right)})"
        for row in range(top, min(bottom + 1, len(values))):
            for column in range(left, min(right + 1, width)):
                looked_at += 1
                if looked_at > MOST_CELLS:
                    raise BrokenError(f"more than {MOST_CELLS:,} cells are merged with others")
                found[row, column] = reason
    return found


def _no_numbers(values: list[list[Any]]) -> Problems:
    """Find the cells that are said to hold a number, and hold none that can be written."""
    return {
        (row, column): "holds no number"
        for row, cells in enumerate(values)
        for column, value in enumerate(cells)
        if isinstance(value, float) and not math.isfinite(value)
    }


def cell_name(row: int, column: int) -> str:
    """Name a cell as a sheet does.

    >>> cell_name(3, 27)
    'AB4'
    """
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


# ---------------------------------------------------------------- grids


def _grids(path: str, sheets: list[_Sheet]) -> tuple[Source, list[Grid]]:
    """Write all sheets as one text, a line for each row, so that findings can point into it."""
    lines: list[str] = []
    offset = 0
    starts: list[list[list[int]]] = []
    texts = [[[_text(value) for value in row] for row in sheet.values] for sheet in sheets]
    for sheet, rows in zip(sheets, texts, strict=True):
        lines.append(f"[{sheet.name}]")
        offset += len(lines[-1]) + 1
        places: list[list[int]] = []
        for row in rows:
            shown = [" ".join(text.split()) for text in row]
            places.append([])
            for text in shown:
                places[-1].append(offset)
                offset += len(text) + len(_BETWEEN)
            places[-1].append(offset)
            offset += 1 - len(_BETWEEN) if shown else 1
            lines.append(_BETWEEN.join(shown))
        starts.append(places)
    source = source_from_text("\n".join(lines), path)
    return source, [_grid(source, *each) for each in zip(sheets, texts, starts, strict=True)]


def _grid(source: Source, sheet: _Sheet, texts: list[list[str]], starts: list[list[int]]) -> Grid:
    def span(row: int, column: int) -> Span:
        place = starts[row] if row < len(starts) else [0]
        if column >= len(place) - 1:
            return Span(place[0], place[0])
        return Span(place[column], place[column + 1] - len(_BETWEEN))

    def where(row: int, column: int) -> str:
        return f"sheet `{sheet.name}`, cell {cell_name(row, column)}"

    typed = {
        (row, column)
        for row, values in enumerate(sheet.values)
        for column, value in enumerate(values)
        if not isinstance(value, str)
    }
    return Grid(sheet.name, source, texts, span, where, sheet.problems, frozenset(typed))


def _text(value: Any) -> str:
    """Write the value of a cell as FEEL."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float() if not math.isfinite(value):
            return "no number"
        case int() | float():
            return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
        case datetime.datetime() | datetime.date() | datetime.time() | datetime.timedelta():
            return f'@"{string_of(value)}"'
        case _:
            return ""
