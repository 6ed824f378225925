"""What a claim was, is and would be answered as posted on one day after another, and what made the difference."""

from __future__ import annotations

import datetime as dt

from ruleproof.runtime.kernel.answers import Judged, JudgedClaim
from ruleproof.runtime.kernel.values import Fixed, InputError, keep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# ---------------------------------------------------------------- over time


class Period(Fixed):
    """What is answered as posted on each of some days in a row."""

    __slots__ = ("before", "changed", "first", "judged", "posted", "refused")
    first: dt.date | None
    """The first of the days; `None` where nothing came before."""
    before: dt.date | None
    """The day after the last of them; `None` where it is answered so from then on."""
    posted: tuple[str, ...]
    """What was posted on the first day, and so made the difference, such as `Rev 5 of article`."""
    changed: tuple[str, ...]
    """The decisions and requirements that say something else than in the period before; where none does, other rules
    say the same."""
    judged: Judged | JudgedClaim | None
    """The answers; `None` where the facts could not happen by what was known."""
    refused: str
    """Why the facts were refused; empty where they were not."""

    def __init__(
        self,
        first: dt.date | None,
        before: dt.date | None,
        posted: tuple[str, ...],
        changed: tuple[str, ...],
        judged: Judged | JudgedClaim | None,
        refused: str = "",
    ) -> None:
        keep(self, "first", first)
        keep(self, "before", before)
        keep(self, "posted", posted)
        keep(self, "changed", changed)
        keep(self, "judged", judged)
        keep(self, "refused", refused)

    def __repr__(self) -> str:
        return f"<as posted from {self.first} before {self.before}: {self.judged or self.refused!r}>"

    def as_dict(self) -> dict[str, object]:
        """Give the period as JSON can hold it."""
        return {
            "first": self.first and self.first.isoformat(), "before": self.before and self.before.isoformat(),
            "posted": list(self.posted), "changed": list(self.changed),
            "answer": self.judged and self.judged.as_dict(), "refused": self.refused,
        }  # fmt: skip


class OverTime(Fixed):
    """What is answered as posted on every day: a period for each stretch of days with the same answers, in order."""

    __slots__ = ("periods",)
    periods: tuple[Period, ...]

    def __init__(self, periods: tuple[Period, ...]) -> None:
        keep(self, "periods", periods)

    @property
    def now(self) -> Period:
        """What is answered by all that has been posted."""
        return self.periods[-1]

    def __repr__(self) -> str:
        return f"<OverTime: {list(self.periods)!r}>"

    def as_dict(self) -> dict[str, object]:
        """Give everything as JSON can hold it."""
        return {"periods": [period.as_dict() for period in self.periods]}


def over_time_of(
    postings: Sequence[tuple[str, tuple[str, ...]]],
    judge: Callable[[dt.date], Judged | JudgedClaim],
    since: dt.date | None,
) -> OverTime:
    """Judge as posted on one day after another, from a day on; days with the same answers become one period."""
    days = [(dt.date.fromisoformat(day), names) for day, names in postings]
    later = [(day, names) for day, names in days if since is None or day > since]
    start = since or (days[0][0] - dt.timedelta(days=1) if days and days[0][0] > dt.date.min else dt.date.min)
    found: list[Period] = []
    for first, posted in [(start, ()), *later]:
        judged, refused = _judged(judge, first)
        if not found:
            found.append(Period(since, None, (), (), judged, refused))
            continue
        last = found[-1]
        if judged != last.judged or refused != last.refused:
            changed = tuple(_changed(last.judged, judged))
            found[-1] = Period(last.first, first, last.posted, last.changed, last.judged, last.refused)
            found.append(Period(first, None, posted, changed, judged, refused))
    return OverTime(tuple(found))


def _judged(judge: Callable[[dt.date], Judged | JudgedClaim], day: dt.date) -> tuple[Judged | JudgedClaim | None, str]:
    """Judge as posted on a day; facts that could not happen by what was known then are told, others are refused."""
    try:
        return judge(day), ""
    except InputError as error:
        if not error.cannot_happen:
            raise
        return None, error.message


def _changed(before: Judged | JudgedClaim | None, after: Judged | JudgedClaim | None) -> Iterator[str]:
    """Name what is said otherwise; the lines of a claim are counted from 1."""
    old, new = dict(_parts(before)), dict(_parts(after))
    for name in new or old:
        if old.get(name) != new.get(name):
            yield name


def _parts(judged: Judged | JudgedClaim | None) -> Iterator[tuple[str, object]]:
    if isinstance(judged, JudgedClaim):
        for number, line in enumerate(judged.lines, 1):
            yield from ((f"line {number}: {name}", said) for name, said in _parts(line))
    elif judged is not None:
        for name, answer in judged.answers.items():
            yield name, (answer.said, tuple(other.said for other in answer.possible))
        for name, requirement in judged.requirements.items():
            yield name, requirement.state
