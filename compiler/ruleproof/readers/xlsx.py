"""A workbook to decision tables, one for each sheet that holds one, by the conventions of `grid`.

Cells that hold texts are unary tests, as in a CSV file; numbers, dates and yes or no are the value itself.  Formulas, merged cells
and cells in error are not guessed at: each stays undecided, and is named with its sheet and cell.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ruleproof.finding import Finding
from ruleproof.model.tables import DecisionTable
from ruleproof.readers.feel.functions import string_of
from ruleproof.readers.grid import Grid, table_from_grid
from ruleproof.readers.reading import Reading, table_finding
from ruleproof.readers.xml_tree import UnsafeError, text_of_xml, tree_from_xml
from ruleproof.source import Source, Span, source_from_text

try:
    import python_calamine as calamine
except ImportError:  # an extra
    calamine = None  # type: ignore[assignment]

LARGEST_FILE = 64 * 1024 * 1024
LARGEST_UNPACKED = 512 * 1024 * 1024
MOST_CELLS = 5_000_000
_BETWEEN = " | "
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(/?)>(?:\s*<(?:\w+:)?(f)\b)?")
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_IN_ERROR = re.compile(rb"""\bt\s*=\s*["']e["']""")


class BrokenError(Exception):
    """The workbook cannot be read; `str()` says why."""


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
        return Reading(source, findings=(table_finding(source, "unreadable_table", Span(0, 0), str(error)),))
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


def _looks_like_a_table(grid: Grid) -> bool:
    filled = [sum(bool(text.strip()) for text in texts) for texts in grid.texts]
    widths = [width for width in filled if width]
    return len(widths) > 1 and widths[0] > 1 and max(widths[1:]) > 1


# ---------------------------------------------------------------- workbooks


def _sheets(data: bytes) -> Iterator[_Sheet]:
    """Read the sheets that are not hidden."""
    if calamine is None:
        raise BrokenError("workbooks need the extra `tables`: pip install 'ruleproof[tables]'")
    packed = _unpacked(data)
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        shown = [item.name for item in book.sheets_metadata if item.visible == calamine.SheetVisibleEnum.Visible]
        for name in shown:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height * sheet.total_width > MOST_CELLS:
                raise BrokenError(f"the sheet `{name}` reaches over more than {MOST_CELLS:,} cells")
            values = sheet.to_python(skip_empty_area=False)
            yield _Sheet(name, values, _problems(packed.get(name, b""), sheet.merged_cell_ranges or ()))
    except calamine.CalamineError as error:
        raise BrokenError(f"the workbook is broken: {' '.join(str(error).split())}") from None


def _unpacked(data: bytes) -> dict[str, bytes]:
    """Give the XML of each sheet by its name; refuse what is too large, packed or unpacked."""
    if len(data) > LARGEST_FILE:
        raise BrokenError(f"the file is larger than {LARGEST_FILE // 1024 // 1024} MB")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _must_be_small(archive)
            return {name: archive.read(part) for name, part in _parts(archive).items()}
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise BrokenError(f"this is no workbook, or a broken one: {' '.join(str(error).split())}") from None
    except UnsafeError as error:
        raise BrokenError(f"the workbook is broken: {error}") from None


def _must_be_small(archive: zipfile.ZipFile) -> None:
    """Unpack everything once without keeping it: what an archive says of its own size may be untrue."""
    seen = 0
    for item in archive.infolist():
        with archive.open(item) as stream:
            while chunk := stream.read(1 << 20):
                seen += len(chunk)
                if seen > LARGEST_UNPACKED:
                    raise BrokenError(f"the workbook unpacks to more than {LARGEST_UNPACKED // 1024 // 1024} MB")


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Name the part of the archive that holds each sheet."""
    relations = tree_from_xml(text_of_xml(archive.read("xl/_rels/workbook.xml.rels"), "workbook.xml.rels"))
    targets = {item.get("Id"): item.get("Target") for item in relations.children}
    book = tree_from_xml(text_of_xml(archive.read("xl/workbook.xml"), "workbook.xml"))
    sheets = [sheet for group in book.all("sheets") for sheet in group.all("sheet")]
    parts = {sheet.get("name"): targets.get(sheet.get("id"), "") for sheet in sheets}
    full = {name: part.lstrip("/") if part.startswith("/") else f"xl/{part}" for name, part in parts.items()}
    known = set(archive.namelist())
    return {name: part for name, part in full.items() if part in known}


def _problems(xml: bytes, merged: Any) -> dict[tuple[int, int], str]:
    """Find the cells that hold no plain value: formulas, errors, and cells merged with others."""
    found: dict[tuple[int, int], str] = {}
    for attributes, _, formula in _CELL.findall(xml):
        is_error = _IN_ERROR.search(attributes)
        place = _PLACE.search(attributes) if formula or is_error else None
        if place is not None:
            reason = "is in error" if is_error else "is a formula; only its last result is in the file"
            found[int(place[2]) - 1, _column_number(place[1].decode())] = reason
    for (top, left), (bottom, right) in merged:
        inside = ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))
        for _, place_inside in zip(range(MOST_CELLS), inside, strict=False):
            found[place_inside] = f"is merged with others ({cell_name(top, left)}:{cell_name(bottom, right)})"
    return found


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


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
        case int() | float():
            return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
        case datetime.datetime() | datetime.date() | datetime.time() | datetime.timedelta():
            return f'@"{string_of(value)}"'
        case _:
            return ""
