"""`ruleproof fmt`: the tidy form of policies, with the same meaning down to the tree."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ruleproof.cli.options import format_option, paths_argument, stdin_name_option

if TYPE_CHECKING:
    from ruleproof.cli.reading import Read
    from ruleproof.finding import Finding
    from ruleproof.source import Source


@click.command("fmt")
@paths_argument
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 where a file is not tidy.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@format_option("text", "json")
@stdin_name_option
def command(paths: tuple[str, ...], check: bool, diff: bool, format: str, stdin_name: str) -> int:
    """Bring policies into the tidy form.

    PATH is a policy file, a folder, or - to tidy standard input onto standard output.  Comments and the order of
    blocks stay; in Markdown files only the policy blocks are touched.  A file with mistakes in its language is left as
    it is.
    """
    from ruleproof.cli.reading import read_all

    results = [_tidied(item) for item in read_all(paths, stdin_name)]
    if not check and not diff:
        for result in results:
            if result.changed and result.path != stdin_name:
                _write(result)
    _show(results, "check" if check else "diff" if diff else "write", format, stdin_name)
    unread = max((result.status for result in results), default=0)
    return max(unread, 1 if (check or diff) and any(result.changed for result in results) else 0)


@dataclass(frozen=True, slots=True)
class _Result:
    path: str
    before: str = ""
    after: str = ""
    findings: tuple[Finding, ...] = ()
    source: Source | None = None
    status: int = 0

    @property
    def changed(self) -> bool:
        return self.after != self.before


def _tidied(item: Read) -> _Result:
    """Tidy one source, unless it has findings; the tree of the result is compared with that of the original."""
    from ruleproof.cli.reading import Unread
    from ruleproof.source import Source
    from ruleproof.tree.from_text import tree_from_text
    from ruleproof.tree.tidy import tidy_text

    if isinstance(item, Unread):
        return _Result(item.path, findings=(item.finding,), source=item.source, status=item.status)
    tree, findings = tree_from_text(item)
    if findings:
        return _Result(item.path, findings=findings, source=item, status=1)
    after = tidy_text(item)
    again, problems = tree_from_text(Source(item.path, after))
    if problems or again.blocks != tree.blocks:
        raise AssertionError(f"the tidy form of {item.path} would mean something else; the file is left as it is")
    return _Result(item.path, item.text, after, source=item)


def _write(result: _Result) -> None:
    """Write the tidy text with the line ends that the file has."""
    from ruleproof.cli.writing import write_one

    path = Path(result.path)
    content = path.read_bytes()
    windows = content.count(b"\r\n") * 2 > content.count(b"\n")
    write_one(path, (result.after.replace("\n", "\r\n") if windows else result.after).encode("utf-8"))


def _show(results: list[_Result], mode: str, format: str, stdin_name: str) -> None:
    from ruleproof.cli.formats.to_json import dumps, finding_object
    from ruleproof.cli.machine import compiler_version
    from ruleproof.cli.report import Checked, Report
    from ruleproof.cli.showing import show_findings
    from ruleproof.cli.terminal import emit, say

    files = (Checked(result.path, "", result.findings, result.source, status=result.status) for result in results)
    report = Report(tuple(files))
    if format == "json":
        described = [{"path": result.path, "changed": result.changed, "diff": _diff(result)} for result in results]
        findings = [finding_object(finding, report.sources) for finding in report.findings]
        emit(dumps({"ruleproof": compiler_version(), "files": described, "findings": findings}))
        return
    show_findings(report, None, "usual")
    for result in results:
        if mode == "diff" and result.changed:
            emit(_diff(result))
        elif mode == "write" and result.path == stdin_name and not result.findings:
            emit(result.after)
        elif result.changed and result.path != stdin_name:
            say(f"{'not tidy' if mode == 'check' else 'tidied'}: {result.path}")


def _diff(result: _Result) -> str:
    import difflib

    lines = difflib.unified_diff(
        result.before.splitlines(keepends=True),
        result.after.splitlines(keepends=True),
        result.path,
        f"{result.path} (tidy)",
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
