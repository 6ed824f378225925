"""A grid of texts (a sheet, a CSV file) to a decision table.

The first row names the columns.  The last column is the output, unless headings say otherwise: `output: grade` is an output,
`input: age` an input, `note: why` a remark.  A first cell that names a hit policy (`FIRST`, `COLLECT SUM`, in a sheet also `F`
or `C+`) makes the first column the names of the rules.  A second row that holds nothing but types (`number`, `string: "a", "b"`)
gives the types, and after a colon the allowed values.  Every other row is a rule; its cells are unary tests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ruleproof.finding import Finding
from ruleproof.model.tables import (
    STRING,
    UNIQUE,
    UNKNOWN,
    AnyValue,
    CellTest,
    DecisionTable,
    InputColumn,
    OutputCell,
    OutputColumn,
    TableRow,
    Undecided,
)
from ruleproof.readers.bare_words import output_cells, with_quotes
from ruleproof.readers.columns import MOST_RULES, narrowed, output_type, settled, too_large, too_many
from ruleproof.readers.feel.names import Names, tidy
from ruleproof.readers.hit_policies import LETTERS, hit_policy_of
from ruleproof.readers.item_types import built_in
from ruleproof.readers.reading import shortened, table_finding
from ruleproof.readers.remarks import remarks
from ruleproof.readers.unary_tests import Cells
from ruleproof.source import Source, Span

INPUT, OUTPUT, NOTE = "input", "output", "note"
_ROLE = re.compile(rf"\s*({INPUT}|{OUTPUT}|{NOTE})\s*:\s*(.+)", re.IGNORECASE | re.DOTALL)
_TYPE = re.compile(r"\s*([A-Za-z][A-Za-z ]*?)\s*(?::\s*(.*\S))?\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of texts, each as long as it is; `span` gives where a cell stands in the source."""

    name: str
    source: Source
    texts: Sequence[Sequence[str]]
    span: Callable[[int, int], Span]
    place: Callable[[int, int], str]
    """Says where a cell is, for messages."""
    problems: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """Cells that cannot be read, each with the reason."""
    typed: frozenset[tuple[int, int]] | None = None
    """In a workbook: the cells that hold a number, a date, yes or no, and not a text."""

    @property
    def is_sheet(self) -> bool:
        return self.typed is not None

    def text(self, row: int, column: int) -> str:
        cells = self.texts[row]
        return cells[column] if column < len(cells) else ""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column by its heading."""

    index: int
    name: str
    role: str


def table_from_grid(grid: Grid, hit_policy: str = "") -> tuple[DecisionTable | None, tuple[Finding, ...]]:
    """Read a table; `hit_policy` overrules what the grid says."""
    reader = _GridReader(grid)
    return reader.run(hit_policy), tuple(reader.findings)


class _GridReader:
    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self.findings: list[Finding] = []
        filled = [row for row, texts in enumerate(grid.texts) if any(text.strip() for text in texts)]
        wide = [row for row in filled if sum(bool(text.strip()) for text in grid.texts[row]) > 1]
        # above the headings of a sheet there may be a title
        self._header = wide[0] if grid.is_sheet and wide else filled[0] if filled else -1
        self._rows = [row for row in filled if row > self._header]
        self._types = self._header

    def run(self, asked: str) -> DecisionTable | None:
        corner = self._corner()
        policy = hit_policy_of(asked or corner or UNIQUE)
        if policy is None:
            self._unreadable(f"`{shortened(asked)}` is no hit policy")
            return None
        if self._header < 0:
            self._unreadable("the table is empty", "a table has a row of headings, and a row for each rule")
            return None
        columns = self._columns(1 if corner else 0)
        inputs = [column for column in columns if column.role == INPUT]
        outputs = [column for column in columns if column.role == OUTPUT]
        if not inputs or not outputs:
            said = ", ".join(f"`{shortened(column.name)}`" for column in columns[:6]) or "nothing"
            help = "name a column in each cell of the first row; the last one is the output"
            self._unreadable(f"the headings name {said}; a table has at least one input and one output", help)
            return None
        types = self._type_row([*inputs, *outputs])
        self._types = self._rows[0] if types else self._header
        self._rows = self._rows[1:] if types else self._rows
        if len(self._rows) > MOST_RULES:
            self._unreadable(too_many(len(self._rows)), "part the table")
            return None
        names = [tidy(column.name) for column in inputs]
        return self._table(policy, inputs, outputs, columns, types, Cells(Names(names), names), bool(corner))

    def _unreadable(self, message: str, help: str = "") -> None:
        span = self._grid.span(max(self._header, 0), 0) if self._grid.texts else Span(0, 0)
        self._remark("unreadable_table", span, message, help)

    def _remark(self, name: str, span: Span, message: str, help: str = "", rules: Iterable[int] = ()) -> None:
        found = table_finding(self._grid.source, name, span, message, help, decision=self._grid.name, rules=rules)
        self.findings.append(found)

    # ------------------------------------------------------------ the first rows

    def _corner(self) -> str:
        """Give the hit policy in the first cell; a letter counts only in a sheet, over numbers of rules or nothing."""
        text = self._grid.text(self._header, 0) if self._header >= 0 else ""
        said = text.strip().removeprefix("hit policy").strip(" :")
        if hit_policy_of(said) is None:
            return ""
        below = [self._grid.text(row, 0).strip() for row in self._rows]
        numbers = [text for text in below if text]
        is_count = all(text.isdigit() for text in numbers) and (not numbers or numbers[0] in ("0", "1"))
        return said if said.upper() not in LETTERS or "hit policy" in text or (self._grid.is_sheet and is_count) else ""

    def _columns(self, first: int) -> list[_Column]:
        texts = self._grid.texts[self._header] if self._header >= 0 else ()
        found: list[_Column] = []
        for index in range(first, len(texts)):
            match = _ROLE.fullmatch(texts[index])
            name = tidy(match[2] if match else texts[index])
            if name:
                found.append(_Column(index, name, match[1].lower() if match else ""))
            elif any(self._grid.text(row, index).strip() for row in self._rows):
                span = self._grid.span(self._header, index)
                self._remark(
                    "unreadable_table", span, f"{self._grid.place(self._header, index)}: a column without a name"
                )
        named = any(column.role == OUTPUT for column in found)
        open_ones = [column for column in found if not column.role]
        last = open_ones[-1] if open_ones and not named else None
        return [
            _Column(column.index, column.name, column.role or (OUTPUT if column is last else INPUT)) for column in found
        ]

    def _type_row(self, columns: Sequence[_Column]) -> dict[int, tuple[str, str]]:
        """Read the second row as types, where it is nothing else: a type and the allowed values by column."""
        if not self._rows:
            return {}
        found: dict[int, tuple[str, str]] = {}
        for column in columns:
            text = self._grid.text(self._rows[0], column.index)
            match = _TYPE.fullmatch(text)
            kind = built_in(match[1]) if match else None
            if kind is not None and match is not None:
                found[column.index] = (kind, match[2] or "")
            elif text.strip():
                return {}
        return found if any(column.index in found for column in columns if column.role == INPUT) else {}

    # ------------------------------------------------------------ the rules

    def _table(
        self,
        policy: tuple[str, str],
        inputs: Sequence[_Column],
        outputs: Sequence[_Column],
        columns: Sequence[_Column],
        types: Mapping[int, tuple[str, str]],
        cells: Cells,
        has_ids: bool,
    ) -> DecisionTable | None:
        numbers = {row: number for number, row in enumerate(self._rows, 1)}
        uneven = {row for row in self._rows if self._is_uneven(row, columns, numbers[row])}
        read = [self._input(column, types.get(column.index, (UNKNOWN, "")), cells, uneven) for column in inputs]
        given = [self._output(column, types.get(column.index, (UNKNOWN, "")), cells) for column in outputs]
        notes = [column.index for column in columns if column.role == NOTE]
        tests = list(zip(*(found for _, found in read), strict=True))
        values = list(zip(*(found for _, found in given), strict=True))
        rows = tuple(
            TableRow(
                number=numbers[row],
                tests=tests[place],
                outputs=values[place],
                annotation=" | ".join(text for index in notes if (text := self._grid.text(row, index).strip())),
                texts=() if row in uneven else tuple(self._grid.text(row, column.index) for column in inputs),
                span=self._row_span(row),
                id=self._grid.text(row, 0).strip() if has_ids else "",
                spans=() if row in uneven else tuple(self._grid.span(row, column.index) for column in inputs),
            )
            for place, row in enumerate(self._rows)
        )
        table = DecisionTable(
            self._grid.name,
            "decision",
            *policy,
            columns=tuple(column for column, _ in read),
            outputs=tuple(column for column, _ in given),
            rows=rows,
            path=self._grid.source.path,
            span=self._grid.span(self._header, 0),
        )
        if wrong := too_large(table):
            self._unreadable(wrong, "part the table")
            return None
        self.findings += remarks(self._grid.source, table)
        return table

    def _row_span(self, row: int) -> Span:
        last = max(0, len(self._grid.texts[row]) - 1)
        return Span(self._grid.span(row, 0).start, self._grid.span(row, last).end)

    def _is_uneven(self, row: int, columns: Sequence[_Column], number: int) -> bool:
        """Remark a row that does not fit the columns; in a sheet empty cells at the end are not there at all."""
        texts = self._grid.texts[row]
        width = max(len(self._grid.texts[self._header]), columns[-1].index + 1)
        too_short = not self._grid.is_sheet and len(texts) <= max(
            column.index for column in columns if column.role != NOTE
        )
        too_long = any(text.strip() for text in texts[width:])
        if too_short or too_long:
            message = f"rule {number} has {len(texts)} cells, the table has {width} columns"
            self._remark(
                "uneven_row", self._row_span(row), message, "give every rule one cell for each column", [number]
            )
        return too_short or too_long

    def _input(
        self, column: _Column, type: tuple[str, str], cells: Cells, uneven: set[int]
    ) -> tuple[InputColumn, tuple[CellTest, ...]]:
        places = [(row, column.index) for row in self._rows]
        texts = [self._grid.text(*place) for place in places]
        has_values = self._grid.typed is not None and not self._grid.typed.isdisjoint(places)
        readable = with_quotes(texts, type[0], cells.is_name, has_values=has_values)
        tests = [cells.test(text, column.name) for text in readable]
        for index, place in enumerate(places):
            if place[0] in uneven:
                tests[index] = Undecided("", "the rule has the wrong number of cells", False)
            elif place in self._grid.problems:
                readable[index] = f"{self._grid.place(*place)} {self._grid.problems[place]}"
                tests[index] = Undecided(texts[index], readable[index], False)
        found = settled(tests, readable, type[0], whole=True)
        allowed, wrong = narrowed(self._allowed(column, type[1], type[0], cells), found.type)
        if wrong:
            self._not_used(column, type[1], wrong)
        made = InputColumn(
            column.name,
            column.name,
            found.type,
            allowed,
            found.nullable,
            self._grid.span(self._header, column.index),
        )
        return made, found.tests if not self._grid.is_sheet else tuple(map(self._with_place, found.tests, places))

    def _with_place(self, test: CellTest, place: tuple[int, int]) -> CellTest:
        """Say of a cell of a workbook where it is, so that somebody who looks at the sheet finds it."""
        where = self._grid.place(*place)
        if not isinstance(test, Undecided) or where in test.reason:
            return test
        return Undecided(test.text, f"{where}: {test.reason}", test.is_feel)

    def _allowed(self, column: _Column, text: str, kind: str, cells: Cells) -> CellTest:
        (readable,) = with_quotes([text], kind, cells.is_name)
        test = cells.test(readable)
        if not isinstance(test, Undecided):
            return test
        self._not_used(column, text, test.reason)
        return AnyValue()

    def _not_used(self, column: _Column, text: str, reason: str) -> None:
        """Remark allowed values that cannot be used, in the row of types."""
        span = self._grid.span(self._types, column.index)
        message = f"the allowed values `{shortened(text)}` of `{shortened(column.name)}` are not used: {reason}"
        help = 'write numbers as [0..120], texts as "a", "b"; until then every value is a case'
        self._remark("unreadable_cell", span, message, help)

    def _output(
        self, column: _Column, type: tuple[str, str], cells: Cells
    ) -> tuple[OutputColumn, tuple[OutputCell, ...]]:
        kind, values = type
        places = [(row, column.index) for row in self._rows]
        texts = [self._grid.text(*place) for place in places]
        are_texts = [self._grid.typed is not None and place not in self._grid.typed for place in places]
        found = output_cells(texts, are_texts, kind, cells)
        for place in places:
            if place in self._grid.problems:
                message = f"{self._grid.place(*place)}: the output {self._grid.problems[place]}"
                self._remark("unreadable_cell", self._grid.span(*place), message)
        (readable,) = with_quotes([values], kind or STRING, cells.is_name)
        listed = cells.listed(readable) if values else ()
        made = OutputColumn(
            column.name,
            column.name,
            output_type(found, kind),
            listed,
            span=self._grid.span(self._header, column.index),
            constraint=AnyValue() if listed else self._allowed(column, values, kind, cells),
        )
        return made, found
