"""`ruleproof simplify`: a file of decision tables with fewer rules, proved to mean the same before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import click

from ruleproof.cli.failures import Failure
from ruleproof.cli.options import format_option, table_options
from ruleproof.cli.tables import ENDINGS, TableFile, TableOptions, clock, is_table, others_beside, read_tables_of

if TYPE_CHECKING:
    from ruleproof.model.tables import DecisionTable
    from ruleproof.prover.table_simplify import Simplified

CSV, DMN = ".csv", ".dmn"


@click.command("simplify")
@click.argument("file", metavar="FILE")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the result to this file.")
@click.option("--force", is_flag=True, help="Write over a file that is there already.")
@click.option("--table", default="", metavar="NAME", help="Only the table of this name or id.")
@click.option(
    "--to",
    "to",
    type=click.Choice(("FIRST",), case_sensitive=False),
    help="Let the table have this hit policy, under which fewer rules do; its answers stay the same.",
)
@table_options
@format_option("text", "json")
def command(
    file: str, output: Path | None, force: bool, table: str, to: str | None, format: str, **table_options: Any
) -> int:
    """Write decision tables made elsewhere with fewer rules.  They mean the same.

    FILE is a DMN model, a CSV file or a workbook (*.dmn, *.csv, *.xlsx); of a workbook the result is CSV.  The result goes to
    standard output, or to the file that -o names.  It is read again and compared with FILE before it is written.

    \b
    Examples:
      ruleproof simplify rates.csv -o fewer.csv
      ruleproof simplify loans.dmn --table Approval --to FIRST
    """
    from ruleproof.cli.report import Checked, Report
    from ruleproof.cli.showing import show

    ending = _ending(file, output)
    _refuse(file, output, force)
    read = read_tables_of(file, table_options["hit_policy"])
    if isinstance(read, Checked) or not read.reading.tables:
        report = Report((read if isinstance(read, Checked) else _without_tables(read),))
        show(report, format, None, "errors")
        return max(report.status, 1)
    made = _made(read, ending, table, to or "", TableOptions(**table_options))
    if output is not None:
        from ruleproof.cli.writing import write_one

        write_one(output, made.content)
    _show(made, output, format)
    return 0


@dataclass(frozen=True, slots=True)
class _Made:
    """What comes of a file: its new content, and for each table that was looked at what became of its rules."""

    file: TableFile
    content: bytes
    tables: tuple[tuple[DecisionTable, Simplified], ...]


def _ending(file: str, output: Path | None) -> str:
    """Give the form of the result: DMN stays DMN, everything else, and what -o calls so, is CSV."""
    if not is_table(file):
        said = f"`{file}` does not end in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}"
        raise click.UsageError(f"{said}, so it is no file of decision tables")
    own = DMN if PurePath(file).suffix.lower() == DMN else CSV
    if output is None:
        return own
    wanted = output.suffix.lower()
    if wanted not in (CSV, own):
        raise click.UsageError(f"of `{file}` the result is {own} or {CSV}, not `{wanted}`; name such a file with -o")
    return wanted


def _refuse(file: str, output: Path | None, force: bool) -> None:
    """Refuse to write over what is there, the file that is read excepted, which -o has named then."""
    if output is None:
        return
    if output.exists() and not force and not (Path(file).exists() and output.samefile(file)):
        raise Failure(f"`{output.as_posix()}` is there already", "choose another name, or write over it with --force")
    if not output.parent.is_dir():
        raise Failure(
            f"there is no folder `{output.parent.as_posix()}`", "make it first, or choose another name with -o"
        )


def _without_tables(read: TableFile) -> Any:
    from ruleproof.cli.report import Checked

    if not read.reading.findings:
        raise Failure(f"`{read.path}` holds no decision table", "name a file that holds one")
    return Checked(read.path, read.sha256, read.reading.findings, read.reading.source, status=1)


# ---------------------------------------------------------------- making and proving


def _made(read: TableFile, ending: str, name: str, to: str, options: TableOptions) -> _Made:
    from ruleproof.cli.table_diff import chosen_table
    from ruleproof.prover.table_simplify import simplified

    chosen = [chosen_table(read, name)] if name else list(read.reading.tables)
    same_form = ending == PurePath(read.path).suffix.lower() and not (to and ending == CSV)
    if not same_form and len(chosen) > 1:
        names = ", ".join(f"`{table.name}`" for table in chosen)
        raise Failure("a CSV file holds one table", f"choose one with --table: {names}")
    still_time = clock(options.time_limit)
    tables = []
    for table in chosen:
        start = _as_first(table, options.missing) if to else table
        tables.append((table, simplified(start, missing=options.missing, still_time=still_time)))
    content = _edited(read, tables, to, options) if same_form else _as_grid(read, *tables[0], options)
    return _Made(read, content, tuple(tables))


def _as_first(table: DecisionTable, missing: bool) -> DecisionTable:
    """Give a table the hit policy FIRST, where that changes no answer."""
    from ruleproof.model.tables import FIRST
    from ruleproof.prover.table_difference import compare_tables
    from ruleproof.prover.table_regions import box_in_words

    first = replace(table, hit_policy=FIRST, aggregation="")
    compared = compare_tables(table, first, missing=missing)
    if not compared.equal:
        found = [*compared.differences, *compared.not_decided]
        where = box_in_words(compared.space, found[0].box) if found else ""
        raise Failure(
            f"`{table.name}` would not answer the same with the hit policy FIRST" + (f": {where}" if where else ""),
            "leave --to away, or see `ruleproof check` for the rules that overlap",
        )
    return first


def _edited(read: TableFile, tables: list[tuple[DecisionTable, Simplified]], to: str, options: TableOptions) -> bytes:
    """Give the file with its rules replaced; a result that does not mean the same is never given."""
    from ruleproof.artifacts.edited_table import changed_text, csv_changes, dmn_changes

    text = read.reading.source.text
    for quoted in (False, True):
        changes = [
            change
            for table, found in tables
            for change in (
                csv_changes(text, table, found, quoted=quoted)
                if PurePath(read.path).suffix.lower() == CSV
                else dmn_changes(text, table, found, to)
            )
        ]
        content = _bytes_like(read.content, changed_text(text, changes)) if changes else read.content
        if _means_the_same(read, read.path, content, read.reading.tables, options):
            return content
    raise AssertionError(f"the simpler form of {read.path} would mean something else; nothing is written")


def _as_grid(read: TableFile, table: DecisionTable, found: Simplified, options: TableOptions) -> bytes:
    from ruleproof.artifacts.to_grid import NoGridError, to_grid

    try:
        content = to_grid(found.table).encode("utf-8")
    except NoGridError as error:
        raise Failure(f"`{table.name}` cannot be written as CSV: {error}", "write a .dmn file instead") from None
    plain = replace(options, hit_policy="")
    if not _means_the_same(read, str(PurePath(read.path).with_suffix(CSV)), content, (table,), plain):
        raise Failure(
            f"`{table.name}` cannot be written as CSV: read again, it would mean something else",
            "a CSV file knows the inputs of its own columns only, and cells as text",
        )
    return content


def _means_the_same(
    read: TableFile, path: str, content: bytes, before: tuple[DecisionTable, ...], options: TableOptions
) -> bool:
    """Read a result again, and compare its tables with those of the file."""
    from ruleproof.prover.table_difference import compare_tables
    from ruleproof.readers import read_table

    again = read_table(path, content, others=others_beside(Path(read.path)), hit_policy=options.hit_policy).tables
    return len(again) == len(before) and all(
        compare_tables(*pair, missing=options.missing).equal for pair in zip(before, again, strict=True)
    )


def _bytes_like(original: bytes, text: str) -> bytes:
    """Encode a text as a file was, with its line ends."""
    import codecs

    from ruleproof.readers.xml_tree import encoding_of

    if original.count(b"\r\n") * 2 > original.count(b"\n"):
        text = text.replace("\n", "\r\n")
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if original.startswith(mark):
            return mark + text.encode(name)
    return text.encode(encoding_of(original), "xmlcharrefreplace")


# ---------------------------------------------------------------- saying what became of the rules


def _show(made: _Made, output: Path | None, format: str) -> None:
    from ruleproof.cli.formats.letters import visible
    from ruleproof.cli.formats.to_json import dumps
    from ruleproof.cli.machine import compiler_version
    from ruleproof.cli.terminal import emit, say

    text = made.content.decode("utf-8", "replace")
    if format == "json":
        written: dict[str, Any] = {"content": text} if output is None else {"output": output.as_posix()}
        found = {
            "ruleproof": compiler_version(),
            "files": [{"path": made.file.path, "sha256": made.file.sha256}],
            "tables": [_object(*pair) for pair in made.tables],
        }
        emit(dumps(found | written))
        return
    for table, simpler in made.tables:
        for line in _lines(table, simpler):
            say(visible(line), err=output is None)
    if output is None:
        emit(text)
    else:
        say(f"written: {visible(output.as_posix())}")


def _object(table: DecisionTable, found: Simplified) -> dict[str, Any]:
    return {
        "table": table.name,
        "hit_policy": f"{found.table.hit_policy} {found.table.aggregation}".strip(),
        "before": len(table.rows),
        "after": len(found.table.rows),
        "rules": [
            {
                "rule": number,
                "from": [table.rows[index].number for index in item.of],
                "instead_of": table.rows[item.row].number,
            }
            for number, item in enumerate(found.rows, 1)
        ],
        "dropped": [table.rows[index].number for index in found.dropped],
    }


def _lines(table: DecisionTable, found: Simplified) -> list[str]:
    from ruleproof.checks.tables.findings import rules_in_words

    before, after = len(table.rows), len(found.table.rows)
    if before == after and table.hit_policy == found.table.hit_policy:
        return [f"{table.name}: {_counted(before)}, and no fewer found that mean the same"]
    lines = [f"{table.name}: {_counted(before)} before, {after} after"]
    for number, (item, row) in enumerate(zip(found.rows, found.table.rows, strict=True), 1):
        if item.of != (item.row,) or row.tests != table.rows[item.row].tests:
            lines.append(f"  {rules_in_words([table.rows[index] for index in item.of])} → rule {number}")
    if found.dropped:
        lines.append(f"  {rules_in_words([table.rows[index] for index in found.dropped])} dropped: without effect")
    return lines


def _counted(count: int) -> str:
    return f"{count} rule{'' if count == 1 else 's'}"
