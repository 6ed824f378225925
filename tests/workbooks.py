"""Small workbooks, written cell by cell, so that tests can hold what no tool would write."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from ruleproof.readers.xlsx import cell_name

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FIRST_DAY = datetime.date(1899, 12, 30)


@dataclass(frozen=True)
class Formula:
    text: str
    result: float


@dataclass(frozen=True)
class Error:
    text: str


Cell = str | int | float | bool | datetime.date | Formula | Error | None


def workbook(
    sheets: Mapping[str, Sequence[Sequence[Cell]]], merged: Mapping[str, Sequence[str]] | None = None
) -> bytes:
    """Write a workbook; `merged` names ranges such as `A1:B2` by sheet."""
    names = list(sheets)
    numbers = range(1, len(names) + 1)
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_TYPES}"><Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_BOOK}"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}">'
            f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            + "".join(
                f'<sheet name={quoteattr(n)} sheetId="{i}" r:id="r{i}"/>' for i, n in zip(numbers, names, strict=True)
            )
            + "</sheets></workbook>"
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{_PACKAGE}">'
            + "".join(
                f'<Relationship Id="r{i}" Type="{_OFFICE}/worksheet" Target="worksheets/s{i}.xml"/>' for i in numbers
            )
            + f'<Relationship Id="styles" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
        ),
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
    }
    for number, name in zip(numbers, names, strict=True):
        parts[f"xl/worksheets/s{number}.xml"] = _sheet(sheets[name], (merged or {}).get(name, ()))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, text in parts.items():
            archive.writestr(part, _HEAD + text)
    return packed.getvalue()


def _sheet(rows: Sequence[Sequence[Cell]], merged: Sequence[str]) -> str:
    body = "".join(
        f'<row r="{number}">{"".join(_cell(cell_name(number - 1, place), cell) for place, cell in enumerate(row))}</row>'
        for number, row in enumerate(rows, 1)
    )
    ranges = "".join(f'<mergeCell ref="{each}"/>' for each in merged)
    tail = f"<mergeCells>{ranges}</mergeCells>" if merged else ""
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData>{tail}</worksheet>'


def _cell(place: str, cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
        case Formula(text, result):
            return f'<c r="{place}"><f>{escape(text)}</f><v>{result}</v></c>'
        case Error(text):
            return f'<c r="{place}" t="e"><v>{escape(text)}</v></c>'
        case str():
            return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
        case datetime.date():
            return f'<c r="{place}" s="1"><v>{(cell - _FIRST_DAY).days}</v></c>'
        case _:
            return f'<c r="{place}"><v>{cell!r}</v></c>'
