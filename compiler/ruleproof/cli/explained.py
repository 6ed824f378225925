"""The page of each kind of finding: one text for `ruleproof rule`, for the documentation and for SARIF."""

from __future__ import annotations

import inspect
from pathlib import Path

from ruleproof.finding import Severity
from ruleproof.pages import Page

_GROUPS = {
    "RP1": "What the language does not allow",
    "RP2": "Gaps, conflicts and rules without effect",
    "RP3": "Sources, code lists and time",
    "RP4": "Style",
}
_EFFECT = {
    Severity.ERROR: "An error: the exit status is 1.",
    Severity.WARNING: "A warning: the exit status stays 0.",
    Severity.NOTE: "A note: nothing is wrong.",
}


def all_pages() -> tuple[Page, ...]:
    """Give every page, in the order of the codes."""
    from ruleproof.checks import PAGES

    return tuple(sorted(PAGES, key=lambda page: page.code))


def page_of(asked: str) -> Page | None:
    """Give the page of a finding by its code or its name, in any case."""
    wanted = asked.strip().lower().replace("-", "_")
    return next((page for page in all_pages() if wanted in (page.code.lower(), page.name)), None)


def summary(page: Page) -> str:
    """Give the first paragraph of a page on one line."""
    return " ".join(inspect.cleandoc(page.text).split("\n\n")[0].split())


def as_markdown(page: Page) -> str:
    """Give the whole page; each sentence of its text stays on its own line."""
    text = inspect.cleandoc(page.text)
    return f"# {page.code} {page.name}\n\n{text}\n\n{_EFFECT[page.severity]}\n"


def index_as_markdown() -> str:
    """Give the list of all findings, grouped by the first digit of their codes."""
    lines = [
        "# Findings",
        "",
        "Every finding has a code that never changes its meaning.",
        "`ruleproof rule CODE` prints its page without a network.",
    ]
    for prefix, title in _GROUPS.items():
        members = [page for page in all_pages() if page.code.startswith(prefix)]
        if members:
            lines += ["", f"## {title}", "", "| code | name | severity | what it is |", "| --- | --- | --- | --- |"]
            lines += [
                f"| [{page.code}]({page.code}.md) | {page.name} | {page.severity.value} | {_cell(summary(page))} |"
                for page in members
            ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def documentation() -> dict[str, str]:
    """Give the files of `docs/findings/`: one for each finding, and the index."""
    return {"index.md": index_as_markdown(), **{f"{page.code}.md": as_markdown(page) for page in all_pages()}}


def write_documentation(folder: Path) -> None:
    """Write the files of `docs/findings/` anew, and remove those of findings that are gone."""
    files = documentation()
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("RP*.md"):
        if stale.name not in files:
            stale.unlink()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
