"""The parts of a workbook, looked at before anything unpacks them for good: nothing in it may ask for more memory than it is worth.

A workbook of a few kilobytes can name a cell a million rows away, or a text of megabytes in each of its cells; a reader that
makes room for all of that never comes back.
"""

from __future__ import annotations

import io
import re
import zipfile

from ruleproof.readers.xml_tree import UnsafeError, text_of_xml, tree_from_xml

LARGEST_FILE = 64 * 1024 * 1024
LARGEST_UNPACKED = 256 * 1024 * 1024
LARGEST_TEXT = 64 * 1024 * 1024
"""How many bytes the texts of all cells may have together; a text that several cells share counts for each."""
MOST_PARTS = 2_000
MOST_CELLS = 2_000_000
_OLD = b"\xd0\xcf\x11\xe0"
_PLACE = re.compile(rb"""<(?:\w+:)?(?:c|row)\b[^>]*?\br\s*=\s*["']([A-Za-z]*)([0-9]+)["']""")
_SHARED = re.compile(rb"<(?:\w+:)?si\b")
_INDEX = re.compile(rb"v>\s*([0-9]{1,7})\s*<")


class BrokenError(Exception):
    """The workbook cannot be read; `str()` says why."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.help = help


def parts_of(data: bytes) -> dict[str, bytes]:
    """Give the XML of each sheet by its name; refuse what is too large, packed or unpacked."""
    if len(data) > LARGEST_FILE:
        raise BrokenError(f"the file is larger than {LARGEST_FILE // 1024 // 1024} MB", "part the workbook")
    if data.startswith(_OLD):
        raise BrokenError(
            "this is an old workbook (.xls), or one with a password", "save it as .xlsx, without a password"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _must_be_small(archive)
            return {name: archive.read(part) for name, part in _sheets(archive).items()}
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise BrokenError(f"this is no workbook, or a broken one: {' '.join(str(error).split())}") from None
    except UnsafeError as error:
        raise BrokenError(f"the workbook is broken: {error}") from None


def _must_be_small(archive: zipfile.ZipFile) -> None:
    """Unpack everything once without keeping it: what an archive says of its own size may be untrue."""
    items = archive.infolist()
    if len(items) > MOST_PARTS:
        raise BrokenError(f"the workbook holds more than {MOST_PARTS:,} parts")
    left = LARGEST_UNPACKED
    sheets: list[str] = []
    lengths: list[int] = []
    for item in items:
        with archive.open(item) as stream:
            content = stream.read(left + 1)
        left -= len(content)
        if left < 0:
            raise BrokenError(f"the workbook unpacks to more than {LARGEST_UNPACKED // 1024 // 1024} MB")
        if item.filename.lower().endswith("sharedstrings.xml"):
            lengths = _lengths(content)
        elif b"sheetData" in content:
            _must_not_reach_far(item.filename, content)
            sheets.append(item.filename)
    if lengths:
        _must_not_repeat(archive, sheets, lengths)


def _must_not_reach_far(part: str, xml: bytes) -> None:
    """Refuse cells so far apart that a grid of all between them is too large."""
    rows, columns = [1], [1]
    for seen, match in enumerate(_PLACE.finditer(xml), 1):
        if len(match[1]) > 3 or len(match[2]) > 7:
            raise BrokenError(f"`{part}` names a cell that no sheet has: {(match[1] + match[2])[:20].decode()}")
        rows.append(int(match[2]))
        columns.append(column_number(match[1].decode().upper()) + 1)
        if seen % 4096 == 0:
            rows, columns = [max(rows)], [max(columns)]
    if max(rows) * max(columns) > MOST_CELLS:
        reach = f"{max(rows):,} rows and {max(columns):,} columns"
        raise BrokenError(
            f"`{part}` reaches over {reach}, more than {MOST_CELLS:,} cells",
            "delete what stands far away from the table, even empty cells with a format",
        )


def _lengths(xml: bytes) -> list[int]:
    places = [match.start() for match in _SHARED.finditer(xml)]
    return [end - start for start, end in zip(places, [*places[1:], len(xml)], strict=True)]


def _must_not_repeat(archive: zipfile.ZipFile, sheets: list[str], lengths: list[int]) -> None:
    """Refuse cells that share long texts, which a reader repeats in each of them."""
    left = LARGEST_TEXT
    for part in sheets:
        xml = archive.read(part)
        if max(lengths) * xml.count(b"<") <= left:
            continue
        if b"<!" in xml or b"&#" in xml:
            raise BrokenError(f"`{part}` holds what no sheet needs beside such long texts")
        for match in _INDEX.finditer(xml):
            index = int(match[1])
            left -= lengths[index] if index < len(lengths) else 0
            if left < 0:
                raise BrokenError(f"the texts of all cells have more than {LARGEST_TEXT // 1024 // 1024} MB")


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Name the part of the archive that holds each sheet."""
    relations = tree_from_xml(text_of_xml(archive.read("xl/_rels/workbook.xml.rels"), "workbook.xml.rels"))
    targets = {item.get("Id"): item.get("Target") for item in relations.children}
    book = tree_from_xml(text_of_xml(archive.read("xl/workbook.xml"), "workbook.xml"))
    sheets = [sheet for group in book.all("sheets") for sheet in group.all("sheet")]
    parts = {sheet.get("name"): targets.get(sheet.get("id"), "") for sheet in sheets}
    full = {name: part.lstrip("/") if part.startswith("/") else f"xl/{part}" for name, part in parts.items()}
    known = set(archive.namelist())
    return {name: part for name, part in full.items() if part in known}


def column_number(letters: str) -> int:
    """Give the number of a column, from 0.

    >>> column_number("A"), column_number("AB")
    (0, 27)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
