"""A workbook, written so that nothing in it is ever taken for a formula, a number, a date or a link of the author's."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

MOST_LETTERS = 32_767
"""How many letters a cell of a sheet may hold."""
MOST_ROWS = 1_048_576
"""How many rows a sheet may have."""
MOST_LINKS = 65_000
"""How many links are written in a sheet; programs take some 500 more, and what is beyond stands there without one."""
LONGEST_NAME = 31
"""How many letters the name of a sheet may have."""
_NARROWEST, _WIDEST = 9, 58
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_TAKEN = ("history",)
"""Names that programs keep for themselves."""
_FIRST_DAY = datetime.datetime(1980, 1, 1)  # noqa: DTZ001  a file in a zip has a time without a zone


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, where a click on it leads (a sheet and a row, or an address), and how it looks."""

    text: str
    sheet: str = ""
    row: int = 0
    address: str = ""
    look: str = "text"


class SheetNames:
    """Gives each sheet a name that every program takes, and no two the same."""

    def __init__(self) -> None:
        self._used = set(_TAKEN)

    def name(self, wanted: str) -> str:
        """Give a name close to the one wanted.

        >>> names = SheetNames()
        >>> names.name("a/b"), names.name("A_B"), names.name("x" * 40)[-3:], names.name("'")
        ('a_b', 'A_B 2', 'xxx', '_')
        """
        plain = _NOT_IN_A_NAME.sub("_", wanted).strip()
        plain = re.sub(r"^'|'$", "_", plain)[:LONGEST_NAME].strip() or "sheet"
        name, number = plain, 2
        while name.casefold() in self._used:
            ending = f" {number}"
            name, number = plain[: LONGEST_NAME - len(ending)] + ending, number + 1
        self._used.add(name.casefold())
        return name


class Book:
    """A workbook that is being written; `cut` names the cells and sheets that did not hold all that they should."""

    def __init__(self, title: str, subject: str, comments: str) -> None:
        import xlsxwriter  # noqa: PLC0415  only who asks for a workbook waits for it

        self._bytes = io.BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._book = xlsxwriter.Workbook(self._bytes, options)
        self._book.set_properties({"title": title, "subject": subject, "comments": comments, "created": _FIRST_DAY})
        plain = {"num_format": "@", "text_wrap": True, "valign": "top", "quote_prefix": True, "font_size": 10}
        self._looks = {
            "text": self._book.add_format(plain),
            "link": self._book.add_format(plain | {"font_color": "#0563C1", "underline": 1}),
            "head": self._book.add_format(plain | {"bold": True, "bg_color": "#DDE6EF", "bottom": 1}),
            "type": self._book.add_format(
                plain | {"italic": True, "font_color": "#555555", "bg_color": "#F3F5F7", "bottom": 1}
            ),
            "title": self._book.add_format({"num_format": "@", "bold": True, "font_size": 13, "quote_prefix": True}),
            "answer": self._book.add_format(plain | {"bold": True, "left": 1}),
            "faint": self._book.add_format(plain | {"font_color": "#6B6B6B"}),
        }
        self.cut: list[str] = []
        self._links: Counter[str] = Counter()

    def add(self, name: str) -> None:
        """Begin a sheet; sheets stand in the order in which they are begun."""
        self._book.add_worksheet(name)

    def write(
        self, name: str, title: str, heads: Sequence[Sequence[Cell]], rows: Iterable[Sequence[Cell]], fixed: int = 1
    ) -> None:
        """Fill a sheet: a title, rows that stay in sight with filters on the last of them, and the rest.

        `fixed` columns stay in sight as well.
        """
        sheet = self._book.get_worksheet_by_name(name)
        if sheet is None:
            raise ValueError(f"there is no sheet `{name}`")
        self._cell(sheet, name, 0, 0, Cell(title, look="title"))
        lines = [*heads]
        number = 0
        for line in rows:
            if len(lines) + 1 >= MOST_ROWS:
                number += 1
            else:
                lines.append(line)
        for row, line in enumerate(lines, 1):
            for column, cell in enumerate(line):
                self._cell(sheet, name, row, column, cell)
        if number:
            self.cut.append(f"the sheet {name} holds {MOST_ROWS - 1:,} rows; {number:,} more have no place")
        for column, width in enumerate(_widths(lines, len(heads))):
            sheet.set_column(column, column, width, self._looks["text"])
        if heads:
            sheet.freeze_panes(1 + len(heads), fixed)
            sheet.autofilter(len(heads), 0, max(len(lines), len(heads)), len(heads[0]) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0, len(heads))

    def _cell(self, sheet: Any, name: str, row: int, column: int, cell: Cell) -> None:
        text = cell.text
        if not text:
            return
        if len(text) > MOST_LETTERS:
            self.cut.append(
                f"a cell of the sheet {name}, row {row + 1}, holds the first {MOST_LETTERS:,} of {len(text):,} letters"
            )
            text = text[: MOST_LETTERS - 1] + "…"
        address = cell.address or (
            f"internal:'{cell.sheet.replace(chr(39), chr(39) * 2)}'!A{cell.row + 1}" if cell.sheet else ""
        )
        self._links[name] += bool(address)
        if address and self._links[name] <= MOST_LINKS:
            sheet.write_url(row, column, address, self._looks["link"], text)
        else:
            sheet.write_string(row, column, text, self._looks[cell.look])

    def bytes(self) -> bytes:
        """Give the file; the same content gives the same bytes, since its parts are not packed."""
        self._book.close()
        packed = io.BytesIO()
        with zipfile.ZipFile(self._bytes) as made, zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as kept:
            for item in made.infolist():
                kept.writestr(zipfile.ZipInfo(item.filename, (1980, 1, 1, 0, 0, 0)), made.read(item))
        return packed.getvalue()


def _widths(lines: Sequence[Sequence[Cell]], heads: int) -> list[float]:
    """Give the width of each column: that of most of its texts, within bounds; headings are not broken inside words."""
    columns = max(map(len, lines), default=0)
    found: list[float] = []
    for column in range(columns):
        texts = [line[column].text for line in lines if column < len(line) and line[column].text]
        longest = max((len(part) for text in texts for part in text.split("\n")), default=0)
        words = max((len(word) for text in texts[:heads] for word in re.split(r"[\s]", text)), default=0)
        found.append(
            cast(float, min(max(_NARROWEST, words + 4, longest * 0.55 if longest > 30 else longest + 2), _WIDEST))
        )
    return found
