"""A box as a condition that an author could write, to be pasted into the policy."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ruleproof.model.nodes import Choice, CodePattern, Domain, SeveralCodes
from ruleproof.prover.cells import Cell, Dimension
from ruleproof.prover.regions import is_plain, runs, written_name
from ruleproof.prover.space import Box, Space, bits_of


@dataclass(frozen=True, slots=True)
class Written:
    """A condition, and the code lists that it needs besides those of the policy, as blocks of text."""

    condition: str
    code_lists: tuple[str, ...] = ()


def condition_of(space: Space, box: Box, free_name: Callable[[str], str]) -> Written | None:
    """Give a condition that holds in exactly the cases of a box; `None` in a policy without inputs.

    `free_name` gives a name that the policy does not have yet, for a code list.
    """
    writer = _Writer(space, free_name)
    parts = [text for name, places in space.places.items() for text in writer.tests_of(name, places, box)]
    if not parts:
        parts = writer.always()
    if not parts:
        return None
    condition = parts[0] if len(parts) == 1 else f"all of ({', '.join(parts)})"
    return Written(condition, tuple(writer.blocks))


def written_value(value: Any, domain: Domain) -> str:
    """Give a value of an input as the language writes it.

    >>> written_value("missing", Choice(("missing",))), written_value(Decimal("1E-8"), Choice(()))
    ('"missing"', '0.00000001')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(domain, Choice | CodePattern) and not is_plain(value):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
        return f'"{escaped}"'
    return str(value)


@dataclass
class _Writer:
    space: Space
    free_name: Callable[[str], str]
    blocks: list[str] = field(default_factory=list)
    _lists: dict[tuple[str, frozenset[str]], str] = field(default_factory=dict)

    def tests_of(self, name: str, places: tuple[int, ...], box: Box) -> Iterator[str]:
        """Give the tests of one input that hold in a box, none where it is unrestricted."""
        if all(box[place] == self.space.dimensions[place].full for place in places):
            return
        dimension = self.space.dimensions[places[0]]
        if dimension.group is not None:
            yield from self.code_tests(name, places, box)
            return
        mask, said = box[places[0]], written_name(name)
        cells = [dimension.cells[number] for number in bits_of(mask)]
        tests = (
            list(_stretch_tests(said, dimension, mask))
            if any(cell.stretch for cell in dimension.cells)
            else _value_tests(said, dimension, cells, self.space.inputs[name].domain)
        )
        if any(cell.missing for cell in cells):
            tests.append(f"{said} is missing")
        yield tests[0] if len(tests) == 1 else f"any of ({', '.join(tests)})"

    def code_tests(self, name: str, places: tuple[int, ...], box: Box) -> Iterator[str]:
        """Give the tests of several codes, group by group; that there is another code is that not all are named."""
        said, can_miss = written_name(name), self.space.inputs[name].may_be_missing
        for place in places:
            dimension = self.space.dimensions[place]
            if box[place] == dimension.full or dimension.group is None:
                continue
            there, codes = box[place] == 0b10, dimension.group.values
            if codes:
                test = f"{said} {'any' if there else 'none'} in {self.code_list(name, codes)}"
            elif not self.named(name):
                # all codes are alike, so there is one or there is none
                yield from [f"{said} is {'present' if there else 'missing'}"] if can_miss else []
                continue
            else:
                test = f"{said} all in {self.code_list(name, self.named(name))}"
                if there:
                    yield f"all of (not ({test}), {said} is present)" if can_miss else f"not ({test})"
                    continue
            yield test if there or not can_miss else f"any of ({test}, {said} is missing)"

    def named(self, name: str) -> tuple[str, ...]:
        """Give the codes that the policy names for an input."""
        groups = [group for place in self.space.places[name] if (group := self.space.dimensions[place].group)]
        return tuple(code for group in groups for code in group.values)

    def code_list(self, name: str, codes: tuple[str, ...]) -> str:
        """Give the name of a list with exactly these codes: one of the policy where there is one, else a new one."""
        wanted = frozenset(codes)
        domain = self.space.inputs[name].domain
        assert isinstance(domain, SeveralCodes)
        for listed in self.space.policy.code_lists:
            dated = any(entry.services_from or entry.services_until for entry in listed.entries)
            if listed.system == domain.system and not dated and frozenset(listed.codes) == wanted:
                return written_name(listed.name)
        key = (domain.system, wanted)
        if key not in self._lists:
            self._lists[key] = self.free_name("codes")
            rows = [", ".join(codes[start : start + 8]) for start in range(0, len(codes), 8)]
            lines = ",\n    ".join(rows)
            self.blocks.append(f"codes {written_name(self._lists[key])} of {domain.system}\n  start {lines}")
        return written_name(self._lists[key])

    def always(self) -> list[str]:
        """Give a condition that holds in every case; nothing in a policy without inputs."""
        single = [item for item in self.space.policy.inputs if not isinstance(item.domain, SeveralCodes)]
        for item in [*single, *self.space.policy.inputs]:
            said = written_name(item.name)
            if item.may_be_missing:
                return [f"any of ({said} is present, {said} is missing)"]
            if isinstance(item.domain, SeveralCodes):
                dimension = self.space.dimensions[self.space.places[item.name][-1]]
                assert dimension.group is not None
                test = f"{said} all in {self.code_list(item.name, (str(dimension.group.sample),))}"
                return [f"any of ({test}, not ({test}))"]
            value = written_value(self.space.dimensions[self.space.places[item.name][0]].cells[0].sample, item.domain)
            return [f"any of ({said} is {value}, {said} is not {value})"]
        return []


def _value_tests(said: str, dimension: Dimension, cells: list[Cell], domain: Domain) -> list[str]:
    if any(cell.others for cell in cells):
        left_out = [value for cell in dimension.cells if cell not in cells for value in cell.values]
        if not left_out:
            return [f"{said} is present"]
        absent = f"{said} is not one of ({', '.join(written_value(value, domain) for value in left_out)})"
        return [f"all of ({absent}, {said} is present)" if dimension.cells[-1].missing else absent]
    values = [written_value(value, domain) for cell in cells for value in cell.values]
    if not values:
        return []
    return [f"{said} is {values[0]}" if len(values) == 1 else f"{said} is one of ({', '.join(values)})"]


def _stretch_tests(said: str, dimension: Dimension, mask: int) -> Iterator[str]:
    for first, last in runs(dimension, mask):
        low, high = (f"{end:f}" if isinstance(end, Decimal) else end for end in (first.low, last.high))
        ends = [cell for cell in dimension.cells if cell.stretch]
        dated = isinstance(low, datetime.date)
        at_least = ("on or after" if dated else "at least") if first.low_closed else ("after" if dated else "more than")
        at_most = ("on or before" if dated else "at most") if last.high_closed else ("before" if dated else "less than")
        if first.low == last.high:
            yield f"{said} is {low}"
        elif first is ends[0] and last is ends[-1]:
            yield f"{said} is present"
        elif last is ends[-1]:
            yield f"{said} is {at_least} {low}"
        elif first is ends[0]:
            yield f"{said} is {at_most} {high}"
        elif first.low_closed and last.high_closed:
            yield f"{said} is between {low} and {high}"
        else:
            yield f"all of ({said} is {at_least} {low}, {said} is {at_most} {high})"
