"""What stands around the claims of an X12 file: interchanges, groups and transaction sets, their counts and control numbers.

Nothing of it decides what a claim means, so a wrong count is remarked and what could be read is judged all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ruleproof.readers.claims.lines import Told, clipped
from ruleproof.readers.claims.x12_fields import element

PROFESSIONAL, INSTITUTIONAL = "005010X222", "005010X223"
_JUDGED = "what could be read of it was judged"


@dataclass
class TransactionSet:
    """A transaction set that is open."""

    control: str
    first: int
    """The number of its ST segment."""
    unread: str = ""
    """Why its claims are not read; empty where they are."""
    institutional: bool = False
    around: dict[str, Told] = field(default_factory=dict)
    """What is told before a claim: who bills, who is treated, who pays."""


@dataclass
class _Group:
    control: str
    version: str
    sets: int = 0


@dataclass
class _Interchange:
    control: str
    groups: int = 0


class Envelope:
    """What is open around the claims; each method takes a segment, and gives what is to be remarked."""

    def __init__(self) -> None:
        self.set: TransactionSet | None = None
        self._group: _Group | None = None
        self._interchange: _Interchange | None = None

    def isa(self, elements: Sequence[str]) -> None:
        self._interchange = _Interchange(element(elements, 13))

    def gs(self, elements: Sequence[str]) -> None:
        self._group = _Group(element(elements, 6), element(elements, 8))
        if self._interchange is not None:
            self._interchange.groups += 1

    def st(self, elements: Sequence[str], number: int) -> None:
        group = self._group
        if group is not None:
            group.sets += 1
        kind, version = element(elements, 1), element(elements, 3) or (group.version if group is not None else "")
        found = self.set = TransactionSet(element(elements, 2), number)
        found.institutional = version.startswith(INSTITUTIONAL)
        if kind != "837":
            found.unread = f"it stands in a transaction set `{clipped(kind, 20)}`, and only 837 is read"
        elif not version.startswith((PROFESSIONAL, INSTITUTIONAL)):
            known = f"{PROFESSIONAL} (837P) and {INSTITUTIONAL} (837I) are read"
            found.unread = f"it stands in a transaction set of version `{clipped(version, 20)}`, and {known}"

    def se(self, elements: Sequence[str], number: int) -> Iterator[str]:
        found, self.set = self.set, None
        if found is None:
            yield "SE ends a transaction set, and none is open"
        else:
            yield from _held("SE", elements, number - found.first + 1, "segments", "ST02", found.control)

    def ge(self, elements: Sequence[str]) -> Iterator[str]:
        found, self._group = self._group, None
        if found is None:
            yield "GE ends a group, and none is open"
        else:
            yield from _held("GE", elements, found.sets, "transaction sets", "GS06", found.control)

    def iea(self, elements: Sequence[str]) -> Iterator[str]:
        found, self._interchange = self._interchange, None
        if found is None:
            yield "IEA ends an interchange, and none is open"
        else:
            yield from _held("IEA", elements, found.groups, "groups", "ISA13", found.control)

    def cut(self, why: str, *, group: bool = False, interchange: bool = False) -> Iterator[str]:
        """Close what has no end of its own: the transaction set, and on demand the group and the interchange."""
        if self.set is not None:
            yield f"transaction set `{clipped(self.set.control)}` has no SE: {why}"
            self.set = None
        if group and self._group is not None:
            yield f"group `{clipped(self._group.control)}` has no GE: {why}"
            self._group = None
        if interchange and self._interchange is not None:
            yield f"interchange `{clipped(self._interchange.control)}` has no IEA: {why}"
            self._interchange = None


def _held(name: str, elements: Sequence[str], count: int, what: str, other: str, control: str) -> Iterator[str]:
    """Hold the count and the control number at an end against what stood before it."""
    said, number = element(elements, 1), element(elements, 2)
    if (said.lstrip("0") or "0") != str(count) or not said:
        yield f"{name}01 says `{clipped(said, 20)}` {what}, and there are {count:,}; {_JUDGED}"
    if number != control:
        yield f"{name}02 is `{clipped(number)}`, and {other} is `{clipped(control)}`; {_JUDGED}"
