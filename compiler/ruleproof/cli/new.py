"""`ruleproof new`: a starter policy that checks cleanly, with a word about each construct."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click

from ruleproof.cli.options import format_option

_FILES = {
    "starter.policy": "{name}.policy",
    "starter_readme.md": "README.md",
    "starter_workflow.yml": "github-workflow.yml",
    "starter_hooks.yaml": "pre-commit-config.yaml",
}
"""Each template with the name that it gets in the new folder."""

_PLACEHOLDER = "starter_policy"


@click.command("new")
@click.argument("folder", metavar="NAME", type=click.Path(path_type=Path))
@format_option("text", "json")
def command(folder: Path, format: str) -> int:
    """Write a starter policy that checks cleanly.

    NAME is the name of the policy and of the folder that is made for it, in small letters; blanks and signs become
    underscores.  A folder that is there and not empty is
    left alone.
    """
    from ruleproof.cli.failures import Failure
    from ruleproof.cli.formats.to_json import dumps
    from ruleproof.cli.machine import compiler_version
    from ruleproof.cli.reading import shown
    from ruleproof.cli.terminal import emit, say
    from ruleproof.cli.writing import write_all

    name = _policy_name(folder)
    folder = folder if folder.exists() else folder.with_name(name)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Failure(f"`{shown(folder)}` is there already, and nothing is overwritten", "choose another name")
    files = {target.format(name=name): template(source, name) for source, target in _FILES.items()}
    written = write_all(folder, {path: text.encode("utf-8") for path, text in files.items()})
    policy = shown(folder / f"{name}.policy")
    if format == "json":
        emit(dumps({"ruleproof": compiler_version(), "policy": policy, "written": [shown(path) for path in written]}))
    else:
        quoted = shlex.quote(policy)
        steps = [f"ruleproof check {quoted}", f"ruleproof test {quoted}", f"ruleproof build {quoted} -o out"]
        say("\n".join([f"written: {', '.join(map(shown, written))}", "next:", *(f"  {step}" for step in steps)]))
    return 0


def _policy_name(folder: Path) -> str:
    """Make a name of the language from the name of the folder."""
    name = re.sub(r"\W+", "_", folder.name).strip("_").lower()
    if not re.fullmatch(r"[^\W\d]\w*", name):
        raise click.UsageError(f"`{folder.name}` is no name for a policy; begin with a letter, as in `gene_panels`")
    return name


def template(source: str, name: str = "") -> str:
    """Give the text of a template, the policy's name filled in."""
    from importlib.resources import files

    text = (files("ruleproof.cli") / "templates" / source).read_text("utf-8")
    return text.replace(_PLACEHOLDER, name) if name else text
