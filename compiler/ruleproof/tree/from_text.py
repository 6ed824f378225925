"""Text to tree: the only module that knows Lark.

Every block is parsed on its own; every cell of a table too.  What cannot be read becomes a finding and is left out of the
tree, and the names that it would have declared are remembered, so that no later stage complains about them.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import sys
from collections.abc import Iterable
from functools import cache
from io import BytesIO
from itertools import pairwise
from typing import Any

from lark import Lark, TextSlice, UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark import __version__ as lark_version
from lark.exceptions import VisitError
from lark.lexer import Pattern, PatternRE, PatternStr, TerminalDef

from ruleproof.cache import cache_folder, keep, read_kept
from ruleproof.finding import Finding
from ruleproof.resources import folder
from ruleproof.source import Source, Span
from ruleproof.tree import nodes
from ruleproof.tree.blocks import (
    DEEPEST_BRACKETS,
    LONGEST_TEXT,
    STARTS,
    Piece,
    fence_refusals,
    pieces,
    policy_text,
    refusals,
    too_deep,
    without_rows,
)
from ruleproof.tree.messages import explain_start, explain_unexpected, language_finding
from ruleproof.tree.to_nodes import ProblemError, ToNodes

_CELLS = ("column", "rule_cell", "test_cell", "outcome_cell", "cite_cell", "names_cell", "date_cell", "text_cell")
_OTHER_COLUMNS = {
    "outcome": "outcome_cell",
    "cite": "cite_cell",
    "reading": "names_cell",
    "note": "text_cell",
    "from": "date_cell",
    "until": "date_cell",
}

_FOUND = re.compile(r'"(?:\\.|[^"\\\n])*"?|\d+(?:/\d+)+|[\w`]+[\w.]*|[<>=!&|]+|[^\w\s]')
"""What stands at a place, as an author would name it: a text, a word, a sign."""


_WORD_END = r"\b"


def _end_word(terminal: TerminalDef) -> None:
    """Let a word of the grammar end where the word in the text ends: `units` is not `unit`, followed by `s`."""
    if isinstance(terminal.pattern, PatternStr) and terminal.pattern.value.isalpha():
        terminal.pattern = PatternRE(terminal.pattern.value + _WORD_END)
        terminal.priority = 1  # before a name


@cache
def _parser() -> Lark:
    """Give the parser; working out its tables takes a quarter of a second, so they are kept."""
    grammar = (folder("grammar") / "policy.lark").read_text("utf-8")
    starts = [*(rule for _, rule in STARTS), "silence", *_CELLS]
    made_from = "\n".join((grammar, *starts, _WORD_END, lark_version, sys.version)).encode()
    path = cache_folder() / f"policy-{hashlib.sha256(made_from).hexdigest()[:24]}.parser"
    kept = read_kept(path)
    if kept is not None:
        with contextlib.suppress(Exception):  # whatever is wrong with it, it can be made anew
            return Lark.load(BytesIO(kept))
    parser = Lark(
        grammar,
        parser="lalr",
        start=starts,
        propagate_positions=True,
        maybe_placeholders=False,
        edit_terminals=_end_word,
    )
    tables = BytesIO()
    parser.save(tables)
    keep(path, tables.getvalue())
    return parser


def tree_from_text(source: Source) -> tuple[nodes.Tree, tuple[Finding, ...]]:
    """Read a policy: what could be read, and one finding for each independent mistake."""
    return _Reader(source).run()


def header_of(source: Source) -> nodes.Policy | None:
    """Read only the block that names the policy; `None` where there is none that can be read."""
    reader = _Reader(source)
    if len(source.text) > LONGEST_TEXT:
        return None
    read = (reader.read_piece(piece) for piece in pieces(reader.text) if piece.rule == "policy")
    return next((block for block in read if isinstance(block, nodes.Policy)), None)


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = policy_text(source)
        self.rowless = without_rows(self.text)
        self.findings: list[Finding] = []
        self.unread: set[str] = set()
        self.unread_words: set[str] = set()

    def run(self) -> tuple[nodes.Tree, tuple[Finding, ...]]:
        refused = refusals(self.text)
        for refusal in refused:
            self.report(refusal.name, refusal.span, refusal.message, refusal.help)
        for refusal in fence_refusals(self.source):  # the blocks are read all the same, so that names are known
            self.report(refusal.name, refusal.span, refusal.message, refusal.help)
        if any(refusal.name == "too_large" for refusal in refused):
            # nothing is read, so nobody is to complain that the policy itself is not there
            return nodes.Tree(self.source, (), frozenset(("policy",))), tuple(self.findings)
        blocks = []
        for piece in pieces(self.text):
            if any(piece.span.start <= refusal.span.start < piece.span.end for refusal in refused):
                self.forget(piece)
                continue
            block = self.read_piece(piece)
            if block is not None:
                blocks.append(block)
        unread = frozenset(self.unread), frozenset(self.unread_words)
        return nodes.Tree(self.source, tuple(blocks), *unread), tuple(self.findings)

    def report(self, name: str, span: Span, message: str, help: str) -> None:
        self.findings.append(language_finding(self.source, name, span, message, help))

    def forget(self, piece: Piece) -> None:
        """Remember the names that an unread block declares, as far as they can be guessed."""
        body = self.text[piece.span.start : piece.span.end]
        words = re.findall(r"`[^`\n]+`|[^\W\d]\w*", body)
        if not body.lstrip().startswith("|"):
            first = re.sub(r'"(?:\\.|[^"\\\n])*"?|#.*', " ", body.lstrip().partition("\n")[0])
            self.unread_words.update(word.strip("`") for word in re.findall(r"`[^`\n]+`|[^\W\d]\w*", first))
        announced = len(piece.rule.split("_")) if piece.rule not in ("", "silence") else 0
        self.unread.update(word.strip("`") for word in words[announced : announced + 1])
        self.unread.update(match[1] for match in re.finditer(r"(?m)^[ \t]*\|[ \t]*([^\W\d]\w*)", body))
        # a misspelt first word hides inside the block before it
        for line in re.finditer(r"(?m)^[ \t]*\w+[ \t]+(?:happen[ \t]+|open[ \t]+)?([^\W\d]\w*)", body):
            self.unread.add(line[1])

    def read_piece(self, piece: Piece) -> nodes.Block | None:
        if not piece.rule:
            first = re.search(r"(?m)^[ \t]*([^\s#]\S*)", self.text[piece.span.start : piece.span.end])
            assert first is not None
            span = Span(piece.span.start + first.start(1), piece.span.start + first.end(1))
            self.findings.append(explain_start(self.source, span))
            self.forget(piece)
            return None
        deep = too_deep(self.text, piece.span)
        if deep is not None:
            message = f"brackets are nested deeper than {DEEPEST_BRACKETS} here"
            self.report("too_large", deep, message, "name parts of the condition with `define`")
            self.forget(piece)
            return None
        block = self.parse(piece.rule, piece.span, self.rowless)
        if block is None:
            self.forget(piece)
        elif isinstance(block, nodes.Table):
            return self.with_rows(block, piece)
        elif piece.rows:
            at = self.text.index("|", piece.rows[0].start)
            self.report(
                "unexpected_word",
                Span(at, at + 1),
                "a table row stands outside a table",
                "move it below a line that begins with `table`",
            )
        return block  # type: ignore[no-any-return]

    def parse(self, rule: str, span: Span, text: str) -> Any:
        """Read a stretch of text by a grammar rule, or report why not and give `None`."""
        try:
            tree = _parser().parse(TextSlice(text, span.start, span.end), start=rule)
            return ToNodes().transform(tree)
        except UnexpectedInput as error:
            self.findings.append(self.explain(error, rule, span, text))
        except VisitError as error:
            problem = error.orig_exc
            if not isinstance(problem, ProblemError):
                raise
            self.report(problem.name, problem.span, problem.message, problem.help)
        return None

    def explain(self, error: UnexpectedInput, rule: str, span: Span, text: str) -> Finding:
        at = error.pos_in_stream if isinstance(error, UnexpectedCharacters) else None
        if isinstance(error, UnexpectedToken) and error.token.type != "$END":
            at = error.token.start_pos
        expected = _accepted(rule, TextSlice(text, span.start, span.end if at is None else at))
        before = self.rowless[span.start : span.end if at is None else at]
        if at is None:
            at = end = span.start + len(_without_comments(before).rstrip())
        else:
            found = _FOUND.match(self.source.text, at, span.end)
            end = found.end() if found else at + 1
        return explain_unexpected(
            self.source, Span(at, end), _as_written(expected), rule, before=before, words=_words()
        )

    # -------------------------------------------------------------- tables

    def with_rows(self, table: nodes.Table, piece: Piece) -> nodes.Table | None:
        if not piece.rows:
            self.report(
                "missing_part",
                table.name.span,
                f"table `{table.name.text}` has no rows",
                "add a row of column names, and a row for each rule, between bars: | … | … |",
            )
            return None
        header = [self.parse("column", cell, self.text) for cell in self.cells(piece.rows[0])]
        if any(cell is None for cell in header):
            self.forget(piece)
            return None
        names = [cell.text for cell in header]
        for needed in ("rule", "outcome"):
            if needed not in names:
                self.report(
                    "missing_part",
                    piece.rows[0],
                    f"table `{table.name.text}` has no column `{needed}`",
                    f"add a column `{needed}`",
                )
                self.forget(piece)
                return None
        for index, cell in enumerate(header):
            if cell.text in names[:index]:
                self.report(
                    "repeated_part", cell.span, f"the column `{cell.text}` stands here twice", "keep one of the two"
                )
                self.forget(piece)
                return None
        rows = [self.row(line, names) for line in piece.rows[1:] if not self.is_rule_line(line)]
        if not rows:
            self.report(
                "missing_part",
                piece.rows[0],
                f"table `{table.name.text}` has no rows",
                "add a row for each rule below the column names",
            )
        columns = tuple(cell for cell in header if cell.text != "rule" and cell.text not in _OTHER_COLUMNS)
        kept = tuple(row for row in rows if row is not None)
        return nodes.Table(table.span, table.name, table.label, table.decision, table.clauses, columns, kept)

    def is_rule_line(self, line: Span) -> bool:
        """Tell a ruling such as `|---|---|` (as in Markdown) from a row."""
        return set(self.text[line.start : line.end]) <= set("|-: \t")

    def cells(self, line: Span) -> list[Span]:
        """Cut a row at its bars, outside quotes; the cells keep their places, without the blanks around them."""
        text = self.text[line.start : line.end]
        quiet = re.sub(r'"(?:\\.|[^"\\])*"|`[^`]*`', lambda quote: "x" * len(quote[0]), text)
        comment = quiet.find("#")
        if comment >= 0:
            text, quiet = text[:comment], quiet[:comment]
        bars = [index for index, letter in enumerate(quiet) if letter == "|"]
        if quiet.rstrip()[-1] != "|":
            bars.append(len(quiet.rstrip()))
        spans = []
        for left, right in pairwise(bars):
            inside = text[left + 1 : right]
            start = line.start + left + 1 + len(inside) - len(inside.lstrip())
            spans.append(
                Span(
                    min(start, line.start + right),
                    line.start + left + 1 + len(inside.rstrip()) if inside.strip() else min(start, line.start + right),
                )
            )
        return spans

    def row(self, line: Span, names: list[str]) -> nodes.Row | None:
        cells = self.cells(line)
        if len(cells) != len(names):
            message = f"this row has {len(cells)} entries, and the table has {len(names)} columns"
            self.report(
                "missing_part",
                line,
                message,
                "write one entry under each column; `-` says that the input does not matter",
            )
            self.forget(Piece("", line))
            return None
        read: dict[str, Any] = {}
        tests: list[Any] = []
        failed = False
        for name, cell in zip(names, cells, strict=True):
            rule = "rule_cell" if name == "rule" else _OTHER_COLUMNS.get(name, "test_cell")
            if cell.start == cell.end and rule in ("rule_cell", "test_cell", "outcome_cell"):
                self.report(
                    "missing_part",
                    Span(cell.start - 1, cell.start),
                    f"nothing stands under `{name}` in this row",
                    "write `-` where the input does not matter",
                )
                failed = True
                continue
            value = self.parse(rule, cell, self.text) if cell.start < cell.end else None
            failed = failed or (value is None and cell.start < cell.end)
            if rule == "test_cell":
                tests.append(value)
            else:
                read[name] = value
        if failed:
            self.forget(Piece("", line))
            return None
        services = None
        if read.get("from") or read.get("until"):
            services = nodes.Services(line, read.get("from") or None, read.get("until") or None)
        cites, readings = read.get("cite") or (), read.get("reading") or ()
        return nodes.Row(line, read["rule"], tuple(tests), read["outcome"], cites, readings, services, read.get("note"))


@cache
def _words() -> frozenset[str]:
    return frozenset(_as_written(terminal.name for terminal in _parser().terminals))


def _accepted(rule: str, text: Any) -> set[str]:
    """Name what could follow a text that could be read so far."""
    reading = _parser().parse_interactive(text, start=rule)
    with contextlib.suppress(UnexpectedInput):
        reading.exhaust_lexer()
    return set(reading.accepts())  # type: ignore[no-untyped-call]


def _as_written(expected: Iterable[str]) -> tuple[str, ...]:
    """Give the words and signs among what the parser expects as they are written, the patterns by name, in order."""
    patterns = {terminal.name: terminal.pattern for terminal in _parser().terminals}
    return tuple(sorted({_written(patterns[name]) or name for name in expected if name in patterns}))


def _written(pattern: Pattern) -> str:
    """Give a word or sign of the grammar as it is written; nothing for a pattern such as that of numbers."""
    if isinstance(pattern, PatternStr):
        return str(pattern.value)
    word = str(pattern.value).removesuffix(_WORD_END)
    return word if word.isalpha() else ""


def _without_comments(text: str) -> str:
    return re.sub(r'("(?:\\.|[^"\\\n])*")|#[^\n]*', lambda match: match[1] or "", text)
