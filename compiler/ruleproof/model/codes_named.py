"""The codes that one list names: ranges and prefixes written out, each code and label held against the set of its system."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ruleproof.finding import Place
from ruleproof.model.code_sets import CodeSet, CodeSets, Days, listed, same_title
from ruleproof.model.csv_rows import Row, Rows
from ruleproof.model.days import day_after, day_before
from ruleproof.model.declared import Declared
from ruleproof.model.ledgers import Ledger, holding
from ruleproof.tree import nodes as tree

MOST_TOLD = 20
"""How many codes of one list are told of, one by one."""


@dataclass
class CodesNamed:
    """Reads the codes of one list."""

    declared: Declared
    sets: CodeSets
    system: str
    prefix: str
    shape: str
    _places: dict[str, Place] = field(default_factory=dict)
    """Where each code first stands by itself."""
    _labels: list[tuple[str, str, Place]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._matches = re.compile(self.shape).fullmatch

    # -------------------------------------------------------------- in the policy

    def expanded(self, clause: tree.CodeEvent) -> list[str]:
        """Give the codes of a line, as the policy writes them, exceptions left out."""
        found = [code for item in clause.codes for code in self._codes(item)]
        for item in clause.exceptions:
            first = self._bare(item.code, needs_system=False)
            last = self._bare(item.last, needs_system=False) if item.last else first
            if first is None or last is None:
                continue
            out = [
                code
                for code in found
                if first.rstrip("*") <= code and (code <= last or code.startswith(last.rstrip("*")))
            ]
            if not out:
                message = f"`{self._said(item)}` is not among the codes before `except`"
                self.declared.report("unknown_code", item.span, message, "take the exception out, or correct it")
            gone = set(out)
            found = [code for code in found if code not in gone]
        start = f"{self.prefix} " if self.prefix else ""
        return [start + code for code in found]

    def _codes(self, item: tree.CodeListed) -> Iterator[str]:
        first = self._bare(item.code)
        last = self._bare(item.last, needs_system=False) if item.last else None
        if first is None or (item.last is not None and last is None):
            return
        if last is None and not first.endswith("*"):
            place = Place(self.declared.tree.source.path, item.span)
            self._places.setdefault(first, place)
            if item.label is not None:
                self._labels.append((first, item.label.text, place))
            yield first
            return
        if item.label is not None:
            message, help = "a label names one code, and here stand several", "take the label out"
            self.declared.report("wrong_type", item.label.span, message, help)
        known = self.sets.of(self.system)
        if known is None:
            message = f"which codes of {self.system} `{self._said(item)}` means is not known: no set of them is here"
            self.declared.report("no_code_set", item.span, message, self.sets.how_to_get(self.system))
            return
        if not known.titles:
            return  # its file could not be read, which has been said
        found = list(known.beginning(first[:-1]) if last is None else known.between(first, last))
        if not found:
            message = f"{known.says} has no code in `{self._said(item)}`"
            help = "write the lower code first" if last is not None and last < first else "correct the codes"
            self.declared.report("unknown_code", item.span, message, help)
        yield from found

    def _bare(self, code: tree.Code, *, needs_system: bool = True) -> str | None:
        """Give a code without its system, where it is one of the list's."""
        text = code.text
        start = f"{self.prefix} " if self.prefix else ""
        if " " not in text and needs_system and start:
            message = f"`{text}` is no code of {self.system}"
            self.declared.report("wrong_type", code.span, message, f"write {self.prefix} and the code")
            return None
        if " " in text and not text.startswith(start):
            message = f"`{text}` is no code of {self.system}"
            self.declared.report("wrong_type", code.span, message, f"write {self.prefix} and the code")
            return None
        bare = text.removeprefix(start)
        if not bare.endswith("*") and not self._matches(bare):
            message = f"no code of {self.system} is written `{text}`"
            self.declared.report("outside_domain", code.span, message, "correct the code, or the system of the list")
            return None
        return bare

    def _said(self, item: tree.CodeListed) -> str:
        return " ".join(self.declared.tree.source.slice(item.span).split())

    # -------------------------------------------------------------- in a file

    def in_file(self, rows: Rows, row: Row, text: str) -> str | None:
        """Give the code of a row as the policy writes it, `None` where it is none."""
        start = f"{self.prefix} " if self.prefix else ""
        bare = text.removeprefix(start)
        if not self._matches(bare):
            rows.report(row.span, f"no code of {self.system} is written `{text}`", "correct the code")
            return None
        assert rows.source is not None
        place = Place(rows.source.path, row.span)
        self._places.setdefault(bare, place)
        if label := row.get("label"):
            self._labels.append((bare, label, place))
        return start + bare

    # -------------------------------------------------------------- against the set of the system

    def check(self) -> None:
        """Hold every code that stands by itself, and every label, against the set of the system."""
        known = self.sets.of(self.system) if self._places else None
        if known is not None and not known.titles:
            return
        if known is not None:
            self._check_codes(known)
        if known is not None and self._labels:
            self._check_labels(known)
        elif self._labels:
            code, _, place = self._labels[0]
            count = f"the labels of {len(self._labels)} codes" if len(self._labels) > 1 else f"the label of {code}"
            message = f"{count} cannot be compared with the official title: no set of {self.system} is here"
            self.declared.report_at("labels_not_compared", place, message, self.sets.how_to_get(self.system))

    def _check_codes(self, known: CodeSet) -> None:
        wrong = [code for code in self._places if code not in known.titles or code in known.headings]
        for code in wrong[:MOST_TOLD]:
            if code in known.headings:
                below = listed(known.beginning(f"{code}." if "." not in code else code))
                message = f"`{code}` stands for other codes ({below}), so no claim carries it"
                help = f"write the codes themselves, or `{self.prefix} {code}*` for all of them"
            else:
                message = f"{known.says} has no code `{code}`"
                help = "correct the code; it may be right where it was valid in another year only"
            self.declared.report_at("unknown_code", self._places[code], message, help)
        if len(wrong) > MOST_TOLD:
            message = f"{len(wrong) - MOST_TOLD} more codes of this list are not in {known.says}, such as {wrong[-1]}"
            help = "compare the list with the set of codes"
            self.declared.report_at("unknown_code", self._places[wrong[MOST_TOLD]], message, help)

    def check_days(self, ledger: Ledger) -> None:
        """Hold the dates of the list against those on which its codes are valid."""
        known = self.sets.of(self.system) if ledger.events else None
        if known is None or not known.is_dated:
            return
        start = f"{self.prefix} " if self.prefix else ""
        wrong: dict[tuple[Place, Days], list[str]] = {}
        for codes, line in ledger.held(None):
            times = list(holding(line))
            place = next((item.place for item in ledger.events if item.codes and codes[0] in item.codes), None)
            for code in codes if place is not None and times else ():
                bare = code.removeprefix(start)
                if bare in known.days:
                    for days in _outside(times, known.valid(bare)):
                        assert place is not None
                        wrong.setdefault((place, days), []).append(code)
        for (place, days), found in list(wrong.items())[:MOST_TOLD]:
            verb = "is" if len(found) == 1 else "are"
            message = f"{listed(found)} {verb} in the list {_in_words(days)}, and by {known.says} not valid then"
            help = "correct the dates, or write `code set of service date` to follow the set"
            self.declared.report_at("code_dates_differ", place, message, help)

    def _check_labels(self, known: CodeSet) -> None:
        wrong = [
            item for item in self._labels if (title := known.titles.get(item[0])) and not same_title(item[1], title)
        ]
        for code, label, place in wrong[:MOST_TOLD]:
            message = f"`{code}` is not “{label}”: its title is “{known.titles[code]}”"
            help = "correct the label, or the code if the label is what was meant"
            self.declared.report_at("code_label_mismatch", place, message, help)
        if len(wrong) > MOST_TOLD:
            message = f"{len(wrong) - MOST_TOLD} more labels of this list are not the titles of their codes"
            help = "compare the list with the set of codes"
            self.declared.report_at("code_label_mismatch", wrong[MOST_TOLD][2], message, help)


def _outside(times: Iterable[Days], valid: Iterable[Days]) -> Iterator[Days]:
    """Give the days of some times that lie outside others."""
    left = list(times)
    for low, high in valid:
        kept: list[Days] = []
        for first, last in left:
            if (low is not None and last is not None and last < low) or (
                high is not None and first is not None and first > high
            ):
                kept.append((first, last))
                continue
            if low is not None and low > datetime.date.min and (first is None or first < low):
                kept.append((first, day_before(low)))
            after = None if high is None else day_after(high)
            if after is not None and (last is None or after <= last):
                kept.append((after, last))
        left = kept
    yield from left


def _in_words(days: Days) -> str:
    low, high = days
    if low == high:
        return "always" if low is None else f"on {low}"
    return " ".join(f"{word} {day}" for word, day in (("from", low), ("until", high)) if day is not None)
