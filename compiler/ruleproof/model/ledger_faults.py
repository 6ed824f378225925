"""What a ledger says that cannot be: taking out what is not there, putting in what is, undoing what was not done."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from ruleproof.model.code_sets import listed
from ruleproof.model.ledger_nodes import ELSEWHERE, MOVED, PRESENT, REMOVE, VOID, YES, LedgerEvent
from ruleproof.model.ledgers import Ledger, Numbers

Fault = tuple[LedgerEvent, str, str]
"""The event that cannot be, why, and what to do."""


def faults(ledger: Ledger) -> Iterator[Fault]:
    """Give at most one contradiction of each event, in the order of posting."""
    for number, event in enumerate(ledger.events):
        if event.first is not None and event.last is not None and event.last < event.first:
            yield event, f"this ends on {event.last}, before it begins on {event.first}", "write the earlier day first"
        elif event.kind == VOID:
            yield from _void(ledger, number, event)
        elif event.kind == MOVED:
            yield from _moved(ledger, number, event)
        else:
            yield from _of_codes(ledger, number, event)


def _of_codes(ledger: Ledger, number: int, event: LedgerEvent) -> Iterator[Fault]:
    """Look at the codes of an event as they stood when it was posted; a day that is wrong for some is told once."""
    wrong: dict[tuple[datetime.date | None, str], list[str]] = {}
    for numbers, codes in ledger.classes.items():
        if number in numbers and (event.codes is not None or event.kind == REMOVE):
            earlier = tuple(n for n in numbers if n < number)
            for day in _days(ledger, earlier, event):
                state = ledger.state(earlier, day)[0]
                if (state == YES) == (event.kind != REMOVE) or state == ELSEWHERE:
                    wrong.setdefault((day, state), []).extend(codes)
                    break
    if event.codes is None and wrong and len(wrong) < len(ledger.classes):
        return  # a list is emptied of what is in it
    for (day, state), found in list(wrong.items())[:1]:
        when = f"for services on {day}" if day is not None else "from the start"
        names = listed(found)
        many = len(found) > 1
        if state == ELSEWHERE:
            yield (
                event,
                f"the list is elsewhere {when}, so {names} cannot change here",
                "correct the date, or the order of posting",
            )
        elif event.kind == REMOVE:
            message = f"{names} {'are' if many else 'is'} removed, and {'are' if many else 'is'} not in the list {when}"
            yield (
                event,
                message,
                "say before that the list holds it (`start`, `add` or `present … before`), or correct the code or date",
            )
        else:
            word = {PRESENT: "present"}.get(event.kind, "added")
            message = f"{names} {'are' if many else 'is'} {word} here, and {'are' if many else 'is'} in the list already {when}"
            yield event, message, "take one of the two out, or let the earlier one end before"


def _days(ledger: Ledger, earlier: Numbers, event: LedgerEvent) -> Iterator[datetime.date | None]:
    """Give the days to look at: the first, and where the event has an end, every day on which something changes inside."""
    yield event.first
    if event.last is not None and event.kind != REMOVE:
        firsts = {ledger.events[number].first for number in earlier}
        yield from sorted(day for day in firsts if day is not None and event.covers(day) and day != event.first)


def _moved(ledger: Ledger, number: int, event: LedgerEvent) -> Iterator[Fault]:
    earlier = tuple(n for n in ledger.everyones if n < number)
    state, to = ledger.state(earlier, event.first)
    if state == ELSEWHERE:
        yield event, f"the list has moved to {to} already", "take one of the two out, or correct the date"


def _void(ledger: Ledger, number: int, event: LedgerEvent) -> Iterator[Fault]:
    """Look for the events that a void undoes: they must have been posted before it, and count for some of its dates."""
    what = f"by {event.voided[1]}" if event.voided[1] else "before it"
    help = "correct the revision, or the date"
    groups: list[tuple[str, Iterable[int]]] = [("", range(len(ledger.events)))]
    if event.codes is not None:
        groups = [
            (f" about {listed(codes)}", numbers) for numbers, codes in ledger.classes.items() if number in numbers
        ]
    for about, numbers in groups:
        done = [other for other in numbers if event.reaches(ledger.events[other]) and other != number]
        if not done:
            yield event, f"nothing{about} that this undoes was done {what}", help
        elif done[0] > number:
            yield event, f"what this undoes was posted later, on {ledger.events[done[0]].posted}", help
        elif not any(_meet(event, ledger.events[other]) for other in done if other < number):
            yield event, "what this undoes is about other dates of service", help
        else:
            continue
        return


def _meet(one: LedgerEvent, other: LedgerEvent) -> bool:
    low = max(one.first or datetime.date.min, other.first or datetime.date.min)
    return low <= min(one.last or datetime.date.max, other.last or datetime.date.max)
