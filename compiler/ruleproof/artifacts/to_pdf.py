"""SVG of ours to PDF and PNG, by libraries that need nothing of the system: no browser, and no fonts.

The fonts are the standard ones of PDF, which every reader has; they hold the letters of Western Europe.  What they lack
would be drawn as an empty box, so it is refused instead.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

POINTS_OF_AN_INCH = 72
_LETTERS = "cp1252"
_TEXT = re.compile(r"<text\b[^>]*>([^<]*)</text>")
_LOOKALIKES = str.maketrans({"≤": "<=", "≥": ">=", "→": "->", "−": "-", "\u2009": " ", "\u202f": " ", "\u2011": "-"})


class NoSuchLetterError(ValueError):
    """A letter that the standard fonts of PDF do not have."""


def to_pdf(pictures: Sequence[str]) -> bytes:
    """Give one PDF with a page for each SVG picture, as large as the picture; raises `ImportError` without svglib."""
    from reportlab.graphics import renderPDF  # noqa: PLC0415 - an extra, and slow to load
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

    stream = io.BytesIO()
    canvas = Canvas(stream, invariant=True)
    for picture in pictures:
        drawing = _drawing(picture)
        canvas.setPageSize((drawing.width, drawing.height))
        renderPDF.draw(drawing, canvas, 0, 0)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def to_png(picture: str, dots_per_inch: int = 144) -> bytes:
    """Give an SVG picture as PNG; raises `ImportError` without svglib and pypdfium2."""
    import pypdfium2  # noqa: PLC0415

    document = pypdfium2.PdfDocument(to_pdf([picture]))
    stream = io.BytesIO()
    document[0].render(scale=dots_per_inch / POINTS_OF_AN_INCH).to_pil().save(stream, "png")
    document.close()
    return stream.getvalue()


def _drawing(picture: str) -> Any:
    from svglib.svglib import svg2rlg  # noqa: PLC0415

    written = _TEXT.sub(lambda found: found[0].translate(_LOOKALIKES), picture)
    for found in _TEXT.finditer(written):
        _refuse_strange(found[1])
    return svg2rlg(io.BytesIO(written.encode("utf-8")))


def _refuse_strange(text: str) -> None:
    for letter in text:
        try:
            letter.encode(_LETTERS)
        except UnicodeEncodeError:
            raise NoSuchLetterError(f"the letter `{letter}` is not in the standard fonts of PDF") from None
