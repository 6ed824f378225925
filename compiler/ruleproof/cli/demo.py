"""`ruleproof demo`: a small policy with a planted gap and a planted conflict, found, drawn, and ready to be mended."""

from __future__ import annotations

from pathlib import Path

import click

from ruleproof.cli.options import format_option

_ALLOWED = ("gap", "conflict")


@click.command("demo")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path), default="ruleproof-demo")
@format_option("text", "json")
def command(folder: Path, format: str) -> int:
    """Write a small policy with planted mistakes, and find them.

    Nothing is fetched, and only DIR is written to.
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
    else:
        _show(report, path, pictures)
    return 0


def _products(compiled: Compiled) -> dict[str, bytes]:
    from ruleproof.artifacts import EMITTERS

    kinds = [kind for kind in ("svg", "markdown") if kind in EMITTERS]
    return {name: text.encode("utf-8") for kind in kinds for name, text in EMITTERS[kind](compiled).items()}
