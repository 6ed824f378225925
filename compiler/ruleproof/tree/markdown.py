"""Find the ```policy blocks of a Markdown file, as CommonMark does, and what a reader of the page would not see of them.

A fence is indented by three blanks at most.  Blocks that the page shows otherwise than we read them are read all the
same, so that the names in them are known, and are a problem each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FENCE = re.compile(r"(?P<lead>[ \t]*)(?P<marks>`{3,}|~{3,})[ \t]*(?P<info>[^\n]*)")
_WRAPPED = re.compile(r"[ \t]*(?:(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])[ \t]*)+(?=```|~~~)")
_QUOTE = re.compile(r"[ \t]*(?:>[ \t]?)+")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")
_NEARLY = re.compile(r"\W*policy(?![\w-])", re.IGNORECASE)
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_LONGEST_SEARCHED = 10_000
"""Code inside longer lines is not looked for."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A fence that is not what it seems: which page explains it, where it is, and the words for it."""

    name: str
    start: int
    end: int
    message: str
    help: str


class Markdown:
    """The lines of a file: as policy text at their own places, and whether each lies inside a policy block."""

    def __init__(self, text: str) -> None:
        self.lines: list[str] = []
        self.inside: list[bool] = []
        self.problems: list[Problem] = []
        self._marks = ""
        """The signs that opened the block that we are in, of whatever kind; empty outside."""
        self._policy = self._plain = self._quoted = self._in_list = False
        self._comment = ""
        """What the comment that we are in began as: a `block` of its own, or in the `middle` of a line."""
        self._opened = (0, 0)
        offset = 0
        for line in text.split("\n"):
            if self._quoted and self._marks and not _QUOTE.match(line):
                self._marks = ""  # the end of a quotation ends the block in it
            read = None
            if self._marks:
                read = self._inside(line)
            else:
                self._outside(line, offset)
            self.inside.append(read is not None)
            self.lines.append(" " * len(line) if read is None else read)
            offset += len(line) + 1
        if self._marks and self._policy and self._plain:
            message = "this policy block is never closed, so that all that follows belongs to it"
            self._report("missing_part", message, f"write {self._marks} on a line of its own where the policy ends")

    def _report(self, name: str, message: str, help: str) -> None:
        self.problems.append(Problem(name, *self._opened, message, help))

    # ------------------------------------------------------------ inside a block

    def _inside(self, line: str) -> str | None:
        """Give a line of the block that we are in as policy text, and nothing for what closes it or is no policy."""
        body = line
        if self._quoted:
            body = _QUOTE.sub(lambda quote: " " * len(quote[0]), line, count=1)
        if self._comment and "-->" in line:
            self._marks = self._comment = ""
            return None
        fence = _FENCE.fullmatch(body)
        if fence and fence["marks"].startswith(self._marks) and not fence["info"]:
            indented = "\t" in fence["lead"] or len(fence["lead"]) > 3
            if not (indented and self._plain):
                self._marks = ""
                return None
        return body if self._policy else None

    # ------------------------------------------------------------ outside

    def _outside(self, line: str, offset: int) -> None:
        """Read a line that belongs to no block: does it open one, or a comment?"""
        wrapped = _WRAPPED.match(line)
        fence = _FENCE.fullmatch(line, wrapped.end() if wrapped else 0)
        info = fence["info"].strip() if fence else ""
        if fence and not (fence["marks"][0] == "`" and "`" in info):
            self._opened = (offset + fence.start("marks"), offset + len(line.rstrip()))
            self._open(fence, info, wrapped)
        if not self._marks:
            self._look_for_comment(line)
        if line.strip() and not line[0].isspace():
            self._in_list = _ITEM.match(line) is not None

    def _open(self, fence: re.Match[str], info: str, wrapped: re.Match[str] | None) -> None:
        word = info.split(maxsplit=1)[0] if info else ""
        nearly = _NEARLY.match(word) is not None
        far = wrapped is None and ("\t" in fence["lead"] or len(fence["lead"]) > 3)
        if (far and not (nearly and self._in_list)) or (self._comment and not nearly):
            return
        self._marks, self._policy = fence["marks"], nearly
        self._quoted = wrapped is not None and ">" in wrapped[0]
        self._plain = wrapped is None and not far and not self._comment
        if not nearly:
            return
        own_line = "write ```policy on a line of its own, indented by three blanks at most"
        if self._comment:
            message = "this policy block stands inside a comment of the page, where no reader would see it"
            self._report("unexpected_word", message, "take it out of the comment, or delete it")
        elif self._quoted:
            self._report("unexpected_word", "this policy block stands inside a quotation", own_line)
        elif wrapped or far:
            self._report("unexpected_word", "this policy block stands inside an item of a list", own_line)
        elif word != "policy":
            self._report("unexpected_word", f"`{word[:40]}` names no policy block", "write ```policy")

    def _look_for_comment(self, line: str) -> None:
        if self._comment:
            self._comment = "" if "-->" in line or (self._comment == "middle" and not line.strip()) else self._comment
            begun = line.rfind("<!--") > line.rfind("-->") >= 0
        else:
            if len(line) <= _LONGEST_SEARCHED:
                line = _CODE.sub(lambda code: "x" * len(code[0]), line)
            begun = line.rfind("<!--") > line.rfind("-->")
        if begun and not self._comment:
            self._comment = "block" if re.match(r"[ ]{0,3}<!--", line) else "middle"
