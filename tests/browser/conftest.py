"""What the browser tests share: one Chromium, kept off the network, and the report of all bundled policies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser.opened import CHROMIUM, OFFLINE
from ruleproof.beside import FolderBeside
from ruleproof.report.page import to_page
from test_bundled import POLICIES, named
from test_report import page_of_all, part_of


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="Playwright for Python is not installed")
    with api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(OFFLINE))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(page_of_all(), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def of_tumor_ngs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of one large policy alone."""
    path = tmp_path_factory.mktemp("report") / "tumor_ngs.html"
    folder = next(item.parent for item in POLICIES if item.stem == "tumor_ngs")
    path.write_text(to_page([part_of(named("tumor_ngs"), beside=FolderBeside(folder))]), encoding="utf-8")
    return path
