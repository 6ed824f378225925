"""Policies with one mistake each: one finding, at the right place, quickly, and never a trace of ours.

`tests/broken/expected.tsv` names for each file the code of the finding, the line, and the text that is underlined.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ruleproof.cli.reading import source_from_bytes
from ruleproof.cli.report import Report, check_all
from ruleproof.finding import Finding, Severity

FOLDER = Path(__file__).parent / "broken"
LONGEST = 2.0
"""Seconds that one file may take."""

Expected = tuple[str, int, str]
"""Code, line, underlined text."""

EXPECTED: dict[str, Expected] = {
    name: (code, int(line), json.loads(underlined))
    for name, code, line, underlined in (
        row.split("\t") for row in (FOLDER / "expected.tsv").read_text("utf-8").splitlines()[1:]
    )
}

SOUND = """policy sound
input a is yes or no
decision d gives one of x, y
rule R1 for d when a then d is x
rule R2 for d when not a then d is y
"""


def _rule(condition: str) -> str:
    return SOUND.replace("when not a", f"when {condition}")


MADE: dict[str, tuple[Callable[[], bytes], Expected]] = {
    "empty": (lambda: b"", ("RP113", 1, "")),
    "only_blanks": (lambda: b" \n\t\n\n", ("RP113", 1, "")),
    "only_a_comment": (lambda: b"# policy p\n", ("RP113", 1, "")),
    "only_a_byte_order_mark": (lambda: b"\xef\xbb\xbf", ("RP113", 1, "")),
    "markdown_words": (lambda: b"# Title\n\nSome words.\n", ("RP103", 3, "Some")),
    "binary": (lambda: bytes(range(256)) * 20, ("RP101", 1, "")),
    "zeros": (lambda: bytes(1000), ("RP101", 1, "")),
    "pdf": (lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", ("RP101", 1, "")),
    "word": (lambda: b"PK\x03\x04\x14\0\x06\0", ("RP101", 1, "")),
    "old_word": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 4, ("RP101", 1, "")),
    "rich_text": (lambda: rb"{\rtf1\ansi policy p}", ("RP101", 1, "")),
    "utf_16": (lambda: SOUND.encode("utf-16"), ("RP101", 1, "")),
    "utf_16_without_mark": (lambda: SOUND.encode("utf-16-be"), ("RP101", 1, "")),
    "windows_1252": (lambda: SOUND.replace("sound", 'sound "caf\u00e9"').encode("cp1252"), ("RP101", 1, "\ufffd")),
    "half_a_letter": (lambda: SOUND.encode() + b"# \xe4\xb8", ("RP101", 6, "\ufffd")),
    "too_many_bytes": (lambda: b"# " + b"x" * 17_000_000, ("RP107", 1, "")),
    "too_many_letters": (lambda: SOUND.encode() + b"# comment\n" * 500_000, ("RP107", 1, "")),
    "line_of_ten_megabytes": (lambda: SOUND.encode() + b'note "' + b"x" * 10_000_000 + b'"\n', ("RP107", 1, "")),
    "long_line": (lambda: SOUND.encode() + b"# " + b"x" * 20_000, ("RP107", 6, "#")),
    "deep_brackets": (lambda: _rule("(\n" * 10_000 + "not a" + "\n)" * 10_000).encode(), ("RP107", 45, "(")),
    "deep_brackets_left_open": (lambda: _rule("(\n" * 10_000).encode(), ("RP107", 45, "(")),
    "deep_nots": (lambda: _rule("not (" * 1_500 + "a" + ")" * 1_500).encode(), ("RP107", 5, "(")),
    "mark_and_tabs": (
        lambda: b"\xef\xbb\xbf" + _rule("not b").replace("rule", "\trule\t").encode(),
        ("RP108", 5, "b"),
    ),
    "windows_line_ends": (lambda: _rule("not b").replace("\n", "\r\n").encode(), ("RP108", 5, "b")),
    "old_mac_line_ends": (lambda: _rule("not b").replace("\n", "\r").encode(), ("RP108", 5, "b")),
    "mixed_line_ends": (lambda: _rule("not b").replace("\n", "\r\n", 3).encode(), ("RP108", 5, "b")),
    "two_marks": (lambda: b"\xef\xbb\xbf" * 2 + SOUND.encode(), ("RP102", 1, "\ufeff")),
    "word_from_word": (lambda: _rule("not\u00a0a").encode(), ("RP102", 5, "\u00a0")),
    "line_separator": (lambda: SOUND.replace("policy sound", 'policy sound "a\u2028b"').encode(), ("RP102", 1, "\u2028")),
    "turned_text": (lambda: SOUND.replace("rule R1", "rule R1 # \u202e x").encode(), ("RP102", 4, "\u202e")),
    "escape_character": (lambda: SOUND.replace("sound", 'sound "\x1b[31m"').encode(), ("RP102", 1, "\x1b")),
    "many_openings": (lambda: ("policy p\n" + 'input a "' * 3_000).encode(), ("RP107", 2, "i")),
}  # fmt: skip
"""Files that are too large, or too strange, to lie in a folder."""


def _check(content: bytes, name: str) -> Report:
    return check_all([source_from_bytes(content, f"{name}.policy")])


def _one_finding(report: Report) -> Finding:
    told = [finding for finding in report.findings if finding.severity is not Severity.NOTE]
    assert len(told) == 1, [finding.message for finding in told]
    return told[0]


def _assert_as_expected(content: bytes, name: str, expected: Expected) -> None:
    began = time.process_time()
    report = _check(content, name)
    assert time.process_time() - began < LONGEST
    finding = _one_finding(report)
    code, line, underlined = expected
    assert finding.code == code, finding.message
    assert finding.help, "what can an author do about it?"
    (place, *_) = finding.places
    source = report.sources.get(place.path)
    if source is not None:
        assert (source.line_and_column(place.span.start)[0], source.slice(place.span)) == (line, underlined)
    assert report.status == 1


def test_the_table_names_every_file() -> None:
    assert set(EXPECTED) == {path.stem for path in FOLDER.glob("*.policy")}
    assert len(EXPECTED) + len(MADE) > 150


@pytest.mark.parametrize("name", EXPECTED)
def test_a_broken_policy_gives_one_finding(name: str) -> None:
    _assert_as_expected((FOLDER / f"{name}.policy").read_bytes(), name, EXPECTED[name])


@pytest.mark.parametrize("name", MADE)
def test_a_strange_file_gives_one_finding(name: str) -> None:
    make, expected = MADE[name]
    _assert_as_expected(make(), name, expected)


@pytest.mark.parametrize("name", EXPECTED)
def test_messages_are_for_people(name: str) -> None:
    """One sentence, lower-case start, no full stop, no words of the implementation."""
    finding = _one_finding(_check((FOLDER / f"{name}.policy").read_bytes(), name))
    for text in (finding.message, finding.help):
        assert "\n" not in text
        assert not text.rstrip("`").endswith("."), text
        assert text[0] == text[0].lower() or text[0] == "`", text
    words = f"{finding.message} {finding.help}".lower().split()
    assert not {"token", "node", "leaf", "parser", "lark", "none", "null", "syntax"}.intersection(words), (
        finding.message
    )


PROCESSES = [
    "line_of_ten_megabytes", "deep_brackets", "deep_nots", "binary", "empty", "too_many_bytes", "turned_text",
    "word_rule", "cycle_define", "gap",
]  # fmt: skip


@pytest.mark.parametrize("format", ["text", "json", "sarif"])
@pytest.mark.parametrize("name", PROCESSES)
def test_as_a_process(name: str, format: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.policy"
    path.write_bytes(MADE[name][0]() if name in MADE else (FOLDER / f"{name}.policy").read_bytes())
    command = [sys.executable, "-m", "ruleproof", "check", path.name, "--format", format]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime) < LONGEST
    assert done.returncode == 1, done.stderr
    said = (done.stdout + done.stderr).decode("utf-8")
    code = MADE[name][1][0] if name in MADE else EXPECTED[name][0]
    assert code in said
    assert "Traceback" not in said
    assert len(said) < 20_000
    assert not any(letter in said for letter in "\u202e\x1b\x00")
