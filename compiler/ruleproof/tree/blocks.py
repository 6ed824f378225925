"""Cut the text of a policy into blocks, so that each is read on its own and one mistake hides no other.

A block begins at a line whose first word (or words) can begin one, wherever brackets and quotes stand; what cannot be
part of any policy (control characters, endless lines, bottomless brackets) is refused here, before parsing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ruleproof.source import Source, Span
from ruleproof.tree.markdown import Markdown

LONGEST_TEXT = 4_000_000
LONGEST_LINE = 10_000
DEEPEST_BRACKETS = 40

STARTS: tuple[tuple[str, str], ...] = (
    ("policy", "policy"),
    ("source", "source"),
    ("import", "import_terms"),
    ("input", "input"),
    ("cannot happen", "cannot_happen"),
    ("presume", "presume"),
    ("define", "define"),
    ("decision", "decision"),
    ("rule", "rule"),
    ("table", "table"),
    ("leave open", "leave_open"),
    ("require", "require"),
    ("key", "key"),
    ("limit", "limit"),
    ("codes", "codes"),
    ("code set", "code_set"),
    ("question", "question"),
    ("accept", "accept"),
    ("expect finding", "expect_finding"),
    ("example", "example"),
    ("prove", "prove"),
    ("not modelled", "not_modelled"),
)
"""The words that begin a block, with the grammar rule that reads it.  `no … listed means …` is the one other."""

_START = re.compile(
    r"[ \t]*(?!code[ \t]+set[ \t]+of[ \t]+service\b)(?:(?P<words>"
    + "|".join(words.replace(" ", "[ \t]+") for words, _ in STARTS)
    + r")(?![\w.])|(?P<silence>no[ \t]+[^\n\"#|]*[ \t]listed[ \t]))"
)
_RULE_OF = dict(STARTS)
_QUESTION_CLAUSE = re.compile(r"[ \t]*question[ \t]+(?:`[^`\n]*`|[^\s\"`][^\s\"]*(?![^\s\"]))[ \t]*(?:$|[^\s\"])")

_INVISIBLE = re.compile(
    r"[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]"
)
_PASTED = re.compile(r"[\u201c\u201d\u201e\u2018\u2019\u00a0\u2007\u202f\u2013\u2014\u2026\u2212]")
_QUIET = re.compile(r'"(?:\\.|[^"\\\n])*"|#[^\n]*|`[^`\n]*`')
_BRACKET = re.compile(r"[()]")


@dataclass(frozen=True, slots=True)
class Piece:
    """The text of one block, not yet read; `rule` is the grammar rule that reads it, empty where no word began it."""

    rule: str
    span: Span
    rows: tuple[Span, ...] = ()
    """The lines in the block that begin with a bar."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that no policy may contain: which page explains it, where it is, and the words for it."""

    name: str
    span: Span
    message: str
    help: str


def policy_text(source: Source) -> str:
    """Give the policy text of a file at its own offsets: in Markdown everything outside ```policy blocks is blanked.

    >>> policy_text(Source("a.policy.md", "# hi\\n```policy\\npolicy p\\n```\\n"))
    '    \\n         \\npolicy p\\n   \\n'
    """
    return source.text if not source.path.endswith(".md") else "\n".join(Markdown(source.text).lines)


def fence_refusals(source: Source) -> tuple[Refusal, ...]:
    """Give what keeps the policy blocks of a Markdown file from being what a reader of the page sees."""
    if not source.path.endswith(".md"):
        return ()
    problems = Markdown(source.text).problems[:20]
    return tuple(Refusal(item.name, Span(item.start, item.end), item.message, item.help) for item in problems)


def lines_inside(source: Source) -> list[bool]:
    """Tell of each line of a Markdown file whether it lies inside a policy block."""
    return Markdown(source.text).inside


def refusals(text: str) -> tuple[Refusal, ...]:
    """Give what no policy may contain, at most one refusal a line and a few in all."""
    if len(text) > LONGEST_TEXT:
        message = f"the file has {len(text):,} characters; at most {LONGEST_TEXT:,} are read"
        return (Refusal("too_large", Span(0, 0), message, "split the policy, or keep long code lists as data"),)
    found: list[Refusal] = []
    offset = 0
    for line in text.split("\n"):
        refusal = _refuse_line(line, offset)
        if refusal is not None:
            found.append(refusal)
            if refusal.name == "too_large" or len(found) >= 20:
                break
        offset += len(line) + 1
    return tuple(found)


def _refuse_line(line: str, offset: int) -> Refusal | None:
    if len(line) > LONGEST_LINE:
        message = f"this line has {len(line):,} characters; at most {LONGEST_LINE:,} are read"
        return Refusal(
            "too_large", Span(offset, offset + 1), message, "break the line, or keep long code lists as data"
        )
    if line.isascii() and line.isprintable():
        return None
    invisible = _INVISIBLE.search(line)
    if invisible:
        message = f"an invisible character (U+{ord(invisible[0]):04X}) stands here"
        help = "delete it: text must mean what it looks like"
        return Refusal("forbidden_character", _span(invisible, offset), message, help)
    bare = _QUIET.sub(lambda quiet: " " * len(quiet[0]), line)
    pasted = _PASTED.search(bare)
    if pasted:
        return Refusal("forbidden_character", _span(pasted, offset), *_pasted_words(pasted[0]))
    return None


def _span(match: re.Match[str], offset: int) -> Span:
    return Span(offset + match.start(), offset + match.end())


def _pasted_words(letter: str) -> tuple[str, str]:
    if letter in "\u201c\u201d\u201e\u2018\u2019":
        return f"a curly quote ({letter}) stands here", 'write a straight quote (")'
    if letter in "\u00a0\u2007\u202f":
        return f"a non-breaking space (U+{ord(letter):04X}) stands here", "write an ordinary space"
    if letter == "\u2026":
        return "an ellipsis (…) stands here", "write the words out; nothing may be left to be guessed"
    return f"a long dash ({letter}) stands here", "write an ordinary minus sign or hyphen (-)"


def too_deep(text: str, span: Span) -> Span | None:
    """Give the place of the first bracket that opens deeper than is read, if any."""
    depth = 0
    bare = _QUIET.sub(lambda quiet: " " * len(quiet[0]), text[span.start : span.end])
    for bracket in _BRACKET.finditer(bare):
        depth += 1 if bracket[0] == "(" else -1
        if depth > DEEPEST_BRACKETS:
            return _span(bracket, span.start)
    return None


def pieces(text: str) -> tuple[Piece, ...]:
    """Cut the text into the blocks that it announces, in order."""
    starts: list[tuple[str, int]] = []
    bars: list[Span] = []
    offset = 0
    for line in text.split("\n"):
        start = _START.match(line)
        if start and not (start["words"] == "question" and _QUESTION_CLAUSE.match(line)):
            rule = "silence" if start["silence"] else _RULE_OF[re.sub(r"[ \t]+", " ", start["words"])]
            starts.append((rule, offset))
        elif line.lstrip(" \t").startswith("|"):
            bars.append(Span(offset, offset + len(line)))
        offset += len(line) + 1
    first = starts[0][1] if starts else len(text)
    found = [Piece("", Span(0, first))] if _has_words(text[:first]) else []
    ends = [*(begin for _, begin in starts[1:]), len(text)]
    for (rule, begin), end in zip(starts, ends, strict=False):
        found.append(Piece(rule, Span(begin, end), tuple(bar for bar in bars if begin <= bar.start < end)))
    return tuple(found)


def without_rows(text: str) -> str:
    """Blank the lines that begin with a bar: the rest of a table is read without its rows."""
    return "\n".join(" " * len(line) if line.lstrip(" \t").startswith("|") else line for line in text.split("\n"))


def _has_words(text: str) -> bool:
    return any(line.strip() and not line.lstrip().startswith("#") for line in text.split("\n"))
