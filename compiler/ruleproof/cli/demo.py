"""`ruleproof demo`: a small policy with a planted gap and a planted conflict, found, drawn, and ready to be mended."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ruleproof.cli.auditors_report import FILE, page_of
from ruleproof.cli.options import format_option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ruleproof.cli.report import Report
    from ruleproof.compiled import Compiled

_PRODUCTS = ("svg", "markdown")


@click.command("demo")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path), default="ruleproof-demo")
@format_option("text", "json")
def command(folder: Path, format: str) -> int:
    """Write a small policy with planted mistakes, and find them.

    Nothing is fetched, and only DIR is written to.  Its report is opened where there is a terminal and a desktop.
    """
    from ruleproof.cli.failures import Failure
    from ruleproof.cli.new import template
    from ruleproof.cli.reading import read_file, shown
    from ruleproof.cli.report import check_all
    from ruleproof.cli.writing import write_all

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Failure(
            f"`{shown(folder)}` is there already, and nothing is overwritten",
            f"name another folder: ruleproof demo {shown(folder)}-2",
        )
    (path,) = write_all(folder, {"demo.policy": template("demo.policy").encode("utf-8")})
    report = check_all([read_file(path)])
    (file,) = report.files
    if file.compiled is None:
        raise AssertionError("the policy of the demonstration cannot be read")
    pictures = write_all(folder / "out", _products(file.compiled))
    if format == "json":
        _show_json(report, [path, *pictures])
        return 0
    _show(report, path, pictures)
    page = next(item for item in pictures if item.name == FILE)
    if can_be_opened(sys.stdout.isatty(), sys.platform, os.environ):
        click.launch(str(page.resolve()))
    return 0


def can_be_opened(terminal: bool, platform: str, environment: Mapping[str, str]) -> bool:
    """Tell whether somebody sits in front of it who would see a browser: at a terminal, with a desktop, and not in CI."""
    desktop = platform in ("darwin", "win32") or bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
    return terminal and desktop and not environment.get("CI")


def _products(compiled: Compiled) -> dict[str, bytes]:
    """Draw the policy with its mistakes in it, as `build --allow gap,conflict` does, and write its report."""
    from ruleproof.artifacts import EMITTERS

    made = (EMITTERS[kind](compiled) for kind in _PRODUCTS if kind in EMITTERS)
    found = {name: text.encode("utf-8") for files in made for name, text in files.items()}
    return {**found, FILE: page_of([compiled], {})}


def _show(report: Report, path: Path, pictures: list[Path]) -> None:
    from ruleproof.cli.reading import shown
    from ruleproof.cli.showing import show
    from ruleproof.cli.terminal import say

    policy = shown(path)
    say(f"A policy with two planted mistakes: {policy}\n")
    show(report, "text", None, "usual")
    headings = (
        (".html", "The report, which auditors open:"),
        (".svg", "To open in a browser:"),
        (".md", "The same as tables, to read as text:"),
    )
    for ending, words in headings:
        chosen = [f"  {shown(item)}" for item in sorted(pictures) if item.suffix == ending]
        if chosen:
            say("\n".join(["", words, *chosen]))
    say(
        "\n".join(
            (
                "",
                "Next:",
                f"  ruleproof check {policy}    after mending it: say which rule wins, and add the rule that is missing",
                "  ruleproof rule gap    what a gap is, and how to mend it",
                "  ruleproof new my_policy    a policy to start from, with a word about each construct",
            )
        )
    )


def _show_json(report: Report, written: list[Path]) -> None:
    from ruleproof.cli.formats.to_json import dumps, report_object
    from ruleproof.cli.reading import shown
    from ruleproof.cli.terminal import emit

    emit(dumps(report_object(report) | {"written": [shown(path) for path in written]}))
