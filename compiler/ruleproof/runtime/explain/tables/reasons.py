"""Why a decision table answers as it does, and why not otherwise, in words."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ruleproof.model import tables
from ruleproof.model.table_meaning import Answer, passes
from ruleproof.model.tables import AnyValue, DecisionTable, Literal, OutputCell, TableRow
from ruleproof.prover.space import Box
from ruleproof.prover.table_space import TableSpace
from ruleproof.prover.table_texts import cell_text, mask_in_words, plain_text, value_text
from ruleproof.runtime.explain.english import listed
from ruleproof.runtime.explain.paragraphs import capital
from ruleproof.runtime.explain.tables.case import box_of, space_around
from ruleproof.runtime.explain.tables.changes import NotExactError, Outputs, TableChange, TableSearch

MOST_RULES = 3
"""How many rules that give the output are named, the nearest first."""
MOST_WAYS_SAID = 2
NOTHING = "nothing"
"""What to ask for to get to a case in which no rule matches."""


@dataclass(frozen=True, slots=True)
class CellReason:
    """One cell of a rule, and what the case has there."""

    input: str
    needed: str
    had: str
    met: bool | None

    def as_dict(self) -> dict[str, object]:
        return {"input": self.input, "needed": self.needed, "had": self.had, "met": self.met}

    @property
    def text(self) -> str:
        return f"{self.input} {self.needed} (here {self.had})"


@dataclass(frozen=True, slots=True)
class RowReason:
    """One rule of a table, and its cells."""

    rule: int
    output: str
    cells: tuple[CellReason, ...]

    def as_dict(self) -> dict[str, object]:
        return {"rule": self.rule, "output": self.output, "cells": [cell.as_dict() for cell in self.cells]}


@dataclass(frozen=True, slots=True)
class TableReason:
    """What a table says of a case, and why."""

    table: str
    says: str
    rules: tuple[RowReason, ...]
    """The rules that give it."""
    besides: tuple[int, ...]
    """The rules that match too, and do not come to bear."""
    text: str

    def as_dict(self) -> dict[str, object]:
        rules = [rule.as_dict() for rule in self.rules]
        return {
            "table": self.table,
            "says": self.says,
            "rules": rules,
            "besides": list(self.besides),
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class TableWhyNot:
    """What stands between a case and an output of a table."""

    table: str
    wanted: str
    now: bool
    """True where the case has the output already, or can have it by what is not known (then `open` is true)."""
    open: bool
    changes: tuple[TableChange, ...]
    """The minimal sets of inputs, the cheapest first."""
    words: tuple[tuple[str, ...], ...]
    """For each of them the ways in words, such as `age: 61 or more`."""
    more: bool
    rules: tuple[RowReason, ...]
    """The rules that give the output, with the cells that the case does not meet."""
    fault: tuple[str, ...]
    """Where nothing leads there: a smallest part of the fixed inputs that shuts it out; empty where no case has it."""
    not_exact: str
    """Why the changes cannot be worked out; empty where they are exact."""
    text: str

    def as_dict(self) -> dict[str, object]:
        changes = [
            {"inputs": list(change.inputs), "cost": change.cost, "ways": list(ways), "rules": _rules(change)}
            for change, ways in zip(self.changes, self.words, strict=True)
        ]
        return {
            "table": self.table,
            "wanted": self.wanted,
            "now": self.now and not self.open,
            "open": self.open,
            "possible": None if self.not_exact else bool(self.changes) or self.now,
            "changes": changes,
            "more": self.more,
            "rules": [rule.as_dict() for rule in self.rules],
            "fault": list(self.fault),
            "not_exact": self.not_exact,
            "text": self.text,
        }


class NoSuchOutputError(ValueError):
    """What somebody asks for is no output of the table."""


class TableReasons:
    """Explains one decision table; `decides` tells whether a cell passes that exact analysis cannot read."""

    def __init__(self, table: DecisionTable, decides: Callable[..., bool | None] | None = None) -> None:
        self.table = table
        self.space = TableSpace(table)
        self._decides = decides

    # -------------------------------------------------------------- why

    def why(self, case: Mapping[str, Any], answer: Answer) -> TableReason:
        """Say why the table gives an answer to a case."""
        by_number = {row.number: row for row in self.table.rows}
        given = tuple(self._row(by_number[number], case, only_unmet=False) for number in answer.rules)
        besides = tuple(
            row.number
            for row in self.table.rows
            if row.number not in answer.rules and self._row_matches(row, case) is True and not answer.error
        )
        says = f"no answer: {answer.error}" if answer.error else value_in_words(answer.value)
        said = [f"{self.table.name}: {says}."]
        for rule in given:
            cells = "; ".join(cell.text for cell in rule.cells)
            said.append(
                f"Rule {rule.rule} says {rule.output}: {cells}." if cells else f"Rule {rule.rule} holds in every case."
            )
        if not given and not answer.error:
            said.append("No rule matches.")
        if besides:
            names = listed([str(number) for number in besides[:6]]) + (" and others" if len(besides) > 6 else "")
            which = _WINNER.get(self.table.hit_policy, "says the same")
            said.append(f"Rule {names} would match too; the one that counts {which}.")
        return TableReason(self.table.name, says, given, besides, " ".join(said))

    def _row_matches(self, row: TableRow, case: Mapping[str, Any]) -> bool | None:
        states = [cell.met for cell in self._row(row, case, only_unmet=False).cells]
        return False if False in states else None if None in states else True

    def _row(self, row: TableRow, case: Mapping[str, Any], *, only_unmet: bool) -> RowReason:
        cells = []
        for place, (column, test) in enumerate(zip(self.table.columns, row.tests, strict=True)):
            if isinstance(test, AnyValue):
                continue
            name = column.expression
            met = passes(test, case[name], case) if name in case else None
            if not (only_unmet and met):
                text = row.texts[place] if place < len(row.texts) and row.texts[place].strip() else cell_text(test)
                had = _case_text(case[name]) if name in case else "not known"
                cells.append(CellReason(column.label or name, " ".join(text.split()), had, met))
        return RowReason(row.number, outputs_in_words(row.outputs), tuple(cells))

    # -------------------------------------------------------------- why not

    def why_not(
        self,
        case: Mapping[str, Any],
        wanted: str,
        *,
        fixed: frozenset[str] = frozenset(),
        costs: Mapping[str, int] | None = None,
        limit: int = 5,
    ) -> TableWhyNot:
        """Say which smallest changes of a case lead to an output; inputs without a value in the case are free.

        `wanted` is the output as it is written, of several columns between commas, or `nothing` where no rule is to match.
        """
        is_wanted, default = self._accepts(wanted)
        rows = [row for row in self.table.rows if is_wanted(row.outputs)]
        near = sorted(
            (self._row(row, case, only_unmet=True) for row in rows), key=lambda rule: (len(rule.cells), rule.rule)
        )
        changes: tuple[TableChange, ...] = ()
        more, fault, not_exact = False, tuple[str, ...](), ""
        space = space_around(self.space, case)
        box = box_of(space, case)
        try:
            search = TableSearch(self.table, space, box, is_wanted, default=default, fixed=fixed, costs=costs)
            changes, more = search.run(limit)
            fault = search.fault() if not changes else ()
        except NotExactError as error:
            not_exact = str(error)
        now = bool(changes) and not changes[0].inputs
        unknown = any(name not in case for name in self.space.names)
        words = tuple(tuple(dict.fromkeys(_way(space, change, part) for _, part in change.ways)) for change in changes)
        found = TableWhyNot(
            self.table.name,
            wanted,
            now,
            now and unknown,
            changes,
            words,
            more,
            tuple(near[:MOST_RULES]),
            fault,
            not_exact,
            "",
        )
        return replace(found, text=self._text(found, len(rows)))

    def _accepts(self, wanted: str) -> tuple[Callable[[Outputs], bool], bool]:
        text = wanted.strip()
        giving = {row.outputs for row in self.table.rows if text in _spellings(row.outputs)}
        defaults = tuple(output.default for output in self.table.outputs)
        given = tuple(cell for cell in defaults if cell is not None)
        default = text == NOTHING if not given else text in _spellings(given)
        if not giving and not default:
            known = listed(sorted({outputs_in_words(row.outputs) for row in self.table.rows})[:12], "or")
            raise NoSuchOutputError(f"no rule of `{self.table.name}` gives `{wanted}`: its rules give {known}")
        return (lambda outputs: outputs in giving), default

    def _text(self, found: TableWhyNot, giving: int) -> str:
        subject, wanted = capital(found.table), found.wanted
        if found.now:
            still = "still possible; it hangs on what is not known yet" if found.open else "the answer already"
            return f"{subject}: {wanted} is {still}."
        said = []
        if found.not_exact:
            said.append(f"{subject}: what would lead to {wanted} cannot be worked out exactly: {found.not_exact}.")
        elif found.changes:
            for number, ways in enumerate(found.words):
                rest = len(ways) - MOST_WAYS_SAID
                text = ", or ".join(ways[:MOST_WAYS_SAID]) + (", or other values of these" if rest > 0 else "")
                said.append(f"Or with {text}." if number else f"{subject} would be {wanted} with {text}.")
            said += ["There are more ways."] if found.more else []
        elif found.fault:
            stay = "stays as it is" if len(found.fault) == 1 else "stay as they are"
            said.append(f"{subject} cannot be {wanted} while {listed(found.fault)} {stay}.")
        else:
            said.append(f"{subject} is {wanted} in no case at all.")
        for rule in found.rules:
            if rule.cells:
                said.append(f"Rule {rule.rule} also needs {'; '.join(cell.text for cell in rule.cells)}.")
        if giving > len(found.rules):
            said.append(f"{giving} rules give it.")
        return " ".join(said)


_WINNER = {
    tables.FIRST: "stands before it",
    tables.PRIORITY: "comes first in the order of the output values",
    tables.COLLECT: "is the one that the table prefers",
}


def value_in_words(value: Any) -> str:
    """Say what a table gives."""
    match value:
        case None:
            return "nothing"
        case Mapping():
            return ", ".join(f"{name} {value_in_words(item)}" for name, item in value.items())
        case tuple() | list():
            return ", ".join(map(value_in_words, value)) or "an empty list"
        case tables.Expression(text):
            return text
        case _:
            return plain_text(value)


def outputs_in_words(cells: Iterable[OutputCell]) -> str:
    return ", ".join(value_in_words(cell.value) if isinstance(cell, Literal) else cell.text for cell in cells)


def _case_text(value: Any) -> str:
    """Say a value of a case; a day is written as people write it in a table."""
    return value.isoformat() if type(value) is datetime.date else value_text(value)


def _spellings(cells: Outputs) -> frozenset[str]:
    """Give the ways in which somebody may write the outputs of a rule: plain, as DMN has them, and as JSON."""
    plain = outputs_in_words(cells)
    texts = [value_text(cell.value) if isinstance(cell, Literal) else cell.text for cell in cells]
    values = [cell.value for cell in cells if isinstance(cell, Literal)]
    as_json = [json.dumps(value) for value in values if isinstance(value, bool | str)]
    return frozenset({plain, ",".join(texts), ", ".join(texts), ", ".join(as_json) or plain})


def _rules(change: TableChange) -> list[int]:
    return list(dict.fromkeys(rule for rule, _ in change.ways if rule))


def _way(space: TableSpace, change: TableChange, box: Box) -> str:
    """Say which values the changed inputs have in a box, and how they compare."""
    parts = [
        f"{space.labels[place]}: {mask_in_words(axis, box[place])}"
        for place, (name, axis) in enumerate(zip(space.names, space.axes, strict=True))
        if name in change.inputs
    ]
    for index, item in enumerate(space.relations):
        place = len(space.axes) + index
        if box[place] != space.whole[place]:
            states = listed(sorted(item.states(box[place])), "or")
            parts.append(f"{space.labels[item.left]} compared with {space.labels[item.right]}: {states}")
    return listed(parts)
