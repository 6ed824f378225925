"""Ledgers to the tables of the evaluator: each class of codes with its lines of service dates, as posted day after day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ruleproof.model.domains import SYSTEMS
from ruleproof.model.ledger_nodes import Stretch
from ruleproof.model.ledgers import Ledger, Numbers
from ruleproof.model.nodes import CodeList

Line = tuple[tuple[str, int], ...]


@dataclass
class _Members:
    """The different memberships of a list, by number."""

    ledger: Ledger
    numbers: dict[tuple[str, ...], int] = field(default_factory=dict)

    def line(self, stretches: Sequence[Stretch]) -> Line:
        found: list[tuple[str, int]] = []
        for stretch in stretches:
            day = "" if stretch.first is None else stretch.first.isoformat()
            found.append((day, self.numbers.setdefault(self.member(stretch), len(self.numbers))))
        return tuple(found)

    def member(self, stretch: Stretch) -> tuple[str, ...]:
        parts = [stretch.state]
        if stretch.event is not None:
            event = self.ledger.events[stretch.event]
            posted = "" if event.posted is None else event.posted.isoformat()
            parts += [event.revision, posted, stretch.to, event.reading]
        while not parts[-1]:
            parts.pop()
        return tuple(parts)


def _packed(codes: Sequence[str]) -> tuple[str, ...]:
    """Give codes as a few long texts, with blanks between the codes."""
    return tuple(" ".join(codes[start : start + 16]) for start in range(0, len(codes), 16))


def list_parts(listed: CodeList) -> tuple[object, ...]:
    """Give what a `CodeList` of the kernel is made from."""
    ledger = listed.ledger
    members = _Members(ledger)
    prefix, pattern = SYSTEMS.get(listed.system, ("", ".*"))
    start = f"{prefix} " if prefix else ""
    days = ledger.posting_days
    classes: list[tuple[str, ...]] = []
    lines: list[tuple[Line, ...]] = []

    def known(numbers: Numbers, start_state: str) -> tuple[Line, ...]:
        before = tuple(number for number in numbers if ledger.events[number].posted is None)
        views = [before, *(ledger.known(numbers, day) for day in days)]
        return tuple(members.line(ledger.line(view, None, start_state)) for view in views)

    for numbers, codes in ledger.classes.items():
        classes.append(_packed(sorted(code.removeprefix(start) for code in codes)))
        lines.append(known(numbers, ledger.start(codes[0])))
    lines.append(known(ledger.everyones, ledger.start(None)))
    posted = tuple(day.isoformat() for day in days)
    return listed.name, prefix, pattern, posted, tuple(classes), tuple(members.numbers), tuple(lines)
