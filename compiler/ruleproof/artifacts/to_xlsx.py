"""Compiled policy to a workbook: for each decision a sheet that is read back, and sheets that explain it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ruleproof.artifacts import policy_tables
from ruleproof.artifacts.exported.answers import CANNOT_HAPPEN
from ruleproof.artifacts.exported.fidelity import what_is_lost
from ruleproof.artifacts.exported.grid import NOTES, heading, row_texts, types
from ruleproof.artifacts.exported.tables import Exported, ExportedTable, exported
from ruleproof.artifacts.names import file_stem
from ruleproof.artifacts.xlsx.book import MOST_LETTERS, Book, Cell, SheetNames
from ruleproof.artifacts.xlsx.sheets import (
    READING_ONLY,
    Places,
    cited_places,
    write_code_lists,
    write_sources,
    write_table,
)
from ruleproof.compiled import VERSION, Compiled
from ruleproof.model import nodes as model

_BEFORE_ROWS = 3
"""Above the rows of a table: its title, its headings and its types."""


def to_xlsx(compiled: Compiled) -> dict[str, bytes]:
    """Give the workbook of a policy."""
    return {f"{file_stem(compiled.policy.name)}.xlsx": _Workbook(exported(compiled)).bytes()}


class _Workbook:
    def __init__(self, tables: Exported) -> None:
        self._tables, self._compiled, self._policy = tables, tables.compiled, tables.compiled.policy
        self._names = SheetNames()
        self._book = Book(self._policy.label or self._policy.name, *self._made_from())
        self._listed = cited_places(self._policy)
        self._summary = self._names.name("Summary")
        # a table has its own name, since that is how it is found again; a sheet for reading gives way
        self._decisions = {table.name: self._names.name(table.name) for table in tables.decisions}
        self._written = {name: self._names.name(f"{sheet[:20]} as written") for name, sheet in self._decisions.items()}
        self._others = dict(self._other_sheets())
        sources = self._names.name("Sources")
        rows = {place.text: 2 + number for number, place in enumerate(self._listed)}
        self._places = Places(sources, rows)

    def _made_from(self) -> tuple[str, str]:
        compiled = self._compiled
        revision = compiled.revision or "not stated"
        about = f"Policy {self._policy.name}, revision {revision}, sha256 {compiled.source.sha256}, made by ruleproof {VERSION}"
        return f"revision {revision}", about

    def _other_sheets(self) -> Iterator[tuple[str, policy_tables.Table]]:
        policy = self._policy
        limits = [item for item in policy.requirements if item.limit]
        carried = [item for item in policy.requirements if not item.limit]
        for title, listed, table in (
            ("Requirements", carried, policy_tables.requirements_table(carried)),
            ("Limits", limits, policy_tables.requirements_table(limits)),
            ("Inputs", policy.inputs, policy_tables.inputs_table(policy)),
            ("Definitions", policy.definitions, policy_tables.definitions_table(policy)),
            ("What cannot happen", policy.impossibles, policy_tables.impossibles_table(policy)),
            ("Questions", policy.questions, policy_tables.questions_table(policy)),
            ("Documents", policy.sources, policy_tables.sources_table(policy)),
        ):
            if listed:
                yield self._names.name(title), table

    def bytes(self) -> bytes:
        book = self._book
        lists = self._names.name("Code lists") if self._policy.code_lists else ""
        written = [sheet for name in self._decisions for sheet in (self._decisions[name], self._written[name])]
        sheets = [self._summary, *written, *self._others, *([lists] if lists else []), self._places.sheet]
        for sheet in sheets:
            book.add(sheet)
        for table in self._tables.decisions:
            self._table(table)
            self._rules(table)
        for sheet, listed in self._others.items():
            write_table(book, sheet, f"{sheet.lower()} of {self._policy.name}", listed, self._places)
        if lists:
            write_code_lists(book, lists, self._policy, self._places)
        write_sources(book, self._places.sheet, self._policy, self._listed)
        self._first(sheets[1:])
        return book.bytes()

    # ------------------------------------------------------------ decisions

    def _table(self, table: ExportedTable) -> None:
        sheet = self._decisions[table.name]
        texts = [row_texts(table, number, row) for number, row in enumerate(table.rows, 1)]
        reason = _no_table(table, texts)
        if reason:
            self._book.write(sheet, f"{READING_ONLY}{table.title}: {reason}", [], [])
            return
        head = [Cell(text, look="head") for text in heading(table)]
        kinds = [Cell(text, look="type") for text in types(table)]
        rows = [self._row(table, line) for line in texts]
        self._book.write(sheet, f"{table.title}: the derived table, one row holds in every case", [head, kinds], rows)

    def _row(self, table: ExportedTable, texts: list[str]) -> list[Cell]:
        answer = 1 + len(table.columns)
        said = texts[answer]
        faint = said in (CANNOT_HAPPEN, f'"{CANNOT_HAPPEN}"')
        tests = [Cell(text, look="faint" if faint or text == "-" else "text") for text in texts[:answer]]
        rules, cites, why = texts[-len(NOTES) :]
        written = self._written[table.name]
        leads = self._row_of_rule(table.of, rules.split(", ")[0]) if rules else None
        by = Cell(rules) if leads is None else Cell(rules, written, leads)
        place = self._places.cell(cites, cites.split("; "))
        return [*tests, Cell(said, look="faint" if faint else "answer"), by, place, Cell(why)]

    @staticmethod
    def _row_of_rule(of: model.Decision | model.Requirement, name: str) -> int | None:
        rules = of.rules if isinstance(of, model.Decision) else ()
        return next((2 + place for place, rule in enumerate(rules) if rule.name == name), None)

    def _rules(self, table: ExportedTable) -> None:
        if isinstance(table.of, model.Decision):
            rules = policy_tables.rules_as_written(table.of)
            write_table(self._book, self._written[table.name], f"{table.title}, rules as written", rules, self._places)

    # ------------------------------------------------------------ the first sheet

    def _first(self, sheets: Iterable[str]) -> None:
        compiled, policy = self._compiled, self._policy
        rows = [
            *_pairs("policy", [policy.name]),
            *_pairs("title", [policy.label] if policy.label else []),
            *_pairs("revision", [compiled.revision or "not stated"]),
            *_pairs("sha256", [compiled.source.sha256]),
            *_pairs("made by", [f"ruleproof {VERSION}"]),
            *([Cell("" if place else "sheets", look="head"), Cell(sheet, sheet)] for place, sheet in enumerate(sheets)),
            *_pairs("not said here", what_is_lost(self._tables)),
            *_pairs("too long", self._book.cut),
        ]
        self._book.write(self._summary, f"{READING_ONLY}summary of {policy.name}", [], rows)


def _pairs(title: str, texts: Iterable[str]) -> Iterator[list[Cell]]:
    for place, text in enumerate(texts):
        yield [Cell(title if not place else "", look="head"), Cell(text)]


def _no_table(table: ExportedTable, texts: Iterable[list[str]]) -> str:
    """Say why a decision has no table that can be read back; an empty text where it has one."""
    if table.left_out:
        return table.left_out
    if not table.columns:
        return f"the same in every case: {table.rows[0].answer}" if table.rows else "no case can happen"
    if any(len(text) > MOST_LETTERS for line in texts for text in line):
        return f"a cell would need more than {MOST_LETTERS:,} letters"
    return ""
