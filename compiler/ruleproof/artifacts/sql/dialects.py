"""What DuckDB, PostgreSQL, Spark, BigQuery and Snowflake say each in their own way: one class for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from ruleproof.artifacts.sql.dialect import Dialect, Table
from ruleproof.artifacts.sql.words import NotInSqlError, is_long, number
from ruleproof.model import nodes as model


class DuckDB(Dialect):
    ending, label = "duckdb", "DuckDB"


class PostgreSQL(Dialect):
    ending, label = "postgresql", "PostgreSQL"
    text_type, codes_type = "TEXT", "TEXT[]"
    _MOST_BYTES = 63

    def _quoted(self, value: str) -> str:
        quoted = super()._quoted(value)
        # A backslash is plain or not as the server is set up; in an E text it never is.
        return "E" + quoted.replace("\\", "\\\\") if "\\" in value else quoted

    def name(self, value: str) -> str:
        if len(value.encode()) > self._MOST_BYTES:
            raise NotInSqlError(f"PostgreSQL keeps {self._MOST_BYTES} bytes of a name, and `{value}` is longer")
        return super().name(value)

    def fitted(self, value: str) -> str:
        return self.name(value if len(value) <= self._MOST_BYTES else f"{value[:30]}_{value[-32:]}")

    def fits(self, column: str, pattern: str) -> str:
        return f"{column} ~ {self.text(f'^(?:{pattern})$')}"

    def days(self, earlier: str, later: str) -> str:
        return f"({later} - {earlier})"

    def codes(self, values: Iterable[str]) -> str:
        return f"ARRAY[{self.texts(values)}]::TEXT[]"

    def each_code(self, column: str) -> str:
        return f"unnest({column}) AS one(code)"

    def some_of(self, column: str, codes: str) -> str:
        return f"coalesce({column}::TEXT[] && {codes}, FALSE)"

    def some_beyond(self, column: str, codes: str) -> str:
        return f"coalesce(NOT ({column}::TEXT[] <@ {codes}), FALSE)"

    def some_wrong(self, column: str, wrong: Callable[[str], str]) -> str:
        return f"EXISTS (SELECT 1 FROM {self.each_code(column)} WHERE code IS NULL OR {wrong('code')})"

    def no_codes(self, column: str) -> str:
        return f"coalesce(cardinality({column}), 0) = 0"

    def as_text(self, column: str) -> str:
        each = f"SELECT DISTINCT one.code FROM unnest({column}) AS one(code) ORDER BY 1"
        return f"nullif(array_to_string(ARRAY({each}), '|'), '')"

    def items(self, joined: str, separator: str) -> str:
        split = f"unnest(string_to_array({self.text(joined)}, '{separator}')) WITH ORDINALITY"
        return f"SELECT (place - 1)::INTEGER AS place, item FROM {split} AS one(item, place)"

    def table(self, table: Table) -> list[str]:
        """Give the statements; what was in the table goes, and views over it stay."""
        declared = ", ".join(f"{column} {kind}" for column, kind in table.columns)
        key = f", PRIMARY KEY ({', '.join(table.key)})" if table.key else ""
        return [
            f"CREATE TABLE IF NOT EXISTS {table.name} ({declared}{key});",
            f"DELETE FROM {table.name};",
            *table.inserted,
            f"ANALYZE {table.name};",
        ]


class Spark(Dialect):
    ending, label = "spark", "Spark"
    text_type, number_type, codes_type, escapes = "STRING", "INT", "ARRAY<STRING>", "'\\"

    def text(self, value: str) -> str:
        """Give a text; `${name}` is taken apart, since Spark puts variables for it even inside a text."""
        return super().text(value).replace("${", "\\u0024{")

    def name(self, value: str) -> str:
        if "${" in value:
            raise NotInSqlError(f"Spark puts a variable for `{value}`")
        super().name(value)
        return "`" + value.replace("`", "``") + "`"

    def number(self, value: int | Decimal) -> str:
        written = number(value)
        return f"{written}BD" if is_long(written) else written

    def fits(self, column: str, pattern: str) -> str:
        return f"{column} RLIKE {self.text(_from_end_to_end(pattern))}"

    def days(self, earlier: str, later: str) -> str:
        return f"datediff({later}, {earlier})"

    def codes(self, values: Iterable[str]) -> str:
        return f"array({self.texts(values)})"

    def some_listed(self, column: str, query: str, *, not_in: bool = False) -> str:
        listed = f"(SELECT collect_list(code) FROM ({query}) AS listed)"
        return self.some_beyond(column, listed) if not_in else self.some_of(column, listed)

    def some_of(self, column: str, codes: str) -> str:
        return f"coalesce(arrays_overlap({column}, {codes}), FALSE)"

    def some_beyond(self, column: str, codes: str) -> str:
        return f"coalesce(size(array_except({column}, {codes})) > 0, FALSE)"

    def some_wrong(self, column: str, wrong: Callable[[str], str]) -> str:
        return f"exists({column}, code -> code IS NULL OR {wrong('code')})"

    def no_codes(self, column: str) -> str:
        return f"coalesce(size({column}), 0) <= 0"

    def as_text(self, column: str) -> str:
        return f"nullif(array_join(array_sort(array_distinct({column})), '|'), '')"

    def all_but(self, columns: Sequence[str]) -> str:
        return f"* EXCEPT ({', '.join(columns)})"

    def items(self, joined: str, separator: str) -> str:
        return f"SELECT posexplode(split({self.text(joined)}, '[{separator}]')) AS (place, item)"

    def table(self, table: Table) -> list[str]:
        """Give the statement: a view of the session, so that nothing is written anywhere."""
        return [f"CREATE OR REPLACE TEMPORARY VIEW {table.name} AS\n" + "\nUNION ALL\n".join(table.rows) + ";"]

    def view(self, name: str, query: Sequence[str]) -> list[str]:
        return [f"CREATE OR REPLACE TEMPORARY VIEW {name} AS", *query[:-1], f"{query[-1]};"]


class BigQuery(Dialect):
    ending, label = "bigquery", "BigQuery"
    text_type, number_type, codes_type, escapes = "STRING", "INT64", "ARRAY<STRING>", "'\\"

    def name(self, value: str) -> str:
        if not (value.isascii() and value.isidentifier() and len(value) <= 300):
            raise NotInSqlError(
                f"columns of BigQuery have letters, digits and _ in their names, which `{value}` has not"
            )
        return f"`{value}`"

    def part(self, decision: str, word: str) -> str:
        return self.name(f"{decision}_{word}")

    def number(self, value: int | Decimal) -> str:
        written = number(value)
        return f"BIGNUMERIC '{written}'" if is_long(written) else written

    def type_of(self, domain: model.Domain) -> str:
        kind = super().type_of(domain)
        return {"BOOLEAN": "BOOL", "DECIMAL": "NUMERIC"}.get(kind, kind)

    def fits(self, column: str, pattern: str) -> str:
        return f"REGEXP_CONTAINS({column}, {self.text(_from_end_to_end(pattern))})"

    def days(self, earlier: str, later: str) -> str:
        return f"DATE_DIFF({later}, {earlier}, DAY)"

    def named(self, items: Sequence[str]) -> str:
        listed = ",\n".join(f"    {item}" for item in items)
        return f"NULLIF(ARRAY_TO_STRING([\n{listed}], ', '), '')"

    def codes(self, values: Iterable[str]) -> str:
        return self.texts(values)

    def some_listed(self, column: str, query: str, *, not_in: bool = False) -> str:
        return self.some_beyond(column, query) if not_in else self.some_of(column, query)

    def some_of(self, column: str, codes: str) -> str:
        return f"EXISTS (SELECT 1 FROM UNNEST({column}) AS code WHERE code IN ({codes}))"

    def some_beyond(self, column: str, codes: str) -> str:
        return f"EXISTS (SELECT 1 FROM UNNEST({column}) AS code WHERE code NOT IN ({codes}))"

    def some_wrong(self, column: str, wrong: Callable[[str], str]) -> str:
        return f"EXISTS (SELECT 1 FROM UNNEST({column}) AS code WHERE code IS NULL OR {wrong('code')})"

    def no_codes(self, column: str) -> str:
        return f"COALESCE(ARRAY_LENGTH({column}), 0) = 0"

    def as_text(self, column: str) -> str:
        each = f"SELECT DISTINCT code FROM UNNEST({column}) AS code ORDER BY code"
        return f"NULLIF(ARRAY_TO_STRING(ARRAY({each}), '|'), '')"

    def all_but(self, columns: Sequence[str]) -> str:
        return f"* EXCEPT ({', '.join(columns)})"

    def items(self, joined: str, separator: str) -> str:
        return f"SELECT place, item FROM UNNEST(SPLIT({self.text(joined)}, '{separator}')) AS item WITH OFFSET AS place"

    def rows(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        first = ", ".join(f"{value} AS {column}" for value, column in zip(rows[0], columns, strict=True))
        listed = ",\n".join([f"  STRUCT({first})", *(f"  ({', '.join(row)})" for row in rows[1:])])
        return f"SELECT * FROM UNNEST([\n{listed}])"


class Snowflake(Dialect):
    """Names are in capitals, as Snowflake keeps those that were made without quotes."""

    ending, label = "snowflake", "Snowflake"
    codes_type, escapes = "ARRAY", "'\\"

    def name(self, value: str) -> str:
        return super().name(value.upper() if value.isascii() else value)

    def fits(self, column: str, pattern: str) -> str:
        # It matches whole texts only, and knows no group that is not counted.
        return f"REGEXP_LIKE({column}, {self.text(pattern.replace('(?:', '('))})"

    def days(self, earlier: str, later: str) -> str:
        return f"DATEDIFF('day', {earlier}, {later})"

    def named(self, items: Sequence[str]) -> str:
        listed = ",\n".join(f"    {item}" for item in items)
        return f"NULLIF(ARRAY_TO_STRING(ARRAY_CONSTRUCT_COMPACT(\n{listed}), ', '), '')"

    def codes(self, values: Iterable[str]) -> str:
        return f"ARRAY_CONSTRUCT({self.texts(values)})"

    def some_listed(self, column: str, query: str, *, not_in: bool = False) -> str:
        listed = f"(SELECT ARRAY_AGG(code) FROM ({query}) AS listed)"
        return self.some_beyond(column, listed) if not_in else self.some_of(column, listed)

    def some_of(self, column: str, codes: str) -> str:
        return f"COALESCE(ARRAYS_OVERLAP({column}, {codes}), FALSE)"

    def some_beyond(self, column: str, codes: str) -> str:
        return f"COALESCE(ARRAY_SIZE(ARRAY_EXCEPT(ARRAY_DISTINCT({column}), {codes})) > 0, FALSE)"

    def some_wrong(self, column: str, wrong: Callable[[str], str]) -> str:
        one = wrong("CAST(code AS VARCHAR)")
        return f"COALESCE(ARRAY_SIZE(FILTER({column}, code -> IS_NULL_VALUE(code) OR {one})) > 0, FALSE)"

    def no_codes(self, column: str) -> str:
        return f"COALESCE(ARRAY_SIZE({column}), 0) = 0"

    def as_text(self, column: str) -> str:
        return f"NULLIF(ARRAY_TO_STRING(ARRAY_SORT(ARRAY_DISTINCT({column})), '|'), '')"

    def items(self, joined: str, separator: str) -> str:
        split = f"TABLE(SPLIT_TO_TABLE({self.text(joined)}, '{separator}'))"
        return f"SELECT one.index - 1 AS place, one.value AS item FROM {split} AS one"


DIALECTS: tuple[Dialect, ...] = (DuckDB(), PostgreSQL(), Spark(), BigQuery(), Snowflake())
"""Every dialect, the first one the one that statements are written for."""


def _from_end_to_end(pattern: str) -> str:
    """Give a pattern for the whole text; `$` would also match before a line break at its end."""
    return rf"\A(?:{pattern})\z"
