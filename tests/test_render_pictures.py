"""Charts as PDF, PNG and HTML: the same sections and words as in SVG, whole on their page, and nothing that asks a network."""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ruleproof.cli import main
from ruleproof.resources import folder

POLICY = (folder("policies") / "tumor_ngs" / "tumor_ngs.policy").as_posix()
STRANGE = """\
policy letters "Größe 中"
source article
  authority is binding
  revision Rev 1 published 2024-01-10 services from 2024-01-01
input service_date is date from 2024-01-01
input kind is one of a, b
decision code "what" gives one of x, y
rule A for code when kind is a
  then report x
  cite article one.1
rule B for code when kind is b
  then report y
  cite article one.2
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _render(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["render", *arguments])


def test_a_pdf_has_a_page_for_each_section_with_its_words() -> None:
    pdfium = pytest.importorskip("pypdfium2", reason="the extra `pictures` is not installed")
    assert _render(POLICY, "--decision", "billing_code", "-o", "chart.pdf").exit_code == 0
    document = pdfium.PdfDocument("chart.pdf")
    pages = [page.get_textpage().get_text_range() for page in document]
    document.close()
    assert len(pages) == 7
    assert [f"section {number} of 7" in text for number, text in enumerate(pages, 1)] == [True] * 7
    assert "report CPT 81479" in pages[1]
    assert _render(POLICY, "--decision", "billing_code", "--section", "2", "-o", "again.pdf").exit_code == 0
    before = Path("again.pdf").read_bytes()
    assert _render(POLICY, "--decision", "billing_code", "--section", "2", "-o", "again.pdf").exit_code == 0
    assert Path("again.pdf").read_bytes() == before


def test_a_png_shows_the_whole_chart() -> None:
    pdfium = pytest.importorskip("pypdfium2", reason="the extra `pictures` is not installed")
    from PIL import Image

    assert _render(POLICY, "--decision", "billing_code", "--section", "2", "-o", "chart.png").exit_code == 0
    assert _render(POLICY, "--decision", "billing_code", "--section", "2", "-o", "chart.pdf").exit_code == 0
    width, height = pdfium.PdfDocument("chart.pdf")[0].get_size()
    with Image.open("chart.png") as image:
        assert image.size == pytest.approx((2 * width, 2 * height), abs=2)
        edge = {image.getpixel((x, y)) for x in range(image.width) for y in (0, image.height - 1)}
        colours = image.convert("RGB").getcolors(1 << 20) or []
    assert len(edge) == 1, "nothing is cut off at the upper and lower edge"
    assert len(colours) > 20
    assert _render(POLICY, "--decision", "billing_code", "--as", "png", "-o", "folder").exit_code == 0
    assert len(list(Path("folder").glob("*.png"))) == 7


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action")]
        self.ids += [value or "" for name, value in attrs if name == "id"]


def test_a_page_has_every_section_with_its_text_and_asks_for_nothing() -> None:
    assert _render(POLICY, "--decision", "billing_code", "-o", "chart.html").exit_code == 0
    text = Path("chart.html").read_text("utf-8")
    seen = _Seen()
    seen.feed(text)
    assert (seen.tags.count("figure"), seen.tags.count("svg"), seen.tags.count("details")) == (7, 7, 7)
    assert "script" not in seen.tags
    assert not seen.addresses
    assert len(seen.ids) == len(set(seen.ids))
    assert "default-src 'none'" in text
    assert "<h1>Targeted and comprehensive tumour profiling: code to report</h1>" in text


def test_strange_letters_are_drawn_in_a_page_and_refused_in_a_pdf() -> None:
    pytest.importorskip("svglib", reason="the extra `pictures` is not installed")
    Path("letters.policy").write_text(STRANGE, encoding="utf-8")
    refused = _render("letters.policy", "-o", "chart.pdf")
    assert "the letter `中` is not in the standard fonts of PDF" in refused.stderr
    assert not Path("chart.pdf").exists()
    Path("letters.policy").write_text(STRANGE.replace(" 中", ""), encoding="utf-8")
    assert _render("letters.policy", "-o", "chart.pdf").exit_code == 0
    assert _render("letters.policy", "-o", "chart.html").exit_code == 0
    assert "Größe" in Path("chart.html").read_text("utf-8")


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "svglib.svglib", None)
    refused = _render(POLICY, "--decision", "billing_code", "-o", "chart.pdf")
    assert "pdf and png need a library that is not here" in refused.stderr
    assert not Path("chart.pdf").exists()


def test_bytes_do_not_go_to_a_terminal() -> None:
    pytest.importorskip("svglib", reason="the extra `pictures` is not installed")
    refused = _render(POLICY, "--decision", "billing_code", "--as", "pdf")
    assert refused.exit_code == 2
    assert "name a file with -o" in refused.stderr
