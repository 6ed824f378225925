"""What people write out of habit, from speech or from other languages: where it stands, and how this language says it."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from ruleproof.source import Source, Span

_NUMBER = r"-?\d+(?:\.\d+)?"
_MORE = "greater|bigger|larger|higher|longer|older"
_FEWER = "fewer|smaller|lower|shorter|younger|lesser"
_FORCES = ("report", "consider", "may", "must")
_TESTS = re.compile(r"at\s+(?:least|most)\b|between\b|(?:more|less)\s+than\b|(?:on\s+or\s+)?(?:before|after)\b")
_GOES_ON = re.compile(r"\s+(?:is|are|any|all|none|at|between|more|less|before|after)\b")
_CHOICES = re.compile(r"\b(\w+)\s+is\s+(\w+)((?:\s+or\s+\w+\b(?!\s+(?:is|are|any|all|none)\b))+)")

_HABITS = (
    (rf"\bis\s+(?P<at>(?:{_MORE})\s+than\s+or\s+equal(?:\s+to)?)\b", "write `is at least`"),
    (rf"\bis\s+(?P<at>(?:{_FEWER}|less)\s+than\s+or\s+equal(?:\s+to)?)\b", "write `is at most`"),
    (rf"\bis\s+(?P<at>{_MORE})\s+than\b", "write `is more than`"),
    (rf"\bis\s+(?P<at>{_FEWER})\s+than\b", "write `is less than`"),
    (r"\bis\s+(?P<at>over|above)\s+(?=\d)", "write `is more than`"),
    (r"\bis\s+(?P<at>under|below)\s+(?=\d)", "write `is less than`"),
    (r"\b(?P<at>yes\s*/\s*no)\b", "write `yes or no`"),
)
"""Patterns of text with the place `at` to point at, and the way out."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What stands where, and what to write instead."""

    span: Span
    help: str


def slip_at(source: Source, span: Span, expected: tuple[str, ...], rule: str, before: str) -> Slip | None:
    """Give the slip behind the word at `span` that cannot be read; `before` is the text of the block up to there."""
    begin = span.start - min(len(before), 200)
    line_end = source.text.find("\n", span.start)
    text = source.text[begin : line_end if line_end >= 0 else len(source.text)][:400]
    here = span.start - begin
    for pattern, help in _HABITS:
        for match in re.finditer(pattern, text):
            if match.start() <= here <= match.end():
                return Slip(_moved(match.span("at"), begin), help)
    found = _dates_and_ranges(text, here, rule)
    if found is not None:
        return Slip(_moved(found[0], begin), found[1])
    force = re.search(r"\bthen\s+(\w+)\s+\Z", text[:here])
    if force and expected == ("is",):
        near = difflib.get_close_matches(force[1], _FORCES, n=1, cutoff=0.6)
        return Slip(_moved(force.span(1), begin), f"did you mean `{near[0]}`?") if near else None
    test = _TESTS.match(text, here)
    if test and {"is", "any", "none"} <= set(expected):
        return Slip(_moved(test.span(), begin), f"write `is {' '.join(test[0].split())}`")
    if text[here] == "." and not text[here + 1 :].partition("#")[0].strip():
        return Slip(span, "write no full stop at the end")
    return None


def unit_at(source: Source, span: Span, expected: tuple[str, ...], rule: str, before: str) -> str:
    """Say what to do about a unit behind a number; nothing where the word at `span` is none."""
    word = source.slice(span)
    if not re.fullmatch(r"[^\W\d]+|[%€$]", word) or _GOES_ON.match(source.text, span.end):
        return ""
    if rule == "input" and re.search(rf"\bto\s+{_NUMBER}\s*\Z", before[-200:]):
        return f'write `unit "{word}"`'
    number = re.search(rf"\b(?:is|least|most|than|and)\s+{_NUMBER}\s*\Z", before[-200:])
    return "numbers are written without their unit" if number and "," not in expected else ""


def values_in_a_row(source: Source, span: Span, before: str) -> tuple[str, str, Slip] | None:
    """Give the value, its input and the slip where `kind is book or film` is what mixes `and` with `or`."""
    begin = span.start - min(len(before), 200)
    line_end = source.text.find("\n", span.start)
    text = source.text[begin : line_end if line_end >= 0 else len(source.text)][:400]
    here = span.start - begin
    for match in _CHOICES.finditer(text):
        name, values = match[1], [match[2], *re.findall(r"\bor\s+(\w+)", match[3])]
        if match.start() <= here <= match.end() + 1 and set(values) <= _values_of(source.text, name):
            at = re.compile(r"\bor\s+(\w+)").search(text, match.start(3))
            assert at is not None
            help = f"write `{name} is one of ({', '.join(values)})`"
            return values[1], name, Slip(_moved(at.span(1), begin), help)
    return None


def _values_of(text: str, name: str) -> set[str]:
    """Give the values that the text lets an input have, as far as its first line tells."""
    declared = re.search(
        rf'(?m)^[ \t]*input[ \t]+{re.escape(name)}[ \t]+(?:"[^"\n]*"\s+)?is\s+one\s+of\s+(\w+(?:\s*,\s*\w+)*)', text
    )
    return set(re.findall(r"\w+", declared[1])) if declared else set()


def _dates_and_ranges(text: str, here: int, rule: str) -> tuple[tuple[int, int], str] | None:
    for match in re.finditer(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b|\b(\d{4})-(\d{1,2})-(\d{1,2})\b", text):
        if match.start() <= here < match.end():
            day, month, year = (int(part) for part in (match.group(1, 2, 3) if match[1] else match.group(6, 5, 4)))
            if match[1] and month > 12:
                day, month = month, day
            sensible = month <= 12 and day <= 31
            return match.span(), f"write dates as {f'{year:04}-{month:02}-{day:02}' if sensible else '2024-02-01'}"
    for match in re.finditer(r"(?<![A-Z] )(?<![\w.-])(\d+(?:\.\d+)?)\s*-\s*(\d+(?:\.\d+)?)(?![\w-])", text):
        if match.start() <= here < match.end():
            low, high = match.groups()
            if rule == "test_cell":
                return match.span(), f"write `{low}..{high}`"
            if re.search(r"\bfrom\s+\Z", text[: match.start()]):
                return match.span(), f"write `from {low} to {high}`"
            return match.span(), f"write `is between {low} and {high}`"
    return None


def _moved(place: tuple[int, int], by: int) -> Span:
    return Span(place[0] + by, place[1] + by)
