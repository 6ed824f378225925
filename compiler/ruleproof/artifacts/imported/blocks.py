"""Lines as blocks of a policy: rows of tables where entries can say what they ask, rules where they cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from ruleproof.artifacts.imported import written
from ruleproof.artifacts.imported.conditions import bare
from ruleproof.artifacts.imported.lines import Line
from ruleproof.artifacts.imported.questions import Question

LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class Ruled:
    """The lines of one decision, with the names of its rules and what beats what."""

    decision: str
    """The name of the decision, as written."""
    table: str
    """The name of its table, as written."""
    questions: tuple[Question, ...]
    lines: tuple[Line, ...]
    names: tuple[str, ...]
    """The name of each line, as written."""
    overrides: Mapping[int, Sequence[int]]
    because: str
    why_open: Mapping[int, str]
    """For each line that leaves a case open, why."""
    in_order: bool
    """Whether the order of the lines is the order of what they collect."""


def blocks_of(ruled: Ruled) -> Iterator[str]:
    """Write the lines: a table (several, where the order counts), then the rules, then what is left open."""
    entries = {index: _entries(ruled, line) for index, line in enumerate(ruled.lines)}
    as_row = {index: found is not None and ruled.lines[index].outcome is not None for index, found in entries.items()}
    order = list(range(len(ruled.lines)))
    if not ruled.in_order:
        order.sort(key=lambda index: not as_row[index])
    part = 0
    for is_row, group in groupby(order, key=as_row.__getitem__):
        indexes = list(group)
        if is_row:
            part += 1
            rows = {index: found for index in indexes if (found := entries[index]) is not None}
            yield _table(ruled, rows, part)
        else:
            yield from (_rule(ruled, index) for index in indexes)


def _entries(ruled: Ruled, line: Line) -> list[str] | None:
    found: list[str] = []
    for question, mask in zip(ruled.questions, line.box, strict=True):
        entry = question.entry(mask)
        if entry is None:
            return None
        found.append(entry)
    return found


def _note(line: Line) -> str:
    said = "" if line.row is None else written.shortened(line.row.annotation, LONGEST_NOTE)
    return written.text(said) if said else "-"


def _table(ruled: Ruled, rows: Mapping[int, Sequence[str]], part: int) -> str:
    asked = [place for place in range(len(ruled.questions)) if any(entries[place] != "-" for entries in rows.values())]
    notes = {index: _note(ruled.lines[index]) for index in rows}
    noted = any(note != "-" for note in notes.values())
    name = ruled.table if part == 1 else written.name(f"{ruled.table.strip('`')} {part}")
    lines = [f"table {name} for {ruled.decision}"]
    for index in rows:
        if index in ruled.overrides:
            lines.append(f"  row {ruled.names[index]} {_overrides(ruled, index)}")
    header = [
        "rule",
        *(written.name(ruled.questions[place].name) for place in asked),
        "outcome",
        *(["note"] if noted else []),
    ]
    lines.append(_row(header))
    lines.append(_row(["---"] * len(header)))
    for index, entries in rows.items():
        outcome = ruled.lines[index].outcome or ""
        cells = [ruled.names[index], *(entries[place] for place in asked), outcome]
        lines.append(_row([*cells, *([notes[index]] if noted else [])]))
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return f"  | {' | '.join(cells)} |"


def _rule(ruled: Ruled, index: int) -> str:
    line = ruled.lines[index]
    if line.outcome is None:
        lines = [f"leave open {ruled.names[index]} for {ruled.decision}", f"  when {_condition(ruled, line)}"]
        lines.append(f"  because {written.text(ruled.why_open[index])}")
    else:
        lines = [f"rule {ruled.names[index]} for {ruled.decision}", f"  when {_condition(ruled, line)}"]
        lines.append(f"  then {ruled.decision} is {line.outcome}")
    lines += [f"  {_overrides(ruled, index)}"] if index in ruled.overrides else []
    note = _note(line)
    return "\n".join([*lines, *([f"  note {note}"] if note != "-" else [])])


def _overrides(ruled: Ruled, index: int) -> str:
    beaten = written.listed(ruled.names[other] for other in ruled.overrides[index])
    return f"overrides {beaten} because {written.text(ruled.because)}"


def _condition(ruled: Ruled, line: Line) -> str:
    parts = [
        question.condition(mask)
        for question, mask in zip(ruled.questions, line.box, strict=True)
        if mask != question.full
    ]
    if not parts:
        return always(ruled.questions)
    if len(parts) == 1:
        return bare(parts[0])
    return "\n    and ".join(parts)


def always(questions: Sequence[Question]) -> str:
    """Write a condition that always holds: one part of what a question can be, or the rest."""
    question = halved(questions)
    part = question.full & -question.full
    rest = question.full & ~part
    return f"any of ({question.condition(part)}, {question.condition(rest)})" if rest else question.condition(part)


def halved(questions: Sequence[Question]) -> Question:
    """Give the question that a condition of every case asks: one with two answers, if there is any."""
    return next((item for item in questions if item.full & (item.full - 1)), questions[0])
