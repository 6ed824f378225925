"""`ruleproof explain` for decision tables made elsewhere: which rules match, and what would lead to another output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ruleproof.cli.claims import ClaimError
from ruleproof.cli.failures import Failure

if TYPE_CHECKING:
    from ruleproof.cli.tables import TableFile
    from ruleproof.model.tables import DecisionTable


@dataclass(frozen=True, slots=True)
class TableAsked:
    """What is asked of the tables of a file: with no `why_not`, why they answer as they do."""

    table: str
    why_not: str | None
    fixed: tuple[str, ...]
    costs: Mapping[str, int]
    limit: int


def explain_tables(file: str, input: str, hit_policy: str, asked: TableAsked, format: str) -> int:
    """Explain the answers of the tables of a file to one case, and give the exit status."""
    from ruleproof.cli.claims import read_claim
    from ruleproof.cli.eval import refuse
    from ruleproof.cli.report import Checked, Report
    from ruleproof.cli.showing import show
    from ruleproof.cli.table_answers import known_facts
    from ruleproof.cli.tables import read_tables_of
    from ruleproof.runtime.explain.tables.case import OutsideError
    from ruleproof.runtime.explain.tables.reasons import NoSuchOutputError

    read = read_tables_of(file, hit_policy)
    if isinstance(read, Checked):
        show(Report((read,)), format, None, "usual")
        return read.status
    if not read.reading.tables:
        report = Report((Checked(read.path, read.sha256, read.reading.findings, read.reading.source),))
        show(report, format, None, "all")
        return max(report.status, 1)
    chosen = _chosen(read, asked)
    try:
        found = [_found(read, table, known_facts(read, read_claim(input)), asked) for table in chosen]
    except ClaimError as error:
        return refuse(input, error.message, error.help, {}, format)
    except OutsideError as error:
        return refuse(input, str(error), "", {}, format)
    except NoSuchOutputError as error:
        raise Failure(f"{read.path}: {error}") from None
    _show(read, found, asked, format)
    return 0


def _chosen(read: TableFile, asked: TableAsked) -> list[DecisionTable]:
    """Give the tables asked about; why not is asked of one."""
    by_name = {table.name: table for table in read.reading.tables}
    if asked.table and asked.table not in by_name:
        raise Failure(f"{read.path} has no table `{asked.table}`", f"there are {', '.join(by_name)}")
    chosen = [by_name[asked.table]] if asked.table else list(read.reading.tables)
    if asked.why_not is not None and len(chosen) > 1:
        raise Failure(f"{read.path} has several tables", f"pick one with --decision: {', '.join(by_name)}")
    return chosen


def _found(read: TableFile, table: DecisionTable, facts: Mapping[str, Any], asked: TableAsked) -> Any:
    from ruleproof.readers.dmn_model import evaluate_table
    from ruleproof.runtime.explain.tables.reasons import TableReasons

    reasons = TableReasons(table)
    names = set(reasons.space.names)
    case = {name: value for name, value in facts.items() if name in names}
    for name in (*asked.fixed, *asked.costs):
        if name not in names:
            raise Failure(
                f"--fix and --cost: `{table.name}` has no input `{name}`", f"there are {', '.join(reasons.space.names)}"
            )
    if asked.why_not is None:
        missing = [name for name in reasons.space.names if name not in case]
        if missing:
            raise ClaimError(
                f"the case says nothing of `{missing[0]}`", "give every input of the table; null where there is none"
            )
        return reasons.why(
            case, evaluate_table(table, facts, None if read.reading.model is None else read.reading.model.names)
        )
    fixed, costs = frozenset(asked.fixed), dict(asked.costs)
    return reasons.why_not(case, asked.why_not, fixed=fixed, costs=costs, limit=asked.limit)


def _show(read: TableFile, found: list[Any], asked: TableAsked, format: str) -> None:
    from ruleproof.cli.formats.letters import visible
    from ruleproof.cli.formats.to_json import dumps
    from ruleproof.cli.machine import compiler_version
    from ruleproof.cli.terminal import emit, say

    if format == "json":
        about = {"path": read.path, "sha256": read.sha256}
        kind = "why" if asked.why_not is None else "why_not"
        emit(dumps({"ruleproof": compiler_version(), "file": about, kind: [item.as_dict() for item in found]}))
    else:
        say("\n\n".join(visible(item.text) for item in found))
