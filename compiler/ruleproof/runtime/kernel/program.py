"""The tables of a whole policy, and how the facts of a claim line are judged by them."""

from __future__ import annotations

import datetime as dt

from ruleproof.runtime.kernel.answers import Answer, PolicyVersion, Requirement
from ruleproof.runtime.kernel.graphs import Decision, Impossible, Open, RequirementTable, standing
from ruleproof.runtime.kernel.history import DaysBetween, HistoryTest, KeyInput, Past, Service, refuse_disorder
from ruleproof.runtime.kernel.inputs import Input
from ruleproof.runtime.kernel.values import UNKNOWN, Fixed, InputError, day_of, near, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Any

# ---------------------------------------------------------------- the whole policy


SERVICE_DATE, DIAGNOSES, POINTERS = "service_date", "diagnoses", "pointers"


class Program:
    """The tables of a policy, and how a claim line is judged by them."""

    __slots__ = (
        "_all_names", "_dimension_names", "_every", "_keys", "_never", "_never_earlier", "decisions", "derived",
        "impossibles", "inputs", "names", "policy", "postings", "presumptions", "requirements",
    )  # fmt: skip

    def __init__(
        self,
        policy: PolicyVersion,
        inputs: tuple[Input, ...],
        decisions: tuple[Decision, ...],
        requirements: tuple[RequirementTable, ...],
        impossibles: tuple[Impossible, ...],
        never: tuple[tuple[int, ...], ...],
        never_earlier: tuple[tuple[str, tuple[tuple[int, ...], ...]], ...],
        presumptions: tuple[tuple[str, object], ...],
        postings: tuple[tuple[str, tuple[str, ...]], ...],
        derived: tuple[HistoryTest | DaysBetween, ...] = (),
    ) -> None:
        """`never` is the graph of all combinations that cannot happen together, `postings` what was posted on which day.

        `derived` work out further values from those of the inputs, and from the history.
        """
        self.policy = policy
        self.inputs = inputs
        self.decisions = decisions
        self.requirements = requirements
        self.impossibles = impossibles
        self.presumptions = presumptions
        self.postings = postings
        self.names = tuple(item.name for item in inputs)
        self._all_names = frozenset(self.names)
        self._never = never
        self._never_earlier = never_earlier
        self.derived = derived
        self._every = (*inputs, *(item.input for item in derived))
        self._keys = tuple(item.name for item in inputs if isinstance(item, KeyInput))
        self._dimension_names = [item.name for item in self._every for _ in range(item.width)]

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
        judge: Callable[[dict[str, object], object], Any],
        history: object = None,
        as_posted_on: object = None,
    ) -> tuple[Any, ...]:
        """Judge every line of a claim, by its own facts and those of the claim; what is refused names its line.

        A history and the day of posting are checked here too, since a claim may have no lines.
        """
        past = self.past(history)
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
        joined = self._of_each(lines, lambda _, line: self._joined(whole, line))
        if not self._keys:
            return tuple(self._of_each(joined, lambda _, line: judge(line, None)))
        services = self._of_each(joined, self._service)
        return tuple(self._of_each(joined, lambda number, line: judge(line, _beside(services, number, past))))

    def _of_each(self, lines: Sequence[Any], act: Callable[[int, Any], Any]) -> list[Any]:
        found = []
        for number, line in enumerate(lines, 1):
            try:
                found.append(act(number, line))
            except InputError as error:
                message = f"line {number}: {error.message}"
                raise InputError(message, error.input, error.value, error.allowed, error.cannot_happen) from None
        return found

    def _joined(self, whole: dict[str, object], line: Any) -> dict[str, object]:
        told = line._told() if isinstance(line, ClaimFacts) else _mapping(line)
        if told is None:
            raise InputError(f"a line is a mapping, not {shown(line)}", "lines", line, "a mapping")
        own = {name: value for name, value in told.items() if value is not UNKNOWN}
        whole = self._pointed(whole, own)
        for item in self.inputs:
            name = item.name
            if name in own and name in whole and item.read(own[name]) != item.read(whole[name]):
                message = f"`{name}` is {shown(own[name])} here and {shown(whole[name])} for the whole claim"
                raise InputError(message, name, own[name], f"{shown(whole[name])}, as for the whole claim")
        return {**whole, **own}

    def _pointed(self, whole: dict[str, object], own: dict[str, object]) -> dict[str, object]:
        """Give the facts of the claim with those of its diagnoses that the line points at, counted from 1."""
        if POINTERS in self._all_names or POINTERS not in own:
            return whole
        pointers, listed = own.pop(POINTERS), whole.get(DIAGNOSES)
        allowed = f"places in the `{DIAGNOSES}` of the claim, counted from 1"
        if DIAGNOSES not in self._all_names or not isinstance(listed, (list, tuple)) or DIAGNOSES in own:
            message = (
                f"`{POINTERS}` point at the `{DIAGNOSES}` of the claim, which must be a list there and not stand here"
            )
            raise InputError(message, POINTERS, pointers, allowed)
        places = pointers if isinstance(pointers, (list, tuple)) else ()
        good = all(type(place) is int and 1 <= place <= len(listed) for place in places)
        if not places or not good or len(set(places)) < len(places):
            message = (
                f"`{POINTERS}` cannot be {shown(pointers)}: they are different {allowed}; the claim has {len(listed)}"
            )
            raise InputError(message, POINTERS, pointers, allowed)
        return {**whole, DIAGNOSES: [listed[place - 1] for place in places]}

    # ------------------------------------------------------------ what came before

    def past(self, history: object) -> Past | None:
        """Read a history: mappings with an `id`, the earliest first; nothing where none is given."""
        if history is None or isinstance(history, Past):
            return history
        if not self._keys:
            message = "this policy has no limits over a history, so a history would be left unread; leave it out"
            raise InputError(message, "history", history, "nothing")
        if not isinstance(history, (list, tuple)):
            message = f"a history is a list of earlier services, not {shown(history)}"
            raise InputError(message, "history", history, "a list of mappings")
        services = tuple(self._earlier(number, told) for number, told in enumerate(history, 1))
        refuse_disorder(services)
        return Past(services, True)

    def _earlier(self, number: int, told: object) -> Service:
        known = _mapping(told)
        if known is None or not isinstance(known.get("id"), str) or not known["id"]:
            message = f"earlier service {number} has no `id`: give each service a mapping with a text that names it"
            raise InputError(message, "history", told, "a mapping with an `id`")
        try:
            paid = known.pop("paid", UNKNOWN)
            if paid not in (True, False, "yes", "no") and paid is not UNKNOWN:
                raise InputError(f"`paid` cannot be {shown(paid)}: it is yes or no", "paid", paid, "yes or no")
            service = self._service(-1, known, None if paid is UNKNOWN else paid in (True, "yes"))
            self.check_possible(self.read(known), service.cells)
        except InputError as error:
            message = f"earlier service {shown(known['id'])}: {error.message}"
            raise InputError(message, error.input, error.value, error.allowed, error.cannot_happen) from None
        return service

    def _service(self, number: int, told: Mapping[str, object], paid: bool | None = True) -> Service:
        """Give a service by what is told of it; what stands on a claim counts as paid until it is decided."""
        return self._service_of(number, self.read(told), paid)

    def _service_of(self, number: int, values: Sequence[Any], paid: bool | None = True) -> Service:
        known = {name: value for name, value in zip(self.names, values, strict=True) if value is not UNKNOWN}
        dated = SERVICE_DATE in self._all_names
        return Service(str(known.get("id", "")), known, self.cells(self._worked_out(values)), paid, number, dated)

    def _worked_out(
        self, values: Sequence[Any], past: Past | None = None, posted: dt.date | None = None
    ) -> tuple[Any, ...]:
        """Give the values of the inputs, and after them what is worked out from them."""
        if not self.derived:
            return tuple(values)
        known = {name: value for name, value in zip(self.names, values, strict=True) if value is not UNKNOWN}
        number = past.number if past is not None else 0
        line = Service("", known, (), True, number, SERVICE_DATE in self._all_names)
        if past is not None:
            past.check_against(line)
        told = (standing(item, item.earlier, posted).told(line, past) for item in self.derived)
        return (*values, *(UNKNOWN if item is None else item for item in told))

    def cells(self, values: Sequence[Any]) -> list[int]:
        """Give the cell of each dimension, -1 where it is unknown."""
        cells: list[int] = []
        for item, value in zip(self._every, values, strict=True):
            if item.width:
                cells += [-1] * item.width if value is UNKNOWN else item.cells(value)
        return cells

    # ------------------------------------------------------------ judging

    def judge(
        self, values: Sequence[Any], history: object = None, as_posted_on: object = None
    ) -> tuple[tuple[Answer, ...], tuple[Requirement, ...]]:
        """Judge the values of a claim line, in the order of the inputs: every decision, every requirement."""
        past = self.past(history)
        posted = self._posted_day(as_posted_on)
        told, values = values, self._worked_out(values, past, posted)
        cells = self.cells(values)
        self.check_possible(values, cells, posted)
        decisions = [standing(table, table.earlier, posted) for table in self.decisions]
        requirements = [standing(table, table.earlier, posted) for table in self.requirements]
        if -1 not in cells:
            return tuple(table.full(cells) for table in decisions), tuple(table.full(cells) for table in requirements)
        filled, presumed = self._presume(told)
        filled = self._worked_out(filled, past, posted)
        filled_cells = self.cells(filled)
        if not presumed or not self._can_happen(filled_cells, posted):
            filled_cells, presumed = cells, ()
        return (
            tuple(table.partial(*self._asked(table, cells, filled_cells, presumed)) for table in decisions),
            tuple(table.partial(*self._asked(table, cells, filled_cells, presumed)) for table in requirements),
        )

    def _asked(
        self,
        table: Decision | RequirementTable,
        cells: list[int],
        filled: list[int],
        presumed: tuple[str, ...],
    ) -> tuple[Open, list[str], tuple[str, ...]]:
        """Ask a graph with what is known and presumed, and say whether it rests on what is presumed."""
        bare = self._open(table, cells)
        if not any(
            cell != other and place in table.asks for place, (cell, other) in enumerate(zip(cells, filled, strict=True))
        ):
            return bare, self._dimension_names, ()
        opened = self._open(table, filled)
        same = set(opened.left()[0]) == set(bare.left()[0])
        return opened, self._dimension_names, () if same else presumed

    def _open(self, table: Decision | RequirementTable, cells: list[int]) -> Open:
        opened = Open(table.nodes, table.said)
        opened.root = opened.walk(cells)
        return opened

    def _presume(self, values: Sequence[Any]) -> tuple[Sequence[Any], tuple[str, ...]]:
        """Fill the unknown inputs for which the policy presumes a value, and name them."""
        filled, names = list(values), []
        for name, value in self.presumptions:
            place = self.names.index(name)
            if filled[place] is UNKNOWN:
                filled[place] = self.inputs[place].read(value)
                names.append(name)
        return filled, tuple(names)

    def _posted_day(self, as_posted_on: object) -> dt.date | None:
        return self.day("as_posted_on", as_posted_on)

    def day(self, name: str, value: object) -> dt.date | None:
        """Give a day of posting, or nothing where none is given; anything else is refused by its name."""
        day = day_of(value)
        if day is None and value is not None:
            message = f"`{name}` cannot be {shown(value)}: it is a date, written like 2024-03-21"
            raise InputError(message, name, value, "a date")
        return day

    # ------------------------------------------------------------ what cannot happen

    def _can_happen(self, cells: Sequence[int], posted: dt.date | None = None) -> bool:
        opened = Open(standing(self._never, self._never_earlier, posted), (True, False))
        opened.walk(cells)
        return 1 in opened.reached

    def check_possible(self, values: Sequence[Any], cells: Sequence[int] = (), posted: dt.date | None = None) -> None:
        """Refuse facts of which nothing that can happen is left, and name the combinations that rule it out."""
        cells = cells or self.cells(self._worked_out(values))
        if self._can_happen(cells, posted):
            return
        known = [standing(item, item.earlier, posted) for item in self.impossibles]
        met = [item for item in known if self._reaches(item, cells) == {0}]
        met = met or [item for item in known if 0 in self._reaches(item, cells)]
        inputs = dict.fromkeys(name for item in met for name in item.inputs)
        facts = {
            name: value
            for name, value in zip(self.names, values, strict=False)
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


def _beside(lines: Sequence[Service], number: int, past: Past | None) -> Past:
    """Give what a line of a claim is judged by: the history, and the other lines."""
    others = (line for line in lines if line.number != number)
    earlier = past.services if past is not None else ()
    return Past((*earlier, *others), past is not None, number)


class Facts:
    """Facts of a claim line, a field for each input."""

    __slots__ = ()
    _fields: tuple[str, ...] = ()

    def _values(self) -> tuple[Any, ...]:
        return tuple([getattr(self, field) for field in self._fields])


class ClaimFacts(Facts, Fixed):
    """What is known of a claim line: a field for each input, `UNKNOWN` where we have not been told."""

    __slots__ = ("_full",)
    _full: bool
    _inputs: tuple[Input, ...] = ()

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
