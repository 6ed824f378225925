"""What a database is asked in its own words: the one class that all dialects come from, with what most of them say."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ruleproof.artifacts.sql.words import NotInSqlError, number
from ruleproof.model import nodes as model

SEPARATORS = "|;,~^!"
"""What can stand between the items of one long text; the first that no item holds does."""


@dataclass(frozen=True)
class Table:
    """A table to be made: its columns with their types, those of them that tell its rows apart, and queries of its rows."""

    name: str
    columns: Sequence[tuple[str, str]]
    key: Sequence[str]
    rows: Sequence[str]

    @property
    def inserted(self) -> list[str]:
        """The statements that fill it."""
        names = ", ".join(column for column, _ in self.columns)
        return [f"INSERT INTO {self.name} ({names})\n{query};" for query in self.rows]


class Dialect:
    """The words of a database; what stands here is said by most of them."""

    ending = ""
    """What files of this dialect are called by."""
    label = ""
    text_type = "VARCHAR"
    number_type = "INTEGER"
    codes_type = "VARCHAR[]"
    escapes = ""
    """The letters that stand after a backslash in a text: the quote, and the backslash itself."""
    hidden = "\\u{:04x}"
    """How a control character is written after a backslash."""

    # ------------------------------------------------------------ names and values

    def text(self, value: str) -> str:
        """Give a text in quotes, on one line, whatever it holds."""
        if "\0" in value:
            raise NotInSqlError("a text holds a character that no database keeps")
        if not self.escapes:
            return self._joined(value)
        escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        return "'" + "".join(self.hidden.format(ord(one)) if _hides(one) else one for one in escaped) + "'"

    def _joined(self, value: str) -> str:
        """Give a text without escapes: what cannot be seen is named by its number and joined to the rest."""
        parts = [f"'{value}'"] if not value else []
        plain = ""
        for letter in [*value, ""]:
            if letter and not _hides(letter):
                plain += letter
                continue
            if plain:
                parts.append(self._quoted(plain))
                plain = ""
            if letter:
                parts.append(f"chr({ord(letter)})")
        return parts[0] if len(parts) == 1 else f"({' || '.join(parts)})"

    def _quoted(self, value: str) -> str:
        return "'" + value.replace("'", "''") + "'"

    def texts(self, values: Iterable[str]) -> str:
        """Give texts between commas, in order."""
        return ", ".join(self.text(item) for item in sorted(values))

    def name(self, value: str) -> str:
        """Give a name in quotes."""
        if any(_hides(letter) for letter in value):
            raise NotInSqlError("a name holds a character that cannot be seen")
        return '"' + value.replace('"', '""') + '"'

    def fitted(self, value: str) -> str:
        """Give the name of a table or a view as this database can keep it; it is made of letters, digits and `_`."""
        return self.name(value)

    def part(self, decision: str, word: str) -> str:
        """Give the name of the column that tells more of a decision, such as its rules."""
        return self.name(f"{decision}.{word}")

    def number(self, value: int | Decimal) -> str:
        return number(value)

    def date(self, value: datetime.date) -> str:
        return f"DATE '{value.isoformat()}'"

    def value(self, item: object) -> str:
        """Give a bound of a stretch: a number or a day."""
        if isinstance(item, datetime.date):
            return self.date(item)
        assert isinstance(item, int | Decimal)
        return self.number(item)

    def null(self, kind: str = "") -> str:
        return f"CAST(NULL AS {kind or self.text_type})"

    def type_of(self, domain: model.Domain) -> str:
        """Say what type a column of a domain has."""
        match domain:
            case model.YesNo():
                return "BOOLEAN"
            case model.WholeNumber():
                return "an integer"
            case model.DecimalNumber():
                return "DECIMAL"
            case model.Day():
                return "DATE"
            case model.SeveralCodes():
                return self.codes_type
            case _:
                return self.text_type

    # ------------------------------------------------------------ texts and dates

    def fits(self, column: str, pattern: str) -> str:
        """Give the test that a text has a shape from its first letter to its last."""
        return f"regexp_full_match({column}, {self.text(pattern)})"

    def days(self, earlier: str, later: str) -> str:
        """Count the days from one date to another."""
        return f"date_diff('day', {earlier}, {later})"

    def named(self, items: Sequence[str]) -> str:
        """Give texts between commas and blanks, those that are null left out; null where all are."""
        listed = ",\n".join(f"    {item}" for item in items)
        return f"nullif(concat_ws(', ',\n{listed}), '')"

    # ------------------------------------------------------------ several codes

    def codes(self, values: Iterable[str]) -> str:
        """Give codes as a value of several codes."""
        return f"[{self.texts(values)}]::VARCHAR[]"

    def some_of(self, column: str, codes: str) -> str:
        """Give the test that some codes of a column are among others; `codes` is a value of several codes."""
        return f"coalesce(list_has_any({column}, {codes}), FALSE)"

    def some_beyond(self, column: str, codes: str) -> str:
        """Give the test that some codes of a column are not among others."""
        return f"coalesce(NOT list_has_all({codes}, {column}), FALSE)"

    def each_code(self, column: str) -> str:
        """Give the codes of a column as a table with a column `code`."""
        return f"(SELECT unnest({column}) AS code) AS one"

    def some_listed(self, column: str, query: str, *, not_in: bool = False) -> str:
        """Give the test that some codes of a column are among the codes of a query, or are not."""
        among = "NOT IN" if not_in else "IN"
        return f"EXISTS (SELECT 1 FROM {self.each_code(column)} WHERE one.code {among} ({query}))"

    def some_wrong(self, column: str, wrong: Callable[[str], str]) -> str:
        """Give the test that some code is null or meets a test, which is given the name of one code."""
        return f"len(list_filter({column}, lambda code: code IS NULL OR {wrong('code')})) > 0"

    def no_codes(self, column: str) -> str:
        return f"coalesce(len({column}), 0) = 0"

    def as_text(self, column: str) -> str:
        """Give several codes as one text, equal where the codes are, whatever their order; null where there are none."""
        return f"nullif(array_to_string(list_sort(list_distinct({column})), '|'), '')"

    # ------------------------------------------------------------ tables and views

    def all_but(self, columns: Sequence[str]) -> str:
        return f"* EXCLUDE ({', '.join(columns)})"

    def items(self, joined: str, separator: str) -> str:
        """Give a query of the items of one long text, with their places from 0: columns `place` and `item`."""
        split = f"string_split({self.text(joined)}, '{separator}')"
        count = joined.count(separator) + 1
        return f"SELECT unnest(range({count})) AS place, unnest({split}) AS item"

    def rows(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        """Give a query of some rows of values."""
        listed = ",\n".join(f"  ({', '.join(row)})" for row in rows)
        return f"SELECT * FROM (VALUES\n{listed}) AS listed({', '.join(columns)})"

    def table(self, table: Table) -> list[str]:
        """Give the statements that make a table."""
        declared = ", ".join(f"{column} {kind}" for column, kind in table.columns)
        return [f"CREATE OR REPLACE TABLE {table.name} ({declared});", *table.inserted]

    def view(self, name: str, query: Sequence[str]) -> list[str]:
        return [f"CREATE OR REPLACE VIEW {name} AS", *query[:-1], f"{query[-1]};"]


def _hides(letter: str) -> bool:
    """Tell whether a letter would break a line of a statement, or cannot be seen in it."""
    return ord(letter) < 32 or 127 <= ord(letter) < 160 or letter in "\u2028\u2029"
