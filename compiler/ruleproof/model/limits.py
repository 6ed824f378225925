"""Limits over the history of a patient: each becomes a requirement that no reached limit stands against the line."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

from ruleproof.model.conditions import Conditions
from ruleproof.model.declared import Declared
from ruleproof.model.derived import DAY
from ruleproof.model.nodes import (
    AllOf,
    Always,
    Condition,
    Day,
    HistoryTest,
    IsIn,
    Not,
    Requirement,
)
from ruleproof.model.rules import Clauses
from ruleproof.source import Span
from ruleproof.tree import nodes as tree

WAIT = "days"


@dataclass
class Limits:
    """Reads the limits of one policy."""

    declared: Declared
    conditions: Conditions
    clauses: Clauses

    def limits(self) -> tuple[Requirement, ...]:
        """Give a requirement for each limit, in the order written."""
        return tuple(made for block in self.declared.of(tree.Limit) if (made := self.limit(block)) is not None)

    def limit(self, block: tree.Limit) -> Requirement | None:
        otherwise = self.clauses.needed(block, tree.Otherwise, "else", 'else deny "too soon"')
        keys, day = self.keys(block)
        counted, barred, test = self.test(block.kind, keys)
        if counted is None or barred is None or test is None:
            return None
        test = self.timed(block, replace(test, window=test.window or day))
        reached = self.conditions.derived.history(counted, test, block.name.span)
        if not isinstance(reached, IsIn):
            return None
        texts = [text.text for text in otherwise.texts] if otherwise else []
        return Requirement(
            name=block.name.text,
            label=self.clauses.label(block),
            that=Not(reached),
            when=self.applies(block, barred),
            action=otherwise.action if otherwise else "",
            reason_codes=texts[0] if len(texts) == 2 else "",
            text=texts[-1] if texts else "",
            citations=self.clauses.cited(block),
            readings=self.clauses.readings(block),
            notes=self.clauses.notes(block),
            statements=self.clauses.statements(block),
            span=block.name.span,
            limit=reached.input,
        )

    def test(
        self, kind: tree.AtMostOf | tree.NoAfter | tree.WaitAfter | tree.NoWith | tree.NoAgain, keys: tuple[str, ...]
    ) -> tuple[str | None, Condition | None, HistoryTest | None]:
        """Give what is counted, what the line must be, and the test of the history, without its window."""
        derived = self.conditions.derived
        found = derived.subject(kind.subject)
        counted, subject = found or (None, Always())
        match kind:
            case tree.AtMostOf(_, count):
                return counted, subject, HistoryTest(derived.whole(count, 1, "services"), subject, keys)
            case tree.NoAfter(_, _, barred):
                line = derived.subject(barred)
                return counted, line and line[1], HistoryTest(1, subject, keys)
            case tree.WaitAfter(_, days):
                return counted, subject, HistoryTest(1, subject, keys, WAIT, derived.whole(days, 1, "days"))
            case tree.NoWith(_, barred):
                line = derived.subject(barred)
                return counted, line and line[1], HistoryTest(1, subject, keys, DAY, beside=True)
            case tree.NoAgain(_, _, names):
                for name in names:
                    self.declared.find(name, tree.Input)
                same = tuple(dict.fromkeys(name.text for name in names))
                return counted, subject, HistoryTest(1, subject, keys, same=same)

    def keys(self, block: tree.Limit) -> tuple[tuple[str, ...], str]:
        """Give the keys that the services share, the patient where none is named, and `day` where it is named."""
        named = block.kind.keys if isinstance(block.kind, tree.AtMostOf) else ()
        clause = self.clauses.one(block, tree.OnSame, "on the same")
        shared = (*named, *(clause.keys if clause else ()))
        keys, day = self.conditions.derived.keys(shared)
        if day and isinstance(block.kind, tree.WaitAfter):
            self.said_twice(next(name.span for name in shared if name.text == DAY))
        return keys or ("patient",), day

    def timed(self, block: tree.Limit, test: HistoryTest) -> HistoryTest:
        """Give a test with the window and the counting basis of its limit."""
        paid = self.clauses.one(block, tree.Counting, "counting paid services") is not None
        windows = self.clauses.all(block.clauses, tree.Window)
        if windows and (len(windows) > 1 or test.window):
            self.said_twice(windows[-1].span)
        test = replace(test, paid=paid)
        if not windows or test.window:
            return test
        window = windows[0]
        match window.kind:
            case "any days":
                assert window.days is not None
                return replace(test, window="days", days=self.conditions.derived.whole(window.days, 1, "days"))
            case "lifetime":
                return test
            case "year since":
                return replace(test, window="year since", since=self.since(window))
            case kind:
                return replace(test, window=kind)

    def said_twice(self, span: Span) -> None:
        self.declared.report("repeated_part", span, "the stretch of time is said twice", "keep one of the two")

    def since(self, window: tree.Window) -> str | datetime.date:
        if isinstance(window.since, tree.Date):
            return window.since.value
        assert window.since is not None
        name = window.since
        if self.declared.find(name, tree.Input) and not isinstance(self.conditions.domains[name.text], Day):
            self.declared.report("wrong_type", name.span, f"`{name.text}` is no date", "name an input that is a date")
        return name.text

    def applies(self, block: tree.Limit, barred: Condition) -> Condition:
        """Give the lines that a limit applies to."""
        parts = [barred]
        for part in self.clauses.all(block.clauses, tree.When):
            parts.append(self.conditions.checked(part.condition))
        for unless in self.clauses.all(block.clauses, tree.Unless):
            parts.append(Not(self.conditions.checked(unless.condition)))
        return self.conditions.dated(block, parts[0] if len(parts) == 1 else AllOf(tuple(parts)))
