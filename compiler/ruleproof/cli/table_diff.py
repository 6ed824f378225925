"""`ruleproof diff` for decision tables made elsewhere: which tables are compared, and what is printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from ruleproof.cli.failures import Failure
from ruleproof.cli.report import Checked, Report
from ruleproof.cli.tables import TableFile, TableOptions, clock, is_table, read_tables_of

if TYPE_CHECKING:
    from ruleproof.finding import Finding
    from ruleproof.model.table_meaning import Value
    from ruleproof.model.tables import DecisionTable
    from ruleproof.prover.table_difference import Difference, Said, TableComparison


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see compared; `table` is a name or id, empty for every table."""

    old: str
    new: str
    table: str
    options: TableOptions
    limit: int | None
    exit_code: bool
    format: str


@dataclass(frozen=True, slots=True)
class _Compared:
    """Two files: the comparisons of their tables, and the names of tables that have no partner."""

    files: tuple[TableFile, TableFile]
    comparisons: tuple[TableComparison, ...]
    only: tuple[tuple[str, ...], tuple[str, ...]]
    findings: tuple[Finding, ...]
    """What cannot be read at all."""

    @property
    def equal(self) -> bool:
        return all(item.equal for item in self.comparisons) and not any(self.only) and not self.findings


def diff_tables(asked: Asked) -> int:
    """Compare the tables of two files, print where they differ, and give the exit status."""
    from ruleproof.cli.showing import show
    from ruleproof.prover.table_difference import compare_tables

    for path, other in ((asked.old, asked.new), (asked.new, asked.old)):
        if not is_table(path):
            raise click.UsageError(
                f"`{path}` is a policy and `{other}` a file of decision tables; two of one kind can be compared: "
                f"make a policy of the table first, with `ruleproof import {other}`"
            )
    read = [read_tables_of(path, asked.options.hit_policy) for path in (asked.old, asked.new)]
    broken = tuple(item for item in map(_broken, read) if item is not None)
    if broken:
        report = Report(broken)
        show(report, asked.format, None, "errors")
        return max(report.status, 1)
    files = tuple(item for item in read if isinstance(item, TableFile))
    pairs, only = _paired(files[0], files[1], asked.table)
    still_time = clock(asked.options.time_limit)
    comparisons = tuple(compare_tables(*pair, missing=asked.options.missing, still_time=still_time) for pair in pairs)
    unread = tuple(item for file in files for item in file.reading.findings if item.name == "unreadable_table")
    compared = _Compared((files[0], files[1]), comparisons, only, unread)
    (_show_json if asked.format == "json" else _show_text)(compared, asked.limit)
    return int(asked.exit_code and not compared.equal)


def _broken(item: TableFile | Checked) -> Checked | None:
    """Give a file in which there is no table to compare."""
    if isinstance(item, Checked):
        return item
    if item.reading.tables:
        return None
    if not item.reading.findings:
        raise Failure(f"`{item.path}` holds no decision table", "name a file that holds one")
    return Checked(item.path, item.sha256, item.reading.findings, item.reading.source, status=1)


# ---------------------------------------------------------------- which tables


def chosen_table(file: TableFile, name: str) -> DecisionTable:
    """Give the table of a name or id; refuse a name that no table, or more than one, has."""
    found = [table for table in file.reading.tables if name in (table.name, table.id)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"`{table.name}`" for table in file.reading.tables)
    if found:
        ids = ", ".join(f"`{table.id}`" for table in found)
        raise Failure(f"`{file.path}` has {len(found)} tables called `{name}`", f"choose one by its id: {ids}")
    raise Failure(f"`{file.path}` has no table called `{name}`", f"it has {names}")


_Pairs = list[tuple["DecisionTable", "DecisionTable"]]


def _paired(old: TableFile, new: TableFile, name: str) -> tuple[_Pairs, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Pair tables by name, else by id; two files with one table each are about the same one."""
    before, after = old.reading.tables, new.reading.tables
    if name:
        single = [len(tables) == 1 for tables in (before, after)]
        if all(single) or not any(single):
            return [(chosen_table(old, name), chosen_table(new, name))], ((), ())
        first = before[0] if single[0] else chosen_table(old, name)
        return [(first, after[0] if single[1] else chosen_table(new, name))], ((), ())
    if len(before) == len(after) == 1:
        return [(before[0], after[0])], ((), ())
    left = list(after)
    pairs: _Pairs = []
    alone: list[str] = []
    for table in before:
        other = _partner(table, left)
        if other is None:
            alone.append(table.name)
        else:
            left.remove(other)
            pairs.append((table, other))
    if not pairs:
        names = [", ".join(f"`{table.name}`" for table in tables) for tables in (before, after)]
        advice = f"choose the table with --table; `{old.path}` has {names[0]}, `{new.path}` has {names[1]}"
        raise Failure("no table has the same name or id in both files", advice)
    return pairs, (tuple(alone), tuple(table.name for table in left))


def _partner(table: DecisionTable, others: Sequence[DecisionTable]) -> DecisionTable | None:
    by_both = [other for other in others if (other.name, other.id) == (table.name, table.id)]
    by_name = [other for other in others if other.name == table.name]
    by_id = [other for other in others if table.id and other.id == table.id]
    return next(iter([*by_both, *by_name, *by_id]), None)


# ---------------------------------------------------------------- JSON


def _show_json(compared: _Compared, limit: int | None) -> None:
    from ruleproof.cli.formats.to_json import dumps, finding_object
    from ruleproof.cli.machine import compiler_version
    from ruleproof.cli.terminal import emit

    sources = {file.path: file.reading.source for file in compared.files}
    differences = [(item, found) for item in compared.comparisons for found in item.differences]
    undecided = [(item, found) for item in compared.comparisons for found in item.not_decided]
    found: dict[str, Any] = {
        "ruleproof": compiler_version(),
        "files": [{"path": file.path, "sha256": file.sha256} for file in compared.files],
        "only_before": list(compared.only[0]),
        "only_after": list(compared.only[1]),
        "count": len(differences),
        "differences": [_object(*pair) for pair in differences[:limit]],
        "not_decided": [_object(*pair) for pair in undecided[:limit]],
        "not_decided_count": len(undecided),
        "stopped": {item.before.name: item.stopped for item in compared.comparisons if item.stopped},
        "notes": {item.before.name: list(_notes(item)) for item in compared.comparisons},
        "findings": [finding_object(item, sources) for item in compared.findings],
    }
    emit(dumps(found))


def _object(comparison: TableComparison, difference: Difference) -> dict[str, Any]:
    from ruleproof.cli.formats.to_json import region_object, witness_object
    from ruleproof.prover.table_regions import regions_of, size_of, witness_of

    found: dict[str, Any] = {
        "subject": comparison.before.name,
        "before": _said_object(difference.before),
        "after": _said_object(difference.after),
        "regions": [region_object(region) for region in regions_of(comparison.space, [difference.box])],
        "witness": witness_object(witness_of(difference.witness)),
    }
    size = size_of(comparison.space, [difference.box])
    found |= {} if size is None else {"size": str(size)}
    found |= {"as_written": True} if difference.as_written else {}
    return found | ({"reason": difference.reason} if difference.reason else {})


def _said_object(said: Said) -> dict[str, Any]:
    return {
        "kind": said.kind,
        "value": _plain(said.value),
        "reason": said.reason,
        "rules": [str(number) for number in said.rules],
    }


def _plain(value: Value) -> Any:
    """Give an answer as JSON has it; an expression is its text."""
    from ruleproof.cli.formats.to_json import witness_object
    from ruleproof.model.tables import Expression
    from ruleproof.prover.table_regions import finding_value

    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, Expression):
        return {"expression": value.text}
    return witness_object({"value": finding_value(value)})["value"]  # type: ignore[arg-type]


# ---------------------------------------------------------------- words


def _show_text(compared: _Compared, limit: int | None) -> None:
    from ruleproof.cli.showing import show_findings
    from ruleproof.cli.terminal import say

    if compared.findings:
        sources = (Checked(file.path, file.sha256, (), file.reading.source) for file in compared.files)
        show_findings(Report((*sources, Checked("", "", compared.findings))), None, "usual")
    shown = 0
    for comparison in compared.comparisons:
        for difference in (*comparison.differences, *comparison.not_decided):
            if limit is None or shown < limit:
                say(_words(comparison, difference) + "\n")
                shown += 1
    for line in _summary(compared, shown):
        say(line)


def _words(comparison: TableComparison, difference: Difference) -> str:
    from ruleproof.cli.formats.letters import visible
    from ruleproof.prover.table_regions import box_in_words, case_in_words

    where = box_in_words(comparison.space, difference.box) or "in every case"
    lines = [
        f"{comparison.before.name}: {where}" + (f": not decided: {difference.reason}" if difference.reason else ""),
        f"  before  {_said(difference.before)}",
        f"  after   {_said(difference.after)}",
    ]
    if difference.witness:
        lines.append(f"  case    {case_in_words(difference.witness)}")
    return "\n".join(visible(line) for line in lines)


def _said(said: Said) -> str:
    from ruleproof.prover import table_difference as kinds

    numbers = ", ".join(map(str, said.rules))
    rules = f" (by rule{'' if len(said.rules) == 1 else 's'} {numbers})" if said.rules else ""
    match said.kind:
        case kinds.NOTHING:
            by_default = said.value not in (None, ())
            return f"{_value(said.value)} (no rule matches)" if by_default else "nothing (no rule matches)"
        case kinds.ERROR:
            return f"no answer: {said.reason}{rules}"
        case kinds.NOT_ALLOWED:
            return "no such case: an input is outside its allowed values"
        case kinds.OPEN:
            return f"not decided{rules}"
        case _:
            return _value(said.value) + rules


def _value(value: Value) -> str:
    from ruleproof.model.tables import Expression
    from ruleproof.prover.table_texts import value_text

    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return ", ".join(f"{name} = {_value(part)}" for name, part in value.items())
    if isinstance(value, Expression):
        return value.text
    return value_text(value)  # type: ignore[arg-type]


def _notes(comparison: TableComparison) -> list[str]:
    """Say what is not the same of the two tables as such."""
    from ruleproof.model.tables import NUMBER, UNKNOWN, WHOLE

    before, after = comparison.before, comparison.after
    names = [[column.expression for column in table.columns] for table in (before, after)]
    found = []
    for own, other, when in ((names[0], names[1], "before"), (names[1], names[0], "after")):
        alone = [name for name in dict.fromkeys(own) if name not in other]
        if alone:
            found.append(f"input{'' if len(alone) == 1 else 's'} only {when}: {', '.join(alone)}")
    types = {column.expression: column.type for column in before.columns}
    for column in after.columns:
        kinds = {types.get(column.expression, column.type), column.type}
        if len(kinds) > 1 and UNKNOWN not in kinds and kinds != {NUMBER, WHOLE}:
            found.append(f"{column.expression} is a {types[column.expression]} before and a {column.type} after")
    policies = [f"{table.hit_policy} {table.aggregation}".strip() for table in (before, after)]
    return [*found, f"hit policy {policies[0]} before, {policies[1]} after"] if policies[0] != policies[1] else found


def _summary(compared: _Compared, shown: int) -> list[str]:
    found = sum(len(item.differences) for item in compared.comparisons)
    undecided = sum(len(item.not_decided) for item in compared.comparisons)
    lines = [f"{item.before.name}: {'; '.join(notes)}" for item in compared.comparisons if (notes := _notes(item))] + [
        f"{item.before.name}: not all differences are found: {item.stopped}"
        for item in compared.comparisons
        if item.stopped
    ]
    parts = [f"{found} difference{'' if found == 1 else 's'}" if found else "no difference"]
    if undecided:
        parts.append(f"{undecided} part{'' if undecided == 1 else 's'} not decided")
    if shown < found + undecided:
        parts.append(f"{shown} shown")
    if any(item.as_written for comparison in compared.comparisons for item in comparison.differences):
        parts.append("expressions are compared as they are written")
    for names, words in zip(compared.only, ("tables only before", "tables only after"), strict=True):
        if names:
            parts.append(f"{words}: {', '.join(names)}")
    return [*lines, "; ".join(parts)]
