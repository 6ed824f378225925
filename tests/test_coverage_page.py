"""The page of what is covered where: it is up to date, and every id on it exists."""

from __future__ import annotations

from coverage_page import KINDS, PAGE, STATEMENTS, Home, homes, page


def test_the_page_is_up_to_date(rewrite: bool) -> None:
    if rewrite:
        PAGE.write_text(page(), "utf-8")
    assert PAGE.read_text("utf-8") == page(), "accept the new page with --rewrite"


def test_only_known_statements_and_kinds_are_covered() -> None:
    """A mistyped id would make a statement look as if nobody had read it."""
    unknown = {name: where for name, where in homes().items() if name not in KINDS and name not in STATEMENTS}
    assert not unknown


def test_every_statement_has_a_place() -> None:
    assert [name for name in STATEMENTS if name not in homes()] == []


def test_a_row_says_what_is_run_and_what_is_recorded() -> None:
    found = homes()
    assert Home("tumor_ngs", "rule", "T6") in found["S25"]
    assert all(home.recorded for home in found["S70"])
    assert "| S70 | recorded | tumor_ngs: not modelled `article front.code_text`" in page()
