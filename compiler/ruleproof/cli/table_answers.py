"""`ruleproof eval` for decision tables made elsewhere: the answers to one case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruleproof.cli.claims import ClaimError
from ruleproof.cli.failures import Failure

if TYPE_CHECKING:
    from ruleproof.cli.tables import TableFile
    from ruleproof.model.tables import InputColumn
    from ruleproof.readers.dmn_model import Result

_LARGEST_EXACT = 2**53


def answer_tables(file: str, input: str, output: Path | None, wanted: str, hit_policy: str, format: str) -> int:
    """Answer one case by the tables of a file, and give the exit status."""
    from ruleproof.cli.claims import read_claim
    from ruleproof.cli.eval import refuse
    from ruleproof.cli.report import Checked, Report
    from ruleproof.cli.showing import show
    from ruleproof.cli.tables import read_tables_of

    read = read_tables_of(file, hit_policy)
    if isinstance(read, Checked):
        show(Report((read,)), format, None, "usual")
        return read.status
    if not read.reading.tables and not _decisions(read):
        report = Report((Checked(read.path, read.sha256, read.reading.findings, read.reading.source),))
        show(report, format, None, "all")
        return max(report.status, 1)
    try:
        facts = known_facts(read, read_claim(input))
    except ClaimError as error:
        return refuse(input, error.message, error.help, {}, format)
    found = _results(read, facts, wanted)
    _write(read, found, output, format)
    return 1 if any(result.error for result in found.values()) else 0


def _decisions(read: TableFile) -> tuple[str, ...]:
    """Give the names of the decisions of a model, each after those that it requires."""
    if read.reading.model is None:
        return ()
    from ruleproof.readers.in_order import decisions_in_order

    return decisions_in_order(read.reading.model)


# ---------------------------------------------------------------- what goes in


def _columns(read: TableFile) -> dict[str, InputColumn]:
    return {
        column.expression: column
        for table in read.reading.tables
        for column in (*table.references, *table.columns)
        if not column.decided_by
    }


def known_facts(read: TableFile, facts: Mapping[str, object]) -> dict[str, Any]:
    """Check the names and the values of a case; dates, times and durations are read as their column has them."""
    from ruleproof.readers.feel.names import tidy

    columns = _columns(read)
    names = (
        {*columns, *(member.name for member in read.reading.model.members.values())}
        if read.reading.model
        else set(columns)
    )
    by_tidy = {tidy(name): name for name in names}
    found: dict[str, Any] = {}
    for name, value in facts.items():
        known = by_tidy.get(tidy(name), name)
        if known not in names and not _occurs(read, name):
            raise ClaimError(f"`{name}` is no input of {read.path}", _near(name, names))
        column = columns.get(known)
        found[known] = value if column is None else _value(column, value)
    return found


def _occurs(read: TableFile, name: str) -> bool:
    """Tell whether an expression of a model speaks of a name; in a sheet only columns are inputs."""
    import re
    from html import unescape

    text = read.reading.source.text if read.reading.model is not None else ""
    kinds = "inputExpression|inputEntry|outputEntry|literalExpression"
    for found in re.finditer(rf"<(?:[\w.-]+:)?({kinds})\b.*?</(?:[\w.-]+:)?\1\s*>", text, re.DOTALL):
        outside_quotes = re.sub(r'"(?:[^"\\]|\\.)*"', '""', unescape(re.sub(r"<[^>]*>", " ", found[0])))
        if name.strip() and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", outside_quotes):
            return True
    return False


def _near(name: str, names: Iterable[str]) -> str:
    import difflib

    known = sorted(names)
    near = difflib.get_close_matches(name, known, 1)
    if near:
        return f"did you mean `{near[0]}`?"
    shown = ", ".join(f"`{item}`" for item in known[:8])
    return f"there are {shown}{' …' if len(known) > 8 else ''}" if known else "it has no inputs"


def _value(column: InputColumn, value: object) -> object:
    """Read a value as its column has it; one of another kind is refused."""
    from ruleproof.model.scalars import kind_of
    from ruleproof.model.tables import NUMBER, UNKNOWN, WHOLE
    from ruleproof.readers.feel.times import timed

    if isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    value = timed(value, column.type)
    wanted = NUMBER if column.type == WHOLE else column.type
    if value is None or wanted == UNKNOWN or kind_of(value) == wanted or isinstance(value, list | dict):
        return value
    help = f"it is a {column.type}" + (_WRITTEN.get(column.type, ""))
    raise ClaimError(f"`{column.expression}` cannot be {_shown(value)}", help)


_WRITTEN = {
    "date": ", written like 2024-03-21",
    "time": ", written like 09:30:00",
    "date and time": ", written like 2024-03-21T09:30:00",
    "days and time duration": ", written like P1DT12H",
    "years and months duration": ", written like P1Y2M",
    "boolean": ": true or false",
}


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


# ---------------------------------------------------------------- what comes out


def _results(read: TableFile, facts: Mapping[str, Any], wanted: str) -> dict[str, Result]:
    """Answer every decision, or the one that is wanted, by its name."""
    decisions = _decisions(read)
    tables = {table.name: table for table in read.reading.tables}
    if wanted and wanted not in (*decisions, *tables):
        raise Failure(f"{read.path} has no decision and no table `{wanted}`", _near(wanted, {*decisions, *tables}))
    from ruleproof.readers.dmn_model import Result, decide, decide_all, evaluate_table

    model = read.reading.model
    if model is not None and (wanted in decisions or (not wanted and decisions)):
        if wanted:
            return {wanted: decide(model, wanted, facts)}
        found = decide_all(model, facts)
        return {name: found[name] for name in decisions}
    names = None if model is None else model.names
    chosen = [tables[wanted]] if wanted else list(tables.values())
    answers = {table.name: evaluate_table(table, facts, names) for table in chosen}
    return {name: Result(given.value, given.error, given.rules) for name, given in answers.items()}


def _write(read: TableFile, found: Mapping[str, Result], output: Path | None, format: str) -> None:
    from ruleproof.cli.formats.to_json import dumps
    from ruleproof.cli.machine import compiler_version
    from ruleproof.cli.terminal import Style, emit, say, style_for_results
    from ruleproof.cli.writing import write_one

    if format == "json":
        about = {"path": read.path, "sha256": read.sha256}
        decisions = {name: _object(result) for name, result in found.items()}
        text = dumps({"ruleproof": compiler_version(), "file": about, "decisions": decisions, "findings": []})
        if output is None:
            emit(text)
    else:
        style = style_for_results() if output is None else Style()
        text = "\n".join(line for name, result in found.items() for line in _in_words(name, result, style))
        if output is None:
            say(text)
    if output is not None:
        write_one(output, (text + "\n").encode("utf-8"))


def _kind(result: Result) -> str:
    if result.error:
        return "cannot answer"
    return "nothing" if result.value is None and not result.rules else "outcome"


def _object(result: Result) -> dict[str, Any]:
    """Give an answer with the keys of a policy's answer, as far as a table has them."""
    return {
        "kind": _kind(result),
        "outcome": _plain(result.value),
        "reason": result.error,
        "rules": [str(number) for number in result.rules],
    }


def _plain(value: Any) -> Any:
    """Give a value as JSON has it; a number that JSON would not keep exactly becomes a text."""
    match value:
        case None | bool() | str():
            return value
        case Decimal() if value == value.to_integral_value() and abs(value) < _LARGEST_EXACT:
            return int(value)
        case Mapping():
            return {str(name): _plain(item) for name, item in value.items()}
        case tuple() | list():
            return [_plain(item) for item in value]
        case _:
            from ruleproof.readers.feel.functions import string_of

            said = string_of(value)
            return said if said is not None else "a function"


def _in_words(name: str, result: Result, style: Any) -> Iterator[str]:
    from ruleproof.cli.formats.letters import visible

    said = _kind(result)
    if said == "outcome":
        import json

        plain = _plain(result.value)
        said = plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
    yield f"{style.strong(visible(name))}: {visible(said)}{visible(f': {result.error}') if result.error else ''}"
    if result.rules:
        word = "rule" if len(result.rules) == 1 else "rules"
        yield f"  {style.faint('by'.ljust(14))}{word} {', '.join(map(str, result.rules))}"
