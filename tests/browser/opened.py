"""A page opened in a browser that is kept off the network, with everything that it asked for and complained of."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = os.environ.get("RULEPROOF_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")

IN_A_BROWSER = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
    pytest.mark.xdist_group("browser"),
    pytest.mark.slow,
]

OFFLINE = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip
"""Flags that keep Chromium off the network, and let it run where there is no other user."""


class Opened:
    """A page with everything that it asked for and complained of; both must be nothing at the end."""

    def __init__(self, browser: Any, path: Path, fragment: str = "", **context: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1300, "height": 900}, **context})
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(f"a dialog: {dialog.message}"))
        self.page.goto(path.as_uri() + fragment)

    def __enter__(self) -> Any:
        return self.page

    def __exit__(self, *_: object) -> None:
        self.context.close()
        assert self.said == []
        assert [url for url in self.asked if not url.startswith("file:")] == []


def walk_down(page: Any) -> None:
    """Look at the whole page once: what comes near is prepared then."""
    page.evaluate(
        """async () => {
          dispatchEvent(new Event("wheel"));  // as a reader does who moves on while the page still goes to a place
          for (let place = 0; place < document.body.scrollHeight; place += innerHeight) {
            scrollTo(0, place);
            await new Promise(requestAnimationFrame);
            await new Promise(requestAnimationFrame);
          }
          scrollTo(0, 0);
        }"""
    )
