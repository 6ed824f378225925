"""The tables of a whole policy, and how the facts of a claim line are judged by them."""

from __future__ import annotations

import datetime as dt

from ruleproof.runtime.kernel.answers import Answer, PolicyVersion, Requirement
from ruleproof.runtime.kernel.graphs import Decision, Impossible, Open, RequirementTable, Source, Way
from ruleproof.runtime.kernel.inputs import DayInput, Input
from ruleproof.runtime.kernel.values import UNKNOWN, Fixed, InputError, day_of, near, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Any

# ---------------------------------------------------------------- the whole policy


SERVICE_DATE = "service_date"


class Program:
    """The tables of a policy, and how a claim line is judged by them."""

    __slots__ = (
        "_all_names", "_dimension_names", "_never", "_no", "decisions", "impossibles", "inputs", "names", "policy",
        "presumptions", "requirements", "sources",
    )  # fmt: skip

    def __init__(
        self,
        policy: PolicyVersion,
        inputs: tuple[Input, ...],
        decisions: tuple[Decision, ...],
        requirements: tuple[RequirementTable, ...],
        impossibles: tuple[Impossible, ...],
        never: tuple[tuple[int, ...], ...],
        presumptions: tuple[tuple[str, object], ...],
        sources: tuple[Source, ...],
    ) -> None:
        """`never` is the graph of all combinations that cannot happen together."""
        self.policy = policy
        self.inputs = inputs
        self.decisions = decisions
        self.requirements = requirements
        self.impossibles = impossibles
        self.presumptions = presumptions
        self.sources = sources
        self.names = tuple(item.name for item in inputs)
        self._all_names = frozenset(self.names)
        self._never = never
        self._dimension_names = [item.name for item in inputs for _ in range(item.width)]

    # ------------------------------------------------------------ facts

    def named(self, facts: Mapping[str, object], fields: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Give a mapping as a dictionary, once its names are checked; with `fields`, by the names of those."""
        try:
            known = facts if isinstance(facts, dict) else dict(facts)
        except (TypeError, ValueError):
            message = f"a claim is a Claim or a mapping from input names to values, not {shown(facts)}"
            raise InputError(message, "", facts, "a Claim or a mapping") from None
        if not self._all_names.issuperset(known):
            self._refuse_names(known)
        return {fields[name]: value for name, value in known.items()} if fields else known

    def _refuse_names(self, facts: Collection[object]) -> None:
        for name in facts:
            if not isinstance(name, str) or name not in self._all_names:
                allowed = f"one of {', '.join(self.names)}"
                message = f"there is no input {shown(name)}{near(name, self.names)}"
                raise InputError(message, name if isinstance(name, str) else "", name, allowed)

    def read(self, facts: Mapping[str, object]) -> tuple[Any, ...]:
        """Give the checked values of a mapping, in the order of the inputs."""
        known = self.named(facts)
        return tuple(item.read(known.get(item.name, UNKNOWN)) for item in self.inputs)

    def each_line(
        self,
        claim: Mapping[str, object],
        judge: Callable[[dict[str, object]], Any],
        history: object = None,
        as_posted_on: object = None,
    ) -> tuple[Any, ...]:
        """Judge every line of a claim, by its own facts and those of the claim; what is refused names its line.

        A history and the day of posting are checked here too, since a claim may have no lines.
        """
        self._refuse_history(history)
        self._posted_day(as_posted_on)
        told = _mapping(claim)
        if told is None:
            message = f"a claim with lines is a mapping, not {shown(claim)}"
            raise InputError(message, "", claim, "a mapping with `lines`")
        whole = {name: value for name, value in told.items() if value is not UNKNOWN}
        lines = whole.pop("lines", None)
        if not isinstance(lines, (list, tuple)):
            message = f"the `lines` of a claim are a list of mappings, not {shown(lines)}"
            raise InputError(message, "lines", lines, "a list of mappings")
        self.read(whole)
        judged = []
        for number, line in enumerate(lines, 1):
            try:
                judged.append(judge(self._joined(whole, line)))
            except InputError as error:
                message = f"line {number}: {error.message}"
                raise InputError(message, error.input, error.value, error.allowed, error.cannot_happen) from None
        return tuple(judged)

    def _joined(self, whole: dict[str, object], line: Any) -> dict[str, object]:
        told = line._told() if isinstance(line, ClaimFacts) else _mapping(line)
        if told is None:
            raise InputError(f"a line is a mapping, not {shown(line)}", "lines", line, "a mapping")
        own = {name: value for name, value in told.items() if value is not UNKNOWN}
        for item in self.inputs:
            name = item.name
            if name in own and name in whole and item.read(own[name]) != item.read(whole[name]):
                message = f"`{name}` is {shown(own[name])} here and {shown(whole[name])} for the whole claim"
                raise InputError(message, name, own[name], f"{shown(whole[name])}, as for the whole claim")
        return {**whole, **own}

    def cells(self, values: Sequence[Any]) -> list[int]:
        """Give the cell of each dimension, -1 where it is unknown."""
        cells: list[int] = []
        for item, value in zip(self.inputs, values, strict=True):
            cells += [-1] * item.width if value is UNKNOWN else item.cells(value)
        return cells

    # ------------------------------------------------------------ judging

    def judge(
        self, values: Sequence[Any], history: object = None, as_posted_on: object = None
    ) -> tuple[tuple[Answer, ...], tuple[Requirement, ...]]:
        """Judge the values of a claim line, in the order of the inputs: every decision, every requirement."""
        self._refuse_history(history)
        posted = self._posted_day(as_posted_on)
        cells = self.cells(values)
        self.check_possible(values, cells)
        ways = self._ways(values, posted)
        if -1 not in cells:
            reason = ways[0][1]
            return (
                tuple(table.full(cells, reason) for table in self.decisions),
                tuple(table.full(cells, reason) for table in self.requirements),
            )
        filled, presumed = self._presume(values)
        filled_cells = self.cells(filled)
        known = (cells, ways, filled_cells, self._ways(filled, posted))
        if not presumed or not self._can_happen(filled_cells):
            known, presumed = (cells, ways, cells, ways), ()
        return (
            tuple(table.partial(*self._asked(table, known, presumed)) for table in self.decisions),
            tuple(table.partial(*self._asked(table, known, presumed)) for table in self.requirements),
        )

    def _asked(
        self,
        table: Decision | RequirementTable,
        known: tuple[list[int], list[Way], list[int], list[Way]],
        presumed: tuple[str, ...],
    ) -> tuple[Open, list[str], tuple[str, ...]]:
        """Ask a graph with what is known and presumed, and say whether it rests on what is presumed."""
        cells, ways, filled, filled_ways = known
        bare = self._open(table, cells, ways)
        if not any(
            cell != other and place in table.asks for place, (cell, other) in enumerate(zip(cells, filled, strict=True))
        ):
            return bare, self._dimension_names, ()
        opened = self._open(table, filled, filled_ways)
        same = set(opened.left()[0]) == set(bare.left()[0])
        return opened, self._dimension_names, () if same else presumed

    def _open(self, table: Decision | RequirementTable, cells: list[int], ways: list[Way]) -> Open:
        opened = Open(table.nodes, table.said)
        ends = []
        for cell, reason in ways:
            known = cells
            if cell >= 0:
                known = list(cells)
                known[self._dimension_names.index(SERVICE_DATE)] = cell
            if reason:
                end = Open(table.nodes, table.said).walk(known)
                ends.append(end if end < 0 else opened.leaf(table.without_text(reason)))
            else:
                ends.append(opened.walk(known))
        if len(ends) == 1:
            opened.root = ends[0]
        else:
            opened.root = opened.question(self._dimension_names.index(SERVICE_DATE), range(len(ends)), ends)
        return opened

    def _presume(self, values: Sequence[Any]) -> tuple[list[Any], tuple[str, ...]]:
        """Fill the unknown inputs for which the policy presumes a value, and name them."""
        filled, names = list(values), []
        for name, value in self.presumptions:
            place = self.names.index(name)
            if filled[place] is UNKNOWN:
                filled[place] = self.inputs[place].read(value)
                names.append(name)
        return filled, tuple(names)

    def _refuse_history(self, history: object) -> None:
        if history is not None:
            message = "this policy has no limits over a history, so a history would be left unread; leave it out"
            raise InputError(message, "history", history, "nothing")

    def _posted_day(self, as_posted_on: object) -> dt.date | None:
        if as_posted_on is None:
            return None
        day = day_of(as_posted_on)
        if day is None:
            message = f"`as_posted_on` cannot be {shown(as_posted_on)}: it is a date, written like 2024-03-21"
            raise InputError(message, "as_posted_on", as_posted_on, "a date")
        return day

    def _ways(self, values: Sequence[Any], posted: dt.date | None) -> list[Way]:
        """Give why there is no text as posted on a day: for an unknown date of service, for each of its cells."""
        place = self.names.index(SERVICE_DATE) if SERVICE_DATE in self._all_names else -1
        day = self.inputs[place] if place >= 0 else None
        if posted is None or not isinstance(day, DayInput) or values[place] is None:
            return [(-1, "")]
        if values[place] is not UNKNOWN:
            return [(-1, self._reason(values[place], posted))]
        turns = {*day.starts, *(turn for source in self.sources for turn in source.days())}
        days = sorted(turn for turn in turns if day.low <= turn <= day.high)
        ways = [(day.cells(turn)[0], self._reason(turn, posted)) for turn in days]
        missing = [(day.cells(None)[0], "")] if day.may_be_missing else []
        return list(dict.fromkeys([*ways, *missing]))

    def _reason(self, service_date: dt.date, posted: dt.date) -> str:
        reasons = (source.reason(service_date, posted) for source in self.sources)
        return next((reason for reason in reasons if reason), "")

    # ------------------------------------------------------------ what cannot happen

    def _can_happen(self, cells: Sequence[int]) -> bool:
        opened = Open(self._never, (True, False))
        opened.walk(cells)
        return 1 in opened.reached

    def check_possible(self, values: Sequence[Any], cells: Sequence[int] = ()) -> None:
        """Refuse facts of which nothing that can happen is left, and name the combinations that rule it out."""
        cells = cells or self.cells(values)
        if self._can_happen(cells):
            return
        met = [item for item in self.impossibles if self._reaches(item, cells) == {0}]
        met = met or [item for item in self.impossibles if 0 in self._reaches(item, cells)]
        inputs = dict.fromkeys(name for item in met for name in item.inputs)
        facts = {
            name: value
            for name, value in zip(self.names, values, strict=True)
            if name in inputs and value is not UNKNOWN
        }
        told = ", ".join(f"{name} is {_word(value)}" for name, value in facts.items())
        why = "; ".join(f"{item.name}: {item.because or item.label}" for item in met)
        message = f"these facts cannot happen together ({told}) by {why}" if told else f"nothing can happen by {why}"
        raise InputError(message, ", ".join(facts), facts, why, tuple(item.name for item in met))

    def _reaches(self, item: Impossible, cells: Sequence[int]) -> set[int]:
        opened = Open(item.nodes, (True, False))
        opened.walk(cells)
        return opened.reached


def _mapping(facts: Any) -> dict[Any, Any] | None:
    """Give a mapping as a dictionary; nothing for what is none, or only looks like one."""
    try:
        return dict(facts) if callable(getattr(facts, "keys", None)) else None
    except (TypeError, ValueError):
        return None


def _word(value: object) -> str:
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " and ".join(value[:6]) if isinstance(value, tuple) else str(value)[:60]


class ClaimFacts(Fixed):
    """What is known of a claim line: a field for each input, `UNKNOWN` where we have not been told."""

    __slots__ = ("_full",)
    _full: bool
    _fields: tuple[str, ...] = ()
    _inputs: tuple[Input, ...] = ()

    def _values(self) -> tuple[Any, ...]:
        return tuple([getattr(self, field) for field in self._fields])

    def _told(self) -> dict[str, object]:
        """Give what is known, by the names of the inputs."""
        named = zip(self._inputs, self._values(), strict=True)
        return {item.name: value for item, value in named if value is not UNKNOWN}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClaimFacts) and self._told() == other._told()

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        return f"Claim({', '.join(f'{name}={value!r}' for name, value in self._told().items())})"
