"""What follows from everything that is failed: which consequence comes first, and why."""

from __future__ import annotations

from ruleproof.runtime.kernel.values import Fixed, keep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# ---------------------------------------------------------------- consequences

CONSEQUENCES = {
    "reject": "the claim is not taken in, so nothing else is decided",
    "return": "the claim goes back unprocessed, so nothing else is decided",
    "deny": "it is decided, and nobody need look at it again",
    "pend": "a person must look at it before it is decided",
    "needs record": "it waits for a record",
    "": "the source states no consequence",
}
"""Every consequence, the one that comes before the others first, and why it does."""


class Consequence(Fixed):
    """What follows for a line or a claim: of all that is failed, the consequence that comes first."""

    __slots__ = ("action", "also", "by", "lines", "reason", "whole")
    action: str
    """`reject`, `return`, `deny`, `pend`, `needs record`; empty where the source states none."""
    by: tuple[str, ...]
    """The failed requirements and limits that lead to it."""
    also: tuple[str, ...]
    """Those that are failed too, and whose consequence comes after it."""
    lines: tuple[int, ...]
    """Of a claim: the lines with this consequence, counted from 1."""
    whole: bool
    """Whether it is for the whole: always of a line; of a claim where it is turned away, or where every line has it."""
    reason: str
    """Why this one comes first."""

    def __init__(
        self,
        action: str,
        by: tuple[str, ...],
        also: tuple[str, ...] = (),
        lines: tuple[int, ...] = (),
        whole: bool = True,
    ) -> None:
        keep(self, "action", action)
        keep(self, "by", by)
        keep(self, "also", also)
        keep(self, "lines", lines)
        keep(self, "whole", whole)
        keep(self, "reason", CONSEQUENCES[action])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Consequence) and self.as_dict() == other.as_dict()

    def __hash__(self) -> int:
        return hash((self.action, self.by, self.also, self.lines))

    def __repr__(self) -> str:
        lines = f" of line {', '.join(map(str, self.lines))}" if self.lines else ""
        return f"<{self.action or 'consequence not stated'}{lines} by {', '.join(self.by)}>"

    def as_dict(self) -> dict[str, object]:
        """Give the consequence as JSON can hold it."""
        return {
            "action": self.action, "by": list(self.by), "also": list(self.also), "lines": list(self.lines),
            "whole": self.whole, "reason": self.reason,
        }  # fmt: skip


def consequence_of(failed: Iterable[tuple[str, str]]) -> Consequence | None:
    """Give what follows from failed requirements, each an action and a name; nothing where none is failed."""
    told = list(failed)
    if not told:
        return None
    first = min((action for action, _ in told), key=list(CONSEQUENCES).index)
    by = tuple(name for action, name in told if action == first)
    return Consequence(first, by, tuple(name for action, name in told if action != first))


def consequence_of_claim(lines: Sequence[Consequence | None]) -> Consequence | None:
    """Give what follows for a claim: a rejected or returned line takes the whole claim along, any other stands alone."""
    told = [(number, line) for number, line in enumerate(lines, 1) if line is not None]
    if not told:
        return None
    first = min((line.action for _, line in told), key=list(CONSEQUENCES).index)
    having = [(number, line) for number, line in told if line.action == first]
    by = tuple(dict.fromkeys(name for _, line in having for name in line.by))
    every = (name for _, line in told for name in (*line.by, *line.also))
    also = tuple(name for name in dict.fromkeys(every) if name not in by)
    whole = first in ("reject", "return") or len(having) == len(lines)
    return Consequence(first, by, also, tuple(number for number, _ in having), whole)
